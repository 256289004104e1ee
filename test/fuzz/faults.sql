-- Errors thrown at the n-th row that a call writes, and at every table that it
-- may not read or write; afterwards the session must be as it was.
CREATE ROLE fault_keeper;
CREATE ROLE fault_clerk;
CREATE SCHEMA fault;
GRANT USAGE ON SCHEMA fault TO fault_clerk;
-- so that the guard is asked, and not the privilege
GRANT UPDATE (group_id) ON reportlink.report TO fault_clerk;
SELECT reportlink_grant('fault_clerk', profile) FROM unnest('{reader,reporter,listener,administrator}'::text[]) profile;

-- raises at the row that fault.left counts down to: as a user's trigger would,
-- as a cancelled statement, or as the victim of a deadlock
CREATE FUNCTION fault.hit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	fault_left int := coalesce(nullif(current_setting('fault.left', true), ''), '0')::int - 1;
	kind text := current_setting('fault.kind', true);
BEGIN
	PERFORM set_config('fault.left', fault_left::text, true);
	IF fault_left = 0 AND kind = 'cancel' THEN
		PERFORM pg_cancel_backend(pg_backend_pid());
		PERFORM pg_sleep(10);
	ELSIF fault_left = 0 THEN
		RAISE EXCEPTION 'fault' USING ERRCODE = CASE kind WHEN 'deadlock' THEN '40P01' ELSE 'FAULT' END;
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

DO $$
DECLARE
	t regclass;
BEGIN
	FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('CREATE TRIGGER aaa_fault BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION fault.hit()', t);
		EXECUTE format('CREATE TRIGGER zzz_fault AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION fault.hit()', t);
		EXECUTE format('ALTER TABLE %s OWNER TO fault_keeper', t);
	END LOOP;
	FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind = 'v' LOOP
		EXECUTE format('ALTER VIEW %s OWNER TO fault_keeper', t);
	END LOOP;
	ALTER SCHEMA reportlink OWNER TO fault_keeper;
END
$$;

-- every row of every table
CREATE FUNCTION fault.digest() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
	t regclass;
	rows_of_it text;
	everything text := '';
BEGIN
	FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'reportlink'::regnamespace AND relkind = 'r' ORDER BY relname LOOP
		EXECUTE format('SELECT md5(string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', t) INTO rows_of_it;
		everything := everything || coalesce(rows_of_it, '-');
	END LOOP;
	RETURN md5(everything);
END
$$;

-- What a call must leave as it was: who one is, the settings, and that no function is at work
CREATE FUNCTION fault.session() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	settings text := (SELECT string_agg(name || '=' || current_setting(name), ' ' ORDER BY name) FROM unnest('{enable_seqscan,enable_hashjoin,enable_mergejoin,enable_bitmapscan,enable_material,jit,deadlock_timeout,search_path}'::text[]) name);
	guarded text := 'not guarded';
BEGIN
	BEGIN
		UPDATE reportlink.report SET group_id = 999 WHERE report_id = 3;
	EXCEPTION WHEN SQLSTATE 'RL021' THEN
		guarded := 'guarded';
	END;
	RETURN concat_ws(' ', current_user, session_user, guarded, settings);
END
$$;

-- Makes a call fail at the first row that it writes, then at the second, and so
-- on until it gets through. Returns how often it failed, and what is wrong.
CREATE FUNCTION fault.at_every_row(call text, fault_kind text, OUT faults int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	expected text := CASE fault_kind WHEN 'cancel' THEN '57014' WHEN 'deadlock' THEN '40001 40P01' ELSE 'FAULT' END;
	session_before text := fault.session();
	rows_before text := fault.digest();
	swallowed boolean;
	code text;
BEGIN
	faults := 0;
	LOOP
		swallowed := false;
		BEGIN
			PERFORM set_config('fault.left', (faults + 1)::text, true), set_config('fault.kind', fault_kind, true);
			EXECUTE call;
			SET CONSTRAINTS ALL IMMEDIATE;
			swallowed := current_setting('fault.left')::int <= 0;
			PERFORM set_config('fault.left', '0', true);
			IF fault.session() <> session_before THEN
				wrong := concat_ws(', ', wrong, 'after it got through: ' || fault.session());
			END IF;
			RAISE EXCEPTION 'through' USING ERRCODE = 'DONE0';
		EXCEPTION WHEN SQLSTATE 'DONE0' THEN
			code := 'DONE0';
		WHEN query_canceled OR OTHERS THEN
			code := SQLSTATE;
			IF position(code IN expected) = 0 THEN
				wrong := concat_ws(', ', wrong, format('row %s: %s %s', faults + 1, code, SQLERRM));
				RETURN;
			END IF;
		END;
		PERFORM set_config('fault.left', '0', true);
		IF fault.session() <> session_before OR fault.digest() <> rows_before THEN
			wrong := concat_ws(', ', wrong, format('row %s: %s', faults + 1, fault.session()));
		END IF;
		EXIT WHEN code = 'DONE0' AND NOT swallowed;
		faults := faults + 1;
	END LOOP;
END
$$;

-- Takes one privilege on one table after the other from the owner of the tables
CREATE FUNCTION fault.take(t regclass, privilege text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	EXECUTE format('REVOKE %s ON %s FROM fault_keeper', privilege, t);
END
$$;

CREATE FUNCTION fault.at_every_table(call text, OUT faults int, OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	session_before text := fault.session();
	rows_before text := fault.digest();
	t regclass;
	privilege text;
	code text;
BEGIN
	faults := 0;
	FOR t, privilege IN SELECT c.oid, p FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p
		WHERE c.relnamespace = 'reportlink'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, p
	LOOP
		BEGIN
			PERFORM fault.take(t, privilege);
			EXECUTE call;
			RAISE EXCEPTION 'through' USING ERRCODE = 'DONE0';
		EXCEPTION WHEN OTHERS THEN
			code := SQLSTATE;
			faults := faults + (code = '42501')::int;
			IF code NOT IN ('42501', 'DONE0') THEN
				wrong := concat_ws(', ', wrong, format('%s %s: %s %s', privilege, t, code, SQLERRM));
			END IF;
		END;
		IF fault.session() <> session_before OR fault.digest() <> rows_before THEN
			wrong := concat_ws(', ', wrong, format('%s %s: %s', privilege, t, fault.session()));
		END IF;
	END LOOP;
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA fault TO fault_clerk;

-- Reports in the states that the calls need
INSERT INTO reportlink.report (organization_id, mrn, accession_number)
SELECT 'north', CASE WHEN i <= 8 THEN 'P1' ELSE 'P' || i END, 'A' || i FROM generate_series(1, 14) i;
SELECT reportlink_subscribe('north', name, true) FROM unnest('{s,u}'::text[]) name;
SELECT reportlink_link('north', '{1,2,7}', true, 'ada');
SELECT reportlink_save('north', 1, '{"final_report": "Normal."}', actor => 'ada');
SELECT reportlink_save('north', 1, '{"final_report": "Quite normal."}', checkpoint => false, actor => 'ada');
SELECT reportlink_link('north', '{5,6}', true, 'ada');
SELECT reportlink_open('north', r, 'ada') FROM generate_series(9, 13) r;
SELECT reportlink_save('north', r, '{"final_report": "Normal."}', actor => 'ada') FROM generate_series(9, 13) r;
SELECT reportlink_sign('north', r, 'ada') FROM generate_series(10, 11) r;
SELECT reportlink_start_addendum('north', 11, 'ada');
SELECT reportlink_prelim_sign('north', 9, 'ada');
UPDATE reportlink.organization SET recall_enabled = true;
SELECT reportlink_sign('north', r, 'ada') FROM generate_series(12, 13) r;
UPDATE reportlink.publication SET publish_at = now() WHERE report_id = 13;
SELECT reportlink_open('north', 14, 'ada');
SELECT reportlink_save('north', 14, '{"transcript": "x"}', checkpoint => n = 2, actor => 'ada') FROM generate_series(1, 2) n;
INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('south', 'ada', 'attending');
INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('south', 'P1', 'A1'), ('south', 'P1', 'A2');
SELECT reportlink_link('south', array_agg(report_id), true, 'ada') FROM reportlink.report WHERE organization_id = 'south';
SELECT count(*) FROM reportlink_fetch('north', 's');
