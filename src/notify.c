/*
 * notify.c: NOTIFY, the hint that there are events
 *
 * It says no more than that it is time for reportlink_fetch(): the table of
 * events is the truth, and what nobody hears is not lost. A commit that sends
 * one takes a lock of the whole server, so with many writers the worker may
 * send them for all, many at a commit.
 */
#include "notify.h"

#include "commands/async.h"

#include "cluster.h"
#include "data.h"
#include "tenant.h"

/* longest payload that NOTIFY takes, in bytes */
#define MAX_PAYLOAD 7999

/* says nothing but that there is an event */
#define BLIND_PAYLOAD "{}"

/*
 * Queues NOTIFY for an event, sent at commit. Ids only: every role of the
 * database may listen, and MRNs are patient data (section 10); and not even
 * those while there are tenants, who may listen too. group_id 0: none.
 */
void
reportlink_send_notify(const char *organization_id, int64 event_id, const char *type,
					   int64 group_id, const Ids *report_ids)
{
	EventData payload;
	int without_ids;

	if (reportlink_has_tenants())
	{
		Async_Notify(reportlink_notify_channel, BLIND_PAYLOAD);
		return;
	}
	reportlink_data_init(&payload);
	reportlink_data_id(&payload, "event_id", event_id);
	reportlink_data_text(&payload, "type", type);
	reportlink_data_text(&payload, "organization_id", organization_id);
	reportlink_data_id(&payload, "group_id", group_id);
	without_ids = payload.json.len;
	reportlink_data_ids(&payload, "report_ids", report_ids);
	if (payload.json.len + 1 > MAX_PAYLOAD)
	{
		payload.json.len = without_ids;
		reportlink_data_bool(&payload, "truncated", true);
	}
	Async_Notify(reportlink_notify_channel, reportlink_data_json(&payload));
}

/*
 * The same for all events that are not visible in a snapshot, NULL for none.
 * Returns the snapshot for the next time, once this transaction is committed.
 */
char *
reportlink_send_notify_since(const char *snapshot)
{
	int count;

	if (snapshot == NULL)
	{
		reportlink_execute(QUERY_SNAPSHOT, NULL);
		return reportlink_get_text(0, 1);
	}
	{
		NullableDatum args[] = {reportlink_arg_datum(Int64GetDatum(reportlink_find_cluster())),
								reportlink_arg_snapshot(snapshot)};

		count = reportlink_execute(QUERY_SINCE, args);
	}
	for (int i = 0; i < count; i++)
	{
		Ids report_ids = reportlink_get_ids(i, 5);

		reportlink_send_notify(reportlink_get_text(i, 1), reportlink_get_id(i, 2),
							   reportlink_get_text(i, 3), reportlink_get_id(i, 4), &report_ids);
	}
	return count > 0 ? reportlink_get_text(0, 6) : pstrdup(snapshot);
}
