# receiver.pl PORT LOG RULES [CERTIFICATE KEY]: a receiver of webhooks on 127.0.0.1
# for the tests, as good or bad as it is told to be.
#
# LOG gets a line of JSON when a request has come (begin) and one when it is
# answered (end), the latter before the answer goes out. RULES is read for every
# request: the first line whose first word is "*", an event's id or an MRN says
# what happens:
#
#   204                 that status; more words are headers, as Name=value
#   slow                204, after a third of a second
#   stall               no answer, for as long as the client waits
#   close               the connection is closed without an answer
#   garbage             an answer that is not HTTP
#   cut                 the connection is closed in the middle of an answer of 200
#   moody               what goes wrong depends on the id: up to two of 500, close and
#                       stall come before 204, which may be slow
#
# With a certificate, openssl s_server carries the connections, one at a time.

use strict;
use warnings;

use IO::Handle;
use IO::Socket::INET;
use IPC::Open2;
use JSON::PP;
use Time::HiRes qw(time usleep);

my ($port, $log, $rules, $certificate, $key) = @ARGV;
my @moods = ('500', 'close', 'stall');

sub note
{
	my (%line) = @_;

	open my $out, '>>', $log or die "$log: $!";
	syswrite($out, JSON::PP->new->ascii->canonical->encode({ %line, time => time }) . "\n");
	close $out;
	return;
}

# Request line, headers by their names in lower case, and body; nothing at the end
sub read_request
{
	my ($in) = @_;
	my $line = <$in> // return;
	my %request = (line => $line =~ s/\r\n//r, headers => {});

	while (defined($line = <$in>) && $line ne "\r\n")
	{
		my ($name, $value) = $line =~ /^([^:]+): *(.*)\r\n/ or next;

		$request{headers}{ lc $name } = $value;
	}
	read($in, $request{body}, $request{headers}{'content-length'} // 0);
	return \%request;
}

# How often has that event come before?
sub attempts
{
	my ($id) = @_;

	open my $in, '<', $log or return 0;
	my @begun = grep { $_->{what} eq 'begin' && $_->{id} eq $id } map { decode_json($_) } <$in>;
	return @begun - 1;
}

sub mood
{
	my ($id) = @_;
	my $attempt = attempts($id);

	return $moods[ ($id + $attempt) % @moods ] if $attempt < $id % 3;
	return $id % 2 ? 'slow' : '204';
}

sub rule_for
{
	my ($id, $mrn) = @_;

	open my $in, '<', $rules or die "$rules: $!";
	while (my $line = <$in>)
	{
		my ($who, @words) = split ' ', $line;

		return @words if $who eq '*' || $who eq $id || $who eq $mrn;
	}
	die "no rule for event $id";
}

# Answers one request; false: the connection is over
sub serve
{
	my ($in, $out) = @_;
	my $request = read_request($in) or return 0;
	my $id = $request->{headers}{'webhook-id'} // '';
	my $event = eval { decode_json($request->{body}) } // {};
	my $mrn = $event->{data}{linked_identifiers}[0]{mrn} // '';

	note(what => 'begin', id => $id, mrn => $mrn, %$request);
	my ($action, @headers) = rule_for($id, $mrn);

	$action = mood($id) if $action eq 'moody';
	usleep(333_333) if $action eq 'slow';
	note(what => 'end', id => $id, mrn => $mrn, action => $action);
	if ($action eq 'stall')
	{
		sleep 600;
	}
	elsif ($action eq 'garbage')
	{
		print $out "what?\r\n\r\n";
	}
	elsif ($action eq 'cut')
	{
		print $out "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
	}
	elsif ($action ne 'close')
	{
		$action = 204 if $action eq 'slow';
		print $out join("\r\n", "HTTP/1.1 $action Status", ($action == 204 ? () : 'Content-Length: 3'), (map { s/=/: /r } @headers), '', '');
		print $out 'no!' unless $action == 204;
		return 1;
	}
	return 0;
}

if ($certificate)
{
	my $pid = open2(my $in, my $out, 'openssl', 's_server', '-quiet', '-accept', "127.0.0.1:$port", '-cert', $certificate, '-key', $key);

	$SIG{TERM} = sub { kill 'TERM', $pid; exit };
	$out->autoflush;
	while (serve($in, $out)) { }
	exit;
}

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 100, ReuseAddr => 1)
  or die "port $port: $@";

$SIG{CHLD} = 'IGNORE';
while (1)
{
	my $socket = $listener->accept or next;

	if (fork == 0)
	{
		$listener->close;
		$socket->autoflush;
		while (serve($socket, $socket)) { }
		exit;
	}
	$socket->close;
}
