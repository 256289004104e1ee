/*
 * status.c: the states of a report and what each role may do, as data
 */
#include "status.h"

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
#define OFFICE (MAY(ROLE_ADMINISTRATOR) | MAY(ROLE_INTEGRATION))

/* section 8 of the semantics: the roles that may */
static const int rl_permissions[] = {
	[OPERATION_VIEW] = READING_ROOM | OFFICE,
	[OPERATION_DRAFT] = READING_ROOM,
	[OPERATION_LINK] = MAY(ROLE_ATTENDING) | MAY(ROLE_RESIDENT) | OFFICE,
	[OPERATION_ASSIGN] = READING_ROOM | OFFICE,
	[OPERATION_ASSIGN_ANY] = OFFICE,
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
