-- slipway: phase 8.6
-- The permissive phase ends for the application's own tables: a user sees himself and his colleagues, and changes what is his own. Nobody is
-- signed in while somebody signs in: that session says slipway.authenticating = 'on' and may then look a user up and make one.
-- Application logins that are in none of our groups saw everything until here and see nothing from here on.

DO $$
DECLARE
  made text;
BEGIN
  FOREACH made IN ARRAY ARRAY['auth.users', 'public.profiles', 'github_module.github_app_installations'] LOOP
    CONTINUE WHEN NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = made::regclass);
    EXECUTE format('DROP POLICY application_permissive ON %s', made);
    EXECUTE format('DROP POLICY organization_admin_permissive ON %s', made);
    EXECUTE format('DROP POLICY IF EXISTS everyone_permissive ON %s', made);
  END LOOP;
  IF (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'auth.users'::regclass) THEN
    CREATE POLICY application_selects ON auth.users FOR SELECT TO slipway_application
      USING ((SELECT enterprise.is_authenticating()) OR id = (SELECT enterprise.current_user_id()) OR id = ANY ((SELECT enterprise.colleague_ids())::uuid[]));
    CREATE POLICY application_inserts ON auth.users FOR INSERT TO slipway_application
      WITH CHECK ((SELECT enterprise.is_authenticating()));
    CREATE POLICY application_updates ON auth.users FOR UPDATE TO slipway_application
      USING (id = (SELECT enterprise.current_user_id())) WITH CHECK (id = (SELECT enterprise.current_user_id()));
    CREATE POLICY application_deletes ON auth.users FOR DELETE TO slipway_application
      USING (id = (SELECT enterprise.current_user_id()));
    CREATE POLICY organization_admin ON auth.users FOR SELECT TO slipway_organization_admin
      USING (id = ANY ((SELECT enterprise.colleague_ids())::uuid[]));
  END IF;
END
$$;

CREATE POLICY application_selects ON public.profiles FOR SELECT TO slipway_application
  USING (id = (SELECT enterprise.current_user_id()) OR organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_inserts ON public.profiles FOR INSERT TO slipway_application
  WITH CHECK (id = (SELECT enterprise.current_user_id()) AND enterprise.is_own_organization(organization_id));
CREATE POLICY application_updates ON public.profiles FOR UPDATE TO slipway_application
  USING (id = (SELECT enterprise.current_user_id()))
  WITH CHECK (id = (SELECT enterprise.current_user_id()) AND organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_deletes ON public.profiles FOR DELETE TO slipway_application
  USING (id = (SELECT enterprise.current_user_id()));
CREATE POLICY organization_admin ON public.profiles FOR SELECT TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));

CREATE POLICY application_selects ON github_module.github_app_installations FOR SELECT TO slipway_application
  USING (user_id = (SELECT enterprise.current_user_id()) OR organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_inserts ON github_module.github_app_installations FOR INSERT TO slipway_application
  WITH CHECK (coalesce(user_id, (SELECT enterprise.current_user_id())) = (SELECT enterprise.current_user_id()) AND enterprise.is_own_organization(organization_id));
CREATE POLICY application_updates ON github_module.github_app_installations FOR UPDATE TO slipway_application
  USING (user_id = (SELECT enterprise.current_user_id()))
  WITH CHECK (user_id = (SELECT enterprise.current_user_id()) AND organization_id = ANY ((SELECT enterprise.current_organization_ids())::uuid[]));
CREATE POLICY application_deletes ON github_module.github_app_installations FOR DELETE TO slipway_application
  USING (user_id = (SELECT enterprise.current_user_id()));
CREATE POLICY organization_admin ON github_module.github_app_installations TO slipway_organization_admin
  USING (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]))
  WITH CHECK (organization_id = ANY ((SELECT enterprise.administered_organization_ids())::uuid[]));
