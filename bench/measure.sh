# measure.sh: databases, runs of pgbench, and figures. Sourced by bench/run.
#
# What is being measured, in every line of the figures; a part changes what it varies
part= contestant= clients=1 sync=off notify=commit listeners=0 reports= text=blank round=1

# A figure of an operation
record()
{
	echo "$part,$contestant,$1,$clients,$sync,$notify,$listeners,$reports,$text,$round,$2,$3" >>"$figures"
}

fail()
{
	echo "bench: $*" >&2
	exit 1
}

# Patients with 128 reports each, among so many reports
big_patients()
{
	local big=$((reports / 500))

	echo $((big < 20 ? 20 : big > 400 ? 400 : big))
}

database_name()
{
	echo "${1}_${reports}_${text,,}"
}

has_database()
{
	[ -n "$(psql -At -d postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ]
}

# The data, once for all contestants
make_template()
{
	local template big old=$((reports / 160))
	template=$(database_name template)
	big=$(big_patients)

	has_database "$template" && return
	echo "making $reports reports, $text ..."
	psql -d postgres -c "CREATE DATABASE $template" &&
	psql -o /dev/null -d "$template" -v patients=$((reports / 8 - big * 16 - old)) -v big="$big" -v old=$old \
		-v text="$([ "$text" = blank ] && echo false || echo true)" -f bench/data.sql -f bench/cost.sql || fail "no data"
}

# use_database CONTESTANT: sets $contestant and $database, which is made at first use
use_database()
{
	contestant=$1
	database=$(database_name "$1")
	has_database "$database" && return
	make_template
	psql -d postgres -c "CREATE DATABASE $database TEMPLATE $(database_name template) STRATEGY file_copy" &&
	psql -d "$database" -c 'SELECT reportlink_install()' -f "bench/contestants/${1/sqlalchemy/application}/setup.sql" >"$scratch/log" 2>&1 || { cat "$scratch/log"; fail "no database for $1"; }
	warm_database
}

# Reads its tables and indexes into the server's memory
warm_database()
{
	psql -o /dev/null -d "$database" -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION IF NOT EXISTS pg_prewarm' -c "
		SELECT pg_prewarm(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'reportlink' AND c.relkind IN ('r', 'i')"
}

# preload_library NAME: restarts the server with that library; '' without
preload_library()
{
	local setting="RESET shared_preload_libraries"

	[ -z "$1" ] || setting="SET shared_preload_libraries = '$1'"
	psql -d postgres -c "ALTER SYSTEM $setting"
	quietly as_postgres "$PG_BINDIR/pg_ctl" -D "$scratch/data" -l "$scratch/data/server.log" -w restart
}

# Drops a contestant's database when much of what scripts take only once is taken
renew_database()
{
	use_database "$1"
	[ "$(psql -At -d "$database" -c "SELECT p.last_value * 16 > f.small_reports OR b.last_value * 3 > s.seqmax
		FROM bench.fact f, bench.patient_number p, bench.big_number b, pg_sequence s
		WHERE s.seqrelid = 'bench.big_number'::regclass")" = f ] ||
		drop_database "$database"
}

drop_database()
{
	psql -d postgres -c 'SET client_min_messages = warning' -c "DROP DATABASE IF EXISTS $1 WITH (FORCE)"
}

# Those of the size that is measured now stay while other parts may want them
drop_databases()
{
	psql -At -d postgres -c "SELECT datname FROM pg_database WHERE NOT datistemplate
		AND datname NOT IN ('postgres', current_database()) AND datname NOT LIKE '%\\_${base_reports}\\_blank'" |
	while read -r database; do
		drop_database "$database"
	done
}

# An operation's time is the sum of all commands from its marker, \set NAME 0, to the next one
sum_operations()
{
	awk '
		!on { on = /^statement latencies/; next }
		match($0, /\\set [a-z0-9_]+ 0$/) { name = substr($0, RSTART + 5, RLENGTH - 7); if (!(name in sum)) order[++n] = name; next }
		/^ +[0-9.]+ / { sum[name] += $1 }
		END { for (i = 1; i <= n; i++) if (order[i] != "none") printf "%s %.4f\n", order[i], sum[order[i]] }'
}

# pgbench of a script, of this contestant unless it is a path; the rest says how long
run_pgbench()
{
	local script=$1
	shift

	[ -e "$script" ] || script=bench/contestants/$contestant/$script.sql
	[ -e "$script" ] || fail "there is no $script"
	PGOPTIONS="-c synchronous_commit=$sync" pgbench -n -r -M prepared -c "$clients" -j $((clients < 2 ? 1 : 2)) \
		"$@" -f "$script" "$database" >"$scratch/pgbench" 2>"$scratch/pgbench.err" &&
		! grep -q '^number of failed transactions: [1-9]' "$scratch/pgbench" ||
		{ head -n 20 "$scratch/pgbench.err"; fail "pgbench of $script failed in $database"; }
}

# The application itself, as it is and not as what it sends; its means are put where measure() reads them
run_application()
{
	local script=$1
	shift

	# Debian's python, for which its packages are
	PGOPTIONS="-c synchronous_commit=$sync" /usr/bin/python3 bench/contestants/application/application.py \
		--dsn "postgresql:///$database" --script "$script" -c "$clients" "$@" >"$scratch/means" 2>"$scratch/application.err" ||
		{ tail -n 20 "$scratch/application.err"; fail "the application failed in $database"; }
}

# A run of a set of operations: their times, and transactions a second
measure()
{
	local operation value

	if [ "$contestant" = sqlalchemy ]; then
		run_application "$@"
	else
		run_pgbench "$@"
		{ sum_operations && sed -n 's/^tps = \([0-9.]*\).*/tps \1/p' "$scratch/pgbench"; } <"$scratch/pgbench" >"$scratch/means"
	fi
	while read -r operation value; do
		if [ "$operation" = tps ]; then
			record "$1" tps "$value"
		else
			record "$operation" ms "$value"
		fi
	done <"$scratch/means"
}

# How long a set runs: big patients and new orders are not without number
duration()
{
	case $1 in
		groups) echo "-t $((clients < 4 ? 12 : 3))" ;;
		register) echo "-t $((clients < 4 ? 16 : 4))" ;;
		dialog) echo "-T $(((seconds + 1) / 2))" ;;
		*) echo "-T $seconds" ;;
	esac
}

# take_turns SET CLIENTS ...: each contestant has its turn in each round, with each number of clients
take_turns()
{
	local set=$1 name
	shift

	for name in $contestants; do
		renew_database "$name"
		use_database "$name"
	done
	for round in $(seq "$rounds"); do
		for clients in "$@"; do
			for name in $contestants; do
				use_database "$name"
				# shellcheck disable=SC2046 # two words
				measure "$set" $(duration "$set")
			done
		done
	done
}

# The server's setting, since the worker goes by it too
set_notify()
{
	notify=$1
	psql -d postgres -c "LOAD 'reportlink'" -c "ALTER SYSTEM SET reportlink.notify = $1" -c 'SELECT pg_reload_conf()' -o /dev/null
	sleep 0.2
}

# Milliseconds that a statement takes, in $ms
time_statement()
{
	psql -o /dev/null -d "$database" -c '\timing on' -c "$1" >"$scratch/timing" || fail "in $database: $1"
	ms=$(awk '/^Time:/ { print $2 }' "$scratch/timing")
}
