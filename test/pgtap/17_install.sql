-- reportlink_install() and the life of the extension: twice changes nothing,
-- DROP EXTENSION is refused, with CASCADE it takes no row, and what is not
-- installed says so.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(62);

-- Everything that there is in the schema, by definition
CREATE FUNCTION pg_temp.catalog() RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
			SELECT concat_ws(' ', c.oid, c.relname, c.relkind, c.relowner, c.reloptions, c.relacl, obj_description(c.oid, 'pg_class'))
			FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace
			UNION ALL
			SELECT concat_ws(' ', a.attrelid, a.attnum, a.attname, a.atttypid, a.attnotnull, a.attacl, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum))
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			WHERE c.relnamespace = 'reportlink'::regnamespace
			UNION ALL
			SELECT concat_ws(' ', o.oid, o.conname, pg_get_constraintdef(o.oid)) FROM pg_constraint o WHERE o.connamespace = 'reportlink'::regnamespace
			UNION ALL
			SELECT concat_ws(' ', t.oid, pg_get_triggerdef(t.oid), t.tgenabled, obj_description(t.oid, 'pg_trigger'))
			FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'reportlink'::regnamespace
			UNION ALL
			SELECT concat_ws(' ', c.oid, pg_get_viewdef(c.oid)) FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'v'
		) l (line);
	END;
CREATE FUNCTION pg_temp.triggers() RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT coalesce(array_agg(c.relname || '.' || t.tgname ORDER BY c.relname, t.tgname), '{}')
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'reportlink'::regnamespace AND NOT t.tgisinternal;
	END;

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'text') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2, pg_temp.new_report('north', 'P1', 'A3') AS a3 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a1, :a2], true, 'ada') \gset

-- Twice

SELECT pg_temp.catalog() AS catalog, pg_temp.digest() AS digest \gset
SELECT is(reportlink_install(), '1.0', 'run again it returns the version');
SELECT is(pg_temp.catalog(), :'catalog', 'run again it changes nothing of the schema');
SELECT is(pg_temp.digest(), :'digest', 'run again it changes no row');

-- What a user adds stays his

ALTER TABLE reportlink.report ADD COLUMN priority int DEFAULT 3;
CREATE INDEX report_priority_idx ON reportlink.report (organization_id, priority);
CREATE TABLE reportlink_test_note (organization_id text COLLATE "C", report_id bigint, FOREIGN KEY (organization_id, report_id) REFERENCES reportlink.report);
SELECT reportlink_install() AS ignored \gset
SELECT is((SELECT priority FROM reportlink.report WHERE report_id = :a1), 3, 'a column of the user''s own survives');
SELECT lives_ok(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :a1::text, :a3::text), 'and functions work with it');
SELECT lives_ok(format('UPDATE reportlink.report SET priority = 1 WHERE report_id = %s', :a1::text), 'it can be updated while the report is linked');
ALTER TABLE reportlink.report DROP COLUMN priority;
SELECT lives_ok(format($$SELECT reportlink_unlink('north', '{%s}', false, 'ada')$$, :a3::text), 'and dropped, in the middle of a session');
DROP TABLE reportlink_test_note;

-- Each trigger that is missing comes back

SELECT pg_temp.triggers() AS triggers \gset
SELECT cmp_ok(cardinality(:'triggers'::text[]), '>', 10, 'there are triggers');
DROP TRIGGER reportlink_update ON reportlink.report;
SELECT reportlink_install() AS ignored \gset
SELECT is(pg_temp.triggers(), :'triggers'::text[], 'a trigger that was dropped is made again');

-- DROP EXTENSION

SELECT pg_temp.digest() AS digest \gset
SELECT throws_ok('DROP EXTENSION reportlink', '2BP01', NULL, 'DROP EXTENSION is refused while the tables use it');
SET LOCAL client_min_messages = error;
SELECT lives_ok('DROP EXTENSION reportlink CASCADE', 'DROP EXTENSION CASCADE');
SET LOCAL client_min_messages = warning;
SELECT is(pg_temp.digest(), :'digest', 'no row is lost, none changed');
SELECT is(pg_temp.triggers(), '{}'::text[], 'the triggers are gone');
SELECT hasnt_function('public'::name, 'reportlink_link'::name, 'the functions are gone');
SELECT is((SELECT array_agg(accession_number::text ORDER BY report_id) FROM reportlink.report_text), '{A1,A2,A3}'::text[], 'the views still read');
SELECT is((SELECT count(*) FROM pg_constraint WHERE connamespace = 'reportlink'::regnamespace AND contype = 'c' AND conrelid = 'reportlink.report'::regclass), 4::bigint, 'the constraints are there');
CREATE EXTENSION reportlink;
SELECT is(reportlink_install(), '1.0', 'the extension made again, the tables installed again');
SELECT is(pg_temp.triggers(), :'triggers'::text[], 'all triggers are there again');
SELECT is(pg_temp.digest(), :'digest', 'the rows are as they were');
SELECT lives_ok(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :a1::text, :a3::text), 'and linking goes on');
SELECT throws_ok(format('UPDATE reportlink.report SET document_id = NULL WHERE report_id = %s', :a1::text), 'RL021', NULL, 'guarded as before');
SELECT throws_ok(format($$UPDATE reportlink.report SET status = 'prelim_signed' WHERE report_id = %s$$, :a1::text), 'RL020', NULL, 'and kept in step as before');

-- Names that shadow what the functions use do them no harm

CREATE SCHEMA shadow;
CREATE FUNCTION shadow.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '1900-01-01'::timestamptz $$;
CREATE FUNCTION shadow.count(bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT 99::bigint $$;
CREATE OPERATOR shadow.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.textne);
CREATE OPERATOR shadow.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_catalog.int8ne);
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:a3], false, 'ada') \gset
SET LOCAL search_path = shadow, pg_catalog, public;
SELECT report_ids FROM public.reportlink_link('north', ARRAY[:a1, :a3], true, 'ada') \gset
RESET search_path;
SELECT is(:'report_ids'::bigint[], ARRAY[:a1, :a2, :a3]::bigint[], 'with a search_path full of traps linking does what it should');
SELECT is((SELECT updated_at FROM reportlink.report WHERE report_id = :a3), now(), 'and takes the time from nobody else');
DROP SCHEMA shadow CASCADE;

-- Tables of another version: 55000

UPDATE reportlink.installation SET version = '0.9';
SELECT throws_ok('SELECT reportlink_install()', '55000', NULL, 'tables of another version: install refuses');
SELECT matches(pg_temp.hint('SELECT reportlink_install()'), 'ALTER EXTENSION reportlink UPDATE', 'tables of another version: the hint is the command to run');
UPDATE reportlink.installation SET version = '1.0';

-- Not installed: 55000, with the command to run

CREATE TEMP TABLE call (statement text);
INSERT INTO call VALUES
	($$SELECT reportlink_link('north', '{1,2}', true, 'ada')$$), ($$SELECT reportlink_unlink('north', '{1}', false, 'ada')$$), ($$SELECT reportlink_set_default('north', 1, 'ada')$$),
	($$SELECT reportlink_open('north', 1, 'ada')$$), ($$SELECT reportlink_close('north', 1, false, 'ada')$$), ($$SELECT reportlink_assign('north', 1, 'abe', 'ada')$$),
	($$SELECT reportlink_save('north', 1, '{"transcript": "x"}', NULL, true, 'ada')$$), ($$SELECT reportlink_discard('north', 1, false, 'ada')$$), ($$SELECT reportlink_cancel('north', 1, false, 'ada')$$),
	($$SELECT reportlink_prelim_sign('north', 1, 'ada')$$), ($$SELECT reportlink_sign('north', 1, 'ada')$$), ($$SELECT reportlink_start_addendum('north', 1, 'ada')$$), ($$SELECT reportlink_reject('north', 1, 'ada')$$),
	($$SELECT reportlink_history('north', 1)$$), ($$SELECT reportlink_prune_documents('north', now())$$),
	($$SELECT reportlink_linked_reports('north', 1)$$), ($$SELECT reportlink_linkable_reports('north', 1)$$), ($$SELECT reportlink_find('north', 'P1')$$),
	('SELECT reportlink_check()'), (format('SELECT reportlink_grant(%L, ''reader'')', current_user)), (format('SELECT reportlink_revoke(%L, ''reader'')', current_user));
SET LOCAL client_min_messages = error;
DROP SCHEMA reportlink CASCADE;
SELECT throws_ok(statement, '55000', 'reportlink is not installed in this database', format('not installed: %s', statement)) FROM call;
SELECT matches(pg_temp.hint(statement), 'reportlink_install\(\)', 'not installed: the hint is the command to run') FROM call LIMIT 1;
SELECT throws_ok($$SELECT reportlink_link('north', NULL)$$, '22004', NULL, '22004 goes before 55000');
SELECT is(reportlink_version(), '1.0', 'not installed: the library tells its version all the same');
SELECT isnt_empty('SELECT * FROM reportlink_transitions()', 'and its transitions');

-- By a role that is no superuser

CREATE ROLE reportlink_test_dba;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO reportlink_test_dba', current_database()); END $$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reportlink_test_dba;
SET LOCAL ROLE reportlink_test_dba;
SELECT reportlink_install() AS installed \gset
INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('north', true);
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ada', 'attending');
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A1'), ('north', 'P1', 'A2');
SELECT owner_id FROM reportlink_link('north', ARRAY(SELECT report_id FROM reportlink.report), true, 'ada') \gset
SELECT count(*) AS broken FROM reportlink_check() \gset
RESET ROLE;
SELECT is(:'installed'::text, '1.0', 'a role that may create schemas can install');
SELECT is((SELECT array_agg(DISTINCT relowner::regrole::text) FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace), '{reportlink_test_dba}'::text[], 'and owns the tables');
SELECT is(:'owner_id' || :'broken', 'ada0', 'and links');
DROP SCHEMA reportlink CASCADE;
CREATE SCHEMA reportlink;
SELECT is(pg_temp.sqlstate_for('reportlink_test_dba', 'SELECT reportlink_install()'), '42501', 'a schema reportlink that belongs to another role is not used');
GRANT USAGE, CREATE ON SCHEMA reportlink TO reportlink_test_dba;
SELECT is(pg_temp.sqlstate_for('reportlink_test_dba', 'SELECT reportlink_install()'), '42501', 'also where that role may create tables in it');

-- In a schema of the user's choice

SET LOCAL client_min_messages = error;
DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
CREATE SCHEMA "Radiology Tools";
CREATE EXTENSION reportlink SCHEMA "Radiology Tools";
SELECT is("Radiology Tools".reportlink_install(), '1.0', 'installed from a schema of the user''s choice');
INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('north', true);
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ada', 'attending');
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A1'), ('north', 'P1', 'A2');
SELECT is((SELECT cardinality(report_ids) FROM "Radiology Tools".reportlink_link('north', ARRAY(SELECT report_id FROM reportlink.report), true, 'ada')), 2, 'linking works there');
CREATE ROLE reportlink_test_elsewhere;
SELECT lives_ok($$SELECT "Radiology Tools".reportlink_grant('reportlink_test_elsewhere', 'reporter')$$, 'so does granting');
SELECT ok(has_function_privilege('reportlink_test_elsewhere', '"Radiology Tools".reportlink_open(text, bigint, text)', 'EXECUTE'), 'of the functions where they are');
SELECT is_empty('SELECT * FROM "Radiology Tools".reportlink_check()', 'no invariant is broken');
SELECT throws_ok('ALTER EXTENSION reportlink SET SCHEMA pg_temp', '0A000', NULL, 'the extension cannot be moved afterwards');

SELECT finish();
ROLLBACK;
