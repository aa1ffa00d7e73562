import { UserError } from "../../errors.ts";
import { type StackHistory, stackHistorySchema } from "../../evidence/observed-updates.ts";
import { promotionLine } from "../../process/promotion-line.ts";
import type { Process } from "../../process/schema.ts";
import { runQuietly } from "./run.ts";

/**
 * What was done to the stack of the last environment, from the state's own history. The environment of this process is the engine's.
 *
 * @returns undefined where there is no such stack yet, so that nothing was done to it
 * @throws UserError when the history cannot be read
 */
export async function readStackHistory(root: string, rules: Process): Promise<StackHistory | undefined> {
  const line = promotionLine(rules);
  const stack = rules.environments[line.at(-1) ?? ""]?.stack;
  if (stack === undefined) return undefined;
  const args = ["stack", "history", "--json", "--stack", stack, "--non-interactive"];
  const { code, stderr, stdout } = await runQuietly("pulumi", args, { cwd: root, env: process.env });
  if (code !== 0) {
    if (/no stack named/.test(stderr)) return undefined;
    throw new UserError(`The history of the stack ${stack} could not be read: ${stderr.trim()}`);
  }
  const environments = line.filter((name) => rules.environments[name]?.stack === stack);
  return { stack, environments, updates: stackHistorySchema.parse(JSON.parse(stdout)) };
}
