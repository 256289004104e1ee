# The number of SQL statements that a function runs does not depend on the number
# of reports, and that of a plain UPDATE not on the number of patients, but for
# groups that are left by cancelling. Counted by the server: every statement
# inside the functions, but for the checks of foreign keys, of which PostgreSQL
# runs one a changed row.
# Signing copies no text, and saving changes no report.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node(
	'statements',
	"shared_preload_libraries = 'pg_stat_statements'",
	"pg_stat_statements.track = 'all'",
	'pg_stat_statements.track_planning = off',
	'autovacuum = off',
	'full_page_writes = off');

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_stat_statements;
	-- six times so many reports for each size
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P' || n, 'A' || n || '-' || i
	FROM unnest('{2,8,80,1000}'::int[]) n, generate_series(1, 6 * n) i;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'Q', 'Q' || i FROM generate_series(1, 2) i;
	CREATE FUNCTION ids(n int, part int) RETURNS bigint[] LANGUAGE sql AS
	$$ SELECT array_agg(report_id) FROM (SELECT report_id FROM reportlink.report WHERE mrn = 'P' || n
		ORDER BY report_id OFFSET n * (part - 1) LIMIT n) r $$;
});

# What a session of its own runs for the statement: number of statements inside
# it, of events that they recorded, and of rows that they returned or changed
sub statements
{
	my ($statement) = @_;
	my $got = $node->safe_psql(
		'postgres', qq{
		-- what is asked once a session, some of it with the first event
		SELECT FROM reportlink_open('north', (SELECT min(report_id) FROM reportlink.report WHERE mrn = 'Q'), 'ada');
		SELECT FROM reportlink_close('north', (SELECT min(report_id) FROM reportlink.report WHERE mrn = 'Q'), false, 'ada');
		SET reportlink.user_id = 'ada';
		SELECT FROM pg_stat_statements_reset();
		$statement;
		SELECT sum(calls), coalesce(sum(rows) FILTER (WHERE event), 0), sum(rows)
		FROM (SELECT *, query LIKE 'INSERT INTO reportlink.event %' AS event FROM pg_stat_statements) s
		WHERE NOT toplevel AND query LIKE '%reportlink.%' AND query NOT LIKE '%FOR KEY SHARE OF x%'
			AND query NOT LIKE '%OFFSET%';
	});

	$got =~ s/\s+//g;
	return split /\|/, $got;
}

# Every action on groups of each size, in the order in which they are done
my @actions = (
	[ 'link', q{reportlink_link('north', ids(N, 1), true, 'ada')} ],
	[ 'link of others', q{reportlink_link('north', ids(N, 2), true, 'ada')} ],
	[ 'join', q{reportlink_link('north', ids(N, 3) || (ids(N, 1))[1], false, 'ada')} ],
	[ 'merge', q{reportlink_link('north', ARRAY[(ids(N, 2))[1], (ids(N, 1))[1]], false, 'ada')} ],
	[ 'set default', q{reportlink_set_default('north', (ids(N, 1))[2], 'ada')} ],
	[ 'close', q{reportlink_close('north', (ids(N, 1))[2], false, 'ada')} ],
	[ 'open', q{reportlink_open('north', (ids(N, 1))[2], 'ada')} ],
	[ 'assign', q{reportlink_assign('north', (ids(N, 1))[2], 'rex', 'ada')} ],
	[ 'sidebar', q{reportlink_linked_reports('north', (ids(N, 1))[2])} ],
	[ 'dialog', q{reportlink_linkable_reports('north', (ids(N, 1))[2])} ],
	[ 'unlink', q{reportlink_unlink('north', ids(N, 1), false, 'rex')} ],
	[ 'unlink with discard', q{reportlink_unlink('north', ids(N, 2), true, 'rex')} ],
	[ 'unlink of the rest', q{reportlink_unlink('north', ids(N, 3), false, 'rex')} ],
	[ 'link to sign', q{reportlink_link('north', ids(N, 4), true, 'ada')} ],
	[ 'save', q{reportlink_save('north', (ids(N, 4))[2], '{"final_report": "No acute disease."}', actor => 'ada')} ],
	[ 'autosave', q{reportlink_save('north', (ids(N, 4))[1], '{"final_report": "Acute."}', checkpoint => false, actor => 'ada')} ],
	[ 'prelim_sign', q{reportlink_prelim_sign('north', (ids(N, 4))[2], 'ada')} ],
	[ 'reject', q{reportlink_reject('north', (ids(N, 4))[2], 'abe')} ],
	[ 'sign', q{reportlink_sign('north', (ids(N, 4))[2], 'ada')} ],
	[ 'start_addendum', q{reportlink_start_addendum('north', (ids(N, 4))[2], 'ada')} ],
	[ 'discard of the addendum', q{reportlink_discard('north', (ids(N, 4))[2], true, 'ada')} ],
	[ 'start_addendum by another', q{reportlink_start_addendum('north', (ids(N, 4))[1], 'abe')} ],
	[ 'sign the addendum', q{reportlink_sign('north', (ids(N, 4))[2], 'abe')} ],
	[ 'start_addendum to recall', q{reportlink_start_addendum('north', (ids(N, 4))[1], 'abe')} ],
	[ 'sign with recall', q{reportlink_sign('north', (ids(N, 4))[2], 'abe')} ],
	[ 'cancel_publish', q{reportlink_cancel_publish('north', (ids(N, 4))[2], 'ada')} ],
	[ 'sign it again', q{reportlink_sign('north', (ids(N, 4))[2], 'abe')} ],
	[ 'publish_now', q{reportlink_publish_now('north', (ids(N, 4))[2], 'ada')} ],
	[ 'start_addendum to publish', q{reportlink_start_addendum('north', (ids(N, 4))[1], 'abe')} ],
	[ 'sign to publish', q{reportlink_sign('north', (ids(N, 4))[2], 'abe')} ],
	[ 'publish_due', 'reportlink_publish_due()' ],
	[ 'link to leave', q{reportlink_link('north', ids(N, 5) || (ids(N, 6))[1:2], true, 'ada')} ],
	# one leaves, two or more stay
	[ 'discard of one', q{reportlink_discard('north', (ids(N, 6))[1], true, 'ada')} ],
	[ 'cancel of one', q{reportlink_cancel('north', (ids(N, 6))[2], false, 'ada')} ],
	[ 'cancel of the whole group', q{reportlink_cancel('north', (ids(N, 5))[1], true, 'ada')} ]);

# What changes or names one report, whatever is linked to it
my $about_one = qr/^(set default|(auto)?save|discard of one|cancel of one)$/;

foreach my $action (@actions)
{
	my ($name, $call) = @$action;
	my %count;
	my %rows;

	$node->safe_psql('postgres', 'UPDATE reportlink.organization SET recall_enabled = true') if $name =~ /recall/;
	foreach my $n (2, 8, 80, 1000)
	{
		my $statement = "SELECT FROM (SELECT * FROM $call) call";

		$node->safe_psql(
			'postgres', qq{
			UPDATE reportlink.publication SET publish_at = now()
			WHERE state = 'scheduled' AND report_id = ANY (ids($n, 4))}) if $name eq 'publish_due';
		$statement =~ s/\bN\b/$n/g;
		($count{$n}, undef, $rows{$n}) = statements($statement);
	}
	cmp_ok($count{2}, '>=', $name =~ /^(sidebar|dialog)$/ ? 1 : 2, "$name of 2 runs statements: $count{2}");
	is($count{$_}, $count{2}, "$name of $_: as many statements") foreach (8, 80, 1000);
	cmp_ok($rows{1000}, '>', 900, "$name of 1000 is about 1000 reports: $rows{1000} rows")
	  unless $name =~ $about_one;
}

# What a transaction changes, by table
sub changes
{
	my ($statement) = @_;

	return $node->safe_psql(
		'postgres', qq{
		BEGIN;
		SELECT FROM ($statement) call;
		SELECT string_agg(format('%s +%s ~%s', relname, n_tup_ins, n_tup_upd), ', ' ORDER BY relname)
		FROM pg_stat_xact_user_tables
		WHERE schemaname = 'reportlink' AND n_tup_ins + n_tup_upd > 0;
		COMMIT;
	});
}

# Bytes of WAL that a statement writes
sub wal
{
	my ($statement) = @_;
	my $before = $node->lsn('insert');

	$node->safe_psql('postgres', $statement);
	return $node->safe_psql('postgres', "SELECT pg_wal_lsn_diff('" . $node->lsn('insert') . "', '$before')");
}

# Two groups of 1,000 that differ in their text: a word, and a megabyte
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', n, n || i FROM unnest('{short,long}'::text[]) n, generate_series(1, 1000) i;
	CREATE FUNCTION one_of(n text) RETURNS bigint LANGUAGE sql AS
	$$ SELECT min(report_id) FROM reportlink.report WHERE mrn = n $$;
	SELECT reportlink_link('north', array_agg(report_id), true, 'ada') FROM reportlink.report
	WHERE mrn IN ('short', 'long') GROUP BY mrn;
});

is(changes(q{SELECT reportlink_save('north', one_of('short'), '{"final_report": "Normal."}', actor => 'ada')}),
	'document +1 ~0, event +1 ~0, report_group +0 ~1',
	'saving in a group that is drafting changes no report');
$node->safe_psql(
	'postgres', q{SELECT reportlink_save('north', one_of('long'),
		jsonb_build_object('final_report', (SELECT string_agg(md5(i::text), ' ') FROM generate_series(1, 32000) i)), actor => 'ada')});

$node->safe_psql('postgres', 'UPDATE reportlink.organization SET recall_enabled = false');
my %wal = map { $_ => wal("SELECT reportlink_prelim_sign('north', one_of('$_'), 'ada')") } qw(short long);

cmp_ok(abs($wal{long} - $wal{short}), '<', 0.02 * 1024 * 1024,
	"signing a megabyte writes as much as signing a word: $wal{long}, $wal{short} bytes of WAL");
is(changes(q{SELECT reportlink_sign('north', one_of('long'), 'ada')}),
	'event +2 ~0, publication +1 ~0, report +0 ~1000, signature +1 ~0',
	'signing 1,000 reports adds no version, one signature and one publication');

# Plain SQL on one report of each patient: not linked; linked with another one; and linked, to be cancelled
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', k || n || '-' || i, 'first' FROM unnest('{S,L,C}'::text[]) k, unnest('{1,10,1000}'::int[]) n, generate_series(1, n) i;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', k || n || '-' || i, 'second' FROM unnest('{L,C}'::text[]) k, unnest('{1,10,1000}'::int[]) n, generate_series(1, n) i;
	SELECT FROM (SELECT array_agg(report_id ORDER BY report_id) AS ids FROM reportlink.report
		WHERE mrn ~ '^[LC]\d' GROUP BY mrn) patient, reportlink_link('north', ids, false, 'hl7');
});

my @updates = (
	[ "status = 'draft'", 'SL', 1 ],
	[ "owner_id = 'rex'", 'SL', 1 ],
	[ "owner_id = 'ada'", 'SL', 1 ],
	[ "status = 'unread', owner_id = NULL", 'SL', 2 ],
	[ "status = 'draft', owner_id = 'ada'", 'SL', 2 ],
	[ "status = 'prelim_signed'", 'SL', 1 ],
	[ "status = 'signed'", 'SL', 2 ],
	[ "status = 'cancelled'", 'C', 2 ]);

foreach my $update (@updates)
{
	my ($set, $kinds, $events_each) = @$update;

	# what is signed needs a text
	$node->safe_psql(
		'postgres', q{
		SELECT count(reportlink_save('north', report_id, '{"final_report": "Normal."}', actor => 'ada')) FROM reportlink.report
		WHERE mrn ~ '^[SL]\d' AND accession_number = 'first'}) if $set eq "status = 'prelim_signed'";
	foreach my $kind (split //, $kinds)
	{
		my %count;

		foreach my $n (1, 10, 1000)
		{
			my $events;

			($count{$n}, $events) = statements(
				"UPDATE reportlink.report SET $set WHERE accession_number = 'first' AND mrn LIKE '$kind$n-%'");
			is($events, $events_each * $n, "$set, $kind, $n patients: $events_each event(s) each");
		}
		cmp_ok($count{1}, '>=', 2, "$set, $kind runs statements: $count{1}");
		if ($kind eq 'C')
		{
			my $each = ($count{1000} - $count{1}) / 999;

			cmp_ok($each, '<', 5, sprintf("$set, $kind: each group that is left costs %.1f statements", $each));
			next;
		}
		is($count{$_}, $count{1}, "$set, $kind, $_ patients: as many statements") foreach (10, 1000);
	}
}

is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
