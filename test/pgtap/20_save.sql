-- Saving (section 5): a version more, with the keys given changed; who may,
-- when, and what is refused.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(563);

CREATE FUNCTION pg_temp.saving(report bigint, content jsonb DEFAULT '{"transcript": "new"}', actor text DEFAULT 'ada', expected bigint DEFAULT NULL) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_save(%L, %s, %L, %L, true, %L)', 'north', report, content, expected, actor);
-- What is in force, keys without a value left out
CREATE FUNCTION pg_temp.content_of(report bigint) RETURNS jsonb
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT jsonb_strip_nulls(jsonb_build_object('transcript', t.transcript, 'final_report', t.final_report, 'clinical_history', t.clinical_history, 'views', t.views,
			'contrast', t.contrast, 'laterality', t.laterality, 'comparison', t.comparison, 'study_at', to_char(t.study_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
		FROM reportlink.report_text t WHERE t.report_id = report;
	END;
-- A report that somebody has open
CREATE FUNCTION pg_temp.opened(mrn text, accession text, actor text DEFAULT 'ada') RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	report bigint := pg_temp.new_report('north', mrn, accession);
BEGIN
	PERFORM reportlink_open('north', report, actor);
	RETURN report;
END
$$;

-- One version after the other

SELECT pg_temp.opened('P1', 'A1') AS a1, pg_temp.events() AS ignored \gset
SELECT reportlink_save('north', :a1, '{"transcript": "liver normal", "views": "two"}', NULL, true, 'ada') AS v1 \gset
SELECT is(pg_temp.document_of(:a1), :v1::bigint, 'returns the new document_id, which is in force');
SELECT is(pg_temp.content_of(:a1), '{"transcript": "liver normal", "views": "two"}', 'has what was saved');
SELECT is((SELECT (report_id, group_id, parent_id, checkpoint, reason, base_status, saved_by)::text FROM reportlink.document WHERE document_id = :v1),
	format('(%s,,,t,save,,ada)', :a1::text), 'a version: through which report, not linked, of nothing before, a checkpoint, why, by whom');
SELECT ok((SELECT saved_at BETWEEN now() AND clock_timestamp() FROM reportlink.document WHERE document_id = :v1), 'and when');
SELECT is(pg_temp.state_of(:a1), 'draft ada drafting', 'status and owner stay');
SELECT is(pg_temp.events(), ARRAY['saved'], 'one event');
SELECT is((pg_temp.event('report.saved')).data, '{"old_document_id": null, "checkpoint": true}', 'saved: there was none before, a checkpoint');
SELECT is((SELECT (e.group_id, e.document_id, e.default_report_id, e.report_ids, e.actor)::text FROM pg_temp.event('report.saved') e), format('(,%s,,{%s},ada)', :v1::text, :a1::text),
	'saved: no group, the new version, the report, the actor');
SELECT to_jsonb(d) AS before FROM reportlink.document d WHERE document_id = :v1 \gset
SELECT reportlink_save('north', :a1, '{"transcript": "liver enlarged"}', NULL, false, 'ada') AS v2 \gset
SELECT is(pg_temp.content_of(:a1), '{"transcript": "liver enlarged", "views": "two"}', 'the keys given changed, the others stay');
SELECT is((SELECT to_jsonb(d) FROM reportlink.document d WHERE document_id = :v1), :'before'::jsonb, 'the version before is what it was');
SELECT is((pg_temp.event('report.saved')).data, format('{"old_document_id": %s, "checkpoint": false}', :v1::text)::jsonb, 'saved: the version before, an autosave');
SELECT reportlink_save('north', :a1, '{"final_report": "one"}', NULL, false, 'ada') AS v3 \gset
SELECT reportlink_save('north', :a1, '{"final_report": "two"}', NULL, true, 'ada') AS v4 \gset
SELECT reportlink_save('north', :a1, '{"final_report": "three"}', NULL, false, 'ada') AS v5 \gset
SELECT is((SELECT array_agg((document_id, parent_id, checkpoint)::text ORDER BY document_id) FROM reportlink.document WHERE report_id = :a1),
	ARRAY[format('(%s,,t)', :v1::text), format('(%s,%s,f)', :v2::text, :v1::text), format('(%s,%s,f)', :v3::text, :v1::text), format('(%s,%s,t)', :v4::text, :v1::text), format('(%s,%s,f)', :v5::text, :v4::text)],
	'a version goes back to the last checkpoint before it, autosaves are passed over');
SELECT reportlink_save('north', :a1, '{"final_report": "three"}', NULL, NULL, 'ada') AS v6 \gset
SELECT isnt(:v6::bigint, :v5::bigint, 'saving what is there already is a version, too');
SELECT is((SELECT checkpoint FROM reportlink.document WHERE document_id = :v6), true, 'checkpoint NULL: as without it');
SELECT reportlink_close('north', :a1, false, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT lives_ok(pg_temp.saving(:a1), 'closed, not released: the owner saves');
SELECT is(pg_temp.state_of(:a1), 'draft ada drafting', 'and is drafting again');
SELECT is(pg_temp.events(), ARRAY['saved'], 'one event, no report.opened');
SET LOCAL reportlink.user_id = 'ada';
SELECT lives_ok(format($$SELECT reportlink_save('north', %s, '{"transcript": "x"}')$$, :a1::text), 'the actor is the setting when there is no argument');
SELECT is((SELECT saved_by FROM reportlink.document WHERE document_id = pg_temp.document_of(:a1)), 'ada', 'and is who saved');
RESET reportlink.user_id;

-- Every key

CREATE TEMP TABLE key (name text, value text, other text);
INSERT INTO key VALUES ('transcript', 'a', 'b'), ('final_report', 'a', 'b'), ('clinical_history', 'a', 'b'), ('views', 'a', 'b'), ('contrast', 'a', 'b'),
	('laterality', 'left', 'right'), ('comparison', 'a', 'b'), ('study_at', '2026-03-02T08:10:00.000000Z', '2026-03-02T08:10:00.000001Z');
SELECT set_eq($$SELECT attname::text COLLATE "default" FROM pg_attribute WHERE attrelid = 'reportlink.document'::regclass AND attnum > 0 AND NOT attisdropped$$,
	$$SELECT name FROM key UNION ALL SELECT unnest('{organization_id,document_id,parent_id,report_id,group_id,blank,checkpoint,reason,base_status,saved_at,saved_by}'::text[])$$,
	'these are all the columns of content that there are');
SELECT jsonb_object_agg(name, value) AS everything FROM key \gset
SELECT name, value, other, pg_temp.opened('K-' || name, '1') AS report INTO TEMP keyed FROM key;

SELECT count(reportlink_save('north', report, jsonb_build_object(name, value), 0, true, 'ada')) AS ignored FROM keyed \gset
SELECT is(pg_temp.content_of(report), jsonb_build_object(name, value), format('%s alone: saved', name)) FROM keyed;
SELECT is((SELECT blank FROM reportlink.document WHERE document_id = pg_temp.document_of(report)), false, format('%s alone: not blank', name)) FROM keyed;
SELECT count(reportlink_save('north', report, jsonb_build_object(name, NULL), NULL, true, 'ada')) AS ignored FROM keyed \gset
SELECT is(pg_temp.content_of(report), '{}'::jsonb, format('%s null: emptied', name)) FROM keyed;
SELECT is((SELECT blank FROM reportlink.document WHERE document_id = pg_temp.document_of(report)), true, format('%s emptied: a version, that is blank', name)) FROM keyed;
SELECT count(reportlink_save('north', report, :'everything', NULL, true, 'ada')) AS ignored FROM keyed \gset
SELECT is(pg_temp.content_of(report), :'everything'::jsonb, format('all keys at once, %s among them', name)) FROM keyed;
SELECT count(reportlink_save('north', report, jsonb_build_object(name, other), NULL, true, 'ada')) AS ignored FROM keyed \gset
SELECT is(pg_temp.content_of(report), :'everything'::jsonb || jsonb_build_object(name, other), format('%s changed: the others stay', name)) FROM keyed;
SELECT count(reportlink_save('north', report, jsonb_build_object(name, NULL), NULL, true, 'ada')) AS ignored FROM keyed \gset
SELECT is(pg_temp.content_of(report), :'everything'::jsonb - name, format('%s null: the others stay', name)) FROM keyed;
SELECT count(reportlink_save('north', report, jsonb_build_object(name, ''), NULL, true, 'ada')) AS ignored FROM keyed WHERE name NOT IN ('laterality', 'study_at') \gset
SELECT is(pg_temp.content_of(report) ->> name, '', format('%s may be the empty string', name)) FROM keyed WHERE name NOT IN ('laterality', 'study_at');

-- Metadata

SELECT report AS r FROM keyed WHERE name = 'laterality' \gset
SELECT lives_ok(pg_temp.saving(:r, jsonb_build_object('laterality', value)), format('laterality %s', value)) FROM unnest('{left,right,bilateral,unpaired}'::text[]) value;
SELECT is(pg_temp.content_of(:r) ->> 'laterality', 'unpaired', 'the last one is in force');
CREATE TEMP TABLE study_at (value text, means timestamptz);
INSERT INTO study_at VALUES ('2026-03-02T08:10:00Z', '2026-03-02 08:10:00+00'), ('2026-03-02 08:10:00Z', '2026-03-02 08:10:00+00'), ('2026-03-02T08:10Z', '2026-03-02 08:10:00+00'),
	('2026-03-02T08:10:00.123456Z', '2026-03-02 08:10:00.123456+00'), ('2026-03-02T09:10:00+01:00', '2026-03-02 08:10:00+00'), ('2026-03-02T09:10:00+01', '2026-03-02 08:10:00+00'),
	('2026-03-02T02:40:00-0530', '2026-03-02 08:10:00+00'), ('2024-02-29T00:00:00Z', '2024-02-29 00:00:00+00');
CREATE FUNCTION pg_temp.study_at(report bigint, value text) RETURNS timestamptz
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM reportlink_save('north', report, jsonb_build_object('study_at', value), NULL, false, 'ada');
	RETURN (SELECT t.study_at FROM reportlink.report_text t WHERE t.report_id = report);
END
$$;
SELECT is(pg_temp.study_at(:r, value), means, format('study_at %s', value)) FROM study_at;
SET LOCAL TimeZone = 'Asia/Tokyo';
SET LOCAL DateStyle = 'German, DMY';
SELECT ok(pg_temp.study_at(:r, value) = means, format('study_at %s: whatever TimeZone and DateStyle of the session', value)) FROM study_at;
RESET TimeZone;
RESET DateStyle;

-- 22023: nothing changes, and the key is named

CREATE TEMP TABLE wrong (content jsonb, named text);
INSERT INTO wrong SELECT jsonb_build_object(k, 'x'), k FROM unnest(ARRAY['Transcript', 'TRANSCRIPT', ' transcript', 'transcript ', 'text', 'owner_id', 'status', 'document_id', 'blank', 'saved_by', 'checkpoint',
	'organization_id', 'report_id', 'final report', 'transcript; DROP SCHEMA reportlink', 'Befünd "x"', repeat('k', 10000)]) k;
INSERT INTO wrong VALUES ('{"": "x"}', '""'), ('{"transcript": "good", "nonsense": null}', 'nonsense'), ('{"transcript": "good", "nonsense": "x", "views": "good"}', 'nonsense');
INSERT INTO wrong SELECT jsonb_build_object(name, no_string), name FROM key, jsonb_array_elements('[1, 0, true, [], {}, ["x"], {"transcript": "x"}]') no_string;
INSERT INTO wrong SELECT jsonb_build_object('transcript', 'good', name, 5), name FROM key WHERE name <> 'transcript';
INSERT INTO wrong SELECT jsonb_build_object('laterality', value), 'laterality' FROM unnest(ARRAY['', ' ', 'Left', 'LEFT', ' left', 'left ', 'l', 'both', 'none', 'left,right', repeat('left', 10000)]) value;
INSERT INTO wrong SELECT jsonb_build_object('study_at', value), 'study_at' FROM unnest(ARRAY['', ' ', 'now', 'today', 'yesterday', 'infinity', '-infinity', 'epoch', '2026-03-02', '08:10:00Z', '2026-03-02T08:10:00', '2026-03-02 08:10',
	'02.03.2026 08:10:00+00', '03/02/2026 08:10:00Z', '20260302T081000Z', '2026-03-02T08:10:00 Europe/Berlin', '2026-03-02T08:10:00 CET', '2026-02-30T08:10:00Z', '2025-02-29T08:10:00Z', '2026-13-01T08:10:00Z', '2026-00-01T08:10:00Z',
	'2026-03-02T25:00:00Z', '2026-03-02T08:61:00Z', '2026-03-02T08:10:61Z', '2026-03-02T08:10:00+99:00', ' 2026-03-02T08:10:00Z', '2026-03-02T08:10:00Z ', E'2026-03-02T08:10:00Z\n', '2026-03-02T08:10:00ZZ', '2026-03-02T08:10:00.1234567Z',
	'26-03-02T08:10:00Z', '12026-03-02T08:10:00Z', '2026-03-02T08:10:00Z BC', '2026-03-02T08:10:00z; DROP SCHEMA reportlink', repeat('2', 10000)]) value;
SELECT is(CASE WHEN o LIKE '22023 %' AND position(named IN o) > 0 AND o NOT LIKE '%(and rows changed)' THEN 'refused, key named' ELSE o END, 'refused, key named',
	format('22023: %s', left(content::text, 60)))
FROM wrong, pg_temp.outcome(pg_temp.saving(:a1, content)) o;
SELECT matches(pg_temp.hint(pg_temp.saving(:a1, '{"text": "x"}')), '(?=.*' || string_agg(name, ')(?=.*') || ')', '22023: the hint has all keys') FROM key;
SELECT matches(pg_temp.hint(pg_temp.saving(:a1, '{"laterality": "both"}')), 'left.*right.*bilateral.*unpaired', '22023: the hint has what laterality can be');
SELECT matches(pg_temp.hint(pg_temp.saving(:a1, '{"study_at": "now"}')), '\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', '22023: the hint has a time as it should be');
SELECT is(CASE WHEN o LIKE '22023 %' AND o NOT LIKE '%(and rows changed)' THEN '22023' ELSE o END, '22023', format('22023: no key at all, %s', content))
FROM jsonb_array_elements('[{}, [], [{"transcript": "x"}], "transcript", 1, true, null, ["transcript", "x"]]') content, pg_temp.outcome(pg_temp.saving(:a1, content)) o;
SELECT throws_ok(format($$SELECT reportlink_save('north', %s, '{"transcript": "\u0000"}', NULL, true, 'ada')$$, :a1::text), '22P05', NULL, 'text with NUL is no jsonb');

-- The version that is expected to be in force

SELECT pg_temp.opened('P2', 'B1') AS b1, pg_temp.opened('P2', 'B2') AS b2 \gset
SELECT pg_temp.refused(pg_temp.saving(:b1, expected => expected), 'RL017 stale document', format('RL017: blank, expected %s', what))
FROM (VALUES (:v1::bigint, 'a version of another report'), (999999999, 'one that there is not'), (-1, '-1')) e (expected, what);
SELECT reportlink_save('north', :b1, '{"transcript": "one"}', 0, true, 'ada') AS w1 \gset
SELECT is(pg_temp.document_of(:b1), :w1::bigint, 'expected 0: blank');
SELECT pg_temp.refused(pg_temp.saving(:b1, expected => 0), 'RL017 stale document', 'RL017: not blank any more, expected 0');
SELECT reportlink_save('north', :b1, '{"transcript": "two"}', :w1, true, 'ada') AS w2 \gset
SELECT is(pg_temp.document_of(:b1), :w2::bigint, 'expected what is in force');
SELECT reportlink_save('north', :b2, '{"transcript": "three"}', NULL, true, 'ada') AS x1 \gset
SELECT pg_temp.refused(pg_temp.saving(:b1, expected => expected), 'RL017 stale document', format('RL017: expected %s', what))
FROM (VALUES (:w1::bigint, 'the version before'), (:x1::bigint, 'what is in force for another report'), (:w2 + 1000000000, 'one that there is not'), (-:w2, 'a negative one'), (9223372036854775807, 'the highest id'), (0, 'blank')) e (expected, what);
SELECT matches(pg_temp.detail(pg_temp.saving(:b1, expected => :w1)), format('%s.*%s.*%s', :b1::text, :w2::text, :w1::text), 'RL017: DETAIL has the report, what is in force, and what was expected');
SELECT is(pg_temp.text_of(:b1), 'two', 'nothing came of it');
SELECT reportlink_save('north', :b1, '{"transcript": "three"}', NULL, true, 'ada') AS w3 \gset
SELECT is(pg_temp.text_of(:b1), 'three', 'without it, whatever is in force is saved upon');

SELECT reportlink_save('north', :b2, '{"transcript": null}', NULL, true, 'ada') AS x2 \gset
SELECT lives_ok(pg_temp.saving(:b2, expected => :x2), 'expected a version with nothing in it, by its id');
SELECT reportlink_save('north', :b2, '{"transcript": ""}', NULL, true, 'ada') AS x3 \gset
SELECT lives_ok(pg_temp.saving(:b2, expected => 0), 'or as blank text: 0');

-- Who may (section 8): 1 yes, 0 RL014, whoever owns it; in and out of a group

CREATE TEMP TABLE permission (content jsonb, what text, attending int, resident int, drafter int, administrator int, integration int);
INSERT INTO permission VALUES
	('{"transcript": "x"}',                      'transcript',                  1, 1, 1, 0, 0),
	('{"final_report": "x"}',                    'final_report',                1, 1, 0, 0, 0),
	('{"transcript": null}',                     'transcript emptied',          1, 1, 1, 0, 0),
	('{"final_report": null}',                   'final_report emptied',        1, 1, 0, 0, 0),
	('{"transcript": "x", "final_report": "x"}', 'transcript and final_report', 1, 1, 0, 0, 0),
	('{"clinical_history": "x"}',                'clinical_history',            1, 1, 0, 0, 0),
	('{"views": "x"}',                           'views',                       1, 1, 0, 0, 0),
	('{"contrast": "x"}',                        'contrast',                    1, 1, 0, 0, 0),
	('{"laterality": "left"}',                   'laterality',                  1, 1, 0, 0, 0),
	('{"comparison": "x"}',                      'comparison',                  1, 1, 0, 0, 0),
	('{"study_at": "2026-03-02T08:10:00Z"}',     'study_at',                    1, 1, 0, 0, 0);
CREATE TEMP TABLE owned AS
SELECT m.user_id, m.role, pg_temp.restored_report('north', 'O-' || m.user_id, '1', 'text', 'draft', m.user_id) AS alone,
	pg_temp.restored_report('north', 'L-' || m.user_id, '1', 'text', 'draft', m.user_id) AS linked, pg_temp.restored_report('north', 'L-' || m.user_id, '2', NULL, 'draft', m.user_id) AS second
FROM reportlink.member m WHERE m.organization_id = 'north' AND m.user_id IN ('ada', 'rex', 'dot', 'adm', 'hl7');
SELECT count(reportlink_link('north', ARRAY[linked, second], false, 'adm')) AS ignored FROM owned \gset
SELECT pg_temp.new_report('north', 'P3', 'C1') AS unread, pg_temp.restored_report('north', 'P3', 'C2', 'text', 'draft') AS nobodys \gset
SELECT pg_temp.digest() AS before \gset
SELECT is(pg_temp.tried(pg_temp.saving(r.report, p.content, o.user_id)), CASE WHEN m.may = 1 THEN 'done' ELSE 'RL014 role may not do this' END,
	format('%s, %s, %s: %s', o.role, p.what, r.what, CASE WHEN m.may = 1 THEN 'yes' ELSE 'RL014' END))
FROM permission p,
	LATERAL (VALUES ('attending', p.attending), ('resident', p.resident), ('drafter', p.drafter), ('administrator', p.administrator), ('integration', p.integration)) m (role, may)
JOIN owned o USING (role), LATERAL (VALUES (o.alone, 'not linked'), (o.linked, 'linked'), (o.second, 'linked')) r (report, what);
-- what another or nobody owns
SELECT is(pg_temp.tried(pg_temp.saving(r.report, '{"transcript": "x"}', a.user_id)), 'RL008 report not owned by user', format('RL008: %s saves what %s', a.role, r.what))
FROM owned a, LATERAL (SELECT o.alone, format('%s owns', o.role) FROM owned o WHERE o.user_id <> a.user_id
	UNION ALL SELECT o.linked, format('%s owns, linked', o.role) FROM owned o WHERE o.user_id <> a.user_id
	UNION ALL VALUES (:nobodys::bigint, 'nobody owns'), (:unread::bigint, 'nobody owns, unread')) r (report, what)
WHERE a.user_id IN ('ada', 'rex', 'dot');
SELECT is(pg_temp.tried(pg_temp.saving(r.report, '{"transcript": "x"}', a.user_id)), 'RL014 role may not do this', format('RL014: %s saves what %s', a.role, r.what))
FROM owned a, LATERAL (SELECT o.alone, format('%s owns', o.role) FROM owned o WHERE o.user_id <> a.user_id UNION ALL VALUES (:nobodys::bigint, 'nobody owns')) r (report, what)
WHERE a.user_id IN ('adm', 'hl7');
SELECT is(pg_temp.digest(), :'before', 'everything was taken back');
SELECT pg_temp.refused(pg_temp.saving(:a1, '{"transcript": "x"}', actor), expected, format('%s: %s', left(expected, 5), what))
FROM (VALUES (NULL, 'RL012 no acting user', 'no actor'), ('', 'RL012 no acting user', 'an empty one'), ('gone', 'RL013 not an active member', 'an inactive one'), ('nobody', 'RL013 not an active member', 'one that is no member'),
	('abe', 'RL008 report not owned by user', 'another attending')) t (actor, expected, what);
SELECT matches(pg_temp.detail(pg_temp.saving(:a1, '{"transcript": "x"}', 'abe')), format('%s.*abe', :a1::text), 'RL008: DETAIL has the report and the user');
SELECT matches(pg_temp.hint(pg_temp.saving(:nobodys)), 'reportlink_open', 'RL008 of what nobody owns: the hint is to open it');

-- When: in draft, or while an addendum is open; for its owner

CREATE TEMP TABLE state (status text, addendum_open boolean, may boolean);
INSERT INTO state VALUES ('unread', false, false), ('draft', false, true), ('prelim_signed', false, false), ('signed', false, false), ('addendum_prelim_signed', false, false), ('addendum_signed', false, false),
	('cancelled', false, false), ('prelim_signed', true, true), ('signed', true, true), ('addendum_prelim_signed', true, true), ('addendum_signed', true, true);
CREATE TEMP TABLE stated AS
SELECT s.*, l.linked, m.mrn, pg_temp.restored_report('north', m.mrn, '1', 'text', 'draft', 'ada') AS report, pg_temp.restored_report('north', m.mrn, '2', NULL, 'draft', 'ada') AS second
FROM state s, unnest('{false,true}'::boolean[]) l (linked), LATERAL (SELECT concat_ws('-', s.status, s.addendum_open, l.linked)) m (mrn)
WHERE NOT (l.linked AND s.status = 'cancelled');
SELECT count(reportlink_link('north', ARRAY[report, second], false, 'adm')) AS ignored FROM stated WHERE linked \gset
SELECT count(pg_temp.put_status(report, status)) AS ignored FROM stated \gset
SET LOCAL session_replication_role = replica;
UPDATE reportlink.report r SET addendum_open = true FROM stated s WHERE s.addendum_open AND r.mrn = s.mrn AND (s.linked OR r.report_id = s.report);
SET LOCAL session_replication_role = origin;
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.outcome(pg_temp.saving(CASE WHEN linked THEN second ELSE report END)), CASE WHEN may THEN 'done' ELSE 'RL016 content is locked' END,
	format('%s%s, %s: %s', status, CASE WHEN addendum_open THEN ', addendum open' END, CASE WHEN linked THEN 'linked' ELSE 'not linked' END, CASE WHEN may THEN 'yes' ELSE 'RL016' END)) FROM stated;
SELECT is(pg_temp.events(), (SELECT array_agg('saved'::text) FROM stated WHERE may), 'an event for each that was saved');
SELECT is((SELECT array_agg(DISTINCT (r.status, r.owner_id, r.drafting, r.addendum_open)::text) FROM reportlink.report r WHERE r.mrn = s.mrn AND (s.linked OR r.report_id = s.report)),
	ARRAY[format('(%s,ada,%s,%s)', s.status, left(s.may::text, 1), left(s.addendum_open::text, 1))], format('%s%s, %s: %s', s.status, CASE WHEN s.addendum_open THEN ', addendum open' END, CASE WHEN s.linked THEN 'linked' ELSE 'not linked' END,
		CASE WHEN s.may THEN 'drafting now, all else is as it was' ELSE 'as it was' END)) FROM stated s;
SELECT matches(pg_temp.hint(pg_temp.saving(report)), 'reportlink_open', 'RL016 of what is unread: the hint is to open it') FROM stated WHERE status = 'unread' AND NOT linked;
SELECT matches(pg_temp.detail(pg_temp.saving(report)), format('%s.*signed', report), 'RL016: DETAIL has report and status') FROM stated WHERE status = 'signed' AND NOT linked AND NOT addendum_open;
-- the drafter may not even where a resident could not
SELECT count(pg_temp.put_status(alone, 'prelim_signed')) AS ignored FROM owned WHERE role = 'drafter' \gset
SELECT pg_temp.refused(pg_temp.saving(alone, content, 'dot'), 'RL016 content is locked', format('RL016 goes before RL014: a drafter saves %s of what is signed', content))
FROM owned, jsonb_array_elements('[{"transcript": "x"}, {"final_report": "x"}]') content WHERE role = 'drafter';

-- Linked: one version for all

SELECT pg_temp.restored_report('north', 'P4', 'D1', 'own of 1', 'draft', 'ada') AS d1, pg_temp.restored_report('north', 'P4', 'D2', 'own of 2', 'draft', 'ada') AS d2,
	pg_temp.new_report('north', 'P4', 'D3') AS d3, pg_temp.restored_report('north', 'P4', 'D4', 'alone', 'draft', 'ada') AS d4 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:d2, :d1, :d3], true, 'ada') \gset
SELECT array_agg(r.document_id ORDER BY r.report_id) AS own, array_agg(r.ctid ORDER BY r.report_id) AS places, (SELECT count(*) FROM reportlink.document) AS documents, pg_temp.events() AS ignored,
	pg_temp.document_of(:d2) AS shared
FROM reportlink.report r WHERE r.mrn = 'P4' \gset
SELECT reportlink_save('north', :d3, '{"final_report": "for all"}', :shared, true, 'ada') AS document \gset
SELECT is((SELECT array_agg(DISTINCT (document_id, transcript, final_report)::text) FROM reportlink.report_text WHERE group_id = :g), ARRAY[format('(%s,"own of 2","for all")', :document::text)],
	'all members read the new version, made from the shared one');
SELECT is((SELECT count(*) FROM reportlink.document), :documents + 1::bigint, 'there is one row more, not one a report');
SELECT is((SELECT array_agg(r.document_id ORDER BY r.report_id) FROM reportlink.report r WHERE r.mrn = 'P4'), :'own'::bigint[], 'the reports'' own documents wait untouched');
SELECT is((SELECT array_agg(r.ctid ORDER BY r.report_id) FROM reportlink.report r WHERE r.mrn = 'P4'), :'places'::tid[], 'no row of report was written: they were drafting');
SELECT is((SELECT (report_id, group_id, parent_id)::text FROM reportlink.document WHERE document_id = :document), format('(%s,%s,%s)', :d3::text, :g::text, :shared::text), 'the version: through which report, in which group, from which version');
SELECT is(pg_temp.events(), ARRAY['saved'], 'one event, not one a report');
SELECT is((SELECT (e.group_id, e.document_id, e.default_report_id, e.report_ids, e.data)::text FROM pg_temp.event('report.saved') e),
	format('(%s,%s,%s,"{%s,%s,%s}","{""checkpoint"": true, ""old_document_id"": %s}")', :g::text, :document::text, :d2::text, :d2::text, :d1::text, :d3::text, :shared::text), 'saved: the group, its version, all members in link order');
SELECT is((SELECT array_agg(i ->> 'accession_number') FROM pg_temp.event('report.saved') e, jsonb_array_elements(e.linked_identifiers) i), '{D2,D1,D3}'::text[], 'saved: the identifiers of all');
SELECT pg_temp.refused(pg_temp.saving(:d1, expected => (:'own'::bigint[])[1]), 'RL017 stale document', 'RL017: the own document of a linked report is not in force');
SELECT pg_temp.refused(pg_temp.saving(:d3, expected => 0), 'RL017 stale document', 'RL017: a linked report without own document is not blank');
SELECT is(pg_temp.text_of(:d4), 'alone', 'a report of the patient that is not linked keeps its text');
SELECT reportlink_close('north', :d1, false, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT lives_ok(pg_temp.saving(:d1), 'closed: saved through another member');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE group_id = :g), ARRAY['draft ada drafting'], 'all members are drafting again');
SELECT is((SELECT array_agg(DISTINCT transcript) FROM reportlink.report_text WHERE group_id = :g), ARRAY['new'], 'and have the new text');

-- Without MRN

SELECT pg_temp.opened(NULL, 'N1') AS n1 \gset
SELECT reportlink_save('north', :n1, '{"transcript": "text"}', 0, false, 'ada') AS ignored \gset
SELECT is(pg_temp.text_of(:n1), 'text', 'a report without MRN is saved like any other');
SELECT is((pg_temp.event('report.saved')).report_ids, ARRAY[:n1]::bigint[], 'and it is recorded');

-- The order of the checks

SELECT pg_temp.restored_report('north', 'P5', 'E1', 'text', 'signed', 'dot') AS e1, pg_temp.new_report('south', 'P5', 'E2') AS e2 \gset
SELECT pg_temp.refused(statement, expected, format('%s goes before what comes after: %s', left(expected, 5), statement))
FROM (VALUES
	($$SELECT reportlink_save(NULL, 999999999, '{}')$$, '22004 argument organization_id of reportlink_save must not be null'),
	($$SELECT reportlink_save('north', NULL, '{}')$$, '22004 argument report_id of reportlink_save must not be null'),
	($$SELECT reportlink_save('north', 999999999, NULL)$$, '22004 argument content of reportlink_save must not be null'),
	($$SELECT reportlink_save('north', 999999999, '{}')$$, 'RL012 no acting user'),
	($$SELECT reportlink_save('north', 999999999, '{}', 1, true, 'gone')$$, 'RL013 not an active member'),
	($$SELECT reportlink_save('nowhere', 999999999, '{}', 1, true, 'ada')$$, 'RL013 not an active member'),
	($$SELECT reportlink_save('north', 999999999, '{}', 1, true, 'adm')$$, 'RL014 role may not do this'),
	($$SELECT reportlink_save('north', 999999999, '{}', 1, true, 'ada')$$, 'RL002 report not found'),
	(format($$SELECT reportlink_save('north', %s, '{}', 1, true, 'ada')$$, :e2::text), 'RL002 report not found'),
	(format($$SELECT reportlink_save('north', %s, '{"x": "x"}', 1, true, 'ada')$$, :e1::text), '22023 unknown key "x" in content'),
	(format($$SELECT reportlink_save('north', %s, '{"transcript": "x"}', 1, true, 'ada')$$, :e1::text), 'RL017 stale document'),
	(format($$SELECT reportlink_save('north', %s, '{"transcript": "x"}', NULL, true, 'ada')$$, :e1::text), 'RL008 report not owned by user'),
	(format($$SELECT reportlink_save('north', %s, '{"final_report": "x"}', NULL, true, 'dot')$$, :e1::text), 'RL016 content is locked')) t (statement, expected);
SELECT doesnt_match(pg_temp.detail(format($$SELECT reportlink_save('north', %s, '{"transcript": "x"}', NULL, true, 'ada')$$, :e2::text)), 'south|P5|E2', 'RL002: nothing of another organization in DETAIL');

-- Text is kept to the letter, whatever it is, and however long

CREATE FUNCTION pg_temp.kept(report bigint, body text) RETURNS text
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM reportlink_save('north', report, jsonb_build_object('transcript', body, 'final_report', body || body), NULL, true, 'ada');
	RETURN (SELECT md5(t.transcript) || md5(t.final_report) FROM reportlink.report_text t WHERE t.report_id = report);
END
$$;
SELECT pg_temp.opened('P6', 'F1') AS f1 \gset
SELECT is(pg_temp.kept(:f1, body), md5(body) || md5(body || body), what)
FROM (VALUES
	('It''s "quoted"; \ \\ \n \u0041 %s %% $1 {} [] <&> -- /* */ ', 'quotes, backslashes and what else means something somewhere'),
	('''; DROP SCHEMA reportlink CASCADE; --', 'SQL'), ('{"transcript": "x"}', 'JSON'), ('null', 'the word null'),
	(E'\t tab, \r\n line ends \n\n\x01\x1b\x7f', 'control characters'), ('   ', 'white space'),
	('Ünïcödé: ß 患者 مريض חולה นะ 👩‍⚕️ 🫁 e' || U&'\0301' || ' ' || U&'\202E' || U&'\FEFF' || U&'\+10FFFF', 'Unicode, of every width'),
	(repeat(E'Lunge: unauffällig.\n', 250000), '5 MB that repeat themselves'),
	((SELECT string_agg(md5(n::text), '') FROM generate_series(1, 100000) n), '3 MB that do not')) t (body, what);
SELECT is((SELECT octet_length(final_report) FROM reportlink.report_text WHERE report_id = :f1), 6400000, 'a final report of 6 MB');
SELECT cmp_ok((SELECT pg_column_size(e) FROM reportlink.event e ORDER BY event_id DESC LIMIT 1), '<', 2000, 'the event does not carry the text');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
