-- Which text is in force after linking (section 3): that of the group joined,
-- else of the first report; blank never replaces text; what is no longer in
-- force is named.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(51);

CREATE FUNCTION pg_temp.link(VARIADIC ids bigint[]) RETURNS bigint[]
	LANGUAGE sql
	RETURN (reportlink_link('north', ids, false, 'ada')).superseded_document_ids;

-- None is in a group: the first id given has it
SELECT pg_temp.restored_report('north', 'P1', 'A1', 'liver') AS a1,
	pg_temp.restored_report('north', 'P1', 'A2', 'spleen') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3 \gset
SELECT pg_temp.document_of(:a1) AS d1, pg_temp.document_of(:a2) AS d2 \gset
SELECT is(pg_temp.link(:a2, :a1, :a3), ARRAY[:d1]::bigint[],
	'the document that says something else is superseded, the chosen one and no document are not');
SELECT is(pg_temp.text_of(:a2), 'spleen', 'the first id given: its text is in force');
SELECT is(pg_temp.text_of(:a1), 'spleen', 'so it is for the one whose own text lost');
SELECT is(pg_temp.text_of(:a3), 'spleen', 'and for the one that had none');
SELECT is((SELECT document_id FROM reportlink.report_group g WHERE default_report_id = :a2), :d2::bigint,
	'the group points at that document');
SELECT is((SELECT array_agg(document_id ORDER BY report_id) FROM reportlink.report WHERE mrn = 'P1'),
	ARRAY[:d1, :d2, NULL]::bigint[], 'each report''s own document stays its own, untouched');
SELECT is((SELECT count(*) FROM reportlink.document), 2::bigint, 'linking copies no text');

-- Blank never replaces text
SELECT pg_temp.new_report('north', 'P2', 'B1') AS b1,
	pg_temp.restored_report('north', 'P2', 'B2', '') AS b2,
	pg_temp.restored_report('north', 'P2', 'B3', 'kidney') AS b3,
	pg_temp.restored_report('north', 'P2', 'B4', 'bladder') AS b4 \gset
SELECT pg_temp.document_of(:b3) AS d3 \gset
SELECT is(pg_temp.link(:b1, :b2, :b4, :b3), ARRAY[:d3]::bigint[],
	'the first is blank: the others but the chosen one are superseded, an empty document is not');
SELECT is(pg_temp.text_of(:b1), 'bladder', 'the first is blank: the first non-blank in request order is in force');

SELECT pg_temp.new_report('north', 'P3', 'C1') AS c1, pg_temp.new_report('north', 'P3', 'C2') AS c2,
	pg_temp.restored_report('north', 'P3', 'C3', 'heart') AS c3 \gset
SELECT is(pg_temp.link(:c1, :c2), '{}'::bigint[], 'all blank: nothing is superseded');
SELECT is(pg_temp.document_of(:c1), NULL::bigint, 'all blank: so is the group');
SELECT is(pg_temp.link(:c1, :c3), '{}'::bigint[], 'text joins a blank group: nothing is superseded');
SELECT is(pg_temp.text_of(:c2), 'heart', 'text joins a blank group: it is in force for all of it');

-- The group that is joined has it
SELECT pg_temp.restored_report('north', 'P3', 'C4', 'lung') AS c4 \gset
SELECT pg_temp.document_of(:c4) AS d4 \gset
SELECT is(pg_temp.link(:c4, :c2), ARRAY[:d4]::bigint[], 'joining: the text of who joins is superseded, also when named first');
SELECT is(pg_temp.text_of(:c4), 'heart', 'joining: the text of the group stays in force');
SELECT is((SELECT document_id FROM reportlink.report WHERE report_id = :c4), :d4::bigint,
	'joining: the own document waits untouched');

SELECT pg_temp.new_report('north', 'P3', 'C5') AS c5 \gset
SELECT is(pg_temp.link(:c5, :c4), '{}'::bigint[],
	'what a member brought is in force no more, and is not superseded once again');

-- Merging
SELECT pg_temp.restored_report('north', 'P4', 'D1', 'one') AS m1, pg_temp.new_report('north', 'P4', 'D2') AS m2,
	pg_temp.restored_report('north', 'P4', 'D3', 'two') AS n1, pg_temp.new_report('north', 'P4', 'D4') AS n2,
	pg_temp.new_report('north', 'P4', 'D5') AS o1, pg_temp.new_report('north', 'P4', 'D6') AS o2,
	pg_temp.restored_report('north', 'P4', 'D7', 'three') AS p1 \gset
SELECT pg_temp.document_of(:m1) AS dm, pg_temp.document_of(:n1) AS dn, pg_temp.document_of(:p1) AS dp \gset
SELECT pg_temp.link(:m1, :m2) AS ignored, pg_temp.link(:n1, :n2) AS ignored2, pg_temp.link(:o1, :o2) AS ignored3 \gset
SELECT set_eq(
	format('SELECT unnest(pg_temp.link(%s, %s, %s, %s, %s))', :o2::text, :n2::text, :p1::text, :m2::text, :n1::text),
	ARRAY[:dm, :dp]::bigint[],
	'merging: every other text that was in force is superseded, once, also where a blank member was named');
SELECT is(pg_temp.text_of(:o1), 'two', 'merging: the first id given is in a blank group, the next one that has text wins');
SELECT is(pg_temp.text_of(:p1), 'two', 'merging: it is in force for who was in no group too');
SELECT is((SELECT array_agg(document_id) FROM reportlink.report_group WHERE mrn = 'P4' AND closed_at IS NOT NULL
		AND document_id IS NOT NULL),
	ARRAY[:dm, :dn]::bigint[], 'merging: the groups that end still tell their text');

SELECT pg_temp.restored_report('north', 'P5', 'E1', 'first') AS e1, pg_temp.new_report('north', 'P5', 'E2') AS e2,
	pg_temp.restored_report('north', 'P5', 'E3', 'second') AS e3, pg_temp.new_report('north', 'P5', 'E4') AS e4 \gset
SELECT pg_temp.document_of(:e1) AS de \gset
SELECT pg_temp.link(:e1, :e2) AS ignored, pg_temp.link(:e3, :e4) AS ignored2 \gset
SELECT is(pg_temp.link(:e4, :e2), ARRAY[:de]::bigint[], 'merging: the other group''s text is superseded');
SELECT is(pg_temp.text_of(:e2), 'second', 'merging: the text of the first id given is that of its group');

-- Superseded: only what says something else
SELECT pg_temp.restored_report('north', 'P6', 'F1', 'normal') AS f1, pg_temp.restored_report('north', 'P6', 'F2', 'normal') AS f2 \gset
SELECT is(pg_temp.link(:f1, :f2), '{}'::bigint[], 'a document with the same content is not superseded');

-- Every content column counts, for being blank and for being different

CREATE FUNCTION pg_temp.report_with(mrn text, accession text, content jsonb) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	report bigint := nextval(pg_get_serial_sequence('reportlink.report', 'report_id'));
	document bigint;
BEGIN
	INSERT INTO reportlink.document (organization_id, report_id, transcript, final_report,
		clinical_history, views, contrast, laterality, comparison, study_at)
	SELECT 'north', report, d.transcript, d.final_report, d.clinical_history, d.views, d.contrast,
		d.laterality, d.comparison, d.study_at
	FROM jsonb_populate_record(NULL::reportlink.document, content) d
	RETURNING document_id INTO document;
	INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number, document_id)
	OVERRIDING SYSTEM VALUE VALUES ('north', report, mrn, accession, document);
	RETURN report;
END
$$;

CREATE TEMP TABLE content (name text, sample jsonb, base jsonb);
INSERT INTO content
SELECT n, jsonb_build_object(n, CASE WHEN n = 'study_at' THEN '2026-01-02 03:04:05+00' ELSE 'x' END),
	CASE WHEN n = 'views' THEN '{"contrast": "none"}' ELSE '{"views": "two"}' END::jsonb
FROM unnest('{transcript,final_report,clinical_history,views,contrast,laterality,comparison,study_at}'::text[]) n;

SELECT set_eq(
	$$SELECT attname::text COLLATE "default" FROM pg_attribute
		WHERE attrelid = 'reportlink.document'::regclass AND attnum > 0 AND NOT attisdropped$$,
	$$SELECT name FROM content UNION ALL
		SELECT unnest('{organization_id,document_id,parent_id,report_id,group_id,blank,checkpoint,reason,base_status,saved_at,saved_by}'::text[])$$,
	'these are all the columns of content that there are');

SELECT isnt(
	pg_temp.document_of((reportlink_link('north', ARRAY[pg_temp.new_report('north', 'Q-' || name, '1'),
		pg_temp.report_with('Q-' || name, '2', sample)], false, 'ada')).default_report_id),
	NULL::bigint, format('a document with nothing but %s is not blank: it is taken instead of none', name))
FROM content;

SELECT is(
	pg_temp.link(pg_temp.report_with('R-' || name, '1', sample),
		pg_temp.report_with('R-' || name, '2', jsonb_build_object(name, ''))),
	'{}'::bigint[], format('a document with an empty %s is blank: it is not superseded', name))
FROM content WHERE name <> 'study_at';

SELECT is(
	array_length(pg_temp.link(pg_temp.report_with('S-' || name, '1', base),
		pg_temp.report_with('S-' || name, '2', base || sample)), 1),
	1, format('a document that differs in %s alone is superseded', name))
FROM content;

SELECT isnt(
	pg_temp.link(pg_temp.report_with('T', '1', '{"transcript": "x"}'), pg_temp.report_with('T', '2', '{"transcript": "X"}')),
	'{}'::bigint[], 'text is compared to the letter');
SELECT is(
	pg_temp.text_of((reportlink_link('north', ARRAY[pg_temp.restored_report('north', 'U', '1', E' \n'),
		pg_temp.restored_report('north', 'U', '2', 'text')], false, 'ada')).default_report_id),
	E' \n', 'white space is text: it is not blank');
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');

SELECT finish();
ROLLBACK;
