/*
 * cancel.c: reportlink_cancel()
 *
 * Section 4 of the semantics. A cancelled report is never linked: it leaves its
 * group first, with the shared text.
 */
#include "cancel.h"

#include "error.h"
#include "leave.h"

/* Plans that the unit, or those of it that leave, are cancelled. RL008, RL014, RL015 */
void
reportlink_plan_cancel(const Call *call, Unit *unit)
{
	reportlink_require(call, OPERATION_CANCEL);
	reportlink_require_own_or_nobodys(call, unit);
	unit->after.status = reportlink_require_transition(unit, ACTION_CANCEL)->to;
	unit->after.drafting = false;
}

/*
 * Takes those that are cancelled out of their group, and records it; they are
 * the unit that is then to be stored. Members are all of the group in link
 * order, those that leave marked as named.
 */
Unit
reportlink_leave_to_cancel(Call *call, const Unit *unit, Report **members, int nmembers,
						   Report **leaving, int nleaving)
{
	Leave leave = reportlink_leave(call, unit->group, members, nmembers, leaving, nleaving,
								   LEAVE_WITH_SHARED_TEXT);
	Unit cancelled = reportlink_unit(leaving[0], leaving, nleaving);

	reportlink_record_leave(call, &leave);
	cancelled.before = unit->before;
	cancelled.after = unit->after;
	return cancelled;
}

/* The owner's change, which plain SQL can ask for as well, then report.cancelled */
void
reportlink_record_cancel(Call *call, const Unit *unit)
{
	EventData data;

	reportlink_record_owner(call, unit);
	reportlink_unit_data(&data, unit);
	reportlink_record_unit(call, unit, EVENT_CANCELLED, &data);
}

static Datum
rl_cancel(Call *call, FunctionCallInfo fcinfo)
{
	bool whole_group = reportlink_arg_or(fcinfo, 2, false);
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	Report *report = unit.report;

	reportlink_plan_cancel(call, &unit);
	if (unit.group != NULL)
	{
		int nmembers;
		Report **members = reportlink_members(&selection, unit.group, &nmembers);

		for (int i = 0; i < nmembers; i++)
			members[i]->named |= whole_group;
		unit =
			reportlink_leave_to_cancel(call, &unit, members, nmembers,
									   whole_group ? members : &report, whole_group ? nmembers : 1);
		unit.report = report;
	}
	reportlink_store_units(call, &unit, 1);
	reportlink_record_cancel(call, &unit);
	return reportlink_state_row(fcinfo, report);
}

static const Procedure rl_cancel_procedure = {
	"reportlink_cancel",
	OPERATION_CANCEL,
	rl_cancel,
	4,
	{{"organization_id", true, false},
	 {"report_id", true, false},
	 {"whole_group", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_cancel(organization_id, report_id, whole_group, actor): section 4.
 * Returns the report's state. RL002, RL008, RL014, RL015.
 */
PG_FUNCTION_INFO_V1(reportlink_cancel);
Datum
reportlink_cancel(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_cancel_procedure);
}
