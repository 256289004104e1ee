/*
 * change.h: the rows of a plain UPDATE that get another status or owner
 */
#ifndef REPORTLINK_CHANGE_H
#define REPORTLINK_CHANGE_H

#include "model.h"

#include "commands/trigger.h"

/* A row that gets another status or owner, or is linked to one that does */
typedef struct Change
{
	char *organization_id;
	char *mrn;
	int64 group_id;
	Report report; /* as it was */
	bool changes_status;
	bool changes_owner;
	Status status; /* as it shall be */
	char *owner_id;
} Change;

typedef struct ChangeList
{
	int count;
	int capacity;
	Change *changes;
} ChangeList;

extern ChangeList reportlink_read_changes(TriggerData *trigger);
extern const Change *reportlink_find_change(const Change *changes, int count, int64 report_id);

#endif
