/*
 * sync.h: what a plain UPDATE of status or owner does to linked reports
 */
#ifndef REPORTLINK_SYNC_H
#define REPORTLINK_SYNC_H

#include "call.h"

#include "commands/trigger.h"

extern void reportlink_try_lock_patients(const Call *call, char *const *mrns, int count);
extern void reportlink_sync(TriggerData *trigger, bool by_tables_owner);

#endif
