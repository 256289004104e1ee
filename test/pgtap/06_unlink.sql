-- Unlinking (section 4): with the shared text, or back to what was before;
-- dissolving; what is refused.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(72);

-- A group of three, drafted by ada: one with text of its own, one that lost its text, one blank
CREATE FUNCTION pg_temp.group_of_three(mrn text, OUT r1 bigint, OUT r2 bigint, OUT r3 bigint, OUT g bigint)
	LANGUAGE plpgsql
AS $$
BEGIN
	r1 := pg_temp.restored_report('north', mrn, '1', 'shared');
	r2 := pg_temp.restored_report('north', mrn, '2', 'its own', 'draft');
	r3 := pg_temp.new_report('north', mrn, '3');
	g := (reportlink_link('north', ARRAY[r1, r2, r3], true, 'ada')).group_id;
	PERFORM pg_temp.events();
END
$$;
CREATE FUNCTION pg_temp.unlinking(actor text, discard boolean, VARIADIC ids bigint[]) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT * FROM reportlink_unlink(%L, %L::bigint[], %L, %L)', 'north', ids, discard, actor);

-- One leaves, two stay

SELECT * FROM pg_temp.group_of_three('P1') \gset a_
SELECT document_id AS a_shared FROM reportlink.report_group WHERE group_id = :a_g \gset
SELECT is(
	(SELECT array_agg(u::text) FROM reportlink_unlink('north', ARRAY[:a_r3], false, 'ada') u),
	ARRAY[format('(%s,%s,%s,draft,ada,f)', :a_r3::text, :a_g::text, :a_shared::text)],
	'a row for the report that left: report_id, group_id (the one it left), document_id, status, owner_id, group_dissolved');
SELECT is(pg_temp.linked_with(:a_r3), NULL::bigint[], 'it is in no group');
SELECT is(pg_temp.text_of(:a_r3), 'shared', 'it takes the shared text with it');
SELECT is((SELECT document_id FROM reportlink.report WHERE report_id = :a_r3), :a_shared::bigint,
	'its own document becomes the group''s, no copy is made');
SELECT is(pg_temp.state_of(:a_r3), 'draft ada drafting', 'it keeps status, owner and drafting');
SELECT is(pg_temp.linked_with(:a_r1), ARRAY[:a_r1, :a_r2]::bigint[], 'the others stay, in their order');
SELECT is((SELECT member_count FROM reportlink.report_group WHERE group_id = :a_g), 2, 'the group counts two');
SELECT is(pg_temp.events(), ARRAY['unlinked'], 'one event');
SELECT is((pg_temp.event('report.unlinked')).report_ids, ARRAY[:a_r3]::bigint[], 'unlinked: report_ids are those that left');
SELECT is((pg_temp.event('report.unlinked')).data,
	format('{"remaining_report_ids": [%s, %s], "group_dissolved": false, "unassign_and_discard": false}',
		:a_r1::text, :a_r2::text)::jsonb, 'unlinked: data has those that stayed, dissolved or not, and why');
SELECT is((pg_temp.event('report.unlinked')).group_id, :a_g::bigint, 'unlinked: group_id is the one that was left');

-- It may be linked again

SELECT is((reportlink_link('north', ARRAY[:a_r3, :a_r1], false, 'ada')).report_ids, ARRAY[:a_r1, :a_r2, :a_r3]::bigint[],
	'what left joins again, at the end');
SELECT pg_temp.events() AS ignored \gset

-- A group left with one dissolves

SELECT is(
	(SELECT array_agg((report_id, group_id, group_dissolved)::text) FROM reportlink_unlink('north', ARRAY[:a_r3, :a_r1], false, 'ada')),
	ARRAY[format('(%s,%s,t)', :a_r3::text, :a_g::text), format('(%s,%s,t)', :a_r1::text, :a_g::text)],
	'rows in request order, for those asked for; group_dissolved is true');
SELECT is(pg_temp.linked_with(:a_r2), NULL::bigint[], 'dissolved: the last one is linked no more');
SELECT is(pg_temp.text_of(:a_r2), 'shared', 'dissolved: the last one keeps the shared text');
SELECT is(pg_temp.state_of(:a_r2), 'draft ada drafting', 'dissolved: it keeps status, owner and drafting');
SELECT is((SELECT (member_count, closed_at IS NOT NULL, merged_into)::text FROM reportlink.report_group WHERE group_id = :a_g),
	'(0,t,)', 'dissolved: the group is closed, not deleted, and went into no other');
SELECT is(pg_temp.events(), ARRAY['unlinked'], 'dissolved: one event');
SELECT is((pg_temp.event('report.unlinked')).data,
	format('{"remaining_report_ids": [%s], "group_dissolved": true, "unassign_and_discard": false}', :a_r2::text)::jsonb,
	'dissolved: the event says so, and who remained');
SELECT is((pg_temp.event('report.unlinked')).report_ids, ARRAY[:a_r3, :a_r1]::bigint[],
	'dissolved: report_ids are those that left, not the last one');

SELECT * FROM pg_temp.group_of_three('P2') \gset b_
SELECT is((SELECT count(*) FROM reportlink_unlink('north', ARRAY[:b_r1, :b_r2, :b_r3, :b_r1], false, 'ada') WHERE group_dissolved),
	3::bigint, 'all members leave at once: a row each, duplicates are folded');
SELECT is((SELECT (member_count, closed_at IS NOT NULL)::text FROM reportlink.report_group WHERE group_id = :b_g), '(0,t)',
	'all members leave at once: the group is closed');
SELECT is((pg_temp.event('report.unlinked')).data -> 'remaining_report_ids', '[]', 'all members leave at once: nobody remained');
SELECT is((SELECT array_agg(DISTINCT pg_temp.text_of(report_id)) FROM reportlink.report WHERE mrn = 'P2'), ARRAY['shared'],
	'all members leave at once: each with the shared text');
SELECT isnt((reportlink_link('north', ARRAY[:b_r1, :b_r2], false, 'ada')).group_id, :b_g::bigint, 'linked again, they are a new group');

-- With unassign_and_discard

SELECT * FROM pg_temp.group_of_three('P3') \gset c_
SELECT document_id AS c_own FROM reportlink.report WHERE report_id = :c_r2 \gset
SELECT is(
	(SELECT array_agg(u::text) FROM reportlink_unlink('north', ARRAY[:c_r2], true, 'ada') u),
	ARRAY[format('(%s,%s,%s,draft,,f)', :c_r2::text, :c_g::text, :c_own::text)],
	'discard: the row has its own document, no owner');
SELECT is(pg_temp.text_of(:c_r2), 'its own', 'discard: its own text from before linking is in force again');
SELECT is(pg_temp.state_of(:c_r2), 'draft -', 'discard: without owner, not drafting, draft since its text is not blank');
SELECT is(pg_temp.state_of(:c_r1), 'draft ada drafting', 'discard: who stays keeps all');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'unlinked'], 'discard: owner_changed goes before unlinked');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, ARRAY[:c_r2]::bigint[], 'discard: owner_changed names who left');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ada", "new_owner": null}', 'discard: from ada to nobody');
SELECT is((pg_temp.event('report.unlinked')).data -> 'unassign_and_discard', 'true', 'discard: unlinked says why');

SELECT is(
	(SELECT array_agg(u::text) FROM reportlink_unlink('north', ARRAY[:c_r3], true, 'ada') u),
	ARRAY[format('(%s,%s,,unread,,t)', :c_r3::text, :c_g::text)],
	'discard: blank before linking, it is unread again, and the group dissolves');
SELECT is(pg_temp.text_of(:c_r3), NULL::text, 'discard: and has no text');
SELECT is(pg_temp.text_of(:c_r1), 'shared', 'discard: the one that remains keeps the shared text');
SELECT is(pg_temp.state_of(:c_r1), 'draft ada drafting', 'discard: the one that remains keeps owner and drafting');

SELECT pg_temp.restored_report('north', 'P4', '1', 'x') AS d1, pg_temp.restored_report('north', 'P4', '2', '', 'unread') AS d2 \gset
SELECT reportlink_link('north', ARRAY[:d1, :d2], false, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT is((SELECT status FROM reportlink_unlink('north', ARRAY[:d2], true, 'ada')), 'unread',
	'discard: an own document that is empty is blank, so it is unread');
SELECT is(pg_temp.events(), ARRAY['unlinked'], 'discard: nobody owned it, no owner changed');

SELECT * FROM pg_temp.group_of_three('P5') \gset e_
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:e_r1, :e_r2, :e_r3], true, 'ada') \gset
SELECT is((SELECT array_agg(concat_ws(' ', pg_temp.state_of(report_id), pg_temp.text_of(report_id)) ORDER BY report_id)
		FROM reportlink.report WHERE mrn = 'P5'),
	ARRAY['draft - shared', 'draft - its own', 'unread -'], 'discard by all: everything is as it was before linking, but owned by nobody');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'unlinked'], 'discard by all: one owner_changed for all of them');

-- Linking, unlinking with the text, linking elsewhere and discarding: the own text is what was taken along
SELECT * FROM pg_temp.group_of_three('P6') \gset f_
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:f_r2], false, 'ada') \gset
SELECT pg_temp.restored_report('north', 'P6', '4', 'other', 'draft', 'ada') AS f_r4 \gset
SELECT reportlink_link('north', ARRAY[:f_r4, :f_r2], false, 'ada') AS ignored \gset
SELECT is(pg_temp.text_of(:f_r2), 'other', 'linked elsewhere, another text is in force');
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:f_r2], true, 'ada') \gset
SELECT is(pg_temp.text_of(:f_r2), 'shared', 'discard goes back to what was in force before the last linking');

-- The setting is the default of actor, false that of unassign_and_discard
SELECT * FROM pg_temp.group_of_three('P7') \gset h_
SET LOCAL reportlink.user_id = 'ada';
SELECT is((SELECT owner_id FROM reportlink_unlink('north', ARRAY[:h_r3])), 'ada', 'defaults: actor from the setting, nothing discarded');
SELECT is((SELECT owner_id FROM reportlink_unlink('north', ARRAY[:h_r2], NULL, NULL)), 'ada', 'NULL is the default too');
RESET reportlink.user_id;

-- Refused

SELECT * FROM pg_temp.group_of_three('P8') \gset i_
SELECT * FROM pg_temp.group_of_three('P9') \gset j_
SELECT pg_temp.new_report('north', 'P8', '4') AS i_r4, pg_temp.new_report('north', NULL, 'N') AS i_without \gset
SELECT pg_temp.new_reports('north', 'P8', 2) AS i_others \gset
SELECT reportlink_link('north', :'i_others', true, 'ada') AS ignored \gset
SELECT (:'i_others'::bigint[])[1] AS i_other \gset

SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r4), 'RL010 report is not linked', 'RL010: one that is not linked');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, :i_r4), 'RL010 report is not linked', 'RL010: one of two is not');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_without), 'RL010 report is not linked', 'RL010: one without MRN');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_without, :i_r1), 'RL010 report is not linked', 'RL010: one without MRN, before one that is linked');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, :i_without), 'RL010 report is not linked', 'RL010: and after it');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_without, :i_r4), 'RL010 report is not linked', 'RL010: and before one that is not');
SELECT matches(pg_temp.detail(pg_temp.unlinking('ada', false, :i_r1, :i_r4)), :i_r4::text, 'RL010: DETAIL has its id');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, :j_r1), 'RL011 reports belong to different groups', 'RL011: of two patients');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, :i_other), 'RL011 reports belong to different groups', 'RL011: of one patient');
SELECT matches(pg_temp.detail(pg_temp.unlinking('ada', false, :i_r1, :i_other)), format('%s.*%s', :i_r1::text, :i_other::text),
	'RL011: DETAIL has the ids');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, :i_r4, :j_r1), 'RL010 report is not linked', 'RL010 goes before RL011');
SELECT pg_temp.refused($$SELECT reportlink_unlink('north', '{}', false, 'ada')$$, '22023 argument report_ids of reportlink_unlink must not be empty', '22023: empty array');
SELECT pg_temp.refused($$SELECT reportlink_unlink('north', NULL, false, 'ada')$$,
	'22004 argument report_ids of reportlink_unlink must not be null', '22004: NULL array');
SELECT pg_temp.refused($$SELECT reportlink_unlink('north', '{1,NULL}', false, 'ada')$$,
	'22004 argument report_ids of reportlink_unlink must not contain null', '22004: NULL element');
SELECT pg_temp.refused($$SELECT reportlink_unlink(NULL, '{1}', false, 'ada')$$,
	'22004 argument organization_id of reportlink_unlink must not be null', '22004: NULL organization');
SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r1, 999999999), 'RL002 report not found', 'RL002: an unknown id');
SELECT pg_temp.refused(format($$SELECT reportlink_unlink('south', '{%s}', false, 'ada')$$, :i_r1::text),
	'RL002 report not found', 'RL002: the id of another organization');
SELECT pg_temp.refused(pg_temp.unlinking('abe', discard, :i_r1), 'RL008 report not owned by user',
	format('RL008: owned by another, unassign_and_discard %s', discard))
FROM unnest('{false,true}'::boolean[]) discard;
SELECT is((SELECT owner_id FROM reportlink_unlink('north', ARRAY[:j_r3], false, 'adm')), 'ada',
	'an administrator may unlink what another owns, who goes on owning it');
SELECT is((SELECT owner_id FROM reportlink_unlink('north', ARRAY[:j_r2], false, 'hl7')), 'ada', 'so may an integration');

SELECT pg_temp.refused(pg_temp.unlinking('ada', false, :i_r2), 'RL006 report is finalized', format('RL006: status %s is past draft', status))
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed}'::text[]) status,
	pg_temp.put_status(:i_r1, status) put;
SELECT is(left(pg_temp.outcome(pg_temp.unlinking('abe', false, :i_r2)), 5), 'RL006', 'RL006 goes before RL008');
SELECT pg_temp.put_status(:i_r1, 'draft') AS ignored \gset

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
