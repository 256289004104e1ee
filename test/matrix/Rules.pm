# Rules: what two operations do to one another on one patient, told from what each
# locks and changes (Operations.pm). Nothing here is what a run gave.
#
# A lock is a name and a mode, as PostgreSQL has them for rows: K (FOR KEY SHARE),
# N (FOR NO KEY UPDATE), U (FOR UPDATE). Rows are named by unit: d.1 is the first
# report of unit d, d.g its group's row.
package Rules;

use strict;
use warnings;

use Operations;

my %conflicts = (K => 'U', N => 'NU', U => 'KNU');

# Rows of a unit that a function locks: the group with all members, or those named
sub _unit_rows
{
	my ($unit, @names) = @_;

	return map { "$unit.$_" } $Operations::units{$unit}{linked} ? ('g', 1, 2, 3) : @names;
}

# What else it takes in: report 3 of the unit of those that are not linked, or a group
sub _also
{
	my ($operation) = @_;

	return map { $_ eq 'n3' ? 'n.3' : _unit_rows($_) } @{ $operation->{also} || [] };
}

sub _named
{
	my ($call) = @_;

	return @{ $call->{operation}{names} || [1] };
}

sub _function
{
	my ($call) = @_;

	return (patient => 'N', map { $_ => 'N' } _unit_rows($call->{unit}, _named($call)), _also($call->{operation}));
}

sub _rows
{
	my ($call, $mode) = @_;

	return map { ("$call->{unit}.$_" => $mode) } _named($call);
}

# What each class locks when it is done to a unit
my %locks = (
	# a function on a unit
	call => \&_function,
	# one that only records that somebody looked
	view => \&_function,
	# a plain UPDATE of status or owner: its row, then as a function; where nothing changes only its row
	plain => sub {
		my ($call) = @_;
		my $sets = $call->{operation}{sets};

		return _rows($call, 'N') if defined $sets && $sets eq $Operations::units{ $call->{unit} }{status};
		return _function($call);
	},
	# a plain UPDATE of what is no key: its row
	row => sub { return _rows($_[0], 'N') },
	# of an identifier: its row as a key; while it is linked the patient and the group too
	identifiers => sub {
		my ($call) = @_;
		my $linked = $Operations::units{ $call->{unit} }{linked};

		return (_rows($call, 'U'), $linked ? (patient => 'N', "$call->{unit}.g" => 'N') : ());
	},
	# of the MRN: the same, but a linked report's is refused before
	mrn => sub { return _rows($_[0], 'U') },
	delete => sub { return _rows($_[0], 'U') },
	# holds the patient's row as a foreign key, and its identifiers as a unique key
	insert => sub { return (patient => 'K', identifiers => 'U') },
	# holds what it publishes; skips what it could not have
	due => sub {
		my ($call) = @_;

		return if !$Operations::units{ $call->{unit} }{waits};
		return (patient => 'N', "$call->{unit}.g" => 'N', map { ("$call->{unit}.$_" => 'K') } 1 .. 3);
	},
	ack => sub { return (subscriber => 'N') },
	# of events that were fetched before, and are given again
	fetch => sub { return },
	read => sub { return },
	prune => sub { return });

sub locks
{
	my ($call) = @_;

	return $locks{ $call->{operation}{class} }->($call);
}

# Rows of which there is another version once the first has committed
sub changes
{
	my ($call) = @_;
	my %changed = map { ("$call->{unit}.$_" => 1) } grep { /[g123]/ } split //, $call->{operation}{changes};

	$changed{$_} = 1 foreach _also($call->{operation});
	$changed{subscriber} = 1 if $call->{operation}{class} eq 'ack';
	return \%changed;
}

# Locks that the second wants and cannot have while the first is there
sub _contested
{
	my ($first, $second) = @_;
	my %held = locks($first);
	my %wanted = locks($second);

	return if $second->{operation}{class} eq 'due';
	return grep { exists $held{$_} && $conflicts{ $wanted{$_} } =~ /$held{$_}/ } keys %wanted;
}

# Does the second wait for the first?
sub waits
{
	my ($first, $second, $way) = @_;

	return $way ne 'looked' && _contested($first, $second) ? 1 : 0;
}

# Does it give up after deadlock_timeout? A plain UPDATE that has its rows tries for the
# patient, rather than have the function that may wait for it found in a deadlock.
sub gives_up
{
	my ($first, $second) = @_;

	return 0 if $second->{operation}{class} !~ /^(plain|identifiers)$/;
	return join(' ', _contested($first, $second)) eq 'patient';
}

# Does the second want a row that the first has changed since the second's snapshot?
sub _stale
{
	my ($first, $second, $way) = @_;
	my %wanted = locks($second);
	my $changed = changes($first);

	# it skips what is still locked
	return 0 if $second->{operation}{class} eq 'due' && $way ne 'looked';
	return scalar grep { $changed->{$_} } keys %wanted;
}

# The locks begin with the patient of a report: which is another one now
sub _moved
{
	my ($first, $second) = @_;
	my %wanted = locks($second);

	return $first->{operation}{class} eq 'mrn' && exists $wanted{patient} && $second->{operation}{class} ne 'plain'
	  && grep { $wanted{$_} } keys %{ changes($first) };
}

# Nobody reads what these write, or they read nothing that others write
my %quiet = map { $_ => 1 } qw(view insert ack fetch read);

# Those that read all reports of the patient, and change some
sub _reads_and_writes
{
	my ($call) = @_;

	return $call->{operation}{class} =~ /^(call|plain)$/ && $call->{operation}{home} eq $call->{unit}
	  && $call->{operation}{changes} =~ /\d/;
}

# Is the second told to try again (40001, overdue 40P01) when the first has committed? yes, no; or
# may: SERIALIZABLE counts as read what is near to what was read, so that it depends
# on what happens to be stored there.
sub again
{
	my ($first, $second, $level, $way) = @_;
	my ($one, $two) = map { $_->{operation}{class} } $first, $second;

	return 'no' if $way eq 'rollback';
	return 'yes' if $way eq 'overdue';
	return _moved($first, $second) ? 'yes' : 'no' if $level eq 'READ COMMITTED';
	return 'yes' if _stale($first, $second, $way);
	return 'no' if $level eq 'REPEATABLE READ';
	return 'no' if $quiet{$one} || $quiet{$two} && !($two eq 'insert' && $way eq 'looked');
	return 'yes' if $first->{unit} ne $second->{unit} && _reads_and_writes($first) && _reads_and_writes($second);
	return 'may';
}

1;
