-- on linked reports, again and again: a signature that waits can be taken back
\set none 0
SELECT r1, r2 FROM bench.own_patient(:client_id) \gset
\set link_2 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2]::bigint[], false, 'ada');
\set open 0
SELECT * FROM reportlink_open('north', :r1, 'ada');
\set sign_2 0
SELECT * FROM reportlink_sign('north', :r2, 'ada');
\set recall_2 0
SELECT * FROM reportlink_cancel_publish('north', :r1, 'ada');
\set discard_2 0
SELECT * FROM reportlink_unlink('north', ARRAY[:r1, :r2]::bigint[], true, 'ada');
