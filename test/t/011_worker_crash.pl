# The worker, a session in the middle of reportlink_publish_due() and the whole
# server are killed while publications are due and pending: after the restart
# each is published once, late ones too, and what was cancelled stays cancelled.
# REPORTLINK_CRASHES: how often the server is killed (1).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('worker_crash', worker_settings('postgres'), 'restart_after_crash = on');
my $published = 0;

install_recall($node, 'postgres');

# Every publication of the report with the accession number STOP waits, in the
# middle of its transaction, for as long as a session holds this lock
$node->safe_psql(
	'postgres', q{
	CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.linked_identifiers -> 0 ->> 'accession_number' = 'STOP' THEN
			PERFORM pg_advisory_xact_lock(1);
		END IF;
		RETURN NULL;
	END
	$$;
	CREATE TRIGGER wait AFTER INSERT ON reportlink.event FOR EACH ROW WHEN (NEW.type = 'report.published')
	EXECUTE FUNCTION wait();
});

# Schedules 12 that are due, 3 that are due soon, and 3 that are cancelled; the
# sixth of those that are due is the one that waits
sub schedule
{
	$published += 15;
	$node->safe_psql(
		'postgres', q{
		BEGIN;
		SELECT recall.sign('north', 6, 1, '1 ms'), recall.sign('south', 6, 2, '1 ms');
		UPDATE reportlink.report SET accession_number = NULL, order_id = 'O-' || report_id WHERE accession_number = 'STOP';
		UPDATE reportlink.report SET accession_number = 'STOP' WHERE (organization_id, report_id) = (
			SELECT organization_id, report_id FROM reportlink.pending_publication
			ORDER BY publication_id OFFSET 5 LIMIT 1);
		UPDATE reportlink.publication SET publish_at = (SELECT clock_timestamp()) + publication_id * interval '1 us'
		WHERE state = 'scheduled';
		SELECT recall.sign('north', 3, 2, '5 s'), recall.sign('north', 3, 1, '1 h');
		COMMIT;
		SELECT reportlink_cancel_publish('north', report_id, 'abe') FROM reportlink.pending_publication
		WHERE seconds_left > 600;
	});
	return;
}

# A session that holds the lock
sub hold
{
	my $session = $node->background_psql('postgres');

	$session->query_safe('SELECT pg_advisory_lock(1)');
	return $session;
}

# Waits until a process of that kind is in the middle of a publication; its pid
sub in_the_middle
{
	my ($backend_type) = @_;
	my $waiting = "FROM pg_stat_activity WHERE backend_type = '$backend_type' AND wait_event = 'advisory'";

	$node->poll_query_until('postgres', "SELECT count(*) = 1 $waiting") or die "no $backend_type waits";
	return $node->safe_psql('postgres', "SELECT pid $waiting");
}

sub published_ok
{
	my ($when) = @_;

	$node->poll_query_until('postgres',
		q{SELECT count(*) = 0 FROM reportlink.publication WHERE state = 'scheduled'})
	  or die 'something is still scheduled';
	published_once_ok($node, 'postgres', $published, $when);
	is( $node->safe_psql('postgres', q{
			SELECT count(*), count(*) FILTER (WHERE r.status = 'draft') FROM reportlink.publication p
			JOIN reportlink.report r USING (organization_id, report_id) WHERE p.state = 'cancelled'}),
		$published / 5 . '|' . $published / 5, "what was cancelled is cancelled $when");
	return;
}

# The worker; killing it makes the server start all its processes again
my $holder = hold();

schedule();
my $worker = in_the_middle('reportlink worker');
is($node->safe_psql('postgres', q{SELECT count(*) FROM reportlink.publication WHERE state = 'executed'}),
	5, 'the worker is in the middle of the sixth');
kill 'KILL', $worker;
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
published_ok('after the worker was killed');
isnt(await_worker($node, 'postgres', '^nothing is scheduled$'), $worker, 'there is another worker');
$holder->{run}->kill_kill;

# A session that has published some of it, while no worker is there
$node->append_conf('postgresql.conf', "reportlink.databases = ''");
$node->reload;
$node->poll_query_until('postgres',
	q{SELECT count(*) = 0 FROM reportlink.worker_status WHERE process = 'reportlink worker'})
  or die 'the worker did not end';
$holder = hold();
schedule();
my $session = $node->background_psql('postgres');
$session->query_safe('BEGIN; SELECT reportlink_publish_due(2)');
$session->query_until(qr/waits/, "\\echo waits\nSELECT reportlink_publish_due();\n");
my $backend = in_the_middle('client backend');
kill 'KILL', $backend;
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
is( $node->safe_psql('postgres', q{SELECT count(*) FROM reportlink.publication WHERE state = 'scheduled'}),
	15, 'nothing is left of what the session did');
is($node->safe_psql('postgres', 'SELECT reportlink_publish_due(4)'), 4, 'another session publishes some');
$node->append_conf('postgresql.conf', "reportlink.databases = 'postgres'");
$node->reload;
published_ok('after a session was killed');
$_->{run}->kill_kill foreach ($holder, $session);

# Every process of the server; three fall due while it is down
foreach my $round (1 .. $ENV{REPORTLINK_CRASHES} || 1)
{
	$holder = hold();
	schedule();
	in_the_middle('reportlink worker');
	$node->safe_psql('postgres',
		q{UPDATE reportlink.publication SET publish_at = now() + interval '0.5 s' WHERE publish_at > now()});
	kill_server($node);
	$holder->{run}->kill_kill;
	sleep 1;
	$node->start;
	published_ok("after the server was killed ($round)");
	is( $node->safe_psql('postgres', q{
			SELECT count(*) FROM reportlink.publication
			WHERE state = 'executed' AND publish_at < pg_postmaster_start_time() AND finished_at > pg_postmaster_start_time()}),
		10, 'seven that were left and three that fell due while it was down are published late');
}

$node->stop;
done_testing();
