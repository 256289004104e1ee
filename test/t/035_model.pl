# One session does at random whatever there is to do, by functions and by plain SQL, in
# transactions and savepoints that are taken back too. After every step the
# answer, the SQLSTATE and message of a refusal, and everything that can be seen
# are what an independent model says (test/model, written from the documented
# rules). Every operation is done, and every code met.
# REPORTLINK_MODEL_STEPS says how many steps (2,000), REPORTLINK_SEED which (1). Where one
# deviates REPORTLINK_MODEL_SHOWN of them are shown (10).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib", "$FindBin::RealBin/../model";
use List::Util qw(min sum);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Walk;

my $steps = $ENV{REPORTLINK_MODEL_STEPS} || 2000;
my $seed = $ENV{REPORTLINK_SEED} || 1;
my $enough = 5;    # walks that deviate
my $length = 500;    # steps of one walk; the next one has the next seed, and begins with empty tables
my $node = start_node('model', 'fsync = off', 'log_statement = none', 'autovacuum = off', 'jit = off', 'log_min_error_statement = panic', 'log_min_messages = fatal');

$node->safe_psql('postgres', 'CREATE DATABASE pattern TEMPLATE template0');
$node->safe_psql('pattern', 'CREATE EXTENSION reportlink; SELECT reportlink_install()');

my (%done, $deviations);
my $left = $steps;

for (my $walk = $seed; $left > 0; $walk++, $left -= $length)
{
	$node->safe_psql('postgres', 'CREATE DATABASE walk TEMPLATE pattern');
	my $deviation = Walk->new($node, 'walk', $walk, \%done)->run(min($left, $length));

	if (defined $deviation)
	{
		diag $deviation;
		last if ++$deviations == $enough;
	}
	# after a crash the server starts again
	$node->poll_query_until('postgres', 'SELECT true');
	$node->safe_psql('postgres', 'DROP DATABASE walk WITH (FORCE)');
}
is($deviations, undef, 'every step came to what the model says');

my %codes;

foreach my $operation (sort keys %done)
{
	my %ends = %{ $done{$operation} };

	$codes{$_} += $ends{$_} foreach keys %ends;
	note sprintf '%-28s %s', $operation, join ', ', map { ($_ eq '00000' ? 'done' : $_) . " $ends{$_}" } sort keys %ends;
}
note sprintf '%d steps, seed %d: %d%% done', sum(values %codes), $seed, 100 * $codes{'00000'} / sum(values %codes);

# in a few steps of another seed chance does not get everywhere
if ($steps >= 2000 && $seed == 1 || $steps >= 10_000)
{
	my @operations = $node->safe_psql('pattern', q{SELECT replace(p.proname, 'reportlink_', '') FROM pg_proc p
		WHERE p.proname ~ '^reportlink_' AND p.prorettype <> 'trigger'::regtype AND p.proname !~ '_(install|version|grant|revoke|check)$'});

	is(join(' ', sort grep { !$done{$_}{'00000'} } map { split /\n/ } @operations), '', 'every function was done');
	is(join(' ', grep { !$done{$_}{'00000'} } qw(INSERT UPDATE DELETE BEGIN COMMIT ROLLBACK SAVEPOINT), 'ROLLBACK TO', map { "UPDATE of $_" } qw(identifiers settings members)),
		'', 'so was every plain statement');
	is(join(' ', grep { !$codes{$_} } (map { sprintf 'RL%03d', $_ } 1 .. 22), qw(22004 22023 23503 23505 23514 25000)), '', 'every code was met that one session can meet');
}

$node->stop;
done_testing();
