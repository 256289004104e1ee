/*
 * event.h: recording events
 */
#ifndef REPORTLINK_EVENT_H
#define REPORTLINK_EVENT_H

#include "data.h"
#include "model.h"

/* What happened (section 10 of the semantics) */
typedef enum EventType
{
	EVENT_LINKED,
	EVENT_UNLINKED,
	EVENT_OWNER_CHANGED,
	EVENT_OPENED,
	EVENT_PUBLISHED,
	EVENT_PUBLISH_CANCELLED,
	EVENT_SAVED,
	EVENT_CLOSED,
	EVENT_DISCARDED,
	EVENT_PRELIM_SIGNED,
	EVENT_SIGNED,
	EVENT_REJECTED,
	EVENT_ADDENDUM_STARTED,
	EVENT_ADDENDUM_SIGNED,
	EVENT_CANCELLED,
	EVENT_PUBLISH_SCHEDULED,
	EVENT_DEFAULT_CHANGED,
	EVENT_IDENTIFIERS_CHANGED
} EventType;

extern bool reportlink_is_event_type(const char *name);

extern void reportlink_record(Call *call, EventType type, const ReportGroup *group,
							  int64 document_id, const Ids *report_ids, EventData *data);
extern void
reportlink_record_owner_change(Call *call, const ReportGroup *group, int64 document_id,
							   const Ids *report_ids, const char *old_owner, const char *new_owner);

extern void reportlink_store_events(Call *call);

#endif
