# The extension and reportlink-listen built with the compiler's checks of
# undefined behaviour (UBSan), the listener with those of memory (AddressSanitizer)
# as well, the extension with PostgreSQL's assertions, do what pgTAP files, the
# fuzz and the listener's test ask of them. What the checks find ends the
# process, and with it the test. The server itself is the one that is there: it
# has no assertions unless it was configured with --enable-cassert, but those
# that its headers bring into the extension need nothing of it that it has not.
# REPORTLINK_SOAK_SECONDS: with all pgTAP files, and the fuzz takes half of it.

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Listener;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;

my $long = $ENV{REPORTLINK_SOAK_SECONDS};
my $top = abs_path("$FindBin::RealBin/../..");
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());
my $checks = '-fsanitize=undefined -fno-sanitize-recover=all -g -O1';
my $settings = $ENV{TEMP_CONFIG} ? slurp_file($ENV{TEMP_CONFIG}) : '';
my ($installed) = $settings =~ /^dynamic_library_path = '([^:]*)\Q@{[ pg_config('--pkglibdir') ]}\E:/m;
my @pgtap = $long ? glob("$top/test/pgtap/*.sql") : map { "$top/test/pgtap/$_.sql" }
  qw(02_link 06_unlink 18_bad_input 20_save 28_recall 30_feed);

sub pg_config
{
	my ($what) = @_;
	my $value = `pg_config $what`;

	chomp $value;
	return $value;
}

# Does the compiler have the runtime of the checks, and do they end a process?
sub checks_work
{
	append_to_file("$folder/probe.c", "int main(int argc, char **argv) { int most = 2147483647; return most + argc > 0; }\n");
	return system("cc $checks -o $folder/probe $folder/probe.c 2>/dev/null && ! $folder/probe 2>/dev/null") == 0;
}

sub build
{
	my $make = "make -s -j2 -C $folder/source with_llvm=no PG_CONFIG=" . pg_config('--bindir') . '/pg_config';
	my $log = "$folder/build.log";

	mkdir "$folder/$_" foreach qw(source dest);
	return system("{ tar -C $top --exclude=./.git --exclude=./tmp_check --exclude='*.o' --exclude='*.so' --exclude=reportlink-listen -cf - . | tar -xf - -C $folder/source"
		  . " && $make NO_LISTEN=1 COPT='$checks -DUSE_ASSERT_CHECKING' install DESTDIR=$folder/dest"
		  . " && { [ -z '$ENV{REPORTLINK_LISTEN}' ] || $make COPT='-fsanitize=address $checks' src/listen/reportlink-listen; }; } >$log 2>&1") == 0
	  || diag(slurp_file($log));
}

# Runs other tests against what was built; they must pass, and the checks be silent
sub prove_ok
{
	my ($name, @command) = @_;
	my ($out, $err) = run_command(\@command);
	my $all = "$out\n$err";

	like($all, qr/^Result: PASS$/m, "$name: passed") or diag($all);
	unlike($all, qr/runtime error:|ERROR: \w+Sanitizer/, "$name: no undefined behaviour");
	return;
}

plan skip_all => 'the extension is not in a folder of its own' unless $installed;
plan skip_all => 'the compiler has no runtime of UBSan' unless checks_work();

ok(build(), 'built with the checks') or BAIL_OUT('no build');
$settings =~ s/\Q$installed\E/$folder\/dest/g;
append_to_file("$folder/server.conf", $settings);

# servers and tests started from here find the checked build
local $ENV{TEMP_CONFIG} = "$folder/server.conf";
local $ENV{TESTDATADIR} = "$folder/tmp_check";
local $ENV{REPORTLINK_LISTEN} = "$folder/source/src/listen/reportlink-listen" if $ENV{REPORTLINK_LISTEN};
local $ENV{REPORTLINK_SOAK_SECONDS} = $long ? $long / 2 : 6;
local $ENV{ASAN_OPTIONS} = 'detect_leaks=0';

my $node = start_node('sanitizer', 'fsync = off', 'log_statement = none', 'log_min_error_statement = panic');

$node->safe_psql('postgres', 'CREATE DATABASE pgtap');
$node->safe_psql('pgtap', 'CREATE EXTENSION reportlink');
my $library = slurp_file("$folder/dest" . pg_config('--pkglibdir') . '/reportlink.so');
like($library, qr/__ubsan_handle/, 'the library has the checks');
like($library, qr/ExceptionalCondition/, 'and assertions');
prove_ok('pgTAP', 'pg_prove', '-h', $node->host, '-p', $node->port, '-d', 'pgtap', @pgtap);
unlike(slurp_file($node->logfile), qr/TRAP|runtime error:|terminated by signal/, 'nothing in the log of the server');
$node->stop;

prove_ok('fuzz', 'prove', "$FindBin::RealBin/033_fuzz.pl");
SKIP:
{
	skip 'built without the listener', 5 unless $ENV{REPORTLINK_LISTEN};
	if ($long)
	{
		prove_ok('reportlink-listen', 'prove', "$FindBin::RealBin/023_listen.pl");
	}
	$node->start;
	install_feed($node, 40);
	my @events = map { link_patients($node, $_, 20) } qw(north south);
	my ($status, $errors, @lines) = listen_once($node, '--from-start', 'all');

	is("$status$errors", '0', 'reportlink-listen: no error of memory');
	is_deeply([ event_ids(@lines) ], \@events, 'and every event');
	foreach my $arguments ([ '--from-start', '--batch', 1, '--organization', 'north', '--type', 'report.linked', 'one' ], [ '--help' ], [ '--batch', 'x', 'x' ])
	{
		(undef, $errors) = listen_once($node, @$arguments);
		unlike($errors, qr/Sanitizer|runtime error/, "nor with @$arguments");
	}
	$node->stop;
}
done_testing();
