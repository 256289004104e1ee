# Every upgrade that the scripts in sql/ offer ends where a new installation of the
# newer version begins: the same functions to the letter, the same tables, all rows
# and rights still there. Every function that any script ever named is in the
# library. Versions that are made here, and are wrong in one thing each, show that
# the comparison sees it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use ReportlinkNode;
use Test::More;
use Upgrade;

plan skip_all => 'scripts can only be added to a copy of the extension: TEMP_CONFIG says where it is'
  unless $ENV{TEMP_CONFIG};

# A copy of what is installed, and settings with which a server finds that
my $folder = abs_path(PostgreSQL::Test::Utils::tempdir());
my $settings = slurp_file($ENV{TEMP_CONFIG});
my ($sharedir, $libdir) = map { chomp(my $dir = `pg_config --$_`); $dir } 'sharedir', 'pkglibdir';
my ($installed) = $settings =~ m{^dynamic_library_path = '(.*?)\Q$libdir\E:}m or die 'where is the extension?';
my $scripts = "$folder$sharedir/extension";

system_or_bail('cp', '-R', "$installed/.", $folder);
$settings =~ s/\Q$installed\E/$folder/g;

sub script
{
	my ($name) = @_;

	return "$scripts/reportlink--$name.sql";
}

sub write_script
{
	my ($name, $text) = @_;

	open my $out, '>', script($name) or die "$name: $!";
	print $out $text;
	close $out;
	return;
}

my @real = map { /reportlink--(.+)\.sql$/ ? $1 : () } sort glob script('*');
my ($base) = slurp_file("$scripts/reportlink.control") =~ /^default_version = '(.*)'/m;

# A newer version: one function more, one view, another number of rows and comment
# for one that there was, one column more in a table
my $new_function = q{
CREATE FUNCTION reportlink_next(organization_id text, number integer DEFAULT 1) RETURNS text
	LANGUAGE c STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'reportlink_version';
COMMENT ON FUNCTION reportlink_next(text, integer) IS 'what comes next';
CREATE VIEW reportlink_newest AS SELECT reportlink_version() AS version;
COMMENT ON VIEW reportlink_newest IS 'the newest';
};
my $new_column = q{
	ALTER TABLE reportlink.organization ADD COLUMN IF NOT EXISTS closed boolean NOT NULL DEFAULT false;
	COMMENT ON COLUMN reportlink.organization.closed IS 'takes no reports any more';

};
my $full = slurp_file(script($base));

$full =~ s/(?=^\t-- after a restore)/$new_column/m or die 'no place for a column';
$full =~ s/(?=^-- Nobody calls anything)/$new_function/m or die 'no place for a function';
$full =~ s/(FUNCTION reportlink_transitions.*?ROWS )\d+/${1}25/s or die 'no number of rows';
$full =~ s/(ON FUNCTION reportlink_transitions\(\) IS\n\t)'.*?'/${1}'all changes'/ or die 'no comment';

# and the step to it
my ($install) = $full =~ /^(CREATE FUNCTION reportlink_install.*?^\$install\$;\n)/ms or die 'no reportlink_install()';

$install =~ s/^CREATE/CREATE OR REPLACE/;
my $step = "$install$new_function
REVOKE EXECUTE ON FUNCTION reportlink_next(text, integer) FROM PUBLIC;
ALTER FUNCTION reportlink_transitions() ROWS 25;
COMMENT ON FUNCTION reportlink_transitions() IS 'all changes';
";

# Steps that are wrong: what is done to the good one, and what must be said about it
my @wrong = (
	[ 'forgets a comment', sub { s/^COMMENT ON FUNCTION reportlink_next.*\n//m }, qr/reportlink_next.*, comment: none/ ],
	[ 'has another comment', sub { s/'all changes'/'changes'/ }, qr/reportlink_transitions.*, comment: changes/ ],
	[ 'forgets to change rows', sub { s/^ALTER FUNCTION.*\n//m }, qr/reportlink_transitions.*, definition: .* ROWS 24/ ],
	[ 'has another volatility', sub { s/c STABLE/c VOLATILE/ }, qr/reportlink_next.*, definition:/ ],
	[ 'forgets that it is parallel safe', sub { s/ PARALLEL SAFE// }, qr/reportlink_next.*, definition:/ ],
	[ 'forgets search_path', sub { s/(RETURNS text\n\tLANGUAGE c.*?)\tSET search_path.*?\n/$1/s }, qr/reportlink_next.*, definition:/ ],
	[ 'forgets REVOKE', sub { s/^REVOKE.*\n//m }, qr/not expected: .*reportlink_next.*, rights: =X/ ],
	[ 'has another default', sub { s/DEFAULT 1/DEFAULT 2/ }, qr/reportlink_next.*, definition:/ ],
	[ 'has another name for an argument', sub { s/number integer/n integer/ }, qr/reportlink_next.*, definition:/ ],
	[ 'has another type of argument', sub { s/number integer/number bigint/; s/text, integer\)/text, bigint)/g }, qr/missing: function .*reportlink_next.*integer\), owner/ ],
	[ 'names another C function', sub { s/'reportlink_version'/'reportlink_fetch'/ }, qr/reportlink_next.*, definition: .*reportlink_fetch/ ],
	[ 'has another view', sub { s/AS version/AS the_version/ }, qr/reportlink_newest, definition:/ ],
	[ 'forgets a view', sub { s/^.* VIEW reportlink_newest.*\n//mg }, qr/missing: view .*reportlink_newest/ ],
	[ 'leaves something over', sub { $_ .= "CREATE FUNCTION reportlink_old() RETURNS integer RETURN 1;\n" }, qr/not expected: function .*reportlink_old/ ],
	[ 'forgets reportlink_install()', sub { s/^CREATE OR REPLACE FUNCTION reportlink_install.*?^\$install\$;\n//ms }, qr/missing: .*closed boolean/ ],
	[ 'loses a row', sub { $_ .= "SET LOCAL session_replication_role = replica;\nDELETE FROM reportlink.past_link;\n" }, qr/^lost: past_link/m ],
	[ 'alters a row', sub { $_ .= "UPDATE reportlink.organization SET name = 'North';\n" }, qr/^lost: organization/m ],
	[
		'takes rights away',
		sub {
			my ($function) = $full =~ /^(CREATE FUNCTION reportlink_transitions.*?;\n)/ms;
			s/^(?=ALTER FUNCTION)/DROP FUNCTION reportlink_transitions();\n${function}REVOKE EXECUTE ON FUNCTION reportlink_transitions() FROM PUBLIC;\n/m;
		},
		qr/^lost: EXECUTE on reportlink_transitions\(\) to app$/m
	]);
# a version, what is wrong with its step, and how that shows
my %made = ("$base.1" => [ 'a good step', undef ], "$base.2" => [ 'two good steps', undef ]);

write_script("$base.1", $full);
write_script("$base--$base.1", $step);
write_script("$base.2", "$full\nCOMMENT ON FUNCTION reportlink_next(text, integer) IS 'next';\n");
write_script("$base.1--$base.2", "COMMENT ON FUNCTION reportlink_next(text, integer) IS 'next';\n");
foreach my $i (0 .. $#wrong)
{
	my ($what, $spoil, $seen) = @{ $wrong[$i] };
	my $version = "$base.wrong$i";

	local $_ = $step;
	$spoil->();
	die "the step that $what is as it was" if $_ eq $step;
	write_script("$base--$version", $_);
	write_script($version, $full);
	$made{$version} = [ "a step that $what", $seen ];
}

# An older version, whose tables this library does not know
(my $ancient = slurp_file(script($base))) =~ s/(wanted CONSTANT text := )'.*?'/${1}'0.1'/ or die 'no version';
write_script('0.1', $ancient);

my $node = start_node('upgrade', $settings, 'fsync = off');
my $databases = 0;

$node->safe_psql('postgres', 'CREATE ROLE app');

# Another database, empty or a copy of one
sub database
{
	my ($template) = @_;
	my $database = 'upgrade_' . ++$databases;

	$node->safe_psql('postgres', "CREATE DATABASE $database" . ($template ? " TEMPLATE $template" : ''));
	return $database;
}

# One with that version and its tables, which a role may use
sub installed
{
	my ($version) = @_;
	my $database = database();

	$node->safe_psql(
		$database, qq{
		CREATE EXTENSION reportlink VERSION '$version';
		SELECT reportlink_install();
		SELECT format('GRANT EXECUTE ON FUNCTION %s TO app', oid::regprocedure)
		FROM pg_proc WHERE proname LIKE 'reportlink%' \\gexec
	});
	return $database;
}

# What there is of it, without what the role was given: members and tables
sub description
{
	my ($database) = @_;

	$node->safe_psql($database, 'REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM app');
	return ([ members($node, $database) ], [ tables($node, $database) ]);
}

# The library works only on tables of its own version
sub works_on
{
	my ($database) = @_;

	return $node->safe_psql($database, 'SELECT max(version) = reportlink_version() FROM reportlink.installation') eq 't';
}

# By version, a database that is to be upgraded; by script, what a new installation is
my (%old, %new);

# What differs after an upgrade from a new installation, and what got lost on the way
sub upgrade
{
	my ($from, $to) = @_;
	my $script = -e script($to) ? slurp_file(script($to)) : $to;

	if (!$old{$from})
	{
		$old{$from} = installed($from);
		fill($node, $old{$from});
		keep($node, $old{$from});
	}
	$new{$script} //= [ description(installed($to)) ];
	my $database = database($old{$from});
	my @granted = grants($node, $database);

	$node->safe_psql($database, "ALTER EXTENSION reportlink UPDATE TO '$to'; SELECT reportlink_install()");
	my %granted = map { $_ => 1 } grants($node, $database);
	my @lost = map { "lost: $_" } split(/\n/, lost($node, $database)), grep { !$granted{$_} } @granted;

	my ($members, $tables) = description($database);
	return $database, join "\n", @lost, differing($members, $new{$script}[0]), differing($tables, $new{$script}[1]);
}

# All upgrades: the real ones, and those to the versions made here
my @paths = map { [ split /\|/ ] } split /\n/, $node->safe_psql(
	'postgres', q{
	SELECT source, target FROM pg_extension_update_paths('reportlink') WHERE path IS NOT NULL ORDER BY 1, 2});
my %seen;

foreach my $path (@paths)
{
	my ($from, $to) = @$path;
	my ($what, $wrong) = @{ $made{$to} // [ 'a step of sql/', undef ] };
	my ($database, $difference) = upgrade($from, $to);

	$seen{$to} = 1;
	if ($wrong)
	{
		like($difference, $wrong, "$from to $to, $what: it is seen");
		next;
	}
	is($difference, '', "$from to $to, $what: as a new installation, nothing is lost");
	next unless works_on($database);
	is($node->safe_psql($database, 'SELECT * FROM reportlink_check()'), '', 'no broken invariant');
	is($node->safe_psql($database, q{SELECT event_id, report_ids FROM reportlink_fetch('north', 'ris')}),
		'1|{1,2}', 'a subscriber gets what waited');
	is($node->safe_psql($database, 'SELECT reportlink_publish_due()'), 1, 'what was due is published');
}
is_deeply([ grep { !$seen{$_} } keys %made ], [], 'every version made here was upgraded to');

# Every function that a script names is in the library
foreach my $name (@real)
{
	my @symbols = symbols_of(slurp_file(script($name)));

	is_deeply([ missing_symbols($node, $old{$base}, @symbols) ], [], "$name: each of its " . @symbols . ' C functions is in the library');
}
is_deeply([ symbols_of($step), missing_symbols($node, $old{$base}, 'reportlink_version', 'reportlink_gone') ],
	[ 'reportlink_version', 'reportlink_gone' ], 'one that is not would be seen');

# The session of the README, with every version that there is a whole script of: it works,
# or nothing does
my $session = slurp_file("$FindBin::RealBin/../sql/readme.sql");
my $answers = slurp_file("$FindBin::RealBin/../../expected/readme.out");

foreach my $version ('0.1', grep { !/--/ } @real)
{
	my $database = database();
	my $works = works_on($old{$version} //= installed($version));

	open my $psql, '|-', 'sh', '-c', 'exec psql -X -a -q -d "$0" >"$1" 2>&1', $node->connstr($database), "$folder/out" or die $!;
	print $psql with_version($session, $version);
	close $psql;
	my $out = slurp_file("$folder/out");

	if ($works)
	{
		ok($out eq with_version($answers, $version), "README with version $version: the same answers") or diag $out;
	}
	else
	{
		like($out, qr/^ERROR:  reportlink tables are of version \Q$version\E, the library is of version .*\nHINT: /m,
			"README with version $version: refused, with what to do");
	}
}

# A session that asks for that version of the extension wherever it makes it
sub with_version
{
	my ($text, $version) = @_;

	$text =~ s/^CREATE EXTENSION reportlink\K;$/ VERSION '$version';/mg or die 'no CREATE EXTENSION';
	return $text;
}

$node->stop;
done_testing();
