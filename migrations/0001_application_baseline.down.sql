-- Removes what the up really created and nothing else. Rows go to slipway_archive first, and come back with the next up.
-- A schema that holds something of others by now stays, and so does a table that others refer to (the down then stops here).

DO $$
DECLARE
  made text;
BEGIN
  FOREACH made IN ARRAY ARRAY['github_module.github_app_installations', 'public.profiles', 'auth.users'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'table' AND name = made);
    CONTINUE WHEN to_regclass(made) IS NULL;
    PERFORM slipway.archive(made::regclass);
    EXECUTE format('DROP TABLE %s', made);
  END LOOP;

  FOREACH made IN ARRAY ARRAY['github_module', 'auth'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'schema' AND name = made);
    BEGIN
      EXECUTE format('DROP SCHEMA IF EXISTS %I', made);
    EXCEPTION WHEN dependent_objects_still_exist THEN
      EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM slipway_application, slipway_operator, slipway_auditor', made);
      RAISE NOTICE 'schema % stays: it holds objects that are not ours', made;
    END;
  END LOOP;
END
$$;

REVOKE USAGE ON SCHEMA public FROM slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;

DROP TABLE slipway.baseline_objects;
