/*
 * wait.c: signals, waiting, and the clock
 *
 * The handler writes into a pipe that every wait watches too, so that a signal
 * is never missed between the look at the flag and the wait. System calls are
 * not restarted: a write that hangs in spite of poll() ends as well.
 */
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "listen.h"

static volatile sig_atomic_t stop_requested = 0;
static volatile sig_atomic_t exit_at_once = 0;
static int stop_pipe[2];

static void
request_stop(int signal_number)
{
	int caller_errno = errno;

	(void) signal_number;
	if (exit_at_once)
		_exit(EXIT_SUCCESS);
	stop_requested = 1;
	if (write(stop_pipe[1], "", 1) < 0)
		errno = 0; /* full: then it is readable as it is */
	errno = caller_errno;
}

static void
handle(int signal_number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	sigaction(signal_number, &action, NULL);
}

/* SIGTERM and SIGINT end the program; a closed pipe is an error of write() */
void
catch_signals(void)
{
	if (pipe(stop_pipe) != 0)
	{
		complain("could not make a pipe: %m");
		exit(EXIT_FAILURE);
	}
	for (int i = 0; i < 2; i++)
	{
		fcntl(stop_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(stop_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	handle(SIGTERM, request_stop);
	handle(SIGINT, request_stop);
	handle(SIGPIPE, SIG_IGN);
}

bool
stopping(void)
{
	return stop_requested;
}

/* Readable once the program is to end, for those who wait in another way */
int
stop_descriptor(void)
{
	return stop_pipe[0];
}

/* For calls that go on after a signal; only while there is nothing to put away */
void
exit_on_signal(bool at_once)
{
	exit_at_once = at_once;
	if (at_once && stop_requested)
		_exit(EXIT_SUCCESS);
}

/*
 * Until something happens at one of two descriptors (-1: none), the time is over,
 * or the program is told to end. After that it waits as long as it is told to:
 * what is still to be done then has a time of its own.
 */
void
wait_for_two(struct pollfd two[2], long milliseconds)
{
	struct pollfd all[] = {two[0], two[1], {stopping() ? -1 : stop_pipe[0], POLLIN, 0}};

	two[0].revents = two[1].revents = 0;
	if (poll(all, 3, (int) milliseconds) <= 0)
		return;
	two[0].revents = all[0].revents;
	two[1].revents = all[1].revents;
}

/* The same with one; returns what happened at it, 0: nothing */
short
wait_for(int descriptor, short events, long milliseconds)
{
	struct pollfd two[] = {{descriptor, events, 0}, {-1, 0, 0}};

	wait_for_two(two, milliseconds);
	return two[0].revents;
}

/* Milliseconds of a clock that is never set */
long long
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
