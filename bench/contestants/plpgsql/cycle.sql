\set none 0
SELECT * FROM bench.next_patient() \gset
\set link_2 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2]::bigint[], true, 'ada');
-- one of two leaves: the group dissolves
\set unlink_2 0
SELECT * FROM reportlink_unlink('north', ARRAY[:r2]::bigint[], false, 'ada');
\set link_8 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2, :r3, :r4, :r5, :r6, :r7, :r8]::bigint[], true, 'ada');
-- with discard, so that nobody owns them
\set unlink_all 0
SELECT * FROM reportlink_unlink('north', ARRAY[:r1, :r2, :r3, :r4, :r5, :r6, :r7, :r8]::bigint[], true, 'ada');
\set link_4 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2, :r3, :r4]::bigint[], false, 'ada');
\set none 0
SELECT * FROM reportlink_link('north', ARRAY[:r5, :r6, :r7, :r8]::bigint[], false, 'ada');
\set merge 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r5]::bigint[], false, 'ada');
\set unlink_one 0
SELECT * FROM reportlink_unlink('north', ARRAY[:r8]::bigint[], false, 'ada');
\set add_one 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r8]::bigint[], false, 'ada');
\set open 0
SELECT * FROM reportlink_open('north', :r2, 'ada');
\set save_4k 0
SELECT reportlink_save('north', :r3, jsonb_build_object('final_report', :content::text), NULL, true, 'ada');
\set sign_8 0
SELECT * FROM reportlink_sign('north', :r4, 'ada');
