# Where the worker is not wanted, pg_cron calls reportlink_publish_due(): by the
# line that the README shows. It needs Debian's postgresql-15-cron, or the like.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $share = `pg_config --sharedir`;

chomp $share;
plan(skip_all => 'pg_cron is not installed') unless -r "$share/extension/pg_cron.control";

my $node = start_node('pg_cron', "shared_preload_libraries = 'pg_cron'", "cron.database_name = 'postgres'",
	'cron.use_background_workers = on');

install_recall($node, 'postgres');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');

# Seconds came with pg_cron 1.5; until then once a minute is the most that it can do
my $seconds = $node->safe_psql('postgres',
	q{SELECT string_to_array(substring(extversion FROM '^[\d.]+'), '.')::int[] >= '{1,5}' FROM pg_extension WHERE extname = 'pg_cron'});
my $schedule = $seconds eq 't' ? '1 seconds' : '* * * * *';

$node->safe_psql('postgres', q{SELECT recall.sign('north', 3, 2, '1 ms'), recall.sign('south', 2, 1, '1 ms'), recall.sign('north', 1, 1, '1 h')});
$node->safe_psql('postgres', "SELECT cron.schedule('reportlink', '$schedule', 'SELECT reportlink_publish_due(10000)')");
sleep(60 - time() % 60) if $seconds ne 't';
ok( $node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM cron.job_run_details WHERE status = 'succeeded'}),
	"run by pg_cron, schedule $schedule");
is($node->safe_psql('postgres', q{SELECT count(*) FROM cron.job_run_details WHERE status = 'failed'}), 0, 'without error');
is($node->safe_psql('postgres', 'SELECT report_id FROM reportlink.pending_publication WHERE seconds_left < 0'), '',
	'what was due is published');
$node->safe_psql('postgres', q{
	SELECT reportlink_cancel_publish(organization_id, report_id, 'abe') FROM reportlink.pending_publication});
published_once_ok($node, 'postgres', 5, 'by pg_cron');
is($node->safe_psql('postgres', q{SELECT cron.unschedule('reportlink')}), 't', 'unscheduled');

$node->stop;
done_testing();
