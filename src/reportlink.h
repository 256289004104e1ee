/*
 * reportlink.h: what every file includes, and the settings
 */
#ifndef REPORTLINK_H
#define REPORTLINK_H

#include "postgres.h"

#include "fmgr.h"

/* before PostgreSQL 18 it was written behind the function, in another way */
#ifndef pg_noreturn
#define pg_noreturn _Noreturn
#endif

/* version of the library and of the tables that it works on */
#define REPORTLINK_VERSION "1.0"

/* who sends NOTIFY (setting reportlink.notify) */
typedef enum NotifyMode
{
	NOTIFY_COMMIT, /* the transaction that records the event */
	NOTIFY_WORKER, /* the worker, right after */
	NOTIFY_OFF /* nobody */
} NotifyMode;

/* settings: see _PG_init() */
extern char *reportlink_user_id;
extern char *reportlink_notify_channel;
extern int reportlink_notify;
extern bool reportlink_keep_signed_events;
extern char *reportlink_databases;
extern int reportlink_worker_naptime;

#endif
