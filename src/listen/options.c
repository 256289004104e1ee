/*
 * options.c: the command line
 *
 * One table says what there is, reads it and explains it.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "listen.h"

typedef enum Kind
{
	TEXT, /* const char * */
	LIST, /* the same; several are joined with commas */
	NUMBER, /* long long */
	FLAG, /* bool */
	HELP,
	VERSION
} Kind;

typedef struct Known
{
	const char *name;
	char letter; /* 0: none */
	bool webhook; /* makes no sense without a receiver */
	Kind kind;
	size_t field;
	long long least; /* of a number */
	long long most;
	const char *argument;
	const char *help;
} Known;

#define FIELD(name) offsetof(Options, name)

/* clang-format off */
static const Known known[] = {
	{"dbname", 'd', false, TEXT, FIELD(dbname), 0, 0, "NAME", "database, connection string or URI"},
	{"host", 'h', false, TEXT, FIELD(host), 0, 0, "HOST", "server, or directory of its socket"},
	{"port", 'p', false, TEXT, FIELD(port), 0, 0, "PORT", "port of the server"},
	{"username", 'U', false, TEXT, FIELD(username), 0, 0, "ROLE", "role to connect as"},
	{"organization", 0, false, TEXT, FIELD(organization), 0, 0, "ID", "events of one organization (default: of every)"},
	{"from-start", 0, false, FLAG, FIELD(from_start), 0, 0, NULL, "a new subscription begins with the first event"},
	{"type", 0, false, LIST, FIELD(types), 0, 0, "TYPE", "a new subscription gets events of this type; repeatable"},
	{"report", 0, false, NUMBER, FIELD(report_id), 1, LLONG_MAX, "ID", "a new subscription gets events of this report"},
	{"once", 0, false, FLAG, FIELD(once), 0, 0, NULL, "deliver what there is and exit"},
	{"quiet", 0, false, FLAG, FIELD(quiet), 0, 0, NULL, "write only errors to stderr"},
	{"batch", 0, false, NUMBER, FIELD(batch), 1, 100000, "N", "events fetched and acknowledged at a time (100)"},
	{"poll", 0, false, NUMBER, FIELD(poll_seconds), 1, 86400, "SECONDS", "look for events without being notified (10)"},
	{"webhook", 0, true, TEXT, FIELD(url), 0, 0, "URL", "POST the events to a receiver"},
	{"secret-file", 0, true, TEXT, FIELD(secret_file), 0, 0, "FILE", "secrets to sign with, one a line"},
	{"ca-file", 0, true, TEXT, FIELD(ca_file), 0, 0, "FILE", "authorities to trust in, PEM"},
	{"timeout", 0, true, NUMBER, FIELD(timeout_seconds), 1, 3600, "SECONDS", "for one request (30)"},
	{"parallel", 0, true, NUMBER, FIELD(parallel), 1, 100, "N", "requests at a time, of different patients (1)"},
	{"help", 0, false, HELP, 0, 0, 0, NULL, "show this help"},
	{"version", 'V', false, VERSION, 0, 0, 0, NULL, "show the version"},
};
/* clang-format on */

#define KNOWN ((int) (sizeof(known) / sizeof(known[0])))

/* What getopt_long() returns for the option at an index of the table */
#define CODE(index) ((index) + 256)

static void
point_to_help(void)
{
	fprintf(stderr, "Try \"%s --help\" for more information.\n", PROGRAM);
	exit(EXIT_USAGE);
}

static void
usage_error(const char *complaint)
{
	complain("%s", complaint);
	point_to_help();
}

static void
print_help(void)
{
	puts(PROGRAM " delivers the events of reportlink, in order and at least once,\n"
				 "as lines of JSON on stdout or to a webhook.\n\n"
				 "Usage:\n  " PROGRAM " [OPTION]... SUBSCRIBER\n\nOptions:");
	for (int i = 0; i < KNOWN; i++)
	{
		const Known *option = &known[i];
		char letter[] = {'-', option->letter, ',', ' ', '\0'};
		char name[40];

		snprintf(name, sizeof(name), "--%s%s%s", option->name, option->argument ? "=" : "",
				 option->argument ? option->argument : "");
		printf("  %s%-20s  %s\n", option->letter ? letter : "    ", name, option->help);
	}
	puts("\nThe variables PGHOST, PGPORT, PGDATABASE, PGUSER and so on count too.\n"
		 "SIGTERM ends it; started again it goes on from there.");
	exit(EXIT_SUCCESS);
}

static long long
number(const Known *option, const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < option->least || value > option->most)
		usage_error(format_text("--%s must be a number from %lld to %lld", option->name,
								option->least, option->most));
	return value;
}

static void
take(Options *options, const Known *option, const char *argument)
{
	void *field = (char *) options + option->field;
	const char **text = field;

	if (option->argument != NULL && *argument == '\0')
		usage_error(format_text("--%s is empty", option->name));
	switch (option->kind)
	{
		case TEXT:
			*text = argument;
			break;
		case LIST:
			*text = *text == NULL ? argument : format_text("%s,%s", *text, argument);
			break;
		case NUMBER:
			*(long long *) field = number(option, argument);
			break;
		case FLAG:
			*(bool *) field = true;
			break;
		case HELP:
			print_help();
			break;
		case VERSION:
			puts(PROGRAM " (reportlink) " RELEASE);
			exit(EXIT_SUCCESS);
	}
}

/* Options that are right one by one, and not together */
static void
check_combination(const Options *options, const bool *given)
{
	for (int i = 0; i < KNOWN; i++)
	{
		if (given[i] && known[i].webhook && options->url == NULL)
			usage_error(format_text("--%s needs --webhook", known[i].name));
	}
	if (options->report_id != 0 && options->organization == NULL)
		usage_error("--report needs --organization");
	if (options->url == NULL)
		return;
	if (options->secret_file == NULL)
		usage_error("--webhook needs --secret-file");
	if (strncasecmp(options->url, "https://", 8) != 0 &&
		strncasecmp(options->url, "http://", 7) != 0)
		usage_error("--webhook takes only http:// and https://");
}

/* The table as getopt_long() wants it */
static void
describe_options(struct option *names, char *letters)
{
	for (int i = 0; i < KNOWN; i++)
	{
		bool argument = known[i].argument != NULL;

		names[i].name = known[i].name;
		names[i].has_arg = argument ? required_argument : no_argument;
		names[i].val = CODE(i);
		if (known[i].letter != 0)
			*letters++ = known[i].letter;
		if (known[i].letter != 0 && argument)
			*letters++ = ':';
	}
	*letters = '\0';
}

static int
find_option(int code)
{
	for (int i = 0; i < KNOWN; i++)
	{
		if (code == CODE(i) || code == known[i].letter)
			return i;
	}
	point_to_help(); /* getopt_long() has said what is wrong */
	return -1;
}

/* Ends the program when it is asked for help, or for something that makes no sense */
void
parse_options(Options *options, int argc, char **argv)
{
	struct option names[KNOWN + 1] = {{0}};
	char letters[2 * KNOWN + 1];
	bool given[KNOWN] = {false};
	int code;

	*options = (Options){.batch = 100, .poll_seconds = 10, .timeout_seconds = 30, .parallel = 1};
	describe_options(names, letters);
	while ((code = getopt_long(argc, argv, letters, names, NULL)) != -1)
	{
		int index = find_option(code);

		given[index] = true;
		take(options, &known[index], optarg);
	}
	if (optind == argc)
		usage_error("the name of the subscriber is missing");
	if (optind + 1 < argc)
		usage_error(format_text("too many arguments: \"%s\"", argv[optind + 1]));
	options->subscriber = argv[optind];
	check_combination(options, given);
}
