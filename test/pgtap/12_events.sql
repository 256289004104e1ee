-- What an event is made of (section 10). Which events an action records, and
-- that nothing is recorded when nothing changes, stands with each action.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(50);

INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id, study_name)
VALUES ('north', 'P"1''\', 'A1', 'N1', 'AUTH', 'O1', 'S1', 'CT Chest') RETURNING report_id AS a1 \gset
INSERT INTO reportlink.report (organization_id, mrn, order_id)
VALUES ('north', 'P"1''\', 'O2') RETURNING report_id AS a2 \gset
SELECT pg_temp.restored_report('north', 'P"1''\', 'A3', 'text', 'draft', 'ada') AS a3 \gset
SELECT pg_temp.document_of(:a3) AS document \gset

SELECT is(pg_temp.events(), '{}'::text[], 'registering reports records nothing');

-- One action of each kind

SELECT group_id AS g FROM reportlink_link('north', ARRAY[:a2, :a1, :a3], true, 'ada') \gset
SELECT is(pg_temp.events(), ARRAY['linked', 'owner_changed', 'opened'], 'link: linked comes before owner_changed, opened last');
SELECT (pg_temp.event('report.linked')).* \gset e_
SELECT is(:'e_organization_id'::text, 'north', 'organization_id');
SELECT is(:e_group_id::bigint, :g::bigint, 'group_id: the group');
SELECT is(:e_default_report_id::bigint, :a2::bigint, 'default_report_id: that of the group, after the action');
SELECT is(:e_document_id::bigint, :document::bigint, 'document_id: the text in force');
SELECT is(:'e_report_ids'::bigint[], ARRAY[:a2, :a1, :a3]::bigint[], 'linked: report_ids are all members, in link order');
SELECT is(:'e_actor'::text, 'ada', 'actor: on whose behalf');
SELECT is(:'e_database_role'::text, current_user::text, 'database_role: who called');
SELECT is(:'e_transaction_id'::xid8::text, pg_current_xact_id()::text, 'transaction_id: of the transaction that did it');
SELECT cmp_ok(:'e_occurred_at'::timestamptz, '>', now(), 'occurred_at: the clock, not the start of the transaction');
SELECT is(:'e_data'::jsonb,
	format('{"linked_report_ids": [%s, %s, %s], "merged_group_ids": [], "superseded_document_ids": [], "status": "draft", "owner_id": "ada"}',
		:a2::text, :a1::text, :a3::text)::jsonb, 'linked: data; what is none is an empty array');
SELECT is(:'e_linked_identifiers'::jsonb,
	format($$[{"report_id": %s, "accession_number": null, "mrn": "P\"1'\\", "order_id": "O2", "site_id": null, "native_id": null, "assigning_authority": null},
		{"report_id": %s, "accession_number": "A1", "mrn": "P\"1'\\", "order_id": "O1", "site_id": "S1", "native_id": "N1", "assigning_authority": "AUTH"},
		{"report_id": %s, "accession_number": "A3", "mrn": "P\"1'\\", "order_id": null, "site_id": null, "native_id": null, "assigning_authority": null}]$$,
		:a2::text, :a1::text, :a3::text)::jsonb, 'linked_identifiers: the identifiers of each, in the order of report_ids');
SELECT is((pg_temp.event('report.owner_changed')).report_ids, ARRAY[:a2, :a1]::bigint[], 'owner_changed: those whose owner changed');
SELECT is(jsonb_array_length((pg_temp.event('report.owner_changed')).linked_identifiers), 2, 'owner_changed: linked_identifiers of those alone');

SELECT reportlink_set_default('north', :a1, 'ada') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['default_changed'], 'set_default: default_changed');
SELECT is((pg_temp.event('report.default_changed')).linked_identifiers -> 0 ->> 'order_id', 'O1', 'default_changed: linked_identifiers of the one');

SELECT reportlink_close('north', :a1, true, 'ada') AS ignored, reportlink_open('north', :a1, 'rex') AS ignored2,
	reportlink_assign('north', :a1, 'ada', 'adm') AS ignored3 \gset
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'closed', 'owner_changed', 'opened', 'owner_changed'],
	'close with release, open, assign: owner_changed comes before the event of the action');

SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:a3, :a1], true, 'ada') \gset
SELECT is(pg_temp.events(), ARRAY['owner_changed', 'unlinked'], 'unlink with discard: owner_changed, unlinked');
SELECT (pg_temp.event('report.unlinked')).* \gset u_
SELECT is(:u_group_id::bigint, :g::bigint, 'unlinked: group_id is the group that was left');
SELECT is(:u_document_id::bigint, :document::bigint, 'unlinked: document_id is its text');
SELECT is(jsonb_array_length(:'u_linked_identifiers'::jsonb), 2, 'unlinked: linked_identifiers of those that left');
SELECT is(:'u_linked_identifiers'::jsonb -> 0 ->> 'accession_number', 'A3', 'unlinked: in request order');

-- Merging

SELECT pg_temp.new_reports('north', 'P2', 4) AS b \gset
SELECT group_id AS m1 FROM reportlink_link('north', (:'b'::bigint[])[1:2], false, 'ada') \gset
SELECT group_id AS m2 FROM reportlink_link('north', (:'b'::bigint[])[3:4], false, 'ada') \gset
SELECT pg_temp.events() AS ignored \gset
SELECT group_id AS merged FROM reportlink_link('north', (:'b'::bigint[])[2:3], false, 'ada') \gset
SELECT is(pg_temp.events(), ARRAY['linked'], 'a merge is one linked');
SELECT is((pg_temp.event('report.linked')).data -> 'merged_group_ids', to_jsonb(ARRAY[:m1, :m2]::bigint[]), 'linked: the groups that ended by it');
SELECT is((pg_temp.event('report.linked')).data -> 'linked_report_ids', '[]', 'linked: nobody came from outside a group');
SELECT is(cardinality((pg_temp.event('report.linked')).report_ids), 4, 'linked: all members');
SELECT is((pg_temp.event('report.linked')).group_id, :merged::bigint, 'linked: the new group');
SELECT pg_temp.restored_report('north', 'P3', 'C1', 'one') AS c1, pg_temp.restored_report('north', 'P3', 'C2', 'two') AS c2 \gset
SELECT superseded_document_ids AS superseded FROM reportlink_link('north', ARRAY[:c1, :c2], false, 'ada') \gset
SELECT is((pg_temp.event('report.linked')).data -> 'superseded_document_ids', to_jsonb(:'superseded'::bigint[]), 'linked: the texts that are in force no more');
SELECT is(cardinality(:'superseded'::bigint[]), 1, 'which is one here');
SELECT pg_temp.events() AS ignored \gset

-- Identifiers of a linked report, by plain SQL

SET LOCAL reportlink.user_id = 'adm';
UPDATE reportlink.report SET accession_number = 'A9', site_id = NULL WHERE report_id = :c1;
SELECT is(pg_temp.events(), ARRAY['identifiers_changed'], 'identifiers of a linked report change: identifiers_changed');
SELECT (pg_temp.event('report.identifiers_changed')).* \gset i_
SELECT is(:'i_report_ids'::bigint[], ARRAY[:c1]::bigint[], 'identifiers_changed: the one');
SELECT is(:'i_data'::jsonb,
	'{"old": {"accession_number": "C1", "native_id": null, "assigning_authority": null, "order_id": null, "site_id": null},
		"new": {"accession_number": "A9", "native_id": null, "assigning_authority": null, "order_id": null, "site_id": null}}',
	'identifiers_changed: all five before and after');
SELECT is(:'i_linked_identifiers'::jsonb -> 0 ->> 'accession_number', 'A9', 'identifiers_changed: linked_identifiers are the new ones');
SELECT is(:'i_actor'::text, 'adm', 'identifiers_changed: the actor is the setting');
SELECT is(:i_default_report_id::bigint, :c1::bigint, 'identifiers_changed: the default report of its group');
UPDATE reportlink.report SET accession_number = 'A9' WHERE report_id = :c1;
UPDATE reportlink.report SET study_name = 'CT', study_id = 'X', template_id = 'Y' WHERE report_id = :c1;
SELECT is(pg_temp.events(), '{}'::text[], 'the same identifiers again, or the study: no event');
RESET reportlink.user_id;
UPDATE reportlink.report SET order_id = 'O' || report_id, native_id = 'N', assigning_authority = 'X', site_id = 'S' WHERE report_id IN (:c1, :c2);
SELECT is(pg_temp.events(), ARRAY['identifiers_changed', 'identifiers_changed'], 'one for each report whose identifiers change');
SELECT is((pg_temp.event('report.identifiers_changed')).actor, NULL::text, 'without the setting there is no actor');
UPDATE reportlink.report SET order_id = 'other' WHERE report_id = :a1;
SELECT is(pg_temp.events(), '{}'::text[], 'of a report that is not linked: no event');

-- database_role is the role that called, not the owner of the tables

CREATE ROLE reportlink_test_desk;
SELECT reportlink_grant('reportlink_test_desk', 'reporter') AS ignored \gset
SET LOCAL ROLE reportlink_test_desk;
SELECT reportlink_open('north', :a1, 'ada') AS ignored \gset
UPDATE reportlink.report SET order_id = 'desk' WHERE report_id = :c1;
RESET ROLE;
SELECT is((pg_temp.event('report.opened')).database_role, 'reportlink_test_desk', 'database_role: the role that called the function');
SELECT is((pg_temp.event('report.identifiers_changed')).database_role, 'reportlink_test_desk', 'database_role: the role of the UPDATE');
SELECT pg_temp.events() AS ignored \gset

-- What was refused, and what was rolled back, left nothing

SELECT pg_temp.refused(format($$SELECT reportlink_link('north', '{%s,999999999}', true, 'ada')$$, :a1::text), 'RL002 report not found', 'a refused call');
SAVEPOINT undone;
SELECT reportlink_link('north', ARRAY[:a1, :a2], false, 'ada') AS ignored \gset
ROLLBACK TO undone;
SELECT is(pg_temp.events(), '{}'::text[], 'neither that nor what was rolled back is recorded');

-- Event ids are the order of what one session did
SELECT is((SELECT array_agg(e.event_id ORDER BY e.occurred_at, e.event_id) FROM reportlink.event e),
	(SELECT array_agg(e.event_id ORDER BY e.event_id) FROM reportlink.event e), 'later events have higher ids');
SELECT is((SELECT count(*) FROM reportlink.event WHERE cardinality(report_ids) <> jsonb_array_length(linked_identifiers)), 0::bigint,
	'every event has the identifiers of all its reports');
SELECT is((SELECT array_agg(DISTINCT type::text COLLATE "C") FROM reportlink.event),
	ARRAY['report.closed', 'report.default_changed', 'report.identifiers_changed', 'report.linked', 'report.opened',
		'report.owner_changed', 'report.unlinked'], 'the types that these actions record');

-- NOTIFY can be switched off without events being lost
SET LOCAL reportlink.notify = 'off';
SELECT reportlink_link('north', ARRAY[:a1, :a2], false, 'ada') AS ignored \gset
SELECT is(pg_temp.events(), ARRAY['linked'], 'reportlink.notify off: events are recorded all the same');
SELECT throws_ok($$SET LOCAL reportlink.notify = 'sometimes'$$, '22023', NULL, 'reportlink.notify is commit or off');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
