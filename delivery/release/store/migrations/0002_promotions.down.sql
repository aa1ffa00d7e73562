-- All rows go to slipway_archive, from where the next up brings them back.

SELECT slipway.archive('release.evidence');
SELECT slipway.archive('release.decision');
SELECT slipway.archive('release.promotion');
SELECT slipway.archive('release.bundle');
SELECT slipway.archive('release.command');

DROP TABLE release.evidence;
DROP TABLE release.decision;
DROP TABLE release.promotion;
DROP TABLE release.bundle;
DROP TABLE release.command;
DROP FUNCTION release.promotion_moves();
DROP FUNCTION release.decision_needs_open();
