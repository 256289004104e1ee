-- A session keeps what it read of the CHECK constraints (constraint.c): they hold for
-- what functions write, and a change of them counts with the next statement.
\ir ../lib/setup.psql
SELECT plan(15);

SELECT pg_temp.new_report('north', 'M1', 'A1') AS r1, pg_temp.new_report('north', 'M1', 'A2') AS r2 \gset
SELECT format('SELECT * FROM reportlink_link(''north'', ''{%s,%s}'', true, ''ada'')', :r1, :r2) AS link,
	format('SELECT * FROM reportlink_unlink(''north'', ''{%s,%s}'', true, ''ada'')', :r1, :r2) AS unlink \gset

-- Those that are ours, against a trigger of somebody else's

CREATE SCHEMA mine;
CREATE FUNCTION mine.change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.status := 'nonsense';
	RETURN NEW;
END
$$;
SELECT lives_ok(:'link', 'linked, and the constraints are read');
SELECT lives_ok(:'unlink', 'unlinked');
CREATE TRIGGER zzz BEFORE UPDATE ON reportlink.report FOR EACH ROW EXECUTE FUNCTION mine.change();
SELECT throws_matching(:'link', 'violates check constraint "report_status"', 'a status that there is not');
DROP TRIGGER zzz ON reportlink.report;

-- One more, none, another by the same name

ALTER TABLE reportlink.report ADD CONSTRAINT mine CHECK (status <> 'draft');
SELECT throws_ok(:'link', '23514', NULL, 'one that is new');
ALTER TABLE reportlink.report DROP CONSTRAINT mine;
SELECT lives_ok(:'link', 'it is dropped');
SELECT lives_ok(:'unlink', 'unlinked');
ALTER TABLE reportlink.report ADD CONSTRAINT mine CHECK (status <> 'signed');
SELECT lives_ok(:'link', 'another that lets it pass');
SELECT lives_ok(:'unlink', 'unlinked');
ALTER TABLE reportlink.report DROP CONSTRAINT mine, ADD CONSTRAINT mine CHECK (owner_id IS NULL);
SELECT throws_matching(:'link', 'violates check constraint "mine"', 'one more by the same name that does not');

-- By whatever name, before or after the others

ALTER TABLE reportlink.report ADD CONSTRAINT other CHECK (status <> 'signed');
ALTER TABLE reportlink.report RENAME CONSTRAINT mine TO zzz;
ALTER TABLE reportlink.report RENAME CONSTRAINT other TO mine;
SELECT throws_matching(:'link', 'violates check constraint "zzz"', 'renamed, so that another has its name and its place');
ALTER TABLE reportlink.report DROP CONSTRAINT zzz;

-- What a constraint calls

CREATE FUNCTION mine.allowed(status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT status = ''unread''';
ALTER TABLE reportlink.report ADD CONSTRAINT called CHECK (mine.allowed(status));
SELECT throws_matching(:'link', 'violates check constraint "called"', 'a function that is made a part of it');
CREATE OR REPLACE FUNCTION mine.allowed(status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT status IN (''unread'', ''draft'')';
SELECT lives_ok(:'link', 'the function is another');
SELECT lives_ok(:'unlink', 'unlinked');

-- Of another table

ALTER TABLE reportlink.report_group ADD CONSTRAINT pairs CHECK (member_count <> 2);
SELECT throws_matching(:'link', 'violates check constraint "pairs"', 'of a table that is inserted to');
SELECT throws_matching(format('INSERT INTO reportlink.report_group (organization_id, mrn, default_report_id, member_count, created_by) VALUES (''north'', ''M1'', %s, 2, ''ada'')', :r1),
	'violates check constraint "pairs"', 'and a plain statement reads its own');

SELECT finish();
ROLLBACK;
