import pg from "pg";
import { readApplied } from "./migration-status.ts";

/** What a table holds, and how it is guarded. */
export interface TablePortrait {
  readonly rows: number;
  /** The latest of all its times, in ISO 8601; undefined when it has none. */
  readonly newest?: string;
  /** Rows that bear a time after the restored moment; undefined when the table has no times, or nobody asked. */
  readonly after?: number;
  /** Whether row-level security is on, whether it holds for the owner too, and by which policies. */
  readonly guard: { readonly enabled: boolean; readonly forced: boolean; readonly policies: readonly string[] };
  /** What PostgreSQL has counted since its statistics began. */
  readonly written: { readonly inserted: number; readonly updated: number; readonly deleted: number };
}

/** A database at one moment, as far as a restored one can be compared with it. */
export interface Portrait {
  /** By the server's clock. */
  readonly takenAt: Date;
  readonly migrations: readonly { readonly name: string; readonly checksum: string; readonly appliedAt: Date }[];
  /** By `<schema>.<name>`. */
  readonly tables: Readonly<Record<string, TablePortrait>>;
}

/** How long one table may be counted, in milliseconds: a reader that holds back the cleaning of old rows. */
const countLimit = 10 * 60_000;

const tablesQuery = `
SELECT c.oid::regclass::text AS reference, n.nspname || '.' || c.relname AS name,
  c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
  coalesce(s.n_tup_ins, 0)::float8 AS inserted, coalesce(s.n_tup_upd, 0)::float8 AS updated, coalesce(s.n_tup_del, 0)::float8 AS deleted,
  ARRAY(SELECT format('%s for %s to %s using %s check %s', policyname, cmd, roles, qual, with_check) FROM pg_policies p
    WHERE p.schemaname = n.nspname AND p.tablename = c.relname ORDER BY policyname) AS policies,
  ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype) ORDER BY attnum) AS times
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^(pg_|information_schema$)'
ORDER BY 2`;

/**
 * Looks at all tables of a database, in one transaction that can write nothing. Every row is counted.
 * @param after the restored moment, to count what bears a later time. @default nothing is counted by time
 */
export async function takePortrait(client: pg.ClientBase, after?: Date): Promise<Portrait> {
  await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await client.query(
      `SET LOCAL statement_timeout = ${countLimit}; SET LOCAL TimeZone = 'UTC'; SET LOCAL search_path = pg_catalog`,
    );
    const [clock] = (await client.query<{ now: Date }>("SELECT clock_timestamp() AS now")).rows;
    const migrations = await readApplied(client);
    const { rows: found } = await client.query(tablesQuery);
    const tables: Record<string, TablePortrait> = {};
    for (const { name, reference, enabled, forced, inserted, updated, deleted, policies, times } of found) {
      tables[name] = {
        ...(await count(client, reference, times, after)),
        guard: { enabled, forced, policies },
        written: { inserted, updated, deleted },
      };
    }
    return { takenAt: clock?.now ?? new Date(), migrations, tables };
  } finally {
    await client.query("ROLLBACK");
  }
}

async function count(client: pg.ClientBase, reference: string, times: readonly string[], after: Date | undefined) {
  const columns = times.map((name) => `${pg.escapeIdentifier(name)}::timestamptz`);
  const latest =
    columns.length > 0
      ? `greatest(${columns.map((column) => `CASE WHEN isfinite(${column}) THEN ${column} END`).join(", ")})`
      : undefined;
  const { rows } = await client.query(
    `SELECT count(*)::float8 AS rows${latest ? `, to_char(max(${latest}), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS newest` : ""}${
      latest && after ? `, count(*) FILTER (WHERE ${latest} > $1)::float8 AS after` : ""
    } FROM ${reference}`,
    latest && after ? [after] : [],
  );
  const { rows: all, newest, after: since } = rows[0];
  return {
    rows: Number(all),
    ...(newest && { newest: String(newest) }),
    ...(since !== undefined && { after: Number(since) }),
  };
}
