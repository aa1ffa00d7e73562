-- All rows go to slipway_archive, from where the next up brings them back.

SELECT slipway.archive('release.contact');
SELECT slipway.archive('release.incident');
SELECT slipway.archive('release.debt');
SELECT slipway.archive('release.hold');
SELECT slipway.archive('release.stop');

DROP TABLE release.contact;
DROP TABLE release.incident;
DROP TABLE release.debt;
DROP TABLE release.hold;
DROP TABLE release.stop;
DROP FUNCTION release.set_once();
