-- Every cell of (status x operation x role and owner x linked or not x waiting
-- for its publication or not): what each call answers in each state, from tables
-- of the rules in sections 1 to 8.
-- A cell is tried on a report that real calls brought into that state, and taken
-- back. Compared is the SQLSTATE, or status, owner, drafting, addendum,
-- number of linked reports and whether a publication is pending afterwards, the same of the reports linked with it,
-- and the events. A note says how many cells there were.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(16185);

INSERT INTO reportlink.member (organization_id, user_id, role) VALUES
	('north', 'ray', 'resident'), ('north', 'dan', 'drafter'), ('north', 'zed', 'attending');

-- The states. finally_signed: has a final signature (signed_at); pending: it waits for its publication

CREATE TEMP TABLE state (status text, addendum boolean, finally_signed boolean, pending boolean, linkable boolean, may_be_linked boolean);
INSERT INTO state VALUES
	('unread',                 false, false, false, true,  true),
	('draft',                  false, false, false, true,  true),
	('prelim_signed',          false, false, false, false, true),
	('prelim_signed',          true,  false, false, false, true),
	('signed',                 false, true,  false, false, true),
	('signed',                 false, true,  true,  false, true),
	('signed',                 true,  true,  false, false, true),
	('addendum_prelim_signed', false, false, false, false, true),
	('addendum_prelim_signed', true,  false, false, false, true),
	('addendum_prelim_signed', false, true,  false, false, true),
	('addendum_prelim_signed', true,  true,  false, false, true),
	('addendum_signed',        false, true,  false, false, true),
	('addendum_signed',        false, true,  true,  false, true),
	('addendum_signed',        true,  true,  false, false, true),
	('cancelled',              false, false, false, false, false);

-- The operations, and section 8: 1 the role may ask for it, 0 RL014

CREATE FUNCTION pg_temp.setting(organization text, changes text) RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE format('UPDATE reportlink.organization SET %s WHERE organization_id = %L', changes, organization);
END
$$;
CREATE TEMP TABLE operation (operation text, attending int, resident int, drafter int, administrator int, integration int, call text);
INSERT INTO operation VALUES
	('open',                  1, 1, 1, 1, 1, 'reportlink_open(%1$L, %2$s, %3$L)'),
	('save transcript',       1, 1, 1, 0, 0, 'reportlink_save(%1$L, %2$s, ''{"transcript": "new"}'', NULL, true, %3$L)'),
	('save final report',     1, 1, 1, 0, 0, 'reportlink_save(%1$L, %2$s, ''{"final_report": "new"}'', NULL, true, %3$L)'),
	('close',                 1, 1, 1, 0, 0, 'reportlink_close(%1$L, %2$s, false, %3$L)'),
	('close with release',    1, 1, 1, 0, 0, 'reportlink_close(%1$L, %2$s, true, %3$L)'),
	('discard',               1, 1, 1, 1, 1, 'reportlink_discard(%1$L, %2$s, false, %3$L)'),
	('discard with unassign', 1, 1, 1, 1, 1, 'reportlink_discard(%1$L, %2$s, true, %3$L)'),
	('cancel',                1, 0, 0, 1, 1, 'reportlink_cancel(%1$L, %2$s, false, %3$L)'),
	('cancel whole group',    1, 0, 0, 1, 1, 'reportlink_cancel(%1$L, %2$s, true, %3$L)'),
	('prelim_sign',           1, 1, 0, 0, 0, 'reportlink_prelim_sign(%1$L, %2$s, %3$L)'),
	('sign',                  1, 0, 0, 0, 0, 'reportlink_sign(%1$L, %2$s, %3$L)'),
	('sign with recall',      1, 0, 0, 0, 0, 'pg_temp.setting(%1$L, ''recall_enabled = true''), reportlink_sign(%1$L, %2$s, %3$L)'),
	('publish_now',           1, 0, 0, 0, 0, 'reportlink_publish_now(%1$L, %2$s, %3$L)'),
	('publish_now where it is not allowed', 1, 0, 0, 0, 0, 'pg_temp.setting(%1$L, ''recall_allow_immediate_sign = false''), reportlink_publish_now(%1$L, %2$s, %3$L)'),
	('cancel_publish',        1, 0, 0, 0, 0, 'reportlink_cancel_publish(%1$L, %2$s, %3$L)'),
	('start_addendum',        1, 1, 0, 0, 0, 'reportlink_start_addendum(%1$L, %2$s, %3$L)'),
	('reject',                1, 0, 0, 0, 0, 'reportlink_reject(%1$L, %2$s, %3$L)'),
	('assign',                1, 1, 1, 1, 1, 'reportlink_assign(%1$L, %2$s, ''zed'', %3$L)'),
	('unassign',              1, 1, 1, 1, 1, 'reportlink_assign(%1$L, %2$s, NULL, %3$L)'),
	('unlink',                1, 1, 0, 1, 1, 'reportlink_unlink(%1$L, ARRAY[%2$s], false, %3$L)'),
	('unlink with discard',   1, 1, 0, 1, 1, 'reportlink_unlink(%1$L, ARRAY[%2$s], true, %3$L)'),
	('link',                  1, 1, 0, 1, 1, 'reportlink_link(%1$L, ARRAY[%2$s, %4$s], true, %3$L)'),
	('link without opening',  1, 1, 0, 1, 1, 'reportlink_link(%1$L, ARRAY[%2$s, %4$s], false, %3$L)'),
	('set_default',           1, 1, 0, 1, 1, 'reportlink_set_default(%1$L, %2$s, %3$L)');

-- What else an operation needs, in the order in which it is checked. The needs are columns of cell.

CREATE TEMP TABLE refusal (operation text, step int, code text, needs text);
INSERT INTO refusal
SELECT o.operation, r.step, split_part(r.refusal, ' ', 1), split_part(r.refusal, ' ', 2)
FROM (VALUES
	('{open}',                           '{RL014 drafts_or_views,RL008 own_nobodys_or_view}'),
	('{save transcript}',                '{RL008 own,RL016 editable}'),
	('{save final report}',              '{RL008 own,RL016 editable,RL014 writes_report}'),
	('{close}',                          '{RL008 own_or_nobodys}'),
	('{close with release}',             '{RL008 own_or_nobodys,RL015 owner_may_go}'),
	('{discard,discard with unassign}',  '{RL014 links_or_stays_linked,RL008 may_take,RL016 discardable}'),
	('{cancel,cancel whole group}',      '{RL008 own_nobodys_or_office,RL015 linkable}'),
	('{prelim_sign}',                    '{RL008 own,RL015 signable}'),
	('{sign,sign with recall}',          '{RL008 own_or_countersigns,RL015 signable_finally}'),
	('{start_addendum}',                 '{RL015 signature,RL016 no_addendum,RL016 not_pending,RL008 may_take}'),
	('{publish_now where it is not allowed}', '{RL019 may_publish_at_once,RL018 pending}'),
	('{publish_now,cancel_publish}',     '{RL018 pending}'),
	('{reject}',                         '{RL015 rejectable}'),
	('{assign,unassign}',                '{RL008 may_dispose,RL015 not_cancelled}'),
	('{unlink,unlink with discard}',     '{RL010 linked,RL006 linkable,RL008 own_nobodys_or_office}'),
	('{link,link without opening}',      '{RL005 not_cancelled,RL006 linkable,RL008 own_nobodys_or_office}'),
	('{set_default}',                    '{RL010 linked,RL006 not_published,RL008 own_nobodys_or_office}')
) t (operations, refusals), unnest(t.operations::text[]) o (operation), unnest(t.refusals::text[]) WITH ORDINALITY r (refusal, step);

-- The actors, and what is whose: nobody's, the actor's, or another user's of every role that may own

CREATE TEMP TABLE actor (actor text, role text, may_own boolean);
INSERT INTO actor VALUES ('ada', 'attending', true), ('rex', 'resident', true), ('dot', 'drafter', true),
	('adm', 'administrator', false), ('hl7', 'integration', false);
CREATE TEMP TABLE ownership (whose text, owner text, owner_role text);
INSERT INTO ownership VALUES ('nobody''s', NULL, NULL), ('his own', NULL, NULL), ('another attending''s', 'abe', 'attending'),
	('another resident''s', 'ray', 'resident'), ('another drafter''s', 'dan', 'drafter');

-- A report in every state for every owner; ray signs preliminarily, abe finally, and both start addenda.
-- An addendum is started on what was published, so that only the last final signature can wait.

CREATE TEMP TABLE fixture (status text, addendum boolean, finally_signed boolean, pending boolean, linked boolean, owner text,
	report bigint, others bigint[], fresh bigint);
CREATE FUNCTION pg_temp.make(status text, addendum boolean, finally_signed boolean, pending boolean, linked boolean, owner text) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	mrn text := concat_ws('/', status, addendum, finally_signed, pending, linked, owner);
	r bigint := pg_temp.new_report('north', mrn, mrn || ' 1');
	others bigint[] := '{}';
BEGIN
	IF linked THEN
		-- the first id is the default report, so that the one in the middle can become it
		others := ARRAY[pg_temp.new_report('north', mrn, mrn || ' 2'), pg_temp.new_report('north', mrn, mrn || ' 3')];
		PERFORM reportlink_link('north', ARRAY[others[1], r, others[2]], false, 'adm');
	END IF;
	IF status <> 'unread' THEN
		PERFORM reportlink_open('north', r, 'ray');
		PERFORM reportlink_save('north', r, '{"transcript": "said", "final_report": "No acute findings."}', NULL, true, 'ray');
		PERFORM reportlink_save('north', r, '{"final_report": "No acute findings at all."}', NULL, false, 'ray');
	END IF;
	IF finally_signed THEN
		PERFORM pg_temp.setting('north', format('recall_enabled = %L', pending AND status = 'signed'));
		PERFORM reportlink_assign('north', r, 'abe', 'adm'), reportlink_sign('north', r, 'abe');
	ELSIF status IN ('prelim_signed', 'addendum_prelim_signed') THEN
		PERFORM reportlink_prelim_sign('north', r, 'ray');
	END IF;
	IF status = 'addendum_signed' THEN
		PERFORM pg_temp.setting('north', format('recall_enabled = %L', pending));
		PERFORM reportlink_start_addendum('north', r, 'abe'), reportlink_sign('north', r, 'abe');
	ELSIF status = 'addendum_prelim_signed' THEN
		PERFORM reportlink_assign('north', r, NULL, 'adm');
		PERFORM reportlink_start_addendum('north', r, 'ray'), reportlink_prelim_sign('north', r, 'ray');
	END IF;
	IF addendum THEN
		PERFORM reportlink_assign('north', r, NULL, 'adm'), reportlink_start_addendum('north', r, 'ray');
	END IF;
	PERFORM pg_temp.setting('north', 'recall_enabled = false');
	PERFORM reportlink_assign('north', r, owner, 'adm');
	IF owner IS NOT NULL AND (status = 'draft' OR addendum) THEN
		PERFORM reportlink_open('north', r, owner);
	ELSIF status = 'cancelled' THEN
		PERFORM reportlink_cancel('north', r, false, 'adm');
	END IF;
	INSERT INTO fixture VALUES (status, addendum, finally_signed, pending, linked, owner, r, others, pg_temp.new_report('north', mrn, mrn || ' 4'));
END
$$;
SELECT count(pg_temp.make(s.status, s.addendum, s.finally_signed, s.pending, l.linked, o.owner)) AS fixtures
FROM state s, (VALUES (false), (true)) l (linked),
	(SELECT actor FROM actor WHERE may_own UNION ALL SELECT owner FROM ownership WHERE whose <> 'his own') o (owner)
WHERE s.may_be_linked OR NOT l.linked \gset

-- The cells, and what is so of each

CREATE TEMP TABLE cell AS
SELECT row_number() OVER (ORDER BY o.operation, s.status, s.addendum, s.finally_signed, s.pending, f.linked, a.role, w.whose) AS n,
	o.operation, s.status, s.addendum, s.finally_signed, s.pending, f.linked, f.report, f.others, f.fresh, a.actor, a.role, w.whose, f.owner,
	format('SELECT ' || o.call, 'north', f.report, a.actor, f.fresh) AS statement,
	-- what was built: somebody has open what he can write in
	f.owner IS NOT NULL AND (s.status = 'draft' OR s.addendum) AS drafting,
	-- the needs
	(to_jsonb(o) ->> a.role)::int = 1 AS role_may,
	s.linkable,
	s.status <> 'cancelled' AS not_cancelled,
	NOT s.addendum AS no_addendum,
	NOT s.pending AS not_pending,
	-- a group whose first final signature still waits was never published
	NOT s.finally_signed OR s.pending AND s.status = 'signed' AS not_published,
	o.operation <> 'publish_now where it is not allowed' AS may_publish_at_once,
	s.status IN ('prelim_signed', 'signed', 'addendum_prelim_signed', 'addendum_signed') AS signature,
	s.status = 'draft' OR s.addendum AS editable,
	s.linkable OR s.addendum AS discardable,
	s.status = 'draft' OR s.addendum AS signable,
	s.status IN ('draft', 'prelim_signed', 'addendum_prelim_signed') OR s.addendum AS signable_finally,
	s.status IN ('prelim_signed', 'addendum_prelim_signed') AND NOT s.addendum AS rejectable,
	a.may_own AS drafts,
	a.may_own OR NOT s.linkable AS drafts_or_views,
	a.role IN ('attending', 'resident') AS writes_report,
	a.role <> 'drafter' OR NOT (f.linked AND s.linkable) AS links_or_stays_linked,
	w.whose = 'his own' AS own,
	w.whose IN ('his own', 'nobody''s') AS own_or_nobodys,
	w.whose IN ('his own', 'nobody''s') OR NOT s.linkable AS own_nobodys_or_view,
	w.whose IN ('his own', 'nobody''s') OR NOT a.may_own AS own_nobodys_or_office,
	-- the resident who signed preliminarily, or nobody, owns what waits for the final signature
	w.whose = 'his own' OR (s.status IN ('prelim_signed', 'addendum_prelim_signed') AND NOT s.addendum
		AND w.whose IN ('nobody''s', 'another resident''s')) AS own_or_countersigns,
	s.status <> 'cancelled' OR f.owner IS NULL AS owner_may_go,
	CASE a.role WHEN 'attending' THEN w.whose <> 'another attending''s' WHEN 'resident' THEN w.whose = 'his own'
		WHEN 'drafter' THEN w.whose = 'his own' ELSE true END AS may_dispose,
	CASE a.role WHEN 'attending' THEN w.whose <> 'another attending''s' WHEN 'resident' THEN w.whose IN ('his own', 'nobody''s')
		WHEN 'drafter' THEN w.whose IN ('his own', 'nobody''s') ELSE true END AS may_take
FROM state s
JOIN fixture f USING (status, addendum, finally_signed, pending), operation o, actor a
JOIN ownership w ON a.may_own OR w.whose <> 'his own'
WHERE f.owner IS NOT DISTINCT FROM CASE w.whose WHEN 'his own' THEN a.actor ELSE w.owner END;

-- The answer expected: which refusal comes first, else the state that the operation gives

CREATE FUNCTION pg_temp.say(status text, owner text, drafting boolean, addendum boolean, linked bigint, pending boolean) RETURNS text
	LANGUAGE sql
	RETURN concat_ws(' ', status, coalesce(owner, '-'), CASE WHEN drafting THEN 'drafting' END,
		CASE WHEN addendum THEN 'addendum' END, CASE WHEN linked > 0 THEN 'of ' || linked END, CASE WHEN pending THEN 'pending' END);

CREATE TEMP TABLE refused AS
SELECT c.n, CASE WHEN NOT c.role_may THEN 'RL014' ELSE (
	SELECT r.code FROM refusal r
	WHERE r.operation = c.operation AND NOT (to_jsonb(c) ->> r.needs)::boolean
	ORDER BY r.step LIMIT 1) END AS code
FROM cell c;

CREATE TEMP TABLE done AS
SELECT c.n, c.operation, c.status AS old_status, c.owner AS old_owner, c.drafting AS old_drafting, c.linked, s.leaves,
	cardinality(c.others) + CASE WHEN c.linked THEN 1 ELSE 0 END AS old_links, s.opens, s.views,
	CASE
		WHEN c.operation IN ('cancel', 'cancel whole group') THEN 'cancelled'
		WHEN s.opens THEN 'draft'
		-- its own text from before linking is blank in every state
		WHEN c.operation IN ('discard', 'discard with unassign', 'unlink with discard') AND s.leaves THEN 'unread'
		WHEN c.operation = 'prelim_sign' AND c.status = 'draft' THEN 'prelim_signed'
		WHEN c.operation = 'prelim_sign' THEN 'addendum_prelim_signed'
		WHEN c.operation LIKE 'sign%' AND c.finally_signed THEN 'addendum_signed'
		WHEN c.operation LIKE 'sign%' THEN 'signed'
		WHEN c.operation = 'cancel_publish' AND c.status = 'signed' THEN 'draft'
		WHEN c.operation = 'reject' AND c.status = 'prelim_signed' THEN 'draft'
		-- the status that the addendum was started on
		WHEN c.operation IN ('reject', 'cancel_publish') AND c.finally_signed THEN 'signed'
		WHEN c.operation = 'reject' THEN 'prelim_signed'
		ELSE c.status
	END AS status,
	CASE
		WHEN c.operation IN ('close with release', 'discard with unassign', 'unassign', 'unlink with discard') THEN NULL
		WHEN c.operation = 'assign' THEN 'zed'
		WHEN c.operation = 'reject' THEN 'ray'
		WHEN c.operation IN ('sign', 'sign with recall', 'start_addendum') THEN c.actor
		WHEN s.opens THEN coalesce(c.owner, c.actor)
		ELSE c.owner
	END AS owner,
	CASE
		WHEN c.operation IN ('open', 'link') AND NOT s.opens THEN c.drafting OR (c.operation = 'open' AND c.addendum AND c.own)
		WHEN c.operation IN ('open', 'link', 'save transcript', 'save final report', 'start_addendum') THEN true
		WHEN c.operation IN ('link without opening', 'unlink', 'set_default') THEN c.drafting
		ELSE false
	END AS drafting,
	CASE c.operation
		WHEN 'discard' THEN false WHEN 'discard with unassign' THEN false
		WHEN 'prelim_sign' THEN false WHEN 'sign' THEN false WHEN 'sign with recall' THEN false
		WHEN 'start_addendum' THEN true
		WHEN 'cancel_publish' THEN c.status = 'addendum_signed'
		WHEN 'reject' THEN c.status = 'addendum_prelim_signed'
		ELSE c.addendum
	END AS addendum,
	CASE
		WHEN s.leaves OR NOT c.linked AND c.operation NOT LIKE 'link%' THEN 0
		ELSE CASE WHEN c.linked THEN 3 ELSE 1 END + CASE WHEN c.operation LIKE 'link%' THEN 1 ELSE 0 END
	END AS links,
	c.operation = 'sign with recall' OR c.pending AND c.operation NOT IN ('publish_now', 'cancel_publish') AS pending, c.pending AS old_pending,
	c.others || CASE WHEN c.operation LIKE 'link%' THEN ARRAY[c.fresh] ELSE '{}' END AS others
FROM cell c
JOIN refused r ON r.n = c.n AND r.code IS NULL,
	LATERAL (SELECT
		c.linked AND (c.operation IN ('cancel', 'cancel whole group') OR c.operation LIKE 'unlink%' OR c.operation LIKE 'discard%' AND c.linkable) AS leaves,
		c.operation IN ('open', 'link') AND c.linkable AND c.drafts AS opens,
		c.operation = 'open' AND NOT c.linkable AND NOT (c.addendum AND c.own) AS views) s;

CREATE TEMP TABLE expectation AS
SELECT r.n, coalesce(d.others, '{}') AS others,
	row_number() OVER (PARTITION BY d.operation, d.old_status, d.old_pending, d.addendum, d.linked, d.leaves, d.status, d.owner IS NULL ORDER BY r.n) = 1 AS checked,
	coalesce(r.code, concat_ws('; ',
	pg_temp.say(d.status, d.owner, d.drafting, d.addendum, d.links, d.pending),
	-- those that stay behind keep their state, in a group of two; else all follow
	CASE WHEN cardinality(d.others) > 0 THEN 'others ' ||
		CASE WHEN d.leaves AND d.operation <> 'cancel whole group' THEN pg_temp.say(d.old_status, d.old_owner, d.old_drafting, false, d.old_links - 1, false)
		ELSE pg_temp.say(d.status, d.owner, d.drafting, d.addendum, d.links, d.pending) END END,
	'events ' || coalesce(nullif(concat_ws(' ',
		CASE WHEN d.leaves AND d.operation NOT LIKE 'unlink%' THEN 'unlinked' END,
		CASE WHEN d.operation LIKE 'link%' THEN 'linked' END,
		-- a report that joins what somebody owns changes its owner as well
		CASE WHEN d.owner IS DISTINCT FROM d.old_owner OR d.operation LIKE 'link%' AND d.owner IS NOT NULL THEN 'owner_changed' END,
		CASE
			WHEN d.operation = 'open' AND (d.views OR (d.status, d.owner, d.drafting) IS DISTINCT FROM (d.old_status, d.old_owner, d.old_drafting))
				THEN 'opened'
			WHEN d.operation = 'link' THEN 'opened'
			WHEN d.operation LIKE 'save%' THEN 'saved'
			WHEN d.operation LIKE 'close%' AND (d.old_drafting OR d.owner IS DISTINCT FROM d.old_owner) THEN 'closed'
			-- an autosave, a link or an addendum goes, or an owner: an unread report alone has nothing to discard
			WHEN d.operation LIKE 'discard%' AND (d.old_status <> 'unread' OR d.leaves OR d.owner IS DISTINCT FROM d.old_owner) THEN 'discarded'
			WHEN d.operation = 'cancel_publish' THEN 'publish_cancelled'
			WHEN d.operation LIKE 'cancel%' THEN 'cancelled'
			WHEN d.operation = 'prelim_sign' THEN 'prelim_signed'
			WHEN d.operation = 'sign' THEN d.status || ' published'
			WHEN d.operation = 'sign with recall' THEN d.status || ' publish_scheduled'
			WHEN d.operation = 'publish_now' THEN 'published'
			WHEN d.operation = 'start_addendum' THEN 'addendum_started'
			WHEN d.operation = 'reject' THEN 'rejected'
			WHEN d.operation LIKE 'unlink%' THEN 'unlinked'
			WHEN d.operation = 'set_default' THEN 'default_changed'
		END), ''), 'none'))) AS expected
FROM refused r LEFT JOIN done d USING (n);

-- Tries a statement, takes it back, and says what it did; checked: whether an invariant is broken, too

CREATE FUNCTION pg_temp.state_in_full(report bigint) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT pg_temp.say(r.status, r.owner_id, r.drafting, r.addendum_open, (
			SELECT count(*) FROM reportlink.report l
			WHERE l.organization_id = 'north' AND l.mrn = r.mrn AND l.group_id = r.group_id), EXISTS (
			SELECT FROM reportlink.publication p
			WHERE p.organization_id = 'north' AND p.state = 'scheduled'
				AND CASE WHEN r.group_id IS NULL THEN p.group_id IS NULL AND p.report_id = r.report_id ELSE p.group_id = r.group_id END))
		FROM reportlink.report r WHERE r.organization_id = 'north' AND r.report_id = report;
	END;
CREATE FUNCTION pg_temp.answer(statement text, report bigint, others bigint[], checked boolean) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	mark bigint := coalesce((SELECT max(event_id) FROM reportlink.event WHERE organization_id = 'north'), 0);
	answer text;
BEGIN
	EXECUTE statement;
	answer := concat_ws('; ', pg_temp.state_in_full(report),
		'others ' || (SELECT string_agg(DISTINCT pg_temp.state_in_full(o), ' and ') FROM unnest(others) o),
		'events ' || coalesce((SELECT string_agg(replace(e.type, 'report.', ''), ' ' ORDER BY e.event_id)
			FROM reportlink.event e WHERE e.organization_id = 'north' AND e.event_id > mark), 'none'),
		CASE WHEN checked THEN (SELECT 'broken ' || string_agg(c.invariant, ' ') FROM reportlink_check('north') c) END);
	RAISE EXCEPTION USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN answer;
WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- Nothing else tells the planner how much there is; reportlink_check() runs after every kind of success
ANALYZE reportlink.report, reportlink.report_group, reportlink.document, reportlink.event, reportlink.signature, reportlink.past_link, reportlink.publication;
SELECT pg_temp.digest() AS before \gset
SELECT is(pg_temp.answer(c.statement, c.report, e.others, e.checked), e.expected,
	format('%s%s%s%s%s, %s, by %s, %s: %s', c.status, CASE WHEN c.pending THEN ' and not published yet' END, CASE WHEN c.addendum THEN ' with an addendum' END,
		CASE WHEN c.status LIKE 'addendum_prelim%' THEN CASE WHEN c.finally_signed THEN ' after a final signature' ELSE ' after a preliminary one' END END,
		CASE WHEN c.linked THEN ', linked' END, c.whose, c.role, c.operation, e.expected))
FROM cell c JOIN expectation e USING (n)
ORDER BY c.n;
SELECT is(pg_temp.digest(), :'before', 'everything was taken back');
SELECT is((SELECT count(*) FROM cell), 16008::bigint, 'cells: 29 states and links x 24 operations x 23 roles and owners');

-- Who is nobody is told so in every state, before anything else is looked at
SELECT pg_temp.refused(format('SELECT ' || o.call, 'north', f.report, a.actor), a.expected, format('%s%s%s%s%s, %s by %s: %s', f.status, CASE WHEN f.pending THEN ' and not published yet' END,
	CASE WHEN f.addendum THEN ' with an addendum' END, CASE WHEN f.finally_signed THEN ', finally signed' END, CASE WHEN f.linked THEN ', linked' END,
	o.operation, coalesce(a.actor, 'nobody'), left(a.expected, 5)))
FROM fixture f, operation o, (VALUES (NULL, 'RL012 no acting user'), ('stranger', 'RL013 not an active member'), ('gone', 'RL013 not an active member')) a (actor, expected)
WHERE f.owner IS NULL AND o.operation IN ('publish_now', 'cancel_publish')
ORDER BY f.report, o.operation, a.actor;

SELECT diag(format('%s cells: %s states, linked or not (%s together), x %s operations x %s roles and owners; %s are refused, %s done',
	count(*), (SELECT count(*) FROM state), (SELECT count(DISTINCT (status, addendum, finally_signed, pending, linked)) FROM cell),
	count(DISTINCT c.operation), count(DISTINCT (c.role, c.whose)), count(r.code), count(*) - count(r.code)))
FROM cell c JOIN refused r USING (n);
SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
