# ReportlinkNode: what the TAP tests share: a server of their own with the
# extension installed, members of every role, and questions about the tables
# whose right answer is always the same. TEMP_CONFIG says where the server
# finds the extension.
package ReportlinkNode;

use strict;
use warnings;

use Exporter 'import';
use POSIX qw(sysconf _SC_CLK_TCK);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(start_node kill_server install_reportlink load_stress random_seed stress_command history_ok
  worker_settings install_recall await_worker idle_ok published_once_ok);

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

# Its processes, all at once, with -9; until they are gone
sub kill_server
{
	my ($node) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

	# it must not start another one meanwhile
	kill 'STOP', $postmaster;
	my @processes = ($postmaster, map { m{/proc/(\d+)/} } grep { parent_of($_) == $postmaster } glob '/proc/[0-9]*/stat');

	kill 'KILL', @processes;
	$node->kill9;
	usleep(10_000) while kill 0, @processes;
	return scalar @processes;
}

sub parent_of
{
	my ($stat) = @_;

	open my $in, '<', $stat or return 0; # it has ended
	return (readline($in) // '') =~ /.*\) \S+ (\d+)/ ? $1 : 0;
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

my $seeds = 0;

# Another number each time, the same ones in another run with the same REPORTLINK_SEED;
# not the time, which may be the same for two that start at once
sub random_seed
{
	my $seed = $ENV{REPORTLINK_SEED} ? $ENV{REPORTLINK_SEED} + $seeds++ : int rand 2**31;

	note "random load with seed $seed";
	return $seed;
}

# The random load as a command: so many sessions, for so many seconds. Each step
# is tried again after 40001, and plain SQL after 40P01, as an application would.
sub stress_command
{
	my ($node, $database, $clients, $seconds) = @_;

	return (
		'pgbench', '-n', '-M', 'extended', '--random-seed=' . random_seed(), '-c', $clients, '-T', $seconds,
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
	is($node->safe_psql($database, 'SELECT * FROM stress.unmatched_publications'),
		'', "events and publications agree $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.disagreeing'),
		'', "linked reports agree $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.lost'),
		'', "no version that was kept is missing from a history $when");
	is($node->safe_psql($database, 'SELECT * FROM stress.altered'),
		'', "what was signed is as it was signed $when");
	return;
}

# Lines of postgresql.conf: a worker in each of these databases, that looks every second
sub worker_settings
{
	my ($databases) = @_;

	return (
		"shared_preload_libraries = 'reportlink'",
		"reportlink.databases = '$databases'",
		'reportlink.worker_naptime = 1s',
		'log_statement = none');
}

# As install_reportlink(), with report recall and organization "south" besides;
# recall.sign(organization, patients, each, due) makes and signs reports that are
# due so long after it
sub install_recall
{
	my ($node, $database) = @_;

	install_reportlink($node, $database);
	$node->safe_psql(
		$database, q{
		INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
		INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member;
		UPDATE reportlink.organization SET recall_enabled = true, recall_delay_seconds = 20;
		CREATE SCHEMA recall;

		-- drafts with a text, of so many patients; each patient's are linked
		CREATE FUNCTION recall.draft(organization text, patients int, each int) RETURNS bigint[]
		LANGUAGE plpgsql AS $$
		DECLARE
			ids bigint[];
		BEGIN
			WITH n AS MATERIALIZED (
				SELECT nextval(pg_get_serial_sequence('reportlink.report', 'report_id')) AS report_id,
					nextval(pg_get_serial_sequence('reportlink.document', 'document_id')) AS document_id, p, i
				FROM generate_series(1, patients) p, generate_series(1, each) i),
			d AS (
				INSERT INTO reportlink.document (organization_id, document_id, report_id, final_report)
				OVERRIDING SYSTEM VALUE
				SELECT organization, document_id, report_id, 'No acute disease.' FROM n),
			r AS (
				INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, status, owner_id, document_id)
				OVERRIDING SYSTEM VALUE
				SELECT organization, report_id, 'MRN-' || min(report_id) OVER (PARTITION BY p), 'ACC-' || report_id,
					'draft', 'ada', document_id FROM n RETURNING report_id)
			SELECT array_agg(report_id ORDER BY report_id) INTO ids FROM r;
			IF each > 1 THEN
				PERFORM reportlink_link(organization, array_agg(report_id ORDER BY report_id), false, 'ada')
				FROM reportlink.report WHERE organization_id = organization AND report_id = ANY (ids) GROUP BY mrn;
			END IF;
			RETURN ids;
		END
		$$;

		-- their final signature, and when they are due; in one transaction
		CREATE FUNCTION recall.sign(organization text, patients int, each int, due interval) RETURNS void
		LANGUAGE plpgsql AS $$
		DECLARE
			ids bigint[] := recall.draft(organization, patients, each);
		BEGIN
			PERFORM set_config('reportlink.user_id', 'ada', true);
			UPDATE reportlink.report SET status = 'signed'
			WHERE organization_id = organization AND report_id = ANY (ids);
			UPDATE reportlink.publication SET publish_at = clock_timestamp() + due
			WHERE organization_id = organization AND report_id = ANY (ids);
		END
		$$;

		-- every publication that is not finished, or not as it should be: executed with one
		-- event about all its reports, when it was due or later, or cancelled without one
		CREATE VIEW recall.wrong AS
		SELECT p.organization_id, p.publication_id, p.state, p.attempts, p.last_error, e.events, e.report_ids
		FROM reportlink.publication p
		LEFT JOIN (
			SELECT organization_id, data ->> 'publication_id' AS publication_id, count(*) AS events,
				min(report_ids) AS report_ids, min(actor) AS actor
			FROM reportlink.event WHERE type = 'report.published' GROUP BY 1, 2
		) e ON e.organization_id = p.organization_id AND e.publication_id = p.publication_id::text
		LEFT JOIN (
			SELECT organization_id, group_id, array_agg(report_id ORDER BY link_position) AS report_ids
			FROM reportlink.report WHERE group_id IS NOT NULL GROUP BY 1, 2
		) g ON g.organization_id = p.organization_id AND g.group_id = p.group_id
		WHERE CASE p.state
			WHEN 'executed' THEN (e.events, e.report_ids, e.actor) IS DISTINCT FROM
					(1, coalesce(g.report_ids, ARRAY[p.report_id]), 'ada')
				OR p.finished_at < p.publish_at OR p.attempts > 0
			WHEN 'cancelled' THEN e.events > 0
			ELSE true END;
	});
	return;
}

# Waits until the worker of a database says in pg_stat_activity what a regular
# expression matches; returns its pid
sub await_worker
{
	my ($node, $database, $activity) = @_;
	my $worker = "FROM pg_stat_activity WHERE backend_type = 'reportlink worker' AND datname = '$database'";

	$node->poll_query_until('postgres', "SELECT count(*) = 1 $worker AND query ~ \$re\$$activity\$re\$")
	  or die "no worker in $database: $activity";
	return $node->safe_psql('postgres', "SELECT pid $worker");
}

# Seconds of processor time that a process has used
sub processor_time
{
	my ($pid) = @_;
	my ($fields) = slurp_file("/proc/$pid/stat") =~ /.*\) (.*)/;
	my @fields = split / /, $fields;

	return ($fields[11] + $fields[12]) / sysconf(_SC_CLK_TCK);
}

# For two seconds a process does next to nothing
sub idle_ok
{
	my ($pid, $name) = @_;

  SKIP:
	{
		skip 'no /proc', 1 unless -r "/proc/$pid/stat";
		my $before = processor_time($pid);

		sleep 2;
		my $used = processor_time($pid) - $before;

		cmp_ok($used, '<', 0.5, "$name: in 2 s it needs the processor for $used s");
	}
	return;
}

# So many publications were executed, each once; none waits and none went wrong
sub published_once_ok
{
	my ($node, $database, $count, $when) = @_;

	is($node->safe_psql($database, q{SELECT count(*) FROM reportlink.publication WHERE state = 'executed'}),
		$count, "$count publications are executed $when");
	is($node->safe_psql($database, 'SELECT * FROM recall.wrong LIMIT 10'), '', "each once, none lost $when");
	is($node->safe_psql($database, q{SELECT count(*) FROM reportlink.event WHERE type = 'report.published'}),
		$count, "as many events $when");
	is($node->safe_psql($database, 'SELECT * FROM reportlink_check()'), '', "no broken invariant $when");
	return;
}

sub test_folder
{
	my $folder = $INC{'ReportlinkNode.pm'};

	$folder =~ s{/lib/ReportlinkNode\.pm$}{};
	return $folder;
}

1;
