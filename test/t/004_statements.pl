# The number of SQL statements that linking, merging, opening and unlinking run
# does not depend on the number of reports. Counted by the server: every
# statement inside the functions, but for the checks of foreign keys, of which
# PostgreSQL runs one a changed row.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node(
	'statements',
	"shared_preload_libraries = 'pg_stat_statements'",
	"pg_stat_statements.track = 'all'",
	'pg_stat_statements.track_planning = off');

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION pg_stat_statements;
	-- three times so many reports for each size
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P' || n, 'A' || n || '-' || i
	FROM unnest('{2,8,80,1000}'::int[]) n, generate_series(1, 3 * n) i;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'Q', 'Q' || i FROM generate_series(1, 2) i;
	CREATE FUNCTION ids(n int, part int) RETURNS bigint[] LANGUAGE sql AS
	$$ SELECT array_agg(report_id) FROM (SELECT report_id FROM reportlink.report WHERE mrn = 'P' || n
		ORDER BY report_id OFFSET n * (part - 1) LIMIT n) r $$;
});

# What a session of its own runs for the statement: number of statements inside
# it, and of rows that they returned or changed
sub statements
{
	my ($statement) = @_;
	my $got = $node->safe_psql(
		'postgres', qq{
		-- what is asked once a session
		SELECT FROM reportlink_open('north', (SELECT min(report_id) FROM reportlink.report WHERE mrn = 'Q'), 'ada');
		SELECT FROM pg_stat_statements_reset();
		SELECT FROM ($statement) call;
		SELECT sum(calls), sum(rows) FROM pg_stat_statements
		WHERE NOT toplevel AND query LIKE '%reportlink.%' AND query NOT LIKE '%FOR KEY SHARE%'
			AND query NOT LIKE '%OFFSET%';
	});

	$got =~ s/\s+//g;
	return split /\|/, $got;
}

# Every action on groups of each size, in the order in which they are done
my @actions = (
	[ 'link', q{reportlink_link('north', ids(N, 1), true, 'ada')} ],
	[ 'link of others', q{reportlink_link('north', ids(N, 2), true, 'ada')} ],
	[ 'join', q{reportlink_link('north', ids(N, 3) || (ids(N, 1))[1], false, 'ada')} ],
	[ 'merge', q{reportlink_link('north', ARRAY[(ids(N, 2))[1], (ids(N, 1))[1]], false, 'ada')} ],
	[ 'set default', q{reportlink_set_default('north', (ids(N, 1))[2], 'ada')} ],
	[ 'close', q{reportlink_close('north', (ids(N, 1))[2], false, 'ada')} ],
	[ 'open', q{reportlink_open('north', (ids(N, 1))[2], 'ada')} ],
	[ 'assign', q{reportlink_assign('north', (ids(N, 1))[2], 'rex', 'ada')} ],
	[ 'sidebar', q{reportlink_linked_reports('north', (ids(N, 1))[2])} ],
	[ 'dialog', q{reportlink_linkable_reports('north', (ids(N, 1))[2])} ],
	[ 'unlink', q{reportlink_unlink('north', ids(N, 1), false, 'rex')} ],
	[ 'unlink with discard', q{reportlink_unlink('north', ids(N, 2), true, 'rex')} ],
	[ 'unlink of the rest', q{reportlink_unlink('north', ids(N, 3), false, 'rex')} ]);

foreach my $action (@actions)
{
	my ($name, $call) = @$action;
	my %count;
	my %rows;

	foreach my $n (2, 8, 80, 1000)
	{
		my $statement = "SELECT * FROM $call";

		$statement =~ s/\bN\b/$n/g;
		($count{$n}, $rows{$n}) = statements($statement);
	}
	cmp_ok($count{2}, '>=', 2, "$name of 2 runs statements: $count{2}");
	is($count{$_}, $count{2}, "$name of $_: as many statements") foreach (8, 80, 1000);
	cmp_ok($rows{1000}, '>', 900, "$name of 1000 is about 1000 reports: $rows{1000} rows")
	  if $name =~ /link|merge|open|close|assign|sidebar|dialog/;
}

is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
