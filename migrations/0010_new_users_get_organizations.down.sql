DROP TRIGGER slipway_organization ON github_module.github_app_installations;
DROP TRIGGER slipway_organization ON public.profiles;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'auth.users'::regclass AND tgname = 'slipway_organization') THEN
    DROP TRIGGER slipway_organization ON auth.users;
  END IF;
END
$$;
DROP FUNCTION enterprise.installations_get_organization();
DROP FUNCTION enterprise.profiles_get_organization();
DROP FUNCTION enterprise.users_get_organization();
DROP FUNCTION enterprise.ensure_organization(uuid);
