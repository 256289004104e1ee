/*
 * cluster.c: which cluster an event is of
 *
 * Transaction ids say in which order events became visible, but only where
 * they were given. After a dump was restored, or with pg_upgrade, the events
 * that are there already carry ids of elsewhere: so each place where this
 * database's table of events was written has a number, in the order in which
 * they were (decision 9 of the architecture). The events of all but the last
 * are complete. A restored table has an oid of its own, so it counts as another
 * place even in the same cluster, or in a copy of it. Numbers are times, so that
 * rows restored into tables that have noted a place already come before it.
 */
#include "cluster.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "query.h"

/* Number of the table rl_cached_table, as it was found in this session; 0: not yet */
static int64 rl_cached = 0;
static Oid rl_cached_table = InvalidOid;

/* transaction that noted a number: until it commits, nobody may remember that */
static TransactionId rl_noted_by = InvalidTransactionId;

static Oid
rl_event_table(void)
{
	return get_relname_relid("event", get_namespace_oid("reportlink", false));
}

/*
 * Number of this place, 0 when nothing was written here yet. Looked up each
 * time, for who reads: rows of a later place may be restored at any moment.
 * Expects SPI to be connected.
 */
int64
reportlink_find_cluster(void)
{
	NullableDatum args[] = {reportlink_arg_id((int64) GetSystemIdentifier()),
							reportlink_arg_id(MyDatabaseId), reportlink_arg_id(rl_event_table())};

	return reportlink_execute(QUERY_FIND_CLUSTER, args) > 0 ? reportlink_get_id(0, 1) : 0;
}

/* Has this very transaction noted a number? */
static bool
rl_noted_now(void)
{
	return TransactionIdIsValid(rl_noted_by) && GetTopTransactionIdIfAny() == rl_noted_by;
}

/*
 * Number of this place, for who records an event; noted now when it has none.
 * Whoever comes first after a restore notes it, and others wait for him to
 * commit. 40001 at REPEATABLE READ, where his number cannot be seen.
 */
int64
reportlink_note_cluster(void)
{
	Oid table = rl_event_table();
	int64 cluster_id;

	if (rl_cached != 0 && rl_cached_table == table)
		return rl_cached;
	while ((cluster_id = reportlink_find_cluster()) == 0)
	{
		NullableDatum args[] = {reportlink_arg_id((int64) GetSystemIdentifier()),
								reportlink_arg_id(MyDatabaseId), reportlink_arg_id(table)};

		if (reportlink_execute(QUERY_NOTE_CLUSTER, args) > 0)
			rl_noted_by = GetTopTransactionId();
	}
	if (!rl_noted_now())
	{
		rl_cached = cluster_id;
		rl_cached_table = table;
	}
	return cluster_id;
}
