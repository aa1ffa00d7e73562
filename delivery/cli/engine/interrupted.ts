import { UserError } from "../../errors.ts";
import { removeHalfMade } from "./half-made.ts";
import type { PendingOperation } from "./leftovers.ts";
import { runQuietly } from "./run.ts";

/**
 * Settles what a run that was ended by force left open. The state then names operations of which the engine does not know
 * whether they came about; a refresh asks the systems themselves. A creation is forgotten and done again by `up`, since what
 * Slipway builds is created idempotently; the few things of which that is not true are taken away first.
 * @returns one line that says what had been interrupted
 */
export async function settleInterruptedRun(options: {
  readonly root: string;
  readonly stack: string;
  /** Options that tell the engine where the stack's settings are. */
  readonly config: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly pending: readonly PendingOperation[];
  readonly report: (text: string) => void;
}): Promise<string> {
  const { root, stack, config, env, pending, report } = options;
  const what = describePending(pending);
  report(`the last run was ended by force while ${what}; reading how things really are`);
  for (const operation of pending.filter(({ operation: kind }) => kind === "creating")) {
    await removeHalfMade(operation, env);
  }
  const args = ["refresh", "--stack", stack, "--yes", "--skip-preview", "--clear-pending-creates", "--non-interactive"];
  const result = await runQuietly("pulumi", [...args, ...config, "--color", "never"], { cwd: root, env });
  if (result.code !== 0) {
    throw new UserError(
      `The last run on ${stack} was ended by force while ${what}, and reading how things really are failed:\n  ${lastLines(result.stdout + result.stderr)}\n  Mend that and run the command again.`,
    );
  }
  return `the last run was ended by force while ${what}; its state is settled`;
}

/** "creating flags and updating dev" */
export function describePending(pending: readonly PendingOperation[]): string {
  return pending.map(({ operation, name }) => `${operation} ${name}`).join(" and ");
}

function lastLines(text: string): string {
  return text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-6)
    .join("\n  ");
}
