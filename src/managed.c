/*
 * managed.c: columns of report that are not for plain SQL, and what to do instead
 */
#include "managed.h"

#include "error.h"

const ManagedColumn reportlink_managed_columns[] = {
	/* an UPDATE of the first two is checked and carried to linked reports: sync.c */
	{"status", true, false, "unread", "Register it unread, then call reportlink_open() and so on."},
	{"owner_id", true, false, NULL, "Register it, then call reportlink_assign()."},
	{"drafting", true, true, "f", "Call reportlink_open() or reportlink_close()."},
	{"addendum_open", true, true, "f", "Call reportlink_start_addendum()."},
	{"signed_at", true, true, NULL, "It follows from reportlink_sign()."},
	{"group_id", true, true, NULL, "Call reportlink_link() or reportlink_unlink()."},
	{"link_position", true, true, NULL, "Call reportlink_link() or reportlink_unlink()."},
	{"document_id", true, true, NULL, "Call reportlink_save()."},
	{"organization_id", false, true, NULL, "Register the report again in the other organization."},
	{"report_id", false, true, NULL, "A report keeps its id."},
};

const int reportlink_managed_count = lengthof(reportlink_managed_columns);

/* RL021 */
void
reportlink_refuse_column(const char *column, const char *hint, int64 report_id)
{
	ereport(ERROR, (reportlink_refusal(RL_MANAGED),
					errdetail("Column \"%s\" of report " INT64_FORMAT ".", column, report_id),
					errhint("%s", hint)));
}
