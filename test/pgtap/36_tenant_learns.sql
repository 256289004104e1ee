-- What a tenant could learn of another organization's rows other than by asking
-- for them: from plans that were made for somebody else, functions of his own in
-- a WHERE, statistics, sequences, EXPLAIN and whatever reads tables by name.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
\ir ../lib/calls.psql
SELECT plan(194);

UPDATE reportlink.organization SET linking_enabled = true, recall_enabled = true;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name)
SELECT o, o || '-secret-' || n / 3, 'A' || n, o || ' study' FROM unnest(ARRAY['north', 'south']) o, generate_series(1, 60) n;
SELECT reportlink_link(organization_id, array_agg(report_id), true, 'ada') FROM reportlink.report WHERE accession_number IN ('A3', 'A4') GROUP BY organization_id \g /dev/null
SELECT reportlink_save(organization_id, report_id, jsonb_build_object('final_report', organization_id || ' text'), NULL, true, 'ada') FROM reportlink.report WHERE accession_number = 'A3' \g /dev/null
SELECT reportlink_sign(organization_id, report_id, 'ada') FROM reportlink.report WHERE accession_number = 'A3' \g /dev/null
SELECT reportlink_link(organization_id, array_agg(report_id), true, 'ada') FROM reportlink.report WHERE accession_number IN ('A6', 'A7') GROUP BY organization_id \g /dev/null
SELECT reportlink_unlink(organization_id, array_agg(report_id), false, 'ada') FROM reportlink.report WHERE accession_number IN ('A6', 'A7') GROUP BY organization_id \g /dev/null
SELECT reportlink_subscribe(organization_id, organization_id || ' ris', true) FROM reportlink.organization \g /dev/null
CREATE ROLE reportlink_test_north;
CREATE ROLE reportlink_test_south;
SELECT reportlink_grant('reportlink_test_north', 'administrator', 'north'), reportlink_grant('reportlink_test_south', 'administrator', 'south') \g /dev/null
DO $$ BEGIN EXECUTE (SELECT 'ANALYZE ' || string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'r'); END $$;
CREATE TEMP TABLE relation AS
SELECT c.relname::text AS name, c.relkind FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v')
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id');
CREATE FUNCTION pg_temp.result(role name, statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement INTO result;
	RESET ROLE;
	RETURN coalesce(result, '');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- A plan that one tenant used often, another uses next in the same session

CREATE TEMP TABLE query AS
SELECT format('SELECT string_agg(t::text, ''; '' ORDER BY t::text) FROM reportlink.%I t', name) AS query, name FROM relation
UNION ALL
SELECT format('SELECT string_agg(t::text, ''; '' ORDER BY t::text) FROM %s t', f), f FROM unnest(ARRAY['reportlink_find(''south'', NULL, ''A3'')', 'reportlink_find(''north'', NULL, ''A3'')',
	'reportlink_fetch(''south'', ''south ris'')', format('reportlink_history(''south'', %s)', (SELECT report_id FROM reportlink.report WHERE organization_id = 'south' AND accession_number = 'A3')),
	format('reportlink_linkable_reports(''south'', %s)', (SELECT report_id FROM reportlink.report WHERE organization_id = 'south' AND accession_number = 'A3'))]) f;
CREATE FUNCTION pg_temp.after_other(one name, other name, query text, mode text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('plan_cache_mode', mode, true);
	EXECUTE format('SET LOCAL ROLE %I', one);
	EXECUTE 'PREPARE mine AS ' || query;
	RESET ROLE;
	FOR n IN 1 .. 10 LOOP
		result := pg_temp.result(one, 'EXECUTE mine');
	END LOOP;
	result := pg_temp.result(other, 'EXECUTE mine') || ' and again ' || pg_temp.result(one, 'EXECUTE mine');
	DEALLOCATE mine;
	RETURN result;
END
$$;
SELECT is(pg_temp.after_other('reportlink_test_north', other, query, mode), pg_temp.result(other, query) || ' and again ' || pg_temp.result('reportlink_test_north', query), format('%s, %s, after the plan of another: %s', other, mode, name))
FROM query, unnest('{auto,force_generic_plan}'::text[]) mode, unnest(ARRAY['reportlink_test_south', current_user]) other ORDER BY name, mode, other;
SELECT isnt(pg_temp.result('reportlink_test_south', query), pg_temp.result('reportlink_test_north', query), format('which is not the same for both: %s', name)) FROM query;
-- the plans of the functions too, in PL/pgSQL
CREATE FUNCTION pg_temp.found() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM reportlink.report) * 1000 + (SELECT count(*) FROM reportlink_find('south', NULL, 'A3')); END $$;
SELECT is(string_agg(pg_temp.result(r.role, 'SELECT pg_temp.found()'), ' ' ORDER BY n), '60000 60000 60000 60000 60000 60000 60001 60001 120001 60000', 'a function of one''s own, called by one after the other')
FROM unnest(ARRAY['reportlink_test_north', 'reportlink_test_north', 'reportlink_test_north', 'reportlink_test_north', 'reportlink_test_north', 'reportlink_test_north', 'reportlink_test_south', 'reportlink_test_south', current_user, 'reportlink_test_north']) WITH ORDINALITY r (role, n);

-- A function of his own that costs nothing, in a WHERE, sees no row that he may not

CREATE TABLE public.seen (row_text text);
CREATE FUNCTION public.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO public.seen VALUES ($1); RETURN true; END $$;
CREATE FUNCTION public.peek(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO public.seen VALUES ($1); RETURN true; END $$;
CREATE OPERATOR public.<=?=> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.peek);
GRANT ALL ON public.seen TO PUBLIC;
CREATE FUNCTION pg_temp.peeked(statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	seen text;
BEGIN
	DELETE FROM public.seen;
	PERFORM pg_temp.result('reportlink_test_north', statement);
	SELECT concat_ws(' ', CASE WHEN count(*) > 0 THEN 'some' END, CASE WHEN bool_or(row_text ~ 'south') THEN 'of another' END) INTO seen FROM public.seen;
	RETURN seen;
END
$$;
SELECT is(pg_temp.peeked(format(statement, name)), 'some', format(statement, name))
FROM relation, (VALUES ('SELECT count(*) FROM reportlink.%I t WHERE public.peek(t::text)'), ('SELECT count(*) FROM reportlink.%I t WHERE t.organization_id <> ''north'' AND public.peek(t::text) OR t::text OPERATOR(public.<=?=>) ''x'''),
	('SELECT count(*) FROM reportlink.%I t JOIN reportlink.organization o ON public.peek(t::text) AND public.peek(o::text)')) s (statement);
SELECT is(pg_temp.peeked(statement), 'some', statement)
FROM (VALUES ('UPDATE reportlink.report SET site_id = ''x'' WHERE public.peek(report::text) RETURNING report_id'), ('DELETE FROM reportlink.member WHERE NOT public.peek(member::text) RETURNING user_id'),
	('INSERT INTO reportlink.member SELECT organization_id, ''new'', ''resident'' FROM reportlink.organization WHERE public.peek(organization::text) ON CONFLICT DO NOTHING RETURNING user_id'),
	('SELECT count(*) FROM reportlink.report TABLESAMPLE SYSTEM (100) WHERE public.peek(report::text)')) s (statement);
SELECT is(pg_temp.result('reportlink_test_south', 'SELECT count(*) FROM reportlink.report t WHERE public.peek(t::text)'), '60', 'while the other''s own are there');

-- Statistics, sequences, and what reads tables by name

SELECT is(pg_temp.result('reportlink_test_north', statement), outcome, statement) FROM (VALUES
	('SELECT count(*) FROM pg_stats s WHERE s.schemaname = ''reportlink'' AND s.tablename IN (SELECT relname FROM pg_class WHERE relrowsecurity)', '0'),
	('SELECT count(*) FROM pg_statistic', '42501'), ('SELECT count(*) FROM pg_stats_ext', '0'),
	('SELECT count(last_value) FROM pg_sequences WHERE schemaname = ''reportlink''', '0'),
	('SELECT last_value FROM reportlink.report_report_id_seq', '42501'), ('SELECT currval(''reportlink.report_report_id_seq'')', '42501'), ('SELECT nextval(''reportlink.report_report_id_seq'')', '42501'),
	(format('SELECT lastval() FROM reportlink_open(''north'', %s, ''ada'')', (SELECT report_id FROM reportlink.report WHERE organization_id = 'north' AND accession_number = 'A20')), '42501'),
	('SELECT table_to_xml(''reportlink.report'', true, true, '''')::text ~ ''south''', 'false'), ('SELECT table_to_xml(''reportlink.report'', true, true, '''')::text ~ ''north''', 'true'),
	('SELECT query_to_xml(''SELECT * FROM reportlink.report_text'', true, true, '''')::text ~ ''south''', 'false'),
	('SELECT count(*) FROM ts_stat(''SELECT to_tsvector(organization_id) FROM reportlink.report'') WHERE word = ''south''', '0'),
	('SELECT count(*) FROM pg_stat_activity WHERE query ~ ''south'' AND usesysid <> current_user::regrole', '0')) t (statement, outcome);
SELECT ok(pg_temp.result('reportlink_test_north', 'SELECT pg_sequence_last_value(''reportlink.report_report_id_seq'')') IN ('42501', ''), 'pg_sequence_last_value(), refused or null as the version of PostgreSQL has it');
SELECT isnt((SELECT count(*) FROM pg_stats s WHERE s.schemaname = 'reportlink' AND s.most_common_vals::text ~ 'south'), 0::bigint, 'there are statistics of the other organization, for who may see them');
CREATE FUNCTION pg_temp.explained(statement text) RETURNS json
	LANGUAGE plpgsql
AS $$
DECLARE
	plan json;
BEGIN
	SET LOCAL ROLE reportlink_test_north;
	EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS, FORMAT JSON) ' || statement INTO plan;
	RESET ROLE;
	RETURN plan;
END
$$;
SELECT unalike(pg_temp.explained(format('SELECT * FROM reportlink.%I', name))::text, '%south%', format('EXPLAIN of %s names no other organization', name)) FROM relation;

-- What is broken in another organization

SET LOCAL session_replication_role = replica;
UPDATE reportlink.report SET drafting = true WHERE organization_id = 'south' AND accession_number = 'A9';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.result(role, format('SELECT count(*) FROM reportlink_check(%s)', o)), outcome, format('reportlink_check(%s) by %s', o, role))
FROM (VALUES ('reportlink_test_north', '''north''', '0'), ('reportlink_test_north', '''south''', '0'), ('reportlink_test_north', 'NULL', '42501'), ('reportlink_test_south', '''south''', '1')) t (role, o, outcome);
SELECT finish();
ROLLBACK;
