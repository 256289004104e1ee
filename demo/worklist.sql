-- The worklist of the demo: three organizations, their people and about 2,000
-- orders of two weeks. Everything is made here from a fixed seed, so that every
-- run has the same orders with the same ids; no patient exists.
--
-- It is loaded as a migration from an older system would be: by the owner of
-- the tables, who alone may give reports an id, a status, an owner and a text.

BEGIN;

-- 0 .. sides - 1, always the same for the same question
CREATE FUNCTION pg_temp.dice(question text, n bigint, sides integer) RETURNS integer
	LANGUAGE sql IMMUTABLE
	RETURN ('x' || substr(md5('reportlink ' || question || ' ' || n), 1, 7))::bit(28)::integer % sides;

INSERT INTO reportlink.organization
		(organization_id, name, linking_enabled, notify_previous_owner, addendum_header) VALUES
	('lakeside', 'Lakeside Regional Medical Center', true, true, 'ADDENDUM'),
	('harbor', 'Harbor Imaging Partners', true, false, NULL),
	('prairie', 'Prairie Community Hospital', false, false, NULL);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES
	('lakeside', 'okafor', 'attending'),
	('lakeside', 'lindqvist', 'attending'),
	('lakeside', 'park', 'resident'),
	('lakeside', 'meyer', 'drafter'),
	('lakeside', 'sanchez', 'administrator'),
	('lakeside', 'ris', 'integration'),
	('harbor', 'tanaka', 'attending'),
	('harbor', 'ris', 'integration'),
	('prairie', 'abbott', 'attending'),
	('prairie', 'ris', 'integration');

-- reportlink.report is an ordinary table: a site adds the columns that it needs
ALTER TABLE reportlink.report ADD COLUMN visit_number text;
COMMENT ON COLUMN reportlink.report.visit_number IS 'encounter of the order (a column of this site)';

-- What is ordered together, how often in a hundred visits of the organization,
-- and how many of the studies (from the first) an order set has.
CREATE TEMPORARY TABLE order_set (
	organization_id text,
	share integer,
	fewest integer,
	studies text[]
);
INSERT INTO order_set VALUES
	('lakeside', 12, 3, ARRAY[
		'CT Chest with Contrast', 'CT Abdomen with Contrast', 'CT Pelvis with Contrast']),
	('lakeside', 9, 3, ARRAY[
		'CT Head without Contrast', 'CT Cervical Spine without Contrast', 'CT Chest with Contrast',
		'CT Abdomen and Pelvis with Contrast', 'XR Pelvis 1 View', 'XR Femur 2 Views Left']),
	('lakeside', 7, 2, ARRAY[
		'MR Brain with and without Contrast', 'MR Angiography Head without Contrast']),
	('lakeside', 9, 2, ARRAY[
		'XR Chest Portable', 'XR Chest Portable Follow-up', 'XR Abdomen Portable']),
	('lakeside', 63, 1, NULL),
	('harbor', 24, 2, ARRAY[
		'MG Diagnostic Mammography Bilateral', 'US Breast Right', 'US Breast Left']),
	('harbor', 10, 2, ARRAY[
		'MR Cervical Spine without Contrast', 'MR Thoracic Spine without Contrast',
		'MR Lumbar Spine without Contrast']),
	('harbor', 5, 2, ARRAY['US Thyroid', 'US Soft Tissue Neck']),
	('harbor', 61, 1, NULL),
	('prairie', 12, 3, ARRAY[
		'CT Chest with Contrast', 'CT Abdomen with Contrast', 'CT Pelvis with Contrast']),
	('prairie', 8, 2, ARRAY[
		'XR Hand 3 Views Right', 'XR Wrist 3 Views Right', 'XR Forearm 2 Views Right',
		'XR Elbow 3 Views Right']),
	('prairie', 80, 1, NULL);

CREATE TEMPORARY TABLE single_study (organization_id text, studies text[]);
INSERT INTO single_study VALUES
	('lakeside', ARRAY[
		'XR Chest 2 Views', 'XR Chest Portable', 'XR Chest 2 Views Follow-up',
		'CT Head without Contrast', 'CT Angiography Chest', 'US Abdomen Limited', 'US Renal',
		'XR Knee 3 Views Left', 'XR Knee 3 Views Right', 'XR Hip 2 Views Right',
		'XR Ankle 3 Views Left', 'CT Sinuses without Contrast', 'US Venous Doppler Leg Left',
		'MR Knee without Contrast Right', 'NM Bone Scan Whole Body']),
	('harbor', ARRAY[
		'MG Screening Mammography Bilateral', 'MG Screening Mammography Bilateral',
		'XR Chest 2 Views', 'DXA Bone Density', 'US Pelvis Complete', 'US Thyroid',
		'MR Shoulder without Contrast Left', 'MR Knee without Contrast Left',
		'CT Chest Low Dose Screening', 'XR Foot 3 Views Right']),
	('prairie', ARRAY[
		'XR Chest 2 Views', 'XR Chest 2 Views Follow-up', 'XR Ankle 3 Views Right',
		'XR Lumbar Spine 3 Views', 'US Abdomen Complete', 'US Obstetric',
		'CT Head without Contrast', 'XR Shoulder 2 Views Right']);

-- 1,230 visits; two in five are of a patient who came before
CREATE TEMPORARY TABLE visit AS
	SELECT v.visit, v.organization_id, v.arrived_at, s.fewest, s.studies,
		CASE v.organization_id
			WHEN 'lakeside' THEN lpad((410000 + 7 * v.patient)::text, 8, '0')
			WHEN 'harbor' THEN 'H-' || (204000 + 3 * v.patient)
			ELSE 'P' || lpad((81000 + v.patient)::text, 6, '0')
		END AS mrn
	FROM (
		SELECT n AS visit, o.organization_id, pg_temp.dice('order set', n, 100) AS roll,
			pg_temp.dice('patient', n, o.patients) AS patient,
			timestamptz '2026-11-02 06:00-06'
				+ pg_temp.dice('arrival', n, 14 * 24 * 60) * interval '1 minute' AS arrived_at
		FROM generate_series(1, 1230) n
		CROSS JOIN LATERAL (
			SELECT * FROM (VALUES (52, 'lakeside', 600), (82, 'harbor', 400), (100, 'prairie', 240))
				AS o (below, organization_id, patients)
			WHERE pg_temp.dice('organization', n, 100) < o.below ORDER BY o.below LIMIT 1) o
	) v
	JOIN (
		SELECT *, sum(share) OVER sets - share AS first_roll, sum(share) OVER sets AS end_roll
		FROM order_set WINDOW sets AS (PARTITION BY organization_id ORDER BY share, studies)
	) s ON s.organization_id = v.organization_id AND v.roll >= s.first_roll AND v.roll < s.end_roll;

CREATE TEMPORARY TABLE placed_order AS
	SELECT v.visit, v.organization_id, v.mrn, x.study_name,
		v.arrived_at + (x.place - 1) * interval '2 minutes' AS created_at,
		array_length(v.studies, 1) IS NULL AS single
	FROM visit v
	JOIN single_study one USING (organization_id)
	CROSS JOIN LATERAL (
		SELECT one.studies[1 + pg_temp.dice('study', v.visit, array_length(one.studies, 1))], 1
		WHERE v.studies IS NULL
		UNION ALL
		SELECT s.name, s.place::integer FROM unnest(v.studies) WITH ORDINALITY s (name, place)
		WHERE s.place <= v.fewest + pg_temp.dice('more', v.visit, array_length(v.studies, 1) - v.fewest + 1)
	) x (study_name, place);

-- Ids 1 to 10 are kept for the patients of the story.
CREATE TEMPORARY TABLE imported AS
	SELECT 10 + row_number() OVER (ORDER BY created_at, visit, study_name) AS report_id,
		row_number() OVER (PARTITION BY organization_id ORDER BY created_at, visit, study_name) AS number,
		CASE WHEN single THEN pg_temp.dice('state', visit, 100) ELSE 99 END AS state,
		*
	FROM placed_order;

-- Of the single studies 6 % are signed, 4 % in draft, 2 % cancelled.
INSERT INTO reportlink.document
		(organization_id, document_id, report_id, transcript, final_report, saved_at, saved_by)
	OVERRIDING SYSTEM VALUE
	SELECT i.organization_id, i.report_id, i.report_id, 'Normal ' || i.study_name || '.',
		CASE WHEN i.state < 6 THEN 'IMPRESSION: Normal ' || i.study_name || '.' END,
		i.created_at + interval '1 hour', m.user_id
	FROM imported i
	JOIN (SELECT organization_id, min(user_id) AS user_id FROM reportlink.member
		WHERE role = 'attending' GROUP BY organization_id) m USING (organization_id)
	WHERE i.state < 10;

INSERT INTO reportlink.report
		(organization_id, report_id, mrn, accession_number, native_id, assigning_authority, order_id,
		site_id, study_name, created_at, status, owner_id, signed_at, document_id, visit_number)
	OVERRIDING SYSTEM VALUE
	SELECT i.organization_id, i.report_id, i.mrn,
		CASE i.organization_id
			WHEN 'lakeside' THEN split_part(i.study_name, ' ', 1) || '-26-' || (120000 + i.number)
			WHEN 'harbor' THEN 'HIP' || to_char(i.created_at AT TIME ZONE 'America/Chicago', 'YYMMDD')
				|| lpad(i.number::text, 4, '0')
			ELSE (70410000 + i.number)::text
		END,
		CASE i.organization_id WHEN 'lakeside' THEN (88100000 + 13 * i.number)::text
			WHEN 'harbor' THEN 'A' || (5200 + i.number) END,
		CASE i.organization_id WHEN 'lakeside' THEN 'LRMC&2.16.840.1.113883.19.5.1&ISO'
			WHEN 'harbor' THEN 'HIP&2.16.840.1.113883.19.5.2&ISO' END,
		CASE i.organization_id WHEN 'lakeside' THEN 'ORD' || (4410000 + i.number)
			WHEN 'prairie' THEN 'P26-' || lpad(i.number::text, 5, '0') END,
		CASE i.organization_id
			WHEN 'lakeside' THEN (ARRAY['MAIN', 'ED', 'WEST'])[1 + pg_temp.dice('site', i.visit, 3)]
			WHEN 'harbor' THEN (ARRAY['PIER4', 'HILL'])[1 + pg_temp.dice('site', i.visit, 2)]
			ELSE 'PCH'
		END,
		i.study_name, i.created_at,
		CASE WHEN i.state < 6 THEN 'signed' WHEN i.state < 10 THEN 'draft'
			WHEN i.state < 12 THEN 'cancelled' ELSE 'unread' END,
		d.saved_by,
		CASE WHEN i.state < 6 THEN d.saved_at END,
		d.document_id,
		upper(left(i.organization_id, 1)) || (300000 + i.visit)
	FROM imported i
	LEFT JOIN reportlink.document d USING (organization_id, report_id)
	ORDER BY i.report_id;

-- The patient of the story: today's CT of chest, abdomen and pelvis, and what
-- else there is. A resident dictated into the abdomen and gave it back.
INSERT INTO reportlink.document
		(organization_id, document_id, report_id, transcript, final_report, saved_at, saved_by)
	OVERRIDING SYSTEM VALUE VALUES
	('lakeside', 2, 2, 'Liver, spleen, adrenals unremarkable.', NULL, '2026-11-16 08:05-06', 'park'),
	('lakeside', 5, 5, NULL, 'IMPRESSION: No pulmonary nodule.', '2026-03-12 15:40-05', 'okafor'),
	('lakeside', 7, 7, 'Gallbladder without stones.', NULL, '2026-11-16 08:20-06', 'lindqvist');
INSERT INTO reportlink.report
		(organization_id, report_id, mrn, accession_number, native_id, assigning_authority, order_id,
		site_id, study_name, created_at, status, owner_id, signed_at, document_id, visit_number)
	OVERRIDING SYSTEM VALUE
	SELECT 'lakeside', s.report_id, '00417736', s.accession_number, s.native_id,
		'LRMC&2.16.840.1.113883.19.5.1&ISO', s.order_id, s.site_id, s.study_name, s.created_at,
		s.status, s.owner_id, s.signed_at, s.document_id, s.visit_number
	FROM (VALUES
		(1, 'CT-26-130417', '88240101', 'ORD4490417', 'MAIN', 'CT Chest with Contrast',
			timestamptz '2026-11-16 07:30-06', 'unread', NULL, NULL::timestamptz, NULL::bigint, 'L390001'),
		(2, 'CT-26-130418', '88240114', 'ORD4490418', 'MAIN', 'CT Abdomen with Contrast',
			'2026-11-16 07:32-06', 'draft', NULL, NULL, 2, 'L390001'),
		(3, 'CT-26-130419', '88240127', 'ORD4490419', 'MAIN', 'CT Pelvis with Contrast',
			'2026-11-16 07:34-06', 'unread', NULL, NULL, NULL, 'L390001'),
		(4, 'XR-26-129951', '88234940', 'ORD4489951', 'ED', 'XR Chest Portable',
			'2026-11-12 22:10-06', 'unread', NULL, NULL, NULL, 'L389640'),
		(5, 'CT-26-031882', '87011460', 'ORD4391882', 'WEST', 'CT Chest with Contrast',
			'2026-03-12 09:15-05', 'signed', 'okafor', '2026-03-12 15:40-05', 5, 'L291177'),
		(6, 'CT-26-130411', '88240023', 'ORD4490411', 'MAIN', 'CT Abdomen with Contrast',
			'2026-11-16 07:05-06', 'cancelled', NULL, NULL, NULL, 'L390001'),
		(7, 'US-26-130402', '88239906', 'ORD4490402', 'ED', 'US Abdomen Limited',
			'2026-11-16 06:20-06', 'draft', 'lindqvist', NULL, 7, 'L389998')
	) AS s (report_id, accession_number, native_id, order_id, site_id, study_name,
		created_at, status, owner_id, signed_at, document_id, visit_number);

-- The patient of the resident's day, three studies of one encounter
INSERT INTO reportlink.report
		(organization_id, report_id, mrn, accession_number, native_id, assigning_authority, order_id,
		site_id, study_name, created_at, visit_number)
	OVERRIDING SYSTEM VALUE VALUES
	('lakeside', 8, '00418302', 'MR-26-130425', '88240218', 'LRMC&2.16.840.1.113883.19.5.1&ISO',
		'ORD4490425', 'MAIN', 'MR Brain with and without Contrast', '2026-11-16 08:30-06', 'L390002'),
	('lakeside', 9, '00418302', 'MR-26-130426', '88240231', 'LRMC&2.16.840.1.113883.19.5.1&ISO',
		'ORD4490426', 'MAIN', 'MR Angiography Head without Contrast', '2026-11-16 08:31-06', 'L390002'),
	('lakeside', 10, '00418302', 'MR-26-130427', '88240244', 'LRMC&2.16.840.1.113883.19.5.1&ISO',
		'ORD4490427', 'MAIN', 'MR Cervical Spine without Contrast', '2026-11-16 08:32-06', 'L390002');

-- Who signed what was signed
INSERT INTO reportlink.signature (organization_id, document_id, report_id, status, signed_by, signed_at)
	SELECT organization_id, document_id, report_id, status, owner_id, signed_at
	FROM reportlink.report WHERE status = 'signed' ORDER BY signed_at, report_id;

SELECT setval(pg_get_serial_sequence('reportlink.report', 'report_id'), max(report_id))
	FROM reportlink.report;
SELECT setval(pg_get_serial_sequence('reportlink.document', 'document_id'), max(document_id))
	FROM reportlink.document;

COMMIT;

VACUUM ANALYZE reportlink.report, reportlink.document, reportlink.signature, reportlink.patient;
