-- All rows go to slipway_archive, from where the next up brings them back.

SELECT slipway.archive('release.deployment');
SELECT slipway.archive('release.gate_answer');

DROP TABLE release.deployment;
DROP TABLE release.gate_answer;
DROP FUNCTION release.deployment_moves();
