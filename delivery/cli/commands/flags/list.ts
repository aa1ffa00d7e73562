import type { Command } from "commander";
import { UserError } from "../../../errors.ts";
import { type Flag, ownValue } from "../../../flags/flag.ts";
import { formatFlagLine } from "../../../flags/line.ts";
import { type OperatedState, readOperated } from "../../../flags/operate.ts";
import { operatedFlags } from "../../../flags/plan.ts";
import { readFlags } from "../../../flags/store.ts";
import { printJson, printNote, styled, table } from "../../terminal.ts";
import { atFlags, type FlagOptions, type FlagPlace, flagCommand, inRole } from "./session.ts";

/** Adds `flags list`. */
export function addList(flags: Command): void {
  flagCommand(flags, "list", {
    summary: "Show every flag as it acts now, what it waits for, and what operators made of the declared ones.",
    example: "./slipway flags list dev --json | jq '.flags | keys'",
  }).action((_stack: string | undefined, options: FlagOptions, call: Command) =>
    atFlags(call, (place) => list(place, options)),
  );
}

async function list(place: FlagPlace, options: FlagOptions): Promise<void> {
  const [state, operated] = await inRole(place, options.role ?? "auditor", async (client) => [
    await readOperated(client, place.environment),
    operatedFlags(await readFlags(client, place.environment)),
  ]);
  if (options.json) return printJson({ stack: place.stack, environment: place.environment, ...state, operated });
  const rows = Object.entries(state.flags).map(([key, flag]) => [
    styled("bold", key),
    shown(key, flag, state),
    ownValue(operated, key) === undefined ? "" : styled("yellow", "changed by an operator"),
  ]);
  if (rows.length === 0) printNote(`there is no flag in ${place.environment}; delivery/flags.yaml declares them`);
  else process.stdout.write(`${table(rows)}\n`);
}

/** Adds `flags get`. */
export function addGet(flags: Command): void {
  flagCommand(flags, "get", {
    summary: "Show one flag as it acts now.",
    example: "./slipway flags get dev new_dashboard",
  })
    .argument("<flag>", "the flag's key")
    .action((_stack: string | undefined, key: string, options: FlagOptions, call: Command) =>
      atFlags(call, (place) => get(place, key, options)),
    );
}

async function get(place: FlagPlace, key: string, options: FlagOptions): Promise<void> {
  const state = await inRole(place, options.role ?? "auditor", (client) => readOperated(client, place.environment));
  const flag = requireFlag(state, key, place.environment);
  const waitsFor = ownValue(state.waiting, key);
  if (options.json) return printJson({ key, ...flag, ...(waitsFor !== undefined && { waitsFor }) });
  process.stdout.write(`${styled("bold", key)}  ${flag.name}\n  ${shown(key, flag, state)}\n`);
  if (flag.description !== "") process.stdout.write(`  ${flag.description}\n`);
}

/** @throws UserError that names the flags there are */
export function requireFlag({ flags }: Pick<OperatedState, "flags">, key: string, environment: string): Flag {
  const flag = ownValue(flags, key);
  if (flag !== undefined) return flag;
  throw new UserError(
    `There is no flag "${key}" in ${environment}.\n  Flags: ${Object.keys(flags).join(", ") || "none"}. Declare one in delivery/flags.yaml.`,
  );
}

function shown(key: string, flag: Flag, { waiting }: OperatedState): string {
  const waitsFor = ownValue(waiting, key);
  const line = formatFlagLine(flag);
  const text = styled(flag.active && flag.enabled && waitsFor === undefined ? "green" : "dim", line);
  return waitsFor === undefined ? text : `${text} ${styled("yellow", `waits for ${waitsFor}`)}`;
}
