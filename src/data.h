/*
 * data.h: building a JSON object
 */
#ifndef REPORTLINK_DATA_H
#define REPORTLINK_DATA_H

#include "query.h"

#include "lib/stringinfo.h"

/* Keys and values of a JSON object, such as what an action changed */
typedef struct EventData
{
	StringInfoData json;
} EventData;

extern void reportlink_data_init(EventData *data);
extern void reportlink_data_text(EventData *data, const char *key, const char *value);
extern void reportlink_data_id(EventData *data, const char *key, int64 id);
extern void reportlink_data_ids(EventData *data, const char *key, const Ids *ids);
extern void reportlink_data_time(EventData *data, const char *key, TimestampTz time);
extern void reportlink_data_bool(EventData *data, const char *key, bool value);
extern void reportlink_data_object(EventData *data, const char *key, EventData *value);
extern const char *reportlink_data_json(EventData *data);

#endif
