/*
 * ownership.h: who may take a report from whom
 */
#ifndef REPORTLINK_OWNERSHIP_H
#define REPORTLINK_OWNERSHIP_H

#include "unit.h"

extern bool reportlink_may_dispose(Call *call, const Unit *unit);
extern void reportlink_require_takeover(Call *call, const Unit *unit);
extern void reportlink_plan_assign(Call *call, Unit *unit, char *new_owner);

#endif
