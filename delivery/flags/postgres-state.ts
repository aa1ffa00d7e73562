import type pg from "pg";
import { z } from "zod";
import { type StoredFlag, withSharedSegments } from "./translate.ts";

/**
 * What the application's role sees: row-level security hides inactive flags from it, and so does this from every other role. Not
 * jsonb_agg, which takes minutes over 10 MB in one flag where json_agg takes half a second.
 */
const query = (segments: string, which: string) => `
  SELECT json_build_object(
      'flags', coalesce(json_agg(json_build_object('key', f.flag_key, 'enabled', e.enabled, 'rollout', e.rollout_percentage,
        'targeting', e.user_targeting, 'waitsFor', CASE WHEN a.at = 'infinity' THEN 'go-live'
          WHEN a.at > statement_timestamp() THEN to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END) ORDER BY f.flag_key), '[]'),
      'segments', ${segments})::text AS state,
    (extract(epoch FROM min(a.at) FILTER (WHERE a.at > statement_timestamp() AND a.at < 'infinity') - statement_timestamp()) * 1000)::float8 AS next
    FROM public.feature_flags f JOIN public.feature_flag_environments e ON e.flag_key = f.flag_key,
      LATERAL (SELECT CASE WHEN e.user_targeting ? 'activation' THEN public.feature_flag_activation($1, e.user_targeting) END AS at) a
    WHERE e.environment = $1 AND f.is_active${which}`;

/** Named, so that a session plans each once: of a single flag the plan costs more than the reading. */
const everything = {
  name: "slipway flags, all",
  text: query(
    `(SELECT coalesce(json_object_agg(s.segment_key, s.definition ORDER BY s.segment_key), '{}')
        FROM public.feature_flag_segments s WHERE s.environment = $1)`,
    "",
  ),
};
const some = { name: "slipway flags, some", text: query("'{}'::json", " AND f.flag_key = ANY ($2)") };

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

interface Row {
  readonly state: string;
  /** Milliseconds until the next activation of what was read, by the database's clock; null when there is none. */
  readonly next: number | null;
}

/** The flags of an environment as its tables hold them, as last read. */
export class PostgresState {
  flags: Readonly<Record<string, StoredFlag>> = {};
  private readonly environment: string;
  private segments: Readonly<Record<string, unknown>> = {};
  /** What all of it was in the tables' words, unless single flags were read since. */
  private text: string | undefined;

  constructor(environment: string) {
    this.environment = environment;
  }

  /** Reads all of it. @returns whether it differs from before, and milliseconds until the next activation */
  async readAll(client: pg.ClientBase): Promise<{ readonly changed: boolean; readonly next: number | undefined }> {
    const { rows } = await client.query<Row>({ ...everything, values: [this.environment] });
    const { next, state } = onlyRow(rows);
    const changed = state !== this.text;
    if (changed) {
      const read = parseState(state);
      this.segments = read.segments;
      this.flags = withSharedSegments(read.flags, read.segments);
      this.text = state;
    }
    return { changed, next: next ?? undefined };
  }

  /**
   * Reads these flags again, and leaves the others the very objects that they were: of a thousand flags one changes, and whoever waits
   * to see it does not wait for the others.
   * @returns milliseconds until the next activation among them
   */
  async readSome(client: pg.ClientBase, keys: readonly string[]): Promise<number | undefined> {
    const { rows } = await client.query<Row>({ ...some, values: [this.environment, keys] });
    const { next, state } = onlyRow(rows);
    const flags = { ...this.flags };
    for (const key of keys) delete flags[key];
    this.flags = Object.assign(flags, withSharedSegments(parseState(state).flags, this.segments));
    this.text = undefined;
    return next ?? undefined;
  }
}

function onlyRow([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error("The database did not answer with its flags.");
  return row;
}

function parseState(text: string) {
  const { flags, segments } = stateSchema.parse(JSON.parse(text));
  const byKey = flags.map(({ key, waitsFor, ...flag }): [string, StoredFlag] => [
    key,
    { ...flag, ...(waitsFor !== null && { waitsFor }) },
  ]);
  return { flags: Object.fromEntries(byKey), segments };
}
