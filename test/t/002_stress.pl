# Eight sessions, four at READ COMMITTED, two at REPEATABLE READ and two at
# SERIALIZABLE, do random things to the same five patients. No deadlock, no error
# but the documented refusals (and, above READ COMMITTED, 40001), no broken
# invariant at any moment, and the events alone tell the same story as the reports.
# REPORTLINK_STRESS_SECONDS says how long (60).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $seconds = $ENV{REPORTLINK_STRESS_SECONDS} || 60;
my $looks = 5;
my $node = start_node('stress');

install_reportlink($node, 'postgres');
my $step = load_stress($node, 'postgres');

my %clients = ('read committed' => 4, 'repeatable read' => 2, 'serializable' => 2);
my %load;

for my $isolation (sort keys %clients)
{
	my %run = (out => '', err => '');

	(my $escaped = $isolation) =~ s/ /\\ /g;
	local $ENV{PGOPTIONS} = "-c default_transaction_isolation=$escaped";
	$run{harness} = start(
		[
			'pgbench', '-n', '-c', $clients{$isolation}, '-T', $seconds, '-f', $step,
			$node->connstr('postgres')
		],
		'>', \$run{out}, '2>', \$run{err}, timeout($seconds + 120));
	$load{$isolation} = \%run;
}

for my $look (1 .. $looks)
{
	sleep($seconds / ($looks + 1));
	is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'),
		'', "no broken invariant in the middle of it ($look)");
}

for my $isolation (sort keys %load)
{
	my $run = $load{$isolation};

	$run->{harness}->finish;
	is($run->{harness}->result(0), 0, "every session at $isolation lasted") or diag($run->{err});
}
history_ok($node, 'postgres', 'afterwards');

is( $node->safe_psql(
		'postgres', q{
		SELECT operation, sqlstate, max(message) FROM stress.tally
		WHERE sqlstate NOT IN ('00000', 'RL008', 'RL009', 'RL010', 'RL011', 'RL013', 'RL014')
			AND NOT (sqlstate = '40001' AND isolation <> 'read committed')
		GROUP BY operation, sqlstate}),
	'',
	'only the documented refusals');
is( $node->safe_psql(
		'postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}),
	0,
	'no deadlock');

for my $operation (qw(link unlink discard open close assign set_default))
{
	my $done = $node->safe_psql('postgres',
		"SELECT count(*) FROM stress.tally WHERE operation = '$operation' AND sqlstate = '00000'");

	cmp_ok($done, '>=', 10 * $seconds / 60, "$operation succeeded often enough: $done times");
}

note "$seconds seconds, operation, outcome, times:";
note $node->safe_psql('postgres',
	'SELECT isolation, operation, sqlstate, count(*) FROM stress.tally GROUP BY 1, 2, 3 ORDER BY 1, 2, 3');

$node->stop;
done_testing();
