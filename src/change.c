/*
 * change.c: the rows of a plain UPDATE that get another status or owner
 *
 * Read from the transition tables of the statement's trigger.
 */
#include "change.h"

#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "managed.h"

/* The rows of the statement, old beside new */
typedef struct RowScan
{
	TriggerData *trigger;
	TupleTableSlot *old_row;
	TupleTableSlot *new_row;
	bool changes_status; /* of the present row */
	bool changes_owner;
} RowScan;

static Datum
rl_attribute(TupleTableSlot *slot, const char *column, bool *isnull)
{
	return slot_getattr(slot, SPI_fnumber(slot->tts_tupleDescriptor, column), isnull);
}

/* NULL for null */
static char *
rl_text(TupleTableSlot *slot, const char *column)
{
	bool isnull;
	Datum value = rl_attribute(slot, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* null is 0 */
static int64
rl_id(TupleTableSlot *slot, const char *column)
{
	bool isnull;
	Datum value = rl_attribute(slot, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static bool
rl_bool(TupleTableSlot *slot, const char *column)
{
	bool isnull;
	Datum value = rl_attribute(slot, column, &isnull);

	return !isnull && DatumGetBool(value);
}

static bool
rl_differs(const RowScan *scan, const char *column)
{
	TupleDesc tupdesc = scan->old_row->tts_tupleDescriptor;
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, SPI_fnumber(tupdesc, column) - 1);
	bool old_null;
	bool new_null;
	Datum old_value = slot_getattr(scan->old_row, attribute->attnum, &old_null);
	Datum new_value = slot_getattr(scan->new_row, attribute->attnum, &new_null);

	if (old_null || new_null)
		return old_null != new_null;
	return !datum_image_eq(old_value, new_value, attribute->attbyval, attribute->attlen);
}

static void
rl_rewind(Tuplestorestate *rows)
{
	tuplestore_select_read_pointer(rows, 0);
	tuplestore_rescan(rows);
}

static RowScan
rl_begin_scan(TriggerData *trigger)
{
	TupleDesc tupdesc = RelationGetDescr(trigger->tg_relation);

	rl_rewind(trigger->tg_oldtable);
	rl_rewind(trigger->tg_newtable);
	return (RowScan){.trigger = trigger,
					 .old_row = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple),
					 .new_row = MakeSingleTupleTableSlot(tupdesc, &TTSOpsMinimalTuple)};
}

/* Old and new rows come in the same order, one of each for every row updated */
static bool
rl_next_row(RowScan *scan)
{
	CHECK_FOR_INTERRUPTS();
	if (!tuplestore_gettupleslot(scan->trigger->tg_oldtable, true, false, scan->old_row) ||
		!tuplestore_gettupleslot(scan->trigger->tg_newtable, true, false, scan->new_row))
	{
		ExecDropSingleTupleTableSlot(scan->old_row);
		ExecDropSingleTupleTableSlot(scan->new_row);
		return false;
	}
	scan->changes_status = rl_differs(scan, "status");
	scan->changes_owner = rl_differs(scan, "owner_id");
	return true;
}

/*
 * RL021 where a trigger of the user's own changed what reportlink manages,
 * after our row trigger had looked. Cancelling takes a report out of its group.
 */
static void
rl_require_unchanged(const RowScan *scan)
{
	bool leaves =
		scan->changes_status && rl_id(scan->new_row, "group_id") == 0 &&
		strcmp(rl_text(scan->new_row, "status"), reportlink_status_name(STATUS_CANCELLED)) == 0;

	for (int i = 0; i < reportlink_managed_count; i++)
	{
		const ManagedColumn *column = &reportlink_managed_columns[i];

		if (!column->on_update || !rl_differs(scan, column->name))
			continue;
		if (leaves &&
			(strcmp(column->name, "group_id") == 0 || strcmp(column->name, "link_position") == 0))
			continue;
		reportlink_refuse_column(column->name, column->hint, rl_id(scan->old_row, "report_id"));
	}
}

/* Adds the present row */
static void
rl_add_change(ChangeList *list, const RowScan *scan)
{
	TupleTableSlot *old_row = scan->old_row;
	Change *change;
	Report *report;
	bool isnull;

	if (list->count == list->capacity)
	{
		list->capacity *= 2;
		list->changes = repalloc_huge(list->changes, sizeof(Change) * list->capacity);
	}
	change = &list->changes[list->count++];
	change->organization_id = rl_text(old_row, "organization_id");
	change->mrn = rl_text(old_row, "mrn");
	change->group_id = rl_id(old_row, "group_id");
	change->changes_status = scan->changes_status;
	change->changes_owner = scan->changes_owner;
	change->status = reportlink_status(rl_text(scan->new_row, "status"));
	change->owner_id = rl_text(scan->new_row, "owner_id");

	report = &change->report;
	memset(report, 0, sizeof(Report));
	report->report_id = rl_id(old_row, "report_id");
	report->link_position = DatumGetInt32(rl_attribute(old_row, "link_position", &isnull));
	report->document_id = rl_id(old_row, "document_id");
	report->state.status = reportlink_status(rl_text(old_row, "status"));
	report->state.owner_id = rl_text(old_row, "owner_id");
	report->state.drafting = rl_bool(old_row, "drafting");
	report->state.addendum_open = rl_bool(old_row, "addendum_open");
	report->named = true;
	(void) rl_attribute(old_row, "signed_at", &isnull);
	report->state.finally_signed = !isnull;
}

static int
rl_compare_ids(int64 left, int64 right)
{
	return (left > right) - (left < right);
}

/* Within one organization */
static int
rl_compare_changed_reports(const void *a, const void *b)
{
	return rl_compare_ids(((const Change *) a)->report.report_id,
						  ((const Change *) b)->report.report_id);
}

static int
rl_compare_changes(const void *a, const void *b)
{
	int order =
		strcmp(((const Change *) a)->organization_id, ((const Change *) b)->organization_id);

	return order != 0 ? order : rl_compare_changed_reports(a, b);
}

/* By group */
static int
rl_compare_linked(const void *a, const void *b)
{
	int order =
		strcmp(((const Change *) a)->organization_id, ((const Change *) b)->organization_id);

	return order != 0
			   ? order
			   : rl_compare_ids(((const Change *) a)->group_id, ((const Change *) b)->group_id);
}

/*
 * Adds the rows that the statement leaves as they are although they are linked
 * to one that it changes: they too are given a status and an owner, which must
 * not be different ones.
 */
static void
rl_add_unchanged(TriggerData *trigger, ChangeList *list)
{
	RowScan scan = rl_begin_scan(trigger);
	int nchanged = list->count;

	qsort(list->changes, nchanged, sizeof(Change), rl_compare_linked);
	while (rl_next_row(&scan))
	{
		Change key = {.group_id = rl_id(scan.old_row, "group_id")};

		if (scan.changes_status || scan.changes_owner || key.group_id == 0)
			continue;
		key.organization_id = rl_text(scan.old_row, "organization_id");
		if (bsearch(&key, list->changes, nchanged, sizeof(Change), rl_compare_linked) != NULL)
			rl_add_change(list, &scan);
	}
}

/*
 * The rows of the statement that get another status or owner, and those linked
 * to one of them, by organization and report. RL021
 */
ChangeList
reportlink_read_changes(TriggerData *trigger)
{
	ChangeList list = {.capacity = 16, .changes = palloc(sizeof(Change) * 16)};
	RowScan scan = rl_begin_scan(trigger);

	while (rl_next_row(&scan))
	{
		rl_require_unchanged(&scan);
		if (scan.changes_status || scan.changes_owner)
			rl_add_change(&list, &scan);
	}
	if (list.count > 0)
		rl_add_unchanged(trigger, &list);
	qsort(list.changes, list.count, sizeof(Change), rl_compare_changes);
	return list;
}

/* The change of a report, out of those of one organization; NULL when there is none */
const Change *
reportlink_find_change(const Change *changes, int count, int64 report_id)
{
	Change key = {.report.report_id = report_id};

	return bsearch(&key, changes, count, sizeof(Change), rl_compare_changed_reports);
}
