# Feed: the rules of subscribers, and of what is purged and pruned. There is one
# session, so that transactions are numbered in the order in which they commit: a
# subscriber is reading the events of those from start to before end, up to acked.
package Feed;

use strict;
use warnings;

use List::Util qw(all any first);
use State qw(refuse same json);

my %TYPES = map { ("report.$_" => 1) } qw(linked unlinked owner_changed opened published publish_cancelled saved closed discarded
  prelim_signed signed rejected addendum_started addendum_signed cancelled publish_scheduled default_changed identifiers_changed);

sub _key
{
	my ($call) = @_;

	return ($call->{organization_id} // '') . '/' . $call->{subscriber};
}

sub _check_names
{
	my ($state, $call, @more) = @_;

	$state->need($call, 'subscriber', @more);
	refuse('22023', 'must not be empty') if defined $call->{organization_id} && $call->{organization_id} eq '';
	refuse('22023', 'must have 1 to 255 bytes') if $call->{subscriber} eq '';
	return;
}

sub subscribe
{
	my ($state, $call) = @_;

	_check_names($state, $call, $call->{types} ? 'types' : ());
	my ($organization, $types, $report) = @$call{qw(organization_id types report_id)};

	refuse('22023', 'unknown type of event') if $types && any { !$TYPES{$_} } @$types;
	refuse('23503', 'unknown organization') if defined $organization && !$state->{organization}{$organization};
	refuse('22023', 'a report is of one organization') if defined $report && !defined $organization;
	$state->report($organization, $report) if defined $report;
	refuse('RL022', 'subscriber exists already') if $state->{subscriber}{ _key($call) };
	my $start = $call->{from_start} ? 0 : $state->{transaction};

	$state->{subscriber}{ _key($call) } = { org => $organization, name => $call->{subscriber}, types => $types, report => $report,
		start => $start, end => $start, acked => 0 };
	return [ [''] ];
}

sub _subscriber
{
	my ($state, $call) = @_;

	return $state->{subscriber}{ _key($call) } || refuse('RL022', 'subscriber unknown');
}

sub unsubscribe
{
	my ($state, $call) = @_;

	_check_names($state, $call);
	_subscriber($state, $call);
	delete $state->{subscriber}{ _key($call) };
	return [ [''] ];
}

sub _is_for
{
	my ($subscriber, $event) = @_;

	return (!defined $subscriber->{org} || $subscriber->{org} eq $event->{org})
	  && (!$subscriber->{types} || any { $_ eq $event->{type} } @{ $subscriber->{types} })
	  && (!defined $subscriber->{report} || any { $_ == $subscriber->{report} } @{ $event->{reports} });
}

# What is being read and is not acknowledged
sub waiting
{
	my ($state, $subscriber) = @_;

	return grep { $_->{transaction} >= $subscriber->{start} && $_->{transaction} < $subscriber->{end}
		  && $_->{id} > $subscriber->{acked} && _is_for($subscriber, $_) } @{ $state->{event} };
}

# The next events, the same ones again until they are acknowledged
sub fetch
{
	my ($state, $call) = @_;
	my $batch = $call->{batch} // 100;

	_check_names($state, $call);
	refuse('22023', 'must be at least 1') if $batch < 1;
	my $subscriber = _subscriber($state, $call);
	my @events = waiting($state, $subscriber);

	if (!@events)
	{
		@$subscriber{qw(start end acked)} = ($subscriber->{end}, $state->{transaction}, 0);
		@events = waiting($state, $subscriber);
		$subscriber->{start} = $subscriber->{end} if !@events;
	}
	splice @events, $batch if @events > $batch;
	return [ map { row($_) } @events ];
}

# Columns of an event, as the tables and a fetch have them
sub row
{
	my ($event) = @_;

	return [ @$event{qw(org id type group doc default)}, $event->{reports}, json($event->{identifiers}), $event->{actor}, json($event->{data}) ];
}

# All up to and with this one. Once more is no error, nor is one from before
sub ack
{
	my ($state, $call) = @_;

	_check_names($state, $call, 'event_id');
	my $subscriber = _subscriber($state, $call);
	my $id = $call->{event_id};
	my $event = first { $_->{id} == $id && same($_->{org}, $subscriber->{org} // $_->{org}) } @{ $state->{event} };

	refuse('22023', 'was not fetched') if !$event || $event->{transaction} >= $subscriber->{end};
	$subscriber->{acked} = $id if $event->{transaction} >= $subscriber->{start} && $id > $subscriber->{acked};
	return [ [''] ];
}

# Has the subscriber left this event behind, whether it wanted it or not?
sub _is_past
{
	my ($subscriber, $event) = @_;

	return defined $subscriber->{org} && $subscriber->{org} ne $event->{org}
	  || $event->{transaction} < $subscriber->{start}
	  || $event->{transaction} < $subscriber->{end} && $event->{id} <= $subscriber->{acked};
}

sub _check_purge
{
	my ($state, $call) = @_;

	$state->need($call, qw(organization_id before));
	refuse('22023', 'must be at least 1') if defined $call->{batch} && $call->{batch} < 1;
	return $call->{batch} // 10000;
}

# Events that every subscriber has left behind, the oldest first
sub purge_events
{
	my ($state, $call) = @_;
	my $batch = _check_purge($state, $call);

	refuse('25000', 'must run at isolation level READ COMMITTED') if ($state->{isolation} // '') ne '';
	return [ [0] ] if $call->{before} ne 'infinity';
	my @subscribers = values %{ $state->{subscriber} };
	my @gone = grep { my $event = $_; $event->{org} eq $call->{organization_id} && all { _is_past($_, $event) } @subscribers } @{ $state->{event} };

	splice @gone, $batch if @gone > $batch;
	my %gone = map { $_->{id} => 1 } @gone;

	$state->{event} = [ grep { !$gone{ $_->{id} } } @{ $state->{event} } ];
	return [ [ scalar @gone ] ];
}

# Autosaves that nobody signed and nothing points at, the oldest first
sub prune_documents
{
	my ($state, $call) = @_;
	my $batch = _check_purge($state, $call);

	return [ [0] ] if $call->{before} ne 'infinity';
	my %kept = map { $_ => 1 } grep { defined }
	  (map { $_->{doc} } map { values %{ $state->{$_} } } qw(report group publication)),
	  (map { $_->{doc} } @{ $state->{signature} }, @{ $state->{past} }), map { $_->{parent} } values %{ $state->{document} };
	my @gone = sort { $a <=> $b } map { $_->{id} }
	  grep { $_->{org} eq $call->{organization_id} && !$_->{checkpoint} && !$kept{ $_->{id} } } values %{ $state->{document} };

	splice @gone, $batch if @gone > $batch;
	delete @{ $state->{document} }{@gone};
	return [ [ scalar @gone ] ];
}

1;
