import type pg from "pg";
import { z } from "zod";
import { sqlState } from "../database/connection.ts";
import { UserError } from "../errors.ts";
import { type Flag, type FlagSet, flagStateSchema, ownValue } from "./flag.ts";
import { type ActualFlag, type FlagPlan, planFlags } from "./plan.ts";

const storedFlagSchema = flagStateSchema.extend({ name: z.string(), description: z.string(), active: z.boolean() });

/** What the tables hold for one environment, by flag key. */
export async function readFlags(client: pg.ClientBase, environment: string): Promise<Record<string, ActualFlag>> {
  const { rows } = await client
    .query(
      `SELECT coalesce(f.flag_key, d.flag_key) AS key, d.declaration AS "lastDeclared",
         CASE WHEN e.flag_key IS NOT NULL THEN jsonb_build_object(
           'name', f.name, 'description', f.description, 'active', f.is_active,
           'enabled', e.enabled, 'rollout', e.rollout_percentage, 'targeting', e.user_targeting) END AS current
       FROM public.feature_flags f
         JOIN public.feature_flag_environments e ON e.flag_key = f.flag_key AND e.environment = $1
         FULL JOIN (SELECT * FROM public.feature_flag_declarations WHERE environment = $1) d ON d.flag_key = f.flag_key
       ORDER BY 1`,
      [environment],
    )
    .catch((error) => {
      throw sqlState(error) === "42P01" ? notMigrated(error) : error;
    });
  return Object.fromEntries(
    rows.map(({ key, current, lastDeclared }) => [
      key,
      { current: parseStored(key, current), lastDeclared: parseStored(key, lastDeclared) },
    ]),
  );
}

export interface ApplyFlagsOptions {
  readonly environment: string;
  /** All flags that shall be there. */
  readonly declared: FlagSet;
  /** What whoever asked has seen; see {@link planFlags}. */
  readonly seen?: FlagSet;
  /** Who asked, for the history. */
  readonly actor: string;
  /** Why, for the history. */
  readonly reason: string;
}

/**
 * Brings the declared flags into the tables, in one transaction: all of it or nothing. Only what differs is written. Two that apply
 * at once do so one after the other, and operators wait the few milliseconds that it takes.
 *
 * @returns what was done.
 * @throws UserError when operators and the declaration changed the same field; nothing is written then.
 */
export async function applyFlags(client: pg.ClientBase, options: ApplyFlagsOptions): Promise<FlagPlan> {
  return transaction(client, options, async () => {
    const actual = await readFlags(client, options.environment);
    const plan = planFlags(options.declared, actual, options.seen);
    if (plan.conflicts.length > 0) throw conflictError(plan.conflicts);
    for (const { action, key, flag } of plan.changes) {
      if (action === "delete") await remove(client, key, options.environment);
      else if (action !== "unchanged" && flag !== undefined) await write(client, key, flag, options.environment);
      await declare(client, key, ownValue(options.declared, key), options.environment);
    }
    return plan;
  });
}

/** Removes the flags that were declared here, whatever operators made of them; flags that nobody declared stay. */
export async function removeFlags(
  client: pg.ClientBase,
  options: Pick<ApplyFlagsOptions, "environment" | "actor" | "reason">,
): Promise<void> {
  await transaction(client, options, async () => {
    for (const [key, { lastDeclared }] of Object.entries(await readFlags(client, options.environment))) {
      if (lastDeclared === undefined) continue;
      await remove(client, key, options.environment);
      await declare(client, key, undefined, options.environment);
    }
  });
}

/** Works on the flags alone, in one transaction whose changes carry the actor and the reason in the history. */
export async function transaction<T>(
  client: pg.ClientBase,
  { actor, reason }: Pick<ApplyFlagsOptions, "actor" | "reason">,
  work: () => Promise<T>,
): Promise<T> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT set_config('slipway.actor', $1, true), set_config('slipway.reason', $2, true)", [
      actor,
      reason,
    ]);
    await client.query("SET LOCAL lock_timeout = '15s'; SET LOCAL statement_timeout = '60s'");
    await client.query("SELECT pg_advisory_xact_lock(hashtext('slipway feature flags'))");
    await client.query("LOCK TABLE public.feature_flags, public.feature_flag_environments IN SHARE ROW EXCLUSIVE MODE");
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    if (sqlState(error) === "42P01") throw notMigrated(error);
    if (sqlState(error) === "55P03") {
      throw new UserError(
        "The feature flags are locked by another session, for more than 15 s; nothing was written.\n" +
          "  Look for a long transaction (SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start) and try again.",
        { cause: error },
      );
    }
    throw error;
  }
}

async function write(client: pg.ClientBase, key: string, flag: Flag, environment: string): Promise<void> {
  await client.query(
    `INSERT INTO public.feature_flags AS f (flag_key, name, description, is_active) VALUES ($1, $2, $3, $4)
     ON CONFLICT (flag_key) DO UPDATE SET name = $2, description = $3, is_active = $4
     WHERE (f.name, f.description, f.is_active) IS DISTINCT FROM ($2, $3, $4)`,
    [key, flag.name, flag.description, flag.active],
  );
  await client.query(
    `INSERT INTO public.feature_flag_environments AS e (flag_key, environment, enabled, rollout_percentage, user_targeting)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (flag_key, environment) DO UPDATE SET enabled = $3, rollout_percentage = $4, user_targeting = $5
     WHERE (e.enabled, e.rollout_percentage, e.user_targeting) IS DISTINCT FROM ($3, $4, $5)`,
    [key, environment, flag.enabled, flag.rollout, JSON.stringify(flag.targeting)],
  );
}

/** The flag itself goes with the last environment that this database knows it in. */
async function remove(client: pg.ClientBase, key: string, environment: string): Promise<void> {
  await client.query("DELETE FROM public.feature_flag_environments WHERE flag_key = $1 AND environment = $2", [
    key,
    environment,
  ]);
  await client.query(
    `DELETE FROM public.feature_flags f WHERE flag_key = $1
       AND NOT EXISTS (SELECT FROM public.feature_flag_environments e WHERE e.flag_key = f.flag_key)`,
    [key],
  );
}

async function declare(client: pg.ClientBase, key: string, flag: Flag | undefined, environment: string): Promise<void> {
  if (flag === undefined) {
    await client.query("DELETE FROM public.feature_flag_declarations WHERE flag_key = $1 AND environment = $2", [
      key,
      environment,
    ]);
    return;
  }
  await client.query(
    `INSERT INTO public.feature_flag_declarations AS d (flag_key, environment, declaration) VALUES ($1, $2, $3)
     ON CONFLICT (flag_key, environment) DO UPDATE SET declaration = $3, declared_at = now() WHERE d.declaration <> $3`,
    [key, environment, JSON.stringify(flag)],
  );
}

function parseStored(key: string, value: unknown): Flag | undefined {
  if (value === null) return undefined;
  const parsed = storedFlagSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `The table public.feature_flags holds what is no flag, for ${key}:\n${z.prettifyError(parsed.error)}`,
  );
}

function conflictError(conflicts: readonly string[]): UserError {
  return new UserError(
    `Operators changed flags that the declaration changes too; nothing was written:\n${conflicts.map((line) => `  ${line}`).join("\n")}\n` +
      "  Look at them with ./slipway drift <stack>. Then either declare these values, or replace them: ./slipway up <stack> --refresh\n" +
      "  (or pulumi refresh, then pulumi up).",
  );
}

function notMigrated(cause: unknown): UserError {
  return new UserError(
    "This database has no feature flag tables.\n  Run its migrations first: ./slipway up applies them.",
    { cause },
  );
}
