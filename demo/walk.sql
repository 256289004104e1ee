-- The story that `make demo` tells. psql reads it from its standard input, as
-- the owner of the tables; demo/run has put DEMO_DIR (a scratch directory) in the
-- environment, has made the roles, and the second psql listens already.

\set ON_ERROR_STOP on
\set owner :USER
\pset pager off
\pset footer off
\pset null '-'
SET TimeZone = 'America/Chicago';

-- ends the story, and make demo with it, when it does not go as told
CREATE FUNCTION demo_expect(holds boolean, expected text) RETURNS void
	LANGUAGE plpgsql
	AS $$
BEGIN
	IF holds IS NOT TRUE THEN
		RAISE EXCEPTION 'the demo expected %', expected;
	END IF;
END
$$;

\echo
\echo 1. MONDAY MORNING
\echo
\echo The orders of two weeks have been registered, each by an INSERT into reportlink.report:
\echo
SELECT o.name AS organization, o.linking_enabled AS linking, count(*) AS orders,
	count(DISTINCT r.mrn) AS patients, count(DISTINCT r.visit_number) AS visits,
	count(*) FILTER (WHERE r.status IN ('unread', 'draft')) AS to_read
FROM reportlink.organization o JOIN reportlink.report r USING (organization_id)
GROUP BY o.organization_id, o.name, o.linking_enabled ORDER BY orders DESC;

\echo The reading application is the role reading_app, the integration engine interface_engine; neither
\echo owns anything:
\echo
\set ECHO queries
SELECT reportlink_grant('reading_app', 'reporter'),
       reportlink_grant('interface_engine', 'listener');
\set ECHO none
\connect - reading_app
SET TimeZone = 'America/Chicago';

\echo
\echo 2. THE DIALOG
\echo
\echo Dr. Okafor opens the CT of the chest of MRN 00417736, accession CT-26-130417, and presses Link
\echo Reports. What else is there of this patient?
\echo
\set ECHO queries
SET reportlink.user_id = 'okafor';
SELECT * FROM reportlink_open('lakeside', 1);
SELECT report_id AS id, accession_number, study_name, created_at::date AS created, linkable, reason
FROM reportlink_linkable_reports('lakeside', 1) ORDER BY report_id;
\set ECHO none
\echo What is signed, cancelled or on the desk of a colleague stays as it is.

\echo
\echo 3. THE LINK
\echo
\echo She ticks abdomen and pelvis of the same visit and, by mistake, the portable chest film of last
\echo Thursday (4), and closes the dialog. One statement does it all:
\echo
\set ECHO queries
\x on
SELECT * FROM reportlink_link('lakeside', ARRAY[1, 2, 3, 4]);
\x off
\set ECHO none
\echo The first report is the default. The others are in draft and hers as well, as the first was.

\echo
\echo 4. THE SIDEBAR
\echo
\set ECHO queries
SELECT report_id, accession_number, study_name, created_at::date AS created, order_id, is_default
FROM reportlink_linked_reports('lakeside', 1);
\set ECHO none
\echo Dr. Park, the resident, had dictated into the abdomen and gave it back. The chest was blank, and
\echo blank never replaces text: his dictation is now the text of all four. It was not copied, the
\echo reports point at one document:
\echo
\set ECHO queries
SELECT report_id, status, owner_id, drafting, document_id, transcript
FROM reportlink.report_text WHERE organization_id = 'lakeside' AND group_id = 1
ORDER BY link_position;
\set ECHO none

\echo
\echo 5. ONE REPORT TOO MANY
\echo
\echo The film of Thursday does not belong. It goes back to the worklist as it was, unowned, blank:
\echo
\set ECHO queries
SELECT * FROM reportlink_unlink('lakeside', ARRAY[4], unassign_and_discard => true);
\set ECHO none
\echo The worklist shows the three that remain as one row, the film as another:
\echo
\set ECHO queries
SELECT report_id, report_count AS n, accession_numbers, status, owner_id
FROM reportlink.worklist
WHERE organization_id = 'lakeside' AND mrn = '00417736' ORDER BY report_id;
\set ECHO none

\echo
\echo 6. WHAT IS REFUSED
\echo
\echo Another patient (report 8) by a slip of the mouse. The message is in the words of the product,
\echo the SQLSTATE is for the program, and nothing has changed:
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT * FROM reportlink_link('lakeside', ARRAY[1, 8]);
\set ECHO none
\echo SQLSTATE :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
SELECT demo_expect(:'LAST_ERROR_SQLSTATE' = 'RL004', 'SQLSTATE RL004') \g /dev/null
\echo
\echo The same holds for anyone who writes SQL by hand, here or with any other tool:
\echo
\set ON_ERROR_STOP off
\set ECHO queries
UPDATE reportlink.report SET mrn = '00418880' WHERE organization_id = 'lakeside' AND report_id = 1;
\set ECHO none
\echo SQLSTATE :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
SELECT demo_expect(:'LAST_ERROR_SQLSTATE' = 'RL021', 'SQLSTATE RL021') \g /dev/null

\echo
\echo 7. TWO RADIOLOGISTS AT ONCE
\echo
\echo A trauma series came in. Dr. Okafor links it; before her transaction is committed Dr. Lindqvist,
\echo in the next room, links the same studies.
\echo
SELECT array_agg(report_id ORDER BY report_id) AS series, count(*) AS studies
FROM reportlink.report
WHERE organization_id = 'lakeside' AND visit_number = (
	SELECT visit_number FROM reportlink.report
	WHERE organization_id = 'lakeside' AND study_name = 'XR Femur 2 Views Left' AND status = 'unread'
	ORDER BY report_id LIMIT 1) \gset
\setenv DEMO_SERIES :series
\set ECHO queries
BEGIN;
SELECT group_id, report_ids, owner_id FROM reportlink_link('lakeside', :'series');
\set ECHO none
\! PGUSER=reading_app PGAPPNAME=lindqvist psql -X -q < demo/second.sql > "$DEMO_DIR/second" 2>&1 &
DO $$
BEGIN
	FOR turn IN 1 .. 200 LOOP
		IF EXISTS (SELECT FROM pg_stat_activity
				WHERE application_name = 'lindqvist' AND wait_event_type = 'Lock') THEN
			RETURN;
		END IF;
		PERFORM pg_sleep(0.05);
		PERFORM pg_stat_clear_snapshot();
	END LOOP;
	RAISE 'the second session did not wait';
END
$$;
\echo Her colleague waits for the patient, nobody else does:
\echo
SELECT application_name AS session, wait_event_type AS waits_for,
	CASE WHEN pg_blocking_pids(pid) = ARRAY[pg_backend_pid()] THEN 'the session of Dr. Okafor' END AS held_by
FROM pg_stat_activity WHERE application_name = 'lindqvist';
\set ECHO queries
COMMIT;
\set ECHO none
\echo
\echo and is then judged by what is there now:
\echo
\! for turn in $(seq 100); do grep -q '^SQLSTATE' "$DEMO_DIR/second" && break; sleep 0.1; done
\! cat "$DEMO_DIR/second"
\set refused `grep -c '^SQLSTATE RL008' "$DEMO_DIR/second"`
SELECT demo_expect(:refused = 1, 'SQLSTATE RL008 for the second session') \g /dev/null
\echo There is one group. No deadlock is possible between such calls, whatever their order.

\echo
\echo 8. WHAT THE SECOND PSQL HEARD
\echo
\echo All the time a second psql (the integration engine) has been listening. It heard, at each commit:
\echo
\! touch "$DEMO_DIR/stop"
\! for turn in $(seq 100); do test -e "$DEMO_DIR/heard.done" && break; sleep 0.1; done
\! sed -n 's/.* with payload "\(.*\)" received from .*/\1/p' "$DEMO_DIR/heard" | fold -s -w 98
\set heard `grep -c 'with payload .*report.unlinked' "$DEMO_DIR/heard"`
SELECT demo_expect(:heard = 1, 'that the second psql hears of the unlink') \g /dev/null
\echo
\echo Ids only, for everybody may listen. What happened, with the identifiers that a RIS needs, is in
\echo the table, in the transaction that did it. The engine has the profile listener:
\echo
\connect - interface_engine
SET TimeZone = 'America/Chicago';
\set ECHO queries
SELECT event_id, type, actor, report_ids,
       data->>'old_owner' AS old_owner, data->>'new_owner' AS new_owner
FROM reportlink.event WHERE organization_id = 'lakeside' ORDER BY event_id;
\t on
SELECT jsonb_pretty(linked_identifiers->0) AS identifiers
FROM reportlink.event WHERE type = 'report.linked' ORDER BY event_id LIMIT 1;
\t off
\set ECHO none

\connect - reading_app
SET TimeZone = 'America/Chicago';

\echo 9. A DAY IN A READING ROOM
\echo
\echo Dr. Park, the resident, opens the brain of MRN 00418302 and links the angiography of the head.
\echo While he dictates the application autosaves:
\echo
\set ECHO queries
SET reportlink.user_id = 'park';
SELECT * FROM reportlink_open('lakeside', 8);
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('lakeside', '{8,9}');
SELECT reportlink_save('lakeside', 8, '{"transcript": "no infarct no hemorrhage"}', checkpoint => false);
\set ECHO none
SELECT document_id FROM reportlink.report_text
WHERE organization_id = 'lakeside' AND report_id = 8 \gset autosave_
\echo The number is that of the new version. He saves the report, provided that this one is still in
\echo force, and links a third study, the spine:
\echo
\set ECHO queries
SELECT reportlink_save('lakeside', 9, '{"final_report": "IMPRESSION: Normal brain and arteries.", "contrast": "gadolinium"}',
                       expected_document_id => :autosave_document_id);
SELECT group_id, report_ids, linked_report_ids FROM reportlink_link('lakeside', '{8,10}');
SELECT report_id, accession_number, status, owner_id, document_id, final_report
FROM reportlink.report_text WHERE organization_id = 'lakeside' AND mrn = '00418302' ORDER BY link_position;
\set ECHO none
SELECT demo_expect(count(*) = 3 AND count(DISTINCT document_id) = 1 AND min(status) = 'draft'
		AND min(owner_id) = 'park' AND max(owner_id) = 'park', 'one text and one owner for three studies')
	FROM reportlink.report_text WHERE organization_id = 'lakeside' AND mrn = '00418302' \g /dev/null

\echo
\echo 10. WRONG MOVES
\echo
\echo Meanwhile others try. A colleague who does not own it saves, a second window of Dr. Park saves
\echo over a version that is no longer in force, Meyer, the drafter, signs, and so does the resident,
\echo finally:
\echo
\set ON_ERROR_STOP off
\set wrong ''
\set ECHO queries
SELECT reportlink_save('lakeside', 8, '{"transcript": "an infarct"}', actor => 'lindqvist');
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
SELECT reportlink_save('lakeside', 8, '{"transcript": "no infarct"}', expected_document_id => :autosave_document_id);
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
SELECT reportlink_prelim_sign('lakeside', 8, actor => 'meyer');
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
SELECT reportlink_sign('lakeside', 8);
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\echo And Dr. Lindqvist signs the ultrasound of chapter 2, which has no final report yet:
\echo
\set ECHO queries
SELECT reportlink_sign('lakeside', 7, actor => 'lindqvist');
\set ECHO none
\echo SQLSTATE :SQLSTATE
\set wrong :wrong :SQLSTATE ' '
\set ON_ERROR_STOP on
SELECT demo_expect(:'wrong' = 'RL008 RL017 RL014 RL014 RL020 ', 'five other SQLSTATEs than ' || :'wrong')
	\g /dev/null

\echo
\echo 11. THE SIGNATURES
\echo
\echo Dr. Park signs preliminarily, all three studies at once. Dr. Okafor misses the spine and sends it
\echo back; it is in draft again, and his:
\echo
\set ECHO queries
SELECT * FROM reportlink_prelim_sign('lakeside', 8);
SELECT * FROM reportlink_reject('lakeside', 9, actor => 'okafor');
\set ECHO none
\echo He completes and signs it. She signs what he signed, and takes it over:
\echo
\set ECHO queries
SELECT reportlink_save('lakeside', 10, '{"final_report": "IMPRESSION: Normal brain, arteries and cervical spine."}');
SELECT * FROM reportlink_prelim_sign('lakeside', 8);
SELECT * FROM reportlink_sign('lakeside', 8, actor => 'okafor');
\set ECHO none
SELECT demo_expect(count(*) = 3 AND count(DISTINCT signed_at) = 1, 'three signed studies of Dr. Okafor')
	FROM reportlink.report_text WHERE organization_id = 'lakeside' AND mrn = '00418302'
	AND status = 'signed' AND owner_id = 'okafor' \g /dev/null
\echo From here on the text is locked, and so are the links. Saving, signing twice, unlinking:
\echo
\set ON_ERROR_STOP off
\set wrong ''
\set ECHO queries
SET reportlink.user_id = 'okafor';
SELECT reportlink_save('lakeside', 8, '{"final_report": "IMPRESSION: Normal."}');
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
SELECT reportlink_sign('lakeside', 8);
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
SELECT reportlink_unlink('lakeside', '{10}');
\set ECHO none
\echo SQLSTATE :SQLSTATE
\set wrong :wrong :SQLSTATE ' '
\set ON_ERROR_STOP on
SELECT demo_expect(:'wrong' = 'RL016 RL015 RL006 ', 'three other SQLSTATEs than ' || :'wrong') \g /dev/null

\echo
\echo 12. THE ADDENDUM
\echo
\echo In the afternoon an MR of last year arrives. An addendum is a new version; what was signed stays.
\echo It begins as the organization has set it, here with a header and the old text:
\echo
\set ECHO queries
SELECT * FROM reportlink_start_addendum('lakeside', 8);
SELECT status, addendum_open, drafting, final_report FROM reportlink.report_text
WHERE organization_id = 'lakeside' AND report_id = 10;
\set ECHO none
SELECT demo_expect(addendum_open AND status = 'signed' AND final_report LIKE E'ADDENDUM\n\nIMPRESSION: Normal brain, %',
		'an open addendum with header and old text')
	FROM reportlink.report_text WHERE organization_id = 'lakeside' AND report_id = 10 \g /dev/null
\echo She writes it and signs. The history has every version, for each of the three studies:
\echo
\set ECHO queries
SELECT reportlink_save('lakeside', 8, '{"comparison": "MR Brain of 2025-10-02",
    "final_report": "ADDENDUM\n\nUnchanged since October 2025.\n\nIMPRESSION: Normal brain, arteries and cervical spine."}');
SELECT * FROM reportlink_sign('lakeside', 8);
SELECT document_id, parent_id, saved_by, reason, checkpoint, signed_as, signed_by, in_force
FROM reportlink_history('lakeside', 10);
\set ECHO none
SELECT demo_expect(count(*) = 5 AND count(*) FILTER (WHERE signed) = 3
		AND bool_and(signed_as = 'addendum_signed') FILTER (WHERE in_force), 'five versions, three of them signed')
	FROM reportlink_history('lakeside', 10) \g /dev/null

\echo
\echo 13. REPORT RECALL
\echo
\echo Until now a final signature was published with the signature. Lakeside wants report recall: a
\echo minute in which it can be taken back.
\echo
\connect - :owner
\set ECHO queries
UPDATE reportlink.organization SET recall_enabled = true, recall_delay_seconds = 60
WHERE organization_id = 'lakeside';
\set ECHO none
\connect - reading_app
SET TimeZone = 'America/Chicago';
\echo
\echo Dr. Okafor completes the CT of the morning and signs. Nothing is published yet:
\echo
\set ECHO queries
SET reportlink.user_id = 'okafor';
SELECT reportlink_save('lakeside', 1, '{"final_report": "IMPRESSION: No acute finding."}') AS saved;
SELECT * FROM reportlink_sign('lakeside', 1);
SELECT accession_numbers, requested_by, round(seconds_left) AS seconds_left
FROM reportlink.pending_publication WHERE organization_id = 'lakeside';
\set ECHO none
SELECT demo_expect(count(*) = 1 AND min(report_id) = 1, 'one pending publication')
	FROM reportlink.pending_publication \g /dev/null
\echo The background worker of this database was woken by that commit, and sleeps until then:
\echo
\connect - :owner
DO $$
BEGIN
	FOR turn IN 1 .. 200 LOOP
		IF EXISTS (SELECT FROM reportlink.worker_status WHERE activity LIKE 'sleeping until %') THEN
			RETURN;
		END IF;
		PERFORM pg_sleep(0.05);
		PERFORM pg_stat_clear_snapshot();
	END LOOP;
	RAISE 'the worker was not woken';
END
$$;
\set ECHO queries
SELECT process, database, state, activity FROM reportlink.worker_status;
\set ECHO none
\connect - reading_app
SET TimeZone = 'America/Chicago';
\echo She sees a nodule after all, and takes her signature back. All three are in draft again; she
\echo corrects the report and signs it. The ward is on the phone, so she does not wait this time:
\echo
\set ECHO queries
SET reportlink.user_id = 'okafor';
SELECT * FROM reportlink_cancel_publish('lakeside', 1);
SELECT reportlink_save('lakeside', 1, '{"final_report": "IMPRESSION: Nodule of 6 mm in the left lower lobe."}') AS saved;
SELECT status FROM reportlink_sign('lakeside', 1);
SELECT * FROM reportlink_publish_now('lakeside', 1);
\set ECHO none
\echo What is published is not taken back any more:
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT reportlink_cancel_publish('lakeside', 1);
\set ECHO none
\echo SQLSTATE :SQLSTATE
\set ON_ERROR_STOP on
SELECT demo_expect(:'SQLSTATE' = 'RL018', 'SQLSTATE RL018') \g /dev/null
SELECT demo_expect(array_agg(state ORDER BY publication_id) = '{executed,executed,cancelled,executed}',
		'one publication that was cancelled')
	FROM reportlink.publication WHERE organization_id = 'lakeside' \g /dev/null

\echo
\echo 14. A RIS THAT KNOWS ONLY TABLES
\echo
\echo Dr. Okafor goes home. The RIS gives the trauma series to Dr. Lindqvist; it knows one of its
\echo accession numbers, and an UPDATE. The owner is checked like a call of reportlink_assign() and
\echo carried to all that are linked:
\echo
SELECT accession_number FROM reportlink.report WHERE organization_id = 'lakeside' AND group_id = 2
ORDER BY link_position DESC LIMIT 1 \gset last_
\set ECHO queries
SET reportlink.user_id = 'ris';
UPDATE reportlink.report SET owner_id = 'lindqvist'
WHERE organization_id = 'lakeside' AND accession_number = :'last_accession_number';
SELECT report_id, accession_number, status, owner_id FROM reportlink.report
WHERE organization_id = 'lakeside' AND group_id = 2 ORDER BY link_position;
\set ECHO none
SELECT demo_expect(count(*) > 2 AND min(owner_id) = 'lindqvist' AND max(owner_id) = 'lindqvist',
		'that the whole series is Dr. Lindqvist''s')
	FROM reportlink.report WHERE organization_id = 'lakeside' AND group_id = 2 \g /dev/null
\echo What no function would do, no UPDATE does either: back to draft what is signed, or sign for one
\echo and cancel for another of the same series:
\echo
\set ON_ERROR_STOP off
\set wrong ''
\set ECHO queries
UPDATE reportlink.report SET status = 'draft' WHERE organization_id = 'lakeside' AND report_id = 8;
\set ECHO none
\echo SQLSTATE :SQLSTATE
\echo
\set wrong :wrong :SQLSTATE ' '
\set ECHO queries
UPDATE reportlink.report SET status = CASE link_position WHEN 1 THEN 'signed' ELSE 'cancelled' END
WHERE organization_id = 'lakeside' AND group_id = 2;
\set ECHO none
\echo SQLSTATE :SQLSTATE
\set wrong :wrong :SQLSTATE ' '
\set ON_ERROR_STOP on
SELECT demo_expect(:'wrong' = 'RL015 RL015 ', 'twice SQLSTATE RL015, not ' || :'wrong') \g /dev/null
\echo
\echo The integration engine got one event for each action of the day, whatever the number of studies:
\echo
\connect - interface_engine
SET TimeZone = 'America/Chicago';
\set ECHO queries
SELECT type, actor, report_ids, document_id AS text, data->>'old_status' AS old_status, data->>'status' AS status,
       data->>'new_owner' AS new_owner
FROM reportlink.event WHERE organization_id = 'lakeside' AND event_id > 10 ORDER BY event_id;
\set ECHO none

\echo
\echo 15. THE REST OF THE TWO WEEKS
\echo
\echo The RIS knows which studies were ordered together. It links every visit that has more than one
\echo (integrations may, also where Dr. Abbott of Prairie may not yet), each in a transaction of its own:
\echo
\connect - reading_app
SET reportlink.user_id = 'ris';
SELECT count(*) AS links, sum(studies) AS members FROM (
	SELECT count(*) AS studies FROM reportlink.report WHERE status IN ('unread', 'draft')
	GROUP BY organization_id, visit_number HAVING count(*) > 1 AND count(group_id) = 0) v \gset
SELECT extract(epoch FROM clock_timestamp()) AS began \gset
\o /dev/null
SELECT format('SELECT reportlink_link(%L, %L, trigger_open_event => false)',
	organization_id, array_agg(report_id ORDER BY report_id))
FROM reportlink.report WHERE status IN ('unread', 'draft')
GROUP BY organization_id, visit_number HAVING count(*) > 1 AND count(group_id) = 0
ORDER BY min(report_id) \gexec
\o
SELECT round(extract(epoch FROM clock_timestamp()) - :began, 2) AS seconds,
	round(:links / (extract(epoch FROM clock_timestamp()) - :began)) AS rate \gset
\echo '  ' :links visits, :members reports, :links statements from one session: :seconds s, :rate links a second
\echo
\connect - :owner
SELECT r.organization_id AS organization, count(DISTINCT r.group_id) AS groups,
	count(r.group_id) AS linked_reports, max(g.member_count) AS largest,
	count(*) FILTER (WHERE r.group_id IS NULL) AS single_reports,
	(SELECT count(*) FROM reportlink.worklist w
		WHERE w.organization_id = r.organization_id) AS worklist_rows
FROM reportlink.report r
LEFT JOIN reportlink.report_group g USING (organization_id, group_id)
GROUP BY 1 ORDER BY 3 DESC;

\echo How many statements are inside one link? A series of two and one of six, counted by
\echo pg_stat_statements (without the checks of foreign keys, which are of PostgreSQL):
\echo
SET reportlink.user_id = 'ris';
PREPARE series (integer) AS
	SELECT array_agg(r.report_id ORDER BY r.link_position) AS series
	FROM reportlink.report r
	WHERE r.organization_id = 'lakeside' AND r.group_id = (
		SELECT max(g.group_id) FROM reportlink.report_group g
		WHERE g.organization_id = 'lakeside' AND g.member_count = $1);
PREPARE statements AS
	SELECT sum(calls) AS statements FROM pg_stat_statements
	WHERE NOT toplevel AND query NOT LIKE '%FOR KEY SHARE OF x';

EXECUTE series(2) \gset two_
EXECUTE series(6) \gset six_
\o /dev/null
SELECT reportlink_unlink('lakeside', :'two_series'), reportlink_unlink('lakeside', :'six_series');
SELECT pg_stat_statements_reset();
SET pg_stat_statements.track = 'all';
SELECT reportlink_link('lakeside', :'two_series', trigger_open_event => false);
SET pg_stat_statements.track = 'none';
EXECUTE statements \gset two_
SELECT pg_stat_statements_reset();
SET pg_stat_statements.track = 'all';
SELECT reportlink_link('lakeside', :'six_series', trigger_open_event => false);
SET pg_stat_statements.track = 'none';
EXECUTE statements \gset six_
\o
\echo '  ' two reports: :two_statements statements, six reports: :six_statements statements
SELECT demo_expect(:two_statements = :six_statements, 'as many statements for six as for two')
	\g /dev/null

\echo
\echo 16. THE ARCHIVE CATCHES UP
\echo
\echo An archive that was away all the time reads every event since Monday, by the program that is
\echo installed with the extension; a line of JSON each. The first one:
\echo
\! PGUSER=interface_engine reportlink-listen --once --from-start --quiet archive >"$DEMO_DIR/archived"
\! head -n 1 "$DEMO_DIR/archived" | fold -w 100 | sed 's/^/    /'
\set archived `wc -l <"$DEMO_DIR/archived"`
\echo
\echo '  ' :archived events, all acknowledged:
\echo
SELECT subscriber, events_behind, seconds_behind FROM reportlink.subscriber_lag;
SELECT demo_expect(count(*) = :archived, 'as many lines as events') FROM reportlink.event \g /dev/null

\echo
\echo 17. IS EVERYTHING AS IT SHOULD BE?
\echo
\echo reportlink_check() looks for every broken rule in all organizations. No row is the right answer:
\echo
\set ECHO queries
\pset footer on
SELECT * FROM reportlink_check();
\set ECHO none
SELECT demo_expect(count(*) = 0, 'no row of reportlink_check()') FROM reportlink_check() \g /dev/null
DROP FUNCTION demo_expect;
