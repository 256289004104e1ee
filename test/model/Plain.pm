# Plain: the rules of plain SQL: UPDATE of status and owner, of identifiers, INSERT,
# DELETE, and the tables of settings and members.
package Plain;

use strict;
use warnings;

use Dictation;
use List::Util qw(any uniq);
use Membership;
use Signing;
use State qw(refuse same);

my @IDENTIFIERS = qw(mrn accession native authority order site);

# Section 2, and what makes the transition
our %TRANSITIONS = (
	unread => { draft => 'open', cancelled => 'cancel' },
	draft => { unread => 'close', prelim_signed => 'prelim', signed => 'sign', cancelled => 'cancel' },
	prelim_signed => { signed => 'sign', addendum_prelim_signed => 'prelim' },
	signed => { addendum_prelim_signed => 'prelim', addendum_signed => 'sign' },
	addendum_prelim_signed => { signed => 'sign', addendum_prelim_signed => 'prelim', addendum_signed => 'sign' },
	addendum_signed => { addendum_prelim_signed => 'prelim', addendum_signed => 'sign' },
	cancelled => {});

my %MAY = (
	open => qr/^(attending|resident|drafter)$/, close => qr/^(attending|resident|drafter)$/, prelim => qr/^(attending|resident)$/,
	sign => qr/^attending$/, cancel => qr/^(attending|administrator|integration)$/);

sub _assign
{
	my ($state, $actor, $report, $owner) = @_;

	refuse('RL008') if defined $actor && !Dictation::may_dispose($state, $report, $actor);
	refuse('RL015') if $report->{status} eq 'cancelled';
	Dictation::check_owner($state, $report->{org}, $owner);
	$state->give([ $state->unit($report) ], $owner, $actor);
	return;
}

# Is there the transition, also with an addendum open or not?
sub _action
{
	my ($report, $status) = @_;
	my $action = $TRANSITIONS{ $report->{status} }{$status};
	my $past_draft = !Membership::is_linkable($report);

	refuse('RL015') if !$action;
	refuse('RL015') if $past_draft && !$report->{addendum} && !($action eq 'sign' && Signing::is_prelim($report));
	refuse('RL015') if $action =~ /sign|prelim/ && $status ne Signing::status_after($report, $action eq 'sign');
	return $action;
}

sub _check_actor
{
	my ($state, $actor, $report, $action) = @_;

	return if !defined $actor;
	refuse('RL014') if $state->role($report->{org}, $actor) !~ $MAY{$action};
	return Signing::check_owner($state, $report, $actor, $action eq 'sign') if $action =~ /sign|prelim/;
	refuse('RL008') if $state->drafts($report->{org}, $actor) && defined $report->{owner} && $report->{owner} ne $actor;
	return;
}

# The reports named of one unit get a status
sub _set_status
{
	my ($state, $actor, $status, @named) = @_;
	my $report = $named[0];
	my @unit = $state->unit($report);
	my $old = $report->{status};
	my $action = _action($report, $status);

	_check_actor($state, $actor, $report, $action);
	return Dictation::cancel_all($state, $actor, @named) if $action eq 'cancel';
	if ($action =~ /sign|prelim/)
	{
		Signing::check_text($state, $report);
		return Signing::sign_unit($state, $report, $actor, $action eq 'sign');
	}
	$state->change(\@unit, status => $status, drafting => $action eq 'open' && defined $actor && same($report->{owner}, $actor) ? 1 : 0);
	$state->record($action eq 'open' ? 'opened' : 'closed', \@unit, $actor,
		{ old_status => $old, status => $status, $action eq 'open' ? (view => \0) : (release => \0) });
	return;
}

# One group or report: those named of it, in link order, with what each is given
sub _update_unit
{
	my ($state, $actor, $given, @named) = @_;
	my @statuses = uniq map { $given->($_)->{status} // $_->{status} } @named;
	my @owners = map { exists $given->($_)->{owner} ? $given->($_)->{owner} : $_->{owner} } @named;

	return if !any { $given->($_)->{changes} } @named;
	refuse('RL013') if defined $actor && !$state->is_active($named[0]{org}, $actor);
	refuse('RL015') if @statuses > 1;
	refuse('RL008') if any { !same($_, $owners[0]) } @owners;
	_assign($state, $actor, $named[0], $owners[0]) if !same($owners[0], $named[0]{owner});
	_set_status($state, $actor, $statuses[0], @named) if $statuses[0] ne $named[0]{status};
	return;
}

# UPDATE of status, owner_id or both; given: what each report gets
sub update
{
	my ($state, $call) = @_;
	my $actor = $state->{user_id} eq '' ? undef : $state->{user_id};
	my %given = %{ $call->{given} };
	my (%done, @refused);

	foreach my $report (map { $state->{report}{$_} || () } sort { $a <=> $b } keys %given)
	{
		my $wanted = $given{ $report->{id} };

		refuse('23514', '') if defined $wanted->{status} && !$TRANSITIONS{ $wanted->{status} };
		$wanted->{changes} = defined $wanted->{status} && $wanted->{status} ne $report->{status}
		  || exists $wanted->{owner} && !same($wanted->{owner}, $report->{owner});
	}
	foreach my $report (map { $state->{report}{$_} || () } sort { $a <=> $b } keys %given)
	{
		next if $done{ $report->{id} };
		my @named = grep { $given{ $_->{id} } } $state->unit($report);

		$done{ $_->{id} } = 1 foreach @named;
		eval { _update_unit($state, $actor, sub { $given{ $_[0]{id} } }, @named); 1 } or push @refused, $@;
	}
	foreach my $refusal (@refused)
	{
		die $refusal if !ref $refusal;
	}
	# which of several units is told of first is not said
	die { %{ $refused[0] }, any => \@refused } if @refused;
	return [];
}

sub _check_identifiers
{
	my ($state, $report) = @_;
	my $key = sub { join '|', $_[0]{org}, map { $_ // '-' } @{ $_[0] }{@IDENTIFIERS} };

	refuse('23514', '') if any { defined && !/\S/ } @$report{@IDENTIFIERS};
	refuse('23514', '') if !any { defined } @$report{qw(accession native order)};
	refuse('23505', '') if any { $_->{id} != $report->{id} && $key->($_) eq $key->($report) } values %{ $state->{report} };
	return;
}

sub _identifier_columns
{
	my ($report) = @_;
	my %identifiers = %{ State::identifiers($report) };

	delete @identifiers{qw(report_id mrn)};
	return \%identifiers;
}

# UPDATE of one identifier of one report
sub identifiers
{
	my ($state, $call) = @_;
	my $report = $state->{report}{ $call->{report_id} };
	my ($column, $value) = @$call{qw(column value)};

	return [] if !$report || same($report->{$column}, $value);
	refuse('RL021') if $column eq 'mrn' && defined $report->{group};
	my $old = _identifier_columns($report);

	$report->{$column} = $value;
	_check_identifiers($state, $report);
	$state->record('identifiers_changed', [$report], $state->{user_id} eq '' ? undef : $state->{user_id},
		{ old => $old, new => _identifier_columns($report) }) if defined $report->{group};
	return [];
}

# UPDATE of what only functions change
sub managed
{
	my ($state, $call) = @_;

	refuse('RL021') if $state->{report}{ $call->{report_id} };
	return [];
}

sub guarded
{
	my ($state, $call) = @_;

	refuse('RL021') if $call->{rows}->($state);
	return [];
}

# INSERT of orders
sub insert
{
	my ($state, $call) = @_;
	my $on_conflict = $call->{on_conflict};

	foreach my $order (@{ $call->{orders} })
	{
		my %row = (status => 'unread', drafting => 0, addendum => 0, levels => [], %$order, id => $state->number('report'));

		refuse('23503', '') if !$state->{organization}{ $row{org} };
		next if !eval { _check_identifiers($state, \%row); 1 } && ref $@ && $@->{sqlstate} eq '23505' && $on_conflict;
		die $@ if $@;
		$state->{report}{ $row{id} } = \%row;
	}
	return [];
}

sub delete
{
	my ($state, $call) = @_;
	my $report = $state->{report}{ $call->{report_id} } or return [];

	# signed: also where it was another's signature, under a version that is in its history too
	refuse('RL021') if defined $report->{group} || any { $state->is_signed_version($_->{id}) } Reading::versions($state, $report);
	refuse('RL021') if $report->{status} !~ /^(unread|draft|cancelled)$/;
	refuse('RL021') if $report->{status} eq 'draft' && !$state->is_blank($report->{doc});
	delete $state->{report}{ $report->{id} };
	delete $state->{seen}{ $report->{id} };
	return [];
}

# UPDATE of a setting of an organization
sub setting
{
	my ($state, $call) = @_;

	refuse('23514', '') if $call->{column} eq 'recall_delay_seconds' && ($call->{value} < 20 || $call->{value} > 120);
	$state->{organization}{ $call->{organization_id} }{ $call->{column} } = $call->{value};
	return [];
}

# Somebody becomes a member, has another role, or is active or not
sub put_member
{
	my ($state, $call) = @_;

	refuse('23514', '') if $call->{role} !~ /^(attending|resident|drafter|administrator|integration)$/;
	$state->{member}{ $call->{organization_id} }{ $call->{user_id} } = { role => $call->{role}, active => $call->{active} };
	return [];
}

sub delete_member
{
	my ($state, $call) = @_;

	delete $state->{member}{ $call->{organization_id} }{ $call->{user_id} };
	return [];
}

# SET reportlink.user_id
sub set_user
{
	my ($state, $call) = @_;

	$state->{user_id} = $call->{user_id};
	return [];
}

1;
