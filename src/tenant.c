/*
 * tenant.c: database roles that reach only some organizations
 *
 * The rows of reportlink.access say which. Plain SQL is held by row-level
 * security: policies that name the tenants' roles and look their organizations
 * up in reportlink.access. They need nothing of the extension, so they are in
 * force without it. Functions work as the owner of the tables, whom row-level
 * security does not hold: so call.c asks here.
 *
 * Row-level security is on while there is a tenant. It is the catalog that
 * says who is one: an access row of a role that was renamed, or a row that an
 * old snapshot does not see, can make a tenant reach less, never more.
 */
#include "tenant.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "call.h"
#include "grant.h"

#define TENANT_POLICY "reportlink_tenant"

/* for everybody else nothing changes while row-level security is on */
#define EVERYONE_POLICY "reportlink_everyone"

/*
 * Tenants whose privileges the user has. Not every role that reportlink.access
 * has the name of: the name may have been another's before.
 */
#define OWN_TENANTS                                                                                \
	"FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_policy p "                                      \
	"ON r.oid OPERATOR(pg_catalog.=) ANY (p.polroles) "                                            \
	"AND p.polrelid OPERATOR(pg_catalog.=) 'reportlink.access'::pg_catalog.regclass "              \
	"AND p.polname OPERATOR(pg_catalog.=) '" TENANT_POLICY "' "
#define IS_OWN_TENANT "pg_catalog.pg_has_role(r.oid, 'USAGE') "

/* Every table with organization_id; report first: whoever works has that locked */
static const char *const rl_tables[] = {"report",	   "organization", "member",	 "patient",
										"document",	   "report_group", "signature",	 "past_link",
										"publication", "event",		   "subscriber", "access"};

/* A policy for the tenants, on each table where a profile has the privilege */
typedef struct TenantPolicy
{
	const char *name;
	const char *command;
	const char *privilege;
	const char *clause;
} TenantPolicy;

static const TenantPolicy rl_policies[] = {
	{TENANT_POLICY, "ALL", "SELECT", "USING"},
	{TENANT_POLICY "_insert", "INSERT", "INSERT", "WITH CHECK"},
	{TENANT_POLICY "_update", "UPDATE", "UPDATE", "USING"},
	{TENANT_POLICY "_delete", "DELETE", "DELETE", "USING"},
};

/* The roles that the tenants' policy of a table names, none when there is no tenant */
static List *
rl_tenant_roles(Relation relation)
{
	List *roles = NIL;
	ListCell *cell;

	if (!relation->rd_rel->relrowsecurity || relation->rd_rsdesc == NULL)
		return NIL;
	foreach(cell, relation->rd_rsdesc->policies)
	{
		RowSecurityPolicy *policy = lfirst(cell);
		Datum *oids;
		int count;

		if (strcmp(policy->policy_name, TENANT_POLICY) != 0)
			continue;
		deconstruct_array(policy->roles, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &oids, NULL,
						  &count);
		for (int i = 0; i < count; i++)
			roles = lappend_oid(roles, DatumGetObjectId(oids[i]));
	}
	return roles;
}

/* The same of reportlink.report, for all tables; NIL too when that is not there */
static List *
rl_all_tenant_roles(void)
{
	Oid schema = get_namespace_oid("reportlink", true);
	Oid oid = OidIsValid(schema) ? get_relname_relid("report", schema) : InvalidOid;
	Relation relation;
	List *roles;

	if (!OidIsValid(oid))
		return NIL;
	relation = table_open(oid, AccessShareLock);
	roles = rl_tenant_roles(relation);
	table_close(relation, NoLock);
	return roles;
}

/* Is there any? */
bool
reportlink_has_tenants(void)
{
	return rl_all_tenant_roles() != NIL;
}

/* Is this very role one? */
bool
reportlink_is_tenant_role(Oid role)
{
	return list_member_oid(rl_all_tenant_roles(), role);
}

/*
 * Is the caller held by the policies of the tenants: not the owner of the
 * tables and not who bypasses row-level security, and a tenant's role or who
 * has its privileges? The lock makes that what is committed by now; where
 * there is no tenant it is all that this costs.
 */
bool
reportlink_is_tenant(Oid report_relation, Oid caller)
{
	Relation relation = table_open(report_relation, AccessShareLock);
	bool found = false;

	if (relation->rd_rel->relrowsecurity &&
		check_enable_rls(report_relation, caller, true) == RLS_ENABLED)
	{
		ListCell *cell;

		foreach(cell, rl_tenant_roles(relation))
			found |= has_privs_of_role(caller, lfirst_oid(cell));
	}
	table_close(relation, NoLock);
	return found;
}

static NullableDatum
rl_arg_names(const List *names)
{
	char **values = palloc(sizeof(char *) * Max(list_length(names), 1));
	int count = 0;
	ListCell *cell;

	foreach(cell, names)
		values[count++] = lfirst(cell);
	return reportlink_arg_texts(values, count);
}

/*
 * Does the organization have a role, of those whose privileges the caller has,
 * with a profile that may execute the function? NULL: with any profile.
 */
bool
reportlink_tenant_reaches(Oid caller, const char *organization_id, const char *function)
{
	NullableDatum args[] = {reportlink_arg_text(organization_id),
							rl_arg_names(reportlink_profiles_for_function(function))};
	int count = reportlink_execute_latest(QUERY_ROLES_WITH_ACCESS, args);
	List *tenants = rl_all_tenant_roles();

	for (int i = 0; i < count; i++)
	{
		Oid role = get_role_oid(reportlink_get_text(i, 1), true);

		if (list_member_oid(tenants, role) && has_privs_of_role(caller, role))
			return true;
	}
	return false;
}

/* A statement of the catalog, as who is the user now */
static void
rl_define(const char *statement)
{
	if (SPI_execute(statement, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not execute %s", statement);
}

/* "name, name" for the TO of a policy */
static char *
rl_name_roles(const List *roles)
{
	StringInfoData text;
	ListCell *cell;

	initStringInfo(&text);
	foreach(cell, roles)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "",
						 quote_identifier(GetUserNameFromId(lfirst_oid(cell), false)));
	return text.data;
}

/*
 * What a policy asks of a row: that it is of an organization where the user
 * has one of the profiles. A tenant sees of reportlink.access his own rows,
 * and writes none, whatever privileges somebody gave him.
 */
static char *
rl_condition(const char *table, const List *profiles)
{
	StringInfoData text;
	ListCell *cell;

	if (strcmp(table, "access") == 0)
		return "EXISTS (SELECT " OWN_TENANTS
			   "WHERE r.rolname OPERATOR(pg_catalog.=) access.role_name AND " IS_OWN_TENANT
			   ")) WITH CHECK (false";
	initStringInfo(&text);
	appendStringInfoString(&text,
						   "organization_id OPERATOR(pg_catalog.=) ANY (ARRAY("
						   "SELECT a.organization_id " OWN_TENANTS "JOIN reportlink.access a "
						   "ON a.role_name OPERATOR(pg_catalog.=) r.rolname "
						   "WHERE " IS_OWN_TENANT "AND (");
	foreach(cell, profiles)
		appendStringInfo(&text, "%sa.profile OPERATOR(pg_catalog.=) '%s'",
						 foreach_current_index(cell) > 0 ? " OR " : "", (char *) lfirst(cell));
	appendStringInfoString(&text, ")))");
	return text.data;
}

/* Does what is said with each policy of the tenants that a table has */
static void
rl_each_policy(const char *table,
			   void (*change)(const char *table, const TenantPolicy *policy, const List *profiles,
							  const char *roles),
			   const char *roles)
{
	for (size_t i = 0; i < lengthof(rl_policies); i++)
	{
		List *profiles = reportlink_profiles_for_table(table, rl_policies[i].privilege);

		if (profiles != NIL)
			change(table, &rl_policies[i], profiles, roles);
	}
}

static void
rl_create_policy(const char *table, const TenantPolicy *policy, const List *profiles,
				 const char *roles)
{
	rl_define(psprintf("CREATE POLICY %s ON reportlink.%s AS RESTRICTIVE FOR %s TO %s %s (%s)",
					   policy->name, table, policy->command, roles, policy->clause,
					   rl_condition(table, profiles)));
}

static void
rl_alter_policy(const char *table, const TenantPolicy *policy, const List *profiles,
				const char *roles)
{
	rl_define(psprintf("ALTER POLICY %s ON reportlink.%s TO %s", policy->name, table, roles));
}

static void
rl_drop_policy(const char *table, const TenantPolicy *policy, const List *profiles,
			   const char *roles)
{
	rl_define(psprintf("DROP POLICY IF EXISTS %s ON reportlink.%s", policy->name, table));
}

/* 55000 where somebody has policies of his own: ours would open what they close */
static void
rl_require_no_row_security(const char *table)
{
	char *query =
		psprintf("SELECT FROM pg_catalog.pg_class c "
				 "WHERE c.oid OPERATOR(pg_catalog.=) 'reportlink.%s'::pg_catalog.regclass "
				 "AND (EXISTS (SELECT FROM pg_catalog.pg_policy p "
				 "WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid "
				 "AND p.polname OPERATOR(pg_catalog.!~) '^reportlink_') "
				 "OR c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p "
				 "WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid "
				 "AND p.polname OPERATOR(pg_catalog.=) '" EVERYONE_POLICY "'))",
				 table);

	if (SPI_execute(query, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not execute %s", query);
	if (SPI_processed > 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("table reportlink.%s has row-level security already", table),
						errhint("Drop its policies and disable row-level security first.")));
}

static void
rl_close(const char *table)
{
	rl_each_policy(table, rl_drop_policy, NULL);
	rl_define(psprintf("DROP POLICY IF EXISTS " EVERYONE_POLICY " ON reportlink.%s", table));
	rl_define(psprintf("ALTER TABLE reportlink.%s DISABLE ROW LEVEL SECURITY", table));
}

/* Is it on? Then DROP OWNED BY the last tenant left it so */
static bool
rl_has_row_security(const char *table)
{
	Oid oid = get_relname_relid(table, get_namespace_oid("reportlink", false));
	Relation relation = table_open(oid, AccessShareLock);
	bool on = relation->rd_rel->relrowsecurity;

	table_close(relation, NoLock);
	return on;
}

static void
rl_open(const char *table, const char *roles)
{
	rl_require_no_row_security(table);
	if (rl_has_row_security(table))
		rl_close(table);
	rl_define(psprintf("ALTER TABLE reportlink.%s ENABLE ROW LEVEL SECURITY", table));
	rl_define(psprintf("CREATE POLICY " EVERYONE_POLICY " ON reportlink.%s "
					   "USING (true) WITH CHECK (true)",
					   table));
	rl_each_policy(table, rl_create_policy, roles);
}

/* Makes a role a tenant, as the owner of the tables and with SPI connected */
void
reportlink_add_tenant(Oid role)
{
	List *present = rl_all_tenant_roles();
	char *roles = rl_name_roles(lappend_oid(list_copy(present), role));

	for (size_t i = 0; i < lengthof(rl_tables); i++)
	{
		if (present == NIL)
			rl_open(rl_tables[i], roles);
		else
			rl_each_policy(rl_tables[i], rl_alter_policy, roles);
	}
}

/* The opposite; with the last one row-level security goes */
void
reportlink_remove_tenant(Oid role)
{
	List *left = list_delete_oid(rl_all_tenant_roles(), role);
	char *roles = rl_name_roles(left);

	for (size_t i = 0; i < lengthof(rl_tables); i++)
	{
		if (left == NIL)
			rl_close(rl_tables[i]);
		else
			rl_each_policy(rl_tables[i], rl_alter_policy, roles);
	}
}
