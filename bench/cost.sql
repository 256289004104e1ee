-- cost.sql: what an operation costs beside time: bytes of WAL, and nanoseconds that
-- the session has had the processor, as /proc knows them

CREATE FUNCTION bench.usage(OUT wal bigint, OUT cpu bigint)
	LANGUAGE sql AS $$
	SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint
$$;

CREATE UNLOGGED TABLE bench.cost (operation text, wal bigint, cpu bigint, number serial);
