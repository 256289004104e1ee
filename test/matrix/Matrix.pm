# Matrix: two operations of Operations.pm meet on one patient. What a run gives is
# compared by 030_matrix.pl with what Rules.pm says, and with a serial order.
package Matrix;

use strict;
use warnings;

use FindBin;
use Operations;
use PostgreSQL::Test::Utils;
use Session;

my $BATCH = 200;    # copies of the patient that are made at once
my $TRIES = 5;      # of who was told to try again

our @LEVELS = ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE');
our @WAYS = qw(commit rollback looked overdue);

sub new
{
	my ($class, $node, $database) = @_;
	my $self = bless { copies => 0, used => 0, alone => {}, serial => {} }, $class;

	$node->safe_psql($database, slurp_file("$FindBin::RealBin/../matrix/fixture.sql"));
	$self->{$_} = Session->new($node, $database) foreach qw(first second third watcher);
	$self->{$_}->must(q{SET reportlink.user_id = 'ada'}) foreach qw(first second);
	$self->{texts} = { map { $_->[0] => $_->[1] } @{ $self->{watcher}->must(
		q{SELECT report_id, coalesce(document_id, 0) FROM reportlink.report_text WHERE organization_id = 'template'}) } };
	return $self;
}

# A copy of the patient for one run, made ready for the operations
sub _prepare
{
	my ($self, @calls) = @_;
	my $watcher = $self->{watcher};

	if ($self->{used} == $self->{copies})
	{
		$watcher->must(sprintf 'SELECT matrix.copy(%d, %d)', $self->{used} + 1, $self->{used} + $BATCH);
		$self->{copies} += $BATCH;
	}
	my $run = { organization => 'o' . ++$self->{used} };

	# what is not due waits for a day
	$watcher->must("UPDATE reportlink.publication SET publish_at = now() WHERE organization_id = '$run->{organization}' "
		  . "AND state = 'scheduled' AND report_id / 10 = $Operations::units{$_->{unit}}{number}")
	  foreach grep { $_->{operation}{due} } @calls;
	if (grep { $_->{operation}{subscribed} } @calls)
	{
		$watcher->must("SELECT reportlink_subscribe('$run->{organization}', 'ris')");
		$watcher->must("SELECT reportlink_open('$run->{organization}', 121, 'dot')");
		$run->{event} = $watcher->must("SELECT event_id FROM reportlink_fetch('$run->{organization}', 'ris')")->[0][0];
	}
	return $run;
}

# The statement of a call: an operation done to a unit
sub _sql
{
	my ($self, $run, $call) = @_;
	my $unit = 10 * $Operations::units{ $call->{unit} }{number};
	my %value = (
		o => $run->{organization}, 1 => $unit + 1, 2 => $unit + 2, 3 => $unit + 3,
		n3 => 13, m1 => 31, seen => $self->{texts}{ $unit + 1 }, event => $run->{event});

	return $call->{operation}{sql} =~ s/\{(o|\d|n3|m1|seen|event)\}/$value{$1}/gr;
}

sub _state
{
	my ($self, $run) = @_;

	return $self->{watcher}->must("SELECT matrix.state('$run->{organization}')")->[0][0];
}

# SQLSTATE of a call, and its answer where that is compared
sub _code
{
	my ($call, $result) = @_;

	return join ' ', $result->{sqlstate}, $call->{operation}{answers} ? map { @$_ } @{ $result->{rows} } : ();
}

# One after the other: SQLSTATEs alone
sub codes
{
	my ($self, @calls) = @_;
	my $run = $self->_prepare(@calls);

	return map { $self->{first}->query($self->_sql($run, $_))->{sqlstate} } @calls;
}

# The same with answers, and what there is afterwards
sub serial
{
	my ($self, @calls) = @_;
	my $key = join '/', map { ($_->{unit}, $_->{operation}{name}) } @calls;

	return $self->{serial}{$key} //= do
	{
		my $run = $self->_prepare(@calls);
		my @codes = map { _code($_, $self->{first}->query($self->_sql($run, $_))) } @calls;

		{ codes => \@codes, state => $self->_state($run) };
	};
}

# The second without the first, for which the patient was made ready as well
sub alone
{
	my ($self, $call, $other) = @_;
	my $key = join '/', $call->{unit}, $call->{operation}{name},
	  map { $_->{operation}{due} ? "due $_->{unit}" : $_->{operation}{subscribed} ? 'ris' : '' } $other;

	return $self->{alone}{$key} //= do
	{
		my $run = $self->_prepare($call, $other);
		my $code = _code($call, $self->{first}->query($self->_sql($run, $call)));

		{ codes => [$code], state => $self->_state($run) };
	};
}

# Is the second held up by the first? Waits until it is, or has its answer.
sub _waits
{
	my ($self, @sessions) = @_;
	my ($first, $second) = map { $_->pid } @sessions;

	while (1)
	{
		return 0 if $sessions[1]->poll(0.001);
		my ($held) = @{ $self->{watcher}->must("SELECT $first = ANY (pg_blocking_pids($second)) OR "
			  . "(SELECT wait_event = 'Extension' FROM pg_stat_get_activity($second))")->[0] };

		return 1 if defined $held && $held eq 't';
	}
	return;
}

sub _again
{
	my ($result) = @_;

	return $result->{sqlstate} =~ /^40(001|P01)$/;
}

# Ends a transaction; what its commit says counts as the answer where it fails
sub _end
{
	my ($session, $result) = @_;

	if ($result->{sqlstate} ne '00000')
	{
		$session->must('ROLLBACK');
		return $result;
	}
	my $commit = $session->query('COMMIT');

	return $commit->{sqlstate} eq '00000' ? $result : { %$commit, rows => [] };
}

# A transaction of its own, as often as it takes
sub _repeat
{
	my ($self, $session, $begin, $sql, $result) = @_;

	for (1 .. $TRIES)
	{
		last if !_again($result);
		$result = _end($session, $session->query("$begin; $sql"));
	}
	return $result;
}

# The first has been done and is not committed; the second comes; the first ends.
# way: commit or rollback, which the first does; or looked: the second has looked
# at the reports before the first came, and does what it does after its commit; or
# overdue: the first commits when the second has given up.
sub meet
{
	my ($self, $first, $second, $level, $way) = @_;
	my $run = $self->_prepare($first, $second);
	my $begin = "BEGIN ISOLATION LEVEL $level";
	my @sql = map { $self->_sql($run, $_) } $first, $second;
	my %outcome;
	my ($one, $two) = @$self{qw(first second)};
	my ($result, $answer);

	$two->must("$begin; SELECT count(*) FROM reportlink.report WHERE organization_id = '$run->{organization}'")
	  if $way eq 'looked';
	$result = $one->query("$begin; $sql[0]");
	die "$first->{operation}{name}: $result->{sqlstate} $result->{message}" if $result->{sqlstate} ne '00000';
	$result = _end($one, $result) if $way eq 'looked';

	$two->must('SET deadlock_timeout = 20') if $way eq 'overdue';
	$two->send($way eq 'looked' ? $sql[1] : "$begin; $sql[1]");
	# who has given up has waited
	$outcome{waits} = $way eq 'overdue' ? $two->wait->{sqlstate} eq '40P01' : $self->_waits($one, $two);
	if ($way eq 'rollback')
	{
		$one->must('ROLLBACK');
	}
	elsif ($way ne 'looked')
	{
		$result = _end($one, $result);
	}
	$answer = _end($two, $two->wait);

	$two->must('RESET deadlock_timeout') if $way eq 'overdue';
	$outcome{first} = $result->{sqlstate};
	$outcome{second} = $answer->{sqlstate};
	$outcome{message} = $answer->{message};
	$result = $self->_repeat($one, $begin, $sql[0], $result);
	$answer = $self->_repeat($two, $begin, $sql[1], $answer);
	# what is locked is left for the next call
	$two->query($sql[1]) if $second->{operation}{due} && $answer->{sqlstate} eq '00000';
	$outcome{codes} = [ $way eq 'rollback' ? () : _code($first, $result), _code($second, $answer) ];
	$outcome{state} = $self->_state($run);
	return \%outcome;
}

# A plain UPDATE has the first of its rows and waits for the second, which a third
# session has locked; the function has the patient and waits for the first row. When
# the third ends each wants what the other has.
sub cross
{
	my ($self, $plain, $function, $level) = @_;
	my $run = $self->_prepare($function);
	my $begin = "BEGIN ISOLATION LEVEL $level";
	my @sql = map { $self->_sql($run, $_) } $plain, $function;
	my ($one, $two, $three) = @$self{qw(first second third)};
	my (%outcome, $result, $answer);

	$three->must("BEGIN; SELECT FROM reportlink.report WHERE organization_id = '$run->{organization}' "
		  . "AND report_id = 10 * $Operations::units{$plain->{unit}}{number} + 2 FOR UPDATE");
	$one->must('SET deadlock_timeout = 20');
	$one->send("$begin; $sql[0]");
	$outcome{waits} = $self->_waits($three, $one);
	$two->send("$begin; $sql[1]");
	$outcome{waits} &&= $self->_waits($one, $two);
	$three->must('ROLLBACK');

	$result = _end($one, $one->wait);
	$answer = _end($two, $two->wait);
	$one->must('RESET deadlock_timeout');
	$outcome{first} = $result->{sqlstate};
	$outcome{second} = $answer->{sqlstate};
	$result = $self->_repeat($one, $begin, $sql[0], $result);
	$outcome{codes} = [ _code($function, $answer), _code($plain, $result) ];
	$outcome{state} = $self->_state($run);
	return \%outcome;
}

1;
