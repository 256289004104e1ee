-- The tables (section 1 and decisions 1, 3 and 5 of how it is built): shape,
-- keys, what a row must be like. Functions: names, arguments, results.
\ir ../lib/setup.psql
\ir ../lib/reports.psql
SELECT plan(334);

-- Tables and their columns

CREATE TEMP TABLE shape (name text, columns text[]);
INSERT INTO shape VALUES
	('installation', '{version,installed_at,installed_by}'),
	('organization', '{organization_id,name,linking_enabled,recall_enabled,recall_delay_seconds,recall_allow_immediate_sign,addendum_clears_final_report,addendum_header,notify_previous_owner}'),
	('member', '{organization_id,user_id,role,active}'),
	('patient', '{organization_id,mrn}'),
	('report', '{organization_id,report_id,mrn,accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id,created_at,updated_at,status,owner_id,drafting,addendum_open,signed_at,group_id,link_position,document_id}'),
	('report_group', '{organization_id,group_id,mrn,default_report_id,document_id,member_count,created_at,created_by,closed_at,merged_into}'),
	('document', '{organization_id,document_id,parent_id,report_id,group_id,transcript,final_report,clinical_history,views,contrast,laterality,comparison,study_at,blank,checkpoint,reason,base_status,saved_at,saved_by}'),
	('signature', '{organization_id,signature_id,document_id,report_id,group_id,status,signed_by,signed_at}'),
	('past_link', '{organization_id,past_link_id,report_id,group_id,document_id,last_document_id,left_at}'),
	('publication', '{organization_id,publication_id,group_id,report_id,document_id,state,scheduled_at,publish_at,finished_at,requested_by,attempts,last_error,retry_at}'),
	('event', '{organization_id,event_id,type,group_id,document_id,default_report_id,report_ids,linked_identifiers,actor,database_role,occurred_at,data,cluster_id,transaction_id}'),
	('cluster', '{cluster_id,previous_id,system_identifier,database_oid,event_oid,noted_at}'),
	('subscriber', '{organization_id,subscriber,created_at,types,report_id,cluster_id,window_start,window_end,acknowledged_event_id}'),
	('access', '{organization_id,role_name,profile}');
SELECT tables_are('reportlink', ARRAY(SELECT name::name FROM shape), 'the tables of section 1');
SELECT views_are('reportlink', '{report_text,worklist,pending_publication,subscriber_lag,worker_status}'::name[], 'the views');
SELECT columns_are('reportlink', name::name, columns::name[], format('columns of %s', name)) FROM shape;
SELECT functions_are('reportlink', '{}'::name[], 'schema reportlink holds data and no functions');

-- Views have an organization to ask for, and report_text is everything an application reads
SELECT has_column('reportlink', name::name, 'organization_id', format('%s has organization_id', name)) FROM unnest('{report_text,worklist,pending_publication,subscriber_lag}'::text[]) name;
SELECT has_column('reportlink', 'report_text', a.attname, format('report_text has %s', a.attname))
FROM pg_attribute a
WHERE a.attnum > 0 AND NOT a.attisdropped
	AND (a.attrelid = 'reportlink.report'::regclass
		OR a.attrelid = 'reportlink.document'::regclass AND a.attname NOT IN ('parent_id', 'blank', 'reason', 'base_status', 'organization_id', 'report_id', 'document_id'));

-- Types

CREATE TEMP TABLE attribute AS
SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attidentity AS identity,
	o.collname AS collate_name, a.attnotnull AS is_not_null, a.attnum, a.attrelid
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation o ON o.oid = a.attcollation
WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'r';
SELECT is_empty($$SELECT table_name, name, type FROM attribute WHERE type LIKE 'timestamp%' AND type <> 'timestamp with time zone' OR name LIKE '%\_at' AND type <> 'timestamp with time zone'$$,
	'times are timestamptz');
SELECT is_empty($$SELECT table_name, name FROM attribute
	WHERE type IN ('text', 'text[]') AND collate_name <> 'C' AND name NOT IN ('name', 'addendum_header', 'study_name', 'last_error', 'installed_by',
		'transcript', 'final_report', 'clinical_history', 'views', 'contrast', 'laterality', 'comparison')$$,
	'identifiers are text COLLATE "C"; only text for people is not');
SELECT set_eq($$SELECT table_name || '.' || name FROM attribute WHERE identity = 'a' AND type = 'bigint'$$,
	'{report.report_id,report_group.group_id,document.document_id,signature.signature_id,past_link.past_link_id,publication.publication_id,event.event_id}'::text[], 'ids are bigint identity, always');
SELECT is_empty($$SELECT table_name, name, type FROM attribute WHERE name IN ('report_id', 'group_id', 'document_id', 'parent_id', 'event_id', 'default_report_id', 'merged_into') AND type <> 'bigint'$$,
	'whatever points at them is bigint');
SELECT is_empty($$SELECT t.table_name FROM attribute t WHERE t.type NOT IN ('text', 'bigint', 'integer', 'boolean', 'timestamp with time zone', 'bigint[]', 'text[]', 'jsonb', 'name', 'oid', 'xid8', 'pg_snapshot')$$,
	'no column is of a type of the extension');
SELECT set_eq($$SELECT attname::text COLLATE "default" FROM pg_attribute WHERE attrelid = 'reportlink.report'::regclass AND attnotnull AND attnum > 0$$,
	'{organization_id,report_id,created_at,updated_at,status,drafting,addendum_open}'::text[], 'what of a report is never null');

-- organization_id comes first in every key; what is of the whole database has none

SELECT set_eq($$SELECT name FROM shape WHERE 'organization_id' <> ALL (columns)$$, '{installation,cluster}'::text[],
	'every table has organization_id, but for what is of the whole database');
SELECT is(a.attname, 'organization_id', format('%s of %s begins with organization_id', c.conname, c.conrelid::regclass))
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.connamespace = 'reportlink'::regnamespace AND c.contype IN ('p', 'u', 'f') AND c.conrelid NOT IN ('reportlink.installation'::regclass, 'reportlink.cluster'::regclass);
SELECT is(a.attname, 'organization_id', format('index %s begins with organization_id', i.indexrelid::regclass))
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE c.relnamespace = 'reportlink'::regnamespace AND i.indrelid NOT IN ('reportlink.installation'::regclass, 'reportlink.cluster'::regclass)
	AND i.indexrelid <> 'reportlink.event_id_idx'::regclass; -- of every organization
SELECT set_eq($$SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE c.relnamespace = 'reportlink'::regnamespace AND i.indkey[0] = 0$$, '{reportlink.publication_due_idx}'::text[],
	'none begins with an expression, but for what is due next in any organization');
SELECT has_pk('reportlink', name::name, format('%s has a primary key', name)) FROM shape;
SELECT is_empty($$SELECT table_name FROM attribute WHERE name = 'organization_id' AND NOT is_not_null$$, 'organization_id is never null');
SELECT set_eq($$SELECT a.table_name::text COLLATE "default" FROM attribute a WHERE a.name = 'organization_id' AND NOT EXISTS (SELECT FROM pg_constraint c
		WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND a.attnum = c.conkey[1])$$, '{organization,subscriber}'::text[],
	'and always refers to one that there is; but for subscriber, where it may stand for every one');
SELECT col_is_unique('reportlink', 'cluster', '{system_identifier,database_oid,event_oid,previous_id}'::name[], 'a place is noted once, by one of those who note it at the same time');
SELECT throws_ok(format($$INSERT INTO reportlink.cluster (cluster_id, previous_id, system_identifier, database_oid, event_oid) VALUES (%s, 1, 1, 1)$$, numbers), '23514', NULL, format('number and previous one of a cluster: not %s', numbers))
FROM unnest('{"0, 0","1, 1","1, 2","1, -1"}'::text[]) numbers;
SELECT isnt_empty($$SELECT FROM pg_constraint WHERE conrelid = 'reportlink.report'::regclass AND confrelid = 'reportlink.report_group'::regclass AND cardinality(conkey) = 3$$,
	'a report refers to its group by organization, group and MRN');

-- HOT: no index has a column that linking or the workflow changes

SELECT is_empty($$SELECT i.indexrelid::regclass, a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
	WHERE i.indrelid = 'reportlink.report'::regclass
		AND a.attname IN ('status', 'owner_id', 'drafting', 'addendum_open', 'signed_at', 'group_id', 'link_position', 'document_id', 'updated_at')$$,
	'no index on report has a column that linking changes');
SELECT is_empty($$SELECT i.indexrelid::regclass, a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
	WHERE i.indrelid = 'reportlink.report_group'::regclass AND a.attname IN ('default_report_id', 'document_id', 'member_count', 'closed_at', 'merged_into')$$,
	'no index on report_group has a column that linking changes');
SELECT is_empty($$SELECT i.indexrelid::regclass FROM pg_index i
	WHERE i.indrelid IN ('reportlink.report'::regclass, 'reportlink.report_group'::regclass) AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)$$,
	'and none hides one in an expression or a condition');
SELECT cmp_ok((SELECT substring(array_to_string(reloptions, ',') FROM 'fillfactor=(\d+)')::int FROM pg_class WHERE oid = table_name::regclass), '<', 80, format('%s: fillfactor leaves room', table_name))
FROM unnest('{reportlink.report,reportlink.report_group}'::text[]) table_name;

-- The extension owns functions, never data

SELECT is_empty($$SELECT c.relname FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass
	WHERE c.relnamespace = 'reportlink'::regnamespace$$, 'no table, index or sequence belongs to the extension');
SELECT is_empty($$SELECT pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d
	JOIN pg_depend e ON e.classid = d.refclassid AND e.objid = d.refobjid AND e.deptype = 'e'
	JOIN pg_extension x ON e.refclassid = 'pg_extension'::regclass AND e.refobjid = x.oid AND x.extname = 'reportlink'
	WHERE d.classid NOT IN ('pg_trigger'::regclass, 'pg_proc'::regclass) AND d.deptype <> 'i'$$, 'nothing but triggers depends on its functions');
SELECT is_empty(format($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relowner <> %L::regrole$$, current_user),
	'all of it is owned by who ran reportlink_install()');
SELECT is_empty($$SELECT table_name, name FROM attribute WHERE col_description(attrelid, attnum) IS NULL$$, 'every column has a comment');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind IN ('r', 'v') AND obj_description(c.oid, 'pg_class') IS NULL$$,
	'every table and view has a comment');

-- Functions

CREATE TEMP TABLE signature (name text, arguments text, result text);
INSERT INTO signature VALUES
	('reportlink_version', '', 'text'), ('reportlink_install', '', 'text'),
	('reportlink_link', 'organization_id text, report_ids bigint[], trigger_open_event boolean DEFAULT true, actor text DEFAULT NULL',
		'group_id bigint, default_report_id bigint, report_ids bigint[], linked_report_ids bigint[], merged_group_ids bigint[], status text, owner_id text, superseded_document_ids bigint[]'),
	('reportlink_unlink', 'organization_id text, report_ids bigint[], unassign_and_discard boolean DEFAULT false, actor text DEFAULT NULL',
		'report_id bigint, group_id bigint, document_id bigint, status text, owner_id text, group_dissolved boolean'),
	('reportlink_set_default', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_open', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_close', 'organization_id text, report_id bigint, release boolean DEFAULT false, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_assign', 'organization_id text, report_id bigint, new_owner text, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_save', 'organization_id text, report_id bigint, content jsonb, expected_document_id bigint DEFAULT NULL, checkpoint boolean DEFAULT true, actor text DEFAULT NULL', 'bigint'),
	('reportlink_discard', 'organization_id text, report_id bigint, unassign boolean DEFAULT false, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_cancel', 'organization_id text, report_id bigint, whole_group boolean DEFAULT false, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_prelim_sign', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_sign', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_start_addendum', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_reject', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_transitions', '', 'from_status text, to_status text, function text, addendum_open boolean, finally_signed boolean, plain_sql boolean, roles text[]'),
	('reportlink_publish_now', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_cancel_publish', 'organization_id text, report_id bigint, actor text DEFAULT NULL', 'report_id bigint, group_id bigint, status text, owner_id text, document_id bigint'),
	('reportlink_publish_due', 'batch integer DEFAULT 100, organization_id text DEFAULT NULL', 'integer'),
	('reportlink_subscribe', 'organization_id text, subscriber text, from_start boolean DEFAULT false, types text[] DEFAULT NULL, report_id bigint DEFAULT NULL', 'void'),
	('reportlink_unsubscribe', 'organization_id text, subscriber text', 'void'),
	('reportlink_fetch', 'organization_id text, subscriber text, batch integer DEFAULT 100',
		'organization_id text, event_id bigint, type text, group_id bigint, document_id bigint, default_report_id bigint, report_ids bigint[], linked_identifiers jsonb, actor text, database_role text, occurred_at timestamp with time zone, data jsonb'),
	('reportlink_ack', 'organization_id text, subscriber text, event_id bigint', 'void'),
	('reportlink_purge_events', 'organization_id text, before timestamp with time zone, batch integer DEFAULT 10000', 'integer'),
	('reportlink_history', 'organization_id text, report_id bigint',
		'report_id bigint, document_id bigint, parent_id bigint, saved_at timestamp with time zone, saved_by text, reason text, checkpoint boolean, signed boolean, signed_as text, signed_by text, signed_at timestamp with time zone, in_force boolean, transcript_bytes integer, final_report_bytes integer'),
	('reportlink_prune_documents', 'organization_id text, before timestamp with time zone, batch integer DEFAULT 10000', 'integer'),
	('reportlink_linked_reports', 'organization_id text, report_id bigint',
		'report_id bigint, accession_number text, study_name text, created_at timestamp with time zone, mrn text, order_id text, site_id text, native_id text, assigning_authority text, is_default boolean'),
	('reportlink_linkable_reports', 'organization_id text, report_id bigint',
		'report_id bigint, accession_number text, study_name text, created_at timestamp with time zone, status text, owner_id text, group_id bigint, linked boolean, linkable boolean, reason text, linkable_count bigint'),
	('reportlink_find', 'organization_id text, mrn text DEFAULT NULL, accession_number text DEFAULT NULL, site_id text DEFAULT NULL',
		'report_id bigint, mrn text, accession_number text, site_id text, order_id text, native_id text, assigning_authority text, study_name text, created_at timestamp with time zone, status text, owner_id text, group_id bigint, is_default boolean'),
	('reportlink_check', 'organization_id text DEFAULT NULL', 'organization_id text, invariant text, group_id bigint, report_id bigint, detail text'),
	('reportlink_grant', 'grantee regrole, profile text, organization_id text DEFAULT NULL', 'void'),
	('reportlink_revoke', 'grantee regrole, profile text, organization_id text DEFAULT NULL', 'void');
-- The triggers: what they guard, and when

SELECT set_eq($$SELECT c.relname::text COLLATE "default", t.tgname::text COLLATE "default", t.tgfoid::regproc::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'reportlink'::regnamespace AND NOT t.tgisinternal$$,
	$$VALUES ('report', 'reportlink_insert', 'reportlink_report_insert'), ('report', 'reportlink_update', 'reportlink_report_update'), ('report', 'reportlink_sync', 'reportlink_report_sync'),
		('report', 'reportlink_identifiers', 'reportlink_report_identifiers'), ('report', 'reportlink_delete', 'reportlink_report_delete'), ('report', 'reportlink_truncate', 'reportlink_refuse_change')
	UNION ALL
	SELECT t, 'reportlink_' || w.name, w.function FROM unnest('{report_group,document,signature,past_link,event}'::text[]) t,
		(VALUES ('insert', 'reportlink_owner_insert'), ('change', 'reportlink_refuse_change'), ('truncate', 'reportlink_refuse_change')) w (name, function)$$,
	'report is guarded and kept in step, what only functions write is guarded for INSERT, change and TRUNCATE');
SELECT is_empty($$SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
	WHERE c.relnamespace = 'reportlink'::regnamespace AND NOT t.tgisinternal AND (t.tgenabled <> 'O' OR obj_description(t.oid, 'pg_trigger') IS NULL)$$,
	'all triggers are enabled and have a comment');

CREATE TEMP TABLE function AS
SELECT p.oid, p.proname AS name, p.prosecdef, p.proconfig, p.prorettype, p.proretset, p.provolatile, p.proowner,
	(SELECT string_agg(concat_ws(' ', a.name, format_type(a.type, NULL), substring(pg_get_function_arguments(p.oid) FROM a.name || ' [a-z \[\]]+ (DEFAULT (?:true|false|NULL|10000|100))')), ', ' ORDER BY a.n)
		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, coalesce(p.proargmodes, array_fill('i'::"char", ARRAY[p.pronargs::int]))) WITH ORDINALITY a (type, name, mode, n)
		WHERE a.mode IN ('i', 'b')) AS arguments,
	coalesce((SELECT string_agg(a.name || ' ' || format_type(a.type, NULL), ', ' ORDER BY a.n)
		FROM unnest(p.proallargtypes, p.proargnames, p.proargmodes) WITH ORDINALITY a (type, name, mode, n) WHERE a.mode IN ('o', 'b', 't')), format_type(p.prorettype, NULL)) AS result
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'reportlink';
SELECT is(coalesce(f.arguments, ''), s.arguments, format('%s: arguments', s.name)) FROM signature s LEFT JOIN function f ON f.name = s.name;
SELECT is(f.result, s.result, format('%s: result columns', s.name)) FROM signature s LEFT JOIN function f ON f.name = s.name;
SELECT is_empty($$SELECT name FROM function WHERE prorettype <> 'trigger'::regtype EXCEPT SELECT name FROM signature$$, 'there are no others, but for triggers');
SELECT is_empty($$SELECT name FROM function WHERE name NOT LIKE 'reportlink\_%'$$, 'all are named reportlink_*');
SELECT is_empty($$SELECT name FROM function WHERE prorettype <> 'trigger'::regtype AND NOT coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false)$$, 'all have their own search_path, but for those of triggers');
SELECT is_empty($$SELECT name FROM function WHERE prosecdef$$, 'none is SECURITY DEFINER');
SELECT is_empty($$SELECT name FROM function WHERE obj_description(oid, 'pg_proc') IS NULL$$, 'all have a comment');
SELECT is_empty($$SELECT name FROM function WHERE has_function_privilege('public', oid, 'EXECUTE') AND name <> 'reportlink_version'$$, 'PUBLIC may execute none but reportlink_version()');
SELECT is(reportlink_version(), (SELECT max(version) FROM reportlink.installation), 'library and tables are of one version');

-- A report is registered by a plain INSERT of its identifiers

INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A1') RETURNING report_id AS a1 \gset
SELECT is((SELECT (status, owner_id, drafting, addendum_open, signed_at, group_id, link_position, document_id)::text FROM reportlink.report WHERE report_id = :a1),
	'(unread,,f,f,,,,)', 'a new report is unread, nobody''s, not linked, blank');
SELECT is((SELECT (created_at, updated_at)::text FROM reportlink.report WHERE report_id = :a1), (now(), now())::text, 'registered now');
SELECT is((SELECT count(*) FROM reportlink.patient WHERE organization_id = 'north' AND mrn = 'P1'), 1::bigint, 'its patient''s row comes by itself');
SELECT lives_ok($$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P1', 'A2')$$, 'a second one of that patient');
SELECT lives_ok($$INSERT INTO reportlink.report (organization_id, order_id) VALUES ('north', 'O1')$$, 'one without MRN');
SELECT is((SELECT count(*) FROM reportlink.patient), 1::bigint, 'makes no patient');
SELECT throws_ok($$INSERT INTO reportlink.report (organization_id, order_id) VALUES ('nowhere', 'O1')$$, '23503', NULL, 'the organization must be there');
SELECT throws_ok($$INSERT INTO reportlink.report (organization_id, mrn, order_id) VALUES ('nowhere', 'P1', 'O1')$$, '23503', NULL, 'also with an MRN');
SELECT throws_ok($$INSERT INTO reportlink.report (organization_id, order_id) VALUES (NULL, 'O1')$$, '23502', NULL, 'and be named');

-- At least one of accession number, native id, order id

SELECT lives_ok(format($$INSERT INTO reportlink.report (organization_id, mrn, %I) VALUES ('north', 'P2', 'x')$$, name), format('%s alone is enough', name))
FROM unnest('{accession_number,native_id,order_id}'::text[]) name;
SELECT throws_ok(format($$INSERT INTO reportlink.report (organization_id, mrn, %I) VALUES ('north', 'P2', 'x')$$, name), '23514', NULL, format('%s alone is not', name))
FROM unnest('{assigning_authority,site_id,study_name,study_id,template_id}'::text[]) name;

-- Uniqueness: all six identifiers with the organization, NULLs compare equal

CREATE TEMP TABLE identifier (name text, n int);
INSERT INTO identifier VALUES ('mrn', 1), ('accession_number', 2), ('native_id', 3), ('assigning_authority', 4), ('order_id', 5), ('site_id', 6);
CREATE FUNCTION pg_temp.register(organization text, VARIADIC identifiers text[]) RETURNS text
	LANGUAGE sql
	RETURN format('INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id) VALUES (%L, %L, %L, %L, %L, %L, %L)',
		organization, identifiers[1], identifiers[2], identifiers[3], identifiers[4], identifiers[5], identifiers[6]);
SELECT lives_ok(pg_temp.register('north', 'U', 'a', 'n', 'v', 'o', 's'), 'an order with all six');
SELECT throws_ok(pg_temp.register('north', 'U', 'a', 'n', 'v', 'o', 's'), '23505', NULL, 'a second copy of it is refused');
SELECT lives_ok(pg_temp.register('south', 'U', 'a', 'n', 'v', 'o', 's'), 'in another organization it is another order');
SELECT lives_ok(format($$%s$$, pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN 'other' ELSE (ARRAY['U', 'a', 'n', 'v', 'o', 's'])[j.n] END FROM identifier j ORDER BY j.n))),
	format('with another %s it is another order', name)) FROM identifier i;
SELECT lives_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN NULL ELSE (ARRAY['U', 'a', 'n', 'v', 'o', 's'])[j.n] END FROM identifier j ORDER BY j.n)),
	format('without %s it is another order', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN NULL ELSE (ARRAY['U', 'a', 'n', 'v', 'o', 's'])[j.n] END FROM identifier j ORDER BY j.n)), '23505', NULL,
	format('without %s a second copy is refused: NULLs compare equal', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', NULL, NULL, NULL, NULL, 'O1', NULL), '23505', NULL, 'with nothing but an order id, too');
SELECT lives_ok(pg_temp.register('north', 'P1', 'A1', NULL, NULL, NULL, NULL) || ' ON CONFLICT DO NOTHING', 're-sent HL7 orders can use ON CONFLICT DO NOTHING');
SELECT is((SELECT count(*) FROM reportlink.report WHERE mrn = 'P1' AND accession_number = 'A1'), 1::bigint, 'and make no second report');

-- Lengths

SELECT lives_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN repeat('l', 255) ELSE 'len' END FROM identifier j ORDER BY j.n)), format('%s of 255 bytes', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN repeat('l', 256) ELSE 'len' END FROM identifier j ORDER BY j.n)), '23514', NULL, format('%s of 256 bytes is refused', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN repeat('ü', 128) ELSE 'len' END FROM identifier j ORDER BY j.n)), '23514', NULL, format('%s: bytes count, not characters', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', VARIADIC ARRAY(SELECT CASE WHEN i.n = j.n THEN '' ELSE 'len' END FROM identifier j ORDER BY j.n)), '23514', NULL, format('an empty %s is refused', name)) FROM identifier i;
SELECT throws_ok(pg_temp.register('north', mrn, 'A', NULL, NULL, NULL, NULL), '23514', NULL, 'an MRN of nothing but white space is refused') FROM unnest(ARRAY[' ', E'\t\n ']) mrn;

-- States

SELECT lives_ok(format($$INSERT INTO reportlink.report (organization_id, order_id, status) VALUES ('north', 'S-%s', %L)$$, status, status), format('status %s', status))
FROM unnest('{unread,draft,prelim_signed,signed,addendum_prelim_signed,addendum_signed,cancelled}'::text[]) status;
SELECT throws_ok(format($$INSERT INTO reportlink.report (organization_id, order_id, status) VALUES ('north', 'S-%s', %L)$$, status, status), '23514', NULL, format('status %L is none', status))
FROM unnest('{final,Draft,"unread ",""}'::text[]) status;

INSERT INTO reportlink.document (organization_id, report_id, final_report) VALUES ('north', 1, 'text') RETURNING document_id AS document \gset
CREATE TEMP TABLE state (status text, signature boolean);
INSERT INTO state VALUES ('unread', false), ('draft', false), ('prelim_signed', true), ('signed', true), ('addendum_prelim_signed', true), ('addendum_signed', true), ('cancelled', false);
SELECT CASE WHEN signature THEN lives_ok(format($$INSERT INTO reportlink.document (organization_id, report_id, base_status) VALUES ('north', 1, %L)$$, status), format('an addendum can begin on %s', status))
	ELSE throws_ok(format($$INSERT INTO reportlink.document (organization_id, report_id, base_status) VALUES ('north', 1, %L)$$, status), '23514', NULL, format('no addendum begins on %s', status)) END FROM state;
SELECT CASE WHEN signature THEN lives_ok(format($$INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) VALUES ('north', %s, 1, %L)$$, :document::text, status), format('a signature gives %s', status))
	ELSE throws_ok(format($$INSERT INTO reportlink.signature (organization_id, document_id, report_id, status) VALUES ('north', %s, 1, %L)$$, :document::text, status), '23514', NULL, format('no signature gives %s', status)) END FROM state;
SELECT throws_ok(format('INSERT INTO reportlink.signature (organization_id, document_id, report_id, status, signed_at) VALUES (%L, %s, %s, %L, %s)', organization, document, report, status, at), code, NULL, why)
FROM (VALUES ('nowhere', :document::text, '1', 'signed', 'now()', '23503', 'a signature is of an organization that there is'),
	('north', 'NULL', '1', 'signed', 'now()', '23502', 'of a document'), ('north', :document::text, 'NULL', 'signed', 'now()', '23502', 'through a report'),
	('north', :document::text, '1', NULL, 'now()', '23502', 'gives a status'), ('north', :document::text, '1', 'signed', 'NULL', '23502', 'and has its time')) t (organization, document, report, status, at, code, why);
SELECT throws_ok($$INSERT INTO reportlink.past_link (organization_id, report_id, group_id) VALUES ('north', 1, 999999)$$, '23503', NULL, 'a group that was left is one that there was');

SELECT lives_ok(format($$INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES ('north', %L, 0)$$, repeat('s', 255)), 'subscriber of 255 bytes');
SELECT throws_ok(format('INSERT INTO reportlink.subscriber (organization_id, subscriber, cluster_id) VALUES (%L, %L, 0)', organization, name), code, NULL, format('subscriber: %s', why))
FROM (VALUES ('north', repeat('s', 256), '23514', '256 bytes are refused'), ('north', repeat('ü', 128), '23514', 'bytes count, not characters'), ('north', '', '23514', 'not empty'),
	('north', NULL, '23502', 'not null'), (NULL, 's', '23502', 'of an organization or of every one'), ('north', repeat('s', 255), '23505', 'once')) t (organization, name, code, why);

-- Members of a group cannot differ in organization or MRN, whoever writes

SELECT pg_temp.new_report('north', 'G1', 'G1-1') AS g1, pg_temp.new_report('north', 'G1', 'G1-2') AS g2 \gset
SELECT group_id AS g FROM reportlink_link('north', ARRAY[:g1, :g2], false, 'ada') \gset
CREATE FUNCTION pg_temp.member(organization text, mrn text, a_group bigint, status text DEFAULT 'unread', place int DEFAULT 9) RETURNS text
	LANGUAGE sql
	RETURN format('INSERT INTO reportlink.report (organization_id, mrn, order_id, status, group_id, link_position) VALUES (%L, %L, %L, %L, %s, %L)', organization, mrn, 'member', status, a_group, place);
SELECT throws_ok(pg_temp.member('north', 'G2', :g), '23503', NULL, 'a group of another patient');
SELECT throws_ok(pg_temp.member('south', 'G1', :g), '23503', NULL, 'a group of another organization');
SELECT throws_ok(pg_temp.member('north', 'G1', 999999), '23503', NULL, 'a group that there is not');
SELECT throws_ok(pg_temp.member('north', NULL, :g), '23514', NULL, 'a linked report has an MRN');
SELECT throws_ok(pg_temp.member('north', 'G1', :g, 'cancelled'), '23514', NULL, 'a linked report is not cancelled');
SELECT throws_ok(pg_temp.member('north', 'G1', :g, 'unread', NULL), '23514', NULL, 'a linked report has its place');
SELECT throws_ok($$INSERT INTO reportlink.report (organization_id, mrn, order_id, link_position) VALUES ('north', 'G1', 'x', 1)$$, '23514', NULL, 'only a linked report has one');
SELECT throws_ok($$DELETE FROM reportlink.patient WHERE mrn = 'G1'$$, '23503', NULL, 'a patient with reports stays');
SELECT throws_ok($$DELETE FROM reportlink.organization WHERE organization_id = 'north'$$, '23503', NULL, 'so does an organization');

-- a patient who was there a row ago may have gone again, whatever took him away
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'Z1', 'Z1'), ('north', 'Z1', 'Z2');
DELETE FROM reportlink.report WHERE mrn = 'Z1';
DELETE FROM reportlink.patient WHERE mrn = 'Z1';
SELECT lives_ok($$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'Z1', 'Z1'), ('north', 'Z1', 'Z2')$$,
	'a patient comes again who was deleted in the same transaction');
SAVEPOINT before;
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'Z2', 'Z1');
ROLLBACK TO before;
SELECT lives_ok($$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'Z2', 'Z1')$$,
	'or whose row was rolled back');
SELECT lives_ok($$INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('south', 'Z2', 'Z1')$$,
	'and the same MRN in another organization is another patient');
SELECT is((SELECT count(*) FROM reportlink.patient WHERE mrn IN ('Z1', 'Z2')), 3::bigint, 'each has one row');

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
