import { Command, CommanderError } from "commander";
import { UserError } from "../../../delivery/errors.ts";

/** How a command was refused: what a user would read, and the exit code. */
export interface Refusal {
  readonly message: string;
  readonly code: number;
}

/**
 * Runs a command that is to be refused, in this process.
 * @param add what adds the command to its parent
 * @returns undefined when it was not refused
 */
export async function refused(
  add: (parent: Command) => unknown,
  args: readonly string[],
): Promise<Refusal | undefined> {
  const parent = new Command("slipway").exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  add(parent);
  const inherit = (command: Command) => {
    for (const child of command.commands) inherit(child.copyInheritedSettings(command));
  };
  inherit(parent);
  try {
    await parent.parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, code: error.exitCode };
    if (error instanceof CommanderError) return { message: error.message, code: 2 };
    throw error;
  }
}

/** A command's wrong use, and what of its message matters. */
export type WrongUse = readonly [title: string, args: readonly string[], says: RegExp, code?: number];
