# On 100,000 reports more than 95% of the updates that linking makes are HOT:
# no index is touched by them, and vacuum has nothing to do. Four sessions go
# through the table in its order, the hardest for it: neighbours on one page are
# linked at the same time, so that none can make room for the other.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('hot', 'fsync = off', 'autovacuum = off');

install_reportlink($node, 'postgres');

# 25,000 patients of four reports, and a sequence from which sessions take their patients
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, order_id, site_id, study_name)
	SELECT 'north', 'MRN-' || (i - 1) / 4, 'ACC-' || i, 'N-' || i, 'O-' || i, 'SITE', 'CT Chest with Contrast'
	FROM generate_series(1, 100000) i;
	CREATE SEQUENCE patient;
	VACUUM ANALYZE reportlink.report;
});

# Every patient in a transaction of its own
my $file = $node->basedir . '/link.sql';

open my $fh, '>', $file or die $!;
print $fh q{
SELECT nextval('patient') AS n \gset
SELECT FROM reportlink_link('north', ARRAY[4 * :n - 3, 4 * :n - 2, 4 * :n - 1, 4 * :n], true, 'ada');
};
close $fh;
$node->command_ok(
	[
		'pgbench', '-n', '-c', 4, '-j', 2, '-t', 6250, '-f', $file, $node->connstr('postgres')
	],
	'25,000 transactions that link four reports');
is($node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.report WHERE group_id IS NOT NULL'),
	100000, 'all reports are linked');

my ($updates, $hot) = split /\|/,
  $node->safe_psql(
	'postgres', q{
	SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
	WHERE schemaname = 'reportlink' AND relname = 'report'});

is($updates, 100000, 'each was updated once');
cmp_ok($hot / $updates, '>', 0.95, sprintf('%.2f%% of the updates are HOT', 100 * $hot / $updates));

is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
