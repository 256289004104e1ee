-- What every call has in common: refusals, who acts, what is locked
--
-- Lock order: the patient, then groups by id, then reports by id. The patient's
-- lock serialises all that can conflict, so each function reads under it, with a
-- snapshot of its own (READ COMMITTED: a statement of its own), what it decides
-- upon; the locks on groups and reports are for the older snapshots of
-- REPEATABLE READ and SERIALIZABLE, and for plain SQL.

CREATE SCHEMA peer;

-- Raises a refusal: SQLSTATE, message and hint by its code, the DETAIL is the caller's
CREATE FUNCTION peer.refuse(code text, detail text, advice text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	SELECT v.message, v.hint INTO message, hint FROM (VALUES
		('RL001', 'at least two reports are required', 'Name two different reports of one patient.'),
		('RL002', 'report not found', 'Look the report up with reportlink_find(); ids of another organization are not found.'),
		('RL003', 'report has no MRN', 'Set the MRN of the report first, then link it.'),
		('RL004', 'MRNs differ', 'Only reports of one patient can be linked.'),
		('RL005', 'cancelled report cannot be linked', 'Leave the cancelled reports out.'),
		('RL006', 'report is finalized', 'Only reports that are unread or in draft can be linked or unlinked.'),
		('RL007', 'linking is disabled', 'An administrator can set linking_enabled of the organization.'),
		('RL008', 'report not owned by user', 'Have the owner close it with release, or unassign it first.'),
		('RL009', 'all specified reports are already linked', 'There is nothing to do.'),
		('RL010', 'report is not linked', 'See reportlink_linked_reports().'),
		('RL011', 'reports belong to different groups', 'Unlink the reports of one group at a time.'),
		('RL012', 'no acting user', 'Give the argument actor, or set reportlink.user_id in the session.'),
		('RL013', 'not an active member', 'An administrator can add the user to reportlink.member or activate him.'),
		('RL014', 'role may not do this', 'Ask a user whose role allows it.'),
		('RL015', 'invalid status transition', 'The status of the report does not allow it.'),
		('RL016', 'content is locked', 'Only a draft or an open addendum can be changed.'),
		('RL017', 'stale document', 'Read the text in force again, then save your change to it.'),
		('RL020', 'final report is empty', 'Save a final_report with reportlink_save() first.'),
		('RL021', 'column is managed by reportlink', 'Call the function for it.')
	) AS v (code, message, hint) WHERE v.code = refuse.code;
	RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, DETAIL = coalesce(detail, ''), HINT = coalesce(advice, hint);
END
$$;

-- 22004
CREATE FUNCTION peer.refuse_null(argument text, function text) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'argument % of % must not be null', argument, function
		USING ERRCODE = 'null_value_not_allowed';
END
$$;

-- "Reports 1, 2, 3" for a DETAIL; a long list is cut and counted
CREATE FUNCTION peer.name_reports(ids bigint[]) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN cardinality(ids) = 1 THEN 'Report ' ELSE 'Reports ' END
		|| array_to_string(ids[1:10], ', ')
		|| CASE WHEN cardinality(ids) > 10 THEN format(' and %s more', cardinality(ids) - 10) ELSE '' END
$$;

-- RL012, RL013, RL014: what the look-up of an actor did not find
CREATE FUNCTION peer.refuse_actor(organization text, actor text, role text) RETURNS void
	LANGUAGE plpgsql AS $$
BEGIN
	IF coalesce(actor, '') = '' THEN
		PERFORM peer.refuse('RL012', NULL);
	ELSIF role IS NULL THEN
		PERFORM peer.refuse('RL013', format('User "%s", organization "%s".', actor, organization));
	END IF;
	PERFORM peer.refuse('RL014', format('User "%s" has the role %s.', actor, role));
END
$$;

-- A report that is not linked, or a group: what has one text and one state
CREATE TYPE peer.unit AS (
	organization_id text,
	actor text,
	role text,
	notify_previous_owner boolean,
	report_id bigint, -- the one named
	mrn text,
	group_id bigint,
	default_report_id bigint,
	document_id bigint, -- in force
	report_ids bigint[], -- in link order
	status text,
	owner_id text,
	drafting boolean,
	addendum_open boolean,
	finally_signed boolean
);

-- RL002 where a report is not there any more; else it has another MRN, and another
-- patient's lock now would break the lock order
CREATE FUNCTION peer.refuse_moved(organization text, ids bigint[]) RETURNS void
	LANGUAGE plpgsql AS $$
DECLARE
	unknown bigint[] := ARRAY(SELECT u.report_id FROM unnest(ids) AS u (report_id)
		WHERE NOT EXISTS (SELECT FROM reportlink.report r
			WHERE r.organization_id = organization AND r.report_id = u.report_id));
BEGIN
	IF unknown <> '{}' THEN
		PERFORM peer.refuse('RL002', format('%s, organization "%s".', peer.name_reports(unknown), organization));
	END IF;
	RAISE EXCEPTION 'report changed while it was being locked'
		USING ERRCODE = 'serialization_failure', DETAIL = peer.name_reports(ids) || '.', HINT = 'Retry the transaction.';
END
$$;

-- Looks up actor and report, locks the patient, then the report with all linked to it
CREATE FUNCTION peer.lock_unit(organization text, id bigint, actor text, roles text[]) RETURNS peer.unit
	LANGUAGE plpgsql AS $$
DECLARE
	u peer.unit;
	found_id bigint;
BEGIN
	u.organization_id := organization;
	u.report_id := id;
	u.actor := coalesce(nullif(actor, ''), current_setting('reportlink.user_id', true));

	SELECT m.role, o.notify_previous_owner, r.report_id, r.mrn
	INTO u.role, u.notify_previous_owner, found_id, u.mrn
	FROM reportlink.organization o
	LEFT JOIN reportlink.member m ON m.organization_id = organization AND m.user_id = u.actor AND m.active
	LEFT JOIN reportlink.report r ON r.organization_id = organization AND r.report_id = id
	LEFT JOIN LATERAL (
		SELECT FROM reportlink.patient p
		WHERE p.organization_id = organization AND p.mrn = r.mrn AND m.role = ANY (roles)
		FOR NO KEY UPDATE
	) p ON true
	WHERE o.organization_id = organization;
	IF (u.role = ANY (roles)) IS NOT TRUE THEN
		PERFORM peer.refuse_actor(organization, u.actor, u.role);
	ELSIF found_id IS NULL THEN
		PERFORM peer.refuse('RL002', format('Report %s, organization "%s".', id, organization));
	END IF;

	IF u.mrn IS NULL THEN
		SELECT ARRAY[r.report_id], r.document_id, r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at IS NOT NULL
		INTO u.report_ids, u.document_id, u.status, u.owner_id, u.drafting, u.addendum_open, u.finally_signed
		FROM reportlink.report r
		WHERE r.organization_id = organization AND r.report_id = id AND r.mrn IS NULL
		FOR NO KEY UPDATE;
	ELSE
		-- members are found by MRN: an index on group_id would end HOT updates
		WITH g AS MATERIALIZED (
			SELECT g.group_id, g.default_report_id, g.document_id
			FROM reportlink.report_group g
			WHERE g.organization_id = organization AND g.group_id = (
				SELECT r.group_id FROM reportlink.report r
				WHERE r.organization_id = organization AND r.report_id = id AND r.mrn = u.mrn)
			FOR NO KEY UPDATE),
		member AS MATERIALIZED (
			SELECT r.*
			FROM reportlink.report r
			WHERE r.organization_id = organization AND r.mrn = u.mrn
				AND (r.report_id = id OR r.group_id = (SELECT g.group_id FROM g))
			ORDER BY r.report_id
			FOR NO KEY UPDATE)
		SELECT ARRAY(SELECT m.report_id FROM member m ORDER BY m.link_position),
			g.group_id, g.default_report_id, CASE WHEN g.group_id IS NULL THEN r.document_id ELSE g.document_id END,
			r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at IS NOT NULL
		INTO u.report_ids, u.group_id, u.default_report_id, u.document_id,
			u.status, u.owner_id, u.drafting, u.addendum_open, u.finally_signed
		FROM member r LEFT JOIN g ON true
		WHERE r.report_id = id;
	END IF;
	IF u.status IS NULL THEN
		PERFORM peer.refuse_moved(organization, ARRAY[id]);
	END IF;
	RETURN u;
END
$$;
