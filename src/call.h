/*
 * call.h: what every call of a function has in common
 */
#ifndef REPORTLINK_CALL_H
#define REPORTLINK_CALL_H

#include "query.h"
#include "status.h"

#include "nodes/pg_list.h"

/* A member of an organization, with the settings that a call asks for */
typedef struct Member
{
	Role role;
	bool active;
	bool linking_enabled;
	bool notify_previous_owner;
	bool recall_allow_immediate_sign;
} Member;

/* One call: one organization, on behalf of one user */
typedef struct Call
{
	char *organization_id; /* NULL: every one */
	const char *function; /* that is called, NULL: a trigger */
	const char *hidden; /* the organization that was asked for, of which the caller may not know */
	char *actor; /* NULL: nobody known, in a trigger or a reading function */
	char *database_role; /* who called, before the owner of the tables took over */
	Member member; /* the actor */
	bool repair; /* by the owner of the tables, for nobody: roles and ownership are not asked */
	List *colleagues; /* other members that were looked up: see ownership.c */
	int deadlock_timeout; /* of the session, in milliseconds */
	List *events; /* recorded and not yet stored: see event.c */
	int event_reports; /* how many reports these are about */
	void (*finish)(struct Call *call); /* what the end of the work does, NULL: nothing */

	/* what the end of the work restores */
	Oid saved_user;
	int saved_context;
	int saved_depth;
	bool saved_looking_up;
	int guc_level;
} Call;

/* What the statements of a function are like */
typedef enum WorkKind
{
	WORK_LOOKUPS, /* of rows by their keys */
	WORK_PLAIN /* of whole tables, or a part of somebody's plain statement */
} WorkKind;

/* Something to do as the owner of the tables */
typedef void (*Work)(Call *call, void *state);

/* An argument of an SQL function, by place */
typedef struct Argument
{
	const char *name;
	bool required; /* has no default, so must not be null */
	bool no_null_elements; /* an array */
} Argument;

/* What an SQL function does, once the call is checked */
typedef Datum (*CallBody)(Call *call, FunctionCallInfo fcinfo);

/* An SQL function that writes; its first argument is organization_id, its last actor */
typedef struct Procedure
{
	const char *name;
	Operation operation; /* that the actor's role must allow */
	CallBody body;
	int nargs;
	Argument args[6];
} Procedure;

extern Datum reportlink_call(FunctionCallInfo fcinfo, const Procedure *procedure);
extern void reportlink_require_args(FunctionCallInfo fcinfo, const char *function,
									const Argument *args, int nargs);

extern void reportlink_work(Call *call, WorkKind kind, Work work, void *state);
extern bool reportlink_at_work(void);
extern bool reportlink_is_looking_up(void);
extern Oid reportlink_tables_owner(void);
extern const char *reportlink_named_organization(const Call *call);

extern bool
reportlink_load_member(const char *organization_id, const char *user_id, Member *member);
extern void reportlink_identify_actor(Call *call, char *actor);
extern void reportlink_require(const Call *call, Operation operation);

extern char *reportlink_arg_cstring(FunctionCallInfo fcinfo, int arg);
extern Datum reportlink_row(FunctionCallInfo fcinfo, const NullableDatum *columns, int count);
extern void reportlink_return_rows(FunctionCallInfo fcinfo, int count);
extern bool reportlink_arg_or(FunctionCallInfo fcinfo, int arg, bool otherwise);
extern int32
reportlink_arg_batch(FunctionCallInfo fcinfo, int arg, const char *function, int32 otherwise);

#endif
