-- every row that the statements made, but for times
SELECT report_id, mrn, accession_number, status, owner_id, drafting, addendum_open, signed_at IS NOT NULL,
	updated_at <> created_at, group_id, link_position, document_id
FROM reportlink.report ORDER BY report_id;
SELECT mrn FROM reportlink.patient ORDER BY mrn;
SELECT group_id, mrn, default_report_id, document_id, member_count, created_by, closed_at IS NOT NULL, merged_into
FROM reportlink.report_group ORDER BY group_id;
SELECT document_id, parent_id, report_id, group_id, transcript, md5(final_report), laterality, study_at, checkpoint, reason, base_status, saved_by
FROM reportlink.document ORDER BY document_id;
SELECT signature_id, document_id, report_id, group_id, status, signed_by FROM reportlink.signature ORDER BY signature_id;
-- what one statement adds has no order
SELECT report_id, group_id, document_id, last_document_id FROM reportlink.past_link ORDER BY group_id, report_id;
SELECT publication_id, group_id, report_id, document_id, state, finished_at IS NOT NULL, publish_at - scheduled_at, requested_by
FROM reportlink.publication ORDER BY publication_id;
SELECT row_number() OVER (ORDER BY event_id), type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor, database_role,
	data - 'publish_at', data ->> 'publish_at' ~ '^\d{4}-.*\+00:00$'
FROM reportlink.event ORDER BY event_id;
