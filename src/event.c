/*
 * event.c: building and recording one event, NOTIFY
 */
#include "event.h"

#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "cluster.h"

/* longest payload that NOTIFY takes, in bytes */
#define MAX_PAYLOAD 7999

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

void
reportlink_data_init(EventData *data)
{
	initStringInfo(&data->json);
}

static void
rl_key(EventData *data, const char *key)
{
	appendStringInfoString(&data->json, data->json.len == 0 ? "{" : ", ");
	escape_json(&data->json, key);
	appendStringInfoString(&data->json, ": ");
}

/* NULL is JSON null */
void
reportlink_data_text(EventData *data, const char *key, const char *value)
{
	rl_key(data, key);
	if (value == NULL)
		appendStringInfoString(&data->json, "null");
	else
		escape_json(&data->json, value);
}

/* 0 is JSON null */
void
reportlink_data_id(EventData *data, const char *key, int64 id)
{
	rl_key(data, key);
	if (id == 0)
		appendStringInfoString(&data->json, "null");
	else
		appendStringInfo(&data->json, INT64_FORMAT, id);
}

void
reportlink_data_ids(EventData *data, const char *key, const Ids *ids)
{
	rl_key(data, key);
	appendStringInfoChar(&data->json, '[');
	for (int i = 0; i < ids->count; i++)
		appendStringInfo(&data->json, "%s" INT64_FORMAT, i > 0 ? ", " : "", ids->values[i]);
	appendStringInfoChar(&data->json, ']');
}

/* ISO 8601, in UTC: the same whatever the session's TimeZone and DateStyle */
void
reportlink_data_time(EventData *data, const char *key, TimestampTz time)
{
	char text[MAXDATELEN + 1];
	int utc = 0;

	(void) JsonEncodeDateTime(text, TimestampTzGetDatum(time), TIMESTAMPTZOID, &utc);
	reportlink_data_text(data, key, text);
}

void
reportlink_data_bool(EventData *data, const char *key, bool value)
{
	rl_key(data, key);
	appendStringInfoString(&data->json, value ? "true" : "false");
}

/* The object as text; nothing can be added to it afterwards */
static const char *
rl_data_text(EventData *data)
{
	appendStringInfoString(&data->json, data->json.len == 0 ? "{}" : "}");
	return data->json.data;
}

/* value is complete with this call */
void
reportlink_data_object(EventData *data, const char *key, EventData *value)
{
	rl_key(data, key);
	appendStringInfoString(&data->json, rl_data_text(value));
}

/*
 * Queues NOTIFY, sent at commit. Ids only: every role of the database may
 * listen, and MRNs are patient data (section 10).
 */
static void
rl_notify(const Call *call, int64 event_id, EventType type, const ReportGroup *group,
		  const Ids *report_ids)
{
	EventData payload;
	int without_ids;

	if (reportlink_notify == NOTIFY_OFF)
		return;

	reportlink_data_init(&payload);
	reportlink_data_id(&payload, "event_id", event_id);
	reportlink_data_text(&payload, "type", rl_types[type]);
	reportlink_data_text(&payload, "organization_id", call->organization_id);
	reportlink_data_id(&payload, "group_id", group ? group->group_id : 0);
	without_ids = payload.json.len;
	reportlink_data_ids(&payload, "report_ids", report_ids);
	if (payload.json.len + 1 > MAX_PAYLOAD)
	{
		payload.json.len = without_ids;
		reportlink_data_bool(&payload, "truncated", true);
	}
	Async_Notify(reportlink_notify_channel, rl_data_text(&payload));
}

/*
 * Records one event of an action and notifies it (section 10): group NULL when
 * it is about a report that is not linked, document_id the text in force,
 * report_ids those concerned. data may be NULL.
 */
void
reportlink_record(Call *call, EventType type, const ReportGroup *group, int64 document_id,
				  const Ids *report_ids, EventData *data)
{
	EventData nothing;

	if (data == NULL)
	{
		reportlink_data_init(&nothing);
		data = &nothing;
	}
	{
		NullableDatum args[] = {
			reportlink_arg_text(call->organization_id),
			reportlink_arg_text(rl_types[type]),
			reportlink_arg_id(group ? group->group_id : 0),
			reportlink_arg_id(document_id),
			reportlink_arg_id(group ? group->default_report_id : 0),
			reportlink_arg_ids(report_ids),
			reportlink_arg_text(call->actor),
			reportlink_arg_text(call->database_role),
			reportlink_arg_datum(
				DirectFunctionCall1(jsonb_in, CStringGetDatum(rl_data_text(data)))),
			reportlink_arg_int(reportlink_note_cluster()),
		};

		reportlink_execute(QUERY_INSERT_EVENT, args);
	}
	rl_notify(call, reportlink_get_id(0, 1), type, group, report_ids);
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
