/*
 * sync.c: what a plain UPDATE of status or owner does to linked reports
 *
 * Section 11 of the semantics. When the statement has stored its rows, they are
 * gathered into units, and each unit is planned, stored and recorded by the
 * same code as in the functions: a change of owner as reportlink_assign()
 * does it, then a change of status as the function does that makes it.
 */
#include "sync.h"

#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/wait_event.h"

#include "cancel.h"
#include "change.h"
#include "error.h"
#include "ownership.h"
#include "publication.h"
#include "signature.h"
#include "workflow.h"

/* longest pause between two tries for the patients' locks, in milliseconds */
#define MAX_PAUSE_MS 16

/* What the statement asks of one unit */
typedef struct Wish
{
	Report **members; /* in link order; those in the statement are named */
	int nmembers;
	const Change *status; /* a row that says which, NULL: the same */
	const Change *owner;
	const Transition *transition;
} Wish;

/* The changes of one organization */
typedef struct Sync
{
	Change *changes; /* by report_id */
	int nchanges;
	bool by_tables_owner;
	Selection selection; /* the reports concerned, and all linked to them */
	int nunits;
	Unit *units;
	Wish *wishes;
} Sync;

static int
rl_compare_ids(int64 left, int64 right)
{
	return (left > right) - (left < right);
}

static int
rl_compare_mrns(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* For qsort() of pointers to reports: unit by unit, each in link order */
static int
rl_compare_units(const void *a, const void *b)
{
	const Report *left = *(Report *const *) a;
	const Report *right = *(Report *const *) b;
	int order = rl_compare_ids(left->group ? left->group->group_id : 0,
							   right->group ? right->group->group_id : 0);

	if (order == 0 && left->group != NULL)
		order = left->link_position - right->link_position;
	return order != 0 ? order : rl_compare_ids(left->report_id, right->report_id);
}

/* The change of a report, NULL when the statement does not change it */
static const Change *
rl_change_of(const Sync *sync, const Report *report)
{
	return reportlink_find_change(sync->changes, sync->nchanges, report->report_id);
}

/*
 * Who acts: the setting; without it only the owner of the tables may, for a
 * repair. RL012, RL013
 */
static void
rl_identify(Call *call, const Sync *sync)
{
	if (*reportlink_user_id != '\0')
	{
		reportlink_identify_actor(call, NULL);
		return;
	}
	if (!sync->by_tables_owner)
		ereport(ERROR,
				(reportlink_refusal(RL_NO_ACTOR),
				 errhint(
					 "Set reportlink.user_id; only the owner of the tables may leave it out.")));
	call->repair = true;
	reportlink_load_member(call->organization_id, NULL, &call->member);
}

/*
 * Locks patients without waiting in their queues: the statement already holds
 * its rows, so a function that holds a patient may be waiting for us. Whoever
 * of the two the server's deadlock detector picked might be the function, and
 * functions never meet 40P01; so it is raised here, after deadlock_timeout.
 */
void
reportlink_try_lock_patients(const Call *call, char *const *mrns, int count)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_texts(mrns, count)};
	int waited = 0;
	int pause = 1;

	while (reportlink_execute(QUERY_TRY_LOCK_PATIENTS, args) < count)
	{
		if (waited >= call->deadlock_timeout)
			ereport(ERROR, (errcode(ERRCODE_T_R_DEADLOCK_DETECTED),
							errmsg("could not lock the patient of the report"),
							errdetail("A reportlink function is at work on it."),
							errhint("Retry the transaction.")));
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
		waited += pause;
		pause = Min(pause * 2, MAX_PAUSE_MS);
	}
}

/* The patients of the changes, once each */
static char **
rl_mrns(const Sync *sync, int *count)
{
	char **mrns = palloc(sizeof(char *) * sync->nchanges);
	int all = 0;

	for (int i = 0; i < sync->nchanges; i++)
	{
		if (sync->changes[i].mrn != NULL)
			mrns[all++] = sync->changes[i].mrn;
	}
	qsort(mrns, all, sizeof(char *), rl_compare_mrns);
	*count = 0;
	for (int i = 0; i < all; i++)
	{
		if (*count == 0 || strcmp(mrns[i], mrns[*count - 1]) != 0)
			mrns[(*count)++] = mrns[i];
	}
	return mrns;
}

/* Locks what is linked to the changed rows; returns how many reports that are read next */
static int
rl_lock_members(Call *call, Sync *sync)
{
	Ids group_ids = reportlink_ids(sync->nchanges);
	int nmrns;
	char **mrns = rl_mrns(sync, &nmrns);

	for (int i = 0; i < sync->nchanges; i++)
	{
		if (sync->changes[i].group_id != 0)
			reportlink_ids_add(&group_ids, sync->changes[i].group_id);
	}
	if (nmrns > 0)
		reportlink_try_lock_patients(call, mrns, nmrns);
	if (group_ids.count == 0)
		return 0;
	{
		NullableDatum groups[] = {reportlink_arg_text(call->organization_id),
								  reportlink_arg_ids(&group_ids)};
		NullableDatum members[] = {reportlink_arg_text(call->organization_id),
								   reportlink_arg_texts(mrns, nmrns),
								   reportlink_arg_ids(&group_ids)};

		reportlink_read_groups(&sync->selection,
							   reportlink_execute(QUERY_LOCK_GROUPS_BY_ID, groups));
		return reportlink_execute(QUERY_LOCK_MEMBERS, members);
	}
}

static void
rl_refuse_triggered(int64 report_id)
{
	ereport(ERROR, (errcode(ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION),
					errmsg("report was changed by a trigger of the statement that changes it"),
					errdetail("Report " INT64_FORMAT ".", report_id),
					errhint("Change status and owner in a statement of their own.")));
}

/*
 * 27000 unless the rows still are what the statement made of them. A trigger
 * of the user's own may have changed them by a statement within this one, which
 * was carried and recorded before; to carry this one over it would undo that.
 */
static void
rl_require_untouched(Call *call, const Sync *sync)
{
	Ids ids = reportlink_ids(sync->nchanges);
	int count;

	for (int i = 0; i < sync->nchanges; i++)
		reportlink_ids_add(&ids, sync->changes[i].report.report_id);
	{
		NullableDatum args[] = {reportlink_arg_text(call->organization_id),
								reportlink_arg_ids(&ids)};

		count = reportlink_execute(QUERY_READ_REPORTS, args);
	}
	for (int i = 0; i < sync->nchanges; i++)
	{
		const Change *change = &sync->changes[i];
		State written = change->report.state;
		bool leaves = change->changes_status && change->status == STATUS_CANCELLED;
		Report now;

		if (i == count)
			rl_refuse_triggered(change->report.report_id);
		written.status = change->status;
		written.owner_id = change->owner_id;
		reportlink_read_report(&sync->selection, i, &now);
		if (now.report_id != change->report.report_id ||
			reportlink_get_id(i, 2) != (leaves ? 0 : change->group_id) ||
			!reportlink_same_state(&now.state, &written))
			rl_refuse_triggered(change->report.report_id);
	}
}

/* The selection: the changed reports as they were, and all others linked to them. 27000 */
static void
rl_select(Call *call, Sync *sync)
{
	Selection *selection = &sync->selection;
	int nlocked = rl_lock_members(call, sync);

	selection->reports =
		palloc_extended(sizeof(Report) * (nlocked + sync->nchanges), MCXT_ALLOC_HUGE);
	selection->nreports = nlocked;
	for (int i = 0; i < nlocked; i++)
		reportlink_read_report(selection, i, &selection->reports[i]);

	for (int i = 0; i < sync->nchanges; i++)
	{
		const Change *change = &sync->changes[i];
		Report *report = bsearch(&change->report, selection->reports, nlocked, sizeof(Report),
								 reportlink_compare_reports);

		if (report == NULL)
			report = &selection->reports[selection->nreports++];
		*report = change->report;
		report->group = reportlink_selected_group(selection, change->group_id);
	}
}

/* For a DETAIL: what a row is given */
static const char *
rl_given(const Change *change, bool status)
{
	if (status)
		return reportlink_status_name(change->status);
	return change->owner_id ? psprintf("\"%s\"", change->owner_id) : "nobody";
}

/* RL015, RL008 for two members of a group that shall have different states */
static void
rl_refuse_two(const Unit *unit, const Change *one, const Change *other, bool status)
{
	ereport(ERROR,
			(reportlink_refusal(status ? RL_TRANSITION : RL_NOT_OWNED),
			 errdetail("Group " INT64_FORMAT " is given the %s %s for report " INT64_FORMAT
					   " and %s for report " INT64_FORMAT ".",
					   unit->group->group_id, status ? "status" : "owner", rl_given(one, status),
					   one->report.report_id, rl_given(other, status), other->report.report_id),
			 errhint("Linked reports have one status and one owner.")));
}

/* What the rows of the statement want for a unit; they must agree. RL008, RL015 */
static Wish
rl_wish(const Sync *sync, const Unit *unit, Report **members, int nmembers)
{
	Wish wish = {.members = members, .nmembers = nmembers};

	for (int i = 0; i < nmembers; i++)
	{
		const Change *change = members[i]->named ? rl_change_of(sync, members[i]) : NULL;

		if (change != NULL && change->changes_status && wish.status == NULL)
			wish.status = change;
		if (change != NULL && change->changes_owner && wish.owner == NULL)
			wish.owner = change;
	}
	for (int i = 0; i < nmembers; i++)
	{
		const Change *change = members[i]->named ? rl_change_of(sync, members[i]) : NULL;

		if (change == NULL)
			continue;
		if (wish.status != NULL && wish.status->status != change->status)
			rl_refuse_two(unit, wish.status, change, true);
		if (wish.owner != NULL && !reportlink_same_text(wish.owner->owner_id, change->owner_id))
			rl_refuse_two(unit, wish.owner, change, false);
	}
	return wish;
}

/* Makes units of the selection, and notes what is asked of each. RL008, RL015 */
static void
rl_make_units(Sync *sync)
{
	int nreports = sync->selection.nreports;
	Report **reports = palloc_extended(sizeof(Report *) * nreports, MCXT_ALLOC_HUGE);
	int next;

	sync->units = palloc_extended(sizeof(Unit) * sync->nchanges, MCXT_ALLOC_HUGE);
	sync->wishes = palloc_extended(sizeof(Wish) * sync->nchanges, MCXT_ALLOC_HUGE);
	for (int i = 0; i < nreports; i++)
		reports[i] = &sync->selection.reports[i];
	qsort(reports, nreports, sizeof(Report *), rl_compare_units);

	for (int first = 0; first < nreports; first = next)
	{
		Unit *unit = &sync->units[sync->nunits];
		int named = first;

		for (next = first + 1; next < nreports; next++)
		{
			if (reports[next]->group == NULL || reports[next]->group != reports[first]->group)
				break;
		}
		while (!reports[named]->named)
			named++;
		*unit = reportlink_unit(reports[named], reports + first, next - first);
		sync->wishes[sync->nunits] = rl_wish(sync, unit, reports + first, next - first);
		sync->nunits++;
	}
}

/* Changes of owner, as reportlink_assign() does them */
static void
rl_sync_owners(Call *call, Sync *sync)
{
	for (int i = 0; i < sync->nunits; i++)
	{
		if (sync->wishes[i].owner != NULL)
			reportlink_plan_assign(call, &sync->units[i], sync->wishes[i].owner->owner_id);
	}
	reportlink_store_units(call, sync->units, sync->nunits);
	for (int i = 0; i < sync->nunits; i++)
	{
		reportlink_record_owner(call, &sync->units[i]);
		sync->units[i].before = sync->units[i].after;
	}
}

static void
rl_plan_open(Call *call, Unit *unit, Action action, const Signing *signing)
{
	reportlink_plan_plain_open(call, unit);
}

static void
rl_record_open(Call *call, const Unit *unit, Action action)
{
	reportlink_record_opened(call, unit->group, unit->document_id, &unit->ids, unit->before.status,
							 unit->after.status, false);
}

/* Back to unread is a close: the owner stays, and the text */
static void
rl_plan_close(Call *call, Unit *unit, Action action, const Signing *signing)
{
	reportlink_plan_close(call, unit, false);
	unit->after.status = STATUS_UNREAD;
}

static void
rl_record_close(Call *call, const Unit *unit, Action action)
{
	reportlink_record_closed(call, unit, false);
}

static void
rl_plan_cancel(Call *call, Unit *unit, Action action, const Signing *signing)
{
	reportlink_plan_cancel(call, unit);
}

static void
rl_record_cancel(Call *call, const Unit *unit, Action action)
{
	reportlink_record_cancel(call, unit);
}

static void
rl_plan_sign(Call *call, Unit *unit, Action action, const Signing *signing)
{
	reportlink_plan_signature(call, unit, action, signing);
}

/* How plain SQL does what a function does */
typedef struct PlainAction
{
	void (*plan)(Call *call, Unit *unit, Action action, const Signing *signing);
	void (*record)(Call *call, const Unit *unit, Action action);
	bool signs;
} PlainAction;

static const PlainAction rl_plain_actions[] = {
	[ACTION_OPEN] = {rl_plan_open, rl_record_open, false},
	[ACTION_DISCARD] = {rl_plan_close, rl_record_close, false},
	[ACTION_CANCEL] = {rl_plan_cancel, rl_record_cancel, false},
	[ACTION_PRELIM_SIGN] = {rl_plan_sign, reportlink_record_signature, true},
	[ACTION_SIGN] = {rl_plan_sign, reportlink_record_signature, true},
};

/* RL015 */
static const Transition *
rl_require_transition(const Unit *unit, Status to)
{
	const State *state = &unit->before;
	const Transition *transition =
		reportlink_transition_to(to, state->status, state->addendum_open, state->finally_signed);

	if (transition == NULL)
		ereport(ERROR,
				(reportlink_refusal(RL_TRANSITION),
				 errdetail_plural("%s has the status %s%s and cannot become %s by an UPDATE.",
								  "%s have the status %s%s and cannot become %s by an UPDATE.",
								  unit->ids.count, reportlink_name_reports(&unit->ids),
								  reportlink_status_name(state->status),
								  state->addendum_open ? " with an open addendum" : "",
								  reportlink_status_name(to))));
	return transition;
}

/* Which transitions are asked for; whether one of them is a signature. RL015 */
static bool
rl_find_transitions(Sync *sync)
{
	bool signs = false;

	for (int i = 0; i < sync->nunits; i++)
	{
		Wish *wish = &sync->wishes[i];

		if (wish->status == NULL)
			continue;
		wish->transition = rl_require_transition(&sync->units[i], wish->status->status);
		signs |= rl_plain_actions[wish->transition->action].signs;
	}
	return signs;
}

/* Those that the statement cancels leave their group, and are the unit from here on */
static void
rl_leave_to_cancel(Call *call, const Sync *sync, Unit *unit, const Wish *wish)
{
	Report **leaving = palloc(sizeof(Report *) * wish->nmembers);
	int nleaving = 0;

	for (int i = 0; i < wish->nmembers; i++)
	{
		Report *report = wish->members[i];

		report->named &= rl_change_of(sync, report) && rl_change_of(sync, report)->changes_status;
		if (report->named)
			leaving[nleaving++] = report;
	}
	*unit =
		reportlink_leave_to_cancel(call, unit, wish->members, wish->nmembers, leaving, nleaving);
}

static void
rl_plan_statuses(Call *call, Sync *sync, const Signing *signings)
{
	for (int i = 0; i < sync->nunits; i++)
	{
		const Wish *wish = &sync->wishes[i];
		Unit *unit = &sync->units[i];

		if (wish->transition == NULL)
			continue;
		rl_plain_actions[wish->transition->action].plan(call, unit, wish->transition->action,
														signings ? &signings[i] : NULL);
		if (unit->after.status == STATUS_CANCELLED && unit->group != NULL)
			rl_leave_to_cancel(call, sync, unit, wish);
	}
}

/* The units that the statement signs; only_finally: not those preliminarily */
static Unit *
rl_signed_units(const Sync *sync, bool only_finally, int *count)
{
	Unit *signed_units = palloc_extended(sizeof(Unit) * sync->nunits, MCXT_ALLOC_HUGE);

	*count = 0;
	for (int i = 0; i < sync->nunits; i++)
	{
		const Transition *transition = sync->wishes[i].transition;

		if (transition != NULL && rl_plain_actions[transition->action].signs &&
			(!only_finally || transition->action == ACTION_SIGN))
			signed_units[(*count)++] = sync->units[i];
	}
	return signed_units;
}

static void
rl_store_signatures(Call *call, const Sync *sync)
{
	int count;
	Unit *units = rl_signed_units(sync, false, &count);

	reportlink_store_signatures(call, units, count);
}

static void
rl_publish_signed(Call *call, const Sync *sync)
{
	int count;
	Unit *units = rl_signed_units(sync, true, &count);

	reportlink_publish_signed(call, units, count);
}

/* Changes of status, as the functions do them that make these transitions */
static void
rl_sync_statuses(Call *call, Sync *sync)
{
	bool signs = rl_find_transitions(sync);

	rl_plan_statuses(call, sync,
					 signs ? reportlink_load_signings(call, sync->units, sync->nunits) : NULL);
	reportlink_store_units(call, sync->units, sync->nunits);
	if (signs)
		rl_store_signatures(call, sync);
	for (int i = 0; i < sync->nunits; i++)
	{
		const Transition *transition = sync->wishes[i].transition;

		if (transition != NULL)
			rl_plain_actions[transition->action].record(call, &sync->units[i], transition->action);
	}
	if (signs)
		rl_publish_signed(call, sync);
}

static void
rl_sync(Call *call, void *state)
{
	Sync *sync = state;

	rl_identify(call, sync);
	rl_select(call, sync);
	rl_require_untouched(call, sync);
	rl_make_units(sync);
	rl_sync_owners(call, sync);
	rl_sync_statuses(call, sync);
}

/*
 * Checks, completes and records what a plain UPDATE changed of status and
 * owner; by_tables_owner tells whether a repair without actor is allowed.
 * RL008, RL012 to RL015, RL020, RL021, 27000, and 40P01 when a function is at work on one of
 * the patients and waits for the statement.
 */
void
reportlink_sync(TriggerData *trigger, bool by_tables_owner)
{
	ChangeList list = reportlink_read_changes(trigger);
	int next;

	for (int first = 0; first < list.count; first = next)
	{
		Call call = {.organization_id = list.changes[first].organization_id};
		Sync sync = {.changes = list.changes + first, .by_tables_owner = by_tables_owner};

		for (next = first; next < list.count; next++)
		{
			if (strcmp(list.changes[next].organization_id, call.organization_id) != 0)
				break;
		}
		sync.nchanges = next - first;
		reportlink_work(&call, WORK_LOOKUPS, rl_sync, &sync);
	}
}
