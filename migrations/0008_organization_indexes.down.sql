-- slipway: transaction none

DROP INDEX CONCURRENTLY IF EXISTS github_module.github_app_installations_organization;
DROP INDEX CONCURRENTLY IF EXISTS public.profiles_organization;
