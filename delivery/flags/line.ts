import { UserError } from "../errors.ts";
import { canonicalJson, type Flag, flagStateSchema } from "./flag.ts";

/**
 * A flag as one line that a person reads in a preview and a program reads back: `on, rollout 50 %`. What is not there is as
 * usual: the flag is active and targets nobody. `parseFlagLine(formatFlagLine(flag))` is the flag again, so that the line is all
 * that a state file needs to hold, and a changed flag is one changed line.
 */
export function formatFlagLine({ active, enabled, rollout, targeting }: Omit<Flag, "name" | "description">): string {
  const parts = [enabled ? "on" : "off", `rollout ${rollout} %`];
  if (!active) parts.push("inactive");
  if (Object.keys(targeting).length > 0) parts.push(`targeting ${canonicalJson(targeting)}`);
  return parts.join(", ");
}

/** Name and description as one line: `New Dashboard Design: Enable the redesigned dashboard interface`. */
export function formatFlagText({ name, description }: Pick<Flag, "name" | "description">): string {
  return description === "" ? name : `${name}: ${description}`;
}

const line =
  /^(?<enabled>on|off), rollout (?<rollout>\d+) %(?<inactive>, inactive)?(?:, targeting (?<targeting>\{.*\}))?$/s;

/** @throws UserError when the line is none that `formatFlagLine` writes. */
export function parseFlagLine(key: string, text: string): Omit<Flag, "name" | "description"> {
  const groups = line.exec(text)?.groups;
  const state = flagStateSchema.safeParse(
    groups && {
      enabled: groups.enabled === "on",
      rollout: Number(groups.rollout),
      targeting: parseJson(groups.targeting ?? "{}"),
    },
  );
  if (groups === undefined || !state.success) {
    throw new UserError(
      `The flag ${key} reads ${JSON.stringify(text)}, which is not like "on, rollout 50 %".\n  Run pulumi refresh.`,
    );
  }
  return { ...state.data, active: groups.inactive === undefined };
}

/** The reverse of `formatFlagText`. */
export function parseFlagText(text: string): Pick<Flag, "name" | "description"> {
  const end = text.indexOf(": ");
  return end < 0 ? { name: text, description: "" } : { name: text.slice(0, end), description: text.slice(end + 2) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
