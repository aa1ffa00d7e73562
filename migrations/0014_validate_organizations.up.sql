-- slipway: phase 8.5
-- slipway: transaction none
-- Reads the tables once, while everybody goes on writing. A constraint that is valid already is not looked at again.

-- squawk-ignore prefer-robust-stmts
ALTER TABLE public.profiles VALIDATE CONSTRAINT profiles_organization_id_fkey;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE github_module.github_app_installations VALIDATE CONSTRAINT github_app_installations_organization_id_fkey;
