/*
 * feed.h: the subscription: fetching, acknowledging, and waiting for more
 */
#ifndef FEED_H
#define FEED_H

#include <libpq-fe.h>

#include "listen.h"
#include "options.h"

typedef struct Feed
{
	const Options *options;
	PGconn *connection; /* NULL: none */
	char *schema; /* of the functions, quoted */
	bool worked; /* has been open */
	bool listening;
	char leftover[24]; /* event id, delivered and not acknowledged; empty: none */
} Feed;

/* Events that were fetched together, and how many from the first on are through */
typedef struct Batch
{
	PGresult *rows;
	int count;
	int delivered;
	int acknowledged;
} Batch;

/* columns of the rows */
enum
{
	EVENT_ID,
	TEXT_OF_EVENT, /* line, or body of the request */
	WAITS_FOR /* for a webhook: rows, counted from 1, that go before this one */
};

extern Outcome open_feed(Feed *feed);
extern void close_feed(Feed *feed);
extern Outcome fetch(Feed *feed, Batch *batch);
extern Outcome acknowledge(Feed *feed, Batch *batch);
extern Outcome stop_listening(Feed *feed);
extern Outcome wait_for_events(Feed *feed);

#endif
