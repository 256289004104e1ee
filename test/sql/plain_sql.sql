-- The session that doc/plain-sql.md shows, in its order: readme_shown.sql compares.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
CREATE EXTENSION reportlink;
SELECT reportlink_install();

INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
VALUES ('north', 'North Hospital', true);
INSERT INTO reportlink.member (organization_id, user_id, role)
VALUES ('north', 'ada', 'attending'), ('north', 'rex', 'resident'), ('north', 'ris', 'integration');
INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name)
VALUES ('north', 'MRN-1001', 'CT-501', 'CT Chest with Contrast'),
       ('north', 'MRN-1001', 'CT-502', 'CT Abdomen with Contrast'),
       ('north', 'MRN-1001', 'US-503', 'US Abdomen Complete'),
       ('north', 'MRN-2002', 'MG-601', 'MG Screening Bilateral');
SELECT group_id, report_ids, status FROM reportlink_link('north', '{1,2,3}', false, actor => 'ris');

-- Owner
SET reportlink.user_id = 'ris';
UPDATE reportlink.report SET owner_id = 'rex'
WHERE organization_id = 'north' AND accession_number IN ('CT-501', 'MG-601');
SELECT report_id, group_id, status, owner_id FROM reportlink.report ORDER BY report_id;
SELECT event_id, type, report_ids, actor, data FROM reportlink.event ORDER BY event_id;

-- Status
SET reportlink.user_id = 'rex';
UPDATE reportlink.report SET status = 'draft' WHERE organization_id = 'north' AND owner_id = 'rex';
SELECT type, report_ids, actor, data FROM reportlink.event WHERE type = 'report.opened' ORDER BY event_id;
SELECT reportlink_save('north', 1, '{"final_report": "IMPRESSION: No effusion."}');
SELECT reportlink_save('north', 4, '{"final_report": "IMPRESSION: BI-RADS 1."}');
UPDATE reportlink.report SET status = 'prelim_signed'
WHERE organization_id = 'north' AND accession_number IN ('CT-502', 'MG-601');
SET reportlink.user_id = 'ada';
UPDATE reportlink.report SET status = 'signed' WHERE organization_id = 'north' AND mrn = 'MRN-1001';
SELECT report_id, group_id, status, owner_id FROM reportlink.report ORDER BY report_id;
SELECT document_id, report_id, group_id, status, signed_by FROM reportlink.signature ORDER BY signature_id;

-- Together
UPDATE reportlink.report SET owner_id = 'ada', status = 'signed'
WHERE organization_id = 'north' AND accession_number = 'MG-601';
SELECT type, report_ids, actor, data - 'publish_at' AS data
FROM reportlink.event ORDER BY event_id DESC LIMIT 3;

-- What is refused
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
VALUES ('north', 'MRN-1001', 'CT-504'), ('north', 'MRN-1001', 'CT-505'), ('north', 'MRN-1001', 'CT-506');
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('north', '{5,6,7}');
UPDATE reportlink.report SET status = CASE accession_number WHEN 'CT-504' THEN 'unread' ELSE 'prelim_signed' END
WHERE organization_id = 'north' AND accession_number IN ('CT-504', 'CT-505');
UPDATE reportlink.report SET status = 'prelim_signed'
WHERE organization_id = 'north' AND accession_number = 'CT-504';

-- Cancel
UPDATE reportlink.report SET status = 'cancelled'
WHERE organization_id = 'north' AND accession_number = 'CT-506';
SELECT report_id, group_id, status, owner_id FROM reportlink.report WHERE report_id > 4 ORDER BY report_id;
SELECT type, group_id, report_ids, data FROM reportlink.event ORDER BY event_id DESC LIMIT 2;

-- Repair
RESET reportlink.user_id;
UPDATE reportlink.report SET owner_id = 'rex', status = 'unread'
WHERE organization_id = 'north' AND accession_number = 'CT-505';
SELECT report_id, group_id, status, owner_id, drafting FROM reportlink.report WHERE group_id = 2 ORDER BY report_id;
SELECT type, report_ids, actor, data
FROM reportlink.event ORDER BY event_id DESC LIMIT 2;
UPDATE reportlink.report SET status = 'signed'
WHERE organization_id = 'north' AND accession_number = 'CT-505';
UPDATE reportlink.report SET status = 'draft'
WHERE organization_id = 'north' AND accession_number = 'CT-505';
UPDATE reportlink.report SET status = 'signed'
WHERE organization_id = 'north' AND accession_number = 'CT-505';

-- Migration
BEGIN;
INSERT INTO reportlink.document
       (organization_id, document_id, report_id, final_report, saved_at, saved_by)
       OVERRIDING SYSTEM VALUE
VALUES ('north', 1001, 501, 'IMPRESSION: No nodule.', '2025-05-04 09:00Z', 'ada'),
       ('north', 1002, 502, 'IMPRESSION: Simple cyst.', '2025-05-04 10:00Z', 'rex');
INSERT INTO reportlink.report
       (organization_id, report_id, mrn, accession_number, status, owner_id, signed_at, document_id)
       OVERRIDING SYSTEM VALUE
VALUES ('north', 501, 'MRN-1001', 'CT-401', 'signed', 'ada', '2025-05-04 09:05Z', 1001),
       ('north', 502, 'MRN-1001', 'US-402', 'prelim_signed', 'ada', NULL, 1002);
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status, signed_by, signed_at)
VALUES ('north', 1001, 501, 'signed', 'ada', '2025-05-04 09:05Z'),
       ('north', 1002, 502, 'prelim_signed', 'rex', '2025-05-04 10:05Z');
SELECT setval(pg_get_serial_sequence('reportlink.report', 'report_id'), 502),
       setval(pg_get_serial_sequence('reportlink.document', 'document_id'), 1002);
COMMIT;
SELECT document_id, saved_by, signed_as, signed_by, signed_at FROM reportlink_history('north', 501);
-- Rex signed it; without its row of signature it would stay with its owner
SELECT report_id, status, owner_id FROM reportlink_reject('north', 502, actor => 'ada');
BEGIN;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, status, owner_id)
VALUES ('north', 'MRN-1001', 'US-403', 'prelim_signed', 'ada');
SELECT report_id, status, owner_id FROM reportlink_reject('north', 503, actor => 'ada');
ROLLBACK;
SELECT * FROM reportlink_check();

DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
