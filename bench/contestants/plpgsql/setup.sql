-- plpgsql: reportlink's rules as PL/pgSQL functions over the same tables
--
-- Run in a database that has the tables and data of reportlink. The functions
-- have the names, arguments, results, SQLSTATEs, locks and events of those that
-- they replace, so the same statements drive both. Each call is four to five
-- statements: who acts, which report, and the lock of its patient in one; locks,
-- checks and plan in the next; then all rows that change in one, and all events
-- in one. What is refused is looked up again for its DETAIL only when it is. Plans
-- are generic: all look-ups are by keys, and arrays of ids would else have many of
-- the statements planned anew in each call.
--
-- Covered: link, unlink, open, save, sign, prelim_sign, linked_reports,
-- linkable_reports, find, and everything that plain SQL may do to a report.
-- Not covered, all of which costs reportlink some time in each call: tenants
-- (reportlink_grant), 40001 in the place of 40P01, the check of the tables'
-- version, and settings of the planner for tables that are still empty.

DROP EXTENSION reportlink CASCADE;

\ir call.sql
\ir event.sql
\ir membership.sql
\ir workflow.sql
\ir signature.sql
\ir read.sql
\ir guard.sql
\ir plain.sql

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA peer FROM PUBLIC;
