\set none 0
SELECT * FROM bench.next_big() \gset
SELECT * FROM bench.next_patient() \gset
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2]::bigint[], true, 'ada');
SELECT reportlink_save('north', :r1, jsonb_build_object('final_report', :content::text), NULL, true, 'ada');
\set sign_2 0
SELECT * FROM reportlink_sign('north', :r1, 'ada');
\set link_32 0
SELECT * FROM reportlink_link('north', :ids_32::bigint[], true, 'ada');
\set discard_32 0
SELECT * FROM reportlink_unlink('north', :ids_32::bigint[], true, 'ada');
\set link_128 0
SELECT * FROM reportlink_link('north', :ids_128::bigint[], true, 'ada');
\set none 0
SELECT reportlink_save('north', :first, jsonb_build_object('final_report', :content::text), NULL, true, 'ada');
\set sign_128 0
SELECT * FROM reportlink_sign('north', :first, 'ada');
