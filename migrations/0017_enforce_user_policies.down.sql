DO $$
DECLARE
  made text;
  enforced text;
BEGIN
  FOREACH made IN ARRAY ARRAY['auth.users', 'public.profiles', 'github_module.github_app_installations'] LOOP
    CONTINUE WHEN NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = made::regclass);
    FOREACH enforced IN ARRAY ARRAY['application_selects', 'application_inserts', 'application_updates', 'application_deletes', 'organization_admin'] LOOP
      EXECUTE format('DROP POLICY %I ON %s', enforced, made);
    END LOOP;
    EXECUTE format('CREATE POLICY application_permissive ON %s TO slipway_application USING (true) WITH CHECK (true)', made);
    EXECUTE format('CREATE POLICY organization_admin_permissive ON %s TO slipway_organization_admin USING (true) WITH CHECK (true)', made);
    IF EXISTS (SELECT FROM pg_policy WHERE polrelid = made::regclass AND polname = 'schema_owner'
               AND obj_description(oid, 'pg_policy') = 'slipway: row security was off') THEN
      EXECUTE format('CREATE POLICY everyone_permissive ON %s USING (true) WITH CHECK (true)', made);
    END IF;
  END LOOP;
END
$$;
