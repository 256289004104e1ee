-- What plain SQL does to linked reports (section 11): status and owner by
-- whatever statement, of one report and of a thousand. Each single transition,
-- by everybody, is in 27_plain_cells.sql.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(331);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ren', 'resident'), ('north', 'nora', 'attending');
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'two', 'attending'), ('south', 'two', 'drafter');
CREATE ROLE reportlink_test_writer;
GRANT USAGE ON SCHEMA reportlink TO reportlink_test_writer;
GRANT ALL ON ALL TABLES IN SCHEMA reportlink TO reportlink_test_writer;

CREATE FUNCTION pg_temp.act(who text) RETURNS void LANGUAGE sql
	BEGIN ATOMIC
		SELECT set_config('reportlink.user_id', who, true);
	END;

-- Reports of a patient, linked when there are several, in a state and with an owner
CREATE FUNCTION pg_temp.reading(mrn text, how_many int, owner text DEFAULT 'ada', status text DEFAULT 'draft', final_report text DEFAULT 'No fracture.')
	RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
	reports bigint[] := pg_temp.new_reports('north', mrn, how_many);
BEGIN
	IF how_many > 1 THEN
		PERFORM reportlink_link('north', reports, false, 'adm');
	END IF;
	IF owner IS NOT NULL AND status = 'unread' THEN
		PERFORM reportlink_assign('north', reports[1], owner, 'adm');
	ELSIF status <> 'unread' THEN
		PERFORM reportlink_open('north', reports[1], coalesce(owner, 'ada'));
		PERFORM reportlink_save('north', reports[1], jsonb_build_object('final_report', final_report), actor => coalesce(owner, 'ada'));
		IF status = 'prelim_signed' THEN
			PERFORM reportlink_prelim_sign('north', reports[1], owner);
		ELSIF status = 'signed' THEN
			PERFORM reportlink_sign('north', reports[1], owner);
		ELSIF owner IS NULL THEN
			PERFORM reportlink_close('north', reports[1], true, 'ada');
		END IF;
	END IF;
	PERFORM pg_temp.events();
	RETURN reports;
END
$$;

-- The states of these reports, each once
CREATE FUNCTION pg_temp.states(reports bigint[]) RETURNS text[] LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(DISTINCT pg_temp.state_of(report) ORDER BY pg_temp.state_of(report)) FROM unnest(reports) report;
	END;

CREATE FUNCTION pg_temp.setting(report bigint, change text) RETURNS text LANGUAGE sql
	RETURN format('UPDATE reportlink.report SET %s WHERE report_id = %s', change, report);

-- One member carries to all

SELECT pg_temp.act('ada') AS ignored, pg_temp.reading('P1', 4, NULL, 'unread') AS p1 \gset
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[3], 'owner_id = ''ada'''), 'the third of four gets an owner');
SELECT is(pg_temp.states(:'p1'), ARRAY['unread ada'], 'and all have him');
SELECT is(pg_temp.events(), ARRAY['owner_changed'], 'one event');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, :'p1'::bigint[], 'about all of them, in link order');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": null, "new_owner": "ada"}', 'with the old and the new owner');
SELECT is((pg_temp.event('report.owner_changed')).actor, 'ada', 'by the user of the setting');
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[2], 'status = ''draft'''), 'the second becomes a draft');
SELECT is(pg_temp.states(:'p1'), ARRAY['draft ada drafting'], 'and all do, their owner is drafting');
SELECT is(pg_temp.events(), ARRAY['opened'], 'one event');
SELECT is((pg_temp.event('report.opened')).data, '{"old_status": "unread", "status": "draft", "view": false}', 'opened, and not only a view');
SELECT is((pg_temp.event('report.opened')).report_ids, :'p1'::bigint[], 'about all of them');
SELECT reportlink_save('north', (:'p1'::bigint[])[1], '{"final_report": "No fracture."}') AS document, pg_temp.events() AS ignored \gset
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[4], 'status = ''unread'''), 'the fourth goes back to unread');
SELECT is(pg_temp.states(:'p1'), ARRAY['unread ada'], 'and all do; the owner stays');
SELECT is(pg_temp.document_of((:'p1'::bigint[])[1]), :document::bigint, 'the text stays');
SELECT is(pg_temp.events(), ARRAY['closed'], 'one event');
SELECT is((pg_temp.event('report.closed')).data, '{"old_status": "draft", "status": "unread", "release": false}', 'closed, without release');
SELECT lives_ok(format('UPDATE reportlink.report SET status = ''draft'' WHERE report_id = ANY (%L)', :'p1'), 'all four at once');
SELECT is(pg_temp.events(), ARRAY['opened'], 'are one event');
SELECT is((SELECT array_agg(DISTINCT updated_at) FROM reportlink.report WHERE report_id = ANY (:'p1')), ARRAY[now()], 'updated_at is kept on all');
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[1], 'status = status, owner_id = owner_id'), 'what gives the values that are there');
SELECT is(pg_temp.events(), '{}'::text[], 'is no event');
SELECT lives_ok('UPDATE reportlink.report SET status = ''signed'' WHERE false', 'an UPDATE of no row');
SELECT is(pg_temp.events(), '{}'::text[], 'is none either');

-- Signatures

SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[2], 'status = ''prelim_signed'', owner_id = ''ada'''), 'preliminarily signed by plain SQL');
SELECT is(pg_temp.states(:'p1'), ARRAY['prelim_signed ada'], 'all are');
SELECT is(pg_temp.events(), ARRAY['prelim_signed'], 'one event');
SELECT is((pg_temp.event('report.prelim_signed')).document_id, :document::bigint, 'that names the document signed');
SELECT is((SELECT array_agg((s.document_id, s.report_id, s.status, s.signed_by)::text) FROM reportlink.signature s WHERE s.document_id = :document),
	ARRAY[(:document, (:'p1'::bigint[])[2], 'prelim_signed', 'ada')::text], 'one row tells who signed what');
SELECT is((SELECT array_agg(h.signed_as || ' ' || h.signed_by) FROM reportlink_history('north', (:'p1'::bigint[])[4]) h WHERE h.signed), ARRAY['prelim_signed ada'],
	'the history of another member has it');
SELECT is((reportlink_reject('north', (:'p1'::bigint[])[1])).status, 'draft', 'reject works after it');
SELECT is(pg_temp.states(:'p1'), ARRAY['draft ada'], 'and goes back to who signed');
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[1], 'status = ''signed'''), 'finally signed');
SELECT is((SELECT array_agg(DISTINCT signed_at) FROM reportlink.report WHERE report_id = ANY (:'p1')), ARRAY[now()], 'signed_at is set on all');
SELECT is(pg_temp.events(), ARRAY['rejected', 'signed', 'published'], 'one event; without recall it is published with it');
SELECT is((reportlink_start_addendum('north', (:'p1'::bigint[])[3])).status, 'signed', 'an addendum starts on it');
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[3], 'status = ''addendum_prelim_signed'''), 'that is signed preliminarily');
SELECT is((reportlink_reject('north', (:'p1'::bigint[])[1])).status, 'signed', 'rejected, to the status it stood on');
SELECT is((SELECT array_agg(DISTINCT addendum_open) FROM reportlink.report WHERE report_id = ANY (:'p1')), ARRAY[true], 'with the addendum open');
SELECT lives_ok(pg_temp.setting((:'p1'::bigint[])[3], 'status = ''addendum_signed'''), 'and signed finally');
SELECT is(pg_temp.events(), ARRAY['addendum_started', 'prelim_signed', 'rejected', 'addendum_signed', 'published'], 'a preliminary addendum is prelim_signed, a final one addendum_signed and published');
SELECT is(pg_temp.states(:'p1'), ARRAY['addendum_signed ada'], 'all of them');
SELECT is((SELECT array_agg(DISTINCT addendum_open) FROM reportlink.report WHERE report_id = ANY (:'p1')), ARRAY[false], 'the addendum is no longer open');

CREATE FUNCTION pg_temp.empty_report(final_report text, status text) RETURNS text LANGUAGE sql
	RETURN pg_temp.outcome(pg_temp.setting((pg_temp.reading('E-' || status || '-' || coalesce(final_report, 'none'), 2, 'ada', 'draft', final_report))[2],
		format('status = %L', status)));
SELECT is(pg_temp.empty_report(final_report, status), 'RL020 final report is empty', format('RL020: final report %s cannot become %s', kind, status))
FROM (VALUES (NULL, 'none'), ('', 'empty'), (E' \n\t', 'white space')) t (final_report, kind), unnest('{prelim_signed,signed}'::text[]) status;
SELECT is(pg_temp.outcome_for(current_user, pg_temp.setting((pg_temp.reading('E2', 2, 'ada', 'draft', ' '))[1], 'status = ''signed''')), 'RL020 final report is empty',
	'RL020: also for a repair') FROM pg_temp.act('');

-- The attending takes over what the resident signed

SELECT pg_temp.reading('T1', 3, 'ren', 'prelim_signed') AS t1, pg_temp.act('ada') AS ignored \gset
SELECT lives_ok(pg_temp.setting((:'t1'::bigint[])[2], 'status = ''signed'''), 'an attending signs what a resident prelim-signed');
SELECT is(pg_temp.states(:'t1'), ARRAY['signed ada'], 'and has taken it over, all of it');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'signed', 'published'], 'owner_changed comes first');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ren", "new_owner": "ada"}', 'from the resident');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, :'t1'::bigint[], 'of all reports');
SELECT is((SELECT array_agg(s.status || ' ' || s.signed_by ORDER BY s.signature_id) FROM reportlink.signature s WHERE s.document_id = pg_temp.document_of((:'t1'::bigint[])[1])),
	ARRAY['prelim_signed ren', 'signed ada'], 'both signatures are kept');
SELECT pg_temp.refused(pg_temp.setting((pg_temp.reading('T2', 2, 'abe', 'prelim_signed'))[1], 'status = ''signed'''), 'RL008 report not owned by user',
	'what another attending prelim-signed is not taken over');

-- A repair: the owner of the tables, nobody in the setting

SELECT pg_temp.act('') AS ignored, pg_temp.reading('R1', 3, 'rex', 'draft') AS r1, pg_temp.reading('R2', 2, NULL, 'unread') AS r2 \gset
SELECT lives_ok(pg_temp.setting((:'r1'::bigint[])[2], 'status = ''prelim_signed'''), 'a repair signs what is rex''s: neither role nor ownership is asked');
SELECT is(pg_temp.states(:'r1'), ARRAY['prelim_signed rex'], 'it is carried to all, and rex keeps it');
SELECT is(pg_temp.events(), ARRAY['prelim_signed'], 'one event');
SELECT is((pg_temp.event('report.prelim_signed')).actor, NULL, 'without actor');
SELECT is((pg_temp.event('report.prelim_signed')).database_role, current_user::text, 'but with the database role');
SELECT is((SELECT array_agg(coalesce(s.signed_by, '-')) FROM reportlink.signature s WHERE s.document_id = pg_temp.document_of((:'r1'::bigint[])[1])), ARRAY['-'],
	'the signature is nobody''s');
SELECT is((reportlink_assign('north', (:'r1'::bigint[])[1], 'dot', 'adm')).owner_id, 'dot', 'it is given to another');
SELECT is((reportlink_reject('north', (:'r1'::bigint[])[1], 'ada')).owner_id, 'dot', 'and rejected: the present owner keeps what nobody signed');
SELECT is((pg_temp.event('report.rejected')).data, '{"old_status": "prelim_signed", "status": "draft", "signed_by": null}', 'of whom nobody says that he had signed');
SELECT pg_temp.refused(pg_temp.setting((:'r2'::bigint[])[1], 'status = ''signed'''), 'RL015 invalid status transition', 'transitions hold for a repair: RL015');
SELECT lives_ok(pg_temp.setting((:'r2'::bigint[])[1], 'status = ''draft'''), 'a repair opens what is nobody''s');
SELECT is(pg_temp.states(:'r2'), ARRAY['draft -'], 'nobody is drafting');
SELECT lives_ok(pg_temp.setting((:'r2'::bigint[])[1], 'owner_id = ''abe'''), 'a repair gives it to abe');
SELECT lives_ok(pg_temp.setting((:'r2'::bigint[])[2], 'owner_id = ''rex'''), 'and to rex');
SELECT is(pg_temp.states(:'r2'), ARRAY['draft rex'], 'carried to all');
SELECT lives_ok(pg_temp.setting((:'r2'::bigint[])[2], 'status = ''cancelled'''), 'and cancels one of two');
SELECT is(pg_temp.linked_with((:'r2'::bigint[])[1]), NULL, 'the group dissolves');

CREATE ROLE reportlink_test_dba;
CREATE ROLE reportlink_test_owner ROLE reportlink_test_dba;
GRANT USAGE ON SCHEMA reportlink TO reportlink_test_owner, reportlink_test_dba;
GRANT SELECT, UPDATE ON reportlink.report TO reportlink_test_dba;
SELECT pg_temp.reading('R3', 2, 'rex', 'draft') AS r3, tableowner AS tables_owner FROM pg_tables WHERE schemaname = 'reportlink' AND tablename = 'report' \gset
SELECT is(pg_temp.outcome_for('reportlink_test_dba', pg_temp.setting((:'r3'::bigint[])[1], 'status = ''unread''')), 'RL012 no acting user',
	'RL012: who does not own the tables cannot repair');
DO $$
DECLARE
	part regclass;
BEGIN
	FOR part IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v') LOOP
		EXECUTE format('ALTER TABLE %s OWNER TO reportlink_test_owner', part);
	END LOOP;
END
$$;
SELECT is(pg_temp.outcome_for('reportlink_test_owner', pg_temp.setting((:'r3'::bigint[])[1], 'status = ''unread''')), 'done', 'the owner of the tables, who is no superuser, can');
SELECT is(pg_temp.outcome_for('reportlink_test_dba', pg_temp.setting((:'r3'::bigint[])[1], 'status = ''draft''')), 'done', 'so can a member of that role');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', pg_temp.setting((:'r3'::bigint[])[1], 'status = ''unread''')), 'RL012 no acting user', 'and nobody else');
SELECT is(pg_temp.states(:'r3'), ARRAY['draft rex'], 'of the three two were done');
DO $$
DECLARE
	part regclass;
BEGIN
	FOR part IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v') LOOP
		EXECUTE format('ALTER TABLE %s OWNER TO %I', part, session_user);
	END LOOP;
END
$$;
SELECT pg_temp.act('ada') AS ignored, pg_temp.events() AS ignored2 \gset

-- A thousand reports in one statement: 75 groups of four, 100 of three, 100 of two, 200 alone

CREATE TEMP TABLE many AS
SELECT row_number() OVER () AS unit, size, pg_temp.new_reports('north', 'M' || size || '-' || n, size) AS reports
FROM (VALUES (1, 200), (2, 100), (3, 100), (4, 75)) s (size, how_many), generate_series(1, how_many) n;
SELECT count(reportlink_link('north', reports, false, 'adm')) AS ignored FROM many WHERE size > 1 \gset
CREATE TEMP TABLE thousand AS SELECT m.unit, m.size, report, place FROM many m, unnest(m.reports) WITH ORDINALITY r (report, place);
CREATE INDEX ON thousand (report);
ANALYZE thousand, reportlink.report;
SELECT is((SELECT count(*) FROM thousand), 1000::bigint, 'a thousand reports');
CREATE FUNCTION pg_temp.thousand() RETURNS text LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(n || ' ' || state, ', ' ORDER BY state)
		FROM (SELECT count(*) AS n, pg_temp.state_of(t.report) AS state FROM thousand t GROUP BY 2) s;
	END;
-- Since the mark: types with how many events, then units that have not exactly one of that type about exactly their reports
CREATE FUNCTION pg_temp.recorded(event_type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	mark bigint := current_setting('test.event_mark');
	types text := (SELECT string_agg(n || ' ' || type, ', ' ORDER BY type) FROM (SELECT count(*) AS n, replace(type, 'report.', '') AS type
		FROM reportlink.event e WHERE e.event_id > mark GROUP BY 2) t);
	wrong bigint := (SELECT count(*) FROM many m LEFT JOIN LATERAL (SELECT count(*) AS n FROM reportlink.event e
		WHERE e.event_id > mark AND e.type = 'report.' || event_type AND e.report_ids = m.reports) e ON true WHERE e.n <> 1);
BEGIN
	PERFORM pg_temp.events();
	RETURN format('%s; %s wrong', types, wrong);
END
$$;
SELECT pg_temp.events() AS ignored \gset

SELECT lives_ok('UPDATE reportlink.report r SET owner_id = ''ada'' FROM thousand t WHERE r.report_id = t.report', 'a thousand get an owner');
SELECT is(pg_temp.thousand(), '1000 unread ada', 'all have him');
SELECT is(pg_temp.recorded('owner_changed'), '475 owner_changed; 0 wrong', 'owner_changed: once for each of the 475 units, about exactly its reports');
SELECT lives_ok('UPDATE reportlink.report r SET status = ''draft'' FROM thousand t WHERE r.report_id = t.report AND t.place = t.size', 'one of each unit becomes a draft');
SELECT is(pg_temp.thousand(), '1000 draft ada drafting', 'and with it all thousand');
SELECT is(pg_temp.recorded('opened'), '475 opened; 0 wrong', 'opened: once for each unit');
SELECT count(reportlink_save('north', reports[size], '{"final_report": "No fracture."}')) AS ignored FROM many WHERE unit <> 300 \gset
SELECT pg_temp.events() AS ignored \gset
SELECT pg_temp.refused('UPDATE reportlink.report r SET status = ''prelim_signed'' FROM thousand t WHERE r.report_id = t.report', 'RL020 final report is empty',
	'a thousand are not signed when one group has no report: RL020, and nothing changed');
SELECT reportlink_save('north', reports[1], '{"final_report": "No fracture."}') AS ignored FROM many WHERE unit = 300 \gset
SELECT pg_temp.events() AS ignored \gset
SELECT lives_ok('UPDATE reportlink.report r SET status = ''prelim_signed'' FROM thousand t WHERE r.report_id = t.report', 'when it has one');
SELECT is(pg_temp.thousand(), '1000 prelim_signed ada', 'all thousand are');
SELECT is(pg_temp.recorded('prelim_signed'), '475 prelim_signed; 0 wrong', 'prelim_signed: once for each unit');
SELECT is((SELECT (count(*), count(DISTINCT s.document_id), count(s.group_id))::text FROM reportlink.signature s JOIN thousand t ON t.report = s.report_id), '(475,475,275)',
	'a signature for each unit, of its document');
SELECT lives_ok('UPDATE reportlink.report r SET status = CASE WHEN t.unit % 2 = 0 THEN ''signed'' ELSE status END FROM thousand t WHERE r.report_id = t.report', 'every second unit is signed finally');
SELECT is(pg_temp.thousand(), format('%s prelim_signed ada, %s signed ada', (SELECT count(*) FROM thousand WHERE unit % 2 = 1), (SELECT count(*) FROM thousand WHERE unit % 2 = 0)),
	'the others stay');
SELECT is((SELECT count(*) FROM reportlink.report r JOIN thousand t ON t.report = r.report_id WHERE (r.signed_at IS NULL) <> (t.unit % 2 = 1)), 0::bigint, 'signed_at is set with it');
SELECT is(pg_temp.events(), array_fill('signed'::text, ARRAY[237]) || array_fill('published'::text, ARRAY[237]), 'signed: once for each of the 237, then published: once for each');
SELECT pg_temp.refused('UPDATE reportlink.report r SET status = CASE WHEN t.unit = 300 THEN ''addendum_signed'' ELSE ''signed'' END FROM thousand t WHERE r.report_id = t.report',
	'RL015 invalid status transition', 'one unit that may not become it, and 474 that may or are: RL015, and nothing changed');
SELECT lives_ok('UPDATE reportlink.report r SET owner_id = CASE WHEN t.unit % 2 = 0 THEN ''rex'' ELSE ''abe'' END FROM thousand t WHERE r.report_id = t.report AND t.place = 1',
	'two new owners in one statement, one a unit');
SELECT is((SELECT count(*) FROM reportlink.report r JOIN thousand t ON t.report = r.report_id WHERE r.owner_id IS DISTINCT FROM CASE WHEN t.unit % 2 = 0 THEN 'rex' ELSE 'abe' END),
	0::bigint, 'each unit has its own');
SELECT is(pg_temp.recorded('owner_changed'), '475 owner_changed; 0 wrong', 'owner_changed: once for each unit');
SELECT pg_temp.refused('UPDATE reportlink.report r SET status = ''signed'', owner_id = ''ada'' FROM thousand t WHERE r.report_id = t.report AND t.unit % 2 = 1',
	'RL008 report not owned by user', 'what is another attending''s: RL008, and nothing changed');

-- Several organizations in one statement: the actor must be a member of each, with the role he has there

SELECT pg_temp.act('two') AS ignored, pg_temp.reading('O1', 2, 'two', 'draft') AS o1, pg_temp.new_reports('south', 'O1', 3) AS o2 \gset
SELECT reportlink_link('south', :'o2', false, 'adm') AS ignored, reportlink_assign('south', (:'o2'::bigint[])[1], 'two', 'adm') AS ignored2, pg_temp.events() AS ignored3 \gset
SELECT lives_ok(format('UPDATE reportlink.report SET status = CASE status WHEN ''unread'' THEN ''draft'' ELSE ''unread'' END WHERE report_id = ANY (%L)',
	ARRAY[(:'o1'::bigint[])[2], (:'o2'::bigint[])[2]]), 'drafts of two organizations in one statement');
SELECT is(pg_temp.states(:'o1') || pg_temp.states(:'o2'), ARRAY['unread two', 'draft two drafting'], 'each is carried in its own');
SELECT is((SELECT array_agg(e.organization_id || ' ' || e.type || ' ' || e.actor ORDER BY e.organization_id) FROM reportlink.event e WHERE e.event_id > current_setting('test.event_mark')::bigint),
	ARRAY['north report.closed two', 'south report.opened two'], 'an event in each');
SELECT reportlink_open('north', (:'o1'::bigint[])[1]) AS ignored, reportlink_save('south', (:'o2'::bigint[])[1], '{"transcript": "No fracture."}') AS ignored2 \gset
SELECT pg_temp.refused(format('UPDATE reportlink.report SET status = ''prelim_signed'' WHERE report_id = ANY (%L)', :'o1'::bigint[] || :'o2'::bigint[]), 'RL014 role may not do this',
	'attending in one, drafter in the other: RL014, and nothing changed in either');
SELECT pg_temp.act('nora') AS ignored \gset
SELECT pg_temp.refused(format('UPDATE reportlink.report SET owner_id = NULL WHERE report_id = ANY (%L)', :'o2'::bigint[]), 'RL013 not an active member', 'RL013: no member of it');
SELECT pg_temp.act('gone') AS ignored \gset
SELECT pg_temp.refused(format('UPDATE reportlink.report SET owner_id = NULL WHERE report_id = ANY (%L)', :'o1'::bigint[] || :'o2'::bigint[]), 'RL013 not an active member', 'RL013: not active');
SELECT pg_temp.act('adm') AS ignored \gset
SELECT lives_ok(format('UPDATE reportlink.report SET owner_id = NULL WHERE report_id = ANY (%L)', :'o1'::bigint[] || :'o2'::bigint[]), 'who may in both');
SELECT is(pg_temp.states(:'o1') || pg_temp.states(:'o2'), ARRAY['draft -', 'draft -'], 'does');

-- Ids are of an organization: the same ones in another are other reports

INSERT INTO reportlink.patient (organization_id, mrn) VALUES ('south', 'O3');
SELECT pg_temp.reading('O3', 3) AS o3 \gset
INSERT INTO reportlink.report_group (organization_id, group_id, mrn, default_report_id, member_count, created_by) OVERRIDING SYSTEM VALUE
SELECT 'south', group_id, mrn, default_report_id, member_count, created_by FROM reportlink.report_group WHERE mrn = 'O3';
INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, status, group_id, link_position) OVERRIDING SYSTEM VALUE
SELECT 'south', report_id, mrn, accession_number, 'unread', group_id, link_position FROM reportlink.report WHERE mrn = 'O3';
SELECT lives_ok(format('UPDATE reportlink.report SET status = ''cancelled'' WHERE report_id = %s AND organization_id = ''south''', (:'o3'::bigint[])[2]), 'one organization''s is cancelled');
SELECT lives_ok(format('UPDATE reportlink.report SET owner_id = ''rex'' WHERE report_id = %s', (:'o3'::bigint[])[1]), 'both organizations'' get an owner');
SELECT is((SELECT array_agg(concat_ws(' ', organization_id, status, owner_id, CASE WHEN group_id IS NOT NULL THEN 'linked' END) ORDER BY organization_id, report_id) FROM reportlink.report WHERE mrn = 'O3'),
	'{north draft rex linked,north draft rex linked,north draft rex linked,south unread rex linked,south cancelled,south unread rex linked}', 'each is carried to its own group');
SELECT pg_temp.events() AS ignored \gset

-- What contradicts itself

SELECT pg_temp.act('ada') AS ignored, pg_temp.reading('C1', 3, NULL, 'unread') AS c1, pg_temp.reading('C2', 1, NULL, 'unread') AS c2 \gset
CREATE FUNCTION pg_temp.each(reports bigint[], column_name text, VARIADIC new_values text[]) RETURNS text LANGUAGE sql
	RETURN format('UPDATE reportlink.report r SET %I = v.new_value FROM unnest(%L::bigint[], %L::text[]) v (id, new_value) WHERE r.report_id = v.id', column_name, reports[1:cardinality(new_values)], new_values);
SELECT pg_temp.refused(pg_temp.each(:'c1', 'status', 'draft', 'cancelled'), 'RL015 invalid status transition', 'RL015: draft and cancelled for one group');
SELECT pg_temp.refused(pg_temp.each(:'c1', 'status', 'cancelled', 'cancelled', 'draft'), 'RL015 invalid status transition', 'RL015: also when the rest would be one report');
SELECT matches(pg_temp.detail(pg_temp.each(:'c1', 'status', 'draft', 'cancelled')), format('%s.*draft.*%s.*cancelled.*%s',
	(SELECT group_id FROM reportlink.report WHERE report_id = (:'c1'::bigint[])[1]), (:'c1'::bigint[])[1], (:'c1'::bigint[])[2]), 'RL015: DETAIL has group, statuses and reports');
SELECT pg_temp.refused(pg_temp.each(:'c1', 'owner_id', 'rex', 'ada'), 'RL008 report not owned by user', 'RL008: two owners for one group');
SELECT pg_temp.refused(pg_temp.each((:'c1'::bigint[])[1:2] || :'c2'::bigint[], 'owner_id', 'rex', 'ada', 'ada'), 'RL008 report not owned by user', 'RL008: and a report beside it stays as it was');
SELECT matches(pg_temp.detail(pg_temp.each(:'c1', 'owner_id', 'rex', 'ada')), 'rex.*ada', 'RL008: DETAIL has both');
SELECT lives_ok(pg_temp.each(:'c1', 'owner_id', 'rex', 'rex'), 'one owner for two of a group is none');
SELECT is(pg_temp.states(:'c1'), ARRAY['unread rex'], 'it is carried to the third');
SELECT is(pg_temp.events(), ARRAY['owner_changed'], 'once');
SELECT pg_temp.refused(pg_temp.each(:'c1', 'owner_id', 'ada', NULL), 'RL008 report not owned by user', 'RL008: nobody is another owner');
SELECT lives_ok(pg_temp.each((:'c1'::bigint[])[2:3] || :'c2'::bigint[], 'owner_id', NULL, NULL, 'rex'), 'a group and a report may get different ones');
SELECT is(pg_temp.states(:'c1') || pg_temp.states(:'c2'), ARRAY['unread -', 'unread rex'], 'and do');
SELECT pg_temp.events() AS ignored \gset

-- Status and owner in one statement: the owner first

SELECT lives_ok(pg_temp.setting((:'c1'::bigint[])[2], 'status = ''draft'', owner_id = ''ada'''), 'a new owner and a draft at once');
SELECT is(pg_temp.states(:'c1'), ARRAY['draft ada drafting'], 'he is drafting');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'opened'], 'owner_changed, then opened');
SELECT lives_ok(pg_temp.setting((:'c1'::bigint[])[1], 'status = ''unread'', owner_id = NULL'), 'released and unread at once');
SELECT is(pg_temp.states(:'c1'), ARRAY['unread -'], 'both');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'closed'], 'owner_changed, then closed');
SELECT pg_temp.refused(format('UPDATE reportlink.report SET owner_id = CASE report_id WHEN %2$s THEN ''ada'' ELSE owner_id END
	WHERE report_id IN (%1$s, %2$s)', (:'c1'::bigint[])[1], (:'c1'::bigint[])[3]), 'RL008 report not owned by user',
	'an owner for one, none as before for another of the same group: two owners');
SELECT pg_temp.refused(format('UPDATE reportlink.report SET status = CASE report_id WHEN %2$s THEN ''draft'' ELSE status END
	WHERE report_id IN (%1$s, %2$s)', (:'c1'::bigint[])[1], (:'c1'::bigint[])[3]), 'RL015 invalid status transition',
	'a status for one, the same as before for another of the same group: two statuses');
SELECT lives_ok(pg_temp.setting((:'c1'::bigint[])[1], 'status = ''draft'', owner_id = ''ada'''), 'for one they are of all');
SELECT pg_temp.refused(pg_temp.setting((:'c1'::bigint[])[1], 'status = ''prelim_signed'', owner_id = ''rex'''), 'RL008 report not owned by user',
	'given to rex he cannot sign it any more: RL008, and rex has not got it');

-- Cancelling: those named leave, with the shared text

CREATE FUNCTION pg_temp.left_behind(reports bigint[]) RETURNS text LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(concat_ws(' ', pg_temp.state_of(t.report_id), CASE WHEN t.group_id IS NOT NULL THEN 'linked' END, CASE WHEN t.is_default THEN 'default' END,
			CASE WHEN t.final_report = 'No fracture.' THEN 'text' END), ', ' ORDER BY t.report_id)
		FROM reportlink.report_text t WHERE t.report_id = ANY (reports);
	END;
SELECT pg_temp.reading('X1', 3) AS x1, pg_temp.reading('X2', 3) AS x2, pg_temp.reading('X3', 3) AS x3, pg_temp.reading('X4', 3) AS x4, pg_temp.reading('X5', 1) AS x5 \gset
SELECT lives_ok(pg_temp.setting((:'x1'::bigint[])[1], 'status = ''cancelled'''), 'one of three, the default, is cancelled');
SELECT is(pg_temp.left_behind(:'x1'), 'cancelled ada text, draft ada drafting linked default text, draft ada drafting linked text',
	'it leaves with the text, the next becomes the default, all keep the owner');
SELECT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], 'unlinked, then cancelled');
SELECT is((SELECT (report_ids, data)::text FROM pg_temp.event('report.unlinked')), (ARRAY[(:'x1'::bigint[])[1]], jsonb_build_object('remaining_report_ids', (:'x1'::bigint[])[2:3],
	'group_dissolved', false, 'unassign_and_discard', false))::text, 'unlinked: who left and who stays');
SELECT is((SELECT (report_ids, group_id, data)::text FROM pg_temp.event('report.cancelled')),
	(ARRAY[(:'x1'::bigint[])[1]], NULL::bigint, '{"old_status": "draft", "status": "cancelled"}'::jsonb)::text, 'cancelled: the one, in no group');
SELECT is((SELECT array_agg(document_id) FROM reportlink.past_link WHERE report_id = (:'x1'::bigint[])[1]), ARRAY[pg_temp.document_of((:'x1'::bigint[])[2])], 'its history knows the group');
SELECT lives_ok(pg_temp.each((:'x2'::bigint[])[2:3], 'status', 'cancelled', 'cancelled'), 'two of three are cancelled');
SELECT is(pg_temp.left_behind(:'x2'), 'draft ada drafting text, cancelled ada text, cancelled ada text', 'the group dissolves, and the third keeps the text');
SELECT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], 'an event for both');
SELECT is((pg_temp.event('report.cancelled')).report_ids, (:'x2'::bigint[])[2:3], 'cancelled: both');
SELECT is((pg_temp.event('report.unlinked')).data -> 'group_dissolved', 'true', 'unlinked: the group dissolved');
SELECT lives_ok(pg_temp.each(:'x3', 'status', 'cancelled', 'cancelled', 'cancelled'), 'all three are cancelled');
SELECT is(pg_temp.left_behind(:'x3'), 'cancelled ada text, cancelled ada text, cancelled ada text', 'all with the text');
SELECT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], 'an event for all');
SELECT is((SELECT (member_count, closed_at IS NOT NULL)::text FROM reportlink.report_group WHERE mrn = 'X3'), '(0,t)', 'the group is closed');
SELECT pg_temp.act('adm') AS ignored \gset
SELECT lives_ok(pg_temp.setting((:'x4'::bigint[])[2], 'status = ''cancelled'', owner_id = ''rex'''), 'one is cancelled and given to another');
SELECT is(pg_temp.left_behind(:'x4'), 'draft rex linked default text, cancelled rex text, draft rex linked text', 'the owner first, for all; then it leaves');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'unlinked', 'cancelled'], 'in that order');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, :'x4'::bigint[], 'owner_changed: all three');
SELECT lives_ok(pg_temp.each(ARRAY[(:'x4'::bigint[])[1], (:'x5'::bigint[])[1], (:'x1'::bigint[])[2]], 'status', 'cancelled', 'cancelled', 'cancelled'), 'of two groups, and one alone');
SELECT is(pg_temp.left_behind(:'x4') || '; ' || pg_temp.left_behind(:'x5') || '; ' || pg_temp.left_behind(:'x1'),
	'cancelled rex text, cancelled rex text, draft rex text; cancelled ada text; cancelled ada text, cancelled ada text, draft ada drafting text', 'each by itself');
SELECT is((SELECT array_agg(type ORDER BY type) FROM unnest(pg_temp.events()) type), ARRAY['cancelled', 'cancelled', 'cancelled', 'unlinked', 'unlinked'], 'with its own events');
SELECT pg_temp.refused(pg_temp.setting((:'x5'::bigint[])[1], change), 'RL015 invalid status transition', format('RL015: a cancelled report, %s', change))
FROM unnest('{status = ''unread'',status = ''draft'',status = ''signed'',owner_id = ''abe''}'::text[]) change;
SELECT pg_temp.act('ada') AS ignored, pg_temp.reading('X6', 3) AS x6, pg_temp.reading('X7', 2, 'abe') AS x7 \gset
SELECT pg_temp.refused(pg_temp.each(ARRAY[(:'x6'::bigint[])[1], (:'x7'::bigint[])[1]], 'status', 'cancelled', 'cancelled'), 'RL008 report not owned by user',
	'RL008: the other group is another''s, and nothing left the first');
SELECT lives_ok(pg_temp.setting((:'x6'::bigint[])[3], 'status = ''cancelled'', study_name = ''CT'', accession_number = ''X6-new'''), 'cancelled together with other columns');
SELECT is((SELECT (study_name, accession_number)::text FROM reportlink.report WHERE report_id = (:'x6'::bigint[])[3]), '(CT,X6-new)', 'they are stored too');
SELECT pg_temp.events() AS ignored \gset

-- Whatever the statement is

SELECT pg_temp.reading('W1', 2) AS w1, pg_temp.reading('W2', 3) AS w2, pg_temp.reading('W3', 1) AS w3 \gset
CREATE FUNCTION pg_temp.all_of_w() RETURNS text LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(DISTINCT r.mrn || ' ' || pg_temp.state_of(r.report_id), ', ') FROM reportlink.report r WHERE r.mrn IN ('W1', 'W2', 'W3');
	END;
UPDATE reportlink.report r SET status = 'unread' FROM (VALUES ('W1-1'), ('W2-2')) v (accession) WHERE r.accession_number = v.accession;
SELECT is(pg_temp.all_of_w(), 'W1 unread ada, W2 unread ada, W3 draft ada drafting', 'UPDATE FROM');
SELECT is(pg_temp.events(), ARRAY['closed', 'closed'], 'UPDATE FROM: an event a group');
WITH one AS (UPDATE reportlink.report SET status = 'draft' WHERE accession_number = 'W1-2' RETURNING report_id),
	other AS (UPDATE reportlink.report SET status = 'draft' WHERE accession_number = 'W2-3' RETURNING report_id)
UPDATE reportlink.report SET status = 'unread' WHERE accession_number = 'W3-1';
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 draft ada drafting, W3 unread ada', 'three UPDATEs in one statement');
SELECT is((SELECT array_agg(type ORDER BY type) FROM unnest(pg_temp.events()) type), ARRAY['closed', 'opened', 'opened'], 'three UPDATEs in one statement: an event each');
WITH one AS (UPDATE reportlink.report SET status = 'unread' WHERE accession_number = 'W2-1'), other AS (UPDATE reportlink.report SET status = 'unread' WHERE accession_number = 'W2-3') SELECT;
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 unread ada, W3 unread ada', 'two of them about one group');
SELECT is(pg_temp.events(), ARRAY['closed'], 'two of them about one group: one event');
SELECT pg_temp.refused('WITH one AS (UPDATE reportlink.report SET status = ''draft'' WHERE accession_number = ''W2-1''), other AS (UPDATE reportlink.report SET status = ''cancelled''
	WHERE accession_number = ''W2-3'') SELECT', 'RL015 invalid status transition', 'two of them that contradict each other: RL015');
WITH taken AS (UPDATE reportlink.report SET owner_id = 'abe' WHERE accession_number = 'W1-1' RETURNING organization_id, mrn)
INSERT INTO reportlink.report (organization_id, mrn, accession_number) SELECT organization_id, mrn, 'W1-3' FROM taken;
SELECT is((SELECT string_agg(accession_number || ' ' || coalesce(owner_id, '-'), ', ' ORDER BY accession_number) FROM reportlink.report WHERE mrn = 'W1'), 'W1-1 abe, W1-2 abe, W1-3 -',
	'an UPDATE that feeds an INSERT');
UPDATE reportlink.report SET mrn = 'W9' WHERE accession_number = 'W1-3';
SELECT pg_temp.act('adm') AS ignored \gset
UPDATE reportlink.report SET owner_id = 'ada' WHERE accession_number = 'W1-1';
SELECT pg_temp.act('ada') AS ignored, pg_temp.events() AS ignored2 \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'W2', 'W2-2'), ('north', 'W3', 'W3-1'), ('north', 'W8', 'W8-1')
ON CONFLICT ON CONSTRAINT report_identifiers_key DO UPDATE SET status = 'draft';
SELECT is(pg_temp.all_of_w(), 'W1 draft ada, W2 draft ada drafting, W3 draft ada drafting', 'INSERT ON CONFLICT DO UPDATE');
SELECT is(pg_temp.state_of((SELECT report_id FROM reportlink.report WHERE mrn = 'W8')), 'unread -', 'INSERT ON CONFLICT DO UPDATE: what is new is unread');
SELECT is(pg_temp.events(), ARRAY['opened', 'opened'], 'INSERT ON CONFLICT DO UPDATE: an event each');
MERGE INTO reportlink.report r USING (VALUES ('W1', 'W1-2', 'unread'), ('W2', 'W2-1', 'cancelled'), ('W8', 'W8-2', 'draft')) v (mrn, accession, new_status)
ON r.organization_id = 'north' AND r.mrn = v.mrn AND r.accession_number = v.accession
WHEN MATCHED THEN UPDATE SET status = v.new_status
WHEN NOT MATCHED THEN INSERT (organization_id, mrn, accession_number) VALUES ('north', v.mrn, v.accession);
SELECT is(pg_temp.all_of_w(), 'W1 unread ada, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'MERGE');
SELECT is((SELECT array_agg(type ORDER BY type) FROM unnest(pg_temp.events()) type), ARRAY['cancelled', 'closed', 'unlinked'], 'MERGE: an event each');
SELECT is((SELECT array_agg(r.accession_number ORDER BY r.accession_number) FROM reportlink.report r WHERE r.mrn = 'W8'), ARRAY['W8-1', 'W8-2'], 'MERGE: what is new is inserted');
SELECT pg_temp.refused(format('WITH u AS (UPDATE reportlink.report SET status = ''signed'' WHERE accession_number = ''W1-2'') %s', statement), 'RL015 invalid status transition',
	format('an UPDATE beside another write of report, %s: RL015', split_part(statement, ' ', 1)))
FROM (VALUES ('MERGE INTO reportlink.report r USING (VALUES (''W3-1'')) v (accession) ON r.accession_number = v.accession WHEN MATCHED THEN UPDATE SET status = ''unread'''),
	('INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES (''north'', ''W3'', ''W3-1'') ON CONFLICT ON CONSTRAINT report_identifiers_key DO UPDATE SET status = ''unread'''),
	('DELETE FROM reportlink.report WHERE mrn = ''W9''')) t (statement);
CREATE TEMP VIEW desk AS SELECT report_id, accession_number, status AS state, owner_id AS reader FROM reportlink.report WHERE organization_id = 'north' WITH CHECK OPTION;
UPDATE desk SET state = 'draft' WHERE accession_number = 'W1-1';
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'through a view');
SELECT pg_temp.refused('UPDATE desk SET reader = ''gone'' WHERE accession_number = ''W1-1''', 'RL013 not an active member', 'through a view: refused like anything');
SELECT is(pg_temp.events(), ARRAY['opened'], 'through a view: one event');
CREATE TEMP TABLE returned (status text, owner text);
WITH u AS (UPDATE reportlink.report SET status = 'unread' WHERE accession_number = 'W1-1' RETURNING status, owner_id) INSERT INTO returned SELECT * FROM u;
SELECT results_eq('SELECT * FROM returned', $$VALUES ('unread', 'ada')$$, 'RETURNING gives what was written');
SELECT is(pg_temp.all_of_w(), 'W1 unread ada, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'RETURNING: and it is carried');
SELECT pg_temp.events() AS ignored \gset
PREPARE turn (text, text) AS UPDATE reportlink.report SET status = $1 WHERE organization_id = 'north' AND accession_number = $2;
SELECT format('EXECUTE turn (%L, %L)', CASE n % 2 WHEN 0 THEN 'unread' ELSE 'draft' END, 'W1-' || 1 + n % 2) FROM generate_series(1, 21) n \gexec
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'a prepared statement, 21 times');
SELECT is((SELECT array_agg(DISTINCT n) FROM (SELECT count(*) AS n FROM unnest(pg_temp.events()) type GROUP BY type) t), ARRAY[10, 11]::bigint[], 'a prepared statement: 11 opened, 10 closed');
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM reportlink.report WHERE accession_number IN ('W1-1', 'W1-2', 'W3-1') FOR UPDATE LOOP
		UPDATE reportlink.report SET status = 'unread' WHERE organization_id = r.organization_id AND report_id = r.report_id;
	END LOOP;
	BEGIN
		UPDATE reportlink.report SET status = 'draft' WHERE accession_number = 'W1-1';
		UPDATE reportlink.report SET status = 'signed' WHERE accession_number = 'W3-1'; -- RL015
	EXCEPTION WHEN SQLSTATE 'RL015' THEN
		UPDATE reportlink.report SET owner_id = NULL WHERE accession_number = 'W1-2';
	END;
END
$$;
SELECT is(pg_temp.all_of_w(), 'W1 unread -, W2 cancelled ada, W2 draft ada drafting, W3 unread ada', 'in PL/pgSQL: what was before the exception is taken back with it');
SELECT is(pg_temp.events(), ARRAY['closed', 'closed', 'owner_changed'], 'in PL/pgSQL: the second of a group finds it done');
DO $$
DECLARE
	c CURSOR FOR SELECT * FROM reportlink.report WHERE accession_number = 'W1-2' FOR UPDATE;
BEGIN
	OPEN c;
	MOVE c;
	UPDATE reportlink.report SET owner_id = 'ada', status = 'draft' WHERE CURRENT OF c;
	CLOSE c;
END
$$;
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 cancelled ada, W2 draft ada drafting, W3 unread ada', 'WHERE CURRENT OF a cursor');
SELECT pg_temp.events() AS ignored \gset

-- Triggers of the user's

CREATE TEMP TABLE inbox (accession text, new_status text);
CREATE FUNCTION pg_temp.deliver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE reportlink.report SET status = NEW.new_status WHERE accession_number = NEW.accession;
	RETURN NULL;
END
$$;
CREATE TRIGGER deliver AFTER INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION pg_temp.deliver();
SELECT lives_ok('INSERT INTO inbox VALUES (''W1-1'', ''unread''), (''W3-1'', ''draft'')', 'a trigger on another table updates reports');
SELECT is(pg_temp.all_of_w(), 'W1 unread ada, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'carried as well');
SELECT is(pg_temp.events(), ARRAY['closed', 'opened'], 'an event each');
SELECT pg_temp.refused('INSERT INTO inbox VALUES (''W1-1'', ''signed'')', 'RL015 invalid status transition', 'and refused as well');

CREATE FUNCTION pg_temp.decide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.study_name IS DISTINCT FROM OLD.study_name AND NEW.study_name LIKE 'set %' THEN
		NEW := jsonb_populate_record(NEW, substr(NEW.study_name, 5)::jsonb);
	END IF;
	RETURN NEW;
END
$$;
CREATE FUNCTION pg_temp.deciding(accession text, change jsonb) RETURNS text LANGUAGE sql
	RETURN format('UPDATE reportlink.report SET study_name = %L WHERE accession_number = %L', 'set ' || change::text, accession);
-- triggers fire in the order of their names: one before ours, one after
CREATE TRIGGER a_decides BEFORE UPDATE ON reportlink.report FOR EACH ROW EXECUTE FUNCTION pg_temp.decide();
SELECT lives_ok(pg_temp.deciding('W1-2', '{"status": "draft"}'), 'a trigger before ours makes a draft of a report');
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'it is carried');
SELECT is(pg_temp.events(), ARRAY['opened'], 'and recorded');
SELECT pg_temp.refused(pg_temp.deciding('W1-1', '{"status": "addendum_signed"}'), 'RL015 invalid status transition', 'and checked: RL015');
SELECT pg_temp.refused(pg_temp.deciding('W1-1', '{"owner_id": "gone"}'), 'RL013 not an active member', 'the owner too: RL013');
SELECT pg_temp.refused(pg_temp.deciding('W1-1', jsonb_build_object(name, new_value)), 'RL021 column is managed by reportlink', format('a trigger before ours sets %s: RL021', name))
FROM (VALUES ('drafting', 'false'::jsonb), ('addendum_open', 'true'), ('signed_at', '"2026-03-02"'), ('group_id', 'null'), ('link_position', '7'), ('document_id', '99')) t (name, new_value);
SELECT lives_ok(pg_temp.deciding('W2-2', '{"status": "cancelled"}'), 'it cancels one of two');
SELECT is(pg_temp.all_of_w(), 'W1 draft ada drafting, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'that one is');
SELECT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], 'and leaves its group');
DROP TRIGGER a_decides ON reportlink.report;
SELECT pg_temp.reading('W5', 3) AS w5 \gset
CREATE TRIGGER z_decides BEFORE UPDATE ON reportlink.report FOR EACH ROW EXECUTE FUNCTION pg_temp.decide();
SELECT lives_ok(pg_temp.deciding('W1-2', '{"status": "unread"}'), 'a trigger after ours makes a report unread');
SELECT is(pg_temp.all_of_w(), 'W1 unread ada, W2 cancelled ada, W2 draft ada drafting, W3 draft ada drafting', 'it is carried');
SELECT is(pg_temp.events(), ARRAY['closed'], 'and recorded');
SELECT pg_temp.refused(pg_temp.deciding('W1-1', '{"status": "prelim_signed"}'), 'RL015 invalid status transition', 'and checked: RL015');
SELECT pg_temp.refused(pg_temp.deciding('W1-1', '{"owner_id": "gone"}'), 'RL013 not an active member', 'the owner too: RL013');
SELECT pg_temp.refused(pg_temp.deciding('W5-1', jsonb_build_object(name, new_value)), 'RL021 column is managed by reportlink', format('a trigger after ours sets %s: RL021', name))
FROM (VALUES ('drafting', 'false'::jsonb), ('link_position', '7'), ('document_id', '99')) t (name, new_value);
SELECT matches(pg_temp.outcome(pg_temp.deciding('W5-1', jsonb_build_object(name, new_value))), '^(RL021|23503)[^(]*$', format('a trigger after ours sets %s: refused', name))
FROM (VALUES ('group_id', '1'::jsonb), ('mrn', '"P1"')) t (name, new_value);
SELECT pg_temp.refused(pg_temp.deciding('W3-1', jsonb_build_object(name, new_value)), 'RL021 column is managed by reportlink', format('a trigger after ours sets %s of a report that is not linked: RL021', name))
FROM (VALUES ('drafting', 'false'::jsonb), ('document_id', '99')) t (name, new_value);
SELECT matches(pg_temp.outcome(pg_temp.deciding('W5-2', '{"status": "cancelled"}')), '^23514 [^(]*$', 'it cannot cancel one of three: a cancelled report is never linked');
SELECT is(pg_temp.left_behind(:'w5'), 'draft ada drafting linked default text, draft ada drafting linked text, draft ada drafting linked text', 'and all stay as they are');
SELECT pg_temp.events() AS ignored \gset
DROP TRIGGER z_decides ON reportlink.report;

CREATE TEMP TABLE journal (seen_by text, old_status text, new_status text);
CREATE FUNCTION pg_temp.journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO journal SELECT TG_NAME, o.status, n.status FROM before_it o JOIN after_it n USING (organization_id, report_id) WHERE o.status <> n.status;
	RETURN NULL;
END
$$;
CREATE TRIGGER a_journal AFTER UPDATE ON reportlink.report REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.journal();
CREATE TRIGGER z_journal AFTER UPDATE ON reportlink.report REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.journal();
SELECT lives_ok('UPDATE reportlink.report SET status = ''draft'' WHERE accession_number IN (''W1-1'', ''W1-2'')', 'statement triggers of the user''s beside ours, before and after it');
SELECT is((SELECT array_agg(DISTINCT (seen_by, old_status, new_status, n)::text) FROM (SELECT *, count(*) OVER (PARTITION BY seen_by) AS n FROM journal) j),
	ARRAY['(a_journal,unread,draft,2)', '(z_journal,unread,draft,2)'], 'each sees the rows of the statement once');
SELECT is(pg_temp.events(), ARRAY['opened'], 'and so do we');
DELETE FROM journal;
UPDATE reportlink.report SET status = 'unread' WHERE accession_number = 'W1-1';
SELECT is((SELECT string_agg(seen_by || ' ' || n, ', ' ORDER BY seen_by) FROM (SELECT seen_by, count(*) AS n FROM journal GROUP BY 1) j), 'a_journal 2, z_journal 2',
	'they see the row of the statement, and then the row that it is carried to');
DROP TRIGGER a_journal ON reportlink.report;
DROP TRIGGER z_journal ON reportlink.report;
SELECT pg_temp.events() AS ignored \gset

-- What a trigger of the user's does in between is not lost: the newest event tells the state, whether
-- the statement is done or refused

CREATE FUNCTION pg_temp.hand_on() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	PERFORM reportlink_assign(NEW.organization_id, NEW.report_id, 'rex', 'adm');
	RETURN NULL;
END
$$;
SELECT pg_temp.reading('W6', 2, 'ada', 'unread') AS w6 \gset
CREATE TRIGGER hand_on AFTER UPDATE ON reportlink.report FOR EACH ROW WHEN (OLD.status = 'unread' AND NEW.status = 'draft') EXECUTE FUNCTION pg_temp.hand_on();
SELECT pg_temp.outcome(pg_temp.setting((:'w6'::bigint[])[1], 'status = ''draft''')) AS ignored \gset
SELECT is((SELECT array_agg(DISTINCT owner_id) FROM reportlink.report WHERE mrn = 'W6'), ARRAY[(pg_temp.event('report.owner_changed')).data ->> 'new_owner'],
	'a row trigger that assigns what is opened: the owner is whom the newest event names');
DROP TRIGGER hand_on ON reportlink.report;
CREATE FUNCTION pg_temp.take_out() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		PERFORM reportlink_unlink(NEW.organization_id, ARRAY[NEW.report_id], false, 'adm');
	END IF;
	RETURN NULL;
END
$$;
SELECT pg_temp.reading('W12', 3, 'ada', 'unread') AS w12 \gset
CREATE TRIGGER take_out AFTER UPDATE ON reportlink.report FOR EACH ROW WHEN (OLD.status = 'unread' AND NEW.status = 'draft') EXECUTE FUNCTION pg_temp.take_out();
SELECT pg_temp.refused(pg_temp.setting((:'w12'::bigint[])[1], 'status = ''draft'''), '27000 report was changed by a trigger of the statement that changes it',
	'a row trigger that unlinks what is opened: refused, nothing changed');
DROP TRIGGER take_out ON reportlink.report;
CREATE FUNCTION pg_temp.throw_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM reportlink.report WHERE organization_id = NEW.organization_id AND report_id = NEW.report_id;
	RETURN NULL;
END
$$;
SELECT array_agg(pg_temp.new_report('north', 'W13', 'W13-' || n) ORDER BY n) AS w13 FROM generate_series(1, 3) n \gset
SELECT format('CREATE TRIGGER throw_away AFTER UPDATE ON reportlink.report FOR EACH ROW WHEN (NEW.report_id = %s) EXECUTE FUNCTION pg_temp.throw_away()', (:'w13'::bigint[])[1]) \gexec
SELECT pg_temp.refused('UPDATE reportlink.report SET status = ''draft'' WHERE mrn = ''W13''', '27000 report was changed by a trigger of the statement that changes it',
	'a row trigger that deletes one of those that are opened: refused, nothing changed');
SELECT is(pg_temp.detail('UPDATE reportlink.report SET status = ''draft'' WHERE mrn = ''W13'''), format('Report %s.', (:'w13'::bigint[])[1]), 'DETAIL has the one that is gone');
DROP TRIGGER throw_away ON reportlink.report;
SELECT format('CREATE TRIGGER throw_away AFTER UPDATE ON reportlink.report FOR EACH ROW WHEN (NEW.report_id = %s) EXECUTE FUNCTION pg_temp.throw_away()', (:'w13'::bigint[])[3]) \gexec
SELECT is(pg_temp.detail('UPDATE reportlink.report SET status = ''draft'' WHERE mrn = ''W13'''), format('Report %s.', (:'w13'::bigint[])[3]), 'also when it is the last');
DROP TRIGGER throw_away ON reportlink.report;
CREATE FUNCTION pg_temp.open_it() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		PERFORM reportlink_open(r.organization_id, r.report_id, r.owner_id) FROM reportlink.report r WHERE r.accession_number = 'W7-1';
	END IF;
	RETURN NULL;
END
$$;
SELECT pg_temp.reading('W7', 2, 'ada', 'unread') AS w7 \gset
CREATE TRIGGER a_opens AFTER UPDATE ON reportlink.report FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.open_it();
SELECT pg_temp.outcome(pg_temp.setting((:'w7'::bigint[])[1], 'owner_id = ''rex''')) AS ignored \gset
SELECT is((SELECT array_agg(DISTINCT status) FROM reportlink.report WHERE mrn = 'W7'),
	ARRAY[coalesce((SELECT data ->> 'status' FROM reportlink.event WHERE type = 'report.opened' AND report_ids = :'w7' ORDER BY event_id DESC LIMIT 1), 'unread')],
	'a statement trigger that opens what is assigned: the status is what the newest event tells');
DROP TRIGGER a_opens ON reportlink.report;
CREATE FUNCTION pg_temp.carry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE reportlink.report SET status = NEW.status WHERE organization_id = NEW.organization_id AND group_id = NEW.group_id AND status <> NEW.status;
	RETURN NULL;
END
$$;
SELECT pg_temp.reading('V8', 3) AS v8 \gset
CREATE TRIGGER carry AFTER UPDATE OF status ON reportlink.report FOR EACH ROW EXECUTE FUNCTION pg_temp.carry();
SELECT pg_temp.outcome(pg_temp.setting((:'v8'::bigint[])[2], 'status = ''prelim_signed''')) AS ignored \gset
DROP TRIGGER carry ON reportlink.report;
SELECT cmp_ok(cardinality(pg_temp.events()), '<=', 1, 'a trigger of the user''s that carries the status itself: not more than one event');
SELECT cmp_ok((SELECT count(*) FROM reportlink.signature WHERE report_id = ANY (:'v8')), '<=', 1::bigint, 'and not more than one signature');

-- Columns of the user's

ALTER TABLE reportlink.report ADD COLUMN priority int DEFAULT 3, ADD COLUMN label text GENERATED ALWAYS AS (status || '/' || coalesce(owner_id, '')) STORED;
ALTER TABLE reportlink.report ADD COLUMN gone_again text;
ALTER TABLE reportlink.report DROP COLUMN gone_again;
ALTER TABLE reportlink.report ADD COLUMN note text;
SELECT lives_ok('UPDATE reportlink.report SET status = ''draft'', note = ''stat'', priority = 1 WHERE accession_number = ''W1-2''', 'a column of the user''s together with the status');
SELECT is((SELECT array_agg((accession_number, label, note, priority)::text ORDER BY accession_number) FROM reportlink.report WHERE mrn = 'W1'),
	ARRAY['(W1-1,draft/ada,,3)', '(W1-2,draft/ada,stat,1)'], 'the status is carried, his column is not');
SELECT is(pg_temp.events(), ARRAY['opened'], 'one event');
SELECT lives_ok('UPDATE reportlink.report SET priority = 2 WHERE mrn = ''W1''', 'his column alone');
SELECT is(pg_temp.events(), '{}'::text[], 'is no event');
ALTER TABLE reportlink.report DROP COLUMN priority, DROP COLUMN label, DROP COLUMN note;
SELECT lives_ok('UPDATE reportlink.report SET status = ''unread'' WHERE accession_number = ''W1-2''', 'and when they are gone');
SELECT is(pg_temp.events(), ARRAY['closed'], 'it works on');

-- Registering reports: COPY, ON CONFLICT, and who brings states

SET LOCAL ROLE reportlink_test_writer;
COPY reportlink.report (organization_id, mrn, accession_number, study_name) FROM STDIN;
north	Y1	Y-1	CT Chest
north	Y1	Y-2	CT Abdomen
south	Y1	Y-1	CT Chest
\.
RESET ROLE;
SELECT is((SELECT array_agg(organization_id || ' ' || accession_number || ' ' || pg_temp.state_of(report_id) ORDER BY 1, report_id) FROM reportlink.report WHERE mrn = 'Y1'),
	ARRAY['north Y-1 unread -', 'north Y-2 unread -', 'south Y-1 unread -'], 'COPY registers reports, unread');
SELECT is((SELECT array_agg(organization_id ORDER BY 1) FROM reportlink.patient WHERE mrn = 'Y1'), ARRAY['north', 'south'], 'COPY: the rows of their patients come by themselves');
SELECT is(pg_temp.events(), '{}'::text[], 'COPY: registering is no event');
SELECT lives_ok('SELECT reportlink_link(''north'', array_agg(report_id)) FROM reportlink.report WHERE organization_id = ''north'' AND mrn = ''Y1''', 'COPY: they can be linked');
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.outcome_for('reportlink_test_writer', $$INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name)
	VALUES ('north', 'Y1', 'Y-1', 'again'), ('north', 'Y1', 'Y-3', 'new'), ('north', 'Y1', 'Y-3', 'twice') ON CONFLICT DO NOTHING$$), 'done', 'orders sent again: ON CONFLICT DO NOTHING');
SELECT is((SELECT array_agg(accession_number || ' ' || study_name || ' ' || pg_temp.state_of(report_id) ORDER BY report_id) FROM reportlink.report WHERE mrn = 'Y1' AND organization_id = 'north'),
	ARRAY['Y-1 CT Chest draft ada drafting', 'Y-2 CT Abdomen draft ada drafting', 'Y-3 new unread -'], 'only the new one comes, once; the others stay as they are');
SELECT is(pg_temp.events(), '{}'::text[], 'no event');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', $$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'Y1', 'Y-1')$$),
	'23505 duplicate key value violates unique constraint "report_identifiers_key"', 'without it: 23505');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', format($$INSERT INTO reportlink.report (organization_id, mrn, accession_number, %1$I) VALUES ('north', 'Y2', 'Y-%1$s', %2$s) %3$s$$,
	name, given, conflict)), 'RL021 column is managed by reportlink', format('INSERT with %s %s: RL021', name, conflict))
FROM (VALUES ('status', '''draft'''), ('owner_id', '''ada''')) t (name, given),
	unnest('{"",ON CONFLICT DO NOTHING,ON CONFLICT ON CONSTRAINT report_identifiers_key DO UPDATE SET status = excluded.status}'::text[]) conflict;
SELECT is(pg_temp.outcome_for('reportlink_test_writer', $$INSERT INTO reportlink.report (organization_id, mrn, accession_number, status) VALUES ('north', 'Y2', 'Y-0', 'void')$$),
	'RL021 column is managed by reportlink', 'a status that there is not: RL021 as well');
COPY reportlink.report (organization_id, mrn, accession_number, status, owner_id) FROM STDIN;
north	Y3	Y-31	draft	rex
\.
SELECT is((SELECT pg_temp.state_of(report_id) FROM reportlink.report WHERE mrn = 'Y3'), 'draft rex', 'COPY by the owner of the tables brings states');
SELECT is(pg_temp.events(), '{}'::text[], 'and repeats no event');
CREATE TEMP TABLE brought AS SELECT 'north' AS organization_id, 'Y4' AS mrn, 'Y-4' || n AS accession_number FROM generate_series(1, 1000) n;
SELECT is(pg_temp.outcome_for(current_user, 'INSERT INTO reportlink.report (organization_id, mrn, accession_number) SELECT * FROM brought'), 'done', 'a thousand by INSERT SELECT');
SELECT is((SELECT count(*) FROM reportlink.report WHERE mrn = 'Y4' AND status = 'unread'), 1000::bigint, 'all are unread');

-- Replication: all is left to the user

SELECT pg_temp.reading('S1', 3) AS s1 \gset
SET LOCAL session_replication_role = replica;
SELECT is(pg_temp.outcome_for(current_user, pg_temp.setting((:'s1'::bigint[])[2], 'status = ''signed'', owner_id = ''nobody'', drafting = false')), 'done', 'session_replication_role = replica: nothing is checked');
SELECT is((SELECT string_agg(pg_temp.state_of(report), ', ' ORDER BY report) FROM unnest(:'s1'::bigint[]) report), 'draft ada drafting, signed nobody, draft ada drafting', 'nothing is carried');
SELECT is(pg_temp.events(), '{}'::text[], 'nothing is recorded');
SELECT is((SELECT count(*) FROM reportlink.signature WHERE report_id = ANY (:'s1')), 0::bigint, 'nothing is signed');
SELECT isnt_empty('SELECT * FROM reportlink_check()', 'reportlink_check() tells of it');
UPDATE reportlink.report SET status = 'draft', owner_id = 'ada', drafting = true WHERE report_id = ANY (:'s1');
SET LOCAL session_replication_role = origin;
SELECT is_empty('SELECT * FROM reportlink_check()', 'and not when it was put right');
SELECT pg_temp.refused(pg_temp.setting((:'s1'::bigint[])[2], 'status = ''addendum_signed'''), 'RL015 invalid status transition', 'afterwards the rules hold again');

-- What no status comes with

SELECT pg_temp.reading('Z1', 2) AS z1, pg_temp.reading('Z2', 1) AS z2 \gset
SELECT pg_temp.refused(pg_temp.setting(report, 'status = ''prelim_signed'', ' || change), 'RL021 column is managed by reportlink', format('a status together with %s: RL021', change))
FROM unnest('{drafting = false,addendum_open = true,signed_at = now(),group_id = 0,link_position = 9,document_id = 0,organization_id = ''south'',report_id = DEFAULT}'::text[]) change,
	unnest(ARRAY[(:'z1'::bigint[])[2], (:'z2'::bigint[])[1]]) report;
SELECT pg_temp.refused(pg_temp.setting((:'z1'::bigint[])[1], 'signed_at = NULL, status = ''signed'', addendum_open = true'), 'RL021 column is managed by reportlink', 'a final signature that opens an addendum itself: RL021');
SELECT pg_temp.refused(pg_temp.setting((:'z1'::bigint[])[1], 'mrn = ''Z9'', status = ''prelim_signed'''), 'RL021 column is managed by reportlink', 'the MRN of a linked report together with its status: RL021');
SELECT is(left(pg_temp.outcome(pg_temp.setting(report, format('status = %L', word))), 5), '23514', format('status %L: 23514', word))
FROM unnest('{Signed,void,"",UNREAD," draft",signed_,прочитано}'::text[]) word, unnest(ARRAY[(:'z1'::bigint[])[2], (:'z2'::bigint[])[1]]) report;
SELECT is(left(pg_temp.outcome(pg_temp.setting((:'z2'::bigint[])[1], 'status = NULL')), 5), '23502', 'status NULL: 23502');
SELECT pg_temp.refused(pg_temp.setting(report, format('owner_id = %L', owner)), 'RL013 not an active member', format('owner %L: RL013', left(owner, 10)))
FROM unnest(ARRAY['', 'ADA', ' ada', 'nobody', 'sue', repeat('x', 100000)]) owner, unnest(ARRAY[(:'z1'::bigint[])[2], (:'z2'::bigint[])[1]]) report;
SELECT is(pg_temp.outcome_for('reportlink_test_writer', pg_temp.setting((:'z1'::bigint[])[1], 'status = ''prelim_signed''')), 'done', 'with a user in the setting it is no matter who connects');
SELECT is((SELECT database_role || ' ' || actor FROM pg_temp.event('report.prelim_signed')), 'reportlink_test_writer ada', 'the event has both');
SELECT pg_temp.act('') AS ignored \gset
SELECT is(pg_temp.outcome_for('reportlink_test_writer', pg_temp.setting((:'z1'::bigint[])[1], 'status = ''signed''')), 'RL012 no acting user', 'without: RL012');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', pg_temp.setting((:'z1'::bigint[])[1], 'study_name = ''CT''')), 'done', 'what is neither status nor owner needs no user');
SELECT is(pg_temp.outcome_for('reportlink_test_writer', pg_temp.setting((:'z1'::bigint[])[1], 'status = status')), 'done', 'nor does what changes nothing');
CREATE FUNCTION pg_temp.owners_repair(report bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
	AS 'UPDATE reportlink.report SET status = ''signed'' WHERE report_id = $1';
SELECT is(pg_temp.outcome_for('reportlink_test_writer', format('SELECT pg_temp.owners_repair(%s)', (:'z1'::bigint[])[1])), 'done',
	'a function of the owner''s with his rights is a repair');
SELECT is(pg_temp.states(:'z1'), ARRAY['signed ada'], 'that is carried');

-- Profiles

CREATE ROLE reportlink_test_reader;
CREATE ROLE reportlink_test_reporter;
CREATE ROLE reportlink_test_administrator;
SELECT count(reportlink_grant(('reportlink_test_' || profile)::regrole, profile)::text) AS ignored FROM unnest('{reader,reporter,administrator}'::text[]) profile \gset
SELECT pg_temp.reading('G1', 3) AS g1, pg_temp.act('ada') AS ignored \gset
SELECT is(pg_temp.outcome_for('reportlink_test_reader', pg_temp.setting((:'g1'::bigint[])[1], change)), '42501 permission denied for table report', format('profile reader: %s, 42501', change))
FROM unnest('{status = ''unread'',owner_id = NULL}'::text[]) change;
SELECT is(pg_temp.outcome_for('reportlink_test_reporter', pg_temp.setting((:'g1'::bigint[])[1], 'status = ''prelim_signed''')), 'done', 'profile reporter signs');
SELECT is(pg_temp.outcome_for('reportlink_test_reporter', pg_temp.setting((:'g1'::bigint[])[2], 'owner_id = ''rex''')), 'done', 'profile reporter assigns');
SELECT is(pg_temp.outcome_for('reportlink_test_administrator', pg_temp.setting((:'g1'::bigint[])[3], 'owner_id = ''ada''')), 'done', 'profile administrator too');
SELECT is(pg_temp.states(:'g1'), ARRAY['prelim_signed ada'], 'for all reports of the group');
SELECT is(pg_temp.outcome_for('reportlink_test_reporter', pg_temp.setting((:'g1'::bigint[])[1], change)), '42501 permission denied for table report', format('profile reporter: %s, 42501', change))
FROM unnest('{drafting = false,signed_at = now(),group_id = NULL,document_id = NULL}'::text[]) change;
SELECT pg_temp.act('') AS ignored \gset
SELECT is(pg_temp.outcome_for('reportlink_test_reporter', pg_temp.setting((:'g1'::bigint[])[1], 'status = ''signed''')), 'RL012 no acting user', 'profile reporter without user: RL012');
SELECT is(pg_temp.outcome_for('reportlink_test_administrator', pg_temp.setting((:'g1'::bigint[])[1], 'status = ''signed''')), 'RL012 no acting user', 'profile administrator without user: RL012');

SELECT is(left(pg_temp.outcome(pg_temp.setting((:'x6'::bigint[])[1], 'status = NULL')), 5), '23502', 'status NULL of a linked report: 23502');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
