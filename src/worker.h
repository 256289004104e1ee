/*
 * worker.h: the background processes: one launcher, a worker for each database
 */
#ifndef REPORTLINK_WORKER_H
#define REPORTLINK_WORKER_H

#include "reportlink.h"

#include "datatype/timestamp.h"
#include "nodes/pg_list.h"

extern void reportlink_register_launcher(void);

/* what both are made of */
extern void reportlink_begin_process(void);
extern List *reportlink_worker_databases(void);
extern bool reportlink_reload_settings(void);
extern void reportlink_sleep(TimestampTz until);

extern PGDLLEXPORT void reportlink_launcher_main(Datum arg);
extern PGDLLEXPORT void reportlink_worker_main(Datum arg);

#endif
