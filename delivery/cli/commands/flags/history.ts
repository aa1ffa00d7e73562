import { type Command, InvalidArgumentError } from "commander";
import type pg from "pg";
import { printJson, printNote, styled, table } from "../../terminal.ts";
import { atFlags, type FlagOptions, type FlagPlace, flagCommand, inRole } from "./session.ts";

interface Change {
  readonly at: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly what: string;
  readonly operation: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

interface HistoryOptions extends FlagOptions {
  readonly limit: number;
}

/** Adds `flags history`. */
export function addHistory(flags: Command): void {
  flagCommand(flags, "history", {
    summary: "Show who changed what, when and why, newest first, with before and after.",
    example: "./slipway flags history prod new_dashboard --limit 5",
  })
    .argument("[flag]", "the flag's key; without it, all changes")
    .option("--limit <count>", "how many changes at most", wholeNumber, 20)
    .action((_stack: string | undefined, key: string | undefined, options: HistoryOptions, call: Command) =>
      atFlags(call, (place) => history(place, key, options)),
    );
}

async function history(place: FlagPlace, key: string | undefined, options: HistoryOptions): Promise<void> {
  const changes = await inRole(place, options.role ?? "auditor", (client) =>
    readHistory(client, place.environment, key, options.limit),
  );
  if (options.json) return printJson(changes);
  if (changes.length === 0) return printNote(key === undefined ? "nothing was changed" : `${key} was never changed`);
  const rows = changes.map((change) => [
    styled("dim", change.at),
    change.actor,
    `${change.what}: ${difference(change)}`,
    change.reason ?? "",
  ]);
  process.stdout.write(`${table(rows)}\n`);
}

async function readHistory(client: pg.Client, environment: string, key: string | undefined, limit: number) {
  const { rows } = await client.query<Change>(
    `SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at, actor, reason, operation, before, after,
       coalesce(flag_key, 'segment ' || (coalesce(after, before) ->> 'segment_key'),
         CASE table_name WHEN 'feature_flag_go_lives' THEN 'go-live' ELSE table_name END) AS what
     FROM public.feature_flag_history
     WHERE ($1::text IS NULL OR flag_key = $1) AND (environment IS NULL OR environment = $2) ORDER BY id DESC LIMIT $3`,
    [key ?? null, environment, limit],
  );
  return rows;
}

/** Columns that say nothing about the flag itself. */
const silent = ["flag_key", "environment", "segment_key", "created_at", "updated_at", "recorded_at"];

function difference({ after, before, operation }: Change): string {
  if (before === null && after === null) return operation.toLowerCase();
  const names = Object.keys(after ?? before ?? {}).filter((name) => !silent.includes(name));
  const show = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  if (before === null) return `+ ${names.map((name) => `${name} ${show(after?.[name])}`).join(", ")}`;
  if (after === null) return "- removed";
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name} ${show(before[name])} => ${show(after[name])}`)
    .join(", ");
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number above 0.");
}
