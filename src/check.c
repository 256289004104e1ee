/*
 * check.c: the invariants, looked for
 *
 * Each is a query for what breaks it: organization_id, group_id, report_id,
 * detail. $1 is the organization, null for all of them.
 */
#include "reportlink.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "call.h"

typedef struct Invariant
{
	const char *name;
	const char *query;
} Invariant;

static const Invariant rl_invariants[] = {
	{"an open group has as many reports as it counts, two or more",
	 "SELECT g.organization_id, g.group_id, NULL::bigint, "
	 "format('%s reports, member_count %s', count(r.report_id), g.member_count) "
	 "FROM reportlink.report_group g "
	 "LEFT JOIN reportlink.report r "
	 "ON r.organization_id = g.organization_id AND r.group_id = g.group_id "
	 "WHERE g.closed_at IS NULL AND ($1 IS NULL OR g.organization_id = $1) "
	 "GROUP BY g.organization_id, g.group_id "
	 "HAVING count(r.report_id) <> g.member_count OR count(r.report_id) < 2"},

	{"a closed group has no reports",
	 "SELECT g.organization_id, g.group_id, r.report_id, 'is in a closed group' "
	 "FROM reportlink.report_group g "
	 "JOIN reportlink.report r "
	 "ON r.organization_id = g.organization_id AND r.group_id = g.group_id "
	 "WHERE g.closed_at IS NOT NULL AND ($1 IS NULL OR g.organization_id = $1)"},

	{"a linked report is in a group of its patient",
	 "SELECT r.organization_id, r.group_id, r.report_id, "
	 "CASE WHEN g.group_id IS NULL THEN 'no such group' ELSE 'MRNs differ' END "
	 "FROM reportlink.report r "
	 "LEFT JOIN reportlink.report_group g "
	 "ON g.organization_id = r.organization_id AND g.group_id = r.group_id "
	 "WHERE r.group_id IS NOT NULL AND g.mrn IS DISTINCT FROM r.mrn "
	 "AND ($1 IS NULL OR r.organization_id = $1)"},

	{"the default report of a group is one of its reports",
	 "SELECT g.organization_id, g.group_id, g.default_report_id, 'is not in the group' "
	 "FROM reportlink.report_group g "
	 "WHERE g.closed_at IS NULL AND ($1 IS NULL OR g.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.report r "
	 "WHERE r.organization_id = g.organization_id AND r.report_id = g.default_report_id "
	 "AND r.group_id = g.group_id)"},

	{"linked reports agree on status, owner, drafting and signature",
	 "SELECT r.organization_id, r.group_id, NULL::bigint, format('%s different states', "
	 "count(DISTINCT (r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at))) "
	 "FROM reportlink.report r "
	 "WHERE r.group_id IS NOT NULL AND ($1 IS NULL OR r.organization_id = $1) "
	 "GROUP BY r.organization_id, r.group_id "
	 "HAVING count(DISTINCT "
	 "(r.status, r.owner_id, r.drafting, r.addendum_open, r.signed_at)) > 1"},

	{"only a signed report has a final signature or an open addendum",
	 "SELECT r.organization_id, r.group_id, r.report_id, "
	 "format('status %s, signed_at %s, addendum_open %s', r.status, r.signed_at, r.addendum_open) "
	 "FROM reportlink.report r "
	 "WHERE (r.addendum_open AND r.status IN ('unread', 'draft', 'cancelled') OR "
	 "r.signed_at IS NOT NULL AND r.status IN ('unread', 'draft', 'prelim_signed', 'cancelled')) "
	 "AND ($1 IS NULL OR r.organization_id = $1)"},

	{"link positions in a group differ",
	 "SELECT r.organization_id, r.group_id, max(r.report_id), "
	 "format('position %s is taken %s times', r.link_position, count(*)) "
	 "FROM reportlink.report r "
	 "WHERE r.group_id IS NOT NULL AND ($1 IS NULL OR r.organization_id = $1) "
	 "GROUP BY r.organization_id, r.group_id, r.link_position HAVING count(*) > 1"},

	{"a report points at a document that is there",
	 "SELECT r.organization_id, r.group_id, r.report_id, "
	 "format('document %s is missing', r.document_id) "
	 "FROM reportlink.report r "
	 "WHERE r.document_id IS NOT NULL AND ($1 IS NULL OR r.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.document d "
	 "WHERE d.organization_id = r.organization_id AND d.document_id = r.document_id)"},

	{"a group points at a document that is there",
	 "SELECT g.organization_id, g.group_id, NULL::bigint, "
	 "format('document %s is missing', g.document_id) "
	 "FROM reportlink.report_group g "
	 "WHERE g.document_id IS NOT NULL AND ($1 IS NULL OR g.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.document d "
	 "WHERE d.organization_id = g.organization_id AND d.document_id = g.document_id)"},

	{"a merged group went into a group that is there",
	 "SELECT g.organization_id, g.group_id, NULL::bigint, "
	 "format('group %s is missing', g.merged_into) "
	 "FROM reportlink.report_group g "
	 "WHERE g.merged_into IS NOT NULL AND ($1 IS NULL OR g.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.report_group m "
	 "WHERE m.organization_id = g.organization_id AND m.group_id = g.merged_into "
	 "AND m.mrn = g.mrn)"},

	{"who drafts owns a draft or an open addendum",
	 "SELECT r.organization_id, r.group_id, r.report_id, "
	 "format('status %s, owner %s', r.status, coalesce(r.owner_id, 'nobody')) "
	 "FROM reportlink.report r "
	 "WHERE r.drafting AND ($1 IS NULL OR r.organization_id = $1) "
	 "AND (r.owner_id IS NULL OR NOT (r.status = 'draft' OR r.addendum_open))"},

	{"a signature is of a document that is there",
	 "SELECT s.organization_id, s.group_id, s.report_id, "
	 "format('signature %s: document %s is missing', s.signature_id, s.document_id) "
	 "FROM reportlink.signature s "
	 "WHERE ($1 IS NULL OR s.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.document d "
	 "WHERE d.organization_id = s.organization_id AND d.document_id = s.document_id)"},

	{"a pending publication is of the final signature in force",
	 "SELECT p.organization_id, p.group_id, p.report_id, "
	 "format('publication %s of document %s: status %s', p.publication_id, p.document_id, "
	 "coalesce(r.status, 'missing')) "
	 "FROM reportlink.publication p "
	 "LEFT JOIN reportlink.report r "
	 "ON r.organization_id = p.organization_id AND r.report_id = p.report_id "
	 "LEFT JOIN reportlink.report_group g "
	 "ON g.organization_id = r.organization_id AND g.group_id = r.group_id "
	 "WHERE p.state = 'scheduled' AND ($1 IS NULL OR p.organization_id = $1) "
	 "AND (r.status, r.addendum_open, r.group_id, "
	 "CASE WHEN r.group_id IS NULL THEN r.document_id ELSE g.document_id END) "
	 "IS DISTINCT FROM (CASE WHEN r.status = 'addendum_signed' THEN r.status ELSE 'signed' END, "
	 "false, p.group_id, p.document_id)"},

	{"an event is of a cluster that is there",
	 "SELECT e.organization_id, e.group_id, NULL::bigint, "
	 "format('event %s: cluster %s is missing', e.event_id, e.cluster_id) "
	 "FROM reportlink.event e "
	 "WHERE e.cluster_id <> 0 AND ($1 IS NULL OR e.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.cluster c WHERE c.cluster_id = e.cluster_id)"},

	{"a subscriber is of an organization that is there",
	 "SELECT s.organization_id, NULL::bigint, NULL::bigint, "
	 "format('subscriber \"%s\"', s.subscriber) "
	 "FROM reportlink.subscriber s "
	 "WHERE s.organization_id <> '' AND ($1 IS NULL OR s.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.organization o "
	 "WHERE o.organization_id = s.organization_id)"},

	{"a version goes back to a document that is there",
	 "SELECT d.organization_id, d.group_id, d.report_id, "
	 "format('document %s: document %s is missing', d.document_id, d.parent_id) "
	 "FROM reportlink.document d "
	 "WHERE d.parent_id IS NOT NULL AND ($1 IS NULL OR d.organization_id = $1) "
	 "AND NOT EXISTS (SELECT FROM reportlink.document p "
	 "WHERE p.organization_id = d.organization_id AND p.document_id = d.parent_id)"},
};

/* Adds a row for everything that breaks an invariant */
static void
rl_add_broken(ReturnSetInfo *rsinfo, const Invariant *invariant, NullableDatum organization_id)
{
	Oid types[] = {TEXTOID};
	int result = SPI_execute_with_args(invariant->query, 1, types, &organization_id.value,
									   organization_id.isnull ? "n" : " ", true, 0);

	if (result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(result));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Datum values[5];
		bool nulls[5] = {false};

		values[0] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &nulls[0]);
		values[1] = CStringGetTextDatum(invariant->name);
		for (int column = 2; column <= 4; column++)
			values[column] =
				SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column, &nulls[column]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

static void
rl_check(Call *call, void *state)
{
	FunctionCallInfo fcinfo = state;

	for (size_t i = 0; i < lengthof(rl_invariants); i++)
		rl_add_broken((ReturnSetInfo *) fcinfo->resultinfo, &rl_invariants[i],
					  reportlink_arg_text(call->organization_id));
}

/*
 * reportlink_check(organization_id): a row for each broken invariant. With a
 * snapshot of the caller's statement, so that all queries see the same.
 */
PG_FUNCTION_INFO_V1(reportlink_check);
Datum
reportlink_check(PG_FUNCTION_ARGS)
{
	Call call = {.organization_id = reportlink_arg_cstring(fcinfo, 0),
				 .function = "reportlink_check"};

	InitMaterializedSRF(fcinfo, 0);
	reportlink_work(&call, WORK_PLAIN, rl_check, fcinfo);
	return (Datum) 0;
}
