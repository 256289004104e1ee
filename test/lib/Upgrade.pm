# Upgrade: what the test of upgrade steps asks about the extension and its
# tables in a database, as text to compare, and what may not get lost on the way.
package Upgrade;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(members tables differing symbols_of missing_symbols fill grants keep lost);

# Everything that makes out a member, one property a line: what it is, its
# definition (with arguments, defaults, volatility, search_path and C symbol for a
# function), owner, comment, rights, and the rights that pg_dump takes as given
my $members = q{
	WITH member AS (
		SELECT d.classid, d.objid, i.type || ' ' || i.identity AS name, p.oid IS NOT NULL AS is_function, c.relkind
		FROM pg_depend d
		JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
		CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
		LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
		LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
		WHERE e.extname = 'reportlink'),
	rights AS (
		SELECT 'pg_proc'::regclass AS classid, oid AS objid, proowner AS owner, proacl AS acl FROM pg_proc
		UNION ALL SELECT 'pg_class'::regclass, oid, relowner, relacl FROM pg_class
		UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typacl FROM pg_type),
	property (name, property, value) AS (
		SELECT m.name, 'definition', CASE WHEN m.is_function THEN pg_get_functiondef(m.objid)
			WHEN m.relkind IN ('v', 'm') THEN pg_get_viewdef(m.objid) END FROM member m
		UNION ALL
		SELECT m.name, 'comment', obj_description(m.objid, m.classid::regclass::name) FROM member m
		UNION ALL
		SELECT m.name, 'owner', r.owner::regrole::text FROM member m LEFT JOIN rights r USING (classid, objid)
		UNION ALL
		SELECT m.name, 'rights', (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(r.acl) a)
		FROM member m LEFT JOIN rights r USING (classid, objid)
		UNION ALL
		SELECT m.name, 'initial rights', (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(i.initprivs) a)
		FROM member m LEFT JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid
		UNION ALL
		SELECT 'extension', 'itself', concat_ws(' ', e.extnamespace::regnamespace, e.extrelocatable, e.extconfig,
			e.extcondition, obj_description(e.oid, 'pg_extension'))
		FROM pg_extension e WHERE e.extname = 'reportlink'
		UNION ALL
		SELECT 'extension', 'needs', pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
		FROM pg_depend d JOIN pg_extension e ON d.classid = 'pg_extension'::regclass AND d.objid = e.oid
		WHERE e.extname = 'reportlink')
	SELECT name || ', ' || property || ': ' || coalesce(replace(value, E'\n', ' '), 'none') FROM property ORDER BY 1};

sub members
{
	my ($node, $database) = @_;

	return split /\n/, $node->safe_psql($database, $members);
}

# The tables and all that hangs on them, as pg_dump writes them: without the
# lines in which newer releases put a random key
sub tables
{
	my ($node, $database) = @_;
	my ($out, $err) = run_command([ 'pg_dump', '-s', '-n', 'reportlink', '-d', $node->connstr($database) ]);

	die $err if $err;
	return grep { !/^\\(un)?restrict / } split /\n/, $out;
}

# Lines that only one of two lists has
sub differing
{
	my ($got, $expected) = @_;
	my %count;

	$count{$_}++ foreach @$got;
	$count{$_}-- foreach @$expected;
	return map { ($count{$_} > 0 ? 'not expected: ' : 'missing: ') . $_ } grep { $count{$_} } sort keys %count;
}

# C functions that a script names
sub symbols_of
{
	my ($script) = @_;
	my %symbols;

	while ($script =~ /^CREATE (?:OR REPLACE )?FUNCTION (\w+)(.*?);$/gms)
	{
		my ($name, $rest) = ($1, $2);

		$symbols{ $1 // $name } = 1 if $rest =~ /\bAS 'MODULE_PATHNAME'(?:,\s*'(\w+)')?/;
	}
	return sort keys %symbols;
}

# Those of them that the library does not export; an extension's script is run
# without that check
sub missing_symbols
{
	my ($node, $database, @symbols) = @_;

	return grep {
		$node->psql($database, "CREATE FUNCTION pg_temp.symbol() RETURNS void LANGUAGE c AS 'reportlink', '$_'")
	} @symbols;
}

# Rows in every table, as the first version has them: linked reports, signed,
# waiting for publication; a report that left; a subscriber who has not fetched
# yet. Without triggers, since a library refuses to work on older tables.
sub fill
{
	my ($node, $database) = @_;

	$node->safe_psql(
		$database, q{
		SET session_replication_role = replica;
		INSERT INTO reportlink.organization (organization_id, name, linking_enabled, recall_enabled) VALUES ('north', 'North Hospital', true, true);
		INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ada', 'attending');
		INSERT INTO reportlink.patient (organization_id, mrn) VALUES ('north', 'MRN-1');
		INSERT INTO reportlink.document (organization_id, report_id, group_id, final_report, saved_by) VALUES ('north', 1, 1, 'Normal.', 'ada');
		INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by)
			VALUES ('north', 'MRN-1', 1, 1, 2, 'ada');
		INSERT INTO reportlink.report (organization_id, mrn, accession_number, status, owner_id, signed_at, group_id, link_position)
			SELECT 'north', 'MRN-1', 'ACC-' || i, 'signed', 'ada', now(), 1, i FROM generate_series(1, 2) i;
		INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'MRN-1', 'ACC-3'), ('north', 'MRN-1', 'ACC-4');
		INSERT INTO reportlink.past_link (organization_id, report_id, group_id, left_at) VALUES ('north', 3, 1, now());
		INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
			VALUES ('north', 1, 1, 1, 'signed', 'ada');
		INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, publish_at, requested_by)
			VALUES ('north', 1, 1, 1, now(), 'ada');
		INSERT INTO reportlink.event (organization_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, cluster_id)
			SELECT 'north', 'report.signed', 1, 1, 1, '{1,2}', '[]', 'ada', current_user, cluster_id FROM reportlink.cluster;
		INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES ('north', 'ris', 0);
		INSERT INTO reportlink.access (organization_id, role_name, profile) VALUES ('north', current_user, 'reader');
	});
	return;
}

# What the roles of the extension's users may call
sub grants
{
	my ($node, $database) = @_;

	return split /\n/, $node->safe_psql(
		$database, q{
		SELECT format('%s on %s to %s', a.privilege_type, p.oid::regprocedure, a.grantee::regrole)
		FROM pg_proc p, aclexplode(p.proacl) a
		WHERE p.proname LIKE 'reportlink%' AND a.grantee <> 0 AND a.grantee <> p.proowner});
}

# Notes all rows, for lost()
sub keep
{
	my ($node, $database) = @_;

	$node->safe_psql(
		$database, q{
		CREATE SCHEMA kept;
		SELECT format('CREATE TABLE kept.%1$I AS TABLE reportlink.%1$I', relname)
		FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind = 'r' \gexec
	});
	return;
}

# Tables in which something of what was noted is not there any more, or is another;
# without the row that says which version the tables are of
sub lost
{
	my ($node, $database) = @_;

	return $node->safe_psql(
		$database, q{
		SELECT format('SELECT %L FROM (SELECT ROW(%s)::text FROM kept.%I EXCEPT ALL SELECT ROW(%s)::text FROM reportlink.%I) k HAVING count(*) > 0',
			c.relname, k.columns, c.relname, k.columns, c.relname)
		FROM pg_class c, LATERAL (SELECT string_agg(quote_ident(attname), ', ') AS columns FROM pg_attribute
			WHERE attrelid = c.oid AND attnum > 0) k
		WHERE c.relnamespace = 'kept'::regnamespace AND c.relname <> 'installation' ORDER BY c.relname \gexec
	});
}

1;
