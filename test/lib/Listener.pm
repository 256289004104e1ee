# Listener: what the tests of reportlink-listen share: the program as a process,
# what it writes, and how it ends. REPORTLINK_LISTEN says where it is.
package Listener;

use strict;
use warnings;

use Exporter 'import';
use JSON::PP;
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

our @EXPORT = qw(await listen_once event_ids install_feed link_patients);

my $runs = 0;
my @started;

# A test that dies leaves none behind
END
{
	my $status = $?;

	$_->ended || kill('KILL', $_->{pid}) foreach @started;
	$? = $status;
}

# Until a condition holds; its value
sub await
{
	my ($condition, $what) = @_;

	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $value = $condition->();

		return $value if $value;
		usleep(100_000);
	}
	die "waited in vain: $what";
}

# The program on its way. Its output goes to files, or stdout to a descriptor
# that is given as stdout => ...; -1 closes it.
sub start
{
	my ($class, $node, $arguments, %how) = @_;
	my $name = $PostgreSQL::Test::Utils::tmp_check . '/listen_' . $$ . '_' . ++$runs;
	my $self = bless { out => "$name.out", err => "$name.err" }, $class;
	my @connection = $node ? ('-d', $node->connstr($how{database} // 'postgres')) : ();

	open my $out, '>', $self->{out} or die "$self->{out}: $!";
	open my $err, '>', $self->{err} or die "$self->{err}: $!";
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0)
	{
		my $stdout = $how{stdout} // fileno($out);

		$stdout < 0 ? POSIX::close(1) : POSIX::dup2($stdout, 1);
		POSIX::dup2(fileno($err), 2);
		delete $ENV{PGAPPNAME}; # that of the test
		exec($ENV{REPORTLINK_LISTEN}, @connection, @$arguments) or POSIX::_exit(127);
	}
	push @started, $self;
	return $self;
}

# Has it ended?
sub ended
{
	my ($self) = @_;

	if (!defined $self->{status} && waitpid($self->{pid}, POSIX::WNOHANG()) > 0)
	{
		$self->{status} = $?;
	}
	return defined $self->{status};
}

# How it ended: exit status, or -N after signal N
sub status
{
	my ($self) = @_;

	await(sub { $self->ended }, 'the listener ends');
	return $self->{status} & 127 ? -($self->{status} & 127) : $self->{status} >> 8;
}

sub stop
{
	my ($self, $signal) = @_;

	kill $signal // 'TERM', $self->{pid};
	return $self->status;
}

# What it has written to stderr
sub errors
{
	my ($self) = @_;

	return slurp_file($self->{err});
}

# Until it has written to stderr what a regular expression matches
sub await_errors
{
	my ($self, $pattern, $what) = @_;

	return await(
		sub {
			my $ended = $self->ended; # asked first: what it wrote last is seen
			my $errors = $self->errors;

			return 1 if $errors =~ $pattern;
			die "the listener ended: $errors" if $ended;
			return 0;
		},
		$what);
}

# The lines it has written to stdout, without one that is not complete
sub lines
{
	my ($self) = @_;
	my @lines = slurp_file($self->{out}) =~ /^(.*)\n/gm;

	return @lines;
}

# Ids of the events in these lines, in their order; a line that is no JSON dies
sub ids
{
	my ($self) = @_;

	return event_ids($self->lines);
}

sub event_ids
{
	return map { decode_json($_)->{event_id} } @_;
}

sub await_lines
{
	my ($self, $count) = @_;

	return await(
		sub {
			die 'the listener ended: ' . $self->errors if $self->ended;
			return $self->lines >= $count;
		},
		"$count lines");
}

# Runs it to its end: exit status, what it wrote to stderr, and its lines
sub listen_once
{
	my ($node, @arguments) = @_;
	my $listener = Listener->start($node, [ '--once', @arguments ]);
	my $status = $listener->status;

	return ($status, $listener->errors, $listener->lines);
}

# Organizations "north" and "south", and patients of two reports each to link
sub install_feed
{
	my ($node, $patients) = @_;

	ReportlinkNode::install_reportlink($node, 'postgres');
	$node->safe_psql(
		'postgres', qq{
		INSERT INTO reportlink.organization (organization_id, linking_enabled) VALUES ('south', true);
		INSERT INTO reportlink.member SELECT 'south', user_id, role, active FROM reportlink.member;
		INSERT INTO reportlink.report (organization_id, mrn, accession_number)
		SELECT o, 'MRN-' || p, 'ACC-' || p || '-' || i
		FROM unnest('{north,south}'::text[]) o, generate_series(1, $patients) p, generate_series(1, 2) i;
	});
	return;
}

# Links and opens the reports of so many patients that are not linked, each in a
# transaction of its own; the ids of the new events, three a patient, in their order
sub link_patients
{
	my ($node, $organization, $patients) = @_;
	my $before = $node->safe_psql('postgres', 'SELECT coalesce(max(event_id), 0) FROM reportlink.event');

	$node->safe_psql(
		'postgres', qq{
		SELECT format('SELECT FROM reportlink_link(%L, %L, true, ''ada'')', '$organization', array_agg(report_id))
		FROM reportlink.report WHERE organization_id = '$organization' AND group_id IS NULL
		GROUP BY mrn ORDER BY min(report_id) LIMIT $patients
		\\gexec
	});
	return split /\n/,
	  $node->safe_psql('postgres', "SELECT event_id FROM reportlink.event WHERE event_id > $before ORDER BY event_id");
}

1;
