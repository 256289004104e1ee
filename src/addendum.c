/*
 * addendum.c: reportlink_start_addendum()
 *
 * Section 6 of the semantics. An addendum is a version like any other, whose
 * first one says on what it stands; so several can follow one another, and
 * discarding or rejecting one goes back to where it began.
 */
#include "addendum.h"

#include "document.h"
#include "error.h"
#include "ownership.h"
#include "publication.h"

/*
 * What the last addendum in the text in force was started on. Text that was
 * brought by a restore without its first version stands on itself.
 */
AddendumBase
reportlink_addendum_base(Call *call, const Unit *unit)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(unit->document_id)};

	if (reportlink_execute(QUERY_ADDENDUM_START, args) == 0)
		return (AddendumBase){unit->document_id,
							  unit->before.finally_signed ? STATUS_SIGNED : STATUS_PRELIM_SIGNED};
	return (AddendumBase){reportlink_get_id(0, 1), reportlink_status(reportlink_get_text(0, 2))};
}

/* RL015, RL016, RL008 */
static void
rl_plan_addendum(Call *call, Unit *unit)
{
	if (unit->after.status == STATUS_CANCELLED || reportlink_is_linkable(unit->after.status))
		ereport(ERROR, (reportlink_refusal(RL_TRANSITION),
						errdetail("%s: the status is %s.", reportlink_name_reports(&unit->ids),
								  reportlink_status_name(unit->after.status)),
						errhint("An addendum is started on a signed report.")));
	if (unit->after.addendum_open)
		ereport(ERROR, (reportlink_refusal(RL_LOCKED),
						errdetail("%s: an addendum is open.", reportlink_name_reports(&unit->ids)),
						errhint("Sign or discard the open addendum first.")));
	reportlink_require_no_publication(call, unit);
	reportlink_require_takeover(call, unit);

	unit->after.owner_id = call->actor;
	unit->after.addendum_open = true;
	unit->after.drafting = true;
}

/* The version that begins it, as the organization's settings want it */
static NewDocument
rl_first_version(Call *call, const Unit *unit)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(unit->document_id)};

	reportlink_execute(QUERY_ADDENDUM_CONTENT, args);
	return (NewDocument){.content = reportlink_get_datum(0, 1),
						 .checkpoint = true,
						 .reason = "addendum",
						 .base_status = reportlink_status_name(unit->before.status)};
}

static Datum
rl_start_addendum(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	int64 base_document_id = unit.document_id;
	NewDocument first;
	EventData data;

	rl_plan_addendum(call, &unit);
	first = rl_first_version(call, &unit);
	reportlink_add_document(call, &unit, &first);
	reportlink_store_units(call, &unit, 1);

	reportlink_record_owner(call, &unit);
	reportlink_unit_data(&data, &unit);
	reportlink_data_id(&data, "base_document_id", base_document_id);
	reportlink_record_unit(call, &unit, EVENT_ADDENDUM_STARTED, &data);
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_start_addendum_procedure = {
	"reportlink_start_addendum",
	OPERATION_START_ADDENDUM,
	rl_start_addendum,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_start_addendum(organization_id, report_id, actor): section 6.
 * Returns the report's state. RL002, RL008, RL014, RL015, RL016.
 */
PG_FUNCTION_INFO_V1(reportlink_start_addendum);
Datum
reportlink_start_addendum(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_start_addendum_procedure);
}
