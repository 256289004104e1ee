-- What plain SQL may not do (section 11): whoever writes, the rules hold. What
-- UPDATE of status and owner_id may do is in 26_plain_sql.sql.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(225);

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'text', 'draft', 'ada') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3, pg_temp.new_report('north', NULL, 'A4') AS a4 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a1, :a2], true, 'ada') \gset
SELECT pg_temp.document_of(:a1) AS document \gset
-- rows of every table that only functions write
SELECT pg_temp.new_report('north', 'P4', 'D1') AS d1, pg_temp.new_report('north', 'P4', 'D2') AS d2, pg_temp.restored_report('north', 'P4', 'D3', 'text', 'signed') AS d3 \gset
SELECT reportlink_link('north', ARRAY[:d1, :d2], false, 'ada') AS ignored \gset
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:d1], false, 'ada') \gset
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) VALUES ('north', pg_temp.document_of(:d3), :d3, 'signed');

-- A role that has every right on the tables and does not own them
CREATE ROLE reportlink_test_writer;
GRANT USAGE ON SCHEMA reportlink TO reportlink_test_writer;
GRANT ALL ON ALL TABLES IN SCHEMA reportlink TO reportlink_test_writer;

CREATE TEMP TABLE writer AS
SELECT role, CASE role WHEN 'reportlink_test_writer' THEN 'who has every right' ELSE 'the owner of the tables' END AS who
FROM unnest(ARRAY['reportlink_test_writer', current_user]) role;

-- UPDATE of report: every column, linked and not

CREATE TEMP TABLE managed (name text, new_value text);
INSERT INTO managed VALUES
	('organization_id', '''south'''), ('report_id', 'DEFAULT'),
	('drafting', 'NOT drafting'), ('addendum_open', 'true'), ('signed_at', 'now()'), ('group_id', '1 + coalesce(group_id, 0)'),
	('link_position', '99'), ('document_id', '999');
SELECT set_eq(
	$$SELECT attname::text COLLATE "default" FROM pg_attribute WHERE attrelid = 'reportlink.report'::regclass AND attnum > 0 AND NOT attisdropped$$,
	$$SELECT name FROM managed UNION ALL SELECT unnest('{status,owner_id,mrn,accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id,created_at,updated_at}'::text[])$$,
	'these are all columns of report');
SELECT is(pg_temp.outcome_for(w.role, format('UPDATE reportlink.report SET %I = %s WHERE report_id = %s', m.name, m.new_value, r.report)),
	'RL021 column is managed by reportlink', format('UPDATE of %s of %s, by %s: RL021', m.name, r.what, w.who))
FROM managed m, writer w, (VALUES (:a1::bigint, 'a linked report'), (:a3::bigint, 'a report that is not linked')) r (report, what);
SELECT is(pg_temp.outcome_for('reportlink_test_writer', format('UPDATE reportlink.report SET %I = %L WHERE report_id = %s', name, new_value, report)),
	'RL012 no acting user', format('UPDATE of %s of %s, by who has every right and is no user: RL012', name, what))
FROM (VALUES ('status', 'signed'), ('owner_id', 'abe')) c (name, new_value), (VALUES (:a1::bigint, 'a linked report'), (:a3::bigint, 'a report that is not linked')) r (report, what);
SELECT matches(pg_temp.detail(format('UPDATE reportlink.report SET group_id = NULL WHERE report_id = %s', :a1::text)),
	format('group_id.*%s', :a1::text), 'RL021: DETAIL has column and report');
SELECT matches(pg_temp.hint(format('UPDATE reportlink.report SET %s WHERE report_id = %s', change, :a1::text)), function,
	format('RL021: the hint names %s()', function))
FROM (VALUES ('group_id = NULL', 'reportlink_unlink'), ('link_position = 7', 'reportlink_link'), ('drafting = false', 'reportlink_open'),
	('drafting = false', 'reportlink_close'), ('addendum_open = true', 'reportlink_start_addendum'), ('signed_at = now()', 'reportlink_sign'), ('document_id = NULL', 'reportlink_save')) t (change, function);
SELECT pg_temp.refused('UPDATE reportlink.report SET drafting = NOT drafting', 'RL021 column is managed by reportlink', 'of all reports at once: refused, nothing changed');

SELECT lives_ok(format('UPDATE reportlink.report SET status = status, owner_id = owner_id, group_id = group_id, drafting = drafting WHERE report_id = %s', :a1::text),
	'an UPDATE that gives managed columns the value they have changes nothing, and may');
SELECT lives_ok(format($$UPDATE reportlink.report SET %I = 'new' WHERE report_id = %s$$, name, report), format('UPDATE of %s', name))
FROM unnest('{accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id}'::text[]) name,
	(VALUES (:a1::bigint), (:a3::bigint)) r (report) WHERE name <> 'accession_number' OR report = :a3;
SELECT is(pg_temp.outcome_for('reportlink_test_writer', format($$UPDATE reportlink.report SET study_name = 'newer' WHERE report_id = %s$$, :a1::text)), 'done',
	'by who has the right, too');

-- MRN

SELECT pg_temp.refused(format('UPDATE reportlink.report SET mrn = %s WHERE report_id = %s', mrn, :a1::text), 'RL021 column is managed by reportlink',
	format('MRN of a linked report to %s: RL021', mrn)) FROM (VALUES ('''P9'''), ('NULL')) m (mrn);
SELECT lives_ok(format($$UPDATE reportlink.report SET mrn = 'P8' WHERE report_id = %s$$, :a3::text), 'MRN of a report that is not linked can change');
SELECT is((SELECT count(*) FROM reportlink.patient WHERE mrn = 'P8' AND organization_id = 'north'), 1::bigint, 'the row of that patient comes by itself');
SELECT lives_ok(format($$UPDATE reportlink.report SET mrn = 'P1' WHERE report_id = %s$$, :a4::text), 'a report can get its MRN later');
SELECT lives_ok(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :a4::text, :a1::text), 'and then be linked');
SELECT lives_ok(format($$UPDATE reportlink.report SET mrn = NULL WHERE report_id = %s$$, :a3::text), 'MRN can be taken away');

-- updated_at is kept

INSERT INTO reportlink.report (organization_id, order_id, created_at, updated_at) VALUES ('north', 'old', '2000-01-01', '2000-01-01')
RETURNING report_id AS old \gset
SELECT is((SELECT updated_at FROM reportlink.report WHERE report_id = :old), '2000-01-01'::timestamptz, 'INSERT gives created_at and updated_at (a migration)');
UPDATE reportlink.report SET study_name = 'x' WHERE report_id = :old;
SELECT is((SELECT updated_at FROM reportlink.report WHERE report_id = :old), now(), 'UPDATE sets updated_at');

-- INSERT into report

SELECT is(pg_temp.outcome_for('reportlink_test_writer', format($$INSERT INTO reportlink.report (organization_id, order_id, %I) VALUES ('north', 'I-%s', %s)$$, name, name, given)),
	'RL021 column is managed by reportlink', format('INSERT with another %s than a new report''s: RL021', name))
FROM (VALUES ('status', '''draft'''), ('owner_id', '''ada'''), ('drafting', 'true'), ('addendum_open', 'true'), ('signed_at', 'now()'),
	('group_id', '1'), ('link_position', '1'), ('document_id', '1')) t (name, given);
SELECT is(pg_temp.outcome_for('reportlink_test_writer', $$INSERT INTO reportlink.report (organization_id, mrn, order_id, status, drafting, owner_id) VALUES ('north', 'P7', 'I', 'unread', false, NULL)$$),
	'done', 'INSERT with the state of a new report spelled out');
SELECT is((SELECT count(*) FROM reportlink.patient WHERE mrn = 'P7'), 1::bigint, 'the patient''s row comes by itself');
SELECT lives_ok(format($$INSERT INTO reportlink.report (organization_id, report_id, mrn, order_id, status, owner_id, signed_at, group_id, link_position, document_id)
	OVERRIDING SYSTEM VALUE VALUES ('north', 1000000, 'P1', 'restored', 'draft', 'ada', NULL, %s, 77, %s)$$, :g::text, :document::text),
	'the owner of the tables inserts state and membership (a restore)');
SET LOCAL session_replication_role = replica;
DELETE FROM reportlink.report WHERE report_id = 1000000;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.outcome_for('reportlink_test_writer', $$INSERT INTO reportlink.report (organization_id, report_id, order_id) VALUES ('north', 5, 'own id')$$),
	'428C9 cannot insert a non-DEFAULT value into column "report_id"', 'ids are given, not chosen');

-- DELETE of report

CREATE FUNCTION pg_temp.deleting(report bigint) RETURNS text LANGUAGE sql RETURN format('DELETE FROM reportlink.report WHERE report_id = %s', report);
SELECT pg_temp.refused(pg_temp.deleting(:a2), 'RL021 column is managed by reportlink', 'DELETE of a linked report: RL021');
SELECT matches(pg_temp.detail(pg_temp.deleting(:a2)), format('%s.*%s', :a2::text, :g::text), 'RL021: DETAIL has report and group');
SELECT is(pg_temp.outcome_for(w.role, pg_temp.deleting(pg_temp.restored_report('north', 'P5', w.role || s.status || coalesce(s.text_of_it, '-'), s.text_of_it, s.status, 'ada'))),
	CASE WHEN s.may THEN 'done' ELSE 'RL021 column is managed by reportlink' END,
	format('DELETE of a report that is %s, %s, by %s: %s', s.status, CASE WHEN s.text_of_it IS NULL THEN 'no document' WHEN s.text_of_it = '' THEN 'an empty document' ELSE 'with text' END,
		w.who, CASE WHEN s.may THEN 'yes' ELSE 'RL021' END))
FROM writer w, (VALUES ('unread', NULL, true), ('unread', 'text', true), ('draft', NULL, true), ('draft', '', true), ('draft', 'text', false),
	('cancelled', NULL, true), ('cancelled', 'text', true), ('prelim_signed', 'text', false), ('signed', 'text', false),
	('addendum_prelim_signed', 'text', false), ('addendum_signed', 'text', false), ('signed', NULL, false)) s (status, text_of_it, may);
SELECT is((SELECT count(*) FROM reportlink.document WHERE transcript = 'text' AND report_id IN (SELECT d.report_id FROM reportlink.document d EXCEPT SELECT report_id FROM reportlink.report)),
	4::bigint, 'the text of a deleted report stays');

-- Never what was signed once, not even by the owner of the tables: it would not be found again
SELECT pg_temp.restored_report('north', 'P6', 'F-' || status, 'text', status) AS report, status INTO TEMP signed_once FROM unnest('{unread,cancelled}'::text[]) status;
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) SELECT 'north', pg_temp.document_of(report), report, 'prelim_signed' FROM signed_once;
SELECT is(pg_temp.outcome_for(w.role, pg_temp.deleting(report)), 'RL021 column is managed by reportlink', format('DELETE of a report that is %s and was signed once, by %s: RL021', status, w.who))
FROM signed_once, writer w;
SELECT matches(pg_temp.detail(pg_temp.deleting(report)), format('%s.*signed', report), 'RL021: DETAIL has the report and why') FROM signed_once WHERE status = 'unread';

-- What nobody changes: every column of report_group, document, signature, past_link and event

SELECT pg_temp.refused(format('UPDATE %s SET %I = %s', a.attrelid::regclass, a.attname,
		CASE WHEN a.attidentity = 'a' THEN 'DEFAULT' WHEN a.attnotnull THEN quote_ident(a.attname) ELSE 'NULL' END),
	CASE WHEN a.attgenerated = 's' THEN '428C9 column "blank" can only be updated to DEFAULT' ELSE 'RL021 column is managed by reportlink' END,
	format('UPDATE of %s.%s: refused', a.attrelid::regclass, a.attname))
FROM pg_attribute a
WHERE a.attrelid IN ('reportlink.report_group'::regclass, 'reportlink.document'::regclass, 'reportlink.signature'::regclass, 'reportlink.past_link'::regclass, 'reportlink.event'::regclass)
	AND a.attnum > 0 AND NOT a.attisdropped;
SELECT is(pg_temp.outcome_for(w.role, format(s.statement, t.name)), 'RL021 column is managed by reportlink', format('%s by %s: RL021', format(s.statement, t.name), w.who))
FROM writer w, unnest('{reportlink.report_group,reportlink.document,reportlink.signature,reportlink.past_link,reportlink.event}'::text[]) t (name),
	(VALUES ('DELETE FROM %s'), ('TRUNCATE %s CASCADE')) s (statement);
SELECT pg_temp.refused('TRUNCATE reportlink.report', 'RL021 column is managed by reportlink', 'TRUNCATE of report: RL021');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', statement), 'RL021 column is managed by reportlink', format('INSERT into %s by who does not own the tables: RL021', name))
FROM (VALUES
	('report_group', $$INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, member_count, created_by) VALUES ('north', 'P1', 1, 2, 'ada')$$),
	('document', $$INSERT INTO reportlink.document (organization_id, report_id, transcript) VALUES ('north', 1, 'x')$$),
	('signature', format($$INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) VALUES ('north', %s, 1, 'signed')$$, :document::text)),
	('past_link', format($$INSERT INTO reportlink.past_link (organization_id, report_id, group_id) VALUES ('north', 1, %s)$$, :g::text)),
	('event', $$INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role) VALUES ('north', 'x', '{}', '[]', 'x')$$)) t (name, statement);

-- A user's own trigger, fired by a function of reportlink, writes as plainly as anybody

CREATE FUNCTION pg_temp.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE reportlink.report SET drafting = true WHERE report_id = NEW.report_id AND NOT drafting;
	RETURN NULL;
END
$$;
CREATE TRIGGER meddle AFTER UPDATE ON reportlink.report FOR EACH ROW EXECUTE FUNCTION pg_temp.meddle();
SELECT pg_temp.refused(format($$SELECT reportlink_close('north', %s, false, 'ada')$$, :a1::text), 'RL021 column is managed by reportlink',
	'a trigger of the user''s cannot change what is managed, also below a function of reportlink');
DROP TRIGGER meddle ON reportlink.report;
SELECT lives_ok(format($$SELECT reportlink_close('north', %s, false, 'ada')$$, :a1::text), 'the function works after an error in it');
SELECT pg_temp.refused(format('UPDATE reportlink.report SET drafting = true WHERE report_id = %s', :a1::text), 'RL021 column is managed by reportlink',
	'and plain SQL is guarded after an error in a function');
SELECT is(pg_temp.outcome(format($$SELECT reportlink_open('north', %s, 'abe')$$, :a1::text)), 'RL008 report not owned by user', 'a refused call');
SELECT pg_temp.refused(format('UPDATE reportlink.report SET drafting = true WHERE report_id = %s', :a1::text), 'RL021 column is managed by reportlink',
	'plain SQL is guarded after it, too');

-- Trigger functions are for triggers
SELECT throws_ok(format('SELECT %s()', p.oid::regproc), '39P01', NULL, format('%s() cannot be called', p.proname))
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'reportlink'
WHERE p.prorettype = 'trigger'::regtype;

-- as they are made, and of no other kind or table
CREATE TEMP TABLE elsewhere (organization_id int, report_id text, status int, mrn int);
SELECT pg_temp.refused(format('CREATE TRIGGER wrong %s EXECUTE FUNCTION %I(); INSERT INTO elsewhere VALUES (1, 1, 1, 1); UPDATE elsewhere SET status = 2; DELETE FROM elsewhere;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (''north'', ''W'', ''wrong''); UPDATE reportlink.report SET study_name = ''x'' WHERE mrn = ''W''', timing, function),
	'39P01 this function is for the triggers of the reportlink tables', format('%s() %s', function, timing))
FROM (VALUES
	('reportlink_report_insert', 'BEFORE INSERT ON elsewhere FOR EACH ROW'),
	('reportlink_report_insert', 'BEFORE INSERT ON reportlink.report FOR EACH STATEMENT'),
	('reportlink_report_insert', 'AFTER UPDATE ON reportlink.report FOR EACH ROW'),
	('reportlink_report_update', 'BEFORE UPDATE ON elsewhere FOR EACH ROW'),
	('reportlink_report_update', 'BEFORE INSERT ON reportlink.report FOR EACH ROW'),
	('reportlink_report_identifiers', 'AFTER UPDATE ON elsewhere FOR EACH ROW'),
	('reportlink_report_identifiers', 'AFTER INSERT ON reportlink.report FOR EACH ROW'),
	('reportlink_report_delete', 'BEFORE DELETE ON elsewhere FOR EACH ROW'),
	('reportlink_report_delete', 'BEFORE INSERT ON reportlink.report FOR EACH ROW'),
	('reportlink_report_sync', 'AFTER UPDATE ON elsewhere REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT'),
	('reportlink_report_sync', 'AFTER UPDATE ON reportlink.report FOR EACH STATEMENT'),
	('reportlink_report_sync', 'AFTER INSERT ON reportlink.report REFERENCING NEW TABLE AS n FOR EACH STATEMENT')) t (function, timing);

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
