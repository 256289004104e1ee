-- data.sql: what every contestant finds: tables, reports, and the numbers by which scripts find them
--
-- psql variables: patients, each with 8 reports; big, so many more patients with
-- 128 reports each; old, so many more with 8 reports that are linked, signed and
-- published, so that no table is empty; text, true: every report has a text of its
-- own of 4 kB. Reports are numbered patient by patient, and the patients in that
-- order. Actor of everything is "ada", an attending.

\if :{?patients} \else \set patients 1250 \endif
\if :{?big} \else \set big 20 \endif
\if :{?old} \else \set old 20 \endif
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
UNION ALL SELECT 'north', 'BIG-' || b FROM generate_series(1, :big) b
UNION ALL SELECT 'north', 'OLD-' || o FROM generate_series(1, :old) o;

INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, study_name, created_at,
	status, owner_id, signed_at, group_id, link_position, document_id)
SELECT 'north', n.mrn, 'ACC-' || n.report, 'ORD-' || n.report / 2, 'SITE-' || n.report % 5, 'CT Chest with Contrast',
	timestamptz '2026-03-02 08:00Z' + n.report * interval '1 second',
	CASE WHEN n.old > 0 THEN 'signed' WHEN :text THEN 'draft' ELSE 'unread' END,
	CASE WHEN n.old > 0 THEN 'ada' END, CASE WHEN n.old > 0 THEN now() END, n.old, n.position,
	CASE WHEN :text THEN n.report END
FROM (
	SELECT i AS report, 'MRN-' || (i - 1) / 8 + 1 AS mrn, NULL::integer AS old, NULL::integer AS position
	FROM generate_series(1, :patients * 8) i
	UNION ALL
	SELECT :patients * 8 + i, 'BIG-' || (i - 1) / 128 + 1, NULL, NULL FROM generate_series(1, :big * 128) i
	UNION ALL
	SELECT :patients * 8 + :big * 128 + i, 'OLD-' || (i - 1) / 8 + 1, (i - 1) / 8 + 1, (i - 1) % 8 + 1
	FROM generate_series(1, :old * 8) i) n;

-- A text like no other, that does not compress to a fraction
CREATE SCHEMA bench;
CREATE FUNCTION bench.words(number bigint, bytes integer) RETURNS text
	LANGUAGE sql IMMUTABLE AS $$
	SELECT left(string_agg(encode(sha512((number || '.' || i)::bytea), 'hex'), ' '), bytes) FROM generate_series(1, bytes / 129 + 1) i
$$;

\if :text
INSERT INTO reportlink.document (organization_id, report_id, final_report, saved_by)
SELECT 'north', r, bench.words(r, 4096), 'ada' FROM generate_series(1, :patients * 8 + :big * 128 + :old * 8) r;
\endif

-- What became of the old patients: two reports were linked and unlinked, then all were linked and signed
CREATE TEMP TABLE old AS
SELECT r.group_id, r.mrn, min(r.report_id) AS first, array_agg(r.report_id ORDER BY r.link_position) AS report_ids,
	jsonb_agg(jsonb_build_object('report_id', r.report_id, 'accession_number', r.accession_number, 'mrn', r.mrn,
		'order_id', r.order_id, 'site_id', r.site_id, 'native_id', NULL, 'assigning_authority', NULL)
		ORDER BY r.link_position) AS identifiers
FROM reportlink.report r WHERE r.group_id IS NOT NULL GROUP BY r.group_id, r.mrn;

INSERT INTO reportlink.document (organization_id, report_id, group_id, final_report, saved_by)
SELECT 'north', o.first, o.group_id, bench.words(o.first, 400), 'ada' FROM old o ORDER BY o.group_id;

INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, document_id, member_count, created_by)
SELECT 'north', o.mrn, o.first, d.document_id, 8, 'ada'
FROM old o JOIN reportlink.document d ON d.group_id = o.group_id ORDER BY o.group_id;

INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, member_count, created_by, closed_at)
SELECT 'north', o.mrn, o.first, 0, 'ada', now() FROM old o ORDER BY o.group_id;

INSERT INTO reportlink.past_link (organization_id, report_id, group_id)
SELECT 'north', o.first + i, o.group_id + :old FROM old o, generate_series(0, 1) i;

INSERT INTO reportlink.signature (organization_id, document_id, report_id, group_id, status, signed_by)
SELECT 'north', d.document_id, d.report_id, d.group_id, 'signed', 'ada' FROM reportlink.document d WHERE d.group_id IS NOT NULL;

INSERT INTO reportlink.publication (organization_id, group_id, report_id, document_id, state, publish_at, finished_at, requested_by)
SELECT 'north', d.group_id, d.report_id, d.document_id, 'executed', now(), now(), 'ada'
FROM reportlink.document d WHERE d.group_id IS NOT NULL;

INSERT INTO reportlink.event (organization_id, type, group_id, default_report_id, report_ids, linked_identifiers, actor, database_role, cluster_id)
SELECT 'north', t.type, o.group_id, o.first, o.report_ids, o.identifiers, 'ada', 'postgres', c.cluster_id
FROM old o, reportlink.cluster c,
	unnest('{report.linked,report.saved,report.signed,report.published}'::text[]) WITH ORDINALITY t (type, place)
ORDER BY o.group_id, t.place;

SET session_replication_role = origin;

-- The next number that no script has used; there are no more than these
CREATE SEQUENCE bench.patient_number MAXVALUE :patients;
CREATE SEQUENCE bench.big_number MAXVALUE :big;
CREATE SEQUENCE bench.order_number;

CREATE TABLE bench.fact AS
SELECT :patients::bigint * 8 AS small_reports, :patients * 8 + :big * 128 AS reports_before_old, :old AS old, bench.words(0, 4096) AS text;

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

-- one that is signed and published, and its first report
CREATE FUNCTION bench.spent_patient(OUT mrn text, OUT r1 bigint)
	LANGUAGE sql AS $$
	SELECT 'OLD-' || o.number, o.reports_before_old + o.number * 8 - 7
	FROM (SELECT 1 + floor(random() * f.old)::bigint AS number, f.reports_before_old FROM bench.fact f) o
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
