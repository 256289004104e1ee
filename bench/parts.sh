# parts.sh: what is measured, one function a part. Sourced by bench/run.
#
# The base point is a million blank reports, 1 and 8 clients, synchronous_commit off
# and a NOTIFY at each commit; each part varies one thing.

# Puts everything back to the base point
base_point()
{
	clients=1 sync=off listeners=0 reports=$base_reports text=blank round=1
	set_notify commit
}

# The application also as it is: with its ORM, and not only what that sends
part_base()
{
	local set contestants=$contestants

	[[ " $contestants " != *" application "* ]] || contestants="$contestants sqlalchemy"
	base_point
	for set in ${SETS:-cycle dialog groups register}; do
		take_turns "$set" 1 8
	done
}

part_sync()
{
	base_point
	sync=on
	take_turns cycle 1 8
}

part_clients()
{
	base_point
	take_turns cycle 2 32
}

# Linking by 8 and 32 sessions: who notifies, and how many listen
part_notify()
{
	local setting before

	base_point
	preload_library reportlink
	use_database reportlink
	warm_database
	psql -d postgres -c "ALTER SYSTEM SET reportlink.databases = '$database'" -c 'SELECT pg_reload_conf()' -o /dev/null
	for round in $(seq "$rounds"); do
		for clients in 8 32; do
			for setting in off:1 commit:1 worker:1 commit:50 worker:50; do
				set_notify "${setting%:*}"
				listeners=${setting#*:}
				start_listeners
				before=$(last_event)
				measure linking -T "$seconds"
				record linking events $(($(last_event) - before))
				stop_listeners
			done
		done
	done
	psql -d postgres -c 'ALTER SYSTEM RESET reportlink.databases'
	preload_library ''
}

last_event()
{
	psql -At -d "$database" -c 'SELECT max(event_id) FROM reportlink.event'
}

start_listeners()
{
	# Debian's python, for which its packages are
	/usr/bin/python3 bench/listen.py "$listeners" "$database" >"$scratch/heard" 2>"$scratch/listening" &
	listener=$!
	until grep -q '^listening' "$scratch/listening"; do
		kill -0 "$listener" 2>/dev/null || { cat "$scratch/listening"; fail "no listeners"; }
		sleep 0.05
	done
}

# Records what they heard of each event, in ms after it was written: median and the slowest of a hundred
stop_listeners()
{
	local median slow heard

	sleep 0.5
	kill "$listener" && wait "$listener"
	IFS='|' read -r heard median slow < <(psql -At -d "$database" -c 'CREATE TEMP TABLE heard (event_id bigint, at float8)' \
		-c "\\copy heard FROM '$scratch/heard'" -c "
		SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)
		FROM (SELECT (h.at - extract(epoch FROM e.occurred_at)::float8) * 1000 AS ms
			FROM heard h JOIN reportlink.event e ON e.organization_id = 'north' AND e.event_id = h.event_id) l")
	record linking heard "$heard"
	[ -n "$median" ] || return 0
	record linking delivery_ms "$median"
	record linking delivery_ms_99 "$slow"
}

# The same operations in small and in large tables, of reportlink alone; the smallest
# has patients for one round only
part_size()
{
	local size smallest=10000 sizes

	sizes="$smallest $base_reports"
	[ -z "$large" ] || sizes="$sizes 10000000"
	base_point
	for round in $(seq "$rounds"); do
		reports=$smallest
		drop_database "$(database_name reportlink)"
		for clients in 1 8; do
			for size in $sizes; do
				reports=$size
				use_database reportlink
				measure cycle -t $((400 / clients))
				measure dialog -t $((800 / clients))
			done
		done
		clients=1
		for size in $sizes; do
			reports=$size
			use_database reportlink
			measure groups -t 16
		done
	done
}

# Every report has a text of its own
part_text()
{
	base_point
	reports=$text_reports text=4kB
	take_turns cycle 1
}

# Writes a script that asks at each marker what was used until then, and keeps it at its end;
# operation "nothing" is what asking costs itself
instrument()
{
	awk '
		function ask(name) { print "SELECT * FROM bench.usage() \\gset u" ++n "_"; names[n] = name }
		/^\\set [a-z0-9_]+ 0$/ { if (!n) ask("nothing"); ask($2); next }
		{ print }
		END {
			ask("end")
			for (i = 1; i < n; i++)
				values = values (i > 1 ? ", " : "") "(\x27" names[i] "\x27, :u" i + 1 "_wal::bigint - :u" i "_wal::bigint, :u" i + 1 "_cpu::bigint - :u" i "_cpu::bigint)"
			print "INSERT INTO bench.cost (operation, wal, cpu) VALUES " values ";"
		}' "$1" >"$scratch/instrumented.sql"
}

# WAL and processor time of each operation. Whole pages after a checkpoint are left out:
# they are the same for all, but not in each run.
part_cost()
{
	local name set operation wal cpu

	base_point
	psql -d postgres -c 'ALTER SYSTEM SET full_page_writes = off' -c 'SELECT pg_reload_conf()' -o /dev/null
	for round in $(seq "$rounds"); do
		for name in $contestants; do
			use_database "$name"
			psql -d "$database" -c 'TRUNCATE bench.cost'
			for set in cycle groups; do
				instrument "bench/contestants/$name/$set.sql"
				run_pgbench "$scratch/instrumented.sql" -t "$([ $set = cycle ] && echo 100 || echo 5)"
			done
			while IFS='|' read -r operation wal cpu; do
				record "$operation" wal_bytes "$wal"
				record "$operation" cpu_ms "$cpu"
			done < <(psql -At -d "$database" -c "
				SELECT c.operation, round(avg(c.wal)), round((avg(c.cpu) - min(n.cpu)) / 1e6, 4)
				FROM bench.cost c, (SELECT avg(cpu) AS cpu FROM bench.cost WHERE operation = 'nothing') n
				WHERE c.operation NOT IN ('none', 'nothing') GROUP BY c.operation ORDER BY min(c.number)")
		done
	done
	psql -d postgres -c 'ALTER SYSTEM RESET full_page_writes' -c 'SELECT pg_reload_conf()' -o /dev/null
}

# Linking 128 reports with a megabyte of text each, of which none is to be copied
part_megabyte()
{
	local ids ms wal before

	base_point
	psql -d postgres -c 'ALTER SYSTEM SET full_page_writes = off' -c 'SELECT pg_reload_conf()' -o /dev/null
	reports=10000 text=1MB
	use_database reportlink
	for round in $(seq "$rounds"); do
		for text in blank 1MB; do
			ids=$(psql -At -d "$database" -c 'SELECT ids_128 FROM bench.next_big()')
			[ $text = blank ] || psql -d "$database" -c "
				SET session_replication_role = replica;
				INSERT INTO reportlink.document (organization_id, report_id, final_report)
				SELECT 'north', r, bench.words(r, 1048576) FROM unnest('$ids'::bigint[]) r;
				UPDATE reportlink.report r SET document_id = d.document_id, status = 'draft' FROM reportlink.document d
				WHERE d.organization_id = 'north' AND d.report_id = r.report_id AND r.report_id = ANY ('$ids');"
			before=$(psql -At -d "$database" -c 'SELECT pg_current_wal_insert_lsn()')
			time_statement "SELECT * FROM reportlink_link('north', '$ids', true, 'ada')"
			wal=$(psql -At -d "$database" -c "SELECT pg_current_wal_insert_lsn() - '$before'")
			record link_128 ms "$ms"
			record link_128 wal_bytes "$wal"
		done
	done
	psql -d postgres -c 'ALTER SYSTEM RESET full_page_writes' -c 'SELECT pg_reload_conf()' -o /dev/null
}

# A database of reportlink's own for what changes the same reports again and again, of
# 100,000 reports or as many as given
use_small_database()
{
	local now=$round

	base_point
	round=$now
	reports=${1:-100000}
	use_database reportlink
}

# Updates of a table so far: all, and HOT ones
updates()
{
	sleep 1.5 # sessions that have ended have told by then
	psql -At -d "$database" -c "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE schemaname = 'reportlink' AND relname = '$1'"
}

# Cycles of link, open, sign, take the signature back, unlink
part_hot()
{
	local cycles=2500 table all hot

	[ -z "$large" ] || cycles=100000
	use_small_database
	clients=4
	psql -o /dev/null -d "$database" -c "
		UPDATE reportlink.organization SET recall_enabled = true;
		SET session_replication_role = replica;
		WITH d AS (
			INSERT INTO reportlink.document (organization_id, report_id, final_report)
			SELECT 'north', r.report_id, 'No acute disease.' FROM reportlink.report r WHERE r.status = 'unread'
			RETURNING document_id, report_id)
		UPDATE reportlink.report r SET document_id = d.document_id, status = 'draft' FROM d WHERE r.report_id = d.report_id;" \
		-c 'VACUUM FULL reportlink.report' -c 'ANALYZE' -c 'SELECT pg_stat_reset()'
	measure recall -t "$((cycles / clients))"
	record recall_cycle cycles "$cycles"
	for table in report report_group publication; do
		IFS='|' read -r all hot < <(updates $table)
		record "$table" updates "$all"
		record "$table" hot_percent "$(awk "BEGIN { printf \"%.2f\", 100 * $hot / $all }")"
	done
}

# Sizes of all tables of reportlink, with their TOAST and indexes
sizes()
{
	psql -At -F ' ' -d "$database" -c "SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'reportlink' AND c.relkind = 'r' ORDER BY c.relname"
}

# Growth of the tables by cycles of link and unlink of the same reports, with no vacuum meanwhile
part_growth()
{
	local cycles=5000 table bytes

	[ -z "$large" ] || cycles=1000000
	use_small_database
	clients=4
	sizes >"$scratch/before"
	measure linking -t $((cycles / clients))
	record linking cycles "$cycles"
	while read -r table bytes; do
		record "$table" grown_bytes "$bytes"
	done < <(sizes | paste -d ' ' - "$scratch/before" | awk '{ print $1, $2 - $5 + $3 - $6 }')
}

# Memory of one session after a hundred operations, and after all of them
part_memory()
{
	local operations=10000 after bytes

	[ -z "$large" ] || operations=100000
	use_small_database
	psql -d "$database" -c 'CREATE TABLE bench.memory (operations serial, bytes bigint)'
	echo 'INSERT INTO bench.memory (bytes) SELECT sum(total_bytes) FROM pg_backend_memory_contexts;' >"$scratch/memory.sql"
	# fifty cycles of two operations, and a look
	{
		for _ in {1..50}; do
			cat bench/contestants/reportlink/linking.sql
		done
		cat "$scratch/memory.sql"
	} >"$scratch/hundred.sql"
	run_pgbench "$scratch/hundred.sql" -t $((operations / 100))
	while IFS='|' read -r after bytes; do
		record "after_$((after * 100))" memory_bytes "$bytes"
	done < <(psql -At -d "$database" -c 'SELECT operations, bytes FROM bench.memory
		WHERE operations IN (1, 2, 10, 50, (SELECT max(operations) FROM bench.memory)) ORDER BY operations')
}

# Registering orders by COPY, against COPY into a bare table with the same indexes
part_copy()
{
	local columns="organization_id, mrn, accession_number, order_id, site_id, study_name" orders=20000

	base_point
	use_database reportlink
	psql -d "$database" -c "CREATE TABLE bench.bare (LIKE reportlink.report INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED)" \
		-c "INSERT INTO bench.bare OVERRIDING SYSTEM VALUE SELECT * FROM reportlink.report" -o /dev/null -c "
		SELECT setval(pg_get_serial_sequence('bench.bare', 'report_id'), max(report_id)) FROM bench.bare;
		ALTER TABLE bench.bare ADD PRIMARY KEY (organization_id, report_id);
		ALTER TABLE bench.bare ADD UNIQUE NULLS NOT DISTINCT (organization_id, mrn, accession_number, native_id, assigning_authority, order_id, site_id);
		CREATE INDEX ON bench.bare (organization_id, accession_number);" -c "ANALYZE bench.bare"
	for round in $(seq "$rounds"); do
		awk -v round="$round" -v orders=$orders 'BEGIN { OFS = "\t"; for (i = 0; i < orders; i++)
			print "north", "COPY-" round "-" int(i / 4), "COPY-" round "-" i, "COPY-" round "-" int(i / 2), "SITE-1", "CT Chest with Contrast" }' >"$scratch/orders"
		time_statement "\copy bench.bare ($columns) FROM '$scratch/orders'"
		record copy_bare ms "$ms"
		time_statement "\copy reportlink.report ($columns) FROM '$scratch/orders'"
		record copy ms "$ms"
	done
	record copy orders "$orders"
	psql -d "$database" -c 'DROP TABLE bench.bare'
}

# How many publications wait
count_scheduled()
{
	psql -At -d "$database" -c "SELECT count(*) FROM reportlink.publication WHERE state = 'scheduled'"
}

# Publishing what is due, and what a subscriber then reads, in batches of 1,000. The
# patients of such a database are enough for one round.
part_feed()
{
	local due

	for round in $(seq "$rounds"); do
		use_small_database 150000
		for due in 1 2; do
			psql -d "$database" -v reports_each=$due -f bench/due.sql -o /dev/null
			[ "$(count_scheduled)" = 10000 ] || fail "10,000 should be due"
			run_pgbench publish -t 10
			record "publish_$due" ms "$(sum_operations <"$scratch/pgbench" | awk '{ print $2 * 10 }')"
		done
		run_pgbench feed -t 10
		record feed ms "$(sum_operations <"$scratch/pgbench" | awk '{ print $2 * 10 }')"
		[ "$(count_scheduled)" = 0 ] || fail "not all was published that was due"
		drop_database "$database"
	done
}
