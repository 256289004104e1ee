-- Linking (section 3): who ends up in which group, in which order, with which
-- default report. Text is in 04_text.sql, state in 05_link_state.sql, what is
-- refused in 03_link_refusals.sql.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(34);

-- Situation 1: none is in a group

SELECT pg_temp.new_report('north', 'P1', 'A1') AS a1,
	pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3 \gset

SELECT group_id AS g1, default_report_id AS default_report, report_ids, linked_report_ids,
	merged_group_ids, status, owner_id, superseded_document_ids
FROM reportlink_link('north', ARRAY[:a2, :a1, :a3], false, 'ada') \gset

SELECT isnt(:g1::bigint, NULL::bigint, 'none in a group: a group is made');
SELECT is(:default_report::bigint, :a2::bigint, 'none in a group: the first id given is the default report');
SELECT is(:'report_ids', format('{%s,%s,%s}', :a2, :a1, :a3), 'report_ids: all members in request order');
SELECT is(:'linked_report_ids', format('{%s,%s,%s}', :a2, :a1, :a3), 'linked_report_ids: all, none was in a group');
SELECT is(:'merged_group_ids'::text, '{}', 'merged_group_ids: empty, not null, when no group ended');
SELECT is(:'superseded_document_ids'::text, '{}', 'superseded_document_ids: empty, not null, when no text lost');
SELECT is(:'status'::text, 'unread', 'status of the group');
SELECT is((SELECT owner_id FROM reportlink.report WHERE report_id = :a1), NULL::text, 'nobody owned it, nobody does');
SELECT is(
	(SELECT string_agg(concat_ws(' ', report_id, link_position), ', ' ORDER BY link_position)
		FROM reportlink.report WHERE group_id = :g1),
	format('%s 1, %s 2, %s 3', :a2, :a1, :a3),
	'the rows say so: link positions are 1, 2, 3 in request order');
SELECT is(
	(SELECT (mrn, default_report_id, document_id, member_count, created_by, closed_at, merged_into)::text
		FROM reportlink.report_group WHERE group_id = :g1),
	format('(P1,%s,,3,ada,,)', :a2),
	'the group''s row: MRN, default report, no text, three members, by ada, in force');

-- Situation 2: some are in one group

SELECT pg_temp.new_report('north', 'P1', 'A4') AS a4,
	pg_temp.new_report('north', 'P1', 'A5') AS a5 \gset

SELECT group_id, default_report_id AS default_report, report_ids, linked_report_ids, merged_group_ids
FROM reportlink_link('north', ARRAY[:a5, :a1, :a4], false, 'ada') \gset

SELECT is(:group_id::bigint, :g1::bigint, 'some in one group: the others join it, its id stays');
SELECT is(:default_report::bigint, :a2::bigint, 'some in one group: its default report stays, whatever is named first');
SELECT is(:'report_ids', format('{%s,%s,%s,%s,%s}', :a2, :a1, :a3, :a5, :a4),
	'link order: the members already there, then the ids given in request order');
SELECT is(:'linked_report_ids', format('{%s,%s}', :a5, :a4), 'linked_report_ids: only those that joined');
SELECT is(:'merged_group_ids'::text, '{}', 'some in one group: no group ended');
SELECT is((SELECT member_count FROM reportlink.report_group WHERE group_id = :g1), 5, 'the group counts them');

-- Situation 4: some already linked to each other

SELECT pg_temp.new_report('north', 'P1', 'A6') AS a6 \gset
SELECT group_id, report_ids, linked_report_ids
FROM reportlink_link('north', ARRAY[:a3, :a6, :a2], false, 'ada') \gset

SELECT is(:group_id::bigint, :g1::bigint, 'some linked to each other: they stay in their group');
SELECT is(:'linked_report_ids', format('{%s}', :a6), 'some linked to each other: only the new one is added');
SELECT is(:'report_ids', format('{%s,%s,%s,%s,%s,%s}', :a2, :a1, :a3, :a5, :a4, :a6),
	'some linked to each other: those keep their places, the new one comes last');

-- Situation 3: two groups or more

SELECT pg_temp.new_reports('north', 'P1', 7) AS b \gset
SELECT (:'b'::bigint[])[1] AS b1, (:'b'::bigint[])[2] AS b2, (:'b'::bigint[])[3] AS b3,
	(:'b'::bigint[])[4] AS b4, (:'b'::bigint[])[5] AS b5, (:'b'::bigint[])[6] AS b6,
	(:'b'::bigint[])[7] AS b7 \gset
SELECT group_id AS g2 FROM reportlink_link('north', ARRAY[:b1, :b2, :b3], false, 'ada') \gset
SELECT group_id AS g3 FROM reportlink_link('north', ARRAY[:b4, :b5, :b6], false, 'ada') \gset

SELECT group_id AS g4, default_report_id AS default_report, report_ids, linked_report_ids, merged_group_ids
FROM reportlink_link('north', ARRAY[:b7, :b5, :b2], false, 'ada') \gset

SELECT ok(:g4 NOT IN (:g1, :g2, :g3), 'two groups: a new group with a new id');
SELECT is(:default_report::bigint, :b7::bigint, 'two groups: the first id given is the default report');
SELECT is(:'report_ids', format('{%s,%s,%s,%s,%s,%s,%s}', :b7, :b5, :b2, :b4, :b6, :b1, :b3),
	'two groups: all members of both; the ids given, then the rest by group as first named and old position');
SELECT is(:'linked_report_ids', format('{%s}', :b7), 'two groups: linked_report_ids are those that were in none');
SELECT set_eq(format('SELECT unnest(%L::bigint[])', :'merged_group_ids'), ARRAY[:g2, :g3]::bigint[],
	'two groups: the ids of the old groups');
SELECT is(
	(SELECT array_agg((member_count, closed_at IS NOT NULL, merged_into)::text)
		FROM reportlink.report_group WHERE group_id IN (:g2, :g3)),
	ARRAY[format('(0,t,%s)', :g4::text), format('(0,t,%s)', :g4::text)],
	'two groups: the old ones are closed, empty, and say where their reports went');
SELECT is((SELECT array_agg(link_position ORDER BY link_position) FROM reportlink.report WHERE group_id = :g4),
	ARRAY[1, 2, 3, 4, 5, 6, 7], 'two groups: positions are counted anew');

SELECT group_id AS g5, default_report_id AS default_report, report_ids, merged_group_ids
FROM reportlink_link('north', ARRAY[:b6, :a4], false, 'ada') \gset
SELECT is(:'report_ids', format('{%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s}',
	:b6, :a4, :b7, :b5, :b2, :b4, :b1, :b3, :a2, :a1, :a3, :a5, :a6),
	'a merged group can be merged again: a member of each is enough to take all');
SELECT is((SELECT count(*) FROM reportlink.report WHERE mrn = 'P1' AND group_id = :g5), 13::bigint,
	'nobody is left behind');
SELECT is((SELECT merged_into FROM reportlink.report_group WHERE group_id = :g2), :g4::bigint,
	'a group that had ended keeps saying what it went into');

-- What is given

SELECT pg_temp.new_report('north', 'P2', 'C1') AS c1,
	pg_temp.new_report('north', 'P2', 'C2') AS c2,
	pg_temp.new_report('north', 'P2', 'C3') AS c3 \gset
SELECT report_ids, linked_report_ids
FROM reportlink_link('north', ARRAY[:c2, :c1, :c2, :c1, :c2], false, 'ada') \gset
SELECT is(:'report_ids' || :'linked_report_ids', format('{%s,%s}{%1$s,%2$s}', :c2, :c1),
	'duplicates in the array are folded, the first place counts');
SELECT is(pg_temp.linked_with(:c3), NULL::bigint[], 'a report of the patient that was not named stays out');

SET LOCAL reportlink.user_id = 'ada';
SELECT is((reportlink_link('north', ARRAY[:c1, :c3])).owner_id, 'ada',
	'the setting reportlink.user_id is the default of actor, true that of trigger_open_event');
SELECT pg_temp.new_report('north', 'P2', 'C4') AS c4 \gset
SELECT is((reportlink_link('north', ARRAY[:c1, :c4], NULL, 'hl7')).owner_id, 'ada',
	'NULL for trigger_open_event is its default; the argument actor goes before the setting');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
