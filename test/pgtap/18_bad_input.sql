-- Input that no application should send, and some does: the documented error,
-- nothing changed, nothing of another organization told.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(103);

SELECT pg_temp.restored_report('north', 'P1', 'A1', 'text', 'draft', 'ada') AS a1, pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3, pg_temp.new_report('north', 'P1', 'A4') AS a4,
	pg_temp.restored_report('south', 'SECRET-MRN', 'SECRET-ACC', 'secret text', 'draft', 'secretary') AS secret,
	pg_temp.new_report('south', 'P1', 'S1') AS s1 \gset
SELECT reportlink_link('north', ARRAY[:a1, :a2], true, 'ada') AS ignored \gset

-- Every function that takes ids, with every kind of bad id; IDS and ID stand for them, ACTOR for who acts

CREATE TEMP TABLE call (n int, statement text);
INSERT INTO call VALUES
	(1, $$SELECT reportlink_link('north', IDS, true, ACTOR)$$),
	(2, $$SELECT reportlink_link('north', IDS, false, ACTOR)$$),
	(3, $$SELECT * FROM reportlink_unlink('north', IDS, false, ACTOR)$$),
	(4, $$SELECT * FROM reportlink_unlink('north', IDS, true, ACTOR)$$),
	(5, $$SELECT reportlink_set_default('north', ID, ACTOR)$$),
	(6, $$SELECT reportlink_open('north', ID, ACTOR)$$),
	(7, $$SELECT reportlink_close('north', ID, true, ACTOR)$$),
	(8, $$SELECT reportlink_assign('north', ID, NULL, ACTOR)$$),
	(9, $$SELECT * FROM reportlink_linked_reports('north', ID)$$),
	(10, $$SELECT * FROM reportlink_linkable_reports('north', ID)$$);
CREATE FUNCTION pg_temp.calling(statement text, ids text, actor text DEFAULT 'ada') RETURNS text
	LANGUAGE sql
	RETURN replace(replace(replace(statement, 'IDS', 'ARRAY[' || ids || ']::bigint[]'), 'ID', ids), 'ACTOR', quote_nullable(actor));

SELECT is(left(pg_temp.outcome(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, NULL', :a1) ELSE 'NULL' END)), 5), '22004',
	format('22004: a NULL among the ids, %s', statement)) FROM call ORDER BY n;
SELECT pg_temp.refused(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, 888888888', :a1) ELSE '888888888' END),
	'RL002 report not found', format('RL002: an unknown id, %s', statement)) FROM call ORDER BY n;
SELECT pg_temp.refused(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, %s', :a1, :secret) ELSE :secret::text END),
	'RL002 report not found', format('RL002: the id of another organization, %s', statement)) FROM call ORDER BY n;
SELECT doesnt_match(pg_temp.detail(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, %s', :a1, :secret) ELSE :secret::text END)),
	'(?i)secret|south', format('RL002: nothing of the other organization in DETAIL, %s', statement)) FROM call ORDER BY n;
SELECT is(pg_temp.detail(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, %s', :a1, :secret) ELSE :secret::text END)),
	replace(pg_temp.detail(pg_temp.calling(statement, CASE WHEN statement LIKE '%IDS%' THEN format('%s, 888888888', :a1) ELSE '888888888' END)), '888888888', :secret::text),
	format('RL002: another organization''s and unknown are told in the same words, %s', statement)) FROM call ORDER BY n;

-- Actors

SELECT pg_temp.refused(pg_temp.calling(c.statement, :a1::text, a.actor), a.expected, format('%s: %s, %s', left(a.expected, 5), a.what, c.statement))
FROM call c, (VALUES (NULL, 'RL012 no acting user', 'no actor'), ('nobody', 'RL013 not an active member', 'an unknown actor'),
	('gone', 'RL013 not an active member', 'an inactive member'), (repeat('a', 100000), 'RL013 not an active member', 'an actor of 100,000 letters'),
	('ada''; DROP SCHEMA reportlink CASCADE; --', 'RL013 not an active member', 'an actor with SQL in it')) a (actor, expected, what)
WHERE c.n IN (1, 3, 5, 6, 7, 8);

-- Arrays

SELECT pg_temp.refused($$SELECT reportlink_link('north', ARRAY(SELECT generate_series(1000000, 1099999)), true, 'ada')$$, 'RL002 report not found',
	'100,000 ids, all unknown');
SELECT matches(pg_temp.detail($$SELECT reportlink_link('north', ARRAY(SELECT generate_series(1000000, 1099999)), true, 'ada')$$),
	'1000009 and 99990 more', '100,000 ids: DETAIL has ten of them and counts the rest');
SELECT cmp_ok(length(pg_temp.detail($$SELECT reportlink_link('north', ARRAY(SELECT generate_series(1000000, 1099999)), true, 'ada')$$)), '<', 300,
	'100,000 ids: DETAIL stays short');
SELECT pg_temp.refused($$SELECT * FROM reportlink_unlink('north', ARRAY(SELECT generate_series(1000000, 1099999)), false, 'ada')$$, 'RL002 report not found',
	'100,000 ids to unlink');
SELECT pg_temp.refused(format($$SELECT reportlink_link('north', array_fill(%s::bigint, ARRAY[100000]), true, 'ada')$$, :a3::text), 'RL001 at least two reports are required',
	'one id, 100,000 times');
SELECT is((SELECT report_ids FROM reportlink_link('north', array_fill(:a3::bigint, ARRAY[50000]) || :a4::bigint, false, 'ada')), ARRAY[:a3, :a4]::bigint[],
	'two ids, one of them 50,000 times: the two are linked');
SELECT pg_temp.refused($$SELECT reportlink_link('north', '{9223372036854775807,-9223372036854775808}', true, 'ada')$$, 'RL002 report not found',
	'the highest and the lowest id');
SELECT is(left(pg_temp.outcome($$SELECT reportlink_link('north', '{9223372036854775808,1}', true, 'ada')$$), 5), '22003', 'an id out of range');
SELECT is(left(pg_temp.outcome($$SELECT reportlink_link('north', '{one,two}', true, 'ada')$$), 5), '22P02', 'ids that are no numbers');

-- Text

SELECT format(E'O''Neil; "x" \\ %% $1 {}\t<&> %s', 'Ünïcödé 患者') AS mrn \gset
SELECT pg_temp.new_report('north', :'mrn', 'Q1') AS q1, pg_temp.new_report('north', :'mrn', 'Q2') AS q2 \gset
SELECT is((SELECT report_ids FROM reportlink_link('north', ARRAY[:q1, :q2], true, 'ada')), ARRAY[:q1, :q2]::bigint[], 'an MRN with quotes and whatever else: linked');
SELECT is((pg_temp.event('report.linked')).linked_identifiers -> 1 ->> 'mrn', :'mrn', 'the event has it to the letter');
SELECT results_eq(format($$SELECT report_id FROM reportlink_find('north', %L)$$, :'mrn'), ARRAY[:q1, :q2]::bigint[], 'it is found');
SELECT is((SELECT count(*) FROM reportlink_linkable_reports('north', :q1)), 1::bigint, 'the dialog finds its reports');
INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('or"g''\', true);
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('or"g''\', 'us"er''\', 'attending');
SELECT is((SELECT owner_id FROM reportlink_link('or"g''\', ARRAY[pg_temp.new_report('or"g''\', 'M', '1'), pg_temp.new_report('or"g''\', 'M', '2')], true, 'us"er''\')),
	'us"er''\', 'organization and user with quotes: linked');
SELECT is((pg_temp.event('report.owner_changed')).data ->> 'new_owner', 'us"er''\', 'the event has him to the letter');

INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id)
SELECT 'north', repeat('m', 255), repeat('a', 250) || n, repeat('n', 255), repeat('v', 255), repeat('o', 255), repeat('s', 255) FROM generate_series(1, 3) n;
SELECT is((SELECT cardinality(report_ids) FROM reportlink_link('north', ARRAY(SELECT report_id FROM reportlink.report WHERE mrn = repeat('m', 255)), true, 'ada')), 3,
	'identifiers as long as they may be: linked');
SELECT throws_ok(format($$INSERT INTO reportlink.report (organization_id, mrn, order_id) VALUES ('north', %L, 'x')$$, repeat('m', 100000)), '23514', NULL, 'an MRN of 100,000 letters: 23514');
SELECT throws_ok(format($$INSERT INTO reportlink.report (organization_id, order_id) VALUES ('north', %L)$$, repeat('o', 100000)), '23514', NULL, 'an order id of 100,000 letters: 23514');
SELECT is_empty(format($$SELECT * FROM reportlink_find('north', %L)$$, repeat('m', 100000)), 'found by an MRN of 100,000 letters: nothing');
SELECT pg_temp.refused(format($$SELECT reportlink_open(%L, 1, 'ada')$$, repeat('x', 100000)), 'RL013 not an active member', 'an organization of 100,000 letters has no members');
SELECT is(pg_temp.outcome($$SELECT reportlink_open('', 1, 'ada')$$), 'RL013 not an active member', 'neither has an empty one');
SELECT pg_temp.refused($$SELECT reportlink_open('north''; DROP SCHEMA reportlink CASCADE; --', 1, 'ada')$$, 'RL013 not an active member', 'nor one with SQL in it');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
