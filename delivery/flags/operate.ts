import type pg from "pg";
import { z } from "zod";
import { sqlState } from "../database/connection.ts";
import { UserError } from "../errors.ts";
import { type Flag, type FlagSet, flagKeySchema, flagStateSchema, ownValue } from "./flag.ts";
import { formatFlagLine } from "./line.ts";
import { sameFlag } from "./plan.ts";
import { readFlags, transaction } from "./store.ts";
import { parseTargeting, sharedSegmentSchema } from "./targeting.ts";
import { prerequisiteProblems, withSharedSegments } from "./translate.ts";

/** Who changes what is operated, where, and why. */
export interface Operation {
  readonly environment: string;
  readonly actor: string;
  readonly reason: string;
}

/** A flag that was changed at run time; `before` is undefined for one that is new. */
export interface OperatedFlag {
  readonly key: string;
  readonly before?: Flag | undefined;
  readonly after: Flag;
}

export type SegmentSet = Readonly<Record<string, unknown>>;

/** All that operators work on in an environment. */
export interface OperatedState {
  readonly flags: FlagSet;
  readonly segments: SegmentSet;
  /** What a flag waits for that is enabled and off all the same: a time, or "go-live". */
  readonly waiting: Readonly<Record<string, string>>;
}

/** The flags as they act now, inactive ones included, with the shared segments and what flags wait for by the database's clock. */
export async function readOperated(client: pg.ClientBase, environment: string): Promise<OperatedState> {
  const actual = await readFlags(client, environment);
  const { rows } = await client.query<{ segments: Record<string, unknown>; waiting: Record<string, string> }>(
    `SELECT (SELECT coalesce(json_object_agg(segment_key, definition ORDER BY segment_key), '{}') FROM public.feature_flag_segments
         WHERE environment = $1) AS segments,
       (SELECT coalesce(json_object_agg(e.flag_key, CASE WHEN a.at = 'infinity' THEN 'go-live'
           ELSE to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END), '{}')
         FROM public.feature_flag_environments e, LATERAL public.feature_flag_activation($1, e.user_targeting) AS a (at)
         WHERE e.environment = $1 AND e.enabled AND a.at > statement_timestamp()) AS waiting`,
    [environment],
  );
  const flags = Object.entries(actual).flatMap(([key, { current }]) => (current === undefined ? [] : [[key, current]]));
  return { flags: Object.fromEntries(flags), segments: rows[0]?.segments ?? {}, waiting: rows[0]?.waiting ?? {} };
}

/**
 * Changes flags at run time, all of it or nothing, in the role that the session has.
 * @param change says what flags and shared segments shall be like; those that it does not name stay.
 * @returns what differs from before, in the order of keys.
 * @throws UserError when the role may not, or when a flag or segment would be malformed: nothing is written then.
 */
export async function operateFlags(
  client: pg.ClientBase,
  operation: Operation,
  change: (state: OperatedState) => { readonly flags?: FlagSet; readonly segments?: SegmentSet },
): Promise<OperatedFlag[]> {
  const { environment } = operation;
  try {
    return await transaction(client, operation, async () => {
      const state = await readOperated(client, environment);
      const { flags: wanted = {}, segments = {} } = change(state);
      const changes = plannedChanges(state.flags, wanted);
      checkOperated(state, changes, segments);
      for (const [key, definition] of Object.entries(segments)) {
        await client.query(
          `INSERT INTO public.feature_flag_segments AS s (environment, segment_key, definition) VALUES ($1, $2, $3)
           ON CONFLICT (environment, segment_key) DO UPDATE SET definition = $3 WHERE s.definition <> $3`,
          [environment, key, JSON.stringify(definition)],
        );
      }
      for (const { key, before, after } of changes) await write(client, environment, key, before, after);
      return changes;
    });
  } catch (error) {
    throw refusedError(error) ?? error;
  }
}

/** What a set of wanted flags changes. Names and descriptions of flags that exist are the declaration's. */
export function plannedChanges(current: FlagSet, wanted: FlagSet): OperatedFlag[] {
  return Object.keys(wanted)
    .sort()
    .flatMap((key) => {
      const before = ownValue(current, key);
      const given = ownValue(wanted, key) as Flag;
      const after = before ? { ...given, name: before.name, description: before.description } : given;
      return before !== undefined && sameFlag(before, after) ? [] : [{ key, before, after }];
    });
}

/** One line for each change, as a preview has them. */
export function changeLines(changes: readonly OperatedFlag[]): string[] {
  return changes.map(({ key, before, after }) =>
    before === undefined
      ? `+ ${key}: ${formatFlagLine(after)}`
      : `~ ${key}: ${formatFlagLine(before)} => ${formatFlagLine(after)}`,
  );
}

const newFlagSchema = z.object({ name: z.string().min(1).max(255), description: z.string(), active: z.boolean() });

/** @throws UserError with every problem at once */
export function checkOperated(
  { flags, segments: known }: OperatedState,
  changes: readonly OperatedFlag[],
  segments: SegmentSet,
): void {
  const all = { ...known, ...segments };
  const after = Object.fromEntries([
    ...Object.entries(flags),
    ...changes.map(({ key, after }) => [key, after] as const),
  ]);
  const prerequisites = prerequisiteProblems(withSharedSegments(after, all));
  const problems = [
    ...Object.entries(segments).flatMap(([key, definition]) => segmentProblems(key, definition)),
    ...changes.flatMap(({ key, before, after: { name, description, active, ...state } }) => {
      const fields = [
        ...(before ? [] : [flagKeySchema.safeParse(key), newFlagSchema.safeParse({ name, description, active })]),
        flagStateSchema.safeParse(state),
      ];
      const targeting = parseTargeting(state.targeting).problems.map(
        ({ path, message }) => `targeting${["", ...path.map(String)].join(".")} ${message}`,
      );
      const missing = sharedNames(state.targeting).filter((name) => !Object.hasOwn(all, name));
      return [
        ...fields
          .flatMap(({ error }) => error?.issues ?? [])
          .map((issue) => `${issue.path.join(".") || "the key"} ${issue.message}`),
        ...targeting,
        ...missing.map((name) => `its targeting names the shared segment ${name}, which does not exist`),
        ...(prerequisites.has(key) ? [`${prerequisites.get(key)}`] : []),
      ].map((problem) => `${key}: ${problem}`);
    }),
  ];
  if (problems.length > 0)
    throw new UserError(`Nothing was written:\n${[...new Set(problems)].map((problem) => `  ${problem}`).join("\n")}`);
}

function segmentProblems(key: string, definition: unknown): string[] {
  const { error } = sharedSegmentSchema.safeParse(definition);
  const named = flagKeySchema.safeParse(key);
  return [
    ...(named.error?.issues ?? []).map(({ message }) => `segment ${key}: its key ${message}`),
    ...(error?.issues ?? []).map(({ path, message }) => `segment ${key}: ${path.join(".") || "it"} ${message}`),
  ];
}

/** The shared segments that a targeting names. */
function sharedNames(targeting: unknown): string[] {
  const { segments } = targeting as { readonly segments?: readonly { readonly shared?: unknown }[] };
  if (!Array.isArray(segments)) return [];
  return segments.map((segment) => segment?.shared).filter((name) => typeof name === "string");
}

/** Only the columns that operators may change: the rest of the row is the declaration's. */
async function write(
  client: pg.ClientBase,
  environment: string,
  key: string,
  before: Flag | undefined,
  { name, description, active, enabled, rollout, targeting }: Flag,
): Promise<void> {
  if (before === undefined) {
    await client.query(
      "INSERT INTO public.feature_flags (flag_key, name, description, is_active) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
      [key, name, description, active],
    );
    await client.query(
      `INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
       VALUES ($1, $2, $3, $4, $5)`,
      [key, environment, enabled, rollout, JSON.stringify(targeting)],
    );
    return;
  }
  if (before.active !== active)
    await client.query("UPDATE public.feature_flags SET is_active = $2 WHERE flag_key = $1", [key, active]);
  await client.query(
    `UPDATE public.feature_flag_environments AS e SET enabled = $3, rollout_percentage = $4, user_targeting = $5
     WHERE flag_key = $1 AND environment = $2
       AND (e.enabled, e.rollout_percentage, e.user_targeting) IS DISTINCT FROM ($3, $4, $5::jsonb)`,
    [key, environment, enabled, rollout, JSON.stringify(targeting)],
  );
}

/** The role's refusal in words; undefined for any other error. */
export function refusedError(error: unknown): UserError | undefined {
  if (sqlState(error) !== "42501") return undefined;
  return new UserError(
    `Your role may not do that (${(error as Error).message}); nothing was written.\n  Auditors read everything and change nothing; operators change flags: --role operator, for those who are.`,
    { cause: error },
  );
}
