/*
 * unit.c: a report that is not linked, or a group: what has one text and one state
 *
 * The workflow knows no difference between the two, and none between one unit
 * (a function) and many (a plain UPDATE).
 */
#include "unit.h"

#include "error.h"

/* hints that several refusals give */
#define OPEN_FIRST "Open it first with reportlink_open()."
#define AWAITS_FINAL "It waits for reportlink_sign() or reportlink_reject()."
#define ADDENDUM_FIRST "Start an addendum first with reportlink_start_addendum()."
#define ADDENDUM_OPEN "Sign or discard the open addendum first."
#define CANCELLED_STAYS "A cancelled report stays as it is."

/* The unit of a report: with all members of its group in link order, or itself alone */
Unit
reportlink_unit(Report *report, Report *const *members, int count)
{
	return (Unit){.report = report,
				  .group = report->group,
				  .ids = reportlink_report_ids(members, count),
				  .document_id = reportlink_document_in_force(report),
				  .before = report->state,
				  .after = report->state};
}

/* Finds and locks the unit of the report that an argument names; RL002 */
Unit
reportlink_select_unit(Call *call, FunctionCallInfo fcinfo, int report_arg, Selection *selection)
{
	Report **members;
	int count;

	reportlink_select_one(call, PG_GETARG_INT64(report_arg), selection);
	members = reportlink_members(selection, selection->named[0]->group, &count);
	return reportlink_unit(selection->named[0], members, count);
}

static void
rl_store_state(Call *call, const Ids *ids, const State *state)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(ids),
							reportlink_arg_text(reportlink_status_name(state->status)),
							reportlink_arg_text(state->owner_id),
							reportlink_arg_bool(state->drafting),
							reportlink_arg_bool(state->addendum_open),
							reportlink_arg_bool(state->finally_signed)};

	reportlink_execute(QUERY_UPDATE_STATE, args);
}

/*
 * Stores the states that changed: a statement for each state that is different
 * from the others, however many units and reports get it. The groups are not
 * touched: an older snapshot fails on any of their reports, since all are new.
 */
void
reportlink_store_units(Call *call, const Unit *units, int count)
{
	bool *stored = palloc(sizeof(bool) * count);
	int nreports = 0;

	for (int i = 0; i < count; i++)
	{
		stored[i] = reportlink_same_state(&units[i].before, &units[i].after);
		nreports += units[i].ids.count;
	}
	for (int i = 0; i < count; i++)
	{
		Ids ids;

		if (stored[i])
			continue;
		ids = reportlink_ids(nreports);
		for (int j = i; j < count; j++)
		{
			if (stored[j] || !reportlink_same_state(&units[i].after, &units[j].after))
				continue;
			for (int k = 0; k < units[j].ids.count; k++)
				reportlink_ids_add(&ids, units[j].ids.values[k]);
			units[j].report->state = units[j].after;
			stored[j] = true;
		}
		rl_store_state(call, &ids, &units[i].after);
	}
}

/* Puts another version (0: none) in force */
void
reportlink_store_document(Call *call, Unit *unit, int64 document_id)
{
	unit->document_id = document_id;
	if (unit->group != NULL)
	{
		unit->group->document_id = document_id;
		reportlink_store_group(call, unit->group);
	}
	else
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_id(unit->report->report_id),
								reportlink_arg_id(document_id)};

		unit->report->document_id = document_id;
		reportlink_execute(QUERY_UPDATE_DOCUMENT, args);
	}
}

/* Begins the data of an action's event with what every one of them tells */
void
reportlink_unit_data(EventData *data, const Unit *unit)
{
	reportlink_data_init(data);
	reportlink_data_text(data, "old_status", reportlink_status_name(unit->before.status));
	reportlink_data_text(data, "status", reportlink_status_name(unit->after.status));
}

/* Records that the owner changed, if he did (section 10: before the action's event) */
void
reportlink_record_owner(Call *call, const Unit *unit)
{
	if (!reportlink_same_text(unit->before.owner_id, unit->after.owner_id))
		reportlink_record_owner_change(call, unit->group, unit->document_id, &unit->ids,
									   unit->before.owner_id, unit->after.owner_id);
}

/* Records an action on all reports of the unit */
void
reportlink_record_unit(Call *call, const Unit *unit, EventType type, EventData *data)
{
	reportlink_record(call, type, unit->group, unit->document_id, &unit->ids, data);
}

/* RL008, with the owner's name, for whoever wants to ask him */
static void
rl_refuse_owner(const Call *call, const Unit *unit)
{
	const char *owner_id = unit->after.owner_id;
	char *reports = reportlink_name_reports(&unit->ids);

	if (owner_id != NULL)
		ereport(ERROR, (reportlink_refusal(RL_NOT_OWNED),
						errdetail_plural("%s is owned by \"%s\", not by \"%s\".",
										 "%s are owned by \"%s\", not by \"%s\".", unit->ids.count,
										 reports, owner_id, call->actor)));
	ereport(ERROR,
			(reportlink_refusal(RL_NOT_OWNED), errdetail("%s: nobody is the owner.", reports),
			 reportlink_is_linkable(unit->after.status)
				 ? errhint(OPEN_FIRST)
				 : errhint("Have it assigned first with reportlink_assign().")));
}

/* RL008 unless the actor owns the unit */
void
reportlink_require_own(const Call *call, const Unit *unit)
{
	if (!call->repair && !reportlink_same_text(unit->after.owner_id, call->actor))
		rl_refuse_owner(call, unit);
}

/* RL008 unless the actor owns the unit, or nobody does; the office needs neither (section 1) */
void
reportlink_require_own_or_nobodys(const Call *call, const Unit *unit)
{
	if (unit->after.owner_id != NULL && reportlink_is_interactive(call->member.role))
		reportlink_require_own(call, unit);
}

/* What to do instead of an action that is not possible from a status */
typedef struct Advice
{
	Action action;
	Status from;
	Need addendum_open;
	const char *hint;
} Advice;

static const Advice rl_advice[] = {
	{ACTION_PRELIM_SIGN, STATUS_UNREAD, NEED_EITHER, OPEN_FIRST},
	{ACTION_SIGN, STATUS_UNREAD, NEED_EITHER, OPEN_FIRST},
	{ACTION_PRELIM_SIGN, STATUS_PRELIM_SIGNED, NEED_NO, AWAITS_FINAL},
	{ACTION_PRELIM_SIGN, STATUS_ADDENDUM_PRELIM_SIGNED, NEED_NO, AWAITS_FINAL},
	{ACTION_PRELIM_SIGN, STATUS_SIGNED, NEED_NO, ADDENDUM_FIRST},
	{ACTION_PRELIM_SIGN, STATUS_ADDENDUM_SIGNED, NEED_NO, ADDENDUM_FIRST},
	{ACTION_SIGN, STATUS_SIGNED, NEED_NO, ADDENDUM_FIRST},
	{ACTION_SIGN, STATUS_ADDENDUM_SIGNED, NEED_NO, ADDENDUM_FIRST},
	{ACTION_REJECT, STATUS_PRELIM_SIGNED, NEED_YES, ADDENDUM_OPEN},
	{ACTION_REJECT, STATUS_ADDENDUM_PRELIM_SIGNED, NEED_YES, ADDENDUM_OPEN},
};

/* NULL: nothing in particular */
static const char *
rl_find_advice(Action action, const State *state)
{
	if (state->status == STATUS_CANCELLED)
		return CANCELLED_STAYS;
	for (size_t i = 0; i < lengthof(rl_advice); i++)
	{
		const Advice *advice = &rl_advice[i];

		if (advice->action == action && advice->from == state->status &&
			(advice->addendum_open == NEED_EITHER ||
			 (advice->addendum_open == NEED_YES) == state->addendum_open))
			return advice->hint;
	}
	return NULL;
}

static void
rl_refuse_transition(const Unit *unit, Action action)
{
	const State *state = &unit->after;
	const char *advice = rl_find_advice(action, state);

	ereport(ERROR, (reportlink_refusal(RL_TRANSITION),
					errdetail_plural("%s has the status %s%s, where %s() is not possible.",
									 "%s have the status %s%s, where %s() is not possible.",
									 unit->ids.count, reportlink_name_reports(&unit->ids),
									 reportlink_status_name(state->status),
									 state->addendum_open ? " and an open addendum" : "",
									 reportlink_action_name(action)),
					advice ? errhint("%s", advice) : 0));
}

/* The transition that the action makes from here; RL015 when there is none */
const Transition *
reportlink_require_transition(const Unit *unit, Action action)
{
	const Transition *transition =
		reportlink_transition_by(action, unit->after.status, unit->after.addendum_open,
								 unit->after.finally_signed);

	if (transition == NULL)
		rl_refuse_transition(unit, action);
	return transition;
}

/* RL015 for a cancelled report, which nobody changes any more */
void
reportlink_require_not_cancelled(const Unit *unit)
{
	if (unit->after.status == STATUS_CANCELLED)
		ereport(ERROR, (reportlink_refusal(RL_TRANSITION),
						errdetail("Report " INT64_FORMAT " is cancelled.", unit->report->report_id),
						errhint(CANCELLED_STAYS)));
}

/* RL016: neither a draft nor an open addendum */
void
reportlink_refuse_locked(const Unit *unit)
{
	Status status = unit->after.status;
	const char *hint = NULL;

	if (status == STATUS_UNREAD)
		hint = OPEN_FIRST;
	if (status == STATUS_CANCELLED)
		hint = CANCELLED_STAYS;
	ereport(ERROR, (reportlink_refusal(RL_LOCKED),
					errdetail("%s: the status is %s.", reportlink_name_reports(&unit->ids),
							  reportlink_status_name(status)),
					hint ? errhint("%s", hint) : 0));
}

/* A version for a DETAIL; 0 is blank */
const char *
reportlink_name_document(int64 document_id)
{
	return document_id == 0 ? "blank text" : psprintf("document " INT64_FORMAT, document_id);
}
