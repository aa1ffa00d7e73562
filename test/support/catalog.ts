import type pg from "pg";

/**
 * Everything that a migration may make or change, as sorted lines that do not depend on OIDs or column positions: schemas, relations,
 * columns, constraints, indexes, policies, triggers, functions, sequences; with owners, grants and comments. The runner's own two
 * schemas are left out.
 */
export async function catalogSnapshot(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query(`
    WITH ns AS (SELECT * FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'slipway', 'slipway_archive')),
    acl AS (
      SELECT 'schema ' || nspname AS object, nspacl AS acl, acldefault('n', nspowner) AS def FROM ns
      UNION ALL SELECT 'relation ' || c.oid::regclass, relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner) FROM pg_class c JOIN ns ON ns.oid = relnamespace WHERE relkind IN ('r','v','m','S','p')
      UNION ALL SELECT 'column ' || attrelid::regclass || '.' || attname, attacl, '{}' FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN ns ON ns.oid = relnamespace WHERE attacl IS NOT NULL
      UNION ALL SELECT 'function ' || p.oid::regprocedure, proacl, acldefault('f', proowner) FROM pg_proc p JOIN ns ON ns.oid = pronamespace
    )
    SELECT 'schema ' || nspname || ' owner ' || pg_get_userbyid(nspowner) AS line FROM ns
    UNION ALL SELECT 'relation ' || c.oid::regclass || ' ' || relkind::text || ' owner ' || pg_get_userbyid(relowner) || ' rls ' || relrowsecurity || ' forced ' || relforcerowsecurity FROM pg_class c JOIN ns ON ns.oid = relnamespace
    UNION ALL SELECT 'column ' || c.oid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' notnull ' || attnotnull || ' identity ' || attidentity::text || ' default ' || coalesce(pg_get_expr(adbin, adrelid), '-')
      FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN ns ON ns.oid = relnamespace LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r','v','m','p')
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(k.oid) || ' valid ' || convalidated FROM pg_constraint k JOIN ns ON ns.oid = connamespace WHERE conrelid <> 0
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes JOIN ns ON nspname = schemaname
    UNION ALL SELECT 'policy ' || schemaname || '.' || tablename || ' ' || policyname || ' ' || permissive || ' ' || roles::text || ' ' || cmd || ' using ' || coalesce(qual, '-') || ' check ' || coalesce(with_check, '-') FROM pg_policies JOIN ns ON nspname = schemaname
    UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) || ' enabled ' || tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN ns ON ns.oid = relnamespace WHERE NOT tgisinternal
    UNION ALL SELECT 'function ' || p.oid::regprocedure || ' owner ' || pg_get_userbyid(proowner) || ' definer ' || prosecdef || ' ' || md5(pg_get_functiondef(p.oid)) FROM pg_proc p JOIN ns ON ns.oid = pronamespace
    UNION ALL SELECT 'grant ' || object || ' to ' || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END || ' ' || privilege_type FROM acl, aclexplode(coalesce(acl, def))
    UNION ALL SELECT 'comment ' || pg_describe_object(classoid, objoid, objsubid) || ' ' || description FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid JOIN ns ON ns.oid = c.relnamespace
    ORDER BY 1`);
  return rows.map(({ line }) => line);
}

/** Every row of every table outside the runner's schemas, as text, sorted. */
export async function dataSnapshot(client: pg.ClientBase): Promise<Record<string, string[]>> {
  const { rows: tables } = await client.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', 'slipway', 'slipway_archive') ORDER BY 1`,
  );
  const data: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await client.query(`SELECT to_jsonb(t)::text AS row FROM ${name} t ORDER BY 1`);
    data[name] = rows.map(({ row }) => row);
  }
  return data;
}
