-- reportlink_check() (section 11): each invariant, broken behind the back of the
-- triggers, is found and named; nothing is found where nothing is broken.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(69);

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'text') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2, pg_temp.new_report('north', 'P1', 'A3') AS a3,
	pg_temp.new_report('north', 'P2', 'B1') AS b1, pg_temp.new_report('north', 'P2', 'B2') AS b2, pg_temp.new_report('north', 'P2', 'B3') AS b3,
	pg_temp.new_report('north', 'P2', 'B4') AS b4, pg_temp.restored_report('north', 'P3', 'C1', 'own') AS c1, pg_temp.new_report('south', 'P1', 'S1') AS s1,
	pg_temp.new_report('south', 'P1', 'S2') AS s2, pg_temp.new_report('north', 'P4', 'D1') AS d1, pg_temp.new_report('north', 'P4', 'D2') AS d2 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a1, :a2, :a3], true, 'ada') \gset
SELECT group_id AS m1 FROM reportlink_link('north', ARRAY[:b1, :b2], false, 'ada') \gset
SELECT group_id AS m2 FROM reportlink_link('north', ARRAY[:b3, :b4], false, 'ada') \gset
SELECT group_id AS m FROM reportlink_link('north', ARRAY[:b1, :b3], false, 'ada') \gset
-- a group that was signed, with a chain of versions
SELECT group_id AS h FROM reportlink_link('north', ARRAY[:d1, :d2], true, 'ada') \gset
SELECT reportlink_save('north', :d1, '{"final_report": "one"}', NULL, true, 'ada') AS v1 \gset
SELECT reportlink_save('north', :d1, '{"final_report": "two"}', NULL, true, 'ada') AS v2 \gset
-- and waits for its publication, like a report alone
UPDATE reportlink.organization SET recall_enabled = true WHERE organization_id = 'north';
SELECT reportlink_sign('north', :d1, 'ada') AS ignored, pg_temp.restored_report('north', 'P5', 'E1', NULL, 'unread') AS e1 \gset
SELECT reportlink_open('north', :e1, 'ada') AS ignored, reportlink_save('north', :e1, '{"final_report": "text"}', NULL, true, 'ada') AS w1 \gset
SELECT reportlink_sign('north', :e1, 'ada') AS ignored \gset
SELECT is_empty('SELECT * FROM reportlink_check()', 'nothing is broken: no row');

-- Breaks something without triggers and foreign keys, asks, and takes it back:
-- 'invariant' (group, report) of each row, sorted
CREATE FUNCTION pg_temp.found(breaking text, organization text DEFAULT NULL) RETURNS text[]
	LANGUAGE plpgsql
AS $$
DECLARE
	found text[];
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE breaking;
	SET LOCAL session_replication_role = origin;
	SELECT array_agg(DISTINCT c.invariant) INTO found FROM reportlink_check(organization) c;
	RAISE EXCEPTION USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN coalesce(found, '{}');
END
$$;
CREATE TEMP TABLE breakage (n int, breaking text, invariant text);
INSERT INTO breakage VALUES
	(1, format('UPDATE reportlink.report_group SET member_count = 4 WHERE group_id = %s', :g::text), 'an open group has as many reports as it counts, two or more'),
	(2, format('DELETE FROM reportlink.report WHERE report_id IN (%s, %s)', :a2::text, :a3::text), 'an open group has as many reports as it counts, two or more'),
	(3, format('UPDATE reportlink.report SET group_id = NULL, link_position = NULL WHERE report_id = %s', :a2::text), 'an open group has as many reports as it counts, two or more'),
	(4, format('UPDATE reportlink.report_group SET closed_at = now(), member_count = 0 WHERE group_id = %s', :g::text), 'a closed group has no reports'),
	(5, format('UPDATE reportlink.report SET group_id = %s, link_position = 9 WHERE report_id = %s', :m1::text, :b2::text), 'a closed group has no reports'),
	(6, format('UPDATE reportlink.report SET mrn = ''P9'' WHERE report_id = %s', :a2::text), 'a linked report is in a group of its patient'),
	(7, format('UPDATE reportlink.report SET group_id = 999999 WHERE report_id = %s', :a2::text), 'a linked report is in a group of its patient'),
	(8, format('DELETE FROM reportlink.report_group WHERE group_id = %s', :g::text), 'a linked report is in a group of its patient'),
	(9, format('UPDATE reportlink.report_group SET default_report_id = %s WHERE group_id = %s', :b1::text, :g::text), 'the default report of a group is one of its reports'),
	(10, format('UPDATE reportlink.report_group SET default_report_id = 999999 WHERE group_id = %s', :g::text), 'the default report of a group is one of its reports'),
	(11, format('UPDATE reportlink.report SET status = ''unread'', drafting = false WHERE report_id = %s', :a2::text), 'linked reports agree on status, owner, drafting and signature'),
	(12, format('UPDATE reportlink.report SET owner_id = ''abe'' WHERE report_id = %s', :a2::text), 'linked reports agree on status, owner, drafting and signature'),
	(13, format('UPDATE reportlink.report SET owner_id = ''abe'' WHERE report_id = %s', :b2::text), 'linked reports agree on status, owner, drafting and signature'),
	(14, format('UPDATE reportlink.report SET drafting = false WHERE report_id = %s', :a2::text), 'linked reports agree on status, owner, drafting and signature'),
	(15, format('UPDATE reportlink.report SET signed_at = signed_at - interval ''1 s'' WHERE report_id = %s', :d2::text), 'linked reports agree on status, owner, drafting and signature'),
	(16, format('UPDATE reportlink.report SET addendum_open = true WHERE report_id = %s', :d2::text), 'linked reports agree on status, owner, drafting and signature'),
	(17, format('UPDATE reportlink.report SET link_position = 1 WHERE report_id = %s', :a2::text), 'link positions in a group differ'),
	(18, format('UPDATE reportlink.report SET document_id = 999999 WHERE report_id = %s', :c1::text), 'a report points at a document that is there'),
	(19, format('UPDATE reportlink.report SET document_id = 999999 WHERE report_id = %s', :a2::text), 'a report points at a document that is there'),
	(20, format('UPDATE reportlink.report_group SET document_id = 999999 WHERE group_id = %s', :g::text), 'a group points at a document that is there'),
	(21, format('UPDATE reportlink.report_group SET document_id = 999999 WHERE group_id = %s', :m1::text), 'a group points at a document that is there'),
	(22, format('UPDATE reportlink.report_group SET merged_into = 999999 WHERE group_id = %s', :m1::text), 'a merged group went into a group that is there'),
	(23, format('UPDATE reportlink.report_group SET merged_into = %s WHERE group_id = %s', :g::text, :m1::text), 'a merged group went into a group that is there'),
	(24, format('UPDATE reportlink.report SET owner_id = NULL WHERE group_id = %s', :g::text), 'who drafts owns a draft or an open addendum'),
	(25, format('UPDATE reportlink.report SET status = ''signed'' WHERE group_id = %s', :g::text), 'who drafts owns a draft or an open addendum'),
	(26, format('UPDATE reportlink.report SET drafting = true WHERE report_id = %s', :c1::text), 'who drafts owns a draft or an open addendum'),
	(27, format('UPDATE reportlink.report SET drafting = true WHERE group_id = %s', :h::text), 'who drafts owns a draft or an open addendum'),
	(28, format('UPDATE reportlink.signature SET document_id = 999999 WHERE document_id = %s', :v2::text), 'a signature is of a document that is there'),
	(29, format('DELETE FROM reportlink.document WHERE document_id = %s', :v2::text), 'a signature is of a document that is there'),
	(30, format('DELETE FROM reportlink.document WHERE document_id = %s', :v2::text), 'a group points at a document that is there'),
	(31, format('DELETE FROM reportlink.document WHERE document_id = %s', :v1::text), 'a version goes back to a document that is there'),
	(32, format('UPDATE reportlink.document SET parent_id = 999999 WHERE document_id = %s', :v2::text), 'a version goes back to a document that is there');
INSERT INTO breakage
SELECT 40, format('UPDATE reportlink.report SET status = %L, addendum_open = true WHERE report_id = %s', status, :c1::text), 'only a signed report has a final signature or an open addendum'
FROM unnest('{unread,draft,cancelled}'::text[]) status
UNION ALL
SELECT 41, format('UPDATE reportlink.report SET status = %L, signed_at = now() WHERE report_id = %s', status, :c1::text), 'only a signed report has a final signature or an open addendum'
FROM unnest('{unread,draft,prelim_signed,cancelled}'::text[]) status;
-- what the feed goes by, and no foreign key holds
INSERT INTO breakage VALUES
	(45, 'DELETE FROM reportlink.cluster', 'an event is of a cluster that is there'),
	(46, 'UPDATE reportlink.event SET cluster_id = 17 WHERE event_id = (SELECT max(event_id) FROM reportlink.event)', 'an event is of a cluster that is there'),
	(47, 'INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES (''nowhere'', ''ris'', 0)', 'a subscriber is of an organization that is there');
-- a schedule that would publish something else than what was signed
INSERT INTO breakage
SELECT 50, format(t.breaking, :h::text, :e1::text, :v1::text, :g::text), 'a pending publication is of the final signature in force'
FROM (VALUES
	('UPDATE reportlink.report SET status = ''prelim_signed'', signed_at = NULL WHERE group_id = %1$s'),
	('UPDATE reportlink.report SET status = ''draft'', signed_at = NULL WHERE report_id = %2$s'),
	('UPDATE reportlink.report SET status = ''addendum_prelim_signed'' WHERE report_id = %2$s'),
	('UPDATE reportlink.report SET addendum_open = true WHERE group_id = %1$s'),
	('UPDATE reportlink.report SET addendum_open = true WHERE report_id = %2$s'),
	('UPDATE reportlink.report_group SET document_id = %3$s WHERE group_id = %1$s'),
	('UPDATE reportlink.report SET document_id = %3$s WHERE report_id = %2$s'),
	('UPDATE reportlink.report SET document_id = NULL WHERE report_id = %2$s'),
	('UPDATE reportlink.publication SET document_id = %3$s WHERE group_id = %1$s'),
	('UPDATE reportlink.publication SET group_id = NULL WHERE group_id = %1$s'),
	('UPDATE reportlink.publication SET group_id = %4$s WHERE group_id = %1$s'),
	('UPDATE reportlink.publication SET report_id = %2$s WHERE group_id = %1$s'),
	('UPDATE reportlink.publication SET report_id = 999999 WHERE report_id = %2$s'),
	('DELETE FROM reportlink.report WHERE report_id = %2$s')) t (breaking);
SELECT ok(pg_temp.found(breaking) @> ARRAY[invariant], format('%s: %s', invariant, breaking)) FROM breakage ORDER BY n;
SELECT is_empty('SELECT * FROM reportlink_check()', 'all was taken back: no row');
SELECT ok(NOT pg_temp.found(format('UPDATE reportlink.report SET %s WHERE report_id = %s', change, :e1::text)) @> '{a pending publication is of the final signature in force}', format('not broken by %s', change))
FROM unnest('{status = ''addendum_signed'',drafting = true}'::text[]) change;
SELECT is(pg_temp.found(format('UPDATE reportlink.publication SET state = %L, finished_at = now(), document_id = 999999, report_id = 999999', state)), '{}'::text[],
	format('what is %s is no schedule any more', state)) FROM unnest('{executed,cancelled}'::text[]) state;

SELECT is(pg_temp.found('UPDATE reportlink.event SET cluster_id = 0'), '{}'::text[], 'events from before all clusters are as they should be');
SELECT is(pg_temp.found('INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES ('''', ''ris'', 0)'), '{}'::text[],
	'and so is a subscriber of every organization');

-- Where it is broken, and in which organization
SELECT is(pg_temp.found((SELECT breaking FROM breakage WHERE n = 17), 'north'), ARRAY['link positions in a group differ'], 'asked for its organization: found, and nothing else is');
SELECT is(pg_temp.found((SELECT breaking FROM breakage WHERE n = 17), 'south'), '{}'::text[], 'asked for another organization: not found');
SET LOCAL session_replication_role = replica;
UPDATE reportlink.report SET document_id = 999999 WHERE report_id = :a2;
SET LOCAL session_replication_role = origin;
SELECT is((SELECT array_agg((organization_id, invariant, group_id, report_id, detail)::text) FROM reportlink_check()),
	ARRAY[format('(north,"a report points at a document that is there",%s,%s,"document 999999 is missing")', :g::text, :a2::text)],
	'a row says where: organization_id, invariant, group_id, report_id, detail');
SELECT is_empty($$SELECT * FROM reportlink_check('nowhere')$$, 'an organization that there is not: no row');

SET LOCAL session_replication_role = replica;
UPDATE reportlink.report SET document_id = NULL WHERE report_id = :a2;
SET LOCAL session_replication_role = origin;
SELECT is_empty('SELECT * FROM reportlink_check()', 'what was put right is not found any more');
SELECT finish();
ROLLBACK;
