-- The session that the README shows, in its order: readme_shown.sql compares.
-- Between its statements stand those that only check.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

CREATE EXTENSION reportlink;
SELECT reportlink_version();
SELECT reportlink_install();
-- again: nothing changes
SELECT reportlink_install();

-- Getting Started
INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
VALUES ('north', 'North Hospital', true);
INSERT INTO reportlink.member (organization_id, user_id, role)
VALUES ('north', 'ada', 'attending'), ('north', 'abe', 'attending'),
       ('north', 'rex', 'resident'), ('north', 'dot', 'drafter'), ('north', 'hl7', 'integration');
INSERT INTO reportlink.report
       (organization_id, mrn, accession_number, order_id, site_id, study_name, created_at)
VALUES ('north', 'MRN-1001', 'CT-501', 'O-77', 'main', 'CT Chest with Contrast', '2026-03-02 08:10Z'),
       ('north', 'MRN-1001', 'CT-502', 'O-77', 'main', 'CT Abdomen and Pelvis with Contrast', '2026-03-02 08:11Z'),
       ('north', 'MRN-1001', 'US-503', 'O-78', 'main', 'US Abdomen Complete', '2026-03-02 09:30Z'),
       ('north', 'MRN-2002', 'MG-601', 'O-90', 'west', 'MG Screening Bilateral', '2026-03-02 10:00Z');
SELECT report_id, mrn, accession_number, study_name, status, owner_id, group_id
FROM reportlink.report ORDER BY report_id;
SELECT report_id, accession_number, study_name, status, linked, linkable, reason, linkable_count
FROM reportlink_linkable_reports('north', 1);
SET reportlink.user_id = 'ada';
\x on
SELECT * FROM reportlink_link('north', '{1,2}');
\x off
SELECT report_id, accession_number, study_name, created_at, is_default
FROM reportlink_linked_reports('north', 1);

-- A Day in a Reading Room; a comment before an error is a row of the table of wrong moves
INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name)
VALUES ('north', 'MRN-3003', 'CT-701', 'CT Head without Contrast'),
       ('north', 'MRN-3003', 'CT-702', 'CT Cervical Spine without Contrast'),
       ('north', 'MRN-3003', 'XR-703', 'XR Pelvis 1 View');
SELECT * FROM reportlink_open('north', 5, actor => 'rex');
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('north', '{5,6}', actor => 'rex');
SELECT reportlink_save('north', 5, '{"transcript": "no bleed no fracture"}',
                       checkpoint => false, actor => 'rex');
-- Abe opens what Rex owns
SELECT * FROM reportlink_open('north', 5, actor => 'abe');
\echo :SQLSTATE
-- Ada saves in what Rex owns
SELECT reportlink_save('north', 5, '{"transcript": "a fracture"}');
\echo :SQLSTATE
-- Rex signs when there is no final report
SELECT * FROM reportlink_prelim_sign('north', 5, actor => 'rex');
\echo :SQLSTATE
-- Rex saves a key that does not exist
SELECT reportlink_save('north', 5, '{"findings": "none"}', actor => 'rex');
\echo :SQLSTATE
-- Dot, a drafter, saves a final report
BEGIN;
SELECT status, owner_id FROM reportlink_open('north', 7, actor => 'dot');
SELECT reportlink_save('north', 7, '{"final_report": "IMPRESSION: Normal."}', actor => 'dot');
\echo :SQLSTATE
ROLLBACK;
SELECT reportlink_save('north', 6, '{"final_report": "IMPRESSION: No fracture.",
                                     "study_at": "2026-03-02T11:40:00Z"}',
                       expected_document_id => 1, actor => 'rex');
-- Rex saves over a version that is no longer in force
SELECT reportlink_save('north', 5, '{"transcript": "no bleed"}', expected_document_id => 1, actor => 'rex');
\echo :SQLSTATE
SELECT group_id, report_ids, linked_report_ids FROM reportlink_link('north', '{5,7}', actor => 'rex');
-- Rex, a resident, signs finally
SELECT * FROM reportlink_sign('north', 5, actor => 'rex');
\echo :SQLSTATE
-- Rex cancels the order
SELECT * FROM reportlink_cancel('north', 7, actor => 'rex');
\echo :SQLSTATE
-- Ada rejects a draft
SELECT * FROM reportlink_reject('north', 5);
\echo :SQLSTATE
SELECT * FROM reportlink_prelim_sign('north', 5, actor => 'rex');
-- Rex saves in what he signed
SELECT reportlink_save('north', 5, '{"final_report": "IMPRESSION: A fracture."}', actor => 'rex');
\echo :SQLSTATE
-- Rex discards what he signed
SELECT * FROM reportlink_discard('north', 5, actor => 'rex');
\echo :SQLSTATE
-- Rex signs again
SELECT * FROM reportlink_prelim_sign('north', 5, actor => 'rex');
\echo :SQLSTATE
-- Rex unlinks a report that is signed
SELECT * FROM reportlink_unlink('north', '{7}', actor => 'rex');
\echo :SQLSTATE
SELECT * FROM reportlink_sign('north', 7);
-- Ada signs again
SELECT * FROM reportlink_sign('north', 7);
\echo :SQLSTATE
-- Ada rejects a final signature
SELECT * FROM reportlink_reject('north', 7);
\echo :SQLSTATE
-- Ada cancels a signed report
SELECT * FROM reportlink_cancel('north', 7);
\echo :SQLSTATE
-- Rex starts an addendum on what Ada owns
SELECT * FROM reportlink_start_addendum('north', 5, actor => 'rex');
\echo :SQLSTATE
SELECT * FROM reportlink_start_addendum('north', 5);
-- Ada starts a second addendum while one is open
SELECT * FROM reportlink_start_addendum('north', 5);
\echo :SQLSTATE
-- Abe saves in Ada's addendum
SELECT reportlink_save('north', 6, '{"comparison": "none"}', actor => 'abe');
\echo :SQLSTATE
SELECT reportlink_save('north', 5, '{"comparison": "CT Head of May 2025",
                                     "final_report": "ADDENDUM: Unchanged since 2025.\n\nIMPRESSION: No fracture."}');
SELECT * FROM reportlink_sign('north', 5);
-- Ada takes back what is published
SELECT * FROM reportlink_cancel_publish('north', 5);
\echo :SQLSTATE
SELECT report_id, status, owner_id, document_id, split_part(final_report, E'\n', 1) AS first_line
FROM reportlink.report_text WHERE organization_id = 'north' AND group_id = 2 ORDER BY link_position;
SELECT document_id, parent_id, saved_by, reason, checkpoint, signed_as, signed_by, in_force
FROM reportlink_history('north', 7);
-- Plain SQL sets a signed report back to draft
UPDATE reportlink.report SET status = 'draft' WHERE organization_id = 'north' AND report_id = 5;
\echo :SQLSTATE
-- Plain SQL gives linked reports two statuses
UPDATE reportlink.report SET status = CASE report_id WHEN 1 THEN 'signed' ELSE 'unread' END
WHERE organization_id = 'north' AND report_id IN (1, 2);
\echo :SQLSTATE
-- Plain SQL changes or deletes a version, a signature or an event
UPDATE reportlink.document SET final_report = 'IMPRESSION: Normal.' WHERE document_id = 2;
\echo :SQLSTATE
DELETE FROM reportlink.signature;
\echo :SQLSTATE
DELETE FROM reportlink.event;
\echo :SQLSTATE
-- Plain SQL deletes a linked report, or one that was signed
DELETE FROM reportlink.report WHERE organization_id = 'north' AND report_id = 5;
\echo :SQLSTATE
-- none of the wrong moves is among the events, and nothing is broken
SELECT event_id, type, group_id, document_id, report_ids, actor, data - 'publish_at' AS data
FROM reportlink.event WHERE event_id > 3 ORDER BY event_id;
SELECT signature_id, document_id, report_id, group_id, status, signed_by FROM reportlink.signature;
SELECT * FROM reportlink_check();

-- Registering Reports
\set QUIET off
INSERT INTO reportlink.report
       (organization_id, mrn, accession_number, order_id, site_id, study_name)
VALUES ('north', 'MRN-2002', 'MG-601', 'O-90', 'west', 'MG Screening Bilateral')
ON CONFLICT DO NOTHING;
\set QUIET on

-- Linking
SELECT report_id, accession_number, status, owner_id, group_id, linked, linkable, reason, linkable_count
FROM reportlink_linkable_reports('north', 1);
SELECT group_id, report_ids, linked_report_ids, status, owner_id FROM reportlink_link('north', '{1,3}');
SELECT report_id, group_id, link_position, is_default, status, owner_id, document_id
FROM reportlink.report_text WHERE organization_id = 'north' AND mrn = 'MRN-1001' ORDER BY report_id;
SELECT * FROM reportlink_unlink('north', '{3}', unassign_and_discard => true);
SELECT * FROM reportlink_set_default('north', 2);
SELECT report_id, mrn, order_id, site_id, native_id, assigning_authority
FROM reportlink_linked_reports('north', 2);

-- Opening and Owning
SELECT * FROM reportlink_open('north', 1, actor => 'ada');
SELECT * FROM reportlink_close('north', 1, release => true);
SELECT * FROM reportlink_assign('north', 2, 'abe');

-- Saving
SELECT * FROM reportlink_open('north', 1, actor => 'abe');
SELECT reportlink_save('north', 1, '{"transcript": "no effusion", "views": "axial, coronal",
                                     "laterality": "bilateral", "study_at": "2026-03-02T08:10:00Z"}',
                       actor => 'abe');
SELECT reportlink_save('north', 2, '{"transcript": "no effusion no mass", "views": null}',
                       expected_document_id => 5, checkpoint => false, actor => 'abe');
SELECT reportlink_save('north', 2, '{"transcript": "small effusion"}',
                       expected_document_id => 5, actor => 'abe');
SELECT transcript, views, laterality, study_at, checkpoint
FROM reportlink.report_text WHERE organization_id = 'north' AND report_id = 1;

-- Discarding
SELECT * FROM reportlink_open('north', 3);
SELECT reportlink_save('north', 3, '{"transcript": "wrong patient"}', checkpoint => false);
SELECT * FROM reportlink_discard('north', 3, unassign => true);

-- Cancelling
SELECT * FROM reportlink_cancel('north', 4);

-- Signing
SELECT reportlink_save('north', 1, '{"final_report": "IMPRESSION: No effusion."}', actor => 'abe');
SELECT * FROM reportlink_prelim_sign('north', 1, actor => 'abe');
SELECT * FROM reportlink_reject('north', 1);

-- Report Recall
UPDATE reportlink.organization SET recall_enabled = true, recall_delay_seconds = 60
WHERE organization_id = 'north';
SELECT * FROM reportlink_sign('north', 1, actor => 'abe');
SELECT report_id, accession_numbers, document_id, requested_by, publish_at - scheduled_at AS delay
FROM reportlink.pending_publication WHERE organization_id = 'north';
-- Rex takes back what Abe signed
SELECT * FROM reportlink_cancel_publish('north', 2, actor => 'rex');
\echo :SQLSTATE
-- Abe starts an addendum on what is not published yet
SELECT * FROM reportlink_start_addendum('north', 1, actor => 'abe');
\echo :SQLSTATE
-- Plain SQL takes a signature back
UPDATE reportlink.report SET status = 'draft' WHERE organization_id = 'north' AND report_id = 1;
\echo :SQLSTATE
SELECT * FROM reportlink_cancel_publish('north', 2);
SELECT document_id, signed_as, signed_by, in_force FROM reportlink_history('north', 1) WHERE signed;
SELECT reportlink_publish_due();
-- an addendum
SELECT * FROM reportlink_start_addendum('north', 5);
SELECT reportlink_save('north', 5, '{"final_report": "ADDENDUM: Compared with 2024.\n\nIMPRESSION: No fracture."}');
SELECT * FROM reportlink_sign('north', 5);
SELECT * FROM reportlink_cancel_publish('north', 5);
SELECT report_id, status, addendum_open, document_id, split_part(final_report, E'\n', 1) AS first_line
FROM reportlink.report_text WHERE organization_id = 'north' AND group_id = 2 ORDER BY link_position;
SELECT * FROM reportlink_discard('north', 5);
SELECT publication_id, group_id, report_id, document_id, state, requested_by FROM reportlink.publication
ORDER BY publication_id;

-- Transitions
SELECT from_status, to_status, function, addendum_open, finally_signed
FROM reportlink_transitions();
SELECT function, plain_sql, roles FROM reportlink_transitions() GROUP BY 1, 2, 3 ORDER BY 1;

-- History
SELECT reportlink_prune_documents('north', before => now() - interval '30 days');
SELECT reportlink_prune_documents('north', before => now());
-- the autosaves 1, 6 and 7 went, what was saved and signed is there
SELECT document_id, checkpoint, signed_as, in_force FROM reportlink_history('north', 1);
SELECT document_id, checkpoint, signed_as, in_force FROM reportlink_history('north', 5);

-- Finding
SELECT report_id, mrn, accession_number, site_id, status, owner_id, group_id, is_default
FROM reportlink_find('north', accession_number => 'US-503');
SELECT report_id, accession_number, group_id, is_default FROM reportlink_find('north', 'MRN-1001');

-- Tables and Views
SELECT report_id, report_count, accession_numbers, status, owner_id
FROM reportlink.worklist WHERE organization_id = 'north' ORDER BY report_id;

-- Plain SQL
BEGIN;
SET LOCAL reportlink.user_id = 'hl7';
UPDATE reportlink.report SET owner_id = 'ada'
WHERE organization_id = 'north' AND accession_number = 'CT-502';
COMMIT;
SELECT report_id, accession_number, status, owner_id
FROM reportlink.report WHERE organization_id = 'north' AND group_id = 1;
UPDATE reportlink.report SET status = 'signed'
WHERE organization_id = 'north' AND accession_number = 'CT-501';
SELECT event_id, type, document_id, report_ids, actor
FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id DESC LIMIT 3;
UPDATE reportlink.report SET group_id = NULL WHERE report_id = 2;
SELECT * FROM reportlink_check();

-- Events
SELECT event_id, type, report_ids, actor, data
FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id LIMIT 3;
SELECT reportlink_subscribe('north', 'ris');
SELECT status FROM reportlink_publish_now('north', 1);
SELECT event_id, type, report_ids FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 57);
SELECT count(*) FROM reportlink_fetch('north', 'ris');
SELECT organization_id, subscriber, events_behind FROM reportlink.subscriber_lag;
\x on
SELECT event_id, type, group_id, default_report_id, report_ids, linked_identifiers, actor, data
FROM reportlink.event WHERE event_id = 1;
\x off
SELECT event_id, type, group_id, document_id, default_report_id, report_ids, actor, data - 'publish_at' AS data
FROM reportlink.event WHERE event_id > 18 ORDER BY event_id;

-- Errors
SELECT * FROM reportlink_link('north', '{1,4}', actor => 'abe');
SELECT * FROM reportlink_link('north', '{1,99}');

-- What there is: every function has a comment, and so have tables and columns
SELECT p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' AS function,
       d.description
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_depend e ON e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e'
JOIN pg_catalog.pg_extension x ON e.refclassid = 'pg_catalog.pg_extension'::regclass AND x.oid = e.refobjid
LEFT JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objoid = p.oid
WHERE x.extname = 'reportlink'
ORDER BY p.proname COLLATE "C" \g (format=unaligned)
SELECT c.relname, c.relkind, pg_catalog.obj_description(c.oid, 'pg_class') AS description
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v')
ORDER BY c.relname COLLATE "C";
SELECT c.relname, a.attname AS column_without_comment
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
  AND NOT a.attisdropped AND pg_catalog.col_description(c.oid, a.attnum) IS NULL;
SELECT tgrelid::regclass AS on_table, tgname AS trigger_without_comment
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'reportlink'::regnamespace AND NOT t.tgisinternal
  AND pg_catalog.obj_description(t.oid, 'pg_trigger') IS NULL;
SELECT name, boot_val, context, short_desc FROM pg_catalog.pg_settings
WHERE name LIKE 'reportlink.%' ORDER BY name COLLATE "C";

-- The extension can go, the reports stay; created again it goes on
\set VERBOSITY terse
DROP EXTENSION reportlink;
\set VERBOSITY default
SET client_min_messages = error;
DROP EXTENSION reportlink CASCADE;
RESET client_min_messages;
SELECT count(*) FROM reportlink.report;
CREATE EXTENSION reportlink;
SELECT reportlink_install();
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'MRN-1001', 'US-504');
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('north', '{3,9}');
SELECT status, signed_by FROM reportlink_history('north', 5) h JOIN reportlink.report r USING (report_id) WHERE in_force;
SELECT * FROM reportlink_check();

SET client_min_messages = error;
DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
