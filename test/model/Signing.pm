# Signing: the rules of signatures, addenda and rejections. A report has levels: one
# for each addendum that was started, with what it was started on.
package Signing;

use strict;
use warnings;

use Dictation;
use Publishing;
use State qw(refuse same ids);

my $SIGNED = qr/signed$/;
my $PRELIM = qr/prelim_signed$/;

# Is there a preliminary signature, and no addendum open on it?
sub is_prelim
{
	my ($report) = @_;

	return $report->{status} =~ $PRELIM && !$report->{addendum};
}

# An attending takes over what a resident signed preliminarily, if that resident or
# nobody owns it. What a repair signed counts as signed by its owner.
sub _countersigns
{
	my ($state, $report) = @_;

	return is_prelim($report) && (!defined $report->{owner}
		|| $report->{owner} eq ($report->{signer} // $report->{owner}) && $state->role($report->{org}, $report->{owner}) eq 'resident');
}

sub check_owner
{
	my ($state, $report, $actor, $final) = @_;

	refuse('RL008') if !same($report->{owner}, $actor) && !($final && _countersigns($state, $report));
	return;
}

sub check_text
{
	my ($state, $report) = @_;
	my $text = $state->text($report);

	refuse('RL020') if !defined $text || ($state->{document}{$text}{content}{final_report} // '') !~ /\S/;
	return;
}

# The status that a signature gives
sub status_after
{
	my ($report, $final) = @_;

	return $report->{status} eq 'draft' ? 'prelim_signed' : 'addendum_prelim_signed' if !$final;
	return defined $report->{signed_at} ? 'addendum_signed' : 'signed';
}

# Signs a report with all linked to it; the actor is nobody in a repair
sub sign_unit
{
	my ($state, $report, $actor, $final) = @_;
	my @unit = $state->unit($report);
	my ($old, $status) = ($report->{status}, status_after($report, $final));
	my $type = !$final ? 'prelim_signed' : $status eq 'signed' ? 'signed' : 'addendum_signed';

	$state->give(\@unit, $actor, $actor) if defined $actor;
	$state->change(\@unit, status => $status, addendum => 0, drafting => 0, signer => $actor);
	$state->change(\@unit, signed_at => 'new') if $final && !defined $report->{signed_at};
	push @{ $state->{signature} }, { id => $state->number('signature'), org => $report->{org}, doc => $state->text($report),
		report => $report->{id}, group => $report->{group}, status => $status, by => $actor, for => { map { $_ => 1 } ids(@unit) } };
	$state->record($type, \@unit, $actor, { old_status => $old, status => $status });
	Publishing::schedule($state, $report, $actor) if $final;
	return;
}

sub prelim_sign
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending resident));
	my $report = $state->report($call->{organization_id}, $call->{report_id});

	check_owner($state, $report, $actor, 0);
	refuse('RL015') if $report->{status} ne 'draft' && !$report->{addendum};
	check_text($state, $report);
	sign_unit($state, $report, $actor, 0);
	return $state->row($report);
}

sub sign
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending));
	my $report = $state->report($call->{organization_id}, $call->{report_id});

	check_owner($state, $report, $actor, 1);
	refuse('RL015') if $report->{status} ne 'draft' && !$report->{addendum} && !is_prelim($report);
	check_text($state, $report);
	sign_unit($state, $report, $actor, 1);
	return $state->row($report);
}

# What an addendum starts with: the header, a blank line and the old text, each if the settings give it
sub _first_text
{
	my ($state, $report) = @_;
	my $settings = $state->{organization}{ $report->{org} };
	my $old = $settings->{addendum_clears_final_report} ? undef : $state->{document}{ $state->text($report) }{content}{final_report};
	my @parts = grep { defined && $_ ne '' } $settings->{addendum_header}, $old;

	return @parts ? join("\n\n", @parts) : undef;
}

sub start_addendum
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending resident));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my @unit = $state->unit($report);
	my $base = $state->text($report);

	refuse('RL015') if $report->{status} !~ $SIGNED;
	refuse('RL016') if $report->{addendum} || $state->pending($report);
	refuse('RL008') if !Dictation::may_take($state, $report, $actor);
	Dictation::add_version($state, $report, reason => 'addendum', base_status => $report->{status}, saved_by => $actor,
		content => { final_report => _first_text($state, $report) });
	$state->give(\@unit, $actor, $actor);
	$state->change(\@unit, addendum => 1, drafting => 1,
		levels => [ @{ $report->{levels} }, { status => $report->{status}, doc => $base, signer => $report->{signer} } ]);
	$state->record('addendum_started', \@unit, $actor,
		{ old_status => $report->{status}, status => $report->{status}, base_document_id => $base });
	return $state->row($report);
}

# A signature is taken back: to draft, or to the addendum that it closed
sub reopen
{
	my ($state, $to_draft, @unit) = @_;
	my @levels = $to_draft ? () : @{ $unit[0]{levels} };

	$state->change(\@unit, drafting => 0, levels => \@levels, addendum => @levels ? 1 : 0, status => @levels ? $levels[-1]{status} : 'draft');
	return;
}

sub reject
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my @unit = $state->unit($report);
	my ($old, $signer) = @$report{qw(status signer)};

	refuse('RL015') if !is_prelim($report);
	$state->give(\@unit, $signer, $actor) if defined $signer;
	reopen($state, $old eq 'prelim_signed', @unit);
	$state->record('rejected', \@unit, $actor, { old_status => $old, status => $report->{status}, signed_by => $signer });
	return $state->row($report);
}

1;
