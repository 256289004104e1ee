-- Plain UPDATE of status and owner (section 11), cell by cell: every start
-- state, linked and not, by everybody, with every owner, to every status and
-- owner. What is to come of it is computed from the rules as the semantics
-- have them; then the functions do the same, and must leave the same.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(13416);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ren', 'resident');
CREATE ROLE reportlink_test_writer;
GRANT USAGE ON SCHEMA reportlink TO reportlink_test_writer;
GRANT SELECT, UPDATE ON reportlink.report TO reportlink_test_writer;

-- The start states, and how the functions get there: ren signs preliminarily, abe finally. Recall is
-- off, but where a final signature is to wait for its publication

CREATE TEMP TABLE start (state text PRIMARY KEY, status text, addendum_open boolean, signed boolean, steps text[]);
INSERT INTO start
SELECT state, split_part(state, ' ', 1), state LIKE '%, addendum open', s.signed, string_to_array(s.steps, ', ')
FROM (VALUES
	('unread', false, ''),
	('draft', false, 'open ren, save ren'),
	('cancelled', false, 'open ren, save ren, cancel'),
	('prelim_signed', false, 'open ren, save ren, prelim_sign ren'),
	('prelim_signed, addendum open', false, 'open ren, save ren, prelim_sign ren, start_addendum ren, save ren'),
	('signed', true, 'open ren, save ren, prelim_sign ren, sign abe'),
	('signed, not published', true, 'open ren, save ren, prelim_sign ren, recall on, sign abe, recall off'),
	('signed, addendum open', true, 'open ren, save ren, prelim_sign ren, sign abe, start_addendum abe, save abe'),
	('addendum_prelim_signed', false, 'open ren, save ren, prelim_sign ren, start_addendum ren, save ren, prelim_sign ren'),
	('addendum_prelim_signed, addendum open', false,
		'open ren, save ren, prelim_sign ren, start_addendum ren, save ren, prelim_sign ren, start_addendum ren, save ren'),
	('addendum_prelim_signed after a final signature', true,
		'open ren, save ren, prelim_sign ren, sign abe, assign ren, start_addendum ren, save ren, prelim_sign ren'),
	('addendum_prelim_signed after a final signature, addendum open', true,
		'open ren, save ren, prelim_sign ren, sign abe, assign ren, start_addendum ren, save ren, prelim_sign ren, start_addendum ren, save ren'),
	('addendum_signed', true,
		'open ren, save ren, prelim_sign ren, sign abe, assign ren, start_addendum ren, save ren, prelim_sign ren, sign abe'),
	('addendum_signed, not published', true,
		'open ren, save ren, prelim_sign ren, sign abe, assign ren, start_addendum ren, save ren, prelim_sign ren, recall on, sign abe, recall off'),
	('addendum_signed, addendum open', true,
		'open ren, save ren, prelim_sign ren, sign abe, assign ren, start_addendum ren, save ren, prelim_sign ren, sign abe, start_addendum abe, save abe')
	) AS s (state, signed, steps);
UPDATE start SET status = rtrim(status, ',');

CREATE FUNCTION pg_temp.take(step text, report bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	function text := split_part(step, ' ', 1);
	who text := split_part(step, ' ', 2);
BEGIN
	CASE function
		WHEN 'save' THEN PERFORM reportlink_save('north', report, '{"final_report": "No fracture."}', actor => who);
		WHEN 'assign' THEN PERFORM reportlink_assign('north', report, who, 'adm');
		WHEN 'recall' THEN UPDATE reportlink.organization SET recall_enabled = who = 'on' WHERE organization_id = 'north';
		WHEN 'cancel' THEN PERFORM reportlink_cancel('north', report, false, 'adm');
		ELSE EXECUTE format('SELECT reportlink_%s(''north'', $1, actor => $2)', function) USING report, who;
	END CASE;
END
$$;

-- Each one report, or a group of three; the statements name report: the second of a group
CREATE TEMP TABLE unit (state text, linked boolean, report_ids bigint[], report bigint, group_id bigint);
INSERT INTO unit
SELECT state, n > 1, reports, reports[(n + 1) / 2], NULL
FROM start, unnest(ARRAY[1, 3]) n, pg_temp.new_reports('north', format('%s %s', state, n), n) reports
WHERE status <> 'cancelled' OR n = 1;
DO $$
DECLARE
	u record;
	step text;
BEGIN
	FOR u IN SELECT * FROM unit JOIN start USING (state) LOOP
		IF u.linked THEN
			UPDATE unit SET group_id = (reportlink_link('north', u.report_ids, false, 'adm')).group_id WHERE report = u.report;
		END IF;
		FOREACH step IN ARRAY u.steps LOOP
			PERFORM pg_temp.take(step, u.report_ids[1]);
		END LOOP;
	END LOOP;
END
$$;
SELECT is((SELECT array_agg(DISTINCT (r.status, r.addendum_open, r.signed_at IS NOT NULL, r.group_id IS NOT NULL)::text)
		FROM reportlink.report r WHERE r.report_id = ANY (u.report_ids)),
	ARRAY[(s.status, s.addendum_open, s.signed, u.linked)::text], format('start state: %s, %s', u.state, CASE WHEN linked THEN 'linked' ELSE 'not linked' END))
FROM unit u JOIN start s USING (state) ORDER BY u.report;

-- Who writes: NULL is nobody in reportlink.user_id

CREATE TEMP TABLE writer (who text PRIMARY KEY, database_role text, user_id text);
INSERT INTO writer VALUES
	('the owner of the tables', current_user, NULL), ('who has UPDATE only', 'reportlink_test_writer', NULL),
	('attending', 'reportlink_test_writer', 'ada'), ('resident', 'reportlink_test_writer', 'rex'), ('drafter', 'reportlink_test_writer', 'dot'),
	('administrator', 'reportlink_test_writer', 'adm'), ('integration', 'reportlink_test_writer', 'hl7');

-- Section 2, and the function that makes each transition (section 11: draft is open, unread is close)
CREATE TEMP TABLE transition (from_status text, to_status text, action text);
INSERT INTO transition VALUES
	('unread', 'draft', 'open'), ('unread', 'cancelled', 'cancel'),
	('draft', 'unread', 'close'), ('draft', 'prelim_signed', 'prelim_sign'), ('draft', 'signed', 'sign'), ('draft', 'cancelled', 'cancel'),
	('prelim_signed', 'signed', 'sign'), ('prelim_signed', 'addendum_prelim_signed', 'prelim_sign'),
	('signed', 'addendum_prelim_signed', 'prelim_sign'), ('signed', 'addendum_signed', 'sign'),
	('addendum_prelim_signed', 'signed', 'sign'), ('addendum_prelim_signed', 'addendum_prelim_signed', 'prelim_sign'),
	('addendum_prelim_signed', 'addendum_signed', 'sign'),
	('addendum_signed', 'addendum_prelim_signed', 'prelim_sign'), ('addendum_signed', 'addendum_signed', 'sign');

-- Section 8
CREATE TEMP TABLE permission (action text, attending int, resident int, drafter int, administrator int, integration int);
INSERT INTO permission VALUES
	('open',        1, 1, 1, 0, 0),
	('close',       1, 1, 1, 0, 0),
	('prelim_sign', 1, 1, 0, 0, 0),
	('sign',        1, 0, 0, 0, 0),
	('cancel',      1, 0, 0, 1, 1);
CREATE TEMP TABLE allowed AS
SELECT p.action, r.role FROM permission p, LATERAL (VALUES ('attending', attending), ('resident', resident), ('drafter', drafter),
	('administrator', administrator), ('integration', integration)) r (role, may) WHERE r.may = 1;

-- A state of one report, and the events that lead to it
CREATE TYPE pg_temp.outcome AS (code text, status text, owner text, drafting boolean, addendum_open boolean, signed boolean, events text[]);

-- Section 8, assign; sections 5 and 11
CREATE FUNCTION pg_temp.assigned(o pg_temp.outcome, w writer, new_owner text) RETURNS pg_temp.outcome LANGUAGE plpgsql AS $$
DECLARE
	repair boolean := w.who = 'the owner of the tables';
BEGIN
	IF o.owner IS NOT DISTINCT FROM new_owner THEN
		RETURN o;
	END IF;
	o.code := CASE
		WHEN w.user_id IS NULL AND NOT repair THEN 'RL012'
		WHEN NOT repair AND w.who NOT IN ('administrator', 'integration') AND o.owner IS DISTINCT FROM w.user_id
			AND NOT (w.who = 'attending' AND (o.owner IS NULL OR o.owner = 'ren')) THEN 'RL008' -- ren's role is lower, abe's is not
		WHEN o.status = 'cancelled' THEN 'RL015'
		WHEN new_owner = 'gone' THEN 'RL013'
		WHEN new_owner = 'adm' THEN 'RL014'
		ELSE 'done' END;
	o.owner := new_owner;
	o.drafting := false;
	o.events := o.events || 'owner_changed'::text;
	RETURN o;
END
$$;

CREATE FUNCTION pg_temp.stated(o pg_temp.outcome, w writer, new_status text, linked boolean) RETURNS pg_temp.outcome LANGUAGE plpgsql AS $$
DECLARE
	repair boolean := w.who = 'the owner of the tables';
	signature CONSTANT text[] := '{prelim_signed,signed,addendum_prelim_signed,addendum_signed}';
	prelims CONSTANT text[] := '{prelim_signed,addendum_prelim_signed}';
	act text := (SELECT t.action FROM transition t WHERE t.from_status = o.status AND t.to_status = new_status);
	takes_over boolean := act = 'sign' AND o.status = ANY (prelims) AND NOT o.addendum_open AND (o.owner IS NULL OR o.owner = 'ren');
	signer text := CASE WHEN repair THEN o.owner ELSE w.user_id END;
BEGIN
	IF o.status = new_status OR o.code <> 'done' THEN
		RETURN o;
	END IF;
	o.code := CASE
		WHEN w.user_id IS NULL AND NOT repair THEN 'RL012'
		WHEN act IS NULL THEN 'RL015'
		-- a signature of an addendum that is not open, except the final one of what is prelim-signed
		WHEN o.status = ANY (signature) AND NOT o.addendum_open AND NOT (act = 'sign' AND o.status = ANY (prelims)) THEN 'RL015'
		-- section 6: signed if it was never finally signed, else addendum_signed
		WHEN act = 'sign' AND o.status = ANY (signature) AND new_status <> CASE WHEN o.signed THEN 'addendum_signed' ELSE 'signed' END THEN 'RL015'
		WHEN repair THEN 'done'
		WHEN NOT EXISTS (SELECT FROM allowed a WHERE a.action = act AND a.role = w.who) THEN 'RL014'
		-- sections 1 and 6
		WHEN act IN ('prelim_sign', 'sign') AND o.owner IS DISTINCT FROM w.user_id AND NOT takes_over THEN 'RL008'
		WHEN act IN ('open', 'close', 'cancel') AND w.who IN ('attending', 'resident', 'drafter') AND o.owner <> w.user_id THEN 'RL008'
		ELSE 'done' END;

	o.status := new_status;
	o.drafting := act = 'open' AND w.user_id IS NOT NULL AND o.owner IS NOT DISTINCT FROM w.user_id;
	IF act IN ('prelim_sign', 'sign') THEN
		IF signer IS DISTINCT FROM o.owner THEN
			o.events := o.events || 'owner_changed'::text;
		END IF;
		o.owner := signer;
		o.addendum_open := false;
		o.signed := o.signed OR act = 'sign';
	ELSIF act = 'cancel' AND linked THEN
		o.events := o.events || 'unlinked'::text;
	END IF;
	o.events := o.events || CASE act WHEN 'open' THEN 'opened' WHEN 'close' THEN 'closed' WHEN 'cancel' THEN 'cancelled'
		WHEN 'prelim_sign' THEN 'prelim_signed' WHEN 'sign' THEN CASE new_status WHEN 'signed' THEN 'signed' ELSE 'addendum_signed' END END;
	IF act = 'sign' THEN
		o.events := o.events || 'published'::text;
	END IF;
	RETURN o;
END
$$;

-- Gives a unit an owner, who is drafting where one can
CREATE FUNCTION pg_temp.put_owner(report_ids bigint[], owner text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('session_replication_role', 'replica', true);
	UPDATE reportlink.report r SET owner_id = owner, drafting = owner IS NOT NULL AND (r.status = 'draft' OR r.addendum_open)
	WHERE r.organization_id = 'north' AND r.report_id = ANY (report_ids);
	PERFORM set_config('session_replication_role', 'origin', true);
END
$$;

-- Runs a statement on a unit, and takes it back. What came of it: code; each report's state; each
-- event's type, reports and actor; and all that a comparison needs.
CREATE FUNCTION pg_temp.run(report_ids bigint[], database_role text, user_id text, statement text,
	OUT code text, OUT states text[], OUT events text[], OUT trace jsonb) LANGUAGE plpgsql AS $$
DECLARE
	mark bigint := (SELECT max(e.event_id) FROM reportlink.event e WHERE e.organization_id = 'north');
	signatures bigint := (SELECT max(s.signature_id) FROM reportlink.signature s WHERE s.organization_id = 'north');
	publications bigint := (SELECT max(p.publication_id) FROM reportlink.publication p WHERE p.organization_id = 'north');
BEGIN
	PERFORM set_config('reportlink.user_id', coalesce(run.user_id, ''), true);
	PERFORM set_config('role', run.database_role, true);
	EXECUTE statement;
	PERFORM set_config('role', 'none', true);

	code := 'done';
	states := ARRAY(SELECT concat_ws(' ', r.status, coalesce(r.owner_id, '-'), CASE WHEN r.drafting THEN 'drafting' END,
			CASE WHEN r.addendum_open THEN 'open' END, CASE WHEN r.signed_at IS NOT NULL THEN 'final' END,
			CASE WHEN r.group_id IS NOT NULL THEN 'linked' END)
		FROM reportlink.report r WHERE r.organization_id = 'north' AND r.report_id = ANY (run.report_ids) ORDER BY r.report_id);
	events := ARRAY(SELECT concat_ws(' ', replace(e.type, 'report.', ''), e.report_ids::text, e.actor)
		FROM reportlink.event e WHERE e.organization_id = 'north' AND e.event_id > mark ORDER BY e.event_id);
	trace := jsonb_build_object(
		'events', (SELECT jsonb_agg(to_jsonb(e) - '{event_id,database_role,occurred_at,transaction_id}'::text[]
				|| jsonb_build_object('data', e.data - '{publication_id,publish_at}'::text[]) ORDER BY e.event_id)
			FROM reportlink.event e WHERE e.organization_id = 'north' AND e.event_id > mark),
		'reports', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.report_id)
			FROM reportlink.report r WHERE r.organization_id = 'north' AND r.report_id = ANY (run.report_ids)),
		'groups', (SELECT jsonb_agg(to_jsonb(g) ORDER BY g.group_id)
			FROM reportlink.report_group g WHERE g.organization_id = 'north' AND g.group_id IN (
				SELECT u.group_id FROM unit u WHERE u.report_ids = run.report_ids)),
		'signatures', (SELECT jsonb_agg(to_jsonb(s) - '{signature_id,signed_at}'::text[] ORDER BY s.signature_id)
			FROM reportlink.signature s WHERE s.organization_id = 'north' AND s.signature_id > signatures),
		'publications', (SELECT jsonb_agg(to_jsonb(p) - '{publication_id,scheduled_at,publish_at,finished_at}'::text[] ORDER BY p.publication_id)
			FROM reportlink.publication p WHERE p.organization_id = 'north' AND p.publication_id > publications),
		'past links', (SELECT jsonb_agg(to_jsonb(l) - '{past_link_id,left_at}'::text[] ORDER BY l.past_link_id)
			FROM reportlink.past_link l WHERE l.organization_id = 'north' AND l.report_id = ANY (run.report_ids)));
	RAISE EXCEPTION USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN;
WHEN OTHERS THEN
	code := SQLSTATE;
END
$$;

-- The cells. Owners: nobody, who writes, abe (attending), ren (the resident who signed preliminarily).
-- Status alone, owner alone, and of both together those that somebody might mean.

CREATE TEMP TABLE cell AS
SELECT u.state, s.status, s.addendum_open, s.signed, u.linked, u.report_ids, u.report, w.who, w.database_role, w.user_id, o.owner,
	t.new_status, n.new_owner, n.new_owner IS DISTINCT FROM o.owner AS changes_owner,
	NULL::text AS code, NULL::text[] AS states, NULL::text[] AS events, NULL::jsonb AS trace
FROM unit u JOIN start s USING (state), writer w,
	LATERAL (SELECT DISTINCT owner FROM unnest(ARRAY[NULL, w.user_id, 'abe', 'ren']) owner) o,
	unnest('{unread,draft,prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) t (new_status),
	LATERAL (SELECT DISTINCT new_owner FROM unnest(ARRAY[NULL, 'rex', 'abe', 'adm', 'gone', o.owner]) new_owner) n
WHERE n.new_owner IS NOT DISTINCT FROM o.owner OR t.new_status = s.status
	OR (u.linked AND w.who <> 'who has UPDATE only' AND coalesce(n.new_owner, 'rex') = 'rex'
		AND EXISTS (SELECT FROM transition p WHERE p.from_status = s.status AND p.to_status = t.new_status));
CREATE INDEX ON cell (report_ids, owner);

-- The same by function: what each does that makes a transition, or another owner
CREATE TEMP TABLE called AS
SELECT c.state, c.linked, c.who, c.owner, c.report_ids, c.report, c.user_id, f.new_status, f.new_owner, f.call,
	NULL::text AS code, NULL::text[] AS events, NULL::jsonb AS trace
FROM (SELECT DISTINCT state, status, signed, linked, who, owner, report_ids, report, user_id FROM cell WHERE user_id IS NOT NULL) c,
	LATERAL (VALUES
		('draft', c.owner, format('SELECT reportlink_open(''north'', %s)', c.report)),
		('unread', c.owner, format('SELECT reportlink_close(''north'', %s)', c.report)),
		('cancelled', c.owner, format('SELECT reportlink_cancel(''north'', %s)', c.report)),
		(CASE c.status WHEN 'draft' THEN 'prelim_signed' ELSE 'addendum_prelim_signed' END, c.owner,
			format('SELECT reportlink_prelim_sign(''north'', %s)', c.report)),
		(CASE WHEN c.signed THEN 'addendum_signed' ELSE 'signed' END, c.owner, format('SELECT reportlink_sign(''north'', %s)', c.report)),
		(c.status, NULL, format('SELECT reportlink_assign(''north'', %s, NULL)', c.report)),
		(c.status, 'rex', format('SELECT reportlink_assign(''north'', %s, ''rex'')', c.report)),
		(c.status, 'adm', format('SELECT reportlink_assign(''north'', %s, ''adm'')', c.report)),
		(c.status, 'gone', format('SELECT reportlink_assign(''north'', %s, ''gone'')', c.report))) f (new_status, new_owner, call)
WHERE f.call LIKE '%assign(%' AND f.new_owner IS DISTINCT FROM c.owner
	OR EXISTS (SELECT FROM transition t WHERE t.from_status = c.status AND t.to_status = f.new_status AND c.status <> f.new_status);
CREATE INDEX ON called (report_ids, owner);
ANALYZE cell, called;

DO $$
DECLARE
	u record;
BEGIN
	FOR u IN SELECT DISTINCT c.report_ids, c.owner FROM cell c LOOP
		PERFORM pg_temp.put_owner(u.report_ids, u.owner);
		UPDATE cell c SET (code, states, events, trace) = (SELECT r.code, r.states, r.events, r.trace
			FROM pg_temp.run(c.report_ids, c.database_role, c.user_id, format('UPDATE reportlink.report SET %s WHERE report_id = %s',
				concat_ws(', ', CASE WHEN c.new_status <> c.status OR NOT c.changes_owner THEN format('status = %L', c.new_status) END,
					CASE WHEN c.changes_owner THEN format('owner_id = %L', c.new_owner) END), c.report)) r)
		WHERE c.report_ids = u.report_ids AND c.owner IS NOT DISTINCT FROM u.owner;
		UPDATE called c SET (code, events, trace) = (SELECT r.code, r.events, r.trace FROM pg_temp.run(c.report_ids, 'none', c.user_id, c.call) r)
		WHERE c.report_ids = u.report_ids AND c.owner IS NOT DISTINCT FROM u.owner;
	END LOOP;
END
$$;
ANALYZE cell, called;

-- What each has come to, and what the rules say
CREATE FUNCTION pg_temp.expected(c cell) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	before pg_temp.outcome := ('done', c.status, c.owner, c.owner IS NOT NULL AND (c.status = 'draft' OR c.addendum_open), c.addendum_open, c.signed, '{}');
	w writer := (SELECT w FROM writer w WHERE w.who = c.who);
	after pg_temp.outcome := pg_temp.assigned(before, w, c.new_owner);
	carried pg_temp.outcome;
BEGIN
	carried := after; -- what the others keep when the one named is cancelled
	after := pg_temp.stated(after, w, c.new_status, c.linked);
	IF after.code <> 'done' THEN
		RETURN after.code;
	END IF;
	RETURN concat_ws(' | ', 'done',
		(SELECT string_agg(CASE WHEN c.linked AND c.new_status = 'cancelled' AND id <> c.report
			THEN concat_ws(' ', carried.status, coalesce(carried.owner, '-'), CASE WHEN carried.drafting THEN 'drafting' END, 'linked')
			ELSE concat_ws(' ', after.status, coalesce(after.owner, '-'), CASE WHEN after.drafting THEN 'drafting' END,
				CASE WHEN after.addendum_open THEN 'open' END, CASE WHEN after.signed THEN 'final' END,
				CASE WHEN c.linked AND c.new_status <> 'cancelled' THEN 'linked' END) END, ', ' ORDER BY id)
			FROM unnest(c.report_ids) id),
		(SELECT string_agg(concat_ws(' ', e.type, (CASE WHEN e.type IN ('unlinked', 'cancelled') THEN ARRAY[c.report] ELSE c.report_ids END)::text, c.user_id),
			', ' ORDER BY e.place) FROM unnest(after.events) WITH ORDINALITY e (type, place)));
END
$$;
SELECT is(CASE c.code WHEN 'done' THEN concat_ws(' | ', 'done', array_to_string(c.states, ', '), nullif(array_to_string(c.events, ', '), '')) ELSE c.code END,
	pg_temp.expected(c),
	format('%s, %s, owner %s: %s %s by %s', c.state, CASE WHEN c.linked THEN 'linked' ELSE 'not linked' END, coalesce(c.owner, 'nobody'), c.new_status,
		CASE WHEN c.changes_owner THEN 'and owner ' || coalesce(c.new_owner, 'nobody') END, c.who))
FROM cell c ORDER BY c.state, c.linked, c.who, c.owner, c.new_status, c.new_owner;

-- The functions: the same code, and the same rows in every table. What the contract has otherwise:
-- a draft by plain SQL keeps its owner (so nobody's stays nobody's), and unread is a close. Where
-- there is no transition no function is meant, so plain SQL says RL015 where one may say RL014 or RL008.

SELECT is(CASE WHEN c.code = 'RL015' AND f.code IN ('RL014', 'RL008') THEN f.code ELSE c.code END, f.code,
	format('%s, %s, owner %s: %s by %s ends as the function does', f.state, CASE WHEN f.linked THEN 'linked' ELSE 'not linked' END,
		coalesce(f.owner, 'nobody'), CASE WHEN c.changes_owner THEN 'owner ' || coalesce(c.new_owner, 'nobody') ELSE c.new_status END, f.who))
FROM called f JOIN cell c USING (state, linked, who, new_status)
WHERE c.owner IS NOT DISTINCT FROM f.owner AND c.new_owner IS NOT DISTINCT FROM f.new_owner
ORDER BY f.state, f.linked, f.who, f.owner, f.call;
SELECT is(c.trace, f.trace, format('%s, %s, owner %s: %s by %s leaves the same rows and events', f.state, CASE WHEN f.linked THEN 'linked' ELSE 'not linked' END,
	coalesce(f.owner, 'nobody'), CASE WHEN c.changes_owner THEN 'owner ' || coalesce(c.new_owner, 'nobody') ELSE c.new_status END, f.who))
FROM called f JOIN cell c USING (state, linked, who, new_status)
WHERE c.owner IS NOT DISTINCT FROM f.owner AND c.new_owner IS NOT DISTINCT FROM f.new_owner AND f.code = 'done'
	AND f.call NOT LIKE '%close(%' AND (f.call NOT LIKE '%open(%' OR f.owner IS NOT NULL)
ORDER BY f.state, f.linked, f.who, f.owner, f.call;
SELECT is(c.events, f.events, format('%s, %s, owner %s: unread by %s records what a close does', f.state,
	CASE WHEN f.linked THEN 'linked' ELSE 'not linked' END, f.owner, f.who))
FROM called f JOIN cell c USING (state, linked, who, new_status)
WHERE c.owner IS NOT DISTINCT FROM f.owner AND c.new_owner IS NOT DISTINCT FROM f.new_owner AND f.code = 'done'
	AND f.call LIKE '%close(%' AND f.owner IS NOT NULL
ORDER BY f.state, f.linked, f.who, f.owner;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
