-- slipway: phase 8.2
-- Organizations, their roles and who has them (seeds/001, "Migration 1"). What differs from the source: every reference that makes no
-- sense without its other side is NOT NULL; a role can only be given in the organization that it belongs to; an organization
-- remembers whom it was made for, so that a user without an email gets one too and a second run makes no second one.
--
-- Row-level security is forced from the first moment, in its permissive phase: roles are granted what they will ever need, and
-- 0016 narrows which rows they reach.

DO $$
BEGIN
  IF to_regnamespace('enterprise') IS NULL THEN
    CREATE SCHEMA enterprise;
    INSERT INTO slipway.baseline_objects VALUES ('schema', 'enterprise');
  END IF;
END
$$;
GRANT USAGE ON SCHEMA enterprise TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;

CREATE FUNCTION enterprise.touch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION enterprise.touch() FROM PUBLIC;

CREATE TABLE enterprise.organizations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE CHECK (name <> ''),
  display_name text NOT NULL,
  domain text,
  plan_type text NOT NULL DEFAULT 'starter' CHECK (plan_type <> ''),
  max_users integer NOT NULL DEFAULT 5 CHECK (max_users > 0),
  status text NOT NULL DEFAULT 'active' CHECK (status <> ''),
  settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
  origin text NOT NULL DEFAULT 'created' CHECK (origin IN ('created', 'signed_up', 'moved')),
  created_for uuid UNIQUE REFERENCES auth.users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN enterprise.organizations.origin IS 'created by somebody, made when its user signed up, or made when existing users were moved';
COMMENT ON COLUMN enterprise.organizations.created_for IS 'The user whose own organization it is; one at most';
CREATE INDEX organizations_moved ON enterprise.organizations (id) WHERE origin = 'moved';

CREATE TABLE enterprise.organization_roles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES enterprise.organizations (id) ON DELETE CASCADE,
  name text NOT NULL CHECK (name <> ''),
  display_name text NOT NULL,
  permissions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(permissions) = 'array'),
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (organization_id, name),
  UNIQUE (organization_id, id)
);

CREATE TABLE enterprise.user_organization_roles (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
  organization_id uuid NOT NULL REFERENCES enterprise.organizations (id) ON DELETE CASCADE,
  role_id uuid NOT NULL,
  assigned_by uuid REFERENCES auth.users (id) ON DELETE SET NULL,
  assigned_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, organization_id, role_id),
  FOREIGN KEY (organization_id, role_id) REFERENCES enterprise.organization_roles (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX user_organization_roles_role ON enterprise.user_organization_roles (organization_id, role_id);
CREATE INDEX user_organization_roles_assigned_by ON enterprise.user_organization_roles (assigned_by);

SELECT slipway.restore('enterprise.organizations');
SELECT slipway.restore('enterprise.organization_roles');
SELECT slipway.restore('enterprise.user_organization_roles');

CREATE TRIGGER touch BEFORE UPDATE ON enterprise.organizations FOR EACH ROW EXECUTE FUNCTION enterprise.touch();
CREATE TRIGGER touch BEFORE UPDATE ON enterprise.organization_roles FOR EACH ROW EXECUTE FUNCTION enterprise.touch();

SELECT slipway.protect('enterprise.organizations');
SELECT slipway.protect('enterprise.organization_roles');
SELECT slipway.protect('enterprise.user_organization_roles');

GRANT SELECT ON enterprise.organizations, enterprise.organization_roles, enterprise.user_organization_roles
  TO slipway_application, slipway_organization_admin, slipway_operator;
GRANT UPDATE (name, display_name, domain, settings) ON enterprise.organizations TO slipway_organization_admin;
GRANT UPDATE (domain, plan_type, max_users, status) ON enterprise.organizations TO slipway_operator;
GRANT INSERT, UPDATE, DELETE ON enterprise.organization_roles, enterprise.user_organization_roles TO slipway_organization_admin;

CREATE POLICY application_permissive ON enterprise.organizations TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY application_permissive ON enterprise.organization_roles TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY application_permissive ON enterprise.user_organization_roles TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.organizations TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.organization_roles TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.user_organization_roles TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY operator_operates ON enterprise.organizations TO slipway_operator USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON enterprise.organization_roles FOR SELECT TO slipway_operator USING (true);
CREATE POLICY operator_reads ON enterprise.user_organization_roles FOR SELECT TO slipway_operator USING (true);
