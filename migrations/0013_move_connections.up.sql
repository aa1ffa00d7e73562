-- slipway: phase 8.5
-- slipway: backfill batch=2000 pause=5ms
-- GitHub connections become their user's organization's. One without a user stays without an organization: only operators see it,
-- and the verification counts it.
SELECT moved.next AS position, moved.affected
FROM enterprise.move_connections(current_setting('slipway.position'), current_setting('slipway.batch')::integer) moved;
