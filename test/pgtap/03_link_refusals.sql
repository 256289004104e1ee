-- What linking refuses (section 3), in which words, and that nothing changes.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(44);

SELECT pg_temp.new_report('north', 'P1', 'A1') AS a1,
	pg_temp.new_report('north', 'P1', 'A2') AS a2,
	pg_temp.new_report('north', 'P1', 'A3') AS a3,
	pg_temp.new_report('north', 'P2', 'B1') AS b1,
	pg_temp.new_report('north', NULL, 'C1') AS without_mrn,
	pg_temp.restored_report('north', 'P1', 'D1', 'text', 'cancelled') AS cancelled,
	pg_temp.restored_report('north', 'P1', 'D2', 'text', 'signed', 'ada') AS signed,
	pg_temp.restored_report('north', 'P1', 'D3', 'text', 'draft', 'abe') AS of_abe,
	pg_temp.restored_report('north', 'P1', 'D4', 'text', 'draft', 'ada') AS of_ada,
	pg_temp.restored_report('north', 'P2', 'D5', 'text', 'signed', 'ada') AS signed_of_p2,
	pg_temp.new_report('south', 'P1', 'S1') AS s1,
	pg_temp.new_report('south', 'P1', 'S2') AS s2,
	pg_temp.restored_report('south', 'P1', 'S3', 'text', 'signed', 'ada') AS s_signed,
	pg_temp.restored_report('south', 'P1', 'S4', 'text', 'draft', 'abe') AS s_of_abe \gset
SELECT group_id AS g1 FROM reportlink_link('north', ARRAY[:a1, :a2], false, 'ada') \gset

CREATE FUNCTION pg_temp.linking(organization text, actor text, VARIADIC ids bigint[]) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_link(%L, %L::bigint[], true, %L)', organization, ids, actor);

-- RL001
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3),
	'RL001 at least two reports are required', 'RL001: one id');
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :a3, :a3),
	'RL001 at least two reports are required', 'RL001: one id, three times, is one report');
SELECT pg_temp.refused($$SELECT reportlink_link('north', '{}', true, 'ada')$$,
	'RL001 at least two reports are required', 'RL001: empty array');

-- RL002
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, 999999999),
	'RL002 report not found', 'RL002: an unknown id');
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, 0),
	'RL002 report not found', 'RL002: 0 is an unknown id like any other');
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, -1),
	'RL002 report not found', 'RL002: so is a negative one');
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :s1),
	'RL002 report not found', 'RL002: the id of another organization, in the same words');
SELECT is(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :s1)),
	replace(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, 999999999)), '999999999', :s1::text),
	'RL002: DETAIL has the id that was given, and nothing that tells one from the other');

-- RL003
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :without_mrn),
	'RL003 report has no MRN', 'RL003: one has none');
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :without_mrn, :a3),
	'RL003 report has no MRN', 'RL003: also when it is named first');
SELECT matches(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :without_mrn)), :without_mrn::text,
	'RL003: DETAIL has its id');

-- RL004
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :b1), 'RL004 MRNs differ', 'RL004: two patients');
SELECT matches(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :b1)), :b1::text, 'RL004: DETAIL has the id');
SELECT doesnt_match(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :b1)), 'P[12]',
	'RL004: DETAIL has ids, not MRNs');

-- RL005
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :cancelled),
	'RL005 cancelled report cannot be linked', 'RL005: a cancelled report');
SELECT matches(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :cancelled)), :cancelled::text,
	'RL005: DETAIL has its id');

-- RL006
SELECT pg_temp.restored_report('north', 'P6', 'E-' || s, 'text', s, 'ada') AS report, s AS status
INTO TEMP past_draft
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed}'::text[]) s;
SELECT pg_temp.refused(
	pg_temp.linking('north', 'ada', pg_temp.new_report('north', 'P6', 'F-' || status), report),
	'RL006 report is finalized', format('RL006: status %s is past draft', status))
FROM past_draft;
SELECT pg_temp.new_reports('north', 'P6', 2) AS e \gset
SELECT (:'e'::bigint[])[1] AS e1 \gset
SELECT reportlink_link('north', :'e', false, 'ada') AS ignored \gset
SELECT pg_temp.put_status(:e1, 'prelim_signed') AS ignored \gset
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', pg_temp.new_report('north', 'P6', 'F'), :e1),
	'RL006 report is finalized', 'RL006: the group it is in is past draft');
SELECT matches(pg_temp.detail(pg_temp.linking('north', 'adm', :a3, :signed)), :signed::text,
	'RL006: DETAIL has the id, whoever links');

-- RL007
SELECT pg_temp.refused(pg_temp.linking('south', 'ada', :s1, :s2),
	'RL007 linking is disabled', 'RL007: the organization has not switched linking on');

-- RL008
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a3, :of_abe),
	'RL008 report not owned by user', 'RL008: one is owned by another');
SELECT matches(pg_temp.detail(pg_temp.linking('north', 'ada', :a3, :of_abe)), format('\m%s\M.*"ada"', :of_abe::text),
	'RL008: DETAIL has its id and who the user is');
SELECT pg_temp.refused(pg_temp.linking('north', 'adm', :of_ada, :of_abe),
	'RL008 report not owned by user', 'RL008: two owners, for an administrator too');
SELECT throws_matching(pg_temp.linking('north', 'adm', :of_ada, :of_abe), 'not owned',
	'two owners: the call ends in that error');
SELECT matches(pg_temp.hint(pg_temp.linking('north', 'hl7', :of_ada, :of_abe)), 'unassign',
	'RL008: two owners, the hint is to unassign first');

-- RL009
SELECT pg_temp.refused(pg_temp.linking('north', 'ada', :a2, :a1),
	'RL009 all specified reports are already linked', 'RL009: all of them are in one group');

-- 22004
SELECT pg_temp.refused($$SELECT reportlink_link('north', NULL, true, 'ada')$$,
	'22004 argument report_ids of reportlink_link must not be null', '22004: NULL array');
SELECT pg_temp.refused($$SELECT reportlink_link(NULL, '{1,2}', true, 'ada')$$,
	'22004 argument organization_id of reportlink_link must not be null', '22004: NULL organization');
SELECT pg_temp.refused(format($$SELECT reportlink_link('north', '{%s,NULL}', true, 'ada')$$, :a3::text),
	'22004 argument report_ids of reportlink_link must not contain null', '22004: NULL element');

-- The order of the checks: of two reasons to refuse, the one that is listed first is reported.
-- Each line has the reason of its row and the reason of the next.
SELECT is(left(pg_temp.outcome(statement), 5), code, format('%s goes before %s', code, later))
FROM (VALUES
	(1, '22004', 'RL012', $$SELECT reportlink_link('north', NULL)$$),
	(2, 'RL013', 'RL014', pg_temp.linking('north', 'nobody', :a3)),
	(3, 'RL014', 'RL001', pg_temp.linking('north', 'dot', :a3)),
	(4, 'RL001', 'RL002', pg_temp.linking('north', 'ada', 999999999)),
	(5, 'RL002', 'RL003', pg_temp.linking('north', 'ada', :without_mrn, 999999999)),
	(6, 'RL003', 'RL004', pg_temp.linking('north', 'ada', :a3, :b1, :without_mrn)),
	(7, 'RL004', 'RL005', pg_temp.linking('north', 'ada', :b1, :cancelled)),
	(8, 'RL005', 'RL006', pg_temp.linking('north', 'ada', :signed, :cancelled)),
	(9, 'RL006', 'RL007', pg_temp.linking('south', 'ada', :s1, :s_signed)),
	(10, 'RL007', 'RL008', pg_temp.linking('south', 'ada', :s1, :s_of_abe)),
	(11, 'RL008', 'RL009', format($$SELECT reportlink_assign('north', %s, 'abe', 'adm'); %s$$, :a1::text,
		pg_temp.linking('north', 'ada', :a1, :a2)))
) t (n, code, later, statement) ORDER BY n;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
