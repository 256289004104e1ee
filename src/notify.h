/*
 * notify.h: the hint that there are events
 */
#ifndef REPORTLINK_NOTIFY_H
#define REPORTLINK_NOTIFY_H

#include "query.h"

extern void reportlink_send_notify(const char *organization_id, int64 event_id, const char *type,
								   int64 group_id, const Ids *report_ids);

/* for the worker */
extern char *reportlink_send_notify_since(const char *snapshot);

#endif
