/*
 * ownership.c: reportlink_assign()
 *
 * Section 5 of the semantics: one owner a group, and who may take it from whom.
 */
#include "reportlink.h"

#include "error.h"
#include "workflow.h"

/* Role of a user, ROLE_NONE for who is no member (any more) */
static Role
rl_role_of(const Call *call, const char *user_id)
{
	Member member;

	reportlink_load_member(call->organization_id, user_id, &member);
	return member.role;
}

/*
 * RL008 unless the actor may dispose of what owner_id (NULL: nobody) owns: his
 * own anyone may, an attending what nobody or a lower role owns, the office all.
 */
static void
rl_require_disposal(const Call *call, const Selection *selection, const char *owner_id)
{
	if (reportlink_may(call->member.role, OPERATION_ASSIGN_ANY) ||
		reportlink_same_text(owner_id, call->actor))
		return;
	if (call->member.role == ROLE_ATTENDING &&
		(owner_id == NULL || rl_role_of(call, owner_id) < ROLE_ATTENDING))
		return;
	ereport(ERROR, (reportlink_refusal(RL_NOT_OWNED),
					errdetail("Report " INT64_FORMAT " is owned by %s%s%s, \"%s\" has the role %s.",
							  selection->named_ids.values[0], owner_id ? "\"" : "",
							  owner_id ? owner_id : "nobody", owner_id ? "\"" : "", call->actor,
							  reportlink_role_name(call->member.role))));
}

/* RL013, RL014: an owner must be able to dictate */
static void
rl_require_owner(const Call *call, const char *new_owner)
{
	Member member;

	if (new_owner == NULL)
		return;
	if (!reportlink_load_member(call->organization_id, new_owner, &member) || !member.active)
		ereport(ERROR,
				(reportlink_refusal(RL_NOT_MEMBER),
				 errdetail("User \"%s\", organization \"%s\".", new_owner, call->organization_id)));
	if (!reportlink_may(member.role, OPERATION_DRAFT))
		ereport(ERROR, (reportlink_refusal(RL_ROLE),
						errdetail("User \"%s\" has the role %s and cannot own reports.", new_owner,
								  reportlink_role_name(member.role))));
}

static Datum
rl_assign(Call *call, FunctionCallInfo fcinfo)
{
	char *new_owner = reportlink_arg_cstring(fcinfo, 2);
	Selection selection;
	State before;
	State after;

	reportlink_select_one(call, PG_GETARG_INT64(1), &selection);
	before = selection.named[0]->state;
	rl_require_disposal(call, &selection, before.owner_id);
	reportlink_require_not_cancelled(&selection);
	rl_require_owner(call, new_owner);

	if (!reportlink_same_text(before.owner_id, new_owner))
	{
		after = before;
		after.owner_id = new_owner;
		after.drafting = false;
		reportlink_change_state(call, &selection, &after);
	}
	return reportlink_state_row(fcinfo, selection.named[0]);
}

static const Procedure rl_assign_procedure = {
	"reportlink_assign",
	OPERATION_ASSIGN,
	rl_assign,
	4,
	{{"organization_id", true, false},
	 {"report_id", true, false},
	 {"new_owner", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_assign(organization_id, report_id, new_owner, actor): section 5;
 * new_owner NULL unassigns. Returns the report's state. RL002, RL008, RL013,
 * RL014, RL015.
 */
PG_FUNCTION_INFO_V1(reportlink_assign);
Datum
reportlink_assign(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_assign_procedure);
}
