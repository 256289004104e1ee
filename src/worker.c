/*
 * worker.c: publishes what is due in one database, and notifies its events
 *
 * It publishes as reportlink_publish_due() does, but at the right moment:
 * it sleeps until the next publication is due, or a commit wakes it because
 * something is scheduled earlier (wake.c). One publication a transaction, so
 * that each is published as soon as it can be, and nobody waits for another.
 */
#include "worker.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "cluster.h"
#include "notify.h"
#include "publication.h"
#include "wake.h"

/* How long until it tries again what somebody else has locked, in milliseconds: longer and longer */
#define MIN_BUSY_MS 20
#define MAX_BUSY_MS 1280

/*
 * After it has sent NOTIFY it waits so long: what is recorded meanwhile is sent
 * by one commit, which costs less here and wakes each listener once.
 */
#define GATHER_MS 5

/* How much of what is due is looked up at once: to look from the start for each would be slow */
#define LOOK_AHEAD 1000

/* Settings that a database or a server must not change for the worker */
static const char *const rl_settings[][2] = {
	{"search_path", "pg_catalog, pg_temp"},
	{"default_transaction_isolation", "read committed"},
	{"statement_timeout", "0"},
	{"lock_timeout", "0"},
	{"idle_in_transaction_session_timeout", "0"},
};

/* What keeps the worker from working, as it was said last; NULL: nothing does */
static char *rl_trouble = NULL;

/* The worker's database */
static char *rl_database = NULL;

/* All events that are visible in this snapshot are notified; NULL: the worker does not notify */
static char *rl_notified = NULL;

/* For what is found in one transaction, and may be asked for in the next */
static MemoryContext rl_scratch = NULL;

/* One turn: everything that is due, and then the time of what is next */
typedef struct Turn
{
	DuePublication *due;
	int count;
	TimestampTz next; /* when nothing is due; DT_NOEND: nothing is scheduled */
	DuePublication *current;
	bool published;
	const char *message; /* why it was not */
	char *seen; /* all events that are visible in this snapshot are notified */
} Turn;

/* 55000: the functions are not there; asked before anything of ours is */
static void
rl_require_extension(void)
{
	if (!OidIsValid(get_extension_oid("reportlink", true)))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("extension reportlink is not installed in this database"),
						errhint("Run CREATE EXTENSION reportlink, then SELECT "
								"reportlink_install().")));
}

/* 55000: they are those of another version */
static void
rl_require_version(void)
{
	char *version;

	reportlink_execute(QUERY_EXTENSION_VERSION, NULL);
	version = reportlink_get_text(0, 1);
	if (strcmp(version, REPORTLINK_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension reportlink is of version %s, the library is of version %s",
						version, REPORTLINK_VERSION),
				 errhint("Run ALTER EXTENSION reportlink UPDATE, or restart the server.")));
}

static void
rl_list(Call *call, void *state)
{
	Turn *turn = state;

	rl_require_version();
	(void) reportlink_note_cluster(); /* after a restore, so that no writer need wait for another */
	turn->count = reportlink_list_due(LOOK_AHEAD, &turn->due);
	if (turn->count == 0)
		turn->next = reportlink_next_publication();
}

static void
rl_publish(Call *call, void *state)
{
	Turn *turn = state;

	rl_require_version();
	turn->published = reportlink_publish_one(call, turn->current);
}

static void
rl_note_failed(Call *call, void *state)
{
	const Turn *turn = state;

	reportlink_publication_failed(call, turn->current, turn->message);
}

/*
 * Does some work in a transaction of its own; an error rolls it back and is
 * returned. The worker is a superuser, but nothing of this may be done as one:
 * a deferred trigger of the owner of the tables is fired by the commit, when
 * the work and its user are over.
 */
static ErrorData *
rl_transaction(Work work, Turn *turn)
{
	MemoryContext caller = CurrentMemoryContext;
	ErrorData *volatile error = NULL;
	Call call = {0};
	Oid worker_user;
	int context;

	GetUserIdAndSecContext(&worker_user, &context);
	PG_TRY();
	{
		SetCurrentStatementStartTimestamp();
		StartTransactionCommand();
		PushActiveSnapshot(GetTransactionSnapshot());
		MemoryContextSwitchTo(rl_scratch);
		rl_require_extension();
		SetUserIdAndSecContext(reportlink_tables_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
		reportlink_work(&call, WORK_LOOKUPS, work, turn);
		PopActiveSnapshot();
		CommitTransactionCommand();
		SetUserIdAndSecContext(worker_user, context);
	}
	PG_CATCH();
	{
		HOLD_INTERRUPTS();
		MemoryContextSwitchTo(rl_scratch);
		error = CopyErrorData();
		FlushErrorState();
		AbortCurrentTransaction();
		RESUME_INTERRUPTS();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	return error;
}

/* Says what keeps the worker from working; the same thing only once */
static void
rl_say(const ErrorData *error)
{
	if (rl_trouble == NULL || strcmp(rl_trouble, error->message) != 0)
		ereport(LOG, (errcode(error->sqlerrcode),
					  errmsg("%s cannot publish: %s", MyBgworkerEntry->bgw_name, error->message),
					  error->detail ? errdetail_internal("%s", error->detail) : 0,
					  error->hint ? errhint("%s", error->hint) : 0));
	if (rl_trouble != NULL)
		pfree(rl_trouble);
	rl_trouble = MemoryContextStrdup(TopMemoryContext, error->message);
}

static void
rl_say_works(void)
{
	if (rl_trouble == NULL)
		return;
	ereport(LOG, (errmsg("%s works again", MyBgworkerEntry->bgw_name)));
	pfree(rl_trouble);
	rl_trouble = NULL;
}

/*
 * What an error with the current publication is about: somebody who got in the
 * way, the publication, where it is noted; or the worker, which the error is
 * returned for.
 */
static ErrorData *
rl_settle(Turn *turn, ErrorData *error)
{
	if (ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_TRANSACTION_ROLLBACK ||
		error->sqlerrcode == ERRCODE_QUERY_CANCELED)
		return NULL;
	if (!reportlink_is_publications_error(error->sqlerrcode))
		return error;
	turn->message = error->message;
	return rl_transaction(rl_note_failed, turn);
}

/* Nobody can rename the database while the worker is connected to it */
static void
rl_note_database(void)
{
	StartTransactionCommand();
	rl_database = MemoryContextStrdup(TopMemoryContext, get_database_name(MyDatabaseId));
	CommitTransactionCommand();
}

/* After a reload of the configuration that took the worker's database out of the setting it ends */
static void
rl_end_unless_wanted(void)
{
	MemoryContext caller = MemoryContextSwitchTo(rl_scratch);
	ListCell *cell;
	bool wanted = false;

	if (reportlink_reload_settings())
	{
		foreach(cell, reportlink_worker_databases())
			wanted |= strcmp(lfirst(cell), rl_database) == 0;
		if (!wanted)
			proc_exit(0);
	}
	MemoryContextSwitchTo(caller);
}

/* Publishes what was listed; NULL, or what keeps the worker from working */
static ErrorData *
rl_publish_listed(Turn *turn, int *published)
{
	*published = 0;
	for (int i = 0; i < turn->count; i++)
	{
		ErrorData *error;

		CHECK_FOR_INTERRUPTS();
		rl_end_unless_wanted();
		turn->current = &turn->due[i];
		error = rl_transaction(rl_publish, turn);
		if (error == NULL)
			*published += turn->published;
		else
			error = rl_settle(turn, error);
		if (error != NULL)
			return error;
	}
	return NULL;
}

static void
rl_notify_new(Call *call, void *state)
{
	Turn *turn = state;

	rl_require_version();
	turn->seen = reportlink_send_notify_since(rl_notified);
}

/*
 * With reportlink.notify = worker: sends NOTIFY for what was recorded since the
 * last time, or since the worker began; all of it in one commit. NULL, or what
 * keeps the worker from working.
 */
static ErrorData *
rl_send_notify(Turn *turn)
{
	ErrorData *error = NULL;
	bool sent;

	turn->seen = NULL;
	if (reportlink_notify == NOTIFY_WORKER)
		error = rl_transaction(rl_notify_new, turn);
	if (error != NULL)
		return error;
	sent = rl_notified != NULL && turn->seen != NULL && strcmp(rl_notified, turn->seen) != 0;
	if (rl_notified != NULL)
		pfree(rl_notified);
	rl_notified = turn->seen ? MemoryContextStrdup(TopMemoryContext, turn->seen) : NULL;
	if (sent)
		(void) WaitLatch(MyLatch, WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, GATHER_MS, PG_WAIT_EXTENSION);
	return NULL;
}

/*
 * Publishes all that is due; returns when the next one is, when to try again
 * what is locked, or after an error DT_NOEND: after a nap.
 */
static TimestampTz
rl_take_turn(void)
{
	static int busy_ms = MIN_BUSY_MS;
	Turn turn;
	int published;

	do
	{
		ErrorData *error;

		MemoryContextReset(rl_scratch);
		error = rl_transaction(rl_list, &turn);
		if (error == NULL)
			error = rl_publish_listed(&turn, &published);
		if (error == NULL)
			error = rl_send_notify(&turn);
		if (error != NULL)
		{
			rl_say(error);
			return DT_NOEND;
		}
		rl_say_works();
	} while (published > 0);

	if (turn.count == 0 && turn.next > GetCurrentTimestamp())
	{
		busy_ms = MIN_BUSY_MS;
		return turn.next;
	}
	turn.next = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), busy_ms);
	busy_ms = Min(busy_ms * 2, MAX_BUSY_MS);
	return turn.next;
}

/* For pg_stat_activity: what it waits for */
static void
rl_report_idle(TimestampTz until)
{
	char *text;

	if (rl_trouble != NULL)
		text = psprintf("cannot publish: %s", rl_trouble);
	else if (until == DT_NOEND)
		text = pstrdup("nothing is scheduled");
	else
		text = psprintf("sleeping until %s", timestamptz_to_str(until));
	pgstat_report_activity(STATE_IDLE, text);
	pfree(text);
	pgstat_report_stat(true);
}

/*
 * Main function of a worker: arg is the oid of its database. It ends when
 * reportlink.databases does not name that any more.
 */
void
reportlink_worker_main(Datum arg)
{
	reportlink_begin_process();
	BackgroundWorkerInitializeConnectionByOid(DatumGetObjectId(arg), InvalidOid, 0);
	if (!reportlink_take_slot())
		proc_exit(0);
	for (size_t i = 0; i < lengthof(rl_settings); i++)
		SetConfigOption(rl_settings[i][0], rl_settings[i][1], PGC_SUSET, PGC_S_OVERRIDE);
	pgstat_report_appname("reportlink worker");
	rl_scratch =
		AllocSetContextCreate(TopMemoryContext, "reportlink worker", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(TopMemoryContext);
	rl_note_database();

	for (;;)
	{
		TimestampTz until;

		reportlink_sleeps_until(DT_NOEND);
		pgstat_report_activity(STATE_RUNNING, "publishing what is due");
		until = rl_take_turn();
		reportlink_sleeps_until(until);
		rl_report_idle(until);
		reportlink_sleep(until);
		rl_end_unless_wanted();
	}
}
