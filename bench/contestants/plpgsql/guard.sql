-- What plain SQL may do: the triggers
--
-- A function that is at work says so in the setting peer.at_work: the depth of
-- triggers at which it writes. What a user's trigger then writes is deeper, and
-- is a plain statement like any other. The setting is looked at in the WHEN of
-- the triggers, so that for the functions' own writes none of them is called.

-- Who called, not the owner of a SECURITY DEFINER function: is he the owner of the tables?
CREATE FUNCTION peer.by_owner() RETURNS boolean
	LANGUAGE sql STABLE AS $$
	SELECT pg_has_role(CASE WHEN current_setting('role') = 'none' THEN session_user::text ELSE current_setting('role') END,
		c.relowner, 'USAGE')
	FROM pg_class c WHERE c.oid = 'reportlink.report'::regclass
$$;

CREATE FUNCTION peer.report_initial() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF NOT peer.by_owner() THEN
		PERFORM peer.refuse('RL021', format('Report %s: state or membership of a new report.', NEW.report_id));
	END IF;
	RETURN NEW;
END
$$;

CREATE FUNCTION peer.report_patient() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	INSERT INTO reportlink.patient (organization_id, mrn) VALUES (NEW.organization_id, NEW.mrn) ON CONFLICT DO NOTHING;
	RETURN NEW;
END
$$;

CREATE FUNCTION peer.report_update() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF (NEW.organization_id, NEW.report_id, NEW.drafting, NEW.addendum_open, NEW.signed_at, NEW.group_id, NEW.link_position, NEW.document_id)
		IS DISTINCT FROM
		(OLD.organization_id, OLD.report_id, OLD.drafting, OLD.addendum_open, OLD.signed_at, OLD.group_id, OLD.link_position, OLD.document_id) THEN
		PERFORM peer.refuse('RL021', format('Report %s.', OLD.report_id));
	END IF;
	IF NEW.mrn IS DISTINCT FROM OLD.mrn THEN
		IF OLD.group_id IS NOT NULL THEN
			PERFORM peer.refuse('RL021', format('Column "mrn" of report %s.', OLD.report_id), 'Unlink the report first, with reportlink_unlink().');
		END IF;
		INSERT INTO reportlink.patient (organization_id, mrn)
		SELECT NEW.organization_id, NEW.mrn WHERE NEW.mrn IS NOT NULL ON CONFLICT DO NOTHING;
	END IF;
	IF NEW.status = 'cancelled' AND OLD.status <> 'cancelled' THEN
		-- a cancelled report is never linked; the rest of leaving is in plain.sql
		NEW.group_id := NULL;
		NEW.link_position := NULL;
	END IF;
	NEW.updated_at := now();
	RETURN NEW;
END
$$;

CREATE FUNCTION peer.report_delete() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF OLD.group_id IS NOT NULL THEN
		PERFORM peer.refuse('RL021', format('Report %s is linked in group %s.', OLD.report_id, OLD.group_id),
			'Unlink the report first, with reportlink_unlink().');
	ELSIF OLD.status NOT IN ('unread', 'cancelled') AND NOT (OLD.status = 'draft' AND NOT EXISTS (
			SELECT FROM reportlink.document d
			WHERE d.organization_id = OLD.organization_id AND d.document_id = OLD.document_id AND NOT d.blank))
		OR EXISTS (
			-- anything signed in its history: its own, that of the groups it was in, and what these go back to
			WITH RECURSIVE version (document_id) AS (
				(SELECT OLD.document_id
				UNION SELECT d.document_id FROM reportlink.document d
					WHERE d.organization_id = OLD.organization_id AND d.report_id = OLD.report_id
				UNION SELECT l.document_id FROM reportlink.past_link l
					WHERE l.organization_id = OLD.organization_id AND l.report_id = OLD.report_id
				UNION SELECT d.document_id FROM reportlink.past_link l
					JOIN reportlink.document d ON d.organization_id = OLD.organization_id
						AND d.group_id = l.group_id AND d.document_id <= l.last_document_id
					WHERE l.organization_id = OLD.organization_id AND l.report_id = OLD.report_id)
				UNION SELECT d.parent_id FROM version v
					JOIN reportlink.document d ON d.organization_id = OLD.organization_id AND d.document_id = v.document_id)
			SELECT FROM version v
			JOIN reportlink.signature s ON s.organization_id = OLD.organization_id AND s.document_id = v.document_id) THEN
		PERFORM peer.refuse('RL021', format('Report %s has the status %s, or was signed.', OLD.report_id, OLD.status),
			'Only a report that is unread, a blank draft or cancelled, and was never signed, can be deleted.');
	END IF;
	RETURN OLD;
END
$$;

CREATE FUNCTION peer.owner_insert() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	IF NOT peer.by_owner() THEN
		PERFORM peer.refuse('RL021', format('Table reportlink.%s.', TG_TABLE_NAME));
	END IF;
	RETURN NEW;
END
$$;

CREATE FUNCTION peer.refuse_change() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS $$
BEGIN
	PERFORM peer.refuse('RL021', format('Table reportlink.%s.', TG_TABLE_NAME));
	RETURN NULL;
END
$$;

CREATE TRIGGER peer_initial BEFORE INSERT ON reportlink.report FOR EACH ROW
	WHEN (NEW.status <> 'unread' OR NEW.owner_id IS NOT NULL OR NEW.drafting OR NEW.addendum_open OR NEW.signed_at IS NOT NULL
		OR NEW.group_id IS NOT NULL OR NEW.link_position IS NOT NULL OR NEW.document_id IS NOT NULL)
	EXECUTE FUNCTION peer.report_initial();
CREATE TRIGGER peer_patient BEFORE INSERT ON reportlink.report FOR EACH ROW
	WHEN (NEW.mrn IS NOT NULL)
	EXECUTE FUNCTION peer.report_patient();
CREATE TRIGGER peer_update BEFORE UPDATE ON reportlink.report FOR EACH ROW
	WHEN (current_setting('peer.at_work', true) IS DISTINCT FROM pg_trigger_depth()::text)
	EXECUTE FUNCTION peer.report_update();
CREATE TRIGGER peer_delete BEFORE DELETE ON reportlink.report FOR EACH ROW
	EXECUTE FUNCTION peer.report_delete();
CREATE TRIGGER peer_truncate BEFORE TRUNCATE ON reportlink.report
	EXECUTE FUNCTION peer.refuse_change();

-- the tables that only functions write
DO $$
DECLARE
	managed text;
BEGIN
	FOREACH managed IN ARRAY ARRAY['report_group', 'document', 'signature', 'past_link', 'event'] LOOP
		EXECUTE format('CREATE TRIGGER peer_insert BEFORE INSERT ON reportlink.%I FOR EACH ROW
			WHEN (current_setting(''peer.at_work'', true) IS DISTINCT FROM pg_trigger_depth()::text)
			EXECUTE FUNCTION peer.owner_insert()', managed);
		EXECUTE format('CREATE TRIGGER peer_change BEFORE UPDATE OR DELETE ON reportlink.%I FOR EACH ROW
			WHEN (current_setting(''peer.at_work'', true) IS DISTINCT FROM pg_trigger_depth()::text)
			EXECUTE FUNCTION peer.refuse_change()', managed);
		EXECUTE format('CREATE TRIGGER peer_truncate BEFORE TRUNCATE ON reportlink.%I
			EXECUTE FUNCTION peer.refuse_change()', managed);
	END LOOP;
END
$$;
