\set none 0
SELECT * FROM bench.spent_patient() \gset
\set dialog 0
SELECT report_id, accession_number, study_name, created_at, status, owner_id, group_id
FROM reportlink.report WHERE organization_id = 'north' AND mrn = :mrn AND report_id <> :r1
ORDER BY created_at, report_id;
SELECT report_id, accession_number, study_name, created_at, mrn, order_id, site_id, native_id, assigning_authority
FROM reportlink.report WHERE organization_id = 'north' AND mrn = :mrn AND group_id IS NOT NULL
ORDER BY link_position;
\set find 0
SELECT report_id, mrn, accession_number, site_id, order_id, native_id, assigning_authority, study_name, created_at, status,
	owner_id, group_id
FROM reportlink.report WHERE organization_id = 'north' AND mrn = :mrn ORDER BY report_id;
