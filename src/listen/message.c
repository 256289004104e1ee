/*
 * message.c: what the program says on stderr, and memory for texts
 *
 * Event ids are named, bodies and identifiers never are: they are patient data.
 */
#include "listen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool quiet = false;

/* why the last step was LOST or FAILED */
static char *last_trouble = NULL;

static void
print_message(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

static void
print_message(const char *format, va_list arguments)
{
	char *message;

	if (vasprintf(&message, format, arguments) < 0)
		return;
	/* one write: messages of several listeners do not mix */
	fprintf(stderr, PROGRAM ": %s\n", message);
	free(message);
}

/* What is good to know; nothing with --quiet */
void
say(const char *format, ...)
{
	va_list arguments;

	if (quiet)
		return;
	va_start(arguments, format);
	print_message(format, arguments);
	va_end(arguments);
}

/* An error */
void
complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_message(format, arguments);
	va_end(arguments);
}

/* Why a step was LOST or FAILED; who decides what follows from it says it */
void
set_trouble(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	free(last_trouble);
	last_trouble = text;
}

const char *
trouble(void)
{
	return last_trouble ? last_trouble : "out of memory";
}

/* Zeroed; ends the program when there is none */
void *
allocate(size_t size)
{
	void *memory = calloc(1, size > 0 ? size : 1);

	if (memory == NULL)
	{
		complain("out of memory");
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* printf() into memory, to be freed */
char *
format_text(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
	{
		complain("out of memory");
		exit(EXIT_FAILURE);
	}
	return text;
}
