-- The second psql: it listens from the beginning of walk.sql to its chapter 8.
-- psql shows what it heard after the next statement.
\set ON_ERROR_STOP on
LISTEN reportlink;
\! touch "$DEMO_DIR/listening"; until test -e "$DEMO_DIR/stop" || ! test -e "$DEMO_DIR"; do sleep 0.1; done
SELECT 1;
\! touch "$DEMO_DIR/heard.done"
