-- The session that doc/events.md shows, in its order: readme_shown.sql compares.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
CREATE EXTENSION reportlink;
SELECT reportlink_install();

INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
VALUES ('north', 'North Hospital', true), ('south', 'South Hospital', true);
INSERT INTO reportlink.member (organization_id, user_id, role)
VALUES ('north', 'ada', 'attending'), ('north', 'rex', 'resident'), ('north', 'hl7', 'integration'),
       ('south', 'sue', 'attending');
INSERT INTO reportlink.report
       (organization_id, mrn, accession_number, order_id, site_id, study_name)
VALUES ('north', 'MRN-1001', 'CT-501', 'O-77', 'main', 'CT Chest with Contrast'),
       ('north', 'MRN-1001', 'CT-502', 'O-77', 'main', 'CT Abdomen and Pelvis with Contrast'),
       ('north', 'MRN-1001', 'US-503', 'O-78', 'main', 'US Abdomen Complete'),
       ('north', 'MRN-2002', 'MG-601', 'O-90', 'west', 'MG Screening Bilateral'),
       ('south', 'MRN-9', 'XR-1', 'S-1', 'south', 'XR Chest 2 Views');

-- Subscribing
SELECT reportlink_subscribe('north', 'ris');
SET reportlink.user_id = 'ada';
SELECT group_id, report_ids, status, owner_id FROM reportlink_link('north', '{1,2}');
SELECT event_id, type, report_ids, actor FROM reportlink_fetch('north', 'ris');
\x on
SELECT event_id, type, group_id, document_id, default_report_id, report_ids,
       jsonb_pretty(linked_identifiers) AS linked_identifiers, actor, data
FROM reportlink_fetch('north', 'ris', 1);
\x off
SELECT reportlink_ack('north', 'ris', 2);
SELECT event_id, type FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 3);
SELECT event_id, type FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 2);
SELECT reportlink_ack('north', 'ris', 4);

-- A transaction that commits late, in another session
\set password ''
\getenv password PGPASSWORD
CREATE EXTENSION dblink;
SELECT dblink_connect('slow', format('host=%L port=%L dbname=%L user=%L password=%L',
       :'HOST', :'PORT', current_database(), current_user, :'password'));
SELECT dblink_exec('slow', $$
BEGIN;
$$);
SELECT * FROM dblink('slow', $$
SELECT status, owner_id FROM reportlink_assign('north', 4, 'rex', actor => 'hl7');
$$) AS slow (status text, owner_id text);
SELECT status, owner_id FROM reportlink_close('north', 1);
SELECT event_id, type, report_ids FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 5);
SELECT dblink_exec('slow', $$
COMMIT;
$$);
SELECT event_id, type, report_ids FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 4);
SELECT dblink_disconnect('slow');

-- The errors
SELECT reportlink_subscribe('north', 'ris');
SELECT * FROM reportlink_fetch('north', 'pacs');

-- Filters
SELECT reportlink_subscribe('north', 'pacs', types => '{report.linked,report.unlinked,report.published}');
SELECT reportlink_subscribe('north', 'report 3', from_start => true, report_id => 3);
SELECT reportlink_subscribe('north', 'typo', types => '{report.sent}');

-- Every organization
SELECT reportlink_subscribe(NULL, 'archive');
SELECT status FROM reportlink_open('south', 5, actor => 'sue');
SELECT organization_id, event_id, type, report_ids FROM reportlink_fetch(NULL, 'archive');
SELECT reportlink_ack(NULL, 'archive', 7);

-- One of each type
UPDATE reportlink.organization SET notify_previous_owner = true;
SELECT group_id, report_ids FROM reportlink_link('north', '{1,3}');
SELECT reportlink_save('north', 1, '{"final_report": "IMPRESSION: No effusion."}');
SELECT report_id, group_id FROM reportlink_set_default('north', 2);
UPDATE reportlink.report SET accession_number = 'US-553' WHERE organization_id = 'north' AND report_id = 3;
SELECT status FROM reportlink_discard('north', 3, unassign => true);
SELECT status FROM reportlink_cancel('north', 3);
SELECT status FROM reportlink_prelim_sign('north', 1);
SELECT status FROM reportlink_reject('north', 1);
SELECT status FROM reportlink_sign('north', 1);
SELECT status FROM reportlink_start_addendum('north', 1);
UPDATE reportlink.organization SET recall_enabled = true WHERE organization_id = 'north';
SELECT status FROM reportlink_sign('north', 1);
SELECT status FROM reportlink_cancel_publish('north', 1);
SELECT type, report_ids, document_id, data FROM (
    SELECT DISTINCT ON (type) type, event_id, report_ids, document_id, data - 'publish_at' AS data
    FROM reportlink.event WHERE organization_id = 'north' ORDER BY type, event_id DESC) AS last
WHERE type <> 'report.identifiers_changed' ORDER BY event_id;
SELECT report_ids, data #>> '{old,accession_number}' AS old, data #>> '{new,accession_number}' AS new
FROM reportlink.event WHERE type = 'report.identifiers_changed';
SELECT count(DISTINCT type) FROM reportlink.event;
-- the table of the page has each of them in a row, with every key of its data
\set page `cat "$PG_ABS_SRCDIR/../doc/events.md"`
SELECT DISTINCT type, key FROM reportlink.event, jsonb_object_keys(data) AS key
WHERE NOT EXISTS (SELECT FROM string_to_table(:'page', E'\n') AS line
	WHERE split_part(line, ' | ', 1) LIKE '%`' || type || '`%' AND line LIKE '%`' || key || '`%');

-- What was filtered
SELECT event_id, type, report_ids FROM reportlink_fetch('north', 'pacs');
SELECT event_id, type FROM reportlink_fetch('north', 'report 3', batch => 2);

-- Who is behind
SELECT organization_id, subscriber, types, report_id, events_behind
FROM reportlink.subscriber_lag ORDER BY subscriber;
SELECT subscriber FROM reportlink.subscriber_lag WHERE seconds_behind NOT BETWEEN 0 AND 3600;

-- Purging
SELECT reportlink_purge_events('north', before => now());
SELECT reportlink_unsubscribe('north', 'report 3');
SELECT reportlink_purge_events('north', before => now(), batch => 4);
SELECT reportlink_purge_events('north', before => now(), batch => 4);
SELECT count(*), max(event_id) FROM reportlink_fetch('north', 'ris');
SELECT reportlink_ack('north', 'ris', 25);
SELECT reportlink_ack('north', 'pacs', 21);
SELECT count(*) FROM reportlink_fetch('north', 'pacs');
SELECT count(*), max(event_id) FROM reportlink_fetch(NULL, 'archive');
SELECT reportlink_ack(NULL, 'archive', 25);
SET reportlink.keep_signed_events = on;
SELECT reportlink_purge_events('north', before => now());
SELECT report_ids, count(*) FROM reportlink.event WHERE organization_id = 'north' GROUP BY report_ids ORDER BY report_ids;
RESET reportlink.keep_signed_events;
SELECT reportlink_purge_events('north', before => now());
SELECT organization_id, subscriber, events_behind FROM reportlink.subscriber_lag ORDER BY subscriber;

DROP SCHEMA reportlink CASCADE;
DROP EXTENSION reportlink;
DROP EXTENSION dblink;
