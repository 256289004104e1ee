-- What a plain UPDATE of status or owner does to linked reports
--
-- When the statement has stored its rows they are gathered into units, and each
-- is checked, carried to all its reports and recorded as the functions do it.

-- Locks patients without waiting in their queues: the statement holds its rows
-- already, so a function that holds a patient may be waiting for it. 40P01
CREATE FUNCTION peer.try_lock_patients(organization text, mrns text[]) RETURNS void
	LANGUAGE plpgsql AS $$
DECLARE
	until CONSTANT timestamptz := clock_timestamp() + current_setting('deadlock_timeout')::interval;
	locked integer;
BEGIN
	LOOP
		PERFORM FROM reportlink.patient p
			WHERE p.organization_id = organization AND p.mrn = ANY (mrns)
			ORDER BY p.mrn FOR NO KEY UPDATE SKIP LOCKED;
		GET DIAGNOSTICS locked = ROW_COUNT;
		EXIT WHEN locked = cardinality(mrns);
		IF clock_timestamp() > until THEN
			RAISE EXCEPTION 'could not lock the patient of the report'
				USING ERRCODE = 'deadlock_detected', HINT = 'Retry the transaction.';
		END IF;
		PERFORM pg_sleep(0.005);
	END LOOP;
END
$$;

-- Who acts: the setting; without it only the owner of the tables may, for a repair. RL012, RL013
CREATE FUNCTION peer.identify(INOUT u peer.unit)
	LANGUAGE plpgsql AS $$
BEGIN
	u.actor := nullif(current_setting('reportlink.user_id', true), '');
	IF u.actor IS NULL AND NOT peer.by_owner() THEN
		PERFORM peer.refuse('RL012', NULL, 'Set reportlink.user_id; only the owner of the tables may leave it out.');
	END IF;
	SELECT m.role, o.notify_previous_owner INTO u.role, u.notify_previous_owner
	FROM reportlink.organization o
	LEFT JOIN reportlink.member m ON m.organization_id = o.organization_id AND m.user_id = u.actor AND m.active
	WHERE o.organization_id = u.organization_id;
	IF u.actor IS NOT NULL AND u.role IS NULL THEN
		PERFORM peer.refuse_actor(u.organization_id, u.actor, NULL);
	END IF;
END
$$;

-- RL014 unless the actor, if there is one, has one of these roles
CREATE FUNCTION peer.require_role(u peer.unit, roles text[]) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF u.actor IS NOT NULL AND u.role <> ALL (roles) THEN
		PERFORM peer.refuse_actor(u.organization_id, u.actor, u.role);
	END IF;
END
$$;

-- RL008 unless the actor owns the unit, or nobody does; the office needs neither
CREATE FUNCTION peer.require_own_or_nobodys(u peer.unit) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF u.owner_id <> u.actor AND u.role NOT IN ('administrator', 'integration') THEN
		PERFORM peer.refuse_owner(u);
	END IF;
END
$$;

-- Another owner. RL008, RL013, RL014, RL015
CREATE FUNCTION peer.assign(INOUT u peer.unit, new_owner text)
	LANGUAGE plpgsql AS $$
DECLARE
	old_owner CONSTANT text := u.owner_id;
	new_role text;
BEGIN
	IF u.owner_id IS DISTINCT FROM u.actor AND u.role NOT IN ('administrator', 'integration')
		AND (u.role <> 'attending' OR EXISTS (SELECT FROM reportlink.member m
			WHERE m.organization_id = u.organization_id AND m.user_id = u.owner_id AND m.role = 'attending')) THEN
		PERFORM peer.refuse_owner(u);
	ELSIF u.status = 'cancelled' THEN
		PERFORM peer.refuse('RL015', format('Report %s is cancelled.', u.report_id));
	ELSIF new_owner IS NOT NULL THEN
		SELECT m.role INTO new_role FROM reportlink.member m
		WHERE m.organization_id = u.organization_id AND m.user_id = new_owner AND m.active;
		IF new_role IS NULL OR new_role NOT IN ('attending', 'resident', 'drafter') THEN
			PERFORM peer.refuse_actor(u.organization_id, new_owner, new_role);
		END IF;
	END IF;
	u.owner_id := new_owner;
	u.drafting := false;
	PERFORM peer.store_state(u);
	PERFORM peer.record(u.organization_id, u.actor, u.group_id, u.default_report_id, u.document_id,
		ARRAY[peer.owner_changed(u.report_ids, old_owner, new_owner, u.notify_previous_owner)]);
END
$$;

-- Those that are cancelled leave their group with the shared text, and are the unit from then on
CREATE FUNCTION peer.leave_to_cancel(INOUT u peer.unit, leaving bigint[])
	LANGUAGE plpgsql AS $$
DECLARE
	staying CONSTANT bigint[] := ARRAY(SELECT i.id FROM unnest(u.report_ids) WITH ORDINALITY AS i (id, place)
		WHERE i.id <> ALL (leaving) ORDER BY i.place);
	dissolves CONSTANT boolean := cardinality(staying) < 2;
	gone CONSTANT bigint[] := leaving || CASE WHEN dissolves THEN staying END;
	new_default CONSTANT bigint := CASE WHEN dissolves OR u.default_report_id = ANY (staying) THEN u.default_report_id ELSE staying[1] END;
BEGIN
	UPDATE reportlink.report r
	SET group_id = NULL, link_position = NULL, document_id = u.document_id, updated_at = now()
	WHERE r.organization_id = u.organization_id AND r.report_id = ANY (gone);
	INSERT INTO reportlink.past_link (organization_id, report_id, group_id, document_id, last_document_id)
	SELECT u.organization_id, i.id, u.group_id, u.document_id,
		(SELECT max(d.document_id) FROM reportlink.document d
			WHERE d.organization_id = u.organization_id AND d.group_id = u.group_id)
	FROM unnest(gone) AS i (id);
	UPDATE reportlink.report_group g
	SET default_report_id = new_default, member_count = CASE WHEN dissolves THEN 0 ELSE cardinality(staying) END,
		closed_at = CASE WHEN dissolves THEN now() END
	WHERE g.organization_id = u.organization_id AND g.group_id = u.group_id;
	PERFORM peer.record(u.organization_id, u.actor, u.group_id, new_default, u.document_id,
		ARRAY[ROW('report.unlinked', leaving, jsonb_build_object('remaining_report_ids', staying,
			'group_dissolved', dissolves, 'unassign_and_discard', false))::peer.event]);
	u.report_ids := leaving;
	u.report_id := leaving[1];
	u.group_id := NULL;
	u.default_report_id := NULL;
END
$$;

-- Another status, as the function does it that makes this transition. RL008, RL014, RL015, RL020
CREATE FUNCTION peer.set_status(u peer.unit, new_status text, named bigint[]) RETURNS void
	LANGUAGE plpgsql AS $$
DECLARE
	drafters CONSTANT text[] := '{attending,resident,drafter}';
	old_status CONSTANT text := u.status;
	final CONSTANT boolean := new_status IN ('signed', 'addendum_signed');
	event_type text;
	told jsonb;
BEGIN
	IF new_status IN ('prelim_signed', 'signed', 'addendum_prelim_signed', 'addendum_signed')
		AND peer.signed_status(u, final) = new_status THEN
		PERFORM peer.require_role(u, CASE WHEN final THEN '{attending}'::text[] ELSE '{attending,resident}' END);
		PERFORM peer.sign(u, final);
		RETURN;
	ELSIF old_status = 'unread' AND new_status = 'draft' THEN
		PERFORM peer.require_role(u, drafters), peer.require_own_or_nobodys(u);
		u.drafting := coalesce(u.owner_id = u.actor, false);
		event_type := 'report.opened';
		told := '{"view": false}';
	ELSIF old_status = 'draft' AND new_status = 'unread' THEN
		PERFORM peer.require_role(u, drafters), peer.require_own_or_nobodys(u);
		u.drafting := false;
		event_type := 'report.closed';
		told := '{"release": false}';
	ELSIF old_status IN ('unread', 'draft') AND new_status = 'cancelled' THEN
		PERFORM peer.require_role(u, '{attending,administrator,integration}'), peer.require_own_or_nobodys(u);
		u.drafting := false;
		IF u.group_id IS NOT NULL THEN
			u := peer.leave_to_cancel(u, named);
		END IF;
		event_type := 'report.cancelled';
		told := '{}';
	ELSE
		PERFORM peer.refuse('RL015', format('%s: the status is %s and cannot become %s by an UPDATE.',
			peer.name_reports(u.report_ids), old_status, new_status));
	END IF;
	u.status := new_status;
	PERFORM peer.store_state(u);
	PERFORM peer.record(u.organization_id, u.actor, u.group_id, u.default_report_id, u.document_id,
		ARRAY[ROW(event_type, u.report_ids, told || jsonb_build_object('old_status', old_status, 'status', new_status))::peer.event]);
END
$$;

-- Locks the group of a unit of the statement and reads who else is in it
CREATE FUNCTION peer.lock_members(INOUT u peer.unit, named bigint[], positions integer[])
	LANGUAGE plpgsql AS $$
BEGIN
	SELECT g.default_report_id, g.document_id INTO u.default_report_id, u.document_id
	FROM reportlink.report_group g
	WHERE g.organization_id = u.organization_id AND g.group_id = u.group_id
	FOR NO KEY UPDATE;
	WITH member AS MATERIALIZED (
		SELECT r.report_id, r.link_position FROM reportlink.report r
		WHERE r.organization_id = u.organization_id AND r.mrn = u.mrn AND r.group_id = u.group_id
		ORDER BY r.report_id
		FOR NO KEY UPDATE)
	SELECT array_agg(a.report_id ORDER BY a.link_position) INTO u.report_ids
	FROM (SELECT m.report_id, m.link_position FROM member m
		UNION SELECT i.report_id, i.link_position FROM unnest(named, positions) AS i (report_id, link_position)) a;
END
$$;

CREATE FUNCTION peer.report_sync() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	work CONSTANT text := current_setting('peer.at_work', true);
	changed record;
	u peer.unit;
BEGIN
	IF NOT EXISTS (SELECT FROM old_rows o JOIN new_rows n USING (organization_id, report_id)
		WHERE (n.status, n.owner_id) IS DISTINCT FROM (o.status, o.owner_id)) THEN
		RETURN NULL;
	END IF;
	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	PERFORM peer.try_lock_patients(c.organization_id, c.mrns)
	FROM (SELECT o.organization_id, array_agg(DISTINCT o.mrn) AS mrns
		FROM old_rows o JOIN new_rows n USING (organization_id, report_id)
		WHERE o.mrn IS NOT NULL AND (n.status, n.owner_id) IS DISTINCT FROM (o.status, o.owner_id)
		GROUP BY o.organization_id ORDER BY o.organization_id) c;
	IF EXISTS (SELECT FROM new_rows n LEFT JOIN reportlink.report r USING (organization_id, report_id)
		WHERE (r.status, r.owner_id, r.group_id, r.drafting, r.addendum_open) IS DISTINCT FROM
			(n.status, n.owner_id, n.group_id, n.drafting, n.addendum_open)) THEN
		RAISE EXCEPTION 'report was changed by a trigger of the statement that changes it'
			USING ERRCODE = 'triggered_data_change_violation', HINT = 'Change status and owner in a statement of their own.';
	END IF;

	FOR changed IN
		SELECT o.organization_id, o.group_id, min(o.mrn) AS mrn,
			array_agg(o.report_id ORDER BY o.link_position, o.report_id) AS report_ids,
			array_agg(o.link_position ORDER BY o.link_position, o.report_id) AS positions,
			array_agg(o.report_id ORDER BY o.link_position, o.report_id) FILTER (WHERE n.status <> o.status) AS status_ids,
			min(n.status) AS new_status, count(DISTINCT n.status) AS statuses,
			bool_or(n.owner_id IS DISTINCT FROM o.owner_id) AS changes_owner,
			min(n.owner_id) AS new_owner, count(DISTINCT coalesce(n.owner_id, '')) AS owners,
			min(o.status) AS status, min(o.owner_id) AS owner_id, bool_or(o.drafting) AS drafting,
			bool_or(o.addendum_open) AS addendum_open, bool_or(o.signed_at IS NOT NULL) AS finally_signed,
			min(o.document_id) AS document_id,
			bool_or((n.organization_id, n.drafting, n.addendum_open, n.signed_at, n.document_id) IS DISTINCT FROM
				(o.organization_id, o.drafting, o.addendum_open, o.signed_at, o.document_id)) AS changes_managed
		FROM old_rows o JOIN new_rows n USING (organization_id, report_id)
		GROUP BY o.organization_id, o.group_id, CASE WHEN o.group_id IS NULL THEN o.report_id END
		HAVING bool_or((n.status, n.owner_id) IS DISTINCT FROM (o.status, o.owner_id))
		ORDER BY o.organization_id, o.group_id NULLS FIRST, min(o.report_id)
	LOOP
		u := NULL;
		u.organization_id := changed.organization_id;
		u := peer.identify(u);
		u.mrn := changed.mrn;
		u.report_ids := changed.report_ids;
		u.report_id := changed.report_ids[1];
		u.group_id := changed.group_id;
		u.document_id := changed.document_id;
		u.status := changed.status;
		u.owner_id := changed.owner_id;
		u.drafting := changed.drafting;
		u.addendum_open := changed.addendum_open;
		u.finally_signed := changed.finally_signed;
		IF changed.changes_managed THEN
			PERFORM peer.refuse('RL021', format('%s.', peer.name_reports(u.report_ids)));
		ELSIF changed.status_ids IS NOT NULL AND changed.statuses > 1 THEN
			PERFORM peer.refuse('RL015', format('Group %s is given two statuses.', u.group_id), 'Linked reports have one status and one owner.');
		ELSIF changed.changes_owner AND changed.owners > 1 THEN
			PERFORM peer.refuse('RL008', format('Group %s is given two owners.', u.group_id), 'Linked reports have one status and one owner.');
		END IF;
		IF u.group_id IS NOT NULL THEN
			u := peer.lock_members(u, changed.report_ids, changed.positions);
		END IF;
		IF changed.changes_owner THEN
			u := peer.assign(u, changed.new_owner);
		END IF;
		IF changed.status_ids IS NOT NULL THEN
			PERFORM peer.set_status(u, changed.new_status, changed.status_ids);
		END IF;
	END LOOP;
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
	RETURN NULL;
END
$$;

-- RIS and PACS know a group by the identifiers of its reports
CREATE FUNCTION peer.report_identifiers() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
DECLARE
	work CONSTANT text := current_setting('peer.at_work', true);
	g record;
BEGIN
	PERFORM peer.try_lock_patients(NEW.organization_id, ARRAY[NEW.mrn]);
	SELECT r.group_id, r.default_report_id, r.document_id INTO g
	FROM reportlink.report_group r
	WHERE r.organization_id = NEW.organization_id AND r.group_id = NEW.group_id
	FOR NO KEY UPDATE;
	PERFORM set_config('peer.at_work', pg_trigger_depth()::text, true);
	PERFORM peer.record(NEW.organization_id, nullif(current_setting('reportlink.user_id', true), ''),
		g.group_id, g.default_report_id, g.document_id,
		ARRAY[ROW('report.identifiers_changed', ARRAY[NEW.report_id], jsonb_build_object(
			'old', jsonb_build_object('accession_number', OLD.accession_number, 'native_id', OLD.native_id,
				'assigning_authority', OLD.assigning_authority, 'order_id', OLD.order_id, 'site_id', OLD.site_id),
			'new', jsonb_build_object('accession_number', NEW.accession_number, 'native_id', NEW.native_id,
				'assigning_authority', NEW.assigning_authority, 'order_id', NEW.order_id, 'site_id', NEW.site_id)))::peer.event]);
	PERFORM set_config('peer.at_work', coalesce(work, ''), true);
	RETURN NULL;
END
$$;

CREATE TRIGGER peer_sync AFTER UPDATE ON reportlink.report
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
	WHEN (current_setting('peer.at_work', true) IS DISTINCT FROM pg_trigger_depth()::text)
	EXECUTE FUNCTION peer.report_sync();
CREATE TRIGGER peer_identifiers AFTER UPDATE ON reportlink.report FOR EACH ROW
	WHEN (OLD.group_id IS NOT NULL AND NEW.group_id IS NOT NULL
		AND (OLD.accession_number, OLD.native_id, OLD.assigning_authority, OLD.order_id, OLD.site_id)
			IS DISTINCT FROM (NEW.accession_number, NEW.native_id, NEW.assigning_authority, NEW.order_id, NEW.site_id))
	EXECUTE FUNCTION peer.report_identifiers();
