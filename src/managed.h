/*
 * managed.h: columns of report that are not for plain SQL
 */
#ifndef REPORTLINK_MANAGED_H
#define REPORTLINK_MANAGED_H

#include "reportlink.h"

typedef struct ManagedColumn
{
	const char *name;
	bool on_insert; /* a new report has the initial value */
	bool on_update; /* no UPDATE changes it */
	const char *initial; /* NULL for null */
	const char *hint;
} ManagedColumn;

extern const ManagedColumn reportlink_managed_columns[];
extern const int reportlink_managed_count;

pg_noreturn extern void
reportlink_refuse_column(const char *column, const char *hint, int64 report_id);

#endif
