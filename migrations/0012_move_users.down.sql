-- slipway: backfill batch=2000 pause=5ms
SELECT CASE WHEN went.affected > 0 THEN '' END AS position, went.affected FROM enterprise.unmove_users(current_setting('slipway.batch')::integer) AS went (affected);
