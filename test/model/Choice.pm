# Choice: what to do next, picked from what the model knows, so that about half of it
# succeeds. A step is a name for the figures, a statement, and the rule and
# call that say what is to come of it.
package Choice;

use strict;
use warnings;

use Dictation;
use Feed;
use List::Util qw(first shuffle sum);
use Membership;
use Plain;
use Publishing;
use Reading;
use Signing;
use State qw(same ids json);

my @USERS = qw(ada abe rex ray dot sue adm hl7 gone stranger);
my @DRAFTERS = qw(ada ada abe rex rex ray dot sue);
my $ORDERS = 0;
my $ODD = 0.07;

my %BOOLEAN = map { $_ => 1 } qw(trigger_open_event unassign_and_discard release checkpoint unassign whole_group from_start);
my %STATUSES = (linkable => qr/^(unread|draft)$/, draft => qr/^draft$/, prelim => qr/prelim_signed$/, final => qr/^(addendum_)?signed$/, signed => qr/signed$/, any => qr/./);

sub chance
{
	return rand() < $_[0];
}

sub pick
{
	return @_ ? $_[ rand @_ ] : undef;
}

sub literal
{
	my ($value) = @_;

	return 'NULL' if !defined $value;
	return "'$value'" if $value !~ /['\n\\]/;
	$value =~ s/\\/\\\\/g;
	$value =~ s/'/''/g;
	$value =~ s/\n/\\n/g;
	return "E'$value'";
}

sub _argument
{
	my ($name, $value) = @_;

	return $value ? 'true' : 'false' if $BOOLEAN{$name} && defined $value;
	return literal('{' . join(',', map { $_ // 'NULL' } @$value) . '}') if ref $value eq 'ARRAY';
	return literal(json($value)) if ref $value eq 'HASH';
	return literal($value);
}

# A call of a function; columns: what is compared of its answer
sub _function
{
	my ($function, $rule, $columns, @arguments) = @_;
	my %call = map { @$_ } @arguments;

	return { name => $function, rule => $rule, call => \%call,
		sql => "SELECT $columns FROM reportlink_$function(" . join(', ', map { _argument(@$_) } @arguments) . ')' };
}

# An argument that no application should give, in place of another
sub _odd
{
	my ($state, @arguments) = @_;
	my $odd = pick(@arguments);
	my ($name, $value) = @$odd;
	my @ids = ref $value eq 'ARRAY' ? @$value : ();
	my @foreign = map { $_->{id} } grep { $_->{org} eq 'south' } _reports($state);
	my %values = (
		organization_id => [ undef, 'nowhere', 'south', 'north' ], report_id => [ undef, 0, 999_999, pick(@foreign) ],
		report_ids => [ undef, [], [undef], [ @ids, undef ], [ @ids, 999_999 ], [ $ids[0], pick(@foreign) ] ],
		actor => [ undef, 'gone', 'stranger', 'adm' ], new_owner => [ 'gone', 'stranger', 'adm', undef ], batch => [ undef, 0, -1 ],
		content => [ undef, {}, { findings => 'x' }, { transcript => [] }, { laterality => 'both' } ], before => [ undef, '-infinity' ], event_id => [ undef, 999_999 ],
		subscriber => [ undef, '', 'nobody' ], expected_document_id => [ 0, 999_999 ], types => [ [undef], ['report.nothing'] ]);

	return map { $_ == $odd && ($values{$name} || $BOOLEAN{$name}) ? [ $name => pick(@{ $values{$name} || [undef] }) ] : $_ } @arguments;
}

# The same call, sometimes with such an argument; or with what the setting gives left out
sub _call
{
	my ($state, $function, $rule, $columns, @arguments) = @_;

	if (chance($ODD))
	{
		@arguments = _odd($state, @arguments);
	}
	else
	{
		my $left_out = chance(0.04) ? '.*' : chance(0.7) ? quotemeta $state->{user_id} : '(?!)';

		@arguments = map { $_->[0] eq 'actor' && ($_->[1] // '') =~ /^$left_out\z/ ? [ actor => undef ] : $_ } @arguments;
	}
	return _function($function, $rule, $columns, @arguments);
}

sub _reports
{
	my ($state) = @_;

	return map { $state->{report}{$_} } sort { $a <=> $b } keys %{ $state->{report} };
}

# A report with a status of this kind, and of which this is so: mostly a late one. Nothing where there is none
sub _some
{
	my ($state, $kind, $so) = @_;
	my $organization = chance(0.15) ? 'south' : 'north';
	my @all = grep { $_->{org} eq $organization } _reports($state);
	my @good = grep { $_->{status} =~ $STATUSES{$kind} && (!$so || $so->($_, $state)) } @all;

	return pick(@all > 30 && chance(0.8) ? @all[ -30 .. -1 ] : @all) if chance(0.12);
	return pick(@good > 12 ? @good[ -12 .. -1 ] : @good);
}

# Mostly the owner; of what nobody owns one who has such a role
sub _actor
{
	my ($state, $report, $ownership, $roles) = @_;
	my $members = $state->{member}{ $report->{org} };
	my @others = grep { $members->{$_}{active} && $members->{$_}{role} =~ $roles } sort keys %$members;

	return $report->{owner} if defined $report->{owner} && chance($ownership);
	return chance(0.9) && @others ? pick(@others) : pick(@USERS);
}

sub _has_text
{
	my ($state, $report) = @_;
	my $text = $state->text($report);

	return defined $text && ($state->{document}{$text}{content}{final_report} // '') =~ /\S/;
}

my $DRAFTERS = qr/^(attending|resident|drafter)$/;
my $AUTHORS = qr/^(attending|resident)$/;
my $LINKERS = qr/^(attending|resident|administrator|integration)$/;
my $OFFICE = qr/^(attending|administrator|integration)$/;
my $ATTENDINGS = qr/^attending$/;

# Most functions are called for a report: rule, kind, share of owners, roles of other actors, further arguments, and of which reports
my %CALLS = (
	open => [ \&Dictation::open, 'linkable', 0.6, $DRAFTERS ],
	close => [ \&Dictation::close, 'any', 0.85, $DRAFTERS, sub { [ release => chance(0.4) ] }, sub { $_[0]{drafting} } ],
	assign => [ \&Dictation::assign, 'any', 0.4, $OFFICE, sub { [ new_owner => pick(@DRAFTERS, undef) ] } ],
	discard => [ \&Dictation::discard, 'any', 0.7, $OFFICE, sub { [ unassign => chance(0.4) ] }, sub { $_[0]{addendum} || Membership::is_linkable($_[0]) } ],
	cancel => [ \&Dictation::cancel, 'linkable', 0.3, $OFFICE, sub { [ whole_group => chance(0.3) ] } ],
	prelim_sign => [ \&Signing::prelim_sign, 'any', 0.9, $AUTHORS, undef, sub { ($_[0]{status} eq 'draft' || $_[0]{addendum}) && _has_text($_[1], $_[0]) } ],
	sign => [ \&Signing::sign, 'any', 0.55, $ATTENDINGS, undef, sub {
			_has_text($_[1], $_[0]) && (Signing::is_prelim($_[0]) || ($_[0]{status} eq 'draft' || $_[0]{addendum}) && $_[1]->role($_[0]{org}, $_[0]{owner}) eq 'attending') } ],
	start_addendum => [ \&Signing::start_addendum, 'signed', 0.5, $AUTHORS, undef, sub { !$_[0]{addendum} && (chance(0.2) || !$_[1]->pending($_[0])) } ],
	reject => [ \&Signing::reject, 'prelim', 0.1, $ATTENDINGS, undef, sub { !$_[0]{addendum} } ],
	set_default => [ \&Membership::set_default, 'any', 0.6, $LINKERS, undef, sub { defined $_[0]{group} } ],
	publish_now => [ \&Publishing::publish_now, 'final', 0.1, $ATTENDINGS, undef, sub { $_[1]->pending($_[0]) } ],
	cancel_publish => [ \&Publishing::cancel_publish, 'final', 0.1, $ATTENDINGS, undef, sub { $_[1]->pending($_[0]) } ],
	linked_reports => [ \&Reading::linked_reports, 'any' ], linkable_reports => [ \&Reading::linkable_reports, 'any' ], history => [ \&Reading::history, 'any' ]);

my %COLUMNS = (
	linked_reports => '*', linkable_reports => '*',
	history => 'report_id, document_id, parent_id, saved_by, reason, checkpoint, signed, signed_as, signed_by, in_force, transcript_bytes, final_report_bytes');

sub _of_report
{
	my ($function) = @_;
	my ($rule, $kind, $ownership, $roles, $more, $so) = @{ $CALLS{$function} };

	return sub {
		my ($state) = @_;
		my $report = _some($state, $kind, $so) or return;

		return _call($state, $function, $rule, $COLUMNS{$function}, [ organization_id => $report->{org} ], [ report_id => $report->{id} ]) if $COLUMNS{$function};
		return _call($state, $function, $rule, '*', [ organization_id => $report->{org} ], [ report_id => $report->{id} ], $more ? $more->() : (),
			[ actor => _actor($state, $report, $ownership, $roles) ]);
	};
}

# Others of the same patient, most of them such that they can be linked
sub _with_others
{
	my ($state, $report, $wanted, $so) = @_;
	my @others = grep { $_->{id} != $report->{id} && $_->{org} eq $report->{org} && same($_->{mrn}, $report->{mrn}) } _reports($state);
	my @good = chance(0.85) ? grep { $so->($_) } @others : @others;
	my @ids = shuffle(ids($report, (shuffle(@good))[ 0 .. $wanted - 2 ] )) if @good >= $wanted - 1 && $wanted > 1;

	return @ids ? @ids : shuffle(ids($report, @good));
}

sub _link
{
	my ($state) = @_;
	my $report = _some($state, 'linkable', sub { defined $_[0]{mrn} }) or return;
	my $actor = _actor($state, $report, 0.7, $LINKERS);
	my @ids = _with_others($state, $report, 2 + int rand 3, sub {
		Membership::is_linkable($_[0]) && (!defined $_[0]{owner} || $_[0]{owner} eq $actor) && (chance(0.3) || !same($_[0]{group}, $report->{group} // -1)) });

	return if @ids < 2 && chance(0.95);
	push @ids, (pick(grep { chance(0.1) || !defined $_->{mrn} || $_->{status} eq 'cancelled' } _reports($state)) || $report)->{id} if chance(0.15);
	push @ids, $ids[0] if chance(0.05);
	@ids = ($report->{id}) if chance(0.03);
	return _call($state, 'link', \&Membership::link,
		'group_id, default_report_id, report_ids, linked_report_ids, merged_group_ids, status, owner_id, superseded_document_ids',
		[ organization_id => $report->{org} ], [ report_ids => \@ids ], [ trigger_open_event => chance(0.6) ], [ actor => $actor ]);
}

sub _unlink
{
	my ($state) = @_;
	my $report = _some($state, 'linkable', sub { defined $_[0]{group} }) or return;
	my @ids = _with_others($state, $report, 1 + int rand 3, sub { defined $_[0]{group} && same($_[0]{group}, $report->{group}) });

	@ids = ($report->{id}) if @ids > 3;
	push @ids, (pick(grep { chance(0.1) || defined $_->{group} && !same($_->{group}, $report->{group}) && $_->{org} eq $report->{org} } _reports($state)) || $report)->{id}
	  if chance(0.25);
	return _call($state, 'unlink', \&Membership::unlink, 'report_id, group_id, document_id, status, owner_id, group_dissolved', [ organization_id => $report->{org} ],
		[ report_ids => \@ids ], [ unassign_and_discard => chance(0.4) ], [ actor => _actor($state, $report, 0.7, $LINKERS) ]);
}

sub _content
{
	my ($drafter) = @_;

	return { transcript => pick('cough', 'no cough', '') } if $drafter && chance(0.9);
	return { transcript => undef, final_report => undef, views => undef, laterality => undef, study_at => undef } if chance(0.06);
	return { final_report => pick(" \n", '', undef) } if chance(0.08);
	return { laterality => pick('left', 'right', undef), transcript => pick('cough', 'no cough') } if chance(0.25);
	return { study_at => '2026-03-02T08:10:00Z', views => pick('PA', 'lateral') } if chance(0.1);
	return { final_report => pick('Normal.', "It's normal.", 'A fracture.', "IMPRESSION:\nNo change.") };
}

sub _save
{
	my ($state) = @_;
	my $report = _some($state, 'any', sub { $_[0]{status} eq 'draft' || $_[0]{addendum} }) or return;
	my $actor = _actor($state, $report, 0.92, $DRAFTERS);

	return _call($state, 'save', \&Dictation::save, '*', [ organization_id => $report->{org} ], [ report_id => $report->{id} ],
		[ content => _content(State::role($state, $report->{org}, $actor) eq 'drafter') ],
		[ expected_document_id => chance(0.2) ? $state->text($report) // 0 : chance(0.06) ? 1 : undef ], [ checkpoint => chance(0.6) ], [ actor => $actor ]);
}

sub _hasten
{
	my ($state) = @_;
	my @waiting = grep { $_->{state} eq 'scheduled' } map { $state->{publication}{$_} } sort { $a <=> $b } keys %{ $state->{publication} };
	my $publication = pick(@waiting) or return;
	my $at = ++$ORDERS;

	return { name => 'time passes', rule => \&Publishing::hasten, call => { id => $publication->{id}, at => $at },
		sql => "UPDATE reportlink.publication SET publish_at = '2000-01-01Z'::timestamptz + $at * interval '1 s' WHERE publication_id = $publication->{id}" };
}

sub _publish_due
{
	my ($state) = @_;
	my $step = _call($state, 'publish_due', \&Publishing::publish_due, '*', [ batch => chance(0.5) ? 100 : 1 ], [ organization_id => chance(0.5) ? undef : pick('north', 'south') ]);

	$step->{unordered} = 1;
	return $step;
}

sub _organization
{
	return chance(0.8) ? 'north' : 'south';
}

sub _find
{
	my ($state) = @_;
	my $report = _some($state, 'any') or return;

	return _call($state, 'find', \&Reading::find, '*', [ organization_id => $report->{org} ], [ mrn => chance(0.6) ? $report->{mrn} : undef ],
		[ accession_number => chance(0.5) ? $report->{accession} : undef ], [ site_id => chance(0.2) ? 'main' : undef ]);
}

sub _transitions
{
	my $step = _function('transitions', \&Reading::transitions, 'DISTINCT from_status COLLATE "C", to_status COLLATE "C"');

	$step->{sql} .= ' ORDER BY 1, 2';
	return $step;
}

# Organization and name of a subscriber: one that there is, where it is to be known
sub _subscriber
{
	my ($state, $known) = @_;
	my $subscriber = $known && chance(0.92) ? $state->{subscriber}{ pick(sort keys %{ $state->{subscriber} }) // '' } : undef;

	return ([ organization_id => $subscriber->{org} ], [ subscriber => $subscriber->{name} ]) if $subscriber;
	return ([ organization_id => chance(0.2) ? undef : _organization() ], [ subscriber => pick(qw(ris pacs archive)) ]);
}

sub _feed
{
	my ($function, $known) = @_;

	return sub {
		my ($state) = @_;
		my @who = _subscriber($state, $known);
		my $organization = $who[0][1];
		my $rule = Feed->can($function);

		return () if $known && !%{ $state->{subscriber} } && chance(0.9);
		return _call($state, $function, $rule, '*', @who, [ from_start => chance(0.4) ],
			[ types => chance(0.25) ? [ map { "report.$_" } qw(linked saved owner_changed signed published) ] : undef ],
			[ report_id => chance(0.15) && defined $organization ? (_some($state, 'any') || { id => 1 })->{id} : undef ]) if $function eq 'subscribe';
		return _call($state, $function, $rule, '*', @who, [ event_id => _event_to_ack($state, @who) ]) if $function eq 'ack';
		return _call($state, $function, $rule, '*', @who) if $function eq 'unsubscribe';
		return _call($state, $function, $rule, q{organization_id, event_id, type, group_id, document_id, default_report_id, report_ids, linked_identifiers, actor,
			data || CASE WHEN data ? 'publish_at' THEN '{"publish_at": "as scheduled"}'::jsonb ELSE '{}' END} =~ s/\s+/ /gr,
			@who, [ batch => pick(1, 3, 100, 100, undef) ]);
	};
}

# An event that was fetched, or some other of the organization: what becomes of one that was
# purged, never was, or is of another organization is not said once the subscriber has gone on
sub _event_to_ack
{
	my ($state, @who) = @_;
	my $subscriber = $state->{subscriber}{ ($who[0][1] // '') . '/' . $who[1][1] };
	my @waiting = $subscriber ? Feed::waiting($state, $subscriber) : ();

	return pick(@waiting[ 0 .. ($#waiting > 9 ? 9 : $#waiting) ])->{id} if @waiting && chance(0.6);
	return $waiting[-1]{id} if @waiting && chance(0.7);
	my @others = grep { same($_->{org}, $who[0][1] // $_->{org}) } @{ $state->{event} };

	return @others ? pick(@others)->{id} : 999_999;
}

sub _purge
{
	my ($function) = @_;

	return sub {
		my ($state) = @_;

		return _call($state, $function, Feed->can($function), '*', [ organization_id => _organization() ], [ before => 'infinity' ], [ batch => pick(1, 5, undef) ]);
	};
}

sub _created
{
	my ($n) = @_;

	return sprintf '2026-01-%02d %02d:%02d:00+00', 1 + $n / 1440, $n / 60 % 24, $n % 60;
}

# Orders of one patient: of one who has been here, or a new one
sub _orders
{
	my ($state) = @_;
	my $organization = _organization();
	my @known = grep { $_->{org} eq $organization && defined $_->{mrn} } _reports($state);
	my $mrn = @known && chance(0.4) ? pick(@known > 8 ? @known[ -8 .. -1 ] : @known)->{mrn} : 'P' . ++$ORDERS;

	$mrn = undef if chance(0.1);
	return map { $ORDERS++;
		{ org => $organization, mrn => $mrn, accession => "A$ORDERS", native => chance(0.2) ? "N$ORDERS" : undef, authority => chance(0.2) ? 'AUTH' : undef,
			order => chance(0.5) ? "O$ORDERS" : undef, site => pick('main', 'west', undef), study => 'CT Chest', created => _created($ORDERS) } } 1 .. 1 + int rand 4;
}

sub insert
{
	my ($state) = @_;
	my @orders = _orders($state);
	my $odd = chance(0.3) ? pick(qw(twice twice twice unnamed empty nowhere)) : '';

	my $twin = $odd eq 'twice' ? _some($state, 'any') : undef;
	@orders = { (map { $_ => $twin->{$_} } qw(org mrn accession native authority order site study)), created => _created(++$ORDERS) } if $twin;
	@{ $orders[-1] }{qw(accession native order)} = () if $odd eq 'unnamed';
	$orders[-1]{site} = '' if $odd eq 'empty';
	$orders[-1]{org} = 'nowhere' if $odd eq 'nowhere';
	my $on_conflict = chance(0.4);

	return { name => 'INSERT', rule => \&Plain::insert, call => { orders => \@orders, on_conflict => $on_conflict },
		sql => 'INSERT INTO reportlink.report (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id, study_name, created_at) VALUES '
		  . join(', ', map { '(' . join(', ', map { literal($_) } @$_{qw(org mrn accession native authority order site study created)}) . ')' } @orders)
		  . ($on_conflict ? ' ON CONFLICT DO NOTHING' : '') };
}

sub set_user
{
	my ($user) = @_;

	return { name => 'SET user_id', rule => \&Plain::set_user, call => { user_id => $user }, sql => 'SET reportlink.user_id = ' . literal($user) };
}

# Reports for one UPDATE: of one unit, of several, rarely of both organizations
sub _to_update
{
	my ($state, $report) = @_;
	my @unit = $state->unit($report);
	my @others = grep { $_->{status} eq $report->{status} && (same($_->{owner}, $report->{owner}) || chance(0.2)) && ($_->{org} eq $report->{org} || chance(0.05)) } _reports($state);

	return $report if chance(0.45);
	return (shuffle(@unit))[ 0 .. ($#unit > 1 ? 1 : $#unit) ] if chance(0.5);
	return ($report, (shuffle(@others))[ 0 .. ($#others > 1 ? 1 : $#others) ]);
}

sub _next_status
{
	my ($report) = @_;
	my @next = sort keys %{ $Plain::TRANSITIONS{ $report->{status} } };

	return 'read' if chance(0.01);
	return pick(sort keys %Plain::TRANSITIONS) if !@next || chance(0.15);
	return pick(@next);
}

sub _case
{
	my ($column, $key, $given) = @_;
	my @ids = grep { exists $given->{$_}{$key} } sort { $a <=> $b } keys %$given;
	my %values = map { literal($given->{$_}{$key}) => 1 } @ids;

	return if !@ids;
	return "$column = " . (keys %values)[0] if keys %values == 1;
	return "$column = CASE report_id " . join(' ', map { "WHEN $_ THEN " . literal($given->{$_}{$key}) } @ids) . ' END';
}

sub _update
{
	my ($state) = @_;
	my $report = _some($state, 'any', sub { $_[0]{status} ne 'cancelled' }) or return;
	my @named = _to_update($state, $report);
	my $columns = pick(qw(status status status owner both));
	my ($status, $owner) = (_next_status($report), pick(@DRAFTERS, undef, 'adm', 'gone'));
	my $user = chance(0.35) ? '' : chance(0.05) ? 'gone' : _actor($state, $report, $columns eq 'owner' ? 0.3 : 0.7, $OFFICE);
	my %given = map { $_->{id} => { $columns ne 'owner' ? (status => chance(0.04) ? _next_status($_) : $status) : (),
			$columns ne 'status' ? (owner => chance(0.04) ? pick(@DRAFTERS) : $owner) : () } } @named;

	return ($user eq $state->{user_id} ? () : set_user($user), { name => 'UPDATE', rule => \&Plain::update, call => { given => \%given }, unordered => 1,
		sql => 'UPDATE reportlink.report SET ' . join(', ', _case('status', 'status', \%given), _case('owner_id', 'owner', \%given))
		  . ' WHERE report_id IN (' . join(', ', sort { $a <=> $b } keys %given) . ')' });
}

my %IDENTIFIERS = (mrn => 'mrn', accession => 'accession_number', native => 'native_id', authority => 'assigning_authority', order => 'order_id', site => 'site_id');

sub _identifiers
{
	my ($state) = @_;
	my $report = _some($state, 'any') or return;
	my $column = pick(sort keys %IDENTIFIERS);
	my $value = chance(0.15) ? undef : chance(0.05) ? '' : $column eq 'mrn' ? (chance(0.7) ? pick(_reports($state))->{mrn} : 'P' . ++$ORDERS)
	  : $column eq 'site' ? pick('main', 'west') : uc(substr $column, 0, 1) . (chance(0.1) ? 'A1' : ++$ORDERS);

	return { name => 'UPDATE of identifiers', rule => \&Plain::identifiers, call => { report_id => $report->{id}, column => $column, value => $value },
		sql => "UPDATE reportlink.report SET $IDENTIFIERS{$column} = " . literal($value) . " WHERE report_id = $report->{id}" };
}

# What plain SQL may not change
sub _managed
{
	my ($state) = @_;
	my $report = _some($state, 'any') or return;
	my $change = pick('drafting = NOT drafting', 'addendum_open = NOT addendum_open', 'group_id = coalesce(group_id, 0) + 1', 'document_id = coalesce(document_id, 0) + 1',
		'link_position = coalesce(link_position, 0) + 1', q{organization_id = organization_id || 'x'}, q{signed_at = coalesce(signed_at, '2000-01-01') + interval '1 s'});
	my $table = pick(qw(report_group document event signature));
	my $key = { report_group => 'group', event => 'event', signature => 'signature', document => 'document' }->{$table};

	return { name => 'UPDATE of what is managed', rule => \&Plain::managed, call => { report_id => $report->{id} },
		sql => "UPDATE reportlink.report SET $change WHERE report_id = $report->{id}" } if chance(0.6);
	return { name => 'DELETE of what is kept', rule => \&Plain::guarded,
		call => { rows => sub { ref $_[0]{$key} eq 'HASH' ? %{ $_[0]{$key} } : @{ $_[0]{$key} } } }, sql => "DELETE FROM reportlink.$table" };
}

sub _delete
{
	my ($state) = @_;
	my $report = _some($state, chance(0.6) ? 'linkable' : 'any', sub { !defined $_[0]{group} }) or return;

	return { name => 'DELETE', rule => \&Plain::delete, call => { report_id => $report->{id} }, sql => "DELETE FROM reportlink.report WHERE report_id = $report->{id}" };
}

sub _setting
{
	my ($column, $value) = @{ pick([ linking_enabled => chance(0.85) ], [ recall_enabled => chance(0.7) ], [ recall_delay_seconds => pick(20, 60, 120, 19) ],
		[ recall_allow_immediate_sign => chance(0.35) ], [ addendum_clears_final_report => chance(0.3) ], [ addendum_header => pick('ADDENDUM', undef, '') ],
		[ notify_previous_owner => chance(0.5) ]) };
	my $organization = _organization();

	return { name => 'UPDATE of settings', rule => \&Plain::setting, call => { organization_id => $organization, column => $column, value => $value },
		sql => "UPDATE reportlink.organization SET $column = " . ($column =~ /delay|header/ ? literal($value) : $value ? 'true' : 'false') . " WHERE organization_id = '$organization'" };
}

# A member changes for a while: roles that may own reports go to one another
sub _member
{
	my ($state) = @_;
	my $organization = _organization();
	my $user = pick(qw(ray abe dot sue gone));
	my %member = (organization_id => $organization, user_id => $user);

	return { name => 'DELETE of members', rule => \&Plain::delete_member, call => \%member,
		sql => "DELETE FROM reportlink.member WHERE organization_id = '$organization' AND user_id = '$user'" } if chance(0.15);
	@member{qw(role active)} = (chance(0.03) ? 'boss' : pick(qw(attending resident drafter)), chance(0.8) ? 1 : 0);
	return { name => 'UPDATE of members', rule => \&Plain::put_member, call => \%member,
		sql => sprintf q{INSERT INTO reportlink.member VALUES ('%s', '%s', '%s', %s) ON CONFLICT (organization_id, user_id) DO UPDATE SET role = excluded.role, active = excluded.active},
		$organization, $user, $member{role}, $member{active} ? 'true' : 'false' };
}

# What may be done, and how often
my @OPERATIONS = (
	[ 10, \&_link ], [ 5, \&_unlink ], [ 11, \&_save ], [ 10, \&_update ], [ 3, \&insert ], [ 3, \&_identifiers ], [ 2, \&_managed ], [ 2, \&_delete ],
	[ 2, \&_setting ], [ 2, \&_member ], [ 1, sub { set_user(chance(0.3) ? '' : pick(@USERS)) } ], [ 1, \&_find ], [ 0.2, \&_transitions ], [ 4, \&_hasten ], [ 3, \&_publish_due ],
	[ 3, _of_report('publish_now') ], [ 4, _of_report('cancel_publish') ],
	[ 1.5, _feed('subscribe') ], [ 0.5, _feed('unsubscribe', 1) ], [ 3, _feed('fetch', 1) ], [ 3, _feed('ack', 1) ], [ 2, _purge('purge_events') ], [ 1.5, _purge('prune_documents') ],
	(map { [ 1.2, _of_report($_) ] } qw(linked_reports linkable_reports history)), [ 9, _of_report('open') ], [ 4, _of_report('close') ], [ 5, _of_report('assign') ], [ 4, _of_report('discard') ],
	[ 2, _of_report('cancel') ], [ 6, _of_report('prelim_sign') ], [ 6, _of_report('sign') ], [ 6, _of_report('start_addendum') ], [ 5, _of_report('reject') ], [ 3, _of_report('set_default') ]);

my $TOTAL = sum(map { $_->[0] } @OPERATIONS);

# The next steps
sub steps
{
	my ($state) = @_;
	my $workable = grep { Membership::is_linkable($_) } _reports($state);

	return insert($state) if $workable < 14;
	while (1)
	{
		my $place = rand $TOTAL;
		my @steps = (first { ($place -= $_->[0]) < 0 } @OPERATIONS)->[1]->($state);

		return @steps if @steps && defined $steps[0];
	}
	return;
}

# A walk begins anew
sub restart
{
	my ($seed) = @_;

	srand $seed;
	$ORDERS = 0;
	return;
}

1;
