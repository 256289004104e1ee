/*
 * model.c: rows as structs: find, lock, store
 *
 * Lock order (decision 4 of the architecture): the patient, then groups by id,
 * then reports by id. The patient's lock serialises every function that could
 * conflict, so functions never deadlock; the locks on groups and reports are
 * for the snapshots of REPEATABLE READ and SERIALIZABLE, which then fail with
 * 40001 instead of missing a member, and for plain UPDATE and DELETE.
 */
#include "model.h"

#include "error.h"

/* An id of a list, and its place there */
typedef struct PlacedId
{
	int64 id;
	int place;
} PlacedId;

static int
rl_compare_placed(const void *a, const void *b)
{
	const PlacedId *left = a;
	const PlacedId *right = b;

	if (left->id != right->id)
		return left->id > right->id ? 1 : -1;
	return left->place - right->place;
}

/* Each id once, at its first place */
static Ids
rl_distinct(const Ids *ids)
{
	PlacedId *placed = palloc(sizeof(PlacedId) * Max(ids->count, 1));
	bool *repeats = palloc0(sizeof(bool) * Max(ids->count, 1));
	Ids distinct = reportlink_ids(ids->count);

	for (int i = 0; i < ids->count; i++)
		placed[i] = (PlacedId){ids->values[i], i};
	qsort(placed, ids->count, sizeof(PlacedId), rl_compare_placed);
	for (int i = 1; i < ids->count; i++)
		repeats[placed[i].place] = placed[i].id == placed[i - 1].id;
	for (int i = 0; i < ids->count; i++)
	{
		if (!repeats[i])
			reportlink_ids_add(&distinct, ids->values[i]);
	}
	return distinct;
}

/*
 * Looks the named reports up, without locks, and notes them in the selection,
 * once each and in request order. RL001 when fewer than at_least are named,
 * RL002 when one is unknown in the organization.
 */
void
reportlink_find_named(Call *call, Ids ids, int at_least, Selection *selection)
{
	Ids named = rl_distinct(&ids);
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), reportlink_arg_ids(&named)};
	Ids unknown = reportlink_ids(named.count);
	Ids found;

	if (named.count < at_least)
		ereport(ERROR, (reportlink_refusal(RL_TOO_FEW_REPORTS),
						errdetail("Different reports given: %d.", named.count)));

	memset(selection, 0, sizeof(Selection));
	selection->named_ids = named;
	selection->glances = palloc(sizeof(Glance) * Max(named.count, 1));
	found = reportlink_column_ids(reportlink_execute(QUERY_NAMED_REPORTS, args), 1);
	for (int i = 0; i < named.count; i++)
	{
		int row = reportlink_ids_find(&found, named.values[i]);

		if (row < 0)
			reportlink_ids_add(&unknown, named.values[i]);
		else
			selection->glances[i] =
				(Glance){reportlink_get_text(row, 2), reportlink_get_id(row, 3)};
	}
	if (unknown.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_NOT_FOUND),
						errdetail("%s, organization \"%s\".", reportlink_name_reports(&unknown),
								  reportlink_named_organization(call))));
	if (named.count > 0)
		selection->mrn = selection->glances[0].mrn;
}

static int
rl_compare_groups(const void *a, const void *b)
{
	int64 left = ((const ReportGroup *) a)->group_id;
	int64 right = ((const ReportGroup *) b)->group_id;

	return (left > right) - (left < right);
}

/* For qsort() and bsearch() of reports by report_id */
int
reportlink_compare_reports(const void *a, const void *b)
{
	int64 left = ((const Report *) a)->report_id;
	int64 right = ((const Report *) b)->report_id;

	return (left > right) - (left < right);
}

/* For qsort() of pointers to the reports of one group, in link order */
int
reportlink_compare_positions(const void *a, const void *b)
{
	int32 left = (*(Report *const *) a)->link_position;
	int32 right = (*(Report *const *) b)->link_position;

	return (left > right) - (left < right);
}

static void
rl_lock_patient(Call *call, const char *mrn)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id), reportlink_arg_text(mrn)};

	reportlink_execute(QUERY_LOCK_PATIENT, args);
}

/* Takes the groups of the selection from the rows of the last query, by group_id */
void
reportlink_read_groups(Selection *selection, int count)
{
	selection->ngroups = count;
	selection->groups = palloc(sizeof(ReportGroup) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		ReportGroup *group = &selection->groups[i];

		group->group_id = reportlink_get_id(i, 1);
		group->default_report_id = reportlink_get_id(i, 2);
		group->document_id = reportlink_get_id(i, 3);
		group->member_count = reportlink_get_int(i, 4);
	}
}

/* Under the patient's lock: reads which groups the named reports are in, and locks these */
void
reportlink_lock_groups(Call *call, Selection *selection)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_text(selection->mrn),
							reportlink_arg_ids(&selection->named_ids)};

	reportlink_read_groups(selection, reportlink_execute(QUERY_LOCK_GROUPS, args));
}

/* Locks the groups that the named reports were found in, which as a rule they still are in */
static void
rl_lock_found_groups(Call *call, Selection *selection)
{
	Ids group_ids = reportlink_ids(selection->named_ids.count);

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (selection->glances[i].group_id != 0)
			reportlink_ids_add(&group_ids, selection->glances[i].group_id);
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&group_ids)};

		reportlink_read_groups(selection, group_ids.count > 0
											  ? reportlink_execute(QUERY_LOCK_GROUPS_BY_ID, args)
											  : 0);
	}
}

/* Are the named ones among the reports that the last query locked in the groups they were found in? */
static bool
rl_are_as_found(const Selection *selection, int count)
{
	Ids locked = reportlink_column_ids(count, 1);

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		int row = reportlink_ids_find(&locked, selection->named_ids.values[i]);

		if (row >= 0 && reportlink_get_id(row, 2) != selection->glances[i].group_id)
			return false;
	}
	return true;
}

/* Locks the reports: those named and every member of the groups */
static int
rl_lock_reports(Call *call, const Selection *selection)
{
	Ids group_ids = reportlink_ids(selection->ngroups);

	for (int i = 0; i < selection->ngroups; i++)
		reportlink_ids_add(&group_ids, selection->groups[i].group_id);

	if (selection->mrn == NULL)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&selection->named_ids)};

		return reportlink_execute(QUERY_LOCK_REPORT_WITHOUT_MRN, args);
	}
	else
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_text(selection->mrn),
								reportlink_arg_ids(&selection->named_ids),
								reportlink_arg_ids(&group_ids)};

		return reportlink_execute(QUERY_LOCK_REPORTS, args);
	}
}

/* A report of the selection, NULL when it is not there */
Report *
reportlink_selected_report(const Selection *selection, int64 report_id)
{
	Report key = {.report_id = report_id};

	return bsearch(&key, selection->reports, selection->nreports, sizeof(Report),
				   reportlink_compare_reports);
}

/* A group of the selection; NULL for 0, or when it is not there */
ReportGroup *
reportlink_selected_group(const Selection *selection, int64 group_id)
{
	ReportGroup key = {.group_id = group_id};

	if (group_id == 0)
		return NULL;
	return bsearch(&key, selection->groups, selection->ngroups, sizeof(ReportGroup),
				   rl_compare_groups);
}

/* Takes a report from a row of the last query; its group is one of the selection */
void
reportlink_read_report(const Selection *selection, int row, Report *report)
{
	report->report_id = reportlink_get_id(row, 1);
	report->group = reportlink_selected_group(selection, reportlink_get_id(row, 2));
	report->link_position = reportlink_get_int(row, 3);
	report->document_id = reportlink_get_id(row, 4);
	report->state.status = reportlink_status(reportlink_get_text(row, 5));
	report->state.owner_id = reportlink_get_text(row, 6);
	report->state.drafting = reportlink_get_bool(row, 7);
	report->state.addendum_open = reportlink_get_bool(row, 8);
	report->state.finally_signed = reportlink_get_bool(row, 9);
	report->named = false;
}

/*
 * A named report is not with its patient any more: a plain statement deleted
 * it (RL002) or changed its MRN. The latter is for a retry, since another
 * patient's lock now would break the lock order.
 */
static void
rl_refuse_moved(Call *call, const Selection *selection, int64 report_id)
{
	Selection now;

	reportlink_find_named(call, selection->named_ids, 1, &now);
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("report changed while it was being locked"),
			 errdetail("Report " INT64_FORMAT ".", report_id), errhint("Retry the transaction.")));
}

/*
 * Locks the selection and reads it again. RL002 or 40001 when a plain
 * statement took a named report away since it was looked up.
 *
 * Where another call linked or unlinked one meanwhile, reports are locked
 * before groups: nobody else locks groups without the patient, so nobody waits
 * in the other order.
 */
void
reportlink_lock(Call *call, Selection *selection)
{
	if (selection->mrn != NULL)
	{
		rl_lock_patient(call, selection->mrn);
		rl_lock_found_groups(call, selection);
	}
	selection->nreports = rl_lock_reports(call, selection);
	if (selection->mrn != NULL && !rl_are_as_found(selection, selection->nreports))
	{
		reportlink_lock_groups(call, selection);
		selection->nreports = rl_lock_reports(call, selection);
	}

	selection->reports = palloc(sizeof(Report) * Max(selection->nreports, 1));
	for (int i = 0; i < selection->nreports; i++)
		reportlink_read_report(selection, i, &selection->reports[i]);

	selection->named = palloc(sizeof(Report *) * Max(selection->named_ids.count, 1));
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		int64 report_id = selection->named_ids.values[i];
		Report *report = reportlink_selected_report(selection, report_id);

		if (report == NULL)
			rl_refuse_moved(call, selection, report_id);
		report->named = true;
		selection->named[i] = report;
	}
}

/* Finds and locks one report with all linked to it; RL002 when it is unknown */
void
reportlink_select_one(Call *call, int64 report_id, Selection *selection)
{
	Ids ids = reportlink_ids(1);

	reportlink_ids_add(&ids, report_id);
	reportlink_find_named(call, ids, 1, selection);
	reportlink_lock(call, selection);
}

/*
 * Members of a group in link order, out of a selection. With group NULL: the
 * reports of the selection that are not linked.
 */
Report **
reportlink_members(const Selection *selection, const ReportGroup *group, int *count)
{
	Report **members = palloc(sizeof(Report *) * Max(selection->nreports, 1));

	*count = 0;
	for (int i = 0; i < selection->nreports; i++)
	{
		if (selection->reports[i].group == group)
			members[(*count)++] = &selection->reports[i];
	}
	qsort(members, *count, sizeof(Report *), reportlink_compare_positions);
	return members;
}

Ids
reportlink_report_ids(Report *const *reports, int count)
{
	Ids ids = reportlink_ids(count);

	for (int i = 0; i < count; i++)
		reportlink_ids_add(&ids, reports[i]->report_id);
	return ids;
}

/* The group's text while linked, else its own; 0 is blank */
int64
reportlink_document_in_force(const Report *report)
{
	return report->group ? report->group->document_id : report->document_id;
}

/* NULL is nobody, and the same as nobody else */
bool
reportlink_same_text(const char *one, const char *other)
{
	if (one == NULL || other == NULL)
		return one == other;
	return strcmp(one, other) == 0;
}

/* Do two states differ in nothing? */
bool
reportlink_same_state(const State *one, const State *other)
{
	return one->status == other->status && one->drafting == other->drafting &&
		   one->addendum_open == other->addendum_open &&
		   one->finally_signed == other->finally_signed &&
		   reportlink_same_text(one->owner_id, other->owner_id);
}

/* Stores a group; one without members is closed by it */
void
reportlink_store_group(Call *call, const ReportGroup *group)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(group->group_id),
							reportlink_arg_id(group->default_report_id),
							reportlink_arg_id(group->document_id),
							reportlink_arg_int(group->member_count)};

	reportlink_execute(QUERY_UPDATE_GROUP, args);
}

/* Result row of a function that changes one report's state: see section 1 */
Datum
reportlink_state_row(FunctionCallInfo fcinfo, const Report *report)
{
	NullableDatum columns[] = {
		reportlink_arg_id(report->report_id),
		reportlink_arg_id(report->group ? report->group->group_id : 0),
		reportlink_arg_text(reportlink_status_name(report->state.status)),
		reportlink_arg_text(report->state.owner_id),
		reportlink_arg_id(reportlink_document_in_force(report)),
	};

	return reportlink_row(fcinfo, columns, lengthof(columns));
}

/* RL006 unless every report of the selection is unread or in draft */
void
reportlink_require_linkable(const Selection *selection)
{
	Ids finalized = reportlink_ids(selection->nreports);

	for (int i = 0; i < selection->nreports; i++)
	{
		if (!reportlink_is_linkable(selection->reports[i].state.status))
			reportlink_ids_add(&finalized, selection->reports[i].report_id);
	}
	if (finalized.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_FINALIZED),
						errdetail("%s.", reportlink_name_reports(&finalized))));
}

/* RL008 when an interactive user does not own what somebody owns (section 1) */
void
reportlink_require_ownership(const Call *call, const Selection *selection)
{
	Ids foreign = reportlink_ids(selection->nreports);

	if (!reportlink_is_interactive(call->member.role))
		return;
	for (int i = 0; i < selection->nreports; i++)
	{
		const char *owner_id = selection->reports[i].state.owner_id;

		if (owner_id != NULL && strcmp(owner_id, call->actor) != 0)
			reportlink_ids_add(&foreign, selection->reports[i].report_id);
	}
	if (foreign.count > 0)
		ereport(ERROR,
				(reportlink_refusal(RL_NOT_OWNED),
				 errdetail_plural("%s is not owned by \"%s\".", "%s are not owned by \"%s\".",
								  foreign.count, reportlink_name_reports(&foreign), call->actor)));
}

/* RL010 unless every named report is linked */
void
reportlink_require_linked(const Selection *selection)
{
	Ids unlinked = reportlink_ids(selection->named_ids.count);

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (selection->named[i]->group == NULL)
			reportlink_ids_add(&unlinked, selection->named[i]->report_id);
	}
	if (unlinked.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_NOT_LINKED),
						errdetail("%s.", reportlink_name_reports(&unlinked))));
}
