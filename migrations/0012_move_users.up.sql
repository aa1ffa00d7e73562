-- slipway: phase 8.5
-- slipway: backfill batch=2000 pause=5ms
SELECT moved.next AS position, moved.affected
FROM enterprise.move_users(current_setting('slipway.position'), current_setting('slipway.batch')::integer) moved;
