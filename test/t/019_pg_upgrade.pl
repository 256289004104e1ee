# pg_upgrade starts the old and the new server with their settings, the preloaded
# library among them. No worker runs in either: nothing is published meanwhile, and
# nobody is connected to a database that it replaces. What fell due is published
# when the new server is started, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Cwd qw(abs_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $old = start_node('old', worker_settings('postgres'));

install_recall($old, 'postgres');
$old->safe_psql('postgres', q{SELECT recall.sign('north', 200, 1, '2 s'), recall.sign('south', 10, 2, '1 h')});
$old->stop;
sleep 2;

my $new = PostgreSQL::Test::Cluster->new('new');

$new->init;
$new->append_conf('postgresql.conf', join("\n", worker_settings('postgres'), ''));

my $bin = `pg_config --bindir`;
my @folders = map { abs_path($_->data_dir) } ($old, $new);

chomp $bin;
{
	# it writes scripts where it is called
	my $here = abs_path('.');

	chdir PostgreSQL::Test::Utils::tempdir();
	command_ok(
		[
			'pg_upgrade', '--no-sync', '-b', $bin, '-B', $bin, '-d', $folders[0], '-D', $folders[1],
			'-s', $new->host, '-p', $old->port, '-P', $new->port
		],
		'pg_upgrade');
	chdir $here;
}

$new->start;
$new->poll_query_until('postgres', q{SELECT count(*) = 10 FROM reportlink.pending_publication})
  or die 'what was due is not published';
is($new->safe_psql('postgres', 'SELECT count(*) FROM reportlink.publication WHERE finished_at < pg_postmaster_start_time()'),
	0, 'nothing was published by pg_upgrade');
$new->safe_psql('postgres',
	q{SELECT reportlink_cancel_publish(organization_id, report_id, 'abe') FROM reportlink.pending_publication});
published_once_ok($new, 'postgres', 200, 'by the new server');

$new->stop;
done_testing();
