# Nothing of the feed is lost and nothing acknowledged comes again: in
# transactions that record, fetch and acknowledge in any order, at every isolation
# level; by a crash, a restart with prepared transactions, a promoted standby; by a
# dump restored in the same cluster, in another and back again in the first, in
# whatever position a subscriber is; by a copied database and by pg_upgrade.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Cwd qw(abs_path);
use FeedNode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $folder = PostgreSQL::Test::Utils::tempdir();
my @settings = ('max_prepared_transactions = 10', 'log_statement = none');
my $first = PostgreSQL::Test::Cluster->new('first');

$first->init(allows_streaming => 1);
$first->append_conf('postgresql.conf', join("\n", @settings, ''));
$first->start;
$first->safe_psql('postgres', 'CREATE DATABASE original');
install_reportlink($first, 'original');
$first->safe_psql(
	'original', q{
	INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
	INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member});

# Reports of different patients, so that their transactions do not wait for one another
my %report = map { $_ => made_report($first, 'original', /south/ ? 'south' : 'north', $_) } qw(a b c d e south1 south2);

# Where the subscribers are now, and sessions there
my ($node, $database) = ($first, 'original');
my %session;

sub at
{
	my ($name) = @_;

	return $session{$name} ||= session($node->connstr($database));
}

sub go_to
{
	($node, $database) = @_;

	end_session($_) foreach values %session;
	%session = ();
	return;
}

# Saves in a report, which is one event; its id
sub save
{
	my ($name, $session) = @_;
	my $organization = $name =~ /south/ ? 'south' : 'north';
	my $answer = ask(at($session || 'writer'), qq{
		SELECT FROM reportlink_save('$organization', $report{$name}, '{"transcript": "words"}', actor => 'ada');
		SELECT max(event_id) FROM reportlink.event WHERE linked_identifiers -> 0 ->> 'mrn' = '$name'});

	$answer =~ /^(\d+)$/m or die "save in $name: $answer";
	return $1;
}

sub committed
{
	my (@names) = @_;

	return map { save($_) } @names;
}

# subscriber => { organization => as SQL, which => condition, before => ids of what it is not to get };
# what it acknowledged is kept a database, since a dump takes its past along
my %subscriber;
my %acknowledged;

sub subscribe
{
	my ($name, %options) = @_;
	my $organization = $options{organization} || q{'north'};
	my $which = $organization eq 'NULL' ? 'true' : "organization_id = $organization";
	my $types = $options{type} ? "'{$options{type}}'" : 'NULL';
	my $start = $options{from_start} ? 'true' : 'false';

	$which .= " AND type = '$options{type}'" if $options{type};
	$subscriber{$name} = {
		organization => $organization,
		which => $which,
		before => $options{from_start} ? '' : join ',', 0,
		split /\n/, $node->safe_psql($database, 'SELECT event_id FROM reportlink.event')
	};
	$acknowledged{$database}->{$name} = [];
	is(ask(at($options{session} || 'reader'), "SELECT FROM reportlink_subscribe($organization, '$name', $start, $types)"),
		'', "subscribed: $name");
	return;
}

sub fetch
{
	my ($name, $batch, $session) = @_;
	my $answer = ask(at($session || 'reader'), sprintf "SELECT event_id FROM reportlink_fetch(%s, '$name', %d)",
		$subscriber{$name}->{organization}, $batch || 100);

	return split /\n/, $answer;
}

sub ack
{
	my ($name, $id, $session) = @_;

	return ask(at($session || 'reader'), "SELECT FROM reportlink_ack($subscriber{$name}->{organization}, '$name', $id)");
}

# Fetches so often and acknowledges all of it, or the first so many; what was acknowledged
sub take
{
	my ($name, %how) = @_;
	my @taken;

	foreach (1 .. $how{times} || 1000)
	{
		my @ids = fetch($name, $how{batch}, $how{session});

		last unless @ids;
		@ids = @ids[0 .. $how{only} - 1] if $how{only} and $how{only} < @ids;
		my $error = ack($name, $ids[-1], $how{session});

		die "ack of @ids: $error" if $error ne '';
		push @taken, @ids;
	}
	push @{ $acknowledged{$database}->{$name} }, @taken;
	return "@taken";
}

# It has acknowledged, here and where it was before, each of its events once, each patient's in their order
sub complete_ok
{
	my ($name, $when) = @_;
	my $one = $subscriber{$name};
	my $skip = $one->{before} eq '' ? '' : "AND event_id NOT IN ($one->{before})";
	my %missing = map { split /\|/ } split /\n/, $node->safe_psql($database, qq{
		SELECT event_id, linked_identifiers -> 0 ->> 'mrn' FROM reportlink.event WHERE $one->{which} $skip});
	my (%seen, %newest, @wrong);

	foreach my $id (@{ $acknowledged{$database}->{$name} })
	{
		my $patient = delete $missing{$id};

		push @wrong, $seen{$id}++ ? "$id again" : defined $patient ? () : "$id is not its";
		next unless defined $patient;
		push @wrong, "$id of $patient after $newest{$patient}" if ($newest{$patient} // 0) > $id;
		$newest{$patient} = $id;
		$seen{$id} = 1;
	}
	push @wrong, "missing " . join ', ', sort { $a <=> $b } keys %missing if %missing;
	is(join('; ', @wrong), '', "$when: $name: each of " . keys(%seen) . ' events once');
	return;
}

# One transaction records, fetches and acknowledges. Another that commits meanwhile
# makes its own id one that a snapshot taken in it shows as finished.
foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
{
	my $begin = "BEGIN ISOLATION LEVEL $isolation";

	subscribe("own $isolation");
	ask(at('reader'), $begin);
	save('a', 'reader');
	save('b');
	take("own $isolation", times => 1);
	save('a', 'reader');
	take("own $isolation", times => 1);
	save('b');
	save('a', 'reader');
	ask(at('reader'), 'COMMIT');
	take("own $isolation");
	complete_ok("own $isolation", "records before and after it fetches");

	subscribe("savepoints $isolation");
	my @ids = committed(qw(a b));
	ask(at('reader'), "$begin; SAVEPOINT s");
	save('a', 'reader');
	ask(at('reader'), 'SAVEPOINT t');
	is(join(' ', fetch("savepoints $isolation")), "@ids", "$isolation: fetched in a subtransaction");
	is(ack("savepoints $isolation", $ids[1]), '', 'acknowledged');
	ask(at('reader'), 'ROLLBACK TO t');
	is(join(' ', fetch("savepoints $isolation")), "@ids", 'rolled back: the same again');
	ack("savepoints $isolation", $ids[0]);
	ask(at('reader'), 'ROLLBACK TO s');
	take("savepoints $isolation", only => 1, times => 1);
	ask(at('reader'), 'COMMIT');
	save('a');
	take("savepoints $isolation");
	complete_ok("savepoints $isolation", 'subtransactions');

	subscribe("rolled back $isolation");
	@ids = committed(qw(a b c));
	ask(at('reader'), $begin);
	ack("rolled back $isolation", $_) foreach fetch("rolled back $isolation", 2);
	is(join(' ', fetch("rolled back $isolation")), $ids[2], "$isolation: fetched and acknowledged");
	ack("rolled back $isolation", $ids[2]);
	is(join(' ', fetch("rolled back $isolation")), '', 'all of it');
	ask(at('reader'), 'ROLLBACK');
	is(take("rolled back $isolation"), "@ids", "$isolation: rolled back, all of it again");
	complete_ok("rolled back $isolation", 'acknowledged in a transaction that is rolled back');

	# Its snapshot is older than what others commit, read and acknowledge
	subscribe("old snapshot $isolation");
	ask(at('old'), "$begin; SELECT 1");
	@ids = committed('a');
	take("old snapshot $isolation");
	like(join(' ', fetch("old snapshot $isolation", 100, 'old')), $isolation eq 'READ COMMITTED' ? qr/^$/ : qr/^(ERROR: +40001)?$/,
		"$isolation: acknowledged by another since the snapshot");
	ask(at('old'), "ROLLBACK; $begin; SELECT 1");
	@ids = committed(qw(b c));
	take("old snapshot $isolation", session => 'old');
	save('d', 'old');
	take("old snapshot $isolation", session => 'old');
	save('d', 'old');
	ask(at('old'), 'COMMIT');
	take("old snapshot $isolation");
	complete_ok("old snapshot $isolation", 'an old snapshot');

	# Subscribed in the middle of a transaction: of what it recorded itself, what it
	# recorded afterwards is due for sure
	ask(at('reader'), $begin);
	my $mine = save('a', 'reader');
	save('b');
	subscribe("in the middle $isolation");
	$subscriber{"in the middle $isolation"}->{before} =~ s/\b$mine\b/0/;
	save('a', 'reader');
	save('c');
	save('a', 'reader');
	ask(at('reader'), 'COMMIT');
	save('a');
	my @got = split / /, take("in the middle $isolation");
	$subscriber{"in the middle $isolation"}->{before} .= ",$mine" unless grep { $_ == $mine } @got;
	complete_ok("in the middle $isolation", 'subscribed in a transaction that records');
}

# What is committed late has a lower id than what was acknowledged. An
# acknowledgement that is sent again then does not count for it.
subscribe('late');
ask(at('late'), 'BEGIN');
my $low = save('a', 'late');
my ($high) = committed('b');
is(take('late'), $high, 'what is committed is read, what is not is not waited for');
like(ack('late', $low), qr/^ERROR:  22023$/, 'what is not committed cannot be acknowledged');
ask(at('late'), 'COMMIT');
is(join(' ', fetch('late')), $low, 'then it comes, with its lower id');
is(ack('late', $high), '', 'the acknowledgement of the later id, sent again');
is(join(' ', fetch('late')), $low, 'does not acknowledge it');
my ($higher) = committed('b');
like(ack('late', $higher), qr/^(ERROR:  22023)?$/, 'what was not fetched');
is(take('late', only => 1, times => 1), $low, 'and it is still there');
take('late');
complete_ok('late', 'a transaction that commits late');

# The same when the subscriber comes while it is open
ask(at('late'), 'BEGIN');
$low = save('a', 'late');
subscribe('in between');
save('b');
save('a', 'late');
take('in between');
ask(at('late'), 'COMMIT');
take('in between');
complete_ok('in between', 'subscribed while a transaction was open');
is(scalar(grep { $_ == $low } @{ $acknowledged{original}->{'in between'} }), 1, 'which had recorded before');

# Two who read for one subscriber: the second waits and then sees what the first left,
# although its statement began earlier
subscribe('two readers');
committed('a');
ask(at('reader'), 'BEGIN');
my @fetched = fetch('two readers');
send_to(at('other'), q{SELECT event_id FROM reportlink_fetch('north', 'two readers')});
$node->poll_query_until($database, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'two readers'})
  or die 'the second reader does not wait';
ack('two readers', $fetched[-1]);
save('b');
push @fetched, fetch('two readers');
ack('two readers', $fetched[-1]);
ask(at('reader'), 'COMMIT');
is(answer_of(at('other')), '', 'the second reader gets nothing that the first has acknowledged');
push @{ $acknowledged{original}->{'two readers'} }, @fetched;
save('a');
take('two readers', session => 'other');
complete_ok('two readers', 'two readers of one subscriber');

# An error that is caught
subscribe('caught');
my @ids = committed(qw(a b));
ask(at('reader'), qq{
	DO \$\$ BEGIN
		BEGIN
			PERFORM reportlink_fetch('north', 'caught');
			PERFORM reportlink_ack('north', 'caught', $ids[1]);
			RAISE EXCEPTION 'no';
		EXCEPTION WHEN OTHERS THEN
			PERFORM reportlink_ack('north', 'caught', $ids[0]);
		END;
	END \$\$});
push @{ $acknowledged{original}->{caught} }, $ids[0];
is(take('caught'), $ids[1], 'an error that is caught takes back what was acknowledged before it');
complete_ok('caught', 'an error that is caught');
is(ask(at('reader'), q{BEGIN READ ONLY; SELECT FROM reportlink_fetch('north', 'caught'); ROLLBACK}), 'ERROR:  25006', 'a read-only transaction is refused');

# Subscribers in every kind of position; some of "north", one of every organization, one filtered
sub positions
{
	ask(at('open'), 'BEGIN');
	ask(at('finished'), 'BEGIN');
	save('d', 'open');
	save('e', 'finished');
	committed(qw(a b south1));
	subscribe('drained');
	subscribe('middle');
	subscribe('fetched');
	subscribe('filtered', type => 'report.saved');
	subscribe('nothing', type => 'report.rejected');
	subscribe('every', organization => 'NULL');
	subscribe('south', organization => q{'south'});
	subscribe('start', from_start => 1);
	subscribe('start every', from_start => 1, organization => 'NULL');
	subscribe('start middle', from_start => 1);
	committed(qw(a south1 b a c south2 b a), ('a', 'b') x 5);
	take('middle', batch => 9, only => 4, times => 1);
	take('middle', batch => 9, only => 1, times => 1);
	fetch('fetched', 3);
	take('filtered', batch => 3, only => 2, times => 1);
	take('every', batch => 4, times => 1);
	take('south', only => 1, times => 1);
	take('start middle', batch => 7, only => 5, times => 1);
	subscribe('window');
	committed(qw(c south1));
	ask(at('finished'), 'COMMIT');
	# its window has one event acknowledged and one not, while "open" and another are under way
	ask(at('finished'), 'BEGIN');
	save('e', 'finished');
	committed(qw(a b));
	take('window', only => 1, times => 1);
	ask(at('finished'), 'COMMIT');
	committed('c');
	take('drained');
	subscribe('new');
	return sort qw(drained middle fetched filtered nothing every south start window new), 'start every', 'start middle';
}

# Each goes on a little, and stops in the middle of something
sub go_on
{
	my (@names) = @_;

	ask(at('overlap'), 'BEGIN');
	save('d', 'overlap');
	committed(qw(a b south1 c));
	take($_, batch => 5, only => 3, times => 2) foreach @names;
	save('d', 'overlap');
	ask(at('overlap'), 'COMMIT');
	committed(qw(south2 a b));
	take($_, batch => 2, only => 1, times => 2) foreach @names;
	return;
}

sub all_complete_ok
{
	my ($when, @names) = @_;

	committed('a');
	take($_, batch => 7) foreach @names;
	complete_ok($_, $when) foreach @names;
	is($node->safe_psql($database, 'SELECT * FROM reportlink_check()'), '', "$when: no broken invariant");
	return;
}

my @names = positions();

# What is dumped while "open" is under way goes on without it, at each of these places
sub dump_to
{
	my ($format, @options) = @_;

	$node->command_ok([ 'pg_dump', @options, '-f', "$folder/$database.$format", $database ], "dump of $database");
	return "$folder/$database.$format";
}

sub restore_in
{
	my ($new_node, $new_database, $dump) = @_;

	$acknowledged{$new_database} = { map { $_ => [ @{ $acknowledged{$database}->{$_} } ] } keys %{ $acknowledged{$database} } };
	go_to($new_node, $new_database);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok(
		$dump =~ /\.sql$/
		? [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-f', $dump ]
		: [ 'pg_restore', '-e', '-j', 2, '-d', $database, $dump ],
		"restored as $database");
	return;
}

my $dump = dump_to('dir', '-Fd', '-j', 2);
my $second = start_node('second', @settings);

# The first lives on: what was under way at the dump is committed
go_on(@names);
ask(at('open'), 'COMMIT');
all_complete_ok('after the dump', @names);

sub original_past
{
	my ($name) = @_;

	return $acknowledged{original}->{$name};
}

done_testing();
