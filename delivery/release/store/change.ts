import pg from "pg";
import { sqlState } from "../../database/connection.ts";
import { UserError } from "../../errors.ts";
import type { Actor } from "../model.ts";

/** Who acts, as proved to whoever called: what the audit says of every change. */
export interface Identity {
  readonly actor: Actor;
  /** Where they were authenticated. */
  readonly source: "workflow" | "terminal" | "sandbox";
  /** By what: the subject of the OIDC token, the login that the token belongs to. No secret. */
  readonly proof: string;
}

/** An open transaction in which somebody changes release state. Only `change` makes one. */
export interface Change {
  readonly client: pg.ClientBase;
  readonly identity: Identity;
}

/**
 * Changes release state: all that `work` does, with its audit entries, or nothing. Killed anywhere before the end it did nothing.
 * @param client in no transaction
 * @throws UserError when the database's rules refuse it; nothing is changed then
 */
export async function change<T>(
  client: pg.ClientBase,
  identity: Identity,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const { actor, source, proof } = identity;
  try {
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
    await client.query(
      "SELECT set_config('slipway.actor', $1, true), set_config('slipway.source', $2, true), set_config('slipway.proof', $3, true)",
      [actor, source, proof],
    );
    const result = await work({ client, identity });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw explain(error);
  }
}

/** What the rules of the schema say, in words; what they raise themselves is a sentence already. */
const rules: Readonly<Record<string, string>> = {
  deployment_one_running:
    "Another deployment is running in this environment.\n  Wait for its end: ./slipway release status.",
  promotion_one_open: "This bundle is already promoted to this environment.\n  See it: ./slipway release status.",
};

function explain(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { message, constraint = "" } = error;
  const state = sqlState(error);
  const rule = rules[constraint];
  if (rule !== undefined) return new UserError(rule, { cause: error });
  if (state === "42501")
    return new UserError(
      `The release database refuses this: ${message}.\n  Release state is changed by the commands, with their own login.`,
      { cause: error },
    );
  if (state === "23514" && constraint === "")
    return new UserError(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`, { cause: error });
  return error;
}

/**
 * Makes whoever decides about an environment wait for each other until the end of the change: what the gate looked at stays as it
 * is until its answer has been acted on. Others' environments go on.
 */
export async function lockEnvironment({ client }: Change, environment: string): Promise<void> {
  await client.query(
    "SELECT pg_advisory_xact_lock_shared(hashtext('slipway release'), 0), pg_advisory_xact_lock(hashtext('slipway release'), hashtext($1))",
    [`environment ${environment}`],
  );
}

/** As `lockEnvironment`, for what concerns all of them. */
export async function lockAllEnvironments({ client }: Change): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtext('slipway release'), 0)");
}
