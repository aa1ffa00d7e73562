-- slipway: phase 8.5
-- slipway: backfill batch=2000 pause=5ms
-- GitHub connections become their user's organization's. One without a user stays without an organization: only operators see it,
-- and the verification counts it.
WITH brought_back AS MATERIALIZED (
  SELECT slipway.restore_column('github_module.github_app_installations', 'id', 'organization_id', 'enterprise.organizations', current_setting('slipway.batch')::integer) AS count
), moved AS (
  UPDATE github_module.github_app_installations i SET organization_id = own.organization_id
  FROM (
    SELECT c.id, p.organization_id FROM github_module.github_app_installations c
    CROSS JOIN LATERAL (
      SELECT coalesce((SELECT organization_id FROM public.profiles WHERE id = c.user_id), enterprise.ensure_organization(c.user_id)) AS organization_id
    ) p
    WHERE c.organization_id IS NULL AND c.user_id IS NOT NULL AND (SELECT count FROM brought_back) = 0
    ORDER BY c.id LIMIT current_setting('slipway.batch')::integer
  ) own
  WHERE i.id = own.id AND own.organization_id IS NOT NULL
  RETURNING 1
)
SELECT CASE WHEN total.affected > 0 THEN '' END AS position, total.affected
FROM (SELECT (SELECT count FROM brought_back) + (SELECT count(*) FROM moved) AS affected) total;
