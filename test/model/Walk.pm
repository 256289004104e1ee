# Walk: one session does what chance says (Choice), and after each step everything
# that can be seen is compared with the model.
package Walk;

use strict;
use warnings;

use Choice;
use Lines;
use List::Util qw(min);
use Session;
use State;

my @TABLES = qw(report group document signature publication event);
my @LEVELS = ('', '', 'REPEATABLE READ', 'SERIALIZABLE');
my $CHECKED = 25;    # steps between two reportlink_check()
my $SHOWN = $ENV{REPORTLINK_MODEL_SHOWN} || 10;

my @MEMBERS = (
	map({ [ 'north', @$_ ] } [qw(ada attending)], [qw(abe attending)], [qw(rex resident)], [qw(ray resident)], [qw(dot drafter)], [qw(sue attending)],
		[qw(adm administrator)], [qw(hl7 integration)], [qw(gone attending)]),
	map({ [ 'south', @$_ ] } [qw(sue attending)], [qw(abe attending)], [qw(ada resident)], [qw(dot attending)], [qw(rex drafter)], [qw(adm integration)]));

# A walk in a database that has the extension and nothing else; done counts what ended how
sub new
{
	my ($class, $node, $database, $seed, $done) = @_;
	my $self = bless { session => Session->new($node, $database), state => State->new, stack => [], seed => $seed, done => $done,
		history => [], steps => 0, transaction => 1 }, $class;

	Choice::restart($seed);
	$self->_set_up;
	return $self;
}

# A statement that prepares, and is no step
sub _prepare
{
	my ($self, $sql) = @_;

	push @{ $self->{history} }, $sql;
	$self->{session}->must($sql);
	return;
}

sub _set_up
{
	my ($self) = @_;
	my $state = $self->{state};

	$self->_prepare(q{SET TimeZone = 'UTC'; SET reportlink.user_id = ''; SET client_min_messages = error});
	foreach my $organization (qw(north south))
	{
		my $enabled = $organization eq 'north' ? 1 : 0;

		$state->{organization}{$organization} = { linking_enabled => $enabled, recall_enabled => 1, recall_delay_seconds => 60, recall_allow_immediate_sign => 1 };
		$self->_prepare("INSERT INTO reportlink.organization (organization_id, linking_enabled, recall_enabled) VALUES ('$organization', '$enabled', true)");
	}
	foreach my $member (@MEMBERS)
	{
		my ($organization, $user, $role) = @$member;
		my $active = $user eq 'gone' ? 0 : 1;

		$state->{member}{$organization}{$user} = { role => $role, active => $active };
		$self->_prepare("INSERT INTO reportlink.member VALUES ('$organization', '$user', '$role', '$active')");
	}
	$self->{session}->must('PREPARE lines (bigint, bigint, bigint, bigint) AS ' . Lines::query());
	$self->{next} = { map { $_ => 1 } @TABLES };
	return;
}

# Begins or ends a transaction or a savepoint, now and then
sub _control
{
	my ($self) = @_;
	my $depth = @{ $self->{stack} };

	return Choice::chance(0.04) ? 'BEGIN' : undef if !$depth;
	return if !Choice::chance(0.22);
	return Choice::pick('COMMIT', 'ROLLBACK', 'ROLLBACK', 'SAVEPOINT', 'SAVEPOINT') if $depth == 1;
	return Choice::pick('ROLLBACK', 'COMMIT', 'SAVEPOINT', 'ROLLBACK TO', 'ROLLBACK TO', 'RELEASE');
}

# The model goes back to where it was, or forgets where that is
sub _do_control
{
	my ($self, $command) = @_;
	my $stack = $self->{stack};
	my $depth = @$stack;
	my $level = $command eq 'BEGIN' ? Choice::pick(@LEVELS) : '';

	push @$stack, $self->{state}->copy if $command =~ /^(BEGIN|SAVEPOINT)$/;
	$self->{state} = $stack->[ $command eq 'ROLLBACK' ? 0 : -1 ]->copy if $command =~ /^ROLLBACK/;
	pop @$stack if $command eq 'RELEASE';
	@$stack = () if $command =~ /^(COMMIT|ROLLBACK)$/;
	$self->{state}{isolation} = $level if $command eq 'BEGIN';
	$self->{state}{isolation} = '' if $command eq 'COMMIT';
	return "$command ISOLATION LEVEL $level" if $level ne '';
	return $command eq 'SAVEPOINT' ? "SAVEPOINT s$depth" : $command eq 'ROLLBACK TO' || $command eq 'RELEASE' ? "$command SAVEPOINT s" . ($depth - 1) : $command;
}

# What a step is to come to: the rule on a copy of the model, which it becomes where it is done
sub _expect
{
	my ($self, $step) = @_;
	my $state = $self->{state}->copy;

	$state->{next} = { %{ $self->{next} } };
	my $rows = eval { $step->{rule}->($state, $step->{call}) };

	die $@ if $@ && !ref $@;
	return (undef, { refused => $@->{any} || [$@] }) if $@;
	$state->look;
	return ($state, { rows => $rows });
}

# Runs it, in a savepoint where there is a transaction, which goes on after an error
sub _run
{
	my ($self, $sql) = @_;
	my $session = $self->{session};

	return $session->query($sql) if !@{ $self->{stack} };
	my $result = $session->query("SAVEPOINT step; $sql; RELEASE SAVEPOINT step");

	$session->must('ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step') if $result->{sqlstate} ne '00000';
	return $result;
}

# What is wrong with the answer
sub _wrong_answer
{
	my ($expected, $result) = @_;
	my $got = "$result->{sqlstate} $result->{message}";

	if ($expected->{refused})
	{
		my @codes = @{ $expected->{refused} };

		return if grep { $_->{sqlstate} eq $result->{sqlstate} && index($result->{message}, $_->{message}) >= 0 } @codes;
		return 'expected: ' . join(' or ', map { "$_->{sqlstate} $_->{message}" } @codes), "got: $got";
	}
	return 'expected: it is done', "got: $got" if $result->{sqlstate} ne '00000';
	my @expected = map { Lines::line(@$_) } @{ $expected->{rows} };
	my @rows = map { Lines::line(@$_) } @{ $result->{rows} };

	return if "@expected" eq "@rows";
	return (map { "expected row: $_" } @expected), map { "got row: $_" } @rows;
}

# Numbers that the order of units gives, which is not said: by unit they are taken over
sub _take_numbers
{
	my ($before, $state, $next, $lines) = @_;
	my $unit = sub { my ($id) = @_; my $report = $before->{report}{$id}; $report ? min(State::ids($before->unit($report))) : $id };
	my %number = map { my (undef, $id, undef, $group, $report) = split /\|/; ("$group $report" => $id) }
	  grep { /^publication\|(\d+)/ && $1 >= $next->{publication} } @$lines;
	my @new = grep { $_->{id} >= $next->{event} } @{ $state->{event} };
	my @got = grep { /^event\|/ } @$lines;
	my %place = map { my ($id, $report) = /^event\|[^|]*\|(\d+)\|.*?\{(\d+)/ ? ($1, $2) : (); ($id => $unit->($report)) } @got;
	my @ids = sort { $place{$a} <=> $place{$b} || $a <=> $b } keys %place;
	my %renamed;

	foreach my $publication (grep { $_->{id} >= $next->{publication} } values %{ $state->{publication} })
	{
		$renamed{ $publication->{id} } = $number{ Lines::text($publication->{group}) . " $publication->{report}" } // $publication->{id};
	}
	foreach my $event (sort { $unit->($a->{reports}[0]) <=> $unit->($b->{reports}[0]) || $a->{id} <=> $b->{id} } @new)
	{
		$event->{id} = shift @ids if @ids;
		$event->{data}{publication_id} = $renamed{ $event->{data}{publication_id} } // $event->{data}{publication_id} if defined $event->{data}{publication_id};
	}
	@{ $state->{event} } = sort { $a->{id} <=> $b->{id} } @{ $state->{event} };
	my @publications = values %{ $state->{publication} };

	$_->{id} = $renamed{ $_->{id} } // $_->{id} foreach @publications;
	$state->{publication} = { map { $_->{id} => $_ } @publications };
	return;
}

# The time of a first final signature is the server's to tell; from then on it stays
sub _take_times
{
	my ($state, $lines) = @_;

	foreach my $line (grep { /^report/ } @$lines)
	{
		my (undef, $id, @columns) = split /\|/, $line;
		my $report = $state->{report}{$id};

		$report->{signed_at} = $columns[13] if $report && ($report->{signed_at} // '') eq 'new' && $columns[13] ne '-';
	}
	return;
}

# Everything that can be seen, against the model: what differs
sub _wrong_state
{
	my ($self, $before, $unordered) = @_;
	my %next = %{ $self->{next} };
	my @lines = map { "$_->[0]|" . ($_->[1] // '') } @{ $self->{session}->must('EXECUTE lines (' . join(', ', @next{qw(document signature publication event)}) . ')') };
	my $state = $self->{state};

	$self->{next} = { map { /^next\|(?:report_)?(\w+)\|(\d+)/ ? ($1 => $2) : () } @lines };
	@lines = grep { !/^next/ } @lines;
	_take_numbers($before, $state, \%next, \@lines) if $unordered;
	_take_times($state, \@lines);
	my @expected = Lines::of_model($state, %next);
	my %got;

	$got{$_}++ foreach @lines;
	my @missing = grep { !$got{$_} || !$got{$_}-- } @expected;

	return ((map { "expected: $_" } @missing), map { "got: $_" } sort grep { $got{$_} } keys %got);
}

# Statements that psql takes
sub _told
{
	my ($self, @wrong) = @_;
	my @last = @{ $self->{history} };

	@last = @last[ -$SHOWN .. -1 ] if @last > $SHOWN;
	return join "\n", "REPORTLINK_SEED=$self->{seed}, step $self->{steps}: the last of these deviates", '\set ON_ERROR_ROLLBACK on',
	  (map { "$_;" } @last), @wrong;
}

sub _count
{
	my ($self, $name, $sqlstate) = @_;

	$self->{done}{$name}{$sqlstate}++;
	return;
}

sub _step
{
	my ($self, $step) = @_;
	my $before = $self->{state};

	$before->{transaction} = $self->{transaction};
	push @{ $self->{history} }, $step->{sql};
	$self->{steps}++;
	my ($after, $expected) = $self->_expect($step);
	my $result = $self->_run($step->{sql});

	$self->_count($step->{name}, $result->{sqlstate});
	$self->{state} = $after if $after;
	$self->{transaction}++ if !@{ $self->{stack} };
	return (_wrong_answer($expected, $result), $self->_wrong_state($before, $after && $step->{unordered}));
}

sub _step_of_control
{
	my ($self, $command) = @_;
	my $before = $self->{state};
	my $sql = $self->_do_control($command);

	push @{ $self->{history} }, $sql;
	$self->{steps}++;
	my $result = $self->{session}->query($sql);

	$self->_count($command, $result->{sqlstate});
	$self->{transaction}++ if $command =~ /^(COMMIT|ROLLBACK)$/;
	return ($result->{sqlstate} ne '00000' ? "got: $result->{sqlstate} $result->{message}" : (), $self->_wrong_state($before));
}

# What waits for its publication waits for as long as the walk lasts, until time passes for it
sub _put_off
{
	my ($self) = @_;
	my @new = grep { $_->{state} eq 'scheduled' && !$_->{put_off} } values %{ $self->{state}{publication} };

	return if !@new;
	$self->_prepare(q{UPDATE reportlink.publication SET publish_at = publish_at + interval '1 day' WHERE publication_id IN (} . join(', ', map { $_->{id} } @new) . ')');
	$_->{put_off} = 1 foreach @new;
	return;
}

sub _broken
{
	my ($self) = @_;

	return map { 'broken: ' . Lines::line(@$_) } @{ $self->{session}->must('SELECT * FROM reportlink_check()') };
}

# One or more steps, and whether anything is broken afterwards
sub _go_on
{
	my ($self) = @_;
	my $command = $self->_control;

	foreach my $next ($command ? $command : Choice::steps($self->{state}))
	{
		$self->_put_off;
		my @wrong = ref $next ? $self->_step($next) : $self->_step_of_control($next);

		push @wrong, $self->_broken if !@wrong && $self->{steps} % $CHECKED == 0;
		return @wrong if @wrong;
	}
	return;
}

# So many steps; what deviated, with what led to it. A server that crashes deviates.
sub run
{
	my ($self, $steps) = @_;

	while ($self->{steps} < $steps)
	{
		my @wrong = eval { $self->_go_on };

		push @wrong, "got: $@" if $@;
		return $self->_told(@wrong) if @wrong;
	}
	return;
}

1;
