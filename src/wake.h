/*
 * wake.h: how a commit wakes the worker
 */
#ifndef REPORTLINK_WAKE_H
#define REPORTLINK_WAKE_H

#include "reportlink.h"

#include "datatype/timestamp.h"

extern void reportlink_request_slots(void);

/* for whoever schedules something */
extern void reportlink_wake_worker(TimestampTz at);

/* for the worker */
extern bool reportlink_has_worker(Oid database);
extern bool reportlink_take_slot(void);
extern void reportlink_sleeps_until(TimestampTz until);

#endif
