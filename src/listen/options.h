/*
 * options.h: the command line
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

/* exit status for what makes no command line */
#define EXIT_USAGE 2

typedef struct Options
{
	const char *subscriber;

	/* NULL: what the environment or libpq says */
	const char *dbname; /* or a connection string */
	const char *host;
	const char *port;
	const char *username;

	/* of the subscription; NULL, 0: all */
	const char *organization;
	const char *types; /* separated by commas */
	long long report_id;
	bool from_start;

	bool once;
	bool quiet;
	long long batch;
	long long poll_seconds;

	/* NULL: lines to stdout */
	const char *url;
	const char *secret_file;
	const char *ca_file;
	long long timeout_seconds;
	long long parallel;
} Options;

extern void parse_options(Options *options, int argc, char **argv);

#endif
