-- The transitions (section 2), typed in as they stand there, against
-- reportlink_transitions(), and against what the functions and plain SQL do
-- from every state that there is.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(429);

-- Section 2
CREATE TEMP TABLE section_2 (from_status text, to_statuses text);
INSERT INTO section_2 VALUES
	('unread',                 'draft, cancelled'),
	('draft',                  'unread, prelim_signed, signed, cancelled'),
	('prelim_signed',          'signed, addendum_prelim_signed'),
	('signed',                 'addendum_prelim_signed, addendum_signed'),
	('addendum_prelim_signed', 'signed, addendum_prelim_signed, addendum_signed'),
	('addendum_signed',        'addendum_prelim_signed, addendum_signed'),
	('cancelled',              NULL);
CREATE TEMP VIEW wanted AS
SELECT from_status, to_status FROM section_2, string_to_table(to_statuses, ', ') to_status;
CREATE TEMP TABLE transition AS SELECT * FROM reportlink_transitions();

SELECT is(EXISTS (SELECT FROM transition t WHERE t.from_status = f.from_status AND t.to_status = o.from_status AND t.function <> ALL ('{reportlink_reject,reportlink_cancel_publish}')),
	EXISTS (SELECT FROM wanted w WHERE w.from_status = f.from_status AND w.to_status = o.from_status),
	format('%s to %s: %s', f.from_status, o.from_status,
		CASE WHEN EXISTS (SELECT FROM wanted w WHERE w.from_status = f.from_status AND w.to_status = o.from_status) THEN 'is there' ELSE 'is not there' END))
FROM section_2 f, section_2 o;
SELECT set_eq($$SELECT from_status, to_status FROM transition WHERE function <> ALL ('{reportlink_reject,reportlink_cancel_publish}')$$, 'SELECT from_status, to_status FROM wanted',
	'the table of section 2, and nothing else');
SELECT is_empty('SELECT from_status FROM transition WHERE from_status = ''cancelled''', 'from cancelled nothing leads on');

-- Sections 6 and 7, the guarded edges: to draft, or to what an addendum can be started on
SELECT set_eq('SELECT from_status, to_status FROM transition WHERE function = ''reportlink_reject''',
	$$VALUES ('prelim_signed', 'draft'), ('addendum_prelim_signed', 'prelim_signed'), ('addendum_prelim_signed', 'signed'),
		('addendum_prelim_signed', 'addendum_prelim_signed'), ('addendum_prelim_signed', 'addendum_signed')$$, 'reject: its edges');
SELECT set_eq('SELECT from_status, to_status FROM transition WHERE function = ''reportlink_cancel_publish''',
	$$VALUES ('signed', 'draft'), ('addendum_signed', 'signed'), ('addendum_signed', 'addendum_prelim_signed'), ('addendum_signed', 'addendum_signed')$$,
	'cancel_publish: its edges; to prelim_signed none, since what stands on that becomes signed');
SELECT is_empty($$SELECT * FROM transition WHERE function IN ('reportlink_reject', 'reportlink_cancel_publish') AND (plain_sql OR addendum_open IS DISTINCT FROM false)$$,
	'both: never by plain SQL, nor with an addendum open');
SELECT is_empty($$SELECT * FROM transition WHERE function NOT IN ('reportlink_reject', 'reportlink_cancel_publish') AND NOT plain_sql$$, 'plain SQL may all that is in the table of section 2');

-- By which function, and what it needs (sections 2, 4, 5 and 6): a signature on a signature needs an
-- open addendum, but for the final one over a preliminary one; null: either
CREATE TEMP TABLE rule (from_status text, to_status text, function text, addendum_open boolean, finally_signed boolean);
INSERT INTO rule VALUES
	('unread',                 'draft',                  'reportlink_open',        NULL,  NULL),
	('unread',                 'cancelled',              'reportlink_cancel',      NULL,  NULL),
	('draft',                  'unread',                 'reportlink_discard',     NULL,  NULL),
	('draft',                  'prelim_signed',          'reportlink_prelim_sign', NULL,  NULL),
	('draft',                  'signed',                 'reportlink_sign',        NULL,  NULL),
	('draft',                  'cancelled',              'reportlink_cancel',      NULL,  NULL),
	('prelim_signed',          'signed',                 'reportlink_sign',        NULL,  NULL),
	('prelim_signed',          'addendum_prelim_signed', 'reportlink_prelim_sign', true,  NULL),
	('prelim_signed',          'draft',                  'reportlink_reject',      false, NULL),
	('signed',                 'addendum_prelim_signed', 'reportlink_prelim_sign', true,  NULL),
	('signed',                 'addendum_signed',        'reportlink_sign',        true,  NULL),
	('addendum_prelim_signed', 'signed',                 'reportlink_sign',        NULL,  false),
	('addendum_prelim_signed', 'addendum_signed',        'reportlink_sign',        NULL,  true),
	('addendum_prelim_signed', 'addendum_prelim_signed', 'reportlink_prelim_sign', true,  NULL),
	('addendum_prelim_signed', 'prelim_signed',          'reportlink_reject',      false, false),
	('addendum_prelim_signed', 'signed',                 'reportlink_reject',      false, true),
	('addendum_prelim_signed', 'addendum_prelim_signed', 'reportlink_reject',      false, NULL),
	('addendum_prelim_signed', 'addendum_signed',        'reportlink_reject',      false, true),
	('addendum_signed',        'addendum_prelim_signed', 'reportlink_prelim_sign', true,  NULL),
	('addendum_signed',        'addendum_signed',        'reportlink_sign',        true,  NULL),
	('signed',                 'draft',                  'reportlink_cancel_publish', false, true),
	('addendum_signed',        'signed',                 'reportlink_cancel_publish', false, true),
	('addendum_signed',        'addendum_prelim_signed', 'reportlink_cancel_publish', false, true),
	('addendum_signed',        'addendum_signed',        'reportlink_cancel_publish', false, true);
SELECT bag_eq('SELECT from_status, to_status, function, addendum_open, finally_signed FROM transition', 'SELECT * FROM rule', 'by which function, and what it needs; each once');

-- Section 8: who may
CREATE TEMP TABLE permission (function text, attending int, resident int, drafter int, administrator int, integration int);
INSERT INTO permission VALUES
	('reportlink_open',        1, 1, 1, 0, 0),
	('reportlink_prelim_sign', 1, 1, 0, 0, 0),
	('reportlink_sign',        1, 0, 0, 0, 0),
	('reportlink_reject',      1, 0, 0, 0, 0),
	('reportlink_cancel_publish', 1, 0, 0, 0, 0),
	('reportlink_cancel',      1, 0, 0, 1, 1),
	('reportlink_discard',     1, 1, 1, 1, 1); -- the owner, who may draft, who may assign
SELECT is(r.role = ANY (t.roles), r.may = 1, format('%s to %s by %s(), %s: %s', t.from_status, t.to_status, t.function, r.role, CASE r.may WHEN 1 THEN 'may' ELSE 'may not' END))
FROM transition t JOIN permission p USING (function),
	LATERAL (VALUES ('attending', p.attending), ('resident', p.resident), ('drafter', p.drafter), ('administrator', p.administrator), ('integration', p.integration)) r (role, may);
SELECT is_empty($$SELECT role FROM transition, unnest(roles) role EXCEPT SELECT unnest('{attending,resident,drafter,administrator,integration}'::text[])$$, 'there are no other roles');

-- Every state that there is; base: what an addendum in its text was started on
CREATE TEMP TABLE state (status text, addendum_open boolean, finally_signed boolean, base text);
INSERT INTO state VALUES
	('unread', false, false, NULL), ('draft', false, false, NULL), ('cancelled', false, false, NULL),
	('prelim_signed', false, false, NULL), ('prelim_signed', true, false, 'prelim_signed'),
	('signed', false, true, NULL), ('signed', false, true, 'prelim_signed'), ('signed', true, true, 'signed'),
	('addendum_prelim_signed', false, false, 'prelim_signed'), ('addendum_prelim_signed', false, false, 'addendum_prelim_signed'),
	('addendum_prelim_signed', true, false, 'addendum_prelim_signed'),
	('addendum_prelim_signed', false, true, 'signed'), ('addendum_prelim_signed', false, true, 'addendum_prelim_signed'),
	('addendum_prelim_signed', false, true, 'addendum_signed'), ('addendum_prelim_signed', true, true, 'addendum_prelim_signed'),
	('addendum_signed', false, true, 'signed'), ('addendum_signed', false, true, 'addendum_prelim_signed'), ('addendum_signed', false, true, 'addendum_signed'),
	('addendum_signed', true, true, 'addendum_signed');

-- A report in such a state, of ada, who signed it; its text is an autosave, so that discard finds nothing before it.
-- What is finally signed waits for its publication, unless an addendum was started on it.
CREATE FUNCTION pg_temp.report_in(s state) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	report bigint := nextval(pg_get_serial_sequence('reportlink.report', 'report_id'));
	document bigint;
BEGIN
	INSERT INTO reportlink.document (organization_id, report_id, final_report, checkpoint, saved_by)
	VALUES ('north', report, 'text', false, 'ada') RETURNING document_id INTO document;
	IF s.base IS NOT NULL THEN
		INSERT INTO reportlink.document (organization_id, report_id, final_report, parent_id, reason, base_status, saved_by)
		VALUES ('north', report, 'addendum', document, 'addendum', s.base, 'ada') RETURNING document_id INTO document;
	END IF;
	INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, status, owner_id, addendum_open, signed_at, document_id)
	OVERRIDING SYSTEM VALUE
	VALUES ('north', report, 'P' || report, 'A', s.status, 'ada', s.addendum_open, CASE WHEN s.finally_signed THEN now() END, document);
	IF s.status IN ('signed', 'addendum_signed') AND NOT s.addendum_open THEN
		INSERT INTO reportlink.publication (organization_id, report_id, document_id, publish_at, requested_by)
		VALUES ('north', report, document, now() + interval '1 minute', 'ada');
	END IF;
	RETURN report;
END
$$;
-- How a report in that state is afterwards, and the SQLSTATE of a refusal; everything is taken back
CREATE FUNCTION pg_temp.afterwards(s state, statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	report bigint;
	outcome text := 'done';
BEGIN
	report := pg_temp.report_in(s);
	BEGIN
		EXECUTE format(statement, report);
	EXCEPTION WHEN OTHERS THEN
		outcome := SQLSTATE;
	END;
	RAISE EXCEPTION USING ERRCODE = 'TRY01', MESSAGE = (SELECT concat_ws(' ', outcome, r.status) FROM reportlink.report r WHERE r.report_id = report);
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM;
END
$$;

-- By the functions: to where the rule says; without a rule the status stays, and where the function is for nothing else it is RL015
CREATE TEMP TABLE walked AS
SELECT s, f.function, r.to_status, pg_temp.afterwards(s, format('SELECT %s(''north'', %%s, actor => ''ada'')', f.function)) AS outcome
FROM state s CROSS JOIN (SELECT DISTINCT function FROM rule) f
LEFT JOIN rule r ON r.function = f.function AND r.from_status = s.status
	AND coalesce(r.addendum_open, s.addendum_open) = s.addendum_open AND coalesce(r.finally_signed, s.finally_signed) = s.finally_signed
	AND (r.function <> ALL ('{reportlink_reject,reportlink_cancel_publish}') OR s.status IN ('prelim_signed', 'signed') OR r.to_status = s.base);
SELECT is(outcome, CASE
		WHEN to_status IS NOT NULL THEN 'done ' || to_status
		WHEN function = 'reportlink_open' THEN 'done ' || (s).status -- a view
		WHEN function = 'reportlink_discard' AND ((s).addendum_open OR (s).status = 'unread') THEN 'done ' || (s).status -- of text
		WHEN function = 'reportlink_discard' THEN 'RL016 ' || (s).status
		WHEN function = 'reportlink_cancel_publish' THEN 'RL018 ' || (s).status
		ELSE 'RL015 ' || (s).status END,
	format('%s%s%s%s, %s(): %s', (s).status, CASE WHEN (s).addendum_open THEN ', addendum open' END, CASE WHEN (s).finally_signed THEN ', finally signed once' END,
		', started on ' || (s).base, function, coalesce(to_status, 'no transition')))
FROM walked ORDER BY function, s;
SELECT is_empty($$SELECT from_status, to_status, function FROM rule EXCEPT SELECT (s).status, to_status, function FROM walked WHERE outcome = 'done ' || to_status$$,
	'every transition was taken');

-- By plain SQL of the owner of the tables, who needs no role: to any other status
CREATE TEMP TABLE plain AS
SELECT s, o.from_status AS to_status, r.function IS NOT NULL AS may, pg_temp.afterwards(s, format('UPDATE reportlink.report SET status = %L WHERE report_id = %%s', o.from_status)) AS outcome
FROM state s JOIN section_2 o ON o.from_status <> s.status
LEFT JOIN rule r ON r.from_status = s.status AND r.to_status = o.from_status AND r.function <> ALL ('{reportlink_reject,reportlink_cancel_publish}')
	AND coalesce(r.addendum_open, s.addendum_open) = s.addendum_open AND coalesce(r.finally_signed, s.finally_signed) = s.finally_signed;
SELECT is(outcome, CASE WHEN may THEN 'done ' || to_status ELSE 'RL015 ' || (s).status END,
	format('%s%s%s%s, plain SQL to %s: %s', (s).status, CASE WHEN (s).addendum_open THEN ', addendum open' END, CASE WHEN (s).finally_signed THEN ', finally signed once' END,
		', started on ' || (s).base, to_status, CASE WHEN may THEN 'yes' ELSE 'RL015' END))
FROM plain ORDER BY s, to_status;
SELECT pg_temp.refused(format('UPDATE reportlink.report SET status = %L WHERE report_id = %s', word, pg_temp.report_in(s)), '23514 new row for relation "report" violates check constraint "report_status"',
	format('a status %L there is not: 23514', word)) FROM state s, unnest('{final,Draft,""}'::text[]) word WHERE s.status = 'draft';

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
