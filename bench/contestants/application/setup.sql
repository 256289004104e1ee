-- application: the tables alone; the rules are in rules.py

DROP EXTENSION reportlink CASCADE;

-- For the pgbench scripts, which have no Python to make them, beside the clock:
-- identifiers of reports as an event has them
CREATE FUNCTION bench.identifiers(ids bigint[]) RETURNS jsonb
	LANGUAGE sql STABLE AS $$
	SELECT jsonb_agg(jsonb_build_object('report_id', r.report_id, 'accession_number', r.accession_number, 'mrn', r.mrn,
		'order_id', r.order_id, 'site_id', r.site_id, 'native_id', r.native_id,
		'assigning_authority', r.assigning_authority) ORDER BY u.place)
	FROM unnest(ids) WITH ORDINALITY u (report_id, place)
	JOIN reportlink.report r ON r.organization_id = 'north' AND r.report_id = u.report_id
$$;

-- what it reads once: the cluster's number; and whether reports have text from the beginning
CREATE FUNCTION bench.application_facts(OUT cluster bigint, OUT has_text boolean, OUT is_blank boolean, OUT notify boolean)
	LANGUAGE sql STABLE AS $$
	SELECT max(c.cluster_id), t.has_text, NOT t.has_text, current_setting('reportlink.notify', true) IS DISTINCT FROM 'off'
	FROM reportlink.cluster c,
		(SELECT r.document_id IS NOT NULL AS has_text FROM reportlink.report r
			WHERE r.organization_id = 'north' AND r.report_id = 1) t
	GROUP BY t.has_text
$$;
