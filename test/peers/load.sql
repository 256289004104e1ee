-- Random calls of what reportlink and the peer both have, by many sessions, on few
-- patients. A refusal is an answer like any other; anything else is an error.
CREATE SCHEMA load;
CREATE TABLE load.refusal (code text, count bigint DEFAULT 1);
CREATE FUNCTION load.step() RETURNS void
	LANGUAGE plpgsql AS $$
DECLARE
	first CONSTANT bigint := 8 * floor(random() * 40)::bigint + 1;
	ids CONSTANT bigint[] := ARRAY(SELECT first + i FROM generate_series(0, 7) i ORDER BY random() LIMIT 1 + random() * 3);
	who CONSTANT text := (ARRAY['ada', 'ada', 'ada', 'adm', 'rex'])[1 + floor(random() * 5)];
	dice CONSTANT double precision := random();
BEGIN
	CASE
		WHEN dice < 0.35 THEN PERFORM reportlink_link('north', ids, random() < 0.5, who);
		WHEN dice < 0.55 THEN PERFORM reportlink_unlink('north', ids[1:2], random() < 0.7, who);
		WHEN dice < 0.70 THEN PERFORM reportlink_open('north', ids[1], who);
		WHEN dice < 0.85 THEN PERFORM reportlink_save('north', ids[1], jsonb_build_object('final_report', 'text ' || dice), checkpoint => dice < 0.8, actor => who);
		WHEN dice < 0.86 THEN PERFORM reportlink_prelim_sign('north', ids[1], who);
		WHEN dice < 0.87 THEN PERFORM reportlink_sign('north', ids[1], who);
		WHEN dice < 0.94 THEN
			PERFORM set_config('reportlink.user_id', 'adm', true);
			UPDATE reportlink.report SET owner_id = CASE WHEN dice < 0.92 THEN NULL ELSE 'rex' END WHERE organization_id = 'north' AND report_id = ids[1];
		ELSE
			PERFORM set_config('reportlink.user_id', 'ada', true);
			UPDATE reportlink.report SET status = CASE WHEN dice < 0.98 THEN 'draft' WHEN dice < 0.995 THEN 'unread' ELSE 'cancelled' END
			WHERE organization_id = 'north' AND report_id = ids[1];
	END CASE;
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE !~ '^RL' THEN
		RAISE;
	END IF;
	INSERT INTO load.refusal VALUES (SQLSTATE);
END
$$;
