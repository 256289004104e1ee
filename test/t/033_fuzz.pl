# Two sessions that go on call every function of the extension, and write plain
# SQL, with odd values of every type: in a database of UTF-8 and in one of no
# encoding, where bytes that are no letters reach the functions as well. No
# crash, no error but the documented ones, no broken invariant.
# REPORTLINK_SOAK_SECONDS says how long (without: 3,000 statements a session and
# database), REPORTLINK_SEED which (1).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my @length = $ENV{REPORTLINK_SOAK_SECONDS} ? ('-T', int($ENV{REPORTLINK_SOAK_SECONDS} / 2) || 1) : ('-t', 3000);
my $seed = $ENV{REPORTLINK_SEED} || 1;
my $folder = "$FindBin::RealBin/..";
my $node = start_node(
	'fuzz', 'fsync = off', 'log_statement = none', 'log_min_messages = fatal', 'log_min_error_statement = panic',
	'deadlock_timeout = 50ms', 'restart_after_crash = off');

# SQLSTATEs from the tables of the README, and those that events have
sub documented
{
	my ($table) = slurp_file("$folder/../README.md") =~ /^SQLSTATE \| Message.*?\n(.*?)\n\n/ms;
	my %codes = map { $_ => 1 } map { /\b([0-9A-Z]{5})\b/g } map { (split /\|/)[0] } split /\n/, $table;

	return sort keys %codes, slurp_file("$folder/../doc/events.md") =~ /\b(RL\d{3}|25000)\b/g;
}

sub fuzz
{
	my ($database) = @_;
	my $log = -s $node->logfile;
	my @functions = split /\n/, $node->safe_psql($database, 'SELECT name FROM fuzz.function ORDER BY name');
	my ($out, $err) = run_command(
		[   'pgbench', '-n', '-M', 'extended', '-c', 2, @length, '--random-seed', $seed,
			'-f', "$folder/fuzz/step.sql", $node->connstr($database) ]);

	like($err, qr/^(?!.*aborted)/s, "$database: both sessions lasted") or diag($err);
	unlike(slurp_file($node->logfile, $log), qr/TRAP|PANIC|terminated by signal|runtime error/, "$database: no crash");
	is( $node->safe_psql($database, 'SELECT key, sqlstate, left(message, 200), left(statement, 500) FROM fuzz.wrong LIMIT 20'),
		'', "$database: no SQLSTATE but the documented ones; each line above is a key of fuzz.statement()");
	is($node->safe_psql($database, 'SELECT * FROM reportlink_check() LIMIT 20'), '', "$database: no broken invariant");
	note($node->safe_psql($database, q{SELECT format('%s statements, %s of them done, %s with arguments that SQL refuses; %s refused',
		count(*), count(*) FILTER (WHERE sqlstate = '00000'), count(*) FILTER (WHERE sqlstate = 'argument'), count(*) FILTER (WHERE sqlstate NOT IN ('00000', 'argument'))) FROM fuzz.outcome}));
	note($node->safe_psql($database, q{SELECT string_agg(sqlstate || ' ' || n, ', ' ORDER BY sqlstate) FROM (SELECT sqlstate, count(*) AS n FROM fuzz.outcome GROUP BY 1) o}));
	my ($called, $done) = split /\|/, $node->safe_psql($database,
		q{SELECT count(DISTINCT f.name), count(DISTINCT f.name) FILTER (WHERE o.sqlstate = '00000') FROM fuzz.function f JOIN fuzz.outcome o ON o.function = f.name});

	note "$called of " . @functions . " functions were called, $done got through";
	# in a time that is given it depends on the machine
	return if $length[0] eq '-T';
	is($called, scalar(@functions), "$database: all of " . @functions . ' functions were called');
	cmp_ok($done, '>=', 25, "$database: most of them got through");
	return;
}

$node->safe_psql('postgres', q{CREATE DATABASE utf8 TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('postgres', q{CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'});
for my $database (qw(utf8 bytes))
{
	install_reportlink($node, $database);
	# roles are of the server, so they are made once
	my $script = slurp_file("$folder/fuzz/fuzz.sql");
	$script =~ s/^CREATE ROLE.*\n//mg if $database eq 'bytes';
	$node->safe_psql($database, $script);
	$node->safe_psql($database, "INSERT INTO fuzz.documented VALUES ('$_')") for documented();
	fuzz($database);
}

$node->stop;
done_testing();
