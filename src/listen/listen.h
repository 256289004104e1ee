/*
 * listen.h: how a step of reportlink-listen ends, and what it says about it
 */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM "reportlink-listen"

typedef enum Outcome
{
	CONTINUE,
	DONE, /* told to end, or everything is delivered: exit status 0 */
	LOST, /* connection lost, or an error that passes: connect again */
	FAILED, /* exit status 1 */
	GONE /* the receiver wants nothing any more: exit status 3 */
} Outcome;

extern bool quiet;

extern void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern void set_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
extern const char *trouble(void);

extern void *allocate(size_t size);
extern char *format_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
