-- Groups of 2, 8, 80 and 1,000 reports: linked, merged, opened and unlinked as
-- any other. That the number of statements does not depend on the members is
-- in t/004_statements.pl.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(101);

-- Of each patient two times n reports, and one besides
CREATE TEMP TABLE made AS
SELECT n, 'P' || n AS mrn, pg_temp.new_reports('north', 'P' || n, 2 * n + 1) AS ids FROM unnest('{2,8,80,1000}'::int[]) n;
ALTER TABLE made ADD COLUMN half bigint[], ADD COLUMN other bigint[], ADD COLUMN one bigint[];
UPDATE made SET half = ids[1:n], other = ids[n + 1:2 * n], one = ids[2 * n + 1:];

CREATE FUNCTION pg_temp.reversed(ids bigint[]) RETURNS bigint[]
	LANGUAGE sql
	RETURN ARRAY(SELECT id FROM unnest(ids) WITH ORDINALITY u (id, place) ORDER BY place DESC);

-- Linked, in reverse order

CREATE TEMP TABLE linked AS
SELECT m.n, l.* FROM made m, reportlink_link('north', pg_temp.reversed(m.half), true, 'ada') l;

SELECT is(l.report_ids, pg_temp.reversed(m.half), format('%s linked: all of them, in request order', n)) FROM made m JOIN linked l USING (n);
SELECT is(l.default_report_id, m.half[n], format('%s linked: the first id given is the default', n)) FROM made m JOIN linked l USING (n);
SELECT is(pg_temp.linked_with(m.half[1]), pg_temp.reversed(m.half), format('%s linked: the rows say so', n)) FROM made m;
SELECT is((SELECT array_agg(r.link_position ORDER BY r.link_position) FROM reportlink.report r WHERE r.group_id = l.group_id), ARRAY(SELECT generate_series(1, n)),
	format('%s linked: positions 1 to %1$s', n)) FROM linked l;
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(id)) FROM unnest(m.half) id), '{draft ada drafting}'::text[], format('%s linked: one state', n)) FROM made m;
SELECT is((SELECT count(*) FROM reportlink.event e WHERE e.group_id = l.group_id), 3::bigint, format('%s linked: three events', n)) FROM linked l;
SELECT is((SELECT array_agg(DISTINCT cardinality(e.report_ids) || ' ' || jsonb_array_length(e.linked_identifiers)) FROM reportlink.event e WHERE e.group_id = l.group_id),
	ARRAY[n || ' ' || n], format('%s linked: each with all reports and their identifiers', n)) FROM linked l;

-- Merged with another group of n, and one more

CREATE TEMP TABLE other AS
SELECT m.n, l.group_id FROM made m, reportlink_link('north', m.other, true, 'ada') l;
CREATE TEMP TABLE merged AS
SELECT n, l.group_id AS old_group, o.group_id AS other_group, g.*
FROM made m JOIN linked l USING (n) JOIN other o USING (n),
	reportlink_link('north', ARRAY[m.one[1], m.other[1], m.half[1], m.other[2]], false, 'ada') g;
SELECT is(cardinality(g.report_ids), 2 * n + 1, format('%s and %1$s merged with one more: all of them', n)) FROM merged g;
SELECT is(g.report_ids[1:4], ARRAY[m.one[1], m.other[1], m.half[1], m.other[2]], format('%s merged: the ids given first', n)) FROM merged g JOIN made m USING (n);
SELECT is(g.report_ids[5:], m.other[3:] || array_remove(pg_temp.reversed(m.half), m.half[1]),
	format('%s merged: the rest by group as first named and old position', n)) FROM merged g JOIN made m USING (n);
SELECT is(pg_temp.linked_with(m.one[1]), g.report_ids, format('%s merged: the rows say so', n)) FROM merged g JOIN made m USING (n);
SELECT is((SELECT array_agg(x ORDER BY x) FROM unnest(g.merged_group_ids) x), ARRAY[g.old_group, g.other_group], format('%s merged: the old groups', n)) FROM merged g;
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(id)) FROM unnest(g.report_ids) id), '{draft ada drafting}'::text[], format('%s merged: one state', n)) FROM merged g;
SELECT is((SELECT count(*) FROM reportlink_linked_reports('north', m.half[1])), 2 * n + 1::bigint, format('%s merged: the sidebar shows all', n)) FROM made m;
SELECT is((SELECT report_count FROM reportlink.worklist w WHERE w.group_id = g.group_id), 2 * n + 1, format('%s merged: one row of the worklist', n)) FROM merged g;

-- Given away and closed

SELECT is((reportlink_assign('north', m.half[1], 'rex', 'ada')).owner_id, 'rex', format('%s: given to rex', n)) FROM made m;
SELECT is((SELECT count(*) FROM reportlink.report r WHERE r.group_id = g.group_id AND r.owner_id = 'rex' AND NOT r.drafting), 2 * n + 1::bigint, format('%s: all of them', n)) FROM merged g;

-- Half leave, the rest too

CREATE TEMP TABLE unlinked AS
SELECT m.n, u.* FROM made m, reportlink_unlink('north', m.half, false, 'rex') WITH ORDINALITY u (report_id, group_id, document_id, status, owner_id, group_dissolved, place);
SELECT is((SELECT array_agg(u.report_id ORDER BY u.place) FROM unlinked u WHERE u.n = m.n), m.half, format('%s unlinked: a row each, in request order', n)) FROM made m;
SELECT is((SELECT array_agg(DISTINCT concat_ws(' ', u.status, u.owner_id, u.group_dissolved)) FROM unlinked u WHERE u.n = m.n), '{draft rex f}'::text[], format('%s unlinked: they keep the state, the group lasts', n)) FROM made m;
SELECT is(pg_temp.linked_with(m.one[1]), m.one || m.other, format('%s unlinked: the others stay, in their order', n)) FROM made m;
SELECT is((SELECT count(*) FROM reportlink.report r WHERE r.report_id = ANY (m.half) AND r.group_id IS NULL), n::bigint, format('%s unlinked: in no group', n)) FROM made m;
SELECT is((SELECT cardinality(e.report_ids) || ' left, ' || jsonb_array_length(e.data -> 'remaining_report_ids') || ' stayed'
		FROM reportlink.event e WHERE e.type = 'report.unlinked' AND e.group_id = g.group_id), format('%s left, %s stayed', n, n + 1), format('%s unlinked: one event', n)) FROM merged g;
CREATE TEMP TABLE rest AS
SELECT m.n, u.* FROM made m, reportlink_unlink('north', m.other, true, 'rex') u;
SELECT is((SELECT count(*) FROM rest r WHERE r.n = m.n AND r.group_dissolved AND r.status = 'unread' AND r.owner_id IS NULL), n::bigint,
	format('%s discarded: unread, nobody''s, the group dissolves', n)) FROM made m;
SELECT is((SELECT count(*) FROM reportlink.report r WHERE r.mrn = m.mrn AND r.group_id IS NOT NULL), 0::bigint, format('%s: nobody is linked', n)) FROM made m;
SELECT is((SELECT pg_temp.state_of(m.one[1])), 'draft rex', format('%s: the last one keeps its state', n)) FROM made m;
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');

SELECT finish();
ROLLBACK;
