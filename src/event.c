/*
 * event.c: recording events
 *
 * An action records several: they wait in its call, and are stored by one
 * statement when it has done the rest.
 */
#include "event.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "cluster.h"
#include "notify.h"
#include "wake.h"

static const char *const rl_types[] = {
	[EVENT_LINKED] = "report.linked",
	[EVENT_UNLINKED] = "report.unlinked",
	[EVENT_OWNER_CHANGED] = "report.owner_changed",
	[EVENT_OPENED] = "report.opened",
	[EVENT_PUBLISHED] = "report.published",
	[EVENT_PUBLISH_CANCELLED] = "report.publish_cancelled",
	[EVENT_SAVED] = "report.saved",
	[EVENT_CLOSED] = "report.closed",
	[EVENT_DISCARDED] = "report.discarded",
	[EVENT_PRELIM_SIGNED] = "report.prelim_signed",
	[EVENT_SIGNED] = "report.signed",
	[EVENT_REJECTED] = "report.rejected",
	[EVENT_ADDENDUM_STARTED] = "report.addendum_started",
	[EVENT_ADDENDUM_SIGNED] = "report.addendum_signed",
	[EVENT_CANCELLED] = "report.cancelled",
	[EVENT_PUBLISH_SCHEDULED] = "report.publish_scheduled",
	[EVENT_DEFAULT_CHANGED] = "report.default_changed",
	[EVENT_IDENTIFIERS_CHANGED] = "report.identifiers_changed",
};

/* Is there a type of event of that name? */
bool
reportlink_is_event_type(const char *name)
{
	for (size_t i = 0; i < lengthof(rl_types); i++)
	{
		if (strcmp(name, rl_types[i]) == 0)
			return true;
	}
	return false;
}

/* about so many reports events are stored at once, to hold no more of them in memory */
#define REPORTS_AT_ONCE 100000

/* An event that is recorded when its action is done */
typedef struct Event
{
	const char *type;
	int64 group_id;
	int64 document_id;
	int64 default_report_id;
	Ids report_ids;
	char *actor;
	Datum data;
} Event;

/* What was read of the reports that events are about, by report_id */
typedef struct Identifiers
{
	Ids report_ids;
	char **values; /* of each report those of rl_identifiers, NULL for null */
} Identifiers;

/* columns of QUERY_IDENTIFIERS after the first */
static const char *const rl_identifiers[] = {"accession_number", "mrn",
											 "order_id",		 "site_id",
											 "native_id",		 "assigning_authority"};

#define NIDENTIFIERS ((int) lengthof(rl_identifiers))

/* Room for all reports of all events */
static Ids
rl_all_report_ids(const List *events)
{
	int count = 0;
	ListCell *cell;
	Ids ids;

	foreach(cell, events)
		count += ((Event *) lfirst(cell))->report_ids.count;
	ids = reportlink_ids(count);
	foreach(cell, events)
	{
		const Event *event = lfirst(cell);

		for (int i = 0; i < event->report_ids.count; i++)
			reportlink_ids_add(&ids, event->report_ids.values[i]);
	}
	return ids;
}

/* Reads the identifiers of reports as they are now */
static Identifiers
rl_read_identifiers(const Call *call, const Ids *report_ids)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_ids(report_ids)};
	int count = reportlink_execute(QUERY_IDENTIFIERS, args);
	Identifiers read = {reportlink_column_ids(count, 1),
						palloc(sizeof(char *) * Max(count, 1) * NIDENTIFIERS)};

	for (int i = 0; i < count; i++)
	{
		for (int j = 0; j < NIDENTIFIERS; j++)
			read.values[i * NIDENTIFIERS + j] = reportlink_get_text(i, j + 2);
	}
	return read;
}

static void
rl_push_string(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue value = {.type = jbvNull};

	if (string != NULL)
	{
		value.type = jbvString;
		value.val.string.val = (char *) string;
		value.val.string.len = strlen(string);
	}
	pushJsonbValue(state, token, &value);
}

static void
rl_push_identifiers(JsonbParseState **state, int64 report_id, char *const *values)
{
	JsonbValue id = {.type = jbvNumeric, .val.numeric = int64_to_numeric(report_id)};

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	rl_push_string(state, WJB_KEY, "report_id");
	pushJsonbValue(state, WJB_VALUE, &id);
	for (int i = 0; i < NIDENTIFIERS; i++)
	{
		rl_push_string(state, WJB_KEY, rl_identifiers[i]);
		rl_push_string(state, WJB_VALUE, values[i]);
	}
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * linked_identifiers: an object for each report, in the order of the event. Not
 * by way of text: for a large group to parse that takes longer than to insert.
 */
static Datum
rl_linked_identifiers(const Identifiers *read, const Ids *report_ids)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < report_ids->count; i++)
	{
		int found = reportlink_ids_find(&read->report_ids, report_ids->values[i]);

		if (found >= 0)
			rl_push_identifiers(&state, report_ids->values[i], read->values + found * NIDENTIFIERS);
	}
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL)));
}

static bool
rl_same_ids(const Ids *one, const Ids *other)
{
	return one->count == other->count &&
		   memcmp(one->values, other->values, sizeof(int64) * one->count) == 0;
}

/* The events as arguments of QUERY_INSERT_EVENTS: an array for each column */
static void
rl_insert_events(const Call *call, const List *events, const Ids *all_ids,
				 const Identifiers *identifiers)
{
	int count = list_length(events);
	char **types = palloc(sizeof(char *) * count);
	char **actors = palloc(sizeof(char *) * count);
	Ids groups = reportlink_ids(count);
	Ids documents = reportlink_ids(count);
	Ids defaults = reportlink_ids(count);
	Ids ends = reportlink_ids(count); /* of its report ids among all of them */
	Datum *linked = palloc(sizeof(Datum) * count);
	Datum *data = palloc(sizeof(Datum) * count);
	const Event *before = NULL;
	ListCell *cell;

	foreach(cell, events)
	{
		const Event *event = lfirst(cell);
		int i = foreach_current_index(cell);

		types[i] = (char *) event->type;
		actors[i] = event->actor;
		reportlink_ids_add(&groups, event->group_id);
		reportlink_ids_add(&documents, event->document_id);
		reportlink_ids_add(&defaults, event->default_report_id);
		reportlink_ids_add(&ends, (i > 0 ? ends.values[i - 1] : 0) + event->report_ids.count);
		/* most actions record several events about the same reports */
		linked[i] = before != NULL && rl_same_ids(&before->report_ids, &event->report_ids)
						? linked[i - 1]
						: rl_linked_identifiers(identifiers, &event->report_ids);
		data[i] = event->data;
		before = event;
	}
	{
		NullableDatum args[] = {
			reportlink_arg_text(call->organization_id),
			reportlink_arg_texts(types, count),
			reportlink_arg_ids(&groups),
			reportlink_arg_ids(&documents),
			reportlink_arg_ids(&defaults),
			reportlink_arg_ids(&ends),
			reportlink_arg_ids(all_ids),
			reportlink_arg_datum(
				PointerGetDatum(construct_array(linked, count, JSONBOID, -1, false, TYPALIGN_INT))),
			reportlink_arg_datum(
				PointerGetDatum(construct_array(data, count, JSONBOID, -1, false, TYPALIGN_INT))),
			reportlink_arg_texts(actors, count),
			reportlink_arg_text(call->database_role),
			reportlink_arg_id(reportlink_note_cluster()),
		};

		reportlink_execute(QUERY_INSERT_EVENTS, args);
	}
}

/* Sends the hints that there are events, or leaves it to the worker; at commit */
static void
rl_notify(const Call *call, const List *events)
{
	ListCell *cell;

	if (reportlink_notify == NOTIFY_WORKER)
		reportlink_wake_worker(GetCurrentTimestamp());
	if (reportlink_notify != NOTIFY_COMMIT)
		return;
	foreach(cell, events)
	{
		const Event *event = lfirst(cell);

		reportlink_send_notify(call->organization_id,
							   reportlink_get_id(foreach_current_index(cell), 1), event->type,
							   event->group_id, &event->report_ids);
	}
}

/*
 * Stores what was recorded since the last time, in that order and by one
 * statement, and notifies it (section 10). The end of a work does it; whoever
 * goes on with another organization, or ends a subtransaction, does it before.
 */
void
reportlink_store_events(Call *call)
{
	List *events = call->events;
	Ids all_ids = rl_all_report_ids(events);
	Identifiers identifiers;

	if (events == NIL)
		return;
	call->events = NIL;
	call->event_reports = 0;
	identifiers = rl_read_identifiers(call, &all_ids);
	rl_insert_events(call, events, &all_ids, &identifiers);
	rl_notify(call, events);
}

/*
 * Records one event of an action (section 10), to be stored when the action is
 * done or many others are recorded as well: group NULL when it is about a
 * report that is not linked, document_id the text in force, report_ids those
 * concerned.
 */
void
reportlink_record(Call *call, EventType type, const ReportGroup *group, int64 document_id,
				  const Ids *report_ids, EventData *data)
{
	Event *event = palloc(sizeof(Event));

	*event =
		(Event){.type = rl_types[type],
				.group_id = group ? group->group_id : 0,
				.document_id = document_id,
				.default_report_id = group ? group->default_report_id : 0,
				.report_ids = reportlink_ids(report_ids->count),
				.actor = call->actor,
				.data = DirectFunctionCall1(jsonb_in, CStringGetDatum(reportlink_data_json(data)))};
	for (int i = 0; i < report_ids->count; i++)
		reportlink_ids_add(&event->report_ids, report_ids->values[i]);
	call->events = lappend(call->events, event);
	call->finish = reportlink_store_events;
	call->event_reports += report_ids->count;
	if (call->event_reports >= REPORTS_AT_ONCE)
		reportlink_store_events(call);
}

/* report.owner_changed, with a recipient when the organization asks for one (section 9) */
void
reportlink_record_owner_change(Call *call, const ReportGroup *group, int64 document_id,
							   const Ids *report_ids, const char *old_owner, const char *new_owner)
{
	EventData data;

	reportlink_data_init(&data);
	reportlink_data_text(&data, "old_owner", old_owner);
	reportlink_data_text(&data, "new_owner", new_owner);
	if (call->member.notify_previous_owner && old_owner != NULL)
		reportlink_data_text(&data, "recipient", old_owner);
	reportlink_record(call, EVENT_OWNER_CHANGED, group, document_id, report_ids, &data);
}
