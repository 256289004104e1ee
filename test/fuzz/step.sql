\set key random(1, 9007199254740991)
SELECT fuzz.step(:key);
