/*
 * discard.c: reportlink_discard()
 *
 * Section 4 of the semantics. Nothing is deleted: another version is in force
 * afterwards, and what was left behind stays in the history.
 */
#include "reportlink.h"

#include "addendum.h"
#include "error.h"
#include "leave.h"
#include "ownership.h"

/* Back to the report as it was signed; links stay */
static void
rl_discard_addendum(Call *call, Unit *unit)
{
	reportlink_store_document(call, unit, reportlink_addendum_base(call, unit).document_id);
	unit->after.addendum_open = false;
}

/* Back to the last checkpoint or signed version, or to nothing */
static void
rl_discard_autosaves(Call *call, Unit *unit)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(unit->document_id)};
	bool found = reportlink_execute(QUERY_LAST_KEPT, args) > 0;
	int64 kept = found ? reportlink_get_id(0, 1) : 0;

	unit->after.status = found && !reportlink_get_bool(0, 2) ? STATUS_DRAFT : STATUS_UNREAD;
	if (kept != unit->document_id)
		reportlink_store_document(call, unit, kept);
}

/* Out of the group, with its own text from before linking; the others keep the shared one */
static void
rl_discard_link(Call *call, const Selection *selection, Unit *unit, bool unassign)
{
	State before = unit->before;
	int nmembers;
	Report **members = reportlink_members(selection, unit->group, &nmembers);
	Leave leave = reportlink_leave(call, unit->group, members, nmembers, &unit->report, 1,
								   unassign ? LEAVE_WITH_OWN_TEXT_UNOWNED : LEAVE_WITH_OWN_TEXT);
	reportlink_record_leave(call, &leave);

	*unit = reportlink_unit(unit->report, &unit->report, 1);
	unit->before = before;
}

/* A linked draft leaves its group by it: role as for unlink. RL014, RL008, RL016 */
static void
rl_require_discardable(Call *call, const Unit *unit)
{
	if (unit->group != NULL && reportlink_is_linkable(unit->after.status))
		reportlink_require(call, OPERATION_LINK);
	reportlink_require_takeover(call, unit);
	if (!unit->after.addendum_open && !reportlink_is_linkable(unit->after.status))
		reportlink_refuse_locked(unit);
}

/* The owner's change, if there is one, then report.discarded */
static void
rl_record_discard(Call *call, const Unit *unit, int64 old_document_id, bool unassign)
{
	EventData data;

	reportlink_record_owner(call, unit);
	reportlink_unit_data(&data, unit);
	reportlink_data_id(&data, "old_document_id", old_document_id);
	reportlink_data_bool(&data, "unassign", unassign);
	reportlink_record_unit(call, unit, EVENT_DISCARDED, &data);
}

static Datum
rl_discard(Call *call, FunctionCallInfo fcinfo)
{
	bool unassign = reportlink_arg_or(fcinfo, 2, false);
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	int64 old_document_id = unit.document_id;

	rl_require_discardable(call, &unit);
	if (!unit.after.addendum_open && unit.group != NULL)
	{
		rl_discard_link(call, &selection, &unit, unassign);
		rl_record_discard(call, &unit, old_document_id, unassign);
		return reportlink_state_row(fcinfo, unit.report);
	}

	if (unit.after.addendum_open)
		rl_discard_addendum(call, &unit);
	else
		rl_discard_autosaves(call, &unit);
	unit.after.drafting = false;
	if (unassign)
		unit.after.owner_id = NULL;
	if (unit.document_id != old_document_id || !reportlink_same_state(&unit.before, &unit.after))
	{
		reportlink_store_units(call, &unit, 1);
		rl_record_discard(call, &unit, old_document_id, unassign);
	}
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_discard_procedure = {
	"reportlink_discard",
	OPERATION_DISCARD,
	rl_discard,
	4,
	{{"organization_id", true, false},
	 {"report_id", true, false},
	 {"unassign", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_discard(organization_id, report_id, unassign, actor): section 4.
 * Returns the report's state. RL002, RL008, RL014, RL016.
 */
PG_FUNCTION_INFO_V1(reportlink_discard);
Datum
reportlink_discard(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_discard_procedure);
}
