-- Calls of every function of the extension, and plain SQL on its tables, with
-- odd arguments. A statement follows from its key alone: fuzz.statement(key)
-- shows it again.
CREATE SCHEMA fuzz;
CREATE ROLE fuzz_clerk;
CREATE ROLE fuzz_nobody;
CREATE ROLE "fuzz""; DROP SCHEMA reportlink; --";
SELECT reportlink_grant('fuzz_clerk', profile) FROM unnest('{reader,reporter,listener,administrator}'::text[]) profile;

INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true), ('o''dd"\', true);
INSERT INTO reportlink.member (organization_id, user_id, role, active)
SELECT o, m.user_id, m.role, m.active FROM reportlink.member m, unnest(ARRAY['south', 'o''dd"\']) o WHERE m.organization_id = 'north';
UPDATE reportlink.organization SET recall_enabled = true WHERE organization_id <> 'south';
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
SELECT CASE WHEN i % 10 < 8 THEN 'north' WHEN i % 10 = 8 THEN 'south' ELSE 'o''dd"\' END, CASE WHEN i % 20 <> 17 THEN 'P' || i / 20 END, 'A' || i
FROM generate_series(0, 99) i;

-- reports in many states, so that each function finds some that it may change
DO $$
BEGIN
	FOR r IN 1 .. 40 LOOP
		CONTINUE WHEN NOT EXISTS (SELECT FROM reportlink.report WHERE organization_id = 'north' AND report_id = r);
		IF r % 3 = 0 AND r % 10 BETWEEN 1 AND 7 THEN
			PERFORM reportlink_link('north', ARRAY[r, r + 1], true, 'ada');
		END IF;
		PERFORM reportlink_open('north', r, 'ada');
		PERFORM reportlink_save('north', r, '{"final_report": "Normal."}', actor => 'ada');
	END LOOP;
	PERFORM reportlink_sign('north', r.report_id, 'ada') FROM reportlink.report r WHERE r.report_id IN (12, 14, 17, 31) AND r.status = 'draft';
	PERFORM reportlink_prelim_sign('north', r.report_id, 'ada') FROM reportlink.report r WHERE r.report_id IN (2, 5, 11, 32, 35) AND r.status = 'draft';
END
$$;

-- what the server answered: SQLSTATE, 00000 when it did it; message where it is not one that is documented
CREATE TABLE fuzz.outcome (key bigint, function text, sqlstate text, message text);
CREATE TABLE fuzz.documented (sqlstate text);

CREATE FUNCTION fuzz.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
	RETURN choices[1 + floor(random() * cardinality(choices))];

CREATE FUNCTION fuzz.number(above int) RETURNS int LANGUAGE sql VOLATILE
	RETURN floor(random() * above);

-- letters from all of Unicode, or bytes that no encoding has
CREATE FUNCTION fuzz.noise() RETURNS text LANGUAGE sql VOLATILE
	RETURN CASE WHEN random() < 0.5
		THEN 'E''' || (SELECT string_agg(E'\\U' || lpad(to_hex(CASE WHEN code BETWEEN 55296 AND 57343 THEN 65 ELSE code END), 8, '0'), '')
			FROM (SELECT 1 + floor(random() ^ 4 * 1114110)::int AS code FROM generate_series(1, 1 + fuzz.number(12))) c) || ''''
		ELSE 'E''' || (SELECT string_agg(E'\\x' || lpad(to_hex(1 + fuzz.number(255)), 2, '0'), '') FROM generate_series(1, 1 + fuzz.number(12))) || '''' END;

CREATE FUNCTION fuzz.odd_text() RETURNS text LANGUAGE sql VOLATILE
	RETURN CASE WHEN random() < 0.3 THEN fuzz.noise() ELSE fuzz.one_of(
		'NULL', '''''', ''' ''', 'E''\t\n\r\f\v''', 'E''\x01\x7f''', '''''''''', '''"''', 'E''\\''', '''%s%n%d%m''', '''$1''', '''{}''', '''null''',
		'''-1''', '''NaN''', '''x; DROP SCHEMA reportlink CASCADE; --''', '''x'''' OR 1 = 1 --''', '''reportlink.report''', '''public''', '''pg_temp''',
		'repeat(''x'', 255)', 'repeat(''x'', 256)', 'repeat(''x'', 63)', 'repeat(''x'', 64)', 'repeat(''x'', 100000)', 'repeat(''%'', 8000)',
		'E''\xff\xfe''', 'E''\xc3''', 'E''\xed\xa0\x80''', 'E''\xf4\x90\x80\x80''', 'repeat(E''\xc3\xa9'', 127)', 'repeat(E''\xc3\xa9'', 128)',
		'E''\xe2\x80\xae''', 'E''\xef\xbb\xbf''', 'chr(0)', 'repeat('' '', 1000)', 'repeat('''''''', 4000)', 'repeat(''"'', 4000)', 'md5(''x'')',
		'''unread''', '''signed''', '''cancelled''', '''report.linked''', '''attending''', '''north ''', '''NORTH''') END;

CREATE FUNCTION fuzz.odd_number() RETURNS text LANGUAGE sql VOLATILE
	RETURN fuzz.one_of('NULL', '0', '-1', '1', '2', '9223372036854775807', '(-9223372036854775808)', '2147483647', '(-2147483648)', '2147483648',
		'4294967296', '9223372036854775808', '32768', '999999', '1e18', '0.5', '''1''', '''x''', '''''');

CREATE FUNCTION fuzz.odd_ids() RETURNS text LANGUAGE sql VOLATILE
	RETURN fuzz.one_of('NULL', '''{}''', '''{NULL}''', '''{1,NULL}''', '''{NULL,NULL,NULL}''', '''[0:1]={1,2}''', '''[-2147483648:-2147483647]={1,2}''',
		'''[2147483645:2147483646]={1,2}''', '''{{1,2},{3,4}}''', '''[5:6][7:8]={{1,2},{3,4}}''', '''{{1,NULL},{NULL,2}}''', '''{{{1}},{{2}}}''', '''{{{{{{1}}}}}}''',
		'array_fill(1::bigint, ARRAY[1000])', 'array_fill(NULL::bigint, ARRAY[1000])', 'array_fill(1::bigint, ARRAY[10, 10], ARRAY[-5, 5])',
		'ARRAY(SELECT generate_series(1, 2000))::bigint[]', '''{9223372036854775807,-9223372036854775808}''', '''{0,-1}''', '''{0,0}''', '''{1,1}''',
		'''{1,2,1}''', '''{-9223372036854775808}''', '''{1''', '''{}}''', '''{a,b}''', '''1''', '''{1.5,2}''', '''{{1},{2,3}}''',
		'(''[3:5]={1,2,3}''::bigint[])[4:5]', 'ARRAY[1, 2]::bigint[] || NULL::bigint', 'ARRAY(SELECT i FROM generate_series(100, 1, -1) i)');

CREATE FUNCTION fuzz.odd_json() RETURNS text LANGUAGE sql VOLATILE
	RETURN CASE WHEN random() < 0.3
		THEN format('jsonb_build_object(%L, %s)', fuzz.one_of('transcript', 'final_report', 'views', 'contrast', 'laterality', 'comparison', 'clinical_history', 'study_at', '', 'document_id'), fuzz.odd_text())
		ELSE fuzz.one_of('NULL', '''null''', '''true''', '''0''', '''"transcript"''', '''[]''', '''{}''', '''[{}]''', '''["transcript"]''', '''{"transcript": null}''', '''{"transcript": 1}''',
		'''{"transcript": {"transcript": "x"}}''', '''{"transcript": ["x"]}''', '''{"transcript": "\u0000"}''', '''{"\u0000": "x"}''', '''{"transcript": "\ud83d\ude04"}''', '''{"transcript": "\ud83d"}''',
		'''{"": ""}''', '''{"a": 1, "a": 2}''', '''{"transcript": "x", "transcript": null}''', '''{"final_report": ""}''', '''{"final_report": " \n\t"}''', '''{"final_report": true}''',
		'''{"Transcript": "x"}''', '''{"transcript ": "x"}''', '''{"document_id": 1}''', '''{"organization_id": "south"}''', '''{"checkpoint": true}''', '''{"saved_by": "ada"}''', '''{"blank": false}''',
		'''{"x\"; DROP SCHEMA reportlink; --": "x"}''', '''{"study_at": "infinity"}''', '''{"study_at": "-infinity"}''', '''{"study_at": "now"}''', '''{"study_at": "allballs"}''', '''{"study_at": "epoch"}''',
		'''{"study_at": "2026-13-45"}''', '''{"study_at": "294276-12-31T23:59:59.999999Z"}''', '''{"study_at": "294277-01-01"}''', '''{"study_at": "4714-01-01 BC"}''', '''{"study_at": "4713-01-01 BC"}''', '''{"study_at": "J2451187"}''',
		'''{"study_at": 5}''', '''{"study_at": ""}''', '''{"study_at": null}''', '''{"study_at": "2026-03-02 08:10 Mars/Phobos"}''', '''{"study_at": "2026-03-02T08:10:00+167:59"}''', '''{"study_at": {}}''', '''{"study_at": "20260302T0810"}''',
		'jsonb_build_object(''transcript'', repeat(''x'', 100000))', 'jsonb_build_object(repeat(''k'', 100000), ''x'')', 'jsonb_build_object(''study_at'', repeat(''9'', 100000))', 'jsonb_build_object(''transcript'', E''\xff'')',
		'(SELECT jsonb_object_agg(i, i) FROM generate_series(1, 1000) i)', 'to_jsonb(ARRAY(SELECT generate_series(1, 1000)))', '(repeat(''['', 500) || repeat('']'', 500))::jsonb', '''1e400''', '''{"transcript": 1e1000}''', '''{''') END;

CREATE FUNCTION fuzz.odd_time() RETURNS text LANGUAGE sql VOLATILE
	RETURN fuzz.one_of('NULL', '''infinity''', '''-infinity''', '''294276-12-31 23:59:59.999999+00''', '''4714-11-24 00:00:00+00 BC''', '''epoch''', '''now''', '''2026-02-30''', '''x''', '''''', 'now()', 'now() + ''100 years''');

-- An argument as an application would give it, by what it is called
CREATE FUNCTION fuzz.plain(name text, type regtype) RETURNS text LANGUAGE sql VOLATILE
	RETURN CASE
		WHEN name = 'organization_id' THEN fuzz.one_of('''north''', '''north''', '''north''', '''north''', '''north''', '''north''', '''north''', '''north''', '''south''', 'E''o\''dd"\\''', 'NULL')
		WHEN name IN ('actor', 'new_owner') THEN fuzz.one_of('''ada''', '''ada''', '''ada''', '''ada''', '''ada''', '''ada''', '''abe''', '''rex''', '''dot''', '''adm''', '''hl7''', '''gone''', 'NULL')
		WHEN name = 'subscriber' THEN quote_literal('s' || fuzz.number(5))
		WHEN name = 'profile' THEN fuzz.one_of('''reader''', '''reporter''', '''listener''', '''administrator''')
		WHEN name = 'grantee' THEN fuzz.one_of('''fuzz_nobody''', '''"fuzz""; DROP SCHEMA reportlink; --"''')
		WHEN name = 'mrn' THEN quote_literal('P' || fuzz.number(6))
		WHEN name = 'accession_number' THEN quote_literal('A' || fuzz.number(100))
		WHEN name = 'types' THEN '''{report.linked,report.signed}'''
		WHEN name = 'status' THEN fuzz.one_of('''unread''', '''draft''', '''prelim_signed''', '''signed''', '''cancelled''', '''addendum_signed''')
		WHEN name = 'owner_id' THEN fuzz.one_of('''ada''', '''abe''', '''rex''', 'NULL')
		WHEN name = 'report_id' THEN (1 + floor(100 * random() ^ 4)::int)::text
		WHEN name = 'expected_document_id' THEN fuzz.number(50)::text
		WHEN name = 'event_id' THEN fuzz.number(1000)::text
		WHEN name = 'report_ids' THEN format('ARRAY[%1$s, %1$s + %2$s, %1$s + %3$s]::bigint[]', 1 + floor(90 * random() ^ 2)::int, fuzz.number(4), fuzz.number(9))
		WHEN type = 'boolean'::regtype THEN fuzz.one_of('true', 'false')
		WHEN type = 'integer'::regtype THEN fuzz.one_of('1', '2', '100', '10000')
		WHEN type = 'jsonb'::regtype THEN format('jsonb_build_object(%L, ''words'')', fuzz.one_of('transcript', 'final_report', 'final_report', 'views', 'comparison'))
		WHEN type = 'timestamptz'::regtype THEN 'now()'
		ELSE '''x''' END;

CREATE FUNCTION fuzz.odd(type regtype) RETURNS text LANGUAGE sql VOLATILE
	RETURN CASE
		WHEN type = 'text'::regtype THEN fuzz.odd_text()
		WHEN type IN ('bigint'::regtype, 'integer'::regtype) THEN fuzz.odd_number()
		WHEN type = 'bigint[]'::regtype THEN fuzz.odd_ids()
		WHEN type = 'text[]'::regtype THEN fuzz.one_of('NULL', '''{}''', '''{NULL}''', '''{report.linked,NULL}''', '''{""}''', '''{{report.linked},{report.signed}}''', '''[-3:-2]={report.linked,report.signed}''',
			'array_fill(''report.saved''::text, ARRAY[1000])', 'ARRAY[repeat(''x'', 100000)]', '''{report.linked,report.linked}''', '''{report.%}''', format('ARRAY[%s]', fuzz.odd_text()))
		WHEN type = 'jsonb'::regtype THEN fuzz.odd_json()
		WHEN type = 'timestamptz'::regtype THEN fuzz.odd_time()
		WHEN type = 'boolean'::regtype THEN fuzz.one_of('NULL', '''maybe''', 'true')
		WHEN type = 'regrole'::regtype THEN fuzz.one_of('NULL', '0', '4294967295', '''nobody at all''', '''public''', '''pg_read_all_data''', '10', '1259', '''x; DROP ROLE fuzz_clerk''')
		ELSE 'NULL' END;

CREATE TYPE fuzz.call AS (function text, arguments text, statement text);

-- Every function that SQL can call, with its input arguments
CREATE VIEW fuzz.function AS
	SELECT p.proname::text AS name, p.prorettype = 'trigger'::regtype AS is_trigger, coalesce(a.names, '{}') AS names, coalesce(a.types, '{}') AS types, p.pronargs - p.pronargdefaults AS required
	FROM pg_proc p
	JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'reportlink'
	LEFT JOIN LATERAL (
		SELECT array_agg(u.name ORDER BY u.place) AS names, array_agg(u.type::regtype ORDER BY u.place) AS types
		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY u (type, name, mode, place)
		WHERE coalesce(u.mode, 'i') IN ('i', 'b')) a ON true;

CREATE FUNCTION fuzz.of_function(oddness float) RETURNS fuzz.call LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	f fuzz.function;
	often text := fuzz.one_of('reportlink_link', 'reportlink_save', 'reportlink_open', 'reportlink_sign', 'reportlink_prelim_sign', 'reportlink_start_addendum', 'reportlink_cancel_publish', 'reportlink_publish_now', 'reportlink_reject', 'reportlink_unlink', 'reportlink_set_default', 'reportlink_fetch', 'reportlink_ack', 'reportlink_subscribe');
	named text[] := '{}';
	given text[] := '{}';
	value text;
BEGIN
	SELECT * INTO f FROM fuzz.function ORDER BY is_trigger, name
	OFFSET fuzz.number((SELECT count(*) FROM fuzz.function)::int) LIMIT 1;
	-- rarely what works on everything there is, or is refused at once
	IF (f.is_trigger OR f.name IN ('reportlink_install', 'reportlink_check', 'reportlink_version', 'reportlink_transitions', 'reportlink_grant', 'reportlink_revoke')) AND random() < 0.8
		OR random() < 0.4 THEN
		SELECT * INTO f FROM fuzz.function WHERE name = often;
	END IF;
	FOR i IN 1 .. cardinality(f.names) LOOP
		CONTINUE WHEN i > f.required AND f.names[i] <> 'actor' AND random() < 0.4;
		value := format('(%s)::%s', CASE WHEN random() < oddness THEN fuzz.odd(f.types[i]) ELSE fuzz.plain(f.names[i], f.types[i]) END, f.types[i]);
		given := given || value;
		named := named || format('%I => %s', f.names[i], value);
	END LOOP;
	RETURN (f.name, array_to_string(given, ', '), format(CASE WHEN f.is_trigger THEN 'SELECT %I(%s)' ELSE 'SELECT * FROM %I(%s)' END, f.name, array_to_string(named, ', ')))::fuzz.call;
END
$$;

-- A plain INSERT, UPDATE, DELETE or TRUNCATE
CREATE FUNCTION fuzz.of_table(oddness float) RETURNS fuzz.call LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	wanted text := CASE WHEN random() < 0.7 THEN 'report' END;
	names text[];
	types regtype[];
	kept int[];
	given text[] := '{}';
	command text := fuzz.one_of('INSERT', 'INSERT', 'UPDATE', 'UPDATE', 'UPDATE', 'UPDATE', 'DELETE', 'TRUNCATE');
	which text;
BEGIN
	wanted := coalesce(wanted, (SELECT relname FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind IN ('r', 'v')
		ORDER BY relname OFFSET fuzz.number((SELECT count(*) FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind IN ('r', 'v'))::int) LIMIT 1));
	which := CASE wanted WHEN 'organization' THEN 'WHERE organization_id <> ''north''' WHEN 'member' THEN 'WHERE user_id = ''gone''' END;
	SELECT array_agg(attname ORDER BY attnum), array_agg(atttypid::regtype ORDER BY attnum) INTO names, types
	FROM pg_attribute WHERE attrelid = format('reportlink.%I', wanted)::regclass AND attnum > 0 AND NOT attisdropped;
	IF 'report_id' = ANY (names) THEN
		which := format('WHERE report_id BETWEEN %1$s AND %1$s + %2$s', (CASE command WHEN 'DELETE' THEN 40 ELSE 1 END) + fuzz.number(60), fuzz.number(3));
	END IF;
	kept := ARRAY(SELECT i FROM generate_series(1, cardinality(names)) i
		WHERE CASE WHEN command = 'INSERT' AND wanted = 'report' THEN names[i] IN ('organization_id', 'mrn', 'accession_number') OR random() < oddness * 0.5
			WHEN command = 'UPDATE' AND wanted = 'report' THEN names[i] IN ('status', 'owner_id') AND random() < 0.5 OR random() < oddness * 0.3
			ELSE random() < 0.4 END);
	IF kept = '{}' THEN
		kept := '{1}';
	END IF;
	FOR i IN 1 .. cardinality(kept) LOOP
		given := given || CASE WHEN random() < oddness AND types[kept[i]] IN ('text'::regtype, 'bigint', 'integer', 'bigint[]', 'text[]', 'jsonb', 'timestamptz', 'boolean')
			THEN fuzz.odd(types[kept[i]]) ELSE fuzz.plain(names[kept[i]], types[kept[i]]) END;
	END LOOP;
	RETURN (command || ' ' || wanted, NULL, CASE command
		WHEN 'INSERT' THEN format('INSERT INTO reportlink.%I (%s) VALUES (%s)', wanted,
			(SELECT string_agg(quote_ident(names[k]), ', ' ORDER BY k) FROM unnest(kept) k), array_to_string(given, ', '))
		WHEN 'UPDATE' THEN format('UPDATE reportlink.%I SET %s %s', wanted,
			(SELECT string_agg(format('%I = %s', names[kept[i]], given[i]), ', ' ORDER BY i) FROM generate_subscripts(kept, 1) i), which)
		WHEN 'DELETE' THEN format('DELETE FROM reportlink.%I %s', wanted, which)
		ELSE format('TRUNCATE reportlink.%I', wanted) END)::fuzz.call;
END
$$;

-- The statement of a key
CREATE FUNCTION fuzz.statement(key bigint) RETURNS fuzz.call LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	oddness float;
BEGIN
	PERFORM setseed(key / 9007199254740992.0);
	oddness := fuzz.one_of('0', '0', '0', '0.1', '1')::float;
	RETURN CASE WHEN random() < 0.8 THEN fuzz.of_function(oddness) ELSE fuzz.of_table(oddness) END;
END
$$;

-- Runs it and notes how it ended: functions as the owner of the tables or as a
-- role with every profile, plain SQL as that role
CREATE FUNCTION fuzz.step(key bigint) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c fuzz.call := fuzz.statement(key);
	code text := '00000';
	message text;
BEGIN
	-- arguments that SQL itself refuses reach no function
	IF c.arguments <> '' THEN
		BEGIN
			EXECUTE 'SELECT ' || c.arguments;
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO fuzz.outcome VALUES (key, c.function, 'argument', NULL);
			RETURN;
		END;
	END IF;
	BEGIN
		IF c.arguments IS NULL OR key % 2 = 0 THEN
			PERFORM set_config('reportlink.user_id', fuzz.one_of('ada', 'abe', 'rex', 'adm', ''), true);
			SET LOCAL ROLE fuzz_clerk;
		END IF;
		EXECUTE c.statement;
		SET CONSTRAINTS ALL IMMEDIATE;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
	END;
	RESET ROLE;
	INSERT INTO fuzz.outcome VALUES (key, c.function, code, message);
END
$$;

-- What nobody documented. Plain SQL has PostgreSQL's own errors as well, but none of its insides.
CREATE VIEW fuzz.wrong AS
	SELECT o.*, (fuzz.statement(o.key)).statement
	FROM fuzz.outcome o
	LEFT JOIN fuzz.function f ON f.name = o.function
	WHERE o.sqlstate NOT IN ('00000', 'argument') AND o.sqlstate NOT IN (SELECT d.sqlstate FROM fuzz.documented d)
		AND CASE WHEN f.name IS NULL THEN o.sqlstate !~ '^(22|23|42|0A|54000)' ELSE NOT (f.is_trigger AND o.sqlstate IN ('39P01', '0A000')) END;
