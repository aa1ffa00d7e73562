-- slipway: backfill batch=2000 pause=5ms
-- Connections of organizations that the move made: which organization goes to slipway_archive, from where the next up takes it.
SELECT CASE WHEN went.affected > 0 THEN '' END AS position, went.affected FROM enterprise.unmove_connections(current_setting('slipway.batch')::integer) AS went (affected);
