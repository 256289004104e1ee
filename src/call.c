/*
 * call.c: what every call has in common: null arguments, actor, role, and the
 * switch to the owner of the tables
 */
#include "call.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "error.h"
#include "tenant.h"

/*
 * Depth of triggers at which a function of ours is at work, or NOT_AT_WORK.
 * Our own statements fire triggers one level deeper; what a user's trigger
 * then writes is deeper still, and is a plain statement like any other.
 */
#define NOT_AT_WORK (-1)
static int rl_work_depth = NOT_AT_WORK;

/* is what is planned now a look-up of a function? */
static bool rl_looking_up = false;

/* how many times longer than others a function waits before it looks for a deadlock */
#define DEADLOCK_PATIENCE 10

/* bytes, as CHECK (organization_id_length) has it */
#define LONGEST_ORGANIZATION_ID 255

/* where the operators and functions of our statements are found, and nobody else's */
#define OUR_SEARCH_PATH "pg_catalog, pg_temp"

/* the table whose version was found good in this session */
static Oid rl_checked_relation = InvalidOid;

static int
rl_trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

/* Is the trigger that asks fired by a statement of a reportlink function? */
bool
reportlink_at_work(void)
{
	return rl_work_depth != NOT_AT_WORK && rl_trigger_depth() == rl_work_depth + 1;
}

/* For the planner: are the statements those of a function that looks rows up by their keys? */
bool
reportlink_is_looking_up(void)
{
	return rl_looking_up;
}

static Oid
rl_report_relation(void)
{
	Oid schema = get_namespace_oid("reportlink", true);
	Oid relation = OidIsValid(schema) ? get_relname_relid("report", schema) : InvalidOid;

	if (!OidIsValid(relation))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("reportlink is not installed in this database"),
						errhint("Run SELECT reportlink_install().")));
	return relation;
}

static Oid
rl_relation_owner(Oid relation)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	Oid owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relation);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Owner of the tables; 55000 when there are none */
Oid
reportlink_tables_owner(void)
{
	return rl_relation_owner(rl_report_relation());
}

/* 55000 unless the tables are of the library's version; asked once a session */
static void
rl_check_version(Oid relation)
{
	char *version;

	if (relation == rl_checked_relation)
		return;
	reportlink_execute(QUERY_INSTALLED_VERSION, NULL);
	version = reportlink_get_text(0, 1);
	if (version == NULL || strcmp(version, REPORTLINK_VERSION) != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("reportlink tables are of version %s, the library is of version %s",
							   version ? version : "unknown", REPORTLINK_VERSION),
						errhint("Run ALTER EXTENSION reportlink UPDATE, then "
								"SELECT reportlink_install().")));
	rl_checked_relation = relation;
}

/* For as long as a function is at work */
static void
rl_set(const char *setting, const char *value)
{
	(void) set_config_option(setting, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

/*
 * All that a function looks up has a key: so the planner is told to use the
 * keys, and that the tables are large (plan.c).
 *
 * A plain statement on several reports may lock them in another order than a
 * function. Whoever looks for the deadlock first is its victim: the function
 * waits longer before it looks, so that the plain statement is.
 */
static void
rl_set_for_lookups(const Call *call)
{
	rl_set("enable_seqscan", "off");
	rl_set("enable_hashjoin", "off");
	rl_set("enable_mergejoin", "off");
	rl_set("enable_bitmapscan", "off");
	rl_set("enable_material", "off");
	rl_set("jit", "off");
	rl_set("deadlock_timeout",
		   psprintf("%d", Min(call->deadlock_timeout, INT_MAX / 100) * DEADLOCK_PATIENCE));
}

/*
 * Notes who called, becomes the owner of the tables, connects to SPI, is at
 * work. Functions of triggers have no search_path of their own.
 */
static void
rl_begin_work(Call *call, Oid relation)
{
	MemoryContext caller = CurrentMemoryContext;

	GetUserIdAndSecContext(&call->saved_user, &call->saved_context);
	call->saved_depth = rl_work_depth;
	call->saved_looking_up = rl_looking_up;
	call->deadlock_timeout = DeadlockTimeout;
	call->database_role = GetUserNameFromId(call->saved_user, false);

	SetUserIdAndSecContext(rl_relation_owner(relation),
						   call->saved_context | SECURITY_LOCAL_USERID_CHANGE);
	SPI_connect();
	MemoryContextSwitchTo(caller); /* results outlive SPI */
	call->guc_level = NewGUCNestLevel();
	if (strcmp(namespace_search_path, OUR_SEARCH_PATH) != 0)
		rl_set("search_path", OUR_SEARCH_PATH);
	rl_work_depth = rl_trigger_depth();
}

static void
rl_end_work(const Call *call)
{
	rl_work_depth = call->saved_depth;
	rl_looking_up = call->saved_looking_up;
	AtEOXact_GUC(true, call->guc_level);
	SPI_finish();
	SetUserIdAndSecContext(call->saved_user, call->saved_context);
}

/* 42501: what is every organization's is no tenant's */
static void
rl_require_organization(const Call *call)
{
	if (call->organization_id == NULL && call->function != NULL)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("%s for every organization is not for role \"%s\"", call->function,
							   call->database_role),
						errhint("Give organization_id.")));
}

/*
 * Section 11 of the semantics: to a tenant other organizations are as if they
 * did not exist. So the call goes on with an id that no organization can have,
 * finds nothing and ends as it does for one that is not there; and only the
 * messages name the one that was asked for.
 */
static void
rl_hide_others(Call *call, Oid relation)
{
	if (!reportlink_is_tenant(relation, call->saved_user))
		return;
	rl_require_organization(call);
	if (call->organization_id != NULL &&
		reportlink_tenant_reaches(call->saved_user, call->organization_id, call->function))
		return;
	call->hidden = call->organization_id ? call->organization_id : "";
	call->organization_id = palloc(LONGEST_ORGANIZATION_ID + 2);
	memset(call->organization_id, '-', LONGEST_ORGANIZATION_ID + 1);
	call->organization_id[LONGEST_ORGANIZATION_ID + 1] = '\0';
}

/* The organization as the caller calls it, for a message */
const char *
reportlink_named_organization(const Call *call)
{
	return call->hidden ? call->hidden : call->organization_id;
}

/*
 * Does work as the owner of the tables, with SPI connected; the triggers let
 * its writes pass. state is for the work's own use. Raises 55000 when the
 * tables are not installed, 42501 when a tenant asks for every organization,
 * and whatever the work raises.
 */
void
reportlink_work(Call *call, WorkKind kind, Work work, void *state)
{
	Oid relation = rl_report_relation();

	rl_begin_work(call, relation);
	PG_TRY();
	{
		rl_check_version(relation);
		rl_hide_others(call, relation);
		rl_looking_up = kind == WORK_LOOKUPS;
		if (rl_looking_up)
			rl_set_for_lookups(call);
		work(call, state);
		if (call->finish != NULL)
			call->finish(call);
	}
	PG_CATCH();
	{
		/* the transaction's abort closes SPI and gives user and settings back */
		rl_work_depth = call->saved_depth;
		rl_looking_up = call->saved_looking_up;
		PG_RE_THROW();
	}
	PG_END_TRY();
	rl_end_work(call);
}

/*
 * Reads a member, and the settings of the organization; false, and a member
 * without role, when there is none.
 */
bool
reportlink_load_member(const char *organization_id, const char *user_id, Member *member)
{
	NullableDatum args[] = {reportlink_arg_text(organization_id), reportlink_arg_text(user_id)};
	char *role;

	memset(member, 0, sizeof(Member));
	if (reportlink_execute(QUERY_MEMBER, args) == 0)
		return false;
	role = reportlink_get_text(0, 1);
	member->role = role ? reportlink_role(role) : ROLE_NONE;
	member->active = reportlink_get_bool(0, 2);
	member->linking_enabled = reportlink_get_bool(0, 3);
	member->notify_previous_owner = reportlink_get_bool(0, 4);
	member->recall_allow_immediate_sign = reportlink_get_bool(0, 5);
	return role != NULL;
}

/* RL014 unless the actor's role allows the operation */
void
reportlink_require(const Call *call, Operation operation)
{
	if (!call->repair && !reportlink_may(call->member.role, operation))
		ereport(ERROR,
				(reportlink_refusal(RL_ROLE), errdetail("User \"%s\" has the role %s.", call->actor,
														reportlink_role_name(call->member.role))));
}

/* Who acts: actor, else the setting. RL012, RL013 */
void
reportlink_identify_actor(Call *call, char *actor)
{
	if (actor == NULL || *actor == '\0')
		actor = reportlink_user_id;
	if (actor == NULL || *actor == '\0')
		ereport(ERROR, (reportlink_refusal(RL_NO_ACTOR)));

	call->actor = pstrdup(actor);
	if (!reportlink_load_member(call->organization_id, actor, &call->member) ||
		!call->member.active)
		ereport(ERROR, (reportlink_refusal(RL_NOT_MEMBER),
						errdetail("User \"%s\", organization \"%s\".", actor,
								  reportlink_named_organization(call))));
}

/* 22004 for a null where an argument, or an element of an array of ids, is needed */
void
reportlink_require_args(FunctionCallInfo fcinfo, const char *function, const Argument *args,
						int nargs)
{
	for (int i = 0; i < nargs; i++)
	{
		if (args[i].required && PG_ARGISNULL(i))
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("argument %s of %s must not be null", args[i].name, function)));
		if (args[i].no_null_elements && !PG_ARGISNULL(i) &&
			array_contains_nulls(PG_GETARG_ARRAYTYPE_P(i)))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument %s of %s must not contain null", args[i].name, function)));
	}
}

/* A procedure that is being called */
typedef struct RunningProcedure
{
	const Procedure *procedure;
	FunctionCallInfo fcinfo;
	Datum result;
} RunningProcedure;

/*
 * Whoever looks for a deadlock first is its victim, and with several calls or
 * statements in a transaction that can be a function, whatever its patience.
 * Its caller then sees the error of a transaction that is to be retried, which
 * he has to expect of a function anyway; 40P01 is for plain statements alone.
 */
static void
rl_rethrow_as_retry(MemoryContext context)
{
	ErrorData *error;

	if (geterrcode() != ERRCODE_T_R_DEADLOCK_DETECTED)
		PG_RE_THROW();
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	error->sqlerrcode = ERRCODE_T_R_SERIALIZATION_FAILURE;
	error->hint = pstrdup("Retry the transaction.");
	ReThrowError(error);
}

static void
rl_run_procedure(Call *call, void *state)
{
	RunningProcedure *running = state;
	const Procedure *procedure = running->procedure;

	reportlink_identify_actor(call, reportlink_arg_cstring(running->fcinfo, procedure->nargs - 1));
	reportlink_require(call, procedure->operation);
	running->result = procedure->body(call, running->fcinfo);
}

/*
 * Runs an SQL function that writes: checks what all of them check, in the
 * order of section 1 of the semantics (22004, 55000, RL012, RL013, RL014), and
 * then does its body as the owner of the tables. 40001 instead of 40P01.
 */
Datum
reportlink_call(FunctionCallInfo fcinfo, const Procedure *procedure)
{
	MemoryContext caller = CurrentMemoryContext;
	RunningProcedure running = {procedure, fcinfo, (Datum) 0};
	Call call = {0};

	reportlink_require_args(fcinfo, procedure->name, procedure->args, procedure->nargs);
	call.organization_id = reportlink_arg_cstring(fcinfo, 0);
	call.function = procedure->name;
	PG_TRY();
	{
		reportlink_work(&call, WORK_LOOKUPS, rl_run_procedure, &running);
	}
	PG_CATCH();
	{
		rl_rethrow_as_retry(caller);
	}
	PG_END_TRY();
	return running.result;
}

/* A text argument, NULL when it is null */
char *
reportlink_arg_cstring(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

/* A boolean argument; null is its default */
bool
reportlink_arg_or(FunctionCallInfo fcinfo, int arg, bool otherwise)
{
	return PG_ARGISNULL(arg) ? otherwise : PG_GETARG_BOOL(arg);
}

/* The argument batch of a function; null is its default. 22023 below 1 */
int32
reportlink_arg_batch(FunctionCallInfo fcinfo, int arg, const char *function, int32 otherwise)
{
	int32 batch = PG_ARGISNULL(arg) ? otherwise : PG_GETARG_INT32(arg);

	if (batch < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument batch of %s must be at least 1", function)));
	return batch;
}

/* The result row of a function with OUT arguments */
Datum
reportlink_row(FunctionCallInfo fcinfo, const NullableDatum *columns, int count)
{
	TupleDesc tupdesc;
	Datum *values = palloc(sizeof(Datum) * count);
	bool *nulls = palloc(sizeof(bool) * count);

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (int i = 0; i < count; i++)
	{
		values[i] = columns[i].value;
		nulls[i] = columns[i].isnull;
	}
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls));
}

/* Returns the rows of the last query as those of the function; the columns are the same */
void
reportlink_return_rows(FunctionCallInfo fcinfo, int count)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < count; i++)
		tuplestore_puttuple(rsinfo->setResult, SPI_tuptable->vals[i]);
}
