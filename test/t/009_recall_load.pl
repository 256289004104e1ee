# 10,000 publications that fall due within one second, of two organizations, a
# fifth of them of linked reports, are published by the worker and by two sessions
# that call reportlink_publish_due(), all at once: each once, none is lost.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(start timeout);
use ReportlinkNode;
use Test::More;

my $node = start_node('recall_load', worker_settings('postgres'));

install_recall($node, 'postgres');

# Each takes what it can get until nothing is scheduled any more; but not before the
# worker has begun, since on a fast machine two of them leave it nothing
$node->safe_psql(
	'postgres', q{
	CREATE TABLE taken (pid int, publications int);
	CREATE PROCEDURE take() LANGUAGE plpgsql AS $$
	DECLARE
		n int;
		total int := 0;
	BEGIN
		WHILE NOT EXISTS (SELECT FROM reportlink.publication WHERE state = 'executed') LOOP
			COMMIT;
			PERFORM pg_sleep(0.001);
		END LOOP;
		LOOP
			n := reportlink_publish_due();
			total := total + n;
			COMMIT;
			IF n = 0 THEN
				EXIT WHEN NOT EXISTS (SELECT FROM reportlink.publication WHERE state = 'scheduled');
				PERFORM pg_sleep(0.001);
			END IF;
		END LOOP;
		INSERT INTO taken VALUES (pg_backend_pid(), total);
	END
	$$;
});

# Due three seconds later, when both sessions wait and the worker has looked and found nothing
$node->safe_psql(
	'postgres', q{
	BEGIN;
	SELECT recall.sign('north', 5000, 1, '0'), recall.sign('south', 3000, 1, '0'),
		recall.sign('north', 1000, 2, '0'), recall.sign('south', 1000, 3, '0');
	UPDATE reportlink.publication SET publish_at = (SELECT clock_timestamp()) + interval '3 s' + random() * interval '1 s';
	COMMIT;
});
my ($due, $first, $last) = split /\|/,
  $node->safe_psql('postgres', 'SELECT count(*), min(publish_at), max(publish_at) FROM reportlink.publication');

is($due, 10000, '10,000 publications');

my @sessions;
for (1 .. 2)
{
	my %session = (err => '');

	$session{harness} = start(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c', 'CALL take()' ],
		'2>', \$session{err}, timeout(300));
	push @sessions, \%session;
}
foreach my $session (@sessions)
{
	$session->{harness}->finish;
	is($session->{harness}->result(0), 0, 'a session that publishes had no error') or diag($session->{err});
}
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM reportlink.publication WHERE state = 'scheduled'});

published_once_ok($node, 'postgres', 10000, 'by three at once');

my @taken = split /\n/, $node->safe_psql('postgres', 'SELECT publications FROM taken');

push @taken, 10000 - $taken[0] - $taken[1];
cmp_ok($taken[$_], '>', 0, (qw(session session worker))[$_] . ": $taken[$_] publications") foreach (0 .. 2);
note $node->safe_psql(
	'postgres', qq{
	SELECT format('due within %s s, all published %s s after the first was due; slowest %s s after its time',
		round(extract(epoch FROM '$last'::timestamptz - '$first'), 2),
		round(extract(epoch FROM max(finished_at) - '$first'), 2),
		round(extract(epoch FROM max(finished_at - publish_at)), 2)) FROM reportlink.publication});

$node->stop;
done_testing();
