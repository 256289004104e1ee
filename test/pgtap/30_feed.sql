-- Durable subscribers (section 10): reportlink_subscribe(), reportlink_unsubscribe(),
-- reportlink_fetch(), reportlink_ack() and view subscriber_lag. What overlaps in
-- time is in test/specs. A subscriber is given what is committed, so that this
-- file commits, in a database of its own.
\set ECHO none
\set QUIET 1
\set home :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS reportlink_pgtap_feed;
CREATE DATABASE reportlink_pgtap_feed;
\c reportlink_pgtap_feed
\ir ../lib/setup.psql
\ir ../lib/reports.psql
COMMIT;
SELECT plan(258);

-- What a subscriber is given: types and reports, in the order of the feed; - when it is nothing
CREATE FUNCTION pg_temp.given(organization text, subscriber text, batch int DEFAULT NULL) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT coalesce(string_agg(replace(f.type, 'report.', '') || f.report_ids::text, ' ' ORDER BY f.n), '-')
		FROM reportlink_fetch(organization, subscriber, batch) WITH ORDINALITY
			f (organization_id, event_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, occurred_at, data, n);
	END;
-- Acknowledges the first so many of what a subscriber is given; the event
CREATE FUNCTION pg_temp.acked(organization text, subscriber text, how_many int DEFAULT 1000) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	events bigint[] := ARRAY(SELECT f.event_id FROM reportlink_fetch(organization, subscriber, how_many) f);
BEGIN
	PERFORM reportlink_ack(organization, subscriber, events[cardinality(events)]);
	RETURN events[cardinality(events)];
END
$$;
-- The row of a subscriber, and which version of it
CREATE FUNCTION pg_temp.row_of(organization text, name text) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT ROW(s.ctid, s.xmin, s)::text FROM reportlink.subscriber s WHERE s.organization_id = coalesce(organization, '') AND s.subscriber = name;
	END;
-- 'events seconds' of a subscriber; seconds since when the oldest of them happened, as a time
CREATE FUNCTION pg_temp.lag(organization text, name text) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT concat_ws(' ', l.events_behind, CASE WHEN l.seconds_behind <> 0 THEN statement_timestamp() - make_interval(secs => l.seconds_behind::double precision) END)
		FROM reportlink.subscriber_lag l WHERE l.organization_id IS NOT DISTINCT FROM organization AND l.subscriber = name;
	END;
-- Fingerprint of everything but subscribers
CREATE FUNCTION pg_temp.digest_of_the_rest() RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	digest text;
BEGIN
	DELETE FROM reportlink.subscriber;
	RAISE EXCEPTION USING ERRCODE = 'TRY01', MESSAGE = pg_temp.digest();
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.saved(report bigint, how_many int DEFAULT 1) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT max(reportlink_save(r.organization_id, report, jsonb_build_object('transcript', n::text), actor => r.owner_id))
		FROM reportlink.report r, generate_series(1, how_many) n WHERE r.report_id = report;
		SELECT max(e.event_id) FROM reportlink.event e;
	END;

SELECT pg_temp.opened_report('north', 'P1') AS n1, pg_temp.opened_report('north', 'P2') AS n2, pg_temp.opened_report('south', 'P1') AS s1 \gset

-- Subscribing

SELECT clock_timestamp() AS before \gset
SELECT is(reportlink_subscribe('north', 'ris')::text, '', 'subscribe returns nothing');
SELECT is((s.organization_id, s.subscriber, s.types, s.report_id)::text, '(north,ris,,)', 'its row: no filter') FROM reportlink.subscriber s;
SELECT ok(created_at BETWEEN :'before' AND clock_timestamp(), 'created_at: now') FROM reportlink.subscriber;
SELECT is(pg_temp.given('north', 'ris'), '-', 'what was there before is not for it');
SELECT pg_temp.saved(:n1) AS e1 \gset
SELECT is(pg_temp.given('north', 'ris'), format('saved{%s}', :n1), 'what comes after is');
SELECT lives_ok($$SELECT reportlink_subscribe('north', 'start', true)$$, 'from the start');
SELECT is(pg_temp.given('north', 'start'), format('owner_changed{%1$s} opened{%1$s} owner_changed{%2$s} opened{%2$s} saved{%1$s}', :n1, :n2), 'is given all there is');
SELECT lives_ok($$SELECT reportlink_subscribe('north', 'null', NULL, NULL, NULL)$$, 'NULL for from_start, types and report_id');
SELECT is(pg_temp.given('north', 'null'), '-', 'is as if they were left out');
SELECT lives_ok(format($$SELECT reportlink_subscribe(subscriber => 'named', organization_id => 'north', report_id => %s, types => '{report.closed}', from_start => true)$$, :n1::text), 'arguments by name');
SELECT is((types, report_id)::text, format('({report.closed},%s)', :n1::text), 'both filters are kept') FROM reportlink.subscriber WHERE subscriber = 'named';

SELECT pg_temp.refused(statement, 'RL022 subscriber exists already', format('RL022: %s', statement))
FROM unnest(ARRAY[$$SELECT reportlink_subscribe('north', 'ris')$$, $$SELECT reportlink_subscribe('north', 'ris', true)$$, $$SELECT reportlink_subscribe('north', 'ris', true, '{report.signed}')$$,
	format($$SELECT reportlink_subscribe('north', 'ris', report_id => %s)$$, :n1)]) statement;
SELECT is(pg_temp.detail($$SELECT reportlink_subscribe('north', 'ris')$$), 'Subscriber "ris", organization "north".', 'RL022: DETAIL names both');
SELECT is(pg_temp.hint($$SELECT reportlink_subscribe('north', 'ris')$$), 'Go on with reportlink_fetch(), or reportlink_unsubscribe() first.', 'RL022: HINT says what to do');
SELECT lives_ok(format('SELECT reportlink_subscribe(%L, %L)', organization, name), format('another subscriber: %s', what))
FROM (VALUES ('south', 'ris', 'the name in another organization'), (NULL, 'ris', 'the name, for every organization'), ('north', 'Ris', 'names are told apart by case'), ('north', 'ris ', 'and by a blank'),
	('north', repeat('s', 255), 'of 255 bytes'), ('north', E'O''Neil "\\ 患者\t', 'with quotes and whatever else')) t (organization, name, what);
SELECT pg_temp.refused($$SELECT reportlink_subscribe(NULL, 'ris')$$, 'RL022 subscriber exists already', 'RL022: every organization');
SELECT is(pg_temp.detail($$SELECT reportlink_subscribe(NULL, 'ris')$$), 'Subscriber "ris", every organization.', 'RL022: DETAIL says so');

-- Refusals, the first that there is to say
SELECT pg_temp.refused(format('SELECT reportlink_subscribe(%s)', arguments), expected, format('%s: reportlink_subscribe(%s)', left(expected, 5), arguments))
FROM (VALUES
	($$'north', NULL$$, '22004 argument subscriber of reportlink_subscribe must not be null'),
	('NULL, NULL', '22004 argument subscriber of reportlink_subscribe must not be null'),
	($$'', 'x', true, '{NULL}'$$, '22004 argument types of reportlink_subscribe must not contain null'),
	($$'', NULL, true, '{}'$$, '22004 argument subscriber of reportlink_subscribe must not be null'),
	($$'north', 'x', true, '{report.saved,NULL}'$$, '22004 argument types of reportlink_subscribe must not contain null'),
	($$'north', 'x', true, '{NULL}'$$, '22004 argument types of reportlink_subscribe must not contain null'),
	($$'', 'x'$$, '22023 argument organization_id of reportlink_subscribe must not be empty'),
	($$'north', 'x', true, '{}'$$, '22023 argument types of reportlink_subscribe must not be empty'),
	($$'nowhere', 'x', true, '{}'$$, '22023 argument types of reportlink_subscribe must not be empty'),
	($$'north', 'x', true, '{saved}'$$, '22023 unknown type of event "saved"'),
	($$'north', 'x', true, '{report.saved,report.Saved}'$$, '22023 unknown type of event "report.Saved"'),
	($$'north', 'x', true, '{report.saved,""}'$$, '22023 unknown type of event ""'),
	($$'north', 'x', true, '{"report.saved "}'$$, '22023 unknown type of event "report.saved "'),
	($$'nowhere', 'x'$$, '23503 unknown organization "nowhere"'),
	($$'NORTH', 'x'$$, '23503 unknown organization "NORTH"'),
	($$'nowhere', 'x', true, NULL, 888888888$$, '23503 unknown organization "nowhere"'),
	(format($$NULL, 'x', true, NULL, %s$$, :n1), '22023 a report is of one organization'),
	($$'north', 'x', true, NULL, 888888888$$, 'RL002 report not found'),
	($$'north', 'x', true, NULL, 0$$, 'RL002 report not found'),
	($$'north', 'x', true, NULL, -1$$, 'RL002 report not found'),
	(format($$'north', 'x', true, NULL, %s$$, :s1), 'RL002 report not found'),
	(format($$'north', 'ris', true, NULL, %s$$, :s1), 'RL002 report not found')) t (arguments, expected);
SELECT is(pg_temp.detail(format($$SELECT reportlink_subscribe('north', 'x', true, NULL, %s)$$, :s1)), format('Report %s, organization "north".', :s1), 'RL002: DETAIL tells nothing of the other organization');
SELECT pg_temp.refused(format('SELECT %s(%L, %L%s)', f, 'north', name, more), format('22023 argument subscriber of %s must have 1 to 255 bytes', f), format('22023: %s, a name of %s', f, what))
FROM (VALUES ('reportlink_subscribe', ''), ('reportlink_unsubscribe', ''), ('reportlink_fetch', ''), ('reportlink_ack', ', 1')) t (f, more),
	(VALUES ('', 'nothing'), (repeat('s', 256), '256 bytes'), (repeat('ü', 128), '128 letters of two bytes each')) n (name, what);

-- Fetching: the columns are those of the event, in feed order

SELECT pg_temp.restored_report('north', 'P3', 'P3-1', 'text') AS n3, pg_temp.new_report('north', 'P3', 'P3-2') AS n4 \gset
SELECT reportlink_link('north', ARRAY[:n3, :n4], false, 'ada') AS ignored \gset
SELECT reportlink_subscribe('north', 'all', true) AS ignored \gset
SELECT is(ARRAY(SELECT f::text FROM reportlink_fetch('north', 'all') f), ARRAY(SELECT ROW(organization_id, event_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, occurred_at, data)::text
	FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id), 'fetch: every column as it is in the event, in order');
SELECT is((SELECT array_agg(to_jsonb(f) ORDER BY f.event_id) FROM reportlink_fetch('north', 'all') f), (SELECT array_agg(to_jsonb(e) - '{cluster_id,transaction_id}'::text[] ORDER BY e.event_id) FROM reportlink.event e WHERE organization_id = 'north'),
	'fetch: the columns have the names of those of the table');
SELECT is(ARRAY(SELECT (reportlink_fetch('north', 'all')).event_id), ARRAY(SELECT event_id FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id), 'fetch: also in the list of what is selected');
SELECT isnt_empty($$SELECT FROM reportlink_fetch('north', 'all') WHERE group_id IS NOT NULL AND default_report_id IS NOT NULL AND document_id IS NOT NULL AND jsonb_array_length(linked_identifiers) = 2$$, 'with a group, its default report, a document and two reports among them');

SELECT pg_temp.given('north', 'all') AS everything, array_length(string_to_array(pg_temp.given('north', 'all'), ' '), 1) AS how_many \gset
SELECT is(pg_temp.given('north', 'all'), :'everything', 'the same again, since nothing was acknowledged');
SELECT is(pg_temp.given('north', 'all', batch), array_to_string((string_to_array(:'everything', ' '))[1:batch], ' '), format('the first %s of them', batch)) FROM unnest(ARRAY[1, 2, :how_many, 2147483647]) batch;
SELECT pg_temp.refused(format($$SELECT * FROM reportlink_fetch('north', 'all', %s)$$, batch), '22023 argument batch of reportlink_fetch must be at least 1', format('22023: batch %s', batch)) FROM unnest('{0,-1,-2147483648}'::int[]) batch;
SELECT pg_temp.saved(:n2, 105) AS ignored \gset
SELECT is(pg_temp.given('north', 'all'), :'everything', 'what comes meanwhile is given after that');
SELECT pg_temp.acked('north', 'all') AS ignored \gset
SELECT is((SELECT count(*) FROM reportlink_fetch('north', 'all')), 100::bigint, 'without a batch: a hundred');
SELECT is((SELECT count(*) FROM reportlink_fetch('north', 'all', NULL)), 100::bigint, 'NULL is the default: a hundred');
SELECT is((SELECT count(*) FROM reportlink_fetch(batch => 1000, subscriber => 'all', organization_id => 'north')), 105::bigint, 'in a batch as large as that, all');
SELECT pg_temp.refused(format('SELECT * FROM reportlink_fetch(%s)', arguments), expected, format('%s: reportlink_fetch(%s)', left(expected, 5), arguments))
FROM (VALUES
	($$'north', NULL, 0$$, '22004 argument subscriber of reportlink_fetch must not be null'),
	('NULL, NULL', '22004 argument subscriber of reportlink_fetch must not be null'),
	($$'', 'all'$$, '22023 argument organization_id of reportlink_fetch must not be empty'),
	($$'north', 'nobody', 0$$, '22023 argument batch of reportlink_fetch must be at least 1'),
	($$'north', 'nobody'$$, 'RL022 subscriber unknown'),
	($$'north', 'ALL'$$, 'RL022 subscriber unknown'),
	($$'nowhere', 'all'$$, 'RL022 subscriber unknown'),
	($$'south', 'all'$$, 'RL022 subscriber unknown'),
	($$NULL, 'all'$$, 'RL022 subscriber unknown')) t (arguments, expected);
SELECT is(pg_temp.detail($$SELECT * FROM reportlink_fetch('south', 'all')$$), 'Subscriber "all", organization "south".', 'RL022: DETAIL names what was asked');
SELECT is(pg_temp.hint($$SELECT * FROM reportlink_fetch('south', 'all')$$), 'See reportlink.subscriber_lag; subscribe with reportlink_subscribe() first.', 'RL022: HINT says what to do');

-- What a fetch writes: its own row, when it comes to events that are new; else nothing

SELECT reportlink_subscribe('north', 'quiet') AS ignored \gset
SELECT pg_temp.row_of('north', 'quiet') AS at_first, pg_temp.digest() AS digest \gset
SELECT is(pg_temp.given('north', 'quiet'), '-', 'nothing is new');
SELECT is(pg_temp.row_of('north', 'quiet'), :'at_first', 'the row is not even written');
SELECT is(pg_temp.digest(), :'digest', 'nor is anything else');
SELECT reportlink_open('south', :s1, 'ada') AS ignored, pg_temp.saved(:s1) AS in_south \gset
SELECT is(pg_temp.given('north', 'quiet'), '-', 'another organization''s events are not its');
SELECT is(pg_temp.row_of('north', 'quiet'), :'at_first', 'and do not move it');
SELECT pg_temp.saved(:n2, 2) AS e2 \gset
SELECT pg_temp.digest_of_the_rest() AS rest \gset
SELECT is(pg_temp.given('north', 'quiet', 1), format('saved{%s}', :n2), 'something is new');
SELECT isnt(pg_temp.row_of('north', 'quiet'), :'at_first', 'the row is written');
SELECT is(pg_temp.digest_of_the_rest(), :'rest', 'and nothing else is: a fetch is no event');
SELECT pg_temp.row_of('north', 'quiet') AS begun \gset
SELECT is(pg_temp.given('north', 'quiet', batch), repeat(format('saved{%s}', :n2) || ' ', batch - 1) || format('saved{%s}', :n2), format('asked for %s', batch)) FROM unnest('{1,2}'::int[]) batch;
SELECT is(pg_temp.row_of('north', 'quiet'), :'begun', 'the same again is not written again');
SELECT reportlink_ack('north', 'quiet', :e2) AS ignored \gset
SELECT pg_temp.row_of('north', 'quiet') AS done \gset
SELECT is(ROW(pg_temp.given('north', 'quiet'), pg_current_xact_id_if_assigned())::text, '(-,)', 'all is acknowledged; asking for more needs no transaction id');
SELECT is(pg_temp.row_of('north', 'quiet'), :'done', 'the row is not written');
BEGIN READ ONLY;
SELECT is(pg_temp.given('north', 'quiet'), '-', 'nor must the transaction be one that may write');
COMMIT;

-- Acknowledging: all up to and with it

SELECT reportlink_subscribe('north', 'ack') AS ignored, reportlink_subscribe('north', 'other') AS ignored2 \gset
SELECT pg_temp.saved(:n1) AS a1, pg_temp.saved(:n2) AS a2, pg_temp.saved(:n1) AS a3, pg_temp.saved(:s1) AS a4, pg_temp.saved(:n2) AS a5 \gset
SELECT is(pg_temp.given('north', 'ack'), format('saved{%1$s} saved{%2$s} saved{%1$s} saved{%2$s}', :n1, :n2), 'four events');
SELECT is(reportlink_ack('north', 'ack', :a2)::text, '', 'ack returns nothing');
SELECT is(pg_temp.given('north', 'ack'), format('saved{%s} saved{%s}', :n1, :n2), 'the first two are acknowledged by the second');
SELECT is(pg_temp.given('north', 'other'), format('saved{%1$s} saved{%2$s} saved{%1$s} saved{%2$s}', :n1, :n2), 'another subscriber has its own position');
SELECT pg_temp.row_of('north', 'ack') AS row \gset
SELECT lives_ok(format($$SELECT reportlink_ack('north', 'ack', %s)$$, event), format('%s is no error', what))
FROM (VALUES (:a2::bigint, 'the same again'), (:a1, 'an earlier one'), (:e1, 'one from before it subscribed'), (:in_south, 'an id below that of the last one acknowledged, whatever it was'), (0, '0')) t (event, what);
SELECT is(pg_temp.row_of('north', 'ack'), :'row', 'and changes nothing');
SELECT pg_temp.saved(:n1) AS a6 \gset
SELECT pg_temp.refused(format('SELECT reportlink_ack(%s)', arguments), expected, format('%s: ack of %s', left(expected, 5), what))
FROM (VALUES
	(format($$'north', 'ack', %s$$, :a6), format('22023 event %s was not fetched', :a6), 'an event that came after the last fetch'),
	(format($$'north', 'ack', %s$$, :a4), format('22023 event %s was not fetched', :a4), 'another organization''s event, among those that are given'),
	($$'north', 'ack', 888888888$$, '22023 event 888888888 was not fetched', 'what there is not'),
	($$'north', 'ack', 9223372036854775807$$, '22023 event 9223372036854775807 was not fetched', 'the highest id'),
	($$'north', 'ack', NULL$$, '22004 argument event_id of reportlink_ack must not be null', 'NULL'),
	(format($$'north', NULL, %s$$, :a2), '22004 argument subscriber of reportlink_ack must not be null', 'nobody'),
	('NULL, NULL, NULL', '22004 argument subscriber of reportlink_ack must not be null', 'nobody, NULL'),
	($$'', 'ack', NULL$$, '22004 argument event_id of reportlink_ack must not be null', 'NULL, an empty organization'),
	(format($$'', 'ack', %s$$, :a2), '22023 argument organization_id of reportlink_ack must not be empty', 'an empty organization'),
	(format($$'north', 'nobody', %s$$, :a2), 'RL022 subscriber unknown', 'an unknown subscriber'),
	(format($$'south', 'ack', %s$$, :a4), 'RL022 subscriber unknown', 'another organization''s'),
	(format($$NULL, 'ack', %s$$, :a2), 'RL022 subscriber unknown', 'every organization''s')) t (arguments, expected, what);
SELECT is(pg_temp.detail(format($$SELECT reportlink_ack('north', 'ack', %s)$$, :a4)), 'Subscriber "ack", organization "north".', '22023: DETAIL tells nothing of the other organization');
SELECT is(pg_temp.given('north', 'ack', 2), format('saved{%s} saved{%s}', :n1, :n2), 'none of it moved the position');
SELECT reportlink_ack('north', 'ack', :a5) AS ignored \gset
SELECT is(pg_temp.given('north', 'ack'), format('saved{%s}', :n1), 'to the end of what was fetched: then what came meanwhile');
SELECT lives_ok(format($$SELECT reportlink_ack('north', 'ack', %s)$$, :a3), 'an earlier one is no error now either');
SELECT is(pg_temp.given('north', 'ack'), format('saved{%s}', :n1), 'and takes nothing back');
SELECT lives_ok(format($$SELECT reportlink_ack('north', 'ack', %s)$$, :a6), 'now that it was fetched it can be acknowledged');
SELECT is(pg_temp.given('north', 'ack'), '-', 'nothing is left');
SELECT is(pg_temp.given('north', 'other', 1), format('saved{%s}', :n1), 'the other one is where it was');
BEGIN;
SELECT pg_temp.acked('north', 'other') AS ignored \gset
SELECT is(pg_temp.given('north', 'other'), format('saved{%s}', :n1), 'acknowledged within a transaction: what came later');
ROLLBACK;
SELECT is(pg_temp.given('north', 'other', 2), format('saved{%s} saved{%s}', :n1, :n2), 'rolled back: all of it again');

-- In batches, all of it comes once
CREATE FUNCTION pg_temp.drained(organization text, subscriber text, batch int) RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	events bigint[];
	drained bigint[] := '{}';
BEGIN
	LOOP
		events := ARRAY(SELECT f.event_id FROM reportlink_fetch(organization, subscriber, batch) f);
		EXIT WHEN events = '{}';
		PERFORM reportlink_ack(organization, subscriber, events[cardinality(events)]);
		drained := drained || events;
	END LOOP;
	RETURN drained;
END
$$;
SELECT count(reportlink_subscribe('north', 'by ' || batch, true)) AS ignored FROM unnest('{1,7,1000}'::int[]) batch \gset
SELECT is(pg_temp.drained('north', 'by ' || batch, batch), ARRAY(SELECT event_id FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id), format('drained by %s: every event once, in order', batch))
FROM unnest('{1,7,1000}'::int[]) batch;

-- Within one transaction: its own events are given when it is committed, in their order

SELECT reportlink_subscribe('north', 'own') AS ignored \gset
BEGIN;
SELECT pg_temp.saved(:n1) AS o1 \gset
SELECT is(pg_temp.given('north', 'own'), '-', 'an event of the transaction that asks is not given');
SELECT pg_temp.refused(format($$SELECT reportlink_ack('north', 'own', %s)$$, :o1), format('22023 event %s was not fetched', :o1), '22023: nor can it be acknowledged');
SAVEPOINT undone;
SELECT pg_temp.saved(:n2) AS o2 \gset
SELECT is(pg_temp.given('north', 'own'), '-', 'also not after another one');
ROLLBACK TO undone;
SAVEPOINT kept;
SELECT pg_temp.saved(:n1) AS o3 \gset
RELEASE kept;
COMMIT;
SELECT is(pg_temp.given('north', 'own'), format('saved{%1$s} saved{%1$s}', :n1), 'committed: both; what was rolled back to a savepoint never');
SELECT is(ARRAY(SELECT event_id FROM reportlink_fetch('north', 'own')), ARRAY[:o1, :o3]::bigint[], 'in their order');
SELECT pg_temp.acked('north', 'own') AS ignored \gset
BEGIN;
SELECT pg_temp.saved(:n1) AS ignored \gset
ROLLBACK;
SELECT is(pg_temp.given('north', 'own'), '-', 'what was rolled back is not given');
BEGIN;
SELECT pg_temp.saved(:n2) AS o4 \gset
SELECT reportlink_subscribe('north', 'within') AS ignored \gset
SELECT pg_temp.saved(:n1) AS o5 \gset
SELECT is(pg_temp.given('north', 'within'), '-', 'subscribed in the transaction: nothing yet');
COMMIT;
SELECT is(pg_temp.given('north', 'within'), format('saved{%s} saved{%s}', :n2, :n1), 'committed: what was committed with it');
BEGIN;
SELECT reportlink_subscribe('north', 'taken back') AS ignored \gset
ROLLBACK;
SELECT pg_temp.refused($$SELECT * FROM reportlink_fetch('north', 'taken back')$$, 'RL022 subscriber unknown', 'a subscription that is rolled back is none');

-- Every organization, in one order

SELECT reportlink_subscribe(NULL, 'world') AS ignored, reportlink_subscribe('south', 'south') AS ignored2 \gset
SELECT pg_temp.saved(:n1) AS w1, pg_temp.saved(:s1) AS w2, pg_temp.saved(:n2) AS w3, pg_temp.saved(:s1) AS w4 \gset
SELECT is(pg_temp.given(NULL, 'world'), format('saved{%s} saved{%s} saved{%s} saved{%2$s}', :n1, :s1, :n2), 'every organization: the events of all, in the order in which they happened');
SELECT is(ARRAY(SELECT organization_id FROM reportlink_fetch(NULL, 'world')), '{north,south,north,south}', 'organization_id tells whose');
SELECT is(pg_temp.given(NULL, 'world', 3), format('saved{%s} saved{%s} saved{%s}', :n1, :s1, :n2), 'in a batch the first of all');
SELECT is(pg_temp.given('south', 'south'), format('saved{%1$s} saved{%1$s}', :s1), 'one organization: its own');
SELECT lives_ok(format($$SELECT reportlink_ack(NULL, 'world', %s)$$, :w2), 'acknowledged by an event of one organization');
SELECT is(pg_temp.given(NULL, 'world'), format('saved{%s} saved{%s}', :n2, :s1), 'all before it are, of whichever');
SELECT is(pg_temp.given('south', 'south', 1), format('saved{%s}', :s1), 'a subscriber of that organization is where it was');
INSERT INTO reportlink.organization (organization_id) VALUES ('west');
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('west', 'ada', 'attending');
SELECT pg_temp.opened_report('west', 'P1') AS v1 \gset
SELECT reportlink_ack(NULL, 'world', :w4) AS ignored \gset
SELECT is(pg_temp.given(NULL, 'world'), format('owner_changed{%1$s} opened{%1$s}', :v1), 'and those of an organization that was made since');
SELECT is(pg_temp.acked(NULL, 'world'), (SELECT max(event_id) FROM reportlink.event WHERE organization_id = 'west'), 'acknowledged');
SELECT is(pg_temp.given(NULL, 'world'), '-', 'nothing is left');
SELECT reportlink_subscribe(NULL, 'world from the start', true) AS ignored \gset
SELECT is(pg_temp.drained(NULL, 'world from the start', 10), ARRAY(SELECT event_id FROM reportlink.event ORDER BY event_id), 'every organization from the start, drained: every event once, in order');

-- Events of each type, and nothing else, for who wants that type

UPDATE reportlink.organization SET recall_enabled = true WHERE organization_id = 'north';
SELECT pg_temp.new_reports('north', 'T', 3) AS t \gset
SELECT (:'t'::bigint[])[1] AS t1, (:'t'::bigint[])[2] AS t2, (:'t'::bigint[])[3] AS t3 \gset
SELECT reportlink_subscribe('north', 'all but opened', false, '{report.linked,report.unlinked,report.owner_changed,report.closed,report.linked}') AS ignored,
	reportlink_subscribe('north', 'of t3', report_id => :t3) AS ignored2, reportlink_subscribe('north', 'unlinked of t3', false, '{report.unlinked,report.signed}', :t3) AS ignored3,
	reportlink_subscribe('north', 'of t1', report_id => :t1) AS ignored4 \gset
SELECT reportlink_link('north', :'t', true, 'ada') AS ignored \gset
SELECT reportlink_set_default('north', :t2, 'ada') AS ignored, reportlink_save('north', :t1, '{"final_report": "text"}', actor => 'ada') AS ignored2, reportlink_close('north', :t1, actor => 'ada') AS ignored3 \gset
SELECT reportlink_unlink('north', ARRAY[:t3], actor => 'ada') AS ignored \gset
SELECT reportlink_save('north', :t3, '{"final_report": "other text"}', checkpoint => false, actor => 'ada') AS ignored, reportlink_discard('north', :t3, actor => 'ada') AS ignored2, reportlink_cancel('north', :t3, actor => 'ada') AS ignored3 \gset
UPDATE reportlink.report SET order_id = 'O1' WHERE report_id = :t1;
SELECT reportlink_prelim_sign('north', :t1, 'ada') AS ignored, reportlink_reject('north', :t1, 'abe') AS ignored2, reportlink_sign('north', :t1, 'ada') AS ignored3 \gset
SELECT reportlink_cancel_publish('north', :t1, 'ada') AS ignored, reportlink_sign('north', :t1, 'ada') AS ignored2, reportlink_publish_now('north', :t1, 'ada') AS ignored3 \gset
SELECT reportlink_start_addendum('north', :t1, 'ada') AS ignored, reportlink_sign('north', :t1, 'ada') AS ignored2 \gset
CREATE TEMP TABLE type AS SELECT 'report.' || name AS name FROM unnest('{linked,unlinked,owner_changed,opened,published,publish_cancelled,saved,closed,discarded,prelim_signed,signed,rejected,addendum_started,addendum_signed,cancelled,publish_scheduled,default_changed,identifiers_changed}'::text[]) name;
SELECT set_eq('SELECT type::text COLLATE "default" FROM reportlink.event', 'SELECT name FROM type', 'there are events of every type');
SELECT lives_ok(format('SELECT reportlink_subscribe(%L, %L, true, ARRAY[%L])', 'north', name, name), format('subscribed to %s', name)) FROM type;
SELECT is(pg_temp.drained('north', name, 2), ARRAY(SELECT event_id FROM reportlink.event WHERE organization_id = 'north' AND type = name ORDER BY event_id), format('is given every %s and nothing else', name)) FROM type;
SELECT reportlink_subscribe(NULL, 'two types', true, '{report.opened,report.linked}') AS ignored \gset
SELECT is(pg_temp.drained(NULL, 'two types', 3), ARRAY(SELECT event_id FROM reportlink.event WHERE type IN ('report.opened', 'report.linked') ORDER BY event_id), 'two types of every organization');

SELECT is(pg_temp.given('north', 'all but opened'), format('linked{%1$s,%2$s,%3$s} owner_changed{%1$s,%2$s,%3$s} closed{%1$s,%2$s,%3$s} unlinked{%3$s}', :t1, :t2, :t3), 'several types, one of them named twice');
SELECT is(pg_temp.given('north', 'of t3'), format('linked{%1$s,%2$s,%3$s} owner_changed{%1$s,%2$s,%3$s} opened{%1$s,%2$s,%3$s} saved{%1$s,%2$s,%3$s} closed{%1$s,%2$s,%3$s} unlinked{%3$s} saved{%3$s} discarded{%3$s} cancelled{%3$s}', :t1, :t2, :t3),
	'of one report: what is about it, alone or with others, and not what is about the others alone');
SELECT is(pg_temp.given('north', 'unlinked of t3'), format('unlinked{%s}', :t3), 'of one report and some types: both must hold');
SELECT is(pg_temp.given('north', 'of t1', 8), format('linked{%1$s,%2$s,%3$s} owner_changed{%1$s,%2$s,%3$s} opened{%1$s,%2$s,%3$s} saved{%1$s,%2$s,%3$s} closed{%1$s,%2$s,%3$s} identifiers_changed{%1$s} prelim_signed{%1$s,%2$s} rejected{%1$s,%2$s}', :t1, :t2, :t3),
	'a batch counts what passes the filter');
SELECT pg_temp.acked('north', 'of t1', 5) AS ignored \gset
SELECT is(pg_temp.given('north', 'of t1', 1), format('identifiers_changed{%s}', :t1), 'acknowledged, it goes on over what does not pass');

-- A filter that nothing passes: the position moves on all the same, once
SELECT reportlink_subscribe('north', 'west', report_id => :n2) AS ignored \gset
SELECT pg_temp.saved(:n1, 3) AS ignored \gset
SELECT is(pg_temp.given('north', 'west'), '-', 'nothing passes the filter');
SELECT pg_temp.row_of('north', 'west') AS row \gset
SELECT is(pg_temp.given('north', 'west'), '-', 'asked again');
SELECT is(pg_temp.row_of('north', 'west'), :'row', 'the row is not written again');
SELECT pg_temp.refused($$SELECT reportlink_ack('north', 'west', 888888888)$$, '22023 event 888888888 was not fetched', '22023: what there is not, though all there is passed by');
SELECT pg_temp.saved(:n2) AS ignored \gset
SELECT is(pg_temp.given('north', 'west'), format('saved{%s}', :n2), 'what passes is given');
SELECT pg_temp.acked('north', 'west') AS ignored \gset
SELECT is(pg_temp.given('north', 'west'), '-', 'and acknowledged');

-- What was recorded elsewhere, before these tables were restored: first, and complete whatever its transaction id

SELECT pg_temp.drained(NULL, 'world', 100) AS ignored \gset
INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role, cluster_id, transaction_id)
SELECT 'west', 'report.closed', ARRAY[n], '[]', 'elsewhere', cluster, id::xid8
FROM (VALUES (3, 1, '9999999999'), (1, 0, '9999999999'), (4, 1, '3'), (2, 0, pg_current_xact_id()::text)) t (n, cluster, id);
SELECT reportlink_subscribe('west', 'from the start', true) AS ignored \gset
SELECT is(pg_temp.given(NULL, 'world'), '-', 'who has read events of here is not given what was elsewhere before');
SELECT is(pg_temp.lag(NULL, 'world'), '0', 'nor does it wait for him');
SELECT is(pg_temp.given('west', 'from the start'), 'closed{1} closed{2}', 'from the start: the oldest cluster first');
SELECT is(left(pg_temp.lag('west', 'from the start'), 2), '6 ', 'all of it waits');
SELECT is(pg_temp.acked('west', 'from the start', 1), (SELECT event_id FROM reportlink.event WHERE organization_id = 'west' AND report_ids = '{1}'), 'acknowledged one by one');
SELECT is(pg_temp.given('west', 'from the start'), 'closed{2}', 'the next one');
SELECT pg_temp.acked('west', 'from the start') AS ignored \gset
SELECT is(pg_temp.given('west', 'from the start'), 'closed{3} closed{4}', 'then the next cluster, though its ids are lower');
SELECT pg_temp.refused(format($$SELECT reportlink_ack('west', 'from the start', %s)$$, event), format('22023 event %s was not fetched', event), '22023: an event of a later cluster') FROM (SELECT min(event_id) AS event FROM reportlink.event WHERE organization_id = 'west') e;
SELECT lives_ok(format($$SELECT reportlink_ack('west', 'from the start', %s)$$, event), 'one of an earlier cluster is no error') FROM (SELECT event_id AS event FROM reportlink.event WHERE organization_id = 'west' AND report_ids = '{2}') e;
SELECT pg_temp.acked('west', 'from the start') AS ignored \gset
SELECT is(pg_temp.given('west', 'from the start'), format('owner_changed{%1$s} opened{%1$s}', :v1), 'then those of here');
SELECT pg_temp.acked('west', 'from the start') AS ignored \gset
SELECT is(pg_temp.given('west', 'from the start'), '-', 'that was all');
SELECT is(pg_temp.lag('west', 'from the start'), '0', 'and nothing waits');
SELECT set_config('session_replication_role', 'replica', false) AS ignored \gset
DELETE FROM reportlink.event WHERE database_role = 'elsewhere';
RESET session_replication_role;

-- Unsubscribing

SELECT is(reportlink_unsubscribe('north', 'ris')::text, '', 'unsubscribe returns nothing');
SELECT pg_temp.refused(statement, 'RL022 subscriber unknown', format('RL022: %s', statement))
FROM unnest(ARRAY[$$SELECT * FROM reportlink_fetch('north', 'ris')$$, format($$SELECT reportlink_ack('north', 'ris', %s)$$, :e1), $$SELECT reportlink_unsubscribe('north', 'ris')$$,
	$$SELECT reportlink_unsubscribe('nowhere', 'world')$$, $$SELECT reportlink_unsubscribe('north', 'world')$$, $$SELECT reportlink_unsubscribe(NULL, 'all')$$, $$SELECT reportlink_unsubscribe('north', 'ALL')$$]) statement;
SELECT is(pg_temp.detail($$SELECT reportlink_unsubscribe('north', 'ris')$$), 'Subscriber "ris", organization "north".', 'RL022: DETAIL names what was asked');
SELECT pg_temp.refused($$SELECT reportlink_unsubscribe('north', NULL)$$, '22004 argument subscriber of reportlink_unsubscribe must not be null', '22004: nobody');
SELECT pg_temp.refused($$SELECT reportlink_unsubscribe('', 'all')$$, '22023 argument organization_id of reportlink_unsubscribe must not be empty', '22023: an empty organization');
SELECT set_eq($$SELECT organization_id::text COLLATE "default" FROM reportlink.subscriber WHERE subscriber = 'ris'$$, $$VALUES ('south'), ('')$$, 'those of the same name elsewhere are still there');
SELECT lives_ok($$SELECT reportlink_unsubscribe(NULL, 'ris')$$, 'that of every organization');
SELECT set_eq($$SELECT organization_id::text COLLATE "default" FROM reportlink.subscriber WHERE subscriber = 'ris'$$, '{south}'::text[], 'which leaves the other one');
SELECT lives_ok($$SELECT reportlink_subscribe('north', 'ris')$$, 'the name can be used again');
SELECT is(pg_temp.given('north', 'ris'), '-', 'it starts from now');
SELECT pg_temp.saved(:n1) AS ignored \gset
SELECT is(pg_temp.given('north', 'ris'), format('saved{%s}', :n1), 'not from where the old one was');
SELECT is(pg_temp.tried($$SELECT reportlink_unsubscribe('north', 'ris')$$), 'done', 'taken back');
SELECT is(pg_temp.given('north', 'ris'), format('saved{%s}', :n1), 'it is where it was');

-- How far behind they are

DELETE FROM reportlink.subscriber;
SELECT reportlink_subscribe('north', 'new') AS ignored, reportlink_subscribe('north', 'old', true) AS ignored2, reportlink_subscribe('south', 'new', false, '{report.saved}') AS ignored3,
	reportlink_subscribe(NULL, 'new') AS ignored4, reportlink_subscribe('north', 'filtered', false, '{report.saved,report.closed}', :n2) AS ignored5 \gset
SELECT is(ARRAY(SELECT ROW(organization_id, subscriber, types, report_id)::text FROM reportlink.subscriber_lag ORDER BY 1), ARRAY(SELECT ROW(nullif(organization_id, ''), subscriber, types, report_id)::text FROM reportlink.subscriber ORDER BY 1),
	'one row a subscriber, with its filters; organization_id is null for every one');
SELECT is(ARRAY(SELECT created_at FROM reportlink.subscriber_lag ORDER BY 1), ARRAY(SELECT created_at FROM reportlink.subscriber ORDER BY 1), 'and since when there are');
SELECT is(pg_temp.lag(organization, name), '0', format('%s of %s: nothing waits for a new one', name, coalesce(organization, 'all'))) FROM (VALUES ('north', 'new'), ('south', 'new'), (NULL, 'new'), ('north', 'filtered')) t (organization, name);
SELECT is(pg_temp.lag('north', 'old'), concat_ws(' ', count(*), min(occurred_at)), 'from the start: all events, and seconds since the first') FROM reportlink.event WHERE organization_id = 'north';
SELECT pg_temp.saved(:n1) AS l1, pg_temp.saved(:s1) AS l2, pg_temp.saved(:n2) AS l3, pg_temp.saved(:n2) AS l4 \gset
SELECT set_config('session_replication_role', 'replica', false) AS ignored \gset
UPDATE reportlink.event SET occurred_at = now() - make_interval(hours => 10 * (5 - n)::int)
FROM unnest(ARRAY[:l1, :l2, :l3, :l4]::bigint[]) WITH ORDINALITY l (id, n) WHERE event_id = id;
RESET session_replication_role;
CREATE FUNCTION pg_temp.behind(events bigint[]) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT concat_ws(' ', count(*), min(e.occurred_at)) FROM reportlink.event e WHERE e.event_id = ANY (events);
	END;
SELECT is(pg_temp.lag('north', 'new'), pg_temp.behind(ARRAY[:l1, :l3, :l4]), 'three events of its organization');
SELECT is(pg_temp.lag(NULL, 'new'), pg_temp.behind(ARRAY[:l1, :l2, :l3, :l4]), 'four of all');
SELECT is(pg_temp.lag('south', 'new'), pg_temp.behind(ARRAY[:l2]), 'one of the other');
SELECT is(pg_temp.lag('north', 'filtered'), pg_temp.behind(ARRAY[:l3, :l4]), 'two that pass its filter');
SELECT is((SELECT array_agg(pg_temp.given(organization, 'new') ORDER BY organization) FROM unnest('{north,south,NULL}'::text[]) organization),
	ARRAY[format('saved{%1$s} saved{%2$s} saved{%2$s}', :n1, :n2), format('saved{%s}', :s1), format('saved{%1$s} saved{%3$s} saved{%2$s} saved{%2$s}', :n1, :n2, :s1)], 'it is what they are given');
SELECT is(pg_temp.lag('north', 'new'), pg_temp.behind(ARRAY[:l1, :l3, :l4]), 'fetched is not acknowledged: as far behind as before');
SELECT pg_temp.acked('north', 'new', 1) AS ignored, pg_temp.acked(NULL, 'new', 2) AS ignored2, pg_temp.acked('south', 'new') AS ignored3, pg_temp.acked('north', 'filtered', 1) AS ignored4 \gset
SELECT is(pg_temp.lag('north', 'new'), pg_temp.behind(ARRAY[:l3, :l4]), 'after the first: two');
SELECT is(pg_temp.lag(NULL, 'new'), pg_temp.behind(ARRAY[:l3, :l4]), 'of all: two');
SELECT is(pg_temp.lag('south', 'new'), '0', 'of the other: none');
SELECT is(pg_temp.lag('north', 'filtered'), pg_temp.behind(ARRAY[:l4]), 'of those that pass the filter: one');
SELECT pg_temp.saved(:n1) AS l5 \gset
SELECT is(pg_temp.lag('north', 'new'), pg_temp.behind(ARRAY[:l3, :l4, :l5]), 'what came after it fetched waits for it as well');
SELECT is(pg_temp.lag('north', 'filtered'), pg_temp.behind(ARRAY[:l4]), 'unless it does not pass the filter');
SELECT pg_temp.drained('north', 'new', 2) AS ignored, pg_temp.drained(NULL, 'new', 2) AS ignored2, pg_temp.drained('north', 'filtered', 2) AS ignored3, pg_temp.drained('north', 'old', 50) AS ignored4 \gset
SELECT is_empty('SELECT * FROM reportlink.subscriber_lag WHERE events_behind <> 0 OR seconds_behind <> 0', 'drained: nobody is behind');

-- A listener has no right on what the functions work with, and whatever search_path

SELECT pg_temp.saved(:n1) AS ignored \gset
BEGIN;
CREATE ROLE reportlink_test_feed;
SELECT reportlink_grant('reportlink_test_feed', 'listener') AS ignored \gset
SET LOCAL ROLE reportlink_test_feed;
SET LOCAL search_path = pg_temp;
SELECT event_id AS heard FROM public.reportlink_fetch('north', 'new') \gset
SELECT public.reportlink_ack('north', 'new', :heard) AS ignored \gset
RESET ROLE;
RESET search_path;
SELECT is((:heard, pg_temp.given('north', 'new'))::text, format('(%s,-)', max(event_id)), 'a listener fetches and acknowledges') FROM reportlink.event;
ROLLBACK;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
\c :home
DROP DATABASE reportlink_pgtap_feed;
