/*
 * leave.h: reports leave their group, by whatever action
 */
#ifndef REPORTLINK_LEAVE_H
#define REPORTLINK_LEAVE_H

#include "event.h"
#include "model.h"

/* What a report that leaves has afterwards */
typedef enum LeaveWith
{
	LEAVE_WITH_SHARED_TEXT,
	LEAVE_WITH_OWN_TEXT, /* from before linking; the state follows from it */
	LEAVE_WITH_OWN_TEXT_UNOWNED
} LeaveWith;

/* What a leave does to one group */
typedef struct Leave
{
	ReportGroup *group;
	LeaveWith with;
	Report **leaving;
	Ids leaving_ids;
	Report **staying; /* in link order */
	int nstaying;
	bool dissolves;
} Leave;

extern Leave reportlink_leave(Call *call, ReportGroup *group, Report **members, int nmembers,
							  Report **leaving, int nleaving, LeaveWith with);
extern void reportlink_record_leave(Call *call, const Leave *leave);
extern void
reportlink_store_past_links(Call *call, const Ids *report_ids, ReportGroup *const *groups);

#endif
