# What goes wrong with one publication, and what somebody keeps locked, does not
# keep the worker from the others; it tries again, more and more rarely. What is
# wrong with the server it does not hold against a publication.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('worker_errors', worker_settings('postgres'));

install_recall($node, 'postgres');

sub query { return $node->safe_psql('postgres', $_[0]) }

# Waits until so many publications of an organization are executed
sub await_executed
{
	my ($organization, $count) = @_;

	$node->poll_query_until('postgres',
		"SELECT count(*) = $count FROM reportlink.publication WHERE state = 'executed' AND organization_id = '$organization'")
	  or die "not $count of $organization";
	return;
}

# A trigger of the user's own that fails, for one organization; those of the
# other come after it
query(
	q{
	CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room in the archive'; END $$;
	CREATE TRIGGER fail BEFORE INSERT ON reportlink.event FOR EACH ROW
	WHEN (NEW.type = 'report.published' AND NEW.organization_id = 'south') EXECUTE FUNCTION fail();
	BEGIN;
	SELECT recall.sign('south', 1, 1, '1 ms'), recall.sign('south', 1, 2, '1 ms'), recall.sign('north', 4, 2, '2 ms');
	COMMIT;
});
my $pid = await_worker($node, 'postgres', '.');

await_executed('north', 4);
pass('the other organization is published');
$node->poll_query_until('postgres', q{SELECT min(attempts) >= 2 FROM reportlink.publication WHERE organization_id = 'south'})
  or die 'it does not try again';
is(query(q{SELECT DISTINCT state, last_error, retry_at > publish_at FROM reportlink.publication WHERE organization_id = 'south'}),
	'scheduled|no room in the archive|t',
	'the error is on the publications, and when they are tried again');
idle_ok($pid, 'the worker meanwhile');

# It waits 1, 2, 4 s, so the fourth try comes after 7 s
my ($attempts, $seconds) = split /\|/, query(q{
	SELECT sum(attempts), extract(epoch FROM clock_timestamp() - min(publish_at))
	FROM reportlink.publication WHERE organization_id = 'south'});
my @warnings = slurp_file($node->logfile) =~ /WARNING:  publication (\d+) failed: no room in the archive/g;

cmp_ok($attempts, '<=', 2 * (1 + log(1 + $seconds) / log(2)), sprintf('%d tries in %.1f s', $attempts, $seconds));
cmp_ok(scalar @warnings, '>=', $attempts, 'each is in the log');
is(query('SELECT count(*) FROM reportlink.pending_publication WHERE seconds_left < 0 AND last_error IS NOT NULL AND retry_at IS NOT NULL'),
	2, 'reportlink.pending_publication tells');
query(q{SELECT recall.sign('north', 2, 1, '1 ms')});
await_executed('north', 6);
pass('others are published in the meantime');

query('DROP TRIGGER fail ON reportlink.event');
await_executed('south', 2);
is( query(q{SELECT count(*) FROM reportlink.event WHERE type = 'report.published' AND organization_id = 'south'}),
	2, 'when the cause is gone they are published');
is(query('SELECT publication_id FROM recall.wrong WHERE events IS DISTINCT FROM 1'), '', 'once');
is($pid, await_worker($node, 'postgres', '.'), 'by the same worker');
query('UPDATE reportlink.publication SET attempts = 0'); # or published_once_ok() would mind below

# Somebody has a patient and a publication locked, and goes to lunch
my $idle = $node->background_psql('postgres');

query(q{SELECT recall.sign('north', 5, 2, '1 h')});
my ($patient, $publication) = split /\|/, query(q{
	SELECT min(r.mrn), max(p.publication_id) FROM reportlink.pending_publication p JOIN reportlink.report r USING (organization_id, report_id)});

$idle->query_safe("BEGIN; SELECT FROM reportlink.patient WHERE mrn = '$patient' FOR UPDATE; SELECT FROM reportlink.publication WHERE publication_id = $publication FOR UPDATE");
query(q{UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE state = 'scheduled' AND publication_id <> } . $publication);
await_executed('north', 9);
is(query(q{SELECT count(*) FROM reportlink.pending_publication WHERE seconds_left < 0}), 1, 'locked: it waits, and the others are published');
idle_ok($pid, 'locked');
query(q{SELECT recall.sign('south', 1, 1, '1 ms')});
await_executed('south', 3);
pass('what comes later is published too');

$idle->query_safe("UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE publication_id = $publication; COMMIT");
await_executed('north', 11);
published_once_ok($node, 'postgres', 14, 'as soon as they are free');
is($pid, await_worker($node, 'postgres', '.'), 'by the same worker');

# No room on the disk
query(
	q{
	CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room on the disk' USING ERRCODE = 'disk_full'; END $$;
	CREATE TRIGGER fail BEFORE INSERT ON reportlink.event FOR EACH ROW WHEN (NEW.type = 'report.published') EXECUTE FUNCTION fail();
	SELECT recall.sign('north', 2, 1, '1 ms')});
is(await_worker($node, 'postgres', '^cannot publish: no room on the disk'), $pid, 'no room on the disk: the worker says so');
is(query(q{SELECT sum(attempts), count(last_error) FROM reportlink.publication WHERE state = 'scheduled'}), '0|0', 'and the publications know nothing of it');
query('DROP TRIGGER fail ON reportlink.event');
await_executed('north', 13);
published_once_ok($node, 'postgres', 16, 'when there is room again');

$idle->quit;
$node->stop;
done_testing();
