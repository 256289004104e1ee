/*
 * event.c: recording one event
 */
#include "event.h"

#include "utils/builtins.h"
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

/* Sends the hint that there is an event, or leaves it to the worker; at commit */
static void
rl_notify(const Call *call, int64 event_id, EventType type, const ReportGroup *group,
		  const Ids *report_ids)
{
	if (reportlink_notify == NOTIFY_COMMIT)
		reportlink_send_notify(call->organization_id, event_id, rl_types[type],
							   group ? group->group_id : 0, report_ids);
	else if (reportlink_notify == NOTIFY_WORKER)
		reportlink_wake_worker(GetCurrentTimestamp());
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
				DirectFunctionCall1(jsonb_in, CStringGetDatum(reportlink_data_json(data)))),
			reportlink_arg_id(reportlink_note_cluster()),
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
