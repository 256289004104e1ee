# Eight sessions, four at READ COMMITTED, two at REPEATABLE READ and two at
# SERIALIZABLE, do random things to the same five patients, by functions and by
# plain SQL; the worker publishes what falls due. No broken invariant at any moment, the events alone tell the same
# story as the reports, nothing that was saved as a checkpoint or signed is lost or
# altered, no error but the documented refusals, and whoever tries again after
# 40001 (plain SQL: or 40P01) gets through.
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
# a short deadlock_timeout: plain SQL and functions meet often, and go on soon
my $node = start_node(
	'stress', 'deadlock_timeout = 50ms', 'log_statement = none',
	q{shared_preload_libraries = 'reportlink'}, q{reportlink.databases = 'postgres'},
	'reportlink.worker_naptime = 1s');

install_reportlink($node, 'postgres');
load_stress($node, 'postgres');

my %clients = ('read committed' => 4, 'repeatable read' => 2, 'serializable' => 2);
my %load;

for my $isolation (sort keys %clients)
{
	my %run = (out => '', err => '');

	(my $escaped = $isolation) =~ s/ /\\ /g;
	local $ENV{PGOPTIONS} = "-c default_transaction_isolation=$escaped";
	$run{harness} = start(
		[ stress_command($node, 'postgres', $clients{$isolation}, $seconds) ],
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


# What the contract lets an operation refuse; RL013 and RL014 are for any actor
my %refusals = (
	link => 'RL005 RL006 RL008 RL009',
	unlink => 'RL006 RL008 RL010 RL011',
	unlink_discarding => 'RL006 RL008 RL010 RL011',
	set_default => 'RL006 RL008 RL010',
	open => 'RL008',
	close => 'RL008 RL015',
	assign => 'RL008 RL015',
	save => 'RL008 RL016 RL017',
	prelim_sign => 'RL008 RL015 RL020',
	sign => 'RL008 RL015 RL020',
	start_addendum => 'RL008 RL015 RL016',
	reject => 'RL015',
	discard => 'RL008 RL016',
	cancel => 'RL008 RL015',
	publish_now => 'RL018',
	cancel_publish => 'RL018',
	hasten => '',
	publish_due => '',
	recall => '',
	plain => 'RL008 RL015 RL020',
	register => '',
	prune => '');

for my $operation (sort keys %refusals)
{
	my $codes = join ', ', map { "'$_'" } '00000', split(/ /, $refusals{$operation}),
	  $operation =~ /^(register|prune|hasten|publish_due|recall)$/ ? () : ('RL013', 'RL014');
	my $done = $node->safe_psql('postgres',
		"SELECT count(*) FROM stress.tally WHERE operation = '$operation' AND sqlstate = '00000'");

	is( $node->safe_psql(
			'postgres', qq{
			SELECT sqlstate, count(*), max(message) FROM stress.tally
			WHERE operation = '$operation' AND sqlstate NOT IN ($codes)
			GROUP BY sqlstate}),
		'',
		"$operation: only the documented refusals");
	cmp_ok($done, '>=', 10 * $seconds / 60, "$operation succeeded often enough: $done times");
}
is($node->safe_psql('postgres', 'SELECT * FROM stress.given_up LIMIT 10'),
	'', 'who tried again after 40001 always got through');
is( $node->safe_psql(
		'postgres', q{
		SELECT t FROM unnest('{report.linked,report.unlinked,report.owner_changed,report.opened,report.saved,
			report.closed,report.discarded,report.prelim_signed,report.signed,report.rejected,report.addendum_started,
			report.addendum_signed,report.publish_scheduled,report.published,report.publish_cancelled,report.cancelled,
			report.default_changed}'::text[]) t
		EXCEPT SELECT type FROM reportlink.event}),
	'',
	'events of every type');

note "$seconds seconds, operation, outcome, times:";
note $node->safe_psql('postgres',
	'SELECT isolation, operation, sqlstate, count(*) FROM stress.tally GROUP BY 1, 2, 3 ORDER BY 1, 2, 3');
note $node->safe_psql('postgres',
	q{SELECT 'deadlocks that plain SQL was the victim of: ' || deadlocks FROM pg_stat_database WHERE datname = 'postgres'});
note "$_:\n$load{$_}{out}" foreach sort keys %load;

$node->stop;
done_testing();
