-- Settings of an organization (section 9): defaults, ranges, and what each does.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(50);

INSERT INTO reportlink.organization (organization_id) VALUES ('fresh');
SELECT is((SELECT to_jsonb(o) - 'organization_id' - 'name' FROM reportlink.organization o WHERE organization_id = 'fresh'),
	'{"linking_enabled": false, "recall_enabled": false, "recall_delay_seconds": 60, "recall_allow_immediate_sign": true,
		"addendum_clears_final_report": false, "addendum_header": null, "notify_previous_owner": false}',
	'the settings and their defaults');

-- Ranges
CREATE FUNCTION pg_temp.delay(seconds int) RETURNS text
	LANGUAGE sql
	RETURN format($$UPDATE reportlink.organization SET recall_delay_seconds = %s WHERE organization_id = 'fresh'$$, seconds);
SELECT lives_ok(pg_temp.delay(seconds), format('recall_delay_seconds may be %s', seconds)) FROM unnest('{20,21,60,119,120}'::int[]) seconds;
SELECT throws_ok(pg_temp.delay(seconds), '23514', NULL, format('recall_delay_seconds may not be %s', seconds)) FROM unnest('{19,121,0,-60}'::int[]) seconds;
SELECT throws_ok(format($$UPDATE reportlink.organization SET %I = NULL WHERE organization_id = 'fresh'$$, setting), '23502', NULL,
	format('%s may not be null', setting))
FROM unnest('{linking_enabled,recall_enabled,recall_delay_seconds,recall_allow_immediate_sign,addendum_clears_final_report,notify_previous_owner}'::text[]) setting;
SELECT lives_ok($$UPDATE reportlink.organization SET addendum_header = NULL, name = NULL WHERE organization_id = 'fresh'$$,
	'addendum_header and name may be null');
SELECT throws_ok(format('INSERT INTO reportlink.organization (organization_id) VALUES (%L)', id), code, NULL, format('organization_id: %s', what))
FROM (VALUES ('', '23514', 'not empty'), (repeat('x', 256), '23514', 'at most 255 bytes'), (NULL, '23502', 'not null'), ('fresh', '23505', 'once')) t (id, code, what);

-- Members
SELECT throws_ok(format($$INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('fresh', 'x', %L)$$, role), '23514', NULL,
	format('role %L is none', role)) FROM unnest('{radiologist,Attending,none,""}'::text[]) role;
SELECT throws_ok(format($$INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('fresh', %L, 'attending')$$, id), '23514', NULL,
	format('user_id: %s', what)) FROM (VALUES ('', 'not empty'), (repeat('x', 256), 'at most 255 bytes')) t (id, what);
SELECT throws_ok($$INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('nowhere', 'x', 'attending')$$, '23503', NULL,
	'a member is of an organization that there is');
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('fresh', 'ada', 'resident');
SELECT is((SELECT active FROM reportlink.member WHERE organization_id = 'fresh'), true, 'a new member is active');
SELECT is((SELECT array_agg(role::text ORDER BY organization_id) FROM reportlink.member WHERE user_id = 'ada'), ARRAY['resident', 'attending', 'attending'],
	'a user has a role of his own in each organization');

-- linking_enabled gates linking, of interactive roles only
CREATE TEMP TABLE pair AS
SELECT role, 'north' || role AS mrn FROM unnest('{ada,rex,adm,hl7}'::text[]) role;
UPDATE reportlink.organization SET linking_enabled = false WHERE organization_id = 'north';
SELECT is(pg_temp.outcome(format($$SELECT reportlink_link('north', '{%s,%s}', true, %L)$$,
		pg_temp.new_report('north', mrn, '1'), pg_temp.new_report('north', mrn, '2'), role)),
	CASE WHEN role IN ('ada', 'rex') THEN 'RL007 linking is disabled' ELSE 'done' END,
	format('linking switched off: %s %s link', role, CASE WHEN role IN ('ada', 'rex') THEN 'may not' ELSE 'may all the same' END))
FROM pair;
SELECT array_agg(report_id ORDER BY report_id) AS linked FROM reportlink.report WHERE mrn = 'northadm' \gset
SELECT (:'linked'::bigint[])[1] AS l1, (:'linked'::bigint[])[2] AS l2 \gset
SELECT lives_ok(format($$SELECT reportlink_set_default('north', %s, 'ada')$$, :l2::text), 'it gates linking only: ada may set the default');
SELECT lives_ok(format($$SELECT reportlink_open('north', %s, 'ada')$$, :l1::text), 'and open');
SELECT lives_ok(format($$SELECT reportlink_unlink('north', '{%s}', false, 'ada')$$, :l1::text), 'and unlink');
SELECT pg_temp.refused(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :l1::text, :l2::text), 'RL007 linking is disabled', 'but not link again');
UPDATE reportlink.organization SET linking_enabled = true WHERE organization_id = 'north';
SELECT lives_ok(format($$SELECT reportlink_link('north', '{%s,%s}', true, 'ada')$$, :l1::text, :l2::text), 'switched on, at once: ada may link');
SELECT is((SELECT linking_enabled FROM reportlink.organization WHERE organization_id = 'south'), false, 'each organization has its own');

-- notify_previous_owner
SELECT reportlink_assign('north', :l1, 'abe', 'adm') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "ada", "new_owner": "abe"}', 'notify_previous_owner off: no recipient');
UPDATE reportlink.organization SET notify_previous_owner = true WHERE organization_id = 'north';
SELECT reportlink_assign('north', :l1, 'rex', 'adm') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": "abe", "new_owner": "rex", "recipient": "abe"}',
	'notify_previous_owner on: the event names the previous owner as recipient');
SELECT reportlink_close('north', :l1, true, 'rex') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data ->> 'recipient', 'rex', 'also when he releases it');
SELECT reportlink_open('north', :l1, 'ada') AS ignored \gset
SELECT is((pg_temp.event('report.owner_changed')).data, '{"old_owner": null, "new_owner": "ada"}', 'nobody owned it: no recipient');
SELECT count(*) AS ignored FROM reportlink_unlink('north', ARRAY[:l1], true, 'ada') \gset
SELECT is((pg_temp.event('report.owner_changed')).data ->> 'recipient', 'ada', 'also when it is unassigned by unlinking');

-- The channel is a name
SELECT throws_ok(format('SET reportlink.notify_channel = %L', name), '22023', format('invalid value for parameter "reportlink.notify_channel": "%s"', name), format('notify_channel: not %s bytes', length(name)))
FROM unnest(ARRAY['', repeat('x', 64)]) name;
SELECT lives_ok(format('SET LOCAL reportlink.notify_channel = %L', name), format('notify_channel: %s bytes', length(name))) FROM unnest(ARRAY['x', repeat('x', 63)]) name;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
