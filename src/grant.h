/*
 * grant.h: which profile may do what
 */
#ifndef REPORTLINK_GRANT_H
#define REPORTLINK_GRANT_H

#include "reportlink.h"

#include "nodes/pg_list.h"

extern List *reportlink_profiles_for_function(const char *function);
extern List *reportlink_profiles_for_table(const char *table, const char *privilege);

#endif
