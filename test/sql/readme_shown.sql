-- README.md and doc/*.md show what happens: every statement in them stands in the
-- session of its test, in the same order, and the output shown is what follows
-- it there. Left out is what a session of pg_regress cannot repeat: LISTEN, whose
-- notification names a process, roles, which belong to the whole cluster, and the
-- worker and pg_cron, which are preloaded.
\set readme `cat "$PG_ABS_SRCDIR/../README.md"`
\set workflow `cat "$PG_ABS_SRCDIR/../doc/workflow.md"`
\set plain_sql `cat "$PG_ABS_SRCDIR/../doc/plain-sql.md"`
\set events `cat "$PG_ABS_SRCDIR/../doc/events.md"`
\set readme_session `cat "$PG_ABS_SRCDIR/../expected/readme.out"`
\set plain_sql_session `cat "$PG_ABS_SRCDIR/../expected/plain_sql.out"`
\set events_session `cat "$PG_ABS_SRCDIR/../expected/events.out"`

-- what a page shows and its session does not, and how much was found there
CREATE FUNCTION pg_temp.compare(page text, session text, OUT statements integer, OUT outputs integer,
		OUT not_in_session text[])
	LANGUAGE plpgsql
	AS $$
DECLARE
	block record;
	piece text;
	place integer;
	after integer := 1;
	skipped boolean;
BEGIN
	statements := 0;
	outputs := 0;
	not_in_session := '{}';
	FOR block IN
		SELECT split_part(b, E'\n', 1) AS language, substr(b, strpos(b, E'\n') + 1) AS content
		FROM string_to_table(page, '```') WITH ORDINALITY AS s (b, n) WHERE n % 2 = 0 ORDER BY n
	LOOP
		IF block.language = 'sql' THEN
			skipped := block.content ~ 'LISTEN|reading_app|worker_status|cron\.schedule';
			FOREACH piece IN ARRAY string_to_array(rtrim(block.content, E'\n'), E';\n') LOOP
				CONTINUE WHEN skipped;
				piece := rtrim(piece, ';') || E';\n';
				place := strpos(substr(session, after), piece);
				IF place = 0 THEN
					not_in_session := not_in_session || piece;
				ELSE
					after := after + place - 1 + length(piece);
					statements := statements + 1;
				END IF;
			END LOOP;
		ELSIF block.language = '' AND NOT skipped THEN
			IF substr(session, after, length(block.content)) = block.content THEN
				outputs := outputs + 1;
			ELSE
				not_in_session := not_in_session || block.content;
			END IF;
		END IF;
	END LOOP;
END
$$;
SELECT page, statements > 10 AS statements, outputs >= 10 AS outputs, not_in_session
FROM (VALUES ('README.md', :'readme', :'readme_session'),
		('doc/workflow.md', :'workflow', :'readme_session'),
		('doc/plain-sql.md', :'plain_sql', :'plain_sql_session'),
		('doc/events.md', :'events', :'events_session')) AS p (page, content, session)
CROSS JOIN LATERAL pg_temp.compare(p.content, p.session);

-- The wrong moves: each row of the table is a comment in the session, and every
-- statement up to the next comment fails with that SQLSTATE
WITH move AS (
	SELECT m[1] AS move, m[2] AS sqlstate
	FROM regexp_matches(substring(:'readme' FROM E'### Wrong Moves\n(.*?)\n## '),
		E'^([^\n|]+) \\| (RL\\d\\d\\d|\\d{5}) \\| ', 'gn') AS m
), tried AS (
	SELECT *, substring(:'readme_session' FROM
		strpos(:'readme_session', E'\n-- ' || move || E'\n') + length(move) + 5) AS session
	FROM move
), ended AS (
	SELECT *, strpos(:'readme_session', E'\n-- ' || move || E'\n') > 0 AS found,
		ARRAY(SELECT m[1] FROM regexp_matches(split_part(session, E'\n-- ', 1),
			E'\n\\\\echo :SQLSTATE\n(\\w+)', 'g') AS m) AS sqlstates
	FROM tried
)
SELECT count(*) > 20 AS moves,
	array_agg(move) FILTER (WHERE NOT found OR sqlstates = '{}' OR NOT sqlstate = ALL (sqlstates)) AS not_as_shown
FROM ended;
