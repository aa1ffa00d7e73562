-- All rows go to slipway_archive, from where the next up brings them back.

SELECT slipway.archive('release.notification');

DROP TABLE release.notification;
DROP FUNCTION release.notification_notify();
