-- Assigning and unassigning (sections 5 and 8): one owner a group, and who may
-- take it from whom.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(124);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES
	('north', 'ray', 'resident'), ('north', 'dan', 'drafter'), ('north', 'left', 'attending');

CREATE FUNCTION pg_temp.assigning(report bigint, new_owner text, actor text) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_assign(%L, %s, %L, %L)', 'north', report, new_owner, actor);

-- One owner a group

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'shared') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a1, :a2], true, 'ada') \gset
SELECT pg_temp.document_of(:a1) AS document, pg_temp.events() AS ignored \gset
SELECT is(reportlink_assign('north', :a2, 'rex', 'ada')::text, format('(%s,%s,draft,rex,%s)', :a2::text, :g::text, :document::text),
	'one row: report_id, group_id, status, owner_id, document_id in force');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE mrn = 'P1'),
	ARRAY['draft rex'], 'every report of the group follows; a change of owner ends drafting');
SELECT is(pg_temp.events(), ARRAY['owner_changed'], 'one event');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ada", "new_owner": "rex"}', 'owner_changed names the previous owner');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, ARRAY[:a1, :a2]::bigint[], 'owner_changed: all members');
SELECT lives_ok(pg_temp.assigning(:a1, 'rex', 'adm'), 'to the present owner: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'to the present owner: no event');
SELECT reportlink_open('north', :a1, 'rex') AS ignored \gset
SELECT lives_ok(pg_temp.assigning(:a1, 'rex', 'rex'), 'to himself: succeeds');
SELECT is(pg_temp.state_of(:a1), 'draft rex drafting', 'to himself: still drafting');
SELECT pg_temp.events() AS ignored \gset
SELECT is(reportlink_assign('north', :a1, NULL, 'rex')::text, format('(%s,%s,draft,,%s)', :a1::text, :g::text, :document::text),
	'NULL unassigns');
SELECT is(pg_temp.state_of(:a2), 'draft -', 'unassigned: all members are nobody''s, not drafting, still draft');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "rex", "new_owner": null}', 'unassigned: from rex to nobody');
SELECT pg_temp.events() AS ignored \gset
SELECT lives_ok(pg_temp.assigning(:a1, NULL, 'ada'), 'unassigning what nobody owns: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'unassigning what nobody owns: no event');
SELECT is((reportlink_assign('north', pg_temp.new_report('north', 'P2', 'B1'), 'dot', 'ada')).status, 'unread', 'an unread report can be assigned, and stays unread');
SELECT is((reportlink_assign('north', pg_temp.new_report('north', NULL, 'B2'), 'dot', 'ada')).owner_id, 'dot', 'so can one without MRN');

-- Who may dispose of whose: the actor's role by the present owner. 1 he may, 0 RL008.
-- abe, ray and dan have the roles of ada, rex and dot; "left" is an owner that is no member any more.

CREATE TEMP TABLE disposal (actor text, nobody int, own int, drafter int, resident int, attending int, no_member int);
INSERT INTO disposal VALUES
	('ada', 1, 1, 1, 1, 0, 1),
	('rex', 0, 1, 0, 0, 0, 0),
	('dot', 0, 1, 0, 0, 0, 0),
	('adm', 1, NULL, 1, 1, 1, 1),
	('hl7', 1, NULL, 1, 1, 1, 1);
SELECT d.actor, m.role, o.owner AS owner_is, o.may = 1 AS may,
	CASE o.owner WHEN 'own' THEN d.actor WHEN 'drafter' THEN 'dan' WHEN 'resident' THEN 'ray'
		WHEN 'attending' THEN 'abe' WHEN 'no_member' THEN 'left' END AS owner
INTO TEMP cell
FROM disposal d
JOIN reportlink.member m ON m.organization_id = 'north' AND m.user_id = d.actor,
	LATERAL (VALUES ('nobody', d.nobody), ('own', d.own), ('drafter', d.drafter), ('resident', d.resident),
		('attending', d.attending), ('no_member', d.no_member)) o (owner, may)
WHERE o.may IS NOT NULL;
CREATE TEMP TABLE owned AS
SELECT o.owner, pg_temp.restored_report('north', 'P3', 'O-' || coalesce(o.owner, 'nobody'), 'text', 'draft', o.owner) AS report
FROM (SELECT DISTINCT owner FROM cell) o;
DELETE FROM reportlink.member WHERE user_id = 'left';

SELECT is(count(DISTINCT role), 5::bigint, 'every role is in the table') FROM cell;

SELECT is(pg_temp.tried(pg_temp.assigning(w.report, n.new_owner, c.actor)),
	CASE WHEN c.may THEN 'done' ELSE 'RL008 report not owned by user' END,
	format('%s %s what %s owns: %s', c.role, CASE WHEN n.new_owner IS NULL THEN 'unassigns' ELSE 'gives to a drafter' END,
		CASE c.owner_is WHEN 'own' THEN 'he' WHEN 'nobody' THEN 'nobody' WHEN 'no_member' THEN 'a former member' ELSE 'another ' || c.owner_is END,
		CASE WHEN c.may THEN 'yes' ELSE 'RL008' END))
FROM cell c JOIN owned w ON w.owner IS NOT DISTINCT FROM c.owner, (VALUES ('dot'), (NULL)) n (new_owner);
SELECT is(pg_temp.state_of(report), 'draft ' || coalesce(owner, '-'), 'nothing of it was kept') FROM owned;

-- Whom it may be given to: an active member who may draft

SELECT pg_temp.restored_report('north', 'P4', 'C1', 'text', 'draft', 'ada') AS c1 \gset
SELECT is(pg_temp.outcome(pg_temp.assigning(:c1, n.new_owner, a.actor)), n.expected,
	format('to %s by %s: %s', n.what, a.actor, left(n.expected, 5)))
FROM (VALUES
	('abe', 'an attending', 'done'), ('rex', 'a resident', 'done'), ('dot', 'a drafter', 'done'),
	('adm', 'an administrator', 'RL014 role may not do this'), ('hl7', 'an integration', 'RL014 role may not do this'),
	('gone', 'an inactive member', 'RL013 not an active member'), ('nobody', 'who is no member', 'RL013 not an active member'),
	('', 'an empty name', 'RL013 not an active member'), (repeat('x', 300), 'a very long name', 'RL013 not an active member')
) n (new_owner, what, expected), (VALUES ('adm'), ('hl7')) a (actor);
SELECT is((SELECT owner_id FROM reportlink.report WHERE report_id = :c1), 'dot', 'the last that was allowed owns it');

-- Who owns it already may have left since, or may not draft any more: nothing changes, so nothing is refused
SELECT pg_temp.restored_report('north', 'P4', 'C-' || owner, 'text', 'draft', owner) AS report, owner INTO TEMP kept FROM unnest('{gone,left,adm}'::text[]) owner;
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.outcome(pg_temp.assigning(report, owner, 'hl7')), 'done', format('to %s, whose it is', owner)) FROM kept;
SELECT is(pg_temp.events(), '{}'::text[], 'no event');
SELECT is(pg_temp.outcome(pg_temp.assigning(report, 'gone', 'hl7')), 'RL013 not an active member', format('from %s to an inactive member: RL013', owner)) FROM kept WHERE owner <> 'gone';

-- What cannot be assigned

SELECT pg_temp.restored_report('north', 'P5', 'D1', 'text', 'cancelled', 'ada') AS d1 \gset
SELECT pg_temp.refused(pg_temp.assigning(:d1, new_owner, actor), 'RL015 invalid status transition',
	format('RL015: cancelled, by %s to %s', actor, coalesce(new_owner, 'nobody')))
FROM unnest('{ada,adm}'::text[]) actor, (VALUES ('rex'), (NULL)) n (new_owner);
SELECT matches(pg_temp.detail(pg_temp.assigning(:d1, 'rex', 'ada')), :d1::text, 'RL015: DETAIL has its id');
SELECT lives_ok(pg_temp.assigning(pg_temp.restored_report('north', 'P5', 'D-' || status, 'text', status, 'ada'), 'rex', 'ada'),
	format('status %s: it can be assigned', status))
FROM unnest('{unread,draft,prelim_signed,signed,addendum_prelim_signed,addendum_signed}'::text[]) status;

-- The order of the checks
SELECT is(left(pg_temp.outcome(pg_temp.assigning(:d1, 'rex', 'dot')), 5), 'RL008', 'RL008 goes before RL015');
SELECT is(left(pg_temp.outcome(pg_temp.assigning(:d1, 'nobody', 'ada')), 5), 'RL015', 'RL015 goes before RL013');
SELECT pg_temp.refused(pg_temp.assigning(999999999, 'rex', 'ada'), 'RL002 report not found', 'RL002: an unknown id');
SELECT pg_temp.refused(format($$SELECT reportlink_assign('south', %s, 'rex', 'ada')$$, :c1::text), 'RL002 report not found', 'RL002: of another organization');
SELECT pg_temp.refused($$SELECT reportlink_assign('north', NULL, 'rex', 'ada')$$,
	'22004 argument report_id of reportlink_assign must not be null', '22004: NULL report_id');
SELECT pg_temp.refused($$SELECT reportlink_assign(NULL, 1, 'rex', 'ada')$$,
	'22004 argument organization_id of reportlink_assign must not be null', '22004: NULL organization_id');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
