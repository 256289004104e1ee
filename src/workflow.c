/*
 * workflow.c: reportlink_open() and reportlink_close()
 *
 * Section 5 of the semantics.
 */
#include "workflow.h"

#include "error.h"

/* What opening does to unread and draft: nobody's becomes the actor's, and drafting */
void
reportlink_open_state(const Call *call, State *state)
{
	if (state->owner_id == NULL)
		state->owner_id = call->actor;
	state->status = STATUS_DRAFT;
	state->drafting = true;
}

/* report.opened; view when nothing was opened for dictation */
void
reportlink_record_opened(Call *call, const ReportGroup *group, int64 document_id,
						 const Ids *report_ids, Status status_before, Status status, bool view)
{
	EventData data;

	reportlink_data_init(&data);
	reportlink_data_text(&data, "old_status", reportlink_status_name(status_before));
	reportlink_data_text(&data, "status", reportlink_status_name(status));
	reportlink_data_bool(&data, "view", view);
	reportlink_record(call, EVENT_OPENED, group, document_id, report_ids, &data);
}

/* Plans what opening changes; true when it is only a view. RL014, RL008 */
static bool
rl_plan_open(Call *call, Unit *unit)
{
	if (reportlink_is_linkable(unit->after.status))
	{
		reportlink_require(call, OPERATION_DRAFT);
		reportlink_require_own_or_nobodys(call, unit);
		reportlink_open_state(call, &unit->after);
		return false;
	}
	if (unit->after.addendum_open && reportlink_same_text(unit->after.owner_id, call->actor))
	{
		unit->after.drafting = true;
		return false;
	}
	return true;
}

/* The same for who sets the status to draft by plain SQL: the owner stays (section 11) */
void
reportlink_plan_plain_open(Call *call, Unit *unit)
{
	reportlink_require(call, OPERATION_DRAFT);
	reportlink_require_own_or_nobodys(call, unit);
	unit->after.status = STATUS_DRAFT;
	unit->after.drafting =
		call->actor != NULL && reportlink_same_text(unit->after.owner_id, call->actor);
}

static Datum
rl_open(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	bool view = rl_plan_open(call, &unit);

	if (view || !reportlink_same_state(&unit.before, &unit.after))
	{
		reportlink_store_units(call, &unit, 1);
		reportlink_record_owner(call, &unit);
		reportlink_record_opened(call, unit.group, unit.document_id, &unit.ids, unit.before.status,
								 unit.after.status, view);
	}
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_open_procedure = {
	"reportlink_open",
	OPERATION_VIEW,
	rl_open,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_open(organization_id, report_id, actor): section 5. Returns the
 * report's state. RL002, RL008, RL014.
 */
PG_FUNCTION_INFO_V1(reportlink_open);
Datum
reportlink_open(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_open_procedure);
}

/* Plans the end of dictation; with release nobody owns the unit afterwards. RL014, RL008 */
void
reportlink_plan_close(Call *call, Unit *unit, bool release)
{
	reportlink_require(call, OPERATION_DRAFT);
	reportlink_require_own_or_nobodys(call, unit);
	unit->after.drafting = false;
	if (release)
		unit->after.owner_id = NULL;
}

/* Records report.closed; release: whether the owner was asked to go */
void
reportlink_record_closed(Call *call, const Unit *unit, bool release)
{
	EventData data;

	reportlink_unit_data(&data, unit);
	reportlink_data_bool(&data, "release", release);
	reportlink_record_unit(call, unit, EVENT_CLOSED, &data);
}

static Datum
rl_close(Call *call, FunctionCallInfo fcinfo)
{
	bool release = reportlink_arg_or(fcinfo, 2, false);
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);

	reportlink_plan_close(call, &unit, release);
	if (!reportlink_same_state(&unit.before, &unit.after))
	{
		reportlink_require_not_cancelled(&unit);
		reportlink_store_units(call, &unit, 1);
		reportlink_record_owner(call, &unit);
		reportlink_record_closed(call, &unit, release);
	}
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_close_procedure = {
	"reportlink_close",
	OPERATION_DRAFT,
	rl_close,
	4,
	{{"organization_id", true, false},
	 {"report_id", true, false},
	 {"release", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_close(organization_id, report_id, release, actor): section 5.
 * Returns the report's state. RL002, RL008, RL014, RL015.
 */
PG_FUNCTION_INFO_V1(reportlink_close);
Datum
reportlink_close(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_close_procedure);
}
