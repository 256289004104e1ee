# Eight writers and four subscribers. The writers are the random load, one that keeps
# a transaction open for five seconds again and again, one with savepoints, and one
# that rolls back. The consumers are killed with -9 and started again at random, a
# backend is killed, and every process of the server as well. Every committed event reaches every
# subscriber, none is skipped, only what was not acknowledged is repeated, and
# the events of one patient come in their order, at every isolation level. A consumer that reads on from the
# highest id it has seen misses events of the same load.
# REPORTLINK_FEED_SECONDS says how long (20), REPORTLINK_CRASHES how often the server is killed (1).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use FeedNode;
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{REPORTLINK_FEED_SECONDS} || 20;
my $node = start_node(
	'feed', 'restart_after_crash = on', 'deadlock_timeout = 50ms', 'log_statement = none',
	q{shared_preload_libraries = 'reportlink'}, q{reportlink.databases = 'postgres'},
	'reportlink.worker_naptime = 1s');
my $folder = PostgreSQL::Test::Utils::tempdir();
my $connstr = $node->connstr('postgres');

install_reportlink($node, 'postgres');
load_stress($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
	INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member});

# A report for each of the writers that keep transactions open, and one in "south"
my %report = map { $_ => made_report($node, 'postgres', 'north', $_) } qw(long savepoints rollback probe between);
my $south = made_report($node, 'postgres', 'south', 'elsewhere');

# Saves in a report, which is one event
sub save
{
	my ($id, $organization) = @_;

	$organization ||= 'north';
	return qq{SELECT FROM reportlink_save('$organization', $id, '{"transcript": "words"}', actor => 'ada');\n};
}

my %script = (
	long => "BEGIN;\n" . save($report{long}) . "\\sleep 5 s\n" . save($south, 'south') . "COMMIT;\n",
	savepoints => "BEGIN;\n" . save($report{savepoints})
	  . "SAVEPOINT a;\n" . save($report{savepoints}) . "ROLLBACK TO a;\n"
	  . "SAVEPOINT b;\n" . save($report{savepoints}) . "RELEASE b;\n"
	  . "\\sleep 1200 ms\n" . save($report{savepoints}) . "COMMIT;\n",
	rollback => "BEGIN;\n" . save($report{rollback}) . "\\sleep 30 ms\nROLLBACK;\n"
	  . "BEGIN;\n" . save($report{rollback}) . "\\sleep 30 ms\nCOMMIT;\n");

foreach my $name (keys %script)
{
	open my $fh, '>', "$folder/$name.sql" or die $!;
	print $fh $script{$name};
	close $fh;
}

my @consumers = (
	{ name => 'one of "north"', organization => q{'north'}, which => q{organization_id = 'north'} },
	{ name => 'another of "north"', organization => q{'north'}, which => q{organization_id = 'north'}, isolation => 'repeatable\\ read' },
	{ name => 'of every organization', organization => 'NULL', which => 'true', isolation => 'serializable' },
	{
		name => 'of some types', organization => q{'north'},
		types => q{, types => '{report.saved,report.linked,report.published}'},
		which => q{organization_id = 'north' AND type IN ('report.saved', 'report.linked', 'report.published')}
	});

foreach my $i (0 .. $#consumers)
{
	$consumers[$i]->{subscriber} = "consumer $i";
	$consumers[$i]->{file} = "$folder/consumer$i";
	$node->safe_psql('postgres',
		"SELECT reportlink_subscribe($consumers[$i]->{organization}, 'consumer $i', true"
		  . ($consumers[$i]->{types} // '') . ')');
}

my $by_id = { organization => q{'north'}, by_id => 1, file => "$folder/by_id" };

# With a batch of its own each time
sub start_again
{
	my ($consumer) = @_;

	start_consumer($connstr, $consumer, 1 + int(rand 40));
	return;
}

sub start_writers
{
	my ($duration) = @_;
	my @writers;

	foreach my $command (
		[ stress_command($node, 'postgres', 5, $duration) ],
		map { [ 'pgbench', '-n', '-c', 1, '-T', $duration, '-f', "$folder/$_.sql", "$connstr application_name=$_" ] }
		sort keys %script)
	{
		my %writer = (out => '', err => '', name => $command->[-1] =~ /(\S+)$/);

		$writer{harness} = start($command, '>', \$writer{out}, '2>', \$writer{err}, timeout($duration + 120));
		push @writers, \%writer;
	}
	$node->poll_query_until('postgres', q{
		SELECT count(*) = 8 FROM pg_stat_activity
		WHERE application_name IN ('load', 'long', 'savepoints', 'rollback')}) or die 'the writers did not start';
	return @writers;
}

my ($kills, $repeated) = (0, 0);

# Kills consumers and starts them again until so many seconds are over
sub torment
{
	my ($duration) = @_;
	my $until = time + $duration;

	while (time < $until)
	{
		my $consumer = $consumers[ rand @consumers ];

		sleep 0.1 + rand 0.6;
		kill_consumer($consumer) or fail("$consumer->{name} did not last");
		$kills++;
		sleep rand 0.3 if rand() < 0.5;
		start_again($consumer);
	}
	return;
}

start_again($_) foreach @consumers, $by_id;

# A backend is killed in the middle of it, of a writer and then of a consumer
foreach my $victim (q{application_name = 'savepoints'}, q{query ~ 'reportlink_(fetch|ack)' AND pid <> pg_backend_pid()})
{
	my @writers = start_writers($seconds);

	torment($seconds / 6);
	my $pid;

	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_stat_activity WHERE $victim")
	  or die "nobody to kill: $victim";
	$pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE $victim LIMIT 1");
	ok(kill('KILL', $pid), "a backend is killed: $victim");
	$_->{harness}->kill_kill foreach @writers;
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
}

# The server
foreach (1 .. $ENV{REPORTLINK_CRASHES} || 1)
{
	my @writers = start_writers($seconds);

	torment($seconds / 6);
	kill_server($node);
	$_->{harness}->kill_kill foreach @writers;
	$node->start;
}

# And to the end. Meanwhile for sure one event is given an id and committed only
# after the reader by id has read a later one.
my @writers = start_writers($seconds / 2);
my $session = session($connstr);

ask($session, 'BEGIN');
ask($session, save($report{probe}) . 'SELECT 1');
my $late = ask($session, 'SELECT max(event_id) FROM reportlink.event WHERE transaction_id = pg_current_xact_id()');

$node->safe_psql('postgres', save($report{between}));
my $give_up = time + 180;

sleep 0.1 until FeedNode::highest_id($by_id->{file}) > $late or time > $give_up;
ask($session, 'COMMIT');
torment($seconds / 2);

foreach my $writer (@writers)
{
	$writer->{harness}->finish;
	is($writer->{harness}->result(0), 0, "$writer->{name} lasted") or diag($writer->{err});
	note "$writer->{name}:\n$writer->{out}";
}
end_session($session);
$node->safe_psql('postgres', save($report{between}));
ok( $node->poll_query_until('postgres', 'SELECT sum(events_behind) = 0 FROM reportlink.subscriber_lag'),
	'every subscriber gets through');
my $last = $node->safe_psql('postgres', q{SELECT max(event_id) FROM reportlink.event WHERE organization_id = 'north'});

$give_up = time + 180;
sleep 0.1 until FeedNode::highest_id($by_id->{file}) >= $last or time > $give_up;
foreach my $consumer (@consumers, $by_id)
{
	ok(kill_consumer($consumer), ($consumer->{name} || 'by id') . ' lasted');
}
is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

foreach my $consumer (@consumers)
{
	my $got = feed_ok($node, 'postgres', $consumer, $consumer->{which}, $consumer->{name});

	cmp_ok($got->{starts}, '>', 1, "$consumer->{name}: it was started again");
	$repeated += $got->{repeated};
	ok((grep { $_ eq "north|$late" } @{ $got->{events} }), "$consumer->{name}: it has what was committed late");
}

my %by_id = map { $_ => 1 } @{ delivered($by_id->{file})->{events} };
my @missed = grep { !$by_id{$_} }
  split /\n/, $node->safe_psql('postgres', q{SELECT organization_id, event_id FROM reportlink.event WHERE organization_id = 'north'});

ok($by_id{"north|$last"}, 'who reads by the highest id has the last event');
ok((grep { $_ eq "north|$late" } @missed), 'and not what was committed late');
cmp_ok(scalar @missed, '>', 1, 'he misses ' . @missed . ' events, of ' . (@missed + keys %by_id));
cmp_ok($kills, '>', $seconds / 3, "consumers were killed $kills times");
cmp_ok($repeated, '>', 0, 'and some between what they wrote and its acknowledgement');
note "$seconds seconds, $kills kills, $repeated repeats";

$node->stop;
done_testing();
