-- slipway: phase 8.2
-- Keys of an organization. What proves a key is its SHA-256: nobody who reads the table can use it. Only a key that must be shown to its
-- provider again is kept beside that, encrypted by the application; administrators, operators and auditors can read neither.

CREATE TABLE enterprise.organization_api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES enterprise.organizations (id) ON DELETE CASCADE,
  provider text NOT NULL CHECK (provider <> ''),
  key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  encrypted_key text CHECK (encrypted_key <> ''),
  key_name text NOT NULL CHECK (key_name <> ''),
  is_default boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'active' CHECK (status <> ''),
  created_by uuid REFERENCES auth.users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz
);
COMMENT ON COLUMN enterprise.organization_api_keys.key_hash IS 'SHA-256 of the key, which has at least 128 random bits';
COMMENT ON COLUMN enterprise.organization_api_keys.encrypted_key IS 'Only where the key must be shown to its provider; the key of the encryption is not in this database';
CREATE INDEX organization_api_keys_organization ON enterprise.organization_api_keys (organization_id);
CREATE INDEX organization_api_keys_created_by ON enterprise.organization_api_keys (created_by);
CREATE UNIQUE INDEX organization_api_keys_one_default ON enterprise.organization_api_keys (organization_id, provider) WHERE is_default;

SELECT slipway.restore('enterprise.organization_api_keys');

SELECT slipway.protect('enterprise.organization_api_keys');
REVOKE SELECT ON enterprise.organization_api_keys FROM slipway_auditor;
GRANT SELECT (id, organization_id, provider, key_name, is_default, status, created_by, created_at, last_used_at)
  ON enterprise.organization_api_keys TO slipway_organization_admin, slipway_operator, slipway_auditor;
GRANT SELECT, UPDATE (last_used_at) ON enterprise.organization_api_keys TO slipway_application;
GRANT INSERT, UPDATE (key_name, is_default, status), DELETE ON enterprise.organization_api_keys TO slipway_organization_admin;

CREATE POLICY application_permissive ON enterprise.organization_api_keys TO slipway_application USING (true) WITH CHECK (true);
CREATE POLICY organization_admin_permissive ON enterprise.organization_api_keys TO slipway_organization_admin USING (true) WITH CHECK (true);
CREATE POLICY operator_reads ON enterprise.organization_api_keys FOR SELECT TO slipway_operator USING (true);
