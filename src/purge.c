/*
 * purge.c: deleting what nobody needs any more: reportlink_prune_documents()
 * and reportlink_purge_events()
 *
 * Sections 10 and 11 of the semantics. Each deletes one batch, oldest first,
 * and returns how many went, so that a job can call it until nothing does.
 */
#include "reportlink.h"

#include "access/xact.h"

#include "call.h"

/* A call of one of the functions */
typedef struct Purging
{
	NullableDatum before;
	int32 batch;
	int32 gone;
} Purging;

static void
rl_prune_documents(Call *call, void *state)
{
	Purging *purging = state;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), purging->before,
							reportlink_arg_int(purging->batch)};

	purging->gone = reportlink_execute(QUERY_PRUNE_DOCUMENTS, args);
}

/* The statement that deletes must see every subscriber: so its snapshot is from after the lock */
static void
rl_purge_events(Call *call, void *state)
{
	Purging *purging = state;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), purging->before,
							reportlink_arg_int(purging->batch),
							reportlink_arg_bool(reportlink_keep_signed_events)};

	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("reportlink_purge_events must run at isolation level READ COMMITTED"),
				 errdetail("An older snapshot may miss a subscriber.")));
	reportlink_execute(QUERY_LOCK_INSTALLATION, NULL);
	purging->gone = reportlink_execute(QUERY_PURGE_EVENTS, args);
}

/* What both have in common: their arguments are organization_id, before and batch */
static Datum
rl_purge(FunctionCallInfo fcinfo, const char *function, WorkKind kind, Work work)
{
	static const Argument args[] = {{"organization_id", true, false}, {"before", true, false}};
	Call call = {.function = function};
	Purging purging = {0};

	reportlink_require_args(fcinfo, function, args, lengthof(args));
	call.organization_id = reportlink_arg_cstring(fcinfo, 0);
	purging.before = fcinfo->args[1];
	purging.batch = reportlink_arg_batch(fcinfo, 2, function, 10000);
	reportlink_work(&call, kind, work, &purging);
	return Int32GetDatum(purging.gone);
}

/*
 * reportlink_prune_documents(organization_id, before, batch): section 11.
 * Returns how many autosaves went. 22004, 22023.
 */
PG_FUNCTION_INFO_V1(reportlink_prune_documents);
Datum
reportlink_prune_documents(PG_FUNCTION_ARGS)
{
	return rl_purge(fcinfo, "reportlink_prune_documents", WORK_PLAIN, rl_prune_documents);
}

/*
 * reportlink_purge_events(organization_id, before, batch): sections 10 and 11.
 * Returns how many events went: none that a subscriber has not acknowledged,
 * and with reportlink.keep_signed_events none about a report that is finally
 * signed. 22004, 22023, 25000.
 */
PG_FUNCTION_INFO_V1(reportlink_purge_events);
Datum
reportlink_purge_events(PG_FUNCTION_ARGS)
{
	return rl_purge(fcinfo, "reportlink_purge_events", WORK_LOOKUPS, rl_purge_events);
}
