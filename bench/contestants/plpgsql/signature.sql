-- reportlink_prelim_sign() and reportlink_sign()

-- The status that a signature gives, null where it is not possible
CREATE FUNCTION peer.signed_status(u peer.unit, final boolean) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN final THEN CASE
			WHEN u.status IN ('draft', 'prelim_signed') THEN 'signed'
			WHEN u.status = 'addendum_prelim_signed' AND NOT u.finally_signed THEN 'signed'
			WHEN u.status = 'addendum_prelim_signed' THEN 'addendum_signed'
			WHEN u.status IN ('signed', 'addendum_signed') AND u.addendum_open THEN 'addendum_signed' END
		ELSE CASE
			WHEN u.status = 'draft' THEN 'prelim_signed'
			WHEN u.status NOT IN ('unread', 'cancelled') AND u.addendum_open THEN 'addendum_prelim_signed' END
		END
$$;

-- May the actor take over what waits for the attending's signature: when a resident
-- signed it, and still owns it?
CREATE FUNCTION peer.resident_signed(u peer.unit) RETURNS boolean
	LANGUAGE plpgsql AS $$
BEGIN
	RETURN EXISTS (
		SELECT FROM reportlink.member m
		WHERE m.organization_id = u.organization_id AND m.user_id = u.owner_id AND m.role = 'resident'
			AND m.user_id = coalesce((
				SELECT s.signed_by FROM reportlink.signature s
				WHERE s.organization_id = u.organization_id AND s.document_id = u.document_id
					AND s.group_id IS NOT DISTINCT FROM u.group_id
					AND (u.group_id IS NOT NULL OR s.report_id = u.report_id)
				ORDER BY s.signature_id DESC LIMIT 1), u.owner_id));
END
$$;

-- Signs a unit that is locked; without actor it is a repair by plain SQL. RL008, RL015, RL020
CREATE FUNCTION peer.sign(INOUT u peer.unit, final boolean)
	LANGUAGE plpgsql AS $$
DECLARE
	work CONSTANT text := current_setting('peer.at_work', true);
	before CONSTANT peer.unit := u;
	signed_now CONSTANT timestamptz := clock_timestamp();
	publication record;
	events peer.event[];
BEGIN
	IF u.owner_id IS DISTINCT FROM u.actor AND u.actor IS NOT NULL AND final AND NOT u.addendum_open
		AND u.status IN ('prelim_signed', 'addendum_prelim_signed') THEN
		IF u.owner_id IS NULL OR peer.resident_signed(u) THEN
			u.owner_id := u.actor;
		END IF;
	END IF;
	IF u.owner_id IS DISTINCT FROM u.actor AND u.actor IS NOT NULL THEN
		PERFORM peer.refuse_owner(u);
	END IF;
	u.status := peer.signed_status(u, final);
	IF u.status IS NULL THEN
		PERFORM peer.refuse('RL015', format('%s: the status is %s.', peer.name_reports(u.report_ids), before.status));
	ELSIF NOT EXISTS (SELECT FROM reportlink.document d WHERE d.organization_id = u.organization_id
		AND d.document_id = u.document_id AND d.final_report ~ '[^[:space:]]') THEN
		PERFORM peer.refuse('RL020', format('%s.', peer.name_reports(u.report_ids)));
	END IF;
	u.drafting := false;
	u.addendum_open := false;
	u.finally_signed := u.finally_signed OR final;

	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	WITH stored AS (
		UPDATE reportlink.report r
		SET status = u.status, owner_id = u.owner_id, drafting = false, addendum_open = false,
			signed_at = CASE WHEN u.finally_signed THEN coalesce(r.signed_at, now()) END, updated_at = now()
		WHERE r.organization_id = u.organization_id AND r.report_id = ANY (u.report_ids)),
	signed AS (
		INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
		VALUES (u.organization_id, u.document_id, u.report_id, u.group_id, u.status, u.actor)),
	published AS (
		INSERT INTO reportlink.publication AS p (organization_id, group_id, report_id, document_id, requested_by,
			state, scheduled_at, publish_at, finished_at)
		SELECT u.organization_id, u.group_id, coalesce(u.default_report_id, u.report_id), u.document_id, u.actor,
			CASE WHEN o.recall_enabled THEN 'scheduled' ELSE 'executed' END, signed_now,
			signed_now + CASE WHEN o.recall_enabled THEN make_interval(secs => o.recall_delay_seconds) ELSE '0' END,
			CASE WHEN NOT o.recall_enabled THEN signed_now END
		FROM reportlink.organization o
		WHERE o.organization_id = u.organization_id AND final
		RETURNING p.publication_id, p.state, p.publish_at)
	SELECT p.* INTO publication FROM published p;

	IF u.owner_id IS DISTINCT FROM before.owner_id THEN
		events := ARRAY[peer.owner_changed(u.report_ids, before.owner_id, u.owner_id, u.notify_previous_owner)];
	END IF;
	events := events || ROW(CASE WHEN NOT final THEN 'report.prelim_signed'
			WHEN u.status = 'signed' THEN 'report.signed' ELSE 'report.addendum_signed' END,
		u.report_ids, jsonb_build_object('old_status', before.status, 'status', u.status))::peer.event;
	IF final THEN
		events := events || ROW(CASE WHEN publication.state = 'scheduled' THEN 'report.publish_scheduled' ELSE 'report.published' END,
			u.report_ids, jsonb_build_object('publication_id', publication.publication_id,
				'publish_at', peer.utc(publication.publish_at)))::peer.event;
	END IF;
	PERFORM peer.record(u.organization_id, u.actor, u.group_id, u.default_report_id, u.document_id, events);
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
END
$$;

CREATE FUNCTION reportlink_sign(organization_id text, INOUT report_id bigint, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	u peer.unit;
BEGIN
	IF organization_id IS NULL OR report_id IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization_id IS NULL THEN 'organization_id' ELSE 'report_id' END, 'reportlink_sign');
	END IF;
	u := peer.sign(peer.lock_unit(organization_id, report_id, actor, '{attending}'), true);
	group_id := u.group_id;
	status := u.status;
	owner_id := u.owner_id;
	document_id := u.document_id;
END
$$;

CREATE FUNCTION reportlink_prelim_sign(organization_id text, INOUT report_id bigint, actor text DEFAULT NULL,
	OUT group_id bigint, OUT status text, OUT owner_id text, OUT document_id bigint)
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	u peer.unit;
BEGIN
	IF organization_id IS NULL OR report_id IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization_id IS NULL THEN 'organization_id' ELSE 'report_id' END, 'reportlink_prelim_sign');
	END IF;
	u := peer.sign(peer.lock_unit(organization_id, report_id, actor, '{attending,resident}'), false);
	group_id := u.group_id;
	status := u.status;
	owner_id := u.owner_id;
	document_id := u.document_id;
END
$$;
