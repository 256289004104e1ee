/*
 * unit.h: a report that is not linked, or a group: what has one text and one state
 */
#ifndef REPORTLINK_UNIT_H
#define REPORTLINK_UNIT_H

#include "event.h"
#include "model.h"

/*
 * What an action does is planned in `after`, checked on the way, and then
 * stored and recorded as the difference from `before`.
 */
typedef struct Unit
{
	Report *report; /* the one named; of a plain UPDATE, the first */
	ReportGroup *group; /* NULL: not linked */
	Ids ids; /* all its reports, in link order */
	int64 document_id; /* in force, 0: blank */
	State before;
	State after;
} Unit;

extern Unit reportlink_unit(Report *report, Report *const *members, int count);
extern Unit
reportlink_select_unit(Call *call, FunctionCallInfo fcinfo, int report_arg, Selection *selection);

extern void reportlink_store_units(Call *call, const Unit *units, int count);
extern void reportlink_store_document(Call *call, Unit *unit, int64 document_id);

extern void reportlink_unit_data(EventData *data, const Unit *unit);
extern void reportlink_record_owner(Call *call, const Unit *unit);
extern void reportlink_record_unit(Call *call, const Unit *unit, EventType type, EventData *data);

extern void reportlink_require_own(const Call *call, const Unit *unit);
extern void reportlink_require_own_or_nobodys(const Call *call, const Unit *unit);
extern void reportlink_require_not_cancelled(const Unit *unit);
extern const Transition *reportlink_require_transition(const Unit *unit, Action action);
pg_noreturn extern void reportlink_refuse_locked(const Unit *unit);
extern const char *reportlink_name_document(int64 document_id);

#endif
