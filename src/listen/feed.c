/*
 * feed.c: the subscription: fetching, acknowledging, and waiting for more
 *
 * No transaction is open while the program waits or delivers.
 */
#include "feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "database.h"
#include "wait.h"

#define ERROR_NO_SUCH_EVENT "22023"
#define ERROR_SUBSCRIBER "RL022"

/*
 * The server writes the line: the row as it is, in UTC.
 */
static const char line_query[] =
	"SELECT f.event_id, row_to_json(f) FROM %s.reportlink_fetch($1, $2, $3::integer) AS f";

/*
 * CloudEvents 1.0, structured. An event waits for those before it that concern
 * the same patient, or the same report: for the nearest with each key, since
 * two of these may have nothing to do with each other.
 */
static const char webhook_query[] =
	"WITH e AS MATERIALIZED ("
	"	SELECT * FROM %s.reportlink_fetch($1, $2, $3::integer) WITH ORDINALITY AS f"
	"), k AS ("
	"	SELECT e.ordinality AS n, e.organization_id, 'mrn' AS kind, i ->> 'mrn' AS value"
	"	FROM e, jsonb_array_elements(e.linked_identifiers) AS i WHERE i ->> 'mrn' IS NOT NULL"
	"	UNION"
	"	SELECT e.ordinality, e.organization_id, 'report', id::text FROM e, unnest(e.report_ids) AS id"
	"), w AS ("
	"	SELECT k.n, lag(k.n) OVER (PARTITION BY k.organization_id, k.kind, k.value ORDER BY k.n) AS before"
	"	FROM k"
	") "
	"SELECT e.event_id, jsonb_build_object("
	"	'specversion', '1.0', 'id', e.event_id::text, 'source', '/reportlink/' || ("
	/* RFC 3986: all but the unreserved characters are percent-encoded */
	"		SELECT coalesce(string_agg(CASE WHEN c COLLATE \"C\" ~ '^[-A-Za-z0-9._~]$' THEN c"
	"			ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '..', '%%\\&', 'g') END,"
	"			'' ORDER BY n), '')"
	"		FROM regexp_split_to_table(e.organization_id, '') WITH ORDINALITY AS t (c, n)),"
	"	'type', e.type,"
	"	'subject', coalesce('group/' || e.group_id, 'report/' || e.report_ids[1]),"
	"	'time', to_char(e.occurred_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
	"	'datacontenttype', 'application/json', 'data', to_jsonb(e) - 'ordinality'),"
	"	(SELECT string_agg(DISTINCT w.before::text, ' ') FROM w WHERE w.n = e.ordinality) "
	"FROM e ORDER BY e.ordinality";

/* Runs a statement that names a function of the extension, with %s for its schema */
static Outcome
run_function(Feed *feed, Statement statement, PGresult **result)
{
	char *sql = format_text(statement.sql, feed->schema);
	Outcome outcome;

	statement.sql = sql;
	outcome = run(feed->connection, &statement, result);
	free(sql);
	return outcome;
}

/* Nothing that the role or the database set changes what is understood and written */
static Outcome
prepare_session(Feed *feed)
{
	return run(feed->connection,
			   &(Statement){.doing = "prepare the session",
							.sql = "SELECT pg_catalog.set_config('search_path', '', false),"
								   " pg_catalog.set_config('TimeZone', 'UTC', false)"},
			   NULL);
}

/* Which schema has the functions, and are the tables there? */
static Outcome
find_extension(Feed *feed)
{
	Statement statement = {
		.doing = "find the extension",
		.sql = "SELECT quote_ident(n.nspname), EXISTS ("
			   "	SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace"
			   "	WHERE s.nspname = 'reportlink' AND c.relname = 'subscriber')"
			   " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
			   " WHERE e.extname = 'reportlink'",
	};
	PGresult *rows;
	Outcome outcome = run(feed->connection, &statement, &rows);

	if (outcome != CONTINUE)
		return outcome;
	if (PQntuples(rows) == 0)
	{
		set_trouble("extension reportlink is not in database \"%s\"\n"
					"HINT:  CREATE EXTENSION reportlink; SELECT reportlink_install();",
					PQdb(feed->connection));
		outcome = FAILED;
	}
	else if (strcmp(PQgetvalue(rows, 0, 1), "t") != 0)
	{
		set_trouble("the tables of reportlink are not in database \"%s\"\n"
					"HINT:  SELECT reportlink_install();",
					PQdb(feed->connection));
		outcome = FAILED;
	}
	else
		feed->schema = format_text("%s", PQgetvalue(rows, 0, 0));
	PQclear(rows);
	return outcome;
}

/* What is asked for; to be freed, NULL: every report */
static char *
report_parameter(const Options *options)
{
	return options->report_id ? format_text("%lld", options->report_id) : NULL;
}

/* Is there a subscription of that name? Says so when it lets other events through than asked. */
static Outcome
look_for_subscription(Feed *feed, bool *found)
{
	const Options *options = feed->options;
	char *report = report_parameter(options);
	Statement statement = {
		.doing = "look for the subscription",
		.sql =
			"SELECT s.report_id IS NOT DISTINCT FROM $4::bigint"
			" AND (SELECT array_agg(DISTINCT t COLLATE \"C\" ORDER BY t COLLATE \"C\")"
			"	FROM unnest(s.types) AS t)"
			" IS NOT DISTINCT FROM (SELECT array_agg(DISTINCT t COLLATE \"C\" ORDER BY t COLLATE \"C\")"
			"	FROM unnest(string_to_array($3, ',')) AS t)"
			" FROM reportlink.subscriber s"
			" WHERE s.organization_id = coalesce($1, '') AND s.subscriber = $2",
		.count = 4,
		.values = (const char *const[]){options->organization, options->subscriber, options->types,
										report},
	};
	PGresult *rows;
	Outcome outcome = run(feed->connection, &statement, &rows);

	free(report);
	if (outcome != CONTINUE)
		return outcome;
	*found = PQntuples(rows) > 0;
	if (*found && strcmp(PQgetvalue(rows, 0, 0), "t") != 0)
		say("subscription \"%s\" exists with other filters than --type and --report say; it keeps them",
			options->subscriber);
	PQclear(rows);
	return CONTINUE;
}

/*
 * Subscribes, unless that is done. Only the first time: who is unsubscribed
 * while he is away is to hear of it, and not to miss events in silence.
 */
static Outcome
subscribe(Feed *feed)
{
	const Options *options = feed->options;
	bool found = false;
	Outcome outcome = look_for_subscription(feed, &found);
	char *report;

	if (outcome != CONTINUE || found)
		return outcome;
	report = report_parameter(options);
	outcome =
		run_function(feed,
					 (Statement){.doing = "subscribe",
								 .sql = "SELECT %s.reportlink_subscribe($1, $2, $3::boolean,"
										" string_to_array($4, ','), $5::bigint)",
								 .count = 5,
								 .values =
									 (const char *const[]){options->organization,
														   options->subscriber,
														   options->from_start ? "true" : "false",
														   options->types, report}},
					 NULL);
	free(report);
	if (outcome == FAILED && strcmp(last_sqlstate(), ERROR_SUBSCRIBER) == 0)
		return CONTINUE; /* somebody else did at the same time */
	return outcome;
}

/* Acknowledges feed->leftover */
static Outcome
acknowledge_leftover(Feed *feed)
{
	const Options *options = feed->options;
	Outcome outcome =
		run_function(feed,
					 (Statement){.doing = "acknowledge",
								 .sql = "SELECT %s.reportlink_ack($1, $2, $3::bigint)",
								 .count = 3,
								 .values =
									 (const char *const[]){options->organization,
														   options->subscriber, feed->leftover},
								 .to_the_end = true},
					 NULL);

	if (outcome == CONTINUE)
		feed->leftover[0] = '\0';
	return outcome;
}

/*
 * Connects and gets everything ready. What was delivered before the connection
 * was lost is acknowledged first, so that it does not come again. The server
 * may not know that event any more: then somebody has moved the position.
 */
Outcome
open_feed(Feed *feed)
{
	Outcome outcome = connect_to(feed->options, &feed->connection);

	if (outcome == CONTINUE)
		outcome = prepare_session(feed);
	if (outcome == CONTINUE)
		outcome = find_extension(feed);
	if (outcome == CONTINUE && !feed->worked)
		outcome = subscribe(feed);
	if (outcome == CONTINUE && feed->leftover[0] != '\0')
	{
		outcome = acknowledge_leftover(feed);
		if (outcome == FAILED && strcmp(last_sqlstate(), ERROR_NO_SUCH_EVENT) == 0)
		{
			say("%s", trouble());
			feed->leftover[0] = '\0';
			outcome = CONTINUE;
		}
	}
	feed->worked |= outcome == CONTINUE;
	return outcome;
}

void
close_feed(Feed *feed)
{
	PQfinish(feed->connection);
	free(feed->schema);
	feed->connection = NULL;
	feed->schema = NULL;
	feed->listening = false;
}

/* The next events; batch->rows is to be cleared */
Outcome
fetch(Feed *feed, Batch *batch)
{
	const Options *options = feed->options;
	char *size = format_text("%lld", options->batch);
	Outcome outcome;

	*batch = (Batch){0};
	outcome = run_function(feed,
						   (Statement){.doing = "fetch events",
									   .sql = options->url ? webhook_query : line_query,
									   .count = 3,
									   .values = (const char *const[]){options->organization,
																	   options->subscriber, size}},
						   &batch->rows);
	free(size);
	if (outcome == CONTINUE)
		batch->count = PQntuples(batch->rows);
	return outcome;
}

/* What is delivered of a batch, if that is more than was acknowledged */
Outcome
acknowledge(Feed *feed, Batch *batch)
{
	Outcome outcome;

	if (batch->delivered <= batch->acknowledged)
		return CONTINUE;
	snprintf(feed->leftover, sizeof(feed->leftover), "%s",
			 PQgetvalue(batch->rows, batch->delivered - 1, EVENT_ID));
	outcome = acknowledge_leftover(feed);
	if (outcome == CONTINUE)
		batch->acknowledged = batch->delivered;
	return outcome;
}

/*
 * LISTEN on the channel that the server has now. The functions were called in
 * this session, so the library is loaded and its setting known.
 */
static Outcome
start_listening(Feed *feed)
{
	PGresult *channel;
	Outcome outcome =
		run(feed->connection,
			&(Statement){
				.doing = "ask for the channel",
				.sql = "SELECT quote_ident(coalesce(nullif("
					   "current_setting('reportlink.notify_channel', true), ''), 'reportlink'))"},
			&channel);
	char *sql;

	if (outcome != CONTINUE)
		return outcome;
	sql = format_text("LISTEN %s", PQgetvalue(channel, 0, 0));
	PQclear(channel);
	outcome = run(feed->connection, &(Statement){.doing = "listen", .sql = sql}, NULL);
	free(sql);
	feed->listening = outcome == CONTINUE;
	return outcome;
}

/*
 * Before anything that may take long. The server keeps notifications until all
 * who listen have taken them: one who listens, and does not read because stdout
 * is stuck or the receiver is dead, would fill its queue, and in the end no
 * transaction that notifies could commit.
 */
Outcome
stop_listening(Feed *feed)
{
	if (!feed->listening)
		return CONTINUE;
	feed->listening = false;
	return run(feed->connection, &(Statement){.doing = "stop listening", .sql = "UNLISTEN *"},
			   NULL);
}

/* Forgets the notifications that have come; false: there were none */
static bool
take_notifications(Feed *feed)
{
	PGnotify *notification;
	bool any = false;

	while ((notification = PQnotifies(feed->connection)) != NULL)
	{
		any = true;
		PQfreemem(notification);
	}
	return any;
}

/*
 * There is nothing to fetch. The first time it begins to listen and returns:
 * what was committed before that notifies nobody, and is found by one more
 * look. After that it waits for a notification, or as long as --poll says.
 */
Outcome
wait_for_events(Feed *feed)
{
	struct pollfd two[] = {
		{PQsocket(feed->connection), POLLIN, 0},
		{feed->options->url ? -1 : STDOUT_FILENO, 0, 0}, /* does anybody read it still? */
	};

	if (!feed->listening)
		return start_listening(feed);
	if (take_notifications(feed))
		return CONTINUE;
	wait_for_two(two, (long) feed->options->poll_seconds * 1000);
	if (stopping())
		return DONE;
	if (two[1].revents != 0)
	{
		set_trouble("nobody reads the output any more");
		return FAILED;
	}
	if (!PQconsumeInput(feed->connection))
	{
		set_trouble("lost the connection: %s", PQerrorMessage(feed->connection));
		return LOST;
	}
	(void) take_notifications(feed);
	return CONTINUE;
}
