-- floor: the rows that reportlink writes, and nothing else
--
-- No rule is checked, no lock taken, no row read to decide upon: the client is
-- taken to know everything beforehand. An operation is one prepared statement.
-- What it tells of reports, groups and texts is made up by bench.next_floor(),
-- which the scripts call beside the clock.

DROP EXTENSION reportlink CASCADE;

-- Identifiers of reports as an event has them
CREATE FUNCTION bench.identifiers(ids bigint[]) RETURNS jsonb
	LANGUAGE sql STABLE AS $$
	SELECT jsonb_agg(jsonb_build_object('report_id', r.report_id, 'accession_number', r.accession_number, 'mrn', r.mrn,
		'order_id', r.order_id, 'site_id', r.site_id, 'native_id', r.native_id,
		'assigning_authority', r.assigning_authority) ORDER BY u.place)
	FROM unnest(ids) WITH ORDINALITY u (report_id, place)
	JOIN reportlink.report r ON r.organization_id = 'north' AND r.report_id = u.report_id
$$;

-- Data of report.linked: reports that were in no group, groups merged, and texts not in force any more
CREATE FUNCTION bench.linked(ids bigint[], documents bigint[], status text, owner text) RETURNS jsonb
	LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('linked_report_ids', ids, 'merged_group_ids', '{}'::bigint[],
		'superseded_document_ids', array_remove(documents, NULL), 'status', status, 'owner_id', owner)
$$;

-- Data of report.unlinked
CREATE FUNCTION bench.unlinked(staying bigint[], dissolved boolean, discarded boolean) RETURNS jsonb
	LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('remaining_report_ids', staying, 'group_dissolved', dissolved, 'unassign_and_discard', discarded)
$$;

-- NOTIFY for an event; the planner puts it into the statement
CREATE FUNCTION bench.notify(event_id bigint, type text, group_id bigint, report_ids bigint[]) RETURNS void
	LANGUAGE sql AS $$
	SELECT pg_notify('reportlink', format('{"event_id": %s, "type": "%s", "organization_id": "north", "group_id": %s, "report_ids": [%s]}',
		event_id, type, group_id, array_to_string(report_ids, ', ')))
$$;

-- What all scripts know: does the transaction notify, and the number of this cluster
CREATE FUNCTION bench.floor_facts(OUT notify boolean, OUT cluster bigint)
	LANGUAGE sql STABLE AS $$
	SELECT current_setting('reportlink.notify') = 'commit', max(c.cluster_id) FROM reportlink.cluster c
$$;

-- A patient that nobody has used: reports, texts, and all that a cycle's events tell
CREATE FUNCTION bench.next_floor(OUT mrn text, OUT r1 bigint, OUT r2 bigint, OUT r3 bigint, OUT r4 bigint, OUT r8 bigint,
	OUT content text, OUT before text, OUT d1 bigint, OUT d5 bigint, OUT ids_2 bigint[], OUT ids_8 bigint[], OUT ids_3_8 bigint[],
	OUT ids_4 bigint[], OUT ids_5_8 bigint[], OUT ids_merged bigint[], OUT of_2 jsonb, OUT of_r2 jsonb, OUT of_r8 jsonb,
	OUT of_8 jsonb, OUT of_3_8 jsonb, OUT of_4 jsonb, OUT of_5_8 jsonb, OUT of_merged jsonb, OUT linked_2 jsonb,
	OUT unlinked_2 jsonb, OUT linked_8 jsonb, OUT unlinked_8 jsonb, OUT linked_4 jsonb, OUT linked_5_8 jsonb,
	OUT linked_merged jsonb, OUT unlinked_one jsonb, OUT linked_one jsonb)
	LANGUAGE plpgsql AS $$
DECLARE
	d bigint[];
BEGIN
	SELECT n.mrn, n.r1, n.r2, n.r3, n.r4, n.r8, n.content INTO mrn, r1, r2, r3, r4, r8, content FROM bench.next_patient() n;
	SELECT array_agg(r.document_id ORDER BY r.report_id), min(r.status) INTO d, before
	FROM reportlink.report r WHERE r.organization_id = 'north' AND r.report_id BETWEEN r1 AND r8;
	d1 := d[1];
	d5 := d[5];
	ids_2 := ARRAY[r1, r2];
	ids_8 := ARRAY(SELECT generate_series(r1, r8));
	ids_3_8 := ids_8[3:];
	ids_4 := ids_8[:4];
	ids_5_8 := ids_8[5:];
	ids_merged := ARRAY[r1, r1 + 4] || ids_8[2:4] || ids_8[6:];
	of_2 := bench.identifiers(ids_2);
	of_r2 := bench.identifiers(ARRAY[r2]);
	of_r8 := bench.identifiers(ARRAY[r8]);
	of_8 := bench.identifiers(ids_8);
	of_3_8 := bench.identifiers(ids_3_8);
	of_4 := bench.identifiers(ids_4);
	of_5_8 := bench.identifiers(ids_5_8);
	of_merged := bench.identifiers(ids_merged);
	linked_2 := bench.linked(ids_2, d[2:2], 'draft', 'ada');
	unlinked_2 := bench.unlinked(ARRAY[r1], true, false);
	linked_8 := bench.linked(ids_8, d[3:], 'draft', 'ada');
	unlinked_8 := bench.unlinked('{}', true, true);
	linked_4 := bench.linked(ids_4, d[3:4], before, NULL);
	linked_5_8 := bench.linked(ids_5_8, d[6:], before, NULL);
	linked_merged := bench.linked('{}', d[5:5], before, NULL);
	unlinked_one := bench.unlinked(array_remove(ids_merged, r8), false, false);
	linked_one := bench.linked(ARRAY[r8], '{}', before, NULL);
END
$$;

-- The same for a big patient
CREATE FUNCTION bench.next_big_floor(OUT mrn text, OUT first bigint, OUT ids_32 bigint[], OUT ids_128 bigint[], OUT content text,
	OUT before text, OUT document bigint, OUT of_32 jsonb, OUT of_128 jsonb, OUT linked_32 jsonb, OUT unlinked_32 jsonb, OUT linked_128 jsonb)
	LANGUAGE plpgsql AS $$
DECLARE
	d bigint[];
BEGIN
	SELECT n.mrn, n.first, n.ids_32, n.ids_128, n.content INTO mrn, first, ids_32, ids_128, content FROM bench.next_big() n;
	SELECT array_agg(r.document_id ORDER BY r.report_id), min(r.status) INTO d, before
	FROM reportlink.report r WHERE r.organization_id = 'north' AND r.report_id = ANY (ids_128);
	document := d[1];
	of_32 := bench.identifiers(ids_32);
	of_128 := bench.identifiers(ids_128);
	linked_32 := bench.linked(ids_32, d[2:32], 'draft', 'ada');
	unlinked_32 := bench.unlinked('{}', true, true);
	linked_128 := bench.linked(ids_128, d[2:], 'draft', 'ada');
END
$$;
