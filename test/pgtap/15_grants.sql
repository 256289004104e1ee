-- Profiles of database roles (section 11): what each gives, what it does not,
-- and that revoking takes it back. Everything that there is, is enumerated from
-- the catalog, so that what comes later must be decided on here too.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(377);

CREATE ROLE reportlink_test_reader;
CREATE ROLE reportlink_test_reporter;
CREATE ROLE reportlink_test_listener;
CREATE ROLE reportlink_test_administrator;
CREATE TEMP TABLE profile AS
SELECT name, ('reportlink_test_' || name)::name AS role FROM unnest('{reader,reporter,listener,administrator}'::text[]) name;

-- What each has: privileges on tables and views by profile. A reporter has what a reader has.

CREATE TEMP TABLE expected (object text, reader text[], reporter text[], listener text[], administrator text[]);
INSERT INTO expected VALUES
	('organization', '{SELECT}', '{SELECT}', '{}', '{SELECT,INSERT,UPDATE}'),
	('member',       '{SELECT}', '{SELECT}', '{}', '{SELECT,INSERT,UPDATE,DELETE}'),
	('patient',      '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('report',       '{SELECT}', '{SELECT}', '{}', '{SELECT,DELETE}'),
	('report_group', '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('document',     '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('signature',    '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('past_link',    '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('publication',  '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('report_text',  '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('worklist',     '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('pending_publication', '{SELECT}', '{SELECT}', '{}', '{SELECT}'),
	('worker_status', '{}',      '{}',       '{}', '{SELECT}'),
	('event',        '{}',       '{}',       '{SELECT}', '{SELECT}'),
	('cluster',      '{}',       '{}',       '{SELECT}', '{SELECT}'),
	('subscriber',   '{}',       '{}',       '{SELECT}', '{SELECT}'),
	('subscriber_lag', '{}',     '{}',       '{SELECT}', '{SELECT}'),
	('access',       '{}',       '{}',       '{}', '{SELECT}'),
	('installation', '{}',       '{}',       '{}', '{SELECT}');

CREATE TEMP TABLE relation AS
SELECT c.oid, c.relname::text AS name FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f');
SELECT set_eq('SELECT name FROM relation', 'SELECT object FROM expected', 'these are all tables and views');

CREATE FUNCTION pg_temp.granted(role name, relation oid) RETURNS text[]
	LANGUAGE sql
	RETURN ARRAY(SELECT p FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) WITH ORDINALITY u (p, n)
		WHERE has_table_privilege(role, relation, p) ORDER BY n);
CREATE TEMP TABLE function AS
SELECT p.oid, p.proname::text AS name FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'reportlink';
CREATE FUNCTION pg_temp.executable(role name) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT coalesce(array_agg(f.name ORDER BY f.name), '{}') FROM function f WHERE has_function_privilege(role, f.oid, 'EXECUTE');
	END;
-- Columns of report that a role may write
CREATE FUNCTION pg_temp.writable(role name, privilege text) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}') FROM pg_attribute a
		WHERE a.attrelid = 'reportlink.report'::regclass AND a.attnum > 0 AND NOT a.attisdropped
			AND has_column_privilege(role, a.attrelid, a.attnum, privilege);
	END;

-- Without a profile: nothing

SELECT is(pg_temp.granted(p.role, r.oid), '{}'::text[], format('before it is granted, %s has nothing on %s', p.name, r.name)) FROM profile p, relation r WHERE p.name = 'reader';
SELECT is(pg_temp.executable(role), '{reportlink_version}'::text[], format('before it is granted, %s may call nothing but reportlink_version()', name)) FROM profile;
SELECT lives_ok(format('SELECT reportlink_grant(%L, %L)', role, name), format('grant %s', name)) FROM profile;
SELECT lives_ok(format('SELECT reportlink_grant(%L, %L)', role, name), format('grant %s again', name)) FROM profile;

-- Tables and views

SELECT is(pg_temp.granted(p.role, r.oid), e.privileges, format('%s on %s: %s', p.name, r.name, CASE WHEN e.privileges = '{}' THEN 'nothing' ELSE array_to_string(e.privileges, ', ') END))
FROM profile p, relation r JOIN expected x ON x.object = r.name,
	LATERAL (SELECT CASE p.name WHEN 'reader' THEN x.reader WHEN 'reporter' THEN x.reporter WHEN 'listener' THEN x.listener ELSE x.administrator END) e (privileges)
ORDER BY p.name, r.name;
SELECT is(pg_temp.writable(role, privilege), CASE WHEN name IN ('reporter', 'administrator') THEN
		CASE privilege WHEN 'INSERT' THEN '{organization_id}'::text[] ELSE '{}' END
			|| '{mrn,accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id}'
			|| CASE privilege WHEN 'UPDATE' THEN '{status,owner_id}'::text[] ELSE '{}' END ELSE '{}' END,
	format('%s, %s of columns of report: %s', name, privilege, CASE WHEN name NOT IN ('reporter', 'administrator') THEN 'none'
		WHEN privilege = 'UPDATE' THEN 'identifiers, study, status and owner' ELSE 'identifiers and study' END))
FROM profile, unnest('{INSERT,UPDATE}'::text[]) privilege;
SELECT is_empty(format($$SELECT r.name, a.attname FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
	WHERE has_column_privilege(%L, r.oid, a.attnum, 'INSERT') OR has_column_privilege(%1$L, r.oid, a.attnum, 'UPDATE')$$, role),
	format('%s may write no column of any table', name)) FROM profile WHERE name IN ('reader', 'listener');
SELECT ok(has_schema_privilege(role, 'reportlink', 'USAGE') AND NOT has_schema_privilege(role, 'reportlink', 'CREATE'), format('%s may use the schema and create nothing in it', name)) FROM profile;
SELECT is_empty(format($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'S'
	AND (has_sequence_privilege(%L, c.oid, 'USAGE') OR has_sequence_privilege(%1$L, c.oid, 'UPDATE'))$$, role), format('%s has no sequence', name)) FROM profile;

-- Functions: what each profile has besides the one before

CREATE TEMP TABLE allowed (name text, functions text[]);
INSERT INTO allowed VALUES
	('reader', '{find,history,linkable_reports,linked_reports,transitions,version}'),
	('reporter', '{assign,cancel,cancel_publish,close,discard,link,open,prelim_sign,publish_now,reject,save,set_default,sign,start_addendum,unlink}'),
	('listener', '{ack,fetch,subscribe,unsubscribe}'),
	('administrator', '{check,prune_documents,publish_due,purge_events}');
CREATE FUNCTION pg_temp.allowed(VARIADIC profiles text[]) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg('reportlink_' || f ORDER BY 'reportlink_' || f) FROM allowed a, unnest(a.functions) f WHERE a.name = ANY (profiles);
	END;
SELECT is(pg_temp.executable('reportlink_test_reader'), pg_temp.allowed('reader'), 'reader: the reading functions');
SELECT is(pg_temp.executable('reportlink_test_listener'), pg_temp.allowed('reader', 'listener'), 'listener: the reading functions, and those of the feed');
SELECT is(pg_temp.executable('reportlink_test_reporter'), pg_temp.allowed('reader', 'reporter'), 'reporter: linking, ownership, the workflow and its publication besides');
SELECT is(pg_temp.executable('reportlink_test_administrator'), pg_temp.allowed('reader', 'reporter', 'listener', 'administrator'), 'administrator: all of these, and what looks after the tables');

-- A reader tries: every function that writes, every table, every way

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'text', 'draft') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2 \gset
SELECT reportlink_link('north', ARRAY[:a1, :a2], false, 'ada') AS ignored, pg_temp.digest() AS before \gset
SELECT is(pg_temp.sqlstate_for('reportlink_test_' || p.name, format('SELECT * FROM %s(%s)', f.name,
		(SELECT string_agg('NULL::' || format_type(t, NULL), ', ') FROM pg_proc, unnest(proargtypes::oid[]) t WHERE pg_proc.oid = f.oid))), '42501',
	format('a %s cannot call %s()', p.name, f.name))
FROM function f, unnest('{reader,listener}'::text[]) p (name)
WHERE f.name <> ALL (CASE p.name WHEN 'reader' THEN pg_temp.allowed('reader') ELSE pg_temp.allowed('reader', 'listener') END)
	AND f.oid NOT IN (SELECT oid FROM pg_proc WHERE prorettype = 'trigger'::regtype);
SELECT is(pg_temp.sqlstate_for('reportlink_test_reader', format(s.statement, r.name, (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = r.oid AND attnum = 1))), '42501',
	format('a reader cannot %s', format(s.statement, r.name, 'organization_id')))
FROM relation r, (VALUES ('INSERT INTO reportlink.%I DEFAULT VALUES'), ('UPDATE reportlink.%I SET %2$s = %2$s'), ('DELETE FROM reportlink.%I'), ('TRUNCATE reportlink.%I')) s (statement)
WHERE r.name NOT IN ('report_text', 'worklist', 'pending_publication', 'subscriber_lag', 'worker_status');
SELECT is(pg_temp.sqlstate_for('reportlink_test_reader', 'CREATE TABLE reportlink.mine ()'), '42501', 'a reader makes nothing in the schema');
SELECT is(pg_temp.sqlstate_for('reportlink_test_reader', format('SELECT * FROM reportlink.%I FOR UPDATE', name)), '42501', format('a reader locks no row of %s', name))
FROM unnest('{report,patient}'::text[]) name;
SELECT is(pg_temp.digest(), :'before', 'nothing was changed by it');
SELECT is(pg_temp.sqlstate_for('reportlink_test_reader', statement), 'done', format('a reader can %s', statement))
FROM (VALUES ('SELECT * FROM reportlink.report_text'), ('SELECT * FROM reportlink.worklist'), ('SELECT * FROM reportlink.pending_publication'), ('SELECT * FROM reportlink_find(''north'', ''P1'')'),
	(format('SELECT * FROM reportlink_linked_reports(''north'', %s)', :a1::text)), (format('SELECT * FROM reportlink_linkable_reports(''north'', %s)', :a1::text)),
	(format('SELECT * FROM reportlink_history(''north'', %s)', :a1::text)), ('SELECT * FROM reportlink_transitions()'), ('SELECT * FROM reportlink.signature'), ('SELECT * FROM reportlink.past_link')) t (statement);
SELECT is(pg_temp.sqlstate_for('reportlink_test_listener', statement), code, format('a listener: %s %s', statement, code))
FROM (VALUES
	(1, 'SELECT * FROM reportlink.event', 'done'),
	(2, 'SELECT * FROM reportlink.report', '42501'),
	(3, 'LISTEN reportlink', 'done'),
	(4, $$SELECT reportlink_subscribe('north', 'ris')$$, 'done'),
	(5, $$SELECT reportlink_subscribe(NULL, 'ris', true, '{report.signed}')$$, 'done'),
	(6, format($$SELECT reportlink_subscribe('south', 'ris', true, NULL, %s)$$, :a1::text), 'RL002'),
	(7, $$SELECT * FROM reportlink_fetch(NULL, 'ris')$$, 'done'),
	(8, $$SELECT reportlink_ack('north', 'ris', (SELECT min(event_id) FROM reportlink.event))$$, '22023'),
	(9, $$SELECT reportlink_unsubscribe(NULL, 'ris')$$, 'done'),
	(10, 'SELECT * FROM reportlink.subscriber', 'done'),
	(11, 'SELECT * FROM reportlink.subscriber_lag', 'done'),
	(12, 'UPDATE reportlink.subscriber SET acknowledged_event_id = 0', '42501'),
	(13, 'DELETE FROM reportlink.subscriber', '42501'),
	(14, $$INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES ('north', 'mine', 0)$$, '42501'),
	(15, $$SELECT reportlink_purge_events('north', 'infinity')$$, '42501'),
	(16, 'SET LOCAL reportlink.keep_signed_events = off', '42501'),
	(17, format($$SELECT reportlink_open('north', %s, 'ada')$$, :a1::text), '42501')) t (n, statement, code);

-- A reporter works: registers, links, corrects identifiers, and touches nothing else

SELECT is(pg_temp.sqlstate_for('reportlink_test_reporter', statement), code, format('a reporter: %s: %s', statement, code))
FROM (VALUES
	(1, $$INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name) VALUES ('north', 'P1', 'A3', 'CT')$$, 'done'),
	(2, $$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A3') ON CONFLICT DO NOTHING$$, 'done'),
	(3, $$INSERT INTO reportlink.report (organization_id, mrn, accession_number, status) VALUES ('north', 'P1', 'A4', 'draft')$$, '42501'),
	(4, $$INSERT INTO reportlink.patient VALUES ('north', 'P2')$$, '42501'),
	(5, format($$SELECT reportlink_unlink('north', '{%s}', false, 'ada')$$, :a1::text), 'done'),
	(6, format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :a1::text, :a2::text), 'done'),
	(7, format($$SELECT reportlink_set_default('north', %s, 'ada')$$, :a2::text), 'done'),
	(8, format($$SELECT reportlink_close('north', %s, true, 'ada')$$, :a2::text), 'done'),
	(9, format($$SELECT reportlink_open('north', %s, 'ada')$$, :a2::text), 'done'),
	(10, format($$SELECT reportlink_assign('north', %s, 'rex', 'ada')$$, :a2::text), 'done'),
	(11, format($$UPDATE reportlink.report SET order_id = 'O1', study_name = 'MR' WHERE report_id = %s$$, :a2::text), 'done'),
	(12, format($$UPDATE reportlink.report SET mrn = 'P2' WHERE report_id = %s$$, :a2::text), 'RL021'),
	(13, format($$UPDATE reportlink.report SET group_id = NULL WHERE report_id = %s$$, :a2::text), '42501'),
	(14, format($$UPDATE reportlink.report SET status = 'signed' WHERE report_id = %s$$, :a2::text), 'RL012'),
	(14, format($$UPDATE reportlink.report SET drafting = false WHERE report_id = %s$$, :a2::text), '42501'),
	(14, format($$SELECT reportlink_save('north', %s, '{"final_report": "text"}', NULL, true, 'rex')$$, :a2::text), 'done'),
	(14, format($$SELECT reportlink_discard('north', %s, false, 'ada')$$, :a2::text), 'done'),
	(14, format($$SELECT reportlink_save('north', %s, '{"final_report": "text"}', NULL, true, 'ada')$$, :a1::text), 'RL008'),
	(14, format($$SELECT reportlink_open('north', %s, 'rex')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_save('north', %s, '{"final_report": "text"}', NULL, true, 'rex')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_prelim_sign('north', %s, 'rex')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_reject('north', %s, 'ada')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_prelim_sign('north', %s, 'rex')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_sign('north', %s, 'ada')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_publish_now('north', %s, 'ada')$$, :a1::text), 'RL018'),
	(14, format($$SELECT reportlink_cancel_publish('north', %s, 'ada')$$, :a1::text), 'RL018'),
	(14, 'SELECT * FROM reportlink.pending_publication', 'done'),
	(14, format($$SELECT reportlink_start_addendum('north', %s, 'ada')$$, :a1::text), 'done'),
	(14, format($$SELECT reportlink_cancel('north', %s, false, 'ada')$$, :a1::text), 'RL015'),
	(15, $$SELECT reportlink_prune_documents('north', 'infinity')$$, '42501'),
	(15, $$SELECT reportlink_purge_events('north', 'infinity')$$, '42501'),
	(15, $$SELECT reportlink_subscribe('north', 'mine')$$, '42501'),
	(15, $$SELECT * FROM reportlink_fetch('north', 'ris')$$, '42501'),
	(15, 'SELECT * FROM reportlink.subscriber_lag', '42501'),
	(15, 'SELECT reportlink_publish_due()', '42501'),
	(15, 'SELECT * FROM reportlink.worker_status', '42501'),
	(15, 'DELETE FROM reportlink.document', '42501'),
	(15, 'DELETE FROM reportlink.signature', '42501'),
	(15, 'DELETE FROM reportlink.report', '42501'),
	(16, 'SELECT * FROM reportlink_check()', '42501'),
	(17, 'SELECT * FROM reportlink.event', '42501')) t (n, statement, code);
SELECT is(pg_temp.sqlstate_for('reportlink_test_administrator', statement), code, format('an administrator: %s: %s', statement, code))
FROM (VALUES
	(1, $$INSERT INTO reportlink.organization (organization_id) VALUES ('west')$$, 'done'),
	(2, $$UPDATE reportlink.organization SET linking_enabled = true WHERE organization_id = 'west'$$, 'done'),
	(3, $$INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('west', 'wim', 'attending')$$, 'done'),
	(4, $$UPDATE reportlink.member SET active = false WHERE user_id = 'wim'$$, 'done'),
	(5, $$DELETE FROM reportlink.member WHERE user_id = 'wim'$$, 'done'),
	(6, $$DELETE FROM reportlink.report WHERE accession_number = 'A3'$$, 'done'),
	(7, format('DELETE FROM reportlink.report WHERE report_id = %s', :a2::text), 'RL021'),
	(8, 'SELECT * FROM reportlink_check()', 'done'),
	(9, 'DELETE FROM reportlink.event', '42501'),
	(9, 'DELETE FROM reportlink.document', '42501'),
	(9, $$SELECT reportlink_prune_documents('north', 'infinity')$$, 'done'),
	(9, 'DELETE FROM reportlink.subscriber', '42501'),
	(9, $$SELECT * FROM reportlink_fetch('north', 'ris')$$, 'done'),
	(9, $$SELECT reportlink_unsubscribe('north', 'ris')$$, 'done'),
	(9, $$SELECT reportlink_purge_events('north', 'infinity')$$, 'done'),
	(9, 'SET LOCAL reportlink.keep_signed_events = off', '42501'),
	(9, 'SELECT reportlink_publish_due()', 'done'),
	(9, 'SELECT * FROM reportlink.pending_publication', 'done'),
	(9, 'SELECT * FROM reportlink.worker_status', 'done'),
	(10, $$SELECT reportlink_grant('reportlink_test_reader', 'administrator')$$, '42501'),
	(11, 'SELECT reportlink_install()', '42501')) t (n, statement, code);

-- Revoking

SELECT lives_ok(format('SELECT reportlink_revoke(%L, %L)', role, name), format('revoke %s', name)) FROM profile;
SELECT is_empty(format('SELECT name FROM relation WHERE pg_temp.granted(%L, oid) <> ''{}''', role), format('%s has nothing on any table', name)) FROM profile;
SELECT is(pg_temp.writable(role, 'INSERT') || pg_temp.writable(role, 'UPDATE'), '{}'::text[], format('%s has no column', name)) FROM profile;
SELECT is(pg_temp.executable(role), '{reportlink_version}'::text[], format('%s may call nothing', name)) FROM profile;
SELECT ok(NOT has_schema_privilege(role, 'reportlink', 'USAGE'), format('%s may not use the schema', name)) FROM profile;
SELECT lives_ok(format('SELECT reportlink_revoke(%L, %L)', role, name), format('revoke %s again', name)) FROM profile WHERE name = 'reader';
SELECT lives_ok(format('DROP ROLE %I', role), format('nothing keeps the role from being dropped: %s', name)) FROM profile;

-- Names that need quotes, and refusals

CREATE ROLE "reportlink test ""Röntgen""";
SELECT lives_ok($$SELECT reportlink_grant('"reportlink test ""Röntgen"""', 'reader')$$, 'a role whose name needs quotes');
SELECT is(pg_temp.executable('reportlink test "Röntgen"'), pg_temp.allowed('reader'), 'has its profile');
SELECT pg_temp.refused(format($$SELECT %s('reportlink test "Röntgen"'::name::text::regrole, 'reader')$$, f), outcome, format('%s: %s', f, outcome))
FROM (VALUES ('reportlink_grant', '42602 invalid name syntax')) t (f, outcome);
SELECT pg_temp.refused(format($$SELECT %s('"reportlink test ""Röntgen"""', %s)$$, f, arguments), outcome, format('%s, %s: %s', f, arguments, outcome))
FROM unnest('{reportlink_grant,reportlink_revoke}'::text[]) f, (VALUES
	('''boss''', '22023 unknown profile "boss"'), ('''Reader''', '22023 unknown profile "Reader"'), ('''''', '22023 unknown profile ""')) t (arguments, outcome);
SELECT is(left(pg_temp.outcome(format($$SELECT %s('"reportlink test ""Röntgen"""', %s)$$, f, arguments)), 5), code, format('%s, %s: %s', f, arguments, code))
FROM unnest('{reportlink_grant,reportlink_revoke}'::text[]) f, LATERAL (VALUES ('NULL', '22004'), ('''reader'', ''nowhere''', CASE f WHEN 'reportlink_grant' THEN '23503' ELSE 'done' END)) t (arguments, code);
SELECT pg_temp.refused(format($$SELECT %s(NULL, 'reader')$$, f), format('22004 argument grantee of %s must not be null', f), format('%s to NULL: 22004', f)) FROM unnest('{reportlink_grant,reportlink_revoke}'::text[]) f;
SELECT pg_temp.refused(format($$SELECT %s(%s, 'reader')$$, f, oid), format('42704 role with OID %s does not exist', oid), format('%s to oid %s: 42704', f, oid))
FROM unnest('{reportlink_grant,reportlink_revoke}'::text[]) f, unnest('{0,4294967295}'::oid[]) oid;

-- Who may: a superuser, or a member of the owner of the tables

CREATE ROLE reportlink_test_dba;
CREATE ROLE reportlink_test_deputy IN ROLE reportlink_test_dba;
CREATE ROLE reportlink_test_stranger;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reportlink_test_dba, reportlink_test_stranger;
SELECT is(pg_temp.sqlstate_for('reportlink_test_stranger', $$SELECT reportlink_grant('reportlink_test_stranger', 'reader')$$), '42501', 'who may call it and is no member of the owner: 42501');
SELECT format('DO $do$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relnamespace = ''reportlink''::regnamespace AND relkind IN (''r'', ''v'') LOOP EXECUTE format(''ALTER TABLE %%s OWNER TO reportlink_test_dba'', t); END LOOP; ALTER SCHEMA reportlink OWNER TO reportlink_test_dba; END $do$') AS give_away \gset
:give_away;
SELECT is(pg_temp.sqlstate_for('reportlink_test_dba', $$SELECT reportlink_grant('reportlink_test_stranger', 'reader')$$), 'done', 'the owner of the tables, who does not own the functions');
SELECT is(pg_temp.sqlstate_for('reportlink_test_deputy', $$SELECT reportlink_revoke('reportlink_test_stranger', 'reader')$$), 'done', 'a member of the owner of the tables');
SELECT is(pg_temp.sqlstate_for('reportlink_test_stranger', $$SELECT * FROM reportlink.report$$), '42501', 'which took it away');
SELECT is(pg_temp.sqlstate_for('reportlink_test_stranger', format($$SELECT reportlink_assign('north', %s, 'ada', 'adm')$$, :a1::text)), 'done',
	'functions work as the owner of the tables, whoever that is');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
