# pg_upgrade, from an older major version where one is installed, else from the same.
# It starts the old and the new server with their settings, the preloaded
# library among them. No worker runs in either: nothing is published meanwhile, and
# nobody is connected to a database that it replaces. What fell due is published
# when the new server is started, once. After a random load the tables are whole,
# the events tell the same as before, and every subscriber goes on where it was.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Cwd qw(abs_path);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $older = $ENV{REPORTLINK_OLDER};
my @settings = (worker_settings('postgres'), 'deadlock_timeout = 50ms');

# A server of its own, not started; newer ones have checksums by default, and both need to agree
sub new_node
{
	my ($name, @where) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, @where);

	$node->init(extra => ['--data-checksums']);
	$node->append_conf('postgresql.conf', join("\n", @settings, ''));
	return $node;
}

sub old_node
{
	return new_node('old') unless $older;
	local $ENV{TEMP_CONFIG} = $ENV{REPORTLINK_OLDER_CONFIG};
	return new_node('old', install_path => $older);
}

# Fetches and acknowledges in batches, so many or until nothing is left; the ids of the events
sub fetched
{
	my ($node, $subscriber, $batches) = @_;
	my @all;

	while (!defined $batches || $batches-- > 0)
	{
		my @ids = split /\n/, $node->safe_psql('load', "SELECT event_id FROM reportlink_fetch('north', '$subscriber')");

		last unless @ids;
		push @all, @ids;
		$node->safe_psql('load', "SELECT reportlink_ack('north', '$subscriber', $ids[-1])");
	}
	return @all;
}

my $old = old_node();

$old->start;
note('from PostgreSQL ' . $old->safe_psql('postgres', 'SHOW server_version'));
$old->safe_psql('postgres', 'CREATE DATABASE load');
install_reportlink($old, 'load');
load_stress($old, 'load');
$old->safe_psql('load', q{SELECT reportlink_subscribe('north', 'ris', true), reportlink_subscribe('north', 'slow', true)});
$old->command_ok([ stress_command($old, 'load', 4, 8) ], 'a random load');
my @got = fetched($old, 'ris', 2);

$old->safe_psql('load', q{SELECT reportlink_subscribe('north', 'late')});
install_recall($old, 'postgres');
$old->safe_psql('postgres', q{SELECT recall.sign('north', 200, 1, '2 s'), recall.sign('south', 10, 2, '1 h')});
$old->stop;
sleep 2;

my $new = new_node('new');
my $bin = `pg_config --bindir`;
my @folders = map { abs_path($_->data_dir) } ($old, $new);

chomp $bin;
{
	# it writes scripts where it is called
	my $here = abs_path('.');

	chdir PostgreSQL::Test::Utils::tempdir();
	command_ok(
		[
			'pg_upgrade', '--no-sync', '-b', $older ? "$older/bin" : $bin, '-B', $bin, '-d', $folders[0], '-D', $folders[1],
			'-s', $new->host, '-p', $old->port, '-P', $new->port
		],
		'pg_upgrade');
	chdir $here;
}

$new->start;
note('to PostgreSQL ' . $new->safe_psql('postgres', 'SHOW server_version'));
$new->poll_query_until('postgres', q{SELECT count(*) = 10 FROM reportlink.pending_publication})
  or die 'what was due is not published';
is($new->safe_psql('postgres', 'SELECT count(*) FROM reportlink.publication WHERE finished_at < pg_postmaster_start_time()'),
	0, 'nothing was published by pg_upgrade');
$new->safe_psql('postgres',
	q{SELECT reportlink_cancel_publish(organization_id, report_id, 'abe') FROM reportlink.pending_publication});
published_once_ok($new, 'postgres', 200, 'by the new server');

# The load's tables, and on with it
history_ok($new, 'load', 'after pg_upgrade');
my $last = $new->safe_psql('load', 'SELECT max(event_id) FROM reportlink.event');

$new->command_ok([ stress_command($new, 'load', 4, 3) ], 'the random load goes on');
history_ok($new, 'load', 'after more of it');
my @all = split /\n/, $new->safe_psql('load', q{SELECT event_id FROM reportlink.event WHERE organization_id = 'north' ORDER BY event_id});
my @later = grep { $_ > $last } @all;

cmp_ok(scalar @got, '==', 200, 'a subscriber had acknowledged 200 events before');
cmp_ok($all[-1], '>', $last, 'there are new events');
is_deeply([ sort { $a <=> $b } @got, fetched($new, 'ris') ], \@all, 'it gets all others, none twice');
is_deeply([ sort { $a <=> $b } fetched($new, 'slow') ], \@all, 'one that had fetched nothing gets all');
is_deeply([ sort { $a <=> $b } fetched($new, 'late') ], \@later, 'one from just before gets those since then');

$new->stop;
done_testing();
