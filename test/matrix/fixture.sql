-- One patient whose reports are in every state that an operation wants. Each run
-- gets a copy of organization "template" of its own, with the same ids in it.
--
-- A unit has three reports: unit 4 those of the ids 41, 42 and 43. What is there
-- for each unit is said in Operations.pm.

CREATE SCHEMA matrix;

INSERT INTO reportlink.organization (organization_id, linking_enabled, recall_enabled, recall_delay_seconds)
VALUES ('template', true, true, 120);
INSERT INTO reportlink.member (organization_id, user_id, role)
VALUES ('template', 'ada', 'attending'), ('template', 'abe', 'attending'), ('template', 'rex', 'resident'),
	('template', 'dot', 'drafter'), ('template', 'adm', 'administrator');
INSERT INTO reportlink.patient (organization_id, mrn) VALUES ('template', 'P2');
INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number)
OVERRIDING SYSTEM VALUE
SELECT 'template', 10 * u + n, 'P1', 'A' || 10 * u + n
FROM generate_series(1, 12) u, generate_series(1, 3) n;

CREATE FUNCTION matrix.link(unit int, opens boolean, actor text) RETURNS void
	LANGUAGE sql
	AS $$ SELECT reportlink_link('template', ARRAY[10 * unit + 1, 10 * unit + 2, 10 * unit + 3], opens, actor) $$;

CREATE FUNCTION matrix.write(unit int, actor text) RETURNS void
	LANGUAGE sql
	AS $$ SELECT reportlink_save('template', 10 * unit + 1, jsonb_build_object('final_report', 'text ' || unit), actor => actor) $$;

DO $$
DECLARE
	u int;
BEGIN
	PERFORM matrix.link(2, false, 'ada');
	PERFORM matrix.link(3, false, 'ada');

	-- 42 has a text of its own, from before linking
	PERFORM reportlink_open('template', 42, 'ada');
	PERFORM reportlink_save('template', 42, '{"final_report": "own text"}', actor => 'ada');
	PERFORM matrix.link(4, true, 'ada');
	PERFORM matrix.write(4, 'ada');

	FOR u IN 51 .. 53 LOOP
		PERFORM reportlink_open('template', u, 'ada');
		PERFORM reportlink_save('template', u, '{"final_report": "kept"}', actor => 'ada');
		PERFORM reportlink_save('template', u, '{"final_report": "autosaved"}', checkpoint => false, actor => 'ada');
	END LOOP;

	FOREACH u IN ARRAY ARRAY[6, 10] LOOP
		PERFORM matrix.link(u, true, 'rex');
		PERFORM matrix.write(u, 'rex');
		PERFORM reportlink_prelim_sign('template', 10 * u + 1, 'rex');
	END LOOP;
	FOREACH u IN ARRAY ARRAY[7, 8, 9, 11] LOOP
		PERFORM matrix.link(u, true, 'ada');
		PERFORM matrix.write(u, 'ada');
		PERFORM reportlink_sign('template', 10 * u + 1, 'ada');
		IF u <> 8 THEN
			PERFORM reportlink_publish_now('template', 10 * u + 1, 'ada');
		END IF;
	END LOOP;
	FOREACH u IN ARRAY ARRAY[9, 11] LOOP
		PERFORM reportlink_start_addendum('template', 10 * u + 1, 'ada');
		PERFORM reportlink_save('template', 10 * u + 1, '{"final_report": "with an addendum"}', actor => 'ada');
	END LOOP;
	PERFORM reportlink_sign('template', 111, 'ada');
	PERFORM reportlink_start_addendum('template', 101, 'rex');
	PERFORM reportlink_save('template', 101, '{"final_report": "with an addendum"}', actor => 'rex');
	PERFORM reportlink_prelim_sign('template', 101, 'rex');
	FOR u IN 121 .. 123 LOOP
		PERFORM reportlink_cancel('template', u, false, 'ada');
	END LOOP;
END
$$;
UPDATE reportlink.publication SET publish_at = now() + interval '1 day' WHERE state = 'scheduled';

-- ids of what the runs make are larger than those of the copies
SELECT setval(pg_get_serial_sequence('reportlink.' || t, i), 1000)
FROM (VALUES ('report', 'report_id'), ('report_group', 'group_id'), ('document', 'document_id'),
	('signature', 'signature_id'), ('publication', 'publication_id'), ('past_link', 'past_link_id')) s (t, i);

-- Organizations o<first> to o<last>, each a copy of the template
CREATE FUNCTION matrix.copy(first int, last int) RETURNS void
	LANGUAGE plpgsql
	SET session_replication_role = replica
	AS $$
DECLARE
	t text;
	columns text;
BEGIN
	FOREACH t IN ARRAY ARRAY['organization', 'member', 'patient', 'report_group', 'report', 'document', 'signature',
		'past_link', 'publication']
	LOOP
		SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
		FROM pg_attribute a
		WHERE a.attrelid = ('reportlink.' || t)::regclass AND a.attnum > 1 AND NOT a.attisdropped AND a.attgenerated = '';
		EXECUTE format('INSERT INTO reportlink.%I (organization_id, %2$s) OVERRIDING SYSTEM VALUE '
			'SELECT ''o'' || n, %2$s FROM generate_series($1, $2) n, reportlink.%1$I t '
			'WHERE t.organization_id = ''template'' ORDER BY n', t, columns)
		USING first, last;
	END LOOP;
END
$$;

-- All that anybody can see of an organization, in words that are the same for two
-- runs that did the same: ids that were given by sequences are left out, groups are
-- called by their place among the groups, texts by what they say.
CREATE FUNCTION matrix.state(organization text) RETURNS text
	LANGUAGE sql STABLE
	BEGIN ATOMIC
		WITH g AS (
			SELECT *, row_number() OVER (ORDER BY group_id) AS place
			FROM reportlink.report_group WHERE organization_id = organization
		), d AS (
			SELECT document_id, concat_ws('/', transcript, final_report) AS words, checkpoint, reason, saved_by
			FROM reportlink.document WHERE organization_id = organization
		), line (part, number, words) AS (
			SELECT 'report', r.place, concat_ws(' ', 'of', r.mrn, r.accession_number, r.order_id, r.study_name,
				'is', r.status, coalesce(r.owner_id, 'nobody'), CASE WHEN r.drafting THEN 'drafting' END,
				CASE WHEN r.addendum_open THEN 'addendum' END, CASE WHEN r.signed_at IS NOT NULL THEN 'final' END,
				'group', g.place, r.link_position, 'text', coalesce(shared.words, '-'), 'own', coalesce(own.words, '-'))
			FROM (
				SELECT *, CASE WHEN report_id < 1000 THEN report_id ELSE
					999 + row_number() OVER (PARTITION BY report_id < 1000 ORDER BY accession_number) END AS place
				FROM reportlink.report WHERE organization_id = organization
			) r
			LEFT JOIN g ON g.group_id = r.group_id
			LEFT JOIN d shared ON shared.document_id = g.document_id
			LEFT JOIN d own ON own.document_id = r.document_id
			UNION ALL
			SELECT 'group', g.place, concat_ws(' ', 'default', g.default_report_id, 'members', g.member_count,
				CASE WHEN g.closed_at IS NOT NULL THEN 'closed' END, 'into', m.place, 'text', coalesce(d.words, '-'))
			FROM g
			LEFT JOIN g m ON m.group_id = g.merged_into
			LEFT JOIN d ON d.document_id = g.document_id
			UNION ALL
			SELECT 'publication', 0, concat_ws(' ', 'of', p.report_id, 'group', g.place, p.state, d.words)
			FROM reportlink.publication p
			LEFT JOIN g ON g.group_id = p.group_id
			LEFT JOIN d ON d.document_id = p.document_id
			WHERE p.organization_id = organization
			UNION ALL
			SELECT 'signature', 0, concat_ws(' ', s.status, s.signed_by, d.words)
			FROM reportlink.signature s
			LEFT JOIN d ON d.document_id = s.document_id
			WHERE s.organization_id = organization
			UNION ALL
			SELECT 'document', 0, concat_ws(' ', d.reason, d.saved_by, CASE WHEN d.checkpoint THEN 'checkpoint' END, d.words)
			FROM d
			UNION ALL
			SELECT 'past link', 0, concat_ws(' ', l.report_id, 'group', g.place, d.words)
			FROM reportlink.past_link l
			LEFT JOIN g ON g.group_id = l.group_id
			LEFT JOIN d ON d.document_id = l.document_id
			WHERE l.organization_id = organization
			UNION ALL
			SELECT 'event', 0, concat_ws(' ', e.type, e.actor, cardinality(e.report_ids), d.words)
			FROM reportlink.event e
			LEFT JOIN d ON d.document_id = e.document_id
			WHERE e.organization_id = organization
			UNION ALL
			SELECT 'subscriber', 0, s.subscriber
			FROM reportlink.subscriber s
			WHERE s.organization_id = organization
			UNION ALL
			SELECT 'BROKEN', 0, c::text
			FROM reportlink_check(organization) c
		)
		SELECT string_agg(part || ' ' || number || ' ' || words, E'\n' ORDER BY part, number, words) FROM line;
	END;
