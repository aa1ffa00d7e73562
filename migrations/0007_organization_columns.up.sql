-- slipway: phase 8.2
-- organization_id on the application's tables (seeds/001, "Migration 2"): nullable, without default and without looking at a row, so that
-- each lock is held for an instant. The index follows in 0008, the values in 0012 and 0013, the check of the references in 0014.
--
-- A table that the application brought itself gets row-level security here if it had none: forced, and open to everybody as
-- before, until 0017. Where it had it, its policies stay and ours for our roles come beside them.

DO $$
DECLARE
  wanted record;
  had_row_security boolean;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES ('public.profiles', 'id'), ('github_module.github_app_installations', 'id'), ('github_module.github_app_installations', 'user_id')) AS needed (name, column_name)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = wanted.name::regclass AND attname = wanted.column_name AND atttypid = 'uuid'::regtype AND NOT attisdropped) THEN
      RAISE EXCEPTION '% has no column % of type uuid', wanted.name, wanted.column_name
        USING HINT = 'Organizations are found by it. Add it, or a generated one, before this migration.';
    END IF;
    IF NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = wanted.name::regclass) THEN
      RAISE EXCEPTION '% belongs to %, not to %', wanted.name, (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = wanted.name::regclass), current_user
        USING HINT = 'A column can only be added by the owner. Run as administrator: GRANT <owner> TO <login of the migrations>;';
    END IF;
  END LOOP;

  FOR wanted IN SELECT unnest(ARRAY['auth.users', 'public.profiles', 'github_module.github_app_installations']) AS name LOOP
    CONTINUE WHEN NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = wanted.name::regclass);
    IF NOT EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'table' AND name = wanted.name) THEN
      had_row_security := (SELECT relrowsecurity FROM pg_class WHERE oid = wanted.name::regclass);
      IF had_row_security THEN
        EXECUTE format('CREATE POLICY schema_owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', wanted.name);
        EXECUTE format('CREATE POLICY auditor_reads ON %s FOR SELECT TO slipway_auditor USING (true)', wanted.name);
        EXECUTE format('GRANT SELECT ON %s TO slipway_auditor', wanted.name);
      ELSE
        PERFORM slipway.protect(wanted.name::regclass);
        EXECUTE format('CREATE POLICY everyone_permissive ON %s USING (true) WITH CHECK (true)', wanted.name);
      END IF;
      EXECUTE format('COMMENT ON POLICY schema_owner ON %s IS %L', wanted.name, CASE WHEN had_row_security THEN 'slipway: row security was on' ELSE 'slipway: row security was off' END);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO slipway_application', wanted.name);
      EXECUTE format('GRANT SELECT ON %s TO slipway_operator', wanted.name);
      EXECUTE format('CREATE POLICY application_permissive ON %s TO slipway_application USING (true) WITH CHECK (true)', wanted.name);
      EXECUTE format('CREATE POLICY operator_reads ON %s FOR SELECT TO slipway_operator USING (true)', wanted.name);
    END IF;
    EXECUTE format('GRANT SELECT ON %s TO slipway_organization_admin', wanted.name);
    EXECUTE format('CREATE POLICY organization_admin_permissive ON %s TO slipway_organization_admin USING (true) WITH CHECK (true)', wanted.name);
  END LOOP;

  FOR wanted IN SELECT unnest(ARRAY['auth', 'github_module']) AS name LOOP
    IF EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'schema' AND name = wanted.name) THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO slipway_organization_admin', wanted.name);
    END IF;
  END LOOP;
END
$$;
GRANT INSERT, UPDATE, DELETE ON github_module.github_app_installations TO slipway_organization_admin;

ALTER TABLE public.profiles ADD COLUMN organization_id uuid;
ALTER TABLE public.profiles ADD CONSTRAINT profiles_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES enterprise.organizations (id) NOT VALID;
ALTER TABLE github_module.github_app_installations ADD COLUMN organization_id uuid;
ALTER TABLE github_module.github_app_installations ADD CONSTRAINT github_app_installations_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES enterprise.organizations (id) NOT VALID;
