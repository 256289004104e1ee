/*
 * unlink.c: reportlink_unlink()
 *
 * Section 4 of the semantics.
 */
#include "leave.h"

#include "executor/spi.h"
#include "funcapi.h"

#include "error.h"

/*
 * What tells whose patient to lock: RL010, RL011 when the named reports are
 * not all of one. Whether they are in one group is judged under the lock.
 */
static void
rl_require_one_patient(const Selection *selection)
{
	const Glance *glances = selection->glances;
	Ids unlinked = reportlink_ids(selection->named_ids.count);
	bool differ = false;

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (glances[i].group_id == 0)
			reportlink_ids_add(&unlinked, selection->named_ids.values[i]);
		differ |= glances[i].mrn == NULL || selection->mrn == NULL ||
				  strcmp(glances[i].mrn, selection->mrn) != 0;
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

/* A row for each report that left, in request order */
static void
rl_return_unlinked(FunctionCallInfo fcinfo, const Leave *leave)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < leave->leaving_ids.count; i++)
	{
		const Report *report = leave->leaving[i];
		NullableDatum columns[] = {
			reportlink_arg_id(report->report_id),
			reportlink_arg_id(leave->group->group_id),
			reportlink_arg_id(report->document_id),
			reportlink_arg_text(reportlink_status_name(report->state.status)),
			reportlink_arg_text(report->state.owner_id),
			reportlink_arg_bool(leave->dissolves),
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
	bool discards = reportlink_arg_or(fcinfo, 2, false);
	Ids ids = reportlink_ids_from_array(PG_GETARG_ARRAYTYPE_P(1));
	Selection selection;
	ReportGroup *group;
	Report **members;
	int nmembers;
	char *owner_id;
	Leave leave;

	if (ids.count == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument report_ids of reportlink_unlink must not be empty")));

	reportlink_find_named(call, ids, 1, &selection);
	rl_require_one_patient(&selection);
	reportlink_lock(call, &selection);
	reportlink_require_linked(&selection);
	rl_require_one_group(&selection);
	reportlink_require_linkable(&selection);
	reportlink_require_ownership(call, &selection);

	group = &selection.groups[0];
	owner_id = selection.named[0]->state.owner_id;
	members = reportlink_members(&selection, group, &nmembers);
	leave =
		reportlink_leave(call, group, members, nmembers, selection.named, selection.named_ids.count,
						 discards ? LEAVE_WITH_OWN_TEXT_UNOWNED : LEAVE_WITH_SHARED_TEXT);
	if (discards && owner_id != NULL)
		reportlink_record_owner_change(call, group, group->document_id, &leave.leaving_ids,
									   owner_id, NULL);
	reportlink_record_leave(call, &leave);
	rl_return_unlinked(fcinfo, &leave);
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
