/*
 * cancel.h: cancelling, by function and by plain SQL
 */
#ifndef REPORTLINK_CANCEL_H
#define REPORTLINK_CANCEL_H

#include "unit.h"

extern void reportlink_plan_cancel(const Call *call, Unit *unit);
extern Unit reportlink_leave_to_cancel(Call *call, const Unit *unit, Report **members, int nmembers,
									   Report **leaving, int nleaving);
extern void reportlink_record_cancel(Call *call, const Unit *unit);

#endif
