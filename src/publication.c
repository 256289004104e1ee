/*
 * publication.c: report recall: reportlink_publish_now(),
 * reportlink_cancel_publish() and reportlink_publish_due()
 *
 * Section 7 of the semantics. What a publication waits for is its own row.
 * Whoever finishes it, a user or what is due, locks the patient and that row
 * and finds it still scheduled: so each is finished once. Publishing what is
 * due never waits for a lock on any of this, it skips what is locked and comes
 * again: so it has no part in any deadlock, and nobody keeps it from the other
 * reports.
 */
#include "publication.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"

#include "addendum.h"
#include "error.h"
#include "wake.h"

/* The default report while linked, the report itself else */
static int64
rl_published_report(const Unit *unit)
{
	return unit->group ? unit->group->default_report_id : unit->report->report_id;
}

/* Begins the data of an event about a publication */
static void
rl_publication_data(EventData *data, int64 publication_id, TimestampTz publish_at)
{
	reportlink_data_init(data);
	reportlink_data_id(data, "publication_id", publication_id);
	reportlink_data_time(data, "publish_at", publish_at);
}

/*
 * Schedules what was finally signed, or publishes it at once where the
 * organization has no recall: one publication a unit, one statement for all.
 * The delay begins with the signature, not with its transaction.
 */
void
reportlink_publish_signed(Call *call, const Unit *units, int count)
{
	Ids group_ids = reportlink_ids(count);
	Ids report_ids = reportlink_ids(count);
	Ids document_ids = reportlink_ids(count);
	Ids publication_ids = reportlink_ids(count);
	TimestampTz publish_at;
	bool waits;

	if (count == 0)
		return;
	for (int i = 0; i < count; i++)
	{
		reportlink_ids_add(&group_ids, units[i].group ? units[i].group->group_id : 0);
		reportlink_ids_add(&report_ids, rl_published_report(&units[i]));
		reportlink_ids_add(&document_ids, units[i].document_id);
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&group_ids),
								reportlink_arg_ids(&report_ids),
								reportlink_arg_ids(&document_ids),
								reportlink_arg_text(call->actor),
								reportlink_arg_time(GetCurrentTimestamp())};

		reportlink_execute(QUERY_INSERT_PUBLICATIONS, args);
	}
	for (int i = 0; i < count; i++)
		reportlink_ids_add(&publication_ids, reportlink_get_id(i, 1));
	waits = reportlink_get_bool(0, 2);
	publish_at = reportlink_get_time(0, 3);

	for (int i = 0; i < count; i++)
	{
		EventData data;

		rl_publication_data(&data, publication_ids.values[i], publish_at);
		reportlink_record_unit(call, &units[i], waits ? EVENT_PUBLISH_SCHEDULED : EVENT_PUBLISHED,
							   &data);
	}
	if (waits)
		reportlink_wake_worker(publish_at);
}

/* Locks the pending publication of a unit; 0 when there is none */
static int64
rl_pending_publication(Call *call, const Unit *unit, TimestampTz *publish_at)
{
	QueryId query = unit->group ? QUERY_PENDING_OF_GROUP : QUERY_PENDING_OF_REPORT;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(unit->group ? unit->group->group_id
														  : unit->report->report_id)};

	if (reportlink_execute(query, args) == 0)
		return 0;
	*publish_at = reportlink_get_time(0, 2);
	return reportlink_get_id(0, 1);
}

/* RL016 while the signature waits for its publication */
void
reportlink_require_no_publication(Call *call, const Unit *unit)
{
	TimestampTz publish_at;

	if (rl_pending_publication(call, unit, &publish_at) != 0)
		ereport(ERROR,
				(reportlink_refusal(RL_LOCKED),
				 errdetail("%s: the publication is pending.", reportlink_name_reports(&unit->ids)),
				 errhint("Take the signature back with reportlink_cancel_publish(), or wait for "
						 "the publication.")));
}

/* RL018 */
static int64
rl_require_pending(Call *call, const Unit *unit, TimestampTz *publish_at)
{
	int64 publication_id = rl_pending_publication(call, unit, publish_at);

	if (publication_id == 0)
		ereport(ERROR, (reportlink_refusal(RL_NOT_PENDING),
						errdetail("%s: the status is %s.", reportlink_name_reports(&unit->ids),
								  reportlink_status_name(unit->before.status))));
	return publication_id;
}

/* Ends publications; report_ids: the default reports, which may have changed since the signature */
static void
rl_finish_all(Call *call, const Ids *publication_ids, const char *state, const Ids *report_ids)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(publication_ids), reportlink_arg_text(state),
							reportlink_arg_ids(report_ids)};

	reportlink_execute(QUERY_FINISH_PUBLICATIONS, args);
}

/*
 * Tells REPEATABLE READ and SERIALIZABLE that a publication of the groups
 * changed, of which nothing is in the rows that they lock: see the head of
 * model.c
 */
static void
rl_touch_groups(Call *call, const Ids *group_ids)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(group_ids)};

	if (group_ids->count > 0)
		reportlink_execute(QUERY_TOUCH_GROUPS, args);
}

/* Ends the publication of a unit */
static void
rl_finish(Call *call, int64 publication_id, const char *state, const Unit *unit)
{
	Ids publication_ids = reportlink_ids(1);
	Ids report_ids = reportlink_ids(1);

	reportlink_ids_add(&publication_ids, publication_id);
	reportlink_ids_add(&report_ids, rl_published_report(unit));
	rl_finish_all(call, &publication_ids, state, &report_ids);
}

static Datum
rl_publish_now(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	Ids group_ids = reportlink_ids(1);
	int64 publication_id;
	TimestampTz publish_at;
	EventData data;

	if (!call->member.recall_allow_immediate_sign)
		ereport(ERROR, (reportlink_refusal(RL_NOT_IMMEDIATE),
						errdetail("%s, organization \"%s\".", reportlink_name_reports(&unit.ids),
								  reportlink_named_organization(call))));
	publication_id = rl_require_pending(call, &unit, &publish_at);

	rl_finish(call, publication_id, "executed", &unit);
	if (unit.group != NULL)
		reportlink_ids_add(&group_ids, unit.group->group_id);
	rl_touch_groups(call, &group_ids);
	rl_publication_data(&data, publication_id, publish_at);
	reportlink_record_unit(call, &unit, EVENT_PUBLISHED, &data);
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_publish_now_procedure = {
	"reportlink_publish_now",
	OPERATION_PUBLISH,
	rl_publish_now,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_publish_now(organization_id, report_id, actor): section 7.
 * Returns the report's state. RL002, RL014, RL018, RL019.
 */
PG_FUNCTION_INFO_V1(reportlink_publish_now);
Datum
reportlink_publish_now(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_publish_now_procedure);
}

/* A first signature is none any more; an addendum is open again, on what was published */
static void
rl_plan_recall(Call *call, Unit *unit)
{
	const Transition *transition = reportlink_require_transition(unit, ACTION_RECALL);

	unit->after.status = transition->to;
	if (unit->before.status == STATUS_ADDENDUM_SIGNED)
	{
		unit->after.status = reportlink_addendum_base(call, unit).status;
		unit->after.addendum_open = true;
	}
	else
		unit->after.finally_signed = false;
	unit->after.drafting = false;
}

static Datum
rl_cancel_publish(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	TimestampTz publish_at;
	int64 publication_id = rl_require_pending(call, &unit, &publish_at);
	EventData data;

	rl_plan_recall(call, &unit);
	rl_finish(call, publication_id, "cancelled", &unit);
	reportlink_store_units(call, &unit, 1);
	reportlink_unit_data(&data, &unit);
	reportlink_data_id(&data, "publication_id", publication_id);
	reportlink_data_time(&data, "publish_at", publish_at);
	reportlink_record_unit(call, &unit, EVENT_PUBLISH_CANCELLED, &data);
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_cancel_publish_procedure = {
	"reportlink_cancel_publish",
	OPERATION_PUBLISH,
	rl_cancel_publish,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_cancel_publish(organization_id, report_id, actor): section 7.
 * Returns the report's state. RL002, RL014, RL018.
 */
PG_FUNCTION_INFO_V1(reportlink_cancel_publish);
Datum
reportlink_cancel_publish(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_cancel_publish_procedure);
}

/*
 * What is due now, at most limit of it, in one organization or (NULL) in all,
 * but none of those that were left before. Returns how many.
 */
static int
rl_read_due(QueryId query, const char *organization_id, int limit, const Ids *left,
			DuePublication **due)
{
	NullableDatum args[] = {reportlink_arg_text(organization_id),
							reportlink_arg_time(GetCurrentTimestamp()), reportlink_arg_int(limit),
							reportlink_arg_ids(left)};
	int count = reportlink_execute(query, args);

	*due = palloc_extended(sizeof(DuePublication) * Max(count, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
		(*due)[i] = (DuePublication){.organization_id = reportlink_get_text(i, 1),
									 .publication_id = reportlink_get_id(i, 2),
									 .group_id = reportlink_get_id(i, 3),
									 .report_id = reportlink_get_id(i, 4),
									 .document_id = reportlink_get_id(i, 5),
									 .requested_by = reportlink_get_text(i, 6),
									 .publish_at = reportlink_get_time(i, 7),
									 .mrn = reportlink_get_text(i, 8)};
	return count;
}

static int
rl_compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Locks the patients, but those that somebody else has locked, and marks whose are locked */
static void
rl_try_lock_patients(Call *call, DuePublication *const *due, int count)
{
	char **mrns = palloc(sizeof(char *) * count);
	int nmrns = 0;

	for (int i = 0; i < count; i++)
	{
		if (due[i]->mrn != NULL)
			mrns[nmrns++] = due[i]->mrn;
	}
	if (nmrns > 0)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_texts(mrns, nmrns)};

		nmrns = reportlink_execute(QUERY_TRY_LOCK_PATIENTS, args);
	}
	for (int i = 0; i < nmrns; i++)
		mrns[i] = reportlink_get_text(i, 1);
	for (int i = 0; i < count; i++)
		due[i]->locked = due[i]->mrn != NULL && bsearch(&due[i]->mrn, mrns, nmrns, sizeof(char *),
														rl_compare_strings) != NULL;
}

/* The same for the reports of those that have no patient */
static void
rl_try_lock_reports(Call *call, DuePublication *const *due, int count)
{
	Ids ids = reportlink_ids(count);

	for (int i = 0; i < count; i++)
	{
		if (due[i]->mrn == NULL)
			reportlink_ids_add(&ids, due[i]->report_id);
	}
	if (ids.count > 0)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&ids)};

		ids =
			reportlink_column_ids(reportlink_execute(QUERY_TRY_LOCK_REPORTS_WITHOUT_MRN, args), 1);
	}
	for (int i = 0; i < count; i++)
		due[i]->locked |= due[i]->mrn == NULL && reportlink_ids_find(&ids, due[i]->report_id) >= 0;
}

/* Takes from the rows of the last query what is held, unless a member of a group is missing */
static void
rl_read_held(DuePublication *const *held, int rows)
{
	int next;

	for (int first = 0; first < rows; first = next)
	{
		DuePublication *due = held[reportlink_get_id(first, 1) - 1];

		for (next = first; next < rows; next++)
		{
			if (reportlink_get_id(next, 1) != reportlink_get_id(first, 1))
				break;
		}
		if (next - first < reportlink_get_int(first, 4))
			continue;
		due->default_report_id = reportlink_get_id(first, 3);
		due->report_ids = reportlink_ids(next - first);
		for (int i = first; i < next; i++)
			reportlink_ids_add(&due->report_ids, reportlink_get_id(i, 2));
	}
}

/*
 * The reports that are published, in link order, their identifiers held as they
 * are; none when somebody changes these, or has just changed the MRN. Groups,
 * or reports that are not linked.
 */
static void
rl_hold(Call *call, DuePublication *const *due, int count, bool linked)
{
	DuePublication **held = palloc(sizeof(DuePublication *) * count);
	char **mrns = palloc(sizeof(char *) * count);
	Ids ids = reportlink_ids(count);

	for (int i = 0; i < count; i++)
	{
		if (!due[i]->locked || (due[i]->group_id != 0) != linked)
			continue;
		held[ids.count] = due[i];
		mrns[ids.count] = due[i]->mrn;
		reportlink_ids_add(&ids, linked ? due[i]->group_id : due[i]->report_id);
	}
	if (ids.count > 0)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_texts(mrns, ids.count), reportlink_arg_ids(&ids)};

		rl_read_held(held,
					 reportlink_execute(linked ? QUERY_HOLD_GROUPS : QUERY_HOLD_REPORTS, args));
	}
}

/* Ends the publications that are held, and records each for who signed it */
static void
rl_finish_held(Call *call, DuePublication *const *due, int count)
{
	Ids publication_ids = reportlink_ids(count);
	Ids report_ids = reportlink_ids(count);
	Ids group_ids = reportlink_ids(count);

	for (int i = 0; i < count; i++)
	{
		ReportGroup group = {.group_id = due[i]->group_id,
							 .default_report_id = due[i]->default_report_id};
		EventData data;

		due[i]->published = due[i]->report_ids.count > 0;
		if (!due[i]->published)
			continue;
		reportlink_ids_add(&publication_ids, due[i]->publication_id);
		reportlink_ids_add(&report_ids,
						   group.group_id != 0 ? group.default_report_id : due[i]->report_id);
		if (group.group_id != 0)
			reportlink_ids_add(&group_ids, group.group_id);
		call->actor = due[i]->requested_by;
		rl_publication_data(&data, due[i]->publication_id, due[i]->publish_at);
		reportlink_record(call, EVENT_PUBLISHED, group.group_id != 0 ? &group : NULL,
						  due[i]->document_id, &due[i]->report_ids, &data);
	}
	if (publication_ids.count == 0)
		return;
	rl_finish_all(call, &publication_ids, "executed", &report_ids);
	rl_touch_groups(call, &group_ids);
	reportlink_store_events(call);
}

/*
 * Publishes what was claimed in one organization, and marks it, but for what
 * somebody is at work on the patient or an identifier of. No report is changed,
 * and membership is frozen. The statements are as many for a thousand.
 */
static void
rl_publish(Call *call, DuePublication *const *due, int count)
{
	call->organization_id = due[0]->organization_id;
	for (int i = 0; i < count; i++)
		due[i]->report_ids = reportlink_ids(0); /* those of a try that failed */
	rl_try_lock_patients(call, due, count);
	rl_try_lock_reports(call, due, count);
	rl_hold(call, due, count, true);
	rl_hold(call, due, count, false);
	rl_finish_held(call, due, count);
}

/*
 * Notes why a publication could not be published, and when to try again; the
 * tries come more and more rarely.
 */
void
reportlink_publication_failed(Call *call, const DuePublication *due, const char *message)
{
	NullableDatum args[] = {reportlink_arg_text(due->organization_id),
							reportlink_arg_id(due->publication_id), reportlink_arg_text(message)};

	reportlink_execute(QUERY_PUBLICATION_FAILED, args);
	ereport(WARNING,
			(errmsg("publication " INT64_FORMAT " failed: %s", due->publication_id, message),
			 errdetail("Report " INT64_FORMAT ", organization \"%s\".", due->report_id,
					   due->organization_id),
			 errhint("It is tried again; see reportlink.pending_publication.")));
}

/* Is the error about this publication, and not about the server, its load or the session? */
bool
reportlink_is_publications_error(int sqlerrcode)
{
	int category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category != ERRCODE_TO_CATEGORY(ERRCODE_T_R_SERIALIZATION_FAILURE) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) &&
		   category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION);
}

/* As rl_publish(), but an error undoes just that and is returned */
static ErrorData *
rl_try_publish(Call *call, DuePublication *const *due, int count)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		rl_publish(call, due, count);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	if (error != NULL)
	{
		call->events = NIL;
		call->event_reports = 0;
	}

	/* not before the subtransaction is closed: a caller's EXCEPTION block knows nothing of it */
	if (error != NULL && !reportlink_is_publications_error(error->sqlerrcode))
		ReThrowError(error);
	return error;
}

/* Publishes all of them, else each alone: an error is noted where it belongs and stops no other */
static void
rl_publish_or_note(Call *call, DuePublication *const *due, int count)
{
	ErrorData *error = rl_try_publish(call, due, count);

	if (error == NULL)
		return;
	if (count == 1)
	{
		due[0]->published = false;
		reportlink_publication_failed(call, due[0], error->message);
		return;
	}
	for (int i = 0; i < count; i++)
		rl_publish_or_note(call, &due[i], 1);
}

/* By organization, and as they were claimed */
static int
rl_compare_due(const void *a, const void *b)
{
	const DuePublication *left = *(DuePublication *const *) a;
	const DuePublication *right = *(DuePublication *const *) b;
	int order = strcmp(left->organization_id, right->organization_id);

	return order != 0 ? order : (left > right) - (left < right);
}

/* The same for those of all organizations, one of these after the other */
static void
rl_publish_claimed(Call *call, DuePublication *claimed, int count)
{
	DuePublication **due = palloc(sizeof(DuePublication *) * count);
	int next;

	for (int i = 0; i < count; i++)
		due[i] = &claimed[i];
	qsort(due, count, sizeof(DuePublication *), rl_compare_due);
	for (int first = 0; first < count; first = next)
	{
		CHECK_FOR_INTERRUPTS();
		for (next = first; next < count; next++)
		{
			if (strcmp(due[next]->organization_id, due[first]->organization_id) != 0)
				break;
		}
		rl_publish_or_note(call, due + first, next - first);
	}
}

/* What is due now in any organization, nothing of it locked; at most limit. Returns how many. */
int
reportlink_list_due(int limit, DuePublication **due)
{
	Ids none = reportlink_ids(0);

	return rl_read_due(QUERY_LIST_DUE, NULL, limit, &none, due);
}

/*
 * Publishes one of them; false when it is not due any more, or somebody else
 * has locked it, its patient or its reports
 */
bool
reportlink_publish_one(Call *call, DuePublication *due)
{
	NullableDatum args[] = {reportlink_arg_text(due->organization_id),
							reportlink_arg_id(due->publication_id),
							reportlink_arg_time(GetCurrentTimestamp())};

	if (reportlink_execute(QUERY_CLAIM_PUBLICATION, args) > 0)
		rl_publish(call, &due, 1);
	return due->published;
}

/* When something is due next, in any organization; DT_NOEND: nothing is scheduled */
TimestampTz
reportlink_next_publication(void)
{
	return reportlink_execute(QUERY_NEXT_PUBLICATION, NULL) > 0 ? reportlink_get_time(0, 1)
																: DT_NOEND;
}

/* A call of reportlink_publish_due() */
typedef struct Publishing
{
	int32 batch;
	int32 published;
} Publishing;

/* Until the batch is full, or nothing is due any more but what is locked or has failed */
static void
rl_publish_due(Call *call, void *state)
{
	Publishing *publishing = state;
	const char *organization_id = call->organization_id; /* then that of each publication */
	Ids left = reportlink_ids(0);

	while (publishing->published < publishing->batch)
	{
		DuePublication *claimed;
		int count = rl_read_due(QUERY_CLAIM_DUE, organization_id,
								publishing->batch - publishing->published, &left, &claimed);

		if (count == 0)
			break;
		rl_publish_claimed(call, claimed, count);
		for (int i = 0; i < count; i++)
		{
			if (claimed[i].published)
				publishing->published++;
			else
				reportlink_ids_append(&left, claimed[i].publication_id);
		}
	}
}

/*
 * reportlink_publish_due(batch, organization_id): section 7. Returns how many
 * it published. 22023.
 */
PG_FUNCTION_INFO_V1(reportlink_publish_due);
Datum
reportlink_publish_due(PG_FUNCTION_ARGS)
{
	Publishing publishing = {.batch =
								 reportlink_arg_batch(fcinfo, 0, "reportlink_publish_due", 100)};
	Call call = {.organization_id = reportlink_arg_cstring(fcinfo, 1),
				 .function = "reportlink_publish_due"};

	reportlink_work(&call, WORK_LOOKUPS, rl_publish_due, &publishing);
	PG_RETURN_INT32(publishing.published);
}
