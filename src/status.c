/*
 * status.c: the states of a report, the transitions between them and what each
 * role may do, as data
 */
#include "status.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "error.h"

static const char *const rl_status_names[] = {
	[STATUS_UNREAD] = "unread",
	[STATUS_DRAFT] = "draft",
	[STATUS_PRELIM_SIGNED] = "prelim_signed",
	[STATUS_SIGNED] = "signed",
	[STATUS_ADDENDUM_PRELIM_SIGNED] = "addendum_prelim_signed",
	[STATUS_ADDENDUM_SIGNED] = "addendum_signed",
	[STATUS_CANCELLED] = "cancelled",
};

static const char *const rl_role_names[] = {
	[ROLE_NONE] = "none",
	[ROLE_INTEGRATION] = "integration",
	[ROLE_ADMINISTRATOR] = "administrator",
	[ROLE_DRAFTER] = "drafter",
	[ROLE_RESIDENT] = "resident",
	[ROLE_ATTENDING] = "attending",
};

#define MAY(role) (1 << (role))
#define READING_ROOM (MAY(ROLE_ATTENDING) | MAY(ROLE_RESIDENT) | MAY(ROLE_DRAFTER))
#define PHYSICIANS (MAY(ROLE_ATTENDING) | MAY(ROLE_RESIDENT))
#define OFFICE (MAY(ROLE_ADMINISTRATOR) | MAY(ROLE_INTEGRATION))

/* section 8 of the semantics: the roles that may */
static const int rl_permissions[] = {
	[OPERATION_VIEW] = READING_ROOM | OFFICE,
	[OPERATION_DRAFT] = READING_ROOM,
	[OPERATION_LINK] = PHYSICIANS | OFFICE,
	[OPERATION_ASSIGN] = READING_ROOM | OFFICE,
	[OPERATION_ASSIGN_ANY] = OFFICE,
	[OPERATION_WRITE_REPORT] = PHYSICIANS,
	[OPERATION_PRELIM_SIGN] = PHYSICIANS,
	[OPERATION_SIGN] = MAY(ROLE_ATTENDING),
	[OPERATION_PUBLISH] = MAY(ROLE_ATTENDING),
	[OPERATION_START_ADDENDUM] = PHYSICIANS,
	[OPERATION_REJECT] = MAY(ROLE_ATTENDING),
	[OPERATION_CANCEL] = MAY(ROLE_ATTENDING) | OFFICE,
	[OPERATION_DISCARD] = READING_ROOM | OFFICE,
};

/* By which function, who may, and whether plain SQL may do it by setting the status */
typedef struct ActionRule
{
	const char *name;
	Operation operation;
	bool plain;
} ActionRule;

static const ActionRule rl_actions[] = {
	[ACTION_OPEN] = {"reportlink_open", OPERATION_DRAFT, true},
	[ACTION_DISCARD] = {"reportlink_discard", OPERATION_DISCARD, true},
	[ACTION_CANCEL] = {"reportlink_cancel", OPERATION_CANCEL, true},
	[ACTION_PRELIM_SIGN] = {"reportlink_prelim_sign", OPERATION_PRELIM_SIGN, true},
	[ACTION_SIGN] = {"reportlink_sign", OPERATION_SIGN, true},
	[ACTION_REJECT] = {"reportlink_reject", OPERATION_REJECT, false},
	[ACTION_RECALL] = {"reportlink_cancel_publish", OPERATION_PUBLISH, false},
};

/* Section 2 of the semantics: every change of status that there is, and what it needs */
static const Transition rl_transitions[] = {
	{STATUS_UNREAD, STATUS_DRAFT, ACTION_OPEN, NEED_EITHER, NEED_EITHER},
	{STATUS_UNREAD, STATUS_CANCELLED, ACTION_CANCEL, NEED_EITHER, NEED_EITHER},

	{STATUS_DRAFT, STATUS_UNREAD, ACTION_DISCARD, NEED_EITHER, NEED_EITHER},
	{STATUS_DRAFT, STATUS_PRELIM_SIGNED, ACTION_PRELIM_SIGN, NEED_EITHER, NEED_EITHER},
	{STATUS_DRAFT, STATUS_SIGNED, ACTION_SIGN, NEED_EITHER, NEED_EITHER},
	{STATUS_DRAFT, STATUS_CANCELLED, ACTION_CANCEL, NEED_EITHER, NEED_EITHER},

	{STATUS_PRELIM_SIGNED, STATUS_SIGNED, ACTION_SIGN, NEED_EITHER, NEED_EITHER},
	{STATUS_PRELIM_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_PRELIM_SIGN, NEED_YES,
	 NEED_EITHER},
	{STATUS_PRELIM_SIGNED, STATUS_DRAFT, ACTION_REJECT, NEED_NO, NEED_EITHER},

	{STATUS_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_PRELIM_SIGN, NEED_YES, NEED_EITHER},
	{STATUS_SIGNED, STATUS_ADDENDUM_SIGNED, ACTION_SIGN, NEED_YES, NEED_EITHER},
	{STATUS_SIGNED, STATUS_DRAFT, ACTION_RECALL, NEED_NO, NEED_YES},

	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_SIGNED, ACTION_SIGN, NEED_EITHER, NEED_NO},
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_PRELIM_SIGN, NEED_YES,
	 NEED_EITHER},
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_ADDENDUM_SIGNED, ACTION_SIGN, NEED_EITHER, NEED_YES},
	/* back to the status at the last reportlink_start_addendum() */
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_PRELIM_SIGNED, ACTION_REJECT, NEED_NO, NEED_NO},
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_SIGNED, ACTION_REJECT, NEED_NO, NEED_YES},
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_REJECT, NEED_NO,
	 NEED_EITHER},
	{STATUS_ADDENDUM_PRELIM_SIGNED, STATUS_ADDENDUM_SIGNED, ACTION_REJECT, NEED_NO, NEED_YES},

	{STATUS_ADDENDUM_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_PRELIM_SIGN, NEED_YES,
	 NEED_EITHER},
	{STATUS_ADDENDUM_SIGNED, STATUS_ADDENDUM_SIGNED, ACTION_SIGN, NEED_YES, NEED_EITHER},
	/* back to the status at the last reportlink_start_addendum() */
	{STATUS_ADDENDUM_SIGNED, STATUS_SIGNED, ACTION_RECALL, NEED_NO, NEED_YES},
	{STATUS_ADDENDUM_SIGNED, STATUS_ADDENDUM_PRELIM_SIGNED, ACTION_RECALL, NEED_NO, NEED_YES},
	{STATUS_ADDENDUM_SIGNED, STATUS_ADDENDUM_SIGNED, ACTION_RECALL, NEED_NO, NEED_YES},
};

/* Index of a name; the CHECK constraints of the tables know the same names */
static int
rl_index(const char *name, const char *const *names, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (strcmp(name, names[i]) == 0)
			return i;
	}
	elog(ERROR, "unexpected name \"%s\" in a reportlink table", name);
}

Status
reportlink_status(const char *name)
{
	return (Status) rl_index(name, rl_status_names, lengthof(rl_status_names));
}

const char *
reportlink_status_name(Status status)
{
	return rl_status_names[status];
}

Role
reportlink_role(const char *name)
{
	return (Role) rl_index(name, rl_role_names, lengthof(rl_role_names));
}

const char *
reportlink_role_name(Role role)
{
	return rl_role_names[role];
}

bool
reportlink_may(Role role, Operation operation)
{
	return (rl_permissions[operation] & MAY(role)) != 0;
}

/* Interactive users answer to ownership and to linking_enabled; the office does not */
bool
reportlink_is_interactive(Role role)
{
	return (OFFICE & MAY(role)) == 0;
}

bool
reportlink_is_linkable(Status status)
{
	return status == STATUS_UNREAD || status == STATUS_DRAFT;
}

const char *
reportlink_action_name(Action action)
{
	return rl_actions[action].name;
}

/* What the actor's role must allow */
Operation
reportlink_action_operation(Action action)
{
	return rl_actions[action].operation;
}

static bool
rl_meets(Need need, bool is_so)
{
	return need == NEED_EITHER || (need == NEED_YES) == is_so;
}

static bool
rl_starts(const Transition *transition, Status from, bool addendum_open, bool finally_signed)
{
	return transition->from == from && rl_meets(transition->addendum_open, addendum_open) &&
		   rl_meets(transition->finally_signed, finally_signed);
}

/* The first transition of an action from a state, NULL when there is none */
const Transition *
reportlink_transition_by(Action action, Status from, bool addendum_open, bool finally_signed)
{
	for (size_t i = 0; i < lengthof(rl_transitions); i++)
	{
		if (rl_transitions[i].action == action &&
			rl_starts(&rl_transitions[i], from, addendum_open, finally_signed))
			return &rl_transitions[i];
	}
	return NULL;
}

/* The transition by which plain SQL gets from a state to a status, NULL when there is none */
const Transition *
reportlink_transition_to(Status to, Status from, bool addendum_open, bool finally_signed)
{
	for (size_t i = 0; i < lengthof(rl_transitions); i++)
	{
		if (rl_transitions[i].to == to && rl_actions[rl_transitions[i].action].plain &&
			rl_starts(&rl_transitions[i], from, addendum_open, finally_signed))
			return &rl_transitions[i];
	}
	return NULL;
}

/* Names of the roles that may, highest first */
static Datum
rl_roles_that_may(Operation operation)
{
	Datum roles[lengthof(rl_role_names)];
	int count = 0;

	for (int role = ROLE_ATTENDING; role > ROLE_NONE; role--)
	{
		if (reportlink_may(role, operation))
			roles[count++] = CStringGetTextDatum(rl_role_names[role]);
	}
	return PointerGetDatum(construct_array(roles, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * reportlink_transitions(): section 2 of the semantics as this library has it,
 * a row for each transition; null is either.
 */
PG_FUNCTION_INFO_V1(reportlink_transitions);
Datum
reportlink_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (size_t i = 0; i < lengthof(rl_transitions); i++)
	{
		const Transition *transition = &rl_transitions[i];
		const ActionRule *rule = &rl_actions[transition->action];
		Datum values[] = {
			CStringGetTextDatum(rl_status_names[transition->from]),
			CStringGetTextDatum(rl_status_names[transition->to]),
			CStringGetTextDatum(rule->name),
			BoolGetDatum(transition->addendum_open == NEED_YES),
			BoolGetDatum(transition->finally_signed == NEED_YES),
			BoolGetDatum(rule->plain),
			rl_roles_that_may(rule->operation),
		};
		bool nulls[lengthof(values)] = {
			[3] = transition->addendum_open == NEED_EITHER,
			[4] = transition->finally_signed == NEED_EITHER,
		};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
