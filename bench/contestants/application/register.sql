-- as rules.register() sends it: patients, then reports, each in one statement. Values
-- of a thousand rows are more than pgbench sends as parameters, so the server makes
-- them, as it does for the other contestants.
\set none 0
SELECT nextval('bench.order_number') AS n \gset
\set register_1 0
BEGIN;
INSERT INTO reportlink.patient (organization_id, mrn) VALUES ('north', 'NEW-' || :n::bigint / 4) ON CONFLICT DO NOTHING;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name)
VALUES ('north', 'NEW-' || :n::bigint / 4, 'NEW-' || :n, 'NEW-' || :n, 'SITE-1', 'CT Chest with Contrast');
COMMIT;
-- of 250 patients
\set register_1000 0
BEGIN;
INSERT INTO reportlink.patient (organization_id, mrn)
SELECT 'north', 'NEW-' || :n || '-' || i FROM generate_series(0, 249) i ON CONFLICT DO NOTHING;
INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name)
SELECT 'north', 'NEW-' || :n || '-' || i / 4, 'NEW-' || :n || '-' || i, 'NEW-' || :n, 'SITE-1', 'CT Chest with Contrast'
FROM generate_series(0, 999) i;
COMMIT;
