# A killed backend and a killed server leave all of an action or nothing of it;
# no group is half signed. REPORTLINK_CRASHES: how often each (2).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $crashes = $ENV{REPORTLINK_CRASHES} || 2;
my $node = start_node('crash', 'restart_after_crash = on', 'log_min_messages = warning');

install_reportlink($node, 'postgres');
load_stress($node, 'postgres');

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
	my ($out, $err) = ('', '');
	my @wanted = map { "count(*) FILTER (WHERE type = 'report.$_') >= least(12, 3 + " . recorded($_) . ')' } @types;
	my $seen = join ' AND ', 'count(*) >= 20 + ' . $node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.event'), @wanted;

	my $load = start(
		[ stress_command($node, 'postgres', 4, 60) ],
		'>', \$out, '2>', \$err, timeout(120));
	$node->poll_query_until('postgres',
		q{SELECT count(*) = 4 FROM pg_stat_activity WHERE application_name = 'load'})
	  or die 'the load did not start';
	$node->poll_query_until('postgres', "SELECT $seen FROM reportlink.event")
	  or die 'the load does too little';
	return $load;
}

sub recorded
{
	my ($type) = @_;

	return $node->safe_psql('postgres', "SELECT count(*) FROM reportlink.event WHERE type = 'report.$type'");
}

sub end_load
{
	my ($load) = @_;

	$load->kill_kill;
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
	end_load($load);
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	history_ok($node, 'postgres', "after a backend was killed ($round)");
}

# The server in the middle of the load, right after a signature was committed
for my $round (1 .. $crashes)
{
	my $load = start_load();

	$node->safe_psql('postgres', sign_two($round * 2 - 1, $round * 2));
	$node->stop('immediate');
	end_load($load);
	$node->start;
	history_ok($node, 'postgres', "after the server was killed ($round)");
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

foreach my $type (@types)
{
	cmp_ok(recorded($type), '>', 10, "the load did record report.$type");
}

$node->stop;
done_testing();
