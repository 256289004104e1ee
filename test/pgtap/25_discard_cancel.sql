-- Discarding and cancelling (section 4): which text is in force afterwards, who
-- leaves the group and who stays, who may, and what is recorded.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(1130);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES
	('north', 'ray', 'resident'), ('north', 'dan', 'drafter');

CREATE FUNCTION pg_temp.discarding(report bigint, actor text DEFAULT 'ada', unassign boolean DEFAULT false) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_discard(%L, %s, %L, %L)', 'north', report, unassign, actor);
CREATE FUNCTION pg_temp.cancelling(report bigint, actor text DEFAULT 'ada', whole_group boolean DEFAULT false) RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_cancel(%L, %s, %L, %L)', 'north', report, whole_group, actor);
CREATE FUNCTION pg_temp.save(report bigint, transcript text, checkpoint boolean DEFAULT true, actor text DEFAULT 'ada') RETURNS bigint
	LANGUAGE sql
	RETURN reportlink_save('north', report, jsonb_build_object('transcript', transcript), NULL, checkpoint, actor);

-- A report that its owner has open, with these texts: checkpoints, those that begin with ~ autosaves
CREATE FUNCTION pg_temp.dictated(mrn text, texts text[], owner text DEFAULT 'ada') RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	report bigint := pg_temp.new_report('north', mrn, mrn || ' alone');
	t text;
BEGIN
	PERFORM reportlink_open('north', report, owner);
	FOREACH t IN ARRAY texts LOOP
		PERFORM pg_temp.save(report, t, t NOT LIKE '~%', owner);
	END LOOP;
	PERFORM pg_temp.events();
	RETURN report;
END
$$;

-- So many linked reports that an owner has open, with a shared text; the second one had a text of its own
CREATE FUNCTION pg_temp.linked(mrn text, size int, owner text DEFAULT 'ada') RETURNS bigint[]
	LANGUAGE plpgsql
AS $$
DECLARE
	ids bigint[] := pg_temp.new_reports('north', mrn, size);
BEGIN
	PERFORM reportlink_open('north', ids[2], owner), pg_temp.save(ids[2], 'its own', true, owner);
	PERFORM reportlink_link('north', ids, true, owner), pg_temp.save(ids[1], 'shared', true, owner);
	PERFORM pg_temp.events();
	RETURN ids;
END
$$;

-- State, text and number of linked reports of each, in the order given
CREATE FUNCTION pg_temp.each_is(VARIADIC ids bigint[]) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(concat_ws(' ', pg_temp.state_of(i.id), quote_literal(pg_temp.text_of(i.id)), 'of ' || cardinality(pg_temp.linked_with(i.id))) ORDER BY i.place)
		FROM unnest(ids) WITH ORDINALITY i (id, place);
	END;
CREATE FUNCTION pg_temp.group_of(report bigint) RETURNS bigint
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT r.group_id FROM reportlink.report r WHERE r.report_id = report;
	END;
-- What was ever in force for a report, oldest first
CREATE FUNCTION pg_temp.texts(report bigint) RETURNS text[]
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT array_agg(d.transcript ORDER BY h.document_id)
		FROM reportlink_history('north', report) h
		JOIN reportlink.document d ON d.organization_id = 'north' AND d.document_id = h.document_id;
	END;

-- Discarding what is not linked: back to the last checkpoint

CREATE TEMP TABLE discarded (n int, what text, texts text[], status text, text_of_it text);
INSERT INTO discarded VALUES
	(1, 'nothing dictated',                          '{}',                     'unread', NULL),
	(2, 'a checkpoint',                              '{one}',                  'draft',  'one'),
	(3, 'autosaves after a checkpoint',              '{one,~two,~three}',      'draft',  'one'),
	(4, 'autosaves only',                            '{~one,~two}',            'unread', NULL),
	(5, 'an autosave, a checkpoint, an autosave',    '{~one,two,~three}',      'draft',  'two'),
	(6, 'two checkpoints and an autosave',           '{one,two,~three}',       'draft',  'two'),
	(7, 'a checkpoint after autosaves',              '{one,~two,three}',       'draft',  'three'),
	(8, 'a blank checkpoint and an autosave',        '{"",~one}',              'unread', ''),
	(9, 'emptied by a checkpoint, then an autosave', '{one,"",~two}',          'unread', '');
CREATE FUNCTION pg_temp.discard_alone(d discarded, unassign boolean) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('discard%s, %s: ', CASE WHEN unassign THEN ' with unassign' ELSE '' END, d.what);
	r bigint := pg_temp.dictated(format('alone %s %s', d.n, unassign), d.texts);
	versions bigint := (SELECT count(*) FROM reportlink.document WHERE report_id = r);
	before bigint := pg_temp.document_of(r);
	back bigint := (SELECT max(document_id) FROM reportlink.document WHERE report_id = r AND checkpoint);
	owner text := CASE WHEN NOT unassign THEN 'ada' END;
	e reportlink.event;
BEGIN
	RETURN NEXT is(reportlink_discard('north', r, unassign, 'ada')::text, format('(%s,,%s,%s,%s)', r, d.status, owner, back),
		what || 'report_id, group_id, status, owner_id, document_id');
	RETURN NEXT is(pg_temp.each_is(r), ARRAY[concat_ws(' ', d.status, coalesce(owner, '-'), quote_literal(d.text_of_it))], what || 'state and text');
	RETURN NEXT is(pg_temp.events(), CASE WHEN unassign THEN '{owner_changed,discarded}' ELSE '{discarded}' END::text[], what || 'events');
	e := pg_temp.event('report.discarded');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.default_report_id)::text, ROW(ARRAY[r], NULL, back, NULL)::text,
		what || 'discarded: the report, and the text in force now');
	RETURN NEXT is(e.data, jsonb_build_object('old_status', 'draft', 'status', d.status, 'old_document_id', before, 'unassign', unassign),
		what || 'discarded: data');
	IF unassign THEN
		e := pg_temp.event('report.owner_changed');
		RETURN NEXT is(ROW(e.report_ids, e.data)::text, ROW(ARRAY[r], '{"new_owner": null, "old_owner": "ada"}'::jsonb)::text, what || 'owner_changed');
	END IF;
	RETURN NEXT is((SELECT count(*) FROM reportlink.document WHERE report_id = r), versions, what || 'no version is made, none is lost');
	RETURN NEXT is(coalesce(pg_temp.texts(r), '{}'), d.texts, what || 'the history has what was left behind');
	RETURN NEXT is(pg_temp.outcome(pg_temp.discarding(r, 'adm', unassign)), 'done', what || 'again: succeeds');
	RETURN NEXT is(pg_temp.events(), '{}'::text[], what || 'again: no event');
	RETURN NEXT is(pg_temp.document_of(r), back, what || 'again: the same text');
END
$$;
SELECT pg_temp.discard_alone(d, unassign) FROM discarded d, unnest('{false,true}'::boolean[]) unassign;

-- After discarding, dictation goes on from there
SELECT pg_temp.dictated('A1', '{one,~two}') AS a1 \gset
SELECT pg_temp.document_of(:a1) AS two \gset
SELECT reportlink_discard('north', :a1, false, 'ada') AS ignored, pg_temp.document_of(:a1) AS one \gset
SELECT pg_temp.refused(format($$SELECT reportlink_save('north', %s, '{"transcript": "x"}', %s, true, 'ada')$$, :a1::text, :two::text), 'RL017 stale document',
	'what was discarded is in force no more');
SELECT pg_temp.save(:a1, '~three', false) AS three \gset
SELECT is((SELECT parent_id FROM reportlink.document WHERE document_id = :three), :one::bigint, 'the next version is made from the one that was gone back to');
SELECT reportlink_discard('north', :a1, false, 'ada') AS ignored \gset
SELECT is(pg_temp.text_of(:a1), 'one', 'and is discarded to it again');

-- Nothing to discard, but drafting; and an owner of what was never opened
SELECT reportlink_open('north', :a1, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT reportlink_discard('north', :a1, false, 'ada') AS ignored \gset
SELECT is(pg_temp.each_is(:a1), ARRAY['draft ada ''one'''], 'nothing but drafting: it ends');
SELECT is(pg_temp.events(), ARRAY['discarded'], 'and that is recorded');
SELECT pg_temp.new_report('north', 'A2', '1') AS a2, pg_temp.new_report('north', NULL, 'A3') AS a3 \gset
SELECT pg_temp.refused(pg_temp.discarding(:a2, 'dot', true), 'done', 'unread and nobody''s: nothing to discard');
SELECT is(pg_temp.events(), '{}'::text[], 'no event');
SELECT reportlink_assign('north', :a2, 'rex', 'adm') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT lives_ok(pg_temp.discarding(:a2, 'rex'), 'unread and assigned: nothing to discard');
SELECT is(pg_temp.events(), '{}'::text[], 'no event either');
SELECT lives_ok(pg_temp.discarding(:a2, 'rex', true), 'unread and assigned: unassign');
SELECT is(pg_temp.each_is(:a2), ARRAY['unread -'], 'is for the owner alone');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'discarded'], 'and recorded');
SELECT is((pg_temp.event('report.discarded')).data, '{"old_status": "unread", "status": "unread", "old_document_id": null, "unassign": true}', 'discarded: from blank');
SELECT reportlink_open('north', :a3, 'ada') AS ignored, pg_temp.save(:a3, 'x', false) AS ignored2 \gset
SELECT is((reportlink_discard('north', :a3, false, 'ada')).status, 'unread', 'a report without MRN can be discarded like any other');

-- A signed version is one to go back to, also when it was an autosave
SELECT pg_temp.dictated('A4', '{one}', 'rex') AS a4 \gset
SELECT reportlink_save('north', :a4, '{"transcript": "signed", "final_report": "x"}', NULL, false, 'rex') AS ignored \gset
SELECT reportlink_prelim_sign('north', :a4, 'rex') AS ignored \gset
SELECT reportlink_reject('north', :a4, 'ada') AS ignored \gset
SELECT pg_temp.events() AS ignored \gset
SELECT is(pg_temp.text_of((reportlink_discard('north', :a4, false, 'rex')).report_id), 'signed', 'rejected, and nothing dictated since: the autosave that was signed stays');
SELECT is(pg_temp.events(), '{}'::text[], 'there was nothing to discard');
SELECT pg_temp.save(:a4, 'after', false, 'rex') AS ignored \gset
SELECT reportlink_discard('north', :a4, false, 'rex') AS ignored \gset
SELECT is(pg_temp.each_is(:a4), ARRAY['draft rex ''signed'''], 'back to the version that was signed, though it was autosaved and rejected');

-- What was saved through another member counts for a report that took it along
SELECT pg_temp.linked('A5', 3) AS b \gset
SELECT (:'b'::bigint[])[1] AS b1, (:'b'::bigint[])[2] AS b2, (:'b'::bigint[])[3] AS b3 \gset
SELECT pg_temp.save(:b2, 'through another', true) AS checkpoint, pg_temp.save(:b1, '~autosave', false) AS autosave \gset
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:b3], false, 'ada') \gset
SELECT is(pg_temp.text_of(:b3), '~autosave', 'unlinked with an autosave of another member');
SELECT is((reportlink_discard('north', :b3, false, 'ada')).document_id, :checkpoint::bigint, 'discard: the checkpoint that a third member saved');
SELECT is(pg_temp.each_is(:b1, :b3), ARRAY['draft ada drafting ''~autosave'' of 2', 'draft ada ''through another'''], 'the group keeps the autosave');

-- Discarding what is linked: the report leaves, with its own text from before linking

CREATE TEMP TABLE leaver (place int, size int, what text, status text, text_of_it text, new_default int);
INSERT INTO leaver VALUES
	(1, 3, 'the default one of 3, blank before linking', 'unread', NULL,      2),
	(2, 3, 'one of 3 with a text of its own',            'draft',  'its own', 1),
	(3, 3, 'one of 3, blank before linking',             'unread', NULL,      1),
	(1, 2, 'the default one of 2, blank before linking', 'unread', NULL,      NULL),
	(2, 2, 'one of 2 with a text of its own',            'draft',  'its own', NULL),
	(20, 20, 'one of 20, blank before linking',          'unread', NULL,      1);
CREATE FUNCTION pg_temp.discard_linked(l leaver, unassign boolean, actor text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('discard%s by %s, %s: ', CASE WHEN unassign THEN ' with unassign' ELSE '' END, actor, l.what);
	ids bigint[] := pg_temp.linked(format('linked %s %s %s %s', l.size, l.place, unassign, actor), l.size, 'rex');
	r bigint := ids[l.place];
	stay bigint[] := array_remove(ids, r);
	grp bigint := pg_temp.group_of(r);
	shared bigint := pg_temp.save(stay[1], '~shared autosave', false, 'rex');
	own bigint := (SELECT document_id FROM reportlink.report WHERE report_id = r);
	owner text := CASE WHEN NOT unassign THEN 'rex' END;
	documents bigint := (SELECT count(*) FROM reportlink.document);
	dissolved boolean := l.size = 2;
	e reportlink.event;
BEGIN
	PERFORM pg_temp.events();
	RETURN NEXT is(reportlink_discard('north', r, unassign, actor)::text, format('(%s,,%s,%s,%s)', r, l.status, owner, own),
		what || 'report_id, group_id (none any more), status, owner_id, document_id');
	RETURN NEXT is(pg_temp.each_is(r), ARRAY[concat_ws(' ', l.status, coalesce(owner, '-'), quote_literal(l.text_of_it))], what || 'its own text is in force again');
	RETURN NEXT is((SELECT array_agg(DISTINCT s) FROM unnest(pg_temp.each_is(VARIADIC stay)) s),
		ARRAY['draft rex drafting ''~shared autosave''' || CASE WHEN dissolved THEN '' ELSE ' of ' || l.size - 1 END], what || 'the others keep the shared text and their state');
	RETURN NEXT is((SELECT array_agg(DISTINCT pg_temp.document_of(s)) FROM unnest(stay) s), ARRAY[shared], what || 'the same version, autosave or not');
	RETURN NEXT is((SELECT count(*) FROM reportlink.document), documents, what || 'no text is copied');
	RETURN NEXT is((SELECT ROW(member_count, closed_at IS NOT NULL, merged_into)::text FROM reportlink.report_group WHERE group_id = grp),
		ROW(CASE WHEN dissolved THEN 0 ELSE l.size - 1 END, dissolved, NULL::bigint)::text, what || 'the group is smaller, or closed');
	IF NOT dissolved THEN
		RETURN NEXT is((SELECT default_report_id FROM reportlink.report_group WHERE group_id = grp), ids[l.new_default], what || 'the default report');
		RETURN NEXT is(pg_temp.linked_with(stay[1]), stay, what || 'the others stay in their order');
	END IF;

	RETURN NEXT is(pg_temp.events(), CASE WHEN unassign THEN '{unlinked,owner_changed,discarded}' ELSE '{unlinked,discarded}' END::text[], what || 'events');
	e := pg_temp.event('report.unlinked');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.actor, e.data)::text, ROW(ARRAY[r], grp, shared, actor,
		jsonb_build_object('remaining_report_ids', to_jsonb(stay), 'group_dissolved', dissolved, 'unassign_and_discard', unassign))::text,
		what || 'unlinked: who left, the group and its text, data');
	e := pg_temp.event('report.discarded');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.actor, e.data)::text, ROW(ARRAY[r], NULL, own, actor,
		jsonb_build_object('old_status', 'draft', 'status', l.status, 'old_document_id', shared, 'unassign', unassign))::text,
		what || 'discarded: the one report, its text now, data');
	IF unassign THEN
		e := pg_temp.event('report.owner_changed');
		RETURN NEXT is(ROW(e.report_ids, e.group_id, e.data)::text, ROW(ARRAY[r], NULL, '{"new_owner": null, "old_owner": "rex"}'::jsonb)::text,
			what || 'owner_changed: about the one that left');
	END IF;
	RETURN NEXT is((SELECT array_agg(p.document_id) FROM reportlink.past_link p WHERE p.report_id = r AND p.group_id = grp), ARRAY[shared], what || 'it is noted that it was linked');
	RETURN NEXT ok('shared' = ANY (pg_temp.texts(r)) AND '~shared autosave' = ANY (pg_temp.texts(r)), what || 'its history has the texts that were in force while it was linked');
END
$$;
SELECT pg_temp.discard_linked(l, unassign, actor) FROM leaver l, unnest('{false,true}'::boolean[]) unassign, unnest('{rex,ada,adm,hl7}'::text[]) actor
WHERE actor = 'rex' OR l.size = 3;

-- Its own text is the one from before linking, checkpoint or not
SELECT pg_temp.dictated('L1', '{one,~two}') AS l1, pg_temp.new_report('north', 'L1', '2') AS l2 \gset
SELECT reportlink_link('north', ARRAY[:l2, :l1], true, 'ada') AS ignored, pg_temp.save(:l2, 'shared') AS ignored2 \gset
SELECT reportlink_discard('north', :l1, false, 'ada') AS ignored \gset
SELECT is(pg_temp.each_is(:l1, :l2), ARRAY['draft ada ''~two''', 'draft ada drafting ''shared'''], 'an autosave from before linking is in force again');
SELECT reportlink_discard('north', :l1, false, 'ada') AS ignored \gset
SELECT is(pg_temp.text_of(:l1), 'one', 'and discarded once more, not linked now, the checkpoint before it');

-- An unread group; nobody's
SELECT pg_temp.new_reports('north', 'L2', 3) AS m \gset
SELECT (:'m'::bigint[])[1] AS m1, (:'m'::bigint[])[2] AS m2, (:'m'::bigint[])[3] AS m3 \gset
SELECT reportlink_link('north', :'m', false, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT lives_ok(pg_temp.discarding(:m2, 'rex', true), 'an unread group that nobody owns: who may draft may discard');
SELECT is(pg_temp.each_is(:m1, :m2), ARRAY['unread - of 2', 'unread -'], 'it leaves');
SELECT is(pg_temp.events(), ARRAY['unlinked', 'discarded'], 'no owner changed');
UPDATE reportlink.organization SET linking_enabled = false WHERE organization_id = 'north';
SELECT lives_ok(pg_temp.discarding(:m1, 'rex'), 'linking switched off gates linking only');
UPDATE reportlink.organization SET linking_enabled = true WHERE organization_id = 'north';
SELECT is(pg_temp.each_is(:m1, :m3), ARRAY['unread -', 'unread -'], 'the last one is linked no more');

-- What was signed, and rejected, before it left is in its history
SELECT pg_temp.linked('L3', 2, 'rex') AS s \gset
SELECT (:'s'::bigint[])[1] AS s1, (:'s'::bigint[])[2] AS s2 \gset
SELECT reportlink_save('north', :s1, '{"final_report": "signed once"}', NULL, true, 'rex') AS ignored \gset
SELECT reportlink_prelim_sign('north', :s1, 'rex') AS ignored \gset
SELECT reportlink_reject('north', :s1, 'ada') AS ignored \gset
SELECT reportlink_discard('north', :s2, false, 'rex') AS ignored \gset
SELECT is(pg_temp.each_is(:s1, :s2), ARRAY['draft rex ''shared''', 'draft rex ''its own'''], 'a draft that was rejected: it leaves like any other');
SELECT is((SELECT array_agg(h.signed_by) FROM reportlink_history('north', :s2) h WHERE h.signed), ARRAY['rex'], 'its history has what was signed');

-- An open addendum: back to what was signed, and the links stay

CREATE FUNCTION pg_temp.discard_addendum(size int, unassign boolean, actor text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('discard%s of an addendum by %s, %s: ', CASE WHEN unassign THEN ' with unassign' ELSE '' END, actor,
		CASE size WHEN 1 THEN 'one report' ELSE size || ' linked' END);
	mrn text := format('addendum %s %s %s', size, unassign, actor);
	ids bigint[] := CASE WHEN size = 1 THEN ARRAY[pg_temp.dictated(mrn, '{one}', 'rex')] ELSE pg_temp.linked(mrn, size, 'rex') END;
	r bigint := ids[size];
	signed bigint := reportlink_save('north', r, '{"transcript": "signed", "final_report": "signed"}', NULL, true, 'rex');
	addendum bigint;
	owner text := CASE WHEN NOT unassign THEN 'rex' END;
	e reportlink.event;
BEGIN
	PERFORM reportlink_prelim_sign('north', r, 'rex'), reportlink_start_addendum('north', r, 'rex'), pg_temp.save(r, 'a checkpoint', true, 'rex');
	addendum := pg_temp.save(r, '~an autosave', false, 'rex');
	PERFORM pg_temp.events();
	RETURN NEXT is(reportlink_discard('north', r, unassign, actor)::text, format('(%s,%s,prelim_signed,%s,%s)', r, pg_temp.group_of(r), owner, signed), what || 'the row');
	RETURN NEXT is((SELECT array_agg(DISTINCT s) FROM unnest(pg_temp.each_is(VARIADIC ids)) s),
		ARRAY[concat_ws(' ', 'prelim_signed', coalesce(owner, '-'), '''signed''', CASE WHEN size > 1 THEN 'of ' || size END)], what || 'all are as they were signed, linked as before');
	RETURN NEXT is((SELECT count(*) FROM reportlink.report WHERE report_id = ANY (ids) AND addendum_open), 0::bigint, what || 'no addendum is open');
	RETURN NEXT is(pg_temp.events(), CASE WHEN unassign THEN '{owner_changed,discarded}' ELSE '{discarded}' END::text[], what || 'events');
	e := pg_temp.event('report.discarded');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.data)::text, ROW(ids, pg_temp.group_of(r), signed,
		jsonb_build_object('old_status', 'prelim_signed', 'status', 'prelim_signed', 'old_document_id', addendum, 'unassign', unassign))::text, what || 'discarded: all reports, data');
	RETURN NEXT ok('a checkpoint' = ANY (pg_temp.texts(r)) AND '~an autosave' = ANY (pg_temp.texts(r)), what || 'the addendum is in the history');
	RETURN NEXT pg_temp.refused(pg_temp.discarding(r, actor), 'RL016 content is locked', what || 'a signature alone cannot be discarded');
	RETURN NEXT is((reportlink_start_addendum('north', r, 'ada')).status, 'prelim_signed', what || 'another can be started');
	RETURN NEXT is(pg_temp.text_of(r), 'signed', what || 'on what was signed');
END
$$;
SELECT pg_temp.discard_addendum(size, unassign, actor) FROM unnest('{1,2,20}'::int[]) size, unnest('{false,true}'::boolean[]) unassign,
	unnest('{rex,ada,hl7}'::text[]) actor;

-- Who may discard: the owner; of nobody's who may draft; who may assign it

CREATE TEMP TABLE discarder (actor text, nobody int, own int, drafter int, resident int, attending int);
INSERT INTO discarder VALUES
	('ada', 1, 1, 1, 1, 0),
	('rex', 1, 1, 0, 0, 0),
	('dot', 1, 1, 0, 0, 0),
	('adm', 1, NULL, 1, 1, 1),
	('hl7', 1, NULL, 1, 1, 1);
CREATE TEMP TABLE may_discard AS
SELECT d.actor, o.may = 1 AS may, CASE o.owner WHEN 'own' THEN d.actor WHEN 'drafter' THEN 'dan' WHEN 'resident' THEN 'ray' WHEN 'attending' THEN 'abe' END AS owner
FROM discarder d, LATERAL (VALUES ('nobody', d.nobody), ('own', d.own), ('drafter', d.drafter), ('resident', d.resident), ('attending', d.attending)) o (owner, may)
WHERE o.may IS NOT NULL;
CREATE TEMP TABLE owned AS
SELECT o.owner, pg_temp.dictated('who ' || coalesce(o.owner, 'nobody'), '{one,~two}', coalesce(o.owner, 'ada')) AS alone,
	(pg_temp.linked('who linked ' || coalesce(o.owner, 'nobody'), 2, 'ada'))[1] AS linked
FROM (SELECT DISTINCT owner FROM may_discard) o;
SELECT count(reportlink_assign('north', report, owner, 'adm')) AS ignored FROM owned, unnest(ARRAY[alone, linked]) report \gset
SELECT is(pg_temp.tried(pg_temp.discarding(o.alone, m.actor, unassign)), CASE WHEN m.may THEN 'done' ELSE 'RL008 report not owned by user' END,
	format('discard%s by %s, owned by %s: %s', CASE WHEN unassign THEN ' with unassign' END, m.actor, coalesce(m.owner, 'nobody'), CASE WHEN m.may THEN 'yes' ELSE 'RL008' END))
FROM may_discard m JOIN owned o ON o.owner IS NOT DISTINCT FROM m.owner, unnest('{false,true}'::boolean[]) unassign;
SELECT is(pg_temp.tried(pg_temp.discarding(o.linked, m.actor, unassign)),
	CASE WHEN m.actor = 'dot' THEN 'RL014 role may not do this' WHEN m.may THEN 'done' ELSE 'RL008 report not owned by user' END,
	format('discard%s of a linked one by %s, owned by %s: %s', CASE WHEN unassign THEN ' with unassign' END, m.actor, coalesce(m.owner, 'nobody'),
		CASE WHEN m.actor = 'dot' THEN 'RL014, it would be unlinked' WHEN m.may THEN 'yes' ELSE 'RL008' END))
FROM may_discard m JOIN owned o ON o.owner IS NOT DISTINCT FROM m.owner, unnest('{false,true}'::boolean[]) unassign;

SELECT pg_temp.refused(pg_temp.discarding(pg_temp.restored_report('north', 'locked', status, 'text', status, 'ada'), actor), 'RL016 content is locked',
	format('RL016: discard of %s by %s', status, actor))
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) WITH ORDINALITY s (status, n), unnest('{ada,adm}'::text[]) WITH ORDINALITY a (actor, m)
WHERE n % 2 = m - 1;
SELECT matches(pg_temp.detail(pg_temp.discarding(report_id)), format('%s.*%s', report_id, status), 'RL016: DETAIL has its id and status')
FROM reportlink.report WHERE mrn = 'locked';

-- Cancelling what is not linked

CREATE FUNCTION pg_temp.cancel_alone(texts text[], owner text, actor text, whole_group boolean) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	status text := CASE WHEN owner IS NULL THEN 'unread' ELSE 'draft' END;
	what text := format('cancel by %s, %s, owned by %s%s: ', actor, status, coalesce(owner, 'nobody'), CASE WHEN whole_group THEN ', whole_group' ELSE '' END);
	mrn text := format('cancel %s %s %s', actor, owner, whole_group);
	r bigint := CASE WHEN owner IS NULL THEN pg_temp.new_report('north', mrn, '1') ELSE pg_temp.dictated(mrn, texts, owner) END;
	doc bigint := pg_temp.document_of(r);
	text_of_it text := pg_temp.text_of(r);
	e reportlink.event;
BEGIN
	PERFORM pg_temp.events();
	RETURN NEXT is(reportlink_cancel('north', r, whole_group, actor)::text, format('(%s,,cancelled,%s,%s)', r, owner, doc), what || 'the row');
	RETURN NEXT is(pg_temp.each_is(r), ARRAY[concat_ws(' ', 'cancelled', coalesce(owner, '-'), quote_literal(text_of_it))], what || 'owner and text stay, drafting ends');
	RETURN NEXT is(pg_temp.events(), ARRAY['cancelled'], what || 'one event');
	e := pg_temp.event('report.cancelled');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.default_report_id, e.actor, e.data)::text,
		ROW(ARRAY[r], NULL, doc, NULL, actor, jsonb_build_object('old_status', status, 'status', 'cancelled'))::text, what || 'cancelled: the report, its text, data');
	RETURN NEXT pg_temp.refused(pg_temp.cancelling(r, actor, whole_group), 'RL015 invalid status transition', what || 'once');
END
$$;
SELECT pg_temp.cancel_alone('{one,~two}', owner, actor, whole_group)
FROM (VALUES ('ada', NULL), ('ada', 'ada'), ('adm', NULL), ('adm', 'ada'), ('adm', 'rex'), ('hl7', NULL), ('hl7', 'dot')) t (actor, owner), unnest('{false,true}'::boolean[]) whole_group;

-- Cancelling one that is linked: it leaves with the shared text, the others stay

CREATE FUNCTION pg_temp.cancel_linked(size int, place int, actor text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('cancel of number %s of %s by %s: ', place, size, actor);
	ids bigint[] := pg_temp.linked(format('cancel %s of %s by %s', place, size, actor), size);
	r bigint := ids[place];
	stay bigint[] := array_remove(ids, r);
	grp bigint := pg_temp.group_of(r);
	shared bigint := pg_temp.document_of(r);
	documents bigint := (SELECT count(*) FROM reportlink.document);
	dissolved boolean := size = 2;
	e reportlink.event;
BEGIN
	RETURN NEXT is(reportlink_cancel('north', r, false, actor)::text, format('(%s,,cancelled,ada,%s)', r, shared), what || 'the row');
	RETURN NEXT is(pg_temp.each_is(r), ARRAY['cancelled ada ''shared'''], what || 'cancelled, with the shared text; the owner stays');
	RETURN NEXT is((SELECT array_agg(DISTINCT s) FROM unnest(pg_temp.each_is(VARIADIC stay)) s),
		ARRAY['draft ada drafting ''shared''' || CASE WHEN dissolved THEN '' ELSE ' of ' || size - 1 END], what || 'the others are as they were');
	RETURN NEXT is((SELECT array_agg(DISTINCT pg_temp.document_of(s)) FROM unnest(ids) s), ARRAY[shared], what || 'all have the same version');
	RETURN NEXT is((SELECT count(*) FROM reportlink.document), documents, what || 'no text is copied');
	RETURN NEXT is((SELECT ROW(member_count, closed_at IS NOT NULL, CASE WHEN NOT dissolved THEN default_report_id END)::text FROM reportlink.report_group WHERE group_id = grp),
		ROW(CASE WHEN dissolved THEN 0 ELSE size - 1 END, dissolved, CASE WHEN NOT dissolved THEN stay[1] END)::text, what || 'the group is smaller, or closed; its default report');
	RETURN NEXT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], what || 'unlinked comes first');
	e := pg_temp.event('report.unlinked');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.actor, e.data)::text, ROW(ARRAY[r], grp, shared, actor,
		jsonb_build_object('remaining_report_ids', to_jsonb(stay), 'group_dissolved', dissolved, 'unassign_and_discard', false))::text, what || 'unlinked: who left, data');
	e := pg_temp.event('report.cancelled');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.actor, e.data)::text, ROW(ARRAY[r], NULL, shared, actor,
		'{"old_status": "draft", "status": "cancelled"}'::jsonb)::text, what || 'cancelled: that one alone, in no group');
	RETURN NEXT ok('shared' = ANY (pg_temp.texts(r)), what || 'its history has the shared text');

	-- the others go on, and the cancelled one is left alone
	PERFORM reportlink_save('north', stay[1], '{"transcript": "went on", "final_report": "x"}', NULL, true, 'ada'), reportlink_sign('north', stay[1], 'ada');
	RETURN NEXT is((SELECT array_agg(DISTINCT status) FROM reportlink.report WHERE report_id = ANY (stay)), ARRAY['signed'] COLLATE "C", what || 'the others are signed later');
	RETURN NEXT is(pg_temp.each_is(r), ARRAY['cancelled ada ''shared'''], what || 'it stays cancelled, with the text of then');
END
$$;
SELECT pg_temp.cancel_linked(size, place, actor)
FROM (VALUES (2, 1, 'ada'), (2, 2, 'adm'), (3, 1, 'hl7'), (3, 2, 'ada'), (3, 3, 'adm'), (20, 1, 'ada'), (20, 20, 'hl7')) t (size, place, actor);

-- Cancelling the whole group

CREATE FUNCTION pg_temp.cancel_group(size int, actor text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	what text := format('cancel of a whole group of %s by %s: ', size, actor);
	ids bigint[] := pg_temp.linked(format('cancel all %s by %s', size, actor), size);
	grp bigint := pg_temp.group_of(ids[1]);
	shared bigint := pg_temp.document_of(ids[1]);
	documents bigint := (SELECT count(*) FROM reportlink.document);
	e reportlink.event;
BEGIN
	RETURN NEXT is(reportlink_cancel('north', ids[2], true, actor)::text, format('(%s,,cancelled,ada,%s)', ids[2], shared), what || 'the row of the one that was named');
	RETURN NEXT is((SELECT array_agg(DISTINCT s) FROM unnest(pg_temp.each_is(VARIADIC ids)) s), ARRAY['cancelled ada ''shared'''], what || 'all are cancelled, each with the shared text, owner as before');
	RETURN NEXT is((SELECT count(*) FROM reportlink.document), documents, what || 'no text is copied');
	RETURN NEXT is((SELECT ROW(member_count, closed_at IS NOT NULL, merged_into)::text FROM reportlink.report_group WHERE group_id = grp), '(0,t,)', what || 'the group is closed');
	RETURN NEXT is(pg_temp.events(), ARRAY['unlinked', 'cancelled'], what || 'two events, not two a report');
	e := pg_temp.event('report.unlinked');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.data)::text, ROW(ids, grp,
		'{"remaining_report_ids": [], "group_dissolved": true, "unassign_and_discard": false}'::jsonb)::text, what || 'unlinked: all');
	e := pg_temp.event('report.cancelled');
	RETURN NEXT is(ROW(e.report_ids, e.group_id, e.document_id, e.data)::text, ROW(ids, NULL, shared, '{"old_status": "draft", "status": "cancelled"}'::jsonb)::text,
		what || 'cancelled: all, in no group any more');
	RETURN NEXT is(jsonb_array_length(e.linked_identifiers), size, what || 'cancelled: identifiers of all');
	RETURN NEXT pg_temp.refused(format($s$SELECT reportlink_link('north', %L::bigint[], true, 'adm')$s$, ids), 'RL005 cancelled report cannot be linked', what || 'they cannot be linked again');
END
$$;
SELECT pg_temp.cancel_group(size, actor) FROM (VALUES (2, 'ada'), (3, 'adm'), (20, 'hl7')) t (size, actor);

SELECT pg_temp.new_reports('north', 'C1', 2) AS u \gset
SELECT reportlink_link('north', :'u', false, 'ada') AS ignored \gset
SELECT is((reportlink_cancel('north', (:'u'::bigint[])[1], true, 'abe')).owner_id, NULL::text, 'an unread group that nobody owns: an attending may cancel it');
SELECT is(pg_temp.each_is(VARIADIC :'u'), ARRAY['cancelled -', 'cancelled -'], 'nobody owns it afterwards, either');
SELECT is((pg_temp.event('report.cancelled')).data ->> 'old_status', 'unread', 'cancelled: from unread');

-- Refused

SELECT pg_temp.linked('C2', 2) AS c \gset
SELECT (:'c'::bigint[])[1] AS c1 \gset
SELECT pg_temp.dictated('C3', '{one}', 'rex') AS c3 \gset
SELECT pg_temp.refused(pg_temp.cancelling(report, actor, whole_group), code, format('%s: cancel by %s of what %s owns%s', left(code, 5), actor, owner, CASE WHEN whole_group THEN ', whole group' END))
FROM unnest('{false,true}'::boolean[]) whole_group, (VALUES
	(:c1::bigint, 'ada', 'abe', 'RL008 report not owned by user'), (:c3, 'rex', 'abe', 'RL008 report not owned by user'),
	(:c1, 'ada', 'rex', 'RL014 role may not do this'), (:c3, 'rex', 'rex', 'RL014 role may not do this'), (:c3, 'rex', 'dot', 'RL014 role may not do this')) t (report, owner, actor, code);
SELECT matches(pg_temp.detail(pg_temp.cancelling(:c1, 'abe')), :c1::text, 'RL008: DETAIL has its id');
SELECT pg_temp.restored_report('north', 'C4', status, 'text', status, 'ada') AS report, status INTO TEMP past
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) status;
SELECT pg_temp.refused(pg_temp.cancelling(report, actor, whole_group), 'RL015 invalid status transition', format('RL015: cancel of %s by %s', status, actor))
FROM past, (VALUES ('ada', false), ('adm', true)) t (actor, whole_group);
SELECT pg_temp.refused(pg_temp.cancelling(report, 'abe'), 'RL008 report not owned by user', 'RL008 goes before RL015') FROM past WHERE status = 'signed';
SELECT matches(pg_temp.detail(pg_temp.cancelling(report)), format('%s.*signed', report), 'RL015: DETAIL has its id and status') FROM past WHERE status = 'signed';
SELECT reportlink_save('north', :c1, '{"final_report": "x"}', NULL, true, 'ada') AS ignored \gset
SELECT reportlink_prelim_sign('north', :c1, 'ada') AS ignored \gset
SELECT pg_temp.refused(pg_temp.cancelling(:c1, 'ada', whole_group), 'RL015 invalid status transition', 'RL015: one of a group that is signed')
FROM unnest('{false,true}'::boolean[]) whole_group;

-- A cancelled report: nothing but a view

SELECT (pg_temp.linked('D1', 3))[2] AS d1, pg_temp.new_report('north', 'D1', '4') AS d4 \gset
SELECT reportlink_cancel('north', :d1, false, 'ada') AS ignored, pg_temp.events() AS ignored2 \gset
SELECT pg_temp.refused(replace(t.call, 'R', :d1::text), t.expected, format('cancelled, %s: %s', replace(t.call, 'R', 'report'), left(t.expected, 5)))
FROM (VALUES
	('SELECT reportlink_link(''north'', ''{R,' || :d4::text || '}'', true, ''ada'')', 'RL005 cancelled report cannot be linked'),
	('SELECT reportlink_link(''north'', ''{' || :d4::text || ',R}'', false, ''adm'')', 'RL005 cancelled report cannot be linked'),
	('SELECT reportlink_save(''north'', R, ''{"transcript": "x"}'', NULL, true, ''ada'')', 'RL016 content is locked'),
	('SELECT reportlink_prelim_sign(''north'', R, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_sign(''north'', R, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_start_addendum(''north'', R, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_reject(''north'', R, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_assign(''north'', R, NULL, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_close(''north'', R, true, ''ada'')', 'RL015 invalid status transition'),
	('SELECT reportlink_discard(''north'', R, true, ''ada'')', 'RL016 content is locked'),
	('SELECT reportlink_unlink(''north'', ''{R}'', false, ''ada'')', 'RL010 report is not linked'),
	('SELECT reportlink_set_default(''north'', R, ''ada'')', 'RL010 report is not linked')) t (call, expected);
SELECT is((reportlink_open('north', :d1, 'dot')).status, 'cancelled', 'cancelled: anybody may view it');
SELECT is(pg_temp.each_is(:d1), ARRAY['cancelled ada ''shared'''], 'its text is kept');
SELECT is(pg_temp.texts(:d1), ARRAY['its own', 'shared'], 'and its history');

-- It may be deleted, unless something in its history was signed

CREATE FUNCTION pg_temp.deleting(report bigint) RETURNS text
	LANGUAGE sql
	RETURN format('DELETE FROM reportlink.report WHERE report_id = %s', report);
SELECT lives_ok(pg_temp.deleting(:d1), 'cancelled, with text, out of a group: it may be deleted');
SELECT is((SELECT count(*) FROM reportlink.document WHERE report_id = :d1 AND transcript = 'its own'), 1::bigint, 'its text stays all the same');

-- Signed preliminarily and rejected, then cancelled
SELECT pg_temp.dictated('D2', '{one}', 'ada') AS d2 \gset
SELECT reportlink_save('north', :d2, '{"final_report": "x"}', NULL, true, 'ada') AS ignored \gset
SELECT reportlink_prelim_sign('north', :d2, 'ada') AS ignored \gset
SELECT reportlink_reject('north', :d2, 'ada') AS ignored \gset
SELECT pg_temp.save(:d2, 'after') AS ignored \gset
SELECT reportlink_cancel('north', :d2, false, 'ada') AS ignored \gset
SELECT pg_temp.refused(pg_temp.deleting(:d2), 'RL021 column is managed by reportlink', 'signed once, rejected and cancelled: it may not be deleted');

-- Signed while it was linked: none of those that were there; who joined later may go
SELECT pg_temp.linked('D3', 3, 'ada') AS e \gset
SELECT (:'e'::bigint[])[1] AS e1, (:'e'::bigint[])[2] AS e2, (:'e'::bigint[])[3] AS e3 \gset
SELECT reportlink_save('north', :e1, '{"final_report": "x"}', NULL, true, 'ada') AS ignored \gset
SELECT reportlink_prelim_sign('north', :e1, 'ada') AS ignored \gset
SELECT reportlink_reject('north', :e1, 'ada') AS ignored \gset
SELECT reportlink_discard('north', :e2, false, 'ada') AS ignored, reportlink_cancel('north', :e3, false, 'ada') AS ignored2 \gset
SELECT count(reportlink_cancel('north', report, false, 'ada')) AS ignored FROM unnest(ARRAY[:e1, :e2]::bigint[]) report \gset
SELECT pg_temp.refused(pg_temp.deleting(report), 'RL021 column is managed by reportlink', 'signed while it was linked, then ' || what || ': it may not be deleted')
FROM (VALUES (:e1::bigint, 'the last of the group, and cancelled'), (:e2, 'discarded and cancelled'), (:e3, 'cancelled out of the group')) t (report, what);

-- Signed after it had left: that is not its history
SELECT pg_temp.linked('D4', 3, 'ada') AS f \gset
SELECT (:'f'::bigint[])[1] AS f1, (:'f'::bigint[])[3] AS f3 \gset
SELECT reportlink_cancel('north', :f3, false, 'ada') AS ignored \gset
SELECT reportlink_save('north', :f1, '{"final_report": "x"}', NULL, true, 'ada') AS ignored \gset
SELECT reportlink_sign('north', :f1, 'ada') AS ignored \gset
SELECT is(pg_temp.texts(:f3), ARRAY['its own', 'shared'], 'cancelled out of a group: what was signed there later is not in its history');
SELECT lives_ok(pg_temp.deleting(:f3), 'and it may be deleted');
SELECT is((SELECT count(*) FROM reportlink.past_link WHERE report_id = :f3), 1::bigint, 'that it was linked once is still noted');

-- What both functions check first, in this order

SELECT pg_temp.refused(replace(replace(t.call, 'F', function), 'R', :c3::text), replace(t.expected, 'F', function),
	format('%s: %s', replace(replace(t.call, 'F', function), 'R', 'report'), left(t.expected, 5)))
FROM unnest('{discard,cancel}'::text[]) function, (VALUES
	('SELECT reportlink_F(NULL, R, false, ''ada'')', '22004 argument organization_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', NULL)', '22004 argument report_id of reportlink_F must not be null'),
	('SELECT reportlink_F(''north'', 999999999)', 'RL012 no acting user'),
	('SELECT reportlink_F(''north'', 999999999, true, ''gone'')', 'RL013 not an active member'),
	('SELECT reportlink_F(''north'', 999999999, false, ''ada'')', 'RL002 report not found'),
	('SELECT reportlink_F(''south'', R, false, ''ada'')', 'RL002 report not found')) t (call, expected);
SELECT pg_temp.refused(pg_temp.cancelling(999999999, 'rex'), 'RL014 role may not do this', 'cancel: RL014 goes before RL002');
SET LOCAL reportlink.user_id = 'ada';
SELECT pg_temp.linked('G1', 3) AS g \gset
SELECT (:'g'::bigint[])[1] AS g1, (:'g'::bigint[])[2] AS g2 \gset
SELECT is((reportlink_discard('north', :g2)).owner_id, 'ada', 'discard: actor from the setting, without unassign');
SELECT is((reportlink_discard('north', :g2, NULL, NULL)).owner_id, 'ada', 'discard: NULL is the default too');
SELECT is((reportlink_cancel('north', :g1)).status, 'cancelled', 'cancel: actor from the setting');
SELECT is(pg_temp.state_of((:'g'::bigint[])[3]), 'draft ada drafting', 'cancel: not the whole group');
RESET reportlink.user_id;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
