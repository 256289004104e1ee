/*
 * unlink.c: reportlink_unlink()
 *
 * Section 4 of the semantics. Text is never copied: a report that leaves
 * points at the version that was in force for the group.
 */
#include "reportlink.h"

#include "executor/spi.h"
#include "funcapi.h"

#include "error.h"
#include "event.h"

/* What an unlink is going to do to one group */
typedef struct Unlink
{
	Selection selection;
	ReportGroup *group;
	Ids leaving; /* as named */
	Report **staying; /* in link order */
	int nstaying;
	bool discards;
	bool dissolves;
} Unlink;

/*
 * What tells whose patient to lock: RL010, RL011 when the named reports are
 * not all of one. Whether they are in one group is judged under the lock.
 */
static void
rl_require_one_patient(const Selection *selection, const Glance *glances)
{
	Ids unlinked = reportlink_ids(selection->named_ids.count);
	bool differ = false;

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (glances[i].group_id == 0)
			reportlink_ids_add(&unlinked, selection->named_ids.values[i]);
		differ |= glances[i].mrn == NULL || strcmp(glances[i].mrn, selection->mrn) != 0;
	}
	if (!differ)
		return;
	if (unlinked.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_NOT_LINKED),
						errdetail("%s.", reportlink_name_reports(&unlinked))));
	ereport(ERROR, (reportlink_refusal(RL_DIFFERENT_GROUPS),
					errdetail("%s.", reportlink_name_reports(&selection->named_ids))));
}

/* RL011 */
static void
rl_require_one_group(const Selection *selection)
{
	if (selection->ngroups > 1)
		ereport(ERROR, (reportlink_refusal(RL_DIFFERENT_GROUPS),
						errdetail("%s are in groups " INT64_FORMAT ", " INT64_FORMAT "%s.",
								  reportlink_name_reports(&selection->named_ids),
								  selection->groups[0].group_id, selection->groups[1].group_id,
								  selection->ngroups > 2 ? " and more" : "")));
}

/* Who stays, and what becomes of the group */
static void
rl_plan_unlink(Unlink *unlink)
{
	Selection *selection = &unlink->selection;
	int count;
	Report **members = reportlink_members(selection, &selection->groups[0], &count);
	bool default_stays = false;

	unlink->group = &selection->groups[0];
	unlink->leaving = selection->named_ids;
	unlink->staying = palloc(sizeof(Report *) * count);
	for (int i = 0; i < count; i++)
	{
		if (members[i]->named)
			continue;
		unlink->staying[unlink->nstaying++] = members[i];
		default_stays |= members[i]->report_id == unlink->group->default_report_id;
	}

	unlink->dissolves = unlink->nstaying < 2;
	unlink->group->member_count = unlink->dissolves ? 0 : unlink->nstaying;
	if (!unlink->dissolves && !default_stays)
		unlink->group->default_report_id = unlink->staying[0]->report_id;
}

/* Takes reports out of the group, each with the shared text */
static void
rl_store_keeping(Call *call, const Unlink *unlink, const Ids *ids)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), reportlink_arg_ids(ids),
							reportlink_arg_id(unlink->group->document_id)};

	reportlink_execute(QUERY_UNLINK_KEEPING, args);
}

/* Takes reports out of the group, each back to its own text, unowned */
static void
rl_store_discarding(Call *call, const Unlink *unlink)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(&unlink->leaving)};
	int count = reportlink_execute(QUERY_UNLINK_DISCARDING, args);

	for (int i = 0; i < count; i++)
	{
		Report *report = reportlink_selected_report(&unlink->selection, reportlink_get_id(i, 1));

		report->state = (State){.status = reportlink_status(reportlink_get_text(i, 2))};
	}
}

/* Stores what was planned; the selection then tells the state of those that left */
static void
rl_store_unlink(Call *call, Unlink *unlink)
{
	if (unlink->discards)
		rl_store_discarding(call, unlink);
	else
		rl_store_keeping(call, unlink, &unlink->leaving);

	if (unlink->dissolves && unlink->nstaying > 0)
	{
		Ids last = reportlink_report_ids(unlink->staying, unlink->nstaying);

		rl_store_keeping(call, unlink, &last);
	}
	reportlink_store_group(call, unlink->group);

	for (int i = 0; i < unlink->leaving.count; i++)
	{
		Report *report = unlink->selection.named[i];

		if (!unlink->discards)
			report->document_id = unlink->group->document_id;
		report->group = NULL;
	}
}

/* The owner's change, if there is one, then unlinked */
static void
rl_record_unlink(Call *call, Unlink *unlink, const char *old_owner)
{
	Ids staying = reportlink_report_ids(unlink->staying, unlink->nstaying);
	EventData data;

	if (unlink->discards && old_owner != NULL)
		reportlink_record_owner_change(call, unlink->group, unlink->group->document_id,
									   &unlink->leaving, old_owner, NULL);

	reportlink_data_init(&data);
	reportlink_data_ids(&data, "remaining_report_ids", &staying);
	reportlink_data_bool(&data, "group_dissolved", unlink->dissolves);
	reportlink_data_bool(&data, "unassign_and_discard", unlink->discards);
	reportlink_record(call, "report.unlinked", unlink->group, unlink->group->document_id,
					  &unlink->leaving, &data);
}

/* A row for each report that left, in request order */
static void
rl_return_unlinked(FunctionCallInfo fcinfo, const Unlink *unlink)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < unlink->leaving.count; i++)
	{
		const Report *report = unlink->selection.named[i];
		NullableDatum columns[] = {
			reportlink_arg_id(report->report_id),
			reportlink_arg_id(unlink->group->group_id),
			reportlink_arg_id(report->document_id),
			reportlink_arg_text(reportlink_status_name(report->state.status)),
			reportlink_arg_text(report->state.owner_id),
			reportlink_arg_bool(unlink->dissolves),
		};
		Datum values[lengthof(columns)];
		bool nulls[lengthof(columns)];

		for (size_t j = 0; j < lengthof(columns); j++)
		{
			values[j] = columns[j].value;
			nulls[j] = columns[j].isnull;
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

static Datum
rl_unlink(Call *call, FunctionCallInfo fcinfo)
{
	Unlink unlink = {.discards = reportlink_arg_or(fcinfo, 2, false)};
	Selection *selection = &unlink.selection;
	Ids ids = reportlink_ids_from_array(PG_GETARG_ARRAYTYPE_P(1));
	Glance *glances;
	char *owner_id;

	if (ids.count == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument report_ids of reportlink_unlink must not be empty")));

	glances = reportlink_find_named(call, ids, 1, selection);
	rl_require_one_patient(selection, glances);
	reportlink_lock(call, selection);
	reportlink_require_linked(selection);
	rl_require_one_group(selection);
	reportlink_require_linkable(selection);
	reportlink_require_ownership(call, selection);

	owner_id = selection->named[0]->state.owner_id;
	rl_plan_unlink(&unlink);
	rl_store_unlink(call, &unlink);
	rl_record_unlink(call, &unlink, owner_id);
	rl_return_unlinked(fcinfo, &unlink);
	return (Datum) 0;
}

static const Procedure rl_unlink_procedure = {
	"reportlink_unlink",
	OPERATION_LINK,
	rl_unlink,
	4,
	{{"organization_id", true, false},
	 {"report_ids", true, true},
	 {"unassign_and_discard", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_unlink(organization_id, report_ids, unassign_and_discard, actor):
 * section 4. Returns a row for each report that left. 22023, RL002, RL006,
 * RL008, RL010, RL011.
 */
PG_FUNCTION_INFO_V1(reportlink_unlink);
Datum
reportlink_unlink(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_unlink_procedure);
}
