# 1,000 signatures are taken back at the very moment at which they are due, while
# the worker and a session that calls reportlink_publish_due() publish: each is
# either taken back, and draft, or published, and taking it back is refused with
# RL018. Never both. Who takes it back tries again after 40001.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
my $node = start_node('cancel_race', worker_settings('postgres'));

install_recall($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	CREATE TABLE race (n int PRIMARY KEY, session int, report_id bigint, outcome text, tries int NOT NULL DEFAULT 0);
	CREATE TABLE published (n int);
	-- one report of each patient: 500 that are not linked, and 500 that are with another
	SELECT recall.draft('north', 500, 1), recall.draft('north', 500, 2);
	INSERT INTO race (n, session, report_id)
	SELECT row_number() OVER (), row_number() OVER () % 4, max(report_id) FROM reportlink.report GROUP BY mrn;

	-- what a session is at, signed if it is not yet, and due in 10 ms
	CREATE FUNCTION begin_race(of_session int, OUT race_n int, OUT id bigint) LANGUAGE plpgsql AS $$
	BEGIN
		SELECT n, report_id INTO race_n, id FROM race WHERE session = of_session AND outcome IS NULL ORDER BY n LIMIT 1;
		IF (SELECT r.status = 'draft' FROM reportlink.report r WHERE r.report_id = id) THEN
			PERFORM reportlink_sign('north', id, 'ada');
			UPDATE reportlink.publication p SET publish_at = clock_timestamp() + interval '10 ms'
			FROM reportlink.report r
			WHERE r.report_id = id AND p.state = 'scheduled' AND coalesce(p.group_id = r.group_id, p.report_id = id);
		END IF;
	END
	$$;
	CREATE FUNCTION end_race(race_n int, id bigint) RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		how text := 'cancelled';
	BEGIN
		BEGIN
			PERFORM reportlink_cancel_publish('north', id, 'abe');
		EXCEPTION WHEN SQLSTATE 'RL018' THEN
			how := 'refused';
		END;
		UPDATE race SET outcome = how WHERE n = race_n;
	END
	$$;
});

# Half of the sessions at REPEATABLE READ, where 40001 is what they meet; pgbench
# tries the whole script again
sub script
{
	my ($isolation) = @_;
	my $file = "$folder/$isolation.sql";

	(my $level = uc $isolation) =~ s/_/ /g;
	open my $fh, '>', $file or die $!;
	print $fh q{
\set session :client_id + :first
\set pause random(2000, 14000)
SELECT race_n, id FROM begin_race(:session) \gset
UPDATE race SET tries = tries + 1 WHERE n = :race_n;
\sleep :pause us
BEGIN ISOLATION LEVEL } . $level . q{;
SELECT end_race(:race_n, :id);
COMMIT;
};
	close $fh;
	return $file;
}

sub start_pgbench
{
	my (@options) = @_;
	my %run = (out => '', err => '');

	$run{harness} = start([ 'pgbench', '-n', @options, $node->connstr('postgres') ],
		'>', \$run{out}, '2>', \$run{err}, timeout(300));
	return \%run;
}

open my $fh, '>', "$folder/publish.sql" or die $!;
print $fh "SELECT reportlink_publish_due() AS n \\gset\nINSERT INTO published SELECT :n WHERE :n > 0;\n\\sleep 2 ms\n";
close $fh;

my $publisher = start_pgbench('-T', 300, '-f', "$folder/publish.sql");
my @races = map {
	start_pgbench('-c', 2, '-t', 250, '--max-tries', 1000, '-D', 'first=' . ($_ eq 'read_committed' ? 0 : 2), '-f', script($_))
} qw(read_committed repeatable_read);

foreach my $race (@races)
{
	$race->{harness}->finish;
	is($race->{harness}->result(0), 0, 'the sessions that take signatures back went through') or diag($race->{err});
	like($race->{out}, qr/^number of failed transactions: 0 /m, 'every attempt had an end');
}
$publisher->{harness}->kill_kill;

# What was neither taken back nor published yet would be the worker's now
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM reportlink.publication WHERE state = 'scheduled'})
  or die 'something is still scheduled';

my %times = map { split /\|/ } split /\n/,
  $node->safe_psql('postgres', 'SELECT outcome, count(*) FROM race GROUP BY outcome');

is($times{cancelled} + $times{refused}, 1000, '1,000 races');
cmp_ok($times{cancelled}, '>', 20, "taken back: $times{cancelled}");
cmp_ok($times{refused}, '>', 20, "refused: $times{refused}");

# One story a report: draft, and not published; or published, and not cancelled
is( $node->safe_psql(
		'postgres', q{
		SELECT n, outcome, status, signed_at, states, types FROM race
		LEFT JOIN reportlink.report r USING (report_id)
		LEFT JOIN LATERAL (
			SELECT string_agg(p.state, ',') AS states FROM reportlink.publication p
			WHERE coalesce(p.group_id = r.group_id, p.report_id = r.report_id)
		) p ON true
		LEFT JOIN (
			SELECT id, string_agg(type, ',' ORDER BY event_id) AS types
			FROM reportlink.event, unnest(report_ids) id WHERE type ~ 'publish' GROUP BY 1
		) e ON e.id = r.report_id
		WHERE ((outcome, status, signed_at IS NULL, states, types) IN (
			('cancelled', 'draft', true, 'cancelled', 'report.publish_scheduled,report.publish_cancelled'),
			('refused', 'signed', false, 'executed', 'report.publish_scheduled,report.published'))) IS NOT TRUE
		LIMIT 10}),
	'',
	'either taken back and draft, or published: never both');
published_once_ok($node, 'postgres', $times{refused}, 'in the race');

my ($retried) = $races[1]->{out} =~ /^total number of retries: (\d+)/m;

cmp_ok($retried, '>', 0, "REPEATABLE READ had to try again: $retried times");
my $by_session = $node->safe_psql('postgres', 'SELECT coalesce(sum(n), 0) FROM published');

cmp_ok($by_session, '>', 0, "published by the session: $by_session");
cmp_ok($by_session, '<', $times{refused}, 'and by the worker: ' . ($times{refused} - $by_session));

$node->stop;
done_testing();
