/*
 * trigger.c: what plain SQL may do (section 11 of the semantics)
 *
 * Functions do the work, these triggers guard everybody else's statements: a
 * write of a function at work passes at once.
 */
#include "reportlink.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "document.h"
#include "error.h"
#include "event.h"
#include "managed.h"
#include "sync.h"
#include "tenant.h"

static const char *const rl_identifiers[] = {"accession_number", "native_id", "assigning_authority",
											 "order_id", "site_id"};

/* A column of a row of the trigger's table */
static Datum
rl_value(TriggerData *trigger, HeapTuple row, const char *column, bool *isnull)
{
	TupleDesc tupdesc = RelationGetDescr(trigger->tg_relation);
	int attnum = SPI_fnumber(tupdesc, column);

	if (attnum <= 0)
		elog(ERROR, "column \"%s\" of table \"%s\" not found", column,
			 RelationGetRelationName(trigger->tg_relation));
	return heap_getattr(row, attnum, tupdesc, isnull);
}

/* The same as text, NULL for null */
static char *
rl_text(TriggerData *trigger, HeapTuple row, const char *column)
{
	TupleDesc tupdesc = RelationGetDescr(trigger->tg_relation);

	return SPI_getvalue(row, tupdesc, SPI_fnumber(tupdesc, column));
}

/* null is 0 */
static int64
rl_id(TriggerData *trigger, HeapTuple row, const char *column)
{
	bool isnull;
	Datum value = rl_value(trigger, row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* Does the statement change this column? */
static bool
rl_column_changes(TriggerData *trigger, const char *column)
{
	TupleDesc tupdesc = RelationGetDescr(trigger->tg_relation);
	bool old_null;
	bool new_null;
	Datum old_value = rl_value(trigger, trigger->tg_trigtuple, column, &old_null);
	Datum new_value = rl_value(trigger, trigger->tg_newtuple, column, &new_null);
	Form_pg_attribute attribute = TupleDescAttr(tupdesc, SPI_fnumber(tupdesc, column) - 1);

	if (old_null || new_null)
		return old_null != new_null;
	return !datum_image_eq(old_value, new_value, attribute->attbyval, attribute->attlen);
}

/* 39P01 */
static void
rl_refuse_trigger(void)
{
	ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
					errmsg("this function is for the triggers of the reportlink tables")));
}

/*
 * The trigger's data; 39P01 outside the schema of the tables: on a table of his
 * own somebody could have us do as the owner of ours what rows of his say.
 */
static TriggerData *
rl_trigger_data(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		RelationGetNamespace(trigger->tg_relation) != get_namespace_oid("reportlink", true))
		rl_refuse_trigger();
	return trigger;
}

/* reportlink.report, or a shard of it, which Citus names report_N */
static bool
rl_is_report(Relation relation)
{
	const char *name = RelationGetRelationName(relation);

	if (strncmp(name, "report", 6) != 0)
		return false;
	name += 6;
	return *name == '\0' || (*name == '_' && strspn(name + 1, "0123456789") == strlen(name + 1));
}

/*
 * Of a trigger on report that is made for this event, when, and for rows or the
 * statement. On anything else, the columns and rows that are asked for are not there.
 */
static TriggerData *
rl_report_trigger(FunctionCallInfo fcinfo, TriggerEvent made_for)
{
	TriggerData *trigger = rl_trigger_data(fcinfo);
	TriggerEvent fired_for =
		trigger->tg_event & (TRIGGER_EVENT_OPMASK | TRIGGER_EVENT_ROW | TRIGGER_EVENT_TIMINGMASK);

	if (fired_for != made_for || !rl_is_report(trigger->tg_relation))
		rl_refuse_trigger();
	return trigger;
}

/* Is it a statement of the owner of the tables, or of who may act as him? */
static bool
rl_by_tables_owner(TriggerData *trigger)
{
	return has_privs_of_role(GetUserId(), trigger->tg_relation->rd_rel->relowner);
}

/* bytes of organization_id and MRN, as their CHECKs have it */
#define LONGEST_KEY 255

/* A report that a trigger looks at */
typedef struct TriggerReport
{
	char *mrn;
	int64 report_id;
	int64 document_id;
	bool blank; /* has no text of its own */
	bool signed_once; /* some version that was in force for it is signed */
} TriggerReport;

/*
 * 42501 where a tenant may not reach the organization, in the same words
 * whether there is one or not. For an INSERT the policy comes later; for the
 * rest it has let the row pass by an older snapshot, and nothing that we looked
 * up to guard the row would be found.
 */
static void
rl_require_reached(Call *call, void *state)
{
	if (call->hidden != NULL)
		ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						errmsg("permission denied for organization \"%s\"", call->hidden)));
}

static void
rl_insert_patient(Call *call, void *state)
{
	const TriggerReport *report = state;
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_text(report->mrn)};

	rl_require_reached(call, NULL);
	if (report->mrn != NULL)
		reportlink_execute(QUERY_ADD_PATIENT, args);
}

/*
 * The patient of the row before, of an INSERT or COPY: orders of one patient come
 * together. It counts while nothing was written since, by whatever statement:
 * the number of the command tells that. So it cannot have gone again.
 */
static struct
{
	TransactionId transaction; /* or subtransaction */
	CommandId command;
	Oid user; /* whose rights were looked at */
	char organization_id[LONGEST_KEY + 1];
	char mrn[LONGEST_KEY + 1];
} rl_last;

static bool
rl_is_last(const char *organization_id, const char *mrn)
{
	return rl_last.transaction == GetCurrentTransactionId() &&
		   rl_last.command == GetCurrentCommandId(false) && rl_last.user == GetUserId() &&
		   strcmp(rl_last.organization_id, organization_id) == 0 && strcmp(rl_last.mrn, mrn) == 0;
}

/* Makes the patient's row for a report that names one; 42501 */
static void
rl_add_patient(TriggerData *trigger, HeapTuple row)
{
	Call call = {.organization_id = rl_text(trigger, row, "organization_id")};
	TriggerReport report = {.mrn = rl_text(trigger, row, "mrn")};

	if (call.organization_id != NULL && report.mrn != NULL &&
		rl_is_last(call.organization_id, report.mrn))
		return;
	reportlink_work(&call, WORK_PLAIN, rl_insert_patient, &report);
	if (report.mrn == NULL)
		return;
	rl_last.transaction = GetCurrentTransactionId();
	rl_last.command = GetCurrentCommandId(false);
	rl_last.user = GetUserId();
	strlcpy(rl_last.organization_id, call.organization_id, sizeof(rl_last.organization_id));
	strlcpy(rl_last.mrn, report.mrn, sizeof(rl_last.mrn));
}

static void
rl_require_initial(TriggerData *trigger)
{
	HeapTuple row = trigger->tg_trigtuple;

	for (int i = 0; i < reportlink_managed_count; i++)
	{
		const ManagedColumn *column = &reportlink_managed_columns[i];

		if (column->on_insert &&
			!reportlink_same_text(rl_text(trigger, row, column->name), column->initial))
			reportlink_refuse_column(column->name, column->hint, rl_id(trigger, row, "report_id"));
	}
}

/*
 * BEFORE INSERT on report: RL021 for state or membership other than a new
 * report's, unless the owner of the tables inserts (a restore, a migration);
 * makes the patient's row. Records nothing, so that restores and replication
 * repeat nothing.
 */
PG_FUNCTION_INFO_V1(reportlink_report_insert);
Datum
reportlink_report_insert(PG_FUNCTION_ARGS)
{
	TriggerData *trigger =
		rl_report_trigger(fcinfo, TRIGGER_EVENT_INSERT | TRIGGER_EVENT_BEFORE | TRIGGER_EVENT_ROW);
	HeapTuple row = trigger->tg_trigtuple;

	if (!rl_by_tables_owner(trigger))
		rl_require_initial(trigger);
	rl_add_patient(trigger, row);
	return PointerGetDatum(row);
}

static void
rl_require_unchanged(TriggerData *trigger)
{
	for (int i = 0; i < reportlink_managed_count; i++)
	{
		const ManagedColumn *column = &reportlink_managed_columns[i];

		if (column->on_update && rl_column_changes(trigger, column->name))
			reportlink_refuse_column(column->name, column->hint,
									 rl_id(trigger, trigger->tg_trigtuple, "report_id"));
	}
}

/* Does the statement cancel a report that is linked? */
static bool
rl_cancels_linked(TriggerData *trigger)
{
	return rl_id(trigger, trigger->tg_trigtuple, "group_id") != 0 &&
		   rl_column_changes(trigger, "status") &&
		   reportlink_same_text(rl_text(trigger, trigger->tg_newtuple, "status"),
								reportlink_status_name(STATUS_CANCELLED));
}

/*
 * BEFORE UPDATE on report: RL021 for what functions manage and for the MRN of
 * a linked report; keeps updated_at. A linked report that is cancelled leaves
 * its group with the row that is stored; the rest of that is in sync.c.
 */
PG_FUNCTION_INFO_V1(reportlink_report_update);
Datum
reportlink_report_update(PG_FUNCTION_ARGS)
{
	TriggerData *trigger =
		rl_report_trigger(fcinfo, TRIGGER_EVENT_UPDATE | TRIGGER_EVENT_BEFORE | TRIGGER_EVENT_ROW);
	TupleDesc tupdesc = RelationGetDescr(trigger->tg_relation);
	HeapTuple row = trigger->tg_newtuple;
	int columns[] = {SPI_fnumber(tupdesc, "updated_at"), SPI_fnumber(tupdesc, "group_id"),
					 SPI_fnumber(tupdesc, "link_position")};
	Datum values[] = {TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()), 0, 0};
	bool nulls[] = {false, true, true};

	if (reportlink_at_work())
		return PointerGetDatum(row);

	if (IsolationUsesXactSnapshot() &&
		reportlink_is_tenant(RelationGetRelid(trigger->tg_relation), GetUserId()))
	{
		Call call = {.organization_id = rl_text(trigger, trigger->tg_trigtuple, "organization_id")};

		reportlink_work(&call, WORK_LOOKUPS, rl_require_reached, NULL);
	}
	rl_require_unchanged(trigger);
	if (rl_column_changes(trigger, "mrn"))
	{
		if (rl_id(trigger, trigger->tg_trigtuple, "group_id") != 0)
			reportlink_refuse_column("mrn", "Unlink the report first, with reportlink_unlink().",
									 rl_id(trigger, trigger->tg_trigtuple, "report_id"));
		rl_add_patient(trigger, row);
	}
	return PointerGetDatum(heap_modify_tuple_by_cols(row, tupdesc,
													 rl_cancels_linked(trigger) ? 3 : 1, columns,
													 values, nulls));
}

static void
rl_add_identifiers(TriggerData *trigger, HeapTuple row, EventData *data, const char *key)
{
	EventData identifiers;

	reportlink_data_init(&identifiers);
	for (size_t i = 0; i < lengthof(rl_identifiers); i++)
		reportlink_data_text(&identifiers, rl_identifiers[i],
							 rl_text(trigger, row, rl_identifiers[i]));
	reportlink_data_object(data, key, &identifiers);
}

/* Records report.identifiers_changed for a linked report */
static void
rl_record_identifiers(Call *call, void *state)
{
	TriggerData *trigger = state;
	HeapTuple row = trigger->tg_newtuple;
	Selection selection = {.named_ids = reportlink_ids(1), .mrn = rl_text(trigger, row, "mrn")};
	EventData data;

	rl_require_reached(call, NULL);
	reportlink_ids_add(&selection.named_ids, rl_id(trigger, row, "report_id"));
	reportlink_try_lock_patients(call, &selection.mrn, 1);
	reportlink_lock_groups(call, &selection);

	reportlink_data_init(&data);
	rl_add_identifiers(trigger, trigger->tg_trigtuple, &data, "old");
	rl_add_identifiers(trigger, row, &data, "new");
	reportlink_record(call, EVENT_IDENTIFIERS_CHANGED, &selection.groups[0],
					  selection.groups[0].document_id, &selection.named_ids, &data);
}

/*
 * AFTER UPDATE on report, when identifiers of a linked report changed: RIS and
 * PACS know the group by them. The actor is the setting, if it is set.
 */
PG_FUNCTION_INFO_V1(reportlink_report_identifiers);
Datum
reportlink_report_identifiers(PG_FUNCTION_ARGS)
{
	TriggerData *trigger =
		rl_report_trigger(fcinfo, TRIGGER_EVENT_UPDATE | TRIGGER_EVENT_AFTER | TRIGGER_EVENT_ROW);
	Call call = {.organization_id = rl_text(trigger, trigger->tg_newtuple, "organization_id")};

	if (*reportlink_user_id != '\0')
		call.actor = reportlink_user_id;
	reportlink_work(&call, WORK_LOOKUPS, rl_record_identifiers, trigger);
	return PointerGetDatum(NULL);
}

static void
rl_look_for_text(Call *call, void *state)
{
	TriggerReport *report = state;
	NullableDatum history[] = {reportlink_arg_text(call->organization_id),
							   reportlink_arg_id(report->report_id)};

	rl_require_reached(call, NULL);
	report->blank = reportlink_document_is_blank(call, report->document_id);
	report->signed_once = reportlink_execute(QUERY_IS_SIGNED, history) > 0;
}

static void
rl_refuse_delete(int64 report_id, const char *detail)
{
	ereport(ERROR, (reportlink_refusal(RL_MANAGED),
					errdetail("Report " INT64_FORMAT " %s.", report_id, detail),
					errhint("Only a report that is unread, a blank draft or cancelled, and was "
							"never signed, can be deleted.")));
}

/*
 * BEFORE DELETE on report: RL021 unless it is not linked and unread, a blank
 * draft, or cancelled; and never when something in its history was signed,
 * since nobody would find that again.
 */
PG_FUNCTION_INFO_V1(reportlink_report_delete);
Datum
reportlink_report_delete(PG_FUNCTION_ARGS)
{
	TriggerData *trigger =
		rl_report_trigger(fcinfo, TRIGGER_EVENT_DELETE | TRIGGER_EVENT_BEFORE | TRIGGER_EVENT_ROW);
	HeapTuple row = trigger->tg_trigtuple;
	Status status = reportlink_status(rl_text(trigger, row, "status"));
	int64 group_id = rl_id(trigger, row, "group_id");
	Call call = {.organization_id = rl_text(trigger, row, "organization_id")};
	TriggerReport report = {.report_id = rl_id(trigger, row, "report_id"),
							.document_id = rl_id(trigger, row, "document_id")};

	if (group_id != 0)
		ereport(ERROR, (reportlink_refusal(RL_MANAGED),
						errdetail("Report " INT64_FORMAT " is linked in group " INT64_FORMAT ".",
								  report.report_id, group_id),
						errhint("Unlink the report first, with reportlink_unlink().")));
	reportlink_work(&call, WORK_LOOKUPS, rl_look_for_text, &report);
	if (report.signed_once)
		rl_refuse_delete(report.report_id, "was signed");
	if (status != STATUS_UNREAD && status != STATUS_CANCELLED &&
		!(status == STATUS_DRAFT && report.blank))
		rl_refuse_delete(report.report_id,
						 status == STATUS_DRAFT
							 ? "is a draft with text"
							 : psprintf("has the status %s", reportlink_status_name(status)));
	return PointerGetDatum(row);
}

/*
 * AFTER UPDATE on report, for each statement: carries a change of status or
 * owner to all linked reports (sync.c).
 */
PG_FUNCTION_INFO_V1(reportlink_report_sync);
Datum
reportlink_report_sync(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rl_report_trigger(fcinfo, TRIGGER_EVENT_UPDATE | TRIGGER_EVENT_AFTER);

	if (trigger->tg_oldtable == NULL || trigger->tg_newtable == NULL)
		rl_refuse_trigger();
	if (!reportlink_at_work())
		reportlink_sync(trigger, rl_by_tables_owner(trigger));
	return PointerGetDatum(NULL);
}

/* A table that only functions write, and what to do instead */
typedef struct ManagedTable
{
	const char *name;
	const char *hint;
} ManagedTable;

static const ManagedTable rl_managed_tables[] = {
	{"report", "DELETE what may go; reports with text stay."},
	{"report_group", "Call reportlink_link(), reportlink_unlink() or reportlink_set_default()."},
	{"document", "Every version is kept; reportlink_save() adds one."},
	{"signature", "Every signature is kept; reportlink_sign() adds one."},
	{"past_link",
	 "It is kept for reportlink_history(); unlinking, merging, discarding and cancelling add to it."},
	{"event", "Events are recorded by the functions and kept for audit."},
};

static void
rl_refuse_table(TriggerData *trigger)
{
	const char *table = RelationGetRelationName(trigger->tg_relation);
	const char *hint = "";

	for (size_t i = 0; i < lengthof(rl_managed_tables); i++)
	{
		if (strcmp(table, rl_managed_tables[i].name) == 0)
			hint = rl_managed_tables[i].hint;
	}
	ereport(ERROR, (reportlink_refusal(RL_MANAGED), errdetail("Table reportlink.%s.", table),
					errhint("%s", hint)));
}

/* BEFORE INSERT on what only functions write: RL021, unless the owner restores */
PG_FUNCTION_INFO_V1(reportlink_owner_insert);
Datum
reportlink_owner_insert(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rl_trigger_data(fcinfo);

	if (!reportlink_at_work() && !rl_by_tables_owner(trigger))
		rl_refuse_table(trigger);
	return PointerGetDatum(trigger->tg_trigtuple);
}

/* BEFORE UPDATE, DELETE or TRUNCATE of what only functions change: RL021 */
PG_FUNCTION_INFO_V1(reportlink_refuse_change);
Datum
reportlink_refuse_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = rl_trigger_data(fcinfo);

	if (!reportlink_at_work())
		rl_refuse_table(trigger);
	return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
																	  : trigger->tg_trigtuple);
}
