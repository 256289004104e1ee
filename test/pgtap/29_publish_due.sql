-- What is due is published (section 7): reportlink_publish_due() in batches and
-- by organization, what it records for whom, what it does with an error of one
-- publication, and who may call it. Nobody waits here: the owner of the tables
-- moves publish_at.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(140);

UPDATE reportlink.organization SET recall_enabled = true, linking_enabled = true;

-- So many reports of a patient, linked when there are several, that were signed; they are due so long ago. Their ids in link order
CREATE FUNCTION pg_temp.due(mrn text, size int, since interval DEFAULT '1 s', organization text DEFAULT 'north') RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.new_reports(organization, mrn, size);
BEGIN
	IF size > 1 THEN
		PERFORM reportlink_link(organization, ids, false, 'adm');
	END IF;
	PERFORM reportlink_open(organization, ids[1], 'ada');
	PERFORM reportlink_save(organization, ids[1], '{"final_report": "No acute findings."}', NULL, true, 'ada');
	PERFORM reportlink_sign(organization, ids[1], 'ada');
	UPDATE reportlink.publication p SET publish_at = clock_timestamp() - since WHERE p.report_id = ids[1];
	PERFORM pg_temp.events();
	RETURN ids;
END
$$;
-- The newest publication of a report alone, or of the group that it is linked in
CREATE FUNCTION pg_temp.publication(report bigint) RETURNS reportlink.publication
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT p FROM reportlink.publication p JOIN reportlink.report r ON r.organization_id = p.organization_id
		WHERE r.report_id = report AND CASE WHEN r.group_id IS NULL THEN p.report_id = report ELSE p.group_id = r.group_id END
		ORDER BY p.publication_id DESC LIMIT 1;
	END;
CREATE FUNCTION pg_temp.state(report bigint) RETURNS text
	LANGUAGE sql
	RETURN (pg_temp.publication(report)).state;

-- What is due, and nothing else

SELECT is(reportlink_publish_due(), 0, 'nothing is scheduled: 0');
SELECT (pg_temp.due('P1', 1))[1] AS p1, pg_temp.due('P2', 3) AS p2, (pg_temp.due('P3', 1, '-20 s'))[1] AS p3, pg_temp.due('P4', 2, '0 s') AS p4 \gset
SELECT (pg_temp.publication(:p3))::text AS not_yet, clock_timestamp() AS called_at \gset
SELECT is(reportlink_publish_due(), 3, 'a report and two groups are due, one of them just now: 3');
SELECT is((SELECT array_agg(pg_temp.state(report)) FROM unnest(ARRAY[:p1, (:'p2'::bigint[])[1], (:'p4'::bigint[])[1]]) report), '{executed,executed,executed}', 'they are executed');
SELECT is(pg_temp.publication(:p3)::text, :'not_yet', 'what is not due stays as it is');
SELECT is(reportlink_publish_due(), 0, 'once: 0');
SELECT is(pg_temp.events(), '{published,published,published}'::text[], 'an event each');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report)) FROM unnest(ARRAY[:p1] || :'p2'::bigint[]) report), ARRAY['signed ada'], 'the reports do not change');

-- What is recorded

CREATE FUNCTION pg_temp.published(report bigint) RETURNS reportlink.event
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT e FROM reportlink.event e WHERE e.type = 'report.published' AND report = ANY (e.report_ids) ORDER BY e.event_id DESC LIMIT 1;
	END;
SELECT ok(p.finished_at >= :'called_at'::timestamptz AND p.finished_at > p.publish_at AND p.retry_at IS NULL AND p.attempts = 0, format('%s: finished when it was published', what))
FROM (VALUES ('one report', :p1::bigint), ('a group', (:'p2'::bigint[])[2])) t (what, report), pg_temp.publication(report) p;
SELECT is(ROW(e.organization_id, e.report_ids, e.group_id, e.default_report_id, e.document_id, e.actor, e.database_role)::text,
	ROW('north', ids, p.group_id, CASE WHEN cardinality(ids) > 1 THEN ids[1] END, pg_temp.document_of(ids[1]), 'ada', current_user)::text,
	format('%s: published: all reports in link order, group, default report, document, who signed, the role that called', what))
FROM (VALUES ('one report', ARRAY[:p1]::bigint[]), ('a group', :'p2'::bigint[])) t (what, ids), pg_temp.publication(ids[1]) p, pg_temp.published(ids[1]) e;
SELECT is(jsonb_build_object('publication_id', e.data -> 'publication_id', 'publish_at', (e.data ->> 'publish_at')::timestamptz), to_jsonb(p) - '{organization_id,group_id,report_id,document_id,state,scheduled_at,finished_at,requested_by,attempts,last_error,retry_at}'::text[],
	format('%s: published: data: the publication, and when it was due', what))
FROM (VALUES ('one report', :p1::bigint), ('a group', (:'p2'::bigint[])[2])) t (what, report), pg_temp.publication(report) p, pg_temp.published(report) e;
SELECT is((SELECT array_agg(i ->> 'accession_number') FROM jsonb_array_elements((pg_temp.published((:'p2'::bigint[])[1])).linked_identifiers) i), '{P2-1,P2-2,P2-3}', 'a group: identifiers of all');

-- What changed while it was pending is followed: default report, identifiers, MRN, owner; and who signed may be gone
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'tom', 'attending');
SELECT pg_temp.due('C1', 3) AS c1, (pg_temp.due('C2', 1))[1] AS c2, (pg_temp.due('C3', 1))[1] AS c3 \gset
SELECT reportlink_set_default('north', (:'c1'::bigint[])[3], 'ada') AS ignored, reportlink_assign('north', :c3, NULL, 'adm') AS ignored2 \gset
UPDATE reportlink.report SET accession_number = 'C1-corrected' WHERE report_id = (:'c1'::bigint[])[2];
UPDATE reportlink.report SET mrn = 'C2-merged' WHERE report_id = :c2;
UPDATE reportlink.publication SET requested_by = 'tom' WHERE report_id = :c3;
DELETE FROM reportlink.member WHERE user_id = 'tom';
UPDATE reportlink.organization SET recall_enabled = false, recall_allow_immediate_sign = false WHERE organization_id = 'north';
SELECT is(reportlink_publish_due(), 3, 'all are published, though recall was switched off meanwhile');
UPDATE reportlink.organization SET recall_enabled = true, recall_allow_immediate_sign = true WHERE organization_id = 'north';
SELECT is(ROW(p.report_id, e.default_report_id, e.report_ids)::text, ROW((:'c1'::bigint[])[3], (:'c1'::bigint[])[3], :'c1'::bigint[])::text, 'the default report of now: publication and event; link order stays')
FROM pg_temp.publication((:'c1'::bigint[])[1]) p, pg_temp.published((:'c1'::bigint[])[1]) e;
SELECT is((pg_temp.published((:'c1'::bigint[])[1])).linked_identifiers -> 1 ->> 'accession_number', 'C1-corrected', 'the identifiers of now');
SELECT is((pg_temp.published(:c2)).linked_identifiers -> 0 ->> 'mrn', 'C2-merged', 'the MRN of now');
SELECT is((pg_temp.published(:c3)).actor, 'tom', 'the actor is who signed, member or not');
SELECT is(pg_temp.outcome(format('SELECT reportlink_set_default(''north'', %s, ''ada'')', (:'c1'::bigint[])[1])), 'RL006 report is finalized', 'published: the default report stays');

-- Without MRN there is no patient to lock
INSERT INTO reportlink.report (organization_id, order_id) VALUES ('north', 'no MRN') RETURNING report_id AS n1 \gset
SELECT reportlink_open('north', :n1, 'ada') AS ignored, reportlink_save('north', :n1, '{"final_report": "text"}', NULL, true, 'ada') AS ignored2 \gset
SELECT reportlink_sign('north', :n1, 'ada') AS ignored \gset
UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE report_id = :n1;
SELECT is(reportlink_publish_due(), 1, 'a report without MRN is published');
SELECT is(ROW(e.report_ids, e.group_id, e.document_id)::text, ROW(ARRAY[:n1]::bigint[], NULL::bigint, pg_temp.document_of(:n1))::text, 'its event') FROM pg_temp.published(:n1) e;
SELECT (pg_temp.due('N2', 1))[1] AS n2 \gset
UPDATE reportlink.report SET mrn = NULL WHERE report_id = :n2;
SELECT is(reportlink_publish_due(), 1, 'also when the MRN was taken away meanwhile');

-- A repair of the owner of the tables: nobody signed
SELECT set_config('reportlink.user_id', '', true) AS ignored, (pg_temp.due('N3', 2))[1] AS n3 \gset
SELECT reportlink_cancel_publish('north', :n3, 'ada') AS ignored \gset
UPDATE reportlink.report SET status = 'signed' WHERE report_id = :n3;
UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE report_id = :n3 AND state = 'scheduled';
SELECT is(reportlink_publish_due(), 1, 'signed by nobody: published');
SELECT is((pg_temp.published(:n3)).actor, NULL, 'by nobody');

-- What was taken back or published at once is not published again
SELECT (pg_temp.due('N4', 1))[1] AS n4, (pg_temp.due('N5', 2))[1] AS n5 \gset
SELECT reportlink_cancel_publish('north', :n4, 'abe') AS ignored, reportlink_publish_now('north', :n5, 'abe') AS ignored2 \gset
SELECT is(reportlink_publish_due(), 0, 'neither what was taken back nor what was published at once');
SELECT is(pg_temp.state(:n4), 'cancelled', 'taken back stays cancelled');
SELECT is((pg_temp.published(:n5)).actor, 'abe', 'published at once, by who did it');
SELECT reportlink_open('north', :n4, 'ada') AS ignored, reportlink_sign('north', :n4, 'ada') AS ignored2 \gset
UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE report_id = :n4 AND state = 'scheduled';
SELECT is(reportlink_publish_due(), 1, 'signed again it is published');
SELECT is((SELECT array_agg(state ORDER BY publication_id) FROM reportlink.publication WHERE report_id = :n4), '{cancelled,executed}', 'by its second schedule');
SELECT is(reportlink_start_addendum('north', :n4, 'ada')::text, format('(%s,,signed,ada,%s)', :n4::text, pg_temp.document_of(:n4)), 'an addendum can be started on it');
SELECT reportlink_sign('north', :n4, 'ada') AS ignored \gset
UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE report_id = :n4 AND state = 'scheduled';
SELECT is(reportlink_publish_due(), 1, 'which is published in turn');
SELECT is((pg_temp.published(:n4)).document_id, pg_temp.document_of(:n4), 'the text of the addendum');
SELECT is((SELECT count(*) FROM reportlink.event WHERE type = 'report.published' AND report_ids = ARRAY[:n4]::bigint[]), 2::bigint, 'that makes two publications of the report');

-- What the caller takes back was not published
SELECT (pg_temp.due('N6', 1))[1] AS n6 \gset
SELECT is(pg_temp.tried('SELECT reportlink_publish_due()'), 'done', 'rolled back');
SELECT is(ROW(pg_temp.state(:n6), pg_temp.events())::text, '(scheduled,{})', 'it is pending, and no event is left');
SELECT is(reportlink_publish_due(), 1, 'the next call publishes it');

-- In batches, what is due longest first

SELECT array_agg((pg_temp.due('B' || n, 1 + n % 2, make_interval(secs => 60 * (n * 3 % 7))))[1] ORDER BY n * 3 % 7 DESC) AS b FROM generate_series(1, 5) n \gset
CREATE FUNCTION pg_temp.executed(reports bigint[]) RETURNS text
	LANGUAGE sql
	RETURN (SELECT string_agg(CASE pg_temp.state(report) WHEN 'executed' THEN 'x' ELSE '-' END, '' ORDER BY place) FROM unnest(reports) WITH ORDINALITY r (report, place));
SELECT is(ROW(reportlink_publish_due(2), pg_temp.executed(:'b'))::text, '(2,xx---)', 'two of five');
SELECT is(ROW(reportlink_publish_due(1), pg_temp.executed(:'b'))::text, '(1,xxx--)', 'one more');
SELECT is(ROW(reportlink_publish_due(2147483647), pg_temp.executed(:'b'))::text, '(2,xxxxx)', 'the rest, in a batch as large as can be');
SELECT is(reportlink_publish_due(2), 0, 'none is left');
SELECT pg_temp.refused(format('SELECT reportlink_publish_due(%s)', batch), '22023 argument batch of reportlink_publish_due must be at least 1', format('batch %s: 22023', batch)) FROM unnest('{0,-1,-2147483648}'::int[]) batch;
SELECT count(pg_temp.due('L' || n, 1)) AS ignored FROM generate_series(1, 205) n \gset
SELECT is(reportlink_publish_due(), 100, 'without a batch: a hundred');
SELECT is(reportlink_publish_due(NULL, NULL), 100, 'NULL is the default: a hundred');
SELECT is(reportlink_publish_due(batch => NULL, organization_id => 'north'), 5, 'and what was left');

-- One organization, or all

SELECT (pg_temp.due('O1', 2))[1] AS o1, (pg_temp.due('O1', 2, '1 s', 'south'))[1] AS o2, (pg_temp.due('O2', 1, '5 s', 'south'))[1] AS o3 \gset
SELECT is(reportlink_publish_due(100, organization), 0, format('organization %L: none', organization)) FROM unnest('{nowhere,"",NORTH}'::text[]) organization;
SELECT is(reportlink_publish_due(1, 'south'), 1, 'of one organization, one');
SELECT is(pg_temp.executed(ARRAY[:o1, :o2, :o3]::bigint[]), '--x', 'what is due there longest');
SELECT is(reportlink_publish_due(), 2, 'of all organizations');
SELECT is((SELECT array_agg(e.organization_id ORDER BY e.event_id) FROM reportlink.event e WHERE e.type = 'report.published' AND e.report_ids && ARRAY[:o1, :o2, :o3]::bigint[]), '{south,north,south}', 'each event is of its own');
SELECT pg_temp.events() AS ignored \gset

-- Ids are of an organization: the same in another are other reports
SELECT pg_temp.due('I1', 2) AS i1, (pg_temp.due('I2', 1))[1] AS i2 \gset
INSERT INTO reportlink.patient (organization_id, mrn) VALUES ('south', 'I1'), ('south', 'I2');
INSERT INTO reportlink.document (organization_id, document_id, report_id, final_report) OVERRIDING SYSTEM VALUE
SELECT 'south', document_id, report_id, final_report FROM reportlink.document WHERE organization_id = 'north' AND report_id = ANY (:'i1'::bigint[] || :i2::bigint);
INSERT INTO reportlink.report_group (organization_id, group_id, mrn, default_report_id, document_id, member_count, created_by) OVERRIDING SYSTEM VALUE
SELECT 'south', group_id, mrn, default_report_id, document_id, member_count, created_by FROM reportlink.report_group WHERE mrn = 'I1';
INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, status, signed_at, group_id, link_position, document_id) OVERRIDING SYSTEM VALUE
SELECT 'south', report_id, mrn, 'south ' || accession_number, status, signed_at, group_id, link_position, document_id FROM reportlink.report WHERE organization_id = 'north' AND mrn IN ('I1', 'I2');
INSERT INTO reportlink.publication (organization_id, publication_id, group_id, report_id, document_id, publish_at) OVERRIDING SYSTEM VALUE
SELECT 'south', publication_id, group_id, report_id, document_id, now() + interval '1 minute' FROM reportlink.publication WHERE state = 'scheduled' AND publish_at < clock_timestamp();
SELECT is_empty('SELECT * FROM reportlink_check()', 'two organizations with the same ids: no invariant is broken');
SELECT is(reportlink_publish_due(), 2, 'due in one of them: published');
SELECT is((SELECT array_agg(organization_id || ' ' || state ORDER BY organization_id, publication_id) FROM reportlink.publication WHERE report_id IN ((:'i1'::bigint[])[1], :i2)),
	'{north executed,north executed,south scheduled,south scheduled}', 'there, and not in the other');
SELECT is((SELECT string_agg(i ->> 'accession_number', ' ' ORDER BY i ->> 'accession_number') FROM reportlink.event e, jsonb_array_elements(e.linked_identifiers) i
	WHERE e.type = 'report.published' AND e.report_ids && (:'i1'::bigint[] || :i2::bigint)), 'I1-1 I1-2 I2-1', 'the events have its identifiers');
SELECT is((reportlink_cancel_publish('south', (:'i1'::bigint[])[2], 'ada')).status, 'draft', 'the other''s can be taken back');
SELECT is((SELECT array_agg(organization_id || ' ' || state ORDER BY organization_id) FROM reportlink.publication WHERE report_id = (:'i1'::bigint[])[1]), '{north executed,south cancelled}', 'and nothing else is');
UPDATE reportlink.publication SET publish_at = clock_timestamp() WHERE state = 'scheduled' AND organization_id = 'south';
SELECT is(reportlink_publish_due(100, 'south'), 1, 'due there: published');
SELECT is((SELECT ROW(organization_id, linked_identifiers -> 0 ->> 'accession_number')::text FROM pg_temp.event('report.published')), '(south,"south I2-1")', 'with its own identifiers');
SELECT pg_temp.events() AS ignored \gset

-- An error of one publication is noted on it, and does not stop the others

CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the archive does not take %', NEW.linked_identifiers -> 0 ->> 'accession_number' USING ERRCODE = TG_ARGV[0];
END
$$;
CREATE TRIGGER refuse BEFORE INSERT ON reportlink.event FOR EACH ROW
	WHEN (NEW.type = 'report.published' AND NEW.linked_identifiers -> 0 ->> 'mrn' LIKE 'E%') EXECUTE FUNCTION pg_temp.refuse('P0001');
SELECT (pg_temp.due('E1', 2, '10 s'))[1] AS e1, (pg_temp.due('F1', 2, '9 s'))[1] AS f1, (pg_temp.due('E2', 1, '8 s'))[1] AS e2, (pg_temp.due('F2', 1, '7 s'))[1] AS f2 \gset
SELECT to_jsonb(pg_temp.publication(:e1)) AS before, (SELECT jsonb_agg(to_jsonb(g)) FROM reportlink.report_group g WHERE mrn = 'E1') AS group_before, clock_timestamp() AS called_at \gset
-- each is a WARNING
SET LOCAL client_min_messages = error;
SELECT is(reportlink_publish_due(2), 2, 'two of four fail: the batch is full of the two others');
SELECT is(pg_temp.executed(ARRAY[:e1, :f1, :e2, :f2]::bigint[]), '-x-x', 'what is after one that failed is published');
SELECT is(pg_temp.events(), '{published,published}'::text[], 'what failed left no event');
SELECT is((SELECT jsonb_agg(to_jsonb(g)) FROM reportlink.report_group g WHERE mrn = 'E1'), :'group_before'::jsonb, 'nor anything else');
SELECT is(to_jsonb(pg_temp.publication(:e1)) - 'retry_at', (:'before'::jsonb || '{"attempts": 1, "last_error": "the archive does not take E1-1"}') - 'retry_at', 'it is still scheduled: attempts, last_error; when it was due stays');
SELECT ok((pg_temp.publication(:e1)).retry_at BETWEEN :'called_at'::timestamptz + interval '1 s' AND clock_timestamp() + interval '1 s', 'and is tried again after a second');
SELECT is((SELECT ROW(attempts, last_error, seconds_left < -9)::text FROM reportlink.pending_publication WHERE report_id = :e1), '(1,"the archive does not take E1-1",t)', 'pending_publication shows it, overdue');
SELECT is((SELECT retry_at FROM reportlink.pending_publication WHERE report_id = :e1), (pg_temp.publication(:e1)).retry_at, 'and when it is tried again');
SELECT is(ROW(reportlink_publish_due(), (pg_temp.publication(:e1)).attempts)::text, '(0,1)', 'not before');

-- later and later: 1, 2, 4, ... seconds, at most an hour
CREATE FUNCTION pg_temp.tried_again(report bigint, attempts_before int, seconds int) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	called_at timestamptz;
	published int;
	p reportlink.publication;
BEGIN
	UPDATE reportlink.publication x SET retry_at = clock_timestamp(), attempts = attempts_before, last_error = 'another' WHERE x.report_id = report AND x.state = 'scheduled';
	called_at := clock_timestamp();
	published := reportlink_publish_due();
	p := pg_temp.publication(report);
	RETURN concat_ws(' ', published, p.attempts, p.last_error, CASE WHEN p.retry_at - make_interval(secs => seconds) BETWEEN called_at AND clock_timestamp() THEN seconds END);
END
$$;
SELECT is(pg_temp.tried_again(:e1, before, wait), format('0 %s the archive does not take E1-1 %s', before + 1, wait), format('try %s failed: the next one after %s s', before + 1, wait))
FROM (VALUES (1, 2), (2, 4), (3, 8), (9, 512), (11, 2048), (12, 3600), (13, 3600), (1000, 3600)) t (before, wait);
SELECT is((pg_temp.publication(:e2)).attempts, 1, 'the other that failed waits for its own time');

-- meanwhile it can be taken back, and what fails for everybody fails for who publishes at once
SELECT pg_temp.refused(format('SELECT reportlink_publish_now(''north'', %s, ''ada'')', :e2::text), 'P0001 the archive does not take E2-1', 'publish_now: the caller gets the error, nothing is changed');
SELECT is((reportlink_cancel_publish('north', :e2, 'ada')).status, 'draft', 'cancel_publish of what failed');
SELECT is(ROW(p.state, p.attempts, p.retry_at)::text, '(cancelled,1,)', 'is not tried again') FROM pg_temp.publication(:e2) p;

-- what is about the server and its load, and not about the publication, is the caller's
CREATE FUNCTION pg_temp.of_the_server(code text) RETURNS text
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE format('CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON reportlink.event FOR EACH ROW
		WHEN (NEW.type = ''report.published'') EXECUTE FUNCTION pg_temp.refuse(%L)', code);
	RETURN pg_temp.outcome('SELECT reportlink_publish_due()');
END
$$;
UPDATE reportlink.publication SET retry_at = clock_timestamp() WHERE report_id = :e1;
SELECT is(pg_temp.of_the_server(code), code || ' the archive does not take E1-1', format('%s is raised, and nothing noted', code)) FROM unnest('{40001,40P01,53200,57P01}'::text[]) code;
SELECT is((pg_temp.publication(:e1)).attempts, 1001, 'no try is counted');
SELECT is(pg_temp.of_the_server('23514'), 'done', '23514 is the publication''s own');
SELECT is(ROW(p.attempts, p.last_error)::text, '(1002,"the archive does not take E1-1")', 'and noted') FROM pg_temp.publication(:e1) p;

-- the error is gone
DROP TRIGGER refuse ON reportlink.event;
SELECT is(reportlink_publish_due(), 0, 'when nothing fails any more it waits for its time all the same');
SELECT is(pg_temp.tried(format('SELECT reportlink_publish_now(''north'', %s, ''ada'')', :e1::text)), 'done', 'an attending need not wait');
UPDATE reportlink.publication SET retry_at = clock_timestamp() WHERE report_id = :e1;
SELECT is(reportlink_publish_due(), 1, 'and is published then');
SELECT is(ROW(p.state, p.attempts, p.last_error, p.retry_at)::text, '(executed,1002,"the archive does not take E1-1",)', 'how often it failed is kept, nothing is tried again') FROM pg_temp.publication(:e1) p;
SELECT is((pg_temp.published(:e1)).actor, 'ada', 'its event is that of who signed');
SET LOCAL client_min_messages = warning;
SELECT pg_temp.events() AS ignored \gset

-- A queue that has failed does not keep the rest waiting, whatever the batch
CREATE TRIGGER refuse BEFORE INSERT ON reportlink.event FOR EACH ROW
	WHEN (NEW.type = 'report.published' AND NEW.linked_identifiers -> 0 ->> 'mrn' LIKE 'E%') EXECUTE FUNCTION pg_temp.refuse('P0001');
SELECT count(pg_temp.due('EQ' || n, 1, '1 min')) AS ignored, (pg_temp.due('F3', 1))[1] AS f3 FROM generate_series(1, 20) n GROUP BY () \gset
SET LOCAL client_min_messages = error;
SELECT is(reportlink_publish_due(1), 1, 'twenty that fail are due before it, and the batch is one: it is published');
SET LOCAL client_min_messages = warning;
SELECT is(pg_temp.state(:f3), 'executed', 'it is');
SELECT is((SELECT ROW(count(*), min(attempts), max(attempts))::text FROM reportlink.publication WHERE last_error LIKE '% EQ%'), '(20,1,1)', 'each of the twenty was tried once');
DROP TRIGGER refuse ON reportlink.event;
UPDATE reportlink.publication SET retry_at = clock_timestamp() WHERE retry_at IS NOT NULL;
SELECT is(reportlink_publish_due(7), 7, 'when they can be published, a batch of them');
SELECT is(reportlink_publish_due(), 13, 'and the others');

-- Who may: a role of the profile administrator; it works as the owner of the tables

CREATE ROLE reportlink_test_reader;
CREATE ROLE reportlink_test_reporter;
CREATE ROLE reportlink_test_listener;
CREATE ROLE reportlink_test_administrator;
SELECT count(reportlink_grant(('reportlink_test_' || profile)::regrole, profile)::text) AS ignored FROM unnest('{reader,reporter,listener,administrator}'::text[]) profile \gset
SELECT (pg_temp.due('R1', 2))[1] AS r1 \gset
SELECT is(pg_temp.outcome_for('reportlink_test_' || profile, 'SELECT reportlink_publish_due()'), '42501 permission denied for function reportlink_publish_due', format('a %s cannot publish what is due', profile))
FROM unnest('{reader,reporter,listener}'::text[]) profile;
SELECT is(pg_temp.sqlstate_for('reportlink_test_' || profile, statement), '42501', format('%s: %s: 42501', profile, split_part(statement, ' WHERE', 1)))
FROM unnest('{reader,reporter,administrator}'::text[]) profile, unnest(ARRAY['UPDATE reportlink.publication SET publish_at = now()', 'UPDATE reportlink.publication SET state = ''cancelled'', finished_at = now()',
	'DELETE FROM reportlink.publication', 'INSERT INTO reportlink.publication (organization_id, report_id, document_id, publish_at) VALUES (''north'', 1, 1, now())', 'TRUNCATE reportlink.publication',
	'SELECT * FROM reportlink.publication FOR UPDATE']) statement;
SELECT is(pg_temp.sqlstate_for('reportlink_test_reader', format('SELECT reportlink_%s(''north'', %s, ''ada'')', function, :r1::text)), '42501', format('a reader cannot %s', function)) FROM unnest('{publish_now,cancel_publish}'::text[]) function;
SELECT is(pg_temp.outcome_for('reportlink_test_' || profile, format('SELECT reportlink_%s(''north'', %s, ''rex'')', function, :r1::text)), 'RL014 role may not do this', format('a %s, for a resident: %s: RL014', profile, function))
FROM unnest('{reporter,administrator}'::text[]) profile, unnest('{publish_now,cancel_publish}'::text[]) function;
SELECT is(pg_temp.state(:r1), 'scheduled', 'it is still pending');
CREATE FUNCTION pg_temp.seen_by(role text) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	seen bigint;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	SELECT count(*) INTO seen FROM reportlink.pending_publication;
	RESET ROLE;
	RETURN seen;
END
$$;
SELECT is(pg_temp.seen_by('reportlink_test_' || profile), (SELECT count(*) FROM reportlink.publication WHERE state = 'scheduled'), format('a %s sees what is pending', profile)) FROM unnest('{reader,reporter,administrator}'::text[]) profile;
SELECT is(pg_temp.outcome_for('reportlink_test_administrator', 'SELECT reportlink_publish_due()'), 'done', 'an administrator publishes what is due');
SELECT is(ROW(pg_temp.state(:r1), e.database_role, e.actor)::text, '(executed,reportlink_test_administrator,ada)', 'database_role is the role that called, the actor who signed') FROM pg_temp.published(:r1) e;
SELECT (pg_temp.due('R2', 2))[1] AS r2, (pg_temp.due('R3', 1))[1] AS r3 \gset
SELECT is(pg_temp.outcome_for('reportlink_test_reporter', format('SELECT reportlink_%s(''north'', %s, ''abe'')', function, report)), 'done', format('a reporter, for an attending: %s', function))
FROM (VALUES ('publish_now', :r2::bigint), ('cancel_publish', :r3)) t (function, report);
SELECT is((SELECT array_agg(e.database_role || ' ' || e.actor) FROM unnest(ARRAY[pg_temp.event('report.published'), pg_temp.event('report.publish_cancelled')]) e), '{reportlink_test_reporter abe,reportlink_test_reporter abe}', 'both events have role and actor');

-- The worker's view; that it has rows where one runs is shown by the TAP tests

SELECT columns_are('reportlink', 'worker_status', '{process,database,pid,started_at,state,since,activity}'::name[], 'columns of worker_status');
SELECT CASE WHEN current_setting('shared_preload_libraries') LIKE '%reportlink%' THEN skip('the library is preloaded')
	ELSE is_empty('SELECT * FROM reportlink.worker_status', 'worker_status: without preloading nothing runs') END;
SELECT is_empty($$SELECT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) FROM pg_depend d JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
	WHERE w.ev_class = 'reportlink.worker_status'::regclass AND d.refclassid = 'pg_proc'::regclass$$, 'worker_status needs no function of the extension');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
