# Plans are kept once a session (decision 8 of the architecture): after
# thousands of calls, refused ones and changes of the tables among them, a
# session holds no more memory than after the first hundred: no more contexts,
# no more bytes in them, and its process no more of the machine's.
# REPORTLINK_CALLS: so many calls of all kinds in one session (2,000).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('memory', 'fsync = off', 'autovacuum = off', 'log_statement = none');

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P1', 'A' || i FROM generate_series(1, 8) i;
	CREATE SEQUENCE visit;
	CREATE TABLE measure (step serial, contexts int, plans int, bytes bigint, pages bigint);
	CREATE ROLE clerk;
	CREATE ROLE tenant;
	GRANT SELECT ON measure TO clerk, tenant;
});

# What one visit of a patient calls, each in a transaction of its own
my $calls = q{
SELECT FROM reportlink_link('north', '{1,2,3}', true, 'ada');
SELECT FROM reportlink_link('north', '{4,5}', false, 'ada');
SELECT FROM reportlink_link('north', '{5,1,6}', true, 'ada');
SELECT FROM reportlink_set_default('north', 2, 'ada');
SELECT FROM reportlink_linked_reports('north', 2);
SELECT FROM reportlink_linkable_reports('north', 2);
SELECT FROM reportlink_find('north', 'P1');
UPDATE reportlink.report SET order_id = coalesce(order_id, '') || 'x' WHERE report_id = 2;
UPDATE reportlink.report SET order_id = NULL WHERE report_id = 2;
SELECT FROM reportlink_close('north', 2, false, 'ada');
SELECT FROM reportlink_open('north', 2, 'ada');
SELECT FROM reportlink_assign('north', 2, 'abe', 'ada');
SELECT FROM reportlink_unlink('north', '{1,2}', false, 'abe');
SELECT FROM reportlink_unlink('north', '{3,4,5,6}', true, 'abe');
SELECT FROM reportlink_assign('north', 1, NULL, 'abe');
SELECT FROM reportlink_assign('north', 2, NULL, 'abe');
SELECT FROM reportlink_check();
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'new');
DELETE FROM reportlink.report WHERE accession_number = 'new';
};

# And what becomes of its reports: 5 saves, 7 signatures, 4 of them published, and 4 plain UPDATEs
my $workflow = q{
SELECT nextval('visit') AS visit \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'V' || :visit, 'one') RETURNING report_id AS one \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'V' || :visit, 'two') RETURNING report_id AS two \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'V' || :visit, 'three') RETURNING report_id AS three \gset
SELECT FROM reportlink_link('north', ARRAY[:one, :two, :three], true, 'rex');
SELECT FROM reportlink_save('north', :one, '{"final_report": "Normal.", "study_at": "2026-03-02T08:10:00Z"}', actor => 'rex');
SELECT FROM reportlink_save('north', :two, '{"final_report": "Quite normal.", "laterality": "left"}', checkpoint => false, actor => 'rex');
SELECT FROM reportlink_discard('north', :three, true, 'rex');
SELECT FROM reportlink_cancel('north', :three, false, 'adm');
SELECT FROM reportlink_prelim_sign('north', :one, 'rex');
SELECT FROM reportlink_reject('north', :one, 'abe');
SELECT FROM reportlink_save('north', :two, '{"transcript": "Words"}', actor => 'rex');
SET reportlink.user_id = 'rex';
UPDATE reportlink.report SET status = 'unread' WHERE report_id = :one;
UPDATE reportlink.report SET status = 'draft' WHERE report_id IN (:one, :two);
UPDATE reportlink.report SET status = 'prelim_signed' WHERE report_id = :two;
SET reportlink.user_id = 'ada';
UPDATE reportlink.report SET status = 'signed', owner_id = 'ada' WHERE report_id = :two;
RESET reportlink.user_id;
SELECT FROM reportlink_start_addendum('north', :one, 'ada');
SELECT FROM reportlink_save('north', :two, '{"final_report": "Normal, but."}', actor => 'ada');
SELECT FROM reportlink_discard('north', :one, false, 'ada');
SELECT FROM reportlink_start_addendum('north', :two, 'ada');
SELECT FROM reportlink_save('north', :two, '{"final_report": "Normal, but so."}', checkpoint => false, actor => 'ada');
SELECT FROM reportlink_sign('north', :two, 'ada');
UPDATE reportlink.organization SET recall_enabled = true;
SELECT FROM reportlink_start_addendum('north', :two, 'ada');
SELECT FROM reportlink_sign('north', :two, 'ada');
SELECT FROM reportlink_cancel_publish('north', :one, 'abe');
SELECT FROM reportlink_sign('north', :two, 'ada');
SELECT FROM reportlink_publish_now('north', :one, 'abe');
SELECT FROM reportlink_start_addendum('north', :two, 'ada');
SELECT FROM reportlink_sign('north', :two, 'ada');
UPDATE reportlink.publication SET publish_at = now() WHERE state = 'scheduled';
SELECT FROM reportlink_publish_due();
UPDATE reportlink.organization SET recall_enabled = false;
SELECT FROM reportlink_history('north', :one);
SELECT FROM reportlink_prune_documents('north', now());
};

# What is refused, at every depth: arguments, actor, role, ids, rules, triggers
my $refused = q{
SELECT FROM reportlink_link('north', NULL, true, 'ada');
SELECT FROM reportlink_link('north', '{1,2}', true, 'nobody');
SELECT FROM reportlink_link('north', '{1,2}', true, 'dot');
SELECT FROM reportlink_link('north', '{1,999999}', true, 'ada');
SELECT FROM reportlink_unlink('north', '{8}', true, 'ada');
SELECT FROM reportlink_linked_reports('north', 999999);
UPDATE reportlink.report SET status = 'signed' WHERE report_id = 8;
UPDATE reportlink.report SET owner_id = 'nobody' WHERE report_id = 8;
UPDATE reportlink.report SET document_id = 1 WHERE report_id = 8;
SELECT FROM reportlink_save('north', 8, '{"final": "x"}', actor => 'ada');
SELECT FROM reportlink_save('north', 8, '{"study_at": "yesterday"}', actor => 'ada');
SELECT FROM reportlink_save('north', 8, '{"study_at": "2026-13-45T08:10:00Z"}', actor => 'ada');
SELECT FROM reportlink_save('north', 8, '{"transcript": "x"}', 77, actor => 'ada');
SELECT FROM reportlink_sign('north', 8, 'ada');
SELECT FROM reportlink_start_addendum('north', 8, 'ada');
SELECT FROM reportlink_publish_now('north', 8, 'ada');
SELECT FROM reportlink_cancel_publish('north', 8, 'ada');
};

# What consumers do, in one organization and in all: 12 events are written, read in batches, and purged
my $feed = q{
SELECT FROM reportlink_subscribe('north', 'viewer', true);
SELECT FROM reportlink_subscribe(NULL, 'warehouse', false, '{report.linked,report.unlinked}');
SELECT FROM reportlink_subscribe('north', 'one', false, report_id => 7);
SELECT FROM reportlink_link('north', '{7,8}', true, 'ada');
SELECT FROM reportlink_unlink('north', '{7,8}', true, 'ada');
SELECT FROM reportlink_open('north', 7, 'ada');
SELECT FROM reportlink_close('north', 7, true, 'ada');
SELECT max(event_id) AS fetched FROM reportlink_fetch('north', 'viewer', 3) \gset
SELECT FROM reportlink_ack('north', 'viewer', :fetched);
SELECT max(event_id) AS fetched FROM reportlink_fetch('north', 'viewer', 10000) \gset
SELECT FROM reportlink_ack('north', 'viewer', :fetched);
SELECT FROM reportlink_fetch('north', 'viewer');
SELECT max(event_id) AS fetched FROM reportlink_fetch(NULL, 'warehouse') \gset
SELECT FROM reportlink_ack(NULL, 'warehouse', :fetched);
SELECT FROM reportlink_fetch(NULL, 'warehouse');
SELECT max(event_id) AS fetched FROM reportlink_fetch('north', 'one') \gset
SELECT FROM reportlink_ack('north', 'one', :fetched);
SELECT FROM reportlink.subscriber_lag;
SELECT FROM reportlink_purge_events('north', now(), 1000);
SELECT FROM reportlink_unsubscribe('north', 'one');
SELECT FROM reportlink_unsubscribe(NULL, 'warehouse');
SELECT FROM reportlink_unsubscribe('north', 'viewer');
SELECT FROM reportlink_purge_events('north', now());
SELECT FROM reportlink_subscribe('nowhere', 'viewer');
SELECT FROM reportlink_subscribe('north', 'viewer', types => '{report.nothing}');
SELECT FROM reportlink_fetch('north', 'nobody');
SELECT FROM reportlink_ack('north', 'nobody', 1);
};

# What is read, by the owner of the tables, by a role with a profile, and by a tenant
my $reading = q{
SELECT FROM reportlink_linked_reports('north', 2);
SELECT FROM reportlink_linkable_reports('north', 2);
SELECT FROM reportlink_find('north', 'P1');
SELECT FROM reportlink_find('north', accession_number => 'A7');
SELECT FROM reportlink_find('south', 'P1');
SELECT FROM reportlink_history('north', 2);
SELECT FROM reportlink_transitions();
SELECT FROM reportlink.worklist;
SELECT FROM reportlink.report_text;
SELECT FROM reportlink.pending_publication;
};

# Rights are given and taken, and used meanwhile; row-level security comes and goes with the tenant
my $rights = q{
SELECT FROM reportlink_grant('clerk', 'reporter');
SELECT FROM reportlink_grant('clerk', 'listener');
SELECT FROM reportlink_grant('tenant', 'administrator', 'north');
} . $reading . 'SET ROLE clerk;' . $reading . 'SET ROLE tenant;' . $reading . q{
SELECT FROM reportlink_open('north', 7, 'ada');
SELECT FROM reportlink_close('north', 7, true, 'ada');
SELECT FROM reportlink_open('south', 7, 'ada');
RESET ROLE;
SELECT FROM reportlink_revoke('tenant', 'administrator', 'north');
SELECT FROM reportlink_revoke('clerk', 'listener');
SELECT FROM reportlink_revoke('clerk', 'reporter');
SELECT FROM reportlink_grant('clerk', 'king');
};

# Pages that are the process's own, without those of shared buffers and libraries
my $measure = q{
INSERT INTO measure (contexts, plans, bytes, pages)
SELECT count(*), count(*) FILTER (WHERE name IN ('SPI Plan', 'CachedPlanSource', 'CachedPlanQuery')), sum(total_bytes),
	(SELECT m[2]::bigint - m[3]::bigint FROM string_to_array(pg_read_file('/proc/self/statm', 0, 1000, true), ' ') m)
FROM pg_backend_memory_contexts;
};

my $refusals;

# Everything that the script runs is one session; what it was refused is in $refusals
sub measured
{
	my (@parts) = @_;

	my $started = time;

	$node->safe_psql('postgres', 'TRUNCATE measure RESTART IDENTITY');
	$node->psql('postgres', join('', $measure, @parts), on_error_stop => 0, stderr => \$refusals);
	note time - $started . ' seconds';
	return map { [ split /\|/ ] }
	  split /\n/, $node->safe_psql('postgres', 'SELECT contexts, plans, bytes, pages FROM measure ORDER BY step');
}

sub no_growth_ok
{
	my ($before, $after, $name) = @_;

	is($after->[1], $before->[1], "$name: as many plans, $before->[1]");
	cmp_ok($after->[0], '<=', $before->[0] + 2, "$name: $before->[0] memory contexts before, $after->[0] after");
	cmp_ok($after->[2], '<=', $before->[2] + 65536, "$name: $before->[2] bytes before, $after->[2] after");
  SKIP:
	{
		skip 'no /proc', 1 unless $before->[3];
		cmp_ok($after->[3], '<=', $before->[3] + 256, "$name: $before->[3] pages before, $after->[3] after");
	}
	return;
}

# after the first measure itself there is one more plan, so the first is left out
my @got = measured(($calls . $refused) x 20, $measure, $measure, $calls x 200, $measure, $refused x 300, $measure);

cmp_ok($got[2]->[1], '>', 10, 'plans are kept');
no_growth_ok($got[2], $got[3], '3,800 calls');
no_growth_ok($got[3], $got[4], '5,100 refused calls');

@got = measured($workflow x 20, $measure, $measure, $workflow x 100, $measure);
no_growth_ok($got[2], $got[3], '500 saves, 700 signatures, 400 publications, 400 plain UPDATEs');
is( $node->safe_psql('postgres', q{
		SELECT count(*) FILTER (WHERE type = 'report.saved'), count(*) FILTER (WHERE type ~ '(pre|addendum_|\.)signed$|prelim_signed'),
			count(*) FILTER (WHERE type = 'report.published'), count(*) FILTER (WHERE type = 'report.publish_cancelled'),
			count(*) FILTER (WHERE type = 'report.cancelled'), count(*) FILTER (WHERE type = 'report.rejected') FROM reportlink.event}),
	'600|840|480|120|120|120',
	'none of them was refused');

# All of it in one session, for as long as is wanted
my $visit = $calls . $refused . $workflow . $feed . $rights;
my $statements = () = $visit =~ /^(?:SELECT|INSERT|UPDATE|DELETE) /mg;
my $visits = int(($ENV{REPORTLINK_CALLS} || 2000) / $statements) + 1;

@got = measured($visit x 5, $measure, $measure, $visit x $visits, $measure);
no_growth_ok($got[2], $got[3], $statements * $visits . " calls of all kinds");
my $wrong = () = $refused =~ /;$/mg;
my $told = () = $refusals =~ / ERROR:  /g;
is($told, ($visits + 5) * ($wrong + 6), 'refused were those, four of the feed, a tenant elsewhere, and a profile that there is not');

# Changes of the tables make plans invalid: they are made again, not twice
my $changes = q{
ALTER TABLE reportlink.report ADD COLUMN extra int;
} . $calls . q{
ALTER TABLE reportlink.report DROP COLUMN extra;
ANALYZE reportlink.report;
} . $calls;

@got = measured($changes x 5, $measure, $measure, $changes x 30, $measure);
is($got[3]->[1], $got[2]->[1], 'tables changed 60 times under the session: as many plans');

# Refused within one transaction, as an application's EXCEPTION block would have it
my $loop = q{
DO $$
BEGIN
	FOR i IN 1..2000 LOOP
		IF i IN (100, 2000) THEN
			INSERT INTO measure (contexts, plans, bytes)
			SELECT count(*), count(*) FILTER (WHERE name IN ('SPI Plan', 'CachedPlanSource', 'CachedPlanQuery')), sum(total_bytes)
			FROM pg_backend_memory_contexts;
		END IF;
		BEGIN
			PERFORM reportlink_link('north', '{1,999999}', true, 'ada');
		EXCEPTION WHEN SQLSTATE 'RL002' THEN
			NULL;
		END;
	END LOOP;
END
$$;
};
@got = measured($calls, $loop, $loop);
cmp_ok($got[4]->[2], '<=', $got[3]->[2] + 262144, "1,900 refusals in one transaction: $got[3]->[2] bytes before, $got[4]->[2] after");

is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
