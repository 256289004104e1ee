-- reportlink_open() and reportlink_save()

-- Stores the state of all reports of a unit
CREATE FUNCTION peer.store_state(u peer.unit) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	UPDATE reportlink.report r
	SET status = u.status, owner_id = u.owner_id, drafting = u.drafting, addendum_open = u.addendum_open,
		signed_at = CASE WHEN u.finally_signed THEN coalesce(r.signed_at, now()) END, updated_at = now()
	WHERE r.organization_id = u.organization_id AND r.report_id = ANY (u.report_ids);
END
$$;

-- RL008, with the owner's name
CREATE FUNCTION peer.refuse_owner(u peer.unit) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	PERFORM peer.refuse('RL008', format('%s: %s, not by "%s".', peer.name_reports(u.report_ids),
		coalesce(format('owned by "%s"', u.owner_id), 'owned by nobody'), u.actor));
END
$$;

CREATE FUNCTION reportlink_open(organization_id text, INOUT report_id bigint, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	work CONSTANT text := current_setting('peer.at_work', true);
	u peer.unit;
	before peer.unit;
	view boolean := false;
	events peer.event[];
BEGIN
	IF organization_id IS NULL OR report_id IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization_id IS NULL THEN 'organization_id' ELSE 'report_id' END, 'reportlink_open');
	END IF;
	u := peer.lock_unit(organization_id, report_id, actor, '{attending,resident,drafter,administrator,integration}');
	before := u;
	IF u.status IN ('unread', 'draft') THEN
		IF u.role NOT IN ('attending', 'resident', 'drafter') THEN
			PERFORM peer.refuse_actor(organization_id, u.actor, u.role);
		ELSIF u.owner_id <> u.actor THEN
			PERFORM peer.refuse_owner(u);
		END IF;
		u.owner_id := u.actor;
		u.status := 'draft';
		u.drafting := true;
	ELSIF u.addendum_open AND u.owner_id = u.actor THEN
		u.drafting := true;
	ELSE
		view := true;
	END IF;

	IF view OR u IS DISTINCT FROM before THEN
		PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
		IF NOT view THEN
			PERFORM peer.store_state(u);
		END IF;
		IF u.owner_id IS DISTINCT FROM before.owner_id THEN
			events := ARRAY[peer.owner_changed(u.report_ids, before.owner_id, u.owner_id, u.notify_previous_owner)];
		END IF;
		events := events || ROW('report.opened', u.report_ids, jsonb_build_object('old_status', before.status,
			'status', u.status, 'view', view))::peer.event;
		PERFORM peer.record(organization_id, u.actor, u.group_id, u.default_report_id, u.document_id, events);
		PERFORM set_config('peer.at_work', coalesce(work, ''), true);
	END IF;
	group_id := u.group_id;
	status := u.status;
	owner_id := u.owner_id;
	document_id := u.document_id;
END
$$;

-- Is it date and time with zone, of the calendar?
CREATE FUNCTION peer.is_time(value text) RETURNS boolean
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN value ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.]\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)$'
		AND value::timestamptz IS NOT NULL;
EXCEPTION WHEN data_exception THEN
	RETURN false;
END
$$;

-- 22023 for content that cannot be saved; returns whether a drafter may save it
CREATE FUNCTION peer.check_content(content jsonb) RETURNS boolean
	LANGUAGE plpgsql AS $$
DECLARE
	only_transcript boolean;
	wrong text;
BEGIN
	IF jsonb_typeof(content) <> 'object' OR content = '{}' THEN
		RAISE EXCEPTION 'content must be a JSON object with at least one key' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT bool_and(e.key = 'transcript'), min(CASE
		WHEN e.key NOT IN ('transcript', 'final_report', 'clinical_history', 'views', 'contrast', 'laterality', 'comparison', 'study_at')
			THEN format('unknown key "%s" in content', e.key)
		WHEN jsonb_typeof(e.value) NOT IN ('string', 'null')
			THEN format('key "%s" of content must be a string or null', e.key)
		WHEN e.key = 'laterality' AND e.value #>> '{}' NOT IN ('left', 'right', 'bilateral', 'unpaired')
			OR e.key = 'study_at' AND NOT peer.is_time(e.value #>> '{}')
			THEN format('invalid value for key "%s" of content: "%s"', e.key, e.value #>> '{}') END)
	INTO only_transcript, wrong
	FROM jsonb_each(content) e;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION '%', wrong USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN only_transcript;
END
$$;

-- RL017; 0 expects blank text, which an empty version is too
CREATE FUNCTION peer.require_document(u peer.unit, expected bigint) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF expected = 0 AND EXISTS (SELECT FROM reportlink.document d
		WHERE d.organization_id = u.organization_id AND d.document_id = u.document_id AND d.blank) THEN
		RETURN;
	END IF;
	PERFORM peer.refuse('RL017', format('%s: document %s is in force, not %s.', peer.name_reports(u.report_ids), u.document_id, expected));
END
$$;

CREATE FUNCTION reportlink_save(organization_id text, report_id bigint, content jsonb,
	expected_document_id bigint DEFAULT NULL, checkpoint boolean DEFAULT true, actor text DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	keeps CONSTANT boolean := coalesce(checkpoint, true);
	work CONSTANT text := current_setting('peer.at_work', true);
	u peer.unit;
	only_transcript boolean;
	document bigint;
BEGIN
	IF organization IS NULL OR report_id IS NULL OR content IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization IS NULL THEN 'organization_id'
			WHEN report_id IS NULL THEN 'report_id' ELSE 'content' END, 'reportlink_save');
	END IF;
	u := peer.lock_unit(organization, report_id, actor, '{attending,resident,drafter}');
	only_transcript := peer.check_content(content);
	IF expected_document_id <> coalesce(u.document_id, 0) THEN
		PERFORM peer.require_document(u, expected_document_id);
	END IF;
	IF u.owner_id IS DISTINCT FROM u.actor THEN
		PERFORM peer.refuse_owner(u);
	ELSIF u.status <> 'draft' AND NOT u.addendum_open THEN
		PERFORM peer.refuse('RL016', format('%s: the status is %s.', peer.name_reports(u.report_ids), u.status));
	ELSIF u.role = 'drafter' AND NOT only_transcript THEN
		PERFORM peer.refuse('RL014', format('User "%s" is a drafter and may save the transcript only.', u.actor));
	END IF;

	-- a version goes back to the one in force; an autosave is passed over, so that it can
	-- be pruned, unless it was put in force elsewhere than it was saved, or is signed
	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	WITH saved AS (
		INSERT INTO reportlink.document AS d (organization_id, parent_id, report_id, group_id,
			transcript, final_report, clinical_history, views, contrast, laterality, comparison, study_at,
			checkpoint, saved_by)
		SELECT organization, CASE WHEN o.checkpoint OR o.group_id IS DISTINCT FROM u.group_id
				OR EXISTS (SELECT FROM reportlink.signature s WHERE s.organization_id = organization AND s.document_id = o.document_id)
				THEN o.document_id ELSE o.parent_id END,
			u.report_id, u.group_id,
			n.transcript, n.final_report, n.clinical_history, n.views, n.contrast, n.laterality, n.comparison, n.study_at,
			keeps, u.actor
		FROM (SELECT) one
		LEFT JOIN reportlink.document o ON o.organization_id = organization AND o.document_id = u.document_id
		CROSS JOIN LATERAL jsonb_populate_record(o, content) n
		RETURNING d.document_id),
	shared AS (
		UPDATE reportlink.report_group g SET document_id = s.document_id
		FROM saved s
		WHERE g.organization_id = organization AND g.group_id = u.group_id),
	stored AS (
		UPDATE reportlink.report r
		SET document_id = CASE WHEN u.group_id IS NULL THEN s.document_id ELSE r.document_id END,
			drafting = true, updated_at = now()
		FROM saved s
		WHERE r.organization_id = organization AND r.report_id = ANY (u.report_ids)
			AND (u.group_id IS NULL OR NOT u.drafting))
	SELECT s.document_id INTO document FROM saved s;
	PERFORM peer.record(organization, u.actor, u.group_id, u.default_report_id, document,
		ARRAY[ROW('report.saved', u.report_ids, jsonb_build_object('old_document_id', u.document_id, 'checkpoint', keeps))::peer.event]);
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
	RETURN document;
END
$$;
