-- due.sql: 10,000 publications that are due, made as a restore would: of single
-- reports, or of groups of two (psql variable reports_each), all signed; and a
-- subscriber that has seen everything until then

SELECT reportlink_subscribe('north', 'bench') WHERE NOT EXISTS (SELECT FROM reportlink.subscriber);

SET session_replication_role = replica;

CREATE TEMP TABLE unit AS
SELECT r.mrn, min(r.report_id) AS report_id, array_agg(r.report_id) AS report_ids
FROM (SELECT *, row_number() OVER (PARTITION BY mrn ORDER BY report_id) AS n
	FROM reportlink.report WHERE organization_id = 'north' AND mrn LIKE 'MRN-%' AND status = 'unread') r
WHERE r.n <= :reports_each GROUP BY r.mrn HAVING count(*) = :reports_each ORDER BY min(r.report_id) LIMIT 10000;
ALTER TABLE unit ADD group_id bigint, ADD document_id bigint;

WITH d AS (
	INSERT INTO reportlink.document (organization_id, report_id, final_report)
	SELECT 'north', u.report_id, 'No acute disease.' FROM unit u RETURNING document_id, report_id)
UPDATE unit u SET document_id = d.document_id FROM d WHERE d.report_id = u.report_id;

WITH g AS (
	INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	SELECT 'north', u.mrn, u.report_id, u.document_id, 2, 'ada' FROM unit u WHERE :reports_each = 2
	RETURNING group_id, default_report_id)
UPDATE unit u SET group_id = g.group_id FROM g WHERE g.default_report_id = u.report_id;

UPDATE reportlink.report r SET status = 'signed', signed_at = now(), owner_id = 'ada', group_id = u.group_id,
	link_position = CASE WHEN u.group_id IS NOT NULL THEN array_position(u.report_ids, r.report_id) END,
	document_id = CASE WHEN u.group_id IS NULL THEN u.document_id END
FROM unit u WHERE r.organization_id = 'north' AND r.report_id = ANY (u.report_ids);

INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, publish_at, requested_by)
SELECT 'north', u.group_id, u.report_id, u.document_id, now() - interval '1 second', 'ada' FROM unit u ORDER BY u.report_id;

VACUUM ANALYZE;
