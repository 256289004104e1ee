-- Who may do what (section 11): every profile, and nobody, in all organizations
-- and in one, with every privilege on the schema and on every table, column,
-- view, sequence and function. What is right is a list of lines; everything
-- that the catalog has must be on it. Then what else could open something:
-- default privileges, another install, what was there before or is left.
\ir ../lib/setup.psql
SELECT plan(813);

-- R reader, W reporter, L listener, A administrator; of_one: in one organization, where it
-- is not the same. A reporter has what a reader has, and the table's privilege its columns.

CREATE TEMP TABLE may (object text, privilege text, who text, of_one text, columns text[]);
INSERT INTO may (object, privilege, who) VALUES
	('schema reportlink', 'USAGE', 'RWLA'),
	('organization', 'SELECT', 'RWA'), ('organization', 'INSERT', 'A'), ('organization', 'UPDATE', 'A'),
	('member', 'SELECT', 'RWA'), ('member', 'INSERT', 'A'), ('member', 'UPDATE', 'A'), ('member', 'DELETE', 'A'),
	('report', 'SELECT', 'RWA'), ('report', 'DELETE', 'A'),
	('patient', 'SELECT', 'RWA'), ('report_group', 'SELECT', 'RWA'), ('document', 'SELECT', 'RWA'),
	('signature', 'SELECT', 'RWA'), ('past_link', 'SELECT', 'RWA'), ('publication', 'SELECT', 'RWA'),
	('report_text', 'SELECT', 'RWA'), ('worklist', 'SELECT', 'RWA'), ('pending_publication', 'SELECT', 'RWA'),
	('event', 'SELECT', 'LA'), ('subscriber', 'SELECT', 'LA'), ('subscriber_lag', 'SELECT', 'LA');
INSERT INTO may (object, privilege, who, of_one) VALUES
	('cluster', 'SELECT', 'LA', ''), ('worker_status', 'SELECT', 'A', ''), ('installation', 'SELECT', 'A', ''),
	('access', 'SELECT', 'A', 'RWLA');
INSERT INTO may (object, privilege, who, columns) VALUES
	('organization', 'SELECT', 'L', '{organization_id}'),
	('report', 'INSERT', 'WA', '{organization_id,mrn,accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id}'),
	('report', 'UPDATE', 'WA', '{mrn,accession_number,native_id,assigning_authority,order_id,site_id,study_name,study_id,template_id,status,owner_id}');
INSERT INTO may (object, privilege, who)
SELECT f, 'EXECUTE', who FROM (VALUES
	('version', 'RWLA-'), -- and whoever has no profile
	('linked_reports linkable_reports find history transitions', 'RWLA'),
	('link unlink set_default open close assign save discard cancel', 'WA'),
	('prelim_sign sign start_addendum reject publish_now cancel_publish', 'WA'),
	('subscribe unsubscribe fetch ack', 'LA'),
	('publish_due purge_events prune_documents check', 'A'),
	('install grant revoke', ''),
	('report_insert report_update report_sync report_identifiers report_delete owner_insert refuse_change', '')) t (functions, who),
	LATERAL (SELECT 'reportlink_' || n || '()' FROM regexp_split_to_table(functions, ' ') n) f (f);
INSERT INTO may (object, privilege, who)
SELECT s, 'USAGE', '' FROM unnest('{report_report_id_seq,report_group_group_id_seq,document_document_id_seq,signature_signature_id_seq,past_link_past_link_id_seq,publication_publication_id_seq,event_event_id_seq}'::text[]) s;

-- Everything that there is

CREATE TEMP VIEW everything AS
SELECT 'schema ' || nspname AS name, 'n' AS kind, oid, NULL::smallint AS attnum, NULL::text AS column FROM pg_namespace WHERE nspname = 'reportlink'
UNION ALL
SELECT relname, CASE relkind WHEN 'S' THEN 'S' ELSE 'r' END, c.oid, NULL, NULL FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = 'reportlink' AND relkind NOT IN ('i', 'I', 't', 'c')
UNION ALL
SELECT relname, 'c', c.oid, attnum, attname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE nspname = 'reportlink' AND relkind NOT IN ('i', 'I', 't', 'c', 'S')
UNION ALL
SELECT p.proname || '()', 'f', p.oid, NULL, NULL FROM pg_proc p
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'reportlink';
CREATE TEMP TABLE object AS SELECT * FROM everything;
SELECT results_eq('SELECT DISTINCT name COLLATE "C" FROM object ORDER BY 1', 'SELECT DISTINCT object COLLATE "C" FROM may ORDER BY 1', 'every object is on the list');
SELECT is_empty('SELECT name FROM object WHERE kind = ''f'' GROUP BY name HAVING count(*) > 1', 'no function has two forms');
SELECT is_empty('SELECT object, c FROM may, unnest(columns) c EXCEPT SELECT name, "column" FROM object', 'every column on the list is there');

-- Roles: each profile in all organizations and in one, and nobody; PUBLIC is asked as such

CREATE TEMP TABLE grantee (letter text, profile text, organization text, role name);
INSERT INTO grantee
SELECT p.letter, p.name, o, format('reportlink_test_%s%s', p.name, '_of_' || o)
FROM (VALUES ('R', 'reader'), ('W', 'reporter'), ('L', 'listener'), ('A', 'administrator')) p (letter, name), (VALUES (NULL), ('north')) o (o);
INSERT INTO grantee VALUES ('-', NULL, NULL, 'reportlink_test_nobody'), ('-', NULL, NULL, 'public');
SELECT format('CREATE ROLE %I', role) FROM grantee WHERE role <> 'public' \gexec

-- Does the server say that a role may?
CREATE FUNCTION pg_temp.has(role name, object object, privilege text) RETURNS boolean
	LANGUAGE sql
	RETURN CASE object.kind
		WHEN 'n' THEN has_schema_privilege(role, object.oid, privilege)
		WHEN 'r' THEN has_table_privilege(role, object.oid, privilege)
		WHEN 'c' THEN has_column_privilege(role, object.oid, object.attnum, privilege)
		WHEN 'S' THEN has_sequence_privilege(role, object.oid, privilege)
		WHEN 'f' THEN has_function_privilege(role, object.oid, privilege) END;

-- What of an object is not as the list says for a role with these profiles, none where all is:
-- '+ what it has too much', '- what it lacks'
CREATE FUNCTION pg_temp.wrong(role name, profiles text, in_one boolean) RETURNS TABLE (object_name text, cells text)
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT o.name, string_agg(concat_ws(' ', CASE WHEN h.has THEN '+' ELSE '-' END, p.privilege, o.column), ', ') FILTER (WHERE h.has <> h.should)
		FROM object o JOIN (VALUES ('n', 'USAGE'), ('n', 'CREATE'),
			('r', 'SELECT'), ('r', 'INSERT'), ('r', 'UPDATE'), ('r', 'DELETE'), ('r', 'TRUNCATE'), ('r', 'REFERENCES'), ('r', 'TRIGGER'),
			('c', 'SELECT'), ('c', 'INSERT'), ('c', 'UPDATE'), ('c', 'REFERENCES'),
			('S', 'USAGE'), ('S', 'SELECT'), ('S', 'UPDATE'), ('f', 'EXECUTE')) p (kind, privilege) ON p.kind = o.kind,
			LATERAL (SELECT pg_temp.has(wrong.role, o, p.privilege), EXISTS (SELECT FROM may m WHERE m.object = o.name AND m.privilege = p.privilege
				AND CASE WHEN wrong.in_one THEN coalesce(m.of_one, m.who) ELSE m.who END ~ ('[' || wrong.profiles || ']')
				AND (m.columns IS NULL OR o.column = ANY (m.columns)))) h (has, should)
		GROUP BY o.name ORDER BY o.name;
	END;
CREATE FUNCTION pg_temp.wrong_anywhere(role name, profiles text DEFAULT '-', in_one boolean DEFAULT false) RETURNS text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT string_agg(w.object_name || ': ' || w.cells, '; ') FROM pg_temp.wrong(wrong_anywhere.role, wrong_anywhere.profiles, wrong_anywhere.in_one) w;
	END;

-- What everybody was given, object by object
CREATE FUNCTION pg_temp.acls() RETURNS SETOF text
	LANGUAGE sql
	BEGIN ATOMIC
		SELECT concat_ws(' ', o.name, o.column, CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END, a.privilege_type, a.is_grantable)
		FROM object o, LATERAL (SELECT CASE o.kind
				WHEN 'n' THEN (SELECT coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace n WHERE n.oid = o.oid)
				WHEN 'c' THEN (SELECT attacl FROM pg_attribute t WHERE t.attrelid = o.oid AND t.attnum = o.attnum)
				WHEN 'f' THEN (SELECT coalesce(proacl, acldefault('f', proowner)) FROM pg_proc p WHERE p.oid = o.oid)
				ELSE (SELECT coalesce(relacl, acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", relowner)) FROM pg_class c WHERE c.oid = o.oid) END) l (acl),
			aclexplode(l.acl) a
		ORDER BY 1;
	END;

-- Before: nobody has anything. Then each its own. Then again nobody.

CREATE TEMP TABLE acl_before AS SELECT * FROM pg_temp.acls() acl;
SELECT is(pg_temp.wrong_anywhere(role), NULL, format('%s has nothing yet', role)) FROM grantee;
SELECT reportlink_grant(role::text::regrole, profile, organization) FROM grantee WHERE profile IS NOT NULL \g /dev/null
SELECT is(w.cells, NULL, format('%s: %s', role, w.object_name)) FROM grantee, pg_temp.wrong(role, letter, organization IS NOT NULL) w;
SELECT is_empty($$SELECT acl FROM pg_temp.acls() acl WHERE acl LIKE '% t' AND acl NOT LIKE '% ' || current_user || ' %'$$, 'nobody may hand on what he was granted');

-- Another install changes nothing of it, nor of what a DBA granted or took himself

GRANT SELECT (mrn), REFERENCES (mrn) ON reportlink.patient TO reportlink_test_nobody;
GRANT USAGE ON SEQUENCE reportlink.report_report_id_seq TO PUBLIC;
REVOKE DELETE ON reportlink.report FROM reportlink_test_administrator_of_north;
CREATE TEMP TABLE acl_granted AS SELECT * FROM pg_temp.acls() acl;
DROP TRIGGER reportlink_delete ON reportlink.report;
SELECT reportlink_install() \g /dev/null
SELECT set_eq('SELECT * FROM pg_temp.acls()', 'SELECT * FROM acl_granted', 'run again, reportlink_install() grants and revokes nothing');
REVOKE ALL (mrn) ON reportlink.patient FROM reportlink_test_nobody;
REVOKE ALL ON SEQUENCE reportlink.report_report_id_seq FROM PUBLIC;

-- Revoked; and any two profiles

SELECT reportlink_revoke(role::text::regrole, profile, organization) FROM grantee WHERE profile IS NOT NULL \g /dev/null
SELECT set_eq('SELECT * FROM pg_temp.acls()', 'SELECT * FROM acl_before', 'revoked, all is as it was before');
SELECT is_empty(format('SELECT * FROM pg_shdepend WHERE refclassid = ''pg_authid''::regclass AND refobjid = %L::regrole', role), format('nothing depends on %s', role)) FROM grantee WHERE profile IS NOT NULL;
SELECT is_empty('SELECT * FROM reportlink.access', 'nothing is left in reportlink.access');
-- of all organizations, revoking one takes what both give; of one it does not
CREATE FUNCTION pg_temp.wrong_with_two(one grantee, other grantee) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	held boolean := one.organization IS NOT NULL;
	wrong text;
BEGIN
	PERFORM reportlink_grant(one.role::text::regrole, p, one.organization) FROM unnest(ARRAY[one.profile, other.profile]) p;
	wrong := pg_temp.wrong_anywhere(one.role, one.letter || other.letter, held);
	PERFORM reportlink_revoke(one.role::text::regrole, other.profile, one.organization);
	IF held THEN
		wrong := concat_ws('; ', wrong, pg_temp.wrong_anywhere(one.role, one.letter, held));
	END IF;
	PERFORM reportlink_revoke(one.role::text::regrole, one.profile);
	RETURN concat_ws('; ', wrong, pg_temp.wrong_anywhere(one.role));
END
$$;
SELECT is(pg_temp.wrong_with_two(one, other), '', format('%s, and %s besides, which is taken back', one.role, other.profile))
FROM grantee one JOIN grantee other ON one.profile < other.profile AND one.organization IS NOT DISTINCT FROM other.organization;
SELECT set_eq('SELECT * FROM pg_temp.acls()', 'SELECT * FROM acl_before', 'and again all is as it was before');

-- A tenant has nothing else: no privilege from before, on whatever

CREATE FUNCTION pg_temp.tenant_with(privilege text) RETURNS text
	LANGUAGE plpgsql
AS $$
BEGIN
	EXECUTE format('GRANT %s TO reportlink_test_nobody', privilege);
	PERFORM reportlink_grant('reportlink_test_nobody', 'reader', 'north');
	RAISE EXCEPTION USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN 'done';
WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT is(pg_temp.tenant_with(privilege), '55000 role "reportlink_test_nobody" has privileges in all organizations', format('cannot become a tenant: who has %s', privilege))
FROM (SELECT CASE kind WHEN 'n' THEN 'USAGE ON SCHEMA reportlink' WHEN 'r' THEN 'REFERENCES ON reportlink.' || name WHEN 'S' THEN 'SELECT ON SEQUENCE reportlink.' || name END
	FROM object WHERE kind IN ('n', 'r', 'S')
	UNION ALL SELECT 'SELECT (mrn) ON reportlink.report') t (privilege);
SELECT is(pg_temp.tenant_with('CONNECT ON DATABASE ' || current_database()), 'done', 'and who has something else can');

-- Privileges that somebody gives a tenant by hand do not take him out of his organization

CREATE FUNCTION pg_temp.as_nobody(statement text) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	affected bigint;
BEGIN
	SET LOCAL ROLE reportlink_test_nobody;
	EXECUTE statement;
	GET DIAGNOSTICS affected = ROW_COUNT;
	RAISE EXCEPTION '%', affected USING ERRCODE = 'TRY01';
EXCEPTION WHEN SQLSTATE 'TRY01' THEN
	RETURN SQLERRM || ' rows';
WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'M1', 'A1'), ('south', 'M1', 'A1');
SAVEPOINT by_hand;
SELECT reportlink_grant('reportlink_test_nobody', 'reader', 'north') \g /dev/null
CREATE ROLE reportlink_test_other;
SELECT reportlink_grant('reportlink_test_other', 'administrator', 'south') \g /dev/null
GRANT ALL ON ALL TABLES IN SCHEMA reportlink TO reportlink_test_nobody;
GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO reportlink_test_nobody;
SELECT is(pg_temp.as_nobody(statement), outcome, format('with every privilege, a tenant: %s', statement))
FROM (VALUES
	('INSERT INTO reportlink.access VALUES (''south'', ''reportlink_test_nobody'', ''administrator'')', '42501'),
	('INSERT INTO reportlink.access VALUES (''north'', ''reportlink_test_nobody'', ''administrator'')', '42501'),
	('UPDATE reportlink.access SET organization_id = ''south''', '42501'),
	('UPDATE reportlink.access SET profile = ''administrator''', '42501'),
	('UPDATE reportlink.access SET role_name = ''reportlink_test_nobody'' WHERE role_name = ''reportlink_test_other''', '0 rows'),
	('DELETE FROM reportlink.access WHERE role_name = ''reportlink_test_other''', '0 rows'),
	('SELECT * FROM reportlink.report WHERE organization_id = ''south''', '0 rows'),
	('INSERT INTO reportlink.patient VALUES (''south'', ''M9'')', '42501'),
	('INSERT INTO reportlink.member VALUES (''south'', ''eve'', ''attending'')', '42501'),
	('UPDATE reportlink.member SET role = ''attending'' WHERE organization_id = ''south''', '0 rows'),
	('UPDATE reportlink.organization SET organization_id = ''mine'' WHERE organization_id = ''south''', '0 rows'),
	('DELETE FROM reportlink.report WHERE organization_id = ''south''', '0 rows'),
	('SELECT reportlink_open(''south'', report_id, ''ada'') FROM reportlink.report', 'RL013'),
	('SELECT reportlink_open(''north'', report_id, ''ada'') FROM reportlink.report', 'RL013'), -- a reader opens nothing, whatever he may execute
	('SELECT reportlink_grant(''reportlink_test_nobody'', ''administrator'', ''south'')', '42501'),
	('SELECT reportlink_revoke(''reportlink_test_other'', ''administrator'', ''south'')', '42501'),
	('SELECT reportlink_install()', '42501')) t (statement, outcome);
ROLLBACK TO by_hand;

-- The name of a tenant that is gone gives nothing to who has it next

CREATE ROLE reportlink_test_north;
CREATE ROLE reportlink_test_south;
SELECT reportlink_grant('reportlink_test_north', 'administrator', 'north'), reportlink_grant('reportlink_test_south', 'administrator', 'south') \g /dev/null
CREATE FUNCTION pg_temp.reached(role name) RETURNS text
	LANGUAGE plpgsql
AS $$
DECLARE
	seen text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	SELECT concat_ws(' ', string_agg(DISTINCT organization_id, ','), (SELECT string_agg(DISTINCT organization_id, ',') FROM reportlink.access),
		(SELECT count(*) FROM reportlink_find('north', 'M1')), (SELECT count(*) FROM reportlink_find('south', 'M1'))) INTO seen FROM reportlink.report;
	RESET ROLE;
	RETURN seen;
END
$$;
SAVEPOINT gone;
DROP OWNED BY reportlink_test_north;
DROP ROLE reportlink_test_north;
CREATE ROLE reportlink_test_north IN ROLE reportlink_test_south;
SELECT is(pg_temp.reached('reportlink_test_north'), 'south south 0 1', 'dropped, and another of its name made a member of a tenant');
ROLLBACK TO gone;
DROP OWNED BY reportlink_test_north, reportlink_test_south;
SELECT reportlink_grant('reportlink_test_south', 'administrator', 'south') \g /dev/null
SELECT is(pg_temp.reached('reportlink_test_south'), 'south south 0 1', 'nobody is a tenant any more, with row-level security left on; then one is again');
ROLLBACK TO gone;
ALTER ROLE reportlink_test_north RENAME TO reportlink_test_northerner;
CREATE ROLE reportlink_test_north IN ROLE reportlink_test_south;
SELECT is(pg_temp.reached('reportlink_test_north'), 'south south 0 1', 'renamed, and another of its name made a member of a tenant');
DROP ROLE reportlink_test_north;
SELECT reportlink_revoke('reportlink_test_northerner', 'administrator'), reportlink_revoke('reportlink_test_south', 'administrator') \g /dev/null

-- What the functions are: nothing that runs with other rights, or finds other names

SELECT is_empty('SELECT name FROM object JOIN pg_proc USING (oid) WHERE kind = ''f'' AND prosecdef', 'none is SECURITY DEFINER');
SELECT is_empty('SELECT name FROM object JOIN pg_proc USING (oid) WHERE kind = ''f'' AND proconfig IS DISTINCT FROM CASE WHEN prorettype <> ''trigger''::regtype THEN ''{"search_path=pg_catalog, pg_temp"}''::text[] END', 'each has the same search_path, but for those of triggers, and sets nothing else');
SELECT is(ARRAY(SELECT name::text FROM object WHERE kind = 'f' AND has_function_privilege('public', oid, 'EXECUTE')), '{reportlink_version()}'::text[], 'PUBLIC may execute one');
SELECT is((SELECT provolatile::text FROM object JOIN pg_proc USING (oid) WHERE name = 'reportlink_version()'), 's', 'which writes nothing');

-- The functions of the triggers work on the tables of reportlink only, for whoever may execute them

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO reportlink_test_nobody;
CREATE FUNCTION pg_temp.on_a_table_of_ones_own(function text, timing text) RETURNS text
	LANGUAGE plpgsql
AS $$
BEGIN
	SET LOCAL ROLE reportlink_test_nobody;
	CREATE TEMP TABLE report (organization_id text, report_id bigint, mrn text, accession_number text, native_id text, assigning_authority text, order_id text, site_id text,
		status text, owner_id text, drafting boolean, addendum_open boolean, signed_at timestamptz, group_id bigint, link_position int, document_id bigint, updated_at timestamptz);
	INSERT INTO report VALUES ('south', 1, 'M1', 'A1', NULL, NULL, NULL, NULL, 'unread', NULL, false, false, NULL, 1, 1);
	EXECUTE format('CREATE TRIGGER mine %s EXECUTE FUNCTION %I()', timing, function);
	IF timing LIKE '%INSERT%' THEN
		INSERT INTO report (organization_id, mrn) VALUES ('south', 'M9');
	ELSIF timing LIKE '%UPDATE%' THEN
		UPDATE report SET status = 'draft', owner_id = 'ada', accession_number = 'mine';
	ELSE
		DELETE FROM report;
	END IF;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;
SELECT is(pg_temp.on_a_table_of_ones_own(rtrim(name, '()'), timing), '39P01', format('%s %s', name, timing))
FROM object JOIN pg_proc USING (oid), (VALUES ('BEFORE INSERT ON report FOR EACH ROW'), ('BEFORE UPDATE ON report FOR EACH ROW'), ('AFTER UPDATE ON report FOR EACH ROW'), ('BEFORE DELETE ON report FOR EACH ROW'),
	('AFTER UPDATE ON report REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT')) t (timing)
WHERE prorettype = 'trigger'::regtype ORDER BY name, timing;
SELECT is_empty('SELECT FROM reportlink.patient WHERE mrn = ''M9'' UNION ALL SELECT FROM reportlink.event', 'nothing was done by it');
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM reportlink_test_nobody;

-- Default privileges of who installs open nothing

SET LOCAL client_min_messages = error;
CREATE ROLE "reportlink_test ""quoted""";
INSERT INTO grantee VALUES ('-', NULL, NULL, 'reportlink_test "quoted"');
DROP EXTENSION reportlink CASCADE;
DROP SCHEMA reportlink CASCADE;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC, reportlink_test_nobody, "reportlink_test ""quoted""";
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, reportlink_test_nobody, "reportlink_test ""quoted""";
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reportlink_test_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SEQUENCES TO PUBLIC, reportlink_test_nobody, "reportlink_test ""quoted""";
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO PUBLIC, reportlink_test_nobody, "reportlink_test ""quoted""";
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO reportlink_test_listener;
CREATE TABLE public.opened ();
SELECT ok(has_table_privilege('reportlink_test_nobody', 'public.opened', 'INSERT'), 'default privileges open another table');
CREATE EXTENSION reportlink;
SELECT reportlink_install() \g /dev/null
TRUNCATE object;
INSERT INTO object SELECT * FROM everything;
SELECT is(pg_temp.wrong_anywhere(role), NULL, format('default privileges give nothing: %s', role)) FROM grantee;
SELECT set_eq('SELECT * FROM pg_temp.acls()', 'SELECT * FROM acl_before', 'and all is as it was installed without them');

-- in a schema that was there before, with a table of the DBA's own, which stays as it is
DROP EXTENSION reportlink CASCADE;
DROP SCHEMA reportlink CASCADE;
CREATE SCHEMA reportlink;
CREATE TABLE reportlink.mine (id bigint GENERATED ALWAYS AS IDENTITY);
CREATE EXTENSION reportlink;
SELECT reportlink_install() \g /dev/null
SELECT ok(has_table_privilege('reportlink_test_nobody', 'reportlink.mine', 'INSERT') AND has_sequence_privilege('reportlink_test_nobody', 'reportlink.mine_id_seq', 'USAGE')
	AND has_schema_privilege('reportlink_test_nobody', 'reportlink', 'USAGE'), 'a schema that was there, and what was in it, keep their privileges');
TRUNCATE object;
INSERT INTO object SELECT * FROM everything WHERE name !~ '^mine' AND kind <> 'n';
SELECT is(pg_temp.wrong_anywhere(role), NULL, format('and the tables of reportlink in it give nothing: %s', role)) FROM grantee;

SELECT is_empty('SELECT * FROM reportlink_check()', 'no invariant is broken');
SELECT finish();
ROLLBACK;
