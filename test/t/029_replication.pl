# Logical replication of the tables to a second database that has the extension:
# the copy is the same, nothing is recorded twice, and after a switch it goes on:
# ids, guards, and subscribers from where they were.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $publisher = PostgreSQL::Test::Cluster->new('publisher');

$publisher->init(allows_streaming => 'logical');
$publisher->start;
install_reportlink($publisher, 'postgres');
load_stress($publisher, 'postgres');
$publisher->safe_psql(
	'postgres', q{
	ALTER TABLE reportlink.report ADD COLUMN site_note text;
	SELECT reportlink_subscribe('north', 'ris');
	SELECT reportlink_subscribe(NULL, 'archive', true)});

# The tables without rows, as pg_dump has them: reportlink_install() has noted rows of its own
my $replica = start_node('replica', 'max_logical_replication_workers = 8');
my $schema = PostgreSQL::Test::Utils::tempdir() . '/schema.sql';

$replica->safe_psql('postgres', 'CREATE EXTENSION reportlink');
$publisher->command_ok([ 'pg_dump', '-s', '-n', 'reportlink', '-f', $schema, 'postgres' ], 'pg_dump -s');
$replica->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-f', $schema ], 'restored');
$publisher->safe_psql('postgres', 'CREATE PUBLICATION reports FOR TABLES IN SCHEMA reportlink');
$replica->safe_psql('postgres',
	'CREATE SUBSCRIPTION reports CONNECTION $$' . $publisher->connstr('postgres') . '$$ PUBLICATION reports');
$replica->wait_for_subscription_sync($publisher, 'reports');

# Acknowledges as many events as there are, at most; returns the ids
sub read_events
{
	my ($node, $who, $limit) = @_;
	my @read;

	while (my @ids = split /\n/, $node->safe_psql('postgres', "SELECT event_id FROM reportlink_fetch($who, $limit)"))
	{
		$node->safe_psql('postgres', "SELECT reportlink_ack($who, $ids[-1])");
		push @read, @ids;
		last if @read >= $limit;
	}
	return @read;
}

# Everything that sessions do at once, and readers in between
$publisher->command_ok([ stress_command($publisher, 'postgres', 4, 3) ], 'random load');
my @ris = read_events($publisher, "'north', 'ris'", 40);
my @archive = read_events($publisher, "NULL, 'archive'", 25);

$publisher->command_ok([ stress_command($publisher, 'postgres', 4, 2) ], 'random load');
$publisher->safe_psql('postgres', q{UPDATE reportlink.report SET site_note = 'room 1' WHERE report_id % 3 = 0});

sub rows_of
{
	my ($node) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/rows.sql';

	$node->command_ok([ 'pg_dump', '--data-only', '--inserts', '-n', 'reportlink', '-f', $file, 'postgres' ], 'pg_dump');
	return join '', sort grep { /^INSERT/ } split /^/, slurp_file($file);
}

$publisher->wait_for_catchup('reports');
ok(rows_of($replica) eq rows_of($publisher), 'the replica has the same rows');
is($replica->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'and nothing in it is broken');
is($replica->safe_psql('postgres', q{SELECT count(*) > 0 FROM reportlink.report WHERE site_note = 'room 1'}),
	't', 'the column that the user added is replicated');

# The switch. Sequences are not replicated, by PostgreSQL
my $last = $publisher->safe_psql('postgres', 'SELECT max(event_id) FROM reportlink.event');
my @behind = split /\n/, $publisher->safe_psql('postgres', q{
	SELECT event_id FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id});

$replica->safe_psql('postgres', 'DROP SUBSCRIPTION reports');
$publisher->stop;
$replica->safe_psql(
	'postgres', q{
	DO $$
	DECLARE
		c record;
	BEGIN
		FOR c IN
			SELECT table_name, column_name FROM information_schema.columns
			WHERE table_schema = 'reportlink' AND is_identity = 'YES'
		LOOP
			EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 1)) FROM reportlink.%I',
				'reportlink.' || c.table_name, c.column_name, c.column_name, c.table_name);
		END LOOP;
	END
	$$});
my @reports = split /\n/, $replica->safe_psql('postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'SWITCH', 'SWITCH-' || n FROM generate_series(1, 2) n RETURNING report_id});
is( $replica->safe_psql('postgres',
		"SELECT array_length(report_ids, 1) FROM reportlink_link('north', '{$reports[0],$reports[1]}', actor => 'ada')"),
	2, 'the replica goes on');
my ($status, $out, $err) = $replica->psql('postgres', 'UPDATE reportlink.report SET group_id = NULL', on_error_stop => 0);

like($err, qr/column is managed by reportlink/, 'plain SQL is guarded');
is($replica->safe_psql('postgres', 'SELECT count(*) FROM reportlink.cluster'), 2, 'it knows that it is elsewhere');

# Each event once, those of before the switch first
foreach my $reader ([ "'north', 'ris'", @ris ], [ "NULL, 'archive'", @archive ])
{
	my ($who, @read) = @$reader;
	my @rest = read_events($replica, $who, 1000000);
	my @all = (@read, @rest);
	my %seen;

	is(scalar(grep { $seen{$_}++ } @all), 0, "$who: nothing comes twice");
	is(join(' ', sort { $a <=> $b } @all), join(' ', @behind, $last + 1 .. $last + 3), "$who: nothing is left out");
	is(join(' ', @rest[ -3 .. -1 ]), join(' ', $last + 1 .. $last + 3), "$who: what was recorded here comes last");
}
is($replica->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'nothing is broken');

$replica->stop;
done_testing();
