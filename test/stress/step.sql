\set key random(1, 9007199254740991)
BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT choice FROM stress.choose(:key) \gset
COMMIT;
SELECT stress.step(:key, :choice);
