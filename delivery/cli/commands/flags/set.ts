import { type Command, Option } from "commander";
import { UsageError } from "../../../errors.ts";
import type { Flag } from "../../../flags/flag.ts";
import { changeLines, operateFlags } from "../../../flags/operate.ts";
import { printJson, printNote } from "../../terminal.ts";
import { readGivenFile } from "./given-file.ts";
import { requireFlag } from "./list.ts";
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

interface SetOptions extends ChangeOptions {
  readonly on?: boolean;
  readonly off?: boolean;
  readonly active?: boolean;
  readonly inactive?: boolean;
  readonly rollout?: string;
  readonly targeting?: string;
}

/** Adds `flags set`. */
export function addSet(flags: Command): void {
  changing(
    flagCommand(flags, "set", {
      summary:
        "Change a flag at run time. Running applications see it at once, and the history keeps before, after, who and why.",
      example: './slipway flags set prod new_dashboard --rollout 5 --reason "First users" --confirm production',
    }),
  )
    .argument("<flag>", "the flag's key")
    .addOption(new Option("--on", "switch it on").conflicts("off"))
    .option("--off", "switch it off for everyone")
    .addOption(new Option("--active", "show it to the application").conflicts("inactive"))
    .option("--inactive", "hide it from the application altogether")
    .option("--rollout <percent>", "whole percent of those for whom it is on, 0 to 100")
    .option("--targeting <json>", "who is singled out, as JSON, or @file; {} for nobody")
    .action((_stack: string | undefined, key: string, options: SetOptions, call: Command) => {
      const wanted = wantedState(options);
      const targeting = wanted.targeting && JSON.stringify(wanted.targeting);
      return atFlags(call, (place) => set(place, key, wanted, options), { changes: true, options: { targeting } });
    });
}

async function set(place: FlagPlace, key: string, wanted: Partial<Flag>, options: SetOptions): Promise<void> {
  const reason = await consentedReason("set", place, options);
  const { environment } = place;
  const operation = { environment, actor: actor(), reason };
  const changes = await inRole(place, options.role ?? "operator", (client) =>
    operateFlags(client, operation, (state) => ({
      flags: { [key]: { ...requireFlag(state, key, environment), ...wanted } },
    })),
  );
  if (options.json) return printJson({ ...operation, changes });
  if (changes.length === 0) return printNote(`${key} is so already; nothing was written`);
  process.stdout.write(`${changeLines(changes).join("\n")}\n`);
}

/** @throws UsageError when nothing is to change, or for a number or JSON that is none */
function wantedState({ active, inactive, off, on, rollout, targeting }: SetOptions): Partial<Flag> {
  const wanted: Partial<Flag> = {
    ...((on || off) && { enabled: on === true }),
    ...((active || inactive) && { active: active === true }),
    ...(rollout !== undefined && { rollout: percentage(rollout) }),
    ...(targeting !== undefined && { targeting: parseTargetingOption(targeting) }),
  };
  if (Object.keys(wanted).length > 0) return wanted;
  throw new UsageError(
    '"flags set" needs to know what to change: --on, --off, --rollout, --targeting, --active or --inactive.',
  );
}

function percentage(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new UsageError(`--rollout is a whole number of percent, 0 to 100, not "${text}".`);
}

function parseTargetingOption(text: string): Flag["targeting"] {
  const json = text.startsWith("@") ? readGivenFile(text.slice(1)) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UsageError(`--targeting is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Flag["targeting"];
  throw new UsageError('--targeting is a JSON object, such as {} or {"exclude": {"users": ["ada"]}}.');
}
