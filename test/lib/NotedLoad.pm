# NotedLoad: the random load by sessions of psql that note, outside the server,
# what it has told them: a step and its events are there as soon as the commit
# was acknowledged, and not before. After a crash all of it must be there.
package NotedLoad;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run qw(start timeout);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

our @EXPORT = qw(start_noted_load end_noted_load acknowledged_ok);

my $folder = PostgreSQL::Test::Utils::tempdir();
my $loads = 0;
my (%steps, %events);

# So many sessions on their way. rand() says what they do, so srand() repeats it,
# as far as sessions that run at once can be repeated.
sub start_noted_load
{
	my ($node, $database, $clients) = @_;
	my @sessions;

	foreach my $client (1 .. $clients)
	{
		my %session = (name => "$folder/load" . ++$loads, err => '');

		write_steps("$session{name}.sql", 20_000);
		$session{harness} = start(
			[ 'psql', '-X', '-q', '-At', '-d', $node->connstr($database) . ' application_name=load', '-f', "$session{name}.sql" ],
			'>', "$session{name}.out", '2>', \$session{err}, timeout(600));
		push @sessions, \%session;
	}
	$node->poll_query_until($database, "SELECT count(*) = $clients FROM pg_stat_activity WHERE application_name = 'load'")
	  or die 'the load did not start';
	return \@sessions;
}

sub write_steps
{
	my ($file, $count) = @_;

	open my $script, '>', $file or die "$file: $!";
	for (1 .. $count)
	{
		my $key = 1 + int rand 9007199254740991;

		print $script "SELECT choice FROM stress.choose($key) \\gset\n"
		  . "SELECT * FROM stress.noted_step($key, :'choice');\n";
	}
	close $script;
	return;
}

# The sessions end by themselves when the server does; takes up what they have noted
sub end_noted_load
{
	my ($sessions, $when) = @_;

	foreach my $session (@$sessions)
	{
		$session->{harness}->finish;
		foreach (slurp_file("$session->{name}.out") =~ /^(.*)\n/mg)
		{
			my ($key, $event_id, $digest) = /^(\d+)\|(\d*)\|(\w*)$/ or die "not a step: $_";

			$steps{$key} = 1;
			$events{"$event_id|$digest"} = 1 if $event_id ne '';
		}
	}
	is(join(' ', map { $_->{harness}->result(0) } @$sessions), join(' ', (2) x @$sessions), "every session was at work $when")
	  or diag(map { $_->{err} } @$sessions);
	return;
}

# Every step that was ever acknowledged is there, with its events as they were
sub acknowledged_ok
{
	my ($node, $database, $when) = @_;
	my %there = map { $_ => 1 } split /\n/,
	  $node->safe_psql($database, 'SELECT choice_key FROM stress.tally; SELECT e.event_id, md5(e::text) FROM reportlink.event e');
	my @missing = grep { !$there{$_} } sort keys %steps, sort keys %events;

	is("@missing", '', keys(%steps) . ' acknowledged steps with ' . keys(%events) . " events are there $when");
	return;
}

1;
