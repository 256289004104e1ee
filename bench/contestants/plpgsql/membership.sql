-- reportlink_link() and reportlink_unlink()

-- The reports that a call names, as they stood before anything but their patient was locked
CREATE TYPE peer.naming AS (
	actor text,
	role text,
	linking_enabled boolean,
	notify_previous_owner boolean,
	report_ids bigint[], -- once each, in request order
	mrn text, -- of the first
	unknown bigint[],
	without_mrn bigint[],
	of_others bigint[], -- with another MRN than the first
	unlinked bigint[]
);

-- Looks up actor and reports; locks the patient when all of them are of one, at least two where so many are needed
CREATE FUNCTION peer.name_and_lock(organization text, ids bigint[], at_least integer, actor text) RETURNS peer.naming
	LANGUAGE plpgsql AS $$
DECLARE
	roles CONSTANT text[] := '{attending,resident,administrator,integration}';
	n peer.naming;
BEGIN
	n.actor := coalesce(nullif(actor, ''), current_setting('reportlink.user_id', true));

	SELECT m.role, o.linking_enabled, o.notify_previous_owner,
		g.report_ids, g.mrn, g.unknown, g.without_mrn, g.of_others, g.unlinked
	INTO n.role, n.linking_enabled, n.notify_previous_owner,
		n.report_ids, n.mrn, n.unknown, n.without_mrn, n.of_others, n.unlinked
	FROM reportlink.organization o
	LEFT JOIN reportlink.member m ON m.organization_id = organization AND m.user_id = n.actor AND m.active
	CROSS JOIN LATERAL (
		SELECT array_agg(s.report_id ORDER BY s.place) AS report_ids, min(s.first_mrn) AS mrn,
			array_agg(s.report_id ORDER BY s.place) FILTER (WHERE s.found IS NULL) AS unknown,
			array_agg(s.report_id ORDER BY s.place) FILTER (WHERE s.mrn IS NULL) AS without_mrn,
			array_agg(s.report_id ORDER BY s.place) FILTER (WHERE s.mrn <> s.first_mrn) AS of_others,
			array_agg(s.report_id ORDER BY s.place) FILTER (WHERE s.group_id IS NULL) AS unlinked
		FROM (
			SELECT i.report_id, i.place, r.report_id AS found, r.mrn, r.group_id,
				first_value(r.mrn) OVER (ORDER BY i.place) AS first_mrn
			FROM (SELECT u.report_id, min(u.place) AS place
				FROM unnest(ids) WITH ORDINALITY AS u (report_id, place) GROUP BY u.report_id) i
			LEFT JOIN reportlink.report r ON r.organization_id = organization AND r.report_id = i.report_id) s
	) g
	LEFT JOIN LATERAL (
		SELECT FROM reportlink.patient p
		WHERE p.organization_id = organization AND p.mrn = g.mrn AND m.role = ANY (roles)
			AND cardinality(g.report_ids) >= at_least AND g.without_mrn IS NULL AND g.of_others IS NULL
		FOR NO KEY UPDATE
	) p ON true
	WHERE o.organization_id = organization;
	IF (n.role = ANY (roles)) IS NOT TRUE THEN
		PERFORM peer.refuse_actor(organization, n.actor, n.role);
	END IF;
	RETURN n;
END
$$;

-- What is decided about reports of one patient, on rows that are locked
CREATE TYPE peer.selection AS (
	found integer, -- of those named
	group_count integer,
	group_id bigint, -- when there is one group
	default_report_id bigint,
	group_document_id bigint,
	members bigint[], -- all reports, in the order that they have or will have in one group
	positions integer[],
	staying bigint[], -- members that were not named
	unlinked bigint[], -- named, in request order
	merged bigint[], -- groups, by the order in which they were named
	documents bigint[], -- in force for those named, in request order
	first_document_id bigint,
	owner_ids text[],
	unowned bigint[],
	cancelled bigint[],
	finalized bigint[],
	of_others bigint[], -- owned by somebody else
	drafting boolean,
	draft boolean
);

-- Locks the named reports, their groups and all members of these. Members of a group
-- that is joined keep their place and position, the others follow as named; in a new
-- group the named come first, then the rest by the order in which their groups were named.
CREATE FUNCTION peer.lock_named(organization text, patient text, named bigint[], who text) RETURNS peer.selection
	LANGUAGE plpgsql AS $$
DECLARE
	s peer.selection;
BEGIN
	WITH g AS MATERIALIZED (
		SELECT g.group_id, g.default_report_id, g.document_id
		FROM reportlink.report_group g
		WHERE g.organization_id = organization AND g.group_id = ANY (ARRAY(
			SELECT r.group_id FROM reportlink.report r
			WHERE r.organization_id = organization AND r.mrn = patient
				AND r.report_id = ANY (named) AND r.group_id IS NOT NULL))
		ORDER BY g.group_id
		FOR NO KEY UPDATE),
	report AS MATERIALIZED (
		SELECT r.report_id, r.group_id, r.link_position, r.document_id, r.status, r.owner_id, r.drafting
		FROM reportlink.report r
		WHERE r.organization_id = organization AND r.mrn = patient
			AND (r.report_id = ANY (named) OR r.group_id = ANY (ARRAY(SELECT g.group_id FROM g)))
		ORDER BY r.report_id
		FOR NO KEY UPDATE),
	summary AS MATERIALIZED (
		SELECT count(*)::integer AS group_count, min(g.group_id) AS group_id,
			min(g.default_report_id) AS default_report_id, min(g.document_id) AS document_id,
			(SELECT max(r.link_position) FROM report r) AS last_position,
			(SELECT count(*) FROM report r WHERE r.group_id IS NOT NULL) AS present
		FROM g),
	placed AS (
		SELECT r.*, n.place, min(n.place) OVER (PARTITION BY r.group_id) AS group_place,
			CASE WHEN r.group_id IS NULL THEN r.document_id ELSE g.document_id END AS in_force
		FROM report r
		CROSS JOIN LATERAL (SELECT array_position(named, r.report_id) AS place) n
		LEFT JOIN g ON g.group_id = r.group_id),
	ordered AS (
		SELECT p.*, y.group_count, y.group_id AS the_group, y.default_report_id, y.document_id AS group_document_id,
			y.last_position, y.present, row_number() OVER (ORDER BY
			CASE WHEN y.group_count = 1 THEN p.group_id IS NULL ELSE p.place IS NULL END,
			CASE WHEN y.group_count = 1 THEN coalesce(p.link_position, p.place) ELSE coalesce(p.place, p.group_place) END,
			p.link_position) AS number
		FROM placed p CROSS JOIN summary y)
	SELECT count(o.place), min(o.group_count), min(o.the_group), min(o.default_report_id), min(o.group_document_id),
		array_agg(o.report_id ORDER BY o.number),
		array_agg(CASE WHEN o.group_count <> 1 THEN o.number
			ELSE coalesce(o.link_position, o.last_position + o.number - o.present) END::integer ORDER BY o.number),
		coalesce(array_agg(o.report_id ORDER BY o.number) FILTER (WHERE o.place IS NULL), '{}'),
		coalesce(array_agg(o.report_id ORDER BY o.place) FILTER (WHERE o.group_id IS NULL), '{}'),
		coalesce(array_agg(o.group_id ORDER BY o.place) FILTER (WHERE o.group_count > 1 AND o.place = o.group_place AND o.group_id IS NOT NULL), '{}'),
		coalesce(array_agg(o.in_force ORDER BY o.place) FILTER (WHERE o.place IS NOT NULL AND o.in_force IS NOT NULL), '{}'),
		min(o.in_force) FILTER (WHERE o.place = 1),
		array_agg(DISTINCT o.owner_id) FILTER (WHERE o.owner_id IS NOT NULL),
		array_agg(o.report_id ORDER BY o.number) FILTER (WHERE o.owner_id IS NULL),
		array_agg(o.report_id) FILTER (WHERE o.status = 'cancelled'),
		array_agg(o.report_id) FILTER (WHERE o.status NOT IN ('unread', 'draft')),
		array_agg(o.report_id) FILTER (WHERE o.owner_id <> who),
		bool_or(o.drafting), bool_or(o.status = 'draft')
	INTO s.found, s.group_count, s.group_id, s.default_report_id, s.group_document_id, s.members, s.positions, s.staying, s.unlinked, s.merged, s.documents,
		s.first_document_id, s.owner_ids, s.unowned, s.cancelled, s.finalized, s.of_others, s.drafting, s.draft
	FROM ordered o;
	RETURN s;
END
$$;

-- Notes for their history that reports were in these groups, with the text in force there
CREATE FUNCTION peer.store_past_links(organization text, members bigint[], groups bigint[]) RETURNS void
	LANGUAGE sql AS $$
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id, last_document_id)
	SELECT organization, r.report_id, r.group_id, g.document_id,
		(SELECT max(d.document_id) FROM reportlink.document d
			WHERE d.organization_id = organization AND d.group_id = r.group_id)
	FROM unnest(members) AS u (report_id)
	JOIN reportlink.report r ON r.organization_id = organization AND r.report_id = u.report_id
	JOIN reportlink.report_group g ON g.organization_id = organization AND g.group_id = r.group_id
	WHERE r.group_id = ANY (groups)
$$;

-- RL003, RL004: what must hold before it is known whose patient to lock; RL001, RL002 before
CREATE FUNCTION peer.require_one_patient(organization text, n peer.naming) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF coalesce(cardinality(n.report_ids), 0) < 2 THEN
		PERFORM peer.refuse('RL001', format('Different reports given: %s.', coalesce(cardinality(n.report_ids), 0)));
	ELSIF n.unknown IS NOT NULL THEN
		PERFORM peer.refuse('RL002', format('%s, organization "%s".', peer.name_reports(n.unknown), organization));
	ELSIF n.without_mrn IS NOT NULL THEN
		PERFORM peer.refuse('RL003', peer.name_reports(n.without_mrn) || '.');
	ELSIF n.of_others IS NOT NULL THEN
		PERFORM peer.refuse('RL004', format('%s: another MRN than report %s.', peer.name_reports(n.of_others), n.report_ids[1]));
	END IF;
END
$$;

-- All that is refused of reports of one patient, in the order of the rules. RL002, RL005 to RL009
CREATE FUNCTION peer.require_linkable(organization text, n peer.naming, s peer.selection, interactive boolean) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF s.found IS DISTINCT FROM cardinality(n.report_ids) THEN
		PERFORM peer.refuse_moved(organization, n.report_ids);
	ELSIF s.cancelled IS NOT NULL THEN
		PERFORM peer.refuse('RL005', peer.name_reports(s.cancelled) || '.');
	ELSIF s.finalized IS NOT NULL THEN
		PERFORM peer.refuse('RL006', peer.name_reports(s.finalized) || '.');
	ELSIF interactive AND NOT n.linking_enabled THEN
		PERFORM peer.refuse('RL007', format('Organization "%s".', organization));
	ELSIF interactive AND s.of_others IS NOT NULL THEN
		PERFORM peer.refuse('RL008', format('%s: not owned by "%s".', peer.name_reports(s.of_others), n.actor));
	ELSIF cardinality(s.owner_ids) > 1 THEN
		PERFORM peer.refuse('RL008', format('Owned by "%s".', array_to_string(s.owner_ids, '" and "')));
	ELSIF s.group_count = 1 AND s.unlinked = '{}' THEN
		PERFORM peer.refuse('RL009', format('%s, group %s.', peer.name_reports(n.report_ids), s.group_id));
	END IF;
END
$$;

CREATE FUNCTION reportlink_link(organization_id text, OUT group_id bigint, OUT default_report_id bigint,
	INOUT report_ids bigint[], trigger_open_event boolean DEFAULT true, actor text DEFAULT NULL,
	OUT linked_report_ids bigint[], OUT merged_group_ids bigint[],
	OUT status text, OUT owner_id text, OUT superseded_document_ids bigint[])
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	opens CONSTANT boolean := coalesce(trigger_open_event, true);
	work CONSTANT text := current_setting('peer.at_work', true);
	n peer.naming;
	s peer.selection;
	interactive boolean;
	document bigint;
	old_status text;
	dictating boolean;
	events peer.event[];
BEGIN
	IF organization IS NULL THEN
		PERFORM peer.refuse_null('organization_id', 'reportlink_link');
	ELSIF report_ids IS NULL OR array_position(report_ids, NULL) IS NOT NULL THEN
		PERFORM peer.refuse_null('report_ids', 'reportlink_link');
	END IF;

	n := peer.name_and_lock(organization, report_ids, 2, actor);
	interactive := n.role IN ('attending', 'resident');
	IF cardinality(n.report_ids) < 2 OR n.report_ids IS NULL OR n.without_mrn IS NOT NULL OR n.of_others IS NOT NULL THEN
		PERFORM peer.require_one_patient(organization, n);
	END IF;
	s := peer.lock_named(organization, n.mrn, n.report_ids, n.actor);
	IF s.found <> cardinality(n.report_ids) OR s.finalized IS NOT NULL OR interactive AND NOT n.linking_enabled
		OR s.of_others IS NOT NULL OR cardinality(s.owner_ids) > 1 OR s.unlinked = '{}' THEN
		PERFORM peer.require_linkable(organization, n, s, interactive);
	END IF;

	-- text: the joined group's, else the first one's; blank never replaces text
	document := CASE WHEN s.group_count = 1 THEN s.group_document_id ELSE s.first_document_id END;
	superseded_document_ids := '{}';
	IF array_remove(s.documents, document) <> '{}' THEN
		WITH candidate AS MATERIALIZED (
			SELECT c.document_id, c.place, (d.transcript, d.final_report, d.clinical_history, d.views,
				d.contrast, d.laterality, d.comparison, d.study_at) AS content
			FROM (SELECT u.document_id, min(u.place) AS place
				FROM unnest(document || s.documents) WITH ORDINALITY AS u (document_id, place) GROUP BY u.document_id) c
			JOIN reportlink.document d ON d.organization_id = organization AND d.document_id = c.document_id
			WHERE NOT d.blank),
		chosen AS MATERIALIZED (SELECT c.document_id, c.content FROM candidate c ORDER BY c.place LIMIT 1)
		SELECT coalesce((SELECT f.document_id FROM chosen f), document),
			ARRAY(SELECT c.document_id FROM candidate c, chosen f WHERE c.content IS DISTINCT FROM f.content ORDER BY c.place)
		INTO document, superseded_document_ids;
	END IF;

	old_status := CASE WHEN s.draft THEN 'draft' ELSE 'unread' END;
	status := old_status;
	owner_id := s.owner_ids[1];
	dictating := s.drafting;
	IF opens AND interactive THEN
		status := 'draft';
		owner_id := coalesce(owner_id, n.actor);
		dictating := true;
	END IF;

	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	IF s.group_count > 1 THEN
		PERFORM peer.store_past_links(organization, s.members, s.merged);
	ELSIF s.group_count = 1 AND document <> s.group_document_id THEN
		PERFORM peer.store_past_links(organization, s.members, ARRAY[s.group_id]);
	END IF;
	WITH made AS (
		INSERT INTO reportlink.report_group AS g (organization_id, mrn, default_report_id, document_id, member_count, created_by)
		SELECT organization, n.mrn, n.report_ids[1], document, cardinality(s.members), n.actor
		WHERE s.group_count <> 1
		RETURNING g.group_id, g.default_report_id),
	joined AS (
		UPDATE reportlink.report_group g
		SET document_id = document, member_count = cardinality(s.members)
		WHERE g.organization_id = organization AND g.group_id = s.group_id AND s.group_count = 1
		RETURNING g.group_id, g.default_report_id),
	target AS (SELECT * FROM made UNION ALL SELECT * FROM joined),
	stored AS (
		UPDATE reportlink.report r
		SET group_id = t.group_id, link_position = u.link_position, status = reportlink_link.status,
			owner_id = reportlink_link.owner_id, drafting = dictating, updated_at = now()
		FROM target t, unnest(s.members, s.positions) AS u (report_id, link_position)
		WHERE r.organization_id = organization AND r.report_id = u.report_id
			AND (r.group_id, r.link_position, r.status, r.owner_id, r.drafting) IS DISTINCT FROM
				(t.group_id, u.link_position, reportlink_link.status, reportlink_link.owner_id, dictating))
	SELECT t.group_id, t.default_report_id INTO group_id, default_report_id FROM target t;
	IF s.group_count > 1 THEN
		UPDATE reportlink.report_group g
		SET member_count = 0, closed_at = now(), merged_into = reportlink_link.group_id
		WHERE g.organization_id = organization AND g.group_id = ANY (s.merged);
	END IF;

	report_ids := s.members;
	linked_report_ids := s.unlinked;
	merged_group_ids := s.merged;
	events := ARRAY[ROW('report.linked', s.members, jsonb_build_object('linked_report_ids', s.unlinked,
		'merged_group_ids', s.merged, 'superseded_document_ids', superseded_document_ids,
		'status', status, 'owner_id', owner_id))::peer.event];
	IF owner_id IS NOT NULL AND s.unowned IS NOT NULL THEN
		events := events || peer.owner_changed(s.unowned, NULL, owner_id, n.notify_previous_owner);
	END IF;
	IF opens THEN
		events := events || ROW('report.opened', s.members, jsonb_build_object('old_status', old_status,
			'status', status, 'view', NOT interactive))::peer.event;
	END IF;
	PERFORM peer.record(organization, n.actor, group_id, default_report_id, document, events);
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
END
$$;

-- RL002, RL010, RL011: what the look-up of the named reports found
CREATE FUNCTION peer.require_named_linked(organization text, n peer.naming) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF n.unknown IS NOT NULL THEN
		PERFORM peer.refuse('RL002', format('%s, organization "%s".', peer.name_reports(n.unknown), organization));
	ELSIF n.unlinked IS NOT NULL THEN
		PERFORM peer.refuse('RL010', peer.name_reports(n.unlinked) || '.');
	ELSE
		PERFORM peer.refuse('RL011', peer.name_reports(n.report_ids) || '.');
	END IF;
END
$$;

-- The same under the lock. RL002, RL006, RL008, RL010, RL011
CREATE FUNCTION peer.require_unlinkable(organization text, n peer.naming, s peer.selection) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF s.found IS DISTINCT FROM cardinality(n.report_ids) THEN
		PERFORM peer.refuse_moved(organization, n.report_ids);
	ELSIF s.unlinked <> '{}' THEN
		PERFORM peer.refuse('RL010', peer.name_reports(s.unlinked) || '.');
	ELSIF s.group_count > 1 THEN
		PERFORM peer.refuse('RL011', peer.name_reports(n.report_ids) || '.');
	ELSIF s.finalized IS NOT NULL THEN
		PERFORM peer.refuse('RL006', peer.name_reports(s.finalized) || '.');
	ELSIF s.of_others IS NOT NULL AND n.role IN ('attending', 'resident') THEN
		PERFORM peer.refuse('RL008', format('%s: not owned by "%s".', peer.name_reports(s.of_others), n.actor));
	END IF;
END
$$;

CREATE FUNCTION reportlink_unlink(organization_id text, report_ids bigint[],
	unassign_and_discard boolean DEFAULT false, actor text DEFAULT NULL)
	RETURNS TABLE (report_id bigint, group_id bigint, document_id bigint, status text, owner_id text, group_dissolved boolean)
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	discards CONSTANT boolean := coalesce(unassign_and_discard, false);
	work CONSTANT text := current_setting('peer.at_work', true);
	n peer.naming;
	s peer.selection;
	dissolves boolean;
	new_default bigint;
	events peer.event[];
BEGIN
	IF organization IS NULL THEN
		PERFORM peer.refuse_null('organization_id', 'reportlink_unlink');
	ELSIF report_ids IS NULL OR array_position(report_ids, NULL) IS NOT NULL THEN
		PERFORM peer.refuse_null('report_ids', 'reportlink_unlink');
	END IF;

	n := peer.name_and_lock(organization, report_ids, 1, actor);
	IF n.report_ids IS NULL THEN
		RAISE EXCEPTION 'argument report_ids of reportlink_unlink must not be empty'
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF n.without_mrn IS NOT NULL OR n.of_others IS NOT NULL THEN
		PERFORM peer.require_named_linked(organization, n);
	END IF;
	s := peer.lock_named(organization, n.mrn, n.report_ids, n.actor);
	IF s.found <> cardinality(n.report_ids) OR s.group_count <> 1 OR s.unlinked <> '{}'
		OR s.finalized IS NOT NULL OR s.of_others IS NOT NULL THEN
		PERFORM peer.require_unlinkable(organization, n, s);
	END IF;

	dissolves := cardinality(s.staying) < 2;
	new_default := CASE WHEN dissolves OR s.default_report_id = ANY (s.staying) THEN s.default_report_id ELSE s.staying[1] END;

	-- those that leave, and the last of a group that dissolves, which keeps the shared text
	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	RETURN QUERY
	WITH leaving AS MATERIALIZED (
		SELECT u.report_id, u.place, discards AND u.place <= cardinality(n.report_ids) AS discarded
		FROM unnest(n.report_ids || CASE WHEN dissolves THEN s.staying END) WITH ORDINALITY AS u (report_id, place)),
	stored AS (
		UPDATE reportlink.report r
		SET group_id = NULL, link_position = NULL, updated_at = now(),
			document_id = CASE WHEN l.discarded THEN r.document_id ELSE s.group_document_id END,
			drafting = r.drafting AND NOT l.discarded,
			owner_id = CASE WHEN NOT l.discarded THEN r.owner_id END,
			status = CASE
				WHEN NOT l.discarded THEN r.status
				WHEN EXISTS (SELECT FROM reportlink.document d
					WHERE d.organization_id = organization AND d.document_id = r.document_id AND NOT d.blank) THEN 'draft'
				ELSE 'unread' END
		FROM leaving l
		WHERE r.organization_id = organization AND r.report_id = l.report_id
		RETURNING l.place, r.report_id, r.document_id, r.status, r.owner_id),
	past AS (
		INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id, last_document_id)
		SELECT organization, l.report_id, s.group_id, s.group_document_id,
			(SELECT max(d.document_id) FROM reportlink.document d
				WHERE d.organization_id = organization AND d.group_id = s.group_id)
		FROM leaving l ORDER BY l.place),
	remaining AS (
		UPDATE reportlink.report_group g
		SET default_report_id = new_default, member_count = CASE WHEN dissolves THEN 0 ELSE cardinality(s.staying) END,
			closed_at = CASE WHEN dissolves THEN now() END
		WHERE g.organization_id = organization AND g.group_id = s.group_id)
	SELECT t.report_id, s.group_id, t.document_id, t.status, t.owner_id, dissolves
	FROM stored t
	WHERE t.place <= cardinality(n.report_ids)
	ORDER BY t.place;

	IF discards AND s.owner_ids IS NOT NULL THEN
		events := ARRAY[peer.owner_changed(n.report_ids, s.owner_ids[1], NULL, n.notify_previous_owner)];
	END IF;
	events := events || ROW('report.unlinked', n.report_ids, jsonb_build_object('remaining_report_ids', s.staying,
		'group_dissolved', dissolves, 'unassign_and_discard', discards))::peer.event;
	PERFORM peer.record(organization, n.actor, s.group_id, new_default, s.group_document_id, events);
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
END
$$;
