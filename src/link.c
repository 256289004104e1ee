/*
 * link.c: reportlink_link() and reportlink_set_default()
 *
 * Section 3 of the semantics. A link is planned on rows that are locked,
 * stored in statements whose number does not depend on the members, and then
 * recorded.
 */
#include "reportlink.h"

#include "catalog/pg_type.h"

#include "error.h"
#include "leave.h"
#include "workflow.h"

/* What a link is going to make */
typedef struct Link
{
	Selection selection;
	ReportGroup group; /* as it will be */
	Report **members; /* all of them, in link order */
	int nmembers;
	State state; /* of every member */
	Ids linked; /* those that were in no group */
	Ids merged; /* groups that end by it */
	Ids superseded; /* documents no longer in force, with other text */
} Link;

/* RL003, RL004: what must hold before it is known whose patient to lock */
static void
rl_require_one_patient(const Selection *selection)
{
	const Glance *glances = selection->glances;
	Ids without = reportlink_ids(selection->named_ids.count);
	Ids other = reportlink_ids(selection->named_ids.count);

	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (glances[i].mrn == NULL)
			reportlink_ids_add(&without, selection->named_ids.values[i]);
		else if (selection->mrn != NULL && strcmp(glances[i].mrn, selection->mrn) != 0)
			reportlink_ids_add(&other, selection->named_ids.values[i]);
	}
	if (without.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_NO_MRN),
						errdetail("%s.", reportlink_name_reports(&without))));
	if (other.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_MRNS_DIFFER),
						errdetail_plural("%s has another MRN than report " INT64_FORMAT ".",
										 "%s have another MRN than report " INT64_FORMAT ".",
										 other.count, reportlink_name_reports(&other),
										 selection->named_ids.values[0])));
}

/* RL005 */
static void
rl_require_none_cancelled(const Selection *selection)
{
	Ids cancelled = reportlink_ids(selection->nreports);

	for (int i = 0; i < selection->nreports; i++)
	{
		if (selection->reports[i].state.status == STATUS_CANCELLED)
			reportlink_ids_add(&cancelled, selection->reports[i].report_id);
	}
	if (cancelled.count > 0)
		ereport(ERROR, (reportlink_refusal(RL_CANCELLED),
						errdetail("%s.", reportlink_name_reports(&cancelled))));
}

/* RL008 for anyone: two owners cannot become one without one of them giving up */
static void
rl_require_one_owner(const Selection *selection)
{
	const Report *owned = NULL;

	for (int i = 0; i < selection->nreports; i++)
	{
		const Report *report = &selection->reports[i];

		if (report->state.owner_id == NULL)
			continue;
		if (owned == NULL)
			owned = report;
		else if (strcmp(owned->state.owner_id, report->state.owner_id) != 0)
			ereport(ERROR, (reportlink_refusal(RL_NOT_OWNED),
							errdetail("Report " INT64_FORMAT
									  " is owned by \"%s\", report " INT64_FORMAT " by \"%s\".",
									  owned->report_id, owned->state.owner_id, report->report_id,
									  report->state.owner_id)));
	}
}

/* RL009 */
static void
rl_require_something_new(const Selection *selection)
{
	if (selection->ngroups != 1)
		return;
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (selection->named[i]->group == NULL)
			return;
	}
	ereport(ERROR, (reportlink_refusal(RL_ALREADY_LINKED),
					errdetail("%s, group " INT64_FORMAT ".",
							  reportlink_name_reports(&selection->named_ids),
							  selection->groups[0].group_id)));
}

/* Everything that section 3 refuses of reports of one patient, in its order */
static void
rl_require_linkable_selection(const Call *call, const Selection *selection)
{
	rl_require_none_cancelled(selection);
	reportlink_require_linkable(selection);
	if (!call->member.linking_enabled && reportlink_is_interactive(call->member.role))
		ereport(ERROR, (reportlink_refusal(RL_LINKING_DISABLED),
						errdetail("Organization \"%s\".", reportlink_named_organization(call))));
	reportlink_require_ownership(call, selection);
	rl_require_one_owner(selection);
	rl_require_something_new(selection);
}

static void
rl_add_members(Link *link, Report *const *reports, int count)
{
	memcpy(link->members + link->nmembers, reports, sizeof(Report *) * count);
	link->nmembers += count;
}

/* Members in a group that is joined: those there, then the others as named */
static void
rl_order_joined(Link *link)
{
	Selection *selection = &link->selection;
	int count;
	Report **present = reportlink_members(selection, &selection->groups[0], &count);

	rl_add_members(link, present, count);
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (selection->named[i]->group == NULL)
			rl_add_members(link, &selection->named[i], 1);
	}
}

/*
 * Members in a new group: as named, then the rest of the groups that it takes,
 * by the order in which these were first named and their old position.
 */
static void
rl_order_new(Link *link)
{
	Selection *selection = &link->selection;
	bool *taken = palloc0(sizeof(bool) * Max(selection->ngroups, 1));

	rl_add_members(link, selection->named, selection->named_ids.count);
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		ReportGroup *group = selection->named[i]->group;
		Report **members;
		int count;

		if (group == NULL || taken[group - selection->groups])
			continue;
		taken[group - selection->groups] = true;
		reportlink_ids_add(&link->merged, group->group_id);
		members = reportlink_members(selection, group, &count);
		for (int j = 0; j < count; j++)
		{
			if (!members[j]->named)
				rl_add_members(link, &members[j], 1);
		}
	}
}

/* Which group, and its members in link order */
static void
rl_plan_members(Link *link)
{
	Selection *selection = &link->selection;

	link->members = palloc(sizeof(Report *) * selection->nreports);
	link->merged = reportlink_ids(selection->ngroups);
	if (selection->ngroups == 1)
	{
		link->group = selection->groups[0];
		rl_order_joined(link);
	}
	else
	{
		link->group.default_report_id = selection->named[0]->report_id;
		rl_order_new(link);
	}
	link->group.member_count = link->nmembers;

	link->linked = reportlink_ids(selection->named_ids.count);
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		if (selection->named[i]->group == NULL)
			reportlink_ids_add(&link->linked, selection->named[i]->report_id);
	}
}

/*
 * Which text: the group's that is joined, else the first one's as named; and
 * blank never replaces text. The rest that says something else is superseded.
 */
static void
rl_plan_text(Call *call, Link *link)
{
	Selection *selection = &link->selection;
	Ids candidates = reportlink_ids(selection->named_ids.count + 1);
	int64 preferred = selection->ngroups == 1 ? link->group.document_id
											  : reportlink_document_in_force(selection->named[0]);
	int count = 0;

	if (preferred != 0)
		reportlink_ids_add(&candidates, preferred);
	for (int i = 0; i < selection->named_ids.count; i++)
	{
		int64 document_id = reportlink_document_in_force(selection->named[i]);

		if (document_id != 0)
			reportlink_ids_add(&candidates, document_id);
	}

	if (candidates.count > 0)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&candidates)};

		count = reportlink_execute(QUERY_COMPARE_DOCUMENTS, args);
	}
	link->group.document_id = count > 0 ? reportlink_get_id(0, 1) : preferred;
	link->superseded = reportlink_ids(count);
	for (int i = 1; i < count; i++)
	{
		if (reportlink_get_bool(i, 2))
			reportlink_ids_add(&link->superseded, reportlink_get_id(i, 1));
	}
}

/* Which state: draft before unread, the one owner there was, drafting if it was for any */
static void
rl_plan_state(Link *link)
{
	link->state = (State){.status = STATUS_UNREAD};
	for (int i = 0; i < link->nmembers; i++)
	{
		const State *state = &link->members[i]->state;

		if (state->status == STATUS_DRAFT)
			link->state.status = STATUS_DRAFT;
		if (state->owner_id != NULL)
			link->state.owner_id = state->owner_id;
		link->state.drafting |= state->drafting;
	}
}

/*
 * Notes for their history what was in force for members until now: in the
 * groups that are merged, and in a blank one whose text is replaced.
 */
static void
rl_store_past(Call *call, const Link *link)
{
	Ids ids = reportlink_ids(link->nmembers);
	ReportGroup **groups = palloc(sizeof(ReportGroup *) * link->nmembers);

	for (int i = 0; i < link->nmembers; i++)
	{
		ReportGroup *group = link->members[i]->group;

		if (group == NULL ||
			(group->group_id == link->group.group_id &&
			 (group->document_id == 0 || group->document_id == link->group.document_id)))
			continue;
		groups[ids.count] = group;
		reportlink_ids_add(&ids, link->members[i]->report_id);
	}
	if (ids.count > 0)
		reportlink_store_past_links(call, &ids, groups);
}

static void
rl_close_merged(Call *call, const Link *link)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(&link->merged),
							reportlink_arg_id(link->group.group_id)};

	reportlink_execute(QUERY_MERGE_GROUPS, args);
}

static void
rl_store_link_group(Call *call, Link *link)
{
	ReportGroup *group = &link->group;

	rl_store_past(call, link);
	if (group->group_id != 0)
	{
		reportlink_store_group(call, group);
		return;
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_text(link->selection.mrn),
								reportlink_arg_id(group->default_report_id),
								reportlink_arg_id(group->document_id),
								reportlink_arg_int(group->member_count),
								reportlink_arg_text(call->actor)};

		reportlink_execute(QUERY_INSERT_GROUP, args);
		group->group_id = reportlink_get_id(0, 1);
	}
	if (link->merged.count > 0)
		rl_close_merged(call, link);
}

/* Does the link change the row of a member that will be at this position? */
static bool
rl_changes(const Link *link, const Report *report, int32 position)
{
	return report->group == NULL || report->group->group_id != link->group.group_id ||
		   report->link_position != position || report->state.status != link->state.status ||
		   report->state.drafting != link->state.drafting ||
		   !reportlink_same_text(report->state.owner_id, link->state.owner_id);
}

/* Members that were there keep their position; those that come follow them */
static void
rl_store_link_reports(Call *call, Link *link)
{
	Ids ids = reportlink_ids(link->nmembers);
	Datum *positions = palloc(sizeof(Datum) * link->nmembers);
	int32 position = 0;

	for (int i = 0; i < link->nmembers; i++)
	{
		const Report *report = link->members[i];
		bool stays = report->group && report->group->group_id == link->group.group_id;

		position = stays ? report->link_position : position + 1;
		if (rl_changes(link, report, position))
		{
			positions[ids.count] = Int32GetDatum(position);
			reportlink_ids_add(&ids, report->report_id);
		}
	}
	{
		NullableDatum args[] = {
			reportlink_arg_text(call->organization_id),
			reportlink_arg_ids(&ids),
			reportlink_arg_datum(PointerGetDatum(
				construct_array(positions, ids.count, INT4OID, sizeof(int32), true, TYPALIGN_INT))),
			reportlink_arg_id(link->group.group_id),
			reportlink_arg_text(reportlink_status_name(link->state.status)),
			reportlink_arg_text(link->state.owner_id),
			reportlink_arg_bool(link->state.drafting),
		};

		reportlink_execute(QUERY_LINK_REPORTS, args);
	}
}

/* linked, then the owner's change if there is one, then opened (section 10) */
static void
rl_record_link(Call *call, Link *link, bool opens, Status status_before)
{
	Ids members = reportlink_report_ids(link->members, link->nmembers);
	Ids changed = reportlink_ids(link->nmembers);
	EventData data;

	reportlink_data_init(&data);
	reportlink_data_ids(&data, "linked_report_ids", &link->linked);
	reportlink_data_ids(&data, "merged_group_ids", &link->merged);
	reportlink_data_ids(&data, "superseded_document_ids", &link->superseded);
	reportlink_data_text(&data, "status", reportlink_status_name(link->state.status));
	reportlink_data_text(&data, "owner_id", link->state.owner_id);
	reportlink_record(call, EVENT_LINKED, &link->group, link->group.document_id, &members, &data);

	for (int i = 0; i < link->nmembers; i++)
	{
		/* an owner is only ever added by linking: two of them were refused */
		if (!reportlink_same_text(link->members[i]->state.owner_id, link->state.owner_id))
			reportlink_ids_add(&changed, link->members[i]->report_id);
	}
	if (changed.count > 0)
		reportlink_record_owner_change(call, &link->group, link->group.document_id, &changed, NULL,
									   link->state.owner_id);
	if (opens)
		reportlink_record_opened(call, &link->group, link->group.document_id, &members,
								 status_before, link->state.status,
								 !reportlink_may(call->member.role, OPERATION_DRAFT));
}

static Datum
rl_link_row(FunctionCallInfo fcinfo, const Link *link)
{
	Ids members = reportlink_report_ids(link->members, link->nmembers);
	NullableDatum columns[] = {
		reportlink_arg_id(link->group.group_id),
		reportlink_arg_id(link->group.default_report_id),
		reportlink_arg_ids(&members),
		reportlink_arg_ids(&link->linked),
		reportlink_arg_ids(&link->merged),
		reportlink_arg_text(reportlink_status_name(link->state.status)),
		reportlink_arg_text(link->state.owner_id),
		reportlink_arg_ids(&link->superseded),
	};

	return reportlink_row(fcinfo, columns, lengthof(columns));
}

static Datum
rl_link(Call *call, FunctionCallInfo fcinfo)
{
	Link link = {0};
	Ids ids = reportlink_ids_from_array(PG_GETARG_ARRAYTYPE_P(1));
	bool opens = reportlink_arg_or(fcinfo, 2, true);
	Status status_before;

	reportlink_find_named(call, ids, 2, &link.selection);
	rl_require_one_patient(&link.selection);
	reportlink_lock(call, &link.selection);
	rl_require_linkable_selection(call, &link.selection);

	rl_plan_members(&link);
	rl_plan_text(call, &link);
	rl_plan_state(&link);
	status_before = link.state.status;
	if (opens && reportlink_may(call->member.role, OPERATION_DRAFT))
		reportlink_open_state(call, &link.state);

	rl_store_link_group(call, &link);
	rl_store_link_reports(call, &link);
	rl_record_link(call, &link, opens, status_before);
	return rl_link_row(fcinfo, &link);
}

static const Procedure rl_link_procedure = {
	"reportlink_link",
	OPERATION_LINK,
	rl_link,
	4,
	{{"organization_id", true, false},
	 {"report_ids", true, true},
	 {"trigger_open_event", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_link(organization_id, report_ids, trigger_open_event, actor):
 * section 3. Returns the group's row. RL001 to RL009.
 */
PG_FUNCTION_INFO_V1(reportlink_link);
Datum
reportlink_link(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_link_procedure);
}

/* RL006 once the group was published: RIS and PACS know it by its default report */
static void
rl_require_unpublished(Call *call, const ReportGroup *group)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(group->group_id)};

	if (reportlink_execute(QUERY_GROUP_IS_PUBLISHED, args) > 0)
		ereport(ERROR, (reportlink_refusal(RL_FINALIZED),
						errdetail("Group " INT64_FORMAT " is published.", group->group_id),
						errhint("The default report can be changed until publication.")));
}

static Datum
rl_set_default(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Report *report;
	ReportGroup *group;
	int64 old_default;
	EventData data;

	reportlink_select_one(call, PG_GETARG_INT64(1), &selection);
	report = selection.named[0];
	group = report->group;
	reportlink_require_linked(&selection);
	rl_require_unpublished(call, group);
	reportlink_require_ownership(call, &selection);

	old_default = group->default_report_id;
	if (old_default != report->report_id)
	{
		group->default_report_id = report->report_id;
		reportlink_store_group(call, group);

		reportlink_data_init(&data);
		reportlink_data_id(&data, "old_default_report_id", old_default);
		reportlink_data_id(&data, "default_report_id", report->report_id);
		reportlink_record(call, EVENT_DEFAULT_CHANGED, group, group->document_id,
						  &selection.named_ids, &data);
	}
	return reportlink_state_row(fcinfo, report);
}

static const Procedure rl_set_default_procedure = {
	"reportlink_set_default",
	OPERATION_LINK,
	rl_set_default,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_set_default(organization_id, report_id, actor): section 4.
 * Returns the report's state. RL002, RL006, RL008, RL010.
 */
PG_FUNCTION_INFO_V1(reportlink_set_default);
Datum
reportlink_set_default(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_set_default_procedure);
}
