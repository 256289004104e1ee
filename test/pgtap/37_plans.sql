-- A session keeps its plans, also those that it made for empty tables (plan.c):
-- what functions read does not depend on how many reports there are by now.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(59);

UPDATE reportlink.organization SET linking_enabled = true;

-- rows of all tables that were read so far in this transaction
CREATE FUNCTION pg_temp.rows_read() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_all_tables WHERE schemaname = 'reportlink'
$$;

-- $1 reports of patient $2
CREATE FUNCTION pg_temp.orders(n int, patient text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', patient, patient || '-' || i FROM generate_series(1, n) i
$$;

-- The statements of a visit, each with how many rows it read; r are the patient's reports
CREATE FUNCTION pg_temp.visit(patient text) RETURNS TABLE (place int, statement text, rows_read bigint) LANGUAGE plpgsql AS $$
DECLARE
	r bigint[] := ARRAY(SELECT report_id FROM reportlink.report WHERE mrn = patient ORDER BY report_id);
	before bigint;
BEGIN
	place := 0;
	FOREACH statement IN ARRAY ARRAY[
		$s$reportlink_link('north', $1[1:2], true, 'ada')$s$,
		$s$reportlink_link('north', $1[1:3], true, 'ada')$s$,
		$s$reportlink_link('north', $1[4:5], false, 'ada')$s$,
		$s$reportlink_link('north', $1[3:4], false, 'ada')$s$,
		$s$reportlink_set_default('north', $1[2], 'ada')$s$,
		$s$reportlink_unlink('north', $1[4:4], false, 'ada')$s$,
		$s$reportlink_unlink('north', $1[5:5], true, 'ada')$s$,
		$s$reportlink_save('north', $1[1], '{"final_report": "Normal."}', actor => 'ada')$s$,
		$s$reportlink_prelim_sign('north', $1[1], 'ada')$s$,
		$s$reportlink_reject('north', $1[1], 'ada')$s$,
		$s$reportlink_sign('north', $1[1], 'ada')$s$,
		$s$reportlink_start_addendum('north', $1[2], 'ada')$s$,
		$s$reportlink_discard('north', $1[2], true, 'ada')$s$,
		$s$reportlink_assign('north', $1[2], 'ada', 'ada')$s$,
		$s$reportlink_open('north', $1[6], 'ada')$s$,
		$s$reportlink_close('north', $1[6], true, 'ada')$s$,
		$s$reportlink_cancel('north', $1[7], false, 'adm')$s$,
		$s$reportlink_linked_reports('north', $1[1])$s$,
		$s$reportlink_linkable_reports('north', $1[8])$s$,
		$s$reportlink_history('north', $1[1])$s$,
		$s$reportlink_find('north', mrn => $2)$s$,
		$s$reportlink_find('north', accession_number => $2 || '-1')$s$,
		$s$UPDATE reportlink.report SET status = 'draft' WHERE organization_id = 'north' AND report_id = $1[6]$s$,
		$s$UPDATE reportlink.report SET order_id = 'O' WHERE organization_id = 'north' AND report_id = $1[2]$s$,
		$s$DELETE FROM reportlink.report WHERE organization_id = 'north' AND report_id = $1[8]$s$,
		$s$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', $2, 'N' || $2)$s$,
		$s$reportlink_subscribe('north', $2)$s$,
		$s$reportlink_unsubscribe('north', $2)$s$] LOOP
		place := place + 1;
		before := pg_temp.rows_read();
		EXECUTE CASE WHEN statement ~ '^reportlink' THEN 'SELECT FROM ' || statement ELSE statement END USING r, patient;
		rows_read := pg_temp.rows_read() - before;
		RETURN NEXT;
	END LOOP;
END
$$;

SET reportlink.user_id = 'ada';
SELECT pg_temp.orders(8, 'EARLY') \g /dev/null
CREATE TEMP TABLE early AS SELECT * FROM pg_temp.visit('EARLY');
SELECT is((SELECT count(*) FROM early), 28::bigint, 'every statement, on tables that are nearly empty');

-- other patients, with texts, groups and events
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
SELECT 'north', 'M' || i / 4, 'A' || i FROM generate_series(0, 9999) i;
SELECT count(reportlink_link('north', ids, true, 'ada'))
FROM (SELECT array_agg(report_id) AS ids FROM reportlink.report WHERE mrn ~ '^M.*[05]$' GROUP BY mrn) p \g /dev/null
SELECT count(reportlink_save('north', id, '{"final_report": "Normal."}', actor => 'ada')), count(reportlink_sign('north', id, 'ada'))
FROM (SELECT min(report_id) AS id FROM reportlink.report WHERE mrn ~ '^M.*5$' GROUP BY mrn) p \g /dev/null
SELECT is((SELECT reltuples FROM pg_class WHERE oid = 'reportlink.report'::regclass), -1::real, 'nobody has counted them yet');

SELECT pg_temp.orders(8, 'LATE') \g /dev/null
CREATE TEMP TABLE late AS SELECT * FROM pg_temp.visit('LATE');
SELECT cmp_ok(l.rows_read, '<=', e.rows_read + 20, l.statement || ': as many rows in large tables')
FROM late l JOIN early e USING (place) ORDER BY place;
SELECT cmp_ok(l.rows_read, '<', 150::bigint, l.statement || ': few rows') FROM late l ORDER BY place;
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
