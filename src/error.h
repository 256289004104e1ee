/*
 * error.h: the RL codes
 */
#ifndef REPORTLINK_ERROR_H
#define REPORTLINK_ERROR_H

#include "reportlink.h"

/* SQLSTATE RL001, RL002, ... (semantics, section 11) */
typedef enum Refusal
{
	RL_TOO_FEW_REPORTS = 1,
	RL_NOT_FOUND = 2,
	RL_NO_MRN = 3,
	RL_MRNS_DIFFER = 4,
	RL_CANCELLED = 5,
	RL_FINALIZED = 6,
	RL_LINKING_DISABLED = 7,
	RL_NOT_OWNED = 8,
	RL_ALREADY_LINKED = 9,
	RL_NOT_LINKED = 10,
	RL_DIFFERENT_GROUPS = 11,
	RL_NO_ACTOR = 12,
	RL_NOT_MEMBER = 13,
	RL_ROLE = 14,
	RL_TRANSITION = 15,
	RL_LOCKED = 16,
	RL_STALE = 17,
	RL_NOT_PENDING = 18,
	RL_NOT_IMMEDIATE = 19,
	RL_EMPTY = 20,
	RL_MANAGED = 21,
	RL_SUBSCRIBER = 22
} Refusal;

/*
 * For use inside ereport(): sets SQLSTATE, message and hint of a refusal; the
 * DETAIL, with the ids, is the caller's.
 */
extern int reportlink_refusal(Refusal refusal);

#endif
