# A subscriber that is far behind drains in batches: a batch takes as long at the
# end as at the beginning, and the backend needs no more memory. The same with a
# filter that nothing passes, with one that little passes, and for 200 organizations at once.
# REPORTLINK_FEED_EVENTS says how many events (100,000).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use FeedNode;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Time::HiRes qw(time);

my $events = $ENV{REPORTLINK_FEED_EVENTS} || 100000;
my $batch = 1000;
my $organizations = 200;
my $node = start_node('behind', 'fsync = off', 'shared_buffers = 256MB', 'max_wal_size = 4GB', 'log_statement = none');

install_reportlink($node, 'postgres');

# As they would be recorded: 20 a transaction, of two reports each, every hundredth
# signed. $organization is an expression of n.
sub insert_events
{
	my ($organization) = @_;

	$node->safe_psql(
		'postgres', qq{
		INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids,
			linked_identifiers, actor, database_role, data, cluster_id, transaction_id)
		SELECT $organization, CASE WHEN n % 100 = 0 THEN 'report.signed' ELSE 'report.saved' END, n / 4, n, n, ARRAY[n, n + 1],
			jsonb_build_array(
				jsonb_build_object('report_id', n, 'mrn', 'MRN-' || n / 10, 'accession_number', 'ACC-' || n,
					'order_id', 'O-' || n, 'site_id', 'main', 'native_id', NULL, 'assigning_authority', NULL),
				jsonb_build_object('report_id', n + 1, 'mrn', 'MRN-' || n / 10, 'accession_number', 'ACC-' || n + 1,
					'order_id', 'O-' || n, 'site_id', 'main', 'native_id', NULL, 'assigning_authority', NULL)),
			'ada', 'reporting', '{"checkpoint": true, "old_document_id": null}', c.cluster_id,
			((pg_current_xact_id()::text::bigint - 1 - ($events - n) / 20)::text)::xid8
		FROM generate_series(1, $events) n, (SELECT max(cluster_id) AS cluster_id FROM reportlink.cluster) c});
	$node->safe_psql('postgres', 'VACUUM ANALYZE reportlink.event');
	return;
}

# So many transaction ids are given away, so that events can have had them
sub burn_transactions
{
	my ($count) = @_;

	$node->safe_psql('postgres', qq{
		CREATE TEMP TABLE burnt ();
		DO \$\$ BEGIN FOR i IN 1 .. $count LOOP
			BEGIN INSERT INTO burnt DEFAULT VALUES; EXCEPTION WHEN OTHERS THEN END;
		END LOOP; END \$\$});
	return;
}

sub median
{
	my (@sorted) = sort { $a <=> $b } @_;

	return $sorted[ $#sorted / 2 ];
}

# Bytes that a backend has of its own: without what it shares
sub memory_of
{
	my ($pid) = @_;
	my $status = slurp_file("/proc/$pid/status");
	my ($anonymous) = $status =~ /^RssAnon:\s+(\d+) kB/m;

	return 1024 * $anonymous;
}

# Fetches and acknowledges until nothing comes. So many events come in all, each
# once, and batches and memory are at the end what they were at the beginning.
sub drains_ok
{
	my ($name, $organization, $subscriber, $expected) = @_;
	my $session = session($node->connstr('postgres'));
	my $pid = ask($session, 'SELECT pg_backend_pid()');
	my ($count, $checksum, $started, @times, @memory) = (0, 0, time);

	while (1)
	{
		my $before = time;
		my ($got, $last, $sum) = split /\|/, ask($session, qq{
			SELECT count(*), (array_agg(event_id))[count(*)], coalesce(sum(event_id), 0)
			FROM reportlink_fetch($organization, '$subscriber', $batch)});

		last if $got == 0;
		ask($session, "SELECT FROM reportlink_ack($organization, '$subscriber', $last)") eq '' or die 'not acknowledged';
		push @times, time - $before;
		push @memory, memory_of($pid) if -r "/proc/$pid/status";
		$count += $got;
		$checksum += $sum;
	}
	my $seconds = time - $started;

	end_session($session);
	is("$count $checksum", $expected, "$name: every event, once");
	is( $node->safe_psql('postgres', "SELECT events_behind, seconds_behind FROM reportlink.subscriber_lag WHERE subscriber = '$subscriber'"),
		'0|0', "$name: nothing is left");
	return note sprintf '%s: %d events in %.1f s', $name, $count, $seconds if @times < 40;

	my $tenth = @times / 10;
	my $first = median(@times[ 1 .. $tenth ]);
	my $last = median(@times[ @times - 1 - $tenth .. $#times - 1 ]);

	cmp_ok($last, '<', 3 * $first + 0.01, sprintf '%s: a batch takes %.1f ms in the first tenth, %.1f in the last', $name, 1000 * $first, 1000 * $last);
  SKIP:
	{
		skip 'no /proc', 1 unless @memory;
		my ($early, $late) = (median(@memory[ 5 .. 5 + $tenth ]), median(@memory[ @memory - $tenth .. $#memory ]));

		cmp_ok($late, '<', $early + 2**20, sprintf '%s: the backend has %.1f MB in the beginning, %.1f at the end', $name, $early / 2**20, $late / 2**20);
	}
	note sprintf '%s: %d events in %.1f s, %d a second', $name, $count, $seconds, $count / $seconds;
	return;
}

sub expected
{
	my ($which) = @_;

	return join ' ', split /\|/, $node->safe_psql('postgres', "SELECT count(*), coalesce(sum(event_id), 0) FROM reportlink.event WHERE $which");
}

burn_transactions($events / 20);
$node->safe_psql('postgres', q{
	SELECT reportlink_subscribe('north', 'behind', true);
	SELECT reportlink_subscribe('north', 'nothing', true, '{report.rejected}');
	SELECT reportlink_subscribe('north', 'little', true, '{report.signed}')});
insert_events(q{'north'});
is($node->safe_psql('postgres', q{SELECT events_behind FROM reportlink.subscriber_lag WHERE subscriber = 'behind'}), $events, 'it is behind');
drains_ok('one organization', q{'north'}, 'behind', expected('true'));
drains_ok('a filter that nothing passes', q{'north'}, 'nothing', '0 0');
drains_ok('a filter that one of 100 passes', q{'north'}, 'little', expected(q{type = 'report.signed'}));

# 200 organizations, and a subscriber of all of them
$node->safe_psql('postgres', qq{
	SELECT reportlink_purge_events('north', 'infinity', $events);
	INSERT INTO reportlink.organization (organization_id) SELECT 'organization ' || n FROM generate_series(1, $organizations) n;
	SELECT reportlink_subscribe(NULL, 'all');
	SELECT reportlink_subscribe('organization 7', 'one of them')});
burn_transactions($events / 20);
insert_events("'organization ' || 1 + n / 20 % $organizations");
drains_ok("$organizations organizations", 'NULL', 'all', expected(q{organization_id <> 'north'}));
drains_ok('one of them', q{'organization 7'}, 'one of them', expected(q{organization_id = 'organization 7'}));

$node->stop;
done_testing();
