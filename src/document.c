/*
 * document.c: reportlink_save()
 *
 * Section 5 of the semantics. Text is versions: saving adds one, and points the
 * report or its group at it.
 */
#include "document.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "error.h"

/* date and time with zone, so that neither DateStyle nor TimeZone of the session decides */
#define ISO_8601                                                                                   \
	"^\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(:\\d\\d([.]\\d{1,6})?)?(Z|[+-]\\d\\d(:?\\d\\d)?)$"

/* What the value of a key must be */
typedef void (*CheckValue)(const char *key, const char *value);

static void rl_check_laterality(const char *key, const char *value);
static void rl_check_timestamp(const char *key, const char *value);

/* Content columns of document: their checks, and whether a drafter may write them */
typedef struct ContentKey
{
	const char *name;
	CheckValue check; /* NULL: any text */
	bool drafter;
} ContentKey;

static const ContentKey rl_content_keys[] = {
	{"transcript", NULL, true},		   {"final_report", NULL, false},
	{"clinical_history", NULL, false}, {"views", NULL, false},
	{"contrast", NULL, false},		   {"laterality", rl_check_laterality, false},
	{"comparison", NULL, false},	   {"study_at", rl_check_timestamp, false},
};

static const char *const rl_lateralities[] = {"left", "right", "bilateral", "unpaired"};

static void
rl_refuse_value(const char *key, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid value for key \"%s\" of content: \"%s\"", key, value),
					errhint("%s", hint)));
}

static void
rl_check_laterality(const char *key, const char *value)
{
	for (size_t i = 0; i < lengthof(rl_lateralities); i++)
	{
		if (strcmp(value, rl_lateralities[i]) == 0)
			return;
	}
	rl_refuse_value(key, value, "It is left, right, bilateral, unpaired or null.");
}

/* Is it a time of the calendar that timestamptz can hold? */
static bool
rl_is_timestamp(const char *value)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool valid = true;

	PG_TRY();
	{
		(void) DirectFunctionCall3(timestamptz_in, CStringGetDatum(value),
								   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	}
	PG_CATCH();
	{
		/* nothing but an input function ran, so there is nothing to roll back */
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		FlushErrorState();
		valid = false;
	}
	PG_END_TRY();
	return valid;
}

static void
rl_check_timestamp(const char *key, const char *value)
{
	Datum shape = CStringGetTextDatum(ISO_8601);
	bool shaped = DatumGetBool(
		DirectFunctionCall2Coll(textregexeq, C_COLLATION_OID, CStringGetTextDatum(value), shape));

	if (!shaped || !rl_is_timestamp(value))
		rl_refuse_value(key, value,
						"Write date and time with the time zone, as in 2026-03-02T08:10:00Z.");
}

static void
rl_refuse_kind(void)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("content must be a JSON object with at least one key"),
					errhint("Keys are transcript, final_report, clinical_history, views, contrast, "
							"laterality, comparison and study_at.")));
}

static const ContentKey *
rl_content_key(const JsonbValue *name)
{
	for (size_t i = 0; i < lengthof(rl_content_keys); i++)
	{
		const ContentKey *key = &rl_content_keys[i];

		if (name->val.string.len == (int) strlen(key->name) &&
			memcmp(name->val.string.val, key->name, name->val.string.len) == 0)
			return key;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown key \"%.*s\" in content", name->val.string.len, name->val.string.val),
			 errhint("Keys are transcript, final_report, clinical_history, views, contrast, "
					 "laterality, comparison and study_at.")));
}

/* 22023 unless the value is a string as the key wants it, or null */
static void
rl_check_value(const ContentKey *key, const JsonbValue *value)
{
	if (value->type == jbvNull)
		return;
	if (value->type != jbvString)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("key \"%s\" of content must be a string or null", key->name)));
	if (key->check != NULL)
		key->check(key->name, pnstrdup(value->val.string.val, value->val.string.len));
}

/* 22023 for what cannot be saved; *drafter tells whether a drafter may save it */
static void
rl_check_content(Jsonb *content, bool *drafter)
{
	JsonbIterator *iterator = JsonbIteratorInit(&content->root);
	JsonbValue item;
	JsonbIteratorToken token;

	if (!JB_ROOT_IS_OBJECT(content) || JB_ROOT_COUNT(content) == 0)
		rl_refuse_kind();
	*drafter = true;
	while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE)
	{
		const ContentKey *key;

		if (token != WJB_KEY)
			continue;
		key = rl_content_key(&item);
		(void) JsonbIteratorNext(&iterator, &item, true);
		rl_check_value(key, &item);
		*drafter &= key->drafter;
	}
}

/*
 * Adds a version made from the one in force and puts it in force; returns it.
 * The text is copied once, here, whatever the number of reports linked.
 */
int64
reportlink_add_document(Call *call, Unit *unit, const NewDocument *document)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(unit->document_id),
							reportlink_arg_id(unit->report->report_id),
							reportlink_arg_id(unit->group ? unit->group->group_id : 0),
							document->content,
							reportlink_arg_bool(document->checkpoint),
							reportlink_arg_text(document->reason),
							reportlink_arg_text(document->base_status),
							reportlink_arg_text(call->actor)};

	reportlink_execute(QUERY_INSERT_DOCUMENT, args);
	reportlink_store_document(call, unit, reportlink_get_id(0, 1));
	return unit->document_id;
}

/* Is nothing in a version? 0: there is none */
bool
reportlink_document_is_blank(const Call *call, int64 document_id)
{
	NullableDatum args[] = {reportlink_arg_text(call->organization_id),
							reportlink_arg_id(document_id)};

	return reportlink_execute(QUERY_DOCUMENT_IS_BLANK, args) == 0 || reportlink_get_bool(0, 1);
}

/* RL017; 0 expects blank text, which an empty version is too */
static void
rl_require_document(const Call *call, const Unit *unit, int64 expected)
{
	if (unit->document_id != expected &&
		!(expected == 0 && reportlink_document_is_blank(call, unit->document_id)))
		ereport(ERROR,
				(reportlink_refusal(RL_STALE),
				 errdetail("%s: %s is in force, not %s.", reportlink_name_reports(&unit->ids),
						   reportlink_name_document(unit->document_id),
						   reportlink_name_document(expected))));
}

/* RL016 */
static void
rl_require_unlocked(const Unit *unit)
{
	if (unit->after.status == STATUS_DRAFT || unit->after.addendum_open)
		return;
	reportlink_refuse_locked(unit);
}

static Datum
rl_save(Call *call, FunctionCallInfo fcinfo)
{
	Jsonb *content = PG_GETARG_JSONB_P(2);
	NewDocument document = {.content = {JsonbPGetDatum(content), false},
							.checkpoint = reportlink_arg_or(fcinfo, 4, true),
							.reason = "save"};
	Selection selection;
	Unit unit = reportlink_select_unit(call, fcinfo, 1, &selection);
	int64 old_document_id = unit.document_id;
	bool drafter;
	EventData data;

	rl_check_content(content, &drafter);
	if (!PG_ARGISNULL(3))
		rl_require_document(call, &unit, PG_GETARG_INT64(3));
	reportlink_require_own(call, &unit);
	rl_require_unlocked(&unit);
	if (!drafter && !reportlink_may(call->member.role, OPERATION_WRITE_REPORT))
		ereport(ERROR, (reportlink_refusal(RL_ROLE),
						errdetail("User \"%s\" has the role %s and may save the transcript only.",
								  call->actor, reportlink_role_name(call->member.role))));

	unit.after.drafting = true;
	reportlink_add_document(call, &unit, &document);
	reportlink_store_units(call, &unit, 1);

	reportlink_data_init(&data);
	reportlink_data_id(&data, "old_document_id", old_document_id);
	reportlink_data_bool(&data, "checkpoint", document.checkpoint);
	reportlink_record_unit(call, &unit, EVENT_SAVED, &data);
	return Int64GetDatum(unit.document_id);
}

static const Procedure rl_save_procedure = {
	"reportlink_save",
	OPERATION_DRAFT,
	rl_save,
	6,
	{{"organization_id", true, false},
	 {"report_id", true, false},
	 {"content", true, false},
	 {"expected_document_id", false, false},
	 {"checkpoint", false, false},
	 {"actor", false, false}},
};

/*
 * reportlink_save(organization_id, report_id, content, expected_document_id,
 * checkpoint, actor): section 5; expected_document_id 0 is blank, null anything.
 * Returns the new document_id. 22023, RL002, RL008, RL014, RL016, RL017.
 */
PG_FUNCTION_INFO_V1(reportlink_save);
Datum
reportlink_save(PG_FUNCTION_ARGS)
{
	return reportlink_call(fcinfo, &rl_save_procedure);
}
