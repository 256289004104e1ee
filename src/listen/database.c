/*
 * database.c: the connection, and statements on it
 */
#include "database.h"

#include <stdio.h>
#include <string.h>

#include "wait.h"

/* what is put away at the end gets so long */
#define LAST_STATEMENT_MS 5000

/* beginnings of SQLSTATEs after which it is worth to connect and try again */
static const char *const passing[] = {
	"08", /* connection */
	"40", /* serialization failure, deadlock */
	"53", /* out of disk, memory or connections */
	"57", /* shut down, starting up, cancelled */
	"58", /* system error */
	"25006", /* a standby that is about to be promoted */
	"55P03", /* lock timeout */
};

/* of the last statement that failed with one */
static char sqlstate[6];

const char *
last_sqlstate(void)
{
	return sqlstate;
}

/* Notices of the server */
static void
receive_notice(void *argument, const char *message)
{
	(void) argument;
	say("%.*s", (int) strcspn(message, "\n"), message);
}

/* A message of libpq without the line's end */
static void
set_server_trouble(const char *doing, const char *message)
{
	size_t length = strlen(message);

	while (length > 0 && message[length - 1] == '\n')
		length--;
	set_trouble("could not %s: %.*s", doing, (int) length, message);
}

/*
 * Connects. It blocks and libpq goes on after a signal, so the signal ends the
 * program in there: there is nothing yet that could be acknowledged. A server
 * that is gone without a word is noticed after a minute, unless the connection
 * string says otherwise.
 */
Outcome
connect_to(const Options *options, PGconn **connection)
{
	const char *const names[] =
		{"keepalives_idle",			  "tcp_user_timeout", "dbname", "host", "port", "user",
		 "fallback_application_name", "client_encoding",  NULL};
	const char *const values[] = {"60",			 "60000",		options->dbname,
								  options->host, options->port, options->username,
								  PROGRAM,		 "UTF8",		NULL};

	exit_on_signal(true);
	*connection = PQconnectdbParams(names, values, 1);
	exit_on_signal(false);
	if (*connection == NULL || PQstatus(*connection) != CONNECTION_OK)
	{
		set_server_trouble("connect", PQerrorMessage(*connection));
		return LOST;
	}
	PQsetNoticeProcessor(*connection, receive_notice, NULL);
	return CONTINUE;
}

static Outcome
outcome_of(PGconn *connection, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	switch (PQresultStatus(result))
	{
		case PGRES_COMMAND_OK:
		case PGRES_TUPLES_OK:
			return CONTINUE;
		default:
			break;
	}
	snprintf(sqlstate, sizeof(sqlstate), "%s", state ? state : "");
	if (PQstatus(connection) != CONNECTION_OK || state == NULL)
		return LOST;
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
	{
		if (strncmp(state, passing[i], strlen(passing[i])) == 0)
			return LOST;
	}
	return FAILED;
}

/* Until the answer is there; false: the program is told to end meanwhile */
static bool
wait_for_answer(PGconn *connection, bool to_the_end)
{
	long long deadline = 0;

	while (PQisBusy(connection))
	{
		if (stopping() && deadline == 0)
			deadline = now_ms() + (to_the_end ? LAST_STATEMENT_MS : 0);
		if (deadline != 0 && now_ms() >= deadline)
			return false;
		wait_for(PQsocket(connection), POLLIN,
				 deadline == 0 ? FOR_EVER : (long) (deadline - now_ms()));
		if (!PQconsumeInput(connection))
			break; /* PQgetResult() tells */
	}
	return true;
}

/* Runs a statement in a transaction of its own; the result, when CONTINUE, is to be cleared */
Outcome
run(PGconn *connection, const Statement *statement, PGresult **result)
{
	PGresult *answer, *more;
	Outcome outcome;

	if (stopping() && !statement->to_the_end)
		return DONE;
	if (!PQsendQueryParams(connection, statement->sql, statement->count, NULL, statement->values,
						   NULL, NULL, 0))
	{
		set_server_trouble(statement->doing, PQerrorMessage(connection));
		return LOST;
	}
	if (!wait_for_answer(connection, statement->to_the_end))
		return DONE;
	answer = PQgetResult(connection);
	while ((more = PQgetResult(connection)) != NULL)
		PQclear(more);
	outcome = outcome_of(connection, answer);
	if (outcome == CONTINUE && result != NULL)
	{
		*result = answer;
		return CONTINUE;
	}
	if (outcome != CONTINUE)
		set_server_trouble(statement->doing,
						   answer ? PQresultErrorMessage(answer) : PQerrorMessage(connection));
	PQclear(answer);
	return outcome;
}
