import { archiveFunctions } from "./archive-functions.ts";

/**
 * What the migration runner keeps for itself, in every database that it migrates. It is no migration, because migrations need it:
 *
 * - `slipway.migrations`: what was applied, when, by whom, and the checksum of the file that did it. A row can only be written inside
 *   the runner's transaction, which sets `slipway.checksum`: a row without a known checksum cannot come to be.
 * - `slipway.progress`: how far a migration has come that is not one transaction (see `directives.ts`). A row that is not finished
 *   means that the migration is neither applied nor taken back: both directions go on from there.
 * - `slipway_archive`: where a `down` puts data that the older schema cannot hold, and from where the next `up` brings it back
 *   (`archive-functions.ts`).
 *
 * Every statement may be run again at any time.
 */
export const bookkeeping = `
CREATE SCHEMA IF NOT EXISTS slipway;
CREATE SCHEMA IF NOT EXISTS slipway_archive;

CREATE TABLE IF NOT EXISTS slipway.migrations (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL UNIQUE,
  run_on timestamptz NOT NULL,
  checksum text NOT NULL DEFAULT current_setting('slipway.checksum'),
  applied_by text NOT NULL DEFAULT session_user
);

CREATE TABLE IF NOT EXISTS slipway.progress (
  name text PRIMARY KEY,
  direction text NOT NULL CHECK (direction IN ('up', 'down')),
  position text NOT NULL DEFAULT '',
  batches bigint NOT NULL DEFAULT 0,
  affected bigint NOT NULL DEFAULT 0,
  affected_in_pass bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz
);

CREATE OR REPLACE FUNCTION slipway.protect(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  EXECUTE format('CREATE POLICY schema_owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', relation);
  EXECUTE format('CREATE POLICY auditor_reads ON %s FOR SELECT TO slipway_auditor USING (true)', relation);
  EXECUTE format('GRANT SELECT ON %s TO slipway_auditor', relation);
END $function$;
COMMENT ON FUNCTION slipway.protect IS 'Row-level security for a table that only its owner writes and only auditors read beside it';

${archiveFunctions}
DO $block$ BEGIN
  IF NOT (SELECT relforcerowsecurity FROM pg_class WHERE oid = 'slipway.migrations'::regclass) THEN
    PERFORM slipway.protect('slipway.migrations');
    GRANT USAGE ON SCHEMA slipway, slipway_archive TO slipway_auditor;
  END IF;
  IF NOT (SELECT relforcerowsecurity FROM pg_class WHERE oid = 'slipway.progress'::regclass) THEN
    PERFORM slipway.protect('slipway.progress');
  END IF;
  IF EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'slipway'::regnamespace AND proacl IS NULL) THEN
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA slipway FROM PUBLIC;
  END IF;
END $block$;
`;

/** The group roles that policies speak of. They belong to the server, not to a database: whoever makes the database makes them. */
export const groupRoles = [
  "slipway_application",
  "slipway_organization_admin",
  "slipway_operator",
  "slipway_auditor",
] as const;

/**
 * The groups of the application's login: one whose rights it has at once, and one whose role a transaction has to take (SET LOCAL ROLE)
 * before it may change an organization. What it then reaches is decided by what the signed-in user administers, row by row.
 */
export const applicationGroups = {
  inherits: ["slipway_application"],
  takes: ["slipway_organization_admin"],
} as const;
