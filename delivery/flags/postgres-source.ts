import pg from "pg";
import { z } from "zod";
import type { FlagSource, SourceReports } from "./live-flags.ts";
import { type StoredFlag, withSharedSegments } from "./translate.ts";

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

/**
 * What the application's role sees: row-level security hides inactive flags from it, and so does this from every other role. Not
 * jsonb_agg, which takes minutes over 10 MB in one flag where json_agg takes half a second.
 */
const flagsQuery = `
  SELECT json_build_object(
      'flags', coalesce(json_agg(json_build_object('key', f.flag_key, 'enabled', e.enabled, 'rollout', e.rollout_percentage,
        'targeting', e.user_targeting, 'waitsFor', CASE WHEN a.at = 'infinity' THEN 'go-live'
          WHEN a.at > statement_timestamp() THEN to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END) ORDER BY f.flag_key), '[]'),
      'segments', (SELECT coalesce(json_object_agg(s.segment_key, s.definition ORDER BY s.segment_key), '{}')
        FROM public.feature_flag_segments s WHERE s.environment = $1))::text AS state,
    (extract(epoch FROM min(a.at) FILTER (WHERE a.at > statement_timestamp() AND a.at < 'infinity') - statement_timestamp()) * 1000)::float8 AS next
    FROM public.feature_flags f JOIN public.feature_flag_environments e ON e.flag_key = f.flag_key,
      LATERAL (SELECT CASE WHEN e.user_targeting ? 'activation' THEN public.feature_flag_activation($1, e.user_targeting) END AS at) a
    WHERE e.environment = $1 AND f.is_active`;

const stateSchema = z.object({
  flags: z.array(
    z.object({
      key: z.string(),
      enabled: z.boolean(),
      rollout: z.int().min(0).max(100),
      targeting: z.unknown(),
      waitsFor: z.string().nullable(),
    }),
  ),
  segments: z.record(z.string(), z.unknown()),
});

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
  let last: string | undefined;
  let failures = 0;
  const report = (state: string) => {
    failures = 0;
    if (state === last) return reports.unchanged();
    reports.current(parseState(state));
    last = state;
  };
  while (!stopping.aborted) {
    try {
      await followSession(options, report, stopping);
    } catch (error) {
      if (stopping.aborted) return;
      reports.lost(error as Error);
      const pause = Math.min(longestPause, shortestPause * 2 ** failures++);
      await wait(pause * (0.5 + Math.random() / 2), stopping); // spread, so that a restarted server is not stormed
    }
  }
}

async function followSession(
  { connection, environment, pollInterval = 2_000 }: PostgresSourceOptions,
  report: (state: string) => void,
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
  client.on("notification", () => bell.abort());
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
    while (!stopping.aborted) {
      bell = new AbortController(); // before the read, so that a change during it is not missed
      const { rows } = await client.query<{ state: string; next: number | null }>(flagsQuery, [environment]);
      const [row] = rows;
      if (row !== undefined) report(row.state);
      // The next activation is so far away by the database's clock; what this machine's says does not matter.
      const pause = Math.min(pollInterval, Math.ceil(row?.next ?? pollInterval) + 1);
      await wait(pause, AbortSignal.any([bell.signal, stopping]));
      if (lost !== undefined) throw lost;
    }
  } finally {
    await close(client);
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

function parseState(text: string): Record<string, StoredFlag> {
  const { flags, segments } = stateSchema.parse(JSON.parse(text));
  const byKey = flags.map(({ key, waitsFor, ...flag }) => [key, { ...flag, ...(waitsFor !== null && { waitsFor }) }]);
  return withSharedSegments(Object.fromEntries(byKey), segments);
}
