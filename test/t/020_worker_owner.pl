# The worker is a superuser, but what it does it does as the owner of the tables, to
# the end of its transactions: triggers of his gain nothing by it, neither those that
# run at once nor those that the commit fires.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('worker_owner', worker_settings('postgres'));

$node->safe_psql(
	'postgres', q{
	CREATE ROLE clinic LOGIN;
	CREATE EXTENSION reportlink;
	GRANT CREATE ON DATABASE postgres TO clinic;
	GRANT CREATE ON SCHEMA public TO clinic;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO clinic;
	SET ROLE clinic;
	SELECT reportlink_install();
	INSERT INTO reportlink.organization (organization_id, recall_enabled) VALUES ('north', true);
	INSERT INTO reportlink.member (organization_id, user_id, role) VALUES ('north', 'ada', 'attending');
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P1', 'A' || n FROM generate_series(1, 2) n;

	CREATE TABLE ran (fired text, as_user name, is_superuser boolean, escape text);
	CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE
		escape text := 'escaped';
	BEGIN
		IF NEW.type = 'report.published' THEN
			BEGIN
				EXECUTE TG_ARGV[1];
			EXCEPTION WHEN OTHERS THEN
				escape := SQLSTATE;
			END;
			INSERT INTO public.ran SELECT TG_ARGV[0], r.rolname, r.rolsuper, escape FROM pg_roles r WHERE r.rolname = current_user;
		END IF;
		RETURN NULL;
	END $$;
	CREATE TRIGGER note_role AFTER INSERT ON reportlink.event
	FOR EACH ROW EXECUTE FUNCTION note('at once', 'RESET ROLE');
	CREATE CONSTRAINT TRIGGER note_commit_role AFTER INSERT ON reportlink.event DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION note('by the commit', 'RESET ROLE');
	CREATE CONSTRAINT TRIGGER note_commit_session AFTER INSERT ON reportlink.event DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION note('by the commit', 'SET SESSION AUTHORIZATION DEFAULT');

	SELECT reportlink_open('north', n, 'ada'), reportlink_save('north', n, '{"final_report": "Normal."}', actor => 'ada'),
		reportlink_sign('north', n, 'ada') FROM generate_series(1, 2) n;
	UPDATE reportlink.publication SET publish_at = now();
	RESET ROLE;
	-- wakes it; what is scheduled by now is due
	SELECT pg_reload_conf();
});
$node->poll_query_until('postgres', q{SELECT count(*) = 2 FROM reportlink.publication WHERE state = 'executed'})
  or die 'nothing was published';
is( $node->safe_psql('postgres', 'SELECT fired, as_user, is_superuser, escape, count(*) FROM ran GROUP BY 1, 2, 3, 4 ORDER BY 1, 4'),
	"at once|clinic|f|42501|2\nby the commit|clinic|f|42501|4",
	'the triggers ran as the owner of the tables, and cannot become anybody else');
is($node->safe_psql('postgres', q{SELECT DISTINCT database_role FROM reportlink.event WHERE type = 'report.published'}),
	'clinic', 'and so it is recorded');

# What the commit refuses is noted like any other failure
$node->safe_psql(
	'postgres', q{
	SET ROLE clinic;
	CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.type = 'report.published' THEN
			RAISE 'not on my watch';
		END IF;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON reportlink.event DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION refuse();
	SELECT reportlink_start_addendum('north', 1, 'ada'), reportlink_sign('north', 1, 'ada');
	UPDATE reportlink.publication SET publish_at = now() WHERE state = 'scheduled';
	RESET ROLE;
	SELECT pg_reload_conf();
});
$node->poll_query_until('postgres', q{SELECT attempts >= 2 AND last_error = 'not on my watch' FROM reportlink.pending_publication})
  or die 'the failure was not noted';
is($node->safe_psql('postgres', q{SELECT count(*) FROM reportlink.event WHERE type = 'report.published'}), 2, 'refused by the commit: nothing was published');
$node->safe_psql('postgres', 'DROP TRIGGER refuse ON reportlink.event');
$node->poll_query_until('postgres', q{SELECT count(*) = 3 FROM reportlink.publication WHERE state = 'executed'})
  or die 'it was not tried again';
is($node->safe_psql('postgres', q{SELECT count(*) FROM reportlink.event WHERE type = 'report.published'}), 3, 'published when the cause is gone');
is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
