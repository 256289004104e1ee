# The benchmark's plpgsql is a peer: it answers every statement as reportlink does,
# with the same rows or the same SQLSTATE, and leaves the same rows in all tables,
# also where plain SQL writes them. What many sessions leave behind breaks no
# invariant of reportlink's, and linked reports agree.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $folder = "$FindBin::RealBin/..";
my $node = start_node('peers', 'fsync = off', 'autovacuum = off', 'log_statement = none', 'deadlock_timeout = 50ms');

# 50 patients of 8 reports, and a role that may write all tables but does not own them
sub make_database
{
	my ($database) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	install_reportlink($node, $database);
	$node->safe_psql(
		$database, q{
		INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, order_id, site_id, study_name, created_at, updated_at)
		SELECT 'north', 'MRN-' || (i - 1) / 8 + 1, 'ACC-' || i, 'N-' || i, 'O-' || i, 'SITE', 'CT Chest', '2026-03-02', '2026-03-02'
		FROM generate_series(1, 400) i;
		GRANT USAGE ON SCHEMA reportlink TO plain;
		GRANT ALL ON ALL TABLES IN SCHEMA reportlink TO plain;
	});
	return;
}

sub make_peer
{
	my ($database) = @_;

	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f',
			"$folder/../bench/contestants/plpgsql/setup.sql"
		],
		'the peer takes the place of the extension');
	return;
}

# What psql prints for each statement: its rows, or the SQLSTATE
sub answers
{
	my ($database, @statements) = @_;
	my $file = $node->basedir . "/$database.sql";
	my $n = 0;

	append_to_file($file, join "\n", '\set VERBOSITY sqlstate', (map { ('\echo =' . $n++, $_) } @statements), '');
	my $text = `psql -X -q -A -t -d '@{[$node->connstr($database)]}' -f $file 2>&1`;

	$text =~ s/^psql:\S+: //mg;
	my (undef, @answers) = split /^=\d+\n/m, $text, -1;
	return @answers;
}

# What is in all tables
sub rows
{
	my ($database) = @_;

	return $node->safe_psql($database, slurp_file("$folder/peers/tables.sql"));
}

# The invariants, looked for by the extension in a schema of its own
sub whole_ok
{
	my ($database) = @_;

	$node->safe_psql($database, 'CREATE SCHEMA extension; CREATE EXTENSION reportlink SCHEMA extension');
	is($node->safe_psql($database, 'SELECT * FROM extension.reportlink_check()'), '', "$database: no broken invariant");
	return;
}

$node->safe_psql('postgres', 'CREATE ROLE plain');
make_database($_) foreach qw(reportlink peer busy);
make_peer($_) foreach qw(peer busy);

my @statements = grep { !/^(--|$)/ } split /\n/, slurp_file("$folder/peers/statements.sql");
my @expected = answers('reportlink', @statements);
my @got = answers('peer', @statements);

is(scalar @expected, scalar @statements, scalar @statements . ' statements');
is($got[$_], $expected[$_], $statements[$_]) foreach 0 .. $#statements;
is( join(' ', sort keys %{ { map { $_ => 1 } map { /^ERROR:  (\S+)/mg } @expected } }),
	join(' ', qw(22004 22023), map { sprintf 'RL%03d', $_ } 1 .. 17, 20, 21),
	'every refusal that these operations have');

my ($here, $there) = (rows('peer'), rows('reportlink'));
my %missing = map { $_ => 1 } split /\n/, $there;
my @only = grep { !delete $missing{$_} } split /\n/, $here;

cmp_ok(scalar split(/\n/, $there), '>', 500, 'there is something to compare');
ok($here eq $there, 'the same rows in all tables') or diag(join "\n", 'only the peer:', @only[ 0 .. 2 ], 'missing:', (sort keys %missing)[ 0 .. 2 ]);
whole_ok('peer');

# Many at once
$node->safe_psql('busy', slurp_file("$folder/peers/load.sql"));
my $step = $node->basedir . '/step.sql';

append_to_file($step, "SELECT load.step();\n");
$node->command_ok(
	[
		'pgbench', '-n', '-c', 8, '-j', 2, '-T', $ENV{REPORTLINK_STRESS_SECONDS} || 6, '--max-tries', 100, '--random-seed', 1,
		'-f', $step, $node->connstr('busy')
	],
	'random calls and plain SQL by 8 sessions');
cmp_ok($node->safe_psql('busy', q{SELECT count(*) FROM reportlink.event}), '>', 100, 'they did something');
is( $node->safe_psql(
		'busy', q{
		SELECT group_id FROM reportlink.report WHERE group_id IS NOT NULL GROUP BY group_id
		HAVING count(DISTINCT (status, owner_id, drafting)) > 1}),
	'', 'linked reports agree');
whole_ok('busy');

$node->stop;
done_testing();
