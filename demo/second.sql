-- Dr. Lindqvist's session in chapter 7 of walk.sql
\set ON_ERROR_STOP off
\pset pager off
\pset footer off
\getenv series DEMO_SERIES
SET reportlink.user_id = 'lindqvist';
\set ECHO queries
SELECT group_id, report_ids, owner_id FROM reportlink_link('lakeside', :'series');
\set ECHO none
\echo SQLSTATE :LAST_ERROR_SQLSTATE
