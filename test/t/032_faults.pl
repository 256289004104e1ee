# An error in the midst of a call: a user's trigger that raises at the n-th row
# that the call writes, for each n until it gets through; the same as a cancelled
# statement and as a deadlock; a table that may not be read or written; a lock
# that is not to be had. Whatever it is, and whether it ends a transaction, a
# savepoint or an EXCEPTION block: no row has changed, the caller and his settings
# are who and what they were, and no function is taken to be at work.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $node = start_node('faults', 'fsync = off', 'autovacuum = off', 'log_statement = none', 'log_min_error_statement = panic');

my @calls = (
	q{SELECT reportlink_link('north', '{3,4}', true, 'ada')},
	q{SELECT reportlink_link('north', '{1,3}', true, 'ada')},
	q{SELECT reportlink_link('north', '{1,5}', false, 'ada')},
	q{SELECT reportlink_unlink('north', '{1}', false, 'ada')},
	q{SELECT reportlink_unlink('north', '{1,2}', true, 'ada')},
	q{SELECT reportlink_set_default('north', 2, 'ada')},
	q{SELECT reportlink_open('north', 3, 'ada')},
	q{SELECT reportlink_save('north', 1, '{"transcript": "x"}', actor => 'ada')},
	q{SELECT reportlink_close('north', 1, true, 'ada')},
	q{SELECT reportlink_assign('north', 1, 'abe', 'ada')},
	q{SELECT reportlink_prelim_sign('north', 1, 'ada')},
	q{SELECT reportlink_sign('north', 1, 'ada')},
	q{SELECT reportlink_start_addendum('north', 10, 'ada')},
	q{SELECT reportlink_reject('north', 9, 'abe')},
	q{SELECT reportlink_publish_now('north', 12, 'ada')},
	q{SELECT reportlink_cancel_publish('north', 12, 'ada')},
	q{SELECT reportlink_discard('north', 1, true, 'ada')},
	q{SELECT reportlink_discard('north', 11, false, 'ada')},
	q{SELECT reportlink_cancel('north', 1, false, 'ada')},
	q{SELECT reportlink_cancel('north', 1, true, 'ada')},
	q{SELECT reportlink_subscribe('north', 't')},
	q{SELECT reportlink_unsubscribe('north', 's')},
	q{SELECT * FROM reportlink_fetch('north', 'u')},
	q{SELECT reportlink_ack('north', 's', 1)},
	q{SELECT reportlink_purge_events('south', 'infinity')},
	q{SELECT reportlink_prune_documents('north', 'infinity')},
	q{UPDATE reportlink.report SET status = 'signed' WHERE report_id = 1},
	q{UPDATE reportlink.report SET owner_id = 'abe' WHERE report_id IN (1, 5)},
	q{UPDATE reportlink.report SET status = 'cancelled' WHERE report_id = 1},
	q{UPDATE reportlink.report SET accession_number = 'new' WHERE report_id = 1},
	q{UPDATE reportlink.report SET mrn = 'P99' WHERE report_id = 3},
	q{INSERT INTO reportlink.report (organization_id, mrn, accession_number) VALUES ('north', 'P77', 'new')});
my $due = q{SELECT reportlink_publish_due()};
my @reading = (
	q{SELECT * FROM reportlink_linked_reports('north', 1)}, q{SELECT * FROM reportlink_linkable_reports('north', 1)},
	q{SELECT * FROM reportlink_find('north', 'P1')}, q{SELECT * FROM reportlink_history('north', 1)}, q{SELECT * FROM reportlink_check()});
my $clerk = q{SET SESSION AUTHORIZATION fault_clerk; SET reportlink.user_id = 'ada'; };
my %kinds = (raise => 'FAULT', cancel => '57014', deadlock => '40001');
my ($faults, %rows) = (0);

sub as_clerk
{
	my ($script) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "$clerk\n$script", on_error_stop => 0);

	is($status, 0, 'the session lasted') unless $status == 0;
	return wantarray ? ($out, $err) : $out;
}

# In one session, in EXCEPTION blocks
sub trapped_ok
{
	my ($function, $kind, @statements) = @_;
	my @lines = split /\n/, as_clerk(join '', map { "SELECT * FROM fault.$function(\$call\$$_\$call\$" . ($kind ? ", '$kind'" : '') . ");\n" } @statements);

	is(scalar(@lines), scalar(@statements), "$function $kind: a line for each call");
	for my $i (0 .. $#statements)
	{
		my ($count, $wrong) = split /\|/, $lines[$i] // '|no answer', 2;

		$faults += $count || 0;
		$rows{ $statements[$i] } = $count if $kind eq 'raise';
		ok($count && $wrong eq '', "$function $kind, $count times: $statements[$i]") or diag($wrong);
	}
	return;
}

# As transactions of their own, and after a savepoint
sub untrapped_ok
{
	my ($kind, @statements) = @_;
	my $before = as_clerk('SELECT fault.session(), fault.digest()');
	my ($script, $states) = ('', 0);

	for my $statement (@statements)
	{
		for my $row (1 .. $rows{$statement})
		{
			my $arm = "SELECT set_config('fault.left', '$row', false), set_config('fault.kind', '$kind', false) \\g /dev/null\n";
			my $look = "SELECT set_config('fault.left', '0', false) \\g /dev/null\nSELECT fault.session(), fault.digest();\n";

			$script .= "$arm$statement;\n${look}BEGIN;\nSAVEPOINT s;\n$arm$statement;\nROLLBACK TO s;\n${look}COMMIT;\n";
			$states += 2;
		}
	}
	my ($out, $err) = as_clerk($script);
	my $refusals = () = $err =~ /ERROR:/g;

	is($refusals, $states, "$kind: $states times a transaction or a savepoint ended with it") or diag(substr($err, 0, 1500));
	is_deeply([ split /\n/, $out ], [ ($before) x $states ], "$kind: each time all was as before");
	$faults += $states;
	return;
}

# While somebody else has the patients
sub waiting_ok
{
	my ($setting, $code, @statements) = @_;
	my $before = as_clerk('SELECT fault.session(), fault.digest()');
	my $script = join '', map { "SET $setting = '20ms';\n$_;\n\\echo :SQLSTATE\nRESET $setting;\nSELECT fault.session(), fault.digest();\n" } @statements;
	my $other = IPC::Run::start([ 'psql', '-XAtq', $node->connstr('postgres') ], '<', \my $in, '>', \my $told, '2>', \my $error);

	$in = "BEGIN; SELECT FROM reportlink.patient FOR UPDATE; SELECT FROM reportlink.report WHERE report_id <> 3 FOR UPDATE; SELECT 'locked';\n";
	$other->pump until $told =~ /locked/ || $error;
	my ($out) = as_clerk($script);
	$in .= "ROLLBACK;\n\\q\n";
	$other->finish;

	my @codes = grep { length == 5 } split /\n/, $out;
	is("@codes", join(' ', ($code) x @statements), "$setting: $code for each of " . @statements);
	is(join("\n", grep { length != 5 && $_ ne $before } split /\n/, $out), '', "$setting: each time all was as before");
	$faults += @codes;
	return;
}

install_reportlink($node, 'postgres');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/../fuzz/faults.sql"));
like(as_clerk('SELECT fault.session()'), qr/^fault_clerk fault_clerk guarded deadlock_timeout/, 'a clerk, and nothing at work');

# what is noted on the publication is not thrown, but a cancelled statement and a deadlock are
trapped_ok('at_every_row', $_, @calls, $due) foreach qw(raise cancel deadlock);
trapped_ok('at_every_table', '', grep { !/^(UPDATE|INSERT)/ } @calls, @reading);
untrapped_ok($_, @calls[ 0, 4, 11, 15, 18, 26 ]) foreach qw(raise cancel deadlock);
waiting_ok('lock_timeout', '55P03', grep { !/subscribe|fetch|ack|purge|prune|INSERT|P99/ } @calls);
waiting_ok('statement_timeout', '57014', grep { !/subscribe|fetch|ack|purge|prune|INSERT|P99/ } @calls);

note("$faults faults");
is($node->safe_psql('postgres', 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');
$node->stop;
done_testing();
