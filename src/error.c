/*
 * error.c: SQLSTATE, message and hint of every refusal, as data
 */
#include "error.h"

typedef struct RefusalText
{
	const char *message;
	const char *hint;
} RefusalText;

static const RefusalText rl_refusals[] = {
	[RL_TOO_FEW_REPORTS] = {"at least two reports are required",
							"Name two different reports of one patient."},
	[RL_NOT_FOUND] = {"report not found",
					  "Look the report up with reportlink_find(); ids of another organization are "
					  "not found."},
	[RL_NO_MRN] = {"report has no MRN", "Set the MRN of the report first, then link it."},
	[RL_MRNS_DIFFER] = {"MRNs differ", "Only reports of one patient can be linked."},
	[RL_CANCELLED] = {"cancelled report cannot be linked", "Leave the cancelled reports out."},
	[RL_FINALIZED] = {"report is finalized",
					  "Only reports that are unread or in draft can be linked or unlinked."},
	[RL_LINKING_DISABLED] = {"linking is disabled",
							 "An administrator can set linking_enabled of the organization."},
	[RL_NOT_OWNED] = {"report not owned by user",
					  "Have the owner close it with release, or unassign it with "
					  "reportlink_assign() first."},
	[RL_ALREADY_LINKED] = {"all specified reports are already linked", "There is nothing to do."},
	[RL_NOT_LINKED] = {"report is not linked", "See reportlink_linked_reports()."},
	[RL_DIFFERENT_GROUPS] = {"reports belong to different groups",
							 "Unlink the reports of one group at a time."},
	[RL_NO_ACTOR] = {"no acting user",
					 "Give the argument actor, or set reportlink.user_id in the session."},
	[RL_NOT_MEMBER] = {"not an active member",
					   "An administrator can add the user to reportlink.member or activate him."},
	[RL_ROLE] = {"role may not do this", "Ask a user whose role allows it."},
	[RL_TRANSITION] = {"invalid status transition",
					   "See reportlink_transitions() for what is possible from its status."},
	[RL_LOCKED] =
		{"content is locked",
		 "Only a draft or an open addendum can be changed; see "
		 "reportlink_start_addendum(), reportlink_cancel_publish() and reportlink_reject()."},
	[RL_STALE] = {"stale document", "Read the text in force again, then save your change to it."},
	[RL_NOT_PENDING] = {"no publication is pending",
						"See reportlink.pending_publication; what is published is corrected by an "
						"addendum: reportlink_start_addendum()."},
	[RL_NOT_IMMEDIATE] = {"immediate publication not allowed",
						  "It is published when its delay has passed; an administrator can set "
						  "recall_allow_immediate_sign of the organization."},
	[RL_EMPTY] = {"final report is empty", "Save a final_report with reportlink_save() first."},
	[RL_MANAGED] = {"column is managed by reportlink", NULL},
	[RL_SUBSCRIBER] = {"subscriber unknown or exists already", NULL},
};

int
reportlink_refusal(Refusal refusal)
{
	const RefusalText *text = &rl_refusals[refusal];

	errcode(MAKE_SQLSTATE('R', 'L', '0', '0' + refusal / 10, '0' + refusal % 10));
	errmsg("%s", text->message);
	if (text->hint != NULL)
		errhint("%s", text->hint);
	return 0;
}
