# A killed backend and a server of which every process is killed with -9 leave all of
# an action or nothing of it; no group is half signed. What the sessions of the
# load were told was committed, and noted outside the server, is there after it,
# and consumers of the feed go on without loss and in order.
# REPORTLINK_CRASHES: how often each (2); REPORTLINK_SEED repeats what the
# sessions try, and when they are killed.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use FeedNode;
use IPC::Run qw(timeout);
use NotedLoad;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Time::HiRes qw(sleep);

my $crashes = $ENV{REPORTLINK_CRASHES} || 2;
my $node = start_node('crash', 'restart_after_crash = on', 'log_min_messages = warning');

srand random_seed();
install_reportlink($node, 'postgres');
load_stress($node, 'postgres');

# Consumers that are there all the time, of the organization and of all
my @consumers = map { { name => $_, organization => $_, subscriber => 'consumer', which => 'true' } } q{'north'}, 'NULL';
foreach my $i (0, 1)
{
	$node->safe_psql('postgres', "SELECT reportlink_subscribe($consumers[$i]->{organization}, 'consumer', true)");
	$consumers[$i]->{file} = PostgreSQL::Test::Utils::tempdir() . "/consumer$i";
	start_consumer($node->connstr('postgres'), $consumers[$i], 50);
}

# A patient whom the random load leaves alone
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'Q', 'Q-' || n FROM generate_series(1, } . 2 * $crashes . q{) n});

sub ids
{
	my @accessions = map { "'Q-$_'" } @_;

	return '(SELECT array_agg(report_id ORDER BY report_id) FROM reportlink.report'
	  . ' WHERE accession_number IN (' . join(', ', @accessions) . '))';
}

# What the load must have recorded by the end: some of it each time
my @types = qw(linked saved signed cancelled);

# Runs until it has done twenty actions, however slow the machine; three of each
# type among them, until there are enough of that: in the end all is signed
sub start_load
{
	my @wanted = map { "count(*) FILTER (WHERE type = 'report.$_') >= least(12, 3 + " . recorded($_) . ')' } @types;
	my $seen = join ' AND ', 'count(*) >= 20 + ' . $node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.event'), @wanted;
	my $load = start_noted_load($node, 'postgres', 4);

	$node->poll_query_until('postgres', "SELECT $seen FROM reportlink.event")
	  or die 'the load does too little';
	sleep rand($crashes > 2 ? 3 : 0.3);
	return $load;
}

sub recorded
{
	my ($type) = @_;

	return $node->safe_psql('postgres', "SELECT count(*) FROM reportlink.event WHERE type = 'report.$type'");
}

# The tables, what was acknowledged, and the feed
sub recovered_ok
{
	my ($when) = @_;

	history_ok($node, 'postgres', $when);
	acknowledged_ok($node, 'postgres', $when);
	ok($node->poll_query_until('postgres', 'SELECT sum(events_behind) = 0 FROM reportlink.subscriber_lag'), "consumers get through $when");
	feed_ok($node, 'postgres', $_, $_->{which}, "consumer of $_->{name} $when") foreach @consumers;
	return;
}

# Links, writes and signs two reports
sub sign_two
{
	my ($one, $other) = @_;
	my $ids = ids($one, $other);

	return "SELECT array_length(report_ids, 1) FROM reportlink_link('north', $ids, actor => 'ada');\n"
	  . "SELECT FROM reportlink_save('north', ($ids)[1], '{\"final_report\": \"No acute disease.\"}', actor => 'ada');\n"
	  . "SELECT status FROM reportlink_sign('north', ($ids)[2], 'ada');\n";
}

# In the middle of a transaction that nobody will commit
my $session = IPC::Run::harness(
	[ 'psql', '-X', '-q', '-At', '-d', $node->connstr('postgres') ],
	'<', \my $in, '>', \my $out, '2>', \my $err, timeout(60));
$in = "BEGIN;\n" . sign_two(1, 2) . "SELECT 'pid', pg_backend_pid();\n";
$session->start;
$session->pump until $out =~ /pid\|(\d+)\n/;
my ($pid) = $out =~ /pid\|(\d+)/;
like($out, qr/^2\n.*^signed$/ms, 'two reports are linked and signed, not yet committed');
kill 'KILL', $pid;
$session->kill_kill;
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
is( $node->safe_psql('postgres', q{
		SELECT count(*) FILTER (WHERE r.group_id IS NULL AND r.owner_id IS NULL AND r.status = 'unread'),
			(SELECT count(*) FROM reportlink.event), (SELECT count(*) FROM reportlink.report_group),
			(SELECT count(*) FROM reportlink.document), (SELECT count(*) FROM reportlink.signature)
		FROM reportlink.report r WHERE r.mrn = 'Q'}),
	2 * $crashes . '|0|0|0|0',
	'nothing is left of it');

# A backend in the middle of the load
for my $round (1 .. $crashes)
{
	my $load = start_load();
	my $victim = $node->safe_psql('postgres',
		q{SELECT pid FROM pg_stat_activity WHERE application_name = 'load' ORDER BY random() LIMIT 1});

	kill 'KILL', $victim;
	end_noted_load($load, "when one was killed ($round)");
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	recovered_ok("after a backend was killed ($round)");
}

# The server in the middle of the load, right after a signature was committed
for my $round (1 .. $crashes)
{
	my $load = start_load();

	$node->safe_psql('postgres', sign_two($round * 2 - 1, $round * 2));
	cmp_ok(kill_server($node), '>', 5, "all processes of the server are killed ($round)");
	end_noted_load($load, "when the server was killed ($round)");
	$node->start;
	recovered_ok("after the server was killed ($round)");
	is( $node->safe_psql('postgres',
			q{SELECT count(*), count(DISTINCT t.group_id), count(s.signature_id), count(e.event_id)
			FROM reportlink.report_text t
			LEFT JOIN reportlink.signature s USING (organization_id, document_id)
			LEFT JOIN reportlink.event e
				ON e.organization_id = 'north' AND e.document_id = t.document_id AND e.type = 'report.signed'
			WHERE t.status = 'signed' AND t.final_report = 'No acute disease.' AND t.report_id = ANY (}
			  . ids($round * 2 - 1, $round * 2) . '::bigint[])'),
		'2|1|2|2',
		"what was committed is there ($round)");
}

ok(kill_consumer($_), "the consumer of $_->{name} lasted") foreach @consumers;
foreach my $type (@types)
{
	cmp_ok(recorded($type), '>', 10, "the load did record report.$type");
}

$node->stop;
done_testing();
