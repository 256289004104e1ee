-- The random load: five patients of eight reports each, and stress.step(),
-- which does one thing to one of them on behalf of some member and notes how it
-- went. stress.differences is an independent model: it tells from the events
-- alone who is linked with whom and who owns what, and lists where the reports
-- say something else.

CREATE SCHEMA stress;

INSERT INTO reportlink.report (organization_id, mrn, accession_number)
SELECT 'north', 'P' || p, 'P' || p || '-' || n
FROM generate_series(1, 5) p, generate_series(1, 8) n;

CREATE TABLE stress.tally (
	operation text NOT NULL,
	sqlstate text NOT NULL, -- 00000: it was done
	message text,
	isolation text NOT NULL DEFAULT current_setting('transaction_isolation')
);

-- Members of the group that a report was in when it was read, or reports of its patient, in any order
CREATE FUNCTION stress.some_reports(chosen reportlink.report, wanted integer) RETURNS bigint[]
	LANGUAGE sql
	AS $$
		SELECT coalesce(array_agg(s.report_id), ARRAY[chosen.report_id])
		FROM (
			SELECT r.report_id
			FROM reportlink.report r
			WHERE r.organization_id = chosen.organization_id AND r.mrn = chosen.mrn
				AND (chosen.group_id IS NULL OR r.group_id = chosen.group_id)
			ORDER BY random()
			LIMIT wanted
		) s
	$$;

-- Does it; what the caller read before may have changed meanwhile
CREATE FUNCTION stress.act(operation text, chosen reportlink.report, actor text) RETURNS void
	LANGUAGE plpgsql
	AS $$
DECLARE
	apart reportlink.report := chosen;
BEGIN
	CASE operation
	WHEN 'link' THEN
		apart.group_id := NULL;
		PERFORM reportlink_link('north', stress.some_reports(apart, 2 + floor(random() * 3)::integer),
			random() < 0.5, actor);
	WHEN 'unlink' THEN
		PERFORM reportlink_unlink('north', stress.some_reports(chosen, 1 + floor(random() * 2)::integer),
			false, actor);
	WHEN 'discard' THEN
		PERFORM reportlink_unlink('north', stress.some_reports(chosen, 1 + floor(random() * 2)::integer),
			true, actor);
	WHEN 'open' THEN
		PERFORM reportlink_open('north', chosen.report_id, actor);
	WHEN 'close' THEN
		PERFORM reportlink_close('north', chosen.report_id, random() < 0.7, actor);
	WHEN 'assign' THEN
		PERFORM reportlink_assign('north', chosen.report_id,
			(ARRAY['ada', 'abe', 'rex', 'dot', NULL, NULL])[1 + floor(random() * 6)::integer], actor);
	WHEN 'set_default' THEN
		PERFORM reportlink_set_default('north', chosen.report_id, actor);
	END CASE;
END
$$;

CREATE FUNCTION stress.step() RETURNS void
	LANGUAGE plpgsql
	AS $$
DECLARE
	operations CONSTANT text[] := ARRAY['link', 'link', 'link', 'unlink', 'unlink', 'discard',
		'open', 'close', 'close', 'assign', 'set_default'];
	actors CONSTANT text[] := ARRAY['ada', 'abe', 'rex', 'dot', 'adm', 'adm', 'hl7', 'hl7', 'gone'];
	operation text := operations[1 + floor(random() * cardinality(operations))::integer];
	actor text := actors[1 + floor(random() * cardinality(actors))::integer];
	patient text := 'P' || 1 + floor(random() * 5)::integer;
	chosen reportlink.report;
	state text := '00000';
	said text;
BEGIN
	SELECT * INTO chosen FROM reportlink.report r
	WHERE r.organization_id = 'north' AND r.mrn = patient
	ORDER BY random()
	LIMIT 1;

	-- the owner is who most often does something to a report
	IF random() < 0.5 THEN
		actor := coalesce(chosen.owner_id, actor);
	END IF;

	BEGIN
		PERFORM stress.act(operation, chosen, actor);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
	END;
	INSERT INTO stress.tally VALUES (operation, state, said);
END
$$;

-- Events of one patient come in the order in which they happened
CREATE VIEW stress.membership AS
	SELECT DISTINCT ON (c.organization_id, c.report_id) c.organization_id, c.report_id, c.group_id
	FROM (
		SELECT e.organization_id, e.event_id, e.group_id, u.report_id
		FROM reportlink.event e, unnest(e.report_ids) u (report_id)
		WHERE e.type = 'report.linked'
		UNION ALL
		SELECT e.organization_id, e.event_id, NULL, u.report_id
		FROM reportlink.event e, unnest(e.report_ids) u (report_id)
		WHERE e.type = 'report.unlinked'
		UNION ALL
		SELECT e.organization_id, e.event_id, NULL, u.report_id::bigint
		FROM reportlink.event e, jsonb_array_elements(e.data -> 'remaining_report_ids') u (report_id)
		WHERE e.type = 'report.unlinked' AND (e.data -> 'group_dissolved')::boolean
	) c
	ORDER BY c.organization_id, c.report_id, c.event_id DESC;

CREATE VIEW stress.ownership AS
	SELECT DISTINCT ON (e.organization_id, u.report_id)
		e.organization_id, u.report_id, e.data ->> 'new_owner' AS owner_id
	FROM reportlink.event e, unnest(e.report_ids) u (report_id)
	WHERE e.type = 'report.owner_changed'
	ORDER BY e.organization_id, u.report_id, e.event_id DESC;

CREATE VIEW stress.differences AS
	SELECT 'group of report ' || r.report_id AS what, r.group_id::text AS found, m.group_id::text AS told
	FROM reportlink.report r
	LEFT JOIN stress.membership m USING (organization_id, report_id)
	WHERE r.group_id IS DISTINCT FROM m.group_id
	UNION ALL
	SELECT 'owner of report ' || r.report_id, r.owner_id, o.owner_id
	FROM reportlink.report r
	LEFT JOIN stress.ownership o USING (organization_id, report_id)
	WHERE r.owner_id IS DISTINCT FROM o.owner_id
	UNION ALL
	SELECT 'group ' || g.group_id, 'is there', 'no report.linked'
	FROM reportlink.report_group g
	WHERE NOT EXISTS (
		SELECT FROM reportlink.event e
		WHERE e.organization_id = g.organization_id AND e.group_id = g.group_id AND e.type = 'report.linked')
	UNION ALL
	SELECT 'group ' || e.group_id, 'is not there', e.type
	FROM reportlink.event e
	LEFT JOIN reportlink.report_group g USING (organization_id, group_id)
	WHERE e.group_id IS NOT NULL AND g.group_id IS NULL;
