-- Status, owner and drafting after linking, and what linking opens (section 3).
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(49);

CREATE FUNCTION pg_temp.link(actor text, VARIADIC ids bigint[]) RETURNS text
	LANGUAGE sql
	RETURN pg_temp.state_of((reportlink_link('north', ids, false, actor)).default_report_id);
CREATE FUNCTION pg_temp.link_and_open(actor text, VARIADIC ids bigint[]) RETURNS text
	LANGUAGE sql
	RETURN pg_temp.state_of((reportlink_link('north', ids, true, actor)).default_report_id);

-- Status: draft if any was draft, else unread

SELECT pg_temp.new_report('north', 'P1', 'A1') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.restored_report('north', 'P1', 'A3', 'text', 'draft') AS a3 \gset
SELECT is(pg_temp.link('ada', :a1, :a2), 'unread -', 'unread with unread, nothing opened: unread, nobody''s');
SELECT is(pg_temp.link('ada', :a1, :a3), 'draft -', 'a draft joins an unread group: draft');
SELECT is(pg_temp.state_of(:a2), 'draft -', 'the members that were there follow');
SELECT pg_temp.new_report('north', 'P1', 'A4') AS a4 \gset
SELECT is(pg_temp.link('ada', :a4, :a2), 'draft -', 'an unread report joins a draft: draft');
SELECT is(pg_temp.state_of(:a4), 'draft -', 'also for the one that joined');

-- Owner: the one there was, or none

SELECT pg_temp.events() AS ignored \gset
SELECT pg_temp.new_report('north', 'P2', 'B1') AS b1, pg_temp.new_report('north', 'P2', 'B2') AS b2,
	pg_temp.restored_report('north', 'P2', 'B3', NULL, 'draft', 'ada', true) AS b3 \gset
SELECT is(pg_temp.link('ada', :b1, :b2, :b3), 'draft ada drafting',
	'the one owner there was owns all; drafting if it was for any');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE mrn = 'P2'),
	ARRAY['draft ada drafting'], 'all members say the same');
SELECT is(pg_temp.events(), ARRAY['linked', 'owner_changed'],
	'events: linked, then one owner_changed for all whose owner changed by joining');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, ARRAY[:b1, :b2]::bigint[],
	'owner_changed names those, not the one that was owned already');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": null, "new_owner": "ada"}',
	'owner_changed: from nobody to ada');
SELECT is((pg_temp.event('report.owner_changed')).group_id, (pg_temp.event('report.linked')).group_id,
	'owner_changed: of the new group');

SELECT pg_temp.restored_report('north', 'P2', 'B4', 'x', 'draft', 'ada') AS b4 \gset
SELECT is(pg_temp.link('ada', :b2, :b4), 'draft ada drafting', 'of two reports of one owner, too');
SELECT is(pg_temp.events(), ARRAY['linked'], 'no owner changed: no owner_changed');
SELECT is(pg_temp.state_of(:b4), 'draft ada drafting', 'who joins a group that is being drafted is drafting');

-- An administrator or an integration may link what one other user owns; the owner stays

SELECT pg_temp.new_report('north', 'P3', 'C1') AS c1,
	pg_temp.restored_report('north', 'P3', 'C2', NULL, 'draft', 'rex') AS c2,
	pg_temp.new_report('north', 'P3', 'C3') AS c3, pg_temp.new_report('north', 'P3', 'C4') AS c4 \gset
SELECT is(pg_temp.link('adm', :c1, :c2), 'draft rex', 'an administrator links what rex owns: he goes on owning it');
SELECT is(pg_temp.link('hl7', :c3, :c1), 'draft rex', 'so does an integration');
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.link_and_open('hl7', :c4, :c1), 'draft rex', 'opening for who may not draft: owner and status stay');
SELECT is(pg_temp.events(), ARRAY['linked', 'owner_changed', 'opened'],
	'opening for who may not draft: opened is recorded all the same');
SELECT is((pg_temp.event('report.opened')).data -> 'view', 'true', 'it was only a view');
SELECT is((pg_temp.event('report.opened')).data ->> 'status', 'draft', 'and left the status alone');
SELECT is((pg_temp.event('report.linked')).actor, 'hl7', 'the actor is who linked');

SELECT pg_temp.new_reports('north', 'P4', 3) AS d \gset
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.link_and_open('adm', VARIADIC (:'d'::bigint[])[1:2]), 'unread -',
	'an administrator links what nobody owns: it stays unread, nobody''s');
SELECT is(pg_temp.events(), ARRAY['linked', 'opened'], 'and no owner changed');

-- Opening

SELECT is(pg_temp.link_and_open('rex', VARIADIC :'d'), 'draft rex drafting',
	'opening: the actor becomes the owner, unread becomes draft, drafting');
SELECT is((SELECT count(*) FROM reportlink.report WHERE mrn = 'P4' AND status = 'draft' AND owner_id = 'rex' AND drafting),
	3::bigint, 'opening: all members');
SELECT is(pg_temp.events(), ARRAY['linked', 'owner_changed', 'opened'], 'opening: linked, owner_changed, opened, in this order');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, :'d'::bigint[], 'opening: owner_changed names all whose owner changed');
SELECT is((pg_temp.event('report.opened')).report_ids, :'d'::bigint[], 'opening: opened names all members');
SELECT is((pg_temp.event('report.opened')).data, '{"old_status": "unread", "status": "draft", "view": false}',
	'opening: what it changed');
SELECT is((pg_temp.event('report.linked')).data ->> 'status', 'draft', 'linked tells the status that linking gives');
SELECT is((pg_temp.event('report.linked')).data ->> 'owner_id', 'rex', 'linked tells the owner that linking gives');

SELECT status, owner_id FROM reportlink_link('north',
	ARRAY[pg_temp.new_report('north', 'P5', 'E1'), pg_temp.new_report('north', 'P5', 'E2')], true, 'ada') \gset
SELECT is(:'status' || ' ' || :'owner_id', 'draft ada', 'the result has status and owner after opening');
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.link_and_open('abe', pg_temp.restored_report('north', 'P6', 'F1', 'x', 'draft', 'abe'),
	pg_temp.restored_report('north', 'P6', 'F2', 'y', 'draft', 'abe')), 'draft abe drafting',
	'opening one''s own drafts: drafting');
SELECT is(pg_temp.events(), ARRAY['linked', 'opened'], 'opening one''s own drafts: no owner changed');

-- Not opening

SELECT is(pg_temp.link('abe', pg_temp.new_report('north', 'P7', 'G1'), pg_temp.new_report('north', 'P7', 'G2')), 'unread -',
	'trigger_open_event false: the actor becomes no owner');
SELECT is(pg_temp.events(), ARRAY['linked'], 'trigger_open_event false: linked alone');
SELECT is((pg_temp.event('report.linked')).data ->> 'owner_id', NULL::text, 'linked: no owner is null');

-- Merging groups

SELECT pg_temp.restored_report('north', 'P8', 'H1', NULL, 'draft', 'ada') AS h1, pg_temp.new_report('north', 'P8', 'H2') AS h2,
	pg_temp.new_report('north', 'P8', 'H3') AS h3, pg_temp.new_report('north', 'P8', 'H4') AS h4 \gset
SELECT pg_temp.link('ada', :h1, :h2) AS ignored, pg_temp.link('ada', :h3, :h4) AS ignored2, pg_temp.events() AS ignored3 \gset
SELECT is(pg_temp.link('ada', :h4, :h2), 'draft ada', 'merging: the one owner of one group owns all, draft goes before unread');
SELECT is(pg_temp.events(), ARRAY['linked', 'owner_changed'], 'merging: one linked, one owner_changed');
SELECT is((SELECT array_agg(u ORDER BY u) FROM unnest((pg_temp.event('report.owner_changed')).report_ids) u),
	ARRAY[:h3, :h4]::bigint[], 'merging: all members whose owner changed, named in the call or not');

SELECT pg_temp.restored_report('north', 'P9', 'I1', NULL, 'draft', 'ada') AS i1, pg_temp.new_report('north', 'P9', 'I2') AS i2,
	pg_temp.restored_report('north', 'P9', 'I3', NULL, 'draft', 'abe') AS i3, pg_temp.new_report('north', 'P9', 'I4') AS i4 \gset
SELECT pg_temp.link('ada', :i1, :i2) AS ignored, pg_temp.link('abe', :i3, :i4) AS ignored2 \gset
SELECT pg_temp.refused(format($$SELECT reportlink_link('north', '{%s,%s}', false, %L)$$, :i2::text, :i4::text, actor),
	'RL008 report not owned by user', format('merging groups of two owners: refused to %s', actor))
FROM unnest('{ada,abe,rex,adm,hl7}'::text[]) actor;

-- What had been opened before
SELECT pg_temp.events() AS ignored \gset
SELECT pg_temp.new_report('north', 'P10', 'J1') AS j1, pg_temp.new_report('north', 'P10', 'J2') AS j2 \gset
SELECT reportlink_open('north', :j1, 'ada') AS ignored \gset
SELECT is(pg_temp.link('ada', :j2, :j1), 'draft ada drafting', 'what the actor has open stays open when it is linked');
SELECT isnt((SELECT updated_at FROM reportlink.report WHERE report_id = :j2), NULL::timestamptz, 'updated_at is kept');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'opened', 'linked', 'owner_changed'], 'each action with its own events');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
