/*
 * backoff.h: how long to wait before the next attempt
 */
#ifndef BACKOFF_H
#define BACKOFF_H

typedef struct Backoff
{
	int failures; /* in a row */
} Backoff;

extern long next_delay_ms(Backoff *backoff, long longest_ms);

#endif
