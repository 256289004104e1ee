-- Which role may call what (section 8), from a table as it stands there, and
-- who is no actor at all: RL012, RL013, RL014. Assigning depends on the owner
-- too and is in 09_assign.sql.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(110);

-- Section 8: 1 the role may, 0 RL014
CREATE TEMP TABLE permission (operation text, attending int, resident int, drafter int, administrator int, integration int);
INSERT INTO permission VALUES
	('open',        1, 1, 1, 0, 0),
	('close',       1, 1, 1, 0, 0),
	('link',        1, 1, 0, 1, 1),
	('unlink',      1, 1, 0, 1, 1),
	('set default', 1, 1, 0, 1, 1),
	('view',        1, 1, 1, 1, 1);

SELECT pg_temp.new_report('north', 'P1', 'A1') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3, pg_temp.new_report('north', 'P1', 'A4') AS a4,
	pg_temp.restored_report('north', 'P1', 'A5', 'text', 'signed', 'ada') AS signed,
	pg_temp.restored_report('north', 'P1', 'A6', 'text', 'cancelled', 'ada') AS cancelled \gset
SELECT reportlink_link('north', ARRAY[:a1, :a2], false, 'ada') AS ignored \gset
CREATE TEMP TABLE call (operation text, statement text);
INSERT INTO call VALUES
	('open', format($$SELECT reportlink_open('north', %s, ACTOR)$$, :a3::text)),
	('open', format($$SELECT reportlink_open('north', %s, ACTOR)$$, :a1::text)),
	('close', format($$SELECT reportlink_close('north', %s, false, ACTOR)$$, :a3::text)),
	('close', format($$SELECT reportlink_close('north', %s, true, ACTOR)$$, :a1::text)),
	('link', format($$SELECT reportlink_link('north', '{%s,%s}', true, ACTOR)$$, :a3::text, :a4::text)),
	('link', format($$SELECT reportlink_link('north', '{%s,%s}', false, ACTOR)$$, :a3::text, :a1::text)),
	('unlink', format($$SELECT reportlink_unlink('north', '{%s}', false, ACTOR)$$, :a1::text)),
	('unlink', format($$SELECT reportlink_unlink('north', '{%s}', true, ACTOR)$$, :a2::text)),
	('set default', format($$SELECT reportlink_set_default('north', %s, ACTOR)$$, :a2::text)),
	('view', format($$SELECT reportlink_open('north', %s, ACTOR)$$, :signed::text)),
	('view', format($$SELECT reportlink_open('north', %s, ACTOR)$$, :cancelled::text));

SELECT pg_temp.digest() AS before \gset

SELECT is(pg_temp.tried(replace(c.statement, 'ACTOR', quote_literal(m.user_id))),
	CASE r.may WHEN 1 THEN 'done' ELSE 'RL014 role may not do this' END,
	format('%s may %s: %s', m.role, replace(c.statement, 'ACTOR', m.role), CASE r.may WHEN 1 THEN 'yes' ELSE 'RL014' END))
FROM permission p JOIN call c USING (operation),
	LATERAL (VALUES ('attending', p.attending), ('resident', p.resident), ('drafter', p.drafter),
		('administrator', p.administrator), ('integration', p.integration)) r (role, may)
JOIN reportlink.member m ON m.organization_id = 'north' AND m.role = r.role AND m.user_id IN ('ada', 'rex', 'dot', 'adm', 'hl7')
ORDER BY p.operation, c.statement, m.user_id;
SELECT is(pg_temp.digest(), :'before', 'everything was taken back');

-- No actor: neither argument nor setting

INSERT INTO call VALUES ('assign', format($$SELECT reportlink_assign('north', %s, 'ada', ACTOR)$$, :a3::text));
SELECT pg_temp.refused(replace(statement, 'ACTOR', actor), 'RL012 no acting user', format('RL012: %s', replace(statement, 'ACTOR', actor)))
FROM call, unnest(ARRAY['NULL', '''''']) actor WHERE operation <> 'view' AND statement NOT LIKE '%false, ACTOR%';
SELECT set_config('reportlink.user_id', '', true) AS ignored \gset
SELECT pg_temp.refused(replace(statement, 'ACTOR', 'NULL'), 'RL012 no acting user', format('RL012: the setting is empty, %s', operation))
FROM call WHERE operation = 'assign';

-- The setting is the default, the argument goes before it

SET LOCAL reportlink.user_id = 'rex';
SELECT is((reportlink_open('north', :a3)).owner_id, 'rex', 'without the argument the actor is the setting');
SELECT is((pg_temp.event('report.opened')).actor, 'rex', 'the event names him');
SELECT is((reportlink_open('north', :a4, 'ada')).owner_id, 'ada', 'the argument goes before the setting');
SET LOCAL reportlink.user_id = 'nobody';
SELECT pg_temp.refused(format($$SELECT reportlink_close('north', %s)$$, :a3::text), 'RL013 not an active member', 'RL013: the setting names who is no member');
RESET reportlink.user_id;

-- Who is no active member of the organization

SELECT pg_temp.refused(replace(statement, 'ACTOR', quote_literal(actor)), 'RL013 not an active member',
	format('RL013: %s by %s', operation, CASE actor WHEN 'gone' THEN 'an inactive member' ELSE 'who is no member' END))
FROM (SELECT DISTINCT ON (operation) operation, statement FROM call ORDER BY operation, statement) c, unnest('{gone,nobody}'::text[]) actor;
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('south', 'sue', 'attending');
SELECT pg_temp.refused(format($$SELECT reportlink_open('north', %s, 'sue')$$, :a1::text), 'RL013 not an active member',
	'RL013: a member of another organization');
SELECT pg_temp.refused(format($$SELECT reportlink_open('nowhere', %s, 'ada')$$, :a1::text), 'RL013 not an active member',
	'RL013: an organization that there is not has no members');
SELECT pg_temp.refused(format($$SELECT reportlink_open('north', %s, 'ADA')$$, :a1::text), 'RL013 not an active member',
	'RL013: user ids are compared to the letter');
SELECT matches(pg_temp.detail(format($$SELECT reportlink_open('north', %s, 'nobody')$$, :a1::text)), 'nobody.*north', 'RL013: DETAIL has user and organization');
SELECT matches(pg_temp.detail(format($$SELECT reportlink_unlink('north', '{%s}', false, 'dot')$$, :a1::text)), 'dot.*drafter', 'RL014: DETAIL has user and role');
UPDATE reportlink.member SET active = true WHERE user_id = 'gone';
SELECT is((reportlink_open('north', :a1, 'gone')).owner_id, 'gone', 'an inactive member who is activated may again');
UPDATE reportlink.member SET active = false WHERE user_id = 'gone';
SELECT is((reportlink_assign('north', :a1, 'ada', 'adm')).owner_id, 'ada', 'what an inactive member owns can be given to another');

-- The order of the checks, for every function: NULL, actor, member, role, report
SELECT is(left(pg_temp.outcome(statement), 5), code, format('%s: %s', code, statement))
FROM (VALUES
	('22004', $$SELECT reportlink_open('north', NULL, NULL)$$),
	('22004', $$SELECT reportlink_close(NULL, 1)$$),
	('22004', $$SELECT reportlink_set_default('north', NULL, 'dot')$$),
	('22004', $$SELECT reportlink_unlink('north', NULL, false, 'nobody')$$),
	('22004', $$SELECT reportlink_assign('north', NULL, NULL, NULL)$$),
	('RL012', $$SELECT reportlink_open('north', 999999999)$$),
	('RL013', $$SELECT reportlink_open('north', 999999999, 'gone')$$),
	('RL013', $$SELECT reportlink_unlink('north', '{}', false, 'gone')$$),
	('RL014', $$SELECT reportlink_unlink('north', '{}', false, 'dot')$$),
	('RL014', $$SELECT reportlink_set_default('north', 999999999, 'dot')$$),
	('RL014', $$SELECT reportlink_close('north', 999999999, false, 'adm')$$),
	('RL002', $$SELECT reportlink_open('north', 999999999, 'adm')$$),
	('RL002', $$SELECT reportlink_assign('north', 999999999, 'nobody', 'rex')$$)
) t (code, statement);

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
