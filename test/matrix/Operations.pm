# Operations: every operation that can meet another on one patient: a list, and the rules that
# tell what two of them do to one another. Nothing here is what a run gave.
#
# {o} is the organization, {1}, {2} and {3} are the reports of the unit that it is
# done to; {n3} a report that is not linked, {m1} one of another group, {seen} the
# version in force before either came.
#
# name: for the tables. home: the unit in whose state it succeeds. sql: what it is.
# class: what it does to locks and rows, see the rules. names: the reports that it
# is called for (default 1). changes: the rows that it changes when it succeeds at
# home: reports by number, g the group's row. also: other units that it takes in.
# sets: the status that a plain UPDATE asks for. answers: its rows are compared too.
# due, subscribed: what is made ready before: a publication is due; subscriber ris
# has fetched an event and not acknowledged it.

package Operations;

use strict;
use warnings;

# What the fixture has: the unit of three reports, and its state
our %units = (
	n => { number => 1, linked => 0, status => 'unread', is => 'not linked, unread, nobody\'s' },
	u => { number => 2, linked => 1, status => 'unread', is => 'linked, unread, nobody\'s' },
	m => { number => 3, linked => 1, status => 'unread', is => 'linked, unread, nobody\'s' },
	d => { number => 4, linked => 1, status => 'draft', is => 'linked, a draft of ada\'s with text' },
	l => { number => 5, linked => 0, status => 'draft', is => 'not linked, drafts of ada\'s with an autosave' },
	p => { number => 6, linked => 1, status => 'prelim_signed', is => 'linked, signed preliminarily by rex' },
	s => { number => 7, linked => 1, status => 'signed', is => 'linked, signed by ada and published' },
	w => { number => 8, linked => 1, status => 'signed', waits => 1, is => 'linked, signed by ada, to be published' },
	o => { number => 9, linked => 1, status => 'signed', is => 'linked, published, with an addendum of ada\'s open' },
	q => { number => 10, linked => 1, status => 'addendum_prelim_signed', is => 'linked, an addendum signed preliminarily by rex' },
	y => { number => 11, linked => 1, status => 'addendum_signed', waits => 1, is => 'linked, an addendum signed by ada, to be published' },
	c => { number => 12, linked => 0, status => 'cancelled', is => 'not linked, cancelled' });

our @operations = (
	# membership
	{ name => 'link', home => 'n', class => 'call', names => [ 1, 2 ], changes => '12',
		sql => q{SELECT reportlink_link('{o}', '{{1},{2}}', true, 'ada')} },
	{ name => 'link, joining', home => 'u', class => 'call', also => ['n3'], changes => 'g123',
		sql => q{SELECT reportlink_link('{o}', '{{1},{n3}}', true, 'ada')} },
	{ name => 'link, merging', home => 'u', class => 'call', also => ['m'], changes => 'g123',
		sql => q{SELECT reportlink_link('{o}', '{{1},{m1}}', true, 'ada')} },
	{ name => 'unlink', home => 'd', class => 'call', names => [2], changes => 'g2',
		sql => q{SELECT reportlink_unlink('{o}', '{{2}}', false, 'ada')} },
	{ name => 'unlink, discarding', home => 'd', class => 'call', names => [2], changes => 'g2',
		sql => q{SELECT reportlink_unlink('{o}', '{{2}}', true, 'ada')} },
	{ name => 'unlink, dissolving', home => 'd', class => 'call', names => [ 2, 3 ], changes => 'g123',
		sql => q{SELECT reportlink_unlink('{o}', '{{2},{3}}', false, 'ada')} },
	{ name => 'set_default', home => 'd', class => 'call', names => [2], changes => 'g',
		sql => q{SELECT reportlink_set_default('{o}', {2}, 'ada')} },
	{ name => 'cancel', home => 'd', class => 'call', names => [2], changes => 'g2',
		sql => q{SELECT reportlink_cancel('{o}', {2}, false, 'ada')} },
	{ name => 'cancel, whole group', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_cancel('{o}', {1}, true, 'ada')} },
	{ name => 'discard, leaving', home => 'd', class => 'call', names => [2], changes => 'g2',
		sql => q{SELECT reportlink_discard('{o}', {2}, false, 'ada')} },

	# dictation
	{ name => 'open', home => 'u', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_open('{o}', {1}, 'ada')} },
	{ name => 'open, viewing', home => 'w', class => 'view', changes => '',
		sql => q{SELECT reportlink_open('{o}', {1}, 'dot')} },
	{ name => 'close', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_close('{o}', {1}, false, 'ada')} },
	{ name => 'close, releasing', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_close('{o}', {1}, true, 'ada')} },
	{ name => 'assign', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_assign('{o}', {1}, 'abe', 'adm')} },
	{ name => 'save', home => 'd', class => 'call', changes => 'g',
		sql => q{SELECT reportlink_save('{o}', {1}, '{"final_report": "saved"}', actor => 'ada')} },
	{ name => 'save, if the same', home => 'd', class => 'call', changes => 'g', seen => 1,
		sql => q{SELECT reportlink_save('{o}', {1}, '{"final_report": "seen"}', {seen}, actor => 'ada')} },
	{ name => 'autosave', home => 'd', class => 'call', changes => 'g',
		sql => q{SELECT reportlink_save('{o}', {1}, '{"transcript": "said"}', checkpoint => false, actor => 'ada')} },
	{ name => 'discard', home => 'l', class => 'call', changes => '1',
		sql => q{SELECT reportlink_discard('{o}', {1}, false, 'ada')} },

	# signatures
	{ name => 'prelim_sign', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_prelim_sign('{o}', {1}, 'ada')} },
	{ name => 'sign', home => 'd', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_sign('{o}', {1}, 'ada')} },
	{ name => 'sign, over rex', home => 'p', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_sign('{o}', {2}, 'abe')}, names => [2] },
	{ name => 'reject', home => 'p', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_reject('{o}', {1}, 'abe')} },
	{ name => 'start_addendum', home => 's', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_start_addendum('{o}', {1}, 'ada')} },
	{ name => 'save, addendum', home => 'o', class => 'call', changes => 'g',
		sql => q{SELECT reportlink_save('{o}', {1}, '{"final_report": "added"}', actor => 'ada')} },
	{ name => 'discard, addendum', home => 'o', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_discard('{o}', {1}, false, 'ada')} },
	{ name => 'sign, addendum', home => 'o', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_sign('{o}', {1}, 'ada')} },
	{ name => 'reject, addendum', home => 'q', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_reject('{o}', {1}, 'abe')} },

	# publication
	{ name => 'publish_now', home => 'w', class => 'call', changes => 'g',
		sql => q{SELECT reportlink_publish_now('{o}', {1}, 'abe')} },
	{ name => 'cancel_publish', home => 'w', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_cancel_publish('{o}', {1}, 'abe')} },
	{ name => 'cancel_publish, addendum', home => 'y', class => 'call', changes => 'g123',
		sql => q{SELECT reportlink_cancel_publish('{o}', {1}, 'abe')} },
	{ name => 'publish_due', home => 'w', class => 'due', changes => 'g', due => 1,
		sql => q{SELECT reportlink_publish_due(100, '{o}')} },

	# plain SQL, of ada
	{ name => 'UPDATE to draft', home => 'u', class => 'plain', sets => 'draft', changes => 'g123',
		sql => q{UPDATE reportlink.report SET status = 'draft' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'UPDATE to signed', home => 'd', class => 'plain', sets => 'signed', changes => 'g123',
		sql => q{UPDATE reportlink.report SET status = 'signed' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'UPDATE to cancelled', home => 'd', class => 'plain', sets => 'cancelled', names => [2], changes => 'g2',
		sql => q{UPDATE reportlink.report SET status = 'cancelled' WHERE organization_id = '{o}' AND report_id = {2}} },
	{ name => 'UPDATE of owner', home => 'd', class => 'plain', changes => 'g123',
		sql => q{UPDATE reportlink.report SET owner_id = 'abe' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'UPDATE of order_id', home => 'd', class => 'identifiers', changes => '1',
		sql => q{UPDATE reportlink.report SET order_id = 'O2' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'UPDATE of MRN', home => 'n', class => 'mrn', changes => '1',
		sql => q{UPDATE reportlink.report SET mrn = 'P2' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'UPDATE of study_name', home => 'd', class => 'row', changes => '1',
		sql => q{UPDATE reportlink.report SET study_name = 'CT' WHERE organization_id = '{o}' AND report_id = {1}} },
	{ name => 'INSERT', home => 'n', class => 'insert', changes => '',
		sql => q{INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('{o}', 'P1', 'B1')} },
	{ name => 'DELETE', home => 'n', class => 'delete', changes => '1',
		sql => q{DELETE FROM reportlink.report WHERE organization_id = '{o}' AND report_id = {1}} },

	# the feed and reading
	{ name => 'fetch', home => 'd', class => 'fetch', changes => '', subscribed => 1, answers => 1,
		sql => q{SELECT count(*) FROM reportlink_fetch('{o}', 'ris')} },
	{ name => 'ack', home => 'd', class => 'ack', changes => '', subscribed => 1,
		sql => q{SELECT reportlink_ack('{o}', 'ris', {event})} },
	{ name => 'linked_reports', home => 'd', class => 'read', changes => '', answers => 1,
		sql => q{SELECT count(*) FROM reportlink_linked_reports('{o}', {1})} },
	{ name => 'prune_documents', home => 'l', class => 'prune', changes => '',
		sql => q{SELECT reportlink_prune_documents('{o}', now())} });

# A plain UPDATE of two reports, which can have the first of them when a function
# already has their patient
our $crossing = {
	name => 'UPDATE of two owners', home => 'd', class => 'plain', names => [ 1, 2 ], changes => 'g123',
	sql => q{UPDATE reportlink.report SET owner_id = 'abe' WHERE organization_id = '{o}' AND report_id IN ({1}, {2})} };

1;
