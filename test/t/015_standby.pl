# On a standby no worker runs. After promotion it does, and what fell due while
# there was no primary is published, once.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');

$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', join("\n", worker_settings('postgres'), ''));
$primary->start;
install_recall($primary, 'postgres');

$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;

# Published on the primary, and known on the standby
$primary->safe_psql('postgres', q{SELECT recall.sign('north', 2, 2, '1 ms'), recall.sign('south', 2, 1, '1 ms')});
ok( $primary->poll_query_until('postgres',
		q{SELECT count(*) = 4 FROM reportlink.publication WHERE state = 'executed'}),
	'the worker of the primary publishes');
is($standby->safe_psql('postgres', q{SELECT count(*) FROM reportlink.worker_status}), 0, 'no worker and no launcher on the standby');

# Nobody can write any more, and five fall due
$primary->safe_psql('postgres', q{
	SELECT recall.sign('north', 2, 2, '3 s'), recall.sign('south', 3, 1, '3 s'), recall.sign('north', 1, 1, '1 h')});
$primary->wait_for_catchup($standby);
$primary->stop;
is($standby->safe_psql('postgres', q{SELECT count(*) FROM reportlink.pending_publication}), 6, 'six are pending');
ok($standby->poll_query_until('postgres',
		q{SELECT count(*) = 5 FROM reportlink.pending_publication WHERE seconds_left < 0}), 'five fall due');
sleep 2;
is($standby->safe_psql('postgres', q{SELECT count(*) FROM reportlink.worker_status}), 0, 'nobody works on the standby');
my ($status, $out, $err) = $standby->psql('postgres', 'SELECT reportlink_publish_due()');
like($err, qr/cannot .* (in a read-only transaction|during recovery)/, 'nor can anybody else publish there');

$standby->promote;
await_worker($standby, 'postgres', '^sleeping until');
is( $standby->safe_psql('postgres', 'SELECT process, database FROM reportlink.worker_status ORDER BY process'),
	"reportlink launcher|\nreportlink worker|postgres",
	'promoted: launcher and worker run');
$standby->safe_psql('postgres', q{
	SELECT reportlink_cancel_publish(organization_id, report_id, 'abe') FROM reportlink.pending_publication WHERE seconds_left > 60});
published_once_ok($standby, 'postgres', 9, 'four before and five after promotion');
is( $standby->safe_psql('postgres', q{SELECT count(*) FROM reportlink.publication WHERE state = 'cancelled'}),
	1, 'the one that was not due can be taken back');
unlike(slurp_file($standby->logfile), qr/cannot publish/, 'the standby never tried');

$standby->stop;
done_testing();
