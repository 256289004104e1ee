-- Text that would be SQL, a format, a path or an end of something is text:
-- through every argument of every function, through the columns of rows, the
-- settings and the names of roles, for who works in all organizations and for
-- a tenant. It ends as harmless text does, in messages it is to the letter, and
-- nothing else happens.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
\ir ../lib/calls.psql
SELECT plan(257);

-- What would be seen if it were executed: the sequence counts even what is undone

CREATE TABLE public.canary AS SELECT 'alive' AS state;
CREATE SEQUENCE public.canary_calls;
CREATE FUNCTION public.canary_call() RETURNS text LANGUAGE sql AS $$ SELECT nextval('public.canary_calls')::text $$;
GRANT ALL ON public.canary, public.canary_calls TO PUBLIC;
CREATE TEMP TABLE payload (n serial, text text);
INSERT INTO payload (text) VALUES
	($$'$$), ($$''$$), ($$"$$), ($$\$$), ($$\'$$), ('$$'), ('$1'), ('$body$'), ('--'), ('/*'), (E'\n\\d\r\t'), ('{'), ('{north,south}'), ('%s%s%s%n'), ('%1$s %2$I %L %%'), (E'\u2019\u02BC\uFF07'), (E'a\u202Eb\u200B'),
	($$'; DROP TABLE public.canary; --$$), ($$"; DROP TABLE public.canary; --$$), ($$'; SELECT public.canary_call(); --$$), ($$'||public.canary_call()||'$$), ($$\'||public.canary_call()||\'$$),
	($$') OR public.canary_call() IS NOT NULL OR ('x' = '$$), ('$$||public.canary_call()||$$'), ($${'); SELECT public.canary_call(); --}$$), ($$north' OR '1'='1$$), ($$"a" TO PUBLIC; GRANT ALL ON public.canary$$),
	('pg_temp'), ('pg_temp.report'), ('reportlink.report'), ('public.canary_call()'), ('current_user'), ('PUBLIC'), ('pg_read_all_data'), ('NULL'), ('null'), ('DEFAULT'), ('%'), ('_'), ('.*'), ('[[:alpha:]]'), ('(?=x'), ('*.*'), ('{"a":"b"}'), ('{}'), ('[]');
-- to compare with
SELECT 'harmlesstext' AS harmless \gset

-- What a statement could have made or taken
CREATE FUNCTION pg_temp.catalog() RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
			SELECT c.oid || c.relname || c.relowner || c.relrowsecurity || coalesce(c.relacl::text, '') FROM pg_class c WHERE c.relnamespace <> pg_my_temp_schema()
			UNION ALL SELECT a.attrelid || a.attname || a.attnum || coalesce(a.attacl::text, '') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace <> pg_my_temp_schema()
			UNION ALL SELECT p.oid || p.proname || p.proowner || p.prosrc || coalesce(p.proacl::text, '') FROM pg_proc p WHERE p.pronamespace <> pg_my_temp_schema()
			UNION ALL SELECT to_jsonb(r)::text FROM pg_roles r UNION ALL SELECT to_jsonb(m)::text FROM pg_auth_members m
			UNION ALL SELECT n.oid || n.nspname || coalesce(n.nspacl::text, '') FROM pg_namespace n
			UNION ALL SELECT to_jsonb(y)::text FROM pg_policy y UNION ALL SELECT t.oid || pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger t
			UNION ALL SELECT to_jsonb(s)::text FROM pg_db_role_setting s UNION ALL SELECT to_jsonb(d)::text FROM pg_default_acl d
			UNION ALL SELECT to_jsonb(e)::text FROM pg_extension e) l (line);
	END;
CREATE FUNCTION pg_temp.untouched() RETURNS text
	LANGUAGE sql
	RETURN concat_ws(' ', (SELECT string_agg(state, ',') FROM public.canary), (SELECT is_called FROM public.canary_calls));

-- Each argument of each function that takes text, the others as they should be

SELECT pg_temp.new_reports('north', 'M1', 4) AS ids \gset
SELECT (:'ids'::bigint[])[1] AS r1, (:'ids'::bigint[])[2] AS r2, (:'ids'::bigint[])[3] AS r3 \gset
SELECT reportlink_link('north', ARRAY[:r1, :r2], true, 'ada') \g /dev/null
SELECT reportlink_subscribe('north', 'ris', true) \g /dev/null
SELECT min(event_id) AS e1 FROM reportlink.event \gset
CREATE ROLE reportlink_test_app;
CREATE ROLE reportlink_test_tenant;
CREATE ROLE reportlink_test_other;
SELECT reportlink_grant('reportlink_test_app', 'administrator'), reportlink_grant('reportlink_test_tenant', 'administrator', 'north'), reportlink_grant('reportlink_test_other', 'reader', 'south') \g /dev/null

SELECT set_config('test.ids', format('{%s,%s}', :r1, :r2), true), set_config('test.id', :r1::text, true), set_config('test.event', :e1::text, true) \g /dev/null
-- where a payload can be: an argument of type text, an element of an array, a key or a value of a JSON object
CREATE TEMP TABLE place AS
SELECT a.function, a.n, format('%s, %s', a.function::regproc, CASE t.what WHEN '%L' THEN a.name ELSE t.what END) AS name,
	format('SELECT count(*) FROM %s(%s)', a.function::regproc, (SELECT string_agg(
		CASE WHEN o.n = a.n THEN t.what ELSE format('%L::%s', pg_temp.usual(o), o.type) END, ', ' ORDER BY o.n) FROM argument o WHERE o.function = a.function)) AS statement
FROM argument a JOIN (VALUES ('text'::regtype, '%L'), ('text[]', 'ARRAY[%L]'), ('text[]', 'ARRAY[''report.linked'', %L]'),
	('jsonb', 'jsonb_build_object(%L::text, ''x'')'), ('jsonb', 'jsonb_build_object(''transcript'', %L::text)'), ('jsonb', 'jsonb_build_object(''final_report'', %L::text)'),
	('jsonb', 'jsonb_build_object(''study_at'', %L::text)'), ('jsonb', 'jsonb_build_object(''views'', jsonb_build_object(%L::text, 1))'), ('jsonb', 'jsonb_build_array(%L::text)'), ('jsonb', 'to_jsonb(%L::text)')) t (type, what) ON a.type = t.type;
SELECT is_empty('SELECT function::regprocedure, name FROM argument WHERE type <> ALL (''{text,text[],jsonb,bigint,bigint[],integer,boolean,timestamptz,regrole}''::regtype[])', 'no argument has a type of which is not known what can be in it');
SELECT cmp_ok((SELECT count(*) FROM place), '>=', 60::bigint, 'places where a payload can be');

-- Payloads with which the statement ends in another way than with the harmless text
CREATE FUNCTION pg_temp.otherwise(role name, statement text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	harmless CONSTANT text := 'harmlesstext';
	expected text := pg_temp.full_outcome(role, format(statement, harmless));
	p text; outcome text;
BEGIN
	FOR p IN SELECT text FROM payload LOOP
		outcome := pg_temp.full_outcome(role, format(statement, p));
		IF outcome IS DISTINCT FROM replace(expected, harmless, p) THEN
			RETURN NEXT p || ': ' || outcome;
		END IF;
	END LOOP;
END
$$;
SELECT pg_temp.catalog() AS catalog, pg_temp.digest() AS digest \gset
SELECT is_empty(format('SELECT * FROM pg_temp.otherwise(%L, %L)', role, statement), format('%s: %s', CASE role WHEN 'reportlink_test_tenant' THEN 'a tenant' WHEN 'reportlink_test_app' THEN 'an application' ELSE 'the owner' END, name))
FROM place, unnest(ARRAY['reportlink_test_app', 'reportlink_test_tenant', current_user]) role
WHERE (name ~ '_(grant|revoke),') = (role = current_user) ORDER BY name, statement, role;
SELECT is(pg_temp.catalog(), :'catalog', 'the catalog is as it was');
SELECT is(pg_temp.digest(), :'digest', 'and so are the rows');
SELECT is(pg_temp.untouched(), 'alive f', 'nothing was executed');
SELECT is_empty(format('SELECT 1 WHERE left(pg_temp.full_outcome(%L, format(%L, %L)), 5) ~ ''^(XX|42601|42P|428)''', current_user, statement, :'harmless'), format('and not only because the statement is wrong: %s', name)) FROM place;

-- The same text as name of a role, an organization and a user, in every identifier, as the text of
-- a report, the name of a subscriber and a setting: a day of work, all of it comes back to the letter

CREATE FUNCTION pg_temp.day(payload text, held boolean) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	role CONSTANT name := CASE WHEN payload ~ '^pg_' THEN 'x' || payload ELSE payload END;
	reports bigint[];
	wrong text[] := '{}';
	e record;
	events int := 0;
	code text; message text; context text;
BEGIN
	EXECUTE format('CREATE ROLE %I', role);
	INSERT INTO reportlink.organization (organization_id, name, linking_enabled, recall_enabled, addendum_header) VALUES (payload, payload, true, true, payload);
	INSERT INTO reportlink.member VALUES (payload, payload, 'attending');
	PERFORM set_config('reportlink.notify_channel', payload, true), set_config('reportlink.user_id', payload, true), set_config('search_path', quote_ident(payload) || ', public', true);
	PERFORM reportlink_grant(quote_ident(role)::regrole, 'administrator', CASE WHEN held THEN payload END);
	EXECUTE format('SET LOCAL ROLE %I', role);
	WITH new AS (
		INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id, study_name, study_id, template_id)
		SELECT payload, payload, payload || n, payload, payload, payload, payload, payload, payload, payload FROM generate_series(1, 3) n RETURNING report_id)
	SELECT array_agg(report_id ORDER BY report_id) INTO reports FROM new;
	PERFORM reportlink_subscribe(payload, payload, true), reportlink_link(payload, reports);
	PERFORM FROM reportlink_unlink(payload, reports[3:3], true);
	PERFORM reportlink_save(payload, reports[1], jsonb_build_object('final_report', payload, 'views', payload));
	UPDATE reportlink.report SET status = 'prelim_signed', site_id = payload || '!' WHERE report_id = reports[2];
	PERFORM reportlink_sign(payload, reports[1]), reportlink_publish_now(payload, reports[2]), reportlink_start_addendum(payload, reports[1]), reportlink_close(payload, reports[1], true), reportlink_assign(payload, reports[1], payload);

	wrong := wrong || ARRAY(SELECT 'text of a report' FROM reportlink.report_text t WHERE t.report_id = reports[1] AND (t.final_report, t.views, t.saved_by) IS DISTINCT FROM (payload || E'\n\n' || payload, payload, payload))
		|| ARRAY(SELECT 'found ' || count(*) FROM reportlink_find(payload, payload, payload || '2', payload || '!') f WHERE (f.mrn, f.order_id, f.study_name, f.owner_id) = (payload, payload, payload, payload) HAVING count(*) <> 1)
		|| ARRAY(SELECT 'history ' || count(*) FROM reportlink_history(payload, reports[2]) h WHERE h.saved_by = payload HAVING count(*) <> 2)
		|| ARRAY(SELECT 'linked ' || count(*) FROM reportlink_linked_reports(payload, reports[2]) l WHERE (l.mrn, l.native_id) = (payload, payload) HAVING count(*) <> 2)
		|| ARRAY(SELECT 'linkable ' || count(*) FROM reportlink_linkable_reports(payload, reports[3]) HAVING count(*) <> 2)
		|| ARRAY(SELECT 'subscriber' FROM reportlink.subscriber_lag s WHERE s.subscriber = payload HAVING count(*) <> 1)
		|| ARRAY(SELECT 'broken: ' || c.invariant FROM reportlink_check(payload) c);
	FOR e IN SELECT * FROM reportlink.event t WHERE t.organization_id = payload LOOP
		events := events + 1;
		IF (e.organization_id, e.actor, e.database_role) IS DISTINCT FROM (payload, payload, role::text)
			OR (e.linked_identifiers -> 0 ->> 'mrn', e.linked_identifiers -> 0 ->> 'order_id', e.linked_identifiers -> 0 ->> 'assigning_authority') IS DISTINCT FROM (payload, payload, payload)
			OR e.type = 'report.identifiers_changed' AND e.data -> 'new' ->> 'site_id' IS DISTINCT FROM payload || '!' THEN
			wrong := wrong || ('event ' || e::text);
		END IF;
	END LOOP;
	wrong := wrong || CASE WHEN events <> 15 THEN ARRAY[events || ' events'] END;
	PERFORM FROM reportlink_fetch(payload, payload); -- they are not committed
	PERFORM reportlink_unsubscribe(payload, payload);
	PERFORM reportlink_purge_events(payload, 'infinity'), reportlink_prune_documents(payload, 'infinity'), reportlink_publish_due(10, payload);
	DELETE FROM reportlink.report WHERE report_id = reports[3];
	UPDATE reportlink.member SET role = 'drafter' WHERE user_id = payload;

	RESET ROLE;
	PERFORM reportlink_revoke(quote_ident(role)::regrole, 'administrator', CASE WHEN held THEN payload END);
	EXECUTE format('DROP ROLE %I', role);
	wrong := wrong || ARRAY(SELECT 'more than its own organization' FROM reportlink.event t WHERE t.organization_id <> payload AND t.database_role = role);
	RAISE EXCEPTION '%', array_to_string(wrong, '; ') USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM;
WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(' ', code, message, context);
END
$$;
SELECT is(pg_temp.day(text, held), '', format('a day of %s named %s', CASE WHEN held THEN 'a tenant' ELSE 'who works everywhere' END, to_jsonb(text))) FROM payload, unnest('{true,false}'::boolean[]) held
WHERE held OR n % 3 = 0 ORDER BY n, held;
SELECT is(pg_temp.catalog(), :'catalog', 'the catalog is as it was');
SELECT is(pg_temp.digest(), :'digest', 'and so are the rows');
SELECT is(pg_temp.untouched(), 'alive f', 'nothing was executed');

-- The trap catches
SELECT isnt(pg_temp.full_outcome(current_user, 'SELECT 1 WHERE ''x'' = '''' OR public.canary_call() IS NOT NULL'), '', 'a statement that calls the canary');
SELECT is(pg_temp.untouched(), 'alive t', 'is seen, although it was undone');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
