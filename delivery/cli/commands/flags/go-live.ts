import type { Command } from "commander";
import { UsageError, UserError } from "../../../errors.ts";
import { parseTime } from "../../../flags/evaluation/time.ts";
import { transaction } from "../../../flags/store.ts";
import { printJson } from "../../terminal.ts";
import {
  actor,
  atFlags,
  type ChangeOptions,
  changing,
  consentedReason,
  type FlagPlace,
  flagCommand,
  inRole,
} from "./session.ts";

interface GoLiveOptions extends ChangeOptions {
  readonly record?: boolean;
  readonly at?: string;
}

/** Adds `flags go-live`. */
export function addGoLive(flags: Command): void {
  changing(
    flagCommand(flags, "go-live", {
      summary:
        "Show or record when the environment went live. Scheduled activations count from then, by the database's clock; it is recorded once.",
      example: './slipway flags go-live prod --record --reason "Phase 8.6" --confirm production',
    }),
  )
    .option("--record", "record it, as of now")
    .option("--at <time>", "record this time instead, such as 2026-03-01T09:00:00Z")
    .action((_stack: string | undefined, options: GoLiveOptions, call: Command) => {
      const { at, record = false } = options;
      if (at !== undefined && !(at.includes("T") && !Number.isNaN(parseTime(at))))
        throw new UsageError(`--at is a time with its zone, such as 2026-03-01T09:00:00Z, not "${at}".`);
      const records = record || at !== undefined;
      return atFlags(call, (place) => goLive(place, records, options), { changes: records });
    });
}

async function goLive(place: FlagPlace, records: boolean, options: GoLiveOptions): Promise<void> {
  const { at } = options;
  const { environment } = place;
  const reason = records ? await consentedReason("go-live", place, options) : "";
  const wentLive = await inRole(place, options.role ?? (records ? "operator" : "auditor"), async (client) => {
    const known = async () =>
      (
        await client.query("SELECT went_live_at FROM public.feature_flag_go_lives WHERE environment = $1", [
          environment,
        ])
      ).rows[0]?.went_live_at as Date | undefined;
    if (!records) return known();
    return transaction(client, { actor: actor(), reason }, async () => {
      const before = await known();
      if (before !== undefined)
        throw new UserError(
          `${environment} went live at ${before.toISOString()}, which is recorded once; nothing was written.\n  A wrong time is for the owner of the database to correct.`,
        );
      await client.query(
        "INSERT INTO public.feature_flag_go_lives (environment, went_live_at) VALUES ($1, coalesce($2::timestamptz, now()))",
        [environment, at ?? null],
      );
      return known();
    });
  });
  if (options.json) printJson({ environment, wentLive: wentLive ?? null });
  else
    process.stdout.write(
      wentLive === undefined
        ? `${environment} has not gone live: what waits for that is off\n`
        : `${environment} went live at ${wentLive.toISOString()}\n`,
    );
}
