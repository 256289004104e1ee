# Dictation: the rules of opening, closing, assigning, saving, discarding and
# cancelling.
package Dictation;

use strict;
use warnings;

use List::Util qw(any);
use Membership;
use State qw(refuse same);

our @KEYS = qw(transcript final_report clinical_history views contrast laterality comparison study_at);

my %rank = (attending => 3, resident => 2, drafter => 1);

sub _target
{
	my ($state, $call) = @_;

	return $state->report($call->{organization_id}, $call->{report_id});
}

sub _owned_by_another
{
	my ($report, $actor) = @_;

	return defined $report->{owner} && $report->{owner} ne $actor;
}

# May the actor give away what is whose it is?
sub may_dispose
{
	my ($state, $report, $actor) = @_;
	my $role = $state->role($report->{org}, $actor);
	my $owner = $report->{owner};

	return 1 if !$rank{$role} || same($owner, $actor);
	return $role eq 'attending' && (!defined $owner || ($rank{ $state->role($report->{org}, $owner) } || 0) < $rank{attending});
}

# May the actor have it: his own, nobody's, or what he may give to himself?
sub may_take
{
	my ($state, $report, $actor) = @_;

	return !defined $report->{owner} || may_dispose($state, $report, $actor);
}

sub open
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor($call);
	my $report = _target($state, $call);
	my @unit = $state->unit($report);
	my %old = %$report;
	my $drafts = $state->drafts($report->{org}, $actor);

	if (Membership::is_linkable($report))
	{
		refuse('RL014') if !$drafts;
		refuse('RL008') if _owned_by_another($report, $actor);
		$state->give(\@unit, $actor, $actor);
		$state->change(\@unit, status => 'draft', drafting => 1);
		$state->record('opened', \@unit, $actor, { old_status => $old{status}, status => 'draft', view => \0 })
		  if $old{status} ne 'draft' || !$old{drafting} || !same($old{owner}, $actor);
	}
	elsif ($report->{addendum} && same($report->{owner}, $actor))
	{
		$state->change(\@unit, drafting => 1);
		$state->record('opened', \@unit, $actor, { old_status => $old{status}, status => $old{status}, view => \0 }) if !$old{drafting};
	}
	else
	{
		$state->record('opened', \@unit, $actor, { old_status => $old{status}, status => $old{status}, view => \1 });
	}
	return $state->row($report);
}

sub close
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending resident drafter));
	my $report = _target($state, $call);
	my @unit = $state->unit($report);
	my $releases = $call->{release} // 0;
	my $was_drafting = $report->{drafting};

	refuse('RL008') if _owned_by_another($report, $actor);
	refuse('RL015') if $releases && $report->{status} eq 'cancelled' && defined $report->{owner};
	my $given = $releases && $state->give(\@unit, undef, $actor);

	if ($was_drafting || $given)
	{
		$state->change(\@unit, drafting => 0);
		$state->record('closed', \@unit, $actor,
			{ old_status => $report->{status}, status => $report->{status}, release => $releases ? \1 : \0 });
	}
	return $state->row($report);
}

# The new owner is an active member who may draft; nobody is, too
sub check_owner
{
	my ($state, $organization, $owner) = @_;

	return if !defined $owner;
	refuse('RL013') if !$state->is_active($organization, $owner);
	refuse('RL014') if !$state->drafts($organization, $owner);
	return;
}

sub assign
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor($call);
	my $report = _target($state, $call);

	refuse('RL008') if !may_dispose($state, $report, $actor);
	refuse('RL015') if $report->{status} eq 'cancelled';
	check_owner($state, $report->{org}, $call->{new_owner}) if !same($report->{owner}, $call->{new_owner});
	$state->give([ $state->unit($report) ], $call->{new_owner}, $actor);
	return $state->row($report);
}

sub _check_content
{
	my ($content) = @_;

	refuse('22023', 'content must be a JSON object') if !%$content;
	foreach my $key (keys %$content)
	{
		refuse('22023', "unknown key \"$key\"") if !grep { $_ eq $key } @KEYS;
		refuse('22023', "key \"$key\" of content") if ref $content->{$key};
		refuse('22023', "invalid value for key \"$key\"")
		  if $key eq 'laterality' && defined $content->{$key} && $content->{$key} !~ /^(left|right|bilateral|unpaired)$/;
	}
	return;
}

# A version made from the one in force
sub add_version
{
	my ($state, $report, %version) = @_;
	my $text = $state->text($report);
	my $id = $state->number('document');

	$state->{document}{$id} = {
		id => $id, org => $report->{org}, parent => scalar $state->origin($report), report => $report->{id}, group => $report->{group},
		reason => 'save', checkpoint => 1, %version,
		content => { defined $text ? %{ $state->{document}{$text}{content} } : (), %{ $version{content} } } };
	$state->put_text($report, $id);
	return $id;
}

sub save
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id content));
	my $actor = $state->actor_of($call, qw(attending resident drafter));
	my $report = _target($state, $call);
	my @unit = $state->unit($report);
	my ($old, $expected, $checkpoint) = ($state->text($report), $call->{expected_document_id}, $call->{checkpoint} // 1);

	_check_content($call->{content});
	refuse('RL017') if defined $expected && $expected != ($old // 0) && !($expected == 0 && $state->is_blank($old));
	refuse('RL008') if !same($report->{owner}, $actor);
	refuse('RL016') if $report->{status} ne 'draft' && !$report->{addendum};
	refuse('RL014') if $state->role($report->{org}, $actor) eq 'drafter' && any { $_ ne 'transcript' } keys %{ $call->{content} };
	my $id = add_version($state, $report, content => $call->{content}, checkpoint => $checkpoint, saved_by => $actor);

	$state->change(\@unit, drafting => 1);
	$state->record('saved', \@unit, $actor, { old_document_id => $old, checkpoint => $checkpoint ? \1 : \0 });
	return [ [$id] ];
}

# Back to the version that was signed, before the addendum was started
sub _discard_addendum
{
	my ($state, @unit) = @_;
	my @levels = @{ $unit[0]{levels} };
	my $base = pop @levels;

	$state->put_text($unit[0], $base->{doc});
	$state->change(\@unit, addendum => 0, drafting => 0, levels => \@levels, signer => $base->{signer});
	return;
}

sub discard
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor($call);
	my $report = _target($state, $call);
	my $leaves = defined $report->{group} && Membership::is_linkable($report);
	my $unassigns = $call->{unassign} // 0;
	my %old = (%$report, text => $state->text($report));

	refuse('RL014') if $leaves && $state->role($report->{org}, $actor) eq 'drafter';
	refuse('RL008') if !may_take($state, $report, $actor);
	refuse('RL016') if !Membership::is_linkable($report) && !$report->{addendum};
	my @unit = $leaves ? $report : $state->unit($report);

	if ($report->{addendum})
	{
		_discard_addendum($state, @unit);
	}
	else
	{
		Membership::leave($state, $actor, 1, $unassigns, $report)->{event}->() if $leaves;
		$report->{doc} = $state->kept($report->{doc}) if !$leaves;
		$state->change(\@unit, drafting => 0, status => $state->is_blank($report->{doc}) ? 'unread' : 'draft');
	}
	my $given = $unassigns && $state->give(\@unit, undef, $actor);

	$state->record('discarded', \@unit, $actor, { old_status => $old{status}, status => $report->{status},
		old_document_id => $old{text}, unassign => $unassigns ? \1 : \0 })
	  if $leaves || $given || $old{addendum} || $old{drafting} || $old{status} ne $report->{status} || !same($old{text}, $state->text($report));
	return $state->row($report);
}

# Cancels reports of one unit; those that are linked leave their group first
sub cancel_all
{
	my ($state, $actor, @reports) = @_;
	my $old = $reports[0]{status};

	Membership::leave($state, $actor, 0, 0, @reports)->{event}->() if defined $reports[0]{group};
	$state->change(\@reports, status => 'cancelled', drafting => 0);
	$state->record('cancelled', \@reports, $actor, { old_status => $old, status => 'cancelled' });
	return;
}

sub cancel
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending administrator integration));
	my $report = _target($state, $call);

	refuse('RL008') if $state->drafts($report->{org}, $actor) && _owned_by_another($report, $actor);
	refuse('RL015') if !Membership::is_linkable($report);
	cancel_all($state, $actor, $call->{whole_group} ? $state->unit($report) : $report);
	return $state->row($report);
}

1;
