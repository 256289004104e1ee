-- reportlink_linked_reports(), reportlink_linkable_reports() and reportlink_find()

-- RL002, asked when a reading function found no row
CREATE FUNCTION peer.require_report(organization text, id bigint) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM reportlink.report r WHERE r.organization_id = organization AND r.report_id = id) THEN
		PERFORM peer.refuse('RL002', format('Report %s, organization "%s".', id, organization));
	END IF;
END
$$;

CREATE FUNCTION reportlink_linked_reports(organization_id text, INOUT report_id bigint,
	OUT accession_number text, OUT study_name text, OUT created_at timestamptz,
	OUT mrn text, OUT order_id text, OUT site_id text, OUT native_id text,
	OUT assigning_authority text, OUT is_default boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER ROWS 8
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	id CONSTANT bigint := report_id;
BEGIN
	IF organization IS NULL OR id IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization IS NULL THEN 'organization_id' ELSE 'report_id' END, 'reportlink_linked_reports');
	END IF;
	RETURN QUERY
		SELECT l.report_id, l.accession_number, l.study_name, l.created_at, l.mrn, l.order_id,
			l.site_id, l.native_id, l.assigning_authority, l.report_id = g.default_report_id
		FROM reportlink.report r
		JOIN reportlink.report_group g ON g.organization_id = organization AND g.group_id = r.group_id
		JOIN reportlink.report l ON l.organization_id = organization AND l.mrn = r.mrn AND l.group_id = r.group_id
		WHERE r.organization_id = organization AND r.report_id = id
		ORDER BY l.link_position;
	IF NOT FOUND THEN
		PERFORM peer.require_report(organization, id);
	END IF;
END
$$;

CREATE FUNCTION reportlink_linkable_reports(organization_id text, INOUT report_id bigint,
	OUT accession_number text, OUT study_name text, OUT created_at timestamptz,
	OUT status text, OUT owner_id text, OUT group_id bigint,
	OUT linked boolean, OUT linkable boolean, OUT reason text, OUT linkable_count bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER ROWS 16
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	id CONSTANT bigint := report_id;
BEGIN
	IF organization IS NULL OR id IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization IS NULL THEN 'organization_id' ELSE 'report_id' END, 'reportlink_linkable_reports');
	END IF;
	RETURN QUERY
		SELECT o.report_id, o.accession_number, o.study_name, o.created_at, o.status, o.owner_id,
			o.group_id, o.linked, o.reason IS NULL, o.reason,
			count(*) FILTER (WHERE o.reason IS NULL) OVER ()
		FROM (
			SELECT l.report_id, l.accession_number, l.study_name, l.created_at, l.status, l.owner_id, l.group_id,
				coalesce(l.group_id = r.group_id, false) AS linked,
				CASE WHEN l.group_id = r.group_id THEN 'already linked'
					WHEN r.status = 'cancelled' THEN 'this report is cancelled'
					WHEN r.status NOT IN ('unread', 'draft') THEN 'this report is finalized'
					WHEN l.status = 'cancelled' THEN 'report is cancelled'
					WHEN l.status NOT IN ('unread', 'draft') THEN 'report is finalized'
					WHEN l.owner_id <> r.owner_id THEN 'owned by another user' END AS reason
			FROM reportlink.report r
			JOIN reportlink.report l ON l.organization_id = organization AND l.mrn = r.mrn AND l.report_id <> r.report_id
			WHERE r.organization_id = organization AND r.report_id = id) o
		ORDER BY o.created_at, o.report_id;
	IF NOT FOUND THEN
		PERFORM peer.require_report(organization, id);
	END IF;
END
$$;

-- A query for each key, so that each has the plan for its index
CREATE FUNCTION reportlink_find(organization_id text, OUT report_id bigint, INOUT mrn text DEFAULT NULL,
	INOUT accession_number text DEFAULT NULL, INOUT site_id text DEFAULT NULL,
	OUT order_id text, OUT native_id text, OUT assigning_authority text,
	OUT study_name text, OUT created_at timestamptz, OUT status text, OUT owner_id text,
	OUT group_id bigint, OUT is_default boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER ROWS 4
	SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
	AS $$
#variable_conflict use_column
DECLARE
	organization CONSTANT text := organization_id;
	wanted_mrn CONSTANT text := mrn;
	wanted_accession CONSTANT text := accession_number;
	wanted_site CONSTANT text := site_id;
BEGIN
	IF organization IS NULL OR wanted_mrn IS NULL AND wanted_accession IS NULL THEN
		PERFORM peer.refuse_null(CASE WHEN organization IS NULL THEN 'organization_id' ELSE 'mrn or accession_number' END, 'reportlink_find');
	END IF;
	IF wanted_accession IS NOT NULL THEN
		RETURN QUERY
			SELECT r.report_id, r.mrn, r.accession_number, r.site_id, r.order_id, r.native_id,
				r.assigning_authority, r.study_name, r.created_at, r.status, r.owner_id, r.group_id,
				coalesce(r.report_id = g.default_report_id, false)
			FROM reportlink.report r
			LEFT JOIN reportlink.report_group g ON g.organization_id = organization AND g.group_id = r.group_id
			WHERE r.organization_id = organization AND r.accession_number = wanted_accession
				AND (wanted_mrn IS NULL OR r.mrn = wanted_mrn) AND (wanted_site IS NULL OR r.site_id = wanted_site)
			ORDER BY r.report_id;
	ELSE
		RETURN QUERY
			SELECT r.report_id, r.mrn, r.accession_number, r.site_id, r.order_id, r.native_id,
				r.assigning_authority, r.study_name, r.created_at, r.status, r.owner_id, r.group_id,
				coalesce(r.report_id = g.default_report_id, false)
			FROM reportlink.report r
			LEFT JOIN reportlink.report_group g ON g.organization_id = organization AND g.group_id = r.group_id
			WHERE r.organization_id = organization AND r.mrn = wanted_mrn
				AND (wanted_site IS NULL OR r.site_id = wanted_site)
			ORDER BY r.report_id;
	END IF;
END
$$;
