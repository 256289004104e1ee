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
-- 14 to 24 of patient P3, for the workflow
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P3', 'A' || n FROM generate_series(14, 24) n;
SELECT reportlink_link('north', '{1,2,3}', actor => 'ada');
SELECT reportlink_link('north', '{7,8}', false, 'ada');
-- 14 and 15: signed preliminarily by Rex
SELECT reportlink_link('north', '{14,15}', actor => 'rex');
SELECT reportlink_save('north', 14, '{"final_report": "No effusion."}', actor => 'rex');
SELECT status, owner_id FROM reportlink_prelim_sign('north', 14, 'rex');
-- 16: signed by Ada; 17: the same, with an addendum open
SELECT status FROM reportlink_open('north', 16, 'ada');
SELECT reportlink_save('north', 16, '{"final_report": "No fracture."}', actor => 'ada');
SELECT status, owner_id FROM reportlink_sign('north', 16, 'ada');
SELECT status FROM reportlink_open('north', 17, 'ada');
SELECT reportlink_save('north', 17, '{"final_report": "No mass."}', actor => 'ada');
SELECT status FROM reportlink_sign('north', 17, 'ada');
SELECT status, owner_id FROM reportlink_start_addendum('north', 17, 'ada');
-- 18: Ada's draft without a final report; 19: a drafter's draft; 20: Ada's, unread; 21: nobody's draft
SELECT status FROM reportlink_open('north', 18, 'ada');
SELECT reportlink_save('north', 18, '{"transcript": "no fracture"}', actor => 'ada');
SELECT status FROM reportlink_open('north', 19, 'dot');
SELECT status, owner_id FROM reportlink_assign('north', 20, 'ada', 'ada');
SELECT status FROM reportlink_open('north', 21, 'ada');
SELECT status, owner_id FROM reportlink_close('north', 21, true, 'ada');
-- 22 and 23: linked, a drafter's; 24 left them
SELECT reportlink_link('north', '{22,23,24}', false, 'adm');
SELECT report_id, group_id, group_dissolved FROM reportlink_unlink('north', '{24}', actor => 'adm');
SELECT status, owner_id FROM reportlink_open('north', 22, 'dot');

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
SELECT reportlink_save(NULL, 18, '{"views": "2"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', NULL, '{"views": "2"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, NULL, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_discard(NULL, 18, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_discard('north', NULL, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel(NULL, 18, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel('north', NULL, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign(NULL, 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign(NULL, 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum(NULL, 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject(NULL, 14, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_publish_now(NULL, 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_publish_now('north', NULL, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel_publish(NULL, 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', NULL, 'ada');
\echo :SQLSTATE
SELECT * FROM reportlink_linked_reports('north', NULL);
\echo :SQLSTATE
SELECT * FROM reportlink_history(NULL, 18);
\echo :SQLSTATE
SELECT * FROM reportlink_history('north', NULL);
\echo :SQLSTATE
SELECT reportlink_prune_documents(NULL, now());
\echo :SQLSTATE
SELECT reportlink_prune_documents('north', NULL);
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
SELECT reportlink_save('north', 18, '{}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '["transcript"]', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '"no fracture"', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, 'null', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"findings": "none"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"Transcript": "none"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"views": 2}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"contrast": true}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"comparison": ["CT of May"]}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"laterality": "both"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"laterality": ""}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"study_at": "2026-03-02 08:10"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"study_at": "2026-02-30T08:10:00Z"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"study_at": "yesterday"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_prune_documents('north', now(), 0);
\echo :SQLSTATE
SELECT reportlink_prune_documents('north', now(), -1);
\echo :SQLSTATE
SELECT reportlink_publish_due(0);
\echo :SQLSTATE
SELECT reportlink_publish_due(-1, 'north');
\echo :SQLSTATE
-- 23503: tenants of an organization that is not there
SELECT reportlink_grant('regress_reportlink_clerk', 'reader', 'nowhere');
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
SELECT reportlink_save('north', 99, '{"views": "2"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_discard('north', 99, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 99, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 99, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', 99, 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 99, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject('north', 99, 'ada');
\echo :SQLSTATE
SELECT reportlink_publish_now('north', 99, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', 12, 'ada');
\echo :SQLSTATE
SELECT * FROM reportlink_history('north', 12);
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
SELECT reportlink_save('north', 18, '{"views": "2"}', actor => 'abe');
\echo :SQLSTATE
SELECT reportlink_discard('north', 1, actor => 'rex');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 18, actor => 'abe');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 18, 'rex');
\echo :SQLSTATE
SELECT reportlink_sign('north', 18, 'abe');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 16, 'rex');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 16, 'abe');
\echo :SQLSTATE
-- nobody's: to save or to sign it must be owned
SELECT reportlink_save('north', 21, '{"views": "2"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 21, 'rex');
\echo :SQLSTATE
SELECT reportlink_sign('north', 21, 'ada');
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
SELECT reportlink_sign('north', 18);
\echo :SQLSTATE
-- RL013: not an active member
SELECT reportlink_link('north', '{1,4}', actor => 'nobody');
\echo :SQLSTATE
SELECT reportlink_open('north', 5, 'gone');
\echo :SQLSTATE
SELECT reportlink_open('nowhere', 5, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', 18, 'gone');
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
SELECT reportlink_save('north', 18, '{"views": "2"}', actor => 'hl7');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 14, actor => 'rex');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 19, 'dot');
\echo :SQLSTATE
SELECT reportlink_sign('north', 14, 'rex');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 16, 'dot');
\echo :SQLSTATE
SELECT reportlink_reject('north', 14, 'rex');
\echo :SQLSTATE
SELECT reportlink_publish_now('north', 16, 'rex');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', 16, 'hl7');
\echo :SQLSTATE
-- a drafter saves the transcript only
SELECT reportlink_save('north', 19, '{"transcript": "no mass", "final_report": "No mass."}', actor => 'dot');
\echo :SQLSTATE
-- and does not unlink, which discarding a linked draft does
SELECT reportlink_discard('north', 22, actor => 'dot');
\echo :SQLSTATE
-- RL015: invalid status transition
SELECT reportlink_assign('north', 10, 'abe', 'ada');
\echo :SQLSTATE
SELECT reportlink_close('north', 10, true, 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 20, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', 20, 'ada');
\echo :SQLSTATE
SELECT reportlink_prelim_sign('north', 14, 'rex');
\echo :SQLSTATE
SELECT reportlink_sign('north', 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 10, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject('north', 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject('north', 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_reject('north', 17, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 16, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 17, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 14, actor => 'adm');
\echo :SQLSTATE
SELECT reportlink_cancel('north', 10, actor => 'ada');
\echo :SQLSTATE
-- RL016: content is locked
SELECT reportlink_save('north', 20, '{"transcript": "no mass"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 16, '{"final_report": "A fracture."}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 14, '{"final_report": "An effusion."}', actor => 'rex');
\echo :SQLSTATE
SELECT reportlink_save('north', 10, '{"transcript": "no mass"}', actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_discard('north', 16, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_discard('north', 14, actor => 'rex');
\echo :SQLSTATE
SELECT reportlink_discard('north', 10, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_start_addendum('north', 17, 'ada');
\echo :SQLSTATE
-- RL017: stale document
SELECT reportlink_save('north', 18, '{"transcript": "a fracture"}', 3, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 18, '{"transcript": "a fracture"}', 0, actor => 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 1, '{"transcript": "a fracture"}', 5, actor => 'ada');
\echo :SQLSTATE
-- RL018: no publication is pending
SELECT reportlink_publish_now('north', 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', 16, 'ada');
\echo :SQLSTATE
SELECT reportlink_publish_now('north', 17, 'abe');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', 15, 'ada');
\echo :SQLSTATE
SELECT reportlink_cancel_publish('north', 10, 'ada');
\echo :SQLSTATE
-- RL020: final report is empty
SELECT reportlink_prelim_sign('north', 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', 18, 'ada');
\echo :SQLSTATE
SELECT reportlink_sign('north', 1, 'ada');
\echo :SQLSTATE
BEGIN;
SELECT reportlink_save('north', 18, '{"final_report": " \n\t"}', actor => 'ada');
SELECT reportlink_sign('north', 18, 'ada');
\echo :SQLSTATE
ROLLBACK;

-- While the publication of 14 and 15, and of the addendum of 17, is pending; all of it is rolled back
\set ON_ERROR_ROLLBACK on
BEGIN;
UPDATE reportlink.organization SET recall_enabled = true, recall_allow_immediate_sign = false
	WHERE organization_id = 'north';
SELECT status, owner_id FROM reportlink_sign('north', 14, 'ada');
SELECT status FROM reportlink_sign('north', 17, 'ada');
-- RL019: immediate publication not allowed; asked before RL018
SELECT reportlink_publish_now('north', 15, 'abe');
\echo :SQLSTATE
SELECT reportlink_publish_now('north', 18, 'ada');
\echo :SQLSTATE
-- RL016
SELECT reportlink_start_addendum('north', 15, 'ada');
\echo :SQLSTATE
SELECT reportlink_save('north', 14, '{"final_report": "An effusion."}', actor => 'ada');
\echo :SQLSTATE
-- RL015: to take a signature back is a function's
SET LOCAL reportlink.user_id = 'ada';
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 15;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'prelim_signed' WHERE report_id = 15;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'signed' WHERE report_id = 17;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'addendum_prelim_signed' WHERE report_id = 17;
\echo :SQLSTATE
-- RL018: taken back once
SELECT status FROM reportlink_cancel_publish('north', 15, 'abe');
SELECT reportlink_cancel_publish('north', 14, 'abe');
\echo :SQLSTATE
-- a publication that fails is a WARNING, and tried again
CREATE FUNCTION out_of_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the printer is out of paper' USING DETAIL = 'Tray 2.';
END
$$;
CREATE TRIGGER out_of_paper BEFORE INSERT ON reportlink.event FOR EACH ROW
	WHEN (NEW.type = 'report.published') EXECUTE FUNCTION out_of_paper();
UPDATE reportlink.publication SET publish_at = now() - interval '1 minute' WHERE state = 'scheduled';
SELECT reportlink_publish_due();
SELECT report_id, publication_id, attempts, last_error, retry_at > now() AS later
	FROM reportlink.pending_publication;
ROLLBACK;
\set ON_ERROR_ROLLBACK off

-- Plain SQL: status and owner, checked like the functions. RL012: the actor is the setting
GRANT USAGE ON SCHEMA reportlink TO regress_reportlink_clerk;
GRANT SELECT, UPDATE ON reportlink.report TO regress_reportlink_clerk;
SET ROLE regress_reportlink_clerk;
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'abe' WHERE report_id = 5;
\echo :SQLSTATE
-- RL013, RL014, RL008
SET reportlink.user_id = 'gone';
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 5;
\echo :SQLSTATE
SET reportlink.user_id = 'rex';
UPDATE reportlink.report SET status = 'signed' WHERE report_id = 14;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'cancelled' WHERE report_id = 5;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'rex' WHERE report_id = 18;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'prelim_signed' WHERE report_id = 18;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'prelim_signed' WHERE report_id = 21;
\echo :SQLSTATE
SET reportlink.user_id = 'ada';
UPDATE reportlink.report SET owner_id = 'hl7' WHERE report_id = 18;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'gone' WHERE report_id = 18;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = CASE report_id WHEN 1 THEN 'abe' WHEN 2 THEN NULL END WHERE report_id IN (1, 2);
\echo :SQLSTATE
-- RL015
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 16;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'addendum_signed' WHERE report_id = 16;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'unread' WHERE report_id = 17;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'cancelled' WHERE report_id = 17;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'signed' WHERE report_id = 20;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'unread' WHERE report_id = 10;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'abe' WHERE report_id = 10;
\echo :SQLSTATE
UPDATE reportlink.report SET status = CASE report_id WHEN 1 THEN 'unread' ELSE 'signed' END WHERE report_id IN (1, 3);
\echo :SQLSTATE
-- RL015: to reject is a function's
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 15;
\echo :SQLSTATE
-- RL020
UPDATE reportlink.report SET status = 'signed' WHERE report_id IN (1, 18);
\echo :SQLSTATE
-- 23514: no such status
\set VERBOSITY terse
UPDATE reportlink.report SET status = 'final' WHERE report_id = 18;
\echo :SQLSTATE
\set VERBOSITY default
RESET reportlink.user_id;
RESET ROLE;
REVOKE ALL ON reportlink.report FROM regress_reportlink_clerk;
-- the owner of the tables repairs without an actor; transitions and text are checked
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 16;
\echo :SQLSTATE
UPDATE reportlink.report SET status = 'signed' WHERE report_id = 18;
\echo :SQLSTATE
UPDATE reportlink.report SET owner_id = 'gone' WHERE report_id = 18;
\echo :SQLSTATE

-- 27000: a trigger of the user's own changes within the statement what it changes
CREATE FUNCTION hand_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE reportlink.report SET owner_id = 'abe' WHERE report_id = NEW.report_id;
	RETURN NULL;
END
$$;
CREATE TRIGGER hand_on AFTER UPDATE ON reportlink.report FOR EACH ROW
	WHEN (OLD.status = 'unread' AND NEW.status = 'draft') EXECUTE FUNCTION hand_on();
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 5;
\echo :SQLSTATE
DROP TRIGGER hand_on ON reportlink.report;
DROP FUNCTION hand_on();
-- RL021: column is managed by reportlink
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
UPDATE reportlink.report SET report_id = DEFAULT WHERE report_id = 5;
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
DELETE FROM reportlink.report WHERE report_id = 16;
\echo :SQLSTATE
DELETE FROM reportlink.report WHERE report_id = 18;
\echo :SQLSTATE
TRUNCATE reportlink.report;
\echo :SQLSTATE
UPDATE reportlink.event SET actor = 'abe';
\echo :SQLSTATE
DELETE FROM reportlink.event;
\echo :SQLSTATE
TRUNCATE reportlink.event;
\echo :SQLSTATE
UPDATE reportlink.document SET transcript = 'Effusion.';
\echo :SQLSTATE
DELETE FROM reportlink.document;
\echo :SQLSTATE
TRUNCATE reportlink.document;
\echo :SQLSTATE
UPDATE reportlink.signature SET signed_by = 'abe';
\echo :SQLSTATE
DELETE FROM reportlink.signature;
\echo :SQLSTATE
TRUNCATE reportlink.signature;
\echo :SQLSTATE
UPDATE reportlink.past_link SET left_at = now();
\echo :SQLSTATE
DELETE FROM reportlink.past_link;
\echo :SQLSTATE
TRUNCATE reportlink.past_link;
\echo :SQLSTATE
-- who is not the owner of the tables
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
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status, signed_by) VALUES ('north', 4, 18, 'signed', 'ada');
\echo :SQLSTATE
INSERT INTO reportlink.past_link (organization_id, report_id, group_id) VALUES ('north', 18, 1);
\echo :SQLSTATE
INSERT INTO reportlink.event (organization_id, type, report_ids, linked_identifiers, database_role) VALUES ('north', 'report.linked', '{}', '[]', 'x');
\echo :SQLSTATE
-- 42501: rights
UPDATE reportlink.report SET status = 'draft' WHERE report_id = 5;
\echo :SQLSTATE
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
ALTER SYSTEM SET reportlink.databases = 'radiology,,archive';
\echo :SQLSTATE

-- Nothing of all this changed anything
SELECT report_id, status, owner_id, group_id FROM reportlink.report ORDER BY report_id;
SELECT (SELECT count(*) FROM reportlink.document) AS documents, (SELECT count(*) FROM reportlink.signature) AS signatures;
SELECT event_id, type, report_ids FROM reportlink.event ORDER BY event_id;
SELECT * FROM reportlink_check();

DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
DROP ROLE regress_reportlink_clerk;
