# NOTIFY (section 10): sent at commit, ids only, never over what NOTIFY takes.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ReportlinkNode;
use Test::More;

my $node = start_node('notify', 'fsync = off');

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'SECRET-MRN-' || n, 'SECRET-ACC-' || i FROM unnest('{4,1500}'::int[]) n, generate_series(1, n) i;
});
my @ids = split /,/, $node->safe_psql('postgres',
	q{SELECT string_agg(report_id::text, ',' ORDER BY report_id) FROM reportlink.report WHERE mrn = 'SECRET-MRN-4'});

# What a session that listens on a channel hears of its own statements, as psql tells it
sub heard
{
	my ($statements, $channel) = @_;
	my ($stdout, $stderr);

	$channel ||= 'reportlink';
	$node->psql('postgres', qq{LISTEN $channel;\n$statements\nSELECT 1 WHERE false;\n}, stdout => \$stdout, stderr => \$stderr);
	is($stderr, '', 'no error');
	my @heard = $stdout =~ /Asynchronous notification "\Q$channel\E" with payload "(.*)" received/g;
	return @heard;
}

# The payload read by the server, as its keys and values
sub key
{
	my ($payload, $key) = @_;

	$payload =~ s/'/''/g;
	return $node->safe_psql('postgres', "SELECT '$payload'::jsonb ->> '$key'");
}

my @payloads = heard("SELECT FROM reportlink_link('north', '{$ids[0],$ids[1],$ids[2]}', true, 'ada');");

is(scalar @payloads, 3, 'linking and opening: a notification an event');
is_deeply([ map { key($_, 'type') } @payloads ], [ 'report.linked', 'report.owner_changed', 'report.opened' ], 'in their order');
is(key($payloads[0], 'organization_id'), 'north', 'organization_id');
is(key($payloads[0], 'report_ids'), "[$ids[0], $ids[1], $ids[2]]", 'report_ids');
is( key($payloads[0], 'group_id'), $node->safe_psql('postgres', "SELECT group_id FROM reportlink.report WHERE report_id = $ids[0]"), 'group_id');
is($node->safe_psql('postgres', 'SELECT type FROM reportlink.event WHERE event_id = ' . key($payloads[0], 'event_id')), 'report.linked',
	'event_id: the row that is the truth');
is($node->safe_psql('postgres', "SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys('$payloads[0]') k"),
	'{event_id,group_id,organization_id,report_ids,type}', 'these keys and no others');
unlike(join('', @payloads), qr/SECRET/, 'no MRN and no accession number');

@payloads = heard("SELECT FROM reportlink_open('north', $ids[3], 'ada');");
is($node->safe_psql('postgres', "SELECT '$payloads[1]'::jsonb -> 'group_id'"), 'null', 'not linked: group_id is null');

# Every action of the workflow: a notification for each of its events
my ($w1, $w2, $w3) = split /,/, $node->safe_psql(
	'postgres', q{
	WITH w AS (INSERT INTO reportlink.report (organization_id, mrn, accession_number)
		SELECT 'north', 'SECRET-MRN-W', 'SECRET-ACC-W' || i FROM generate_series(1, 3) i RETURNING report_id)
	SELECT string_agg(report_id::text, ',' ORDER BY report_id) FROM w});
my @workflow = (
	[ "reportlink_link('north', '{$w1,$w2,$w3}', true, 'rex')", 'linked', 'owner_changed', 'opened' ],
	[ qq{reportlink_save('north', $w1, '{"final_report": "SECRET"}', actor => 'rex')}, 'saved' ],
	[ "reportlink_set_default('north', $w2, 'rex')", 'default_changed' ],
	[ "reportlink_discard('north', $w3, true, 'rex')", 'unlinked', 'owner_changed', 'discarded' ],
	[ "reportlink_cancel('north', $w3, false, 'ada')", 'cancelled' ],
	[ "reportlink_prelim_sign('north', $w1, 'rex')", 'prelim_signed' ],
	[ "reportlink_reject('north', $w1, 'ada')", 'rejected' ],
	[ "reportlink_close('north', $w1, true, 'rex')", 'owner_changed', 'closed' ],
	[ "reportlink_open('north', $w1, 'ada')", 'owner_changed', 'opened' ],
	[ "reportlink_sign('north', $w2, 'ada')", 'signed', 'published' ],
	[ "reportlink_start_addendum('north', $w2, 'ada')", 'addendum_started' ],
	[ "reportlink_sign('north', $w2, 'ada')", 'addendum_signed', 'published' ],
	# with recall
	[ "reportlink_start_addendum('north', $w2, 'ada')", 'addendum_started' ],
	[ "reportlink_sign('north', $w2, 'ada')", 'addendum_signed', 'publish_scheduled' ],
	[ "reportlink_cancel_publish('north', $w1, 'abe')", 'publish_cancelled' ],
	[ "reportlink_sign('north', $w2, 'ada')", 'addendum_signed', 'publish_scheduled' ],
	[ "reportlink_publish_now('north', $w1, 'abe')", 'published' ],
	[ "reportlink_start_addendum('north', $w2, 'ada')", 'addendum_started' ],
	[ "reportlink_sign('north', $w2, 'ada')", 'addendum_signed', 'publish_scheduled' ],
	[ 'reportlink_publish_due()', 'published' ]);

foreach my $action (@workflow)
{
	my ($call, @types) = @$action;

	$node->safe_psql('postgres', 'UPDATE reportlink.organization SET recall_enabled = true')
	  if $types[-1] eq 'publish_scheduled';
	$node->safe_psql('postgres', 'UPDATE reportlink.publication SET publish_at = now() WHERE finished_at IS NULL')
	  if $call =~ /publish_due/;
	@payloads = heard("SELECT FROM $call;");
	is_deeply([ map { key($_, 'type') } @payloads ], [ map { "report.$_" } @types ], "$call: " . join(', ', @types));
	unlike(join('', @payloads), qr/SECRET/, 'ids only');
}
@payloads = heard("SET reportlink.user_id = 'ada'; UPDATE reportlink.report SET owner_id = NULL WHERE report_id = $w1;");
is_deeply([ map { key($_, 'type') } @payloads ], ['report.owner_changed'], 'plain UPDATE of one of two linked reports: one notification');
is(key($payloads[0], 'report_ids'), "[$w1, $w2]", 'about both');

# Too long for NOTIFY: without the ids
my $all = $node->safe_psql('postgres', q{SELECT array_agg(report_id) FROM reportlink.report WHERE mrn = 'SECRET-MRN-1500'});

@payloads = heard("SELECT FROM reportlink_link('north', '$all', false, 'ada');");
is(scalar @payloads, 1, '1,500 reports: one notification');
is(key($payloads[0], 'truncated'), 'true', 'truncated');
is($node->safe_psql('postgres', "SELECT '$payloads[0]'::jsonb ? 'report_ids'"), 'f', 'without report_ids');
is($node->safe_psql('postgres', 'SELECT cardinality(report_ids) FROM reportlink.event WHERE event_id = ' . key($payloads[0], 'event_id')), 1500,
	'the event has them');

# As long as fits: 60 organizations with the same 714 reports, each with a name one byte longer
$node->safe_psql(
	'postgres', q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled)
	SELECT repeat('o', n), true FROM generate_series(10, 69) n;
	INSERT INTO reportlink.member (organization_id, user_id, role)
	SELECT repeat('o', n), 'ada', 'attending' FROM generate_series(10, 69) n;
	INSERT INTO reportlink.report (organization_id, report_id, mrn, accession_number)
	OVERRIDING SYSTEM VALUE
	SELECT repeat('o', n), 900000000 + i, 'P', i FROM generate_series(10, 69) n, generate_series(1, 714) i;
	SELECT setval(pg_get_serial_sequence('reportlink.report_group', 'group_id'), 100000);
	SELECT setval(pg_get_serial_sequence('reportlink.event', 'event_id'), 100000);
});
@payloads = heard(
	q{SELECT FROM generate_series(10, 69) n,
		reportlink_link(repeat('o', n), ARRAY(SELECT generate_series(900000001, 900000714)), false, 'ada');});
is(scalar @payloads, 60, 'a notification for each');
my $first = length($payloads[0]);
my $room = 7999 - $first;

cmp_ok($room, '>', 0, "the first is $first bytes");
cmp_ok($room, '<', 59, 'and one of the others too long');
is(join(',', map { length } @payloads[0 .. $room]), join(',', $first .. 7999), 'all ids up to 7,999 bytes');
is(scalar(grep { /"truncated": true/ } @payloads[0 .. $room]), 0, 'not truncated');
is(scalar(grep { /"truncated": true\}$/ && length() < 300 } @payloads[$room + 1 .. 59]), 59 - $room, 'one byte more: truncated');

# Nothing of what is rolled back, refused or changes nothing
is_deeply([ heard("BEGIN; SELECT FROM reportlink_close('north', $ids[0], false, 'ada'); ROLLBACK;") ], [], 'rolled back: nothing is heard');
is_deeply([ heard("SELECT FROM reportlink_open('north', $ids[0], 'ada');") ], [], 'nothing changed: nothing is heard');

# At commit, not before
my ($stdout) = ('');
$node->psql('postgres', "LISTEN reportlink;\nBEGIN;\nSELECT FROM reportlink_close('north', $ids[0], false, 'ada');\nSELECT 'before commit';\nCOMMIT;\nSELECT 'after';\n", stdout => \$stdout);
like($stdout, qr/before commit.*Asynchronous/s, 'sent at commit');

# Settings
is_deeply([ heard("SET reportlink.notify = off; SELECT FROM reportlink_open('north', $ids[0], 'ada');") ], [], 'reportlink.notify off: nothing is heard');
@payloads = heard("SET reportlink.notify_channel = 'rad'; SELECT FROM reportlink_close('north', $ids[0], false, 'ada');", 'rad');
is(scalar @payloads, 1, 'reportlink.notify_channel: heard there');
is_deeply([ heard("SET reportlink.notify_channel = 'rad'; SELECT FROM reportlink_open('north', $ids[0], 'ada');") ], [], 'and not elsewhere');

# Loaded or not yet when they are set
$node->safe_psql('postgres', 'CREATE ROLE clerk');
foreach my $load ('', 'SELECT reportlink_version();')
{
	my $err;

	foreach my $setting ('notify = off', "notify_channel = 'rad'")
	{
		$node->psql('postgres', "$load SET ROLE clerk; SET reportlink.$setting; SELECT reportlink_version();",
			stderr => \$err);
		like($err, qr/permission denied/, "reportlink.$setting is for superusers" . ($load && ', loaded before'));
	}
	foreach my $channel ('', 'c' x 64)
	{
		$node->psql('postgres', "$load SET reportlink.notify_channel = '$channel'; SELECT reportlink_version();", stderr => \$err);
		like($err, qr/invalid value for parameter "reportlink.notify_channel"/,
			'a channel name has 1 to 63 bytes, not ' . length($channel) . ($load && ', loaded before'));
	}
}

$node->stop;
done_testing();
