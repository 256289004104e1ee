# The contestants of the benchmark (bench/) do the same work: after the same scripts
# every row is the same in all their databases, but for times, and so is what they
# notified. With blank reports, and with reports that have a text of their own.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use FeedNode;
use JSON::PP;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $bench = "$FindBin::RealBin/../../bench";
my @scripts = ([ 'cycle', 4 ], [ 'dialog', 3 ], [ 'groups', 2 ], [ 'register', 2 ]);
my $node = start_node('bench', 'fsync = off', 'autovacuum = off', 'log_statement = none', "shared_preload_libraries = 'reportlink'");

# What differs though the same was done: when, by which transaction, as which user of
# this machine, and the order of rows that one statement adds
my $passing = join ',', qw(past_link_id occurred_at transaction_id cluster_id database_role saved_at signed_at left_at created_at updated_at
  closed_at scheduled_at publish_at finished_at);

# The operations that a script counts, in its order
sub operations
{
	my ($contestant, $script) = @_;

	return join ' ', grep { $_ ne 'none' } slurp_file("$bench/contestants/$contestant/$script.sql") =~ /^\\set (\w+) 0$/mg;
}

# Rows of a table; that there is a time is compared, not which
sub rows
{
	my ($database, $table) = @_;

	return $node->safe_psql(
		$database, qq{
		SELECT (t.j - '{$passing}'::text[]) || CASE WHEN t.j ? 'data' THEN jsonb_build_object('data', (t.j -> 'data') - 'publish_at') ELSE '{}' END
			|| (SELECT coalesce(jsonb_object_agg(k, v IS NOT NULL), '{}') FROM jsonb_each_text(t.j) e (k, v) WHERE k = ANY ('{$passing}'))
		FROM (SELECT to_jsonb(r) AS j FROM reportlink.$table r) t ORDER BY 1});
}

# What was notified: ids and types, whatever the spaces
sub notified
{
	my ($listener) = @_;
	my $json = JSON::PP->new->canonical;

	return join "\n", map { $json->encode($json->decode($_)) }
	  ask($listener, 'SELECT') =~ /^Asynchronous notification "reportlink" with payload "(.*)" received/mg;
}

# The first lines that only one of two has
sub difference
{
	my ($got, $expected) = @_;
	my %lines = map { $_ => 1 } split /\n/, $expected;
	my @more = grep { !delete $lines{$_} } split /\n/, $got;

	return join "\n", map { substr $_, 0, 400 } 'only here:', @more[ 0 .. ($#more < 2 ? $#more : 2) ], 'missing:', (sort keys %lines)[ 0 .. (keys %lines < 3 ? keys(%lines) - 1 : 2) ];
}

# Runs a contestant's scripts in a database of its own, with one session, so that ids are
# given in the same order; returns what is there then, by table
sub run_contestant
{
	my ($contestant, $template) = @_;
	my $database = "${contestant}_$template";

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE $template");
	$node->safe_psql($database, 'SELECT reportlink_install()'); # it is elsewhere now
	$node->command_ok(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', "$bench/contestants/$contestant/setup.sql" ],
		"$database: is set up");
	my $listener = session($node->connstr($database));

	ask($listener, 'LISTEN reportlink');
	foreach my $script (@scripts)
	{
		my ($name, $times) = @$script;

		$node->command_ok(
			[ 'pgbench', '-n', '-M', 'prepared', '-t', $times, '-f', "$bench/contestants/$contestant/$name.sql", $node->connstr($database) ],
			"$database: $name");
	}
	my %state = (notified => notified($listener));

	end_session($listener);
	$state{$_} = rows($database, $_) foreach qw(patient report report_group document signature publication past_link event);
	return \%state;
}

foreach my $text (qw(false true))
{
	my $template = "text_$text";

	$node->safe_psql('postgres', "CREATE DATABASE $template");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-v', 'patients=10', '-v', 'big=2', '-v', 'old=2',
			'-v', "text=$text", '-d', $node->connstr($template), '-f', "$bench/data.sql"
		],
		"$template: the data");
	my $expected = run_contestant('reportlink', $template);

	is($node->safe_psql("reportlink_$template", 'SELECT * FROM reportlink_check()'), '', "$template: no broken invariant");
	cmp_ok(scalar(() = $expected->{notified} =~ /^/mg), '>=', 4 * 17 + 2 * 16, "$template: reportlink notified its events");
	foreach my $contestant (qw(floor plpgsql application))
	{
	  SKIP:
		{
			skip "there is no contestant $contestant", 1 unless -e "$bench/contestants/$contestant/setup.sql";
			my $state = run_contestant($contestant, $template);

			is(operations($contestant, $_->[0]), operations('reportlink', $_->[0]), "$contestant: operations of $_->[0]") foreach @scripts;
			foreach my $table (sort keys %$expected)
			{
				ok($state->{$table} eq $expected->{$table}, "$contestant, $template: $table as of reportlink")
				  or diag(difference($state->{$table}, $expected->{$table}));
			}
		}
	}
}

$node->stop;
done_testing();
