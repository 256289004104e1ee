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
	OPERATION_ASSIGN_ANY, /* what somebody else owns, whoever that is */
	OPERATION_WRITE_REPORT, /* all content, not only the transcript */
	OPERATION_PRELIM_SIGN,
	OPERATION_SIGN,
	OPERATION_PUBLISH, /* before the delay has passed, or not at all */
	OPERATION_START_ADDENDUM,
	OPERATION_REJECT,
	OPERATION_CANCEL,
	OPERATION_DISCARD
} Operation;

/* What takes a report, or its group, from one status to another */
typedef enum Action
{
	ACTION_OPEN,
	ACTION_DISCARD,
	ACTION_CANCEL,
	ACTION_PRELIM_SIGN,
	ACTION_SIGN,
	ACTION_REJECT,
	ACTION_RECALL
} Action;

/* What a transition needs of something that is so or is not */
typedef enum Need
{
	NEED_EITHER,
	NEED_NO,
	NEED_YES
} Need;

typedef struct Transition
{
	Status from;
	Status to;
	Action action;
	Need addendum_open;
	Need finally_signed; /* ever, before this transition */
} Transition;

extern Status reportlink_status(const char *name);
extern const char *reportlink_status_name(Status status);
extern Role reportlink_role(const char *name);
extern const char *reportlink_role_name(Role role);

extern bool reportlink_may(Role role, Operation operation);
extern bool reportlink_is_interactive(Role role);
extern bool reportlink_is_linkable(Status status);

extern const Transition *
reportlink_transition_by(Action action, Status from, bool addendum_open, bool finally_signed);
extern const Transition *
reportlink_transition_to(Status to, Status from, bool addendum_open, bool finally_signed);
extern const char *reportlink_action_name(Action action);
extern Operation reportlink_action_operation(Action action);

#endif
