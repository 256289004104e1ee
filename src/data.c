/*
 * data.c: building a JSON object: the data of an event, the payload of NOTIFY
 */
#include "data.h"

#include "catalog/pg_type.h"
#include "utils/datetime.h"
#include "utils/json.h"

void
reportlink_data_init(EventData *data)
{
	initStringInfo(&data->json);
}

static void
rl_key(EventData *data, const char *key)
{
	appendStringInfoString(&data->json, data->json.len == 0 ? "{" : ", ");
	escape_json(&data->json, key);
	appendStringInfoString(&data->json, ": ");
}

/* NULL is JSON null */
void
reportlink_data_text(EventData *data, const char *key, const char *value)
{
	rl_key(data, key);
	if (value == NULL)
		appendStringInfoString(&data->json, "null");
	else
		escape_json(&data->json, value);
}

/* 0 is JSON null */
void
reportlink_data_id(EventData *data, const char *key, int64 id)
{
	rl_key(data, key);
	if (id == 0)
		appendStringInfoString(&data->json, "null");
	else
		appendStringInfo(&data->json, INT64_FORMAT, id);
}

void
reportlink_data_ids(EventData *data, const char *key, const Ids *ids)
{
	rl_key(data, key);
	appendStringInfoChar(&data->json, '[');
	for (int i = 0; i < ids->count; i++)
		appendStringInfo(&data->json, "%s" INT64_FORMAT, i > 0 ? ", " : "", ids->values[i]);
	appendStringInfoChar(&data->json, ']');
}

/* ISO 8601, in UTC: the same whatever the session's TimeZone and DateStyle */
void
reportlink_data_time(EventData *data, const char *key, TimestampTz time)
{
	char text[MAXDATELEN + 1];
	int utc = 0;

	(void) JsonEncodeDateTime(text, TimestampTzGetDatum(time), TIMESTAMPTZOID, &utc);
	reportlink_data_text(data, key, text);
}

void
reportlink_data_bool(EventData *data, const char *key, bool value)
{
	rl_key(data, key);
	appendStringInfoString(&data->json, value ? "true" : "false");
}

/* The object as text; nothing can be added to it afterwards */
const char *
reportlink_data_json(EventData *data)
{
	appendStringInfoString(&data->json, data->json.len == 0 ? "{}" : "}");
	return data->json.data;
}

/* value is complete with this call */
void
reportlink_data_object(EventData *data, const char *key, EventData *value)
{
	rl_key(data, key);
	appendStringInfoString(&data->json, reportlink_data_json(value));
}
