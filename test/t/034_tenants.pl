# Tenants beyond one session: what NOTIFY tells while there is one, what a dump
# restored elsewhere still lets him see, and what is refused at an isolation level
# that does not see others' grants. Functions and plain SQL are in
# test/pgtap/32_tenants.sql.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('tenants', worker_settings('postgres'));

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
	INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT o, 'P' || n, o || n FROM unnest('{north,south}'::text[]) o, generate_series(1, 8) n;
	CREATE ROLE ris LOGIN;
	SELECT reportlink_grant('ris', 'listener', 'north'), reportlink_grant('ris', 'reporter', 'north')});

# An older snapshot may miss that somebody else is or was a tenant
foreach my $call (q{reportlink_grant('ris', 'reader', 'north')}, q{reportlink_revoke('ris', 'listener')})
{
	my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nBEGIN ISOLATION LEVEL REPEATABLE READ; SELECT $call");

	like($err, qr/ERROR:  25000$/m, "$call: only at READ COMMITTED");
}

# What the tenant hears of an action in the other organization
sub heard
{
	my ($report_id) = @_;
	my ($out, $err) = ('', '');

	$node->psql('postgres', "LISTEN reportlink;\nSELECT FROM reportlink_open('south', $report_id, 'ada');\n", stdout => \$out);
	return $out =~ /with payload "(.*)" received/g;
}

my @south = split /\n/, $node->safe_psql('postgres', q{
	SELECT report_id FROM reportlink.report WHERE organization_id = 'south' ORDER BY report_id});

is_deeply([ heard($south[0]) ], ['{}'], 'NOTIFY tells that there are events, and nothing of them');

# The same when the worker sends it
$node->append_conf('postgresql.conf', 'reportlink.notify = worker');
$node->reload;
await_worker($node, 'postgres', '^nothing is scheduled$');
my $out = '';
$node->poll_query_until('postgres', q{SELECT current_setting('reportlink.notify') = 'worker' FROM reportlink_version()}) or die;
my @heard;
for (1 .. 60)
{
	$node->psql('postgres', q{LISTEN reportlink;
		SELECT FROM reportlink_close('south', } . $south[0] . q{, false, 'ada');
		SELECT FROM reportlink_open('south', } . $south[0] . q{, 'ada');
		SELECT pg_sleep(0.3);
		SELECT 1;
		}, stdout => \$out);
	push @heard, $out =~ /with payload "(.*)" received/g;
	last if @heard;
}
cmp_ok(scalar @heard, '>', 0, 'the worker notifies');
is_deeply([ grep { $_ ne '{}' } @heard ], [], 'and tells as little');
$node->append_conf('postgresql.conf', 'reportlink.notify = commit');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('reportlink.notify') = 'commit' FROM reportlink_version()}) or die;

# What he sees, function by function and row by row
sub seen
{
	my ($server, $database) = @_;

	return $server->safe_psql(
		$database, q{
		SET ROLE ris;
		SELECT (SELECT string_agg(DISTINCT organization_id, ',') FROM reportlink.report_text),
			(SELECT string_agg(DISTINCT organization_id, ',') FROM reportlink.event),
			(SELECT count(*) FROM reportlink.access), (SELECT count(*) FROM reportlink_find('north', 'P1')),
			(SELECT count(*) FROM reportlink_find('south', 'P1'))});
}
$node->safe_psql('postgres', q{SELECT reportlink_open('north', 1, 'ada')});
my $here = seen($node, 'postgres');
is($here, 'north|north|2|1|0', 'he sees his organization alone');

# What leaves the server whole
is($node->safe_psql('postgres', 'SET ROLE ris; COPY reportlink.report (organization_id) TO STDOUT') =~ s/^north$//gmr =~ s/\s//gr, '', 'COPY gives his rows');
my @dump = ('pg_dump', '-a', '--role=ris', '-t', 'reportlink.patient', $node->connstr('postgres'));
$node->command_fails_like(\@dump, qr/affected by row-level security policy/, 'pg_dump in his name fails rather than leave something out');
my ($dumped) = PostgreSQL::Test::Utils::run_command([ @dump, '--enable-row-security' ]);
like($dumped, qr/^north\tP8$/m, 'told to, it dumps his rows');
unlike($dumped, qr/south/, 'and no others');

# Dumped and restored, in this server and in another
my $file = PostgreSQL::Test::Utils::tempdir() . '/tenants.dump';
my $elsewhere = start_node('elsewhere');

$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, 'postgres' ], 'pg_dump');
$elsewhere->safe_psql('postgres', 'CREATE ROLE ris LOGIN');
foreach my $server ($node, $elsewhere)
{
	$server->safe_psql('postgres', 'CREATE DATABASE copy');
	$server->command_ok([ 'pg_restore', '-e', '-d', 'copy', $file ], 'restored');
	is(seen($server, 'copy'), $here, 'and he sees the same');
	is($server->safe_psql('copy', 'SELECT * FROM reportlink_check()'), '', 'nothing is broken');
}

# Taken away: he is nobody, can be dropped, and NOTIFY tells again
$node->safe_psql('postgres', q{SELECT reportlink_revoke('ris', 'listener', 'north'), reportlink_revoke('ris', 'reporter', 'north')});
$node->safe_psql('copy', q{SELECT reportlink_revoke('ris', 'listener', 'north'), reportlink_revoke('ris', 'reporter', 'north')});
$node->safe_psql('postgres', 'DROP ROLE ris');
is($node->safe_psql('postgres', q{
		SELECT count(*) FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relrowsecurity}),
	0, 'the last tenant gone, row-level security is off');
like((heard($south[4]))[0], qr/"organization_id": "south"/, 'and NOTIFY tells what it did');

$elsewhere->stop;
$node->stop;
done_testing();
