# reportlink-listen --webhook sends every event, signed, to a receiver that fails
# in every way there is: nothing is lost, the events of one patient keep their
# order, one that is refused does not hold those of others, and the database
# notices nothing of it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IO::Socket::INET;
use JSON::PP;
use Listener;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

plan skip_all => 'built without the listener' unless $ENV{REPORTLINK_LISTEN};
$ENV{no_proxy} = '127.0.0.1,localhost';

my $node = start_node('webhook', 'fsync = off');
my $folder = PostgreSQL::Test::Utils::tempdir;
my $port = PostgreSQL::Test::Cluster::get_free_port();
my ($log, $rules) = ("$folder/log", "$folder/rules");
my $receiver;
my @secrets = ('a secret of 24 bytes, yes', 'and another one, to rotate');

install_feed($node, 150);

sub sql
{
	my ($statement) = @_;

	return $node->safe_psql('postgres', $statement);
}

sub write_file
{
	my ($file, @lines) = @_;

	open my $out, '>', "$file.new" or die "$file: $!";
	print $out "$_\n" foreach @lines;
	close $out;
	rename("$file.new", $file) or die "$file: $!";
	return $file;
}

my $one = write_file("$folder/one", 'whsec_' . encode_base64($secrets[0], ''));
my $two = write_file("$folder/two", 'whsec_' . encode_base64($secrets[0], ''), '', encode_base64($secrets[1], ''));

END
{
	my $status = $?;

	stop_receiver();
	$? = $status;
}

# A receiver with a new log that follows these rules
sub start_receiver
{
	my ($certificate, @rules) = @_;

	stop_receiver();
	unlink $log;
	write_file($rules, @rules);
	$receiver = fork // die "fork: $!";
	if ($receiver == 0)
	{
		# a group of its own, with those that it forks
		setpgrp;
		exec($^X, "$FindBin::RealBin/../lib/receiver.pl", $port, $log, $rules, $certificate ? ("$certificate.crt", "$certificate.key") : ())
		  or POSIX::_exit(127);
	}
	await(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) }, 'the receiver listens');
	return;
}

sub stop_receiver
{
	return unless $receiver;
	kill 'TERM', -$receiver;
	waitpid($receiver, 0);
	undef $receiver;
	return;
}

# What came, and what became of it
sub logged
{
	return -e $log ? map { decode_json($_) } split /\n/, slurp_file($log) : ();
}

sub requests
{
	my ($id) = @_;

	return grep { $_->{what} eq 'begin' && (!defined $id || $_->{id} eq $id) } logged();
}

# Ids of the events that the receiver took, in the order in which it did
sub taken
{
	return map { $_->{id} } grep { $_->{what} eq 'end' && $_->{action} =~ /^(2..|slow)$/ } logged();
}

sub await_taken
{
	my ($count) = @_;

	return await(sub { my @taken = taken(); @taken >= $count }, "$count events are taken");
}

sub webhook
{
	my ($secret_file, @arguments) = @_;

	return ('--webhook', "http://127.0.0.1:$port/events?token=1", '--secret-file', $secret_file, @arguments);
}

# The id of the last event that a subscriber has acknowledged
sub acknowledged
{
	my ($subscriber) = @_;

	return sql("SELECT acknowledged_event_id FROM reportlink.subscriber WHERE subscriber = '$subscriber'");
}

# The signature of a request with a secret, made by openssl
sub signature
{
	my ($request, $secret) = @_;
	my $content = "$folder/content";

	open my $out, '>:raw', $content or die "$content: $!";
	print $out join('.', @{ $request->{headers} }{ 'webhook-id', 'webhook-timestamp' }, $request->{body});
	close $out;
	my $hex = unpack('H*', $secret);
	my $signature = qx{openssl dgst -sha256 -mac HMAC -macopt hexkey:$hex -binary $content | openssl base64 -A};

	return "v1,$signature";
}

# Everything is taken once, with a right signature; each patient's in order and one after the other
sub delivered_ok
{
	my ($name, @expected) = @_;
	my $together = 0;
	my (%open, %newest, @early, @wrong);

	is_deeply([ sort { $a <=> $b } taken() ], \@expected, "$name: each event is taken once");
	foreach my $line (logged())
	{
		if ($line->{what} eq 'end')
		{
			delete $open{ $line->{id} } if $line->{action} =~ /^(2..|slow)$/;
			next;
		}
		my $patient = decode_json($line->{body})->{source} . ' ' . $line->{mrn};

		push @wrong, $line->{id} if $line->{headers}{'webhook-signature'} ne signature($line, $secrets[0]);
		push @early, $line->{id} if grep { $open{$_} eq $patient && $_ < $line->{id} } keys %open;
		push @early, $line->{id} if $line->{id} < ($newest{$patient} // 0);
		$open{ $line->{id} } = $patient;
		$newest{$patient} = $line->{id};
		$together = keys %open if keys %open > $together;
	}
	is_deeply(\@early, [], "$name: none comes before those before it of its patient");
	is_deeply(\@wrong, [], "$name: every signature is right");
	return $together;
}

# One request
sql(q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES (U&'S\00fcd / 1', true);
	INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (U&'S\00fcd / 1', 'ada', 'attending');
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT U&'S\00fcd / 1', U&'M\00fcller "1"', 'ACC-' || i FROM generate_series(1, 2) i});
start_receiver(undef, '* 204');
my @expected = (link_patients($node, 'north', 1), link_patients($node, 'Süd / 1', 1));
my ($status, $errors) = listen_once($node, webhook($one, '--from-start', 'first'));
is($status, 0, '--once: exit status 0');
is($errors, '', 'and nothing on stderr');
delivered_ok('one patient in each of two organizations', @expected);
my ($request) = requests();
my $event = decode_json($request->{body});
is($request->{line}, 'POST /events?token=1 HTTP/1.1', 'POST to the URL');
is($request->{headers}{'content-type'}, 'application/cloudevents+json', 'a CloudEvent in structured mode');
like($request->{headers}{'user-agent'}, qr{^reportlink-listen/\d}, 'User-Agent');
cmp_ok(abs($request->{headers}{'webhook-timestamp'} - time), '<', 600, 'webhook-timestamp is now');
is($request->{headers}{'webhook-id'}, $expected[0], 'webhook-id is that of the event');
is_deeply([ sort keys %$event ], [ qw(data datacontenttype id source specversion subject time type) ], 'its attributes');
is_deeply(
	[ @$event{qw(specversion id source type datacontenttype)} ],
	[ '1.0', $expected[0], '/reportlink/north', 'report.linked', 'application/json' ], 'what they are');
is($event->{subject}, 'group/' . $event->{data}{group_id}, 'subject: the group');
like($event->{time}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/, 'time: RFC 3339, UTC');
is_deeply(
	$event->{data},
	decode_json(sql(qq{
		SET TimeZone = 'UTC';
		SELECT row_to_json(e) FROM (SELECT organization_id, event_id, type, group_id, document_id, default_report_id, report_ids,
			linked_identifiers, actor, database_role, occurred_at, data FROM reportlink.event WHERE event_id = $expected[0]) e})),
	'data: the event as it is in the table');
is(scalar @{ $event->{data}{linked_identifiers} }, 2, 'with linked_identifiers');
$event = decode_json((requests($expected[-1]))[0]{body});
is($event->{source}, '/reportlink/S%C3%BCd%20%2F%201', 'source: percent-encoded');
is($event->{data}{linked_identifiers}[0]{mrn}, "M\x{fc}ller \"1\"", 'UTF-8');
sql(q{SELECT reportlink_open('north', (SELECT max(report_id) FROM reportlink.report WHERE organization_id = 'north'), 'abe')});
listen_once($node, webhook($two, 'first'));
$request = (requests())[-1];
like(decode_json($request->{body})->{subject}, qr{^report/\d+$}, 'subject: the report, when it is not linked');
is($request->{headers}{'webhook-signature'}, join(' ', map { signature($request, $_) } @secrets),
	'two secrets: two signatures');
($status) = listen_once($node, webhook($one, 'first'));
is(scalar(requests()), scalar(() = taken()), 'all is acknowledged: nothing comes again');

# Moody: 500, closed without an answer, stalling, slow; four at a time
start_receiver(undef, '* moody');
listen_once($node, webhook($one, 'moody'));
@expected = (link_patients($node, 'north', 6), link_patients($node, 'south', 6));
($status, $errors) = listen_once($node, webhook($one, '--parallel', 4, '--timeout', 4, 'moody'));
is($status, 0, 'a moody receiver: exit status 0 in the end');
my $together = delivered_ok('a moody receiver', @expected);
cmp_ok($together, '>', 1, "a moody receiver: up to $together patients wait at a time");
cmp_ok(scalar(requests()), '>', @expected, 'some came more than once');
like($errors, qr/event \d+: the receiver answered 500; trying again in \d\.\d s/, '500 is said');
like($errors, qr/event \d+: (?!the receiver).*(timed out|timeout).*; trying again in/i, 'so is a receiver that stalls');
unlike($errors, qr/MRN|ACC-|token/, 'no identifier is said, nor the URL');

# What is no answer, or leads elsewhere
foreach my $rule ('close', 'garbage', 'cut', "302 Location=http://127.0.0.1:$port/elsewhere", '199', '304')
{
	start_receiver(undef, "* $rule");
	listen_once($node, webhook($one, 'odd'));
	@expected = link_patients($node, 'north', 1);
	my $listener = Listener->start($node, [ webhook($one, $rule eq 'cut' ? '--quiet' : (), 'odd') ]);

	await(sub { requests($expected[0]) > 1 }, "a second attempt after $rule");
	write_file($rules, '* 204');
	await_taken(scalar @expected);
	is($listener->stop, 0, "$rule: tried again, and taken");
	is_deeply([ grep { $_->{line} !~ m{^POST /events\?token=1 } } requests() ], [], "$rule: the URL and no other");
	like($listener->errors, $rule eq 'cut' ? qr/^\z/ : qr/^reportlink-listen: event $expected[0]: .*; trying again in [01]\.\d s\n/,
		"$rule: it is said, and not with --quiet");
}

# One patient's event is refused
listen_once($node, webhook($one, 'refused'));
@expected = link_patients($node, 'north', 8);
my $mrn = sql("SELECT linked_identifiers -> 0 ->> 'mrn' FROM reportlink.event WHERE event_id = $expected[4]");
my @refused = split /\n/, sql("SELECT event_id FROM reportlink.event WHERE linked_identifiers -> 0 ->> 'mrn' = '$mrn' AND event_id >= $expected[0] AND organization_id = 'north' ORDER BY event_id");
cmp_ok(scalar @refused, '>', 1, 'more than one event of the patient');
start_receiver(undef, "$mrn 500", '* 204');
my $listener = Listener->start($node, [ webhook($one, 'refused') ]);
await_taken(@expected - @refused);
await(sub { requests($refused[0]) > 2 }, 'it is tried again');
is(scalar(requests($refused[1])), 0, 'what comes after it of the same patient waits');
$node->poll_query_until('postgres',
	"SELECT acknowledged_event_id = $refused[0] - 1 FROM reportlink.subscriber WHERE subscriber = 'refused'")
  or die 'the beginning is not acknowledged';
pass('what was taken before it is acknowledged, what was taken after it is not');
is($listener->stop, 0, 'SIGTERM: exit status 0');
is(acknowledged('refused'), $refused[0] - 1, 'and nothing more');
my @attempts = requests($refused[0]);
cmp_ok($attempts[2]{time} - $attempts[1]{time}, '>', 1.4, 'the second wait is longer than the first may be');
is(scalar(grep { $_->{body} ne $attempts[0]{body} } @attempts), 0, 'the body is the same in every attempt');
start_receiver(undef, '* 204');
listen_once($node, webhook($one, 'refused'));
delivered_ok('the rest', grep { $_ >= $refused[0] } @expected);

# A report of a patient whose event is refused comes to one whose events are taken, and is linked
my ($from, $to) = split /\n/,
  sql(q{SELECT min(report_id) FROM reportlink.report WHERE organization_id = 'south' AND group_id IS NULL GROUP BY mrn ORDER BY 1 LIMIT 2});
listen_once($node, webhook($one, 'moved'));
sql("SELECT reportlink_open('south', $from, 'ada'); SELECT reportlink_open('south', $to, 'ada')");
sql("UPDATE reportlink.report r SET mrn = t.mrn FROM reportlink.report t WHERE r.report_id = $from AND t.report_id = $to");
sql("SELECT reportlink_link('south', '{$from,$to}', false, 'ada')");
@expected = split /\n/, sql('SELECT event_id FROM (SELECT event_id FROM reportlink.event ORDER BY event_id DESC LIMIT 5) e ORDER BY event_id');
start_receiver(undef, "$expected[1] 500", '* 204');
$listener = Listener->start($node, [ webhook($one, '--parallel', 4, 'moved') ]);
await(sub { requests($expected[1]) > 1 }, 'it is tried again');
is_deeply([ sort { $a <=> $b } taken() ], [ @expected[ 0, 2, 3 ] ], 'what concerns both patients waits for both');
write_file($rules, '* 204');
await_taken(scalar @expected);
is($listener->stop, 0, 'and is taken in the end');

# 410
listen_once($node, webhook($one, 'gone'));
@expected = link_patients($node, 'north', 6);
start_receiver(undef, "$expected[5] 410", '* 204');
$listener = Listener->start($node, [ webhook($one, '--quiet', 'gone') ]);
is($listener->status, 3, '410: exit status 3');
like($listener->errors, qr/^reportlink-listen: event $expected[5]: the receiver answered 410/, 'said even with --quiet');
is_deeply([ map { $_->{id} } requests() ], [ @expected[ 0 .. 5 ] ], 'nothing is sent after it');
is(acknowledged('gone'), $expected[4], 'what was taken before it is acknowledged, the event itself is not');
start_receiver(undef, '* 204');
listen_once($node, webhook($one, 'gone'));
delivered_ok('after 410', @expected[ 5 .. $#expected ]);

# Retry-After
listen_once($node, webhook($one, 'later'));
@expected = link_patients($node, 'north', 1);
start_receiver(undef, '* 503 Retry-After=4');
$listener = Listener->start($node, [ webhook($one, 'later') ]);
await(sub { requests() > 0 }, 'an attempt');
write_file($rules, '* 204');
await_taken(scalar @expected);
is($listener->stop, 0, 'Retry-After: taken');
@attempts = requests($expected[0]);
cmp_ok($attempts[1]{time} - $attempts[0]{time}, '>=', 3.9, 'not before it says');
like($listener->errors, qr/answered 503; trying again in 4\.0 s/, 'it is said');

# The server goes away while a batch is under way
listen_once($node, webhook($one, 'lost'));
@expected = link_patients($node, 'north', 4);
start_receiver(undef, "$expected[2] 500", '* 204');
$listener = Listener->start($node, [ webhook($one, '--poll', 1, 'lost') ]);
await(sub { requests($expected[2]) > 0 && taken() > 2 }, 'the batch is under way');
$node->restart;
write_file($rules, '* 204');
await_taken(scalar @expected);
push @expected, link_patients($node, 'north', 1);
await_taken(scalar @expected);
$node->poll_query_until('postgres', "SELECT acknowledged_event_id = $expected[-1] FROM reportlink.subscriber WHERE subscriber = 'lost'")
  or die 'not acknowledged';
is($listener->stop, 0, 'the server was away in the middle of a batch: exit status 0');
delivered_ok('the server was away in the middle of a batch', @expected);

# The receiver is dead, or as good as dead: the database goes on
listen_once($node, webhook($one, 'dead'));
@expected = link_patients($node, 'north', 1);
foreach my $how ('stall', 'dead')
{
	$how eq 'stall' ? start_receiver(undef, '* stall') : stop_receiver();
	$listener = Listener->start($node, [ webhook($one, 'dead') ]);
	await(sub { $how eq 'stall' ? requests() > 0 : $listener->errors =~ /connect/ }, "the receiver: $how");
	is(sql(q{
			SELECT state, xact_start IS NULL, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid)
			FROM pg_stat_activity a WHERE application_name = 'reportlink-listen'}),
		'idle|t|0', "$how: no transaction is open, nothing locked");
	link_patients($node, 'north', 1);
	sql(q{SELECT pg_notify('reportlink', repeat(n::text, 1000)) FROM generate_series(1000, 1099) n});
	is(sql('SELECT pg_notification_queue_usage()'), 0, "$how: linking goes on, no notification is kept");
	ok(!$listener->ended, "$how: it still tries");
	is($listener->stop, 0, "$how: SIGTERM ends it");
}
is(acknowledged('dead'), $expected[0] - 1, 'nothing is acknowledged');

# TLS: who the receiver is, is verified
foreach my $name ('127.0.0.1', '127.0.0.2')
{
	system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', 2, '-subj', "/CN=$name",
		'-addext', "subjectAltName=IP:$name", '-keyout', "$folder/$name.key", '-out', "$folder/$name.crt");
}
listen_once($node, webhook($one, 'tls'));
@expected = link_patients($node, 'north', 1);
my @tls = ('--webhook', "https://127.0.0.1:$port/", '--secret-file', $one, 'tls');
start_receiver("$folder/127.0.0.1", '* 204');
$listener = Listener->start($node, \@tls);
$listener->await_errors(qr/certificate.*trying again.*certificate.*trying again/s, 'it is tried twice');
is($listener->stop, 0, 'a certificate of an unknown authority is refused');
is(scalar(requests()), 0, 'before anything is sent');
($status, $errors) = listen_once($node, '--ca-file', "$folder/127.0.0.1.crt", @tls);
is($status, 0, '--ca-file: taken') or diag $errors;
delivered_ok('over TLS', @expected);
start_receiver("$folder/127.0.0.2", '* 204');
@expected = link_patients($node, 'north', 1);
$listener = Listener->start($node, [ '--ca-file', "$folder/127.0.0.2.crt", @tls ]);
$listener->await_errors(qr/trying again/, 'it is tried');
is($listener->stop, 0, 'the name in the certificate is another: refused');
is(scalar(requests()), 0, 'before anything is sent');

# What cannot work is said at once
my %wrong = (
	'no file of secrets' => [ '--secret-file', "$folder/nothing" ],
	'no secret' => [ '--secret-file', write_file("$folder/empty", '', ' ') ],
	'an empty secret' => [ '--secret-file', write_file("$folder/prefix", 'whsec_') ],
	'a secret that is no base64' => [ '--secret-file', write_file("$folder/text", 'whsec_secret!') ],
	'a secret that is cut' => [ '--secret-file', write_file("$folder/cut", 'whsec_QUJDR') ],
	'padding in the middle' => [ '--secret-file', write_file("$folder/padding", 'QU==QUJD') ],
	'a second secret that is wrong' => [ '--secret-file', write_file("$folder/second", encode_base64($secrets[0], ''), '-') ],
	'no file of authorities' => [ '--secret-file', $one, '--ca-file', "$folder/nothing" ],
	'a file of authorities without any' => [ '--secret-file', $one, '--ca-file', $one ]);
foreach my $name (sort keys %wrong)
{
	$listener = Listener->start($node, [ '--webhook', "https://127.0.0.1:$port/", @{ $wrong{$name} }, 'tls' ]);
	is($listener->status, 1, "$name: exit status 1");
	unlike($listener->errors, qr/secret!|QUJD|a secret of/, "$name: no secret is said");
	like($listener->errors, qr/^reportlink-listen: .*\n\z/, "$name: why is said");
}
$listener = Listener->start($node, [ '--webhook', 'http://127.0.0.1:port/', '--secret-file', $one, 'tls' ]);
is($listener->status, 1, 'a URL that is none: exit status 1');
is(acknowledged('tls'), $expected[0] - 1, 'nothing is acknowledged');

stop_receiver();
$node->stop;
done_testing();
