/*
 * workflow.c: reportlink_open() and reportlink_close()
 *
 * Section 5 of the semantics. A report that is linked and one that is not go
 * the same way: a selection holds one report or all of its group.
 */
#include "workflow.h"

#include "error.h"
#include "event.h"

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
	reportlink_record(call, "report.opened", group, document_id, report_ids, &data);
}

/* The state that opening gives; *view when it is only looked at. RL014, RL008 */
static State
rl_opened_state(const Call *call, const Selection *selection, bool *view)
{
	State state = selection->named[0]->state;

	*view = !reportlink_is_linkable(state.status);
	if (!*view)
	{
		reportlink_require(call, OPERATION_DRAFT);
		reportlink_require_ownership(call, selection);
		reportlink_open_state(call, &state);
	}
	else if (state.addendum_open && reportlink_same_text(state.owner_id, call->actor))
	{
		*view = false;
		state.drafting = true;
	}
	return state;
}

/*
 * Gives the selection a state and records the change of its owner, if that is
 * one (section 10: before the event of the action).
 */
void
reportlink_change_state(Call *call, const Selection *selection, const State *state)
{
	const Report *report = selection->named[0];
	char *old_owner = report->state.owner_id;
	Ids ids = reportlink_selected_ids(selection);

	reportlink_store_state(call, selection, state);
	if (!reportlink_same_text(old_owner, state->owner_id))
		reportlink_record_owner_change(call, report->group, reportlink_document_in_force(report),
									   &ids, old_owner, state->owner_id);
}

static bool
rl_same_state(const State *one, const State *other)
{
	return one->status == other->status && one->drafting == other->drafting &&
		   reportlink_same_text(one->owner_id, other->owner_id);
}

static Datum
rl_open(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	State before;
	State after;
	bool view;

	reportlink_select_one(call, PG_GETARG_INT64(1), &selection);
	before = selection.named[0]->state;
	after = rl_opened_state(call, &selection, &view);

	if (view || !rl_same_state(&before, &after))
	{
		const ReportGroup *group = selection.named[0]->group;
		int64 document_id = reportlink_document_in_force(selection.named[0]);
		Ids ids = reportlink_selected_ids(&selection);

		if (!view)
			reportlink_change_state(call, &selection, &after);
		reportlink_record_opened(call, group, document_id, &ids, before.status, after.status, view);
	}
	return reportlink_state_row(fcinfo, selection.named[0]);
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

static Datum
rl_close(Call *call, FunctionCallInfo fcinfo)
{
	bool release = reportlink_arg_or(fcinfo, 2, false);
	Selection selection;
	State before;
	State after;

	reportlink_select_one(call, PG_GETARG_INT64(1), &selection);
	reportlink_require_ownership(call, &selection);
	before = selection.named[0]->state;
	after = before;
	after.drafting = false;
	if (release)
		after.owner_id = NULL;

	if (!rl_same_state(&before, &after))
	{
		const ReportGroup *group = selection.named[0]->group;
		int64 document_id = reportlink_document_in_force(selection.named[0]);
		Ids ids = reportlink_selected_ids(&selection);
		EventData data;

		reportlink_require_not_cancelled(&selection);
		reportlink_change_state(call, &selection, &after);
		reportlink_data_init(&data);
		reportlink_data_bool(&data, "release", release);
		reportlink_record(call, "report.closed", group, document_id, &ids, &data);
	}
	return reportlink_state_row(fcinfo, selection.named[0]);
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
