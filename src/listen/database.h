/*
 * database.h: the connection, and statements on it
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <libpq-fe.h>

#include "listen.h"
#include "options.h"

/* One statement; parameters are texts, NULL is NULL */
typedef struct Statement
{
	const char *doing; /* what could not be done when it fails */
	const char *sql;
	int count;
	const char *const *values;
	bool to_the_end; /* has its time even when the program is told to end */
} Statement;

extern Outcome connect_to(const Options *options, PGconn **connection);
extern const char *last_sqlstate(void);
extern Outcome run(PGconn *connection, const Statement *statement, PGresult **result);

#endif
