-- Events: one row an action, and NOTIFY for each

-- What is told about an action; the rest is the same for all events of a call
CREATE TYPE peer.event AS (type text, report_ids bigint[], data jsonb);

CREATE FUNCTION peer.owner_changed(report_ids bigint[], old_owner text, new_owner text, notify_previous_owner boolean)
	RETURNS peer.event
	LANGUAGE sql STABLE AS $$
	SELECT ROW('report.owner_changed', report_ids,
		jsonb_build_object('old_owner', old_owner, 'new_owner', new_owner)
		|| CASE WHEN notify_previous_owner AND old_owner IS NOT NULL
			THEN jsonb_build_object('recipient', old_owner) ELSE '{}' END)::peer.event
$$;

-- A time for an event's data: in UTC whatever the session's TimeZone
CREATE FUNCTION peer.utc(moment timestamptz) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT (to_jsonb(moment AT TIME ZONE 'UTC') #>> '{}') || '+00:00'
$$;

-- Number of the cluster that writes, for the feed: found once a session, noted when it is new
CREATE FUNCTION peer.note_cluster() RETURNS bigint
	LANGUAGE plpgsql AS $$
DECLARE
	found_id bigint;
BEGIN
	LOOP
		SELECT c.cluster_id INTO found_id
		FROM reportlink.cluster c, pg_control_system() s, pg_database d
		WHERE d.datname = current_database() AND c.system_identifier = s.system_identifier
			AND c.database_oid = d.oid AND c.event_oid = 'reportlink.event'::regclass
			AND c.cluster_id = (SELECT max(m.cluster_id) FROM reportlink.cluster m);
		EXIT WHEN FOUND;
		INSERT INTO reportlink.cluster (cluster_id, previous_id, system_identifier, database_oid, event_oid)
		SELECT greatest(extract(epoch FROM clock_timestamp()) * 1000, l.cluster_id + 1), l.cluster_id,
			s.system_identifier, d.oid, 'reportlink.event'::regclass
		FROM pg_control_system() s, pg_database d,
			(SELECT coalesce(max(c.cluster_id), 0) AS cluster_id FROM reportlink.cluster c) l
		WHERE d.datname = current_database()
		ON CONFLICT DO NOTHING;
	END LOOP;
	PERFORM set_config('peer.cluster_id', found_id::text, false);
	RETURN found_id;
END
$$;

-- Records the events of a call, in order. The identifiers of a set of reports are
-- looked up once, however many of the events are about it.
CREATE FUNCTION peer.record(organization text, actor text, group_id bigint, default_report_id bigint,
	document_id bigint, events peer.event[]) RETURNS void
	LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
	-- the caller, not the owner of the function: SECURITY DEFINER leaves the setting alone
	database_role CONSTANT text := CASE WHEN current_setting('role') = 'none' THEN session_user::text ELSE current_setting('role') END;
	cluster_id CONSTANT bigint := coalesce(nullif(current_setting('peer.cluster_id', true), '')::bigint, peer.note_cluster());
	notifies CONSTANT boolean := coalesce(current_setting('reportlink.notify', true), 'commit') <> 'off';
	channel CONSTANT text := coalesce(nullif(current_setting('reportlink.notify_channel', true), ''), 'reportlink');
	sent bigint;
BEGIN
	WITH concerned AS MATERIALIZED (
		SELECT s.report_ids, (
			SELECT coalesce(jsonb_agg(jsonb_build_object(
				'report_id', r.report_id, 'accession_number', r.accession_number, 'mrn', r.mrn,
				'order_id', r.order_id, 'site_id', r.site_id, 'native_id', r.native_id,
				'assigning_authority', r.assigning_authority) ORDER BY i.place), '[]')
			FROM unnest(s.report_ids) WITH ORDINALITY AS i (report_id, place)
			JOIN reportlink.report r ON r.organization_id = organization AND r.report_id = i.report_id) AS identifiers
		FROM (SELECT DISTINCT e.report_ids FROM unnest(events) e) s),
	recorded AS (
		INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, default_report_id,
			report_ids, linked_identifiers, actor, database_role, data, cluster_id)
		SELECT organization, v.type, group_id, document_id, default_report_id,
			v.report_ids, c.identifiers, actor, database_role, v.data, cluster_id
		FROM unnest(events) WITH ORDINALITY AS v (type, report_ids, data, place)
		JOIN concerned c ON c.report_ids = v.report_ids
		ORDER BY v.place
		RETURNING e.event_id, e.type, e.report_ids)
	SELECT count(pg_notify(channel, CASE WHEN octet_length(p.whole) < 8000 THEN p.whole
		ELSE json_build_object('event_id', p.event_id, 'type', p.type, 'organization_id', organization,
			'group_id', group_id, 'truncated', true)::text END))
	INTO sent
	FROM (
		SELECT r.event_id, r.type, json_build_object('event_id', r.event_id, 'type', r.type,
			'organization_id', organization, 'group_id', group_id, 'report_ids', r.report_ids)::text AS whole
		FROM recorded r
		WHERE notifies) p;
END
$$;
