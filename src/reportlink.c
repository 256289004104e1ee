/*
 * reportlink.c: module entry and settings
 */
#include "reportlink.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/varlena.h"

#include "constraint.h"
#include "plan.h"
#include "wake.h"
#include "worker.h"

PG_MODULE_MAGIC;

char *reportlink_user_id = NULL;
char *reportlink_notify_channel = NULL;
int reportlink_notify = NOTIFY_COMMIT;
bool reportlink_keep_signed_events = false;
char *reportlink_databases = NULL;
int reportlink_worker_naptime = 60;

static const struct config_enum_entry rl_notify_modes[] = {
	{"commit", NOTIFY_COMMIT, false},
	{"worker", NOTIFY_WORKER, false},
	{"off", NOTIFY_OFF, false},
	{NULL, 0, false},
};

/* A channel is an identifier: NOTIFY would refuse anything longer, at commit */
static bool
rl_check_channel(char **newval, void **extra, GucSource source)
{
	if (**newval != '\0' && strlen(*newval) < NAMEDATALEN)
		return true;
	GUC_check_errdetail("A channel name has 1 to %d bytes.", NAMEDATALEN - 1);
	return false;
}

/* Names are taken as they are written, in double quotes where they have a comma or space */
static bool
rl_check_databases(char **newval, void **extra, GucSource source)
{
	char *copy = pstrdup(*newval);
	List *names;

	if (SplitGUCList(copy, ',', &names))
		return true;
	GUC_check_errdetail("List syntax is invalid.");
	return false;
}

/*
 * Defines the settings. Must not fail, preloaded or not: pg_upgrade loads
 * every library into a server that has nothing else of ours. The worker needs
 * shared memory, and that is given out only while the server starts.
 */
void _PG_init(void);
void
_PG_init(void)
{
	DefineCustomStringVariable("reportlink.user_id",
							   "User on whose behalf reportlink functions are called.",
							   "Default of their argument actor.", &reportlink_user_id, "",
							   PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomEnumVariable("reportlink.notify", "Who sends NOTIFY for an event.",
							 "commit: the transaction that records it; worker: the background "
							 "worker, in batches right after; off: nobody.",
							 &reportlink_notify, NOTIFY_COMMIT, rl_notify_modes, PGC_SUSET, 0, NULL,
							 NULL, NULL);
	DefineCustomStringVariable("reportlink.notify_channel", "Channel on which events are notified.",
							   NULL, &reportlink_notify_channel, "reportlink", PGC_SUSET, 0,
							   rl_check_channel, NULL, NULL);
	DefineCustomBoolVariable("reportlink.keep_signed_events",
							 "Purging keeps the events about reports that are finally signed.",
							 NULL, &reportlink_keep_signed_events, false, PGC_SUSET, 0, NULL, NULL,
							 NULL);
	DefineCustomStringVariable("reportlink.databases",
							   "Databases in which a worker publishes what is due.",
							   "Only when the library is in shared_preload_libraries.",
							   &reportlink_databases, "", PGC_SIGHUP, GUC_LIST_INPUT,
							   rl_check_databases, NULL, NULL);
	DefineCustomIntVariable("reportlink.worker_naptime",
							"Longest time that a worker sleeps without looking for what is due.",
							"It also waits so long after an error.", &reportlink_worker_naptime, 60,
							1, 3600, PGC_SIGHUP, GUC_UNIT_S, NULL, NULL, NULL);
	MarkGUCPrefixReserved("reportlink");
	reportlink_set_planner_hook();
	reportlink_set_executor_hook();

	/* pg_upgrade replaces the files under the servers that it starts: nobody may write there */
	if (process_shared_preload_libraries_in_progress && !IsBinaryUpgrade)
	{
		reportlink_request_slots();
		reportlink_register_launcher();
	}
}

/*
 * reportlink_version(): the version of the loaded library
 */
PG_FUNCTION_INFO_V1(reportlink_version);
Datum
reportlink_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(REPORTLINK_VERSION));
}
