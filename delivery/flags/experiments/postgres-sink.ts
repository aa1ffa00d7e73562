import pg from "pg";
import type { ExperimentBatch, ExperimentSink } from "./log.ts";

export interface PostgresSinkOptions {
  readonly environment: string;
  /** As node-postgres takes it. @default PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE */
  readonly connection?: pg.ClientConfig | undefined;
}

/** Times are the database's: now, less what has passed here since. */
const exposuresStatement = `
  INSERT INTO public.feature_flag_exposures (environment, flag_key, unit_kind, unit_id, variant, first_exposed_at)
  SELECT $1, f, k, u, v, now() - make_interval(secs => age / 1000)
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[]) AS t (f, k, u, v, age) ON CONFLICT DO NOTHING`;
const eventsStatement = `
  INSERT INTO public.feature_flag_events (environment, id, metric, user_id, organization_id, value, occurred_at)
  SELECT $1, i, m, u, o, v, now() - make_interval(secs => age / 1000)
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[]) AS t (i, m, u, o, v, age) ON CONFLICT DO NOTHING`;

/** Writes experiments into the flags' database, over a session that is opened when there is something to write. */
export function postgresSink({ connection, environment }: PostgresSinkOptions): ExperimentSink {
  let client: pg.Client | undefined;
  const drop = async () => {
    const lost = client;
    client = undefined;
    await lost?.end().catch(() => {});
  };
  return {
    async write({ events, exposures }: ExperimentBatch): Promise<void> {
      try {
        client ??= await open(connection);
        const now = performance.now();
        if (exposures.length > 0)
          await client.query(exposuresStatement, [
            environment,
            exposures.map(({ flag }) => flag),
            exposures.map(({ kind }) => kind),
            exposures.map(({ unit }) => unit),
            exposures.map(({ variant }) => variant),
            exposures.map(({ at }) => now - at),
          ]);
        if (events.length > 0)
          await client.query(eventsStatement, [
            environment,
            events.map(({ id }) => id),
            events.map(({ metric }) => metric),
            events.map(({ userId }) => userId ?? null),
            events.map(({ organizationId }) => organizationId ?? null),
            events.map(({ value }) => value),
            events.map(({ at }) => now - at),
          ]);
      } catch (error) {
        await drop();
        throw error;
      }
    },
    close: drop,
  };
}

async function open(connection: pg.ClientConfig | undefined): Promise<pg.Client> {
  const client = new pg.Client({
    application_name: "slipway experiments",
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    ...connection,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}
