# ReportlinkNode: what the TAP tests share: a server of their own with the
# extension installed, members of every role, and questions about the tables
# whose right answer is always the same. TEMP_CONFIG says where the server
# finds the extension.
package ReportlinkNode;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(start_node install_reportlink load_stress stress_command history_ok);

# A running server; settings are lines of postgresql.conf
sub start_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', join("\n", @settings, ''));
	$node->start;
	return $node;
}

# Extension, tables, and organization "north" with a member of every role
sub install_reportlink
{
	my ($node, $database) = @_;

	$node->safe_psql(
		$database, q{
		CREATE EXTENSION reportlink;
		SELECT reportlink_install();
		INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
		VALUES ('north', 'North Hospital', true);
		INSERT INTO reportlink.member (organization_id, user_id, role, active) VALUES
			('north', 'ada', 'attending', true), ('north', 'abe', 'attending', true),
			('north', 'rex', 'resident', true), ('north', 'dot', 'drafter', true),
			('north', 'adm', 'administrator', true), ('north', 'hl7', 'integration', true),
			('north', 'gone', 'attending', false);
	});
	return;
}

# Patients, reports and functions of the random load
sub load_stress
{
	my ($node, $database) = @_;

	$node->safe_psql($database, slurp_file(test_folder() . '/stress/load.sql'));
	return;
}

# The random load as a command: so many sessions, for so many seconds. Each step
# is tried again after 40001, and plain SQL after 40P01, as an application would.
sub stress_command
{
	my ($node, $database, $clients, $seconds) = @_;

	return (
		'pgbench', '-n', '-M', 'extended', '-c', $clients, '-T', $seconds,
		'--max-tries', 100, '--failures-detailed', '-f', test_folder() . '/stress/step.sql',
		$node->connstr($database) . ' application_name=load');
}

# The tables are whole, what the events tell is what the reports say, and
# nothing that was to be kept is missing
sub history_ok
{
	my ($node, $database, $when) = @_;

	is($node->safe_psql($database, 'SELECT * FROM reportlink_check()'),
		'', "no broken invariant $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.replay() LIMIT 20'),
		'', "events and reports agree $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.unmatched_signatures'),
		'', "events and signatures agree $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.disagreeing'),
		'', "linked reports agree $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.lost'),
		'', "no version that was kept is missing from a history $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.altered'),
		'', "what was signed is as it was signed $when");
	return;
}

sub test_folder
{
	my $folder = $INC{'ReportlinkNode.pm'};

	$folder =~ s{/lib/ReportlinkNode\.pm$}{};
	return $folder;
}

1;
