import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { UserError } from "../errors.ts";

/** "slipway" in ASCII: the advisory lock that one runner a database holds. */
const runnerLock = "32488822435963257";

/**
 * Takes the advisory lock by asking again and again: a session that waits inside `pg_advisory_lock` holds a snapshot, and
 * CREATE INDEX CONCURRENTLY of the runner it waits for would wait for it in turn.
 * @param onWait called once when somebody else holds it, with who that is
 * @returns milliseconds waited.
 */
export async function holdRunnerLock(
  client: pg.Client,
  timeout: number,
  onWait?: (holder: string) => void,
): Promise<number> {
  const start = Date.now();
  let told = false;
  for (;;) {
    const {
      rows: [answer],
    } = await client.query(`SELECT pg_try_advisory_lock(${runnerLock}) AS held`);
    if (answer.held) return Date.now() - start;
    if (!told) {
      told = true;
      onWait?.((await runnerAtWork(client)) ?? "one that has just ended");
    }
    if (Date.now() - start > timeout) {
      throw new UserError(
        `Another migration has been running on this database for more than ${Math.round(timeout / 1000)} s${await describeHolder(client)}.\n` +
          "  Wait for it, or end that session with pg_terminate_backend; its unfinished migration is then rolled back.",
      );
    }
    await sleep(100);
  }
}

async function describeHolder(client: pg.Client): Promise<string> {
  const holder = await runnerAtWork(client);
  return holder === undefined ? "" : ` (${holder})`;
}

/** Who migrates this database now: session, login and what the session is called; undefined when nobody does. */
export async function runnerAtWork(client: pg.ClientBase): Promise<string | undefined> {
  const {
    rows: [holder],
  } = await client.query(
    `SELECT a.pid, a.usename, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND ((l.classid::bigint << 32) | l.objid::bigint) = ${runnerLock}`,
  );
  return holder === undefined ? undefined : `session ${holder.pid}, ${holder.usename}, "${holder.application_name}"`;
}
