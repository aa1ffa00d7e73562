import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../errors.ts";
import { backendDirectory } from "./environment.ts";

/** Names of the stacks that this checkout describes: each has a Pulumi.<name>.yaml. */
export function knownStacks(root: string): string[] {
  return readdirSync(root)
    .map((file) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/**
 * Tells the stack's name apart from what is meant for `pulumi`. The name comes first; options may stand before it.
 * @throws UsageError when there is no name, no such stack, or more than one
 */
export function splitStackArguments(
  root: string,
  command: string,
  args: readonly string[],
): { readonly stack: string; readonly rest: string[] } {
  const known = knownStacks(root);
  refuseStackOption(command, args);
  const list = `Stacks here: ${known.join(", ")} (each is described by its Pulumi.<name>.yaml).`;
  const index = args[0]?.startsWith("-") ? args.findIndex((arg) => known.includes(arg)) : 0;
  const stack = args[index];
  if (stack === undefined)
    throw new UsageError(`"${command}" needs the name of a stack, for instance: ./slipway ${command} dev\n  ${list}`);
  if (!known.includes(stack)) throw new UsageError(`There is no stack "${stack}".\n  ${list}`);
  const rest = args.filter((_, position) => position !== index);
  const second = rest[0];
  if (second !== undefined && known.includes(second)) {
    throw new UsageError(
      `"${command}" takes one stack at a time, but "${stack}" and "${second}" were named.\n  Run it once for each.`,
    );
  }
  if (second !== undefined && !second.startsWith("-")) {
    throw new UsageError(
      `"${command}" takes one stack and options after it, but after "${stack}" comes "${second}".\n  See ./slipway ${command} --help.`,
    );
  }
  return { stack, rest };
}

/**
 * Pulumi's own option for the stack: passed on, it would win over the name that was checked, with its rules.
 * @throws UsageError when it is among the arguments
 */
function refuseStackOption(command: string, args: readonly string[]): void {
  const index = args.findIndex((arg) => /^(--stack|-s)(=|$)/.test(arg));
  const option = args[index];
  if (option === undefined) return;
  const name = option.split("=")[1] ?? args[index + 1] ?? "dev";
  throw new UsageError(
    `"${command}" takes the stack without the option ${option.split("=")[0]}.\n  Write: ./slipway ${command} ${name}`,
  );
}

/** File in which the sandbox's backend keeps a stack's state. */
export function stateFile(root: string, stack: string): string {
  return path.join(backendDirectory(root), ".pulumi", "stacks", "slipway", `${stack}.json`);
}

/** Whether the sandbox's backend knows the stack. */
export function stackExists(root: string, stack: string): boolean {
  return existsSync(stateFile(root, stack));
}
