-- All rows go to slipway_archive, from where the next up brings them back. A schema that was here before us, or holds something of others by now, stays.

SELECT slipway.archive('enterprise.user_organization_roles');
SELECT slipway.archive('enterprise.organization_roles');
SELECT slipway.archive('enterprise.organizations');

DROP TABLE enterprise.user_organization_roles;
DROP TABLE enterprise.organization_roles;
DROP TABLE enterprise.organizations;
DROP FUNCTION enterprise.touch();

REVOKE USAGE ON SCHEMA enterprise FROM slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
DO $$
BEGIN
  IF EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'schema' AND name = 'enterprise') THEN
    DROP SCHEMA enterprise;
    DELETE FROM slipway.baseline_objects WHERE kind = 'schema' AND name = 'enterprise';
  END IF;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE NOTICE 'schema enterprise stays: it holds objects that are not ours';
END
$$;
