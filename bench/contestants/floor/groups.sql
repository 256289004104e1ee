\set none 0
SELECT * FROM bench.floor_facts(), bench.next_floor() \gset
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
WITH d AS (
	INSERT INTO reportlink.document AS d (organization_id, parent_id, report_id, group_id, final_report, checkpoint, reason, saved_by)
	VALUES ('north', nullif(:d1, '')::bigint, :r1, :g2, :content, true, 'save', 'ada')
	RETURNING d.document_id, d.parent_id),
g AS (
	UPDATE reportlink.report_group g SET document_id = d.document_id
	FROM d WHERE g.organization_id = 'north' AND g.group_id = :g2),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', 'report.saved', :g2::bigint, d.document_id, :r1, :ids_2::bigint[], :of_2::jsonb, 'ada', 'postgres',
		jsonb_build_object('old_document_id', d.parent_id, 'checkpoint', true), :cluster
	FROM d
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT d.document_id AS saved, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM d \gset
\set sign_2 0
WITH r AS (
	UPDATE reportlink.report SET status = 'signed', drafting = false, signed_at = now(), updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_2::bigint[])),
s AS (
	INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
	VALUES ('north', :saved, :r1, :g2, 'signed', 'ada')),
p AS (
	INSERT INTO reportlink.publication AS p (organization_id, group_id, report_id, document_id, requested_by, state, scheduled_at,
		publish_at, finished_at)
	SELECT 'north', :g2::bigint, :r1::bigint, :saved::bigint, 'ada', 'executed', t.now, t.now, t.now FROM clock_timestamp() t (now)
	RETURNING p.publication_id, p.publish_at),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g2::bigint, :saved::bigint, :r1::bigint, i.report_ids, i.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (SELECT :ids_2::bigint[] AS report_ids, :of_2::jsonb AS identifiers) i, (
		SELECT 'report.signed', '{"old_status": "draft", "status": "signed"}'::jsonb
		UNION ALL SELECT 'report.published', jsonb_build_object('publication_id', p.publication_id, 'publish_at', p.publish_at) FROM p
	) n (type, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set none 0
SELECT * FROM bench.next_big_floor() \gset
\set link_32 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :first, nullif(:document, '')::bigint, 32, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, status = 'draft', owner_id = 'ada', drafting = true, updated_at = now()
	FROM g, unnest(:ids_32::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_32::bigint[], :of_32::jsonb, :linked_32::jsonb),
		('report.owner_changed', :ids_32::bigint[], :of_32::jsonb, '{"old_owner": null, "new_owner": "ada"}'::jsonb),
		('report.opened', :ids_32::bigint[], :of_32::jsonb, jsonb_build_object('old_status', :before::text, 'status', 'draft', 'view', false))
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set discard_32 0
WITH r AS (
	UPDATE reportlink.report SET group_id = NULL, link_position = NULL, owner_id = NULL, drafting = false, status = :before, updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_32::bigint[])),
l AS (
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id)
	SELECT 'north', n.report_id, :g::bigint, nullif(:document, '')::bigint FROM unnest(:ids_32::bigint[]) n (report_id)),
g AS (
	UPDATE reportlink.report_group SET member_count = 0, closed_at = now() WHERE organization_id = 'north' AND group_id = :g),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g::bigint, nullif(:document, '')::bigint, :first::bigint, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (VALUES
		('report.owner_changed', :ids_32::bigint[], :of_32::jsonb, '{"old_owner": "ada", "new_owner": null}'::jsonb),
		('report.unlinked', :ids_32::bigint[], :of_32::jsonb, :unlinked_32::jsonb)
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
\set link_128 0
WITH g AS (
	INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
	VALUES ('north', :mrn, :first, nullif(:document, '')::bigint, 128, 'ada')
	RETURNING g.group_id, g.document_id, g.default_report_id),
r AS (
	UPDATE reportlink.report r SET group_id = g.group_id, link_position = n.position, status = 'draft', owner_id = 'ada', drafting = true, updated_at = now()
	FROM g, unnest(:ids_128::bigint[]) WITH ORDINALITY n (report_id, position)
	WHERE r.organization_id = 'north' AND r.report_id = n.report_id),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, g.group_id, g.document_id, g.default_report_id, n.report_ids, n.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM g, (VALUES
		('report.linked', :ids_128::bigint[], :of_128::jsonb, :linked_128::jsonb),
		('report.owner_changed', :ids_128::bigint[], :of_128::jsonb, '{"old_owner": null, "new_owner": "ada"}'::jsonb),
		('report.opened', :ids_128::bigint[], :of_128::jsonb, jsonb_build_object('old_status', :before::text, 'status', 'draft', 'view', false))
	) n (type, report_ids, identifiers, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT g.group_id AS g, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM g \gset
\set none 0
WITH d AS (
	INSERT INTO reportlink.document AS d (organization_id, parent_id, report_id, group_id, final_report, checkpoint, reason, saved_by)
	VALUES ('north', nullif(:document, '')::bigint, :first, :g, :content, true, 'save', 'ada')
	RETURNING d.document_id, d.parent_id),
g AS (
	UPDATE reportlink.report_group g SET document_id = d.document_id
	FROM d WHERE g.organization_id = 'north' AND g.group_id = :g),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', 'report.saved', :g::bigint, d.document_id, :first, :ids_128::bigint[], :of_128::jsonb, 'ada', 'postgres',
		jsonb_build_object('old_document_id', d.parent_id, 'checkpoint', true), :cluster
	FROM d
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT d.document_id AS saved, (SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean) FROM d \gset
\set sign_128 0
WITH r AS (
	UPDATE reportlink.report SET status = 'signed', drafting = false, signed_at = now(), updated_at = now()
	WHERE organization_id = 'north' AND report_id = ANY (:ids_128::bigint[])),
s AS (
	INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
	VALUES ('north', :saved, :first, :g, 'signed', 'ada')),
p AS (
	INSERT INTO reportlink.publication AS p (organization_id, group_id, report_id, document_id, requested_by, state, scheduled_at,
		publish_at, finished_at)
	SELECT 'north', :g::bigint, :first::bigint, :saved::bigint, 'ada', 'executed', t.now, t.now, t.now FROM clock_timestamp() t (now)
	RETURNING p.publication_id, p.publish_at),
e AS (
	INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id, report_ids,
		linked_identifiers, actor, database_role, data, cluster_id)
	SELECT 'north', n.type, :g::bigint, :saved::bigint, :first::bigint, i.report_ids, i.identifiers, 'ada', 'postgres', n.data, :cluster
	FROM (SELECT :ids_128::bigint[] AS report_ids, :of_128::jsonb AS identifiers) i, (
		SELECT 'report.signed', '{"old_status": "draft", "status": "signed"}'::jsonb
		UNION ALL SELECT 'report.published', jsonb_build_object('publication_id', p.publication_id, 'publish_at', p.publish_at) FROM p
	) n (type, data)
	RETURNING e.event_id, e.type, e.group_id, e.report_ids)
SELECT count(bench.notify(e.event_id, e.type, e.group_id, e.report_ids)) FROM e WHERE :notify::boolean;
