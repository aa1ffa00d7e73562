-- What is still in the columns (0012 and 0013 took most of it) goes to slipway_archive; 0012 brings it back. Writers wait while it is copied.

LOCK TABLE public.profiles, github_module.github_app_installations IN SHARE ROW EXCLUSIVE MODE;
SELECT slipway.archive_column('public.profiles', 'id', 'organization_id');
SELECT slipway.archive_column('github_module.github_app_installations', 'id', 'organization_id');
-- The old application never knew the columns, and what they held is in the archive.
-- squawk-ignore ban-drop-column
ALTER TABLE public.profiles DROP COLUMN organization_id;
-- squawk-ignore ban-drop-column
ALTER TABLE github_module.github_app_installations DROP COLUMN organization_id;

DO $$
DECLARE
  made text;
  adopted text;
BEGIN
  FOREACH made IN ARRAY ARRAY['auth.users', 'public.profiles', 'github_module.github_app_installations'] LOOP
    CONTINUE WHEN NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = made::regclass);
    EXECUTE format('DROP POLICY organization_admin_permissive ON %s', made);
    EXECUTE format('REVOKE ALL ON %s FROM slipway_organization_admin', made);
    adopted := (SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = made::regclass AND polname = 'schema_owner');
    CONTINUE WHEN adopted IS NULL;
    EXECUTE format('DROP POLICY schema_owner ON %s', made);
    EXECUTE format('DROP POLICY auditor_reads ON %s', made);
    EXECUTE format('DROP POLICY application_permissive ON %s', made);
    EXECUTE format('DROP POLICY operator_reads ON %s', made);
    EXECUTE format('REVOKE ALL ON %s FROM slipway_application, slipway_operator, slipway_auditor', made);
    IF adopted = 'slipway: row security was off' THEN
      EXECUTE format('DROP POLICY everyone_permissive ON %s', made);
      EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', made);
      EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', made);
    END IF;
  END LOOP;

  FOREACH made IN ARRAY ARRAY['auth', 'github_module'] LOOP
    IF EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'schema' AND name = made) THEN
      EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM slipway_organization_admin', made);
    END IF;
  END LOOP;
END
$$;
