# reportlink.notify = worker: the commit that records an event does not notify
# it, the worker does, right after, for every event and each once. Nothing else
# wakes it here: without being woken it would look once an hour.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('notify_worker', worker_settings('postgres'),
	'reportlink.notify = worker', 'restart_after_crash = on');

install_recall($node, 'postgres');
$node->safe_psql(
	'postgres', q{
	UPDATE reportlink.organization SET recall_enabled = false;
	INSERT INTO reportlink.report (organization_id, mrn, accession_number)
	SELECT o, 'N-' || n / 2, 'N-' || n FROM unnest('{north,south}'::text[]) o, generate_series(0, 199) n});
await_worker($node, 'postgres', '^nothing is scheduled$');
$node->append_conf('postgresql.conf', 'reportlink.worker_naptime = 1h');
$node->reload;

# A psql that stays
sub session
{
	my $self = { in => '', out => '', err => '' };

	$self->{run} = IPC::Run::start(
		[ 'psql', '-X', '-q', '-At', '-d', $node->connstr('postgres') ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $self;
}

# Runs statements in it, and waits until they are done; returns what came of them
sub run
{
	my ($self, $statements) = @_;

	$self->{out} = '';
	$self->{in} .= "$statements\n\\echo done\n";
	$self->{run}->pump until $self->{out} =~ s/done\n\z//;
	return $self->{out};
}

# psql tells of notifications after a statement: asks until all events were heard of
my $listener = session();
my @heard;

sub hear
{
	my ($events) = @_;

	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $out = run($listener, 'SELECT pg_sleep(0.1);');

		while ($out =~ /payload "(\{.*\})" received from server process with PID (\d+)/g)
		{
			my ($payload, $pid) = ($1, $2);
			my ($id) = $payload =~ /"event_id": (\d+)/;

			push @heard, { payload => $payload, pid => $pid, id => $id };
		}
		last if @heard >= $events;
	}
	return;
}

# What was heard is what was recorded after an event, in the order of ids; returns how much
sub heard_all_ok
{
	my ($after, $name) = @_;
	my $recorded = $node->safe_psql('postgres',
		"SELECT string_agg(event_id::text, ' ' ORDER BY event_id) FROM reportlink.event WHERE event_id > $after");

	hear(scalar split / /, $recorded);
	is(join(' ', map { $_->{id} } @heard), $recorded, $name);
	return;
}

sub last_event
{
	return $node->safe_psql('postgres', 'SELECT coalesce(max(event_id), 0) FROM reportlink.event');
}

run($listener, 'LISTEN reportlink;');
my $worker = $node->safe_psql('postgres',
	q{SELECT pid FROM reportlink.worker_status WHERE process = 'reportlink worker'});

# One action of a session that listens itself: it does not notify
my $writer = session();
run($writer, 'LISTEN reportlink;');
my $after = last_event();
my $own = run($writer, q{SELECT FROM reportlink_link('north', '{1,2}', actor => 'ada');});

unlike($own, qr/from server process with PID (?!$worker)/, 'the commit itself notifies nothing');
heard_all_ok($after, 'linking: the worker notifies what was recorded');
is_deeply([ sort keys %{ { map { $_->{pid} => 1 } @heard } } ], [$worker], 'the worker, and nobody else');
like($heard[0]->{payload},
	qr/^\{"event_id": \d+, "type": "report.linked", "organization_id": "north", "group_id": 1, "report_ids": \[1, 2\]\}$/,
	'the payload is the same as that of a commit');

# Many, of two organizations
@heard = ();
$after = last_event();
run($writer, qq{SELECT FROM reportlink_close('north', 1, actor => 'ada');
	SELECT count(*) FROM generate_series(3, 61, 2) n, reportlink_link('north', ARRAY[n, n + 1], actor => 'ada');
	SELECT count(*) FROM generate_series(203, 261, 2) n, reportlink_link('south', ARRAY[n, n + 1], actor => 'ada');});
heard_all_ok($after, 'many events of two organizations: each once, none is missing');

# A transaction that is open while others commit
my $slow = session();

@heard = ();
$after = last_event();
run($slow, qq{BEGIN;\nSELECT FROM reportlink_link('north', '{101,102}', actor => 'ada');});
run($writer, qq{SELECT FROM reportlink_link('north', '{103,104}', actor => 'ada');});
hear(3);
is(scalar @heard, 3, 'events of the transaction that has committed');
run($slow, 'COMMIT;');
hear(6);
is(scalar @heard, 6, 'those of the one that began before it, when that commits');
is_deeply([ map { $_->{id} - $after } @heard ], [ 4, 5, 6, 1, 2, 3 ], 'in the order of commits');

# What nobody committed
@heard = ();
$after = last_event();
run($slow, qq{BEGIN;\nSELECT FROM reportlink_link('north', '{105,106}', actor => 'ada');\nROLLBACK;});
run($writer, qq{SELECT FROM reportlink_link('north', '{107,108}', actor => 'ada');});
heard_all_ok($after, 'what was rolled back is not notified');

# A worker that was killed starts with what comes then; the table has the rest
kill 'KILL', $worker;
$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
await_worker($node, 'postgres', '^nothing is scheduled$');
$listener->{run}->kill_kill;
$listener = session();
run($listener, 'LISTEN reportlink;');
$writer = session();
@heard = ();
$after = last_event();
run($writer, qq{SELECT FROM reportlink_link('north', '{109,110}', actor => 'ada');});
heard_all_ok($after, 'after the worker was killed it goes on');

# Set back, the commit notifies again and the worker does not
$node->append_conf('postgresql.conf', 'reportlink.notify = commit');
$node->reload;
$node->poll_query_until('postgres', q{SELECT current_setting('reportlink.notify') = 'commit' FROM reportlink_version()})
  or die 'the setting did not arrive';
@heard = ();
$after = last_event();
my $late = session();
my $pid = run($late, 'SELECT pg_backend_pid();');
run($late, qq{SELECT FROM reportlink_link('north', '{111,112}', actor => 'ada');});
heard_all_ok($after, 'reportlink.notify = commit: each once');
is_deeply([ sort keys %{ { map { $_->{pid} => 1 } @heard } } ], [ 0 + $pid ], 'by the session');

$_->{run}->kill_kill foreach ($listener, $writer, $slow, $late);
$node->stop;
done_testing();
