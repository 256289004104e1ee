-- Tenants (section 11): a role with a profile in one organization. It reads,
-- calls and writes there as with the same profile in all of them; any other
-- organization is to it as one that there is not. Functions, tables and views
-- are enumerated from the catalog, so that what comes later is proven too.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
\ir ../lib/calls.psql
SELECT plan(520);

UPDATE reportlink.organization SET linking_enabled = true, recall_enabled = true;
SELECT pg_temp.new_report(o, 'M1', 'A' || n) FROM unnest('{north,south}'::text[]) o, generate_series(1, 4) n \g /dev/null
SELECT min(report_id) AS n1, min(report_id) + 1 AS n2, min(report_id) + 2 AS n3 FROM reportlink.report WHERE organization_id = 'north' \gset
SELECT min(report_id) AS s1, min(report_id) + 1 AS s2 FROM reportlink.report WHERE organization_id = 'south' \gset
-- rows of both organizations in every table
SELECT reportlink_link(organization_id, array_agg(report_id), true, 'ada') FROM reportlink.report WHERE accession_number IN ('A1', 'A2') GROUP BY organization_id \g /dev/null
SELECT reportlink_save(organization_id, report_id, '{"final_report": "secret"}', NULL, false, 'ada') FROM reportlink.report WHERE accession_number = 'A1' \g /dev/null
SELECT reportlink_sign(organization_id, report_id, 'ada') FROM reportlink.report WHERE accession_number = 'A1' \g /dev/null
SELECT reportlink_link(organization_id, array_agg(report_id), true, 'ada') FROM reportlink.report WHERE accession_number IN ('A3', 'A4') GROUP BY organization_id \g /dev/null
SELECT reportlink_unlink(organization_id, array_agg(report_id), false, 'ada') FROM reportlink.report WHERE accession_number IN ('A3', 'A4') GROUP BY organization_id \g /dev/null
SELECT reportlink_subscribe(organization_id, 'ris', true) FROM reportlink.organization \g /dev/null
SELECT reportlink_subscribe(NULL, 'all', true) \g /dev/null
SELECT event_id AS se FROM reportlink.event WHERE organization_id = 'south' ORDER BY event_id LIMIT 1 \gset

CREATE TEMP TABLE profile AS
SELECT name, ('reportlink_test_' || name)::name AS role FROM unnest('{reader,reporter,listener,administrator}'::text[]) name;
SELECT format('CREATE ROLE %I', role) FROM profile \gexec
CREATE ROLE reportlink_test_whole;
CREATE ROLE reportlink_test_southern;
SELECT reportlink_grant('reportlink_test_whole', 'administrator') \g /dev/null

-- Before the first and after the last tenant there is no row-level security

CREATE TEMP TABLE held AS
SELECT c.oid, c.relname::text AS name FROM pg_class c
WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'r'
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id');
SELECT is_empty('SELECT c.relname FROM pg_class c WHERE c.relnamespace = ''reportlink''::regnamespace AND c.relrowsecurity', 'no tenant, no row-level security');
SELECT lives_ok(format('SELECT reportlink_grant(%L, %L, ''north'')', role, name), format('grant %s in an organization', name)) FROM profile;
SELECT lives_ok(format('SELECT reportlink_grant(%L, %L, ''north'')', role, name), format('grant %s in an organization again', name)) FROM profile;
SELECT lives_ok('SELECT reportlink_grant(''reportlink_test_southern'', ''listener'', ''south'')', 'a tenant of another organization');
SELECT set_eq('SELECT c.relname FROM pg_class c WHERE c.relnamespace = ''reportlink''::regnamespace AND c.relrowsecurity', 'SELECT name FROM held',
	'with a tenant every table with organization_id has row-level security');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'v'
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id')
	AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)$$, 'every view with organization_id is read with the rights of who reads');
SELECT is_empty($$SELECT FROM pg_depend d JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
	WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_extension'::regclass)
		AND (d.refclassid = 'pg_extension'::regclass OR EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e' AND e.classid = d.refclassid AND e.objid = d.refobjid))$$,
	'no policy needs anything of the extension');
SELECT results_eq('SELECT organization_id, role_name, profile FROM reportlink.access ORDER BY role_name',
	'SELECT CASE role WHEN ''reportlink_test_southern'' THEN ''south'' ELSE ''north'' END COLLATE "C", role, name COLLATE "C" FROM
		(SELECT role, name FROM profile UNION ALL SELECT ''reportlink_test_southern'', ''listener'') p ORDER BY role', 'a row each in reportlink.access');

-- Rows of relations with organization_id, for a role: 'mine others', or the SQLSTATE

CREATE FUNCTION pg_temp.seen(role name, relation text, mine text DEFAULT 'north') RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	seen text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE format('SELECT concat_ws('' '', count(*) FILTER (WHERE organization_id = %L), count(*) FILTER (WHERE organization_id IS DISTINCT FROM %1$L)) FROM reportlink.%I', mine, relation) INTO seen;
	RESET ROLE;
	RETURN seen;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
CREATE TEMP TABLE relation AS
SELECT c.oid, c.relname::text AS name FROM pg_class c
WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v')
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id');
SELECT isnt(split_part(pg_temp.seen(current_user, name), ' ', 2), '0', format('%s has rows of another organization', name)) FROM relation;
SELECT is(pg_temp.seen(role, r.name),
	CASE WHEN r.name = 'access' THEN '1 0'
		WHEN r.name = 'organization' AND p.name = 'listener' THEN '1 0'
		WHEN p.name <> 'administrator' AND (r.name IN ('event', 'subscriber', 'subscriber_lag')) <> (p.name = 'listener') THEN '42501'
		ELSE split_part(pg_temp.seen(current_user, r.name), ' ', 1) || ' 0' END,
	format('%s of an organization, rows of %s', p.name, r.name)) FROM profile p, relation r ORDER BY r.name, p.name;
SELECT is(pg_temp.seen('reportlink_test_whole', name), pg_temp.seen(current_user, name), format('who has a profile in all organizations sees all of %s', name)) FROM relation;
SELECT is(has_table_privilege(p.role, 'reportlink.' || v.name, 'SELECT'), false, format('%s of an organization cannot read %s', p.name, v.name))
FROM profile p, (VALUES ('worker_status'), ('cluster'), ('installation')) v (name);

-- Plain SQL: another organization, and one that there is not

-- One assertion: for the role the statement, with %L for an organization, ends the same for both
CREATE FUNCTION pg_temp.same(role name, statement text, description text) RETURNS text
	LANGUAGE sql
	RETURN is(replace(pg_temp.full_outcome(role, format(statement, 'south')), 'south', 'nowhere'),
		pg_temp.full_outcome(role, format(statement, 'nowhere')), description);

SELECT pg_temp.same(role, statement, format('%s: %s', name, statement)) FROM profile, (VALUES
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (%L, ''M1'', ''A1'')'),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (%L, ''M1'', ''A1'') ON CONFLICT DO NOTHING'),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (%L, ''M9'', ''A9'')'),
	('INSERT INTO reportlink.report (organization_id, accession_number) VALUES (%L, ''A9'')'),
	('INSERT INTO reportlink.report (organization_id, mrn) VALUES (%L, ''M1'')'),
	('UPDATE reportlink.report SET site_id = ''x'' WHERE organization_id = %L'),
	('UPDATE reportlink.report SET status = ''draft'' WHERE organization_id = %L'),
	('DELETE FROM reportlink.report WHERE organization_id = %L'),
	('INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (%L, ''ada'', ''attending'')'),
	('INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (%L, ''ada'', ''attending'') ON CONFLICT DO NOTHING'),
	('INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (%L, ''new'', ''attending'')'),
	('UPDATE reportlink.member SET organization_id = %L WHERE user_id = ''gone'''),
	('UPDATE reportlink.member SET active = false WHERE organization_id = %L'),
	('DELETE FROM reportlink.member WHERE organization_id = %L'),
	('INSERT INTO reportlink.organization (organization_id) VALUES (%L)'),
	('INSERT INTO reportlink.organization (organization_id) VALUES (%L) ON CONFLICT DO NOTHING'),
	('INSERT INTO reportlink.organization (organization_id) VALUES (%L) ON CONFLICT (organization_id) DO UPDATE SET name = ''mine'''),
	('UPDATE reportlink.organization SET organization_id = %L'),
	('SELECT * FROM reportlink.report_text WHERE organization_id = %L'),
	('SELECT * FROM reportlink.organization WHERE organization_id = %L'),
	('SELECT * FROM reportlink.report WHERE organization_id = %L FOR UPDATE'),
	('SELECT 1 / (report_id - report_id) FROM reportlink.report WHERE organization_id = %L')) t (statement);

-- Every function that has an organization_id, with ids and names that there are in the other one

CREATE TEMP TABLE call AS
SELECT function::regprocedure::text AS function, format('SELECT * FROM %s(%s)', function::regproc, string_agg(
		CASE WHEN a.name = 'organization_id' THEN '%L' ELSE format('%L::%s', v.value, a.type) END, ', ' ORDER BY a.n)) AS statement
FROM argument a,
	LATERAL (SELECT CASE a.name WHEN 'report_ids' THEN format('{%s,%s}', :s1, :s2) WHEN 'report_id' THEN :'s1' WHEN 'event_id' THEN :'se'
		WHEN 'actor' THEN 'ada' WHEN 'new_owner' THEN 'abe' WHEN 'content' THEN '{"transcript": "x"}' WHEN 'subscriber' THEN 'ris'
		WHEN 'before' THEN 'infinity' WHEN 'mrn' THEN 'M1' WHEN 'accession_number' THEN 'A1' WHEN 'batch' THEN '10' END) v (value)
WHERE function_name NOT IN ('reportlink_grant', 'reportlink_revoke')
GROUP BY function HAVING bool_or(a.name = 'organization_id');
SELECT cmp_ok((SELECT count(*) FROM call), '>=', 26::bigint, 'the functions that are called');
SELECT pg_temp.same(role, statement, format('%s: %s', name, function)) FROM profile, call ORDER BY function, name;
-- not because nobody may: in their own organization the same calls find what they are about
SELECT isnt(pg_temp.full_outcome('reportlink_test_whole', format(statement, 'south')), pg_temp.full_outcome('reportlink_test_whole', format(statement, 'nowhere')),
	format('who has a profile in all organizations is told otherwise: %s', function))
FROM call WHERE function !~ '(check|publish_due|prune_documents|purge_events)';
-- the ids of the other organization are not found in one's own
SELECT is(split_part(pg_temp.full_outcome(role, format(statement, 'north')), '|', 1), 'RL002', format('%s: %s: ids of another organization', name, function))
FROM profile, call WHERE name = 'administrator' AND function ~ '(linked_reports|linkable_reports|history|open|close|link|unlink|save|sign|cancel|assign|discard|reject|addendum|publish_now|set_default)\(';
-- every organization
SELECT matches(pg_temp.full_outcome(role, replace(statement, '%L', 'NULL')), '^42501\|', format('%s: %s of every organization', name, function))
FROM profile, call WHERE name = 'administrator' AND function ~ '(subscribe|unsubscribe|fetch|ack|check|publish_due)\(';
SELECT is(pg_temp.full_outcome('reportlink_test_administrator', format(statement, 'north')) LIKE 'done%', true, format('in its own organization: %s', statement))
FROM (VALUES ('SELECT * FROM reportlink_check(%L)'), ('SELECT * FROM reportlink_publish_due(10, %L)'), ('SELECT * FROM reportlink_fetch(%L, ''ris'')'),
	('SELECT * FROM reportlink_find(%L, ''M1'')'), ('SELECT * FROM reportlink_subscribe(%L, ''mine'')'), ('SELECT * FROM reportlink_prune_documents(%L, ''infinity'')'),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (%L, ''M7'', ''A7'')'),
	('SELECT * FROM reportlink_purge_events(%L, ''infinity'')'), ('SELECT * FROM reportlink_cancel_publish(%L, ' || :n1 || ', ''ada'')')) t (statement);

-- Profiles in two organizations: each only where it is granted

SELECT lives_ok('SELECT reportlink_grant(''reportlink_test_reader'', ''reporter'', ''south'')', 'a reader here is a reporter there');
SELECT is(pg_temp.full_outcome('reportlink_test_reader', format('UPDATE reportlink.report SET site_id = ''x'' WHERE report_id = %s', id)), outcome, description)
FROM (VALUES (:n3, 'done 0 rows', 'writes nothing where it reads'), (:s1 + 2, 'done 1 rows', 'writes where it may')) t (id, outcome, description);
SELECT matches(pg_temp.full_outcome('reportlink_test_reader', format('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (%L, ''M1'', ''A5'')', o)), outcome, format('registers a report, %s', o))
FROM (VALUES ('north', '^42501'), ('south', '^done')) t (o, outcome);
SELECT matches(pg_temp.full_outcome('reportlink_test_reader', format('SELECT reportlink_assign(%L, %s, ''abe'', ''adm'')', o, id)), outcome, format('calls a function, %s', o))
FROM (VALUES ('north', :n3, '^RL013'), ('south', :s1 + 2, '^done')) t (o, id, outcome);
SELECT is(pg_temp.seen('reportlink_test_reader', 'report'), '4 4', 'reads both');
SELECT lives_ok('SELECT reportlink_revoke(''reportlink_test_reader'', ''reporter'', ''south'')', 'it is taken back');
SELECT is(pg_temp.seen('reportlink_test_reader', 'report'), '4 0', 'it reads here');
SELECT matches(pg_temp.full_outcome('reportlink_test_reader', 'SELECT reportlink_assign(''south'', 1, ''abe'', ''adm'')'), '^42501\|permission denied for function', 'and writes nowhere');
SELECT is(has_table_privilege('reportlink_test_reader', 'reportlink.report', 'SELECT') AND has_schema_privilege('reportlink_test_reader', 'reportlink', 'USAGE'), true, 'what it still needs it keeps');

-- Members of tenants, and of two

CREATE ROLE reportlink_test_app IN ROLE reportlink_test_reader;
SELECT is(pg_temp.seen('reportlink_test_app', 'report'), '4 0', 'a member of a tenant is held like it');
SELECT pg_temp.same('reportlink_test_app', statement, format('a member of a tenant: %s', function)) FROM call WHERE function ~ '(find|history)\(';
GRANT reportlink_test_whole TO reportlink_test_app;
SELECT is(pg_temp.seen('reportlink_test_app', 'report'), '4 0', 'also when it is a member of who reads everything');
SELECT pg_temp.same('reportlink_test_app', statement, format('and: %s', function)) FROM call;

-- Tricks: names of one's own in front, text that would be SQL, row_security off

GRANT CREATE ON SCHEMA public TO reportlink_test_administrator;
SET ROLE reportlink_test_administrator;
CREATE FUNCTION public.always(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.always);
CREATE FUNCTION public.pg_has_role(oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TEMP VIEW pg_roles AS SELECT 10::oid AS oid, 'reportlink_test_southern'::name AS rolname;
RESET ROLE;
CREATE FUNCTION pg_temp.counted(relation text) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	counted bigint;
BEGIN
	SET LOCAL ROLE reportlink_test_administrator;
	EXECUTE format('SELECT count(*) FROM reportlink.%I', relation) INTO counted;
	RESET ROLE;
	RETURN counted;
END
$$;
SET search_path = pg_temp, public, pg_catalog;
CREATE TEMP TABLE tricked AS SELECT name, pg_temp.counted(name) AS counted, pg_temp.full_outcome('reportlink_test_administrator', 'SELECT * FROM public.reportlink_find(''south'', ''M1'')') AS found FROM relation;
RESET search_path;
DROP OPERATOR public.= (text, text);
DROP FUNCTION public.always(text, text), public.pg_has_role(oid, text);
DROP VIEW pg_temp.pg_roles;
SELECT is(counted::text || ' 0', pg_temp.seen('reportlink_test_administrator', name), format('operators, functions and views in front: %s', name)) FROM tricked;
SELECT is((SELECT DISTINCT found FROM tricked), 'done ', 'and functions');
SELECT matches(pg_temp.full_outcome('reportlink_test_administrator', format('SELECT * FROM reportlink_find(%L, %L, %L)', o, m, m)), '^done( |$)', format('text that would be SQL: %s', m))
FROM (VALUES ('north'), ('south'), ('north'' OR ''1''=''1')) o (o), (VALUES ('x'' OR ''1''=''1'), ('"; DROP SCHEMA reportlink CASCADE; --'), ('%s%L%I')) m (m);
SELECT unalike(pg_temp.full_outcome('reportlink_test_administrator', format('SELECT * FROM reportlink_find(%L, %L)', o, 'M1')), '%(%', 'and finds nothing')
FROM (VALUES ('south'' OR ''1''=''1'), ('{north,south}'), (''), (repeat('-', 256))) o (o);
SET row_security = off;
SELECT is(pg_temp.seen('reportlink_test_reader', 'report'), '42501', 'row_security = off is an error, not more rows');
SELECT pg_temp.same('reportlink_test_administrator', statement, format('row_security = off: %s', function)) FROM call WHERE function ~ '(find|fetch|link)\(';
RESET row_security;

-- EXPLAIN: the plan of a tenant is cut down by his policies

CREATE FUNCTION pg_temp.explained(statement text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
BEGIN
	SET LOCAL ROLE reportlink_test_reader;
	RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) ' || statement;
	RESET ROLE;
END
$$;
SELECT matches((SELECT e FROM pg_temp.explained('SELECT * FROM reportlink.report') e LIMIT 1), 'actual rows=4(\.00)? ', 'EXPLAIN ANALYZE returns the rows of the tenant');
SELECT unalike((SELECT string_agg(e, '') FROM pg_temp.explained('SELECT * FROM reportlink.report') e), '%south%', 'and names no other organization');
SELECT is_empty('SELECT FROM pg_policies WHERE schemaname = ''reportlink'' AND (qual ~ ''north|south'' OR with_check ~ ''north|south'')', 'nor do the policies in the catalog');

-- Refusals

SELECT pg_temp.refused(format('SELECT %s', statement), outcome, statement) FROM (VALUES
	($$reportlink_grant('reportlink_test_reader', 'reader', 'nowhere')$$, '23503 unknown organization "nowhere"'),
	($$reportlink_grant('reportlink_test_reader', 'reader')$$, '55000 role "reportlink_test_reader" is held to organizations'),
	($$reportlink_grant('reportlink_test_whole', 'reader', 'north')$$, '55000 role "reportlink_test_whole" has privileges in all organizations'),
	(format('reportlink_grant(%L, ''reader'', ''north'')', current_user), format('55000 role "%s" cannot be held to an organization', current_user)),
	($$reportlink_grant('reportlink_test_reader', 'boss', 'north')$$, '22023 unknown profile "boss"'),
	($$reportlink_revoke('reportlink_test_whole', 'administrator', 'north')$$, 'done')) t (statement, outcome);
SELECT is(pg_temp.seen('reportlink_test_whole', 'report'), '4 4', 'to revoke in one organization what is of all takes nothing');
SELECT matches(pg_temp.full_outcome('reportlink_test_administrator', 'SELECT reportlink_grant(''reportlink_test_reader'', ''reader'', ''north'')'), '^42501', 'an administrator of an organization grants nothing');

-- A tenant that is renamed reaches nothing until it is granted again

ALTER ROLE reportlink_test_southern RENAME TO reportlink_test_southerner;
SELECT is(pg_temp.seen('reportlink_test_southerner', 'event', 'south'), '0 0', 'renamed: no row');
SELECT pg_temp.same('reportlink_test_southerner', statement, format('renamed: %s', function)) FROM call;
CREATE ROLE reportlink_test_southern;
SELECT lives_ok('SELECT reportlink_grant(''reportlink_test_southern'', ''reader'', ''north'')', 'another role of the old name');
SELECT is(pg_temp.seen('reportlink_test_southern', 'report'), '4 0', 'has what it is granted, not what the first had');
SELECT lives_ok('SELECT reportlink_revoke(''reportlink_test_southerner'', ''listener'')', 'revoke of the renamed one');
SELECT lives_ok('DROP ROLE reportlink_test_southerner', 'which can be dropped then');

-- Without the extension

SELECT results_eq('SELECT polname FROM pg_policy WHERE polrelid = ''reportlink.report''::regclass ORDER BY 1',
	ARRAY['reportlink_everyone', 'reportlink_tenant', 'reportlink_tenant_delete', 'reportlink_tenant_insert', 'reportlink_tenant_update']::name[], 'policies of report');
SAVEPOINT without;
DROP EXTENSION reportlink CASCADE;
SELECT is(pg_temp.seen('reportlink_test_reader', 'report'), '4 0', 'DROP EXTENSION leaves row-level security in force');
ROLLBACK TO without;

-- Revoking

SELECT lives_ok(format('SELECT reportlink_revoke(%L, %L%s)', role, name, CASE WHEN name = 'reader' THEN '' ELSE ', ''north''' END), format('revoke %s', name)) FROM profile;
SELECT is(pg_temp.seen(role, 'report'), '42501', format('%s reads nothing', name)) FROM profile;
SELECT is_empty(format('SELECT * FROM reportlink.access WHERE role_name = %L', role), format('%s is not in reportlink.access', name)) FROM profile;
REVOKE CREATE ON SCHEMA public FROM reportlink_test_administrator;
SELECT lives_ok(format('DROP ROLE %I', role), format('nothing keeps the role from being dropped: %s', name)) FROM profile;
SELECT lives_ok('SELECT reportlink_revoke(''reportlink_test_southern'', ''reader'', ''north'')', 'the last one');
SELECT is_empty('SELECT FROM pg_class c WHERE c.relnamespace = ''reportlink''::regnamespace AND (c.relrowsecurity OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))', 'with the last tenant row-level security goes');
SELECT is(pg_temp.seen('reportlink_test_whole', 'report'), '4 4', 'who has a profile in all organizations keeps it');

-- Row-level security of the user's own is not opened by ours

CREATE ROLE reportlink_test_other;
CREATE POLICY of_my_own ON reportlink.publication USING (organization_id = 'south');
SELECT throws_ok('SELECT reportlink_grant(''reportlink_test_other'', ''reader'', ''north'')', '55000', 'table reportlink.publication has row-level security already', 'a policy of the user''s own: no tenant');
DROP POLICY of_my_own ON reportlink.publication;
ALTER TABLE reportlink.publication ENABLE ROW LEVEL SECURITY;
SELECT throws_ok('SELECT reportlink_grant(''reportlink_test_other'', ''reader'', ''north'')', '55000', 'table reportlink.publication has row-level security already', 'row-level security without a policy: no tenant');
SELECT is_empty('SELECT * FROM reportlink.access WHERE organization_id IS NOT NULL', 'nor a row for one');
ALTER TABLE reportlink.publication DISABLE ROW LEVEL SECURITY;
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
