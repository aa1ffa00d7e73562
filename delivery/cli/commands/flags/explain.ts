import type { Command } from "commander";
import { UsageError } from "../../../errors.ts";
import { compileFlags } from "../../../flags/evaluation/compiled-flags.ts";
import { explainFlag, formatExplanation } from "../../../flags/evaluation/explain.ts";
import type { FlagContext } from "../../../flags/evaluation/model.ts";
import { ownValue } from "../../../flags/flag.ts";
import { type OperatedState, readOperated } from "../../../flags/operate.ts";
import { type StoredFlag, toFeature, withSharedSegments } from "../../../flags/translate.ts";
import { printJson } from "../../terminal.ts";
import { requireFlag } from "./list.ts";
import { atFlags, type FlagOptions, type FlagPlace, flagCommand, inRole } from "./session.ts";

interface ExplainOptions extends FlagOptions {
  readonly user?: string;
  readonly organization?: string;
  readonly context?: string;
}

/** Adds `flags explain`. */
export function addExplain(flags: Command): void {
  flagCommand(flags, "explain", {
    summary: "Say why a user has a flag or not, step by step.",
    example: './slipway flags explain dev new_dashboard --user ada --organization acme --context \'{"plan": "pro"}\'',
  })
    .argument("<flag>", "the flag's key")
    .option("--user <id>", "the context's userId")
    .option("--organization <id>", "the context's organizationId")
    .option("--context <json>", "more fields of the context, as a JSON object")
    .action((_stack: string | undefined, key: string, options: ExplainOptions, call: Command) => {
      const context = contextOf(options);
      return atFlags(call, (place) => explain(place, key, context, options));
    });
}

async function explain(place: FlagPlace, key: string, context: FlagContext, options: ExplainOptions): Promise<void> {
  const state = await inRole(place, options.role ?? "auditor", (client) => readOperated(client, place.environment));
  const flag = requireFlag(state, key, place.environment);
  const compiled = flag.active ? asApplicationsSee(state).get(key) : undefined;
  const explanation = compiled && explainFlag(compiled, context);
  if (options.json) printJson({ flag: key, active: flag.active, context, ...explanation });
  else if (explanation === undefined)
    process.stdout.write(`${key} is inactive: applications do not see it, and answer with their own default\n`);
  else process.stdout.write(`${formatExplanation(explanation)}\n`);
}

function asApplicationsSee({ flags, segments, waiting }: OperatedState) {
  const active = Object.entries(flags).filter(([, { active }]) => active);
  const stored = Object.fromEntries(
    active.map(([key, flag]): [string, StoredFlag] => [key, { ...flag, waitsFor: ownValue(waiting, key) }]),
  );
  const features = Object.entries(withSharedSegments(stored, segments)).map(([key, flag]) => toFeature(key, flag));
  return compileFlags({ features });
}

function contextOf({ context, organization, user }: ExplainOptions): FlagContext {
  let more: unknown;
  try {
    more = JSON.parse(context ?? "{}");
  } catch (error) {
    throw new UsageError(`--context is no JSON: ${(error as Error).message}.`);
  }
  if (typeof more !== "object" || more === null || Array.isArray(more))
    throw new UsageError('--context is a JSON object, such as {"plan": "pro"}.');
  return {
    ...more,
    ...(user !== undefined && { userId: user }),
    ...(organization !== undefined && { organizationId: organization }),
  };
}
