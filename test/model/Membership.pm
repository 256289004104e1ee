# Membership: the rules of linking and unlinking (link, unlink, set_default), and
# how a report leaves its group.
package Membership;

use strict;
use warnings;

use List::Util qw(any first uniq);
use State qw(refuse same ids);

sub is_linkable
{
	my ($report) = @_;

	return $report->{status} =~ /^(unread|draft)$/;
}

# He owns it, or nobody does; administrators and integrations need not
sub _owner_rule
{
	my ($state, $actor, @reports) = @_;

	return if !$state->drafts($reports[0]{org}, $actor);
	refuse('RL008') if any { defined $_->{owner} && $_->{owner} ne $actor } @reports;
	return;
}

# Reports that are linked by naming these: all members of their groups, in link order
sub _all
{
	my ($state, @named) = @_;
	my @groups = uniq grep { defined } map { $_->{group} } @named;
	my @fresh = grep { !defined $_->{group} } @named;
	my @members = map { @{ $state->{group}{$_}{members} } } @groups;

	return ([ map { $state->{report}{$_} } @members ], @fresh) if @groups == 1;
	# those named, then the others by group and old position
	return ([], map { $state->{report}{$_} } uniq ids(@named), @members);
}

sub _check_link
{
	my ($state, $actor, @named) = @_;
	my @units = map { $state->unit($_) } @named;

	refuse('RL003') if any { !defined $_->{mrn} } @named;
	refuse('RL004') if any { $_->{mrn} ne $named[0]{mrn} } @named;
	refuse('RL005') if any { $_->{status} eq 'cancelled' } @named;
	refuse('RL006') if any { !is_linkable($_) } @named;
	refuse('RL007') if $state->drafts($named[0]{org}, $actor) && !$state->{organization}{ $named[0]{org} }{linking_enabled};
	_owner_rule($state, $actor, @units);
	refuse('RL008') if uniq(grep { defined } map { $_->{owner} } @units) > 1;
	refuse('RL009') if defined $named[0]{group} && !any { !same($_->{group}, $named[0]{group}) } @named;
	return;
}

# Blank never replaces text: the group's that is joined, else the first one's, else the next that has any
sub _chosen_text
{
	my ($state, @named) = @_;
	my @groups = uniq grep { defined } map { $_->{group} } @named;
	my $first = @groups == 1 ? $state->{group}{ $groups[0] }{doc} : $state->text($named[0]);

	return $first if !$state->is_blank($first);
	return (first { !$state->is_blank($_) } map { $state->text($_) } @named) // $first;
}

# Versions in force until now that say something else
sub _superseded
{
	my ($state, $chosen, @reports) = @_;
	my $says = sub { my $content = $state->{document}{ $_[0] }{content}; join '|', map { $_ . '=' . ($content->{$_} // '') } sort keys %$content };

	return if !defined $chosen;
	return grep { $_ != $chosen && !$state->is_blank($_) && $says->($_) ne $says->($chosen) }
	  uniq grep { defined } map { $state->text($_) } @reports;
}

# A report is not in its group any more; its history goes on through it
sub _note_past
{
	my ($state, $report) = @_;

	push @{ $state->{past} }, { report => $report->{id}, group => $report->{group}, doc => $state->text($report) };
	return;
}

sub _put_together
{
	my ($state, $actor, $document, $named, $old, $fresh) = @_;
	my @groups = uniq grep { defined } map { $_->{group} } @$named;
	my $group = @groups == 1 ? $state->{group}{ $groups[0] } : undef;

	if ($group && defined $group->{doc} && $group->{doc} != ($document // 0))
	{
		_note_past($state, $_) foreach @$old;
	}
	if (!$group)
	{
		my $id = $state->number('group');

		$group = $state->{group}{$id} = { id => $id, org => $named->[0]{org}, mrn => $named->[0]{mrn},
			default => $named->[0]{id}, created_by => $actor, members => [], closed => 0 };
		_note_past($state, $_) foreach grep { defined $_->{group} } @$fresh;
		$state->change([ map { $state->{group}{$_} } @groups ], closed => 1, merged_into => $id, members => []);
	}
	$group->{members} = [ ids(@$old, @$fresh) ];
	$group->{doc} = $document;
	$state->change($fresh, group => $group->{id});
	return ($group, @groups == 1 ? () : @groups);
}

sub link
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_ids));
	my $actor = $state->actor_of($call, qw(attending resident administrator integration));
	my @wanted = uniq @{ $call->{report_ids} };

	refuse('RL001') if @wanted < 2;
	my @named = map { $state->report($call->{organization_id}, $_) } @wanted;
	_check_link($state, $actor, @named);

	my ($old, @fresh) = _all($state, @named);
	my @new = grep { !defined $_->{group} } @named;
	my @all = (@$old, @fresh);
	my ($owner) = grep { defined } map { $_->{owner} } @all;
	my %before = (status => (any { $_->{status} eq 'draft' } @all) ? 'draft' : 'unread', drafting => (any { $_->{drafting} } @all) ? 1 : 0);
	my $drafts = $state->drafts($call->{organization_id}, $actor);
	my $opens = ($call->{trigger_open_event} // 1) && $drafts;
	my $document = _chosen_text($state, @named);
	my @superseded = _superseded($state, $document, @all);
	my ($group, @merged) = _put_together($state, $actor, $document, \@named, $old, \@fresh);
	my %after = $opens ? (status => 'draft', drafting => 1) : %before;

	$owner //= $actor if $opens;
	$state->change(\@all, status => $after{status});
	$state->record('linked', \@all, $actor, {
		linked_report_ids => [ ids(@new) ], merged_group_ids => \@merged, superseded_document_ids => \@superseded,
		status => $after{status}, owner_id => $owner });
	$state->give(\@all, $owner, $actor);
	$state->change(\@all, drafting => $after{drafting});
	$state->record('opened', \@all, $actor, { old_status => $before{status}, status => $after{status}, view => $opens ? \0 : \1 })
	  if $call->{trigger_open_event} // 1;
	return [ [ $group->{id}, $group->{default}, [ ids(@all) ], [ ids(@new) ], \@merged, $after{status}, $owner, \@superseded ] ];
}

# These reports leave their group: with the shared text, or with their own. A group
# left with one report ends, and that one keeps the shared text.
sub leave
{
	my ($state, $actor, $with_own_text, $unassigned, @leaving) = @_;
	my $group = $state->group($leaving[0]);
	my $text = $group->{doc};
	my %leaves = map { $_->{id} => 1 } @leaving;
	my @stay = grep { !$leaves{$_} } @{ $group->{members} };
	my $dissolved = @stay < 2;

	foreach my $report (@leaving, $dissolved ? map { $state->{report}{$_} } @stay : ())
	{
		_note_past($state, $report);
		$report->{doc} = $text if !$with_own_text || !$leaves{ $report->{id} };
	}
	$state->change(\@leaving, group => undef);
	if ($dissolved)
	{
		$state->change([ map { $state->{report}{$_} } @stay ], group => undef);
		@$group{qw(closed members)} = (1, []);
	}
	else
	{
		$group->{members} = \@stay;
		$group->{default} = $stay[0] if $leaves{ $group->{default} };
	}
	return {
		event => sub {
			$state->record('unlinked', \@leaving, $actor, { remaining_report_ids => \@stay, group_dissolved => $dissolved ? \1 : \0,
				unassign_and_discard => $unassigned ? \1 : \0 }, group => $group, doc => $text);
		},
		group => $group, dissolved => $dissolved };
}

sub unlink
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_ids));
	my $actor = $state->actor_of($call, qw(attending resident administrator integration));

	refuse('22023', 'must not be empty') if !@{ $call->{report_ids} };
	my @leaving = map { $state->report($call->{organization_id}, $_) } uniq @{ $call->{report_ids} };
	my $discards = $call->{unassign_and_discard} // 0;

	refuse('RL010') if any { !defined $_->{group} } @leaving;
	refuse('RL011') if any { $_->{group} != $leaving[0]{group} } @leaving;
	refuse('RL006') if !is_linkable($leaving[0]);
	_owner_rule($state, $actor, @leaving);
	my $text = $state->text($leaving[0]);
	my $left = leave($state, $actor, $discards, $discards, @leaving);

	# of the group that is left, before it is said that they left
	$state->give(\@leaving, undef, $actor, group => $left->{group}, doc => $text) if $discards;
	foreach my $report ($discards ? @leaving : ())
	{
		$state->change([$report], status => $state->is_blank($report->{doc}) ? 'unread' : 'draft', drafting => 0);
	}
	$left->{event}->();
	return [ map { [ $_->{id}, $left->{group}{id}, $_->{doc}, $_->{status}, $_->{owner}, $left->{dissolved} ? 't' : 'f' ] } @leaving ];
}

sub set_default
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending resident administrator integration));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my $group = $state->group($report) or refuse('RL010');
	my $old = $group->{default};

	refuse('RL006') if any { same($_->{group}, $group->{id}) && $_->{state} eq 'executed' } values %{ $state->{publication} };
	_owner_rule($state, $actor, $report);
	if ($old != $report->{id})
	{
		$group->{default} = $report->{id};
		$state->record('default_changed', [$report], $actor, { old_default_report_id => $old, default_report_id => $report->{id} });
	}
	return $state->row($report);
}

1;
