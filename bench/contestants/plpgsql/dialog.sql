\set none 0
SELECT * FROM bench.spent_patient() \gset
\set dialog 0
SELECT * FROM reportlink_linkable_reports('north', :r1);
SELECT * FROM reportlink_linked_reports('north', :r1);
\set find 0
SELECT * FROM reportlink_find('north', :mrn);
