# The listeners of doc/, as people copy them: listen.py wants psycopg 3 (Debian's
# python3-psycopg), listen.js wants pg (from npm, or Debian's node-pg).

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(start finish);
use POSIX qw(_exit WNOHANG WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Time::HiRes qw(usleep);

my $doc = "$FindBin::RealBin/../../doc";

# The first interpreter that has the driver, with the environment that it needs
sub find_interpreter
{
	my ($has_driver, @candidates) = @_;

	foreach my $candidate (@candidates)
	{
		my ($path, %environment) = @$candidate;
		local %ENV = (%ENV, %environment);

		return $candidate if system("$path $has_driver >/dev/null 2>&1") == 0;
	}
	return;
}

my %examples = (
	'listen.py' => {
		missing => 'python3 with psycopg 3 is not installed',
		interpreter => scalar(find_interpreter(q{-c 'import psycopg'}, ['python3'], ['/usr/bin/python3'])) },
	'listen.js' => {
		missing => 'node with pg is not installed',
		interpreter => scalar(find_interpreter(q{-e 'require("pg")'}, ['node'], [ 'node', NODE_PATH => '/usr/share/nodejs' ])) });

plan(skip_all => join(', ', map { $examples{$_}{missing} } sort keys %examples))
  unless grep { $_->{interpreter} } values %examples;

my $node = start_node('examples', 'fsync = off');
my $folder = abs_path($node->basedir);
my %running;
END { kill 'KILL', keys %running; }

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
	INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member;
	CREATE SCHEMA example;

	-- so many events, each in a transaction of its own
	CREATE PROCEDURE example.happen(organization text, events int) LANGUAGE plpgsql AS $$
	DECLARE
		id bigint;
	BEGIN
		INSERT INTO reportlink.report (organization_id, mrn, accession_number)
		VALUES (organization, 'MRN-' || gen_random_uuid(), 'ACC') RETURNING report_id INTO id;
		COMMIT;
		FOR i IN 1 .. events LOOP
			PERFORM reportlink_assign(organization, id, CASE WHEN i % 2 = 1 THEN 'rex' END, 'adm');
			COMMIT;
		END LOOP;
	END
	$$;
});

sub happen
{
	my ($organization, $events) = @_;

	$node->safe_psql('postgres', "CALL example.happen('$organization', $events)");
	return;
}

# A copy of an example that polls so often, and is the same otherwise
sub copy_example
{
	my ($example, $poll_seconds) = @_;
	my $text = slurp_file("$doc/$example");
	my $copy = "$folder/poll_${poll_seconds}_$example";

	is($text =~ s/^((?:const )?POLL_SECONDS = )10\b/$1$poll_seconds/mg, 1, "$example says once how often it polls");
	append_to_file($copy, $text);
	return $copy;
}

# Starts a program of an example, in the database PGDATABASE; its output goes to the end of a file, or to a handle
sub start_example
{
	my ($example, $program, $output, @arguments) = @_;
	my ($interpreter, %environment) = @{ $examples{$example}{interpreter} };
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		%ENV = (
			%ENV, %environment,
			PGHOST => $node->host, PGPORT => $node->port, PGUSER => scalar getpwuid($>), PGAPPNAME => $example);
		open STDOUT, ref $output ? '>&' : '>>', $output or _exit(126);
		exec $interpreter, $program, @arguments or _exit(127);
	}
	$running{$pid} = 1;
	return $pid;
}

# Until a condition holds, at most three minutes
sub await
{
	my ($name, $condition) = @_;

	for (1 .. 1800)
	{
		return 1 if $condition->();
		usleep(100_000);
	}
	return fail("$name: not within three minutes");
}

# How a process ended, of a signal or by itself
sub ended
{
	my ($pid, $signal) = @_;

	kill $signal, $pid if $signal;
	await("process $pid ends", sub { waitpid($pid, WNOHANG) == $pid }) or return 'not';
	my $status = $?;

	delete $running{$pid};
	return WIFSIGNALED($status) ? 'signal ' . WTERMSIG($status) : 'exit ' . WEXITSTATUS($status);
}

# Ids of the events in an output, of those lines that are whole
sub ids
{
	my ($output) = @_;

	my @ids = $output =~ /^\{"organization_id":"\w+","event_id":(\d+),.*\}\n/mg;

	return @ids;
}

sub ids_in
{
	my ($file) = @_;

	return ids(-e $file ? slurp_file($file) : '');
}

sub await_events
{
	my ($file, $count, $name) = @_;

	return await($name, sub { ids_in($file) >= $count });
}

sub await_acknowledged
{
	my ($subscriber) = @_;

	return $node->poll_query_until('postgres', "SELECT events_behind = 0 FROM reportlink.subscriber_lag WHERE subscriber = '$subscriber'")
	  || fail("$subscriber: acknowledged");
}

# Until it waits, having fetched what there is; no transaction is open
sub await_idle
{
	my ($example, $seconds) = @_;

	$seconds ||= 0;
	return $node->poll_query_until('postgres', qq{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = '$example'
		AND query ~ 'reportlink_fetch' AND state = 'idle' AND xact_start IS NULL AND now() - state_change > '$seconds s'})
	  || fail("$example is idle");
}

sub recorded
{
	my ($condition) = @_;

	return split /\n/, $node->safe_psql('postgres', "SELECT event_id FROM reportlink.event WHERE $condition ORDER BY event_id");
}

# Each line is JSON and has what the table has
sub lines_ok
{
	my ($file, $name) = @_;

	is( $node->safe_psql(
			'postgres', qq{
			SELECT count(*) FROM (SELECT line::jsonb AS event FROM string_to_table(rtrim(pg_read_file('$file'), E'\\n'), E'\\n') AS l (line)) l
			LEFT JOIN reportlink.event e ON e.organization_id = event ->> 'organization_id' AND e.event_id = (event -> 'event_id')::bigint
				AND to_jsonb(e) @> event WHERE e.event_id IS NULL}),
		0, "$name: every line is JSON, and what the table has");
	return;
}

# By NOTIFY: it would not look again for an hour
sub notified
{
	my ($example) = @_;
	my $output = "$folder/notified_$example";
	my $pid = start_example($example, copy_example($example, 3600), $output, "notified $example");
	my $late = $node->background_psql('postgres', on_error_die => 1);

	foreach my $turn (1 .. 5)
	{
		await_idle($example);
		happen('north', 1);
		await_events($output, $turn, "$example: event $turn");
	}
	is(scalar(ids_in($output)), 5, "$example: five events came by NOTIFY, one by one");

	# a lower id, committed after a higher one was acknowledged
	$late->query_safe(
		q{BEGIN; INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', gen_random_uuid(), 'LATE');
		SELECT FROM reportlink_assign('north', (SELECT max(report_id) FROM reportlink.report WHERE accession_number = 'LATE'), 'rex', 'adm')});
	happen('north', 1);
	await_events($output, 6, "$example: what was committed");
	await_acknowledged("notified $example");
	await_idle($example);
	$late->query_safe('COMMIT');
	$late->quit;
	await_events($output, 7, "$example: what was committed late");

	my @late = recorded(q{linked_identifiers @> '[{"accession_number": "LATE"}]'});
	my @ids = ids_in($output);
	is($ids[6], $late[-1], "$example: what was committed late comes last");
	cmp_ok($ids[6], '<', $ids[5], "$example: though its id is lower");

	await_idle($example);
	is(ended($pid, 'TERM'), 'exit 0', "$example: SIGTERM ends it");
	await_acknowledged("notified $example");
	lines_ok($output, $example);
	return;
}

# Without NOTIFY
sub polled
{
	my ($example) = @_;
	my $output = "$folder/polled_$example";
	my $pid = start_example($example, copy_example($example, 1), $output, "polled $example");

	await_idle($example);
	$node->safe_psql('postgres', q{SET reportlink.notify = off; CALL example.happen('north', 1)});
	await_events($output, 1, "$example: nothing is notified");
	is(scalar(ids_in($output)), 1, "$example: it polls as well");
	is(ended($pid, 'INT'), 'exit 0', "$example: so does SIGINT");
	return;
}

# One organization, and every one; as it stands in doc/
sub organizations
{
	my ($example) = @_;
	my %output = map { $_ => "$folder/${_}_$example" } qw(south every);
	my @before = recorded('true');
	my $since = 'event_id > ' . $before[-1];
	my %pid = (south => start_example($example, "$doc/$example", $output{south}, "south $example", 'south'));

	await_idle($example);
	happen($_, 3) foreach qw(north south north);
	await_events($output{south}, 3, "$example: of one organization");
	await_acknowledged("south $example");
	is(join(' ', ids_in($output{south})), join(' ', recorded("organization_id = 'south' AND $since")), "$example: of one organization");
	is(ended($pid{south}, 'TERM'), 'exit 0', "$example: SIGTERM");

	@before = recorded('true');
	$since = 'event_id > ' . $before[-1];
	$pid{every} = start_example($example, "$doc/$example", $output{every}, "every $example");
	await_idle($example);
	happen($_, 3) foreach qw(north south north);
	await_acknowledged("every $example");
	is(join(' ', ids_in($output{every})), join(' ', recorded($since)), "$example: of every organization");
	is(ended($pid{every}, 'TERM'), 'exit 0', "$example: SIGTERM");
	return;
}

# What was printed by all of these, and what repeats; in each the order of a patient is that of the ids
sub nothing_lost_ok
{
	my ($example, $since, $kills, @outputs) = @_;
	my %patient = map { split /\|/ } split /\n/, $node->safe_psql('postgres', 'SELECT event_id, report_ids FROM reportlink.event');
	my (%seen, %last, $repeated, $disordered);

	($repeated, $disordered) = (0, 0);
	foreach my $id (map { ids($_) } @outputs)
	{
		$repeated++, next if $seen{$id}++;
		$disordered++ if ($last{ $patient{$id} } || 0) > $id;
		$last{ $patient{$id} } = $id;
	}
	is(join(' ', sort { $a <=> $b } keys %seen), join(' ', recorded("organization_id = 'north' AND $since")), "$example: nothing is lost");
	is($disordered, 0, "$example: events of one patient in their order");
	cmp_ok($repeated, '<=', 100 * $kills, "$example: $kills kills repeated $repeated events, a batch each at most");
	return;
}

# kill -9 again and again, while three sessions are at work
sub killed
{
	my ($example) = @_;
	my @arguments = ("killed $example", 'north');
	my $output = "$folder/killed_$example.";
	my @before = recorded('true');
	my $pid = start_example($example, "$doc/$example", "${output}0", @arguments);

	await_idle($example);
	my @load = map { start([ 'psql', '-XqAt', '-c', q{CALL example.happen('north', 300)}, $node->connstr('postgres') ]) } 1 .. 3;
	foreach my $run (1 .. 5)
	{
		happen('north', 10);
		await_events($output . ($run - 1), 1, "$example: run $run");
		is(ended($pid, 'KILL'), 'signal 9', "$example: kill -9");
		$pid = start_example($example, "$doc/$example", "$output$run", @arguments);
	}
	ok(finish($_), "$example: the load is done") foreach @load;
	await_acknowledged("killed $example");
	await_idle($example);
	is(ended($pid, 'TERM'), 'exit 0', "$example: SIGTERM at last");
	nothing_lost_ok($example, 'event_id > ' . $before[-1], 5, map { slurp_file("$output$_") } 0 .. 5);
	return;
}

# kill -9 while it hangs in what it does with an event: nobody reads its output
sub stuck
{
	my ($example) = @_;
	my @arguments = ("stuck $example", 'north');
	my $output = "$folder/stuck_$example";
	my @before = recorded('true');

	pipe(my $reader, my $writer) or die "pipe: $!";
	my $pid = start_example($example, "$doc/$example", $writer, @arguments);

	close $writer;
	await_idle($example);
	happen('north', 600);
	await_idle($example, 2);
	is( $node->safe_psql('postgres', "SELECT events_behind > 100 FROM reportlink.subscriber_lag WHERE subscriber = 'stuck $example'"),
		't', "$example: hangs, without a transaction");
	happen('north', 1);
	is(ended($pid, 'KILL'), 'signal 9', "$example: kill -9 while it hangs");
	my $first = do { local $/; <$reader> };

	$pid = start_example($example, "$doc/$example", $output, @arguments);
	await_acknowledged("stuck $example");
	await_idle($example);
	is(ended($pid, 'TERM'), 'exit 0', "$example: SIGTERM");
	nothing_lost_ok($example, 'event_id > ' . $before[-1], 1, $first, slurp_file($output));
	return;
}

# What it cannot mend it ends with, so that somebody starts it again
sub failed
{
	my ($example) = @_;
	my $output = "$folder/failed_$example";
	my $pid = start_example($example, "$doc/$example", $output, "failed $example", 'north');

	await_idle($example);
	$node->restart;
	is(ended($pid), 'exit 1', "$example: the server is restarted");
	happen('north', 2);
	$pid = start_example($example, "$doc/$example", $output, "failed $example", 'north');
	await_events($output, 2, "$example: goes on after it");
	await_acknowledged("failed $example");
	await_idle($example);
	$node->safe_psql('postgres', "SELECT reportlink_unsubscribe('north', 'failed $example')");
	happen('north', 1);
	is(ended($pid), 'exit 1', "$example: it is unsubscribed");
	is(scalar(ids_in($output)), 2, "$example: each event once");
	return;
}

# Functions in a schema of their own
sub elsewhere
{
	my ($example) = @_;
	my $output = "$folder/elsewhere_$example";
	local $ENV{PGDATABASE} = 'elsewhere';
	local $ENV{PGOPTIONS} = '-c search_path=linking';
	my $pid = start_example($example, "$doc/$example", $output, "elsewhere $example");

	await_idle($example);
	$node->safe_psql('elsewhere', q{SELECT linking.reportlink_assign('north', report_id,
		CASE WHEN owner_id IS NULL THEN 'rex' END, 'adm') FROM reportlink.report});
	await_events($output, 1, "$example: in another schema");
	is(scalar(ids_in($output)), 1, "$example: functions in another schema");
	is(ended($pid, 'TERM'), 'exit 0', "$example: SIGTERM");
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE elsewhere');
$node->safe_psql(
	'elsewhere', q{
	CREATE SCHEMA linking;
	CREATE EXTENSION reportlink SCHEMA linking;
	SELECT linking.reportlink_install();
	INSERT INTO reportlink.organization (organization_id) VALUES ('north');
	INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'adm', 'administrator'), ('north', 'rex', 'resident');
	INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'MRN-1', 'ACC');
});
happen('north', 1); # before anybody subscribed

foreach my $example (sort keys %examples)
{
  SKIP:
	{
		skip $examples{$example}{missing}, 1 unless $examples{$example}{interpreter};
		notified($example);
		polled($example);
		organizations($example);
		killed($example);
		stuck($example);
		failed($example);
		elsewhere($example);
	}
}

$node->stop;
done_testing();
