import type pg from "pg";
import { migratedDatabase } from "../../../support/migrated.ts";
import { type TestPostgres, testPostgres } from "../../../support/postgres.ts";

export interface FlagDatabase {
  readonly server: TestPostgres;
  readonly name: string;
  readonly owner: string;
  /** A session of the administrator's. */
  readonly admin: pg.Client;
}

/** A migrated database of its own for one suite. */
export async function flagDatabase(): Promise<FlagDatabase> {
  const server = await testPostgres();
  const { name, owner } = await migratedDatabase();
  return { server, name, owner, admin: await server.connect(name) };
}

/** Puts a flag into the tables as it is, without any of the checks that our own ways to write one have. */
export async function putFlag(
  client: pg.ClientBase,
  key: string,
  { environment = "production", enabled = true, rollout = 100, targeting = {} as unknown, active = true } = {},
): Promise<void> {
  await client.query(
    "INSERT INTO public.feature_flags (flag_key, name, is_active) VALUES ($1, $1, $2) ON CONFLICT (flag_key) DO UPDATE SET is_active = $2",
    [key, active],
  );
  await client.query(
    `INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (flag_key, environment) DO UPDATE SET enabled = $3, rollout_percentage = $4, user_targeting = $5`,
    [key, environment, enabled, rollout, JSON.stringify(targeting)],
  );
}
