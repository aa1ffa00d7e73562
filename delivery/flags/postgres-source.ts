import pg from "pg";
import type { FlagSource, SourceReports } from "./live-flags.ts";
import { PostgresState } from "./postgres-state.ts";

/** Where the tables' triggers tell of a change, with the flag's key as payload. */
export const flagChannel = "slipway_feature_flags";

export interface PostgresSourceOptions {
  readonly environment: string;
  /** As node-postgres takes it, a password function included. @default PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE */
  readonly connection?: pg.ClientConfig | undefined;
  /** How soon a silent loss is noticed, in milliseconds; changes are notified of, and seen at once. @default 2000 */
  readonly pollInterval?: number | undefined;
}

/** Milliseconds that the server may take to accept a session or to answer. */
const longestAnswer = 5_000;
const shortestPause = 100;
const longestPause = 5_000;

/** More changes than these are read with all others: reading one by one would take longer. */
const mostSingleFlags = 50;

/**
 * Follows the flags of one environment in its database, over one session of its own. A lost session is opened again, after pauses
 * that grow from 0.1 to 5 seconds; every loss is reported, and none is thrown.
 */
export function postgresSource(options: PostgresSourceOptions): FlagSource {
  return {
    follow(reports) {
      const stopping = new AbortController();
      const done = follow(options, reports, stopping.signal);
      return async () => {
        stopping.abort();
        await done;
      };
    },
  };
}

async function follow(options: PostgresSourceOptions, reports: SourceReports, stopping: AbortSignal): Promise<void> {
  const state = new PostgresState(options.environment);
  let failures = 0;
  const report = (changed: boolean) => {
    failures = 0;
    if (changed) reports.current(state.flags);
    else reports.unchanged();
  };
  while (!stopping.aborted) {
    try {
      await followSession(options, state, report, stopping);
    } catch (error) {
      if (stopping.aborted) return;
      reports.lost(error as Error);
      const pause = Math.min(longestPause, shortestPause * 2 ** failures++);
      await wait(pause * (0.5 + Math.random() / 2), stopping); // spread, so that a restarted server is not stormed
    }
  }
}

async function followSession(
  { connection, pollInterval = 2_000 }: PostgresSourceOptions,
  state: PostgresState,
  report: (changed: boolean) => void,
  stopping: AbortSignal,
): Promise<void> {
  const client = new pg.Client({
    application_name: "slipway flags",
    keepAlive: true,
    connectionTimeoutMillis: longestAnswer,
    query_timeout: longestAnswer,
    ...connection,
  });
  let lost: Error | undefined;
  let bell = new AbortController();
  let told = new Set<string>();
  client.on("notification", ({ payload = "" }) => {
    told.add(payload);
    bell.abort();
  });
  client.on("error", (error) => {
    lost = error;
    bell.abort();
  });
  client.on("end", () => {
    lost ??= new Error("The database closed the session.");
    bell.abort();
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${flagChannel}`);
    let due = 0; // when all is read again, on the clock of performance.now()
    while (!stopping.aborted) {
      // Before the read, so that a change during it is not missed.
      bell = new AbortController();
      const keys = [...told];
      told = new Set();
      // A flag's key is the whole payload. What has none is not one flag's: a segment, a go-live, a table made empty.
      const single = performance.now() < due && keys.length <= mostSingleFlags && !keys.includes("");
      if (single && keys.length > 0) {
        const next = await state.readSome(client, keys);
        report(true);
        due = Math.min(due, performance.now() + pauseUntil(next));
      } else if (!single) {
        const { changed, next } = await state.readAll(client);
        report(changed);
        due = performance.now() + pauseUntil(next);
      }
      await wait(Math.max(0, due - performance.now()), AbortSignal.any([bell.signal, stopping]));
      if (lost !== undefined) throw lost;
    }
  } finally {
    await close(client);
  }

  /** The next activation is so far away by the database's clock; what this machine's says does not matter. */
  function pauseUntil(next: number | undefined): number {
    return Math.min(pollInterval, Math.ceil(next ?? pollInterval) + 1);
  }
}

/** A session whose other end is gone without a word never says good-bye. */
async function close(client: pg.Client): Promise<void> {
  const gone = new AbortController();
  const end = client
    .end()
    .catch(() => {})
    .then(() => gone.abort());
  await Promise.race([end, wait(1_000, gone.signal)]);
  if (!gone.signal.aborted)
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

function wait(milliseconds: number, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (until.aborted) return resolve();
    const timer = setTimeout(end, milliseconds);
    until.addEventListener("abort", end, { once: true });
    function end() {
      clearTimeout(timer);
      until.removeEventListener("abort", end);
      resolve();
    }
  });
}
