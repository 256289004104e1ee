-- Opening and closing (section 5), of one report and of a whole group.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(84);

CREATE FUNCTION pg_temp.opening(report bigint, actor text DEFAULT 'ada') RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_open(%L, %s, %L)', 'north', report, actor);
CREATE FUNCTION pg_temp.closing(report bigint, release boolean DEFAULT false, actor text DEFAULT 'ada') RETURNS text
	LANGUAGE sql
	RETURN format('SELECT reportlink_close(%L, %s, %L, %L)', 'north', report, release, actor);

-- Opening what is not linked

SELECT pg_temp.new_report('north', 'P1', 'A1') AS a1, pg_temp.restored_report('north', 'P1', 'A2', 'text', 'draft') AS a2 \gset
SELECT is(reportlink_open('north', :a1, 'ada')::text, format('(%s,,draft,ada,)', :a1::text),
	'one row: report_id, group_id (null, not linked), status, owner_id, document_id (null, blank)');
SELECT is(pg_temp.state_of(:a1), 'draft ada drafting', 'unassigned and unread: the actor owns it, draft, drafting');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'opened'], 'owner_changed comes before opened');
SELECT is((pg_temp.event('report.opened')).data, '{"old_status": "unread", "status": "draft", "view": false}', 'opened: what it changed');
SELECT is((pg_temp.event('report.opened')).report_ids, ARRAY[:a1]::bigint[], 'opened: the report');
SELECT is((pg_temp.event('report.opened')).group_id, NULL::bigint, 'opened: no group');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": null, "new_owner": "ada"}', 'owner_changed: from nobody to ada');

SELECT lives_ok(pg_temp.opening(:a1), 'opened again by its owner: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'opened again by its owner: nothing changes, no event');
SELECT pg_temp.refused(pg_temp.opening(:a1, actor), 'RL008 report not owned by user', format('RL008: owned by another, %s may not open it', actor))
FROM unnest('{abe,rex,dot}'::text[]) actor;
SELECT matches(pg_temp.detail(pg_temp.opening(:a1, 'abe')), format('%s.*"abe"', :a1::text), 'RL008: DETAIL has its id');

SELECT is(reportlink_open('north', :a2, 'dot')::text, format('(%s,,draft,dot,%s)', :a2::text, pg_temp.document_of(:a2)::text),
	'an unassigned draft: the actor owns it; document_id is the one in force');
SELECT is((pg_temp.event('report.opened')).document_id, pg_temp.document_of(:a2), 'opened: the text in force');
SELECT pg_temp.events() AS ignored \gset

-- Closing

SELECT is(reportlink_close('north', :a1, false, 'ada')::text, format('(%s,,draft,ada,)', :a1::text), 'close returns the same row');
SELECT is(pg_temp.state_of(:a1), 'draft ada', 'closed: not drafting, owner and status stay');
SELECT is(pg_temp.events(), ARRAY['closed'], 'closed: one event');
SELECT is((pg_temp.event('report.closed')).data, '{"old_status": "draft", "status": "draft", "release": false}', 'closed: without release');
SELECT lives_ok(pg_temp.closing(:a1), 'closed again: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'closed again: no event');
SELECT lives_ok(pg_temp.opening(:a1), 'opened by its owner after closing: succeeds');
SELECT is(pg_temp.state_of(:a1), 'draft ada drafting', 'and drafting again');
SELECT is(pg_temp.events(), ARRAY['opened'], 'and recorded, without owner_changed');

SELECT is(reportlink_close('north', :a1, true, 'ada')::text, format('(%s,,draft,,)', :a1::text), 'release: the owner is cleared too');
SELECT is(pg_temp.state_of(:a1), 'draft -', 'release: nobody''s, not drafting, still draft');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'closed'], 'release: owner_changed comes before closed');
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ada", "new_owner": null}', 'release: from ada to nobody');
SELECT is((pg_temp.event('report.closed')).data, '{"old_status": "draft", "status": "draft", "release": true}', 'release: closed says so');
SELECT lives_ok(pg_temp.closing(:a1, true), 'released again: succeeds');
SELECT is(pg_temp.events(), '{}'::text[], 'released again: no event');

SELECT reportlink_open('north', :a1, 'ada') AS ignored, reportlink_close('north', :a1, false, 'ada') AS ignored2, pg_temp.events() AS ignored3 \gset
SELECT reportlink_close('north', :a1, true, 'ada') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'closed'], 'release of what is owned and not drafting: both events');
SELECT lives_ok(pg_temp.opening(:a1, 'abe'), 'what was released another may open');
SELECT pg_temp.refused(pg_temp.closing(:a1, release, actor), 'RL008 report not owned by user',
	format('RL008: owned by another, %s may not close it, release %s', actor, release))
FROM unnest('{ada,rex,dot}'::text[]) actor, unnest('{false,true}'::boolean[]) release;
SELECT is(pg_temp.state_of(:a1), 'draft abe drafting', 'nothing came of it');

-- A whole group

SELECT pg_temp.new_report('north', 'P2', 'B1') AS b1, pg_temp.restored_report('north', 'P2', 'B2', 'shared') AS b2,
	pg_temp.new_report('north', 'P2', 'B3') AS b3 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:b1, :b2, :b3], false, 'ada') \gset
SELECT pg_temp.document_of(:b1) AS document, pg_temp.events() AS ignored \gset
SELECT is(reportlink_open('north', :b3, 'rex')::text, format('(%s,%s,draft,rex,%s)', :b3::text, :g::text, :document::text),
	'opening one of a group: its row, the shared document');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE mrn = 'P2'),
	ARRAY['draft rex drafting'], 'the actor becomes the owner of the whole group');
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'opened'], 'an event an action, not one a report');
SELECT is((pg_temp.event('report.opened')).report_ids, ARRAY[:b1, :b2, :b3]::bigint[], 'opened: all members, in link order');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, ARRAY[:b1, :b2, :b3]::bigint[], 'owner_changed: all members');
SELECT is((SELECT (group_id, default_report_id, document_id)::text FROM pg_temp.event('report.opened')),
	format('(%s,%s,%s)', :g::text, :b1::text, :document::text), 'opened: group, default report, document');
SELECT is(reportlink_close('north', :b1, true, 'rex')::text, format('(%s,%s,draft,,%s)', :b1::text, :g::text, :document::text),
	'closing by another member of the group');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE mrn = 'P2'),
	ARRAY['draft -'], 'closes all of it');
SELECT is((pg_temp.event('report.closed')).report_ids, ARRAY[:b1, :b2, :b3]::bigint[], 'closed: all members');
SELECT pg_temp.events() AS ignored \gset

-- Past draft and cancelled: a view

SELECT pg_temp.restored_report('north', 'P3', 'C-' || status, 'text', status, 'ada') AS report, status
INTO TEMP viewed
FROM unnest('{prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) status;
SELECT lives_ok(pg_temp.opening(report, actor), format('status %s: %s may view it, though ada owns it', status, actor))
FROM viewed, unnest('{abe,adm}'::text[]) actor;
SELECT is(pg_temp.events(), ARRAY['opened','opened','opened','opened','opened','opened','opened','opened','opened','opened'],
	'a view records opened, and nothing else');
SELECT is((SELECT array_agg(DISTINCT data ->> 'view') FROM reportlink.event e JOIN viewed v ON e.report_ids = ARRAY[v.report]), ARRAY['true'],
	'opened: it was only a view');
SELECT is((SELECT count(*) FROM viewed v JOIN reportlink.report r ON r.report_id = v.report
		WHERE r.status = v.status AND r.owner_id = 'ada' AND NOT r.drafting), 5::bigint, 'a view changes no state');
SELECT lives_ok(pg_temp.opening(report), 'the owner views it too') FROM viewed WHERE status = 'signed';
SELECT lives_ok(pg_temp.opening(report), 'each view is one') FROM viewed WHERE status = 'signed';
SELECT is(pg_temp.events(), ARRAY['opened', 'opened'], 'and each is recorded');
SELECT pg_temp.put_status(:b1, 'signed') AS ignored \gset
SELECT reportlink_open('north', :b2, 'hl7') AS ignored \gset
SELECT is((pg_temp.event('report.opened')).report_ids, ARRAY[:b1, :b2, :b3]::bigint[], 'a view of a group: opened names all members');
SELECT pg_temp.events() AS ignored \gset

-- While an addendum is open its owner is drafting, others view
SET LOCAL session_replication_role = replica;
UPDATE reportlink.report SET addendum_open = true, owner_id = 'ada' WHERE mrn = 'P2';
SET LOCAL session_replication_role = origin;
SELECT lives_ok(pg_temp.opening(:b2, 'abe'), 'an addendum is open: another may view it');
SELECT is(pg_temp.state_of(:b2), 'signed ada', 'and is not drafting it');
SELECT lives_ok(pg_temp.opening(:b2, 'ada'), 'an addendum is open: its owner opens it');
SELECT is((SELECT array_agg(DISTINCT pg_temp.state_of(report_id)) FROM reportlink.report WHERE mrn = 'P2'),
	ARRAY['signed ada drafting'], 'drafting, for all members');
SELECT is((pg_temp.event('report.opened')).data -> 'view', 'false', 'it was not only a view');
SELECT reportlink_close('north', :b2, false, 'ada') AS ignored \gset
SELECT is(pg_temp.state_of(:b1), 'signed ada', 'closing it ends drafting');
SELECT pg_temp.events() AS ignored \gset

-- Cancelled

SELECT report AS cancelled FROM viewed WHERE status = 'cancelled' \gset
SELECT lives_ok(pg_temp.closing(:cancelled), 'a cancelled report is not drafting: closing it changes nothing');
SELECT is(pg_temp.events(), '{}'::text[], 'no event');
SELECT pg_temp.refused(pg_temp.closing(:cancelled, true), 'RL015 invalid status transition', 'RL015: the owner of a cancelled report stays');

-- Without MRN

SELECT pg_temp.new_report('north', NULL, 'N1') AS n1 \gset
SELECT lives_ok(pg_temp.opening(:n1), 'a report without MRN can be opened');
SELECT lives_ok(pg_temp.closing(:n1), 'and closed');
SELECT is(pg_temp.state_of(:n1), 'draft ada', 'like any other');

-- Refused

SELECT pg_temp.refused(pg_temp.opening(999999999), 'RL002 report not found', 'RL002: open of an unknown id');
SELECT pg_temp.refused(pg_temp.closing(0), 'RL002 report not found', 'RL002: close of an unknown id');
SELECT pg_temp.refused(format($$SELECT reportlink_open('south', %s, 'ada')$$, :a1::text), 'RL002 report not found', 'RL002: open in another organization');
SELECT pg_temp.refused($$SELECT reportlink_open('north', NULL, 'ada')$$,
	'22004 argument report_id of reportlink_open must not be null', '22004: open of NULL');
SELECT pg_temp.refused($$SELECT reportlink_close(NULL, 1, false, 'ada')$$,
	'22004 argument organization_id of reportlink_close must not be null', '22004: close in NULL');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
