/*
 * lines.c: events as lines of JSON on stdout
 */
#include "deliver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wait.h"

/* a line that is begun gets so long when the program is told to end */
#define LAST_LINE_MS 1000

typedef struct Lines
{
	char *text;
	size_t length;
	size_t written;
} Lines;

/* One line an event; JSON has no newline in it */
static void
join_lines(const Batch *batch, Lines *lines)
{
	char *end;

	for (int i = 0; i < batch->count; i++)
		lines->length += PQgetlength(batch->rows, i, TEXT_OF_EVENT) + 1;
	lines->text = end = allocate(lines->length);
	for (int i = 0; i < batch->count; i++)
	{
		size_t length = PQgetlength(batch->rows, i, TEXT_OF_EVENT);

		memcpy(end, PQgetvalue(batch->rows, i, TEXT_OF_EVENT), length);
		end[length] = '\n';
		end += length + 1;
	}
}

static int
count_lines(const char *text, size_t length)
{
	int count = 0;

	for (const char *at = text; (at = memchr(at, '\n', text + length - at)) != NULL; at++)
		count++;
	return count;
}

static bool
inside_line(const Lines *lines)
{
	return lines->written > 0 && lines->text[lines->written - 1] != '\n';
}

/* How much to write at once: what a pipe takes without blocking once it takes anything */
static size_t
next_piece(const Lines *lines)
{
	size_t left = lines->length - lines->written;

	if (stopping())
		left = (char *) memchr(lines->text + lines->written, '\n', left) + 1 -
			   (lines->text + lines->written);
	return left < PIPE_BUF ? left : PIPE_BUF;
}

static Outcome
write_piece(Lines *lines)
{
	bool told = stopping();
	ssize_t written;

	if (told && !inside_line(lines))
		return DONE;
	if (wait_for(STDOUT_FILENO, POLLOUT, told ? LAST_LINE_MS : FOR_EVER) == 0)
		return told ? DONE : CONTINUE;
	written = write(STDOUT_FILENO, lines->text + lines->written, next_piece(lines));
	if (written < 0 && errno != EINTR && errno != EAGAIN)
	{
		set_trouble("could not write to stdout: %s", strerror(errno));
		return FAILED;
	}
	if (written > 0)
		lines->written += written;
	return CONTINUE;
}

/*
 * Writes a batch. Told to end, it writes the line that it is in to its end. When
 * writing fails, who reads has gone, and may not have read what was written
 * before: nothing of the batch counts as delivered.
 */
Outcome
write_lines(Batch *batch)
{
	Lines lines = {0};
	Outcome outcome = CONTINUE;

	join_lines(batch, &lines);
	while (outcome == CONTINUE && lines.written < lines.length)
		outcome = write_piece(&lines);
	batch->delivered = outcome == FAILED ? 0 : count_lines(lines.text, lines.written);
	free(lines.text);
	return outcome;
}
