-- The application's own tables, each only where it does not exist yet. On a database that the application already uses,
-- nothing here changes anything; what was really created is written to slipway.baseline_objects, and only that is ever removed.
--
-- The tables that are created here have row-level security forced, in its permissive phase: the application sees all rows,
-- as it does where it brought its own tables. Organizations, and the policies that part them, come with a later migration.

CREATE TABLE slipway.baseline_objects (
  kind text NOT NULL CHECK (kind IN ('schema', 'table')),
  name text NOT NULL,
  PRIMARY KEY (kind, name)
);
SELECT slipway.protect('slipway.baseline_objects');

GRANT USAGE ON SCHEMA public TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['auth', 'github_module'] LOOP
    IF to_regnamespace(wanted) IS NULL THEN
      EXECUTE format('CREATE SCHEMA %I', wanted);
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO slipway_application, slipway_operator, slipway_auditor', wanted);
      INSERT INTO slipway.baseline_objects VALUES ('schema', wanted);
    END IF;
  END LOOP;

  IF to_regclass('auth.users') IS NULL THEN
    CREATE TABLE auth.users (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      email text UNIQUE,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO slipway.baseline_objects VALUES ('table', 'auth.users');
  END IF;

  IF to_regclass('public.profiles') IS NULL THEN
    CREATE TABLE public.profiles (
      id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
      display_name text,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    INSERT INTO slipway.baseline_objects VALUES ('table', 'public.profiles');
  END IF;

  IF to_regclass('github_module.github_app_installations') IS NULL THEN
    CREATE TABLE github_module.github_app_installations (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      installation_id bigint NOT NULL UNIQUE,
      user_id uuid REFERENCES auth.users (id) ON DELETE CASCADE,
      account_login text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX github_app_installations_user_id ON github_module.github_app_installations (user_id);
    INSERT INTO slipway.baseline_objects VALUES ('table', 'github_module.github_app_installations');
  END IF;

  -- In the order of creation, so that what refers to a user finds the user restored.
  FOREACH wanted IN ARRAY ARRAY['auth.users', 'public.profiles', 'github_module.github_app_installations'] LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'table' AND name = wanted);
    PERFORM slipway.restore(wanted::regclass);
    PERFORM slipway.protect(wanted::regclass);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO slipway_application', wanted);
    EXECUTE format('CREATE POLICY application_permissive ON %s TO slipway_application USING (true) WITH CHECK (true)', wanted);
    EXECUTE format('GRANT SELECT ON %s TO slipway_operator', wanted);
    EXECUTE format('CREATE POLICY operator_reads ON %s FOR SELECT TO slipway_operator USING (true)', wanted);
  END LOOP;
END
$$;
