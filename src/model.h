/*
 * model.h: rows as structs
 */
#ifndef REPORTLINK_MODEL_H
#define REPORTLINK_MODEL_H

#include "call.h"

/* What linked reports have in common, always */
typedef struct State
{
	Status status;
	char *owner_id; /* NULL: nobody */
	bool drafting;
	bool addendum_open;
	bool finally_signed; /* once, and not recalled */
} State;

typedef struct ReportGroup
{
	int64 group_id; /* 0: not stored yet */
	int64 default_report_id;
	int64 document_id; /* 0: blank */
	int32 member_count;
} ReportGroup;

typedef struct Report
{
	int64 report_id;
	ReportGroup *group; /* NULL: not linked */
	int32 link_position;
	int64 document_id; /* its own text, 0: blank */
	State state;
	bool named; /* by the caller, not only a member of a group */
} Report;

/* A named report as it stood before anything was locked */
typedef struct Glance
{
	char *mrn;
	int64 group_id;
} Glance;

/*
 * The reports of one patient that a call is about: those that the caller
 * named, the groups they are in, and all other members of these groups.
 */
typedef struct Selection
{
	Ids named_ids; /* as named, once each */
	Glance *glances; /* in the order of named_ids */
	char *mrn; /* NULL: the report has none */
	int nreports;
	Report *reports; /* by report_id */
	Report **named; /* in the order of named_ids */
	int ngroups;
	ReportGroup *groups; /* by group_id */
} Selection;

extern void reportlink_find_named(Call *call, Ids ids, int at_least, Selection *selection);
extern void reportlink_lock(Call *call, Selection *selection);
extern void reportlink_lock_groups(Call *call, Selection *selection);
extern void reportlink_read_groups(Selection *selection, int count);
extern void reportlink_read_report(const Selection *selection, int row, Report *report);
extern void reportlink_select_one(Call *call, int64 report_id, Selection *selection);

extern Report *reportlink_selected_report(const Selection *selection, int64 report_id);
extern Report **
reportlink_members(const Selection *selection, const ReportGroup *group, int *count);
extern Ids reportlink_report_ids(Report *const *reports, int count);
extern int64 reportlink_document_in_force(const Report *report);
extern ReportGroup *reportlink_selected_group(const Selection *selection, int64 group_id);
extern int reportlink_compare_reports(const void *a, const void *b);
extern int reportlink_compare_positions(const void *a, const void *b);
extern bool reportlink_same_text(const char *one, const char *other);
extern bool reportlink_same_state(const State *one, const State *other);

extern void reportlink_store_group(Call *call, const ReportGroup *group);
extern Datum reportlink_state_row(FunctionCallInfo fcinfo, const Report *report);

extern void reportlink_require_linked(const Selection *selection);
extern void reportlink_require_linkable(const Selection *selection);
extern void reportlink_require_ownership(const Call *call, const Selection *selection);

#endif
