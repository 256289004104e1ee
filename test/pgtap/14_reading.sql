-- Reading (section 11): the sidebar, the dialog, find, and the views.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(105);

INSERT INTO reportlink.report (organization_id, mrn, accession_number, order_id, site_id, native_id, assigning_authority, study_name, created_at)
VALUES ('north', 'P1', 'A1', 'O1', 'S1', 'N1', 'AUTH', 'CT Chest', '2026-01-05') RETURNING report_id AS a1 \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number, site_id, study_name, created_at)
VALUES ('north', 'P1', 'A2', 'S2', 'CT Abdomen', '2026-01-03') RETURNING report_id AS a2 \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name, created_at)
VALUES ('north', 'P1', 'A3', 'CT Pelvis', '2026-01-04') RETURNING report_id AS a3 \gset
INSERT INTO reportlink.report (organization_id, mrn, accession_number, study_name, created_at)
VALUES ('north', 'P1', 'A4', 'MR Head', '2026-01-01') RETURNING report_id AS a4 \gset
SELECT pg_temp.new_report('north', 'P2', 'A1') AS other_patient, pg_temp.new_report('south', 'P1', 'A1') AS other_organization,
	pg_temp.new_report('north', NULL, 'A9') AS without_mrn \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a3, :a1, :a2], true, 'ada') \gset
SELECT pg_temp.events() AS ignored, pg_temp.digest() AS before \gset

-- reportlink_linked_reports: the sidebar

SELECT results_eq(format($$SELECT report_id FROM reportlink_linked_reports('north', %s)$$, :a1::text), ARRAY[:a3, :a1, :a2]::bigint[],
	'sidebar: all members, the one that was asked for too, in link order');
SELECT is((SELECT to_jsonb(l) FROM reportlink_linked_reports('north', :a2) l WHERE report_id = :a1),
	format('{"report_id": %s, "accession_number": "A1", "study_name": "CT Chest", "created_at": %s, "mrn": "P1", "order_id": "O1",
		"site_id": "S1", "native_id": "N1", "assigning_authority": "AUTH", "is_default": false}', :a1::text,
		to_jsonb('2026-01-05'::timestamptz))::jsonb, 'sidebar: accession, study name, created on, and the further identifiers');
SELECT is((SELECT array_agg(report_id) FROM reportlink_linked_reports('north', :a2) WHERE is_default), ARRAY[:a3]::bigint[], 'sidebar: one is the default');
SELECT is_empty(format($$SELECT * FROM reportlink_linked_reports('north', %s)$$, :a4::text), 'sidebar: no row for a report that is not linked');
SELECT is_empty(format($$SELECT * FROM reportlink_linked_reports('north', %s)$$, :without_mrn::text), 'sidebar: no row for one without MRN');

-- reportlink_linkable_reports: the dialog

SELECT results_eq(format($$SELECT report_id FROM reportlink_linkable_reports('north', %s)$$, :a1::text), ARRAY[:a4, :a2, :a3]::bigint[],
	'dialog: every other report of that MRN, by created_at');
SELECT is((SELECT to_jsonb(l) FROM reportlink_linkable_reports('north', :a4) l WHERE report_id = :a1),
	format('{"report_id": %s, "accession_number": "A1", "study_name": "CT Chest", "created_at": %s, "status": "draft", "owner_id": "ada",
		"group_id": %s, "linked": false, "linkable": true, "reason": null, "linkable_count": 3}', :a1::text, to_jsonb('2026-01-05'::timestamptz), :g::text)::jsonb,
	'dialog: state, group, whether it is linked and can be, and the count for the badge');
SELECT is((SELECT (linked, linkable, reason)::text FROM reportlink_linkable_reports('north', :a1) WHERE report_id = :a2), '(t,f,"already linked")',
	'dialog: what is linked already');
SELECT is((SELECT (linked, linkable, reason)::text FROM reportlink_linkable_reports('north', :a1) WHERE report_id = :a4), '(f,t,)', 'dialog: what can be linked');
SELECT is((SELECT array_agg(DISTINCT linkable_count) FROM reportlink_linkable_reports('north', :a1)), ARRAY[1]::bigint[], 'badge: how many can be linked, on every row');
SELECT is_empty(format($$SELECT * FROM reportlink_linkable_reports('north', %s)$$, :other_patient::text), 'dialog: no row for a patient with one report');
SELECT is_empty(format($$SELECT * FROM reportlink_linkable_reports('north', %s)$$, :without_mrn::text), 'dialog: no row for a report without MRN');
SELECT is_empty(format($$SELECT * FROM reportlink_linkable_reports('south', %s)$$, :other_organization::text),
	'dialog: reports of another organization with that MRN are not there');
SELECT is((SELECT (linkable, reason)::text FROM reportlink_linkable_reports('south', pg_temp.new_report('south', 'P1', 'A2')) WHERE report_id = :other_organization),
	'(t,)', 'dialog: that linking is switched off for interactive users is not a property of the reports');

-- The reasons, and that linking agrees with them for who may link whatever is owned by one
SELECT pg_temp.restored_report('north', 'R', 'self-' || s.status || coalesce(s.owner, ''), 'x', s.status, s.owner) AS self, s.n, s.status, s.owner
INTO TEMP self FROM (VALUES (1, 'unread', NULL), (2, 'draft', 'ada'), (3, 'draft', 'abe'), (4, 'signed', 'ada'), (5, 'addendum_prelim_signed', 'ada'), (6, 'cancelled', NULL)) s (n, status, owner);
CREATE FUNCTION pg_temp.reason(report bigint, other bigint) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT CASE WHEN l.linkable THEN 'linkable' ELSE l.reason END FROM reportlink_linkable_reports('north', report) l WHERE l.report_id = other;
	END;
CREATE TEMP TABLE reason AS
SELECT a.self, a.n AS self_n, b.self AS other, b.n AS other_n, format('%s of %s asks for %s of %s', a.status, coalesce(a.owner, 'nobody'), b.status, coalesce(b.owner, 'nobody')) AS what,
	CASE WHEN a.status = 'cancelled' THEN 'this report is cancelled'
		WHEN a.status NOT IN ('unread', 'draft') THEN 'this report is finalized'
		WHEN b.status = 'cancelled' THEN 'report is cancelled'
		WHEN b.status NOT IN ('unread', 'draft') THEN 'report is finalized'
		WHEN a.owner <> b.owner THEN 'owned by another user'
		ELSE 'linkable' END AS expected
FROM self a JOIN self b ON a.self <> b.self;
SELECT is(pg_temp.reason(self, other), expected, format('%s: %s', what, expected)) FROM reason;
SELECT is(pg_temp.tried(format($$SELECT reportlink_link('north', '{%s,%s}', false, 'adm')$$, self, other)) = 'done', expected = 'linkable',
	format('%s: reportlink_link() agrees', what)) FROM reason;
SELECT pg_temp.events() AS ignored \gset

-- reportlink_find

SELECT results_eq($$SELECT report_id FROM reportlink_find('north', 'P1')$$, ARRAY[:a1, :a2, :a3, :a4]::bigint[], 'find by MRN');
SELECT results_eq($$SELECT report_id FROM reportlink_find('north', accession_number => 'A1')$$, ARRAY[:a1, :other_patient]::bigint[], 'find by accession number, of any patient');
SELECT results_eq($$SELECT report_id FROM reportlink_find('north', 'P1', 'A1')$$, ARRAY[:a1]::bigint[], 'find by both');
SELECT results_eq($$SELECT report_id FROM reportlink_find('north', 'P1', NULL, 'S2')$$, ARRAY[:a2]::bigint[], 'find by MRN and site');
SELECT results_eq($$SELECT report_id FROM reportlink_find('south', NULL, 'A1', NULL)$$, ARRAY[:other_organization]::bigint[], 'find in the other organization: its own');
SELECT is_empty($$SELECT * FROM reportlink_find('north', 'P1', 'A1', 'S2')$$, 'find what there is not: no row');
SELECT is_empty($$SELECT * FROM reportlink_find('nowhere', 'P1')$$, 'find in an organization that there is not: no row');
SELECT is((SELECT to_jsonb(f) FROM reportlink_find('north', 'P1', 'A1') f),
	format('{"report_id": %s, "mrn": "P1", "accession_number": "A1", "site_id": "S1", "order_id": "O1", "native_id": "N1", "assigning_authority": "AUTH",
		"study_name": "CT Chest", "created_at": %s, "status": "draft", "owner_id": "ada", "group_id": %s, "is_default": false}',
		:a1::text, to_jsonb('2026-01-05'::timestamptz), :g::text)::jsonb, 'find: identifiers, study, state, group');

-- Refused

SELECT pg_temp.refused($$SELECT * FROM reportlink_find('north')$$, '22004 reportlink_find needs an MRN or an accession number', '22004: find by nothing');
SELECT pg_temp.refused($$SELECT * FROM reportlink_find('north', NULL, NULL, 'S1')$$, '22004 reportlink_find needs an MRN or an accession number', '22004: find by site alone');
SELECT pg_temp.refused($$SELECT * FROM reportlink_find(NULL, 'P1')$$, '22004 argument organization_id of reportlink_find must not be null', '22004: find in NULL');
SELECT pg_temp.refused(format('SELECT * FROM %s(''north'', NULL)', f), format('22004 argument report_id of %s must not be null', f), format('22004: %s of NULL', f))
FROM unnest('{reportlink_linked_reports,reportlink_linkable_reports}'::text[]) f;
SELECT pg_temp.refused(format('SELECT * FROM %s(''north'', %s)', f, id), 'RL002 report not found', format('RL002: %s of %s', f, what))
FROM unnest('{reportlink_linked_reports,reportlink_linkable_reports}'::text[]) f,
	(VALUES (999999999, 'an unknown id'), (0, '0'), (-1, '-1'), (:other_organization, 'another organization''s')) i (id, what);

-- View report_text

SELECT pg_temp.restored_report('north', 'P3', 'T1', 'shared') AS t1, pg_temp.restored_report('north', 'P3', 'T2', 'own') AS t2, pg_temp.new_report('north', 'P3', 'T3') AS t3 \gset
SELECT is(pg_temp.text_of(:t2), 'own', 'report_text: not linked, its own text is in force');
SELECT reportlink_link('north', ARRAY[:t1, :t2], false, 'ada') AS ignored \gset
SELECT is((SELECT array_agg(concat_ws(' ', accession_number, transcript, link_position, is_default) ORDER BY report_id) FROM reportlink.report_text WHERE mrn = 'P3'),
	ARRAY['T1 shared 1 t', 'T2 shared 2 f', 'T3 f'], 'report_text: every report with the text in force, its place and whether it is the default');

-- View worklist

SELECT is((SELECT (report_count, accession_numbers, study_names, status, owner_id, drafting)::text FROM reportlink.worklist WHERE group_id = :g),
	'(3,"{A3,A1,A2}","{""CT Pelvis"",""CT Chest"",""CT Abdomen""}",draft,ada,t)', 'worklist: a group is one row, with the numbers and studies of all in link order');
SELECT is((SELECT report_id FROM reportlink.worklist WHERE group_id = :g), :a3::bigint, 'worklist: by its default report');
SELECT is((SELECT created_at FROM reportlink.worklist WHERE group_id = :g), '2026-01-03'::timestamptz, 'worklist: as old as the oldest of it');
SELECT is((SELECT (report_id, report_count, accession_numbers)::text FROM reportlink.worklist WHERE organization_id = 'north' AND mrn = 'P1' AND group_id IS NULL),
	format('(%s,1,{A4})', :a4::text), 'worklist: a report that is not linked is one row');
SELECT pg_temp.restored_report('north', 'W', status, 'x', status) AS report, status INTO TEMP worked
FROM unnest('{unread,draft,prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) status;
SELECT is((SELECT array_agg(status::text ORDER BY status) FROM reportlink.worklist WHERE mrn = 'W'),
	ARRAY['addendum_prelim_signed', 'draft', 'prelim_signed', 'unread'], 'worklist: what is still to be read or signed');
SET LOCAL session_replication_role = replica;
UPDATE reportlink.report SET addendum_open = true WHERE mrn = 'W' AND status = 'signed';
SET LOCAL session_replication_role = origin;
SELECT is((SELECT count(*) FROM reportlink.worklist WHERE mrn = 'W' AND status = 'signed'), 1::bigint, 'worklist: also a signed report with an open addendum');

-- Reading changes nothing
SELECT count(*) AS ignored FROM reportlink_linked_reports('north', :a1), reportlink_linkable_reports('north', :a1), reportlink_find('north', 'P1') \gset
SELECT is(pg_temp.events(), ARRAY['linked'], 'reading records nothing');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
