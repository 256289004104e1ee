# FeedNode: what the TAP tests of the feed share: psql sessions that stay open, a
# consumer that is a process of its own and can be killed at any moment, and what
# its file must look like afterwards.
package FeedNode;

use strict;
use warnings;

use Exporter 'import';
use Fcntl qw(O_RDWR O_CREAT O_APPEND);
use IO::Handle;
use IPC::Open2;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(session ask send_to answer_of end_session start_consumer kill_consumer
  delivered feed_ok made_report);

my %consumers;

# A test that dies leaves none behind
END
{
	my $status = $?;

	kill 'KILL', keys %consumers;
	$? = $status;
}

# A line that psql prints when it is through with what was sent
use constant DONE => '-- done --';

# A psql that stays open; errors come as "ERROR:  SQLSTATE" among the rows
sub session
{
	my ($connstr) = @_;
	my %session;

	# what psql writes to stderr belongs to its answer
	$session{pid} = open2($session{out}, $session{in},
		'sh', '-c', 'exec "$@" 2>&1', 'sh', 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=sqlstate', '-d', $connstr);
	return \%session;
}

# Sends statements without waiting for their answer
sub send_to
{
	my ($session, $sql) = @_;

	local $SIG{PIPE} = 'IGNORE';
	print { $session->{in} } "$sql;\n\\echo " . DONE . "\n" or die "connection lost\n";
	$session->{in}->flush or die "connection lost\n";
	return;
}

# The rows of what was sent, as psql prints them
sub answer_of
{
	my ($session) = @_;
	my $answer = '';

	local $SIG{ALRM} = sub { die "no answer within 180 s\n" };
	alarm 180;
	while (my $line = readline $session->{out})
	{
		if ($line eq DONE . "\n")
		{
			alarm 0;
			chomp $answer;
			return $answer;
		}
		$answer .= $line;
	}
	alarm 0;
	die "connection lost\n";
}

sub ask
{
	my ($session, $sql) = @_;

	send_to($session, $sql);
	return answer_of($session);
}

sub end_session
{
	my ($session) = @_;

	close $session->{in};
	close $session->{out};
	waitpid $session->{pid}, 0;
	return;
}

# What is fetched of an event, and kept: organization, id, type, patient
my $columns = q{organization_id, event_id, type, linked_identifiers -> 0 ->> 'mrn'};

# The consumer itself. It appends to its file, with fsync, what it fetched, a line
# "batch", and, when that is acknowledged, a line "acknowledged"; "start" stands
# where it was started or lost its connection. by_id: as one would who knows no
# better, it reads on from the highest id that it has seen.
sub consume
{
	my ($connstr, $file, $batch, $organization, $subscriber, $by_id) = @_;

	cut_short($file);
	sysopen my $out, $file, O_RDWR | O_CREAT | O_APPEND or die "$file: $!";
	while (1)
	{
		append($out, "start\n");
		eval { consume_session(session($connstr), $out, $file, $batch, $organization, $subscriber, $by_id) };
		die $@ if $@ ne "connection lost\n";
		sleep 0.1;
	}
	return;
}

sub consume_session
{
	my ($session, $out, $file, $batch, $organization, $subscriber, $by_id) = @_;
	my $last = $by_id ? highest_id($file) : undef;

	while (1)
	{
		my $events = ask($session, $by_id
			? "SELECT $columns FROM reportlink.event WHERE organization_id = $organization AND event_id > $last ORDER BY event_id LIMIT $batch"
			: "SELECT $columns FROM reportlink_fetch($organization, '$subscriber', $batch)");

		# 40001: above READ COMMITTED, when the one that was killed before still moved it
		if ($events eq '' or $events =~ /^ERROR:  40001/m)
		{
			sleep 0.05;
			next;
		}
		die "connection lost\n" if is_lost($events);
		if ($events =~ /^[A-Z]+:  /m)
		{
			append($out, "error $events\n");
			next;
		}
		append($out, "$events\nbatch\n");
		$out->sync or die $!;
		($last) = $events =~ /^[^|\n]*\|(\d+)\|[^\n]*\z/m or die "not an event: $events";
		unless ($by_id)
		{
			# slow now and then, so that it is killed here too
			sleep rand 0.3 if rand() < 0.2;
			my $answer;

			do
			{
				$answer = ask($session, "SELECT FROM reportlink_ack($organization, '$subscriber', $last)");
			} while ($answer =~ /^ERROR:  40001/m);
			die "connection lost\n" if is_lost($answer);
			append($out, $answer eq '' ? "acknowledged\n" : "error $answer\n");
		}
	}
	return;
}

# The server is shut down or crashes (57P01 to 57P03, as error or as warning), or is gone
sub is_lost
{
	my ($answer) = @_;

	return $answer =~ /^(ERROR|FATAL|WARNING):  57P0|^server closed the connection|^(psql: error: )?connection to server/m;
}

sub append
{
	my ($out, $text) = @_;

	syswrite($out, $text) == length $text or die "short write: $!";
	return;
}

# A line that was being written when it was killed is not there
sub cut_short
{
	my ($file) = @_;
	my $text = whole_file($file);

	return if $text eq '' or $text =~ /\n\z/;
	truncate $file, 1 + rindex($text, "\n") or die $!;
	return;
}

sub highest_id
{
	my ($file) = @_;
	my $highest = 0;

	foreach (whole_file($file) =~ /^[^|\n]*\|(\d+)\|/mg)
	{
		$highest = $_ if $_ > $highest;
	}
	return $highest;
}

sub whole_file
{
	my ($file) = @_;

	open my $in, '<', $file or return '';
	local $/ = undef;
	return readline($in) // '';
}

# Starts it; %consumer has file, organization (as SQL), subscriber, by_id, and isolation
sub start_consumer
{
	my ($connstr, $consumer, $batch) = @_;
	my $folder = $INC{'FeedNode.pm'};

	$folder =~ s{/FeedNode\.pm$}{};
	defined($consumer->{pid} = fork) or die $!;
	if ($consumer->{pid})
	{
		$consumers{ $consumer->{pid} } = 1;
		return;
	}
	$ENV{PGOPTIONS} = "-c default_transaction_isolation=$consumer->{isolation}" if $consumer->{isolation};
	exec $^X, '-I', $folder, '-MFeedNode', '-e', 'FeedNode::consume(@ARGV)', $connstr, $consumer->{file},
	  $batch, $consumer->{organization}, $consumer->{subscriber} || '', $consumer->{by_id} || 0
	  or POSIX::_exit(1);
}

# With -9; it must have been alive until then
sub kill_consumer
{
	my ($consumer) = @_;
	my $ended = waitpid $consumer->{pid}, WNOHANG;

	delete $consumers{ $consumer->{pid} };
	kill 'KILL', $consumer->{pid};
	waitpid $consumer->{pid}, 0 unless $ended;
	return !$ended;
}

# Reads a consumer's file: { events => ids in the order in which they came first, as
# "organization|id", wrong => what must not be, repeated, starts, and order: what
# came of a patient after something later of his }
sub delivered
{
	my ($file) = @_;
	my %got = (events => [], wrong => [], order => [], repeated => 0, starts => 0);
	my %state = (got => \%got, seen => {}, newest => {}, unacknowledged => [], sent => 0, started => 0);
	my @batch;

	foreach my $line (split /\n/, whole_file($file))
	{
		if ($line =~ /^[^|]*\|\d+\|/)
		{
			push @batch, $line;
		}
		elsif ($line eq 'batch')
		{
			take_batch(\%state, splice @batch);
			$state{started} = 0;
		}
		elsif ($line eq 'acknowledged')
		{
			splice @{ $state{unacknowledged} }, 0, $state{sent};
			$state{sent} = 0;
		}
		elsif ($line eq 'start')
		{
			# killed while it wrote: it had not sent an acknowledgement of that
			if (@batch)
			{
				take_batch(\%state, splice @batch);
				$state{sent} = 0;
			}
			$got{starts}++;
			$state{started} = 1;
		}
		else
		{
			push @{ $got{wrong} }, $line;
		}
	}
	return \%got;
}

# A batch begins with what it was given already and has not acknowledged, in the
# same order, and goes on with what is new. After a start the last acknowledgement may have
# been heard, although the consumer did not live to know it.
sub take_batch
{
	my ($state, @lines) = @_;
	my $got = $state->{got};
	my $old = $state->{unacknowledged};
	my @ids = map { /^([^|]*\|\d+)\|/ } @lines;

	splice @$old, 0, $state->{sent} if $state->{started} and @$old and $old->[0] ne $ids[0];
	foreach my $i (0 .. $#ids)
	{
		if ($i < @$old)
		{
			push @{ $got->{wrong} }, "$ids[$i] instead of $old->[$i]" if $ids[$i] ne $old->[$i];
			$got->{repeated}++;
		}
		elsif ($state->{seen}->{ $ids[$i] })
		{
			push @{ $got->{wrong} }, "$ids[$i] again";
		}
		take_event($state, $ids[$i], (split /\|/, $lines[$i])[3] // '') unless $state->{seen}->{ $ids[$i] }++;
	}
	@$old = @ids if @ids > @$old;
	$state->{sent} = @ids;
	return;
}

# An event that came for the first time
sub take_event
{
	my ($state, $event, $patient) = @_;
	my ($organization, $id) = split /\|/, $event;
	my $newest = \$state->{newest}->{"$organization|$patient"};

	push @{ $state->{got}->{events} }, $event;
	return if $patient eq '';
	push @{ $state->{got}->{order} }, "$event of $patient after $$newest" if ($$newest // 0) > $id;
	$$newest = $id;
	return;
}

# Everything that there is of it reached a consumer, nothing else did, repeats were
# what was not acknowledged when it was started again, and patients' events came in their order
sub feed_ok
{
	my ($node, $database, $consumer, $which, $name) = @_;
	my $got = delivered($consumer->{file});
	my %missing = map { $_ => 1 }
	  split /\n/, $node->safe_psql($database, "SELECT organization_id, event_id FROM reportlink.event WHERE $which");
	my $count = keys %missing;
	my @extra = grep { !delete $missing{$_} } @{ $got->{events} };
	my @missing = sort keys %missing;

	cmp_ok($count, '>', 0, "$name: $count events");
	is(first_of(\@missing), '', "$name: none is missing");
	is(first_of(\@extra), '', "$name: nothing that is not there");
	is(first_of($got->{wrong}), '', "$name: started $got->{starts} times, $got->{repeated} repeats, of what was not acknowledged");
	is(first_of($got->{order}), '', "$name: events of a patient in their order");
	return $got;
}

# The first ten, to be read
sub first_of
{
	my ($list) = @_;

	return join(', ', grep { defined } @$list[0 .. 9]) . (@$list > 10 ? ', ... ' . @$list : '');
}

# A report of a patient that Ada owns and has opened; returns its id
sub made_report
{
	my ($node, $database, $organization, $mrn) = @_;

	return $node->safe_psql(
		$database, qq{
		INSERT INTO reportlink.report (organization_id, mrn, accession_number)
		VALUES ('$organization', '$mrn', 'ACC-$mrn') RETURNING report_id AS id \\gset
		SELECT report_id FROM reportlink_open('$organization', :id, 'ada')});
}

1;
