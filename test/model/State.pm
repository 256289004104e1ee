# State: what the model knows of the tables, and the few questions that every rule
# asks. It is written from the rules that are documented, and knows nothing of the
# extension. A rule works on a copy, which is thrown away where it refuses, and
# where a transaction is rolled back.
package State;

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(first min);

our @EXPORT_OK = qw(refuse json same ids);

# What a code says (README, Errors)
our %MESSAGES = (
	RL001 => 'at least two reports are required', RL002 => 'report not found', RL003 => 'report has no MRN',
	RL004 => 'MRNs differ', RL005 => 'cancelled report cannot be linked', RL006 => 'report is finalized',
	RL007 => 'linking is disabled', RL008 => 'report not owned by user', RL009 => 'all specified reports are already linked',
	RL010 => 'report is not linked', RL011 => 'reports belong to different groups', RL012 => 'no acting user',
	RL013 => 'not an active member', RL014 => 'role may not do this', RL015 => 'invalid status transition',
	RL016 => 'content is locked', RL017 => 'stale document', RL018 => 'no publication is pending',
	RL019 => 'immediate publication not allowed', RL020 => 'final report is empty', RL021 => 'column is managed by reportlink',
	RL022 => 'subscriber');

# Tables whose rows change; those of the others are only added, and taken away as a whole
my @CHANGING = qw(organization report group publication subscriber);

sub new
{
	my ($class) = @_;

	return bless {
		user_id => '', transaction => 0, organization => {}, member => {}, report => {}, group => {}, document => {},
		signature => [], publication => {}, event => [], subscriber => {}, past => [], seen => {}, next => {} }, $class;
}

sub copy
{
	my ($self) = @_;
	my %copy = %$self;

	foreach my $table (@CHANGING)
	{
		$copy{$table} = { map { $_ => { %{ $self->{$table}{$_} } } } keys %{ $self->{$table} } };
	}
	$copy{member} = { map { $_ => { %{ $self->{member}{$_} } } } keys %{ $self->{member} } };
	$copy{$_} = { %{ $self->{$_} } } foreach qw(document seen next);
	$copy{$_} = [ @{ $self->{$_} } ] foreach qw(signature event past);
	return bless \%copy, ref $self;
}

# Ends a rule: nothing of it is done. The message is that of the code, or has this in it.
sub refuse
{
	my ($code, $message) = @_;

	die { sqlstate => $code, message => $message // $MESSAGES{$code} };
}

# As <> and IS NOT DISTINCT FROM have it
sub same
{
	my ($one, $other) = @_;

	return defined $one ? defined $other && $one eq $other : !defined $other;
}

sub ids
{
	return map { $_->{id} } @_;
}

# A value as jsonb writes it: \1 and \0 are true and false, digits are a number
sub json
{
	my ($value) = @_;

	return 'null' if !defined $value;
	return $$value ? 'true' : 'false' if ref $value eq 'SCALAR';
	return '[' . join(', ', map { json($_) } @$value) . ']' if ref $value eq 'ARRAY';
	return '{' . join(', ', map { "\"$_\": " . json($value->{$_}) }
		  sort { length $a <=> length $b || $a cmp $b } keys %$value) . '}' if ref $value eq 'HASH';
	return $value if $value =~ /^\d+$/;
	return '"' . $value =~ s/(["\\])/\\$1/gr =~ s/\n/\\n/gr . '"';
}

# The number that the next row of a table gets
sub number
{
	my ($self, $table) = @_;

	return $self->{next}{$table}++;
}

# Null arguments that have no default
sub need
{
	my ($self, $call, @names) = @_;

	foreach my $name (@names)
	{
		refuse('22004', "argument $name of ") if !defined $call->{$name};
		refuse('22004', "argument $name of ") if ref $call->{$name} eq 'ARRAY' && grep { !defined } @{ $call->{$name} };
	}
	return;
}

sub member
{
	my ($self, $organization, $user) = @_;

	return $self->{member}{$organization}{$user} if defined $organization && defined $user && $self->{member}{$organization};
	return;
}

sub role
{
	my ($self, $organization, $user) = @_;
	my $member = $self->member($organization, $user);

	return $member ? $member->{role} : '';
}

sub is_active
{
	my ($self, $organization, $user) = @_;
	my $member = $self->member($organization, $user);

	return $member && $member->{active};
}

# Who acts in a call: the argument, else the setting. He is an active member.
sub actor
{
	my ($self, $call) = @_;
	my $actor = $call->{actor} // $self->{user_id};

	refuse('RL012') if $actor eq '';
	refuse('RL013') if !$self->is_active($call->{organization_id}, $actor);
	return $actor;
}

# The same, where only these roles may ask for it
sub actor_of
{
	my ($self, $call, @roles) = @_;
	my $actor = $self->actor($call);
	my $role = $self->role($call->{organization_id}, $actor);

	refuse('RL014') if !grep { $_ eq $role } @roles;
	return $actor;
}

# Does this user draft: may he own a report?
sub drafts
{
	my ($self, $organization, $user) = @_;

	return $self->role($organization, $user) =~ /^(attending|resident|drafter)$/;
}

# A report that there is in the organization
sub report
{
	my ($self, $organization, $id) = @_;
	my $report = $self->{report}{$id};

	refuse('RL002') if !$report || $report->{org} ne $organization;
	return $report;
}

sub group
{
	my ($self, $report) = @_;

	return defined $report->{group} ? $self->{group}{ $report->{group} } : undef;
}

# A report with all that are linked to it, in link order
sub unit
{
	my ($self, $report) = @_;
	my $group = $self->group($report);

	return $group ? map { $self->{report}{$_} } @{ $group->{members} } : $report;
}

# Number of the version in force
sub text
{
	my ($self, $report) = @_;
	my $group = $self->group($report);

	return $group ? $group->{doc} : $report->{doc};
}

sub put_text
{
	my ($self, $report, $document) = @_;

	($self->group($report) || $report)->{doc} = $document;
	return;
}

# A version without content, or none
sub is_blank
{
	my ($self, $document) = @_;

	return !defined $document || !grep { defined && $_ ne '' } values %{ $self->{document}{$document}{content} };
}

sub is_signed_version
{
	my ($self, $document) = @_;

	return defined first { $_->{doc} == $document } @{ $self->{signature} };
}

# The version that one goes back to from this one: itself where it was a checkpoint or signed
sub kept
{
	my ($self, $document) = @_;

	while (defined $document)
	{
		my $row = $self->{document}{$document};

		return $document if $row->{checkpoint} || $self->is_signed_version($document);
		$document = $row->{parent};
	}
	return;
}

# The version that the next one of a report goes back to: autosaves are passed over, but
# not one that was put in force by linking or unlinking
sub origin
{
	my ($self, $report) = @_;
	my $document = $self->text($report);

	return $document if !defined $document || !same($self->{document}{$document}{group}, $report->{group});
	return $self->{document}{$document}{checkpoint} || $self->is_signed_version($document) ? $document : $self->{document}{$document}{parent};
}

# The publication that waits, of a report or its group
sub pending
{
	my ($self, $report) = @_;

	return first { $_->{state} eq 'scheduled' && same($_->{group}, $report->{group})
		  && (defined $_->{group} || $_->{report} == $report->{id}) } values %{ $self->{publication} };
}

# Changes columns of all these reports
sub change
{
	my ($self, $reports, %columns) = @_;

	foreach my $report (@$reports)
	{
		@$report{ keys %columns } = values %columns;
	}
	return;
}

# Another owner for these; a change of owner ends dictation
sub give
{
	my ($self, $reports, $owner, $actor, %event) = @_;
	my @changed = grep { !same($_->{owner}, $owner) } @$reports;

	return if !@changed;
	my $old = $changed[0]{owner};
	my $data = { old_owner => $old, new_owner => $owner };

	$data->{recipient} = $old if defined $old && $self->{organization}{ $changed[0]{org} }{notify_previous_owner};
	$self->change(\@changed, owner => $owner, drafting => 0);
	$self->record('owner_changed', \@changed, $actor, $data, %event);
	return 1;
}

sub identifiers
{
	my ($report) = @_;

	return {
		report_id => $report->{id}, accession_number => $report->{accession}, mrn => $report->{mrn}, order_id => $report->{order},
		site_id => $report->{site}, native_id => $report->{native}, assigning_authority => $report->{authority} };
}

# An event about these reports, with their group and text as they are now, or as given
sub record
{
	my ($self, $type, $reports, $actor, $data, %given) = @_;
	my $group = exists $given{group} ? $given{group} : $self->group($reports->[0]);

	push @{ $self->{event} }, {
		id => $self->number('event'), org => $reports->[0]{org}, type => "report.$type", group => $group ? $group->{id} : undef,
		doc => exists $given{doc} ? $given{doc} : $self->text($reports->[0]), default => $group ? $group->{default} : undef,
		reports => [ ids(@$reports) ], identifiers => [ map { identifiers($_) } @$reports ], actor => $actor, data => $data,
		transaction => $self->{transaction} };
	return;
}

# Notes what is in force for whom, for their histories. What was saved in a group before
# a report came counts for that too, also an autosave to which nothing goes back.
sub look
{
	my ($self) = @_;
	my %saved;

	push @{ $saved{ $_->{group} } }, $_->{id} foreach grep { defined $_->{group} } values %{ $self->{document} };
	foreach my $report (values %{ $self->{report} })
	{
		my $seen = $self->{seen}{ $report->{id} } || {};
		my @new = grep { defined && !$seen->{$_} } $self->text($report), defined $report->{group} ? @{ $saved{ $report->{group} } || [] } : ();

		$self->{seen}{ $report->{id} } = { %$seen, map { $_ => 1 } @new } if @new;
	}
	return;
}

# The row that functions return which change one report's state
sub row
{
	my ($self, $report) = @_;

	return [ [ @$report{qw(id group status owner)}, $self->text($report) ] ];
}

1;
