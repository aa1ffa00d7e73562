/**
 * What the migration runner keeps for itself, in every database that it migrates. It is no migration, because migrations need it:
 *
 * - `slipway.migrations`: what was applied, when, by whom, and the checksum of the file that did it. A row can only be written inside
 *   the runner's transaction, which sets `slipway.checksum`: a row without a known checksum cannot come to be.
 * - `slipway_archive`: where a `down` puts data that the older schema cannot hold, and from where the next `up` brings it back.
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

CREATE OR REPLACE FUNCTION slipway.archive(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  source record;
  archived text;
BEGIN
  SELECT n.nspname, c.relname INTO STRICT source
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
  archived := format('slipway_archive.%I', source.nspname || '.' || source.relname);
  EXECUTE format('CREATE TABLE %s AS TABLE %s', archived, relation);
  PERFORM slipway.protect(archived::regclass);
END $function$;
COMMENT ON FUNCTION slipway.archive IS 'Copies a table into slipway_archive before a down migration drops it';

CREATE OR REPLACE FUNCTION slipway.restore(relation regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  target record;
  archived regclass;
  columns text;
  identity_column record;
  restored bigint;
BEGIN
  SELECT n.nspname, c.relname INTO STRICT target
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
  archived := to_regclass(format('slipway_archive.%I', target.nspname || '.' || target.relname));
  IF archived IS NULL THEN
    RETURN 0;
  END IF;
  SELECT string_agg(quote_ident(new.attname), ', ' ORDER BY new.attnum) INTO columns
    FROM pg_attribute new JOIN pg_attribute old ON old.attname = new.attname AND old.attrelid = archived
    WHERE new.attrelid = relation AND new.attnum > 0 AND NOT new.attisdropped AND NOT old.attisdropped AND new.attgenerated = '';
  EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s', relation, columns, columns, archived);
  GET DIAGNOSTICS restored = ROW_COUNT;
  FOR identity_column IN SELECT attname FROM pg_attribute WHERE attrelid = relation AND attidentity <> '' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %s',
                   relation::text, identity_column.attname, identity_column.attname, relation);
  END LOOP;
  EXECUTE format('DROP TABLE %s', archived);
  RETURN restored;
END $function$;
COMMENT ON FUNCTION slipway.restore IS 'Brings back what slipway.archive put aside, as far as the columns still exist; 0 when there is nothing';

DO $block$ BEGIN
  IF NOT (SELECT relforcerowsecurity FROM pg_class WHERE oid = 'slipway.migrations'::regclass) THEN
    PERFORM slipway.protect('slipway.migrations');
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA slipway FROM PUBLIC;
    GRANT USAGE ON SCHEMA slipway, slipway_archive TO slipway_auditor;
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
