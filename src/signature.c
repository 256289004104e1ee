/*
 * signature.c: reportlink_prelim_sign(), reportlink_sign() and reportlink_reject()
 *
 * Section 6 of the semantics. A signature is a row of its own that names the
 * version signed: no text is copied, and nothing that happens later, not even
 * a rejection, changes it.
 */
#include "signature.h"

#include "addendum.h"
#include "error.h"
#include "publication.h"

/* Is it a preliminary signature that waits for the attending's? */
static bool
rl_awaits_final(const State *state)
{
	return !state->addendum_open && (state->status == STATUS_PRELIM_SIGNED ||
									 state->status == STATUS_ADDENDUM_PRELIM_SIGNED);
}

/* Which units have something to sign? */
static void
rl_look_for_reports(const Call *call, const Unit *units, int count, Signing *signings)
{
	Ids document_ids = reportlink_ids(count);
	Ids found;

	for (int i = 0; i < count; i++)
		reportlink_ids_add(&document_ids, units[i].document_id);
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&document_ids)};

		found = reportlink_column_ids(reportlink_execute(QUERY_HAVE_REPORT, args), 1);
	}
	for (int i = 0; i < count; i++)
		signings[i].has_report = reportlink_ids_find(&found, units[i].document_id) >= 0;
}

/* Who signed the units last? */
static void
rl_load_signers(const Call *call, const Unit *units, int count, Signing *signings)
{
	Ids document_ids = reportlink_ids(count);
	Ids report_ids = reportlink_ids(count);
	Ids group_ids = reportlink_ids(count);
	char **owners = palloc(sizeof(char *) * count);

	for (int i = 0; i < count; i++)
	{
		reportlink_ids_add(&document_ids, units[i].document_id);
		reportlink_ids_add(&report_ids, units[i].report->report_id);
		reportlink_ids_add(&group_ids, units[i].group ? units[i].group->group_id : 0);
		owners[i] = units[i].after.owner_id;
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&document_ids),
								reportlink_arg_texts(owners, count),
								reportlink_arg_ids(&report_ids), reportlink_arg_ids(&group_ids)};

		reportlink_execute(QUERY_SIGNERS, args);
	}
	for (int i = 0; i < count; i++)
	{
		char *role = reportlink_get_text(i, 2);

		signings[i].signer = reportlink_get_text(i, 1);
		signings[i].signer_role = role ? reportlink_role(role) : ROLE_NONE;
		signings[i].signed_by = reportlink_get_text(i, 3);
	}
}

/* What reportlink_plan_signature() asks of each unit */
Signing *
reportlink_load_signings(const Call *call, const Unit *units, int count)
{
	Signing *signings = palloc0(sizeof(Signing) * Max(count, 1));
	bool waits = false;

	for (int i = 0; i < count; i++)
		waits |= rl_awaits_final(&units[i].after);
	rl_look_for_reports(call, units, count, signings);
	if (waits)
		rl_load_signers(call, units, count, signings);
	return signings;
}

/*
 * RL008 unless the actor owns the unit. What a resident signed preliminarily
 * an attending takes over, if that resident or nobody owns it.
 */
static void
rl_plan_signer(const Call *call, Unit *unit, Action action, const Signing *signing)
{
	State *state = &unit->after;

	if (!call->repair && action == ACTION_SIGN && rl_awaits_final(state) &&
		(state->owner_id == NULL || (signing->signer_role == ROLE_RESIDENT &&
									 reportlink_same_text(state->owner_id, signing->signer))))
		state->owner_id = call->actor;
	reportlink_require_own(call, unit);
}

/* Plans a signature, preliminary or final. RL008, RL014, RL015, RL020 */
void
reportlink_plan_signature(const Call *call, Unit *unit, Action action, const Signing *signing)
{
	const Transition *transition;

	reportlink_require(call, reportlink_action_operation(action));
	rl_plan_signer(call, unit, action, signing);
	transition = reportlink_require_transition(unit, action);
	if (!signing->has_report)
		ereport(ERROR, (reportlink_refusal(RL_EMPTY),
						errdetail("%s: %s.", reportlink_name_reports(&unit->ids),
								  reportlink_name_document(unit->document_id))));

	unit->after.status = transition->to;
	unit->after.drafting = false;
	unit->after.addendum_open = false;
	if (action == ACTION_SIGN)
		unit->after.finally_signed = true;
}

/* Adds the signatures of units whose new status is one */
void
reportlink_store_signatures(Call *call, const Unit *units, int count)
{
	Ids document_ids = reportlink_ids(count);
	Ids report_ids = reportlink_ids(count);
	Ids group_ids = reportlink_ids(count);
	char **statuses = palloc(sizeof(char *) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		statuses[i] = pstrdup(reportlink_status_name(units[i].after.status));
		reportlink_ids_add(&document_ids, units[i].document_id);
		reportlink_ids_add(&report_ids, units[i].report->report_id);
		reportlink_ids_add(&group_ids, units[i].group ? units[i].group->group_id : 0);
	}
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&document_ids),
								reportlink_arg_ids(&report_ids),
								reportlink_arg_ids(&group_ids),
								reportlink_arg_texts(statuses, count),
								reportlink_arg_text(call->actor)};

		if (count > 0)
			reportlink_execute(QUERY_INSERT_SIGNATURES, args);
	}
}

/* The owner's change, if there is one, then the signature; its document is the one signed */
void
reportlink_record_signature(Call *call, const Unit *unit, Action action)
{
	EventType type = EVENT_PRELIM_SIGNED;
	EventData data;

	if (action == ACTION_SIGN)
		type = unit->after.status == STATUS_SIGNED ? EVENT_SIGNED : EVENT_ADDENDUM_SIGNED;
	reportlink_record_owner(call, unit);
	reportlink_unit_data(&data, unit);
	reportlink_record_unit(call, unit, type, &data);
}

static Datum
rl_sign_by(Call *call, FunctionCallInfo fcinfo, Action action)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);

	reportlink_plan_signature(call, &unit, action, reportlink_load_signings(call, &unit, 1));
	reportlink_store_units(call, &unit, 1);
	reportlink_store_signatures(call, &unit, 1);
	reportlink_record_signature(call, &unit, action);
	if (action == ACTION_SIGN)
		reportlink_publish_signed(call, &unit, 1);
	return reportlink_state_row(fcinfo, unit.report);
}

static Datum
rl_prelim_sign(Call *call, FunctionCallInfo fcinfo)
{
	return rl_sign_by(call, fcinfo, ACTION_PRELIM_SIGN);
}

static const Procedure rl_prelim_sign_procedure = {
	"reportlink_prelim_sign",
	OPERATION_PRELIM_SIGN,
	rl_prelim_sign,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_prelim_sign(organization_id, report_id, actor): section 6.
 * Returns the report's state. RL002, RL008, RL014, RL015, RL020.
 */
PG_FUNCTION_INFO_V1(reportlink_prelim_sign);
Datum
reportlink_prelim_sign(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_prelim_sign_procedure);
}

static Datum
rl_sign(Call *call, FunctionCallInfo fcinfo)
{
	return rl_sign_by(call, fcinfo, ACTION_SIGN);
}

static const Procedure rl_sign_procedure = {
	"reportlink_sign",
	OPERATION_SIGN,
	rl_sign,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_sign(organization_id, report_id, actor): section 6. Returns the
 * report's state. RL002, RL008, RL014, RL015, RL020.
 */
PG_FUNCTION_INFO_V1(reportlink_sign);
Datum
reportlink_sign(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_sign_procedure);
}

/*
 * Back to draft, or to the status the addendum was started on, with it open; and
 * to who signed, whom it returns: NULL, and the owner stays, where nobody did
 */
static const char *
rl_plan_reject(Call *call, Unit *unit)
{
	const Transition *transition = reportlink_require_transition(unit, ACTION_REJECT);
	Signing signing;

	rl_load_signers(call, unit, 1, &signing);
	unit->after.status = transition->to;
	if (unit->before.status == STATUS_ADDENDUM_PRELIM_SIGNED)
	{
		unit->after.status = reportlink_addendum_base(call, unit).status;
		unit->after.addendum_open = true;
	}
	unit->after.drafting = false;
	unit->after.owner_id = signing.signer;
	return signing.signed_by;
}

static Datum
rl_reject(Call *call, FunctionCallInfo fcinfo)
{
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	const char *signed_by = rl_plan_reject(call, &unit);
	EventData data;

	reportlink_store_units(call, &unit, 1);
	reportlink_record_owner(call, &unit);
	reportlink_unit_data(&data, &unit);
	reportlink_data_text(&data, "signed_by", signed_by);
	reportlink_record_unit(call, &unit, EVENT_REJECTED, &data);
	return reportlink_state_row(fcinfo, unit.report);
}

static const Procedure rl_reject_procedure = {
	"reportlink_reject",
	OPERATION_REJECT,
	rl_reject,
	3,
	{{"organization_id", true, false}, {"report_id", true, false}, {"actor", false, false}},
};

/*
 * reportlink_reject(organization_id, report_id, actor): section 6. Returns the
 * report's state. RL002, RL014, RL015.
 */
PG_FUNCTION_INFO_V1(reportlink_reject);
Datum
reportlink_reject(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_reject_procedure);
}
