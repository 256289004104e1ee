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

my $node = start_node('worker_life', worker_settings('site'), q{shared_preload_libraries = 'pg_stat_statements, reportlink'});

# How often the log has it
sub said
{
	my ($text) = @_;

	return scalar(() = slurp_file($node->logfile) =~ /\Q$text\E/g);
}

# Keeps the worker from working until it is put right: it says why, once, and is
# idle for longer than it waits between two looks
sub trouble_ok
{
	my ($name, $text, $trouble, $remedy) = @_;
	my $log = "LOG:  reportlink worker for site cannot publish: $text";
	my ($times, $works_again) = (said($log), said('works again'));

	&$trouble;
	my $pid = await_worker($node, 'site', "^cannot publish: $text");
	idle_ok($pid, $name);
	is(said($log), $times + 1, "$name: said once");
	&$remedy;
	await_worker($node, 'site', '^nothing is scheduled$');
	is(said('reportlink worker for site works again'), $works_again + 1, "$name: works again");
	return;
}

sub site
{
	my ($sql) = @_;

	return $node->safe_psql('site', "SET client_min_messages = warning; $sql");
}

# A library that is loaded before has its shared memory as well
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_statements'), '>', 0, 'beside another library with shared memory');

# No database
$node->poll_query_until('postgres', q{
	SELECT count(*) = 1 FROM pg_stat_activity
	WHERE backend_type = 'reportlink launcher' AND application_name = 'reportlink launcher' AND datname IS NULL
		AND state = 'idle' AND query = 'looking after the workers'})
  or die 'no launcher';
$node->wait_for_log('reportlink has no worker in database');
my $launcher = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'reportlink launcher'});
idle_ok($launcher, 'no such database');
is(said('LOG:  reportlink has no worker in database "site": there is no such database'), 1, 'no such database: said once');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'}),
	0, 'and there is no worker');

# Created: nothing in it, then the extension, then the tables; and they go again
trouble_ok(
	'no extension',
	'extension reportlink is not installed in this database',
	sub { $node->safe_psql('postgres', 'CREATE DATABASE site') },
	sub {
		site('CREATE EXTENSION reportlink');
		await_worker($node, 'site', '^cannot publish: reportlink is not installed in this database$');
		site('SELECT reportlink_install()');
	});
trouble_ok(
	'no tables',
	'reportlink is not installed in this database',
	sub { site('DROP SCHEMA reportlink CASCADE') },
	sub {
		site('DROP EXTENSION reportlink');
		install_recall($node, 'site');
	});

is( $node->safe_psql('site', q{
		SELECT s.process, s.database, s.state, s.activity, s.started_at = a.backend_start, s.since >= s.started_at
		FROM reportlink.worker_status s JOIN pg_stat_activity a USING (pid) ORDER BY s.process}),
	"reportlink launcher||idle|looking after the workers|t|t\nreportlink worker|site|idle|nothing is scheduled|t|t",
	'reportlink.worker_status');

# It is busy with the clock, and then with the publication
my $holder = $node->background_psql('site');

site(q{SELECT recall.sign('north', 1, 2, '4 s')});
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
trouble_ok(
	'DROP EXTENSION',
	'extension reportlink is not installed in this database',
	sub { site(q{SELECT recall.sign('north', 2, 2, '2 s'); DROP EXTENSION reportlink CASCADE}) },
	sub { site('CREATE EXTENSION reportlink; SELECT reportlink_install()') });
published_once_ok($node, 'site', 3, 'when the extension was back');

# Another version, of the functions; and of the tables, which is asked once a session
trouble_ok(
	'extension of another version',
	'extension reportlink is of version 0.9, the library is of version',
	sub { site(q{UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'reportlink'}) },
	sub { site(q{UPDATE pg_extension SET extversion = '1.0' WHERE extname = 'reportlink'}) });
trouble_ok(
	'tables of another version',
	'reportlink tables are of version 0.9, the library is of version',
	sub {
		site(q{
			UPDATE reportlink.installation SET version = '0.9';
			SELECT pg_terminate_backend(pid) FROM reportlink.worker_status WHERE process = 'reportlink worker'});
	},
	sub { site(q{UPDATE reportlink.installation SET version = '1.0'}) });

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
await_worker($node, 'second', '^cannot publish: ');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'reportlink worker'}),
	1, 'there is one as soon as there is room for it');

$node->stop;
done_testing();
