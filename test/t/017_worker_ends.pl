# Nothing hangs, whether the worker sleeps or is at work: DROP DATABASE, reload,
# cancelling and terminating the worker, fast shutdown. What was due is published
# afterwards, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Time::HiRes qw(time);

# Databases of which the one has a worker that sleeps, the other one that is at work
my $node = start_node('worker_ends', worker_settings(''));
my $published = 0;

$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(asleep busy more);
install_recall($node, $_) foreach qw(asleep busy);

# A publication takes 10 ms here
$node->safe_psql(
	'busy', q{
	CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
	CREATE TRIGGER slow AFTER INSERT ON reportlink.event FOR EACH ROW WHEN (NEW.type = 'report.published')
	EXECUTE FUNCTION slow();
});

# Three seconds of work or more; the pid of the worker
sub keep_busy
{
	$published += 300;
	$node->safe_psql('busy', q{SELECT recall.sign('north', 300, 1, '1 ms')});
	return await_worker($node, 'busy', '^publishing what is due$');
}

# Within half a minute; the measure of "hangs" is minutes
sub quick_ok
{
	my ($name, $action) = @_;
	my $began = time;

	&$action;
	my $seconds = time - $began;

	cmp_ok($seconds, '<', 30, sprintf("%s: %.1f s", $name, $seconds));
	return;
}

sub run_ok
{
	my ($name, $sql) = @_;

	quick_ok(
		$name,
		sub {
			my ($status, $out, $err) = $node->psql('postgres', $sql, timeout => 60, timed_out => \my $timed_out);
			is($status, 0, $name) or diag($err || 'timed out');
		});
	return;
}

sub rest_published_ok
{
	my ($when) = @_;

	$node->poll_query_until('busy', q{SELECT count(*) = 0 FROM reportlink.publication WHERE state = 'scheduled'})
	  or die 'something is still scheduled';
	published_once_ok($node, 'busy', $published, $when);
	return;
}

sub set_databases
{
	my ($databases) = @_;

	$node->append_conf('postgresql.conf', "reportlink.databases = '$databases'");
	$node->reload;
	return;
}

# Both at once: another database goes; workers are added and end; the server stops
set_databases('asleep, busy');
my $asleep = await_worker($node, 'asleep', '^nothing is scheduled$');
my $busy = keep_busy();

run_ok('CREATE and DROP DATABASE of another one', "CREATE DATABASE other;\nDROP DATABASE other;");
set_databases('asleep, busy, more');
quick_ok('a database is added', sub { await_worker($node, 'more', '^cannot publish: ') });
set_databases('asleep, busy');
quick_ok(
	'and taken out',
	sub {
		$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'more'})
		  or die 'its worker did not end';
	});
run_ok('which can be dropped then', 'DROP DATABASE more');
is(await_worker($node, 'asleep', '.'), $asleep, 'the worker that sleeps is the same as before');
is(await_worker($node, 'busy', '.'), $busy, 'the worker that is at work is the same as before');
rest_published_ok('meanwhile');

keep_busy();
quick_ok('fast shutdown', sub { $node->stop('fast') });
$node->start;
rest_published_ok('after fast shutdown');

keep_busy();
set_databases('asleep');
quick_ok(
	'taken out while at work',
	sub {
		$node->poll_query_until('postgres',
			q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'reportlink worker' AND datname = 'busy'})
		  or die 'the worker did not end';
	});
set_databases('asleep, busy');
rest_published_ok('by the next worker at the latest');

# Cancelled, then terminated: at work again, itself or another one
foreach my $function (qw(pg_cancel_backend pg_terminate_backend))
{
	$asleep = await_worker($node, 'asleep', '^nothing is scheduled$');
	$busy = keep_busy();
	run_ok("$function of both", "SELECT $function(pid) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'");
	rest_published_ok("after $function");
	$node->safe_psql('asleep', q{SELECT recall.sign('south', 1, 2, '1 ms')});
	ok($node->poll_query_until('asleep', q{SELECT count(*) = 0 FROM reportlink.publication WHERE state = 'scheduled'}),
		"$function: the worker that slept publishes again");
}
isnt(await_worker($node, 'asleep', '.'), $asleep, 'terminated while it slept: another worker');
isnt(await_worker($node, 'busy', '.'), $busy, 'terminated at work: another worker');

# The launcher, which finds the workers running
my $launcher = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'reportlink launcher'};
my $workers = q{SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'};
my $first_launcher = $node->safe_psql('postgres', $launcher);
my $both = $node->safe_psql('postgres', $workers);

run_ok('pg_terminate_backend of the launcher', "SELECT pg_terminate_backend($first_launcher)");
$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($launcher AND pid <> $first_launcher AND state = 'idle') l")
  or die 'no other launcher';
is($node->safe_psql('postgres', $workers), $both, 'another launcher, the same workers');
$launcher = $node->safe_psql('postgres', $launcher);

# Their own databases; the launcher does not mind
keep_busy();
run_ok("DROP DATABASE $_ WITH (FORCE)", "DROP DATABASE $_ WITH (FORCE)") foreach qw(asleep busy);
$node->wait_for_log(qq{reportlink has no worker in database "$_": there is no such database}) foreach qw(asleep busy);
idle_ok($launcher, 'the launcher');
is($node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'reportlink%'}),
	$launcher, 'it is alone, and the same as before');
my $log = slurp_file($node->logfile);
is(scalar(() = $log =~ /has no worker in database "$_"/g), 1, "$_: said once") foreach qw(asleep busy);
unlike($log, qr/PANIC|TRAP|terminated by signal/, 'no process crashed');

quick_ok('fast shutdown without workers', sub { $node->stop('fast') });
done_testing();
