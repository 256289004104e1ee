# Launcher and worker tell what they do and what keeps them from it, each trouble
# once; meanwhile they wait without being busy, and work again by themselves when
# it is over.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('worker_life', worker_settings('site'));

# How often the log has it
sub said
{
	my ($text) = @_;

	return scalar(() = slurp_file($node->logfile) =~ /\Q$text\E/g);
}

# For twice as long as it waits a process is idle, and says nothing more
sub quiet_ok
{
	my ($pid, $text, $name) = @_;

	idle_ok($pid, $name);
	is(said($text), 1, "$name: said once");
	return;
}

# Keeps the worker from working until it is put right
sub trouble_ok
{
	my ($name, $text, $trouble, $remedy) = @_;
	my $works_again = said('works again');

	$node->safe_psql('site', "SET client_min_messages = warning; $trouble") if $trouble;
	my $pid = await_worker($node, 'site', "^cannot publish: $text");
	quiet_ok($pid, "LOG:  reportlink worker for site cannot publish: $text", $name);
	&$remedy;
	await_worker($node, 'site', '^nothing is scheduled$');
	is(said('reportlink worker for site works again'), $works_again + 1, "$name: works again");
	return;
}

# No database
$node->poll_query_until('postgres', q{
	SELECT count(*) = 1 FROM pg_stat_activity
	WHERE backend_type = 'reportlink launcher' AND application_name = 'reportlink launcher' AND datname IS NULL
		AND state = 'idle' AND query = 'looking after the workers'})
  or die 'no launcher';
$node->wait_for_log('reportlink has no worker in database');
my $launcher = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'reportlink launcher'});
quiet_ok($launcher, 'LOG:  reportlink has no worker in database "site": there is no such database', 'no such database');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'}),
	0, 'and there is no worker');

# Created: nothing in it, then the extension, then the tables
$node->safe_psql('postgres', 'CREATE DATABASE site');
trouble_ok(
	'not installed', 'reportlink is not installed in this database', undef,
	sub {
		$node->safe_psql('site', 'CREATE EXTENSION reportlink');
		sleep 2;
		is(said('cannot publish'), 1, 'extension without tables: the same trouble is not said again');
		$node->safe_psql('site', 'DROP EXTENSION reportlink');
		install_recall($node, 'site');
	});

is( $node->safe_psql('site', q{
		SELECT s.process, s.database, s.state, s.activity, s.started_at = a.backend_start, s.since >= s.started_at
		FROM reportlink.worker_status s JOIN pg_stat_activity a USING (pid) ORDER BY s.process}),
	"reportlink launcher||idle|looking after the workers|t|t\nreportlink worker|site|idle|nothing is scheduled|t|t",
	'reportlink.worker_status');

# It is busy with the clock, and then with the publication
my $holder = $node->background_psql('site');

$node->safe_psql('site', q{SELECT recall.sign('north', 1, 2, '4 s')});
$node->poll_query_until('site', q{
	SELECT substring(activity FROM '^sleeping until (.*)$')::timestamptz = publish_at
	FROM reportlink.worker_status, reportlink.publication WHERE process = 'reportlink worker'})
  or die 'it does not say how long it sleeps';
$holder->query_safe('BEGIN; LOCK TABLE reportlink.publication');
$node->poll_query_until('site', q{
	SELECT count(*) = 1 FROM reportlink.worker_status WHERE state = 'active' AND activity = 'publishing what is due'})
  or die 'it does not say that it publishes';
$holder->query_safe('COMMIT');
$node->poll_query_until('site', q{SELECT count(*) = 1 FROM reportlink.publication WHERE state = 'executed'})
  or die 'nothing was published';
await_worker($node, 'site', '^nothing is scheduled$');
published_once_ok($node, 'site', 1, 'when it was due');

# The extension goes while the worker sleeps, and something falls due meanwhile
$node->safe_psql('site', q{SELECT recall.sign('north', 2, 2, '2 s')});
trouble_ok(
	'DROP EXTENSION',
	'extension reportlink is not installed in this database',
	'DROP EXTENSION reportlink CASCADE',
	sub { $node->safe_psql('site', 'CREATE EXTENSION reportlink; SELECT reportlink_install()') });
published_once_ok($node, 'site', 3, 'when the extension was back');

# Another version, of the functions; and of the tables, which is asked once a session
trouble_ok(
	'extension of another version',
	'extension reportlink is of version 0.9, the library is of version',
	q{UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'reportlink'},
	sub { $node->safe_psql('site', q{UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'reportlink'}) });
trouble_ok(
	'tables of another version',
	'reportlink tables are of version 0.9, the library is of version',
	q{UPDATE reportlink.installation SET version = '0.9';
		SELECT pg_terminate_backend(pid) FROM reportlink.worker_status WHERE process = 'reportlink worker'},
	sub { $node->safe_psql('site', q{UPDATE reportlink.installation SET version = '1.0'}) });

# The tables go, and come back empty
my $times = said('reportlink is not installed in this database');

$node->safe_psql('site', 'SET client_min_messages = warning; DROP SCHEMA reportlink, recall CASCADE; DROP EXTENSION reportlink');
await_worker($node, 'site', '^cannot publish: reportlink is not installed');
sleep 2;
is(said('reportlink is not installed in this database'), $times + 1, 'tables missing: said once more');
install_recall($node, 'site');
await_worker($node, 'site', '^nothing is scheduled$');
$node->safe_psql('site', q{SELECT recall.sign('south', 2, 1, '1 s')});
$node->poll_query_until('site', q{SELECT count(*) = 2 FROM reportlink.publication WHERE state = 'executed'})
  or die 'nothing was published';
published_once_ok($node, 'site', 2, 'from new tables');

unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal/, 'no process crashed');
$node->stop;

# Too few processes: besides the launcher there is room for one
$node->append_conf('postgresql.conf', "max_logical_replication_workers = 0\nmax_worker_processes = 2\nreportlink.databases = 'site, second'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE second');
await_worker($node, 'site', '^nothing is scheduled$');
my $few = 'LOG:  reportlink has no worker in database "second": too many background workers';
$node->wait_for_log($few);
sleep 6;
is(said($few), 1, 'too many background workers: said once');
$node->append_conf('postgresql.conf', "reportlink.databases = 'second'");
$node->reload;
await_worker($node, 'second', '^cannot publish: reportlink is not installed');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'}),
	1, 'there is one as soon as there is room for it');

$node->stop;
done_testing();
