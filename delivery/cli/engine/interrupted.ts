import { UserError } from "../../errors.ts";
import type { PendingOperation } from "./leftovers.ts";
import { runQuietly } from "./run.ts";

/**
 * Settles what a run that was ended by force left open. The state then names operations of which the engine does not know
 * whether they came about; a refresh asks the systems themselves. A creation that is on record nowhere is forgotten here, and
 * `up` does it again: every provider that Slipway uses finds what is already there and takes it over.
 * @returns one line that says what had been interrupted
 */
export async function settleInterruptedRun(options: {
  readonly root: string;
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
  readonly pending: readonly PendingOperation[];
  readonly report: (text: string) => void;
}): Promise<string> {
  const { root, stack, env, pending, report } = options;
  const what = describePending(pending);
  report(`the last run was ended by force while ${what}; reading how things really are`);
  const args = ["refresh", "--stack", stack, "--yes", "--skip-preview", "--clear-pending-creates", "--non-interactive", "--color", "never"];
  const result = await runQuietly("pulumi", args, { cwd: root, env });
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
