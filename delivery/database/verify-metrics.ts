import type pg from "pg";
import { sqlState } from "./connection.ts";
import type { MigrationStatus } from "./migration-status.ts";

/** The source's `migrationMetrics` ("Metrics to Monitor"), as far as a database knows them; null where its tables are not made. */
export interface MigrationMetrics {
  readonly totalOrganizations: number | null;
  readonly totalUsers: number | null;
  readonly usersWithOrganizations: number | null;
  readonly usersWithoutOrganizations: number | null;
  /** Users who got their organization by the move of existing users. */
  readonly migratedUsers: number | null;
  readonly migratedConnections: number | null;
  /** Of users, and not moved yet. */
  readonly connectionsWithoutOrganizations: number | null;
  /** Without a user: nobody's to move; operators alone see them. */
  readonly connectionsWithoutUsers: number | null;
  readonly migratedMetadata: number | null;
  /** Milliseconds, from here: the old application's look-up of a profile, of twenty tries. */
  readonly databaseQueryLatency: { readonly median: number; readonly slowest: number } | null;
  readonly migrationErrors: readonly string[];
}

/** What of the source's metrics is measured elsewhere. */
export const metricsElsewhere: Readonly<Record<string, string>> = {
  apiResponseTime: "CloudWatch, the load balancer's TargetResponseTime",
  syncLatency: "the sync engine's own metrics",
  authenticationErrors: "the backend's logs",
  syncErrors: "the sync engine's own metrics",
};

const queries = {
  totalOrganizations: "SELECT count(*) AS n FROM enterprise.organizations",
  totalUsers: "SELECT count(*) AS n FROM auth.users",
  usersWithOrganizations:
    "SELECT count(*) AS n FROM auth.users u WHERE EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)",
  usersWithoutOrganizations:
    "SELECT count(*) AS n FROM auth.users u WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)",
  migratedUsers: "SELECT count(*) AS n FROM enterprise.organizations WHERE origin = 'moved'",
  migratedConnections:
    "SELECT count(*) AS n FROM github_module.github_app_installations WHERE organization_id IS NOT NULL",
  connectionsWithoutOrganizations:
    "SELECT count(*) AS n FROM github_module.github_app_installations WHERE organization_id IS NULL AND user_id IS NOT NULL",
  connectionsWithoutUsers: "SELECT count(*) AS n FROM github_module.github_app_installations WHERE user_id IS NULL",
  migratedMetadata: "SELECT count(*) AS n FROM metadata.repositories",
} as const;

/** Measures them. Changes nothing. */
export async function readMetrics(client: pg.ClientBase, status: MigrationStatus): Promise<MigrationMetrics> {
  const counts: Partial<Record<keyof typeof queries, number | null>> = {};
  for (const [name, sql] of Object.entries(queries)) {
    const rows = await unlessMissing(() => client.query(sql));
    counts[name as keyof typeof queries] = rows === null ? null : Number(rows.rows[0]?.n);
  }
  return {
    ...(counts as Record<keyof typeof queries, number | null>),
    databaseQueryLatency: await unlessMissing(() => latency(client)),
    migrationErrors: [
      ...status.unfinished.map(({ name, direction }) => `${name} was begun (${direction}) and is not finished`),
      ...status.changed.map(({ name }) => `${name} was changed after it was applied`),
      ...status.unknown.map((name) => `${name} is applied, but not in this version`),
    ],
  };
}

async function latency(client: pg.ClientBase): Promise<{ median: number; slowest: number }> {
  const times: number[] = [];
  for (let count = 0; count < 20; count++) {
    const start = performance.now();
    await client.query(
      "SELECT p.* FROM public.profiles p JOIN auth.users u ON u.id = p.id WHERE p.id = (SELECT id FROM public.profiles LIMIT 1)",
    );
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  const rounded = (time = 0) => Math.round(time * 100) / 100;
  return { median: rounded(times[10]), slowest: rounded(times[19]) };
}

/** 42P01 no such table, 3F000 no such schema, 42703 no such column. */
async function unlessMissing<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (["42P01", "3F000", "42703"].includes(sqlState(error) ?? "")) return null;
    throw error;
  }
}
