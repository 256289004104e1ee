# reportlink-listen writes every event as a line of JSON, in order, acknowledges
# what it has written and nothing else, wakes up when it is notified, comes back
# when the connection is lost, and is in nobody's way when its output is stuck.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IO::Socket::INET;
use JSON::PP;
use Listener;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

plan skip_all => 'built without the listener' unless $ENV{REPORTLINK_LISTEN};

my $node = start_node('listen', 'fsync = off');

install_feed($node, 400);

sub sql
{
	my ($statement) = @_;

	return $node->safe_psql('postgres', $statement);
}

# Until a listener waits for a notification: it has looked after LISTEN, and is idle since
sub await_idle
{
	my ($subscriber) = @_;

	$node->poll_query_until('postgres', q{
		SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'reportlink-listen' AND state = 'idle'
			AND query ~ 'reportlink_fetch' AND state_change < clock_timestamp() - interval '0.5 s'})
	  or die "$subscriber is not idle";
	return;
}

# A listener that writes into a pipe which nobody reads
sub start_stuck
{
	pipe(my $reader, my $writer) or die "pipe: $!";
	my $listener = Listener->start($node, [ '--batch', 1000, '--poll', 600, 'stuck' ], stdout => fileno($writer));

	return ($listener, $reader, $writer);
}

# Until nothing more can be written into a pipe
sub await_full
{
	my ($writer) = @_;

	vec(my $descriptors = '', fileno($writer), 1) = 1;
	await(sub { select(undef, my $writable = $descriptors, undef, 0) == 0 }, 'the pipe is full');
	close $writer;
	return;
}

# Everything there is, once
my @north = link_patients($node, 'north', 5);
my @south = link_patients($node, 'south', 5);
my ($status, $errors, @lines) = listen_once($node, '--from-start', 'all');

is($status, 0, '--once: exit status 0');
is($errors, '', 'and nothing on stderr');
is_deeply([ event_ids(@lines) ], [ @north, @south ], '--from-start: every event of every organization, in order');
is_deeply(
	[ map { decode_json($_) } @lines ],
	[ map { decode_json($_) } split /\n/, sql(q{
		SET TimeZone = 'UTC';
		SELECT row_to_json(e) FROM (SELECT organization_id, event_id, type, group_id, document_id, default_report_id, report_ids,
			linked_identifiers, actor, database_role, occurred_at, data FROM reportlink.event ORDER BY event_id) e}) ],
	'each line is the event as it is in the table');
($status, $errors, @lines) = listen_once($node, 'all');
is_deeply([ $status, $errors, @lines ], [ 0, '' ], 'all is acknowledged');

# Subscriptions
listen_once($node, 'new');
listen_once($node, '--organization', 'north', 'new');
listen_once($node, '--organization', 'south', '--type', 'report.linked', '--type', 'report.opened', 'some');
@north = link_patients($node, 'north', 3);
@south = link_patients($node, 'south', 3);
($status, $errors, @lines) = listen_once($node, '--from-start', 'new');
is_deeply([ event_ids(@lines) ], [ @north, @south ], 'without --from-start: what is committed after it');
($status, $errors, @lines) = listen_once($node, '--organization', 'north', 'new');
is_deeply([ event_ids(@lines) ], \@north, '--organization: another subscription, of that one');
($status, $errors, @lines) = listen_once($node, '--organization', 'south', '--type', 'report.opened,report.linked', 'some');
is_deeply([ map { decode_json($_)->{type} } @lines ], [ ('report.linked', 'report.opened') x 3 ], '--type');
is($errors, '', 'the same filters in another order are the same');
($status, $errors, @lines) = listen_once($node, '--organization', 'south', 'some');
is($status, 0, 'other filters: the subscription is taken as it is');
like($errors, qr/^reportlink-listen: subscription "some" exists with other filters/, 'and it is said');
($status, $errors, @lines) = listen_once($node, '--quiet', '--organization', 'south', 'some');
is($errors, '', 'not with --quiet');
my $report = sql(qq{SELECT report_ids[1] FROM reportlink.event WHERE event_id = $north[0]});
($status, $errors, @lines) = listen_once($node, '--organization', 'north', '--report', $report, '--from-start', 'one');
is(scalar @lines, sql("SELECT count(*) FROM reportlink.event WHERE $report = ANY (report_ids)"), '--report: all of it');
cmp_ok(scalar(grep { decode_json($_)->{report_ids}[0] != $report && decode_json($_)->{report_ids}[1] != $report } @lines), '==', 0, 'and nothing else');
($status, $errors, @lines) = listen_once($node, '--batch', 4, '--from-start', 'small');
is_deeply([ event_ids(@lines) ], [ split /\n/, sql('SELECT event_id FROM reportlink.event ORDER BY event_id') ], '--batch: in many batches the same');

# It waits, and wakes up when it is notified: long before it would look by itself
my $waiting = Listener->start($node, [ '--poll', 600, 'waiting' ]);
await_idle('waiting');
my @seen = link_patients($node, 'north', 1);
$waiting->await_lines(scalar @seen);
await_idle('waiting');
push @seen, link_patients($node, 'south', 1);
$waiting->await_lines(scalar @seen);
is_deeply([ $waiting->ids ], \@seen, 'it is woken by NOTIFY');
await_idle('waiting');
is($waiting->stop('TERM'), 0, 'SIGTERM: exit status 0');
is($waiting->errors, '', 'without a word');
@seen = link_patients($node, 'north', 1);
$waiting = Listener->start($node, ['waiting']);
$waiting->await_lines(scalar @seen);
is_deeply([ $waiting->ids ], \@seen, 'it goes on from where it was');
await_idle('waiting');
is($waiting->stop('INT'), 0, 'SIGINT: exit status 0');

sql(q{ALTER DATABASE postgres SET reportlink.notify_channel = 'Other Channel'});
$waiting = Listener->start($node, [ '--poll', 600, 'waiting' ]);
await_idle('waiting');
@seen = link_patients($node, 'north', 1);
$waiting->await_lines(scalar @seen);
is_deeply([ $waiting->ids ], \@seen, 'on the channel of the setting');
$waiting->stop;
sql(q{ALTER DATABASE postgres RESET reportlink.notify_channel; ALTER DATABASE postgres SET reportlink.notify = off});
$waiting = Listener->start($node, [ '--poll', 1, 'waiting' ]);
await_idle('waiting');
@seen = link_patients($node, 'north', 1);
$waiting->await_lines(scalar @seen);
is_deeply([ $waiting->ids ], \@seen, 'without NOTIFY: --poll');
$waiting->stop;
sql('ALTER DATABASE postgres RESET reportlink.notify');

# Killed again and again while events come
listen_once($node, 'killed');
my (@expected, %got, $repeated);
foreach my $run (1 .. 8)
{
	my $listener = Listener->start($node, [ '--batch', 5, 'killed' ]);
	my ($newest) = sort { $b <=> $a } keys %got, 0;
	my $late = 0;

	push @expected, link_patients($node, 'north', 10);
	$listener->stop('KILL');
	foreach my $id ($listener->ids)
	{
		$repeated++ if $got{$id};
		$late++ if !$got{$id}++ && $id < $newest;
		$newest = $id if $id > $newest;
	}
	is($late, 0, "kill -9, run $run: nothing new after something newer");
}
cmp_ok(scalar keys %got, '>', 0, scalar(keys %got) . ' of ' . @expected . ' events came until then');
($status, $errors, @lines) = listen_once($node, 'killed');
$got{$_}++ foreach event_ids(@lines);
is_deeply([ sort { $a <=> $b } keys %got ], \@expected, 'nothing is lost');
cmp_ok($repeated // 0, '<=', 8 * 5, 'at most a batch a kill comes twice');

# The connection is lost
$waiting = Listener->start($node, [ '--poll', 600, 'waiting' ]);
$waiting->await_lines(scalar @expected);
await_idle('waiting');
sql(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reportlink-listen'});
push @expected, link_patients($node, 'north', 1);
$waiting->await_lines(scalar @expected);
like($waiting->errors, qr/terminating connection due to administrator command.*; trying again in \d\.\d s/s,
	'a terminated connection: said, and made again');
await_idle('waiting');
$node->restart;
push @expected, link_patients($node, 'north', 1);
$waiting->await_lines(scalar @expected);
$node->stop('immediate');
$waiting->await_errors(qr/could not connect.*trying again.*could not connect/s, 'two attempts');
$node->start;
push @expected, link_patients($node, 'south', 1);
$waiting->await_lines(scalar @expected);
await_idle('waiting');
is_deeply([ $waiting->ids ], \@expected, 'nothing is lost and nothing repeated');
is($waiting->stop, 0, 'and it ends as ever');

# Its output is stuck: others go on, no notification is kept for it, and it can be
# ended, with what was written acknowledged; killed it has acknowledged nothing
my $keeper = $node->background_psql('postgres');
$keeper->query_safe('LISTEN reportlink; BEGIN');
sql(q{SELECT pg_notify('reportlink', repeat(n::text, 1000)) FROM generate_series(1000, 1099) n});
cmp_ok(sql('SELECT pg_notification_queue_usage()'), '>', 0, 'who listens and does not read keeps notifications');
$keeper->quit;

listen_once($node, 'stuck');
my ($stuck, $reader, $writer) = start_stuck();
await_idle('stuck');
@expected = link_patients($node, 'north', 100);
await_full($writer);
$node->poll_query_until('postgres', q{
	SELECT state, xact_start IS NULL, (SELECT count(*) FROM pg_locks l WHERE l.pid = a.pid)
	FROM pg_stat_activity a WHERE application_name = 'reportlink-listen'}, 'idle|t|0')
  or die 'it is not idle';
pass('stuck: no transaction is open, nothing locked');
push @expected, link_patients($node, 'north', 1);
sql(q{SELECT pg_notify('reportlink', repeat(n::text, 1000)) FROM generate_series(1000, 1099) n});
is(sql('SELECT pg_notification_queue_usage()'), 0, 'no notification is kept');
ok(!$stuck->ended, 'it is still stuck');
is($stuck->stop, 0, 'SIGTERM ends it');
my $written = '';
while (sysread($reader, $written, 65536, length $written)) { }
close $reader;
my @flushed = event_ids($written =~ /^(.*)\n/gm);
cmp_ok(scalar @flushed, '>', 0, scalar(@flushed) . ' lines were in the pipe');
($status, $errors, @lines) = listen_once($node, 'stuck');
is_deeply([ @flushed, event_ids(@lines) ], \@expected, 'they are acknowledged, and no other');
@expected = link_patients($node, 'north', 100);
($stuck, $reader, $writer) = start_stuck();
await_full($writer);
is($stuck->stop('KILL'), -9, 'stuck, and killed');
($status, $errors, @lines) = listen_once($node, 'stuck');
is_deeply([ event_ids(@lines) ], \@expected, 'nothing of the batch is acknowledged');

# It ends also when the server keeps it waiting
$keeper = $node->background_psql('postgres');
$keeper->query_safe('BEGIN; LOCK TABLE reportlink.event');
$stuck = Listener->start($node, ['stuck']);
$node->poll_query_until('postgres', q{
	SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'reportlink-listen' AND wait_event_type = 'Lock'})
  or die 'it does not wait';
is($stuck->stop, 0, 'SIGTERM ends it while it waits for a lock');
$keeper->quit;
my $mute = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $@";
$stuck = Listener->start(undef, [ '-h', '127.0.0.1', '-p', $mute->sockport, 'stuck' ]);
my $connection = $mute->accept;
is($stuck->stop, 0, 'and while it connects to what does not answer');

# Its output is gone: nothing is acknowledged
listen_once($node, 'gone');
@expected = link_patients($node, 'north', 2);
pipe($reader, $writer) or die "pipe: $!";
close $reader;
my $gone = Listener->start($node, ['gone'], stdout => fileno($writer));
is($gone->status, 1, 'nobody reads the pipe: exit status 1');
like($gone->errors, qr/could not write to stdout: Broken pipe/, 'it says why');
SKIP:
{
	open my $full, '>', '/dev/full' or skip 'no /dev/full', 1;
	$gone = Listener->start($node, ['gone'], stdout => fileno($full));
	is($gone->status, 1, 'no space: exit status 1');
}
$gone = Listener->start($node, ['gone'], stdout => -1);
is($gone->status, 1, 'stdout closed: exit status 1');
like($gone->errors, qr/stdout is closed/, 'it says why');
($status, $errors, @lines) = listen_once($node, 'gone');
is_deeply([ event_ids(@lines) ], \@expected, 'all comes again');
pipe($reader, $writer) or die "pipe: $!";
$gone = Listener->start($node, [ '--poll', 600, 'gone' ], stdout => fileno($writer));
close $writer;
await_idle('gone');
close $reader;
is($gone->status, 1, 'nobody reads the pipe any more, while it waits: exit status 1');

# Rights, and where the extension is
sql(q{CREATE ROLE stranger LOGIN; CREATE ROLE ris LOGIN; SELECT reportlink_grant('ris', 'listener')});
($status, $errors) = listen_once($node, '-U', 'stranger', 'mine');
is($status, 1, 'a role without rights: exit status 1');
like($errors, qr/permission denied/, 'it says why');
($status, $errors, @lines) = listen_once($node, '-U', 'ris', '--from-start', '--type', 'report.linked', 'mine');
is($status, 0, 'a listener: exit status 0') or diag $errors;
is(scalar @lines, sql(q{SELECT count(*) FROM reportlink.event WHERE type = 'report.linked'}), 'every event');

sql('CREATE DATABASE "else where"');
my $elsewhere = Listener->start($node, ['mine'], database => 'else where');
is($elsewhere->status, 1, 'no extension: exit status 1');
like($elsewhere->errors, qr/extension reportlink is not in database "else where"/, 'it says so');
$node->safe_psql('else where', 'CREATE SCHEMA "Our Functions"; CREATE EXTENSION reportlink SCHEMA "Our Functions"');
$elsewhere = Listener->start($node, ['mine'], database => 'else where');
is($elsewhere->status, 1, 'no tables: exit status 1');
like($elsewhere->errors, qr/the tables of reportlink are not in database/, 'it says so');
$node->safe_psql('else where', q{
	SET search_path = "Our Functions";
	SELECT reportlink_install();
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('west', true);
	INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('west', 'ada', 'attending');
	INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('west', 'M', 'A'), ('west', 'M', 'B');
	SELECT reportlink_link('west', array_agg(report_id), false, 'ada') FROM reportlink.report});
$elsewhere = Listener->start($node, [ '--from-start', '--once', 'mine' ], database => 'else where');
is($elsewhere->status, 0, 'functions in another schema: exit status 0') or diag $elsewhere->errors;
is(decode_json(($elsewhere->lines)[0])->{type}, 'report.linked', 'it finds them');

# Unsubscribed meanwhile: it does not subscribe again, which would miss events in silence
$waiting = Listener->start($node, [ '--poll', 1, 'left' ]);
await_idle('left');
sql(q{SELECT reportlink_unsubscribe(NULL, 'left')});
is($waiting->status, 1, 'unsubscribed: exit status 1');
like($waiting->errors, qr/ERROR:  subscriber unknown\nDETAIL:  .*\nHINT:  /, "with the server's words");
$waiting = Listener->start($node, [ '-U', 'ris', '--poll', 600, 'left' ]);
await_idle('left');
sql(q{
	ALTER ROLE ris NOLOGIN;
	SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reportlink-listen'});
$waiting->await_errors(qr/"ris" is not permitted to log in/, 'the connection is not made again');
sql(q{SELECT reportlink_unsubscribe(NULL, 'left'); ALTER ROLE ris LOGIN});
is($waiting->status, 1, 'unsubscribed while the connection was lost: exit status 1');

# What makes no sense
my %wrong = (
	'no subscriber' => [],
	'two subscribers' => [ 'a', 'b' ],
	'an option that there is not' => [ '--nothing', 'a' ],
	'a number that is none' => [ '--batch', 'many', 'a' ],
	'a number that is too small' => [ '--poll', 0, 'a' ],
	'a report without organization' => [ '--report', 1, 'a' ],
	'an empty organization' => [ '--organization', '', 'a' ],
	'secrets without webhook' => [ '--secret-file', '/dev/null', 'a' ],
	'parallel without webhook' => [ '--parallel', 2, 'a' ],
	'webhook without secrets' => [ '--webhook', 'https://127.0.0.1/', 'a' ],
	'no web address' => [ '--webhook', 'ftp://127.0.0.1/', '--secret-file', '/dev/null', 'a' ]);
foreach my $name (sort keys %wrong)
{
	my $listener = Listener->start($node, $wrong{$name});

	is($listener->status, 2, "$name: exit status 2");
	like($listener->errors, qr/^\S*reportlink-listen: .*\nTry "reportlink-listen --help"/, "$name: said in one line");
}
my $help = Listener->start(undef, ['--help']);
is($help->status, 0, '--help: exit status 0');
like(join("\n", $help->lines), qr/^Usage:\n  reportlink-listen \[OPTION\]\.\.\. SUBSCRIBER/m, 'shows the usage');
my $version = Listener->start(undef, ['--version']);
is($version->status, 0, '--version: exit status 0');
like(($version->lines)[0], qr/^reportlink-listen \(reportlink\) \d+\.\d+\.\d+$/, 'shows the version');

# There is no server any more, and none at the first connection
$waiting = Listener->start($node, [ '--poll', 600, 'all' ]);
await_idle('all');
$node->stop;
$waiting->await_errors(qr/could not connect: .*trying again/s, 'it tries to connect');
is($waiting->stop, 0, 'SIGTERM ends it while it waits to connect again');
my $first = Listener->start($node, ['all']);
is($first->status, 1, 'no server at all: exit status 1');
like($first->errors, qr/^reportlink-listen: could not connect: /, 'it says so');

done_testing();
