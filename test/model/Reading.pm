# Reading: what the functions answer that only read.
package Reading;

use strict;
use warnings;

use List::Util qw(any);
use Membership;
use Plain;
use State qw(refuse same);

sub linked_reports
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my $group = $state->group($report) or return [];

	return [ map { [ @$_{qw(id accession study created mrn order site native authority)}, $_->{id} == $group->{default} ? 't' : 'f' ] } $state->unit($report) ];
}

sub _why_not
{
	my ($report, $other) = @_;

	return 'already linked' if defined $report->{group} && same($report->{group}, $other->{group});
	return 'this report is cancelled' if $report->{status} eq 'cancelled';
	return 'this report is finalized' if !Membership::is_linkable($report);
	return 'report is cancelled' if $other->{status} eq 'cancelled';
	return 'report is finalized' if !Membership::is_linkable($other);
	return 'owned by another user' if defined $report->{owner} && defined $other->{owner} && $report->{owner} ne $other->{owner};
	return;
}

sub linkable_reports
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my @others = sort { $a->{created} cmp $b->{created} }
	  grep { $_->{org} eq $report->{org} && $_->{id} != $report->{id} && defined $_->{mrn} && same($_->{mrn}, $report->{mrn}) } values %{ $state->{report} };
	my $count = grep { !defined _why_not($report, $_) } @others;

	return [ map {
		my $reason = _why_not($report, $_);

		[ @$_{qw(id accession study created status owner group)}, defined $reason && $reason eq 'already linked' ? 't' : 'f',
			defined $reason ? 'f' : 't', $reason, $count ];
	} @others ];
}

sub find
{
	my ($state, $call) = @_;

	$state->need($call, 'organization_id');
	refuse('22004', 'needs an MRN or an accession number') if !defined $call->{mrn} && !defined $call->{accession_number};
	my @found = sort { $a->{id} <=> $b->{id} } grep {
		my $report = $_;

		$report->{org} eq $call->{organization_id} && !any { defined $call->{ $_->[0] } && !same($report->{ $_->[1] }, $call->{ $_->[0] }) }
		  [ mrn => 'mrn' ], [ accession_number => 'accession' ], [ site_id => 'site' ];
	} values %{ $state->{report} };

	return [ map {
		my $group = $state->group($_);

		[ @$_{qw(id mrn accession site order native authority study created status owner group)}, $group && $group->{default} == $_->{id} ? 't' : 'f' ];
	} @found ];
}

# Versions that were in force for it, with those that they go back to
sub versions
{
	my ($state, $report) = @_;
	my @open = keys %{ $state->{seen}{ $report->{id} } || {} };
	my %versions;

	while (defined(my $id = shift @open))
	{
		next if $versions{$id} || !$state->{document}{$id};
		$versions{$id} = 1;
		push @open, $state->{document}{$id}{parent} // ();
	}
	return map { $state->{document}{$_} } sort { $a <=> $b } keys %versions;
}

# The last signature of a version that was for this report, else for another that has it too
sub _signature
{
	my ($state, $report, $version) = @_;
	my @all = grep { $_->{doc} == $version->{id} } @{ $state->{signature} };
	my @own = grep { $_->{for}{ $report->{id} } } @all;

	return @own ? $own[-1] : $all[-1];
}

sub history
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my $text = $state->text($report);

	return [ map {
		my $signature = _signature($state, $report, $_);

		[ @$_{qw(report id parent saved_by reason)}, $_->{checkpoint} ? 't' : 'f', $signature ? 't' : 'f', $signature ? @$signature{qw(status by)} : (undef, undef),
			same($text, $_->{id}) ? 't' : 'f', map { length($_ // '') } @{ $_->{content} }{qw(transcript final_report)} ];
	} versions($state, $report) ];
}

# Section 2, a rejection, a recall and a discard
sub transitions
{
	my %pairs = map { my $from = $_; map { ("$from $_" => 1) } keys %{ $Plain::TRANSITIONS{$from} } } keys %Plain::TRANSITIONS;
	my @back = ('prelim_signed draft', 'signed draft', map { ("addendum_prelim_signed $_", "addendum_signed $_") } qw(signed addendum_prelim_signed addendum_signed));

	$pairs{$_} = 1 foreach @back, 'addendum_prelim_signed prelim_signed';
	return [ map { [ split ' ' ] } sort keys %pairs ];
}

1;
