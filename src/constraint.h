/*
 * constraint.h: CHECK constraints of our tables, read once a session
 */
#ifndef REPORTLINK_CONSTRAINT_H
#define REPORTLINK_CONSTRAINT_H

extern void reportlink_set_executor_hook(void);

#endif
