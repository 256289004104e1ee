-- data.sql: what every contestant finds: tables, reports, and the numbers by which scripts find them
--
-- psql variables: patients, each with 8 reports; big, so many more patients with
-- 128 reports each; text, true: every report has a text of its own of 4 kB.
-- Report i of patient p is (p - 1) * 8 + i, report i of big patient b is
-- patients * 8 + (b - 1) * 128 + i. Actor of everything is "ada", an attending.

\if :{?patients} \else \set patients 1250 \endif
\if :{?big} \else \set big 20 \endif
\if :{?text} \else \set text false \endif

CREATE EXTENSION reportlink;
SELECT reportlink_install();

INSERT INTO reportlink.organization (organization_id, name, linking_enabled)
VALUES ('north', 'North Hospital', true), ('south', 'South Hospital', true);
INSERT INTO reportlink.member (organization_id, user_id, role)
SELECT o.organization_id, m.user_id, m.role
FROM reportlink.organization o, (VALUES ('ada', 'attending'), ('abe', 'attending'), ('rex', 'resident'),
	('dot', 'drafter'), ('adm', 'administrator'), ('hl7', 'integration')) m (user_id, role);

-- A restore: neither triggers nor foreign keys are asked
SET session_replication_role = replica;

INSERT INTO reportlink.patient (organization_id, mrn)
SELECT 'north', 'MRN-' || p FROM generate_series(1, :patients) p
UNION ALL SELECT 'north', 'BIG-' || b FROM generate_series(1, :big) b;

INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name, created_at)
SELECT 'north', n.mrn, 'ACC-' || n.report, 'ORD-' || n.report / 2, 'SITE-' || n.report % 5, 'CT Chest with Contrast',
	timestamptz '2026-03-02 08:00Z' + n.report * interval '1 second'
FROM (
	SELECT i AS report, 'MRN-' || (i - 1) / 8 + 1 AS mrn FROM generate_series(1, :patients * 8) i
	UNION ALL
	SELECT :patients * 8 + i, 'BIG-' || (i - 1) / 128 + 1 FROM generate_series(1, :big * 128) i) n;

-- Text as reports have it: words of which each text has its own
CREATE SCHEMA bench;
CREATE FUNCTION bench.words(number bigint, bytes integer) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT left(string_agg(md5(number || '.' || i), ' ' ORDER BY i), bytes) FROM generate_series(1, bytes / 33 + 1) i
$$;

\if :text
INSERT INTO reportlink.document (organization_id, report_id, final_report, saved_by)
SELECT 'north', r.report_id, bench.words(r.report_id, 4096), 'ada' FROM reportlink.report r ORDER BY r.report_id;
-- both were numbered in the same order
UPDATE reportlink.report SET document_id = report_id, status = 'draft';
\endif

SET session_replication_role = origin;

-- The next number that no script has used; there are no more than these
CREATE SEQUENCE bench.patient_number MAXVALUE :patients;
CREATE SEQUENCE bench.big_number MAXVALUE :big;
CREATE SEQUENCE bench.order_number;

CREATE TABLE bench.fact AS
SELECT :patients::bigint * 8 AS small_reports, bench.words(0, 4096) AS text;

-- Scripts begin with one of these and \gset, and count it to none of their operations:
-- a patient that nobody has used, its MRN and reports, and a text of 4 kB to save
CREATE FUNCTION bench.next_patient(OUT patient bigint, OUT mrn text,
	OUT r1 bigint, OUT r2 bigint, OUT r3 bigint, OUT r4 bigint, OUT r5 bigint, OUT r6 bigint, OUT r7 bigint, OUT r8 bigint,
	OUT content text)
	LANGUAGE sql AS $$
	SELECT p, 'MRN-' || p, p * 8 - 7, p * 8 - 6, p * 8 - 5, p * 8 - 4, p * 8 - 3, p * 8 - 2, p * 8 - 1, p * 8, f.text
	FROM nextval('bench.patient_number') p, bench.fact f
$$;

-- one of a client's own: any from the last half, which no cycle reaches, of which each client has 32nds
CREATE FUNCTION bench.own_patient(client integer, OUT r1 bigint, OUT r2 bigint)
	LANGUAGE sql AS $$
	SELECT p.patient * 8 - 7, p.patient * 8 - 6
	FROM (SELECT f.small_reports / 8 - (client + 32 * floor(random() * f.small_reports / 8 / 64)::bigint) AS patient FROM bench.fact f) p
$$;

-- one that a cycle has used
CREATE FUNCTION bench.spent_patient(OUT patient bigint, OUT mrn text, OUT r1 bigint)
	LANGUAGE sql AS $$
	SELECT p.patient, 'MRN-' || p.patient, p.patient * 8 - 7
	FROM (SELECT 1 + floor(random() * greatest(s.last_value - 40, 1))::bigint AS patient FROM bench.patient_number s) p
$$;

-- a big patient, the first of its reports, arrays of the first 32 and of all 128
CREATE FUNCTION bench.next_big(OUT mrn text, OUT first bigint, OUT ids_32 bigint[], OUT ids_128 bigint[], OUT content text)
	LANGUAGE sql AS $$
	SELECT 'BIG-' || b.number, b.first,
		ARRAY(SELECT generate_series(b.first, b.first + 31)), ARRAY(SELECT generate_series(b.first, b.first + 127)), b.text
	FROM (SELECT n AS number, f.small_reports + n * 128 - 127 AS first, f.text
		FROM nextval('bench.big_number') n, bench.fact f) b
$$;

VACUUM (FREEZE, ANALYZE);
