/*
 * workflow.h: open and close
 */
#ifndef REPORTLINK_WORKFLOW_H
#define REPORTLINK_WORKFLOW_H

#include "model.h"

extern void reportlink_open_state(const Call *call, State *state);
extern void reportlink_change_state(Call *call, const Selection *selection, const State *state);
extern void
reportlink_record_opened(Call *call, const ReportGroup *group, int64 document_id,
						 const Ids *report_ids, Status status_before, Status status, bool view);

#endif
