/*
 * grant.c: profiles of database roles
 *
 * One matrix says what each profile needs; reportlink_grant() and
 * reportlink_revoke() walk it. With an organization the role is a tenant: rows
 * of reportlink.access say where it has which profile, and tenant.c holds it
 * there.
 */
#include "grant.h"

#include "access/xact.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "call.h"
#include "tenant.h"

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
#define ANY_PROFILE (READ | WORK | LISTEN | MANAGE)

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
	{"SELECT", "TABLE reportlink.organization", READ | WORK | MANAGE},
	{"SELECT (organization_id)", "TABLE reportlink.organization", LISTEN}, /* for subscriber_lag */
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
	{"SELECT", "TABLE reportlink.access", MANAGE},
	{"INSERT " IDENTIFIERS ", organization_id)", "TABLE reportlink.report", WORK | MANAGE},
	{"UPDATE " IDENTIFIERS ", status, owner_id)", "TABLE reportlink.report", WORK | MANAGE},
	{"DELETE", "TABLE reportlink.report", MANAGE},
	{"INSERT, UPDATE", "TABLE reportlink.organization", MANAGE},
	{"INSERT, UPDATE, DELETE", "TABLE reportlink.member", MANAGE},
};

/* What is not of one organization: not for tenants */
static const Privilege rl_database_privileges[] = {
	{"SELECT", "TABLE reportlink.worker_status", MANAGE},
	{"SELECT", "TABLE reportlink.cluster", LISTEN | MANAGE},
	{"SELECT", "TABLE reportlink.installation", MANAGE},
};

/* What the policies of the tenants look up in their name */
static const Privilege rl_tenant_privileges[] = {
	{"SELECT", "TABLE reportlink.access", ANY_PROFILE},
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

/* Names of the profiles of a mask */
static List *
rl_profile_names(int profiles)
{
	List *names = NIL;

	for (size_t i = 0; i < lengthof(rl_profiles); i++)
	{
		if (profiles & (1 << i))
			names = lappend(names, (char *) rl_profiles[i]);
	}
	return names;
}

/* The profiles that may execute a function; NULL: all of them */
List *
reportlink_profiles_for_function(const char *function)
{
	int profiles = 0;

	if (function == NULL)
		return rl_profile_names(ANY_PROFILE);
	for (size_t i = 0; i < lengthof(rl_function_privileges); i++)
	{
		const char *signature = rl_function_privileges[i].object;
		size_t length = strcspn(signature, "(");

		if (strlen(function) == length && strncmp(signature, function, length) == 0)
			profiles |= rl_function_privileges[i].profiles;
	}
	return rl_profile_names(profiles);
}

/* The profiles that have a privilege, such as INSERT, on a table or columns of it */
List *
reportlink_profiles_for_table(const char *table, const char *privilege)
{
	const char *object = psprintf("TABLE reportlink.%s", table);
	int profiles = 0;

	for (size_t i = 0; i < lengthof(rl_table_privileges); i++)
	{
		if (strcmp(rl_table_privileges[i].object, object) == 0 &&
			strstr(rl_table_privileges[i].privilege, privilege) != NULL)
			profiles |= rl_table_privileges[i].profiles;
	}
	return rl_profile_names(profiles);
}

/* A call of one of the two functions */
typedef struct Granting
{
	Oid role;
	char *role_name;
	char *quoted_role;
	char *profile_name;
	int profile;
	char *organization_id; /* NULL: all */
	Oid tables_owner;
	Oid functions_owner;
	char *functions_schema;
} Granting;

/* Schema and owner of the function that is running: those of all of ours */
static void
rl_find_extension(Granting *granting, Oid function)
{
	HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	granting->functions_schema =
		get_namespace_name(((Form_pg_proc) GETSTRUCT(tuple))->pronamespace);
	granting->functions_owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
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

/* GRANT or REVOKE of all that a profile has */
static void
rl_change_all(bool grants, const Granting *granting, int profile, bool tenant)
{
	Privilege usage = {"USAGE", psprintf("SCHEMA %s", quote_identifier(granting->functions_schema)),
					   ANY_PROFILE};

	if (strcmp(granting->functions_schema, "public") != 0) /* everybody may use that one */
		rl_change(grants, &usage, 1, "", profile, granting->quoted_role, granting->functions_owner);
	rl_change(grants, rl_table_privileges, lengthof(rl_table_privileges), "", profile,
			  granting->quoted_role, granting->tables_owner);
	if (tenant)
		rl_change(grants, rl_tenant_privileges, lengthof(rl_tenant_privileges), "", profile,
				  granting->quoted_role, granting->tables_owner);
	else
		rl_change(grants, rl_database_privileges, lengthof(rl_database_privileges), "", profile,
				  granting->quoted_role, granting->tables_owner);
	rl_change(grants, rl_function_privileges, lengthof(rl_function_privileges),
			  psprintf("FUNCTION %s.", quote_identifier(granting->functions_schema)), profile,
			  granting->quoted_role, granting->functions_owner);
}

/* A statement on reportlink.access: $1 role, $2 profile, $3 organization or null */
static uint64
rl_execute(const Granting *granting, const char *statement)
{
	Oid types[] = {NAMEOID, TEXTOID, TEXTOID};
	NameData role;
	Datum values[3];
	char nulls[] = {' ', ' ', granting->organization_id ? ' ' : 'n'};

	namestrcpy(&role, granting->role_name);
	values[0] = NameGetDatum(&role);
	values[1] = CStringGetTextDatum(granting->profile_name);
	values[2] = granting->organization_id ? CStringGetTextDatum(granting->organization_id) : 0;
	if (SPI_execute_with_args(statement, 3, types, values, nulls, false, 0) < 0)
		elog(ERROR, "could not execute %s", statement);
	return SPI_processed;
}

/* 23503 */
static void
rl_require_organization(const Granting *granting)
{
	if (rl_execute(granting, "SELECT FROM reportlink.organization o WHERE o.organization_id = $3 "
							 "FOR KEY SHARE") == 0)
		ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
						errmsg("unknown organization \"%s\"", granting->organization_id)));
}

/* 55000 for what a role that shall be a tenant has already, or what no policy holds */
static void
rl_require_to_be_held(const Granting *granting)
{
	if (has_bypassrls_privilege(granting->role) ||
		has_privs_of_role(granting->role, granting->tables_owner))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("role \"%s\" cannot be held to an organization", granting->role_name),
				 errdetail(
					 "It bypasses row-level security, or may act as the owner of the tables."),
				 errhint("Grant it to a role of its own.")));
	if (rl_execute(granting, "SELECT FROM pg_catalog.pg_roles r, ("
							 "SELECT n.nspacl FROM pg_catalog.pg_namespace n "
							 "WHERE n.nspname = 'reportlink' "
							 "UNION ALL SELECT c.relacl FROM pg_catalog.pg_class c "
							 "WHERE c.relnamespace = 'reportlink'::regnamespace "
							 "UNION ALL SELECT t.attacl FROM pg_catalog.pg_class c "
							 "JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid "
							 "WHERE c.relnamespace = 'reportlink'::regnamespace) o (acl), "
							 "pg_catalog.aclexplode(o.acl) a "
							 "WHERE r.rolname = $1 AND a.grantee = r.oid") > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("role \"%s\" has privileges in all organizations", granting->role_name),
				 errhint("Take them away first: reportlink_revoke() without organization_id.")));
}

/* The profile in one organization; rows that an earlier role of the name left mean nothing */
static void
rl_grant_to_tenant(const Granting *granting)
{
	rl_require_organization(granting);
	if (!reportlink_is_tenant_role(granting->role))
	{
		rl_require_to_be_held(granting);
		rl_execute(granting, "DELETE FROM reportlink.access a WHERE a.role_name = $1");
		reportlink_add_tenant(granting->role);
	}
	rl_execute(granting, "INSERT INTO reportlink.access (role_name, profile, organization_id) "
						 "VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
}

/* The profiles that the role has in any organization */
static int
rl_profiles_left(const Granting *granting)
{
	int profiles = 0;

	rl_execute(granting,
			   "SELECT DISTINCT a.profile FROM reportlink.access a WHERE a.role_name = $1");
	for (uint64 i = 0; i < SPI_processed; i++)
		profiles |= rl_profile(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	return profiles;
}

/*
 * The profile in one organization, or in all that the role is a tenant of.
 * Privileges go with the last row that needs them. Without any row the role is
 * no tenant: then it must keep nothing at all, since nothing holds it any more.
 */
static void
rl_revoke_from_tenant(const Granting *granting)
{
	int left;

	rl_execute(granting, "DELETE FROM reportlink.access a WHERE a.role_name = $1 "
						 "AND a.profile = $2 AND ($3 IS NULL OR a.organization_id = $3)");
	left = rl_profiles_left(granting);
	for (size_t i = 0; i < lengthof(rl_profiles); i++)
	{
		if ((left & (1 << i)) == 0)
			rl_change_all(false, granting, 1 << i, true);
	}
	for (size_t i = 0; i < lengthof(rl_profiles); i++)
	{
		if (left & (1 << i)) /* the others had some of the same */
			rl_change_all(true, granting, 1 << i, true);
	}
	if (left == 0)
		reportlink_remove_tenant(granting->role);
}

/* Rows and policies, as the owner of the tables; one call at a time */
static void
rl_change_access(const Granting *granting, bool grants)
{
	bool tenant = reportlink_is_tenant_role(granting->role);

	if (granting->organization_id == NULL && tenant && grants)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("role \"%s\" is held to organizations", granting->role_name),
						errhint("Take its profiles away first: reportlink_revoke() of each.")));
	if (grants && granting->organization_id != NULL)
		rl_grant_to_tenant(granting);
	else if (!grants && tenant)
		rl_revoke_from_tenant(granting);
}

static void
rl_lock_access(const Granting *granting)
{
	if (SPI_execute("LOCK TABLE reportlink.access IN SHARE ROW EXCLUSIVE MODE", false, 0) !=
		SPI_OK_UTILITY)
		elog(ERROR, "could not lock reportlink.access");
	if (IsolationUsesXactSnapshot() &&
		(granting->organization_id != NULL || reportlink_is_tenant_role(granting->role)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
						errmsg("a profile in an organization must be changed at isolation level "
							   "READ COMMITTED"),
						errdetail("An older snapshot may miss a row of reportlink.access.")));
}

/*
 * Changes rows, policies and privileges. The switch of the user is undone by
 * the transaction's abort after an error.
 */
static void
rl_change_profile(const Granting *granting, bool grants)
{
	Oid saved_user;
	int saved_context;
	bool tenant;

	SPI_connect();
	GetUserIdAndSecContext(&saved_user, &saved_context);
	SetUserIdAndSecContext(granting->tables_owner, saved_context | SECURITY_LOCAL_USERID_CHANGE);
	rl_lock_access(granting);
	tenant = granting->organization_id != NULL || reportlink_is_tenant_role(granting->role);
	rl_change_access(granting, grants);
	SetUserIdAndSecContext(saved_user, saved_context);

	if (grants || !tenant)
		rl_change_all(grants, granting, granting->profile, tenant);
	SPI_finish();
}

/* Checks the arguments of the two functions, and who calls */
static void
rl_change_privileges(FunctionCallInfo fcinfo, const char *function, bool grants)
{
	static const Argument args[] = {{"grantee", true, false}, {"profile", true, false}};
	Granting granting = {.tables_owner = reportlink_tables_owner()};

	reportlink_require_args(fcinfo, function, args, lengthof(args));
	granting.profile_name = reportlink_arg_cstring(fcinfo, 1);
	granting.profile = rl_profile(granting.profile_name);
	if (!has_privs_of_role(GetUserId(), granting.tables_owner))
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("must be the owner of the reportlink tables")));
	granting.role = PG_GETARG_OID(0);
	granting.role_name = GetUserNameFromId(granting.role, true);
	if (granting.role_name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("role with OID %u does not exist", granting.role)));
	granting.quoted_role = pstrdup(quote_identifier(granting.role_name));
	granting.organization_id = reportlink_arg_cstring(fcinfo, 2);
	rl_find_extension(&granting, fcinfo->flinfo->fn_oid);
	rl_change_profile(&granting, grants);
}

/*
 * reportlink_grant(grantee, profile, organization_id): section 11. With an
 * organization the role is held to it, and to others granted. 22004, 22023,
 * 23503, 25000, 42501 unless the caller may act as the owner of the tables, 42704,
 * 55000.
 */
PG_FUNCTION_INFO_V1(reportlink_grant);
Datum
reportlink_grant(PG_FUNCTION_ARGS)
{
	rl_change_privileges(fcinfo, "reportlink_grant", true);
	PG_RETURN_VOID();
}

/*
 * reportlink_revoke(grantee, profile, organization_id): takes what the profile
 * gave. From a role that is held to organizations: in one of them, or in all,
 * and what its other profiles give it keeps. From another: also what another
 * profile gives.
 */
PG_FUNCTION_INFO_V1(reportlink_revoke);
Datum
reportlink_revoke(PG_FUNCTION_ARGS)
{
	rl_change_privileges(fcinfo, "reportlink_revoke", false);
	PG_RETURN_VOID();
}
