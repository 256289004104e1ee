-- The default report of a group: the first one, until it is changed
-- (reportlink_set_default) or leaves (section 4).
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(41);

CREATE FUNCTION pg_temp.default_of(report bigint) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT g.default_report_id FROM reportlink.report r
		JOIN reportlink.report_group g ON g.organization_id = r.organization_id AND g.group_id = r.group_id
		WHERE r.report_id = report;
	END;
CREATE FUNCTION pg_temp.unlink(actor text, discard boolean, VARIADIC ids bigint[]) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT count(*) FROM reportlink_unlink('north', ids, discard, actor);
	END;
CREATE FUNCTION pg_temp.setting(report bigint, actor text DEFAULT 'ada') RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_set_default(%L, %s, %L)', 'north', report, actor);

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'shared') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3, pg_temp.new_report('north', 'P1', 'A4') AS a4,
	pg_temp.new_report('north', 'P1', 'A5') AS a5, pg_temp.new_report('north', 'P1', 'A6') AS a6 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a1, :a2, :a3, :a4, :a5], true, 'ada') \gset
SELECT pg_temp.document_of(:a1) AS document, pg_temp.events() AS ignored \gset

-- set_default

SELECT is(reportlink_set_default('north', :a3, 'ada')::text,
	format('(%s,%s,draft,ada,%s)', :a3::text, :g::text, :document::text),
	'one row: report_id, group_id, status, owner_id, document_id in force');
SELECT is(pg_temp.default_of(:a1), :a3::bigint, 'it is the default report of the group');
SELECT is(pg_temp.linked_with(:a1), ARRAY[:a1, :a2, :a3, :a4, :a5]::bigint[], 'link order stays');
SELECT is(pg_temp.text_of(:a2), 'shared', 'text stays');
SELECT is(pg_temp.events(), ARRAY['default_changed'], 'one event');
SELECT is((pg_temp.event('report.default_changed')).report_ids, ARRAY[:a3]::bigint[], 'default_changed: about the one');
SELECT is((pg_temp.event('report.default_changed')).data,
	format('{"old_default_report_id": %s, "default_report_id": %s}', :a1::text, :a3::text)::jsonb, 'default_changed: from and to');
SELECT is((pg_temp.event('report.default_changed')).default_report_id, :a3::bigint, 'default_changed: the column has the new one');
SELECT is((SELECT array_agg(report_id) FROM reportlink.report_text WHERE mrn = 'P1' AND is_default), ARRAY[:a3]::bigint[],
	'report_text says which it is');

SELECT lives_ok(pg_temp.setting(:a3), 'the present default again: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'the present default again: no event');

-- The default report leaves

SELECT pg_temp.unlink('ada', false, :a2) AS ignored \gset
SELECT is(pg_temp.default_of(:a1), :a3::bigint, 'another one leaves: the default stays');
SELECT pg_temp.events() AS ignored \gset
SELECT pg_temp.unlink('ada', false, :a3) AS ignored \gset
SELECT is(pg_temp.default_of(:a4), :a1::bigint, 'the default leaves: the lowest link position that stays becomes it');
SELECT is(pg_temp.events(), ARRAY['unlinked'], 'the default leaves: no event of its own');
SELECT is((pg_temp.event('report.unlinked')).default_report_id, :a1::bigint, 'the default leaves: unlinked has the new one');
SELECT pg_temp.unlink('ada', true, :a1) AS ignored \gset
SELECT is(pg_temp.default_of(:a4), :a4::bigint, 'the default leaves with discard: so too');
SELECT reportlink_link('north', ARRAY[:a4, :a6, :a2], false, 'ada') AS ignored \gset
SELECT pg_temp.unlink('ada', false, :a4, :a5) AS ignored \gset
SELECT is(pg_temp.default_of(:a2), :a6::bigint, 'the default leaves with the next in line: who stays with the lowest position');
SELECT is(pg_temp.linked_with(:a2), ARRAY[:a6, :a2]::bigint[], 'positions keep the order when there are gaps');
SELECT is((SELECT array_agg(link_position ORDER BY link_position) FROM reportlink.report WHERE group_id = :g), ARRAY[6, 7],
	'and who was there when others joined kept his');

-- Joining and merging

SELECT pg_temp.new_reports('north', 'P2', 6) AS b \gset
SELECT (:'b'::bigint[])[1] AS b1, (:'b'::bigint[])[2] AS b2, (:'b'::bigint[])[3] AS b3, (:'b'::bigint[])[4] AS b4,
	(:'b'::bigint[])[5] AS b5, (:'b'::bigint[])[6] AS b6 \gset
SELECT reportlink_link('north', ARRAY[:b1, :b2], false, 'ada') AS ignored \gset
SELECT reportlink_set_default('north', :b2, 'ada') AS ignored \gset
SELECT is((reportlink_link('north', ARRAY[:b3, :b1], false, 'ada')).default_report_id, :b2::bigint,
	'joining: a default that was set stays');
SELECT reportlink_link('north', ARRAY[:b4, :b5], false, 'ada') AS ignored \gset
SELECT is((reportlink_link('north', ARRAY[:b5, :b3], false, 'ada')).default_report_id, :b5::bigint,
	'merging: the first id given, whatever the defaults were');

-- Who may, and when

SELECT is((reportlink_set_default('north', :b1, 'rex')).group_id, (SELECT group_id FROM reportlink.report WHERE report_id = :b1),
	'nobody owns it: another who may link may set it');
SELECT reportlink_open('north', :b1, 'ada') AS ignored \gset
SELECT pg_temp.refused(pg_temp.setting(:b4, actor), 'RL008 report not owned by user', format('RL008: ada owns it, %s may not', actor))
FROM unnest('{abe,rex}'::text[]) actor;
SELECT lives_ok(pg_temp.setting(:b2, 'adm'), 'an administrator may, whoever owns it');
SELECT lives_ok(pg_temp.setting(:b3, 'hl7'), 'so may an integration');
SELECT is(pg_temp.state_of(:b3), 'draft ada drafting', 'and the owner stays');

SELECT lives_ok(pg_temp.setting(put), format('status %s: not published, the default can be set', status))
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed}'::text[]) WITH ORDINALITY s (status, n),
	pg_temp.put_status((:'b'::bigint[])[n], status) put;
INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, state, publish_at, finished_at)
SELECT 'north', group_id, report_id, 1, state, now(), now()
FROM reportlink.report, unnest('{cancelled,executed}'::text[]) state
WHERE report_id = :b1 AND state = 'cancelled';
SELECT lives_ok(pg_temp.setting(:b1), 'publication cancelled: not published, the default can be set');
INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, publish_at)
SELECT 'north', group_id, report_id, 1, now() + interval '1 minute' FROM reportlink.report WHERE report_id = :b1;
SELECT lives_ok(pg_temp.setting(:b2), 'publication pending: not published, the default can be set');
UPDATE reportlink.publication SET state = 'executed', finished_at = now() WHERE state = 'scheduled';
SELECT pg_temp.refused(pg_temp.setting(:b1), 'RL006 report is finalized', 'RL006: published, the default is for ever');
SELECT pg_temp.refused(pg_temp.setting(:b1, 'adm'), 'RL006 report is finalized', 'RL006: published, for an administrator too');
SELECT is(left(pg_temp.outcome(pg_temp.setting(:b1, 'abe')), 5), 'RL006', 'RL006 goes before RL008');

SELECT pg_temp.refused(pg_temp.setting(:b6), 'RL010 report is not linked', 'RL010: a report that is not linked');
SELECT pg_temp.refused(pg_temp.setting(999999999), 'RL002 report not found', 'RL002: an unknown id');
SELECT pg_temp.refused(format($$SELECT reportlink_set_default('south', %s, 'ada')$$, :b1::text), 'RL002 report not found',
	'RL002: of another organization');
SELECT pg_temp.refused($$SELECT reportlink_set_default('north', NULL, 'ada')$$,
	'22004 argument report_id of reportlink_set_default must not be null', '22004: NULL report_id');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
