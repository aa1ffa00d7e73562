import type pg from "pg";

/** How many rows a backfill has to do with at most: a query for each state of the schema, the first whose tables there are. */
const counts: Readonly<Record<string, readonly { readonly needs: readonly string[]; readonly sql: string }[]>> = {
  "0012_move_users": [
    {
      needs: ["auth.users", "enterprise.user_organization_roles"],
      sql: "SELECT count(*) AS n FROM auth.users u WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)",
    },
    { needs: ["auth.users"], sql: "SELECT count(*) AS n FROM auth.users" },
  ],
  "0013_move_connections": [
    {
      needs: ["github_module.github_app_installations", "enterprise.organizations"],
      sql: `SELECT count(*) AS n FROM github_module.github_app_installations i
            WHERE user_id IS NOT NULL AND to_jsonb(i) ->> 'organization_id' IS NULL`,
    },
    {
      needs: ["github_module.github_app_installations"],
      sql: "SELECT count(*) AS n FROM github_module.github_app_installations WHERE user_id IS NOT NULL",
    },
  ],
};

/** The backfills whose rows can be counted. */
export const countedBackfills: readonly string[] = Object.keys(counts);

/**
 * The rows that remain to a backfill as of now; 0 where its tables are not made yet.
 * @returns undefined for a backfill that is not in the table above
 */
export async function backfillsLeft(client: pg.ClientBase, name: string): Promise<number | undefined> {
  for (const { needs, sql } of counts[name] ?? []) {
    const { rows } = await client.query(
      "SELECT bool_and(to_regclass(name) IS NOT NULL) AS there FROM unnest($1::text[]) AS name",
      [needs],
    );
    if (rows[0]?.there) return Number((await client.query(sql)).rows[0]?.n);
  }
  return counts[name] === undefined ? undefined : 0;
}
