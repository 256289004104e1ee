/*
 * cluster.h: which cluster an event is of
 */
#ifndef REPORTLINK_CLUSTER_H
#define REPORTLINK_CLUSTER_H

#include "reportlink.h"

extern int64 reportlink_find_cluster(void);
extern int64 reportlink_note_cluster(void);

#endif
