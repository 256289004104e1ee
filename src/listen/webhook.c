/*
 * webhook.c: events as signed requests to a receiver
 *
 * One event a request. What concerns one patient goes one after the other, what
 * concerns others may overtake it, so that an event that the receiver refuses
 * holds only those of its patient, until the batch is through.
 */
#include "deliver.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backoff.h"
#include "sign.h"
#include "wait.h"

#define LONGEST_RETRY_MS 300000L
#define LONGEST_RETRY_AFTER_S 86400L
/* while a batch goes on its beginning is acknowledged so often at most */
#define ACKNOWLEDGE_MS 1000

#define STATUS_GONE 410

typedef enum Progress
{
	WAITING,
	IN_FLIGHT,
	DELIVERED
} Progress;

typedef struct Request
{
	const char *event_id;
	const char *body;
	const char *waits_for; /* numbers of those before it, from 1, with spaces between */
	Progress progress;
	Backoff backoff;
	long long due; /* not before that time */
	struct curl_slist *headers;
	CURL *handle; /* while it is in flight */
	char error[CURL_ERROR_SIZE];
} Request;

typedef struct Requests
{
	const Options *options;
	int count;
	Request *all;
	int in_flight;
	int ended; /* attempts */
} Requests;

static CURLM *transfers;
static Secrets secrets;

static bool
url_is_valid(const char *text)
{
	CURLU *url = curl_url();
	bool valid = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;

	curl_url_cleanup(url);
	return valid;
}

static bool
is_readable(const char *file)
{
	FILE *stream = fopen(file, "r");

	if (stream == NULL)
		return false;
	fclose(stream);
	return true;
}

/* What is wrong here is said at once, and not tried again and again */
Outcome
prepare_requests(const Options *options)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(transfers = curl_multi_init()) == NULL)
	{
		set_trouble("could not prepare libcurl");
		return FAILED;
	}
	if (!url_is_valid(options->url))
	{
		set_trouble("the URL of the webhook is not valid");
		return FAILED;
	}
	if (options->ca_file != NULL && !is_readable(options->ca_file))
	{
		set_trouble("could not open \"%s\": %m", options->ca_file);
		return FAILED;
	}
	return read_secrets(options->secret_file, &secrets);
}

/* The answer of the receiver is its status; the rest is not kept */
static size_t
discard(char *data, size_t size, size_t count, void *argument)
{
	(void) data;
	(void) argument;
	return size * count;
}

static void
add_header(Request *request, const char *name, const char *value)
{
	char *header = format_text("%s: %s", name, value);
	struct curl_slist *longer = curl_slist_append(request->headers, header);

	if (longer != NULL)
		request->headers = longer;
	free(header);
}

/* Each attempt has its own time, and with it its own signature; the id stays */
static void
make_headers(Request *request)
{
	long long timestamp = time(NULL);
	char *text = format_text("%lld", timestamp);
	char *signatures = sign(&secrets, request->event_id, timestamp, request->body);

	add_header(request, "Content-Type", "application/cloudevents+json");
	add_header(request, "webhook-id", request->event_id);
	add_header(request, "webhook-timestamp", text);
	add_header(request, "webhook-signature", signatures);
	request->headers = curl_slist_append(request->headers, "Expect:"); /* not a round trip more */
	free(signatures);
	free(text);
}

/* http and https alone, the certificate verified, no other place to go to */
static void
secure(CURL *handle, const Options *options)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	if (options->ca_file != NULL)
		curl_easy_setopt(handle, CURLOPT_CAINFO, options->ca_file);
}

static void
start(Requests *requests, Request *request)
{
	CURL *handle = curl_easy_init();

	if (handle == NULL)
	{
		complain("out of memory");
		exit(EXIT_FAILURE);
	}
	make_headers(request);
	secure(handle, requests->options);
	curl_easy_setopt(handle, CURLOPT_URL, requests->options->url);
	curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request->headers);
	curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
	curl_easy_setopt(handle, CURLOPT_USERAGENT, PROGRAM "/" RELEASE);
	curl_easy_setopt(handle, CURLOPT_TIMEOUT, (long) requests->options->timeout_seconds);
	curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, request->error);
	curl_easy_setopt(handle, CURLOPT_PRIVATE, (char *) request);
	request->error[0] = '\0';
	request->handle = handle;
	request->progress = IN_FLIGHT;
	requests->in_flight++;
	curl_multi_add_handle(transfers, handle);
}

static void
end(Requests *requests, Request *request, Progress progress)
{
	curl_multi_remove_handle(transfers, request->handle);
	curl_easy_cleanup(request->handle);
	curl_slist_free_all(request->headers);
	request->handle = NULL;
	request->headers = NULL;
	request->progress = progress;
	requests->in_flight--;
	requests->ended++;
}

/* Are all delivered that go before it? */
static bool
its_turn(const Requests *requests, const Request *request)
{
	const char *number = request->waits_for;
	char *end;
	long before;

	while ((before = strtol(number, &end, 10)) > 0 && end != number)
	{
		if (requests->all[before - 1].progress != DELIVERED)
			return false;
		number = end;
	}
	return true;
}

/* As many as may be; returns how long until another one is due, FOR_EVER: none waits for its time */
static long
start_requests(Requests *requests)
{
	long long now = now_ms();
	long wait = FOR_EVER;

	for (int i = 0; i < requests->count && requests->in_flight < requests->options->parallel; i++)
	{
		Request *request = &requests->all[i];

		if (request->progress != WAITING || !its_turn(requests, request))
			continue;
		if (request->due <= now)
			start(requests, request);
		else if (wait == FOR_EVER || request->due - now < wait)
			wait = (long) (request->due - now);
	}
	return wait;
}

/* It is tried again later; says why, and when */
static void
put_off(Request *request, CURL *handle, CURLcode code, long status)
{
	long delay = next_delay_ms(&request->backoff, LONGEST_RETRY_MS);
	curl_off_t retry_after = 0;
	char answer[40];
	const char *why = request->error[0] ? request->error : curl_easy_strerror(code);

	curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
	if (retry_after > LONGEST_RETRY_AFTER_S)
		retry_after = LONGEST_RETRY_AFTER_S;
	if (retry_after * 1000 > delay)
		delay = (long) retry_after * 1000;
	request->due = now_ms() + delay;
	if (code == CURLE_OK)
	{
		snprintf(answer, sizeof(answer), "the receiver answered %ld", status);
		why = answer;
	}
	say("event %s: %s; trying again in %.1f s", request->event_id, why, delay / 1000.0);
}

/* One request came to its end, whatever that is */
static Outcome
finish(Requests *requests, Request *request, CURLcode code)
{
	CURL *handle = request->handle;
	Outcome outcome = CONTINUE;
	Progress progress = WAITING;
	long status = 0;

	curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
	if (status == STATUS_GONE)
	{
		complain("event %s: the receiver answered 410: it wants nothing any more",
				 request->event_id);
		outcome = GONE;
	}
	else if (code == CURLE_SSL_CACERT_BADFILE)
	{
		set_trouble("%s", request->error);
		outcome = FAILED;
	}
	else if (code == CURLE_OK && status >= 200 && status <= 299)
		progress = DELIVERED;
	else
		put_off(request, handle, code, status);
	end(requests, request, progress);
	return outcome;
}

/* Lets libcurl work, and takes what has ended */
static Outcome
finish_requests(Requests *requests)
{
	Outcome outcome = CONTINUE;
	CURLMsg *message;
	int running, left;

	if (curl_multi_perform(transfers, &running) != CURLM_OK)
	{
		set_trouble("libcurl cannot go on");
		return FAILED;
	}
	while ((message = curl_multi_info_read(transfers, &left)) != NULL)
	{
		Request *request;
		Outcome one;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **) &request);
		one = finish(requests, request, message->data.result);
		if (outcome == CONTINUE)
			outcome = one;
	}
	return outcome;
}

static void
count_delivered(const Requests *requests, Batch *batch)
{
	while (batch->delivered < batch->count && requests->all[batch->delivered].progress == DELIVERED)
		batch->delivered++;
}

/*
 * While the batch goes on, so that a kill repeats little of it when the receiver
 * is slow. That the connection is lost is no reason to stop sending; at the end
 * of the batch it is made again, and all is acknowledged.
 */
static Outcome
acknowledge_beginning(Feed *feed, Batch *batch, long long *last)
{
	Outcome outcome;

	if (batch->delivered == batch->count || now_ms() - *last < ACKNOWLEDGE_MS)
		return CONTINUE;
	*last = now_ms();
	outcome = acknowledge(feed, batch);
	return outcome == LOST ? CONTINUE : outcome;
}

/* Until something happens, the time is over, or something is to be acknowledged */
static void
pause_requests(const Batch *batch, long wait)
{
	struct curl_waitfd stop = {stop_descriptor(), CURL_WAIT_POLLIN, 0};

	if (batch->delivered > batch->acknowledged && (wait == FOR_EVER || wait > ACKNOWLEDGE_MS))
		wait = ACKNOWLEDGE_MS;
	if (wait == FOR_EVER)
		wait = LONGEST_RETRY_MS;
	curl_multi_poll(transfers, &stop, 1, (int) wait, NULL);
}

static Requests
describe_batch(const Options *options, const Batch *batch)
{
	Requests requests = {options, batch->count, allocate(batch->count * sizeof(Request)), 0, 0};

	for (int i = 0; i < batch->count; i++)
	{
		requests.all[i].event_id = PQgetvalue(batch->rows, i, EVENT_ID);
		requests.all[i].body = PQgetvalue(batch->rows, i, TEXT_OF_EVENT);
		requests.all[i].waits_for = PQgetvalue(batch->rows, i, WAITS_FOR);
	}
	return requests;
}

/* Sends a batch, each event until the receiver has taken it */
Outcome
send_requests(Feed *feed, Batch *batch)
{
	Requests requests = describe_batch(feed->options, batch);
	long long acknowledged_at = now_ms();
	Outcome outcome = CONTINUE;

	while (outcome == CONTINUE && batch->delivered < batch->count)
	{
		long wait = start_requests(&requests);
		int ended = requests.ended;

		outcome = finish_requests(&requests);
		count_delivered(&requests, batch);
		if (outcome == CONTINUE)
			outcome = acknowledge_beginning(feed, batch, &acknowledged_at);
		if (outcome == CONTINUE && stopping())
			outcome = DONE;
		/* what has ended may let another one start */
		if (outcome == CONTINUE && requests.ended == ended)
			pause_requests(batch, wait);
	}
	for (int i = 0; i < requests.count; i++)
	{
		if (requests.all[i].progress == IN_FLIGHT)
			end(&requests, &requests.all[i], WAITING);
	}
	free(requests.all);
	return outcome;
}
