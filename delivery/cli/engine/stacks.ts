import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { pullRequestOf } from "../../../infra/environment.ts";
import { UsageError } from "../../errors.ts";
import { backendDirectory } from "./environment.ts";

/** Names of the stacks that this checkout describes: each has a Pulumi.<name>.yaml. */
export function knownStacks(root: string): string[] {
  return readdirSync(root)
    .map((file) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** Whether a name is that of a stack here, or of a pull request's, which needs no file of its own. */
function isStack(root: string, name: string): boolean {
  return pullRequestOf(name) !== undefined || knownStacks(root).includes(name);
}

/**
 * The name of a stack, as a command's argument.
 * @throws UsageError when there is no such stack
 */
export function requireStack(root: string, command: string, name: string | undefined): string {
  const list = `Stacks here: ${knownStacks(root).join(", ")} (each is described by its Pulumi.<name>.yaml); pr-<number> for a pull request.`;
  if (name === undefined)
    throw new UsageError(`"${command}" needs the name of a stack, for instance: ./slipway ${command} dev\n  ${list}`);
  if (isStack(root, name)) return name;
  if (/^pr-/.test(name))
    throw new UsageError(
      `"${name}" names no pull request's stack: that is pr- and the pull request's number, 1 to 999999, such as pr-42.`,
    );
  throw new UsageError(`There is no stack "${name}".\n  ${list}`);
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
  refuseStackOption(command, args);
  const index = args[0]?.startsWith("-") ? args.findIndex((arg) => isStack(root, arg)) : 0;
  const stack = requireStack(root, command, args[index]);
  const rest = args.filter((_, position) => position !== index);
  const second = rest[0];
  if (second !== undefined && isStack(root, second)) {
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
