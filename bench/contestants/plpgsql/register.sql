\set none 0
SELECT nextval('bench.order_number') AS n \gset
\set register_1 0
INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name)
VALUES ('north', 'NEW-' || :n::bigint / 4, 'NEW-' || :n, 'NEW-' || :n, 'SITE-1', 'CT Chest with Contrast');
-- of 250 patients
\set register_1000 0
INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name)
SELECT 'north', 'NEW-' || :n || '-' || i / 4, 'NEW-' || :n || '-' || i, 'NEW-' || :n, 'SITE-1', 'CT Chest with Contrast'
FROM generate_series(0, 999) i;
