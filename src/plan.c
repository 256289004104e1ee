/*
 * plan.c: what the planner is told of our tables
 *
 * A session keeps a plan for as long as it lasts, and may have made it when the
 * tables were empty and without statistics. An index then looks as good as any
 * other that begins with organization_id, and the one that is picked may read
 * all reports of the organization for one of them. So whatever a function looks
 * up is planned for large tables, which is right for small ones too.
 */
#include "reportlink.h"

#include "catalog/namespace.h"
#include "nodes/pathnodes.h"
#include "optimizer/plancat.h"
#include "utils/lsyscache.h"

#include "call.h"
#include "plan.h"

/* what is smaller is planned as if it had so many rows, and pages of table and indexes */
#define LARGE_ROWS 1000000
#define LARGE_PAGES 20000
#define LARGE_INDEX_PAGES 5000
#define LARGE_INDEX_HEIGHT 2

static get_relation_info_hook_type rl_next_hook = NULL;

static void
rl_enlarge(RelOptInfo *relation)
{
	ListCell *cell;

	relation->tuples = Max(relation->tuples, LARGE_ROWS);
	relation->pages = Max(relation->pages, LARGE_PAGES);
	foreach(cell, relation->indexlist)
	{
		IndexOptInfo *index = lfirst(cell);

		/* a partial one is of what is in work, and stays small */
		if (index->indpred != NIL)
			continue;
		index->tuples = Max(index->tuples, LARGE_ROWS);
		index->pages = Max(index->pages, LARGE_INDEX_PAGES);
		index->tree_height = Max(index->tree_height, LARGE_INDEX_HEIGHT);
	}
}

static void
rl_relation_info(PlannerInfo *root, Oid oid, bool inhparent, RelOptInfo *relation)
{
	if (rl_next_hook != NULL)
		rl_next_hook(root, oid, inhparent, relation);
	if (reportlink_is_looking_up() &&
		get_rel_namespace(oid) == get_namespace_oid("reportlink", true))
		rl_enlarge(relation);
}

/* When the library is loaded */
void
reportlink_set_planner_hook(void)
{
	rl_next_hook = get_relation_info_hook;
	get_relation_info_hook = rl_relation_info;
}
