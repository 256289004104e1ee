# On 100,000 reports more than 95% of the updates that linking makes are HOT, and
# of those that saving, signing and plain SQL make as well: no index is touched by
# them, and vacuum has nothing to do. Four sessions go through the table in its
# order, the hardest for it: neighbours on one page are changed at the same time,
# so that none can make room for the other.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('hot', 'fsync = off', 'autovacuum = off', 'log_statement = none');

install_reportlink($node, 'postgres');

# 25,000 patients of four reports, 2,000 of one, and a sequence from which sessions take their patients
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, order_id, site_id, study_name)
	SELECT 'north', 'MRN-' || (i - 1) / 4, 'ACC-' || i, 'N-' || i, 'O-' || i, 'SITE', 'CT Chest with Contrast'
	FROM generate_series(1, 100000) i;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, order_id, site_id, study_name)
	SELECT 'north', 'SINGLE-' || i, 'ACC-' || i, 'N-' || i, 'O-' || i, 'SITE', 'CT Chest with Contrast'
	FROM generate_series(1, 2000) i;
	CREATE SEQUENCE patient;
	VACUUM ANALYZE reportlink.report;
});

# Updates of a table until now, and HOT ones
sub updates
{
	my ($table) = @_;

	return split /\|/, $node->safe_psql(
		'postgres', qq{
		SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
		WHERE schemaname = 'reportlink' AND relname = '$table'});
}

# Every patient in a transaction of its own; :n is the patient's number. So many
# updates of reports and of groups are to be made, more than 95% of them HOT; of
# a plain UPDATE, whose row is stored more than once in a transaction, 80%.
sub hot_ok
{
	my ($name, $patients, $statement, %expected) = @_;
	my $file = $node->basedir . '/step.sql';
	my $at_least = $name =~ /plain/ ? 0.8 : 0.95;
	my %before = map { $_ => [ updates($_) ] } keys %expected;

	$node->safe_psql('postgres', 'ALTER SEQUENCE patient RESTART');
	open my $fh, '>', $file or die $!;
	print $fh "SELECT nextval('patient') AS n \\gset\n$statement;\n";
	close $fh;
	local $ENV{PGOPTIONS} = '-c reportlink.user_id=ada';
	$node->command_ok(
		[
			'pgbench', '-n', '-c', 4, '-j', 2, '-t', $patients / 4, '-f', $file, $node->connstr('postgres')
		],
		"$name: $patients transactions");
	foreach my $table (sort keys %expected)
	{
		my ($updates, $hot) = updates($table);

		$updates -= $before{$table}->[0];
		$hot -= $before{$table}->[1];
		is($updates, $expected{$table}, "$name: $updates updates of $table");
		cmp_ok($hot / $updates, '>', $at_least, sprintf("$name: %.2f%% of them are HOT", 100 * $hot / $updates))
		  if $updates > 0;
	}
	return;
}

hot_ok('link', 25000, q{SELECT FROM reportlink_link('north', ARRAY[4 * :n - 3, 4 * :n - 2, 4 * :n - 1, 4 * :n], true, 'ada')}, report => 100000);
is($node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.report WHERE group_id IS NOT NULL'),
	100000, 'all these reports are linked');

# Linked: a group's text changes in the group, its state in all reports
hot_ok('save', 2000, q{SELECT FROM reportlink_save('north', 4 * :n, '{"final_report": "Normal."}', actor => 'ada')}, report => 0, report_group => 2000);
hot_ok('prelim_sign', 2000, q{SELECT FROM reportlink_prelim_sign('north', 4 * :n - 1, 'ada')}, report => 8000, report_group => 0);
hot_ok('sign', 2000, q{SELECT FROM reportlink_sign('north', 4 * :n - 2, 'ada')}, report => 8000, report_group => 0);
hot_ok('start_addendum', 2000, q{SELECT FROM reportlink_start_addendum('north', 4 * :n - 3, 'ada')}, report => 8000, report_group => 2000);

# The row of the statement is stored by it, and once more with what follows from
# it, in one transaction: both need room on the page
hot_ok('plain UPDATE of a linked report', 2000, q{UPDATE reportlink.report SET status = 'unread' WHERE organization_id = 'north' AND report_id = 4 * (:n + 2000)},
	report => 10000, report_group => 0);

# Not linked: the text is its own
hot_ok('plain UPDATE', 2000, q{UPDATE reportlink.report SET status = 'draft', owner_id = 'ada' WHERE organization_id = 'north' AND report_id = 100000 + :n}, report => 6000);
hot_ok('save of one', 2000, q{SELECT FROM reportlink_save('north', 100000 + :n, '{"final_report": "Normal."}', actor => 'ada')}, report => 2000);
hot_ok('sign of one', 2000, q{SELECT FROM reportlink_sign('north', 100000 + :n, 'ada')}, report => 2000);

is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
