# Real input: the imaging studies of a Synthea population, every patient's
# studies linked, half of each unlinked, linked again, merged.
# REPORTLINK_SHARED, or ../shared beside this tree, has data/synthea.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $shared = $ENV{REPORTLINK_SHARED} || "$FindBin::RealBin/../../../shared";
my $file = "$shared/data/synthea/imaging_studies.csv";

plan(skip_all => "no imaging studies at $file") unless -r $file;

my $node = start_node('synthea', 'fsync = off');

install_reportlink($node, 'postgres');
sub query { return $node->safe_psql('postgres', $_[0]) }

# Registered as a feed of orders would: PATIENT is the MRN, ID the accession
# number, ENCOUNTER the order, modality and body site the name of the study
query(
	qq{
	CREATE TABLE study (id text, date date, patient text, encounter text, bodysite_code text,
		bodysite text, modality_code text, modality text, sop_code text, sop text, n serial);
	\\copy study (id, date, patient, encounter, bodysite_code, bodysite, modality_code, modality, sop_code, sop) FROM '$file' (FORMAT csv, HEADER)
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, study_name, study_id, created_at)
	SELECT 'north', patient, id, encounter, modality || ' ' || bodysite, bodysite_code, date FROM study ORDER BY n;
});
my $studies = query('SELECT count(*) FROM study');
my $patients = query('SELECT count(DISTINCT patient) FROM study');

cmp_ok($studies, '>', 2000, "$studies studies of $patients patients");
is(query('SELECT count(*) FROM reportlink.report'), $studies, 'each is a report');
is(query('SELECT count(*) FROM reportlink.patient'), $patients, 'each patient has a row');
query(
	q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, study_name, study_id, created_at)
	SELECT 'north', patient, id, encounter, modality || ' ' || bodysite, bodysite_code, date FROM study
	ON CONFLICT DO NOTHING;
});
is(query('SELECT count(*) FROM reportlink.report'), $studies, 'sent once more, none is registered twice');

# The reports of each patient who has two or more, oldest first
query(
	q{
	CREATE TABLE patient AS
	SELECT mrn, array_agg(report_id ORDER BY created_at, report_id) AS ids, count(*)::int AS n
	FROM reportlink.report GROUP BY mrn HAVING count(*) > 1;
	CREATE VIEW linked AS
	SELECT p.mrn, p.n, p.ids, array_agg(r.report_id ORDER BY r.link_position) FILTER (WHERE r.group_id IS NOT NULL) AS linked,
		count(DISTINCT r.group_id) AS groups
	FROM patient p JOIN reportlink.report r ON r.mrn = p.mrn GROUP BY p.mrn, p.n, p.ids;
});
my $several = query('SELECT count(*) FROM patient');

is(query('SELECT min(n) || $$ to $$ || max(n) FROM patient'), '2 to 80', 'groups of 2 to 80');

# Patients of which a condition does not hold: none, always
sub all_ok
{
	my ($condition, $name) = @_;

	is(query("SELECT mrn FROM linked WHERE ($condition) IS NOT TRUE LIMIT 5"), '', "$name: every patient");
	return;
}

# All linked
is( query(q{SELECT count(*) FROM patient p, reportlink_link('north', p.ids, true, 'ada') l WHERE l.report_ids = p.ids}),
	$several, 'every patient\'s studies are linked');
all_ok('linked = ids AND groups = 1', 'one group of all');
is(query(q{SELECT count(*) FROM reportlink.worklist WHERE report_count > 1}), $several, 'the worklist has a row for each group');
is( query(q{SELECT count(*) FROM patient p WHERE (SELECT array_agg(l.accession_number) FROM reportlink_linked_reports('north', p.ids[1]) l)
		IS DISTINCT FROM (SELECT array_agg(s.id ORDER BY s.date, s.n) FROM study s WHERE s.patient = p.mrn)}),
	0, 'the sidebar shows the studies as they are in the file');

# Half of each unlinked: the first half leaves, with the default report
is( query(q{SELECT count(*) FROM patient p, reportlink_unlink('north', p.ids[1:(p.n + 1) / 2], false, 'ada') u}),
	query('SELECT sum((n + 1) / 2) FROM patient'), 'half of each is unlinked');
all_ok('CASE WHEN n - (n + 1) / 2 < 2 THEN linked IS NULL ELSE linked = ids[(n + 1) / 2 + 1:] END',
	'the other half stays, one alone dissolves');
is(query('SELECT count(*) FROM reportlink.report_group g WHERE closed_at IS NULL AND default_report_id <> (SELECT ids[(n + 1) / 2 + 1] FROM patient p WHERE p.mrn = g.mrn)'),
	0, 'the next in line is the default report');

# Linked again: each half a group of its own where it can be one
is( query(q{SELECT count(*) FROM patient p, reportlink_link('north', p.ids[1:(p.n + 1) / 2], true, 'ada') l WHERE p.n >= 3}),
	query('SELECT count(*) FROM patient WHERE n >= 3'), 'the half that left is linked again');
all_ok('groups = CASE WHEN n >= 4 THEN 2 WHEN n = 3 THEN 1 ELSE 0 END', 'as many groups as halves of two or more');

# Merged: the last of all with the first of all
is( query(q{SELECT count(*) FROM patient p, reportlink_link('north', ARRAY[p.ids[p.n], p.ids[1]], true, 'ada') l
		WHERE cardinality(l.report_ids) = p.n
			AND cardinality(l.merged_group_ids) = CASE WHEN p.n >= 4 THEN 2 ELSE 0 END}),
	$several, 'the halves are merged, or joined by who was alone');
all_ok('groups = 1 AND linked @> ids AND cardinality(linked) = n', 'one group of all again');
is(query(q{SELECT count(*) FROM reportlink.event WHERE type = 'report.linked'}),
	2 * $several + query('SELECT count(*) FROM patient WHERE n >= 3'), 'an event a link, whatever the size');

is(query('SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
