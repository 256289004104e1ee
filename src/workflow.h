/*
 * workflow.h: open and close
 */
#ifndef REPORTLINK_WORKFLOW_H
#define REPORTLINK_WORKFLOW_H

#include "unit.h"

extern void reportlink_open_state(const Call *call, State *state);
extern void
reportlink_record_opened(Call *call, const ReportGroup *group, int64 document_id,
						 const Ids *report_ids, Status status_before, Status status, bool view);
extern void reportlink_plan_plain_open(Call *call, Unit *unit);
extern void reportlink_plan_close(Call *call, Unit *unit, bool release);
extern void reportlink_record_closed(Call *call, const Unit *unit, bool release);

#endif
