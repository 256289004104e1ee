/*
 * grant.c: profiles of database roles
 *
 * One matrix says what each profile needs; reportlink_grant() and
 * reportlink_revoke() walk it.
 */
#include "reportlink.h"

#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "call.h"

typedef enum Profile
{
	PROFILE_READER,
	PROFILE_REPORTER,
	PROFILE_LISTENER,
	PROFILE_ADMINISTRATOR
} Profile;

static const char *const rl_profiles[] = {
	[PROFILE_READER] = "reader",
	[PROFILE_REPORTER] = "reporter",
	[PROFILE_LISTENER] = "listener",
	[PROFILE_ADMINISTRATOR] = "administrator",
};

#define READ (1 << PROFILE_READER)
#define WORK (1 << PROFILE_REPORTER)
#define LISTEN (1 << PROFILE_LISTENER)
#define MANAGE (1 << PROFILE_ADMINISTRATOR)

#define IDENTIFIERS                                                                                \
	"(mrn, accession_number, native_id, assigning_authority, order_id, site_id, "                  \
	"study_name, study_id, template_id"

typedef struct Privilege
{
	const char *privilege;
	const char *object; /* a table, or arguments of a function without its schema */
	int profiles;
} Privilege;

static const Privilege rl_table_privileges[] = {
	{"USAGE", "SCHEMA reportlink", READ | WORK | LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.report_text", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.worklist", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.pending_publication", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.worker_status", MANAGE},
	{"SELECT", "TABLE reportlink.organization", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.member", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.patient", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.report", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.report_group", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.document", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.signature", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.past_link", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.publication", READ | WORK | MANAGE},
	{"SELECT", "TABLE reportlink.event", LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.subscriber", LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.subscriber_lag", LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.cluster", LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.access", MANAGE},
	{"SELECT", "TABLE reportlink.installation", MANAGE},
	{"INSERT " IDENTIFIERS ", organization_id)", "TABLE reportlink.report", WORK | MANAGE},
	{"UPDATE " IDENTIFIERS ", status, owner_id)", "TABLE reportlink.report", WORK | MANAGE},
	{"DELETE", "TABLE reportlink.report", MANAGE},
	{"INSERT, UPDATE", "TABLE reportlink.organization", MANAGE},
	{"INSERT, UPDATE, DELETE", "TABLE reportlink.member", MANAGE},
};

static const Privilege rl_function_privileges[] = {
	{"EXECUTE", "reportlink_linked_reports(text, bigint)", READ | WORK | LISTEN | MANAGE},
	{"EXECUTE", "reportlink_linkable_reports(text, bigint)", READ | WORK | LISTEN | MANAGE},
	{"EXECUTE", "reportlink_find(text, text, text, text)", READ | WORK | LISTEN | MANAGE},
	{"EXECUTE", "reportlink_history(text, bigint)", READ | WORK | LISTEN | MANAGE},
	{"EXECUTE", "reportlink_transitions()", READ | WORK | LISTEN | MANAGE},
	{"EXECUTE", "reportlink_link(text, bigint[], boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_unlink(text, bigint[], boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_set_default(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_open(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_close(text, bigint, boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_assign(text, bigint, text, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_save(text, bigint, jsonb, bigint, boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_discard(text, bigint, boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_cancel(text, bigint, boolean, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_prelim_sign(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_sign(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_start_addendum(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_reject(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_publish_now(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_cancel_publish(text, bigint, text)", WORK | MANAGE},
	{"EXECUTE", "reportlink_publish_due(integer, text)", MANAGE},
	{"EXECUTE", "reportlink_subscribe(text, text, boolean, text[], bigint)", LISTEN | MANAGE},
	{"EXECUTE", "reportlink_unsubscribe(text, text)", LISTEN | MANAGE},
	{"EXECUTE", "reportlink_fetch(text, text, integer)", LISTEN | MANAGE},
	{"EXECUTE", "reportlink_ack(text, text, bigint)", LISTEN | MANAGE},
	{"EXECUTE", "reportlink_purge_events(text, timestamptz, integer)", MANAGE},
	{"EXECUTE", "reportlink_check(text)", MANAGE},
	{"EXECUTE", "reportlink_prune_documents(text, timestamptz, integer)", MANAGE},
};

/* Bit of the profile of that name; 22023 when there is none */
static int
rl_profile(const char *name)
{
	for (size_t i = 0; i < lengthof(rl_profiles); i++)
	{
		if (strcmp(name, rl_profiles[i]) == 0)
			return 1 << i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown profile \"%s\"", name),
			 errhint("Profiles are reader, reporter, listener and administrator.")));
}

/* Schema and owner of the function that is running: those of all of ours */
static void
rl_extension(Oid function, char **schema, Oid *owner)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	*schema = get_namespace_name(((Form_pg_proc) GETSTRUCT(tuple))->pronamespace);
	*owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
}

/* GRANT or REVOKE of what the profile has in a matrix, as the objects' owner */
static void
rl_change(bool grants, const Privilege *privileges, size_t count, const char *prefix, int profile,
		  const char *role, Oid owner)
{
	Oid saved_user;
	int saved_context;

	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(owner, saved_context | SECURITY_LOCAL_USERID_CHANGE);
	for (size_t i = 0; i < count; i++)
	{
		char *statement;

		if ((privileges[i].profiles & profile) == 0)
			continue;
		statement =
			psprintf("%s %s ON %s%s %s %s", grants ? "GRANT" : "REVOKE", privileges[i].privilege,
					 prefix, privileges[i].object, grants ? "TO" : "FROM", role);
		if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
			elog(ERROR, "could not execute %s", statement);
	}
	SetUserIdAndSecContext(saved_user, saved_context);
}

/*
 * Checks the arguments and changes the privileges. The switch of the user is
 * undone by the transaction's abort after an error.
 */
static Datum
rl_change_profile(FunctionCallInfo fcinfo, const char *function, bool grants)
{
	static const Argument args[] = {{"grantee", true, false}, {"profile", true, false}};
	Oid tables_owner = reportlink_tables_owner();
	Oid functions_owner;
	Privilege usage = {"USAGE", NULL, READ | WORK | LISTEN | MANAGE};
	char *schema;
	char *role;
	int profile;

	reportlink_require_args(fcinfo, function, args, lengthof(args));
	profile = rl_profile(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("a profile is for all organizations of the database"),
						errhint("Leave organization_id out.")));
	if (!has_privs_of_role(GetUserId(), tables_owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("must be the owner of the reportlink tables")));

	role = (char *) quote_identifier(GetUserNameFromId(PG_GETARG_OID(0), false));
	rl_extension(fcinfo->flinfo->fn_oid, &schema, &functions_owner);

	usage.object = psprintf("SCHEMA %s", quote_identifier(schema));

	SPI_connect();
	if (strcmp(schema, "public") != 0) /* everybody may use that one */
		rl_change(grants, &usage, 1, "", profile, role, functions_owner);
	rl_change(grants, rl_table_privileges, lengthof(rl_table_privileges), "", profile, role,
			  tables_owner);
	rl_change(grants, rl_function_privileges, lengthof(rl_function_privileges),
			  psprintf("FUNCTION %s.", quote_identifier(schema)), profile, role, functions_owner);
	SPI_finish();
	PG_RETURN_VOID();
}

/*
 * reportlink_grant(grantee, profile, organization_id): section 11. 22004,
 * 22023, 42501 unless the caller may act as the owner of the tables, 55000.
 */
PG_FUNCTION_INFO_V1(reportlink_grant);
Datum
reportlink_grant(PG_FUNCTION_ARGS)
{
	return rl_change_profile(fcinfo, "reportlink_grant", true);
}

/*
 * reportlink_revoke(grantee, profile, organization_id): takes what the profile
 * gave, also where another profile of the role gives the same.
 */
PG_FUNCTION_INFO_V1(reportlink_revoke);
Datum
reportlink_revoke(PG_FUNCTION_ARGS)
{
	return rl_change_profile(fcinfo, "reportlink_revoke", false);
}
