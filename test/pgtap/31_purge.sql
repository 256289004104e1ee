-- Purging events (sections 10 and 11): reportlink_purge_events() deletes what
-- every subscriber has acknowledged and what is old enough, in batches. What
-- overlaps in time is in test/specs. Like 30_feed.sql this file commits, in a
-- database of its own.
\set ECHO none
\set QUIET 1
\set home :DBNAME
SET client_min_messages = warning;
DROP DATABASE IF EXISTS reportlink_pgtap_purge;
CREATE DATABASE reportlink_pgtap_purge;
\c reportlink_pgtap_purge
\ir ../lib/setup.psql
\ir ../lib/reports.psql
COMMIT;
SELECT plan(85);

-- So many saves of a report, each at a time of its own: the first so many hours ago, then an hour apart; their events
CREATE FUNCTION pg_temp.saved(report bigint, how_many int DEFAULT 1, hours_ago int DEFAULT 1000) RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	events bigint[];
BEGIN
	FOR n IN 1 .. how_many LOOP
		PERFORM reportlink_save(r.organization_id, report, jsonb_build_object('transcript', n::text), actor => 'ada') FROM reportlink.report r WHERE r.report_id = report;
		events := events || (SELECT max(e.event_id) FROM reportlink.event e);
	END LOOP;
	SET LOCAL session_replication_role = replica;
	UPDATE reportlink.event e SET occurred_at = clock_timestamp() - make_interval(hours => hours_ago - u.n::int + 1)
	FROM unnest(events) WITH ORDINALITY u (id, n) WHERE e.event_id = u.id;
	SET LOCAL session_replication_role = origin;
	RETURN events;
END
$$;
-- Which of these events are there: x or -
CREATE FUNCTION pg_temp.there(events bigint[]) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(CASE WHEN e.event_id IS NULL THEN '-' ELSE 'x' END, '' ORDER BY u.n)
		FROM unnest(events) WITH ORDINALITY u (id, n) LEFT JOIN reportlink.event e ON e.event_id = u.id;
	END;
-- 'how many went: which are left of these'
CREATE FUNCTION pg_temp.purged(events bigint[], organization text DEFAULT 'north', before timestamptz DEFAULT 'infinity', batch int DEFAULT NULL) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	went int := reportlink_purge_events(organization, before, batch);
BEGIN
	RETURN format('%s: %s', went, pg_temp.there(events));
END
$$;
-- All that a subscriber is given, acknowledged
CREATE FUNCTION pg_temp.drained(organization text, subscriber text) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	last_event bigint;
	how_many bigint := 0;
BEGIN
	LOOP
		SELECT how_many + count(*), (array_agg(f.event_id ORDER BY f.n DESC))[1] INTO how_many, last_event
		FROM reportlink_fetch(organization, subscriber) WITH ORDINALITY
			f (organization_id, event_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role, occurred_at, data, n);
		EXIT WHEN last_event IS NULL;
		PERFORM reportlink_ack(organization, subscriber, last_event);
	END LOOP;
	RETURN how_many;
END
$$;

SELECT pg_temp.opened_report('north', 'P1') AS n1, pg_temp.opened_report('north', 'P2') AS n2, pg_temp.opened_report('south', 'P1') AS s1 \gset

-- Without subscribers: what is older than before, in batches, the oldest first; of one organization

SELECT is(reportlink_purge_events('north', 'infinity'), 4, 'no subscriber: all events of the organization, how many they were');
SELECT is((SELECT array_agg(DISTINCT organization_id::text COLLATE "default") FROM reportlink.event), '{south}', 'those of another one stay');
SELECT is(reportlink_purge_events('north', 'infinity'), 0, 'nothing is left: 0');
SELECT pg_temp.saved(:n1, 6) AS e, pg_temp.saved(:s1, 1) AS s \gset
SELECT pg_temp.digest() AS digest \gset
SELECT is(pg_temp.purged(:'e', before => '-infinity'), '0: xxxxxx', 'before -infinity: nothing');
SELECT is(pg_temp.purged(:'e', before => (SELECT occurred_at FROM reportlink.event WHERE event_id = (:'e'::bigint[])[1])), '0: xxxxxx', 'before the first happened: nothing');
SELECT is(pg_temp.purged(:'e', organization => organization), '0: xxxxxx', format('organization %L: nothing', organization)) FROM unnest('{nowhere,NORTH,""}'::text[]) organization;
SELECT is(pg_temp.digest(), :'digest', 'none of it changed anything');
SELECT is(pg_temp.purged(:'e', before => (SELECT occurred_at FROM reportlink.event WHERE event_id = (:'e'::bigint[])[3])), '2: --xxxx', 'before the third happened: two');
SELECT is(pg_temp.purged(:'e', batch => 1), '1: ---xxx', 'a batch of one: the oldest');
SELECT is(pg_temp.purged(:'e', batch => 2), '2: -----x', 'of two: the next two');
SELECT is(pg_temp.purged(:'e', batch => 2147483647), '1: ------', 'as large as can be: what is left');
SELECT is(pg_temp.there(:'s'), 'x', 'the other organization has its events');
SELECT pg_temp.saved(:n1, 3) AS e \gset
SELECT is(reportlink_purge_events('north', 'infinity', NULL), 3, 'batch NULL is the default');
SELECT is(reportlink_purge_events(batch => 1, before => now(), organization_id => 'south'), 1, 'arguments by name');
INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role) SELECT 'north', 'report.saved', '{}', '[]', 'x' FROM generate_series(1, 10003);
SELECT is(reportlink_purge_events('north', 'infinity'), 10000, 'without a batch: ten thousand');
SELECT is(reportlink_purge_events('north', 'infinity'), 3, 'and what was left');
SELECT pg_temp.saved(:n1, 2) AS e \gset
SELECT is(pg_temp.tried($$SELECT reportlink_purge_events('north', 'infinity')$$), 'done', 'rolled back');
SELECT is(pg_temp.there(:'e'), 'xx', 'nothing is gone');
SELECT pg_temp.digest() AS digest, count(*) AS reports FROM reportlink.report \gset
SELECT is(reportlink_purge_events('north', 'infinity'), 2, 'purged');
SELECT is((SELECT count(*) FROM reportlink.report), :reports::bigint, 'reports are not touched');
SELECT is_empty('SELECT * FROM reportlink.event WHERE organization_id = ''north''', 'that events went is no event');

-- Refusals

SELECT pg_temp.saved(:n1, 2) AS e \gset
SELECT pg_temp.refused(format('SELECT reportlink_purge_events(%s)', arguments), expected, format('%s: reportlink_purge_events(%s)', left(expected, 5), arguments))
FROM (VALUES
	($$NULL, 'infinity'$$, '22004 argument organization_id of reportlink_purge_events must not be null'),
	('NULL, NULL, 0', '22004 argument organization_id of reportlink_purge_events must not be null'),
	($$'north', NULL$$, '22004 argument before of reportlink_purge_events must not be null'),
	($$'north', NULL, 0$$, '22004 argument before of reportlink_purge_events must not be null'),
	($$'north', 'infinity', 0$$, '22023 argument batch of reportlink_purge_events must be at least 1'),
	($$'north', 'infinity', -1$$, '22023 argument batch of reportlink_purge_events must be at least 1'),
	($$'nowhere', 'infinity', -2147483648$$, '22023 argument batch of reportlink_purge_events must be at least 1')) t (arguments, expected);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.refused($$SELECT reportlink_purge_events('north', 'infinity')$$, '25000 reportlink_purge_events must run at isolation level READ COMMITTED', '25000: at REPEATABLE READ');
SELECT is(pg_temp.detail($$SELECT reportlink_purge_events('north', 'infinity')$$), 'An older snapshot may miss a subscriber.', '25000: DETAIL says why');
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT pg_temp.refused($$SELECT reportlink_purge_events('north', 'infinity')$$, '25000 reportlink_purge_events must run at isolation level READ COMMITTED', '25000: at SERIALIZABLE');
ROLLBACK;
BEGIN ISOLATION LEVEL READ UNCOMMITTED;
SELECT lives_ok($$SELECT reportlink_purge_events('north', '-infinity')$$, 'READ UNCOMMITTED is READ COMMITTED');
ROLLBACK;
SELECT is(pg_temp.there(:'e'), 'xx', 'nothing is gone');
SELECT pg_temp.refused(statement, 'RL021 column is managed by reportlink', format('RL021: it is the only way, not %s', statement)) FROM unnest('{DELETE FROM reportlink.event,TRUNCATE reportlink.event}'::text[]) statement;

-- What a subscriber has not acknowledged stays

SELECT reportlink_purge_events('north', 'infinity') AS ignored, reportlink_subscribe('north', 'ris') AS ignored2 \gset
SELECT pg_temp.saved(:n1, 4) AS e \gset
SELECT is(pg_temp.purged(:'e'), '0: xxxx', 'it has not even asked: all stay');
SELECT count(*) AS ignored FROM reportlink_fetch('north', 'ris') \gset
SELECT is(pg_temp.purged(:'e'), '0: xxxx', 'fetched, not acknowledged: all stay');
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM reportlink_fetch('north', 'ris')), :'e'::bigint[], 'and are given again');
SELECT reportlink_ack('north', 'ris', (:'e'::bigint[])[2]) AS ignored \gset
SELECT is(pg_temp.purged(:'e'), '2: --xx', 'the first two acknowledged: they go');
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM reportlink_fetch('north', 'ris')), (:'e'::bigint[])[3:4], 'the others are given');
SELECT lives_ok(format($$SELECT reportlink_ack('north', 'ris', %s)$$, (:'e'::bigint[])[2]), 'to acknowledge again what went is no error');
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM reportlink_fetch('north', 'ris')), (:'e'::bigint[])[3:4], 'and changes nothing');
SELECT pg_temp.saved(:n2, 2) AS f \gset
SELECT reportlink_ack('north', 'ris', (:'e'::bigint[])[4]) AS ignored \gset
SELECT is(pg_temp.purged(:'e'::bigint[] || :'f'::bigint[], batch => 1), '1: ---xxx', 'in a batch, the oldest of those that may go');
SELECT is(pg_temp.purged(:'e'::bigint[] || :'f'::bigint[]), '1: ----xx', 'what came since it fetched stays');
SELECT is(pg_temp.purged(:'f', before => 'infinity'), '0: xx', 'however often it is asked');
SELECT pg_temp.drained('north', 'ris') AS ignored \gset
SELECT is(pg_temp.purged(:'f', before => now() - interval '1000 hours'), '1: -x', 'acknowledged: what is old enough');
SELECT is(pg_temp.purged(:'f'), '1: --', 'and the rest');
SELECT is(pg_temp.drained('north', 'ris'), 0::bigint, 'the subscriber misses nothing');
SELECT pg_temp.saved(:n1, 2) AS e \gset
SELECT is((SELECT array_agg(event_id ORDER BY event_id) FROM reportlink_fetch('north', 'ris')), :'e'::bigint[], 'and goes on with what is new');
SELECT is((l.events_behind, l.subscriber)::text, '(2,ris)', 'as far behind as that') FROM reportlink.subscriber_lag l;

-- The slowest of several decides: of the organization, of every organization, filtered or not

SELECT pg_temp.drained('north', 'ris') AS ignored, reportlink_purge_events('north', 'infinity') AS ignored2, reportlink_purge_events('south', 'infinity') AS ignored3 \gset
SELECT reportlink_subscribe('north', 'slow') AS ignored, reportlink_subscribe(NULL, 'world') AS ignored2, reportlink_subscribe('south', 'ris') AS ignored3,
	reportlink_subscribe('north', 'signed', types => '{report.signed}') AS ignored4, reportlink_subscribe('north', 'n2', report_id => :n2) AS ignored5 \gset
SELECT pg_temp.saved(:n1, 2) AS e, pg_temp.saved(:s1, 2) AS s \gset
SELECT reportlink_subscribe('north', 'late') AS ignored \gset
CREATE TEMP TABLE reader (organization text, subscriber text);
INSERT INTO reader VALUES ('north', 'ris'), ('north', 'slow'), (NULL, 'world'), ('north', 'signed'), ('north', 'n2');
-- all have read but one
CREATE FUNCTION pg_temp.all_but(one reader, events bigint[]) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	outcome text;
BEGIN
	PERFORM pg_temp.drained(r.organization, r.subscriber) FROM reader r WHERE r.subscriber <> one.subscriber;
	outcome := pg_temp.purged(events);
	RAISE EXCEPTION USING ERRCODE = 'TRY01', MESSAGE = outcome;
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.all_but(r, :'e'), '0: xx', format('all have read but %s of %s: nothing goes', subscriber, coalesce(organization, 'every organization'))) FROM reader r;
SELECT count(pg_temp.drained(organization, subscriber)) AS ignored FROM reader \gset
SELECT is(pg_temp.tried($$SELECT reportlink_purge_events('north', 'infinity')$$), 'done', 'all have read');
SELECT is(pg_temp.purged(:'e'), '2: --', 'so they go: one who subscribed later, or to another organization, needs none of them, and who filters does not want them');
SELECT is(pg_temp.purged(:'s', organization => 'south'), '0: xx', 'the other organization''s are not read by its own subscriber');
SELECT pg_temp.drained('south', 'ris') AS ignored \gset
SELECT is(pg_temp.purged(:'s', organization => 'south'), '2: --', 'now they are');
SELECT pg_temp.saved(:n1, 1) AS e, pg_temp.saved(:n2, 1) AS f \gset
SELECT count(pg_temp.drained(organization, subscriber)) AS ignored FROM reader WHERE subscriber <> 'n2' \gset
SELECT pg_temp.drained('north', 'late') AS ignored, reportlink_fetch('north', 'n2') AS ignored2 \gset
SELECT is(pg_temp.purged(:'f'), '0: x', 'a filtered one keeps what passes its filter');
SELECT pg_temp.drained('north', 'n2') AS ignored \gset
SELECT is(pg_temp.there(:'f'), 'x', 'until it has acknowledged it');
SELECT is(pg_temp.purged(:'f'), '2: -', 'then that goes, with what came before it and did not pass');

-- Who is gone keeps nothing; who starts from the start keeps all that there is

SELECT pg_temp.saved(:n1, 2) AS e \gset
SELECT count(pg_temp.drained(organization, subscriber)) AS ignored FROM reader WHERE subscriber <> 'slow' \gset
SELECT pg_temp.drained('north', 'late') AS ignored \gset
SELECT is(pg_temp.purged(:'e'), '0: xx', 'one has not read them');
SELECT reportlink_subscribe('north', 'start', true) AS ignored, reportlink_unsubscribe('north', 'slow') AS ignored2 \gset
SELECT is(pg_temp.purged(:'e'), '0: xx', 'it is gone, but one has come that starts from the start');
SELECT pg_temp.drained('north', 'start') AS read \gset
SELECT is(:read::bigint, (SELECT count(*) FROM reportlink.event WHERE organization_id = 'north'), 'which is given all there is');
SELECT is(pg_temp.purged(:'e'), format('%s: --', :read), 'then all go');
SELECT is(reportlink_purge_events('north', 'infinity'), 0, 'nothing is left');

-- Events of elsewhere, from before a restore: acknowledged by who reads events of here

INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role, cluster_id, transaction_id)
VALUES ('north', 'report.saved', '{1}', '[]', 'elsewhere', 1, '9999999999') RETURNING ARRAY[event_id] AS e \gset
SELECT reportlink_subscribe('north', 'restored', true) AS ignored \gset
SELECT is(pg_temp.purged(:'e'), '0: x', 'who starts from the start has not read them');
SELECT reportlink_unsubscribe('north', 'restored') AS ignored \gset
SELECT is(pg_temp.purged(:'e'), '1: -', 'the others have');

-- The audit of what is signed can be kept

SELECT pg_temp.new_reports('north', 'S1', 2) AS g, pg_temp.opened_report('north', 'S2') AS d, pg_temp.opened_report('north', 'S3') AS p \gset
SELECT reportlink_link('north', :'g', true, 'ada') AS ignored, reportlink_save('north', (:'g'::bigint[])[1], '{"final_report": "text"}', actor => 'ada') AS ignored2 \gset
SELECT reportlink_unlink('north', (:'g'::bigint[])[2:2], actor => 'ada') AS ignored \gset
SELECT reportlink_sign('north', (:'g'::bigint[])[1], 'ada') AS ignored \gset
SELECT reportlink_save('north', :p, '{"final_report": "text"}', actor => 'ada') AS ignored \gset
SELECT reportlink_prelim_sign('north', :p, 'ada') AS ignored \gset
DELETE FROM reportlink.subscriber;
SELECT array_agg(event_id ORDER BY event_id) FILTER (WHERE (:'g'::bigint[])[1] = ANY (report_ids)) AS signed,
	array_agg(event_id ORDER BY event_id) FILTER (WHERE (:'g'::bigint[])[1] <> ALL (report_ids)) AS others FROM reportlink.event WHERE organization_id = 'north' \gset
SELECT is(current_setting('reportlink.keep_signed_events'), 'off', 'reportlink.keep_signed_events is off by default');
SET reportlink.keep_signed_events = on;
SELECT is(pg_temp.purged(:'signed'), format('%s: %s', cardinality(:'others'::bigint[]), repeat('x', cardinality(:'signed'::bigint[]))), 'on: what is about a finally signed report stays, from the first event, also if others are in it; drafts and preliminary signatures go');
SELECT is(pg_temp.there(:'others'), repeat('-', cardinality(:'others'::bigint[])), 'they are gone');
SELECT is(reportlink_purge_events('north', 'infinity', 1), 0, 'those that stay are not in the way of a batch, and none of them goes');
SELECT pg_temp.saved(:n1, 2) AS e \gset
SELECT is(pg_temp.purged(:'e', batch => 1), '1: -x', 'newer ones go, past them');
SET reportlink.keep_signed_events = off;
SELECT is(pg_temp.purged(:'signed'), format('%s: %s', cardinality(:'signed'::bigint[]) + 1, repeat('-', cardinality(:'signed'::bigint[]))), 'off: all go');
SELECT is((SELECT array_agg(h.signed_as) FROM reportlink_history('north', (:'g'::bigint[])[1]) h), '{signed}', 'who signed what is no event, and stays');

-- Who may: an administrator; and only a superuser says what is kept

BEGIN;
CREATE ROLE reportlink_test_listener;
CREATE ROLE reportlink_test_administrator;
SELECT reportlink_grant('reportlink_test_listener', 'listener') AS ignored, reportlink_grant('reportlink_test_administrator', 'administrator') AS ignored2 \gset
SELECT pg_temp.saved(:n1, 1) AS ignored \gset
SELECT is(pg_temp.outcome_for(role, statement), outcome, format('%s: %s: %s', role, statement, outcome))
FROM (VALUES
	(1, 'reportlink_test_listener', $$SELECT reportlink_purge_events('north', 'infinity')$$, '42501 permission denied for function reportlink_purge_events'),
	(2, 'reportlink_test_listener', 'SET LOCAL reportlink.keep_signed_events = off', '42501 permission denied to set parameter "reportlink.keep_signed_events"'),
	(3, 'reportlink_test_administrator', 'SET LOCAL reportlink.keep_signed_events = off', '42501 permission denied to set parameter "reportlink.keep_signed_events"'),
	(4, 'reportlink_test_administrator', 'DELETE FROM reportlink.event', '42501 permission denied for table event'),
	(5, 'reportlink_test_administrator', $$SELECT reportlink_purge_events('north', 'infinity')$$, 'done')) t (n, role, statement, outcome);
SELECT is_empty($$SELECT FROM reportlink.event WHERE organization_id = 'north'$$, 'the administrator purged');
ROLLBACK;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
\c :home
DROP DATABASE reportlink_pgtap_purge;
