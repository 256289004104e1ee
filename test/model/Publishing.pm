# Publishing: the rules of report recall. Time passes when a statement of the test
# says so: a publication is due, or it is not.
package Publishing;

use strict;
use warnings;

use State qw(refuse);

# A final signature is published at once, or waits
sub schedule
{
	my ($state, $report, $actor) = @_;
	my $group = $state->group($report);
	my $settings = $state->{organization}{ $report->{org} };
	my $id = $state->number('publication');
	my $publication = $state->{publication}{$id} = {
		id => $id, org => $report->{org}, group => $report->{group}, report => $group ? $group->{default} : $report->{id},
		doc => $state->text($report), state => 'scheduled', by => $actor, delay => $settings->{recall_enabled} ? $settings->{recall_delay_seconds} : 0 };

	return _publish($state, $publication, $actor) if !$settings->{recall_enabled};
	$state->record('publish_scheduled', [ $state->unit($report) ], $actor, { publication_id => $id, publish_at => 'as scheduled' });
	return;
}

# Ends it, for the default report that the group has now
sub _finish
{
	my ($state, $publication, $outcome) = @_;
	my $group = defined $publication->{group} ? $state->{group}{ $publication->{group} } : undef;

	@$publication{qw(state report)} = ($outcome, $group ? $group->{default} : $publication->{report});
	return $state->{report}{ $publication->{report} };
}

sub _publish
{
	my ($state, $publication, $actor) = @_;
	my $report = _finish($state, $publication, 'executed');

	$state->record('published', [ $state->unit($report) ], $actor,
		{ publication_id => $publication->{id}, publish_at => 'as scheduled' }, doc => $publication->{doc});
	return;
}

sub publish_now
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending));
	my $report = $state->report($call->{organization_id}, $call->{report_id});

	refuse('RL019') if !$state->{organization}{ $report->{org} }{recall_allow_immediate_sign};
	_publish($state, $state->pending($report) || refuse('RL018'), $actor);
	return $state->row($report);
}

sub cancel_publish
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id report_id));
	my $actor = $state->actor_of($call, qw(attending));
	my $report = $state->report($call->{organization_id}, $call->{report_id});
	my $publication = $state->pending($report) || refuse('RL018');
	my @unit = $state->unit($report);
	my $old = $report->{status};

	_finish($state, $publication, 'cancelled');
	$state->change(\@unit, signed_at => undef) if $old eq 'signed';
	Signing::reopen($state, $old eq 'signed', @unit);
	$state->record('publish_cancelled', \@unit, $actor, { old_status => $old, status => $report->{status},
		publication_id => $publication->{id}, publish_at => 'as scheduled' }, doc => $publication->{doc});
	return $state->row($report);
}

# Time passes for one that waits; those of earlier times are published first
sub hasten
{
	my ($state, $call) = @_;

	$state->{publication}{ $call->{id} }{due} = $call->{at} if $state->{publication}{ $call->{id} };
	return [];
}

sub publish_due
{
	my ($state, $call) = @_;
	my $batch = $call->{batch} // 100;

	refuse('22023', 'must be at least 1') if $batch < 1;
	my @due = sort { $a->{due} <=> $b->{due} } grep {
		$_->{state} eq 'scheduled' && defined $_->{due} && (!defined $call->{organization_id} || $_->{org} eq $call->{organization_id})
	} values %{ $state->{publication} };

	splice @due, $batch if @due > $batch;
	_publish($state, $_, $_->{by}) foreach @due;
	return [ [ scalar @due ] ];
}

1;
