# What notifying costs: four sessions link and unlink with nobody listening, with an
# idle listener, with the worker notifying, and with reportlink.notify = off. They
# take turns, and each is compared with nobody listening in the same round.
# REPORTLINK_THROUGHPUT_SECONDS says how long in all (8).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use FeedNode;
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $total = $ENV{REPORTLINK_THROUGHPUT_SECONDS} || 8;
my $patients = 4000;

# with fsync: a transaction that notifies is alone with its commit
my $node = start_node('throughput', 'fsync = on', 'autovacuum = off', worker_settings('postgres'));
my $folder = PostgreSQL::Test::Utils::tempdir();

install_reportlink($node, 'postgres');
$node->safe_psql(
	'postgres', qq{
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT 'north', 'MRN-' || p, 'ACC-' || p || '-' || i FROM generate_series(1, $patients) p, generate_series(1, 2) i ORDER BY p, i;
	VACUUM ANALYZE});
is($node->safe_psql('postgres', 'SELECT min(report_id), max(report_id) FROM reportlink.report'), '1|' . 2 * $patients, 'patients with two reports each');
await_worker($node, 'postgres', '^nothing is scheduled$');

# Each session has patients of its own
open my $fh, '>', "$folder/link.sql" or die $!;
print $fh qq{
\\set p :client_id * ($patients / 4) + random(1, $patients / 4)
SELECT FROM reportlink_link('north', ARRAY[2 * :p - 1, 2 * :p], true, 'ada');
SELECT FROM reportlink_unlink('north', ARRAY[2 * :p], true, 'ada');
};
close $fh;

# Listens and does nothing else; what it was told is read, as a listener would
my $listener = session($node->connstr('postgres'));
my $heard = 0;

sub listen_for
{
	my ($answer) = @_;

	$heard += () = $answer =~ /^Asynchronous notification/mg;
	return;
}

# The setting is the server's, since the worker goes by it too
sub set_notify
{
	my ($notify) = @_;

	$node->safe_psql('postgres', "ALTER SYSTEM SET reportlink.notify = $notify");
	$node->reload;
	$node->poll_query_until('postgres', "SELECT reportlink_version() IS NOT NULL AND current_setting('reportlink.notify') = '$notify'")
	  or die "reportlink.notify is not $notify";
	return;
}

# Calls a second, of four sessions for so many seconds. The listener is told of every event.
sub throughput
{
	my ($setting, $seconds) = @_;
	my ($out, $err) = ('', '');
	my $already = $node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.event');

	set_notify($setting->{notify});
	$heard = 0;
	listen_for(ask($listener, $setting->{listening} ? 'LISTEN reportlink' : 'UNLISTEN reportlink'));
	my $load = start(
		[ 'pgbench', '-n', '-M', 'prepared', '-c', 4, '-j', 2, '-T', $seconds, '-f', "$folder/link.sql", $node->connstr('postgres') ],
		'>', \$out, '2>', \$err, timeout($seconds + 120));

	while ($load->pumpable)
	{
		$load->pump;
		listen_for(ask($listener, '')) if $setting->{listening};
	}
	$load->finish;
	$out =~ /^tps = ([\d.]+)/m or die "pgbench: $err";
	my $calls = 2 * $1;

	$setting->{events} += $node->safe_psql('postgres', 'SELECT count(*) FROM reportlink.event') - $already;
	my $until = time + 60;

	while ($setting->{listening} and $setting->{heard} + $heard < $setting->{events} and time < $until)
	{
		listen_for(ask($listener, 'SELECT pg_sleep(0.01)'));
	}
	$setting->{heard} += $heard;
	return $calls;
}

my @settings = (
	{ name => 'nobody listening', notify => 'commit' },
	{ name => 'an idle listener', notify => 'commit', listening => 1 },
	{ name => 'the worker notifies, an idle listener', notify => 'worker', listening => 1 },
	{ name => 'reportlink.notify = off', notify => 'off' });
my $seconds = $total < 60 ? 1 : 3;
my $rounds = int($total / $seconds / @settings) || 1;

throughput({ notify => 'off', heard => 0, events => 0 }, 1);
($_->{heard}, $_->{events}) = (0, 0) foreach @settings;
foreach my $round (1 .. $rounds)
{
	foreach my $setting ($round % 2 ? @settings : reverse @settings)
	{
		push @{ $setting->{calls} }, throughput($setting, $seconds);
	}
}

sub median
{
	my (@sorted) = sort { $a <=> $b } @_;

	return $sorted[ $#sorted / 2 ];
}

my $base = $settings[0];

foreach my $setting (@settings)
{
	my @ratios = map { $setting->{calls}->[$_] / $base->{calls}->[$_] } 0 .. $rounds - 1;

	$setting->{ratio} = median(@ratios);
	note sprintf '%s: %.2f (%s of %d rounds), %d calls a second', $setting->{name}, $setting->{ratio},
	  join(' to ', map { sprintf '%.2f', $_ } (sort { $a <=> $b } @ratios)[ 0, -1 ]), $rounds, median(@{ $setting->{calls} });
	# the ratio is for people to read: short rounds on a busy machine say little
	cmp_ok($setting->{ratio}, '>', 0.1, "$setting->{name}: no less than a tenth of the calls") if $setting != $base;
	is($setting->{heard}, $setting->{listening} ? $setting->{events} : 0, "$setting->{name}: of $setting->{events} events, $setting->{heard} are heard");
}
is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');

$node->stop;
done_testing();
