-- The history (section 11): no version that was ever in force is missing,
-- whatever happened; what pruning takes and leaves; and that no statement of
-- who does not own the tables changes or removes what was signed.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(490);

UPDATE reportlink.organization SET addendum_header = 'ADDENDUM' WHERE organization_id = 'north';

-- What readers saw: every version that report_text showed for a report
CREATE TEMP TABLE seen (report bigint, document bigint, kept boolean, PRIMARY KEY (report, document));
-- What is wrong with the histories of all reports, compared with what was seen and with the events;
-- each thing is told once, where it happened
CREATE TEMP TABLE told (problem text);
CREATE FUNCTION pg_temp.problems() RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	problems text;
BEGIN
	INSERT INTO seen (report, document, kept)
	SELECT t.report_id, t.document_id, t.checkpoint FROM reportlink.report_text t WHERE t.organization_id = 'north' AND t.document_id IS NOT NULL
	ON CONFLICT DO NOTHING;
	UPDATE seen SET kept = true FROM reportlink.event e
	WHERE e.document_id = document AND e.type IN ('report.prelim_signed', 'report.signed', 'report.addendum_signed') AND NOT kept;

	WITH history AS MATERIALIZED (
		SELECT r.report_id AS of, h.*
		FROM reportlink.report r, LATERAL reportlink_history('north', r.report_id) WITH ORDINALITY h
		WHERE r.organization_id = 'north'),
	signature AS ( -- the last one that was for the report, else for another that has the same version
		SELECT DISTINCT ON (h.of, h.document_id) h.of, h.document_id, e.data ->> 'status' AS status, e.actor FROM history h JOIN reportlink.event e ON e.document_id = h.document_id
		WHERE e.type IN ('report.prelim_signed', 'report.signed', 'report.addendum_signed') ORDER BY h.of, h.document_id, h.of = ANY (e.report_ids) DESC, e.event_id DESC),
	problem AS (
		SELECT format('report %s: version %s was in force and is missing', s.report, s.document) AS problem FROM seen s
		WHERE (s.kept OR EXISTS (SELECT FROM reportlink.document d WHERE d.document_id = s.document))
			AND NOT EXISTS (SELECT FROM history h WHERE h.of = s.report AND h.document_id = s.document)
			AND EXISTS (SELECT FROM reportlink.report r WHERE r.report_id = s.report)
		UNION ALL
		SELECT format('report %s: %s are in force, not %s', t.report_id, (SELECT array_agg(h.document_id) FROM history h WHERE h.of = t.report_id AND h.in_force), t.document_id)
		FROM reportlink.report_text t WHERE t.organization_id = 'north'
			AND (SELECT array_agg(h.document_id) FROM history h WHERE h.of = t.report_id AND h.in_force) IS DISTINCT FROM CASE WHEN t.document_id IS NOT NULL THEN ARRAY[t.document_id] END
		UNION ALL
		SELECT format('report %s: version %s is signed (%s, %s, %s), not (%s, %s)', h.of, h.document_id, h.signed, h.signed_as, h.signed_by, s.status, s.actor)
		FROM history h LEFT JOIN signature s USING (of, document_id)
		WHERE (h.signed, h.signed_as, h.signed_by) IS DISTINCT FROM (s.document_id IS NOT NULL, s.status, s.actor)
			OR h.signed <> (h.signed_at IS NOT NULL) OR h.signed_at < h.saved_at
		UNION ALL
		SELECT format('report %s: version %s goes back to %s, which is missing', h.of, h.document_id, h.parent_id) FROM history h
		WHERE h.parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM history o WHERE o.of = h.of AND o.document_id = h.parent_id)
		UNION ALL
		SELECT format('report %s: version %s is not in order', h.of, h.document_id) FROM history h JOIN history o ON o.of = h.of AND o.ordinality = h.ordinality + 1
		WHERE o.document_id <= h.document_id
		UNION ALL
		SELECT format('report %s: version %s is not what document has', h.of, h.document_id) FROM history h LEFT JOIN reportlink.document d ON d.organization_id = 'north' AND d.document_id = h.document_id
		WHERE (h.report_id, h.parent_id, h.saved_at, h.saved_by, h.reason, h.checkpoint, h.transcript_bytes, h.final_report_bytes)
			IS DISTINCT FROM (d.report_id, d.parent_id, d.saved_at, d.saved_by, d.reason, d.checkpoint, coalesce(octet_length(d.transcript), 0), coalesce(octet_length(d.final_report), 0))
	), news AS (
		INSERT INTO told SELECT p.problem FROM problem p EXCEPT SELECT t.problem FROM told t RETURNING *)
	SELECT string_agg(n.problem, '; ' ORDER BY n.problem) INTO problems FROM news n;
	RETURN coalesce(problems, 'none');
END
$$;

-- One report, from the first word to the second addendum

SELECT pg_temp.new_report('north', 'P1', 'A1') AS x, pg_temp.new_report('south', 'P1', 'S1') AS other \gset
SELECT is_empty(format($$SELECT * FROM reportlink_history('north', %s)$$, :x::text), 'nothing was saved: no row');
SELECT reportlink_open('north', :x, 'rex') AS ignored \gset
SELECT reportlink_save('north', :x, '{"transcript": "Röntgen", "final_report": "one"}', NULL, true, 'rex') AS v1 \gset
SELECT reportlink_save('north', :x, '{"final_report": "two"}', NULL, false, 'rex') AS v2 \gset
SELECT reportlink_prelim_sign('north', :x, 'rex') AS ignored, reportlink_reject('north', :x, 'ada') AS ignored2 \gset
SELECT reportlink_save('north', :x, '{"final_report": "three"}', NULL, true, 'rex') AS v3 \gset
SELECT reportlink_prelim_sign('north', :x, 'rex') AS ignored, reportlink_sign('north', :x, 'ada') AS ignored2, reportlink_start_addendum('north', :x, 'ada') AS ignored3, pg_temp.document_of(:x) AS v4 \gset
SELECT reportlink_save('north', :x, '{"final_report": "added"}', NULL, false, 'ada') AS v5 \gset
SELECT reportlink_prelim_sign('north', :x, 'ada') AS ignored, reportlink_sign('north', :x, 'ada') AS ignored2, reportlink_start_addendum('north', :x, 'ada') AS ignored3, pg_temp.document_of(:x) AS v6 \gset
SELECT reportlink_save('north', :x, '{"final_report": "dropped"}', NULL, false, 'ada') AS v7 \gset
SELECT reportlink_discard('north', :x, false, 'ada') AS ignored \gset
SELECT results_eq(format($$SELECT document_id, parent_id, saved_by, reason, checkpoint, signed, signed_as, signed_by, in_force, transcript_bytes, final_report_bytes FROM reportlink_history('north', %s)$$, :x::text),
	format($$VALUES (%s::bigint, NULL::bigint, 'rex', 'save', true, false, NULL, NULL, false, 8, 3), (%s, %s, 'rex', 'save', false, true, 'prelim_signed', 'rex', false, 8, 3),
		(%s, %s, 'rex', 'save', true, true, 'signed', 'ada', false, 8, 5), (%s, %s, 'ada', 'addendum', true, false, NULL, NULL, false, 8, 15),
		(%s, %s, 'ada', 'save', false, true, 'addendum_signed', 'ada', true, 8, 5), (%s, %s, 'ada', 'addendum', true, false, NULL, NULL, false, 8, 15),
		(%s, %s, 'ada', 'save', false, false, NULL, NULL, false, 8, 7)$$,
		:v1::text, :v2::text, :v1::text, :v3::text, :v2::text, :v4::text, :v3::text, :v5::text, :v4::text, :v6::text, :v5::text, :v7::text, :v6::text),
	'saved, signed, rejected, signed again, addenda signed and discarded: all versions, oldest first; by whom, why, what was signed, what is in force, bytes');
SELECT is((SELECT array_agg(d.final_report ORDER BY h.document_id) FROM reportlink_history('north', :x) h JOIN reportlink.document d ON d.organization_id = 'north' AND d.document_id = h.document_id),
	ARRAY['one', 'two', 'three', E'ADDENDUM\n\nthree', 'added', E'ADDENDUM\n\nadded', 'dropped'], 'the text by document_id');
SELECT is((SELECT count(*) FROM reportlink_history('north', :x) WHERE report_id = :x), 7::bigint, 'report_id: through which it was saved');
SELECT is(pg_temp.problems(), 'none', 'and the events say the same');
SELECT pg_temp.refused(statement, expected, format('%s: %s', left(expected, 5), statement))
FROM (VALUES (format($$SELECT * FROM reportlink_history('north', %s)$$, :other::text), 'RL002 report not found'), (format($$SELECT * FROM reportlink_history('south', %s)$$, :x::text), 'RL002 report not found'),
	($$SELECT * FROM reportlink_history('north', 999999999)$$, 'RL002 report not found'), ($$SELECT * FROM reportlink_history('nowhere', 1)$$, 'RL002 report not found'),
	($$SELECT * FROM reportlink_history(NULL, 1)$$, '22004 argument organization_id of reportlink_history must not be null'),
	($$SELECT * FROM reportlink_history('north', NULL)$$, '22004 argument report_id of reportlink_history must not be null')) t (statement, expected);
SELECT doesnt_match(pg_temp.detail(format($$SELECT * FROM reportlink_history('north', %s)$$, :other::text)), 'south|P1|S1', 'RL002: nothing of another organization in DETAIL');

-- Six reports of one patient, through whatever there is. ra to rf stand for them

CREATE TEMP TABLE named AS SELECT name, pg_temp.new_report('north', 'P2', name) AS report FROM unnest('{ra,rb,rc,rd,re,rf}'::text[]) name;
CREATE FUNCTION pg_temp.with_reports(statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	n named;
BEGIN
	FOR n IN SELECT * FROM named LOOP
		statement := regexp_replace(statement, '\m' || n.name || '\M', n.report::text, 'g');
	END LOOP;
	RETURN statement;
END
$$;
CREATE FUNCTION pg_temp.step(statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE pg_temp.with_reports(statement);
	RETURN is(pg_temp.problems(), 'none', statement);
END
$$;
-- each statement in its order
CREATE FUNCTION pg_temp.story(VARIADIC statements text[]) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	statement text;
BEGIN
	FOREACH statement IN ARRAY statements LOOP
		RETURN NEXT pg_temp.step(statement);
	END LOOP;
END
$$;
-- not linked: autosaves that are left behind
SELECT pg_temp.story(
	$$SELECT reportlink_open('north', ra, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "a1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "a2"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_discard('north', ra, false, 'ada')$$,
	$$SELECT reportlink_open('north', ra, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "a3"}', NULL, true, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "a4"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_discard('north', ra, false, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "a5"}', NULL, false, 'ada')$$);
-- an autosave comes into force for another report by linking, and is saved upon by either
SELECT pg_temp.story(
	$$SELECT reportlink_link('north', '{ra,rb}', true, 'ada')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "ab1"}', NULL, true, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "ab2"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "ab3"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_link('north', '{rc,rb}', true, 'ada')$$,
	$$SELECT reportlink_save('north', rc, '{"final_report": "abc1"}', NULL, false, 'ada')$$,
	$$SELECT * FROM reportlink_unlink('north', '{rb}', false, 'ada')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "b1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "b2"}', NULL, true, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "ac1"}', NULL, true, 'ada')$$);
-- merged, with a text that loses; then out of it in every way
SELECT pg_temp.story(
	$$SELECT reportlink_open('north', rd, 'ada')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "d1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_link('north', '{rd,re}', false, 'ada')$$,
	$$SELECT reportlink_save('north', re, '{"final_report": "de1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "de2"}', NULL, true, 'ada')$$,
	$$SELECT reportlink_link('north', '{ra,re,rb}', true, 'ada')$$,
	$$SELECT reportlink_save('north', re, '{"final_report": "all1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_save('north', rc, '{"final_report": "all2"}', NULL, false, 'ada')$$,
	$$SELECT * FROM reportlink_unlink('north', '{re}', true, 'ada')$$,
	$$SELECT reportlink_discard('north', rd, true, 'ada')$$,
	$$SELECT reportlink_save('north', rc, '{"final_report": "abc2"}', NULL, true, 'ada')$$,
	$$SELECT reportlink_cancel('north', rc, false, 'ada')$$,
	$$SELECT reportlink_link('north', '{re,ra}', true, 'ada')$$,
	$$SELECT reportlink_save('north', re, '{"final_report": "abe1"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_link('north', '{rd,rf}', true, 'ada')$$,
	$$SELECT reportlink_link('north', '{rf,re}', true, 'ada')$$,
	$$SELECT reportlink_save('north', rf, '{"final_report": "abdef1"}', NULL, false, 'ada')$$);
-- signed and rejected, addenda on a preliminary signature, discarded; then all leave
SELECT pg_temp.story(
	$$SELECT reportlink_assign('north', ra, 'rex', 'ada')$$,
	$$SELECT reportlink_prelim_sign('north', re, 'rex')$$,
	$$SELECT reportlink_reject('north', ra, 'ada')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "s1"}', NULL, false, 'rex')$$,
	$$SELECT reportlink_prelim_sign('north', ra, 'rex')$$,
	$$SELECT reportlink_start_addendum('north', rb, 'rex')$$,
	$$SELECT reportlink_save('north', rb, '{"final_report": "s2"}', NULL, false, 'rex')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "s3"}', NULL, true, 'rex')$$,
	$$SELECT reportlink_prelim_sign('north', rd, 'rex')$$,
	$$SELECT reportlink_reject('north', rf, 'ada')$$,
	$$SELECT reportlink_save('north', rf, '{"final_report": "s4"}', NULL, false, 'rex')$$,
	$$SELECT reportlink_discard('north', ra, false, 'rex')$$,
	$$SELECT reportlink_start_addendum('north', rb, 'rex')$$,
	$$SELECT reportlink_discard('north', rb, false, 'rex')$$,
	$$SELECT reportlink_reject('north', re, 'ada')$$,
	$$SELECT * FROM reportlink_unlink('north', '{ra}', false, 'rex')$$,
	$$SELECT * FROM reportlink_unlink('north', '{rb}', true, 'rex')$$,
	$$SELECT reportlink_discard('north', rd, false, 'rex')$$,
	$$SELECT reportlink_cancel('north', rf, true, 'adm')$$);
-- finally signed, addenda one after the other
SELECT pg_temp.story(
	$$SELECT reportlink_link('north', '{ra,rd}', true, 'rex')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "t1"}', NULL, false, 'rex')$$,
	$$SELECT reportlink_prelim_sign('north', rd, 'rex')$$,
	$$SELECT reportlink_sign('north', ra, 'ada')$$,
	$$SELECT reportlink_start_addendum('north', ra, 'ada')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "t2"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_prelim_sign('north', ra, 'ada')$$,
	$$SELECT reportlink_reject('north', ra, 'abe')$$,
	$$SELECT reportlink_save('north', rd, '{"final_report": "t3"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_sign('north', ra, 'ada')$$,
	$$SELECT reportlink_start_addendum('north', rd, 'ada')$$,
	$$SELECT reportlink_save('north', ra, '{"final_report": "t4"}', NULL, false, 'ada')$$,
	$$SELECT reportlink_discard('north', rd, true, 'ada')$$,
	$$SELECT reportlink_prune_documents('north', 'infinity')$$);

-- One version, signed by two: each report has the signature that was for it
SELECT pg_temp.new_report('north', 'P7', 'G1') AS g1, pg_temp.new_report('north', 'P7', 'G2') AS g2 \gset
SELECT reportlink_link('north', ARRAY[:g1, :g2], true, 'rex') AS ignored, reportlink_save('north', :g1, '{"final_report": "both"}', NULL, true, 'rex') AS both,
	reportlink_prelim_sign('north', :g1, 'rex') AS ignored2, reportlink_reject('north', :g1, 'ada') AS ignored3 \gset
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:g2], false, 'rex') \gset
SELECT reportlink_prelim_sign('north', :g2, 'rex') AS ignored, reportlink_sign('north', :g2, 'ada') AS ignored2 \gset
SELECT is((SELECT (h.document_id, h.signed_as, h.signed_by)::text FROM reportlink_history('north', :g2) h), format('(%s,signed,ada)', :both::text), 'who left and was signed alone: the last signature for it');
SELECT is((SELECT (h.document_id, h.signed_as, h.signed_by)::text FROM reportlink_history('north', :g1) h), format('(%s,prelim_signed,rex)', :both::text), 'who stayed: the signature of the group');

-- Blank text of a group, which that of a report that joins it replaces, and what stood there before it
SELECT pg_temp.new_report('north', 'P8', 'H1') AS h1, pg_temp.new_report('north', 'P8', 'H2') AS h2, pg_temp.new_report('north', 'P8', 'H3') AS h3 \gset
SELECT reportlink_open('north', :h3, 'ada') AS ignored, reportlink_save('north', :h3, '{"final_report": "of the one that joins"}', NULL, true, 'ada') AS joining \gset
SELECT reportlink_link('north', ARRAY[:h1, :h2], true, 'ada') AS ignored, reportlink_save('north', :h1, '{"final_report": "words"}', NULL, true, 'ada') AS words,
	reportlink_save('north', :h2, '{"final_report": null}', NULL, false, 'ada') AS emptied \gset
SELECT is(pg_temp.problems(), 'none', 'a group with text, then without');
SELECT reportlink_link('north', ARRAY[:h1, :h3], true, 'ada') AS ignored, reportlink_prune_documents('north', 'infinity') AS ignored2 \gset
SELECT is((SELECT array_agg(h.document_id) FROM reportlink_history('north', :h2) h), ARRAY[:joining, :words, :emptied]::bigint[], 'its blank text is replaced: the history of its reports has all three');
SELECT is(pg_temp.problems(), 'none', 'whoever joins, nothing is missing from any history');

-- And as chance has it: 500 calls, most of them by the owner, on six reports of another patient, the same ones each time

UPDATE named SET report = pg_temp.new_report('north', 'P3', name);
CREATE FUNCTION pg_temp.wander(calls int) RETURNS TABLE (statement text, outcome text, problems text)
	LANGUAGE plpgsql
AS $$
DECLARE
	who text;
	one text;
	two text;
BEGIN
	PERFORM setseed(0.42);
	FOR n IN 1 .. calls LOOP
		one := (ARRAY['ra', 'rb', 'rc', 'rd', 're', 'rf'])[1 + floor(random() * 6)];
		two := (ARRAY['ra', 'rb', 'rc', 'rd', 're', 'rf'])[1 + floor(random() * 6)];
		SELECT CASE WHEN random() < 0.7 THEN coalesce(r.owner_id, 'rex') ELSE (ARRAY['ada', 'rex', 'adm'])[1 + floor(random() * 3)] END INTO who
		FROM named d JOIN reportlink.report r ON r.report_id = d.report WHERE d.name = one;
		statement := format((ARRAY[
			'SELECT reportlink_open(''north'', %1$s, %3$L)',
			'SELECT reportlink_save(''north'', %1$s, ''{"final_report": "%4$s"}'', NULL, false, %3$L)',
			'SELECT reportlink_save(''north'', %1$s, ''{"final_report": "%4$s"}'', NULL, false, %3$L)',
			'SELECT reportlink_save(''north'', %1$s, ''{"final_report": "%4$s"}'', NULL, true, %3$L)',
			'SELECT reportlink_close(''north'', %1$s, true, %3$L)',
			'SELECT reportlink_assign(''north'', %1$s, ''rex'', %3$L)',
			'SELECT reportlink_assign(''north'', %1$s, NULL, %3$L)',
			'SELECT reportlink_link(''north'', ''{%1$s,%2$s}'', true, %3$L)',
			'SELECT reportlink_link(''north'', ''{%1$s,%2$s}'', true, %3$L)',
			'SELECT * FROM reportlink_unlink(''north'', ''{%1$s}'', false, %3$L)',
			'SELECT * FROM reportlink_unlink(''north'', ''{%1$s}'', true, %3$L)',
			'SELECT reportlink_discard(''north'', %1$s, false, %3$L)',
			'SELECT reportlink_prelim_sign(''north'', %1$s, %3$L)',
			'SELECT reportlink_prelim_sign(''north'', %1$s, %3$L)',
			'SELECT reportlink_reject(''north'', %1$s, ''ada'')',
			'SELECT reportlink_start_addendum(''north'', %1$s, %3$L)',
			'SELECT reportlink_start_addendum(''north'', %1$s, %3$L)',
			'SELECT reportlink_prune_documents(''north'', ''infinity'', 1)'])[1 + floor(random() * 18)], one, two, who, n);
		BEGIN
			EXECUTE pg_temp.with_reports(statement);
			outcome := 'done';
			problems := pg_temp.problems();
		EXCEPTION WHEN OTHERS THEN
			outcome := SQLSTATE;
			problems := NULL;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
SELECT * INTO TEMP wandered FROM pg_temp.wander(500);
SELECT is_empty('SELECT statement, problems FROM wandered WHERE problems <> ''none''', 'at random: no version that was ever in force is missing');
SELECT is_empty('SELECT statement, outcome FROM wandered WHERE outcome <> ''done'' AND outcome NOT LIKE ''RL0%''', 'at random: what was refused has a code of its own');
SELECT cmp_ok((SELECT count(*) FROM wandered WHERE statement LIKE '%' || call || '(%' AND outcome = 'done'), '>=', 3::bigint, format('at random: %s succeeded, three times or more', call))
FROM unnest('{open,save,close,assign,link,unlink,discard,prelim_sign,reject,start_addendum,prune_documents}'::text[]) call;
SELECT is_empty('SELECT * FROM reportlink_check()', 'at random: no invariant is broken');

-- Pruning: what goes and what stays. Each version is an autosave of 2019 that one thing, or nothing, points at

CREATE TEMP TABLE aged (what text, document bigint, goes boolean);
CREATE FUNCTION pg_temp.aged(what text, goes boolean, saved_at timestamptz DEFAULT '2019-03-02', checkpoint boolean DEFAULT false, parent bigint DEFAULT NULL, organization text DEFAULT 'north') RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	document bigint;
BEGIN
	INSERT INTO reportlink.document (organization_id, report_id, parent_id, transcript, checkpoint, saved_at) VALUES (organization, 999999, parent, what, checkpoint, saved_at)
	RETURNING document_id INTO document;
	INSERT INTO aged VALUES (what, document, goes);
	RETURN document;
END
$$;
SELECT pg_temp.new_report('north', 'P4', 'D1') AS d1, pg_temp.new_report('north', 'P4', 'D2') AS d2, pg_temp.new_report('north', 'P4', 'D3') AS d3 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:d1, :d2], false, 'ada') \gset
SELECT pg_temp.aged('nothing points at it', true) AS free, pg_temp.aged('it is a checkpoint', false, checkpoint => true) AS ignored, pg_temp.aged('it is from the very time', false, saved_at => '2020-01-01') AS ignored2,
	pg_temp.aged('it is later', false, saved_at => '2020-01-02') AS ignored3, pg_temp.aged('it is just before', true, saved_at => '2019-12-31 23:59:59.999999') AS ignored4,
	pg_temp.aged('it is of another organization', false, organization => 'south') AS ignored5, pg_temp.aged('a report points at it', false) AS of_report, pg_temp.aged('an open group points at it', false) AS of_group,
	pg_temp.aged('a closed group points at it', false) AS of_closed, pg_temp.aged('a report left its group with it', false) AS of_past, pg_temp.aged('it is signed', false) AS of_signature,
	pg_temp.aged('its publication is pending', false) AS of_pending, pg_temp.aged('it was published', false) AS of_executed, pg_temp.aged('its publication was cancelled', false) AS of_cancelled,
	pg_temp.aged('a checkpoint goes back to it', false) AS of_child \gset
SELECT pg_temp.aged('it goes back to it', false, checkpoint => true, parent => :of_child) AS ignored \gset
INSERT INTO reportlink.report (organization_id, mrn, order_id, document_id) VALUES ('north', 'P4', 'aged', :of_report);
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, closed_at, created_by) VALUES ('north', 'P4', :d1, :of_closed, 0, now(), 'ada');
INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id) VALUES ('north', :d3, :g, :of_past);
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) VALUES ('north', :of_signature, :d3, 'prelim_signed');
INSERT INTO reportlink.publication (organization_id, report_id, document_id, state, publish_at, finished_at)
VALUES ('north', 999997, :of_pending, 'scheduled', now(), NULL), ('north', 999998, :of_executed, 'executed', now(), now()), ('north', 999999, :of_cancelled, 'cancelled', now(), now());
SET LOCAL session_replication_role = replica;
UPDATE reportlink.report_group SET document_id = :of_group WHERE group_id = :g;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.events() AS ignored \gset
SELECT is(reportlink_prune_documents('north', '2020-01-01'), 2, 'it returns how many went');
SELECT is(NOT EXISTS (SELECT FROM reportlink.document WHERE document_id = document), goes, format('an autosave, %s: %s', what, CASE WHEN goes THEN 'goes' ELSE 'stays' END)) FROM aged;
SELECT is(reportlink_prune_documents('north', '2020-01-01'), 0, 'again: none is left');
SELECT is(pg_temp.events(), '{}'::text[], 'no event');
-- what is pending is the text of a signed report, which there is not here
UPDATE reportlink.publication SET state = 'cancelled', finished_at = now() WHERE document_id = :of_pending;
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken by it');

-- in batches, the oldest first, until none is left; also where one goes back to the other
SELECT pg_temp.aged('batch ' || n, true, saved_at => '2018-01-01') AS document INTO TEMP batch FROM generate_series(1, 5) n;
SELECT is(ARRAY[reportlink_prune_documents('north', '2019-01-01', 2), (SELECT count(*) FROM reportlink.document d JOIN batch b ON b.document = d.document_id),
	reportlink_prune_documents('north', '2019-01-01', 2), reportlink_prune_documents('north', '2019-01-01', 2), reportlink_prune_documents('north', '2019-01-01', 2)]::bigint[], '{2,5,2,1,0}',
	'five in batches of two');
SELECT pg_temp.aged('chain 1', true, saved_at => '2018-01-01') AS c1 \gset
SELECT pg_temp.aged('chain 2', true, saved_at => '2018-01-01', parent => :c1) AS c2 \gset
SELECT pg_temp.aged('chain 3', true, saved_at => '2018-01-01', parent => :c2) AS ignored \gset
SELECT is(ARRAY[reportlink_prune_documents('north', '2019-01-01'), reportlink_prune_documents('north', '2019-01-01'), reportlink_prune_documents('north', '2019-01-01'), reportlink_prune_documents('north', '2019-01-01')], '{1,1,1,0}',
	'a chain that a restore brought goes from its end, one at a time');
SELECT is_empty('SELECT * FROM reportlink_check()', 'and was never broken');
SELECT is(reportlink_prune_documents('nowhere', 'infinity'), 0, 'an organization that there is not has none');
SELECT is(reportlink_prune_documents('north', '-infinity'), 0, 'before the beginning there is none');
SELECT pg_temp.refused(statement, expected, format('%s: %s', left(expected, 5), statement))
FROM (VALUES ($$SELECT reportlink_prune_documents('north', 'infinity', 0)$$, '22023 argument batch of reportlink_prune_documents must be at least 1'), ($$SELECT reportlink_prune_documents('north', 'infinity', -1)$$, '22023 argument batch of reportlink_prune_documents must be at least 1'),
	($$SELECT reportlink_prune_documents(NULL, 'infinity')$$, '22004 argument organization_id of reportlink_prune_documents must not be null'),
	($$SELECT reportlink_prune_documents('north', NULL, 0)$$, '22004 argument before of reportlink_prune_documents must not be null')) t (statement, expected);

-- Everything finds its way back when the autosaves on the way are gone

SELECT pg_temp.new_report('north', 'P5', 'E1') AS e1, pg_temp.new_report('north', 'P5', 'E2') AS e2, pg_temp.new_report('north', 'P5', 'E3') AS e3 \gset
SELECT is(reportlink_prune_documents('north', 'infinity') >= 1 AND reportlink_prune_documents('north', 'infinity') = 0, true, 'all that is left from above goes at once');
CREATE FUNCTION pg_temp.autosaved(report bigint, body text, times int DEFAULT 4, actor text DEFAULT 'ada') RETURNS bigint
	LANGUAGE sql
	RETURN (SELECT max(reportlink_save('north', report, jsonb_build_object('final_report', body || n), NULL, false, actor)) FROM generate_series(1, times) n);
SELECT reportlink_open('north', :e1, 'ada') AS ignored, pg_temp.autosaved(:e1, 'x') AS ignored2, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 3, 'of four autosaves all but the one in force go');
SELECT is((reportlink_discard('north', :e1, false, 'ada'))::text, format('(%s,,unread,ada,)', :e1::text), 'discard: there was no checkpoint, it is blank');
SELECT is(reportlink_prune_documents('north', 'infinity'), 1, 'then the last one goes');
SELECT is_empty(format($$SELECT * FROM reportlink_history('north', %s)$$, :e1::text), 'and there is no history');
SELECT reportlink_open('north', :e1, 'ada') AS ignored, reportlink_save('north', :e1, '{"final_report": "kept"}', NULL, true, 'ada') AS kept, pg_temp.autosaved(:e1, 'x') AS last, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 3, 'all but the one in force');
SELECT is((reportlink_discard('north', :e1, false, 'ada'))::text, format('(%s,,draft,ada,%s)', :e1::text, :kept::text), 'discard: back to the checkpoint');
SELECT is(ARRAY(SELECT document_id FROM reportlink_history('north', :e1)), ARRAY[:kept, :last]::bigint[], 'what was left behind is in the history until it is pruned');
SELECT is(reportlink_prune_documents('north', 'infinity'), 1, 'it is');
-- a signed autosave is one to go back to
SELECT pg_temp.autosaved(:e1, 'y') AS signed, reportlink_prelim_sign('north', :e1, 'ada') AS ignored, reportlink_reject('north', :e1, 'abe') AS ignored2, pg_temp.autosaved(:e1, 'z') AS ignored3, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 6, 'all but the signed one and the one in force');
SELECT is((reportlink_discard('north', :e1, false, 'ada'))::text, format('(%s,,draft,ada,%s)', :e1::text, :signed::text), 'discard: back to the autosave that was signed');
-- linked: the own text waits, also when it is an autosave
SELECT pg_temp.autosaved(:e1, 'own') AS own \gset
SELECT reportlink_link('north', ARRAY[:e2, :e1, :e3], true, 'ada') AS ignored, pg_temp.autosaved(:e2, 'shared') AS shared, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 7, 'of two times four all but the one that waits and the one in force, and the one left behind by discard');
SELECT is((reportlink_discard('north', :e1, false, 'ada')).document_id, :own::bigint, 'discard of a linked report: its own text from before linking');
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:e3], false, 'ada') \gset
SELECT pg_temp.autosaved(:e2, 'alone') AS alone, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(ARRAY[pg_temp.document_of(:e1), pg_temp.document_of(:e2), pg_temp.document_of(:e3)], ARRAY[:own, :alone, :shared]::bigint[], 'who left has the shared text, who goes on has new one, and neither is pruned');
SELECT is((SELECT count(*) FROM reportlink_history('north', :e2) WHERE document_id = :shared), 1::bigint, 'the history of who went on has what they shared');
-- an addendum: reject and discard go back to where it began
SELECT reportlink_sign('north', :e2, 'ada') AS ignored, reportlink_start_addendum('north', :e2, 'ada') AS ignored2, pg_temp.autosaved(:e2, 'added') AS added, reportlink_prelim_sign('north', :e2, 'ada') AS ignored3 \gset
SELECT is(reportlink_prune_documents('north', 'infinity'), 3, 'all but the one that was signed');
SELECT is((reportlink_reject('north', :e2, 'abe'))::text, format('(%s,,signed,ada,%s)', :e2::text, :added::text), 'reject: back to the status on which it began, the text stays');
SELECT pg_temp.autosaved(:e2, 'more') AS ignored, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 3, 'all but the one in force');
SELECT is((reportlink_discard('north', :e2, false, 'ada'))::text, format('(%s,,signed,ada,%s)', :e2::text, :alone::text), 'discard: back to what was signed');
SELECT reportlink_start_addendum('north', :e2, 'ada') AS ignored, pg_temp.autosaved(:e2, 'second') AS second, reportlink_sign('north', :e2, 'ada') AS ignored2,
	reportlink_start_addendum('north', :e2, 'ada') AS ignored3, pg_temp.autosaved(:e2, 'third') AS ignored4, reportlink_prelim_sign('north', :e2, 'ada') AS ignored5, reportlink_prune_documents('north', 'infinity') AS gone \gset
SELECT is(:gone, 7, 'all but those that were signed, and the one left behind by discard goes');
SELECT is((reportlink_reject('north', :e2, 'abe')).status, 'addendum_signed', 'reject of a second addendum: the status on which that one began');
SELECT is((reportlink_discard('north', :e2, false, 'ada')).document_id, :second::bigint, 'discard: back to the first addendum');
SELECT is(pg_temp.problems(), 'none', 'nothing but pruned autosaves is missing from any history');
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');

-- What was signed: who has every right on every table, and does not own them, cannot change or
-- remove it by any statement, nor can the owner of the tables as long as the triggers are there

SELECT pg_temp.restored_report('north', 'P6', 'F-' || name, NULL, 'unread') AS report, name INTO TEMP sealed FROM unnest('{signed,addendum,linked,second,rejected,cancelled,left,group}'::text[]) name;
CREATE FUNCTION pg_temp.sealed(which text) RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT report FROM sealed WHERE name = which; END;
CREATE FUNCTION pg_temp.dictated(report bigint, actor text DEFAULT 'ada') RETURNS bigint
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM reportlink_open('north', report, actor);
	RETURN reportlink_save('north', report, jsonb_build_object('final_report', 'text of ' || report), NULL, false, actor);
END
$$;
SELECT pg_temp.dictated(pg_temp.sealed('signed')) AS signed, reportlink_sign('north', pg_temp.sealed('signed'), 'ada') AS ignored \gset
SELECT pg_temp.dictated(pg_temp.sealed('addendum')) AS ignored, reportlink_sign('north', pg_temp.sealed('addendum'), 'ada') AS ignored2, reportlink_start_addendum('north', pg_temp.sealed('addendum'), 'ada') AS ignored3,
	pg_temp.autosaved(pg_temp.sealed('addendum'), 'x') AS ignored4 \gset
SELECT reportlink_link('north', ARRAY[pg_temp.sealed('linked'), pg_temp.sealed('second')], true, 'ada') AS ignored, pg_temp.dictated(pg_temp.sealed('linked')) AS ignored2, reportlink_sign('north', pg_temp.sealed('second'), 'ada') AS ignored3 \gset
SELECT pg_temp.dictated(pg_temp.sealed('rejected')) AS ignored, reportlink_prelim_sign('north', pg_temp.sealed('rejected'), 'ada') AS ignored2, reportlink_reject('north', pg_temp.sealed('rejected'), 'abe') AS ignored3 \gset
SELECT pg_temp.dictated(pg_temp.sealed('cancelled')) AS ignored, reportlink_prelim_sign('north', pg_temp.sealed('cancelled'), 'ada') AS ignored2, reportlink_reject('north', pg_temp.sealed('cancelled'), 'abe') AS ignored3,
	reportlink_cancel('north', pg_temp.sealed('cancelled'), false, 'ada') AS ignored4 \gset
-- one that left the group whose text was signed, and is unread and blank again
SELECT reportlink_link('north', ARRAY[pg_temp.sealed('group'), pg_temp.sealed('left')], true, 'ada') AS ignored, pg_temp.dictated(pg_temp.sealed('group')) AS ignored2, reportlink_prelim_sign('north', pg_temp.sealed('group'), 'ada') AS ignored3,
	reportlink_reject('north', pg_temp.sealed('group'), 'abe') AS ignored4 \gset
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[pg_temp.sealed('left')], true, 'ada') \gset
SELECT is((SELECT array_agg(s.name || ' ' || r.status ORDER BY s.name) FROM sealed s JOIN reportlink.report r ON r.report_id = s.report),
	'{"addendum signed","cancelled cancelled","group draft","left unread","linked signed","rejected draft","second signed","signed signed"}'::text[], 'reports, whose histories are signed, in their states');

-- All signatures, the versions under them to the letter, and who finds them
CREATE FUNCTION pg_temp.seal() RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(line) FROM (
			SELECT s::text FROM reportlink.signature s WHERE s.organization_id = 'north'
			UNION ALL SELECT d::text FROM reportlink.document d WHERE d.organization_id = 'north' AND d.document_id IN (SELECT document_id FROM reportlink.signature)
			UNION ALL SELECT concat_ws(' ', p.report, h.document_id, h.signed_as, h.signed_by, h.signed_at) FROM sealed p JOIN reportlink.report r ON r.report_id = p.report, LATERAL reportlink_history('north', r.report_id) h WHERE h.signed
			UNION ALL SELECT concat_ws(' ', 'in force', t.report_id, t.document_id, t.status, t.signed_at) FROM sealed p JOIN reportlink.report_text t ON t.report_id = p.report AND p.name IN ('signed', 'linked', 'second')
			UNION ALL SELECT e::text FROM reportlink.event e WHERE e.type ~ 'signed'
		) t (line);
	END;
CREATE ROLE reportlink_test_writer;
CREATE SCHEMA reportlink_test AUTHORIZATION reportlink_test_writer;
GRANT USAGE ON SCHEMA reportlink TO reportlink_test_writer;
GRANT ALL ON ALL TABLES IN SCHEMA reportlink TO reportlink_test_writer;
GRANT ALL ON ALL SEQUENCES IN SCHEMA reportlink TO reportlink_test_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reportlink_test_writer;
GRANT SELECT ON sealed TO reportlink_test_writer;
SET LOCAL ROLE reportlink_test_writer;
CREATE VIEW reportlink_test.document AS SELECT * FROM reportlink.document;
CREATE VIEW reportlink_test.signature AS SELECT * FROM reportlink.signature;
CREATE VIEW reportlink_test.report AS SELECT * FROM reportlink.report;
CREATE FUNCTION reportlink_test.remove() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM reportlink.signature RETURNING signature_id';
RESET ROLE;

-- How a statement ends for a role, with what became of what was signed; everything is taken back
CREATE FUNCTION pg_temp.attempted(role text, statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	before text[] := pg_temp.seal();
	outcome text := 'done';
BEGIN
	BEGIN
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE statement;
	EXCEPTION WHEN OTHERS THEN
		outcome := SQLSTATE;
	END;
	EXECUTE 'RESET ROLE';
	RAISE EXCEPTION USING ERRCODE = 'TRY01', MESSAGE = outcome || CASE WHEN before <@ pg_temp.seal() THEN '' ELSE ' (and what was signed is not what it was)' END;
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.attempt(statement text, expected text) RETURNS text
	LANGUAGE sql
	RETURN is(pg_temp.attempted('reportlink_test_writer', statement), expected, format('%s: %s', expected, left(statement, 150)));

-- the proof itself can fail
SET LOCAL session_replication_role = replica;
SELECT matches(pg_temp.attempted(current_user, statement), 'done .and what was signed', format('without the triggers it would be seen: %s', statement))
FROM unnest(ARRAY['UPDATE reportlink.document SET final_report = ''forged''', 'DELETE FROM reportlink.document', 'TRUNCATE reportlink.document', 'DELETE FROM reportlink.signature', 'UPDATE reportlink.signature SET signed_by = ''abe''',
	'DELETE FROM reportlink.past_link', 'DELETE FROM reportlink.event', 'UPDATE reportlink.report SET document_id = NULL', 'UPDATE reportlink.report_group SET document_id = NULL', 'DELETE FROM reportlink.report']) statement;
SET LOCAL session_replication_role = origin;

-- every column of every table that only functions write
SELECT pg_temp.attempt(format('UPDATE %s SET %I = %s', a.attrelid::regclass, a.attname, CASE WHEN a.attidentity = 'a' THEN 'DEFAULT' WHEN a.attnotnull THEN quote_ident(a.attname) ELSE 'NULL' END),
	CASE WHEN a.attgenerated = 's' THEN '428C9' ELSE 'RL021' END)
FROM pg_attribute a
WHERE a.attrelid IN ('reportlink.document'::regclass, 'reportlink.signature'::regclass, 'reportlink.past_link'::regclass, 'reportlink.report_group'::regclass, 'reportlink.event'::regclass) AND a.attnum > 0 AND NOT a.attisdropped;
-- every way to write to them
SELECT pg_temp.attempt(format(s.statement, t.name, t.id), 'RL021')
FROM (VALUES ('document', 'document_id'), ('signature', 'signature_id'), ('past_link', 'past_link_id'), ('report_group', 'group_id'), ('event', 'event_id')) t (name, id), unnest(ARRAY[
	'DELETE FROM reportlink.%s', 'DELETE FROM ONLY reportlink.%s WHERE organization_id = ''north''', 'DELETE FROM reportlink.%s USING reportlink.member', 'TRUNCATE reportlink.%s CASCADE',
	'TRUNCATE reportlink.member, reportlink.%s CASCADE', 'UPDATE reportlink.%s x SET organization_id = m.organization_id FROM reportlink.member m', 'UPDATE reportlink.%s SET organization_id = ''south''',
	'WITH gone AS (DELETE FROM reportlink.%s RETURNING *) SELECT count(*) FROM gone', 'WITH changed AS (UPDATE reportlink.%s SET organization_id = ''south'' RETURNING *) SELECT count(*) FROM changed',
	'MERGE INTO reportlink.%1$s x USING (VALUES (''north'')) v (o) ON x.organization_id = v.o WHEN MATCHED THEN DELETE', 'MERGE INTO reportlink.%1$s x USING (VALUES (''north'')) v (o) ON x.organization_id = v.o WHEN MATCHED THEN UPDATE SET organization_id = ''south''',
	'DO $do$ BEGIN DELETE FROM reportlink.%s; END $do$', 'DO $do$ DECLARE c CURSOR FOR SELECT * FROM reportlink.%1$s FOR UPDATE; r record; BEGIN OPEN c; FETCH c INTO r; DELETE FROM reportlink.%1$s WHERE CURRENT OF c; END $do$',
	'INSERT INTO reportlink.%1$s OVERRIDING USER VALUE SELECT (x).* FROM (SELECT jsonb_populate_record(x, ''{}'') AS x FROM reportlink.%1$s x LIMIT 1) s']) s (statement)
WHERE NOT (t.name = 'document' AND s.statement LIKE 'INSERT%'); -- that has a generated column
SELECT pg_temp.attempt(statement, 'RL021')
FROM unnest(ARRAY['UPDATE reportlink_test.document SET final_report = ''forged''', 'DELETE FROM reportlink_test.document', 'DELETE FROM reportlink_test.signature', 'UPDATE reportlink_test.signature SET signed_by = ''abe''', 'UPDATE reportlink_test.report SET document_id = NULL',
	'DELETE FROM reportlink_test.report', 'SELECT reportlink_test.remove()',
	$$INSERT INTO reportlink.document (organization_id, report_id, final_report) VALUES ('north', 1, 'forged')$$,
	$$INSERT INTO reportlink.document (organization_id, document_id, report_id, final_report) OVERRIDING SYSTEM VALUE SELECT organization_id, document_id, report_id, 'forged' FROM reportlink.document ON CONFLICT (organization_id, document_id) DO UPDATE SET final_report = 'forged'$$,
	$$INSERT INTO reportlink.signature (organization_id, signature_id, document_id, report_id, status, signed_by) OVERRIDING SYSTEM VALUE SELECT organization_id, signature_id, document_id, report_id, status, 'abe' FROM reportlink.signature ON CONFLICT (organization_id, signature_id) DO UPDATE SET signed_by = 'abe'$$,
	$$INSERT INTO reportlink.signature (organization_id, document_id, report_id, status, signed_by) SELECT 'north', document_id, report_id, 'signed', 'abe' FROM reportlink.document$$,
	$$INSERT INTO reportlink.report (organization_id, order_id, document_id) VALUES ('north', 'forged', 1)$$, $$INSERT INTO reportlink.report (organization_id, order_id, status) VALUES ('north', 'forged', 'signed')$$,
	'TRUNCATE reportlink.report', 'TRUNCATE reportlink.report CASCADE', 'TRUNCATE reportlink.organization CASCADE', 'TRUNCATE reportlink.patient CASCADE']) statement;
-- the reports that stand on it
SELECT pg_temp.attempt(format('DELETE FROM reportlink.report WHERE report_id = %s', report), 'RL021') FROM sealed ORDER BY name;
SELECT pg_temp.attempt('DELETE FROM reportlink.report', 'RL021');
SELECT pg_temp.attempt(format('UPDATE reportlink.report SET %s WHERE report_id = %s', change, pg_temp.sealed(name)), 'RL021')
FROM unnest('{signed,addendum,linked,rejected,cancelled,left}'::text[]) name, unnest(ARRAY['document_id = 1', 'report_id = DEFAULT', 'organization_id = ''south''', 'addendum_open = NOT addendum_open', 'signed_at = ''2020-01-01''', 'drafting = NOT drafting',
	'group_id = 1 + coalesce(group_id, 0)', 'link_position = 7', 'document_id = 1, study_name = ''x''']) change;
SELECT pg_temp.attempt(format('UPDATE reportlink.report SET document_id = NULL WHERE report_id = %s', pg_temp.sealed('signed')), 'RL021');
SELECT pg_temp.attempt(format('MERGE INTO reportlink.report r USING (VALUES (%s::bigint)) v (i) ON r.report_id = v.i WHEN MATCHED THEN %s', pg_temp.sealed(name), action), 'RL021')
FROM unnest('{signed,linked,rejected}'::text[]) name, unnest('{DELETE,UPDATE SET document_id = NULL}'::text[]) action WHERE NOT (name = 'linked' AND action LIKE 'UPDATE%');
SELECT pg_temp.attempt(statement, '23503')
FROM unnest(ARRAY['DELETE FROM reportlink.organization', 'DELETE FROM reportlink.patient', 'UPDATE reportlink.organization SET organization_id = organization_id || ''x''', 'UPDATE reportlink.patient SET mrn = mrn || ''x''']) statement;
-- by plain SQL in somebody's name: a signed report does not go back
SET LOCAL reportlink.user_id = 'ada';
SELECT pg_temp.attempt(format('UPDATE reportlink.report SET status = %L WHERE report_id = %s', status, pg_temp.sealed(name)), 'RL015')
FROM unnest('{signed,addendum,linked}'::text[]) name, unnest('{unread,draft,prelim_signed,cancelled}'::text[]) status;
SELECT pg_temp.attempt(format('UPDATE reportlink.report SET status = ''cancelled'' WHERE report_id = %s', pg_temp.sealed('rejected')), 'done');
RESET reportlink.user_id;
-- by the functions
SELECT pg_temp.attempt(statement, expected)
FROM (VALUES
	($$SELECT reportlink_prune_documents('north', 'infinity')$$, 'done'),
	(format($$SELECT reportlink_save('north', %s, '{"final_report": "forged"}', NULL, true, 'ada')$$, pg_temp.sealed('signed')), 'RL016'),
	(format($$SELECT reportlink_save('north', %s, '{"final_report": "more"}', NULL, true, 'ada')$$, pg_temp.sealed('addendum')), 'done'),
	(format($$SELECT reportlink_save('north', %s, '{"final_report": "more"}', NULL, true, 'ada')$$, pg_temp.sealed('rejected')), 'done'),
	(format($$SELECT reportlink_discard('north', %s, true, 'ada')$$, pg_temp.sealed('signed')), 'RL016'),
	(format($$SELECT reportlink_discard('north', %s, true, 'ada')$$, pg_temp.sealed('addendum')), 'done'),
	(format($$SELECT reportlink_discard('north', %s, true, 'ada')$$, pg_temp.sealed('rejected')), 'done'),
	(format($$SELECT * FROM reportlink_unlink('north', '{%s}', true, 'ada')$$, pg_temp.sealed('linked')), 'RL006'),
	(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, pg_temp.sealed('signed'), pg_temp.sealed('left')), 'RL006'),
	(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, pg_temp.sealed('rejected'), pg_temp.sealed('left')), 'done'),
	(format($$SELECT reportlink_cancel('north', %s, true, 'ada')$$, pg_temp.sealed('linked')), 'RL015'),
	(format($$SELECT reportlink_cancel('north', %s, true, 'ada')$$, pg_temp.sealed('rejected')), 'done'),
	(format($$SELECT reportlink_reject('north', %s, 'ada')$$, pg_temp.sealed('signed')), 'RL015')) t (statement, expected);
-- by taking the guards away: none of it is the writer's
SELECT pg_temp.attempt(format(statement, name), '42501')
FROM unnest('{document,signature,past_link,report,event}'::text[]) name, unnest(ARRAY['ALTER TABLE reportlink.%s DISABLE TRIGGER ALL', 'DROP TRIGGER reportlink_truncate ON reportlink.%s', 'ALTER TRIGGER reportlink_truncate ON reportlink.%s RENAME TO mine',
	'TRUNCATE reportlink.%s RESTART IDENTITY CASCADE', 'DROP TABLE reportlink.%s CASCADE', 'ALTER TABLE reportlink.%s RENAME TO mine', 'ALTER TABLE reportlink.%s DROP COLUMN organization_id CASCADE', 'ALTER TABLE reportlink.%s SET SCHEMA reportlink_test', 'ALTER TABLE reportlink.%s OWNER TO reportlink_test_writer',
	'CREATE RULE forge AS ON DELETE TO reportlink.%s DO INSTEAD NOTHING', 'ALTER TABLE reportlink.%s ENABLE ROW LEVEL SECURITY', 'CREATE TABLE reportlink_test.child () INHERITS (reportlink.%s)']) statement;
SELECT pg_temp.attempt(statement, '42501')
FROM unnest(ARRAY['DROP SCHEMA reportlink CASCADE', 'ALTER SCHEMA reportlink RENAME TO mine', 'DROP EXTENSION reportlink CASCADE', 'DROP FUNCTION reportlink_refuse_change() CASCADE',
	'CREATE OR REPLACE FUNCTION public.reportlink_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN OLD; END $f$', 'SET session_replication_role = replica', 'SELECT reportlink_install()']) statement;
-- the owner of the tables, as long as he leaves the triggers alone
SELECT is(pg_temp.attempted(current_user, statement), 'RL021', format('the owner of the tables, RL021: %s', statement))
FROM unnest(ARRAY['UPDATE reportlink.document SET final_report = ''forged''', 'DELETE FROM reportlink.document', 'TRUNCATE reportlink.document', 'TRUNCATE reportlink.document CASCADE', 'UPDATE reportlink.signature SET signed_by = ''abe''', 'DELETE FROM reportlink.signature',
	'TRUNCATE reportlink.signature', 'DELETE FROM reportlink.past_link', 'TRUNCATE reportlink.past_link', 'DELETE FROM reportlink.event', 'TRUNCATE reportlink.event', 'DELETE FROM reportlink.report', 'UPDATE reportlink.report SET document_id = NULL', 'TRUNCATE reportlink.organization CASCADE']) statement;

-- Tables without statistics, as after a restore: the planner takes every index of an
-- organization for as good as the right one, but no product comes of it

SELECT idx_tup_fetch AS before FROM pg_stat_xact_user_tables WHERE relid = 'reportlink.report'::regclass \gset
SELECT count(*) AS versions FROM reportlink_history('north', pg_temp.sealed('rejected')) \gset
SELECT cmp_ok(s.idx_tup_fetch - :before, '<=', (:versions + 5) * (SELECT count(*) FROM reportlink.report),
	'a history looks at the reports once for each of its versions, not for each that there is')
FROM pg_stat_xact_user_tables s WHERE s.relid = 'reportlink.report'::regclass;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
