/*
 * status.h: the states of a report and what each role may do
 */
#ifndef REPORTLINK_STATUS_H
#define REPORTLINK_STATUS_H

#include "reportlink.h"

typedef enum Status
{
	STATUS_UNREAD,
	STATUS_DRAFT,
	STATUS_PRELIM_SIGNED,
	STATUS_SIGNED,
	STATUS_ADDENDUM_PRELIM_SIGNED,
	STATUS_ADDENDUM_SIGNED,
	STATUS_CANCELLED
} Status;

/* in ascending order of rank: an attending takes from those before him */
typedef enum Role
{
	ROLE_NONE, /* no member, or not any more */
	ROLE_INTEGRATION,
	ROLE_ADMINISTRATOR,
	ROLE_DRAFTER,
	ROLE_RESIDENT,
	ROLE_ATTENDING
} Role;

typedef enum Operation
{
	OPERATION_VIEW, /* open past draft: any active member */
	OPERATION_DRAFT,
	OPERATION_LINK,
	OPERATION_ASSIGN,
	OPERATION_ASSIGN_ANY /* what somebody else owns, whoever that is */
} Operation;

extern Status reportlink_status(const char *name);
extern const char *reportlink_status_name(Status status);
extern Role reportlink_role(const char *name);
extern const char *reportlink_role_name(Role role);

extern bool reportlink_may(Role role, Operation operation);
extern bool reportlink_is_interactive(Role role);
extern bool reportlink_is_linkable(Status status);

#endif
