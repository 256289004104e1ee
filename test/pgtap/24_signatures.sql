-- Signatures, addenda and rejections (section 6), for one report and for groups
-- of 2 and 20: all or nothing, who signs for whom, what an addendum starts with,
-- and what a rejection goes back to. Recall is off, so that each final signature
-- is published at once; 28_recall.sql is about it.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(883);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES
	('north', 'ray', 'resident'), ('north', 'dan', 'drafter');

CREATE FUNCTION pg_temp.calling(function text, report bigint, actor text) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_%s(%L, %s, %L)', function, 'north', report, actor);

-- So many linked reports (one: not linked), open for their author, with a final report; their ids in link order
CREATE FUNCTION pg_temp.drafted(mrn text, size int, author text, final_report text DEFAULT 'No acute findings.') RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.new_reports('north', mrn, size);
BEGIN
	IF size > 1 THEN
		PERFORM reportlink_link('north', ids, false, 'adm');
	END IF;
	PERFORM reportlink_open('north', ids[1], author);
	PERFORM reportlink_save('north', ids[size], jsonb_build_object('final_report', final_report), NULL, true, author);
	PERFORM pg_temp.events();
	RETURN ids;
END
$$;

-- The same, with a preliminary signature; nobody's or another's afterwards, if so asked
CREATE FUNCTION pg_temp.prelim_signed(mrn text, size int, signer text, owner text DEFAULT 'the signer') RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.drafted(mrn, size, signer);
BEGIN
	PERFORM reportlink_prelim_sign('north', ids[1], signer);
	IF owner IS DISTINCT FROM 'the signer' THEN
		PERFORM reportlink_assign('north', ids[1], owner, 'adm');
	END IF;
	PERFORM pg_temp.events();
	RETURN ids;
END
$$;

-- Status, owner, drafting, addendum and final signature that all these reports have; more than one when they differ
CREATE FUNCTION pg_temp.all_are(ids bigint[]) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(DISTINCT concat_ws(' ', pg_temp.state_of(r.report_id), CASE WHEN r.addendum_open THEN 'addendum' END,
			CASE WHEN r.signed_at IS NOT NULL THEN 'final' END), ', ')
		FROM reportlink.report r WHERE r.report_id = ANY (ids);
	END;
CREATE FUNCTION pg_temp.final_report_of(report bigint) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT t.final_report FROM reportlink.report_text t WHERE t.report_id = report;
	END;
CREATE FUNCTION pg_temp.documents(ids bigint[]) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT count(*) FROM reportlink.document d WHERE d.report_id = ANY (ids);
	END;
-- 'status by document' of every signature made through these reports, in their order
CREATE FUNCTION pg_temp.signatures(ids bigint[]) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(concat_ws(' ', s.status, 'by', s.signed_by, 'on', s.document_id) ORDER BY s.signature_id)
		FROM reportlink.signature s WHERE s.report_id = ANY (ids);
	END;
CREATE FUNCTION pg_temp.group_of(report bigint) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT r.group_id FROM reportlink.report r WHERE r.report_id = report;
	END;

-- From a draft to an addendum, for 1, 2 and 20 reports

CREATE FUNCTION pg_temp.a_day(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := CASE size WHEN 1 THEN 'one report: ' ELSE 'a group of ' || size || ': ' END;
	ids bigint[] := pg_temp.drafted('day ' || size, size, 'rex');
	mid bigint := ids[(size + 1) / 2];
	grp bigint := pg_temp.group_of(mid);
	doc bigint := pg_temp.document_of(mid);
	addendum bigint;
	e reportlink.event;
BEGIN
	RETURN NEXT is(reportlink_prelim_sign('north', mid, 'rex')::text, format('(%s,%s,prelim_signed,rex,%s)', mid, grp, doc),
		what || 'prelim_sign returns report_id, group_id, status, owner_id, document_id');
	RETURN NEXT is(pg_temp.all_are(ids), 'prelim_signed rex', what || 'prelim_sign: status of all, not drafting, the owner stays, no final signature');
	RETURN NEXT is(pg_temp.events(), ARRAY['prelim_signed'], what || 'prelim_sign: one event');
	e := pg_temp.event('report.prelim_signed');
	RETURN NEXT is(e.report_ids, ids, what || 'prelim_signed: all reports, in link order');
	RETURN NEXT is(ROW(e.group_id, e.document_id, e.default_report_id, e.actor)::text,
		ROW(grp, doc, CASE WHEN size > 1 THEN ids[1] END, 'rex')::text, what || 'prelim_signed: group, document signed, default report, actor');
	RETURN NEXT is(e.data, '{"old_status": "draft", "status": "prelim_signed"}', what || 'prelim_signed: data');
	RETURN NEXT is(jsonb_array_length(e.linked_identifiers), size, what || 'prelim_signed: identifiers of all');

	RETURN NEXT is(reportlink_sign('north', mid, 'ada')::text, format('(%s,%s,signed,ada,%s)', mid, grp, doc), what || 'sign returns the same row');
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada final', what || 'sign: status, owner and signed_at of all');
	RETURN NEXT is((SELECT array_agg(DISTINCT signed_at) FROM reportlink.report WHERE report_id = ANY (ids)), ARRAY[now()],
		what || 'sign: signed_at is the time of the transaction');
	RETURN NEXT is(pg_temp.events(), ARRAY['owner_changed', 'signed', 'published'], what || 'sign: the attending takes over, then signs, then it is published');
	e := pg_temp.event('report.owner_changed');
	RETURN NEXT is(ROW(e.report_ids, e.data)::text, ROW(ids, '{"new_owner": "ada", "old_owner": "rex"}'::jsonb)::text,
		what || 'owner_changed: all reports, from the resident to the attending');
	e := pg_temp.event('report.signed');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.data)::text,
		ROW(ids, grp, doc, '{"old_status": "prelim_signed", "status": "signed"}'::jsonb)::text, what || 'signed: all reports, group, document signed, data');
	RETURN NEXT is(pg_temp.documents(ids), 1::bigint, what || 'two signatures copied no text');
	RETURN NEXT is(pg_temp.signatures(ids), ARRAY[format('prelim_signed by rex on %s', doc), format('signed by ada on %s', doc)],
		what || 'a row for each signature');
	RETURN NEXT is((SELECT array_agg(DISTINCT ROW(s.report_id, s.group_id)::text) FROM reportlink.signature s WHERE s.report_id = ANY (ids)),
		ARRAY[ROW(mid, grp)::text], what || 'signature: the report through which it was signed, and the group');

	RETURN NEXT is(left(reportlink_start_addendum('north', mid, 'ada')::text, -1 - length(pg_temp.document_of(mid)::text)),
		format('(%s,%s,signed,ada,', mid, grp), what || 'start_addendum returns the same row');
	addendum := pg_temp.document_of(mid);
	RETURN NEXT isnt(addendum, doc, what || 'start_addendum: with a new version');
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada drafting addendum final', what || 'start_addendum: open and drafting for all, the status stays');
	RETURN NEXT is(pg_temp.events(), ARRAY['addendum_started'], what || 'start_addendum: one event');
	e := pg_temp.event('report.addendum_started');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.data)::text,
		ROW(ids, grp, addendum, jsonb_build_object('old_status', 'signed', 'status', 'signed', 'base_document_id', doc))::text,
		what || 'addendum_started: all reports, group, the new version, data with what was signed');
	RETURN NEXT is((SELECT ROW(parent_id, report_id, group_id, checkpoint, reason, base_status, saved_by)::text FROM reportlink.document WHERE document_id = addendum),
		ROW(doc, mid, grp, true, 'addendum', 'signed', 'ada')::text, what || 'the version that starts an addendum says so');
	RETURN NEXT is(pg_temp.documents(ids), 2::bigint, what || 'start_addendum: one version, not one a report');

	addendum := reportlink_save('north', ids[size], '{"final_report": "Addendum."}', addendum, true, 'ada');
	PERFORM pg_temp.events();
	-- as if the first signature had been given on another day
	SET LOCAL session_replication_role = replica;
	UPDATE reportlink.report SET signed_at = '2020-02-02' WHERE report_id = ANY (ids);
	SET LOCAL session_replication_role = origin;
	RETURN NEXT is(reportlink_sign('north', mid, 'ada')::text, format('(%s,%s,addendum_signed,ada,%s)', mid, grp, addendum), what || 'sign of an addendum');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_signed ada final', what || 'sign of an addendum: closed, not drafting, for all');
	RETURN NEXT is(pg_temp.events(), ARRAY['addendum_signed', 'published'], what || 'sign of an addendum: one event, then it is published');
	e := pg_temp.event('report.addendum_signed');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.data)::text,
		ROW(ids, grp, addendum, '{"old_status": "signed", "status": "addendum_signed"}'::jsonb)::text, what || 'addendum_signed: all reports, group, document signed, data');
	RETURN NEXT is((SELECT array_agg(DISTINCT signed_at) FROM reportlink.report WHERE report_id = ANY (ids)), ARRAY['2020-02-02'::timestamptz],
		what || 'signed_at is that of the first final signature');
	RETURN NEXT is(pg_temp.documents(ids), 3::bigint, what || 'no text was copied');
	RETURN NEXT is((SELECT array_agg(final_report ORDER BY document_id) FROM reportlink.document WHERE report_id = ANY (ids)),
		ARRAY['No acute findings.', 'No acute findings.', 'Addendum.'], what || 'what was signed first is still there');
	RETURN NEXT is((SELECT array_agg(format('%s %s by %s', h.document_id, h.signed_as, h.signed_by) ORDER BY h.document_id)
			FROM reportlink_history('north', mid) h WHERE h.signed),
		ARRAY[format('%s signed by ada', doc), format('%s addendum_signed by ada', addendum)], what || 'the history shows both versions that were signed');
	RETURN NEXT is(pg_temp.linked_with(mid), CASE WHEN size > 1 THEN ids END, what || 'still linked');
END
$$;
SELECT pg_temp.a_day(size) FROM unnest('{1,2,20}'::int[]) size;

-- All or nothing

SELECT pg_temp.drafted('N1', 20, 'ada', E' \n') AS n \gset
SELECT (:'n'::bigint[])[7] AS n7 \gset
SELECT pg_temp.refused(pg_temp.calling(function, :n7, 'ada'), 'RL020 final report is empty', format('a group of 20, %s of an empty report: nothing changes', function))
FROM unnest('{sign,prelim_sign}'::text[]) function;
SELECT reportlink_save('north', :n7, '{"final_report": "x"}', NULL, true, 'ada') AS ignored \gset
CREATE FUNCTION pg_temp.refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'not this one';
END
$$;
CREATE TRIGGER refuse_one BEFORE UPDATE ON reportlink.report FOR EACH ROW
	WHEN (NEW.accession_number = 'N1-20' AND (NEW.status LIKE '%signed%' OR OLD.status LIKE '%signed%')) EXECUTE FUNCTION pg_temp.refuse_one();
SELECT pg_temp.refused(pg_temp.calling(function, :n7, 'ada'), 'P0001 not this one', format('%s: when one of 20 cannot be signed, none is', function))
FROM unnest('{sign,prelim_sign}'::text[]) function;
ALTER TABLE reportlink.report DISABLE TRIGGER refuse_one;
SELECT reportlink_prelim_sign('north', :n7, 'ada') AS ignored \gset
ALTER TABLE reportlink.report ENABLE TRIGGER refuse_one;
SELECT pg_temp.refused(pg_temp.calling(function, :n7, 'ada'), 'P0001 not this one', format('%s: so too', function))
FROM unnest('{start_addendum,reject,sign}'::text[]) function;
DROP TRIGGER refuse_one ON reportlink.report;
SELECT is((reportlink_sign('north', :n7, 'ada')).status, 'signed', 'and when it can, all are');
SELECT is(pg_temp.all_are(:'n'), 'signed ada final', 'all 20');

-- Who signs: the owner; an attending takes over what a resident signed preliminarily, if that resident or nobody owns it

CREATE TEMP TABLE countersignature (n int, what text, first_signer text, addendum_by text, addendum_open boolean, owner text, expected text);
INSERT INTO countersignature VALUES
	(1,  'the resident who signed owns it',                      'rex', NULL,  false, 'rex', 'done'),
	(2,  'nobody owns it',                                       'rex', NULL,  false, NULL,  'done'),
	(3,  'the attending owns it',                                'rex', NULL,  false, 'ada', 'done'),
	(4,  'another resident owns it',                             'rex', NULL,  false, 'ray', 'RL008'),
	(5,  'a drafter owns it',                                    'rex', NULL,  false, 'dan', 'RL008'),
	(6,  'another attending owns it',                            'rex', NULL,  false, 'abe', 'RL008'),
	(7,  'another attending signed and owns it',                 'abe', NULL,  false, 'abe', 'RL008'),
	(8,  'another attending signed, nobody owns it',             'abe', NULL,  false, NULL,  'done'),
	(9,  'he signed preliminarily himself',                      'ada', NULL,  false, 'ada', 'done'),
	(10, 'an addendum: the resident who signed it owns it',      'ray', 'rex', false, 'rex', 'done'),
	(11, 'an addendum: nobody owns it',                          'ray', 'rex', false, NULL,  'done'),
	(12, 'an addendum: the resident of the base owns it',        'ray', 'rex', false, 'ray', 'RL008'),
	(13, 'an addendum: a drafter owns it',                       'ray', 'rex', false, 'dan', 'RL008'),
	(14, 'an addendum is open on it: the resident owns it',      'rex', NULL,  true,  'rex', 'RL008'),
	(15, 'an addendum is open on it: nobody owns it',            'rex', NULL,  true,  NULL,  'RL008'),
	(16, 'an addendum is open on it: the attending owns it',     'rex', NULL,  true,  'ada', 'done'),
	(17, 'an addendum is open on an addendum: the resident owns it', 'ray', 'rex', true, 'rex', 'RL008'),
	(18, 'an addendum is open on an addendum: nobody owns it',   'ray', 'rex', true,  NULL,  'RL008');
CREATE FUNCTION pg_temp.countersigned(c countersignature, size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('%s, %s: ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END, c.what);
	ids bigint[] := pg_temp.prelim_signed(format('take %s of %s', c.n, size), size, c.first_signer);
	document bigint;
BEGIN
	IF c.addendum_by IS NOT NULL THEN
		PERFORM reportlink_assign('north', ids[1], NULL, 'adm'), reportlink_start_addendum('north', ids[1], c.addendum_by),
			reportlink_prelim_sign('north', ids[1], c.addendum_by);
	END IF;
	IF c.addendum_open THEN
		PERFORM reportlink_assign('north', ids[1], NULL, 'adm'), reportlink_start_addendum('north', ids[1], 'rex');
	END IF;
	PERFORM reportlink_assign('north', ids[1], c.owner, 'adm'), pg_temp.events();
	document := pg_temp.document_of(ids[1]);
	IF c.expected <> 'done' THEN
		RETURN NEXT pg_temp.refused(pg_temp.calling('sign', ids[size], 'ada'), 'RL008 report not owned by user', what || 'RL008');
		RETURN;
	END IF;
	-- the base has no final signature in any of them
	RETURN NEXT is(pg_temp.outcome(pg_temp.calling('sign', ids[size], 'ada')), 'done', what || 'an attending may sign');
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada final', what || 'signed, and his');
	RETURN NEXT is(pg_temp.events(), CASE WHEN c.owner = 'ada' THEN '{signed,published}' ELSE '{owner_changed,signed,published}' END::text[], what || 'its events');
	RETURN NEXT is((pg_temp.event('report.signed')).document_id, document, what || 'the text that was signed preliminarily');
	IF c.owner IS DISTINCT FROM 'ada' THEN
		RETURN NEXT is((pg_temp.event('report.owner_changed')).data, jsonb_build_object('old_owner', c.owner, 'new_owner', 'ada'), what || 'owner_changed: data');
	END IF;
END
$$;
SELECT pg_temp.countersigned(c, size) FROM countersignature c, unnest('{1,2}'::int[]) size;

SELECT (pg_temp.drafted('T1', 1, 'rex'))[1] AS t1, (pg_temp.prelim_signed('T2', 1, 'rex'))[1] AS t2 \gset
SELECT pg_temp.refused(pg_temp.calling('sign', :t1, 'ada'), 'RL008 report not owned by user', 'a resident''s draft is not taken over by signing');
SELECT pg_temp.refused(pg_temp.calling('prelim_sign', :t1, 'ada'), 'RL008 report not owned by user', 'nor by signing preliminarily');
SELECT reportlink_close('north', :t1, true, 'rex') AS ignored \gset
SELECT pg_temp.refused(pg_temp.calling(function, :t1, 'ada'), 'RL008 report not owned by user', format('nor is nobody''s draft, by %s', function))
FROM unnest('{sign,prelim_sign}'::text[]) function;
SELECT pg_temp.refused(pg_temp.calling('sign', :t2, 'rex'), 'RL014 role may not do this', 'a resident signs preliminarily only');
SELECT pg_temp.refused(pg_temp.calling('prelim_sign', :t2, 'rex'), 'RL015 invalid status transition', 'and once');
SELECT matches(pg_temp.detail(pg_temp.calling('sign', :t1, 'ada')), :t1::text, 'RL008: DETAIL has its id');
SELECT matches(pg_temp.detail(pg_temp.calling('prelim_sign', :t2, 'rex')), format('%s.*prelim_signed', :t2::text), 'RL015: DETAIL has its id and status');
SELECT reportlink_sign('north', :t2, 'ada') AS ignored \gset
SELECT pg_temp.refused(pg_temp.calling('sign', :t2, 'ada'), 'RL015 invalid status transition', 'what is signed is signed again as an addendum only');

-- Signed at once, by who dictated
SELECT pg_temp.drafted('T3', 2, 'ada') AS t3 \gset
SELECT is((reportlink_sign('north', (:'t3'::bigint[])[2], 'ada')).status, 'signed', 'an attending signs his draft without a preliminary signature');
SELECT is(pg_temp.all_are(:'t3'), 'signed ada final', 'all reports');
SELECT is((pg_temp.event('report.signed')).data, '{"old_status": "draft", "status": "signed"}', 'signed: from draft');

-- With notify_previous_owner the one from whom it was taken is told
UPDATE reportlink.organization SET notify_previous_owner = true WHERE organization_id = 'north';
SELECT (pg_temp.prelim_signed('T4', 2, 'rex'))[1] AS t4, (pg_temp.prelim_signed('T5', 2, 'rex', 'ray'))[1] AS t5, (pg_temp.prelim_signed('T6', 2, 'rex'))[1] AS t6 \gset
SELECT reportlink_sign('north', :t4, 'ada') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "rex", "new_owner": "ada", "recipient": "rex"}', 'sign: the resident');
SELECT reportlink_reject('north', :t5, 'ada') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ray", "new_owner": "rex", "recipient": "ray"}', 'reject: who owned it meanwhile');
SELECT reportlink_start_addendum('north', :t6, 'ada') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "rex", "new_owner": "ada", "recipient": "rex"}', 'start_addendum: the resident');
UPDATE reportlink.organization SET notify_previous_owner = DEFAULT WHERE organization_id = 'north';

-- Members who are no longer active

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'res', 'resident'), ('north', 'att', 'attending');
SELECT (pg_temp.prelim_signed('M1', 1, 'res'))[1] AS m1, (pg_temp.prelim_signed('M2', 1, 'res'))[1] AS m2, (pg_temp.prelim_signed('M3', 2, 'res', NULL))[1] AS m3,
	(pg_temp.prelim_signed('M4', 1, 'att'))[1] AS m4, (pg_temp.prelim_signed('M5', 1, 'res'))[1] AS m5, (pg_temp.drafted('M6', 1, 'att'))[1] AS m6 \gset
UPDATE reportlink.member SET active = false WHERE user_id IN ('res', 'att');
SELECT pg_temp.refused(pg_temp.calling(function, report, actor), 'RL013 not an active member', format('RL013: %s by %s, who is not active', function, actor))
FROM (VALUES ('prelim_sign', :m6::bigint, 'att'), ('sign', :m6, 'att'), ('sign', :m4, 'att'), ('reject', :m4, 'att'), ('start_addendum', :m4, 'att'),
	('start_addendum', :m1, 'res'), ('sign', :m1, 'gone')) t (function, report, actor);
SELECT is((reportlink_sign('north', :m1, 'ada')).owner_id, 'ada', 'an attending takes over from a resident who is not active any more');
SELECT is((reportlink_reject('north', :m2, 'ada')).owner_id, 'res', 'rejected, it is again who signed''s, active or not');
SELECT is((reportlink_reject('north', :m3, 'ada')).owner_id, 'res', 'also when it was nobody''s');
SELECT is((reportlink_start_addendum('north', :m5, 'ada')).owner_id, 'ada', 'an attending starts an addendum on what an inactive resident owns');
SELECT pg_temp.refused(pg_temp.calling('start_addendum', :m4, 'ada'), 'RL008 report not owned by user', 'but not on what another attending owns, active or not');

-- RL020: nothing to sign

CREATE TEMP TABLE emptiness (what text, content jsonb);
INSERT INTO emptiness VALUES ('no document', NULL), ('no final report, but a transcript', '{"transcript": "x"}'), ('an empty one', '{"final_report": "", "transcript": "x"}'),
	('spaces', '{"final_report": "   "}'), ('spaces, tabs and newlines', '{"final_report": " \t\r\n \n"}'), ('emptied', '{"final_report": null, "views": "PA"}');
CREATE FUNCTION pg_temp.emptied(e emptiness, size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('%s, final report: %s, ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END, e.what);
	ids bigint[] := pg_temp.new_reports('north', format('%s of %s', e.what, size), size);
BEGIN
	IF size > 1 THEN
		PERFORM reportlink_link('north', ids, false, 'ada');
	END IF;
	PERFORM reportlink_open('north', ids[1], 'ada');
	IF e.content IS NOT NULL THEN
		PERFORM reportlink_save('north', ids[1], '{"final_report": "text"}', NULL, true, 'ada'), reportlink_save('north', ids[1], e.content, NULL, true, 'ada');
		-- what was left out must not be what was there before
		IF NOT e.content ? 'final_report' THEN
			PERFORM reportlink_save('north', ids[1], '{"final_report": null}', NULL, true, 'ada');
		END IF;
	END IF;
	RETURN NEXT pg_temp.refused(pg_temp.calling('prelim_sign', ids[1], 'ada'), 'RL020 final report is empty', what || 'prelim_sign: RL020');
	RETURN NEXT pg_temp.refused(pg_temp.calling('sign', ids[size], 'ada'), 'RL020 final report is empty', what || 'sign: RL020');
	RETURN NEXT matches(pg_temp.detail(pg_temp.calling('sign', ids[1], 'ada')), ids[1]::text, what || 'DETAIL has the report');
	PERFORM reportlink_save('north', ids[1], '{"final_report": "\n."}', NULL, false, 'ada');
	RETURN NEXT is((reportlink_prelim_sign('north', ids[1], 'ada')).status, 'prelim_signed', what || 'with a single letter it can be signed, also autosaved');
END
$$;
SELECT pg_temp.emptied(e, size) FROM emptiness e, unnest('{1,2}'::int[]) size;
SELECT pg_temp.restored_report('north', 'E1', status, 'a transcript only', status, 'ada') AS report, status INTO TEMP restored
FROM unnest('{prelim_signed,signed,addendum_signed}'::text[]) status;
SELECT pg_temp.refused(pg_temp.calling('sign', report, 'ada'), 'RL020 final report is empty', 'RL020: over a preliminary signature of a restored report without final report')
FROM restored WHERE status = 'prelim_signed';
SELECT pg_temp.refused(pg_temp.calling('sign', pg_temp.new_report('north', 'E2', '1'), 'ada'), 'RL008 report not owned by user', 'RL008 goes before RL015 and RL020');
SELECT reportlink_assign('north', pg_temp.new_report('north', 'E3', '1'), 'ada', 'ada') AS ignored \gset
SELECT pg_temp.refused(pg_temp.calling('sign', report_id, 'ada'), 'RL015 invalid status transition', 'RL015 goes before RL020: an unread report')
FROM reportlink.report WHERE mrn = 'E3';

-- What an addendum starts with: header, blank line, old text, each as the settings say

CREATE TEMP TABLE beginning (header text, clears boolean, old_text text, expected text);
INSERT INTO beginning VALUES
	('ADDENDUM', false, 'Old text.', E'ADDENDUM\n\nOld text.'),
	('ADDENDUM', true,  'Old text.', 'ADDENDUM'),
	(NULL,       false, 'Old text.', 'Old text.'),
	(NULL,       true,  'Old text.', NULL),
	('ADDENDUM', false, '',          'ADDENDUM'),
	('ADDENDUM', true,  '',          'ADDENDUM'),
	(NULL,       false, '',          NULL),
	(NULL,       true,  '',          NULL),
	('ADDENDUM', false, NULL,        'ADDENDUM'),
	('ADDENDUM', true,  NULL,        'ADDENDUM'),
	(NULL,       false, NULL,        NULL),
	(NULL,       true,  NULL,        NULL),
	('',         false, 'Old text.', 'Old text.'),
	(E'Line 1\nLine 2', false, E'Old\n\ntext. ', E'Line 1\nLine 2\n\nOld\n\ntext. ');
CREATE FUNCTION pg_temp.begun(b beginning, n bigint, linked boolean) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('addendum with%s header, %s, %sthe old text is %s: ', CASE WHEN coalesce(b.header, '') = '' THEN 'out' ELSE '' END,
		CASE WHEN b.clears THEN 'cleared' ELSE 'not cleared' END, CASE WHEN linked THEN 'linked, ' ELSE '' END, coalesce(quote_literal(b.old_text), 'null'));
	ids bigint[] := pg_temp.new_reports('north', format('begin %s %s', n, linked), 2);
	base bigint;
	columns CONSTANT jsonb := '{"transcript": "said", "clinical_history": "cough", "views": "PA", "contrast": "none", "laterality": "left",
		"comparison": "2019", "study_at": "2026-03-02T08:10:00Z"}';
BEGIN
	IF linked THEN
		PERFORM reportlink_link('north', ids, false, 'ada');
	END IF;
	PERFORM reportlink_open('north', ids[1], 'ada'),
		reportlink_save('north', ids[1], columns || '{"final_report": "something to sign"}', NULL, true, 'ada'), reportlink_sign('north', ids[1], 'ada');
	base := pg_temp.document_of(ids[1]);
	-- what a restore may bring, no function signs
	SET LOCAL session_replication_role = replica;
	UPDATE reportlink.document SET final_report = b.old_text WHERE document_id = base;
	SET LOCAL session_replication_role = origin;
	UPDATE reportlink.organization SET addendum_header = b.header, addendum_clears_final_report = b.clears WHERE organization_id = 'north';

	PERFORM reportlink_start_addendum('north', ids[1], 'ada');
	RETURN NEXT is(pg_temp.final_report_of(ids[1]), b.expected, what || coalesce(quote_literal(b.expected), 'null'));
	RETURN NEXT is((SELECT final_report FROM reportlink.document WHERE document_id = base), b.old_text, what || 'what was signed stays');
	RETURN NEXT is((SELECT to_jsonb(t) - (SELECT array_agg(k) FROM jsonb_object_keys(to_jsonb(t)) k WHERE NOT columns ? k)
			FROM reportlink.report_text t WHERE report_id = ids[1]),
		columns || jsonb_build_object('study_at', '2026-03-02T08:10:00Z'::timestamptz), what || 'the other columns are kept');
	IF linked THEN
		RETURN NEXT is(pg_temp.document_of(ids[2]), pg_temp.document_of(ids[1]), what || 'the same for all that are linked');
	END IF;
	IF b.expected IS NULL THEN
		RETURN NEXT pg_temp.refused(pg_temp.calling('sign', ids[1], 'ada'), 'RL020 final report is empty', what || 'it cannot be signed as it is');
	ELSE
		RETURN NEXT is((reportlink_sign('north', ids[1], 'ada')).status, 'addendum_signed', what || 'it can be signed as it is');
	END IF;
END
$$;
SELECT pg_temp.begun(b, n, linked) FROM (SELECT row_number() OVER () AS n, b FROM beginning b) t, unnest('{false,true}'::boolean[]) linked;
UPDATE reportlink.organization SET addendum_header = DEFAULT, addendum_clears_final_report = DEFAULT WHERE organization_id = 'north';

-- Several addenda, one after the other

UPDATE reportlink.organization SET addendum_header = 'Addendum:' WHERE organization_id = 'north';
CREATE FUNCTION pg_temp.again_and_again(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('several addenda, %s: ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	ids bigint[] := pg_temp.drafted('several ' || size, size, 'ada', 'Text.');
	r bigint := ids[size];
BEGIN
	PERFORM reportlink_sign('north', r, 'ada'), reportlink_start_addendum('north', r, 'ada');
	RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', ids[1], 'ada'), 'RL016 content is locked', what || 'one at a time: RL016');
	RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', ids[1], 'rex'), 'RL016 content is locked', what || 'RL016 goes before RL008');
	RETURN NEXT is((reportlink_sign('north', r, 'ada')).status, 'addendum_signed', what || 'the first');
	RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', r, 'rex'), 'RL008 report not owned by user', what || 'a resident takes it from nobody');
	PERFORM reportlink_close('north', r, true, 'ada'), pg_temp.events();
	RETURN NEXT is((reportlink_start_addendum('north', r, 'rex')).owner_id, 'rex', what || 'the second by a resident, when nobody owns it');
	RETURN NEXT is(pg_temp.events(), ARRAY['owner_changed', 'addendum_started'], what || 'owner_changed comes first');
	RETURN NEXT is((pg_temp.event('report.addendum_started')).data - 'base_document_id', '{"old_status": "addendum_signed", "status": "addendum_signed"}', what || 'data');
	RETURN NEXT is((reportlink_prelim_sign('north', r, 'rex')).status, 'addendum_prelim_signed', what || 'the second, preliminarily');
	RETURN NEXT is((pg_temp.event('report.prelim_signed')).data, '{"old_status": "addendum_signed", "status": "addendum_prelim_signed"}',
		what || 'a preliminary addendum is prelim_signed');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_prelim_signed rex final', what || 'the first final signature stays');
	RETURN NEXT is((reportlink_start_addendum('north', r, 'ada')).owner_id, 'ada', what || 'a third on the preliminary one: the attending takes it from the resident');
	RETURN NEXT is((reportlink_prelim_sign('north', r, 'ada')).status, 'addendum_prelim_signed', what || 'the third, preliminarily');
	RETURN NEXT is((reportlink_sign('north', r, 'ada')).status, 'addendum_signed', what || 'the third, finally');
	RETURN NEXT is((pg_temp.event('report.addendum_signed')).data, '{"old_status": "addendum_prelim_signed", "status": "addendum_signed"}', what || 'data of it');
	RETURN NEXT is(pg_temp.final_report_of(r), E'Addendum:\n\nAddendum:\n\nAddendum:\n\nText.', what || 'each began with what was signed before');
	RETURN NEXT is((SELECT array_agg(h.signed_as ORDER BY h.document_id) FROM reportlink_history('north', ids[1]) h),
		'{signed,addendum_signed,addendum_prelim_signed,addendum_signed}', what || 'the history has every version that was signed');
	RETURN NEXT is((SELECT array_agg(h.parent_id IS NOT DISTINCT FROM h.before ORDER BY h.document_id)
			FROM (SELECT document_id, parent_id, lag(document_id) OVER (ORDER BY document_id) AS before FROM reportlink_history('north', r)) h),
		'{t,t,t,t}', what || 'each was made from the one before');
END
$$;
SELECT pg_temp.again_and_again(size) FROM unnest('{1,2,20}'::int[]) size;
UPDATE reportlink.organization SET addendum_header = DEFAULT WHERE organization_id = 'north';

-- An addendum over a preliminary signature: signed, since the base never was

CREATE FUNCTION pg_temp.over_preliminary(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('addendum over a preliminary signature, %s: ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	ids bigint[] := pg_temp.prelim_signed('over ' || size, size, 'rex');
BEGIN
	PERFORM reportlink_start_addendum('north', ids[1], 'rex');
	RETURN NEXT is(pg_temp.all_are(ids), 'prelim_signed rex drafting addendum', what || 'open');
	RETURN NEXT is((reportlink_prelim_sign('north', ids[1], 'rex')).status, 'addendum_prelim_signed', what || 'signed preliminarily');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_prelim_signed rex', what || 'no final signature yet');
	RETURN NEXT is((reportlink_sign('north', ids[1], 'ada')).status, 'signed', what || 'the first final signature gives signed');
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada final', what || 'for all');
	RETURN NEXT is((pg_temp.event('report.signed')).data, '{"old_status": "addendum_prelim_signed", "status": "signed"}', what || 'the event is signed');

	ids := pg_temp.prelim_signed('over at once ' || size, size, 'rex');
	RETURN NEXT is((reportlink_start_addendum('north', ids[1], 'ada')).owner_id, 'ada', what || 'started by an attending, who takes it from the resident');
	RETURN NEXT is((reportlink_sign('north', ids[1], 'ada')).status, 'signed', what || 'and signed at once: signed');
	RETURN NEXT is((pg_temp.event('report.signed')).data, '{"old_status": "prelim_signed", "status": "signed"}', what || 'from prelim_signed');
	RETURN NEXT is((reportlink_start_addendum('north', ids[1], 'ada')).status, 'signed', what || 'an addendum after it');
	RETURN NEXT is((reportlink_sign('north', ids[1], 'ada')).status, 'addendum_signed', what || 'is one over a final signature');
END
$$;
SELECT pg_temp.over_preliminary(size) FROM unnest('{1,2,20}'::int[]) size;

-- start_addendum: whose it may be (RL008) on a signature of any kind

CREATE TEMP TABLE starter (actor text, owner text, may boolean);
INSERT INTO starter VALUES
	('ada', NULL, true), ('ada', 'ada', true), ('ada', 'rex', true), ('ada', 'dan', true), ('ada', 'abe', false),
	('rex', NULL, true), ('rex', 'rex', true), ('rex', 'ray', false), ('rex', 'dan', false), ('rex', 'abe', false);
SELECT pg_temp.restored_report('north', 'S', concat_ws(' ', o.owner, status), 'text', status, o.owner) AS report, status, o.owner
INTO TEMP signed_report
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed}'::text[]) status, (SELECT DISTINCT owner FROM starter) o;
SELECT is(pg_temp.tried(pg_temp.calling('start_addendum', r.report, s.actor)), CASE WHEN s.may THEN 'done' ELSE 'RL008 report not owned by user' END,
	format('start_addendum on %s, by %s, owned by %s: %s', r.status, s.actor, coalesce(s.owner, 'nobody'), CASE WHEN s.may THEN 'yes' ELSE 'RL008' END))
FROM starter s JOIN signed_report r ON r.owner IS NOT DISTINCT FROM s.owner;

-- Not while the publication is pending

CREATE FUNCTION pg_temp.publication(report bigint, state text) RETURNS void
	LANGUAGE sql
	BEGIN ATOMIC
		INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, state, publish_at, finished_at)
		SELECT 'north', r.group_id, coalesce(g.default_report_id, r.report_id), pg_temp.document_of(r.report_id), publication.state,
			now() + interval '1 minute', CASE WHEN publication.state <> 'scheduled' THEN now() END
		FROM reportlink.report r LEFT JOIN reportlink.report_group g ON g.organization_id = r.organization_id AND g.group_id = r.group_id
		WHERE r.report_id = publication.report;
	END;
CREATE FUNCTION pg_temp.pending(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('publication, %s, ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	ids bigint[] := pg_temp.drafted('publish ' || size, size, 'ada');
	others bigint[] := pg_temp.drafted('publish others ' || size, 3 - size, 'ada');
	r bigint;
BEGIN
	PERFORM reportlink_sign('north', ids[1], 'ada'), reportlink_sign('north', others[1], 'ada');
	PERFORM pg_temp.publication(ids[1], 'scheduled');
	FOREACH r IN ARRAY ids LOOP
		RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', r, 'ada'), 'RL016 content is locked', what || 'pending: RL016');
		RETURN NEXT matches(lower(pg_temp.hint(pg_temp.calling('start_addendum', r, 'ada'))), 'cancel.*publication', what || 'pending: the hint is to cancel it');
	END LOOP;
	RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', ids[1], 'abe'), 'RL016 content is locked', what || 'RL016 goes before RL008');
	RETURN NEXT is(pg_temp.tried(pg_temp.calling('start_addendum', others[1], 'ada')), 'done', what || 'pending: another report is not concerned');
	UPDATE reportlink.publication SET state = 'cancelled', finished_at = now() WHERE report_id = ids[1];
	RETURN NEXT is(pg_temp.tried(pg_temp.calling('start_addendum', ids[1], 'ada')), 'done', what || 'cancelled: an addendum can be started');
	PERFORM pg_temp.publication(ids[1], 'scheduled');
	UPDATE reportlink.publication SET state = 'executed', finished_at = now() WHERE report_id = ids[1] AND state = 'scheduled';
	RETURN NEXT is(pg_temp.tried(pg_temp.calling('start_addendum', ids[size], 'ada')), 'done', what || 'executed: an addendum can be started');
END
$$;
SELECT pg_temp.pending(size) FROM unnest('{1,2}'::int[]) size;

-- Rejected: a preliminary signature goes back to who signed

CREATE FUNCTION pg_temp.rejected(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('reject, %s: ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	ids bigint[] := pg_temp.prelim_signed('reject ' || size, size, 'rex');
	mid bigint := ids[(size + 1) / 2];
	grp bigint := pg_temp.group_of(mid);
	doc bigint := pg_temp.document_of(mid);
	e reportlink.event;
BEGIN
	RETURN NEXT is(reportlink_reject('north', mid, 'abe')::text, format('(%s,%s,draft,rex,%s)', mid, grp, doc), what || 'the same row as ever');
	RETURN NEXT is(pg_temp.all_are(ids), 'draft rex', what || 'a draft of who signed, not drafting');
	RETURN NEXT is(pg_temp.events(), ARRAY['rejected'], what || 'one event');
	e := pg_temp.event('report.rejected');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.actor, e.data)::text,
		ROW(ids, grp, doc, 'abe', '{"old_status": "prelim_signed", "status": "draft", "signed_by": "rex"}'::jsonb)::text,
		what || 'rejected: all reports, group, document, who, data');
	RETURN NEXT is(pg_temp.signatures(ids), ARRAY[format('prelim_signed by rex on %s', doc)], what || 'that it was signed is kept');
	RETURN NEXT is(pg_temp.documents(ids), 1::bigint, what || 'no text was copied');
	RETURN NEXT is(pg_temp.linked_with(mid), CASE WHEN size > 1 THEN ids END, what || 'still linked');
	RETURN NEXT pg_temp.refused(pg_temp.calling('reject', mid, 'abe'), 'RL015 invalid status transition', what || 'once');

	-- the resident goes on
	PERFORM reportlink_open('north', mid, 'rex'), reportlink_save('north', mid, '{"final_report": "Better."}', doc, true, 'rex'),
		reportlink_prelim_sign('north', mid, 'rex'), reportlink_assign('north', mid, 'ray', 'adm'), pg_temp.events();
	RETURN NEXT is((reportlink_reject('north', mid, 'ada')).owner_id, 'rex', what || 'owned by another meanwhile, it is again who signed''s');
	RETURN NEXT is(pg_temp.events(), ARRAY['owner_changed', 'rejected'], what || 'owner_changed comes first');
	RETURN NEXT is(ROW((pg_temp.event('report.owner_changed')).report_ids, (pg_temp.event('report.owner_changed')).data)::text,
		ROW(ids, '{"old_owner": "ray", "new_owner": "rex"}'::jsonb)::text, what || 'owner_changed: all reports, data');
	PERFORM reportlink_prelim_sign('north', mid, 'rex'), reportlink_assign('north', mid, NULL, 'adm'), pg_temp.events();
	RETURN NEXT is(pg_temp.document_of(mid), (SELECT max(document_id) FROM reportlink.document WHERE report_id = ANY (ids)), what || 'signed again as it was');
	RETURN NEXT is((reportlink_reject('north', mid, 'ada')).owner_id, 'rex', what || 'nobody''s meanwhile, it is again who signed''s');
	PERFORM reportlink_assign('north', mid, 'ray', 'adm'), reportlink_prelim_sign('north', mid, 'ray');
	RETURN NEXT is((reportlink_reject('north', mid, 'ada')).owner_id, 'ray', what || 'of several who signed the same text, the last');
	PERFORM reportlink_assign('north', mid, 'abe', 'adm'), reportlink_prelim_sign('north', mid, 'abe');
	RETURN NEXT is((reportlink_reject('north', mid, 'ada')).owner_id, 'abe', what || 'an attending''s own preliminary signature, too');
	PERFORM reportlink_sign('north', mid, 'abe');
	RETURN NEXT pg_temp.refused(pg_temp.calling('reject', mid, 'abe'), 'RL015 invalid status transition', what || 'a final signature is not rejected');
END
$$;
SELECT pg_temp.rejected(size) FROM unnest('{1,2,20}'::int[]) size;

-- An addendum's goes back to the addendum, open on what it was started on

CREATE TEMP TABLE base (status text, finally_signed boolean);
INSERT INTO base VALUES ('prelim_signed', false), ('signed', true), ('addendum_signed', true), ('addendum_prelim_signed', false), ('addendum_prelim_signed', true);
CREATE FUNCTION pg_temp.addendum_rejected(b base, size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('reject of an addendum on %s%s, %s: ', b.status,
		CASE WHEN b.status = 'addendum_prelim_signed' THEN CASE WHEN b.finally_signed THEN ' (final)' ELSE ' (preliminary)' END ELSE '' END,
		CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	final text := CASE WHEN b.finally_signed THEN ' final' ELSE '' END;
	ids bigint[] := pg_temp.prelim_signed(format('reject on %s %s %s', b.status, b.finally_signed, size), size, 'rex');
	r bigint := ids[size];
	base_document bigint;
	signed_document bigint;
BEGIN
	IF b.finally_signed THEN
		PERFORM reportlink_sign('north', r, 'ada');
	END IF;
	IF b.status LIKE 'addendum%' THEN
		PERFORM reportlink_assign('north', r, NULL, 'adm'), reportlink_start_addendum('north', r, 'rex'), reportlink_prelim_sign('north', r, 'rex');
	END IF;
	IF b.status = 'addendum_signed' THEN
		PERFORM reportlink_sign('north', r, 'ada');
	END IF;
	base_document := pg_temp.document_of(r);
	PERFORM reportlink_assign('north', r, NULL, 'adm'), reportlink_start_addendum('north', r, 'ray');
	RETURN NEXT pg_temp.refused(pg_temp.calling('reject', r, 'ada'), 'RL015 invalid status transition', what || 'RL015 while an addendum is open on it');
	PERFORM reportlink_save('north', r, '{"final_report": "a checkpoint"}', NULL, true, 'ray'), reportlink_save('north', r, '{"final_report": "signed"}', NULL, false, 'ray'),
		reportlink_prelim_sign('north', r, 'ray'), reportlink_assign('north', r, 'dan', 'adm'), pg_temp.events();
	signed_document := pg_temp.document_of(r);

	RETURN NEXT is((reportlink_reject('north', ids[1], 'ada')).status, b.status, what || 'the status on which it was started');
	RETURN NEXT is(pg_temp.all_are(ids), b.status || ' ray addendum' || final, what || 'the addendum is open, who signed it owns it, not drafting');
	RETURN NEXT is(pg_temp.document_of(r), signed_document, what || 'the text that was rejected is in force');
	RETURN NEXT is(pg_temp.events(), ARRAY['owner_changed', 'rejected'], what || 'events');
	RETURN NEXT is((pg_temp.event('report.rejected')).data, jsonb_build_object('old_status', 'addendum_prelim_signed', 'status', b.status, 'signed_by', 'ray'), what || 'data');
	RETURN NEXT is((pg_temp.event('report.rejected')).report_ids, ids, what || 'all reports');

	-- signed again, and rejected again
	RETURN NEXT is((reportlink_prelim_sign('north', r, 'ray')).status, 'addendum_prelim_signed', what || 'signed again as it is');
	RETURN NEXT is((reportlink_reject('north', r, 'ada')).status, b.status, what || 'and rejected again');
	PERFORM reportlink_open('north', r, 'ray'), reportlink_save('north', r, '{"final_report": "changed"}', NULL, true, 'ray'), reportlink_prelim_sign('north', r, 'ray');
	RETURN NEXT is((reportlink_reject('north', r, 'ada')).status, b.status, what || 'so too when it was changed');

	-- discarded: what the addendum was started on
	PERFORM reportlink_discard('north', r, false, 'ray');
	RETURN NEXT is(pg_temp.all_are(ids), b.status || ' ray' || final, what || 'discarded then: closed');
	RETURN NEXT is(pg_temp.document_of(ids[1]), base_document, what || 'discarded then: the document that was signed before');
	IF b.status LIKE '%prelim_signed' THEN
		RETURN NEXT is((reportlink_reject('north', r, 'ada')).owner_id, 'rex', what || 'that one rejected in turn: who signed it owns it');
		RETURN NEXT is(pg_temp.all_are(ids), CASE WHEN b.status = 'prelim_signed' THEN 'draft rex' WHEN b.finally_signed THEN 'signed rex addendum final'
			ELSE 'prelim_signed rex addendum' END, what || 'and goes back to what it stood on itself');
		RETURN NEXT is(pg_temp.document_of(r), base_document, what || 'with its text');
	ELSE
		RETURN NEXT pg_temp.refused(pg_temp.calling('reject', r, 'ada'), 'RL015 invalid status transition', what || 'the final signature before it is not rejected');
	END IF;
END
$$;
SELECT pg_temp.addendum_rejected(b, size) FROM base b, unnest('{1,2,20}'::int[]) size;

-- Nested: an addendum on a preliminary addendum, rejected and discarded back to the draft

CREATE FUNCTION pg_temp.nested(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('nested addenda, %s: ', CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	ids bigint[] := pg_temp.prelim_signed('nested ' || size, size, 'rex');
	r bigint := ids[size];
	first bigint := pg_temp.document_of(r);
	second bigint;
	third bigint;
BEGIN
	PERFORM reportlink_start_addendum('north', r, 'rex');
	second := reportlink_save('north', r, '{"final_report": "second"}', NULL, true, 'rex');
	PERFORM reportlink_prelim_sign('north', r, 'rex'), reportlink_assign('north', r, 'ray', 'adm'), reportlink_start_addendum('north', r, 'ray'),
		reportlink_save('north', r, '{"final_report": "not yet"}', NULL, true, 'ray');
	third := reportlink_save('north', r, '{"final_report": "third"}', NULL, true, 'ray');
	PERFORM reportlink_prelim_sign('north', r, 'ray');

	PERFORM reportlink_reject('north', r, 'ada');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_prelim_signed ray addendum', what || 'the outer one rejected: open on the inner one');
	RETURN NEXT is(pg_temp.document_of(r), third, what || 'with its text');
	PERFORM reportlink_discard('north', r, false, 'ray');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_prelim_signed ray', what || 'discarded: the inner one as it was signed');
	RETURN NEXT is(pg_temp.document_of(r), second, what || 'with its text');
	PERFORM reportlink_reject('north', r, 'ada');
	RETURN NEXT is(pg_temp.all_are(ids), 'prelim_signed rex addendum', what || 'the inner one rejected: open on the report');
	RETURN NEXT is(pg_temp.document_of(r), second, what || 'still with its text');
	PERFORM reportlink_discard('north', r, false, 'rex');
	RETURN NEXT is(pg_temp.all_are(ids), 'prelim_signed rex', what || 'discarded: the report as it was signed');
	RETURN NEXT is(pg_temp.document_of(r), first, what || 'with its text');
	PERFORM reportlink_reject('north', r, 'ada');
	RETURN NEXT is(pg_temp.all_are(ids), 'draft rex', what || 'the report rejected: a draft again');
	RETURN NEXT is(pg_temp.document_of(r), first, what || 'with the text that had been signed');

	-- and forward again from there, on the same text
	PERFORM reportlink_prelim_sign('north', r, 'rex'), reportlink_start_addendum('north', r, 'rex'), reportlink_prelim_sign('north', r, 'rex');
	RETURN NEXT is((reportlink_reject('north', r, 'ada')).status, 'prelim_signed', what || 'signed anew, an addendum on it is open on prelim_signed');
	PERFORM reportlink_discard('north', r, false, 'rex'), reportlink_sign('north', r, 'ada'), reportlink_start_addendum('north', r, 'ada'),
		reportlink_prelim_sign('north', r, 'ada');
	RETURN NEXT is((reportlink_reject('north', r, 'ada')).status, 'signed', what || 'and after the final signature on signed');
	RETURN NEXT is(cardinality((SELECT array_agg(DISTINCT h.document_id) FROM reportlink_history('north', ids[1]) h WHERE h.signed)), 5,
		what || 'every version that was ever signed is in the history, also what was rejected and discarded');
END
$$;
SELECT pg_temp.nested(size) FROM unnest('{1,2,20}'::int[]) size;

-- One version that several reports share is signed for each by whoever signs it

SELECT pg_temp.drafted('V', 3, 'rex') AS v \gset
SELECT (:'v'::bigint[])[1] AS v1, (:'v'::bigint[])[3] AS v3 \gset
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:v3], false, 'rex') \gset
SELECT reportlink_prelim_sign('north', :v3, 'rex') AS ignored, reportlink_assign('north', :v1, 'ray', 'adm') AS ignored2 \gset
SELECT reportlink_prelim_sign('north', :v1, 'ray') AS ignored \gset
SELECT is(pg_temp.document_of(:v1), pg_temp.document_of(:v3), 'a report that left its group and the group: one version, two signatures');
SELECT is(pg_temp.tried(pg_temp.calling('sign', :v3, 'ada')), 'done', 'an attending takes over the report from who signed it');
SELECT is(pg_temp.tried(pg_temp.calling('sign', :v1, 'ada')), 'done', 'and the group');
SELECT is((reportlink_reject('north', :v3, 'ada')).owner_id, 'rex', 'rejected, the report is again who signed it''s');
SELECT is((reportlink_reject('north', :v1, 'ada')).owner_id, 'ray', 'and the group who signed that');

-- Brought by the owner of the tables with the state that they had elsewhere, reports have no version from
-- before their addendum: sent back they are signed, or prelim-signed, as far as they tell themselves

SELECT nextval(pg_get_serial_sequence('reportlink.report', 'report_id')) AS b1, nextval(pg_get_serial_sequence('reportlink.report', 'report_id')) AS b2,
	nextval(pg_get_serial_sequence('reportlink.document', 'document_id')) AS db1, nextval(pg_get_serial_sequence('reportlink.document', 'document_id')) AS db2 \gset
INSERT INTO reportlink.document (organization_id, document_id, report_id, final_report) OVERRIDING SYSTEM VALUE
VALUES ('north', :db1, :b1, 'Normal.'), ('north', :db2, :b2, 'Normal.');
INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, status, owner_id, signed_at, document_id) OVERRIDING SYSTEM VALUE
VALUES ('north', :b1, 'BROUGHT', 'BROUGHT-1', 'addendum_prelim_signed', 'rex', now(), :db1), ('north', :b2, 'BROUGHT', 'BROUGHT-2', 'addendum_prelim_signed', 'rex', NULL, :db2);
SELECT is((reportlink_reject('north', :b1, 'ada')).status, 'signed', 'reject: an addendum that was brought, finally signed before');
SELECT is((reportlink_reject('north', :b2, 'ada')).status, 'prelim_signed', 'reject: an addendum that was brought, not finally signed before');
SELECT is((reportlink_discard('north', :b1, false, 'adm')).document_id, :db1::bigint, 'discard of it: the text stays');
SELECT is((SELECT addendum_open FROM reportlink.report WHERE report_id = :b1), false, 'and the addendum is closed');

-- What every function checks first, in this order

SELECT pg_temp.refused(replace(replace(t.call, 'F', function), 'R', :t1::text), replace(t.expected, 'F', function), format('%s: %s', replace(replace(t.call, 'F', function), 'R', 'report'), left(t.expected, 5)))
FROM unnest('{prelim_sign,sign,start_addendum,reject}'::text[]) function, (VALUES
	('SELECT reportlink_F(NULL, R, ''ada'')', '22004 argument organization_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', NULL, ''ada'')', '22004 argument report_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', R)', 'RL012 no acting user'),
	('SELECT reportlink_F(''north'', R, ''nobody'')', 'RL013 not an active member'),
	('SELECT reportlink_F(''north'', 999999999, ''dot'')', 'RL014 role may not do this'),
	('SELECT reportlink_F(''north'', 999999999, ''ada'')', 'RL002 report not found'),
	('SELECT reportlink_F(''south'', R, ''ada'')', 'RL002 report not found')) t (call, expected);
SET LOCAL reportlink.user_id = 'ada';
SELECT (pg_temp.drafted('U', 1, 'ada'))[1] AS u \gset
SELECT is((reportlink_prelim_sign('north', :u)).status, 'prelim_signed', 'prelim_sign: the setting is the default of actor');
SELECT is((reportlink_reject('north', :u)).status, 'draft', 'reject: too');
SELECT is((reportlink_sign('north', :u)).status, 'signed', 'sign: too');
SELECT is((reportlink_start_addendum('north', :u)).owner_id, 'ada', 'start_addendum: too');
RESET reportlink.user_id;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
