-- each client has reports of its own, and links and unlinks them again and again
\set none 0
SELECT r1, r2 FROM bench.own_patient(:client_id) \gset
\set link_2 0
SELECT * FROM reportlink_link('north', ARRAY[:r1, :r2]::bigint[], true, 'ada');
\set discard_2 0
SELECT * FROM reportlink_unlink('north', ARRAY[:r1, :r2]::bigint[], true, 'ada');
