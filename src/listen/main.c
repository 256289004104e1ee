/*
 * main.c: fetch, deliver, acknowledge; wait; connect again
 *
 * reportlink-listen delivers every event at least once, in the order of the
 * feed. An event is acknowledged after it is delivered, never before; a kill
 * repeats at most one batch.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "backoff.h"
#include "deliver.h"
#include "wait.h"

#define LONGEST_RECONNECT_MS 30000L

static const int exit_status[] = {
	[DONE] = EXIT_SUCCESS,
	[FAILED] = EXIT_FAILURE,
	[GONE] = 3,
};

/* No connection is to get the number of a standard stream that was closed */
static void
keep_standard_streams(const Options *options)
{
	int descriptor;

	if (options->url == NULL && fcntl(STDOUT_FILENO, F_GETFD) < 0)
	{
		complain("stdout is closed");
		exit(EXIT_FAILURE);
	}
	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= STDERR_FILENO);
	close(descriptor);
}

/* Events that were fetched: delivered, and what was delivered acknowledged */
static Outcome
pass_on(Feed *feed, Batch *batch)
{
	Outcome outcome = stop_listening(feed);
	Outcome acknowledged;

	if (outcome != CONTINUE)
		return outcome;
	outcome = feed->options->url ? send_requests(feed, batch) : write_lines(batch);
	acknowledged = acknowledge(feed, batch);
	if (acknowledged == LOST && outcome == DONE)
		say("%s; the last events will be delivered again", trouble());
	return outcome == CONTINUE ? acknowledged : outcome;
}

static Outcome
take_turn(Feed *feed)
{
	Batch batch;
	Outcome outcome = fetch(feed, &batch);

	if (outcome != CONTINUE)
		return outcome;
	if (batch.count > 0)
		outcome = pass_on(feed, &batch);
	else if (feed->options->once)
		outcome = DONE;
	else
		outcome = wait_for_events(feed);
	PQclear(batch.rows);
	return outcome;
}

/* One connection, from its beginning to its end */
static Outcome
work_connected(Feed *feed, Backoff *backoff)
{
	Outcome outcome = open_feed(feed);

	while (outcome == CONTINUE)
	{
		outcome = take_turn(feed);
		if (outcome == CONTINUE)
			backoff->failures = 0;
	}
	close_feed(feed);
	return outcome;
}

/*
 * A connection that is lost is made again. Not the first one: somebody should
 * see that the configuration is wrong. Nor with --once: who calls it decides.
 */
static Outcome
work(Feed *feed)
{
	Backoff backoff = {0};
	Outcome outcome;

	while ((outcome = work_connected(feed, &backoff)) == LOST)
	{
		long delay = next_delay_ms(&backoff, LONGEST_RECONNECT_MS);

		if (feed->options->once || !feed->worked)
			return FAILED;
		say("%s; trying again in %.1f s", trouble(), delay / 1000.0);
		wait_for(-1, 0, delay);
		if (stopping())
			return DONE;
	}
	return outcome;
}

int
main(int argc, char **argv)
{
	Options options;
	Feed feed = {.options = &options};
	Outcome outcome = CONTINUE;

	parse_options(&options, argc, argv);
	quiet = options.quiet;
	keep_standard_streams(&options);
	catch_signals();
	srandom((unsigned) time(NULL) ^ ((unsigned) getpid() << 16));
	if (options.url != NULL)
		outcome = prepare_requests(&options);
	if (outcome == CONTINUE)
		outcome = work(&feed);
	if (outcome == FAILED)
		complain("%s", trouble());
	return exit_status[outcome];
}
