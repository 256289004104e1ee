# The worker publishes at the right moment: it sleeps until then, and the commit
# that schedules something earlier wakes it. Nothing else can have done that here:
# without being woken it would look once an hour.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('lag', worker_settings('postgres'), 'track_commit_timestamp = on');

install_recall($node, 'postgres');
await_worker($node, 'postgres', '^nothing is scheduled$');
$node->append_conf('postgresql.conf', 'reportlink.worker_naptime = 1h');
$node->reload;
my $started = $node->safe_psql('postgres', q{SELECT started_at FROM reportlink.worker_status WHERE process = 'reportlink worker'});

# "south" gives two minutes, "north" 20 seconds; ids of the drafts of both
$node->safe_psql('postgres',
	q{UPDATE reportlink.organization SET recall_delay_seconds = 120 WHERE organization_id = 'south'});
my @south = split /,/, $node->safe_psql('postgres', q{SELECT array_to_string(recall.draft('south', 2, 1), ',')});
my @north = split /,/, $node->safe_psql('postgres', q{SELECT array_to_string(recall.draft('north', 60, 1), ',')});

sub asleep_until
{
	my ($report_id, $name) = @_;
	my $publish_at = $node->safe_psql('postgres',
		"SELECT publish_at FROM reportlink.pending_publication WHERE report_id = $report_id");

	ok( $node->poll_query_until('postgres', qq{
			SELECT count(*) = 1 FROM reportlink.worker_status
			WHERE process = 'reportlink worker' AND database = 'postgres' AND state = 'idle'
				AND substring(activity FROM '^sleeping until (.*)\$')::timestamptz = '$publish_at'}),
		$name);
	return;
}

$node->safe_psql('postgres', "SELECT reportlink_sign('south', $south[0], 'ada')");
asleep_until($south[0], 'a signature wakes the worker; it sleeps until that is due');

# Half by the function, half by plain SQL, over two seconds or more; each commits for itself
my @sign;

foreach my $i (0 .. $#north)
{
	push @sign, $i % 2
	  ? "UPDATE reportlink.report SET status = 'signed' WHERE organization_id = 'north' AND report_id = $north[$i]"
	  : "SELECT FROM reportlink_sign('north', $north[$i])";
	push @sign, 'SELECT pg_sleep(0.035)';
}
$node->safe_psql('postgres', join(";\n", "SET reportlink.user_id = 'ada'", @sign));
asleep_until($north[0], 'what is due earlier wakes it again; it sleeps until the first is due');

$node->safe_psql('postgres', "SELECT reportlink_sign('south', $south[1], 'ada')");
ok( $node->poll_query_until(
		'postgres', q{SELECT count(*) = 60 FROM reportlink.publication WHERE state = 'executed'}),
	'60 publications');

my ($median, $max, $early) = split /\|/, $node->safe_psql(
	'postgres', q{
	SELECT round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY lag)::numeric, 1), round(1000 * max(lag), 1),
		count(*) FILTER (WHERE lag < 0)
	FROM (SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - publish_at) AS lag
		FROM reportlink.publication WHERE state = 'executed') p});

is($early, 0, 'none before its time');
cmp_ok($median, '<', 50, "half of them are committed within $median ms");
note "median $median ms, slowest $max ms";
is( $node->safe_psql('postgres',
		q{SELECT string_agg(report_id::text, ',' ORDER BY report_id) FROM reportlink.pending_publication}),
	"$south[0],$south[1]",
	'what is due later waits');
asleep_until($south[0], 'and the worker sleeps until then');

is($node->safe_psql('postgres', q{SELECT started_at FROM reportlink.worker_status WHERE process = 'reportlink worker'}), $started, 'it was the same worker all the time');

$node->stop;
done_testing();
