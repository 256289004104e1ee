/*
 * launcher.c: keeps a worker running in each database of reportlink.databases
 *
 * It is started with the server, on a standby after promotion, and is
 * connected to no database, so that it is in nobody's way.
 */
#include "worker.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "wake.h"

/* A worker that ended is started again after so long, in milliseconds */
#define RESTART_MS 5000

/* A database of the setting */
typedef struct Watched
{
	char *name;
	BackgroundWorkerHandle *handle; /* of the worker started last, NULL: none yet */
	TimestampTz started_at;
	const char *trouble; /* a constant: what was said of it last; NULL: nothing */
} Watched;

/* Watched databases, in TopMemoryContext: those of the setting, and any that were */
static List *rl_watched = NIL;

static void
rl_describe(BackgroundWorker *worker, const char *type, const char *function)
{
	memset(worker, 0, sizeof(BackgroundWorker));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	strlcpy(worker->bgw_library_name, "reportlink", BGW_MAXLEN);
	strlcpy(worker->bgw_function_name, function, BGW_MAXLEN);
	strlcpy(worker->bgw_type, type, BGW_MAXLEN);
	strlcpy(worker->bgw_name, type, BGW_MAXLEN);
}

/* While the library is preloaded: has the server start the launcher */
void
reportlink_register_launcher(void)
{
	BackgroundWorker worker;

	rl_describe(&worker, "reportlink launcher", "reportlink_launcher_main");
	worker.bgw_restart_time = RESTART_MS / 1000;
	RegisterBackgroundWorker(&worker);
}

/* Signals of a background process; SIGTERM ends it wherever it is */
void
reportlink_begin_process(void)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
}

/* The databases of the setting, as strings */
List *
reportlink_worker_databases(void)
{
	List *names = NIL;

	(void) SplitGUCList(pstrdup(reportlink_databases), ',', &names);
	return names;
}

/* Reads the configuration again when the server was told to; false: it was not */
bool
reportlink_reload_settings(void)
{
	if (!ConfigReloadPending)
		return false;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	return true;
}

/* Until that time, its latch, or reportlink.worker_naptime, whatever is first */
void
reportlink_sleep(TimestampTz until)
{
	long milliseconds = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), until);

	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 Min(milliseconds, reportlink_worker_naptime * 1000L), PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	QueryCancelPending = false; /* nothing is being done that could be cancelled */
	CHECK_FOR_INTERRUPTS();
}

/* InvalidOid: there is none of that name, or nobody may connect to it */
static Oid
rl_find_database(const char *name)
{
	Relation relation = table_open(DatabaseRelationId, AccessShareLock);
	TableScanDesc scan = table_beginscan_catalog(relation, 0, NULL);
	HeapTuple tuple;
	Oid database = InvalidOid;

	/* without a database there are no indexes to look it up with */
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Form_pg_database row = (Form_pg_database) GETSTRUCT(tuple);

		if (row->datallowconn && strcmp(NameStr(row->datname), name) == 0)
			database = row->oid;
	}
	table_endscan(scan);
	table_close(relation, AccessShareLock);
	return database;
}

/* The database of that name, added when it is new */
static Watched *
rl_watch(const char *name)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	Watched *watched = NULL;
	ListCell *cell;

	foreach(cell, rl_watched)
	{
		if (strcmp(((Watched *) lfirst(cell))->name, name) == 0)
			watched = lfirst(cell);
	}
	if (watched == NULL)
	{
		watched = palloc0(sizeof(Watched));
		watched->name = pstrdup(name);
		watched->started_at = DT_NOBEGIN;
		rl_watched = lappend(rl_watched, watched);
	}
	MemoryContextSwitchTo(caller);
	return watched;
}

/* Says what is wrong with a database, once */
static void
rl_say(Watched *watched, const char *trouble, const char *hint)
{
	if (trouble != NULL && trouble != watched->trouble)
		ereport(LOG,
				(errmsg("reportlink has no worker in database \"%s\": %s", watched->name, trouble),
				 errhint("%s", hint)));
	watched->trouble = trouble;
}

static bool
rl_is_running(const Watched *watched)
{
	pid_t pid;
	BgwHandleStatus status;

	if (watched->handle == NULL)
		return false;
	status = GetBackgroundWorkerPid(watched->handle, &pid);
	return status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED;
}

static void
rl_start(Watched *watched, Oid database)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	BackgroundWorker worker;

	rl_describe(&worker, "reportlink worker", "reportlink_worker_main");
	snprintf(worker.bgw_name, BGW_MAXLEN, "reportlink worker for %s", watched->name);
	worker.bgw_restart_time = BGW_NEVER_RESTART; /* it is started again here */
	worker.bgw_main_arg = ObjectIdGetDatum(database);
	worker.bgw_notify_pid = MyProcPid;

	if (watched->handle != NULL)
		pfree(watched->handle);
	watched->handle = NULL;
	watched->started_at = GetCurrentTimestamp();
	if (RegisterDynamicBackgroundWorker(&worker, &watched->handle))
		rl_say(watched, NULL, NULL);
	else
		rl_say(watched, "too many background workers", "Increase max_worker_processes.");
	MemoryContextSwitchTo(caller);
}

/* Starts the worker of a database if it is time to; returns when to look again */
static TimestampTz
rl_look_after(Watched *watched)
{
	TimestampTz start_at = TimestampTzPlusMilliseconds(watched->started_at, RESTART_MS);
	Oid database;

	if (rl_is_running(watched))
		return DT_NOEND;
	if (watched->started_at != DT_NOBEGIN && start_at > GetCurrentTimestamp())
		return start_at;

	database = rl_find_database(watched->name);
	if (!OidIsValid(database))
	{
		rl_say(watched, "there is no such database, or it allows no connections",
			   "Create it, or take it out of reportlink.databases.");
		return DT_NOEND;
	}
	if (!reportlink_has_worker(database))
		rl_start(watched, database);
	return DT_NOEND;
}

/* Looks after all databases of the setting; returns when to look again at the latest */
static TimestampTz
rl_look_after_all(void)
{
	TimestampTz again = DT_NOEND;
	List *names;
	ListCell *cell;

	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	names = reportlink_worker_databases();
	foreach(cell, names)
	{
		TimestampTz next = rl_look_after(rl_watch(lfirst(cell)));

		again = Min(again, next);
	}
	PopActiveSnapshot();
	CommitTransactionCommand();
	return again;
}

/*
 * Main function of the launcher. What it cannot do it says once, and tries
 * again after reportlink.worker_naptime.
 */
void
reportlink_launcher_main(Datum arg)
{
	reportlink_begin_process();
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	pgstat_report_appname("reportlink launcher");
	for (;;)
	{
		TimestampTz again = rl_look_after_all();

		pgstat_report_activity(STATE_IDLE, "looking after the workers");
		reportlink_sleep(again);
		(void) reportlink_reload_settings();
	}
}
