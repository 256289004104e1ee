# Session: one connection that can be given a statement and asked later how it
# went, which is what two transactions that meet need. It speaks as much of the
# server's protocol as that takes, so the tests need no driver of Perl.
package Session;

use strict;
use warnings;

use IO::Select;
use IO::Socket::UNIX;

my $PROTOCOL = 196608;    # 3.0

# A session of a PostgreSQL::Test::Cluster, as the user who made it
sub new
{
	my ($class, $node, $database) = @_;
	my $path = $node->host . '/.s.PGSQL.' . $node->port;
	my $socket = IO::Socket::UNIX->new(Peer => $path) or die "no connection to $path: $!";
	my $self = bless { socket => $socket, select => IO::Select->new($socket), buffer => '', result => {} }, $class;
	my $startup = pack('N', $PROTOCOL) . join("\0",
		user => scalar(getpwuid($<)), database => $database, application_name => 'test', '', '');

	$self->{busy} = 1;
	$self->_write(pack('N', 4 + length $startup) . $startup);
	$self->wait;
	return $self;
}

sub pid
{
	my ($self) = @_;

	return $self->{pid};
}

sub _write
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		my $written = syswrite $self->{socket}, $bytes;

		defined $written or die "the connection is lost: $!";
		substr $bytes, 0, $written, '';
	}
	return;
}

# Gives it statements, and does not wait
sub send
{
	my ($self, $sql) = @_;

	$self->{result} = { rows => [], sqlstate => '00000', message => '' };
	$self->{busy} = 1;
	$self->_write('Q' . pack('N', 5 + length $sql) . "$sql\0");
	return;
}

# How it went, or nothing if it is not done after so many seconds: rows of the
# last query, SQLSTATE (00000: no error) and message
sub poll
{
	my ($self, $seconds) = @_;

	while ($self->{busy})
	{
		my ($type, $length) = unpack 'aN', $self->{buffer};

		if (defined $length && length $self->{buffer} > $length)
		{
			$self->_read_message($type, substr $self->{buffer}, 5, $length - 4);
			substr $self->{buffer}, 0, 1 + $length, '';
		}
		elsif (!$self->{select}->can_read($seconds))
		{
			return;
		}
		else
		{
			sysread($self->{socket}, $self->{buffer}, 65536, length $self->{buffer})
			  or die 'the server closed the connection';
		}
	}
	return $self->{result};
}

sub _read_message
{
	my ($self, $type, $body) = @_;

	if ($type eq 'D')
	{
		my ($count, @row) = unpack 'n', $body;
		my $place = 2;

		for (1 .. $count)
		{
			my $length = unpack 'l>', substr $body, $place, 4;

			push @row, $length < 0 ? undef : substr $body, $place + 4, $length;
			$place += 4 + ($length < 0 ? 0 : $length);
		}
		push @{ $self->{result}{rows} }, \@row;
	}
	elsif ($type eq 'T')
	{
		$self->{result}{rows} = [];
	}
	elsif ($type eq 'E')
	{
		my %fields = map { substr($_, 0, 1) => substr $_, 1 } grep { length } split /\0/, $body;

		@{ $self->{result} }{qw(sqlstate message)} = @fields{qw(C M)};
	}
	elsif ($type eq 'Z')
	{
		$self->{busy} = 0;
	}
	elsif ($type eq 'K')
	{
		$self->{pid} = unpack 'N', $body;
	}
	return;
}

sub wait
{
	my ($self) = @_;

	return $self->poll(60) // die 'no answer within a minute';
}

sub query
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->wait;
}

# The same where an error is a defect of the test
sub must
{
	my ($self, $sql) = @_;
	my $result = $self->query($sql);

	die "$result->{sqlstate} $result->{message}: $sql" if $result->{sqlstate} ne '00000';
	return $result->{rows};
}

1;
