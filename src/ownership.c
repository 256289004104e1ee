/*
 * ownership.c: reportlink_assign()
 *
 * Section 5 of the semantics: one owner a group, and who may take it from whom.
 */
#include "ownership.h"

#include "error.h"

/* A member who is not the actor */
typedef struct Colleague
{
	const char *user_id;
	Member member; /* without role when there is none */
} Colleague;

/* Looks a user up, once a call: a plain UPDATE may ask of the same for many reports */
static const Member *
rl_colleague(Call *call, const char *user_id)
{
	ListCell *cell;
	Colleague *colleague;

	foreach(cell, call->colleagues)
	{
		colleague = lfirst(cell);
		if (strcmp(colleague->user_id, user_id) == 0)
			return &colleague->member;
	}
	colleague = palloc(sizeof(Colleague));
	colleague->user_id = user_id;
	reportlink_load_member(call->organization_id, user_id, &colleague->member);
	call->colleagues = lappend(call->colleagues, colleague);
	return &colleague->member;
}

/*
 * May the actor dispose of the unit? His own anyone may, an attending what
 * nobody or a lower role owns, the office all.
 */
bool
reportlink_may_dispose(Call *call, const Unit *unit)
{
	const char *owner_id = unit->after.owner_id;

	if (call->repair || reportlink_may(call->member.role, OPERATION_ASSIGN_ANY) ||
		reportlink_same_text(owner_id, call->actor))
		return true;
	return call->member.role == ROLE_ATTENDING &&
		   (owner_id == NULL || rl_colleague(call, owner_id)->role < ROLE_ATTENDING);
}

/* RL008 for who may not */
static void
rl_refuse_disposal(const Call *call, const Unit *unit)
{
	const char *owner_id = unit->after.owner_id;

	ereport(ERROR, (reportlink_refusal(RL_NOT_OWNED),
					errdetail("Report " INT64_FORMAT " is owned by %s%s%s, \"%s\" has the role %s.",
							  unit->report->report_id, owner_id ? "\"" : "",
							  owner_id ? owner_id : "nobody", owner_id ? "\"" : "", call->actor,
							  reportlink_role_name(call->member.role))));
}

/* RL008 unless the actor owns the unit, nobody does, or he may take it from who does */
void
reportlink_require_takeover(Call *call, const Unit *unit)
{
	if (unit->after.owner_id == NULL && reportlink_may(call->member.role, OPERATION_DRAFT))
		return;
	if (!reportlink_may_dispose(call, unit))
		rl_refuse_disposal(call, unit);
}

/* RL013, RL014: an owner must be able to dictate */
static void
rl_require_owner(Call *call, const char *new_owner)
{
	const Member *member;

	if (new_owner == NULL)
		return;
	member = rl_colleague(call, new_owner);
	if (member->role == ROLE_NONE || !member->active)
		ereport(ERROR, (reportlink_refusal(RL_NOT_MEMBER),
						errdetail("User \"%s\", organization \"%s\".", new_owner,
								  reportlink_named_organization(call))));
	if (!reportlink_may(member->role, OPERATION_DRAFT))
		ereport(ERROR, (reportlink_refusal(RL_ROLE),
						errdetail("User \"%s\" has the role %s and cannot own reports.", new_owner,
								  reportlink_role_name(member->role)),
						errhint("Assign it to an attending, a resident or a drafter.")));
}

/* Plans another owner, NULL for nobody; the same one changes nothing. RL008, RL013, RL014, RL015 */
void
reportlink_plan_assign(Call *call, Unit *unit, char *new_owner)
{
	reportlink_require(call, OPERATION_ASSIGN);
	if (!reportlink_may_dispose(call, unit))
		rl_refuse_disposal(call, unit);
	reportlink_require_not_cancelled(unit);
	/* who owns it already need not be one to whom it could be given now */
	if (reportlink_same_text(unit->after.owner_id, new_owner))
		return;
	rl_require_owner(call, new_owner);
	unit->after.owner_id = new_owner;
	unit->after.drafting = false;
}

static Datum
rl_assign(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);

	reportlink_plan_assign(call, &unit, reportlink_arg_cstring(fcinfo, 2));
	reportlink_store_units(call, &unit, 1);
	reportlink_record_owner(call, &unit);
	return reportlink_state_row(fcinfo, unit.report);
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
