# Lines: all that can be seen of the tables, as lines of text: what the server has,
# and the same of the model.
package Lines;

use strict;
use warnings;

use Dictation;
use Feed;

my @SETTINGS = qw(linking_enabled recall_enabled recall_delay_seconds recall_allow_immediate_sign addendum_clears_final_report addendum_header notify_previous_owner);
my @COUNTED = qw(report report_group document signature publication event);
my @CONTENT = @Dictation::KEYS;

# A value as PostgreSQL writes it; - is null
sub text
{
	my ($value) = @_;

	return '-' if !defined $value;
	return '{' . join(',', map { $_ // 'NULL' } @$value) . '}' if ref $value eq 'ARRAY';
	return "$value";
}

sub line
{
	return join '|', map { text($_) } @_;
}

sub _flag
{
	return $_[0] ? 'true' : 'false';
}

sub _select
{
	my ($kind, $from, @columns) = @_;

	return "SELECT '$kind', array_to_string(ARRAY[" . join(', ', map { "($_)::text" } @columns) . "], '|', '-') FROM reportlink.$from";
}

sub _of
{
	my ($alias, @columns) = @_;

	return map { "$alias.$_" } @columns;
}

# An event tells when a publication is due: as the publication does
my $DATA = q{e.data || CASE WHEN e.data ? 'publish_at' THEN jsonb_build_object('publish_at',
	(SELECT CASE WHEN (e.data ->> 'publish_at')::timestamptz = p.publish_at THEN 'as scheduled' ELSE 'another time' END
	FROM reportlink.publication p WHERE p.publication_id = (e.data ->> 'publication_id')::bigint)) ELSE '{}' END};

# One query for all of it: kind and line. What is only added is asked for from a
# number on: $1 versions, $2 signatures, $3 publications, $4 events.
sub query
{
	return join ' UNION ALL ',
	  _select('report', 'report r JOIN reportlink.report_text t USING (organization_id, report_id)', _of('r', qw(report_id organization_id mrn accession_number
			native_id assigning_authority order_id site_id study_name created_at status owner_id drafting addendum_open signed_at group_id)), 't.is_default', 'r.document_id', 't.document_id'),
	  _select('group', 'report_group g', _of('g', qw(group_id organization_id mrn default_report_id document_id member_count)), 'g.closed_at IS NOT NULL', 'g.merged_into', 'g.created_by',
		'ARRAY(SELECT r.report_id FROM reportlink.report r WHERE r.group_id = g.group_id ORDER BY r.link_position)'),
	  _select('document', 'document d WHERE d.document_id >= $1', _of('d', qw(document_id organization_id parent_id report_id group_id transcript final_report clinical_history views contrast
			laterality comparison)), q{to_char(d.study_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')}, _of('d', qw(checkpoint reason base_status saved_by))),
	  _select('signature', 'signature s WHERE s.signature_id >= $2', _of('s', qw(organization_id document_id report_id group_id status signed_by))),
	  _select('publication', 'publication p', _of('p', qw(publication_id organization_id group_id report_id document_id state requested_by)), 'p.finished_at IS NOT NULL'),
	  _select('delay', 'publication p WHERE p.publication_id >= $3', 'p.publication_id', 'extract(epoch FROM p.publish_at - p.scheduled_at)::int'),
	  _select('event', 'event e WHERE e.event_id >= $4', _of('e', qw(organization_id event_id type group_id document_id default_report_id report_ids linked_identifiers actor)), $DATA),
	  _select('organization', 'organization o', _of('o', 'organization_id', @SETTINGS)),
	  _select('member', 'member m', _of('m', qw(organization_id user_id role active))),
	  _select('subscriber', 'subscriber s', q{nullif(s.organization_id, '')}, _of('s', qw(subscriber types report_id))),
	  (map { sprintf q{SELECT '%1$ss', string_agg(%1$s_id::text, ',' ORDER BY %1$s_id) FROM reportlink.%1$s}, $_ } qw(document event)),
	  q{SELECT 'user', current_setting('reportlink.user_id')},
	  map { sprintf q{SELECT 'next', '%1$s|' || coalesce(pg_sequence_last_value(pg_get_serial_sequence('reportlink.%1$s', '%2$s_id')), 0) + 1}, $_, s/report_group/group/r } @COUNTED;
}

sub _report
{
	my ($state, $report) = @_;
	my $group = $state->group($report);

	return line(@$report{qw(id org mrn accession native authority order site study created status owner)}, _flag($report->{drafting}), _flag($report->{addendum}),
		@$report{qw(signed_at group)}, _flag($group && $group->{default} == $report->{id}), $report->{doc}, $state->text($report));
}

sub _group
{
	my ($group) = @_;

	return line(@$group{qw(id org mrn default doc)}, scalar @{ $group->{members} }, _flag($group->{closed}), @$group{qw(merged_into created_by members)});
}

sub _document
{
	my ($document) = @_;

	return line(@$document{qw(id org parent report group)}, @{ $document->{content} }{@CONTENT}, _flag($document->{checkpoint}), @$document{qw(reason base_status saved_by)});
}

# The model, in the same lines
sub of_model
{
	my ($state, %from) = @_;
	my @publications = values %{ $state->{publication} };

	my @lines = (
		(map { 'report|' . _report($state, $_) } values %{ $state->{report} }),
		(map { 'group|' . _group($_) } values %{ $state->{group} }),
		(map { 'document|' . _document($_) } grep { $_->{id} >= $from{document} } values %{ $state->{document} }),
		(map { 'signature|' . line(@$_{qw(org doc report group status by)}) } grep { $_->{id} >= $from{signature} } @{ $state->{signature} }),
		(map { 'publication|' . line(@$_{qw(id org group report doc state by)}, _flag($_->{state} ne 'scheduled')) } @publications),
		(map { 'delay|' . line(@$_{qw(id delay)}) } grep { $_->{id} >= $from{publication} } @publications),
		(map { 'event|' . line(@{ Feed::row($_) }) } grep { $_->{id} >= $from{event} } @{ $state->{event} }),
		(map { 'organization|' . line($_, _settings($state->{organization}{$_})) } keys %{ $state->{organization} }),
		_members($state),
		(map { 'subscriber|' . line(@$_{qw(org name types report)}) } values %{ $state->{subscriber} }),
		'documents|' . join(',', sort { $a <=> $b } keys %{ $state->{document} }),
		'events|' . join(',', map { $_->{id} } @{ $state->{event} }),
		"user|$state->{user_id}");

	return sort @lines;
}

sub _settings
{
	my ($organization) = @_;

	return map { /delay|header/ ? $organization->{$_} : _flag($organization->{$_}) } @SETTINGS;
}

sub _members
{
	my ($state) = @_;

	return map {
		my $organization = $_;
		my $members = $state->{member}{$organization};

		map { "member|" . line($organization, $_, $members->{$_}{role}, _flag($members->{$_}{active})) } keys %$members;
	} keys %{ $state->{member} };
}

1;
