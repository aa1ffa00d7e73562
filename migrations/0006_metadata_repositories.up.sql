-- slipway: phase 8.2
-- Repositories of an organization (seeds/001, "Migration 2"). A schema "metadata" that somebody else made is used and never removed.

DO $$
BEGIN
  IF to_regnamespace('metadata') IS NULL THEN
    CREATE SCHEMA metadata;
    INSERT INTO slipway.baseline_objects VALUES ('schema', 'metadata');
  END IF;
END
$$;
GRANT USAGE ON SCHEMA metadata TO slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;

CREATE TABLE metadata.repositories (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES enterprise.organizations (id) ON DELETE CASCADE,
  connector_id uuid,
  path text NOT NULL,
  name text NOT NULL,
  type text NOT NULL DEFAULT 'git_repo',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX repositories_organization ON metadata.repositories (organization_id);

SELECT slipway.restore('metadata.repositories');

CREATE TRIGGER touch BEFORE UPDATE ON metadata.repositories FOR EACH ROW EXECUTE FUNCTION enterprise.touch();

SELECT slipway.protect('metadata.repositories');
GRANT SELECT, INSERT, UPDATE, DELETE ON metadata.repositories TO slipway_application, slipway_organization_admin;
GRANT SELECT ON metadata.repositories TO slipway_operator;

CREATE POLICY application_permissive ON metadata.repositories TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON metadata.repositories TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON metadata.repositories FOR SELECT TO slipway_operator USING (true);
