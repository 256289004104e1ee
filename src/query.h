/*
 * query.h: one table of prepared queries, their arguments and their rows
 */
#ifndef REPORTLINK_QUERY_H
#define REPORTLINK_QUERY_H

#include "reportlink.h"

#include "datatype/timestamp.h"
#include "utils/array.h"

typedef enum QueryId
{
	QUERY_INSTALLED_VERSION,
	QUERY_EXTENSION_VERSION,
	QUERY_ROLES_WITH_ACCESS,
	QUERY_MEMBER,
	QUERY_NAMED_REPORTS,
	QUERY_LOCK_PATIENT,
	QUERY_TRY_LOCK_PATIENTS,
	QUERY_TRY_LOCK_REPORTS_WITHOUT_MRN,
	QUERY_ADD_PATIENT,
	QUERY_LOCK_GROUPS,
	QUERY_LOCK_GROUPS_BY_ID,
	QUERY_LOCK_REPORTS,
	QUERY_LOCK_MEMBERS,
	QUERY_READ_REPORTS,
	QUERY_LOCK_REPORT_WITHOUT_MRN,
	QUERY_COMPARE_DOCUMENTS,
	QUERY_DOCUMENT_IS_BLANK,
	QUERY_INSERT_DOCUMENT,
	QUERY_ADDENDUM_CONTENT,
	QUERY_ADDENDUM_START,
	QUERY_LAST_KEPT,
	QUERY_PRUNE_DOCUMENTS,
	QUERY_HAVE_REPORT,
	QUERY_SIGNERS,
	QUERY_INSERT_SIGNATURES,
	QUERY_INSERT_PUBLICATIONS,
	QUERY_PENDING_OF_GROUP,
	QUERY_PENDING_OF_REPORT,
	QUERY_LIST_DUE,
	QUERY_CLAIM_DUE,
	QUERY_CLAIM_PUBLICATION,
	QUERY_NEXT_PUBLICATION,
	QUERY_HOLD_GROUPS,
	QUERY_HOLD_REPORTS,
	QUERY_FINISH_PUBLICATIONS,
	QUERY_PUBLICATION_FAILED,
	QUERY_INSERT_GROUP,
	QUERY_UPDATE_GROUP,
	QUERY_MERGE_GROUPS,
	QUERY_GROUP_IS_PUBLISHED,
	QUERY_LINK_REPORTS,
	QUERY_UNLINK_KEEPING,
	QUERY_UNLINK_DISCARDING,
	QUERY_INSERT_PAST_LINKS,
	QUERY_UPDATE_STATE,
	QUERY_TOUCH_GROUPS,
	QUERY_UPDATE_DOCUMENT,
	QUERY_IDENTIFIERS,
	QUERY_INSERT_EVENTS,
	QUERY_FIND_CLUSTER,
	QUERY_NOTE_CLUSTER,
	QUERY_HOLD_ORGANIZATION,
	QUERY_HOLD_INSTALLATION,
	QUERY_LOCK_INSTALLATION,
	QUERY_SUBSCRIBE,
	QUERY_UNSUBSCRIBE,
	QUERY_READ_SUBSCRIBER,
	QUERY_LOCK_SUBSCRIBER,
	QUERY_STORE_POSITION,
	QUERY_WINDOW,
	QUERY_WINDOW_OF_ALL,
	QUERY_BEYOND,
	QUERY_BEYOND_OF_ALL,
	QUERY_NEXT_CLUSTER,
	QUERY_NEXT_CLUSTER_OF_ALL,
	QUERY_PLACE,
	QUERY_PLACE_OF_ALL,
	QUERY_SNAPSHOT,
	QUERY_SINCE,
	QUERY_PURGE_EVENTS,
	QUERY_LINKED_REPORTS,
	QUERY_LINKABLE_REPORTS,
	QUERY_FIND_BY_MRN,
	QUERY_FIND_BY_ACCESSION,
	QUERY_HISTORY,
	QUERY_IS_SIGNED,
	QUERY_COUNT
} QueryId;

/* A list of report, group or document ids */
typedef struct Ids
{
	int count;
	int64 *values;
} Ids;

extern Ids reportlink_ids(int capacity);
extern void reportlink_ids_add(Ids *ids, int64 id);
extern void reportlink_ids_append(Ids *ids, int64 id);
extern int reportlink_ids_find(const Ids *sorted, int64 id);
extern Ids reportlink_ids_from_array(ArrayType *array);
extern Datum reportlink_ids_to_array(const Ids *ids);
extern char *reportlink_name_reports(const Ids *ids);

/* Arguments of a query; id 0 and a NULL string stand for null */
extern NullableDatum reportlink_arg_id(int64 id);
extern NullableDatum reportlink_arg_int(int32 value);
extern NullableDatum reportlink_arg_bool(bool value);
extern NullableDatum reportlink_arg_text(const char *value);
extern NullableDatum reportlink_arg_time(TimestampTz time);
extern NullableDatum reportlink_arg_snapshot(const char *text);
extern NullableDatum reportlink_arg_ids(const Ids *ids);
extern NullableDatum reportlink_arg_texts(char *const *values, int count);
extern NullableDatum reportlink_arg_datum(Datum value);

extern int reportlink_execute(QueryId id, const NullableDatum *args);
extern int reportlink_execute_latest(QueryId id, const NullableDatum *args);

/* Columns, counted from 1, of the rows that the last query returned */
extern int64 reportlink_get_id(int row, int column);
extern int32 reportlink_get_int(int row, int column);
extern bool reportlink_get_bool(int row, int column);
extern TimestampTz reportlink_get_time(int row, int column);
extern char *reportlink_get_text(int row, int column);
extern Ids reportlink_get_ids(int row, int column);
extern Ids reportlink_column_ids(int rows, int column);
extern NullableDatum reportlink_get_datum(int row, int column);

#endif
