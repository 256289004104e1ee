/*
 * plan.h: what the planner is told of our tables
 */
#ifndef REPORTLINK_PLAN_H
#define REPORTLINK_PLAN_H

extern void reportlink_set_planner_hook(void);

#endif
