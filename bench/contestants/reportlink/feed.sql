-- \aset keeps the last of the events
\set feed 0
SELECT event_id, type, group_id, report_ids, linked_identifiers, occurred_at, data
FROM reportlink_fetch('north', 'bench', 1000) \aset
SELECT reportlink_ack('north', 'bench', :event_id);
