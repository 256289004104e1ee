/*
 * leave.c: reports leave their group, by whatever action
 *
 * Text is never copied: a report that leaves points at the version that was in
 * force for the group, or again at its own from before linking.
 */
#include "leave.h"

/* Who stays, and what becomes of the group */
static void
rl_plan_leave(Leave *leave, Report *const *members, int nmembers)
{
	bool default_stays = false;

	leave->staying = palloc(sizeof(Report *) * nmembers);
	for (int i = 0; i < nmembers; i++)
	{
		if (members[i]->named)
			continue;
		leave->staying[leave->nstaying++] = members[i];
		default_stays |= members[i]->report_id == leave->group->default_report_id;
	}

	leave->dissolves = leave->nstaying < 2;
	leave->group->member_count = leave->dissolves ? 0 : leave->nstaying;
	if (!leave->dissolves && !default_stays)
		leave->group->default_report_id = leave->staying[0]->report_id;
}

/* Takes reports out of the group, each with the shared text */
static void
rl_store_with_shared_text(Call *call, const Leave *leave, const Ids *ids)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), reportlink_arg_ids(ids),
							reportlink_arg_id(leave->group->document_id)};

	reportlink_execute(QUERY_UNLINK_KEEPING, args);
}

static Report *
rl_leaving_report(const Leave *leave, int64 report_id)
{
	for (int i = 0; i < leave->leaving_ids.count; i++)
	{
		if (leave->leaving_ids.values[i] == report_id)
			return leave->leaving[i];
	}
	elog(ERROR, "report " INT64_FORMAT " is not leaving", report_id);
}

/* Takes reports out of the group, each back to its own text */
static void
rl_store_with_own_text(Call *call, const Leave *leave)
{
	bool unowned = leave->with == LEAVE_WITH_OWN_TEXT_UNOWNED;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(&leave->leaving_ids), reportlink_arg_bool(unowned)};
	int count = reportlink_execute(QUERY_UNLINK_DISCARDING, args);

	for (int i = 0; i < count; i++)
	{
		State *state = &rl_leaving_report(leave, reportlink_get_id(i, 1))->state;

		state->status = reportlink_status(reportlink_get_text(i, 2));
		state->drafting = false;
		if (unowned)
			state->owner_id = NULL;
	}
}

/* Notes for their history that reports were in these groups, one for each report */
void
reportlink_store_past_links(Call *call, const Ids *report_ids, ReportGroup *const *groups)
{
	Ids group_ids = reportlink_ids(report_ids->count);
	Ids document_ids = reportlink_ids(report_ids->count);

	for (int i = 0; i < report_ids->count; i++)
	{
		reportlink_ids_add(&group_ids, groups[i]->group_id);
		reportlink_ids_add(&document_ids, groups[i]->document_id);
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(report_ids), reportlink_arg_ids(&group_ids),
								reportlink_arg_ids(&document_ids)};

		reportlink_execute(QUERY_INSERT_PAST_LINKS, args);
	}
}

static void
rl_store_left(Call *call, const Leave *leave)
{
	int count = leave->leaving_ids.count + (leave->dissolves ? leave->nstaying : 0);
	Ids ids = reportlink_ids(count);
	ReportGroup **groups = palloc(sizeof(ReportGroup *) * count);

	for (int i = 0; i < count; i++)
	{
		groups[i] = leave->group;
		if (i < leave->leaving_ids.count)
			reportlink_ids_add(&ids, leave->leaving_ids.values[i]);
		else
			reportlink_ids_add(&ids, leave->staying[i - leave->leaving_ids.count]->report_id);
	}
	reportlink_store_past_links(call, &ids, groups);
}

static void
rl_store_leave(Call *call, const Leave *leave)
{
	if (leave->with == LEAVE_WITH_SHARED_TEXT)
		rl_store_with_shared_text(call, leave, &leave->leaving_ids);
	else
		rl_store_with_own_text(call, leave);

	if (leave->dissolves && leave->nstaying > 0)
	{
		Ids last = reportlink_report_ids(leave->staying, leave->nstaying);

		rl_store_with_shared_text(call, leave, &last);
	}
	rl_store_left(call, leave);
	reportlink_store_group(call, leave->group);
}

/*
 * Takes reports out of their group (section 4 of the semantics): members are
 * all that are in it, in link order, and those that leave are marked as named.
 * A group left with one report dissolves, and that report keeps the shared
 * text. Afterwards the leaving reports tell their new state and text.
 */
Leave
reportlink_leave(Call *call, ReportGroup *group, Report **members, int nmembers, Report **leaving,
				 int nleaving, LeaveWith with)
{
	Leave leave = {.group = group,
				   .with = with,
				   .leaving = leaving,
				   .leaving_ids = reportlink_report_ids(leaving, nleaving)};

	rl_plan_leave(&leave, members, nmembers);
	rl_store_leave(call, &leave);
	for (int i = 0; i < nleaving; i++)
	{
		if (with == LEAVE_WITH_SHARED_TEXT)
			leaving[i]->document_id = group->document_id;
		leaving[i]->group = NULL;
	}
	return leave;
}

/* report.unlinked, about those that left */
void
reportlink_record_leave(Call *call, const Leave *leave)
{
	Ids staying = reportlink_report_ids(leave->staying, leave->nstaying);
	EventData data;

	reportlink_data_init(&data);
	reportlink_data_ids(&data, "remaining_report_ids", &staying);
	reportlink_data_bool(&data, "group_dissolved", leave->dissolves);
	reportlink_data_bool(&data, "unassign_and_discard", leave->with == LEAVE_WITH_OWN_TEXT_UNOWNED);
	reportlink_record(call, EVENT_UNLINKED, leave->group, leave->group->document_id,
					  &leave->leaving_ids, &data);
}
