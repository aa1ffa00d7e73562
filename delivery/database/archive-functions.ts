/**
 * The functions by which migrations put rows into `slipway_archive` and bring them back. An archive is a table of the same
 * columns, named `<schema>.<table>`; several downs may add to one. All are run again with each migration.
 *
 * What comes back meets a database that went on: whatever the rows referred to may be gone by now. A reference with ON DELETE
 * CASCADE then takes its row with it and one with SET NULL becomes null, exactly as the deletion would have done to the row
 * had it not been in the archive. What refers to a row that is in the archive itself waits there for it.
 */
export const archiveFunctions = `
CREATE OR REPLACE FUNCTION slipway.archive_name(relation regclass, suffix text DEFAULT '') RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $function$
  SELECT format('slipway_archive.%I', n.nspname || '.' || c.relname || suffix)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation
$function$;

CREATE OR REPLACE FUNCTION slipway.archive_rows(relation regclass, condition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  archived text := slipway.archive_name(relation);
  missing record;
  columns text;
  kept bigint;
BEGIN
  IF to_regclass(archived) IS NULL THEN
    EXECUTE format('CREATE TABLE %s AS TABLE %s WITH NO DATA', archived, relation);
    PERFORM slipway.protect(archived::regclass);
    IF NOT has_table_privilege('slipway_auditor', relation, 'SELECT') THEN
      EXECUTE format('REVOKE SELECT ON %s FROM slipway_auditor', archived);
    END IF;
  END IF;
  FOR missing IN
    SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute new
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
      AND NOT EXISTS (SELECT FROM pg_attribute old WHERE old.attrelid = archived::regclass AND old.attname = new.attname)
  LOOP
    EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', archived, missing.attname, missing.type);
  END LOOP;
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s WHERE %s', archived, columns, columns, relation, condition);
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END $function$;
COMMENT ON FUNCTION slipway.archive_rows IS 'Copies the rows of a condition into slipway_archive, which others may already have put rows into';

CREATE OR REPLACE FUNCTION slipway.move_to_archive(relation regclass, condition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  columns text;
  moved bigint;
BEGIN
  PERFORM slipway.archive_rows(relation, 'false');
  SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %s RETURNING *) INSERT INTO %s (%s) SELECT %s FROM gone',
                 relation, condition, slipway.archive_name(relation), columns, columns);
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $function$;
COMMENT ON FUNCTION slipway.move_to_archive IS 'Takes the rows of a condition out of their table and into slipway_archive, in one statement, so that no change of them is lost between the two';

CREATE OR REPLACE FUNCTION slipway.archive(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
  PERFORM slipway.archive_rows(relation, 'true');
END $function$;
COMMENT ON FUNCTION slipway.archive IS 'Copies a table into slipway_archive before a down migration drops it';

CREATE OR REPLACE FUNCTION slipway.restore_rows(relation regclass, condition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  archived regclass := to_regclass(slipway.archive_name(relation));
  reference record;
  there text;
  parent_archive text;
  ready text := 'true';
  kept text := 'true';
  nulled text[] := '{}';
  columns text;
  expressions text := '';
  restored bigint;
BEGIN
  IF archived IS NULL THEN
    RETURN 0;
  END IF;
  FOR reference IN
    SELECT k.confrelid::regclass AS parent, k.confdeltype, coalesce(k.confdelsetcols, k.conkey) AS set_columns,
      (SELECT string_agg(format('archived.%I IS NULL', a.attname), ' OR ') FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS absent,
      (SELECT string_agg(format('parent.%I = archived.%I', p.attname, c.attname), ' AND ')
         FROM unnest(k.conkey, k.confkey) AS pair (child, parent)
         JOIN pg_attribute c ON c.attrelid = k.conrelid AND c.attnum = pair.child
         JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = pair.parent) AS same
    FROM pg_constraint k
    WHERE k.conrelid = relation AND k.contype = 'f' AND k.confrelid <> relation AND k.confdeltype IN ('c', 'n')
  LOOP
    there := format('(%s OR EXISTS (SELECT FROM %s parent WHERE %s))', reference.absent, reference.parent, reference.same);
    parent_archive := slipway.archive_name(reference.parent);
    IF to_regclass(parent_archive) IS NOT NULL THEN
      ready := format('%s AND (%s OR NOT EXISTS (SELECT FROM %s parent WHERE %s))', ready, there, parent_archive, reference.same);
    END IF;
    IF reference.confdeltype = 'c' THEN
      kept := kept || ' AND ' || there;
    ELSE
      SELECT nulled || array_agg(format('%s=%s', a.attname, there)) INTO nulled
        FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum = ANY (reference.set_columns);
    END IF;
  END LOOP;
  SELECT string_agg(quote_ident(new.attname), ', ' ORDER BY new.attnum),
         string_agg(coalesce((SELECT format('CASE WHEN %s THEN archived.%I END', substr(n, length(new.attname) + 2), new.attname)
                                FROM unnest(nulled) n WHERE starts_with(n, new.attname || '=') LIMIT 1),
                             format('archived.%I', new.attname)), ', ' ORDER BY new.attnum)
    INTO columns, expressions
    FROM pg_attribute new JOIN pg_attribute old ON old.attname = new.attname AND old.attrelid = archived
    WHERE new.attrelid = relation AND new.attnum > 0 AND NOT new.attisdropped AND NOT old.attisdropped AND new.attgenerated = '';
  EXECUTE format('WITH archived AS (DELETE FROM %s AS archived WHERE (%s) AND %s RETURNING *)
                  INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM archived WHERE %s',
                 archived, condition, ready, relation, columns, expressions, kept);
  GET DIAGNOSTICS restored = ROW_COUNT;
  RETURN restored;
END $function$;
COMMENT ON FUNCTION slipway.restore_rows IS 'Brings the archived rows of a condition back, as far as columns and what they refer to still exist';

CREATE OR REPLACE FUNCTION slipway.restore(relation regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  archived regclass := to_regclass(slipway.archive_name(relation));
  identity_column record;
  restored bigint;
  waits boolean;
BEGIN
  IF archived IS NULL THEN
    RETURN 0;
  END IF;
  restored := slipway.restore_rows(relation, 'true');
  FOR identity_column IN SELECT attname FROM pg_attribute WHERE attrelid = relation AND attidentity <> '' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %s',
                   relation::text, identity_column.attname, identity_column.attname, relation);
  END LOOP;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', archived) INTO waits;
  IF NOT waits THEN
    EXECUTE format('DROP TABLE %s', archived);
  END IF;
  RETURN restored;
END $function$;
COMMENT ON FUNCTION slipway.restore IS 'Brings back all that was put aside of a table and removes the archive; 0 when there is nothing';

CREATE OR REPLACE FUNCTION slipway.archive_column(relation regclass, key text, archived_column text, condition text DEFAULT 'true') RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  archived text := slipway.archive_name(relation, '.' || archived_column);
  kept bigint;
BEGIN
  IF to_regclass(archived) IS NULL THEN
    EXECUTE format('CREATE TABLE %s AS SELECT %I, %I FROM %s WITH NO DATA', archived, key, archived_column, relation);
    PERFORM slipway.protect(archived::regclass);
  END IF;
  EXECUTE format('INSERT INTO %s SELECT %I, %I FROM %s WHERE %I IS NOT NULL AND (%s)',
                 archived, key, archived_column, relation, archived_column, condition);
  GET DIAGNOSTICS kept = ROW_COUNT;
  RETURN kept;
END $function$;
COMMENT ON FUNCTION slipway.archive_column IS 'Copies key and value of one column into slipway_archive before a down clears or drops it';

CREATE OR REPLACE FUNCTION slipway.restore_column(relation regclass, key text, archived_column text, parent regclass, batch integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  archived text := slipway.archive_name(relation, '.' || archived_column);
  taken bigint;
BEGIN
  IF to_regclass(archived) IS NULL THEN
    RETURN 0;
  END IF;
  EXECUTE format('WITH taken AS (DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s LIMIT %2$s)) RETURNING *),
      back AS (UPDATE %3$s target SET %5$I = taken.%5$I FROM taken
               WHERE target.%4$I = taken.%4$I AND target.%5$I IS NULL AND EXISTS (SELECT FROM %6$s parent WHERE parent.id = taken.%5$I))
    SELECT count(*) FROM taken', archived, batch, relation, key, archived_column, parent) INTO taken;
  IF taken = 0 THEN
    EXECUTE format('DROP TABLE %s', archived);
  END IF;
  RETURN taken;
END $function$;
COMMENT ON FUNCTION slipway.restore_column IS 'Brings a batch of archived values back where none is by now; removes the archive when it is empty, and returns how many it took';
`;
