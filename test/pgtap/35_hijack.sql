-- Who may create in a schema that stands before pg_catalog in a search_path, or
-- in pg_temp, makes everything there is in pg_catalog and in reportlink a second
-- time, by the same name: operators, functions, types, tables and views. None of
-- it is ever used: not by a function, a view, a policy, a constraint or a
-- trigger, whoever calls, and not when the extension or its tables are made.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
\ir ../lib/calls.psql
SELECT plan(133);

-- Where each of them would be noted; the sequence counts even what is undone

CREATE ROLE reportlink_test_thief;
GRANT SELECT ON argument TO reportlink_test_thief;
CREATE SCHEMA evil AUTHORIZATION reportlink_test_thief;
SET ROLE reportlink_test_thief;
CREATE SEQUENCE evil.calls;
CREATE FUNCTION evil.caught(what text DEFAULT '') RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_catalog.nextval('evil.calls'::pg_catalog.regclass);
	RAISE EXCEPTION USING ERRCODE = 'EVIL1', MESSAGE = what;
END
$$;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
GRANT ALL ON SEQUENCE evil.calls TO PUBLIC;

-- Everything that PL/pgSQL can be given: not what needs cstring or internal
CREATE FUNCTION pg_temp.make(statement text) RETURNS boolean
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE statement;
	RETURN true;
EXCEPTION WHEN OTHERS THEN
	RETURN false;
END
$$;
CREATE TEMP TABLE made AS
SELECT 'function' AS kind, count(*) FILTER (WHERE pg_temp.make(format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L',
	p.proname, (SELECT string_agg(format_type(t, NULL), ', ' ORDER BY n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u (t, n)), format_type(p.prorettype, NULL),
	format('BEGIN PERFORM evil.caught(%L); END', p.oid::regprocedure)))) AS made, count(*) AS of
FROM pg_proc p WHERE (p.pronamespace = 'pg_catalog'::regnamespace OR p.oid IN (SELECT function FROM argument)) AND p.prokind IN ('f', 'a', 'w')
UNION ALL
SELECT 'operator', count(*) FILTER (WHERE pg_temp.make(format('CREATE FUNCTION evil.operator_%s(%s) RETURNS %s LANGUAGE plpgsql AS %L',
	o.oid, concat_ws(', ', format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)), format_type(o.oprresult, NULL), format('BEGIN PERFORM evil.caught(%L); END', o.oid::regoperator)))
	AND pg_temp.make(format('CREATE OPERATOR evil.%s (%s, FUNCTION = evil.operator_%s)', o.oprname, concat_ws(', ', 'LEFTARG = ' || format_type(nullif(o.oprleft, 0), NULL), 'RIGHTARG = ' || format_type(o.oprright, NULL)), o.oid))), count(*)
FROM pg_operator o WHERE o.oprnamespace = 'pg_catalog'::regnamespace
UNION ALL
SELECT 'type', count(*) FILTER (WHERE pg_temp.make(format('CREATE DOMAIN evil.%I AS pg_catalog.%1$I CHECK (evil.caught(%1$L))', t.typname))), count(*)
FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'e') AND t.typname !~ '^_';
RESET ROLE;
-- as who may read them, and in pg_temp as well
INSERT INTO made
SELECT 'relation', count(*) FILTER (WHERE pg_temp.make(format('CREATE VIEW %I.%I AS SELECT * FROM %I.%I WHERE evil.caught(%L)', s.nspname, c.relname, n.nspname, c.relname, c.relname))), count(*)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, (VALUES ('evil'), (pg_my_temp_schema()::regnamespace::text)) s (nspname)
WHERE n.nspname IN ('pg_catalog', 'reportlink') AND c.relkind IN ('r', 'v');
GRANT SELECT ON ALL TABLES IN SCHEMA evil TO PUBLIC;
SELECT cmp_ok(made, '>', (of * 0.75)::bigint, format('of each %s there is another: %s of %s', kind, made, of)) FROM made;
SELECT is_empty('SELECT unnest(''{count,min,max,array_agg,string_agg,unnest,format,now,pg_has_role,pg_current_snapshot,pg_visible_in_snapshot,pg_snapshot_xmin,jsonb_build_object,jsonb_populate_record}''::text[]) EXCEPT SELECT proname FROM pg_catalog.pg_proc WHERE pronamespace = ''evil''::regnamespace', 'among them those that reportlink uses');
SELECT throws_ok(format('DO $do$ BEGIN SET LOCAL ROLE reportlink_test_thief; CREATE %s; END $do$', statement), '42501', NULL, format('what only its owner can make: %s', statement))
FROM (VALUES ('CAST (text AS bigint) WITH FUNCTION evil.length(text) AS IMPLICIT'), ('FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS ''SELECT 1'''), ('FUNCTION reportlink.mine() RETURNS int LANGUAGE sql AS ''SELECT 1''')) t (statement);

-- How a statement ends with a search_path; what it did is undone. Nothing of the test's own is
-- looked up while the path is set.
CREATE FUNCTION pg_temp.with_path(path text, role name, statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	affected bigint;
BEGIN
	EXECUTE pg_catalog.format('SET LOCAL ROLE %I', role);
	PERFORM pg_catalog.set_config('search_path', path, true);
	EXECUTE statement;
	GET DIAGNOSTICS affected = ROW_COUNT;
	RAISE EXCEPTION USING ERRCODE = 'TRY01', MESSAGE = affected;
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN pg_catalog.concat('done ', SQLERRM);
WHEN OTHERS THEN
	RETURN pg_catalog.concat_ws(' ', SQLSTATE, SQLERRM);
END
$$;
-- the same, and it stays done
CREATE PROCEDURE pg_temp.do_with_path(path text, statement text)
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM pg_catalog.set_config('search_path', path, true);
	EXECUTE statement;
	SET LOCAL search_path = public, pg_catalog, pg_temp;
END
$$;
CREATE FUNCTION pg_temp.calls() RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT CASE WHEN is_called THEN 'caught' ELSE 'none' END FROM evil.calls;
	END;
SET LOCAL search_path = public, pg_catalog, pg_temp;
\set traps 'evil, pg_temp, pg_catalog, public'

-- Everything from the first call on, so that no plan was made before: rows, and roles of each kind

CALL pg_temp.do_with_path(:'traps', $$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'M1', 'A1'), ('north', 'M1', 'A2'), ('north', 'M1', 'A3'), ('south', 'M1', 'A1')$$);
SELECT min(report_id) AS r1, min(report_id) + 1 AS r2, min(report_id) + 2 AS r3 FROM reportlink.report \gset
CALL pg_temp.do_with_path(:'traps', format($$SELECT public.reportlink_link('north', '{%s,%s}', true, 'ada')$$, :r1::text, :r2::text));
CALL pg_temp.do_with_path(:'traps', format($$SELECT public.reportlink_save('north', %s, '{"final_report": "x"}', NULL, true, 'ada')$$, :r1::text));
CALL pg_temp.do_with_path(:'traps', $$SELECT public.reportlink_subscribe('north', 'ris', true)$$);
CREATE ROLE reportlink_test_app;
CREATE ROLE reportlink_test_tenant;
CREATE ROLE reportlink_test_other;
CALL pg_temp.do_with_path(:'traps', $$SELECT public.reportlink_grant('reportlink_test_app', 'administrator')$$);
CALL pg_temp.do_with_path(:'traps', $$SELECT public.reportlink_grant('reportlink_test_tenant', 'administrator', 'north')$$);
CALL pg_temp.do_with_path(:'traps', $$SELECT public.reportlink_grant('reportlink_test_other', 'reader', 'south')$$);
SELECT is(pg_temp.calls(), 'none', 'inserted, linked, saved, granted: none was called');
SELECT set_config('test.ids', format('{%s,%s}', :r1, :r2), true), set_config('test.id', :r1::text, true), set_config('test.event', min(event_id)::text, true), set_config('reportlink.user_id', 'ada', true) FROM reportlink.event \g /dev/null

CREATE TEMP TABLE statement AS
SELECT format('SELECT * FROM public.%I(%s)', a.function_name, string_agg(coalesce(quote_literal(pg_temp.usual(a)), 'NULL'), ', ' ORDER BY a.n)) AS statement FROM argument a GROUP BY a.function, a.function_name
UNION ALL
SELECT format('SELECT * FROM reportlink.%I', c.relname) FROM pg_catalog.pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v')
UNION ALL
SELECT replace(s, '$1', :r1::text) FROM (VALUES ('SELECT public.reportlink_install()'), ('SELECT * FROM public.reportlink_transitions()'), ('SELECT public.reportlink_version()'),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (''north'', ''M2'', ''A9'')'),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (''north'', ''M1'', ''A1'') ON CONFLICT DO NOTHING'),
	('UPDATE reportlink.report SET status = ''signed'' WHERE report_id OPERATOR(pg_catalog.=) $1'),
	('UPDATE reportlink.report SET owner_id = ''abe'' WHERE report_id OPERATOR(pg_catalog.=) $1'),
	('UPDATE reportlink.report SET site_id = ''main'' WHERE report_id OPERATOR(pg_catalog.=) $1'),
	('UPDATE reportlink.report SET mrn = ''M3'' WHERE group_id IS NULL'),
	('UPDATE reportlink.report SET mrn = ''M3'''),
	('DELETE FROM reportlink.report WHERE group_id IS NULL'),
	('INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (''north'', ''new'', ''resident'')'),
	('UPDATE reportlink.member SET active = false'), ('DELETE FROM reportlink.member WHERE NOT active'),
	('INSERT INTO reportlink.organization (organization_id) VALUES (''west'')'), ('UPDATE reportlink.organization SET recall_delay_seconds = 90')) t (s);
CREATE TEMP TABLE outcome AS
SELECT role, statement, pg_temp.with_path(:'traps', role, statement) AS trapped, pg_temp.calls() AS calls
FROM statement, unnest(ARRAY[current_user, 'reportlink_test_app', 'reportlink_test_tenant']) role;
SELECT is(concat_ws(' ', o.calls, o.trapped), 'none ' || pg_temp.with_path('public, pg_catalog', o.role, o.statement), format('%s: %s', CASE WHEN o.role ~ 'test' THEN o.role ELSE 'the owner' END, o.statement))
FROM outcome o WHERE o.role = 'reportlink_test_tenant' OR o.statement ~ '(grant|revoke|install|DELETE|UPDATE|INSERT|_link|_save|_check|_find|_fetch)' ORDER BY statement, role;
SELECT is_empty('SELECT statement FROM outcome WHERE trapped ~ ''^(EVIL1|XX|42[678P])''', 'and none of them fails for a name');
SELECT cmp_ok(count(*) FILTER (WHERE trapped ~ '^done'), '>', count(*) / 2, 'most of them are done') FROM outcome;

-- Tables, views and triggers made with such a path, by an extension made in that very schema

SET LOCAL client_min_messages = error;
DROP EXTENSION reportlink CASCADE;
DROP SCHEMA reportlink CASCADE;
SELECT throws_ok('CREATE EXTENSION reportlink SCHEMA evil', '42723', NULL, 'a function that is there already is not taken for one of the extension''s');
SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'evil'::regnamespace AND p.proname ~ '^reportlink_' \gexec
CALL pg_temp.do_with_path('evil, pg_catalog', 'CREATE EXTENSION reportlink SCHEMA evil');
CALL pg_temp.do_with_path('evil, pg_temp, pg_catalog', 'SELECT evil.reportlink_install()');
CALL pg_temp.do_with_path('evil, pg_temp, pg_catalog', 'INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES (''north'', true)');
CALL pg_temp.do_with_path('evil, pg_temp, pg_catalog', 'INSERT INTO reportlink.member (organization_id, user_id, role) VALUES (''north'', ''ada'', ''attending'')');
CALL pg_temp.do_with_path('evil, pg_temp, pg_catalog', 'INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (''north'', ''M1'', ''A1''), (''north'', ''M1'', ''A2'')');
SELECT format('{%s}', string_agg(report_id::text, ',')) AS both FROM reportlink.report \gset
CALL pg_temp.do_with_path('evil, pg_temp, pg_catalog', format('SELECT evil.reportlink_link(''north'', %L, true, ''ada'')', :'both'));
SELECT is(pg_temp.calls(), 'none', 'made and used there: none was called');
SELECT is((SELECT string_agg(status || owner_id, ' ') FROM reportlink.report_text), 'draftada draftada', 'and it did what it should');
SELECT is_empty($$SELECT d.classid::regclass, d.objid FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_depend s ON s.classid = d.refclassid AND s.objid = d.refobjid AND s.refobjid = 'evil'::regnamespace
	WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e')
		AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace
			AND (d.classid = 'pg_class'::regclass AND d.objid = c.oid OR d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT r.oid FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid)
				OR d.classid = 'pg_attrdef'::regclass AND d.objid IN (SELECT a.oid FROM pg_catalog.pg_attrdef a WHERE a.adrelid = c.oid)
				OR d.classid = 'pg_constraint'::regclass AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid)
				OR d.classid = 'pg_policy'::regclass AND d.objid IN (SELECT y.oid FROM pg_catalog.pg_policy y WHERE y.polrelid = c.oid)))$$, 'nothing of it is in a table, view, default, constraint or policy');

-- Without a search_path of its own a function is safe as well, as those of the triggers are

ALTER FUNCTION evil.reportlink_find(text, text, text, text) RESET search_path;
SELECT is(pg_temp.with_path('evil, pg_temp, pg_catalog', current_user, 'SELECT * FROM evil.reportlink_find(''north'', ''M1'')'), 'done 2', 'the library sets one before it looks anything up');
SELECT is(pg_temp.calls(), 'none', 'and none was called');

-- The traps catch: whoever has no search_path but that

SELECT matches(pg_temp.with_path('evil, pg_temp, pg_catalog', current_user, 'SELECT FROM reportlink.report WHERE organization_id = ''north'''), '^EVIL1', 'a plain query is caught');
SELECT is(pg_temp.calls(), 'caught', 'and that is noted');
SELECT finish();
ROLLBACK;
