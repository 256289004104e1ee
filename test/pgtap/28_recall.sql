-- Report recall (section 7), up to what is due (29_publish_due.sql): what a final
-- signature schedules, for one report and for groups, by function and by plain
-- SQL; publishing at once; taking a signature back; and what is locked meanwhile.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(628);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ray', 'resident'), ('south', 'two', 'attending'), ('north', 'two', 'attending');

CREATE FUNCTION pg_temp.recall(changes text, organization text DEFAULT 'north') RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE format('UPDATE reportlink.organization SET %s WHERE organization_id = %L', changes, organization);
END
$$;
CREATE FUNCTION pg_temp.calling(function text, report bigint, actor text) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_%s(%L, %s, %L)', function, 'north', report, actor);

-- So many linked reports (one: not linked), open for their author, with a final report; their ids in link order
CREATE FUNCTION pg_temp.drafted(mrn text, size int, author text DEFAULT 'ada', organization text DEFAULT 'north') RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.new_reports(organization, mrn, size);
BEGIN
	IF size > 1 THEN
		PERFORM reportlink_link(organization, ids, false, 'adm');
	END IF;
	PERFORM reportlink_open(organization, ids[1], author);
	PERFORM reportlink_save(organization, ids[size], '{"final_report": "No acute findings."}', NULL, true, author);
	PERFORM pg_temp.events();
	RETURN ids;
END
$$;
-- The same, finally signed by ada
CREATE FUNCTION pg_temp.signed(mrn text, size int) RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.drafted(mrn, size);
BEGIN
	PERFORM reportlink_sign('north', ids[size], 'ada'), pg_temp.events();
	RETURN ids;
END
$$;
CREATE FUNCTION pg_temp.group_of(report bigint) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT r.group_id FROM reportlink.report r WHERE r.report_id = report;
	END;
-- The newest publication of a report, or of the group that it is linked in
CREATE FUNCTION pg_temp.publication(report bigint) RETURNS reportlink.publication
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT p FROM reportlink.publication p JOIN reportlink.report r ON r.organization_id = p.organization_id
		WHERE r.report_id = report AND CASE WHEN r.group_id IS NULL THEN p.report_id = report ELSE p.group_id = r.group_id END
		ORDER BY p.publication_id DESC LIMIT 1;
	END;
-- States of all publications of a report or group, oldest first
CREATE FUNCTION pg_temp.publications(report bigint) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(p.state ORDER BY p.publication_id) FROM reportlink.publication p JOIN reportlink.report r ON r.organization_id = p.organization_id
		WHERE r.report_id = report AND CASE WHEN r.group_id IS NULL THEN p.report_id = report ELSE p.group_id = r.group_id END;
	END;
-- Status, owner, drafting, addendum and final signature that all these reports have; more than one when they differ
CREATE FUNCTION pg_temp.all_are(ids bigint[]) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(DISTINCT concat_ws(' ', pg_temp.state_of(r.report_id), CASE WHEN r.addendum_open THEN 'addendum' END,
			CASE WHEN r.signed_at IS NOT NULL THEN 'final' END), ', ')
		FROM reportlink.report r WHERE r.report_id = ANY (ids);
	END;
-- Does the data of an event name this publication, and when it is due?
CREATE FUNCTION pg_temp.about(data jsonb, p reportlink.publication) RETURNS boolean
	LANGUAGE sql
	RETURN (data ->> 'publication_id')::bigint = p.publication_id AND (data ->> 'publish_at')::timestamptz = p.publish_at;
CREATE FUNCTION pg_temp.called(size int) RETURNS text
	LANGUAGE sql
	RETURN CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END || ', ';

-- Signed: one publication for all, which waits for the delay; or is executed at once, where recall is off

CREATE FUNCTION pg_temp.published_at_once(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := pg_temp.called(size) || 'recall off: ';
	ids bigint[] := pg_temp.drafted('off ' || size, size);
	mid bigint := ids[(size + 1) / 2];
	p reportlink.publication;
	e reportlink.event;
BEGIN
	PERFORM reportlink_sign('north', mid, 'ada');
	p := pg_temp.publication(mid);
	RETURN NEXT is(pg_temp.events(), ARRAY['signed', 'published'], what || 'published right after it was signed');
	RETURN NEXT is((SELECT count(*) FROM reportlink.publication WHERE report_id = ANY (ids)), 1::bigint, what || 'one publication');
	RETURN NEXT is(ROW(p.group_id, p.report_id, p.document_id, p.state, p.requested_by, p.attempts, p.last_error, p.retry_at)::text,
		ROW(pg_temp.group_of(mid), ids[1], pg_temp.document_of(mid), 'executed', 'ada', 0, NULL, NULL)::text,
		what || 'publication: group, default report, document, state, who signed; no try failed');
	RETURN NEXT is(ARRAY[p.publish_at, p.finished_at], ARRAY[p.scheduled_at, p.scheduled_at], what || 'due and finished when it was signed');
	RETURN NEXT cmp_ok(p.scheduled_at, '>', now(), what || 'which is later than the transaction began');
	e := pg_temp.event('report.published');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.default_report_id, e.document_id, e.actor, jsonb_array_length(e.linked_identifiers))::text,
		ROW(ids, p.group_id, CASE WHEN size > 1 THEN ids[1] END, p.document_id, 'ada', size)::text,
		what || 'published: all reports in link order, group, default report, document, actor, identifiers of all');
	RETURN NEXT ok(pg_temp.about(e.data, p) AND ARRAY(SELECT jsonb_object_keys(e.data) ORDER BY 1) = '{publication_id,publish_at}', what || 'published: data');
	RETURN NEXT is((SELECT count(*) FROM reportlink.pending_publication v WHERE v.report_id = ANY (ids)), 0::bigint, what || 'nothing is pending');
END
$$;
SELECT pg_temp.published_at_once(size) FROM unnest('{1,3}'::int[]) size;

CREATE FUNCTION pg_temp.scheduled(size int, delay int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := pg_temp.called(size) || 'recall after ' || delay || ' s: ';
	ids bigint[] := pg_temp.drafted('on ' || size, size);
	mid bigint := ids[(size + 1) / 2];
	called_at timestamptz;
	p reportlink.publication;
	e reportlink.event;
BEGIN
	PERFORM pg_temp.recall('recall_enabled = true, recall_delay_seconds = ' || delay);
	called_at := clock_timestamp();
	PERFORM reportlink_sign('north', mid, 'ada');
	p := pg_temp.publication(mid);
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada final', what || 'signed at once, for all');
	RETURN NEXT is(pg_temp.events(), ARRAY['signed', 'publish_scheduled'], what || 'scheduled right after it was signed, and not published');
	RETURN NEXT is((SELECT count(*) FROM reportlink.publication WHERE report_id = ANY (ids)), 1::bigint, what || 'one publication');
	RETURN NEXT is(ROW(p.group_id, p.report_id, p.document_id, p.state, p.finished_at, p.requested_by, p.attempts, p.last_error, p.retry_at)::text,
		ROW(pg_temp.group_of(mid), ids[1], pg_temp.document_of(mid), 'scheduled', NULL, 'ada', 0, NULL, NULL)::text,
		what || 'publication: group, default report, document, state, who signed');
	RETURN NEXT is(p.publish_at - p.scheduled_at, make_interval(secs => delay), what || 'due when the delay has passed');
	RETURN NEXT ok(p.scheduled_at BETWEEN called_at AND clock_timestamp(), what || 'that begins with the signature, not with its transaction');
	e := pg_temp.event('report.publish_scheduled');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.default_report_id, e.document_id, e.actor, jsonb_array_length(e.linked_identifiers))::text,
		ROW(ids, p.group_id, CASE WHEN size > 1 THEN ids[1] END, p.document_id, 'ada', size)::text,
		what || 'publish_scheduled: all reports in link order, group, default report, document, actor, identifiers of all');
	RETURN NEXT ok(pg_temp.about(e.data, p) AND ARRAY(SELECT jsonb_object_keys(e.data) ORDER BY 1) = '{publication_id,publish_at}', what || 'publish_scheduled: data');
	RETURN NEXT is(reportlink_publish_due(), 0, what || 'it is not published before');
END
$$;
SELECT pg_temp.scheduled(size, delay) FROM (VALUES (1, 20), (3, 60), (20, 120)) t (size, delay);
SELECT pg_temp.recall('recall_delay_seconds = 60') AS ignored \gset

-- A preliminary signature waits for nothing and publishes nothing
SELECT pg_temp.drafted('P1', 2, 'rex') AS p1 \gset
SELECT reportlink_prelim_sign('north', (:'p1'::bigint[])[1], 'rex') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['prelim_signed'], 'a preliminary signature is not scheduled');
SELECT is(pg_temp.publications((:'p1'::bigint[])[1]), NULL, 'and makes no publication');
SELECT reportlink_sign('north', (:'p1'::bigint[])[2], 'abe') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'signed', 'publish_scheduled'], 'the final one over it is: after owner_changed and signed');
SELECT is((pg_temp.publication((:'p1'::bigint[])[1])).requested_by, 'abe', 'requested by who signed finally');

-- The time in an event is ISO 8601 in UTC, whatever the session shows
SET LOCAL TimeZone = 'Asia/Kathmandu';
SET LOCAL DateStyle = 'SQL, DMY';
SELECT (pg_temp.signed('T1', 1))[1] AS t1 \gset
SELECT matches((pg_temp.event('report.publish_scheduled')).data ->> 'publish_at', '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$', 'publish_at of the event is ISO 8601 in UTC');
SELECT ok(pg_temp.about((pg_temp.event('report.publish_scheduled')).data, pg_temp.publication(:t1)), 'and the same moment');
RESET TimeZone;
RESET DateStyle;

-- What was changed in the settings afterwards moves no schedule

SELECT (pg_temp.signed('S1', 1))[1] AS s1, pg_temp.signed('S2', 3) AS s2 \gset
SELECT pg_temp.publication(:s1)::text AS before1, pg_temp.publication((:'s2'::bigint[])[2])::text AS before2,
	pg_temp.recall('recall_delay_seconds = 20, recall_enabled = false') AS ignored \gset
SELECT is(pg_temp.publication(:s1)::text, :'before1', 'a shorter delay, and recall off: what is pending stays as it is');
SELECT is(pg_temp.publication((:'s2'::bigint[])[1])::text, :'before2', 'also of a group');
SELECT is(reportlink_publish_due(), 0, 'and is not due by it');
SELECT reportlink_sign('north', (pg_temp.drafted('S3', 1))[1], 'ada') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['signed', 'published'], 'the next signature is published at once');
SELECT is((reportlink_cancel_publish('north', :s1, 'ada')).status, 'draft', 'what was scheduled before can be taken back all the same');
SELECT is((reportlink_publish_now('north', (:'s2'::bigint[])[3], 'ada')).status, 'signed', 'or be published at once');
SELECT pg_temp.recall('recall_delay_seconds = 60, recall_enabled = true') AS ignored, pg_temp.events() AS ignored2 \gset

-- Plain SQL signs as well: one statement, one row and one event a unit

SET LOCAL reportlink.user_id = 'ada';
SELECT pg_temp.drafted('U1', 1) AS u1, pg_temp.drafted('U2', 3) AS u2, pg_temp.drafted('U3', 2) AS u3, pg_temp.drafted('U4', 2) AS u4 \gset
UPDATE reportlink.report SET status = CASE WHEN mrn = 'U4' THEN 'prelim_signed' ELSE 'signed' END
WHERE report_id IN ((:'u1'::bigint[])[1], (:'u2'::bigint[])[2], (:'u2'::bigint[])[3], (:'u3'::bigint[])[2], (:'u4'::bigint[])[1]);
SELECT is(pg_temp.events(), '{signed,signed,signed,prelim_signed,publish_scheduled,publish_scheduled,publish_scheduled}'::text[],
	'plain UPDATE of a report and three groups, one of them to prelim_signed: all signatures, then a schedule for each final one');
SELECT is((SELECT array_agg(ROW(p.group_id, p.report_id, p.document_id, p.state, p.requested_by, p.publish_at - p.scheduled_at)::text ORDER BY p.publication_id)
		FROM reportlink.publication p WHERE p.document_id IN (SELECT pg_temp.document_of(r.report_id) FROM reportlink.report r WHERE r.mrn IN ('U1', 'U2', 'U3', 'U4'))),
	(SELECT array_agg(ROW(pg_temp.group_of(ids[1]), ids[1], pg_temp.document_of(ids[1]), 'scheduled', 'ada', interval '60 s')::text ORDER BY place)
		FROM (VALUES (1, :'u1'::bigint[]), (2, :'u2'), (3, :'u3')) u (place, ids)), 'a row for each, of its default report and document');
SELECT is((SELECT array_agg(ROW(e.report_ids, e.document_id, pg_temp.about(e.data, p))::text ORDER BY e.event_id)
		FROM reportlink.event e JOIN reportlink.publication p ON p.publication_id = (e.data ->> 'publication_id')::bigint
		WHERE e.type = 'report.publish_scheduled' AND e.report_ids && (:'u1'::bigint[] || :'u2' || :'u3' || :'u4')),
	(SELECT array_agg(ROW(ids, pg_temp.document_of(ids[1]), true)::text ORDER BY place) FROM (VALUES (1, :'u1'::bigint[]), (2, :'u2'), (3, :'u3')) u (place, ids)),
	'each event has all reports of its unit, and names its own publication');

SELECT count(pg_temp.drafted('M' || n, 1 + n % 3)) AS ignored FROM generate_series(1, 200) n \gset
UPDATE reportlink.report SET status = 'signed' WHERE organization_id = 'north' AND mrn LIKE 'M%';
SELECT is((SELECT ROW(count(*), count(DISTINCT p.document_id), count(DISTINCT p.publish_at))::text FROM reportlink.publication p JOIN reportlink.report r USING (organization_id, report_id)
	WHERE r.mrn LIKE 'M%' AND p.state = 'scheduled'), '(200,200,1)', 'two hundred units in one statement: a publication each, all due at the same moment');
SELECT pg_temp.events() AS ignored \gset

-- By a repair of the owner of the tables nobody signed
SELECT set_config('reportlink.user_id', '', true) AS ignored, (pg_temp.drafted('U5', 2))[1] AS u5 \gset
UPDATE reportlink.report SET status = 'signed' WHERE report_id = :u5;
SELECT is(ROW((pg_temp.publication(:u5)).requested_by, (pg_temp.event('report.publish_scheduled')).actor, pg_temp.events())::text, '(,,"{signed,publish_scheduled}")',
	'a repair: scheduled, requested by nobody');

-- Two organizations in one statement: each with its own setting
SELECT pg_temp.recall('linking_enabled = true, recall_enabled = false', 'south') AS ignored, set_config('reportlink.user_id', 'two', true) AS ignored2,
	pg_temp.drafted('O1', 2, 'two') AS o1, pg_temp.drafted('O1', 2, 'two', 'south') AS o2 \gset
UPDATE reportlink.report SET status = 'signed' WHERE report_id IN ((:'o1'::bigint[])[1], (:'o2'::bigint[])[1]);
SELECT is((SELECT array_agg(concat_ws(' ', e.organization_id, e.type, e.report_ids) ORDER BY e.organization_id, e.event_id) FROM reportlink.event e
		WHERE e.report_ids IN (:'o1', :'o2') AND e.type ~ 'signed|publish'),
	ARRAY['north report.signed ' || :'o1', 'north report.publish_scheduled ' || :'o1', 'south report.signed ' || :'o2', 'south report.published ' || :'o2'],
	'recall on in one organization and off in the other: one waits, one is published');
RESET reportlink.user_id;
SELECT pg_temp.events() AS ignored \gset

-- The table itself: one pending a report or group, its states

SELECT throws_ok(format('INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, publish_at, state, finished_at) VALUES (''north'', %s)', given), code, NULL, why)
FROM (VALUES
	(format('NULL, %s, 1, now(), ''scheduled'', NULL', (:'u1'::bigint[])[1]), '23505', 'a second pending publication of a report: 23505'),
	(format('%s, %s, 1, now(), ''scheduled'', NULL', pg_temp.group_of((:'u2'::bigint[])[1]), (:'u2'::bigint[])[2]), '23505', 'of a group, by another of its reports: 23505'),
	('NULL, 1, 1, now(), ''waiting'', NULL', '23514', 'a state that there is not: 23514'), ('NULL, 1, 1, now(), ''executed'', NULL', '23514', 'executed, but not finished: 23514'),
	('NULL, 1, 1, now(), ''cancelled'', NULL', '23514', 'cancelled, but not finished: 23514'), ('NULL, 999999, 1, now(), ''scheduled'', now()', '23514', 'finished, but scheduled: 23514'),
	('NULL, 1, 1, NULL, ''scheduled'', NULL', '23502', 'due at no time: 23502'), ('NULL, 1, NULL, now(), ''scheduled'', NULL', '23502', 'of no document: 23502')) t (given, code, why);

-- What both functions check first, in this order

SELECT (pg_temp.signed('F1', 1))[1] AS f1, (pg_temp.drafted('F2', 1))[1] AS f2 \gset
SELECT pg_temp.refused(replace(replace(t.call, 'F', function), 'R', :f1::text), replace(t.expected, 'F', function), format('%s: %s', replace(replace(t.call, 'F', function), 'R', 'report'), left(t.expected, 5)))
FROM unnest('{publish_now,cancel_publish}'::text[]) function, (VALUES
	('SELECT reportlink_F(NULL, NULL, NULL)', '22004 argument organization_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', NULL, NULL)', '22004 argument report_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', R)', 'RL012 no acting user'),
	('SELECT reportlink_F(''north'', R, '''')', 'RL012 no acting user'),
	('SELECT reportlink_F(''north'', 999999999, ''gone'')', 'RL013 not an active member'),
	('SELECT reportlink_F(''nowhere'', R, ''ada'')', 'RL013 not an active member'),
	('SELECT reportlink_F(''north'', 999999999, ''rex'')', 'RL014 role may not do this'),
	('SELECT reportlink_F(''north'', 999999999, ''adm'')', 'RL014 role may not do this'),
	('SELECT reportlink_F(''north'', 999999999, ''ada'')', 'RL002 report not found'),
	('SELECT reportlink_F(''south'', R, ''ada'')', 'RL002 report not found')) t (call, expected);
SELECT pg_temp.refused(pg_temp.calling(function, :f2, 'ada'), 'RL018 no publication is pending', format('%s of a draft: RL018', function)) FROM unnest('{publish_now,cancel_publish}'::text[]) function;
SELECT matches(pg_temp.detail(pg_temp.calling(function, :f2, 'ada')), format('%s.*draft', :f2::text), format('%s, RL018: DETAIL has report and status', function)) FROM unnest('{publish_now,cancel_publish}'::text[]) function;
SELECT matches(pg_temp.hint(pg_temp.calling('cancel_publish', :f2, 'ada')), 'pending_publication.*reportlink_start_addendum', 'RL018: the hint is where to look, and what else there is');
SELECT pg_temp.recall('recall_allow_immediate_sign = false') AS ignored \gset
SELECT pg_temp.refused(pg_temp.calling('publish_now', report, 'ada'), 'RL019 immediate publication not allowed', format('RL019: %s', what))
FROM (VALUES (:f1::bigint, 'what is pending'), (:f2, 'before RL018, what is not')) t (report, what);
SELECT matches(pg_temp.detail(pg_temp.calling('publish_now', :f1, 'ada')), format('%s.*north', :f1::text), 'RL019: DETAIL has report and organization');
SELECT matches(pg_temp.hint(pg_temp.calling('publish_now', :f1, 'ada')), 'recall_allow_immediate_sign', 'RL019: the hint names the setting');
SELECT pg_temp.refused(pg_temp.calling('publish_now', :f1, 'rex'), 'RL014 role may not do this', 'RL014 goes before RL019');
SELECT pg_temp.refused(pg_temp.calling('publish_now', 999999999, 'ada'), 'RL002 report not found', 'RL002 as well');
SELECT is(pg_temp.tried(pg_temp.calling('cancel_publish', :f1, 'ada')), 'done', 'the setting is about publishing only: taking back is allowed');
SELECT pg_temp.recall('recall_allow_immediate_sign = true') AS ignored \gset

-- Published at once, by any attending

CREATE FUNCTION pg_temp.published_now(size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := pg_temp.called(size) || 'publish_now: ';
	ids bigint[] := pg_temp.signed('now ' || size, size);
	mid bigint := ids[(size + 1) / 2];
	before jsonb := (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.report_id) FROM reportlink.report r WHERE r.report_id = ANY (ids));
	scheduled reportlink.publication := pg_temp.publication(mid);
	p reportlink.publication;
	e reportlink.event;
BEGIN
	PERFORM reportlink_assign('north', mid, NULL, 'adm'), pg_temp.events();
	RETURN NEXT is(reportlink_publish_now('north', mid, 'abe')::text, format('(%s,%s,signed,,%s)', mid, scheduled.group_id, scheduled.document_id),
		what || 'report_id, group_id, status, owner_id, document_id; the owner stays nobody');
	p := pg_temp.publication(mid);
	RETURN NEXT is(to_jsonb(p) - 'finished_at', to_jsonb(scheduled) - 'finished_at' || '{"state": "executed"}', what || 'executed; who signed and when it was due stay');
	RETURN NEXT ok(p.finished_at > p.scheduled_at AND p.finished_at < p.publish_at, what || 'finished now, before it was due');
	RETURN NEXT is(pg_temp.events(), ARRAY['published'], what || 'one event');
	e := pg_temp.event('report.published');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.default_report_id, e.document_id, e.actor, jsonb_array_length(e.linked_identifiers))::text,
		ROW(ids, p.group_id, CASE WHEN size > 1 THEN ids[1] END, p.document_id, 'abe', size)::text, what || 'published: all reports, group, default report, document, who published');
	RETURN NEXT ok(pg_temp.about(e.data, p), what || 'published: data');
	RETURN NEXT is((SELECT jsonb_agg(to_jsonb(r) || '{"owner_id": "ada"}' ORDER BY r.report_id) FROM reportlink.report r WHERE r.report_id = ANY (ids)), before, what || 'the reports do not change');
	RETURN NEXT is((SELECT count(*) FROM reportlink.pending_publication v WHERE v.publication_id = p.publication_id), 0::bigint, what || 'nothing is pending');
	RETURN QUERY SELECT pg_temp.refused(pg_temp.calling(function, ids[size], 'ada'), 'RL018 no publication is pending', format('%safterwards %s: RL018', what, function))
	FROM unnest('{publish_now,cancel_publish}'::text[]) function;
	RETURN NEXT is(pg_temp.tried(pg_temp.calling('start_addendum', mid, 'ada')), 'done', what || 'an addendum can be started then');
END
$$;
SELECT pg_temp.published_now(size) FROM unnest('{1,3}'::int[]) size;
SET LOCAL reportlink.user_id = 'abe';
SELECT is((reportlink_publish_now('north', :f1)).status, 'signed', 'publish_now: the setting is the default of actor');
SELECT is((pg_temp.event('report.published')).actor, 'abe', 'and acts');
SELECT is((reportlink_cancel_publish('north', (pg_temp.signed('F3', 1))[1])).owner_id, 'ada', 'cancel_publish: too; the owner stays');
SELECT is((pg_temp.event('report.publish_cancelled')).actor, 'abe', 'and acts');
RESET reportlink.user_id;

-- Taken back. A first final signature: a draft again, from whatever it came

CREATE TEMP TABLE first_signature (n int, what text, steps text[]);
INSERT INTO first_signature VALUES
	(1, 'signed at once', '{}'),
	(2, 'prelim-signed before', '{prelim_sign rex}'),
	(3, 'prelim-signed before, with an addendum', '{prelim_sign rex,start_addendum rex,save rex}'),
	(4, 'prelim-signed before, with a preliminary addendum', '{prelim_sign rex,start_addendum rex,save rex,prelim_sign rex}'),
	(5, 'prelim-signed, rejected and prelim-signed before', '{prelim_sign rex,reject abe,prelim_sign rex}');
CREATE FUNCTION pg_temp.taken(step text, report bigint) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	function text := split_part(step, ' ', 1);
	who text := split_part(step, ' ', 2);
BEGIN
	IF function = 'save' THEN
		PERFORM reportlink_save('north', report, '{"final_report": "With an addendum."}', NULL, true, who);
	ELSE
		EXECUTE pg_temp.calling(function, report, who);
	END IF;
END
$$;
CREATE FUNCTION pg_temp.taken_back(f first_signature, size int) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := pg_temp.called(size) || f.what || ', taken back: ';
	ids bigint[] := pg_temp.drafted(format('back %s %s', f.n, size), size, 'rex');
	mid bigint := ids[(size + 1) / 2];
	old_status text;
	scheduled reportlink.publication;
	p reportlink.publication;
	e reportlink.event;
	versions jsonb;
	signatures bigint;
	document bigint;
BEGIN
	PERFORM pg_temp.taken(step, mid) FROM unnest(f.steps) step;
	IF f.steps = '{}' OR f.n = 3 THEN
		PERFORM reportlink_assign('north', mid, 'ada', 'adm');
	END IF;
	PERFORM reportlink_sign('north', mid, 'ada'), pg_temp.events();
	scheduled := pg_temp.publication(mid);
	versions := (SELECT jsonb_agg(to_jsonb(h) ORDER BY h.document_id) FROM reportlink_history('north', mid) h);
	signatures := (SELECT count(*) FROM reportlink.signature s WHERE s.report_id = mid);

	RETURN NEXT is(reportlink_cancel_publish('north', mid, 'abe')::text, format('(%s,%s,draft,ada,%s)', mid, scheduled.group_id, scheduled.document_id), what || 'the same row as ever');
	RETURN NEXT is(pg_temp.all_are(ids), 'draft ada', what || 'a draft of who signed, not drafting, without final signature, for all');
	p := pg_temp.publication(mid);
	RETURN NEXT is(to_jsonb(p) - 'finished_at', to_jsonb(scheduled) - 'finished_at' || '{"state": "cancelled"}', what || 'the publication is cancelled, the rest of it stays');
	RETURN NEXT ok(p.finished_at > p.scheduled_at, what || 'finished now');
	RETURN NEXT is(pg_temp.events(), ARRAY['publish_cancelled'], what || 'one event');
	e := pg_temp.event('report.publish_cancelled');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.default_report_id, e.document_id, e.actor, jsonb_array_length(e.linked_identifiers))::text,
		ROW(ids, p.group_id, CASE WHEN size > 1 THEN ids[1] END, p.document_id, 'abe', size)::text, what || 'publish_cancelled: all reports, group, default report, document, who took it back');
	RETURN NEXT is(e.data - 'publish_at', jsonb_build_object('old_status', 'signed', 'status', 'draft', 'publication_id', p.publication_id), what || 'publish_cancelled: data');
	RETURN NEXT ok(pg_temp.about(e.data, p), what || 'publish_cancelled: when it would have been due');
	RETURN NEXT is(pg_temp.document_of(mid), p.document_id, what || 'the text that was signed is in force');
	RETURN NEXT is((SELECT jsonb_agg(to_jsonb(h) ORDER BY h.document_id) FROM reportlink_history('north', mid) h), versions, what || 'the history has every version and signature as before');
	RETURN NEXT is((SELECT count(*) FROM reportlink.signature s WHERE s.report_id = mid), signatures, what || 'no signature is lost');
	RETURN NEXT is(pg_temp.linked_with(mid), CASE WHEN size > 1 THEN ids END, what || 'still linked');
	RETURN QUERY SELECT pg_temp.refused(pg_temp.calling(function, ids[size], 'ada'), 'RL018 no publication is pending', format('%sthen %s: RL018', what, function))
	FROM unnest('{publish_now,cancel_publish}'::text[]) function;

	-- edited and signed again: a schedule of its own
	RETURN NEXT pg_temp.refused(format('SELECT reportlink_save(%L, %s, %L, NULL, true, %L)', 'north', mid, '{"final_report": "x"}', 'abe'), 'RL008 report not owned by user', what || 'it is who signed''s');
	PERFORM reportlink_open('north', mid, 'ada');
	document := reportlink_save('north', mid, '{"final_report": "Better."}', p.document_id, true, 'ada');
	PERFORM reportlink_sign('north', ids[1], 'ada');
	RETURN NEXT is(pg_temp.events(), ARRAY['opened', 'saved', 'signed', 'publish_scheduled'], what || 'edited and signed again it is scheduled again');
	RETURN NEXT is(pg_temp.all_are(ids), 'signed ada final', what || 'with its final signature, for all');
	RETURN NEXT is(pg_temp.publications(mid), ARRAY['cancelled', 'scheduled'], what || 'in a row of its own');
	RETURN NEXT is((pg_temp.publication(mid)).document_id, document, what || 'of the new text');
	RETURN NEXT is((SELECT array_agg(DISTINCT h.signed_as) FROM reportlink_history('north', mid) h WHERE h.document_id IN (p.document_id, document)), ARRAY['signed'], what || 'the history tells that both were signed');
	RETURN NEXT is((reportlink_cancel_publish('north', mid, 'ada')).status, 'draft', what || 'which can be taken back as well');
END
$$;
SELECT pg_temp.taken_back(f, size) FROM first_signature f, unnest('{1,3}'::int[]) size;

-- An addendum's: back to what it was started on, with the addendum open

CREATE TEMP TABLE base (status text, steps text[]);
INSERT INTO base VALUES
	('signed', '{}'),
	('addendum_signed', '{start_addendum ada,sign ada}'),
	('addendum_prelim_signed', '{start_addendum rex,prelim_sign rex}');
CREATE FUNCTION pg_temp.addendum_taken_back(b base, size int, prelim_first boolean) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('%saddendum%s on %s, taken back: ', pg_temp.called(size), CASE WHEN prelim_first THEN ', prelim-signed before,' ELSE '' END, b.status);
	ids bigint[];
	r bigint;
	first_signed_at timestamptz := '2020-02-02';
	base_document bigint;
	document bigint;
	p reportlink.publication;
	signatures bigint;
BEGIN
	-- what it stands on was published
	PERFORM pg_temp.recall('recall_enabled = false');
	ids := pg_temp.signed(format('base %s %s %s', b.status, size, prelim_first), size);
	r := ids[size];
	PERFORM reportlink_assign('north', r, NULL, 'adm');
	PERFORM pg_temp.taken(step, r) FROM unnest(b.steps) step;
	PERFORM pg_temp.recall('recall_enabled = true');
	SET LOCAL session_replication_role = replica;
	UPDATE reportlink.report SET signed_at = first_signed_at WHERE report_id = ANY (ids);
	SET LOCAL session_replication_role = origin;
	base_document := pg_temp.document_of(r);
	PERFORM reportlink_assign('north', r, 'rex', 'adm'), reportlink_start_addendum('north', r, 'rex');
	document := reportlink_save('north', r, '{"final_report": "Addendum."}', NULL, true, 'rex');
	IF prelim_first THEN
		PERFORM reportlink_prelim_sign('north', r, 'rex');
	ELSE
		PERFORM reportlink_assign('north', r, 'ada', 'adm');
	END IF;
	PERFORM reportlink_sign('north', ids[1], 'ada');
	RETURN NEXT is(pg_temp.all_are(ids), 'addendum_signed ada final', what || 'signed before');
	p := pg_temp.publication(r);
	RETURN NEXT is(ROW(p.state, p.document_id)::text, ROW('scheduled', document)::text, what || 'and scheduled');
	signatures := (SELECT count(*) FROM reportlink.signature s WHERE s.report_id = ANY (ids));
	PERFORM reportlink_assign('north', r, 'abe', 'adm'), pg_temp.events();

	RETURN NEXT is(reportlink_cancel_publish('north', ids[1], 'ada')::text, format('(%s,%s,%s,abe,%s)', ids[1], p.group_id, b.status, document), what || 'the status before the addendum; who owns it stays its owner');
	RETURN NEXT is(pg_temp.all_are(ids), b.status || ' abe addendum final', what || 'for all: the addendum is open, not drafting, finally signed once');
	RETURN NEXT is((SELECT array_agg(DISTINCT signed_at) FROM reportlink.report WHERE report_id = ANY (ids)), ARRAY[first_signed_at], what || 'signed_at is still that of the first final signature');
	RETURN NEXT is(pg_temp.document_of(r), document, what || 'the text of the addendum is in force');
	RETURN NEXT is(pg_temp.events(), ARRAY['publish_cancelled'], what || 'one event');
	RETURN NEXT is((pg_temp.event('report.publish_cancelled')).data - 'publish_at', jsonb_build_object('old_status', 'addendum_signed', 'status', b.status, 'publication_id', p.publication_id), what || 'data');
	RETURN NEXT is((SELECT count(*) FROM reportlink.signature s WHERE s.report_id = ANY (ids)), signatures, what || 'no signature is lost');
	RETURN NEXT is((pg_temp.publications(r))[cardinality(pg_temp.publications(r)) - 1:], ARRAY['executed', 'cancelled'], what || 'what was published before stays published');
	RETURN NEXT is((SELECT array_agg(h.document_id ORDER BY h.document_id) FROM reportlink_history('north', r) h WHERE h.document_id IN (base_document, document) AND h.signed), ARRAY[base_document, document],
		what || 'the history tells that both were signed');
	RETURN NEXT pg_temp.refused(pg_temp.calling('start_addendum', r, 'abe'), 'RL016 content is locked', what || 'the addendum that is open is the one');

	-- signed again as it is, and taken back again
	RETURN NEXT is((reportlink_sign('north', r, 'abe')).status, 'addendum_signed', what || 'signed again as it is');
	RETURN NEXT is((pg_temp.publication(r)).state, 'scheduled', what || 'it is scheduled again');
	RETURN NEXT is((reportlink_cancel_publish('north', r, 'abe')).status, b.status, what || 'and taken back again');
	PERFORM reportlink_open('north', r, 'abe'), reportlink_save('north', r, '{"final_report": "Better addendum."}', document, true, 'abe'), reportlink_sign('north', r, 'abe');
	RETURN NEXT is((pg_temp.publication(r)).document_id, pg_temp.document_of(r), what || 'edited and signed, the new text is scheduled');
	RETURN NEXT is((reportlink_cancel_publish('north', r, 'abe')).status, b.status, what || 'and taken back once more');

	-- discarded: what was published is in force
	RETURN NEXT is((reportlink_discard('north', r, false, 'abe')).document_id, base_document, what || 'discarded then: the document on which it stood');
	RETURN NEXT is(pg_temp.all_are(ids), b.status || ' abe final', what || 'discarded then: closed');
END
$$;
SELECT pg_temp.addendum_taken_back(b, size, prelim_first) FROM base b, unnest('{1,3}'::int[]) size, unnest('{false,true}'::boolean[]) prelim_first;

-- A draft that came back from a signature is a draft: what can be done with it

CREATE FUNCTION pg_temp.came_back(mrn text, size int) RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.signed(mrn, size);
BEGIN
	PERFORM reportlink_cancel_publish('north', ids[1], 'ada'), pg_temp.events();
	RETURN ids;
END
$$;
SELECT (pg_temp.came_back('D1', 1))[1] AS d1, pg_temp.came_back('D2', 3) AS d2, pg_temp.came_back('D3', 3) AS d3, (pg_temp.came_back('D4', 1))[1] AS d4, (pg_temp.came_back('D5', 1))[1] AS d5,
	(pg_temp.came_back('D6', 2))[1] AS d6 \gset
SELECT reportlink_save('north', :d1, '{"final_report": "not this"}', NULL, false, 'ada') AS ignored, (pg_temp.publication(:d1)).document_id AS document \gset
SELECT is((reportlink_discard('north', :d1, false, 'ada'))::text, format('(%s,,draft,ada,%s)', :d1::text, :document::text), 'discarded: back to the version that was signed');
SELECT pg_temp.refused(format('DELETE FROM reportlink.report WHERE report_id = %s', :d1::text), 'RL021 column is managed by reportlink', 'deleted: RL021');
SELECT is((reportlink_discard('north', (:'d2'::bigint[])[3], false, 'ada'))::text, format('(%s,,unread,ada,)', (:'d2'::bigint[])[3]), 'discarded when linked: it leaves its group with its own text, which is blank here');
SELECT is(pg_temp.all_are((:'d2'::bigint[])[1:2]), 'draft ada', 'the others stay as they are');
SELECT is((reportlink_sign('north', (:'d2'::bigint[])[2], 'ada')).status, 'signed', 'and are signed again');
SELECT is((pg_temp.event('report.publish_scheduled')).report_ids, (:'d2'::bigint[])[1:2], 'scheduled is who is in the group now');
SELECT pg_temp.refused(format('DELETE FROM reportlink.report WHERE report_id = %s', (:'d2'::bigint[])[3]), 'RL021 column is managed by reportlink', 'what was signed in the group is not deleted, unread and blank as it is: RL021');
SELECT is((SELECT array_agg(group_dissolved) FROM reportlink_unlink('north', (:'d3'::bigint[])[2:3], false, 'ada')), '{t,t}'::boolean[], 'unlinked: the group dissolves');
SELECT is((reportlink_sign('north', report, 'ada')).status, 'signed', 'each of its reports is signed by itself') FROM unnest(:'d3'::bigint[]) report;
SELECT is((SELECT array_agg(ROW(p.group_id, p.report_id, p.document_id, p.state)::text ORDER BY p.report_id) FROM reportlink.publication p WHERE p.report_id = ANY (:'d3') AND p.group_id IS NULL),
	(SELECT array_agg(ROW(NULL::bigint, report, pg_temp.document_of(report), 'scheduled')::text ORDER BY report) FROM unnest(:'d3'::bigint[]) report), 'and has its own publication, of the text that they shared');
SELECT is((reportlink_link('north', ARRAY[:d4, pg_temp.new_report('north', 'D4', 'D4-new')], true, 'ada')).status, 'draft', 'linked with another: a draft');
SELECT is((reportlink_sign('north', :d4, 'ada')).status, 'signed', 'signed as a group');
SELECT is((SELECT array_agg(ROW(p.group_id IS NULL, p.state)::text ORDER BY p.publication_id) FROM reportlink.publication p WHERE p.report_id = :d4), ARRAY['(t,cancelled)', '(f,scheduled)'],
	'the publication is the group''s now');
SELECT is((reportlink_cancel('north', :d5, false, 'ada')).status, 'cancelled', 'cancelled');
SELECT is((reportlink_prelim_sign('north', :d6, 'ada')).status, 'prelim_signed', 'prelim-signed');
SELECT is((reportlink_reject('north', :d6, 'abe'))::text, format('(%s,%s,draft,ada,%s)', :d6::text, pg_temp.group_of(:d6), pg_temp.document_of(:d6)), 'and rejected: a draft of who signed');
SELECT pg_temp.refused(pg_temp.calling('cancel_publish', :d6, 'abe'), 'RL018 no publication is pending', 'what is not finally signed again has nothing pending');
SELECT pg_temp.events() AS ignored \gset

-- While it is pending nothing else moves it

SELECT (pg_temp.signed('W1', 1))[1] AS w1, pg_temp.signed('W2', 3) AS w2, pg_temp.new_report('north', 'W2', 'W2-new') AS fresh \gset
SELECT (:'w2'::bigint[])[1] AS w21, (:'w2'::bigint[])[2] AS w22, (:'w2'::bigint[])[3] AS w23 \gset
SELECT pg_temp.refused(statement, expected, format('pending: %s: %s', left(expected, 5), what))
FROM (VALUES
	(pg_temp.calling('start_addendum', :w1, 'ada'), 'RL016 content is locked', 'start_addendum'),
	(pg_temp.calling('start_addendum', :w22, 'ada'), 'RL016 content is locked', 'start_addendum, linked'),
	(pg_temp.calling('start_addendum', :w22, 'abe'), 'RL016 content is locked', 'start_addendum goes before RL008'),
	(pg_temp.calling('reject', :w1, 'ada'), 'RL015 invalid status transition', 'reject'),
	(pg_temp.calling('sign', :w22, 'ada'), 'RL015 invalid status transition', 'sign'),
	(format('SELECT reportlink_cancel(''north'', %s, false, ''ada'')', :w1::text), 'RL015 invalid status transition', 'cancel'),
	(format('SELECT reportlink_discard(''north'', %s, false, ''ada'')', :w1::text), 'RL016 content is locked', 'discard'),
	(format('SELECT reportlink_save(''north'', %s, ''{"final_report": "x"}'', NULL, true, ''ada'')', :w1::text), 'RL016 content is locked', 'save'),
	(format('SELECT reportlink_link(''north'', ''{%s,%s}'', true, ''ada'')', :w21::text, :fresh::text), 'RL006 report is finalized', 'link'),
	(format('SELECT reportlink_unlink(''north'', ''{%s}'', false, ''ada'')', :w23::text), 'RL006 report is finalized', 'unlink'),
	(format('DELETE FROM reportlink.report WHERE report_id = %s', :w1::text), 'RL021 column is managed by reportlink', 'DELETE'),
	(format('UPDATE reportlink.report SET status = ''draft'' WHERE report_id = %s', :w1::text), 'RL015 invalid status transition', 'plain SQL to draft'),
	(format('UPDATE reportlink.report SET status = ''draft'' WHERE report_id = %s', :w22::text), 'RL015 invalid status transition', 'plain SQL to draft, linked')) t (statement, expected, what);
SELECT matches(pg_temp.hint(pg_temp.calling('start_addendum', :w22, 'ada')), 'reportlink_cancel_publish', 'start_addendum, RL016: the hint names the function that takes it back');
SELECT matches(pg_temp.detail(pg_temp.calling('start_addendum', :w22, 'ada')), format('%s.*publication is pending', :w21::text), 'start_addendum, RL016: DETAIL has the reports and why');
SET LOCAL reportlink.user_id = 'ada';
SELECT pg_temp.refused(format('UPDATE reportlink.report SET status = ''draft'' WHERE report_id = %s', :w22::text), 'RL015 invalid status transition', 'pending: RL015: plain SQL to draft by the attending who signed');
RESET reportlink.user_id;
SELECT is(pg_temp.publications(:w1) || pg_temp.publications(:w21), ARRAY['scheduled', 'scheduled'], 'both are still pending');
SELECT is((reportlink_open('north', :w22, 'abe')).status, 'signed', 'anybody may view it');
SELECT is((reportlink_assign('north', :w22, 'rex', 'adm')).owner_id, 'rex', 'and it can be given to another');
SELECT is((reportlink_cancel_publish('north', :w22, 'abe'))::text, format('(%s,%s,draft,rex,%s)', :w22::text, pg_temp.group_of(:w22), pg_temp.document_of(:w22)), 'whose draft it is when it is taken back');
SELECT reportlink_assign('north', :w22, 'ada', 'adm') AS ignored, reportlink_sign('north', :w22, 'ada') AS ignored2 \gset

-- Until it is published another report can become the default one: the schedule follows

SELECT pg_temp.events() AS ignored \gset
SELECT is((reportlink_set_default('north', :w23, 'ada')).report_id, :w23::bigint, 'pending: set_default');
SELECT is(pg_temp.events(), ARRAY['default_changed'], 'is one event');
SELECT is((SELECT report_id FROM reportlink.pending_publication WHERE group_id = pg_temp.group_of(:w21)), :w23::bigint, 'pending_publication: the new default report');
SELECT is((reportlink_publish_now('north', :w21, 'ada')).report_id, :w21::bigint, 'published through another report');
SELECT is((pg_temp.publication(:w21)).report_id, :w23::bigint, 'publication: the default report that it has now');
SELECT is((SELECT ROW(e.default_report_id, e.report_ids)::text FROM pg_temp.event('report.published') e), ROW(:w23::bigint, ARRAY[:w21, :w22, :w23]::bigint[])::text, 'published: so too, link order stays');
SELECT pg_temp.refused(format('SELECT reportlink_set_default(''north'', %s, ''ada'')', :w21::text), 'RL006 report is finalized', 'published: RL006');
SELECT reportlink_start_addendum('north', :w21, 'ada') AS ignored, reportlink_sign('north', :w21, 'ada') AS ignored2 \gset
SELECT pg_temp.refused(format('SELECT reportlink_set_default(''north'', %s, ''ada'')', :w21::text), 'RL006 report is finalized', 'an addendum pending on what was published: RL006');
SELECT reportlink_cancel_publish('north', :w21, 'ada') AS ignored \gset
SELECT pg_temp.refused(format('SELECT reportlink_set_default(''north'', %s, ''ada'')', :w21::text), 'RL006 report is finalized', 'and taken back: RL006');
SELECT pg_temp.signed('W3', 3) AS w3 \gset
SELECT reportlink_set_default('north', (:'w3'::bigint[])[2], 'ada') AS ignored, reportlink_cancel_publish('north', (:'w3'::bigint[])[1], 'ada') AS ignored2 \gset
SELECT is((pg_temp.publication((:'w3'::bigint[])[1])).report_id, (:'w3'::bigint[])[2], 'cancelled: the publication names the default report of that time');
SELECT is((reportlink_set_default('north', (:'w3'::bigint[])[3], 'ada')).report_id, (:'w3'::bigint[])[3], 'what was only scheduled once was never published: set_default');

-- pending_publication: what waits, one row a report or group

SELECT columns_are('reportlink', 'pending_publication', '{organization_id,publication_id,group_id,report_id,accession_numbers,document_id,requested_by,scheduled_at,publish_at,seconds_left,attempts,last_error,retry_at}'::name[],
	'columns of pending_publication');
SELECT pg_temp.drafted('V1', 3) AS v1, (pg_temp.signed('V2', 1))[1] AS v2, pg_temp.new_report('north', 'V1', 'V1-0') AS v10 \gset
INSERT INTO reportlink.report (organization_id, order_id) VALUES ('north', 'V3') RETURNING report_id AS v3 \gset
-- an order without accession number joins the group, and one leaves
INSERT INTO reportlink.report (organization_id, mrn, order_id) VALUES ('north', 'V1', 'V1-order') RETURNING report_id AS v11 \gset
SELECT reportlink_link('north', ARRAY[(:'v1'::bigint[])[1], :v11, :v10], true, 'ada') AS ignored, (SELECT count(*) FROM reportlink_unlink('north', ARRAY[(:'v1'::bigint[])[2]], false, 'ada')) AS ignored2 \gset
SELECT reportlink_sign('north', :v10, 'ada') AS ignored, reportlink_open('north', :v3, 'ada') AS ignored2 \gset
SELECT reportlink_save('north', :v3, '{"final_report": "text"}', NULL, true, 'ada') AS ignored \gset
SELECT reportlink_sign('north', :v3, 'ada') AS ignored \gset
SELECT is((SELECT accession_numbers FROM reportlink.pending_publication WHERE group_id = pg_temp.group_of(:v10)), '{V1-1,V1-3,NULL,V1-0}', 'of a group: all accession numbers in link order');
SELECT is((SELECT accession_numbers FROM reportlink.pending_publication WHERE report_id = :v2), '{V2-1}', 'of a report: its own');
SELECT is((SELECT accession_numbers FROM reportlink.pending_publication WHERE report_id = :v3), '{NULL}', 'of a report without MRN and accession number: NULL');
SELECT is((SELECT to_jsonb(v) - 'seconds_left' - 'accession_numbers' FROM reportlink.pending_publication v WHERE v.report_id = report),
	to_jsonb(pg_temp.publication(report)) - 'state' - 'finished_at', format('the rest is the row of publication, %s', what)) FROM (VALUES (:v2::bigint, 'of a report'), ((:'v1'::bigint[])[1], 'of a group')) t (report, what);
UPDATE reportlink.publication SET publish_at = clock_timestamp() + interval '100 s' WHERE report_id = :v2 AND state = 'scheduled';
SELECT ok(seconds_left BETWEEN 90 AND 100, 'seconds_left: from the statement to when it is due') FROM reportlink.pending_publication WHERE report_id = :v2;
UPDATE reportlink.publication SET publish_at = clock_timestamp() - interval '100 s' WHERE report_id = :v2 AND state = 'scheduled';
SELECT ok(seconds_left BETWEEN -110 AND -100, 'seconds_left: negative when it is overdue') FROM reportlink.pending_publication WHERE report_id = :v2;
UPDATE reportlink.report SET accession_number = 'V2-corrected' WHERE report_id = :v2;
SELECT is((SELECT accession_numbers FROM reportlink.pending_publication WHERE report_id = :v2), '{V2-corrected}', 'an identifier that is corrected meanwhile is followed');
SELECT is((reportlink_cancel_publish('north', :v2, 'ada')).status, 'draft', 'what is overdue and not published yet can be taken back');
SELECT is((reportlink_publish_now('north', :v3, 'ada'))::text, format('(%s,,signed,ada,%s)', :v3::text, pg_temp.document_of(:v3)), 'what has no MRN can be published at once');
SELECT is((SELECT count(*) FROM reportlink.pending_publication), (SELECT count(*) FROM reportlink.publication WHERE state = 'scheduled'), 'a row for each that is pending, and no other');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
