/*
 * constraint.c: CHECK constraints of our tables, read once a session
 *
 * PostgreSQL keeps a CHECK as text, and each statement that writes to the table
 * reads that anew: an eighth of all that a function does, and a third of what
 * registering one order takes. So we keep what was read, beside its text, and
 * give it to the executor when a statement begins; a text that has changed is
 * read again. What the executor makes of it for the statement, it makes as
 * always.
 */
#include "reportlink.h"

#include "catalog/namespace.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "nodes/nodeFuncs.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "constraint.h"

/* From 18 on there is more to it: constraints that are not enforced, and virtual columns */
#if PG_VERSION_NUM < 180000

/* The constraints of a table, in the order of its descriptor */
typedef struct ReadChecks
{
	Oid relation; /* the key */
	MemoryContext context; /* of the rest */
	int count; /* 0: none were read yet */
	char **texts;
	Expr **expressions;
} ReadChecks;

static HTAB *rl_tables = NULL;

static ExecutorStart_hook_type rl_next_hook = NULL;

static bool
rl_are_of(const ReadChecks *checks, const TupleConstr *constr)
{
	if (checks->count != constr->num_check)
		return false;
	for (int i = 0; i < checks->count; i++)
	{
		if (strcmp(checks->texts[i], constr->check[i].ccbin) != 0)
			return false;
	}
	return true;
}

/* Reads them; what was read before is not in use, since the table could be altered */
static void
rl_read(ReadChecks *checks, const TupleConstr *constr)
{
	MemoryContext caller;

	checks->count = 0;
	MemoryContextReset(checks->context);
	caller = MemoryContextSwitchTo(checks->context);
	checks->texts = palloc(sizeof(char *) * constr->num_check);
	checks->expressions = palloc(sizeof(Expr *) * constr->num_check);
	for (int i = 0; i < constr->num_check; i++)
	{
		checks->texts[i] = pstrdup(constr->check[i].ccbin);
		checks->expressions[i] = stringToNode(checks->texts[i]);
	}
	checks->count = constr->num_check;
	MemoryContextSwitchTo(caller);
}

static ReadChecks *
rl_checks(Relation relation, const TupleConstr *constr)
{
	Oid key = RelationGetRelid(relation);
	ReadChecks *checks;
	bool found;

	if (rl_tables == NULL)
		rl_tables = hash_create("reportlink constraints", 16,
								&(HASHCTL){.keysize = sizeof(Oid), .entrysize = sizeof(ReadChecks)},
								HASH_ELEM | HASH_BLOBS);
	checks = hash_search(rl_tables, &key, HASH_ENTER, &found);
	if (!found)
	{
		checks->context = NULL;
		checks->count = 0;
	}
	if (checks->context == NULL)
		checks->context = AllocSetContextCreate(CacheMemoryContext, "reportlink constraints",
												ALLOCSET_SMALL_SIZES);
	if (!rl_are_of(checks, constr))
		rl_read(checks, constr);
	return checks;
}

/* Gives a table that is written to its constraints, as ExecConstraints() would read them */
static void
rl_give_checks(ResultRelInfo *table, EState *estate)
{
	Relation relation = table->ri_RelationDesc;
	const TupleConstr *constr = RelationGetDescr(relation)->constr;
	ReadChecks *checks;
	ExprState **states;

	/* where some of them could not be read from the catalog, the executor says so */
	if (constr == NULL || constr->num_check == 0 ||
		constr->num_check != relation->rd_rel->relchecks || table->ri_ConstraintExprs != NULL)
		return;
	checks = rl_checks(relation, constr);
	states = MemoryContextAlloc(estate->es_query_cxt, sizeof(ExprState *) * checks->count);
	for (int i = 0; i < checks->count; i++)
		states[i] = ExecPrepareExpr(checks->expressions[i], estate);
	table->ri_ConstraintExprs = states;
}

static void
rl_executor_start(QueryDesc *query, int flags)
{
	ListCell *cell;

	if (rl_next_hook != NULL)
		rl_next_hook(query, flags);
	else
		standard_ExecutorStart(query, flags);

	foreach(cell, query->estate->es_opened_result_relations)
	{
		ResultRelInfo *table = lfirst(cell);

		if (RelationGetNamespace(table->ri_RelationDesc) == get_namespace_oid("reportlink", true))
			rl_give_checks(table, query->estate);
	}
}

/* When the library is loaded */
void
reportlink_set_executor_hook(void)
{
	rl_next_hook = ExecutorStart_hook;
	ExecutorStart_hook = rl_executor_start;
}

#else

void
reportlink_set_executor_hook(void)
{
}

#endif
