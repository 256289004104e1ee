# The tables are ordinary tables: dump and restore, in one stream or parallel,
# give them back to the byte and record nothing; the extension can go and come
# back without a row being touched.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('dump');
my $folder = PostgreSQL::Test::Utils::tempdir();

# pg_dump as text, without the lines in which newer releases put a random key
sub dump_of
{
	my ($database, @options) = @_;
	return dump_from($node, $database, @options);
}

sub dump_from
{
	my ($server, $database, @options) = @_;
	my $file = "$folder/$database.sql";

	$server->command_ok([ 'pg_dump', @options, '-f', $file, $database ], "pg_dump of $database");
	my $text = slurp_file($file);
	$text =~ s/^\\(un)?restrict .*$//mg;
	return $text;
}

# ok, without printing two whole dumps when it is not
sub same_ok
{
	my ($got, $expected, $name) = @_;

	return if ok($got eq $expected, $name);
	open my $fh, '>', "$folder/got";
	print $fh $got;
	close $fh;
	open $fh, '>', "$folder/expected";
	print $fh $expected;
	close $fh;
	diag(scalar `diff $folder/expected $folder/got | head -n 40`);
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE original');
install_reportlink($node, 'original');

# Linked, merged, dissolved and unlinked reports, one with a text of its own; and
# saved, signed, rejected and cancelled ones, one with an open addendum, one that waits
# for its publication and one that was taken back
$node->safe_psql(
	'original', q{
	WITH d AS (
		INSERT INTO reportlink.document (organization_id, report_id, transcript)
		VALUES ('north', 1, E'No acute disease.\nTab\there.') RETURNING document_id)
	INSERT INTO reportlink.report (organization_id, mrn, accession_number, status, document_id)
	SELECT 'north', 'P1', 'A1', 'draft', document_id FROM d;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P1', 'A' || n FROM generate_series(2, 6) n;
	INSERT INTO reportlink.report (organization_id, mrn, order_id)
	VALUES ('north', 'P2', 'O1'), ('north', 'P2', 'O2'), ('north', NULL, 'O3');

	SELECT reportlink_link('north', '{2,1}', actor => 'ada');
	SELECT reportlink_link('north', '{3,4}', actor => 'ada');
	SELECT reportlink_link('north', '{3,1}', actor => 'ada');
	SELECT reportlink_unlink('north', '{4}', true, actor => 'ada');
	SELECT reportlink_link('north', '{5,6}', false, 'hl7');
	SELECT reportlink_link('north', '{7,8}', actor => 'rex');
	SELECT reportlink_unlink('north', '{7}', actor => 'rex');

	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'P3', 'B' || n FROM generate_series(10, 16) n;
	SELECT reportlink_link('north', '{10,11}', actor => 'ada');
	SELECT reportlink_save('north', 10, '{"final_report": "Normal.", "study_at": "2026-03-02T08:10:00Z"}', actor => 'ada');
	SELECT reportlink_prelim_sign('north', 11, 'ada');
	SELECT reportlink_reject('north', 10, 'abe');
	SELECT reportlink_sign('north', 11, 'ada');
	SELECT reportlink_start_addendum('north', 10, 'ada');
	SELECT reportlink_save('north', 11, '{"final_report": "Not quite normal."}', checkpoint => false, actor => 'ada');
	SELECT reportlink_cancel('north', 12, actor => 'ada');
	SELECT reportlink_open('north', 13, 'rex');
	SELECT reportlink_save('north', 13, '{"final_report": "Fracture."}', actor => 'rex');
	SELECT reportlink_prelim_sign('north', 13, 'rex');
	SELECT reportlink_open('north', 14, 'rex');
	SELECT reportlink_save('north', 14, '{"transcript": "First words"}', actor => 'rex');
	SELECT reportlink_save('north', 14, '{"transcript": "First words, then"}', checkpoint => false, actor => 'rex');
	UPDATE reportlink.organization SET recall_enabled = true;
	SELECT reportlink_open('north', n, 'ada'),
		reportlink_save('north', n, '{"final_report": "Normal."}', actor => 'ada'),
		reportlink_sign('north', n, 'ada') FROM generate_series(15, 16) n;
	SELECT reportlink_cancel_publish('north', 16, 'abe');

	ALTER TABLE reportlink.report ADD COLUMN site_note text;
	UPDATE reportlink.report SET site_note = 'room ' || report_id;
	CREATE INDEX site_note_idx ON reportlink.report (site_note);
	CREATE TABLE billing (organization_id text COLLATE "C", report_id bigint,
		FOREIGN KEY (organization_id, report_id) REFERENCES reportlink.report);
	INSERT INTO billing SELECT organization_id, report_id FROM reportlink.report;
});
is($node->safe_psql('original', 'SELECT * FROM reportlink_check()'), '', 'nothing is broken to start with');

my $events = $node->safe_psql('original', 'SELECT count(*) FROM reportlink.event');
cmp_ok($events, '>', 20, "there are events: $events");

# Whom every version belongs to, which were signed and by whom
my $histories = q{
	SELECT r.report_id, h.* FROM reportlink.report r, reportlink_history('north', r.report_id) h
	ORDER BY r.report_id, h.document_id};
my $history = $node->safe_psql('original', $histories);
is( $node->safe_psql('original', q{
		SELECT (SELECT count(*) FROM reportlink.signature), (SELECT count(*) > 0 FROM reportlink.past_link),
			(SELECT string_agg(state, ',' ORDER BY publication_id) FROM reportlink.publication),
			(SELECT count(*) FROM reportlink_history('north', 11) WHERE signed)}),
	'5|t|executed,scheduled,cancelled|1',
	'there are signatures, past links and publications');

my $dump = dump_of('original');

$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'copy', '-f', "$folder/original.sql" ],
	'restored with psql');

$node->safe_psql('postgres', 'CREATE DATABASE parallel');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/original.dump", 'original' ], 'pg_dump -Fc');
$node->command_ok([ 'pg_restore', '-e', '-j', 2, '-d', 'parallel', "$folder/original.dump" ],
	'restored with pg_restore -j 2');

# A folder by two processes; section by section; the schema alone, where the extension is
$node->safe_psql('postgres', 'CREATE DATABASE folder');
$node->command_ok([ 'pg_dump', '-Fd', '-j', 2, '-f', "$folder/original", 'original' ], 'pg_dump -Fd -j 2');
$node->command_ok([ 'pg_restore', '-e', '-j', 2, '-d', 'folder', "$folder/original" ], 'restored with pg_restore -j 2');
$node->safe_psql('postgres', 'CREATE DATABASE sections');
foreach my $section (qw(pre-data data post-data))
{
	$node->command_ok([ 'pg_restore', '-e', "--section=$section", '-d', 'sections', "$folder/original.dump" ],
		"restored with --section=$section");
}
$node->safe_psql('postgres', 'CREATE DATABASE alone');
$node->safe_psql('alone', 'CREATE EXTENSION reportlink');
dump_of('original', '-n', 'reportlink');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'alone', '-f', "$folder/original.sql" ],
	'restored from pg_dump -n reportlink');

for my $database ('copy', 'parallel', 'folder', 'sections')
{
	same_ok(dump_of($database), $dump, "$database: dumped again it is the same to the byte");
	is($node->safe_psql($database, 'SELECT count(*) FROM reportlink.event'),
		$events, "$database: restoring recorded nothing");
	is( $node->safe_psql($database,
			q{SELECT count(*) FROM reportlink.report WHERE site_note = 'room ' || report_id}),
		16,
		"$database: the column that the user added is there");
	is($node->safe_psql($database, $histories), $history, "$database: every history is as it was");
	is($node->safe_psql($database, 'SELECT * FROM reportlink_check()'), '', "$database: nothing is broken");
}

same_ok(
	dump_of('alone', '-n', 'reportlink'),
	dump_of('original', '-n', 'reportlink'),
	'alone: dumped again it is the same to the byte');
is($node->safe_psql('alone', 'SELECT * FROM reportlink_check()'), '', 'alone: nothing is broken');

# Another server, another system identifier
my $elsewhere = start_node('elsewhere');

$elsewhere->safe_psql('postgres', 'CREATE DATABASE moved');
$elsewhere->command_ok([ 'pg_restore', '-e', '-d', 'moved', "$folder/original.dump" ],
	'restored on another server');
same_ok(dump_from($elsewhere, 'moved'), $dump, 'moved: dumped again it is the same to the byte');

# Rows alone, into tables that reportlink_install() made: triggers fire, and add nothing
$elsewhere->safe_psql('postgres', 'CREATE DATABASE installed');
$elsewhere->safe_psql('installed', 'CREATE EXTENSION reportlink; SELECT reportlink_install()');
$elsewhere->safe_psql('installed', 'ALTER TABLE reportlink.report ADD COLUMN site_note text');
my @rows_alone = ('--data-only', '-n', 'reportlink', '-T', 'reportlink.installation');
my $data = dump_from($node, 'original', @rows_alone, '-T', 'reportlink.cluster');

dump_from($node, 'original', @rows_alone);
$elsewhere->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'installed', '-f', "$folder/original.sql" ],
	'rows restored into installed tables');
same_ok(
	dump_from($elsewhere, 'installed', @rows_alone, '-T', 'reportlink.cluster'),
	$data, 'installed: the rows are the same to the byte');
is( $elsewhere->safe_psql('installed', 'SELECT count(*), count(DISTINCT system_identifier) FROM reportlink.cluster'),
	'2|2', 'installed: but for the place where these tables are, beside that where the rows were');
is($elsewhere->safe_psql('installed', 'SELECT * FROM reportlink_check()'), '', 'installed: nothing is broken');
$elsewhere->stop;

# It goes on where it was: ids after those restored, guards in place
is( $node->safe_psql('copy',
		q{SELECT report_ids, merged_group_ids <> '{}' FROM reportlink_link('north', '{5,1}', actor => 'ada')}),
	'{5,1,6,3,2}|t',
	'copy: linking goes on');
my ($status, $out, $err) =
  $node->psql('copy', 'UPDATE reportlink.report SET group_id = NULL', on_error_stop => 0);
like($err, qr/column is managed by reportlink/, 'copy: plain SQL is guarded');
($status, $out, $err) = $node->psql('copy', 'DELETE FROM reportlink.signature', on_error_stop => 0);
like($err, qr/column is managed by reportlink/, 'copy: signatures are guarded');
$node->safe_psql('copy', q{SELECT reportlink_discard('north', 10, actor => 'ada')});
is( $node->safe_psql('copy', q{
		SELECT status, addendum_open, final_report, study_at = '2026-03-02 08:10+00' FROM reportlink.report_text WHERE report_id = 11}),
	'signed|f|Normal.|t',
	'copy: a discarded addendum goes back to what was signed');
is($node->safe_psql('copy', q{SELECT status, owner_id FROM reportlink_reject('north', 13, 'ada')}),
	'draft|rex', 'copy: a rejected report goes back to who signed it');
$node->safe_psql('copy', q{SELECT reportlink_discard('north', 14, actor => 'rex')});
is( $node->safe_psql('copy', q{SELECT status, transcript FROM reportlink.report_text WHERE report_id = 14}),
	'draft|First words',
	'copy: a discarded draft goes back to its last checkpoint');
$node->safe_psql('copy', q{UPDATE reportlink.publication SET publish_at = now() WHERE state = 'scheduled'});
is( $node->safe_psql('copy', q{
		SELECT reportlink_publish_due(), reportlink_publish_due();
		SELECT report_ids, actor FROM reportlink.event WHERE type = 'report.published' ORDER BY event_id DESC LIMIT 1}),
	"1|0\n{15}|ada",
	'copy: what waited for its publication is published, once');
is($node->safe_psql('parallel', q{SELECT status FROM reportlink_cancel_publish('north', 15, 'abe')}),
	'draft', 'parallel: or taken back');

# The extension goes, the reports stay
my $whole = dump_of('copy');
my $rows = dump_of('copy', '--data-only');

($status, $out, $err) = $node->psql('copy', 'DROP EXTENSION reportlink');
like($err, qr/cannot drop extension reportlink because other objects depend on it/,
	'DROP EXTENSION is refused while the triggers use it');
$node->safe_psql('copy', 'SET client_min_messages = warning; DROP EXTENSION reportlink CASCADE');
same_ok(dump_of('copy', '--data-only'), $rows, 'DROP EXTENSION CASCADE leaves every row');

$node->safe_psql('copy', 'CREATE EXTENSION reportlink; SELECT reportlink_install()');
same_ok(dump_of('copy'), $whole, 'created and installed again everything is as it was');
is( $node->safe_psql('copy',
		q{SELECT group_dissolved FROM reportlink_unlink('north', '{6}', actor => 'ada')}),
	'f',
	'unlinking works again');
is( $node->safe_psql('copy',
		q{SELECT linked_report_ids FROM reportlink_link('north', '{6,2}', actor => 'ada')}),
	'{6}',
	'linking works again');
is($node->safe_psql('copy', 'SELECT * FROM reportlink_check()'), '', 'nothing is broken');

$node->stop;
done_testing();
