/*
 * feed.c: durable subscribers: reportlink_subscribe(), reportlink_unsubscribe(),
 * reportlink_fetch() and reportlink_ack()
 *
 * Section 10 of the semantics, decision 9 of the architecture. An id is given
 * to an event before its transaction commits, so a reader who goes by ids alone
 * misses the one that commits late. A position is therefore a window between
 * two snapshots of one cluster, and the last id acknowledged in it: what is
 * visible in the first snapshot is done, what is visible in the second and not
 * in the first is read in id order, and when nothing of that is left the next
 * window begins where this one ends. Two events of one patient are in id order
 * when they are in one window, since his row was locked when an id was given;
 * and in the order of the windows else.
 */
#include "reportlink.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "cluster.h"
#include "error.h"
#include "event.h"

/* what a subscription to every organization has for its organization_id; none is named so */
#define EVERY_ORGANIZATION ""

/* the last id acknowledged in a window of which nothing is wanted any more */
#define WHOLE_WINDOW PG_INT64_MAX

/* How far a subscriber is, and what it wants: its row */
typedef struct Position
{
	char *organization_id; /* EVERY_ORGANIZATION: of all */
	const char *named_organization; /* for a message */
	char *subscriber;
	int64 cluster_id;
	NullableDatum start; /* null: nothing of the cluster is done */
	NullableDatum end; /* null: the cluster is complete */
	int64 acknowledged;
	NullableDatum types; /* null: any */
	NullableDatum report_id; /* null: any */
} Position;

/* A call of one of the functions */
typedef struct Feeding
{
	FunctionCallInfo fcinfo;
	const char *function;
	Work work;
	Position position;
	int32 batch;
} Feeding;

/* Cluster 0, of which events from before are, and id 0, before all, are no nulls */
static NullableDatum
rl_arg_number(int64 number)
{
	return reportlink_arg_datum(Int64GetDatum(number));
}

/* The variant of a query that is right for one organization or for all */
static QueryId
rl_variant(const Position *position, QueryId of_one, QueryId of_all)
{
	return *position->organization_id == '\0' ? of_all : of_one;
}

static const char *
rl_name_subscriber(const Position *position)
{
	if (*position->organization_id == '\0')
		return psprintf("Subscriber \"%s\", every organization.", position->subscriber);
	return psprintf("Subscriber \"%s\", organization \"%s\".", position->subscriber,
					position->named_organization);
}

/* RL022 */
static void
rl_refuse_unknown(const Position *position)
{
	ereport(ERROR, (reportlink_refusal(RL_SUBSCRIBER), errmsg("subscriber unknown"),
					errdetail("%s", rl_name_subscriber(position)),
					errhint("See reportlink.subscriber_lag; subscribe with "
							"reportlink_subscribe() first.")));
}

/* Reads the row of the subscriber; with its lock, one call at a time moves it. RL022 */
static void
rl_read_subscriber(Position *position, QueryId query)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id),
							reportlink_arg_text(position->subscriber)};

	if (reportlink_execute(query, args) == 0)
		rl_refuse_unknown(position);
	position->cluster_id = reportlink_get_id(0, 1);
	position->start = reportlink_get_datum(0, 2);
	position->end = reportlink_get_datum(0, 3);
	position->acknowledged = reportlink_get_id(0, 4);
	position->types = reportlink_get_datum(0, 5);
	position->report_id = reportlink_get_datum(0, 6);
}

static void
rl_store_position(const Position *position)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id),
							reportlink_arg_text(position->subscriber),
							rl_arg_number(position->cluster_id),
							position->start,
							position->end,
							rl_arg_number(position->acknowledged)};

	reportlink_execute(QUERY_STORE_POSITION, args);
}

/*
 * Opens the window of what is in a cluster and not visible in start; false when
 * there is nothing. Events of the transaction that asks are not in it: more of
 * them may come. The window begins right before its smallest id, so that
 * nothing older is looked at.
 */
static bool
rl_open_window(Position *position, int64 cluster_id, NullableDatum start)
{
	bool complete = cluster_id != reportlink_find_cluster();
	NullableDatum args[] = {reportlink_arg_text(position->organization_id),
							rl_arg_number(cluster_id), start, reportlink_arg_bool(!complete)};
	int64 first;

	reportlink_execute(rl_variant(position, QUERY_BEYOND, QUERY_BEYOND_OF_ALL), args);
	first = reportlink_get_id(0, 1);
	if (first == 0)
		return false;
	position->end = complete ? (NullableDatum){(Datum) 0, true} : reportlink_get_datum(0, 2);
	position->cluster_id = cluster_id;
	position->start = start;
	position->acknowledged = first - 1;
	return true;
}

/* The next cluster that has events, 0 when there is none */
static int64
rl_next_cluster(const Position *position)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id),
							rl_arg_number(position->cluster_id)};

	reportlink_execute(rl_variant(position, QUERY_NEXT_CLUSTER, QUERY_NEXT_CLUSTER_OF_ALL), args);
	return reportlink_get_id(0, 1);
}

/* From a window that is read to the next; false when there is nothing beyond it */
static bool
rl_advance(Position *position)
{
	int64 next;

	if (!position->end.isnull && rl_open_window(position, position->cluster_id, position->end))
		return true;
	next = rl_next_cluster(position);
	return next != 0 && rl_open_window(position, next, (NullableDatum){(Datum) 0, true});
}

/* What the window has after the last id acknowledged; the rows are those of the last query */
static int
rl_read_window(const Position *position, int32 batch)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id),
							rl_arg_number(position->cluster_id),
							rl_arg_number(position->acknowledged),
							position->start,
							position->end,
							position->types,
							position->report_id,
							reportlink_arg_int(batch)};

	return reportlink_execute(rl_variant(position, QUERY_WINDOW, QUERY_WINDOW_OF_ALL), args);
}

/* To the next window that has something in it, and returns that; or to the end of the last one */
static void
rl_move(Feeding *feeding)
{
	Position *position = &feeding->position;
	int count;

	rl_read_subscriber(position, QUERY_LOCK_SUBSCRIBER);
	while ((count = rl_read_window(position, feeding->batch)) == 0 && rl_advance(position))
		CHECK_FOR_INTERRUPTS();
	reportlink_return_rows(feeding->fcinfo, count);
	if (count == 0)
		position->acknowledged = WHOLE_WINDOW;
	rl_store_position(position);
}

/* A window in which nothing passes the filter would be read, and kept from purging, for ever */
static bool
rl_leaves_window_open(const Position *position)
{
	bool filters = !position->types.isnull || !position->report_id.isnull;

	return filters && position->acknowledged != WHOLE_WINDOW;
}

/* Only what moves the subscriber locks and writes its row: to ask for nothing new costs no WAL */
static void
rl_fetch(Call *call, void *state)
{
	Feeding *feeding = state;
	Position ahead;
	int count;

	rl_read_subscriber(&feeding->position, QUERY_READ_SUBSCRIBER);
	count = rl_read_window(&feeding->position, feeding->batch);
	ahead = feeding->position;
	if (count == 0 && (rl_advance(&ahead) || rl_leaves_window_open(&feeding->position)))
		rl_move(feeding);
	else
		reportlink_return_rows(feeding->fcinfo, count);
}

/* Where an event is, as seen from a position */
typedef enum Place
{
	PLACE_DONE, /* acknowledged, or from before the subscription */
	PLACE_WINDOW,
	PLACE_BEYOND /* not fetched, or not there */
} Place;

static Place
rl_place(const Position *position, NullableDatum event_id)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id), event_id,
							position->start, position->end};
	int64 cluster_id;

	/* what was there is purged, and so was acknowledged; what never was has higher ids */
	if (reportlink_execute(rl_variant(position, QUERY_PLACE, QUERY_PLACE_OF_ALL), args) == 0)
		return position->acknowledged != WHOLE_WINDOW &&
					   DatumGetInt64(event_id.value) <= position->acknowledged
				   ? PLACE_DONE
				   : PLACE_BEYOND;
	cluster_id = reportlink_get_id(0, 1);
	if (cluster_id != position->cluster_id)
		return cluster_id < position->cluster_id ? PLACE_DONE : PLACE_BEYOND;
	if (reportlink_get_bool(0, 2))
		return PLACE_DONE;
	if (!reportlink_get_bool(0, 3))
		return PLACE_BEYOND;
	return DatumGetInt64(event_id.value) > position->acknowledged ? PLACE_WINDOW : PLACE_DONE;
}

static void
rl_ack(Call *call, void *state)
{
	Feeding *feeding = state;
	Position *position = &feeding->position;
	NullableDatum event_id = feeding->fcinfo->args[2];
	Place place;

	rl_read_subscriber(position, QUERY_LOCK_SUBSCRIBER);
	place = rl_place(position, event_id);
	if (place == PLACE_BEYOND)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("event " INT64_FORMAT " was not fetched", DatumGetInt64(event_id.value)),
				 errdetail("%s", rl_name_subscriber(position)),
				 errhint("Acknowledge events that reportlink_fetch() returned.")));
	if (place == PLACE_WINDOW)
	{
		position->acknowledged = DatumGetInt64(event_id.value);
		rl_store_position(position);
	}
}

/* 22023 for a type that no event has, and for a filter that no event passes */
static void
rl_check_types(ArrayType *types)
{
	Datum *elements;
	int count;

	deconstruct_array(types, TEXTOID, -1, false, TYPALIGN_INT, &elements, NULL, &count);
	if (count == 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument types of reportlink_subscribe must not be empty"),
						errhint("Leave it out for events of all types.")));
	for (int i = 0; i < count; i++)
	{
		const char *type = TextDatumGetCString(elements[i]);

		if (!reportlink_is_event_type(type))
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("unknown type of event \"%s\"", type),
							errhint("Types are report.linked, report.signed and so on.")));
	}
}

/* The report of a filter. 22023 without an organization, RL002 */
static void
rl_check_report(Call *call, const Feeding *feeding)
{
	Ids ids = reportlink_ids(1);
	Selection selection;

	if (feeding->fcinfo->args[4].isnull)
		return;
	if (*feeding->position.organization_id == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a report is of one organization"),
						errhint("Give organization_id with report_id.")));
	reportlink_ids_add(&ids, DatumGetInt64(feeding->fcinfo->args[4].value));
	reportlink_find_named(call, ids, 1, &selection);
}

/* 23503 */
static void
rl_require_organization(const Position *position)
{
	NullableDatum args[] = {reportlink_arg_text(position->organization_id)};

	if (*position->organization_id == '\0')
		return;
	if (reportlink_execute(QUERY_HOLD_ORGANIZATION, args) == 0)
		ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
						errmsg("unknown organization \"%s\"", position->named_organization)));
}

/* Nothing is purged until the subscriber, whom it is kept for, can be seen */
static void
rl_subscribe(Call *call, void *state)
{
	Feeding *feeding = state;
	Position *position = &feeding->position;
	FunctionCallInfo fcinfo = feeding->fcinfo;
	bool from_start = reportlink_arg_or(fcinfo, 2, false);

	reportlink_execute(QUERY_HOLD_INSTALLATION, NULL);
	rl_require_organization(position);
	rl_check_report(call, feeding);
	{
		NullableDatum args[] = {reportlink_arg_text(position->organization_id),
								reportlink_arg_text(position->subscriber),
								fcinfo->args[3],
								fcinfo->args[4],
								reportlink_arg_bool(from_start),
								reportlink_arg_id(reportlink_note_cluster())};

		if (reportlink_execute(QUERY_SUBSCRIBE, args) == 0)
			ereport(ERROR,
					(reportlink_refusal(RL_SUBSCRIBER), errmsg("subscriber exists already"),
					 errdetail("%s", rl_name_subscriber(position)),
					 errhint("Go on with reportlink_fetch(), or reportlink_unsubscribe() first.")));
	}
}

static void
rl_unsubscribe(Call *call, void *state)
{
	Feeding *feeding = state;
	NullableDatum args[] = {reportlink_arg_text(feeding->position.organization_id),
							reportlink_arg_text(feeding->position.subscriber)};

	if (reportlink_execute(QUERY_UNSUBSCRIBE, args) == 0)
		rl_refuse_unknown(&feeding->position);
}

/* The arguments of the four functions, as far as one must not be null or have a null in it */
static const Argument rl_arguments[] = {
	{"organization_id", false, false},
	{"subscriber", true, false},
};
static const Argument rl_subscribe_arguments[] = {
	{"organization_id", false, false},
	{"subscriber", true, false},
	{"from_start", false, false},
	{"types", false, true},
};
static const Argument rl_ack_arguments[] = {
	{"organization_id", false, false},
	{"subscriber", true, false},
	{"event_id", true, false},
};

/* Checks them, and reads those that all begin with; a null organization_id is every one */
static Feeding
rl_feeding(FunctionCallInfo fcinfo, const char *function, const Argument *args, int nargs)
{
	Feeding feeding = {.fcinfo = fcinfo, .function = function};
	char *organization_id;
	size_t length;

	reportlink_require_args(fcinfo, function, args, nargs);
	organization_id = reportlink_arg_cstring(fcinfo, 0);
	if (organization_id != NULL && *organization_id == '\0')
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument organization_id of %s must not be empty", function),
						errhint("NULL stands for every organization.")));
	feeding.position.organization_id = organization_id ? organization_id : EVERY_ORGANIZATION;
	feeding.position.subscriber = reportlink_arg_cstring(fcinfo, 1);
	length = strlen(feeding.position.subscriber);
	if (length < 1 || length > 255)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument subscriber of %s must have 1 to 255 bytes", function)));
	return feeding;
}

/* The position is looked for in the organization that the caller may reach */
static void
rl_feed(Call *call, void *state)
{
	Feeding *feeding = state;

	feeding->position.named_organization = reportlink_named_organization(call);
	if (call->organization_id != NULL)
		feeding->position.organization_id = call->organization_id;
	feeding->work(call, feeding);
}

static Datum
rl_do(Feeding *feeding, Work work)
{
	Call call = {.function = feeding->function};

	if (*feeding->position.organization_id != '\0')
		call.organization_id = feeding->position.organization_id;
	feeding->work = work;
	reportlink_work(&call, WORK_LOOKUPS, rl_feed, feeding);
	PG_RETURN_VOID();
}

/*
 * reportlink_subscribe(organization_id, subscriber, from_start, types,
 * report_id): what is committed from now on, or from_start all there is, waits
 * for the subscriber. 22004, 22023, 23503, RL002, RL022.
 */
PG_FUNCTION_INFO_V1(reportlink_subscribe);
Datum
reportlink_subscribe(PG_FUNCTION_ARGS)
{
	Feeding feeding = rl_feeding(fcinfo, "reportlink_subscribe", rl_subscribe_arguments,
								 lengthof(rl_subscribe_arguments));

	if (!PG_ARGISNULL(3))
		rl_check_types(PG_GETARG_ARRAYTYPE_P(3));
	return rl_do(&feeding, rl_subscribe);
}

/*
 * reportlink_unsubscribe(organization_id, subscriber): its position is
 * forgotten, and nothing is kept for it any more. 22004, 22023, RL022.
 */
PG_FUNCTION_INFO_V1(reportlink_unsubscribe);
Datum
reportlink_unsubscribe(PG_FUNCTION_ARGS)
{
	Feeding feeding =
		rl_feeding(fcinfo, "reportlink_unsubscribe", rl_arguments, lengthof(rl_arguments));

	return rl_do(&feeding, rl_unsubscribe);
}

/*
 * reportlink_fetch(organization_id, subscriber, batch): the next events, at
 * most batch; the same ones again until they are acknowledged. Less than a
 * batch is not the end, no row is. 22004, 22023, RL022; 40001 at REPEATABLE
 * READ when the subscriber was moved meanwhile.
 */
PG_FUNCTION_INFO_V1(reportlink_fetch);
Datum
reportlink_fetch(PG_FUNCTION_ARGS)
{
	Feeding feeding = rl_feeding(fcinfo, "reportlink_fetch", rl_arguments, lengthof(rl_arguments));

	feeding.batch = reportlink_arg_batch(fcinfo, 2, "reportlink_fetch", 100);
	return rl_do(&feeding, rl_fetch);
}

/*
 * reportlink_ack(organization_id, subscriber, event_id): all up to and with
 * this event, in the order of reportlink_fetch(), will not come again. What is
 * acknowledged already is no error. 22004, 22023 for what was not fetched, RL022.
 */
PG_FUNCTION_INFO_V1(reportlink_ack);
Datum
reportlink_ack(PG_FUNCTION_ARGS)
{
	Feeding feeding =
		rl_feeding(fcinfo, "reportlink_ack", rl_ack_arguments, lengthof(rl_ack_arguments));

	return rl_do(&feeding, rl_ack);
}
