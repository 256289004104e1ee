-- The session that the README shows: what a person sees who installs the
-- extension, registers reports and links them.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';

CREATE EXTENSION reportlink;
SELECT reportlink_version();
SELECT reportlink_install();
-- again: nothing changes
SELECT reportlink_install();

-- An organization, its people, and the orders of two patients
INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
VALUES ('north', 'North Hospital', true);
INSERT INTO reportlink.member (organization_id, user_id, role)
VALUES ('north', 'ada', 'attending'), ('north', 'abe', 'attending'),
       ('north', 'rex', 'resident'), ('north', 'hl7', 'integration');
INSERT INTO reportlink.report
       (organization_id, mrn, accession_number, order_id, site_id, study_name, created_at)
VALUES ('north', 'MRN-1001', 'CT-501', 'O-77', 'main', 'CT Chest with Contrast', '2026-03-02 08:10Z'),
       ('north', 'MRN-1001', 'CT-502', 'O-77', 'main', 'CT Abdomen and Pelvis with Contrast', '2026-03-02 08:11Z'),
       ('north', 'MRN-1001', 'US-503', 'O-78', 'main', 'US Abdomen Complete', '2026-03-02 09:30Z'),
       ('north', 'MRN-2002', 'MG-601', 'O-90', 'west', 'MG Screening Bilateral', '2026-03-02 10:00Z');
-- the same order sent again is no second report
INSERT INTO reportlink.report
       (organization_id, mrn, accession_number, order_id, site_id, study_name)
VALUES ('north', 'MRN-2002', 'MG-601', 'O-90', 'west', 'MG Screening Bilateral')
ON CONFLICT DO NOTHING;
SELECT report_id, mrn, accession_number, study_name, status, owner_id, group_id
FROM reportlink.report ORDER BY report_id;

-- The dialog of report 1: what could be linked to it
SELECT report_id, accession_number, study_name, status, linked, linkable, reason, linkable_count
FROM reportlink_linkable_reports('north', 1);

-- Ada links the two CTs of one encounter
SET reportlink.user_id = 'ada';
\x on
SELECT * FROM reportlink_link('north', '{1,2}');
\x off

-- The sidebar and the dialog after it
SELECT report_id, accession_number, study_name, created_at, is_default
FROM reportlink_linked_reports('north', 1);
SELECT report_id, accession_number, status, owner_id, group_id, linked, linkable, reason, linkable_count
FROM reportlink_linkable_reports('north', 1);
SELECT report_id, mrn, order_id, site_id, native_id, assigning_authority
FROM reportlink_linked_reports('north', 2);

-- Refused, with what to do about it
SELECT * FROM reportlink_link('north', '{1,2}');
SELECT * FROM reportlink_link('north', '{1,4}');
SELECT * FROM reportlink_link('north', '{1,3}', actor => 'abe');
SELECT * FROM reportlink_link('north', '{1,99}');
UPDATE reportlink.report SET group_id = NULL WHERE report_id = 2;

-- The ultrasound joins; what is read is one row, whichever report is asked for
SELECT group_id, report_ids, linked_report_ids, status, owner_id FROM reportlink_link('north', '{1,3}');
SELECT report_id, group_id, link_position, is_default, status, owner_id, document_id
FROM reportlink.report_text WHERE organization_id = 'north' ORDER BY report_id;
SELECT organization_id, report_id, group_id, mrn, report_count, accession_numbers, study_names, status, owner_id, drafting
FROM reportlink.worklist WHERE organization_id = 'north' ORDER BY report_id;
SELECT report_id, mrn, accession_number, site_id, status, owner_id, group_id, is_default
FROM reportlink_find('north', accession_number => 'US-503');
SELECT report_id, accession_number, group_id, is_default FROM reportlink_find('north', 'MRN-1001');

-- Workflow: the whole group goes along
SELECT * FROM reportlink_set_default('north', 2);
SELECT * FROM reportlink_close('north', 1);
SELECT * FROM reportlink_assign('north', 3, 'abe');
SELECT * FROM reportlink_open('north', 1);
SELECT * FROM reportlink_open('north', 1, 'abe');
SELECT * FROM reportlink_close('north', 2, true, 'abe');

-- Unlink: the ultrasound leaves unread, then the others part
SELECT * FROM reportlink_unlink('north', '{3}', unassign_and_discard => true);
SELECT * FROM reportlink_unlink('north', '{1}');
SELECT * FROM reportlink_unlink('north', '{1}');
SELECT group_id, default_report_id, member_count, closed_at IS NOT NULL AS closed FROM reportlink.report_group;

-- What happened: one event an action
\x on
SELECT event_id, type, group_id, default_report_id, report_ids, linked_identifiers, actor, data
FROM reportlink.event WHERE event_id <= 3 ORDER BY event_id;
\x off
SELECT event_id, type, group_id, default_report_id, report_ids, actor, data
FROM reportlink.event WHERE event_id > 3 ORDER BY event_id;

-- Nothing is broken
SELECT * FROM reportlink_check();

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
SELECT name, setting, context, short_desc FROM pg_catalog.pg_settings
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
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('north', '{1,2}');
SELECT * FROM reportlink_check();

SET client_min_messages = error;
DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
