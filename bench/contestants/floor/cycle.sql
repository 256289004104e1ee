\set none 0
SELECT * FROM bench.floor_facts(), bench.next_floor() \gset
\set link_2 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :r1, nullif(:d1, '')::bigint, 2, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, status = 'draft', owner_id = 'ada', drafting = true, updated_at = now()
	FROM g, unnest(:ids_2::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_2::bigint[], :of_2::jsonb, :linked_2::jsonb),
		('report.owner_changed', :ids_2::bigint[], :of_2::jsonb, '{"old_owner": null, "new_owner": "ada"}'::jsonb),
		('report.opened', :ids_2::bigint[], :of_2::jsonb, jsonb_build_object('old_status', :before::text, 'status', 'draft', 'view', false))
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g2, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set unlink_2 0
WITH r AS (
	UPDATE reportlink.report SET group_id = NULL, link_position = NULL, document_id = nullif(:d1, '')::bigint, updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (ARRAY[:r2, :r1]::bigint[])),
l AS (
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id)
	SELECT 'north', n.report_id, :g2::bigint, nullif(:d1, '')::bigint FROM unnest(ARRAY[:r2, :r1]::bigint[]) n (report_id)),
g AS (
	UPDATE reportlink.report_group SET member_count = 0, closed_at = now() WHERE organization_id = 'north' AND group_id = :g2),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g2::bigint, nullif(:d1, '')::bigint, :r1::bigint, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (VALUES
		('report.unlinked', ARRAY[:r2::bigint], :of_r2::jsonb, :unlinked_2::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set link_8 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :r1, nullif(:d1, '')::bigint, 8, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, status = 'draft', owner_id = 'ada', drafting = true, updated_at = now()
	FROM g, unnest(:ids_8::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_8::bigint[], :of_8::jsonb, :linked_8::jsonb),
		('report.owner_changed', :ids_3_8::bigint[], :of_3_8::jsonb, '{"old_owner": null, "new_owner": "ada"}'::jsonb),
		('report.opened', :ids_8::bigint[], :of_8::jsonb, jsonb_build_object('old_status', 'draft', 'status', 'draft', 'view', false))
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set unlink_all 0
WITH r AS (
	UPDATE reportlink.report SET group_id = NULL, link_position = NULL, owner_id = NULL, drafting = false, status = :before, updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_8::bigint[])),
l AS (
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id)
	SELECT 'north', n.report_id, :g::bigint, nullif(:d1, '')::bigint FROM unnest(:ids_8::bigint[]) n (report_id)),
g AS (
	UPDATE reportlink.report_group SET member_count = 0, closed_at = now() WHERE organization_id = 'north' AND group_id = :g),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g::bigint, nullif(:d1, '')::bigint, :r1::bigint, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (VALUES
		('report.owner_changed', :ids_8::bigint[], :of_8::jsonb, '{"old_owner": "ada", "new_owner": null}'::jsonb),
		('report.unlinked', :ids_8::bigint[], :of_8::jsonb, :unlinked_8::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set link_4 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :r1, nullif(:d1, '')::bigint, 4, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, updated_at = now()
	FROM g, unnest(:ids_4::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_4::bigint[], :of_4::jsonb, :linked_4::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g4, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set none 0
SELECT :r1 + 4 AS r5 \gset
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :r5, nullif(:d5, '')::bigint, 4, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, updated_at = now()
	FROM g, unnest(:ids_5_8::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_5_8::bigint[], :of_5_8::jsonb, :linked_5_8::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g5, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set merge 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :r1, nullif(:d1, '')::bigint, 8, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, updated_at = now()
	FROM g, unnest(:ids_merged::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
m AS (
	UPDATE reportlink.report_group m SET member_count = 0, closed_at = now(), merged_into = g.group_id
	FROM g WHERE m.organization_id = 'north' AND m.group_id IN (:g4, :g5)),
l AS (
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id)
	SELECT 'north', n.report_id, :g4::bigint, nullif(:d1, '')::bigint FROM unnest(:ids_4::bigint[]) n (report_id)
	UNION ALL SELECT 'north', n.report_id, :g5::bigint, nullif(:d5, '')::bigint FROM unnest(:ids_5_8::bigint[]) n (report_id)),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_merged::bigint[], :of_merged::jsonb, :linked_merged::jsonb || jsonb_build_object('merged_group_ids', ARRAY[:g4, :g5]::bigint[]))
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g8, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set unlink_one 0
WITH r AS (
	UPDATE reportlink.report SET group_id = NULL, link_position = NULL, document_id = nullif(:d1, '')::bigint, updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (ARRAY[:r8]::bigint[])),
l AS (
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id)
	SELECT 'north', n.report_id, :g8::bigint, nullif(:d1, '')::bigint FROM unnest(ARRAY[:r8]::bigint[]) n (report_id)),
g AS (
	UPDATE reportlink.report_group SET member_count = 7 WHERE organization_id = 'north' AND group_id = :g8),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g8::bigint, nullif(:d1, '')::bigint, :r1::bigint, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (VALUES
		('report.unlinked', ARRAY[:r8::bigint], :of_r8::jsonb, :unlinked_one::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set add_one 0
WITH r AS (
	UPDATE reportlink.report SET group_id = :g8, link_position = 8, updated_at = now()
	WHERE organization_id = 'north' AND report_id = :r8),
g AS (
	UPDATE reportlink.report_group SET member_count = 8 WHERE organization_id = 'north' AND group_id = :g8),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	VALUES ('north', 'report.linked', :g8, nullif(:d1, '')::bigint, :r1, :ids_merged, :of_merged, 'ada', 'postgres', :linked_one, :cluster)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set open 0
WITH r AS (
	UPDATE reportlink.report SET status = 'draft', owner_id = 'ada', drafting = true, updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_merged::bigint[])),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g8::bigint, nullif(:d1, '')::bigint, :r1::bigint, i.report_ids, i.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (SELECT :ids_merged::bigint[] AS report_ids, :of_merged::jsonb AS identifiers) i, (VALUES
		('report.owner_changed', '{"old_owner": null, "new_owner": "ada"}'::jsonb),
		('report.opened', jsonb_build_object('old_status', :before::text, 'status', 'draft', 'view', false))
	) n (type, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set save_4k 0
WITH d AS (
	INSERT INTO reportlink.document AS d (organization_id, parent_id, report_id, group_id, final_report, checkpoint, reason, saved_by)
	VALUES ('north', nullif(:d1, '')::bigint, :r3, :g8, :content, true, 'save', 'ada')
	RETURNING d.document_id, d.parent_id),
g AS (
	UPDATE reportlink.report_group g SET document_id = d.document_id
	FROM d WHERE g.organization_id = 'north' AND g.group_id = :g8),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', 'report.saved', :g8::bigint, d.document_id, :r1, :ids_merged::bigint[], :of_merged::jsonb, 'ada', 'postgres',
		jsonb_build_object('old_document_id', d.parent_id, 'checkpoint', true), :cluster
	FROM d
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT d.document_id AS saved, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM d \gset
\set sign_8 0
WITH r AS (
	UPDATE reportlink.report SET status = 'signed', drafting = false, signed_at = now(), updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_merged::bigint[])),
s AS (
	INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
	VALUES ('north', :saved, :r4, :g8, 'signed', 'ada')),
p AS (
	INSERT INTO reportlink.publication AS p (organization_id, group_id, report_id, document_id, requested_by, state, scheduled_at,
		publish_at, finished_at)
	SELECT 'north', :g8::bigint, :r1::bigint, :saved::bigint, 'ada', 'executed', t.now, t.now, t.now FROM clock_timestamp() t (now)
	RETURNING p.publication_id, p.publish_at),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g8::bigint, :saved::bigint, :r1::bigint, i.report_ids, i.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (SELECT :ids_merged::bigint[] AS report_ids, :of_merged::jsonb AS identifiers) i, (
		SELECT 'report.signed', '{"old_status": "draft", "status": "signed"}'::jsonb
		UNION ALL SELECT 'report.published', jsonb_build_object('publication_id', p.publication_id, 'publish_at', p.publish_at) FROM p
	) n (type, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
