/*
 * wait.h: signals, waiting, and the clock
 */
#ifndef WAIT_H
#define WAIT_H

#include <poll.h>
#include <stdbool.h>

/* as wait_for() takes it */
#define FOR_EVER (-1L)

extern void catch_signals(void);
extern bool stopping(void);
extern int stop_descriptor(void);
extern void exit_on_signal(bool at_once);

extern short wait_for(int descriptor, short events, long milliseconds);
extern void wait_for_two(struct pollfd two[2], long milliseconds);
extern long long now_ms(void);

#endif
