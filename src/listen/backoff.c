/*
 * backoff.c: how long to wait before the next attempt
 */
#include "backoff.h"

#include <stdlib.h>

#define FIRST_MS 1000L

/*
 * After one more failure: 1, 2, 4 seconds and so on up to the longest, less up
 * to a fourth of it at random, so that those who failed together do not come
 * back together.
 */
long
next_delay_ms(Backoff *backoff, long longest_ms)
{
	long delay = FIRST_MS;

	for (int i = 0; i < backoff->failures && delay < longest_ms; i++)
		delay *= 2;
	if (delay > longest_ms)
		delay = longest_ms;
	backoff->failures++;
	return delay - random() % (delay / 4 + 1);
}
