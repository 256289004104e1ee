# Without shared_preload_libraries there is no worker, and everything else works:
# recall too, published by whoever calls reportlink_publish_due(). The library can
# be loaded at any time, also as pg_upgrade does: alone, into a server that has
# nothing else of reportlink.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $no_process = q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type LIKE 'reportlink%'};

# The settings are accepted, and do nothing
my $node = start_node('without_preload', "reportlink.databases = 'postgres, site'", 'reportlink.worker_naptime = 1s');

is($node->safe_psql('postgres', "LOAD 'reportlink'; SHOW reportlink.databases"), 'postgres, site', 'LOAD into an empty server');

install_recall($node, 'postgres');
$node->safe_psql('postgres', q{SELECT recall.sign('north', 3, 2, '1 ms'), recall.sign('south', 2, 1, '1 ms'), recall.sign('north', 1, 1, '1 h')});
sleep 2;
is($node->safe_psql('postgres', $no_process), 't', 'no worker');
is($node->safe_psql('postgres', 'SELECT * FROM reportlink.worker_status'), '', 'reportlink.worker_status is empty');
is($node->safe_psql('postgres', q{SELECT count(*) FROM reportlink.pending_publication WHERE seconds_left < 0}),
	5, 'nobody has published what is due');
is($node->safe_psql('postgres', 'SELECT reportlink_publish_due()'), 5, 'reportlink_publish_due() does');
is( $node->safe_psql('postgres', q{
		SELECT status FROM reportlink.pending_publication, reportlink_cancel_publish(organization_id, report_id, 'abe')}),
	'draft', 'a signature is taken back');
published_once_ok($node, 'postgres', 5, 'by hand');

# What pg_upgrade asks the old server for, and loads into the new one
my @libraries = split /\n/, $node->safe_psql('postgres',
	q{SELECT DISTINCT probin FROM pg_proc WHERE prolang = 13 AND probin IS NOT NULL AND oid >= 16384});

is(scalar @libraries, 1, "pg_upgrade loads one library: @libraries");
$node->safe_psql('postgres', 'CREATE DATABASE empty');
is($node->safe_psql('empty', "LOAD '$libraries[0]'; SELECT 'loaded'"), 'loaded', 'and can');

# Loaded by each session, long after the server has given out its shared memory
$node->append_conf('postgresql.conf', "session_preload_libraries = 'reportlink'");
$node->restart;
$node->safe_psql('postgres', q{SELECT recall.sign('north', 2, 1, '1 ms')});
is($node->safe_psql('postgres', 'SELECT reportlink_publish_due()'), 2, 'session_preload_libraries: it is published');
published_once_ok($node, 'postgres', 7, 'with session_preload_libraries');
is($node->safe_psql('postgres', $no_process), 't', 'session_preload_libraries: no worker');
unlike(slurp_file($node->logfile), qr/WARNING|FATAL|PANIC/, 'nothing to complain about');
$node->stop;
done_testing();
