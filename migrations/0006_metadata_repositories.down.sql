SELECT slipway.archive('metadata.repositories');

DROP TABLE metadata.repositories;

REVOKE USAGE ON SCHEMA metadata FROM slipway_application, slipway_organization_admin, slipway_operator, slipway_auditor;
DO $$
BEGIN
  IF EXISTS (SELECT FROM slipway.baseline_objects WHERE kind = 'schema' AND name = 'metadata') THEN
    DROP SCHEMA metadata;
    DELETE FROM slipway.baseline_objects WHERE kind = 'schema' AND name = 'metadata';
  END IF;
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE NOTICE 'schema metadata stays: it holds objects that are not ours';
END
$$;
