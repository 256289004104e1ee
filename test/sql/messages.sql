-- Every error that the extension gives: message, detail, hint and SQLSTATE.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS reportlink CASCADE;
CREATE EXTENSION IF NOT EXISTS reportlink;
CREATE ROLE regress_reportlink_clerk;

-- 55000: not installed
SELECT * FROM reportlink_link('north', '{1,2}', actor => 'ada');
\echo :SQLSTATE
SELECT * FROM reportlink_check();
\echo :SQLSTATE

SELECT reportlink_install();

-- 55000: tables of another version
BEGIN;
UPDATE reportlink.installation SET version = '0.9';
SELECT * FROM reportlink_link('north', '{1,2}', actor => 'ada');
\echo :SQLSTATE
ROLLBACK;
BEGIN;
UPDATE reportlink.installation SET version = '0.9';
SELECT reportlink_install();
\echo :SQLSTATE
ROLLBACK;

INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('north', true), ('south', false);
INSERT INTO reportlink.member (organization_id, user_id, role, active) VALUES
	('north', 'ada', 'attending', true), ('north', 'abe', 'attending', true),
	('north', 'rex', 'resident', true), ('north', 'dot', 'drafter', true),
	('north', 'adm', 'administrator', true), ('north', 'hl7', 'integration', true),
	('north', 'gone', 'attending', false), ('south', 'sue', 'attending', true),
	('south', 'hl7', 'integration', true);
-- 1 to 6 of patient P1, 7 and 8 of P2, 9 without MRN, 10 cancelled, 11 signed, then two of the south
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', CASE WHEN n <= 6 THEN 'P1' WHEN n <= 8 THEN 'P2' END, 'A' || n FROM generate_series(1, 9) n;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, status, owner_id, signed_at) VALUES
	('north', 'P1', 'A10', 'cancelled', 'ada', NULL), ('north', 'P1', 'A11', 'signed', 'ada', now());
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'south', 'P1', 'A' || n FROM generate_series(12, 13) n;
SELECT reportlink_link('north', '{1,2,3}', actor => 'ada');
SELECT reportlink_link('north', '{7,8}', false, 'ada');

-- 22004: an argument that must not be null
SELECT reportlink_link('north', NULL, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link(NULL, '{1,2}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link('north', '{1,NULL}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_unlink('north', NULL, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_unlink('north', '{NULL}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_set_default('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_open('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_close(NULL, 1, false, 'ada');
\echo :SQLSTATE
SELECT reportlink_assign('north', NULL, 'abe', 'ada');
\echo :SQLSTATE
SELECT * FROM reportlink_linked_reports('north', NULL);
\echo :SQLSTATE
SELECT * FROM reportlink_linkable_reports(NULL, 1);
\echo :SQLSTATE
SELECT * FROM reportlink_find('north');
\echo :SQLSTATE
SELECT reportlink_grant(NULL, 'reader');
\echo :SQLSTATE
SELECT reportlink_revoke('regress_reportlink_clerk', NULL);
\echo :SQLSTATE

-- 22023: an argument that makes no sense
SELECT reportlink_unlink('north', '{}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_grant('regress_reportlink_clerk', 'boss');
\echo :SQLSTATE
-- 0A000: tenants
SELECT reportlink_grant('regress_reportlink_clerk', 'reader', 'north');
\echo :SQLSTATE

-- RL001: at least two reports are required
SELECT reportlink_link('north', '{4}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link('north', '{4,4}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link('north', '{}', actor => 'ada');
\echo :SQLSTATE
-- RL002: report not found; of another organization is not found either
SELECT reportlink_link('north', '{4,99}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link('north', '{4,12,13}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_link('north', ARRAY(SELECT generate_series(1000, 1014)), actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_open('north', 99, 'ada');
\echo :SQLSTATE
SELECT * FROM reportlink_linked_reports('north', 12);
\echo :SQLSTATE
SELECT * FROM reportlink_linkable_reports('nowhere', 1);
\echo :SQLSTATE
-- RL003: report has no MRN
SELECT reportlink_link('north', '{4,9}', actor => 'ada');
\echo :SQLSTATE
-- RL004: MRNs differ
SELECT reportlink_link('north', '{4,5,7}', actor => 'ada');
\echo :SQLSTATE
-- RL005: cancelled report cannot be linked
SELECT reportlink_link('north', '{4,10}', actor => 'ada');
\echo :SQLSTATE
-- RL006: report is finalized
SELECT reportlink_link('north', '{4,11}', actor => 'ada');
\echo :SQLSTATE
-- RL007: linking is disabled
SELECT reportlink_link('south', '{12,13}', actor => 'sue');
\echo :SQLSTATE
-- RL008: report not owned by user
SELECT reportlink_link('north', '{1,4}', actor => 'abe');
\echo :SQLSTATE
SELECT reportlink_unlink('north', '{2}', actor => 'abe');
\echo :SQLSTATE
SELECT reportlink_set_default('north', 2, 'rex');
\echo :SQLSTATE
SELECT reportlink_open('north', 1, 'abe');
\echo :SQLSTATE
SELECT reportlink_close('north', 1, false, 'abe');
\echo :SQLSTATE
SELECT reportlink_assign('north', 1, 'abe', 'rex');
\echo :SQLSTATE
SELECT reportlink_assign('north', 1, 'abe', 'abe');
\echo :SQLSTATE
-- two owners
SELECT status, owner_id FROM reportlink_open('north', 4, 'abe');
SELECT reportlink_link('north', '{1,4}', actor => 'adm');
\echo :SQLSTATE
-- RL009: all specified reports are already linked
SELECT reportlink_link('north', '{3,1}', actor => 'ada');
\echo :SQLSTATE
-- RL010: report is not linked
SELECT reportlink_unlink('north', '{5,6}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_unlink('north', '{1,5}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_set_default('north', 5, 'ada');
\echo :SQLSTATE
-- RL011: reports belong to different groups
SELECT reportlink_unlink('north', '{1,7}', actor => 'ada');
\echo :SQLSTATE
-- RL012: no acting user
SELECT reportlink_link('north', '{1,4}');
\echo :SQLSTATE
SELECT reportlink_open('north', 1);
\echo :SQLSTATE
-- RL013: not an active member
SELECT reportlink_link('north', '{1,4}', actor => 'nobody');
\echo :SQLSTATE
SELECT reportlink_open('north', 5, 'gone');
\echo :SQLSTATE
SELECT reportlink_open('nowhere', 5, 'ada');
\echo :SQLSTATE
SELECT reportlink_assign('north', 1, 'gone', 'ada');
\echo :SQLSTATE
SELECT reportlink_assign('north', 1, 'sue', 'ada');
\echo :SQLSTATE
-- RL014: role may not do this
SELECT reportlink_link('north', '{5,6}', actor => 'dot');
\echo :SQLSTATE
SELECT reportlink_unlink('north', '{7}', actor => 'dot');
\echo :SQLSTATE
SELECT reportlink_set_default('north', 8, 'dot');
\echo :SQLSTATE
SELECT reportlink_open('north', 5, 'hl7');
\echo :SQLSTATE
SELECT reportlink_close('north', 1, false, 'adm');
\echo :SQLSTATE
SELECT reportlink_assign('north', 1, 'adm', 'ada');
\echo :SQLSTATE
-- RL015: invalid status transition
SELECT reportlink_assign('north', 10, 'abe', 'ada');
\echo :SQLSTATE
SELECT reportlink_close('north', 10, true, 'ada');
\echo :SQLSTATE

-- RL021: column is managed by reportlink
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'abe' WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET signed_at = now() WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET group_id = 1, link_position = 4 WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET link_position = 4 WHERE report_id = 1;
\echo :SQLSTATE
UPDATE reportlink.report SET document_id = 1 WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET drafting = true WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET addendum_open = true WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET organization_id = 'south' WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET mrn = 'P2' WHERE report_id = 1;
\echo :SQLSTATE
UPDATE reportlink.report_group SET default_report_id = 2 WHERE group_id = 1;
\echo :SQLSTATE
DELETE FROM reportlink.report_group WHERE group_id = 1;
\echo :SQLSTATE
TRUNCATE reportlink.report_group CASCADE;
\echo :SQLSTATE
DELETE FROM reportlink.report WHERE report_id = 1;
\echo :SQLSTATE
DELETE FROM reportlink.report WHERE report_id = 11;
\echo :SQLSTATE
TRUNCATE reportlink.report;
\echo :SQLSTATE
UPDATE reportlink.event SET actor = 'abe';
\echo :SQLSTATE
DELETE FROM reportlink.event;
\echo :SQLSTATE
TRUNCATE reportlink.event;
\echo :SQLSTATE
INSERT INTO reportlink.document (organization_id, report_id, transcript) VALUES ('north', 5, 'No effusion.');
UPDATE reportlink.document SET transcript = 'Effusion.';
\echo :SQLSTATE
DELETE FROM reportlink.document;
\echo :SQLSTATE
TRUNCATE reportlink.document;
\echo :SQLSTATE
-- who is not the owner of the tables
GRANT USAGE ON SCHEMA reportlink TO regress_reportlink_clerk;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA reportlink TO regress_reportlink_clerk;
SET ROLE regress_reportlink_clerk;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, status) VALUES ('north', 'P1', 'A20', 'signed');
\echo :SQLSTATE
INSERT INTO reportlink.report (organization_id, mrn, accession_number, owner_id) VALUES ('north', 'P1', 'A20', 'abe');
\echo :SQLSTATE
INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, member_count, created_by) VALUES ('north', 'P1', 5, 2, 'abe');
\echo :SQLSTATE
INSERT INTO reportlink.document (organization_id, report_id, transcript) VALUES ('north', 5, 'Effusion.');
\echo :SQLSTATE
INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role) VALUES ('north', 'report.linked', '{}', '[]', 'x');
\echo :SQLSTATE
-- 42501: rights
SELECT reportlink_link('north', '{1,4}', actor => 'ada');
\echo :SQLSTATE
RESET ROLE;
GRANT EXECUTE ON FUNCTION reportlink_grant TO regress_reportlink_clerk;
GRANT EXECUTE ON FUNCTION reportlink_revoke TO regress_reportlink_clerk;
SET ROLE regress_reportlink_clerk;
SELECT reportlink_grant('regress_reportlink_clerk', 'administrator');
\echo :SQLSTATE
SELECT reportlink_revoke('regress_reportlink_clerk', 'reader');
\echo :SQLSTATE
SET reportlink.notify = off;
\echo :SQLSTATE
RESET ROLE;

-- 23514: identifiers
\set VERBOSITY terse
INSERT INTO reportlink.report (organization_id, mrn) VALUES ('north', 'P1');
\echo :SQLSTATE
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', '');
\echo :SQLSTATE
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', ' ', 'A20');
\echo :SQLSTATE
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', repeat('A', 256));
\echo :SQLSTATE
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', repeat('P', 256), 'A20');
\echo :SQLSTATE
\set VERBOSITY default
-- 23503: no such organization
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('nowhere', 'P1', 'A20');
\echo :SQLSTATE
-- 23505: the same order again
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A5');
\echo :SQLSTATE
-- settings
SET reportlink.notify = 'sometimes';
\echo :SQLSTATE

-- Nothing of all this changed anything
SELECT report_id, status, owner_id, group_id FROM reportlink.report ORDER BY report_id;
SELECT event_id, type, report_ids FROM reportlink.event ORDER BY event_id;
SELECT * FROM reportlink_check();

DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
DROP ROLE regress_reportlink_clerk;
