# Every two operations meet on one patient: the first has been done and is not
# committed, the second comes. At each isolation level, the first committing,
# rolling back, having committed since the second looked, and committing when the
# second has given up waiting. Whether the second
# waits and whether it is told to try again is as Rules.pm says; in the end, codes
# and everything that is stored are those of one of the two serial orders, and no
# invariant is broken. doc/concurrency.md has the table, which is compared. Then
# each function and a plain UPDATE want what the other has.
#
# REPORTLINK_SEED picks the pairs; REPORTLINK_SOAK_SECONDS is how long (20).
# REPORTLINK_MATRIX: commit, rollback, looked or overdue, every pair in that way, once;
# all: in every way. REPORTLINK_MATRIX_TABLE: a file to write the tables of
# doc/concurrency.md to.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib", "$FindBin::RealBin/../matrix";
use List::Util qw(shuffle);
use Matrix;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Rules;
use Table;
use Test::More;
use Time::HiRes qw(time);

my $wanted = $ENV{REPORTLINK_MATRIX} || '';
my $seconds = $ENV{REPORTLINK_SOAK_SECONDS} || 20;
my $seed = $ENV{REPORTLINK_SEED} || 1;
# nobody here waits for ever, and plain SQL shall wait longer than a slow machine takes
my $node = start_node('matrix', 'log_statement = none', 'autovacuum = off', 'deadlock_timeout = 30s');

install_reportlink($node, 'postgres');
my $matrix = Matrix->new($node, 'postgres');

# A call: an operation done to the reports of a unit
sub call
{
	my ($operation, $unit) = @_;

	return { operation => $operation, unit => $unit || $operation->{home} };
}

# At READ COMMITTED it does not matter who looked; only some give up
sub applies
{
	my ($first, $second, $level, $way) = @_;

	return 0 if $way eq 'looked' && $level eq 'READ COMMITTED';
	return $way ne 'overdue' || Rules::gives_up($first, $second);
}

# Every meeting that there is: [first, second, level, way]
sub meetings
{
	my @meetings;

	foreach my $one (@Operations::operations)
	{
		foreach my $two (@Operations::operations)
		{
			my @seconds = (call($two, $one->{home}), $one->{home} eq $two->{home} ? () : call($two));

			foreach my $level (@Matrix::LEVELS)
			{
				push @meetings, map { [ call($one), @$_ ] } grep { applies(call($one), @$_) }
				  map { my $second = $_; map { [ $second, $level, $_ ] } @Matrix::WAYS } @seconds;
			}
		}
	}
	return @meetings;
}

# Do codes and what is stored agree?
sub agrees
{
	my ($outcome, $order) = @_;

	return "@{$outcome->{codes}}" eq "@{$order->{codes}}" && $outcome->{state} eq $order->{state};
}

# Is it what a serial order gives? Where it is not: how it differs from the first one.
sub unlike_orders
{
	my ($outcome, $first, $second, $way) = @_;
	my $order = $way eq 'rollback' ? $matrix->alone($second, $first) : $matrix->serial($first, $second);

	return if agrees($outcome, $order);
	if ($way ne 'rollback')
	{
		my $other = $matrix->serial($second, $first);

		return if agrees($outcome, { codes => [ reverse @{ $other->{codes} } ], state => $other->{state} });
	}
	my %is = map { $_ => 1 } split /\n/, $outcome->{state};
	my %should = map { $_ => 1 } split /\n/, $order->{state};

	return "@{$outcome->{codes}}, not @{$order->{codes}}",
	  (map { "  is: $_" } grep { !$should{$_} } sort keys %is),
	  (map { "  not: $_" } grep { !$is{$_} } sort keys %should);
}

# Lets two meet; returns what is not as it should be
sub try_meeting
{
	my ($first, $second, $level, $way) = @_;
	my $outcome = $matrix->meet($first, $second, $level, $way);
	my $code = $way eq 'overdue' ? '40P01' : '40001';
	my $again = $outcome->{second} eq $code ? 'yes' : 'no';
	my $rule = Rules::again($first, $second, $level, $way);
	my @wrong = unlike_orders($outcome, $first, $second, $way);

	push @wrong, "waits: $outcome->{waits}" if $outcome->{waits} != Rules::waits($first, $second, $way);
	push @wrong, "again: $again, not $rule: $outcome->{second} $outcome->{message}" if $rule ne 'may' && $rule ne $again
	  || $again eq 'no' && $outcome->{second} =~ /^40/;
	push @wrong, "the first ends with $outcome->{first}" if $outcome->{first} ne '00000';
	push @wrong, 'an invariant is broken' if $outcome->{state} =~ /^BROKEN/m;
	push @wrong, "on other reports: $outcome->{codes}[-1]"
	  if $first->{unit} ne $second->{unit} && $outcome->{codes}[-1] !~ /^00000/;
	return map { join(', ', $first->{operation}{name}, "$second->{operation}{name} (unit $second->{unit})", $level, $way) . ": $_" } @wrong;
}

# What the second ends with after the first, both on the same reports
my (%ends, @refused);

foreach my $one (@Operations::operations)
{
	foreach my $two (@Operations::operations)
	{
		my ($code, $end) = $matrix->codes(call($one), call($two, $one->{home}));

		push @refused, "$one->{name}: $code" if $code ne '00000';
		$ends{ $one->{name} }{ $two->{name} } = $end;
	}
}
is("@refused", '', 'every operation succeeds at home');

my %tables = (same => Table::same_reports(\%ends), other => Table::other_reports(\&Table::neighbours));
my $text = join "\n", map { ("<!-- $_ -->", $tables{$_}, '<!-- end -->') } qw(same other);

append_to_file($ENV{REPORTLINK_MATRIX_TABLE}, $text) if $ENV{REPORTLINK_MATRIX_TABLE};
my $doc = slurp_file("$FindBin::RealBin/../../doc/concurrency.md");

foreach my $table (sort keys %tables)
{
	my ($told) = $doc =~ /<!-- $table -->\n(.*?)\n?<!-- end -->/s;

	is($told, $tables{$table}, "doc/concurrency.md tells of $table reports what happens");
}

srand $seed;
my @meetings = shuffle(grep { $wanted =~ /^(all)?$/ || $_->[3] eq $wanted } meetings());
my $end = time + $seconds;
my ($met, %wrong) = (0);

foreach my $meeting (@meetings)
{
	last if $wanted eq '' && time > $end;
	push @{ $wrong{ $meeting->[2] } }, try_meeting(@$meeting);
	$met++;
}
is(join("\n", @{ $wrong{$_} || [] }), '', "$_: waits, is told to try again, and ends as the rules say") foreach @Matrix::LEVELS;
cmp_ok($met, '>', $wanted ? $#meetings : 50, 'enough of them met');
# Two that would wait for each other for ever: it is the plain statement that gives way
my $crossed = 0;

foreach my $operation (grep { $_->{class} eq 'call' && $Operations::units{ $_->{home} }{linked} } @Operations::operations)
{
	foreach my $level (@Matrix::LEVELS)
	{
		my ($plain, $function) = (call($Operations::crossing, $operation->{home}), call($operation));
		my $outcome = $matrix->cross($plain, $function, $level);
		my $wrong = join ', ', $outcome->{waits} ? () : 'they do not wait', $outcome->{first} eq '40P01' ? () : "UPDATE: $outcome->{first}",
		  $outcome->{second} eq '00000' ? () : "function: $outcome->{second}",
		  agrees($outcome, $matrix->serial($function, $plain)) ? () : 'not as one after the other';

		push @{ $wrong{crossing} }, "$operation->{name}, $level: $wrong" if $wrong;
		$crossed++;
	}
}
is(join("\n", @{ $wrong{crossing} || [] }), '', "$crossed times a function and an UPDATE want what the other has: the UPDATE gets 40P01");
note sprintf '%d of %d meetings (%d operations, %d pairs), seed %d', $met, scalar @meetings,
  scalar @Operations::operations, @Operations::operations**2, $seed;
$node->stop;
done_testing();
