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

/* Ends a publication; report_id: the default report, which may have changed since the signature */
static void
rl_finish(Call *call, int64 publication_id, const char *state, int64 report_id)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(publication_id), reportlink_arg_text(state),
							reportlink_arg_id(report_id)};

	reportlink_execute(QUERY_FINISH_PUBLICATION, args);
}

static Datum
rl_publish_now(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	int64 publication_id;
	TimestampTz publish_at;
	EventData data;

	if (!call->member.recall_allow_immediate_sign)
		ereport(ERROR, (reportlink_refusal(RL_NOT_IMMEDIATE),
						errdetail("%s, organization \"%s\".", reportlink_name_reports(&unit.ids),
								  reportlink_named_organization(call))));
	publication_id = rl_require_pending(call, &unit, &publish_at);

	rl_finish(call, publication_id, "executed", rl_published_report(&unit));
	reportlink_touch_group(call, unit.group);
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
	rl_finish(call, publication_id, "cancelled", rl_published_report(&unit));
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

/* Locks the patient, or a report without MRN, unless somebody else has the lock */
static bool
rl_try_lock(Call *call, const DuePublication *due)
{
	if (due->mrn != NULL)
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_texts(&due->mrn, 1)};

		return reportlink_execute(QUERY_TRY_LOCK_PATIENTS, args) > 0;
	}
	else
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_id(due->report_id)};

		return reportlink_execute(QUERY_TRY_LOCK_REPORT_WITHOUT_MRN, args) > 0;
	}
}

/*
 * The reports that are published, in link order, their identifiers held as they
 * are; none when somebody changes these, or has just changed the MRN.
 */
static Ids
rl_hold_reports(Call *call, const DuePublication *due, ReportGroup *group)
{
	bool linked = due->group_id != 0;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_text(due->mrn),
							reportlink_arg_id(linked ? due->group_id : due->report_id)};
	int count = reportlink_execute(linked ? QUERY_HOLD_GROUP : QUERY_HOLD_REPORT, args);
	Ids ids = reportlink_ids(count);

	if (count == 0 || count < reportlink_get_int(0, 3))
		return ids;
	for (int i = 0; i < count; i++)
		reportlink_ids_add(&ids, reportlink_get_id(i, 1));
	*group = (ReportGroup){.group_id = due->group_id, .default_report_id = reportlink_get_id(0, 2)};
	return ids;
}

/*
 * Publishes what was claimed, for who signed it; false when somebody is at
 * work on the patient or changes an identifier. No report is changed, and
 * membership is frozen.
 */
static bool
rl_publish(Call *call, const DuePublication *due)
{
	ReportGroup group;
	Ids report_ids;
	EventData data;

	call->organization_id = due->organization_id;
	call->actor = due->requested_by;
	if (!rl_try_lock(call, due))
		return false;
	report_ids = rl_hold_reports(call, due, &group);
	if (report_ids.count == 0)
		return false;

	rl_finish(call, due->publication_id, "executed",
			  due->group_id != 0 ? group.default_report_id : due->report_id);
	reportlink_touch_group(call, due->group_id != 0 ? &group : NULL);
	rl_publication_data(&data, due->publication_id, due->publish_at);
	reportlink_record(call, EVENT_PUBLISHED, due->group_id != 0 ? &group : NULL, due->document_id,
					  &report_ids, &data);
	return true;
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

/* As rl_publish(), but an error is noted on the publication and does not stop the others */
static bool
rl_publish_or_note(Call *call, const DuePublication *due)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile error = NULL;
	volatile bool published = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		published = rl_publish(call, due);
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

	/* not before the subtransaction is closed: a caller's EXCEPTION block knows nothing of it */
	if (error != NULL && !reportlink_is_publications_error(error->sqlerrcode))
		ReThrowError(error);
	if (error != NULL)
		reportlink_publication_failed(call, due, error->message);
	return error == NULL && published;
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
reportlink_publish_one(Call *call, const DuePublication *due)
{
	NullableDatum args[] = {reportlink_arg_text(due->organization_id),
							reportlink_arg_id(due->publication_id),
							reportlink_arg_time(GetCurrentTimestamp())};

	return reportlink_execute(QUERY_CLAIM_PUBLICATION, args) > 0 && rl_publish(call, due);
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
		for (int i = 0; i < count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (rl_publish_or_note(call, &claimed[i]))
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
