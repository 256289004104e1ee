# Table: what doc/concurrency.md says of each pair, from the rules and from what the
# second ends with when it comes after the first
package Table;

use strict;
use warnings;

use Operations;
use Rules;

# A line of a table; its first cell may be empty
sub _line
{
	return '| ' . join(' | ', @_) . ' |';
}

my %told = (yes => 'again', no => '', may => '(again)');

sub _again
{
	my ($first, $second, $level) = @_;

	return $told{ Rules::again($first, $second, $level, 'commit') };
}

# Rows of a first: those that do the same together; ends is by name of the second
sub _rows_of
{
	my ($first, $ends) = @_;
	my (%seconds, @order);

	foreach my $operation (@Operations::operations)
	{
		my $second = { operation => $operation, unit => $first->{unit} };
		my $row = join ' | ', Rules::waits($first, $second, 'commit') ? 'waits' : '',
		  map({ _again($first, $second, $_) } 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'),
		  $ends->{ $operation->{name} } eq '00000' ? 'done' : $ends->{ $operation->{name} };

		push @order, $row if !$seconds{$row};
		push @{ $seconds{$row} }, $operation->{name};
	}
	return map { _line($_, join '; ', @{ $seconds{$_} }) } @order;
}

# Both on the same reports: ends is by name of the first and of the second
sub same_reports
{
	my ($ends) = @_;
	my @lines;

	foreach my $operation (@Operations::operations)
	{
		my $first = { operation => $operation, unit => $operation->{home} };

		push @lines, "#### $operation->{name}", '', "Reports: $Operations::units{$operation->{home}}{is}.", '',
		  _line('', 'RC', 'RR', 'S', 'Ends', 'Second'), _line(('---') x 6),
		  _rows_of($first, $ends->{ $operation->{name} }), '';
	}
	return join "\n", @lines;
}

my @classes = (
	call => 'function that changes', view => 'open, viewing', plain => 'UPDATE of status, owner',
	identifiers => 'UPDATE of identifiers', mrn => 'UPDATE of MRN', row => 'UPDATE of the rest', insert => 'INSERT',
	delete => 'DELETE', due => 'publish_due', ack => 'ack', fetch => 'fetch', read => 'reading', prune => 'prune_documents');

# On other reports of the same patient: class by class
sub other_reports
{
	my ($cell) = @_;
	my %name = @classes;
	my @keys = @classes[ grep { $_ % 2 == 0 } 0 .. $#classes ];
	my @lines = (_line('', map { $name{$_} } @keys), _line(('---') x (1 + @keys)));

	foreach my $one (@keys)
	{
		push @lines, _line($name{$one}, map { $cell->($one, $_) } @keys);
	}
	return join "\n", @lines, '';
}

# What any two of these classes do, each to its own reports
sub neighbours
{
	my ($one, $two) = @_;
	my %cells;

	foreach my $first (grep { $_->{class} eq $one } @Operations::operations)
	{
		foreach my $second (grep { $_->{class} eq $two } @Operations::operations)
		{
			my @calls = map { { operation => $_, unit => $_->{home} } } $first, $second;

			next if $first->{home} eq $second->{home};
			$cells{ Rules::waits(@calls, 'commit') ? 'waits' : '' }{ _again(@calls, 'SERIALIZABLE') } = 1;
		}
	}
	return 'above' if !%cells;
	return join ' or ', map
	{
		my $waits = $_;
		my %again = %{ $cells{$waits} };
		my $again = join('', keys %again) eq 'again' ? 'S' : keys %again > 1 || $again{'(again)'} ? '(S)' : '';

		join(' ', grep { length } $waits, $again) || '-';
	} sort keys %cells;
}

1;
