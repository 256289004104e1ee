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
my @settings = ('max_connections = 40', 'max_prepared_transactions = 10', 'autovacuum = off', 'log_statement = none');
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
my %report = map { $_ => made_report($first, 'original', /south/ ? 'south' : 'north', $_) } qw(a b c d e f g h south1 south2);

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

# Saves in a report, which is one event, after it closes and opens "h"; the event's id
sub save
{
	my ($name, $session) = @_;
	my $organization = $name =~ /south/ ? 'south' : 'north';
	my $before = $name ne 'h' ? '' : "SELECT FROM reportlink_close('north', $report{h}, actor => 'ada'), reportlink_open('north', $report{h}, actor => 'ada');";
	my $answer = ask(at($session || 'writer'), qq{
		$before
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
# what it acknowledged, for each database, since a dump takes its past along
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
		# as far as it can see what is committed already
		before => $options{from_start} ? '' : join ',', 0,
		split /\n/, ask(at($options{session} || 'reader'), 'SELECT event_id FROM reportlink.event')
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
like(ack('late', $low), qr/^(ERROR:  22023)?$/, 'what is not committed cannot be acknowledged');
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
fetch('caught');
is(ask(at('reader'), qq{
	DO \$\$ BEGIN
		BEGIN
			PERFORM reportlink_fetch('north', 'caught');
			PERFORM reportlink_ack('north', 'caught', $ids[1]);
			RAISE EXCEPTION 'no';
		EXCEPTION WHEN OTHERS THEN
			PERFORM reportlink_ack('north', 'caught', $ids[0]);
		END;
	END \$\$}), '', 'fetched and acknowledged, and taken back by an error that is caught');
push @{ $acknowledged{original}->{caught} }, $ids[0];
is(take('caught'), $ids[1], 'an error that is caught takes back what was acknowledged before it');
complete_ok('caught', 'an error that is caught');
is(ask(at('reader'), q{BEGIN READ ONLY; SELECT FROM reportlink_fetch('north', 'caught'); ROLLBACK}), '', 'nothing new, in a read-only transaction');
save('a');
is(ask(at('reader'), q{BEGIN READ ONLY; SELECT FROM reportlink_fetch('north', 'caught'); ROLLBACK}), 'ERROR:  25006', 'it cannot move a position');
take('caught');
complete_ok('caught', 'read-only');

# Subscribers in every kind of position; some of "north", one of every organization, some filtered
sub positions
{
	my ($set) = @_;

	ask(at('open'), 'BEGIN');
	ask(at('finished'), 'BEGIN');
	save('d', 'open');
	save('e', 'finished');
	committed(qw(a b south1));
	subscribe("$set drained");
	subscribe("$set middle");
	subscribe("$set fetched");
	subscribe("$set filtered", type => 'report.closed');
	subscribe("$set nothing", type => 'report.rejected');
	subscribe("$set every", organization => 'NULL');
	subscribe("$set south", organization => q{'south'});
	subscribe("$set start", from_start => 1);
	subscribe("$set start every", from_start => 1, organization => 'NULL');
	subscribe("$set start middle", from_start => 1);
	committed(qw(a south1 h b a c south2 h b a h), ('a', 'b') x 5);
	take("$set middle", batch => 9, only => 4, times => 1);
	take("$set middle", batch => 9, only => 1, times => 1);
	fetch("$set fetched", 3);
	take("$set filtered", batch => 3, only => 2, times => 1);
	take("$set every", batch => 4, times => 1);
	take("$set south", only => 1, times => 1);
	take("$set start middle", batch => 7, only => 5, times => 1);

	# its window has one event acknowledged and one not; of the transactions that it
	# shows as under way one is committed soon, "open" is not
	subscribe("$set window");
	committed(qw(a b));
	take("$set window", only => 1, times => 1);
	ask(at('finished'), 'COMMIT');
	committed(qw(c south1));
	take("$set drained");
	subscribe("$set new");
	return grep { /^$set / } sort keys %subscriber;
}

# Each goes on a little, and stops in the middle of something
sub go_on
{
	my (@names) = @_;

	# the first to write after a restore is waited for, so that is not "overlap"
	committed('a');
	ask(at('overlap'), 'BEGIN');
	save('f', 'overlap');
	committed(qw(a b h south1 c));
	take($_, batch => 5, only => 3, times => 2) foreach @names;
	save('f', 'overlap');
	ask(at('overlap'), 'COMMIT');
	committed(qw(south2 a b h));
	take($_, batch => 2, only => 1, times => 2) foreach @names;
	return;
}

sub all_complete_ok
{
	my ($when, @names) = @_;

	take($_, batch => 7) foreach @names;
	committed('a', 'south1');
	take($_, batch => 7) foreach @names;
	complete_ok($_, $when) foreach @names;
	is( ask(at('reader'), "SELECT subscriber FROM reportlink.subscriber_lag WHERE subscriber IN ('"
			  . join("', '", @names) . "') AND (events_behind, seconds_behind) <> (0, 0)"),
		'', "$when: nobody is behind");
	is(ask(at('reader'), 'SELECT * FROM reportlink_check()'), '', "$when: no broken invariant");
	return;
}

# A dump of where the subscribers are, and what they had acknowledged then
sub dumped
{
	my ($format, @options) = @_;
	my $file = "$folder/$database.$format";

	$node->command_ok([ 'pg_dump', @options, '-f', $file, $database ], "dump of $database");
	my $then = $acknowledged{$database};
	return { file => $file, acknowledged => { map { $_ => [ @{ $then->{$_} } ] } keys %$then } };
}

sub go_to_copy
{
	my ($new_node, $new_database, $dump) = @_;

	go_to($new_node, $new_database);
	$acknowledged{$new_database} = { map { $_ => [ @{ $dump->{acknowledged}->{$_} } ] } keys %{ $dump->{acknowledged} } };
	return;
}

sub restored
{
	my ($new_node, $new_database, $dump) = @_;

	go_to_copy(@_);
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->command_ok(
		$dump->{file} =~ /\.sql$/
		? [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $database, '-f', $dump->{file} ]
		: [ 'pg_restore', '-e', '-j', 2, '-d', $database, $dump->{file} ],
		"restored as $database");
	return;
}

# By CREATE DATABASE, which is alone with what it copies
sub copy_database
{
	my ($from, $to) = @_;

	go_to($first, 'postgres');
	$first->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = '$from'")
	  or die "sessions of $from do not end";
	$first->safe_psql('postgres', "CREATE DATABASE $to TEMPLATE $from");
	return;
}

# The id that the next transaction will be given, and that many given away
sub next_transaction
{
	return $node->safe_psql($database, 'SELECT pg_snapshot_xmax(pg_current_snapshot())');
}

sub burn_transactions
{
	my ($count) = @_;

	ask(at('burner'), qq{
		CREATE TEMP TABLE IF NOT EXISTS burnt ();
		DO \$\$ BEGIN FOR i IN 1 .. $count LOOP
			BEGIN INSERT INTO burnt DEFAULT VALUES; EXCEPTION WHEN OTHERS THEN END;
		END LOOP; END \$\$}) if $count > 0;
	return;
}

my $second = start_node('second', @settings);
my @names = positions('dump');

# One event more; its transaction id is yet to come in the other cluster
burn_transactions(20000);
my ($unread) = committed('c');
my $its_transaction = $node->safe_psql($database, "SELECT transaction_id FROM reportlink.event WHERE event_id = $unread");
my $dump = dumped('dir', '-Fd', '-j', 2);

# Where it was dumped all goes on, what was under way at the dump included
go_on(@names);
ask(at('open'), 'COMMIT');
all_complete_ok('after the dump', @names);

# Another cluster. A subscriber that has but that event to read there reads it in
# a transaction with the very same id, which is another one.
restored($second, 'moved', $dump);
my $burn = $its_transaction - 3 - next_transaction();

cmp_ok($burn, '>', 0, 'the id is yet to come');
burn_transactions($burn);
burn_transactions(1) while next_transaction() < $its_transaction - 2;
ask(at('burner'), 'SELECT pg_current_xact_id()') while next_transaction() < $its_transaction;
is(ask(at('reader'), 'BEGIN; SELECT pg_current_xact_id()'), $its_transaction, 'a transaction with the id of an event of elsewhere');
is(take('dump new', times => 1), $unread, 'reads that event');
ask(at('reader'), 'COMMIT');
go_on(@names);
my $dump_of_moved = dumped('sql');
my $rows_of_moved = dumped('rows.sql', '--data-only', '-n', 'reportlink', '-T', 'reportlink.installation');
all_complete_ok('in another cluster', @names);

# The rows alone, in installed tables
go_to_copy($second, 'rows', $rows_of_moved);
$second->safe_psql('postgres', 'CREATE DATABASE rows');
$second->safe_psql('rows', 'CREATE EXTENSION reportlink; SELECT reportlink_install()');
$second->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'rows', '-f', $rows_of_moved->{file} ], 'rows restored in installed tables');
go_on(@names);
all_complete_ok('rows alone', @names);

# Back again in the first, and once more in the second
restored($first, 'back', $dump_of_moved);
go_on(@names);
$dump = dumped('dump', '-Fc');
all_complete_ok('back again', @names);
restored($second, 'again', $dump);
ask(at('one'), 'BEGIN');
save('a', 'one');
send_to(at('two'), qq{SELECT FROM reportlink_save('north', $report{b}, '{"transcript": "words"}', actor => 'ada')});
$node->poll_query_until($database, q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'reportlink_save'})
  or die 'the second writer does not wait';
take($_, batch => 2, times => 1) foreach @names;
ask(at('one'), 'ROLLBACK');
is(answer_of(at('two')), '', 'the first to write after a restore rolls back, and the second goes on');
go_on(@names);
all_complete_ok('and once more', @names);

# In the same cluster; of the second copy everything is read before anything is written
go_to($first, 'original');
@names = positions('copy');
$dump = dumped('dir2', '-Fd', '-j', 2);
restored($first, 'copy', $dump);
go_on(@names);
$dump = dumped('sql');
all_complete_ok('in the same cluster', @names);
restored($first, 'copy2', $dump);
take($_, batch => 7) foreach @names;
all_complete_ok('a copy of the copy', @names);

# Eight sessions are the first to write at once, in one copy after another
is_deeply([ @report{qw(a b c d e f g h)} ], [ $report{a} .. $report{a} + 7 ], 'eight reports');
open my $script, '>', "$folder/save.sql" or die $!;
print $script qq{\\set id $report{a} + :client_id
SELECT FROM reportlink_save('north', :id, '{"transcript": "words"}', actor => 'ada');\n};
close $script;
foreach my $round (1 .. 5)
{
	copy_database('copy2', 'burst');
	$first->command_ok([ 'pgbench', '-n', '-c', 8, '-t', 3, '-f', "$folder/save.sql", $first->connstr('burst') ],
		"eight are the first to write at once ($round)");
	is( $first->safe_psql('burst', q{
			SELECT count(*), count(DISTINCT c.cluster_id) FROM reportlink.event
			JOIN reportlink.cluster c USING (cluster_id) JOIN pg_database d ON d.oid = c.database_oid AND d.datname = current_database()}),
		'24|1', 'and it is one place for all of them');
	$first->safe_psql('postgres', 'DROP DATABASE burst');
}

# Over what is there, under a session that stays
go_to($first, 'copy2');
$dump = dumped('dump', '-Fc');
go_on(@names);
go_to_copy($first, 'copy2', $dump);
save('a');
$node->command_ok([ 'pg_restore', '-e', '-c', '-d', $database, $dump->{file} ], 'restored over what has gone on');
save('a');
go_on(@names);
all_complete_ok('restored over what has gone on', @names);

# A copy by CREATE DATABASE
go_to($first, 'original');
ask(at('reader'), 'SELECT 1');
go_on(@names);
copy_database('original', 'template_copy');
go_to_copy($first, 'template_copy', { acknowledged => $acknowledged{original} });
go_on(@names);
all_complete_ok('a copy by CREATE DATABASE', @names);

# A crash, with a prepared transaction that has events
go_to($first, 'original');
subscribe('prepared');
# a transaction that notifies cannot be prepared
ask(at('prepared'), 'SET reportlink.notify = off; BEGIN');
save('g', 'prepared');
is(ask(at('prepared'), q{PREPARE TRANSACTION 'one'}), '', 'prepared');
committed('a');
take('prepared');
subscribe('prepared window');
committed(qw(a b));
take('prepared window', only => 1, times => 1);
$first->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($first, 'backup', has_streaming => 1);
$standby->start;
@names = positions('crash');
$first->stop('immediate');
$first->start;
go_to($first, 'original');
take('prepared', times => 1);
go_on(@names);

# A standby that is promoted
$first->wait_for_catchup($standby);
go_to($standby, 'original');
like(ask(at('reader'), q{SELECT FROM reportlink_fetch('north', 'prepared')}), qr/^(ERROR:  25006)?$/, 'nobody reads on where it stands by');
$first->stop;
$standby->promote;
go_on(@names);
ask(at('prepared'), 'SET reportlink.notify = off; BEGIN');
save('d', 'prepared');
is(ask(at('prepared'), q{PREPARE TRANSACTION 'two'}), '', 'prepared');
committed('b');
take($_, times => 1) foreach 'prepared', 'prepared window';
is(ask(at('reader'), q{COMMIT PREPARED 'one'}), '', 'what was prepared before the crash is committed');
committed('a');
take($_, batch => 3, only => 2, times => 1) foreach 'prepared', 'prepared window';
go_to($standby, 'original');
$standby->restart;
is(ask(at('reader'), q{COMMIT PREPARED 'two'}), '', 'and what was prepared before the restart');
all_complete_ok('after a crash, promotion and a restart', @names, 'prepared', 'prepared window');

# pg_upgrade, with subscribers in every position, and a transaction counter that starts its next round
@names = positions('upgrade');
go_on(@names);
go_to($standby, 'postgres');
$standby->stop;
my $new = PostgreSQL::Test::Cluster->new('new');

$new->init;
$new->append_conf('postgresql.conf', join("\n", @settings, ''));

my $bin = `pg_config --bindir`;
my @folders = map { abs_path($_->data_dir) } ($standby, $new);

chomp $bin;
{
	# it writes scripts where it is called
	my $here = abs_path('.');

	chdir $folder;
	command_ok(
		[
			'pg_upgrade', '--no-sync', '-b', $bin, '-B', $bin, '-d', $folders[0], '-D', $folders[1],
			'-s', $new->host, '-p', $standby->port, '-P', $new->port
		],
		'pg_upgrade');
	chdir $here;
}
$new->start;
go_to($new, 'original');
go_on(@names);
go_to($new, 'postgres');
$new->stop;
command_ok([ 'pg_resetwal', '-e', 1, '-D', $new->data_dir ], 'the transaction counter goes round');
$new->start;
go_to($new, 'original');
cmp_ok(next_transaction(), '>', 2**32, 'transaction ids have more than 32 bits');
go_on(@names);
all_complete_ok('after pg_upgrade', @names);

$new->stop;
$second->stop;
done_testing();
