import pg from "pg";
import type { Checkout } from "./checkout.ts";

/** A row of the flag table, as an application sees it. */
export interface FlagRow {
  readonly key: string;
  readonly enabled: boolean;
  readonly rollout: number;
}

/** The flags of the dev database. */
export function readFlags(checkout: Checkout): Promise<FlagRow[]> {
  return query<FlagRow>(
    checkout,
    `SELECT flag_key AS key, enabled, rollout_percentage AS rollout
       FROM public.feature_flag_environments WHERE environment = 'development' ORDER BY flag_key`,
  );
}

/** Runs one statement in a database of the checkout's PostgreSQL, as its administrator. */
export async function query<Row>(checkout: Checkout, sql: string, database = "teamflow_dev"): Promise<Row[]> {
  const { PGHOST, PGPORT, PGUSER, PGPASSFILE } = await checkout.endpoints();
  const password = passwordOf(checkout, PGPASSFILE ?? "", PGUSER ?? "");
  const client = new pg.Client({ host: PGHOST, port: Number(PGPORT), user: PGUSER, password, database });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** The password that a pgpass file holds for a user. */
export function passwordOf(checkout: Checkout, file: string, user: string): string {
  const line = checkout
    .readAbsolute(file)
    .split("\n")
    .find((candidate) => candidate.split(":")[3] === user);
  if (!line) throw new Error(`no password for ${user} in ${file}`);
  return line.split(":").slice(4).join(":").replace(/\\(.)/g, "$1");
}

/** What the local GitHub answers. */
export async function askGitHub<T>(checkout: Checkout, path: string, method = "GET", body?: unknown): Promise<T> {
  const { GITHUB_BASE_URL, GITHUB_TOKEN } = await checkout.endpoints();
  const answer = await fetch(new URL(`api/v3/${path}`, GITHUB_BASE_URL), {
    method,
    headers: { authorization: `Bearer ${GITHUB_TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** The state of the dev stack, as its file in the backend says. */
export function readState(checkout: Checkout): {
  readonly resources: readonly { readonly urn: string; readonly type: string }[];
  readonly pending: readonly unknown[];
} {
  const state = JSON.parse(checkout.read(".slipway/state/.pulumi/stacks/slipway/dev.json"));
  return {
    resources: state.checkpoint.latest?.resources ?? [],
    pending: state.checkpoint.latest?.pending_operations ?? [],
  };
}
