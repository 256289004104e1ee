/*
 * query.c: one table of prepared queries: text, argument types, plan
 *
 * Every statement on a table of reportlink stands here, each with
 * organization_id = $1 (decision 3 of the architecture: tables distributed by
 * organization answer on one node). Plans live as long as the session; the
 * plan cache notices changes of the tables.
 */
#include "query.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define MAX_ARGS 12

/* how many ids a DETAIL shows before it only counts them */
#define IDS_SHOWN 10

/*
 * The planner makes one plan for all arguments: it is the keys that are looked
 * up, whatever their values, and planning would take longer than the query.
 */
typedef struct PreparedQuery
{
	const char *text;
	Oid types[MAX_ARGS + 1]; /* of its arguments, then 0 */
	bool values_matter; /* such as how many rows are wanted */
} PreparedQuery;

/* model.c reads these columns, in this order */
#define REPORT_COLUMNS                                                                             \
	"r.report_id, r.group_id, r.link_position, r.document_id, r.status, r.owner_id, "              \
	"r.drafting, r.addendum_open, r.signed_at IS NOT NULL "

/*
 * Is the version d one that a signature stands on? Not EXISTS, for which the
 * planner may read all signatures of the organization into a hash table.
 */
#define IS_SIGNED                                                                                  \
	"coalesce((SELECT true FROM reportlink.signature s "                                           \
	"WHERE s.organization_id = $1 AND s.document_id = d.document_id LIMIT 1), false) "

/* the group that report $2 is in */
#define OWN_GROUP                                                                                  \
	"(SELECT r.group_id FROM reportlink.report r "                                                 \
	"WHERE r.organization_id = $1 AND r.report_id = $2) "

/* looked up for each: how many versions there are nobody knows beforehand */
#define VERSION_DOCUMENT                                                                           \
	"CROSS JOIN LATERAL (SELECT d.* FROM reportlink.document d "                                   \
	"WHERE d.organization_id = $1 AND d.document_id = v.document_id OFFSET 0) d "

/*
 * Every version that was ever in force for report $2, and those that they go
 * back to: its own, those saved through it, those of the group that it is in,
 * and those of the groups it was in, until it left. The group is looked up, not
 * joined: for tables without statistics any order of a join looks as good.
 */
#define HISTORY                                                                                      \
	"WITH RECURSIVE version (document_id) AS ("                                                      \
	"(SELECT r.document_id FROM reportlink.report r "                                                \
	"WHERE r.organization_id = $1 AND r.report_id = $2 "                                             \
	"UNION ALL SELECT d.document_id FROM reportlink.document d "                                     \
	"WHERE d.organization_id = $1 AND d.report_id = $2 "                                             \
	"UNION ALL SELECT g.document_id FROM reportlink.report_group g "                                 \
	"WHERE g.organization_id = $1 AND g.group_id = " OWN_GROUP                                       \
	"UNION ALL SELECT d.document_id FROM reportlink.document d "                                     \
	"WHERE d.organization_id = $1 AND d.group_id = " OWN_GROUP                                       \
	"UNION ALL SELECT l.document_id FROM reportlink.past_link l "                                    \
	"WHERE l.organization_id = $1 AND l.report_id = $2 "                                             \
	"UNION ALL SELECT d.document_id FROM reportlink.past_link l JOIN reportlink.document d "         \
	"ON d.organization_id = $1 AND d.group_id = l.group_id AND d.document_id <= l.last_document_id " \
	"WHERE l.organization_id = $1 AND l.report_id = $2) "                                            \
	"UNION SELECT d.parent_id FROM version v " VERSION_DOCUMENT ") "

/*
 * What is due at $2, in one organization or (null) in all, at most $3 of it and
 * without those of $4. The time is an argument, for the index.
 */
#define DUE_PUBLICATIONS                                                                           \
	"SELECT p.organization_id, p.publication_id, p.group_id, p.report_id, p.document_id, "         \
	"p.requested_by, p.publish_at, r.mrn "                                                         \
	"FROM reportlink.publication p "                                                               \
	"LEFT JOIN reportlink.report r "                                                               \
	"ON r.organization_id = p.organization_id AND r.report_id = p.report_id "                      \
	"WHERE p.state = 'scheduled' AND coalesce(p.retry_at, p.publish_at) <= $2 "                    \
	"AND ($1 IS NULL OR p.organization_id = $1) AND p.publication_id <> ALL ($4) "                 \
	"ORDER BY coalesce(p.retry_at, p.publish_at) LIMIT $3 "

/*
 * A snapshot as of now, in which the transaction that asks is in progress.
 * PostgreSQL leaves it out, so that it looks committed once a later one has.
 */
#define NOW_WITHOUT_OWN                                                                            \
	"(SELECT format('%s:%s:%s', pg_snapshot_xmin(t.now), pg_snapshot_xmax(t.now), "                \
	"(SELECT string_agg(x.id::text, ',' ORDER BY x.id) FROM "                                      \
	"(SELECT pg_snapshot_xip(t.now) AS id "                                                        \
	"UNION SELECT t.own WHERE t.own < pg_snapshot_xmax(t.now)) x))::pg_snapshot "                  \
	"FROM (SELECT pg_current_snapshot() AS now, pg_current_xact_id_if_assigned() AS own) t) "

#define SUBSCRIBER                                                                                 \
	"SELECT s.cluster_id, s.window_start, s.window_end, s.acknowledged_event_id, s.types, "        \
	"s.report_id FROM reportlink.subscriber s "                                                    \
	"WHERE s.organization_id = $1 AND s.subscriber = $2 "

/* what is next in all organizations: looked up in each by its own keys */
#define ONE_BY_ONE "FROM reportlink.organization o CROSS JOIN LATERAL "

/*
 * Events of cluster $2 after id $3, visible in $5 and not in $4, of types $6
 * and about report $7: the next $8 by id. They are read in the order of the
 * key, so the sum keeps the planner from the index on transaction ids.
 */
#define WINDOW(of_organization)                                                                    \
	"SELECT e.organization_id, e.event_id, e.type, e.group_id, e.document_id, "                    \
	"e.default_report_id, e.report_ids, e.linked_identifiers, e.actor, e.database_role, "          \
	"e.occurred_at, e.data FROM reportlink.event e "                                               \
	"WHERE " of_organization "e.event_id > $3 AND e.cluster_id + 0 = $2 "                          \
	"AND ($4 IS NULL OR NOT pg_visible_in_snapshot(e.transaction_id, $4)) "                        \
	"AND ($5 IS NULL OR pg_visible_in_snapshot(e.transaction_id, $5)) "                            \
	"AND ($6 IS NULL OR e.type = ANY ($6)) AND ($7 IS NULL OR $7 = ANY (e.report_ids)) "           \
	"ORDER BY e.event_id LIMIT $8"

/* not of the transaction that asks, where that is the place it runs in ($4) */
#define NOT_OWN                                                                                    \
	"NOT ($4 AND e.transaction_id IS NOT DISTINCT FROM pg_current_xact_id_if_assigned()) "

/*
 * Smallest id in cluster $2 of what is not visible in snapshot $3: of
 * transactions that began later, or were in progress. The sums keep the planner
 * from going through all ids for it, OFFSET 0 from turning the look-up of each
 * transaction round into one of all events.
 */
#define FIRST_BEYOND(organization)                                                                 \
	"(SELECT least((SELECT min(e.event_id + 0) FROM reportlink.event e "                           \
	"WHERE e.organization_id = " organization " AND e.cluster_id = $2 "                            \
	"AND e.transaction_id >= coalesce(pg_snapshot_xmax($3), '0') AND " NOT_OWN "), "               \
	"(SELECT min(b.event_id) FROM pg_snapshot_xip($3) x (id) CROSS JOIN LATERAL "                  \
	"(SELECT e.event_id FROM reportlink.event e "                                                  \
	"WHERE e.organization_id = " organization " AND e.cluster_id = $2 "                            \
	"AND e.transaction_id = x.id AND " NOT_OWN "OFFSET 0) b)) AS event_id) "

#define NEXT_CLUSTER(organization)                                                                 \
	"SELECT e.cluster_id FROM reportlink.event e "                                                 \
	"WHERE e.organization_id = " organization " AND e.cluster_id > $2 "                            \
	"ORDER BY e.cluster_id LIMIT 1"

#define FIND(by_key)                                                                               \
	"SELECT r.report_id, r.mrn, r.accession_number, r.site_id, r.order_id, r.native_id, "          \
	"r.assigning_authority, r.study_name, r.created_at, r.status, r.owner_id, r.group_id, "        \
	"coalesce(r.report_id = g.default_report_id, false) "                                          \
	"FROM reportlink.report r "                                                                    \
	"LEFT JOIN reportlink.report_group g "                                                         \
	"ON g.organization_id = $1 AND g.group_id = r.group_id "                                       \
	"WHERE r.organization_id = $1 AND " by_key "AND ($4 IS NULL OR r.site_id = $4) "               \
	"ORDER BY r.report_id"

#define PLACE(of_organization)                                                                     \
	"SELECT e.cluster_id, coalesce(pg_visible_in_snapshot(e.transaction_id, $3), false), "         \
	"coalesce(pg_visible_in_snapshot(e.transaction_id, $4), true) FROM reportlink.event e "        \
	"WHERE " of_organization "e.event_id = $2"

static const PreparedQuery rl_queries[QUERY_COUNT] = {
	[QUERY_INSTALLED_VERSION] = {"SELECT max(i.version) FROM reportlink.installation i", {0}},

	[QUERY_EXTENSION_VERSION] = {"SELECT e.extversion FROM pg_extension e "
								 "WHERE e.extname = 'reportlink'",
								 {0}},

	[QUERY_ROLES_WITH_ACCESS] = {"SELECT a.role_name::text FROM reportlink.access a "
								 "WHERE a.organization_id = $1 AND a.profile = ANY ($2)",
								 {TEXTOID, TEXTARRAYOID}},

	[QUERY_MEMBER] = {"SELECT m.role, m.active, o.linking_enabled, o.notify_previous_owner, "
					  "o.recall_allow_immediate_sign "
					  "FROM reportlink.organization o "
					  "LEFT JOIN reportlink.member m ON m.organization_id = $1 AND m.user_id = $2 "
					  "WHERE o.organization_id = $1",
					  {TEXTOID, TEXTOID}},

	[QUERY_NAMED_REPORTS] = {"SELECT r.report_id, r.mrn, r.group_id FROM reportlink.report r "
							 "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
							 "ORDER BY r.report_id",
							 {TEXTOID, INT8ARRAYOID}},

	[QUERY_LOCK_PATIENT] = {"SELECT FROM reportlink.patient p "
							"WHERE p.organization_id = $1 AND p.mrn = $2 FOR NO KEY UPDATE",
							{TEXTOID, TEXTOID}},

	[QUERY_TRY_LOCK_PATIENTS] = {"SELECT p.mrn FROM reportlink.patient p "
								 "WHERE p.organization_id = $1 AND p.mrn = ANY ($2) "
								 "ORDER BY p.mrn FOR NO KEY UPDATE SKIP LOCKED",
								 {TEXTOID, TEXTARRAYOID}},

	[QUERY_TRY_LOCK_REPORTS_WITHOUT_MRN] =
		{"SELECT r.report_id FROM reportlink.report r "
		 "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) AND r.mrn IS NULL "
		 "ORDER BY r.report_id FOR NO KEY UPDATE SKIP LOCKED",
		 {TEXTOID, INT8ARRAYOID}},

	[QUERY_ADD_PATIENT] = {"INSERT INTO reportlink.patient AS p (organization_id, mrn) "
						   "VALUES ($1, $2) ON CONFLICT DO NOTHING",
						   {TEXTOID, TEXTOID}},

	/* reads membership again, under the patient's lock */
	[QUERY_LOCK_GROUPS] =
		{"SELECT g.group_id, g.default_report_id, g.document_id, g.member_count "
		 "FROM reportlink.report_group g "
		 "WHERE g.organization_id = $1 AND g.group_id = ANY (ARRAY(SELECT r.group_id "
		 "FROM reportlink.report r WHERE r.organization_id = $1 AND r.mrn = $2 "
		 "AND r.report_id = ANY ($3) AND r.group_id IS NOT NULL)) "
		 "ORDER BY g.group_id FOR NO KEY UPDATE OF g",
		 {TEXTOID, TEXTOID, INT8ARRAYOID}},

	[QUERY_LOCK_GROUPS_BY_ID] =
		{"SELECT g.group_id, g.default_report_id, g.document_id, g.member_count "
		 "FROM reportlink.report_group g "
		 "WHERE g.organization_id = $1 AND g.group_id = ANY ($2) "
		 "ORDER BY g.group_id FOR NO KEY UPDATE",
		 {TEXTOID, INT8ARRAYOID}},

	/* members are found by MRN: an index on group_id would end HOT updates (decision 5) */
	[QUERY_LOCK_REPORTS] = {"SELECT " REPORT_COLUMNS "FROM reportlink.report r "
							"WHERE r.organization_id = $1 AND r.mrn = $2 "
							"AND (r.report_id = ANY ($3) OR r.group_id = ANY ($4)) "
							"ORDER BY r.report_id FOR NO KEY UPDATE",
							{TEXTOID, TEXTOID, INT8ARRAYOID, INT8ARRAYOID}},

	/* of groups of several patients */
	[QUERY_LOCK_MEMBERS] = {"SELECT " REPORT_COLUMNS "FROM reportlink.report r "
							"WHERE r.organization_id = $1 AND r.mrn = ANY ($2) "
							"AND r.group_id = ANY ($3) "
							"ORDER BY r.report_id FOR NO KEY UPDATE",
							{TEXTOID, TEXTARRAYOID, INT8ARRAYOID}},

	[QUERY_READ_REPORTS] = {"SELECT " REPORT_COLUMNS "FROM reportlink.report r "
							"WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
							"ORDER BY r.report_id",
							{TEXTOID, INT8ARRAYOID}},

	[QUERY_LOCK_REPORT_WITHOUT_MRN] = {"SELECT " REPORT_COLUMNS "FROM reportlink.report r "
									   "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
									   "AND r.mrn IS NULL ORDER BY r.report_id FOR NO KEY UPDATE",
									   {TEXTOID, INT8ARRAYOID}},

	/* documents that are not blank, in order of preference, and whether each differs from the first */
	[QUERY_COMPARE_DOCUMENTS] =
		{"WITH candidate AS (SELECT d.*, min(u.place) AS place "
		 "FROM unnest($2) WITH ORDINALITY AS u (document_id, place) "
		 "JOIN reportlink.document d ON d.organization_id = $1 AND d.document_id = u.document_id "
		 "WHERE NOT d.blank GROUP BY d.organization_id, d.document_id), "
		 "chosen AS (SELECT c.* FROM candidate c ORDER BY c.place LIMIT 1) "
		 "SELECT c.document_id, (c.transcript, c.final_report, c.clinical_history, c.views, "
		 "c.contrast, c.laterality, c.comparison, c.study_at) IS DISTINCT FROM "
		 "(f.transcript, f.final_report, f.clinical_history, f.views, "
		 "f.contrast, f.laterality, f.comparison, f.study_at) "
		 "FROM candidate c, chosen f ORDER BY c.place",
		 {TEXTOID, INT8ARRAYOID}},

	[QUERY_DOCUMENT_IS_BLANK] = {"SELECT d.blank FROM reportlink.document d "
								 "WHERE d.organization_id = $1 AND d.document_id = $2",
								 {TEXTOID, INT8OID}},

	/*
	 * A version like $2 with the keys of $5 changed. It goes back to $2; but an
	 * autosave is passed over, so that it can be pruned, unless it was put in
	 * force elsewhere than it was saved (by linking or unlinking), it is
	 * signed, or an addendum is started on it.
	 */
	[QUERY_INSERT_DOCUMENT] =
		{"INSERT INTO reportlink.document AS new (organization_id, parent_id, report_id, group_id, "
		 "transcript, final_report, clinical_history, views, contrast, laterality, comparison, "
		 "study_at, checkpoint, reason, base_status, saved_by) "
		 "SELECT $1, CASE WHEN d.checkpoint OR $7 = 'addendum' "
		 "OR d.group_id IS DISTINCT FROM $4 OR " IS_SIGNED
		 "THEN d.document_id ELSE d.parent_id END, $3, $4, "
		 "n.transcript, n.final_report, n.clinical_history, n.views, n.contrast, n.laterality, "
		 "n.comparison, n.study_at, $6, $7, $8, $9 "
		 "FROM (SELECT) one "
		 "LEFT JOIN reportlink.document d ON d.organization_id = $1 AND d.document_id = $2 "
		 "CROSS JOIN LATERAL jsonb_populate_record(d, $5) n "
		 "RETURNING new.document_id",
		 {TEXTOID, INT8OID, INT8OID, INT8OID, JSONBOID, BOOLOID, TEXTOID, TEXTOID, TEXTOID}},

	/* what an addendum on document $2 begins with, as the organization wants it */
	[QUERY_ADDENDUM_CONTENT] =
		{"SELECT jsonb_build_object('final_report', nullif(concat_ws(E'\\n\\n', "
		 "nullif(o.addendum_header, ''), "
		 "CASE WHEN NOT o.addendum_clears_final_report THEN nullif(d.final_report, '') END), '')) "
		 "FROM reportlink.organization o "
		 "LEFT JOIN reportlink.document d ON d.organization_id = $1 AND d.document_id = $2 "
		 "WHERE o.organization_id = $1",
		 {TEXTOID, INT8OID}},

	/* the version that began the last addendum in document $2: what it stands on, and its status */
	[QUERY_ADDENDUM_START] =
		{"WITH RECURSIVE version AS (SELECT d.parent_id, d.base_status FROM reportlink.document d "
		 "WHERE d.organization_id = $1 AND d.document_id = $2 "
		 "UNION ALL SELECT d.parent_id, d.base_status FROM version v JOIN reportlink.document d "
		 "ON d.organization_id = $1 AND d.document_id = v.parent_id WHERE v.base_status IS NULL) "
		 "SELECT v.parent_id, v.base_status FROM version v WHERE v.base_status IS NOT NULL",
		 {TEXTOID, INT8OID}},

	/* document $2, or the last checkpoint or signed version before it; and whether it is blank */
	[QUERY_LAST_KEPT] =
		{"WITH RECURSIVE version AS (SELECT d.document_id, d.parent_id, d.blank, "
		 "d.checkpoint OR " IS_SIGNED "AS kept FROM reportlink.document d "
		 "WHERE d.organization_id = $1 AND d.document_id = $2 "
		 "UNION ALL SELECT d.document_id, d.parent_id, d.blank, d.checkpoint OR " IS_SIGNED
		 "FROM version v JOIN reportlink.document d "
		 "ON d.organization_id = $1 AND d.document_id = v.parent_id WHERE NOT v.kept) "
		 "SELECT v.document_id, v.blank FROM version v WHERE v.kept",
		 {TEXTOID, INT8OID}},

	/* nobody points at them any more, and so nobody ever will again */
	[QUERY_PRUNE_DOCUMENTS] =
		{"DELETE FROM reportlink.document x WHERE x.organization_id = $1 "
		 "AND x.document_id = ANY (ARRAY(SELECT d.document_id FROM reportlink.document d "
		 "WHERE d.organization_id = $1 AND d.saved_at < $2 AND NOT d.checkpoint "
		 "AND NOT " IS_SIGNED "AND NOT EXISTS (SELECT FROM reportlink.report r "
		 "WHERE r.organization_id = $1 AND r.document_id = d.document_id) "
		 "AND NOT EXISTS (SELECT FROM reportlink.report_group g "
		 "WHERE g.organization_id = $1 AND g.document_id = d.document_id) "
		 "AND NOT EXISTS (SELECT FROM reportlink.past_link l "
		 "WHERE l.organization_id = $1 AND l.document_id = d.document_id) "
		 "AND NOT EXISTS (SELECT FROM reportlink.publication p "
		 "WHERE p.organization_id = $1 AND p.document_id = d.document_id) "
		 "AND NOT EXISTS (SELECT FROM reportlink.document c "
		 "WHERE c.organization_id = $1 AND c.parent_id = d.document_id) "
		 "ORDER BY d.document_id LIMIT $3))",
		 {TEXTOID, TIMESTAMPTZOID, INT4OID},
		 .values_matter = true},

	/* which of documents $2 have a report to sign */
	[QUERY_HAVE_REPORT] = {"SELECT d.document_id FROM reportlink.document d "
						   "WHERE d.organization_id = $1 AND d.document_id = ANY ($2) "
						   "AND d.final_report ~ '[^[:space:]]' ORDER BY d.document_id",
						   {TEXTOID, INT8ARRAYOID}},

	/*
	 * Of units, each with its document, owner, report and group (0: none): who
	 * signed it last for this unit (else who owns it), and his role; and who
	 * signed it, null after a repair. Another unit may have signed the same
	 * version.
	 */
	[QUERY_SIGNERS] =
		{"SELECT coalesce(s.signed_by, u.owner_id), m.role, s.signed_by "
		 "FROM unnest($2, $3, $4, $5) WITH ORDINALITY "
		 "AS u (document_id, owner_id, report_id, group_id, place) "
		 "LEFT JOIN LATERAL (SELECT s.signed_by FROM reportlink.signature s "
		 "WHERE s.organization_id = $1 AND s.document_id = u.document_id "
		 "AND coalesce(s.group_id, 0) = u.group_id "
		 "AND (u.group_id <> 0 OR s.report_id = u.report_id) "
		 "ORDER BY s.signature_id DESC LIMIT 1) s ON true "
		 "LEFT JOIN reportlink.member m "
		 "ON m.organization_id = $1 AND m.user_id = coalesce(s.signed_by, u.owner_id) "
		 "ORDER BY u.place",
		 {TEXTOID, INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}},

	[QUERY_INSERT_SIGNATURES] =
		{"INSERT INTO reportlink.signature AS s "
		 "(organization_id, document_id, report_id, group_id, status, signed_by) "
		 "SELECT $1, u.document_id, u.report_id, nullif(u.group_id, 0), u.status, $6 "
		 "FROM unnest($2, $3, $4, $5) AS u (document_id, report_id, group_id, status)",
		 {TEXTOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTOID}},

	/* units: group (0: none), report and document signed at $6; $5 is who signed */
	[QUERY_INSERT_PUBLICATIONS] =
		{"INSERT INTO reportlink.publication AS p (organization_id, group_id, report_id, "
		 "document_id, requested_by, state, scheduled_at, publish_at, finished_at) "
		 "SELECT $1, nullif(u.group_id, 0), u.report_id, u.document_id, $5, "
		 "CASE WHEN o.recall_enabled THEN 'scheduled' ELSE 'executed' END, $6, "
		 "$6 + make_interval(secs => CASE WHEN o.recall_enabled THEN o.recall_delay_seconds ELSE 0 "
		 "END), CASE WHEN NOT o.recall_enabled THEN $6 END "
		 "FROM reportlink.organization o, "
		 "unnest($2, $3, $4) WITH ORDINALITY AS u (group_id, report_id, document_id, place) "
		 "WHERE o.organization_id = $1 ORDER BY u.place "
		 "RETURNING p.publication_id, p.state = 'scheduled', p.publish_at",
		 {TEXTOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTOID, TIMESTAMPTZOID}},

	/* two queries, since one for both could not use the two keys */
	[QUERY_PENDING_OF_GROUP] =
		{"SELECT p.publication_id, p.publish_at FROM reportlink.publication p "
		 "WHERE p.organization_id = $1 AND p.group_id = $2 AND p.state = 'scheduled' "
		 "FOR NO KEY UPDATE",
		 {TEXTOID, INT8OID}},

	[QUERY_PENDING_OF_REPORT] =
		{"SELECT p.publication_id, p.publish_at FROM reportlink.publication p "
		 "WHERE p.organization_id = $1 AND p.report_id = $2 AND p.group_id IS NULL "
		 "AND p.state = 'scheduled' FOR NO KEY UPDATE",
		 {TEXTOID, INT8OID}},

	/* what is due, for whoever locks each when its turn comes */
	[QUERY_LIST_DUE] = {DUE_PUBLICATIONS,
						{TEXTOID, TIMESTAMPTZOID, INT4OID, INT8ARRAYOID},
						.values_matter = true},

	/* what is due, locked, but for what others have locked */
	[QUERY_CLAIM_DUE] = {DUE_PUBLICATIONS "FOR NO KEY UPDATE OF p SKIP LOCKED",
						 {TEXTOID, TIMESTAMPTZOID, INT4OID, INT8ARRAYOID},
						 .values_matter = true},

	/* one that was listed, if it still is due at $3 and nobody has locked it */
	[QUERY_CLAIM_PUBLICATION] =
		{"SELECT FROM reportlink.publication p "
		 "WHERE p.organization_id = $1 AND p.publication_id = $2 AND p.state = 'scheduled' "
		 "AND coalesce(p.retry_at, p.publish_at) <= $3 FOR NO KEY UPDATE SKIP LOCKED",
		 {TEXTOID, INT8OID, TIMESTAMPTZOID}},

	[QUERY_NEXT_PUBLICATION] = {"SELECT coalesce(p.retry_at, p.publish_at) "
								"FROM reportlink.publication p WHERE p.state = 'scheduled' "
								"ORDER BY coalesce(p.retry_at, p.publish_at) LIMIT 1",
								{0}},

	/*
	 * What is published: all reports of groups $3 of patients $2 in link order,
	 * and reports $3 of patients $2 (null: of none). Identifiers are a key, so
	 * nobody can be changing them, but what else is changed is not waited for.
	 */
	[QUERY_HOLD_GROUPS] =
		{"SELECT u.place, r.report_id, g.default_report_id, g.member_count "
		 "FROM unnest($2, $3) WITH ORDINALITY AS u (mrn, group_id, place) "
		 "JOIN reportlink.report_group g ON g.organization_id = $1 AND g.group_id = u.group_id "
		 "JOIN reportlink.report r "
		 "ON r.organization_id = $1 AND r.mrn = u.mrn AND r.group_id = g.group_id "
		 "ORDER BY u.place, r.link_position FOR KEY SHARE OF r SKIP LOCKED",
		 {TEXTOID, TEXTARRAYOID, INT8ARRAYOID}},

	[QUERY_HOLD_REPORTS] =
		{"SELECT u.place, r.report_id, NULL::bigint, 1 "
		 "FROM unnest($2, $3) WITH ORDINALITY AS u (mrn, report_id, place) "
		 "JOIN reportlink.report r ON r.organization_id = $1 AND r.report_id = u.report_id "
		 "AND r.group_id IS NULL AND r.mrn IS NOT DISTINCT FROM u.mrn "
		 "ORDER BY u.place FOR KEY SHARE OF r SKIP LOCKED",
		 {TEXTOID, TEXTARRAYOID, INT8ARRAYOID}},

	[QUERY_FINISH_PUBLICATIONS] =
		{"UPDATE reportlink.publication p "
		 "SET state = $3, report_id = u.report_id, finished_at = clock_timestamp(), "
		 "retry_at = NULL "
		 "FROM unnest($2, $4) AS u (publication_id, report_id) "
		 "WHERE p.organization_id = $1 AND p.publication_id = u.publication_id",
		 {TEXTOID, INT8ARRAYOID, TEXTOID, INT8ARRAYOID}},

	/* tried again after 1, 2, 4, ... seconds, at most an hour */
	[QUERY_PUBLICATION_FAILED] =
		{"UPDATE reportlink.publication p SET attempts = p.attempts + 1, last_error = $3, "
		 "retry_at = clock_timestamp() + least(interval '1 hour', "
		 "interval '1 second' * 2 ^ least(p.attempts, 12)) "
		 "WHERE p.organization_id = $1 AND p.publication_id = $2 AND p.state = 'scheduled'",
		 {TEXTOID, INT8OID, TEXTOID}},

	[QUERY_INSERT_GROUP] =
		{"INSERT INTO reportlink.report_group AS g "
		 "(organization_id, mrn, default_report_id, document_id, member_count, created_by) "
		 "VALUES ($1, $2, $3, $4, $5, $6) RETURNING g.group_id",
		 {TEXTOID, TEXTOID, INT8OID, INT8OID, INT4OID, TEXTOID}},

	[QUERY_UPDATE_GROUP] = {"UPDATE reportlink.report_group g "
							"SET default_report_id = $3, document_id = $4, member_count = $5, "
							"closed_at = CASE WHEN $5 = 0 THEN now() END "
							"WHERE g.organization_id = $1 AND g.group_id = $2",
							{TEXTOID, INT8OID, INT8OID, INT8OID, INT4OID}},

	[QUERY_MERGE_GROUPS] = {"UPDATE reportlink.report_group g "
							"SET member_count = 0, closed_at = now(), merged_into = $3 "
							"WHERE g.organization_id = $1 AND g.group_id = ANY ($2)",
							{TEXTOID, INT8ARRAYOID, INT8OID}},

	[QUERY_GROUP_IS_PUBLISHED] = {"SELECT FROM reportlink.publication p "
								  "WHERE p.organization_id = $1 AND p.group_id = $2 "
								  "AND p.state = 'executed' LIMIT 1",
								  {TEXTOID, INT8OID}},

	[QUERY_LINK_REPORTS] =
		{"UPDATE reportlink.report r "
		 "SET group_id = $4, link_position = u.link_position, status = $5, owner_id = $6, "
		 "drafting = $7, updated_at = now() "
		 "FROM unnest($2, $3) AS u (report_id, link_position) "
		 "WHERE r.organization_id = $1 AND r.report_id = u.report_id",
		 {TEXTOID, INT8ARRAYOID, INT4ARRAYOID, INT8OID, TEXTOID, TEXTOID, BOOLOID}},

	[QUERY_UNLINK_KEEPING] = {"UPDATE reportlink.report r "
							  "SET group_id = NULL, link_position = NULL, document_id = $3, "
							  "updated_at = now() "
							  "WHERE r.organization_id = $1 AND r.report_id = ANY ($2)",
							  {TEXTOID, INT8ARRAYOID, INT8OID}},

	/* what a report's own text says of its status is read here, so that it takes one statement */
	[QUERY_UNLINK_DISCARDING] = {"UPDATE reportlink.report r "
								 "SET group_id = NULL, link_position = NULL, drafting = false, "
								 "owner_id = CASE WHEN NOT $3 THEN r.owner_id END, "
								 "status = CASE (SELECT d.blank FROM reportlink.document d "
								 "WHERE d.organization_id = $1 AND d.document_id = r.document_id) "
								 "WHEN false THEN 'draft' ELSE 'unread' END, updated_at = now() "
								 "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
								 "RETURNING r.report_id, r.status",
								 {TEXTOID, INT8ARRAYOID, BOOLOID}},

	[QUERY_INSERT_PAST_LINKS] =
		{"INSERT INTO reportlink.past_link AS l "
		 "(organization_id, report_id, group_id, document_id, last_document_id) "
		 "SELECT $1, u.report_id, u.group_id, nullif(u.document_id, 0), "
		 "(SELECT max(d.document_id) FROM reportlink.document d "
		 "WHERE d.organization_id = $1 AND d.group_id = u.group_id) "
		 "FROM unnest($2, $3, $4) AS u (report_id, group_id, document_id)",
		 {TEXTOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}},

	/* a plain UPDATE may have stored one of the rows so already */
	[QUERY_UPDATE_STATE] =
		{"UPDATE reportlink.report r "
		 "SET status = $3, owner_id = $4, drafting = $5, addendum_open = $6, "
		 "signed_at = CASE WHEN $7 THEN coalesce(r.signed_at, now()) END, updated_at = now() "
		 "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
		 "AND (r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at IS NOT NULL) "
		 "IS DISTINCT FROM ($3, $4, $5, $6, $7)",
		 {TEXTOID, INT8ARRAYOID, TEXTOID, TEXTOID, BOOLOID, BOOLOID, BOOLOID}},

	/* nothing of the rows changes: see rl_touch_groups() */
	[QUERY_TOUCH_GROUPS] = {"UPDATE reportlink.report_group g SET member_count = g.member_count "
							"WHERE g.organization_id = $1 AND g.group_id = ANY ($2)",
							{TEXTOID, INT8ARRAYOID}},

	[QUERY_UPDATE_DOCUMENT] = {"UPDATE reportlink.report r "
							   "SET document_id = $3, updated_at = now() "
							   "WHERE r.organization_id = $1 AND r.report_id = $2",
							   {TEXTOID, INT8OID, INT8OID}},

	[QUERY_IDENTIFIERS] = {"SELECT r.report_id, r.accession_number, r.mrn, r.order_id, r.site_id, "
						   "r.native_id, r.assigning_authority FROM reportlink.report r "
						   "WHERE r.organization_id = $1 AND r.report_id = ANY ($2) "
						   "ORDER BY r.report_id",
						   {TEXTOID, INT8ARRAYOID}},

	/* $7 are the report ids of all of them, $6 where those of each end */
	[QUERY_INSERT_EVENTS] =
		{"INSERT INTO reportlink.event AS e (organization_id, type, group_id, document_id, "
		 "default_report_id, report_ids, linked_identifiers, data, actor, database_role, cluster_id) "
		 "SELECT $1, n.type, nullif(n.group_id, 0), nullif(n.document_id, 0), "
		 "nullif(n.default_report_id, 0), ($7)[coalesce(($6)[n.place - 1], 0) + 1 : n.last], "
		 "n.linked_identifiers, n.data, n.actor, $11, $12 "
		 "FROM unnest($2, $3, $4, $5, $6, $8, $9, $10) WITH ORDINALITY AS n (type, group_id, "
		 "document_id, default_report_id, last, linked_identifiers, data, actor, place) "
		 "RETURNING e.event_id",
		 {TEXTOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		  INT8ARRAYOID, JSONBARRAYOID, JSONBARRAYOID, TEXTARRAYOID, TEXTOID, INT8OID}},

	/* a place is system identifier, database and table of events; it counts while it is the last noted */
	[QUERY_FIND_CLUSTER] =
		{"SELECT c.cluster_id FROM reportlink.cluster c WHERE c.system_identifier = $1 "
		 "AND c.database_oid = $2::oid AND c.event_oid = $3::oid "
		 "AND c.cluster_id = (SELECT max(m.cluster_id) FROM reportlink.cluster m)",
		 {INT8OID, INT8OID, INT8OID}},

	/*
	 * The time, but in any case the highest number. In one snapshot either the
	 * place is there, or the number before is the one that whoever is about to
	 * note it has seen as well, and then the key has one of the two wait.
	 */
	[QUERY_NOTE_CLUSTER] =
		{"INSERT INTO reportlink.cluster AS new "
		 "(cluster_id, previous_id, system_identifier, database_oid, event_oid) "
		 "SELECT greatest(extract(epoch FROM clock_timestamp()) * 1000, l.id + 1), l.id, "
		 "$1, $2::oid, $3::oid "
		 "FROM (SELECT coalesce(max(c.cluster_id), 0) AS id FROM reportlink.cluster c) l "
		 "WHERE NOT EXISTS (SELECT FROM reportlink.cluster p WHERE p.cluster_id = l.id "
		 "AND p.system_identifier = $1 AND p.database_oid = $2::oid AND p.event_oid = $3::oid) "
		 "ON CONFLICT DO NOTHING",
		 {INT8OID, INT8OID, INT8OID}},

	[QUERY_HOLD_ORGANIZATION] = {"SELECT FROM reportlink.organization o "
								 "WHERE o.organization_id = $1 FOR KEY SHARE",
								 {TEXTOID}},

	/* whoever subscribes, to any organization, and whoever purges wait for one another */
	[QUERY_HOLD_INSTALLATION] = {"SELECT FROM reportlink.installation i FOR SHARE", {0}},

	[QUERY_LOCK_INSTALLATION] = {"SELECT FROM reportlink.installation i FOR NO KEY UPDATE", {0}},

	/*
	 * Types $3 and report $4; from the start ($5) of everything, or from now, in
	 * cluster $6: the window that is done then is closed.
	 */
	[QUERY_SUBSCRIBE] =
		{"INSERT INTO reportlink.subscriber AS s (organization_id, subscriber, types, report_id, "
		 "cluster_id, window_start, window_end, acknowledged_event_id) "
		 "SELECT $1, $2, $3, $4, CASE WHEN $5 THEN 0 ELSE $6 END, n.now, n.now, "
		 "CASE WHEN $5 THEN 0 ELSE 9223372036854775807 END "
		 "FROM (SELECT CASE WHEN NOT $5 THEN " NOW_WITHOUT_OWN "END AS now) n "
		 "ON CONFLICT DO NOTHING",
		 {TEXTOID, TEXTOID, TEXTARRAYOID, INT8OID, BOOLOID, INT8OID}},

	[QUERY_UNSUBSCRIBE] = {"DELETE FROM reportlink.subscriber s "
						   "WHERE s.organization_id = $1 AND s.subscriber = $2",
						   {TEXTOID, TEXTOID}},

	[QUERY_READ_SUBSCRIBER] = {SUBSCRIBER, {TEXTOID, TEXTOID}},

	[QUERY_LOCK_SUBSCRIBER] = {SUBSCRIBER "FOR NO KEY UPDATE", {TEXTOID, TEXTOID}},

	[QUERY_STORE_POSITION] = {"UPDATE reportlink.subscriber s SET cluster_id = $3, "
							  "window_start = $4, window_end = $5, acknowledged_event_id = $6 "
							  "WHERE s.organization_id = $1 AND s.subscriber = $2",
							  {TEXTOID, TEXTOID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID, INT8OID}},

	[QUERY_WINDOW] = {WINDOW("e.organization_id = $1 AND "),
					  {TEXTOID, INT8OID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID, TEXTARRAYOID,
					   INT8OID, INT4OID},
					  .values_matter = true},

	/* ids are of one sequence, whatever the organization */
	[QUERY_WINDOW_OF_ALL] = {WINDOW(""),
							 {TEXTOID, INT8OID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID,
							  TEXTARRAYOID, INT8OID, INT4OID},
							 .values_matter = true},

	/* in one statement, so that the smallest id is that of all that the snapshot shows */
	[QUERY_BEYOND] = {"SELECT f.event_id, " NOW_WITHOUT_OWN "FROM " FIRST_BEYOND("$1") "f",
					  {TEXTOID, INT8OID, PG_SNAPSHOTOID, BOOLOID}},

	[QUERY_BEYOND_OF_ALL] = {"SELECT min(f.event_id), " NOW_WITHOUT_OWN ONE_BY_ONE FIRST_BEYOND(
								 "o.organization_id") "f",
							 {TEXTOID, INT8OID, PG_SNAPSHOTOID, BOOLOID}},

	[QUERY_NEXT_CLUSTER] = {"SELECT min(e.cluster_id) FROM (" NEXT_CLUSTER("$1") ") e",
							{TEXTOID, INT8OID}},

	[QUERY_NEXT_CLUSTER_OF_ALL] = {"SELECT min(e.cluster_id) " ONE_BY_ONE
								   "(" NEXT_CLUSTER("o.organization_id") ") e",
								   {TEXTOID, INT8OID}},

	/* of event $2: its cluster, is it visible in $3 (null: no), in $4 (null: yes) */
	[QUERY_PLACE] = {PLACE("e.organization_id = $1 AND "),
					 {TEXTOID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID}},

	[QUERY_PLACE_OF_ALL] = {PLACE(""), {TEXTOID, INT8OID, PG_SNAPSHOTOID, PG_SNAPSHOTOID}},

	[QUERY_SNAPSHOT] = {"SELECT pg_current_snapshot()::text", {0}},

	/* events of cluster $1 that are not visible in snapshot $2, and the snapshot that they are visible in */
	[QUERY_SINCE] =
		{"SELECT e.organization_id, e.event_id, e.type, e.group_id, e.report_ids, "
		 "(SELECT pg_current_snapshot()::text) " ONE_BY_ONE
		 "(SELECT n.* FROM reportlink.event n WHERE n.organization_id = o.organization_id "
		 "AND n.cluster_id = $1 AND n.transaction_id >= pg_snapshot_xmax($2) "
		 "UNION ALL SELECT n.* FROM pg_snapshot_xip($2) x (id) CROSS JOIN LATERAL "
		 "(SELECT t.* FROM reportlink.event t WHERE t.organization_id = o.organization_id "
		 "AND t.cluster_id = $1 AND t.transaction_id = x.id OFFSET 0) n) e ORDER BY e.event_id",
		 {INT8OID, PG_SNAPSHOTOID}},

	/* from before $2, at most $3; what a subscriber may still be given stays; $4: so does what is signed */
	[QUERY_PURGE_EVENTS] =
		{"DELETE FROM reportlink.event x WHERE x.organization_id = $1 "
		 "AND x.event_id = ANY (ARRAY(SELECT e.event_id FROM reportlink.event e "
		 "WHERE e.organization_id = $1 AND e.occurred_at < $2 "
		 "AND NOT EXISTS (SELECT FROM reportlink.subscriber s "
		 "WHERE s.organization_id IN ($1, '') AND NOT (e.cluster_id < s.cluster_id "
		 "OR e.cluster_id = s.cluster_id "
		 "AND (coalesce(pg_visible_in_snapshot(e.transaction_id, s.window_start), false) "
		 "OR e.event_id <= s.acknowledged_event_id "
		 "AND coalesce(pg_visible_in_snapshot(e.transaction_id, s.window_end), true)))) "
		 "AND NOT ($4 AND EXISTS (SELECT FROM reportlink.report r WHERE r.organization_id = $1 "
		 "AND r.report_id = ANY (e.report_ids) AND r.signed_at IS NOT NULL)) "
		 "ORDER BY e.event_id LIMIT $3))",
		 {TEXTOID, TIMESTAMPTZOID, INT4OID, BOOLOID},
		 .values_matter = true},

	/* the next ones return the result columns of the functions of the same name */
	[QUERY_LINKED_REPORTS] =
		{"SELECT l.report_id, l.accession_number, l.study_name, l.created_at, l.mrn, l.order_id, "
		 "l.site_id, l.native_id, l.assigning_authority, l.report_id = g.default_report_id "
		 "FROM reportlink.report r "
		 "JOIN reportlink.report_group g "
		 "ON g.organization_id = $1 AND g.group_id = r.group_id "
		 "JOIN reportlink.report l "
		 "ON l.organization_id = $1 AND l.mrn = r.mrn AND l.group_id = r.group_id "
		 "WHERE r.organization_id = $1 AND r.report_id = $2 ORDER BY l.link_position",
		 {TEXTOID, INT8OID}},

	[QUERY_LINKABLE_REPORTS] =
		{"SELECT o.report_id, o.accession_number, o.study_name, o.created_at, o.status, o.owner_id, "
		 "o.group_id, o.linked, o.reason IS NULL, o.reason, "
		 "count(*) FILTER (WHERE o.reason IS NULL) OVER () "
		 "FROM (SELECT l.*, coalesce(l.group_id = r.group_id, false) AS linked, "
		 "CASE WHEN l.group_id = r.group_id THEN 'already linked' "
		 "WHEN r.status = 'cancelled' THEN 'this report is cancelled' "
		 "WHEN r.status NOT IN ('unread', 'draft') THEN 'this report is finalized' "
		 "WHEN l.status = 'cancelled' THEN 'report is cancelled' "
		 "WHEN l.status NOT IN ('unread', 'draft') THEN 'report is finalized' "
		 "WHEN l.owner_id <> r.owner_id THEN 'owned by another user' END AS reason "
		 "FROM reportlink.report r "
		 "JOIN reportlink.report l "
		 "ON l.organization_id = $1 AND l.mrn = r.mrn AND l.report_id <> r.report_id "
		 "WHERE r.organization_id = $1 AND r.report_id = $2) o "
		 "ORDER BY o.created_at, o.report_id",
		 {TEXTOID, INT8OID}},

	/* two queries, since one for both would be planned anew for each call */
	[QUERY_FIND_BY_MRN] = {FIND("r.mrn = $2 AND ($3 IS NULL OR r.accession_number = $3) "),
						   {TEXTOID, TEXTOID, TEXTOID, TEXTOID}},

	[QUERY_FIND_BY_ACCESSION] = {FIND("($2 IS NULL OR r.mrn = $2) AND r.accession_number = $3 "),
								 {TEXTOID, TEXTOID, TEXTOID, TEXTOID}},

	/* of several signatures on a version the last one that was for this report */
	[QUERY_HISTORY] =
		{HISTORY
		 "SELECT d.report_id, d.document_id, d.parent_id, d.saved_at, d.saved_by, d.reason, "
		 "d.checkpoint, s.signature_id IS NOT NULL, s.status, s.signed_by, s.signed_at, "
		 "coalesce(d.document_id = "
		 "CASE WHEN r.group_id IS NULL THEN r.document_id ELSE g.document_id END, false), "
		 "coalesce(octet_length(d.transcript), 0), coalesce(octet_length(d.final_report), 0) "
		 "FROM version v " VERSION_DOCUMENT
		 "JOIN reportlink.report r ON r.organization_id = $1 AND r.report_id = $2 "
		 "LEFT JOIN reportlink.report_group g "
		 "ON g.organization_id = $1 AND g.group_id = r.group_id "
		 "LEFT JOIN LATERAL (SELECT s.* FROM reportlink.signature s "
		 "WHERE s.organization_id = $1 AND s.document_id = d.document_id "
		 "ORDER BY CASE WHEN s.group_id IS NULL THEN s.report_id = $2 "
		 "ELSE coalesce(s.group_id = r.group_id, false) OR EXISTS (SELECT FROM reportlink.past_link l "
		 "WHERE l.organization_id = $1 AND l.report_id = $2 AND l.group_id = s.group_id "
		 "AND s.signed_at < l.left_at) END DESC, "
		 "s.signature_id DESC LIMIT 1) s ON true "
		 "ORDER BY d.document_id",
		 {TEXTOID, INT8OID}},

	[QUERY_IS_SIGNED] = {HISTORY "SELECT FROM version d WHERE " IS_SIGNED "LIMIT 1",
						 {TEXTOID, INT8OID}},
};

/* prepared at first use in a session */
static SPIPlanPtr rl_plans[QUERY_COUNT];

static int
rl_count_args(const PreparedQuery *query)
{
	int count = 0;

	while (OidIsValid(query->types[count]))
		count++;
	return count;
}

/* Plan of a query, prepared again when it is not valid any more */
static SPIPlanPtr
rl_plan(QueryId id)
{
	const PreparedQuery *query = &rl_queries[id];
	SPIPlanPtr plan = rl_plans[id];

	if (plan != NULL && SPI_plan_is_valid(plan))
		return plan;

	rl_plans[id] = NULL;
	if (plan != NULL)
		SPI_freeplan(plan);

	plan = SPI_prepare_cursor(query->text, rl_count_args(query), (Oid *) query->types,
							  query->values_matter ? 0 : CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor returned %s for %s", SPI_result_code_string(SPI_result),
			 query->text);
	SPI_keepplan(plan);
	rl_plans[id] = plan;
	return plan;
}

static int
rl_execute(QueryId id, const NullableDatum *args, bool with_active_snapshot)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum values[MAX_ARGS];
	char nulls[MAX_ARGS];
	int result;

	for (int i = 0; i < rl_count_args(&rl_queries[id]); i++)
	{
		values[i] = args[i].value;
		nulls[i] = args[i].isnull ? 'n' : ' ';
	}

	result = SPI_execute_plan(rl_plan(id), values, nulls, with_active_snapshot, 0);
	MemoryContextSwitchTo(caller); /* SPI leaves us in its own, which ends before our results */
	if (result < 0)
		elog(ERROR, "SPI_execute_plan returned %s for %s", SPI_result_code_string(result),
			 rl_queries[id].text);
	return (int) SPI_processed;
}

/*
 * Runs a query with a snapshot of its own (at READ COMMITTED: what was
 * committed until now, and so after any lock that was waited for). Returns the
 * number of rows returned or changed; the rows are read with
 * reportlink_get_*() until the next query.
 */
int
reportlink_execute(QueryId id, const NullableDatum *args)
{
	return rl_execute(id, args, false);
}

/* The same for a query that only reads, with what is committed now at any isolation level */
int
reportlink_execute_latest(QueryId id, const NullableDatum *args)
{
	int count;

	PushActiveSnapshot(GetLatestSnapshot());
	count = rl_execute(id, args, true);
	PopActiveSnapshot();
	return count;
}

static Datum
rl_column(int row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* null is 0 */
int64
reportlink_get_id(int row, int column)
{
	bool isnull;
	Datum value = rl_column(row, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* null is 0 */
int32
reportlink_get_int(int row, int column)
{
	bool isnull;
	Datum value = rl_column(row, column, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

/* null is false */
bool
reportlink_get_bool(int row, int column)
{
	bool isnull;
	Datum value = rl_column(row, column, &isnull);

	return !isnull && DatumGetBool(value);
}

/* null is before all times */
TimestampTz
reportlink_get_time(int row, int column)
{
	bool isnull;
	Datum value = rl_column(row, column, &isnull);

	return isnull ? DT_NOBEGIN : DatumGetTimestampTz(value);
}

/* null is NULL; the string outlives the query */
char *
reportlink_get_text(int row, int column)
{
	bool isnull;
	Datum value = rl_column(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* As it is, for the next query */
NullableDatum
reportlink_get_datum(int row, int column)
{
	NullableDatum datum;

	datum.value = rl_column(row, column, &datum.isnull);
	return datum;
}

/* An array of ids, that has no null and is none */
Ids
reportlink_get_ids(int row, int column)
{
	bool isnull;

	return reportlink_ids_from_array(DatumGetArrayTypeP(rl_column(row, column, &isnull)));
}

/* Empty list with room for so many ids */
Ids
reportlink_ids(int capacity)
{
	Ids ids = {0, palloc(sizeof(int64) * Max(capacity, 1))};

	return ids;
}

/* Adds an id; the list was made large enough */
void
reportlink_ids_add(Ids *ids, int64 id)
{
	ids->values[ids->count++] = id;
}

/* Adds an id; the list grows, in the context that it was made in */
void
reportlink_ids_append(Ids *ids, int64 id)
{
	ids->values = repalloc_huge(ids->values, sizeof(int64) * ((Size) ids->count + 1));
	reportlink_ids_add(ids, id);
}

/* Column of ids of all rows of the last query */
Ids
reportlink_column_ids(int rows, int column)
{
	Ids ids = reportlink_ids(rows);

	for (int i = 0; i < rows; i++)
		reportlink_ids_add(&ids, reportlink_get_id(i, column));
	return ids;
}

static int
rl_compare_ids(const void *a, const void *b)
{
	int64 left = *(const int64 *) a;
	int64 right = *(const int64 *) b;

	return (left > right) - (left < right);
}

/* Place of an id in a list that is sorted; -1: it is not there */
int
reportlink_ids_find(const Ids *sorted, int64 id)
{
	const int64 *found = bsearch(&id, sorted->values, sorted->count, sizeof(int64), rl_compare_ids);

	return found != NULL ? (int) (found - sorted->values) : -1;
}

/* Ids of an array without null elements, in its order */
Ids
reportlink_ids_from_array(ArrayType *array)
{
	Datum *elements;
	int count;
	Ids ids;

	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements,
					  NULL, &count);
	ids = reportlink_ids(count);
	for (int i = 0; i < count; i++)
		reportlink_ids_add(&ids, DatumGetInt64(elements[i]));
	return ids;
}

Datum
reportlink_ids_to_array(const Ids *ids)
{
	Datum *elements = palloc(sizeof(Datum) * Max(ids->count, 1));

	for (int i = 0; i < ids->count; i++)
		elements[i] = Int64GetDatum(ids->values[i]);
	return PointerGetDatum(construct_array(elements, ids->count, INT8OID, sizeof(int64),
										   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* "Reports 1, 2, 3" for a DETAIL; a long list is cut and counted */
char *
reportlink_name_reports(const Ids *ids)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, ids->count == 1 ? "Report " : "Reports ");
	for (int i = 0; i < Min(ids->count, IDS_SHOWN); i++)
		appendStringInfo(&text, "%s" INT64_FORMAT, i > 0 ? ", " : "", ids->values[i]);
	if (ids->count > IDS_SHOWN)
		appendStringInfo(&text, " and %d more", ids->count - IDS_SHOWN);
	return text.data;
}

NullableDatum
reportlink_arg_id(int64 id)
{
	return (NullableDatum){Int64GetDatum(id), id == 0};
}

NullableDatum
reportlink_arg_int(int32 value)
{
	return (NullableDatum){Int32GetDatum(value), false};
}

NullableDatum
reportlink_arg_bool(bool value)
{
	return (NullableDatum){BoolGetDatum(value), false};
}

NullableDatum
reportlink_arg_text(const char *value)
{
	if (value == NULL)
		return (NullableDatum){(Datum) 0, true};
	return (NullableDatum){CStringGetTextDatum(value), false};
}

NullableDatum
reportlink_arg_time(TimestampTz time)
{
	return (NullableDatum){TimestampTzGetDatum(time), false};
}

/* A snapshot as pg_current_snapshot()::text gives it */
NullableDatum
reportlink_arg_snapshot(const char *text)
{
	return (NullableDatum){DirectFunctionCall1(pg_snapshot_in, CStringGetDatum(text)), false};
}

NullableDatum
reportlink_arg_ids(const Ids *ids)
{
	return (NullableDatum){reportlink_ids_to_array(ids), false};
}

/* NULL is null */
NullableDatum
reportlink_arg_texts(char *const *values, int count)
{
	Datum *elements = palloc(sizeof(Datum) * Max(count, 1));
	bool *nulls = palloc(sizeof(bool) * Max(count, 1));
	int lower = 1;

	for (int i = 0; i < count; i++)
	{
		nulls[i] = values[i] == NULL;
		elements[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(values[i]);
	}
	return (NullableDatum){PointerGetDatum(construct_md_array(elements, nulls, 1, &count, &lower,
															  TEXTOID, -1, false, TYPALIGN_INT)),
						   false};
}

NullableDatum
reportlink_arg_datum(Datum value)
{
	return (NullableDatum){value, false};
}
