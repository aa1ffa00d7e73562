import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { endpointEnvironment, type PartName, resetSandbox, sandboxStatus } from "../../sandbox/index.ts";
import { layoutOf } from "../../sandbox/layout.ts";
import { readPgpass } from "../../sandbox/secrets.ts";
import { loadState } from "../../sandbox/state.ts";
import { findProcesses, type ProcessIdentity } from "../../sandbox/system/processes.ts";
import { until } from "../../sandbox/system/wait.ts";

const roots: string[] = [];

/** An empty checkout in a folder of its own. @param mode of that folder; mkdtemp's own is 0700 */
export function temporaryRoot(mode = 0o700): string {
  const root = mkdtempSync(path.join(tmpdir(), "slipway-sandbox-"));
  chmodSync(root, mode);
  roots.push(root);
  return root;
}

/** Ends and removes every sandbox that the tests made. */
export async function removeRoots(): Promise<void> {
  for (const root of roots.splice(0).filter(existsSync)) {
    await resetSandbox(root);
    rmSync(root, { recursive: true, force: true });
  }
}

/** All processes that have to do with a checkout: named by its path, its id or its mark. */
export function processesOf(root: string): ProcessIdentity[] {
  const { root: real, id } = layoutOf(root);
  return findProcesses(({ command, environment }) =>
    [real, id].some((sign) => command.includes(sign) || environment.includes(`SLIPWAY_SANDBOX_PART=${sign}`)),
  );
}

/** The process of a part, which must run. */
export async function pidOf(root: string, part: PartName): Promise<number> {
  const pid = (await sandboxStatus(root)).find(({ name }) => name === part)?.pid;
  if (pid === undefined) throw new Error(`${part} does not run`);
  return pid;
}

export function supervisorPid(root: string): number {
  const pid = loadState(layoutOf(root))?.supervisor?.pid;
  if (pid === undefined) throw new Error("no supervisor is recorded");
  return pid;
}

/** Fails when the condition does not come true in time (milliseconds). */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 20_000,
): Promise<void> {
  if (!(await until(condition, limit))) throw new Error(`not within ${limit / 1000} s: ${what}`);
}

/** Runs statements as the administrator of a sandbox's PostgreSQL; the rows of the last one. */
export async function sql<Row extends pg.QueryResultRow>(root: string, ...statements: string[]): Promise<Row[]> {
  const client = await connect(root);
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query<Row>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

export async function connect(root: string): Promise<pg.Client> {
  const env = endpointEnvironment(root);
  const server = { host: env.PGHOST ?? "", port: Number(env.PGPORT), user: env.PGUSER ?? "" };
  const password = readPgpass(env.PGPASSFILE ?? "", server) ?? "";
  const client = new pg.Client({ ...server, password, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** The lines of a log file, joined. */
export function logOf(root: string, name: PartName | "supervisor"): string {
  return readFileSync(layoutOf(root).log(name), "utf8");
}
