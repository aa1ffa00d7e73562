-- slipway: phase 8.2
-- slipway: transaction none

CREATE INDEX CONCURRENTLY IF NOT EXISTS profiles_organization ON public.profiles (organization_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS github_app_installations_organization ON github_module.github_app_installations (organization_id);
