/*
 * read.c: reading functions (section 11 of the semantics)
 *
 * Each is one query, run as the owner of the tables.
 */
#include "reportlink.h"

#include "model.h"

/* RL002 */
static void
rl_require_report(Call *call, int64 report_id)
{
	Ids ids = reportlink_ids(1);
	Selection selection;

	reportlink_ids_add(&ids, report_id);
	reportlink_find_named(call, ids, 1, &selection);
}

/* A query that a reading function returns */
typedef struct Reading
{
	FunctionCallInfo fcinfo;
	const char *function;
	QueryId query;
	NullableDatum args[4];
	bool of_report; /* its second argument is one, which must be there */
} Reading;

static void
rl_read(Call *call, void *state)
{
	Reading *reading = state;
	int count;

	reading->args[0] = reportlink_arg_text(call->organization_id);
	count = reportlink_execute(reading->query, reading->args);
	/* where there are rows the report is there */
	if (count == 0 && reading->of_report)
		rl_require_report(call, DatumGetInt64(reading->args[1].value));
	reportlink_return_rows(reading->fcinfo, count);
}

/* Runs it with the function's arguments as those of the query; the first is the call's */
static Datum
rl_return_reading(Reading *reading)
{
	FunctionCallInfo fcinfo = reading->fcinfo;
	Call call = {.organization_id = reportlink_arg_cstring(fcinfo, 0),
				 .function = reading->function};

	for (int i = 1; i < PG_NARGS(); i++)
		reading->args[i] = fcinfo->args[i];
	reportlink_work(&call, WORK_LOOKUPS, rl_read, reading);
	return (Datum) 0;
}

static const Argument rl_report_args[] = {{"organization_id", true, false},
										  {"report_id", true, false}};

static Datum
rl_read_report(FunctionCallInfo fcinfo, const char *function, QueryId query)
{
	Reading reading = {.fcinfo = fcinfo, .function = function, .query = query, .of_report = true};

	reportlink_require_args(fcinfo, function, rl_report_args, lengthof(rl_report_args));
	return rl_return_reading(&reading);
}

/*
 * reportlink_linked_reports(organization_id, report_id): the sidebar, all
 * reports of the group in link order; no row when it is not linked. RL002.
 */
PG_FUNCTION_INFO_V1(reportlink_linked_reports);
Datum
reportlink_linked_reports(PG_FUNCTION_ARGS)
{
	return rl_read_report(fcinfo, "reportlink_linked_reports", QUERY_LINKED_REPORTS);
}

/*
 * reportlink_linkable_reports(organization_id, report_id): the dialog, every
 * other report of that MRN with the reason why it cannot be linked. RL002.
 */
PG_FUNCTION_INFO_V1(reportlink_linkable_reports);
Datum
reportlink_linkable_reports(PG_FUNCTION_ARGS)
{
	return rl_read_report(fcinfo, "reportlink_linkable_reports", QUERY_LINKABLE_REPORTS);
}

/*
 * reportlink_history(organization_id, report_id): every version that was ever
 * in force for the report, and those that it goes back to. RL002.
 */
PG_FUNCTION_INFO_V1(reportlink_history);
Datum
reportlink_history(PG_FUNCTION_ARGS)
{
	return rl_read_report(fcinfo, "reportlink_history", QUERY_HISTORY);
}

/*
 * reportlink_find(organization_id, mrn, accession_number, site_id): null is
 * any. 22004 without both MRN and accession number: no index serves the rest.
 */
PG_FUNCTION_INFO_V1(reportlink_find);
Datum
reportlink_find(PG_FUNCTION_ARGS)
{
	static const Argument organization = {"organization_id", true, false};
	Reading reading = {.fcinfo = fcinfo,
					   .function = "reportlink_find",
					   .query = PG_ARGISNULL(1) ? QUERY_FIND_BY_ACCESSION : QUERY_FIND_BY_MRN};

	reportlink_require_args(fcinfo, "reportlink_find", &organization, 1);
	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("reportlink_find needs an MRN or an accession number")));
	return rl_return_reading(&reading);
}
