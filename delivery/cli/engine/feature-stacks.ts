import { existsSync } from "node:fs";
import { z } from "zod";
import { pullRequestOf } from "../../../infra/environment.ts";
import { featureCidr, networkRival } from "../../../infra/feature-stack-plan.ts";
import { isDerived } from "../../../infra/stack-file.ts";
import { UserError } from "../../errors.ts";
import { printNote } from "../terminal.ts";
import { backendDirectory, backendEnvironment } from "./environment.ts";
import { runQuietly } from "./run.ts";
import { type StackConfig, secretsProviderFor } from "./stack-config.ts";

/** How the engine is called. */
export interface EngineCall {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A pull request's stack as the backend knows it. */
export interface FeatureStack {
  readonly stack: string;
  readonly pullRequest: number;
  /** Undefined for one that was created and never brought up. */
  readonly lastUpdate: Date | undefined;
  /** How many resources it has; undefined when the backend does not say. */
  readonly resources: number | undefined;
  readonly updateInProgress: boolean;
}

/** What `pulumi stack ls --json` prints (pkg/cmd/pulumi/stack/stack_list.go). */
const listSchema = z.array(
  z.object({
    name: z.string(),
    lastUpdate: z.string().optional(),
    updateInProgress: z.boolean().optional(),
    resourceCount: z.number().optional(),
  }),
);

/** Options by which the engine is asked about state files only: nothing of the sandbox need run. */
export function backendCall(root: string, sandbox: boolean, env: NodeJS.ProcessEnv): EngineCall {
  return { cwd: root, env: sandbox ? { ...env, ...backendEnvironment(root) } : env };
}

/** Whether the sandbox has a backend at all. */
export function hasBackend(root: string): boolean {
  return existsSync(backendDirectory(root));
}

/**
 * All pull requests' stacks of the backend, by number.
 * @throws UserError when the backend cannot be asked
 */
export async function listFeatureStacks(call: EngineCall): Promise<FeatureStack[]> {
  const { code, stderr, stdout } = await runQuietly("pulumi", ["stack", "ls", "--json", "--non-interactive"], call);
  if (code !== 0)
    throw new UserError(`The backend could not be asked for its stacks:\n  ${stderr.trim() || stdout.trim()}`);
  return listSchema
    .parse(JSON.parse(stdout))
    .flatMap(({ name, lastUpdate, resourceCount, updateInProgress }) => {
      // Pulumi Cloud puts the organization before the name.
      const stack = name.split("/").at(-1) ?? name;
      const pullRequest = pullRequestOf(stack);
      if (pullRequest === undefined) return [];
      return [
        {
          stack,
          pullRequest,
          lastUpdate: lastUpdate === undefined ? undefined : new Date(lastUpdate),
          resources: resourceCount,
          updateInProgress: updateInProgress ?? false,
        },
      ];
    })
    .sort((a, b) => a.pullRequest - b.pullRequest);
}

/** What `pulumi stack history --json` prints, newest first. */
const historySchema = z.array(z.object({ kind: z.string(), startTime: z.string() }));

/** How many runs are looked through: a refresh or two may stand before the last `up` or `destroy`. */
const historyLength = 10;

/**
 * When a stack was last brought up, and whether its destruction was begun since. The time that the list of stacks has would
 * not do: a refresh, and a destruction that failed half-way, set it anew.
 */
export async function lastUp(
  stack: string,
  call: EngineCall,
): Promise<{ at: Date | undefined; halfDestroyed: boolean }> {
  const args = ["stack", "history", "--json", "--stack", stack, "--page-size", `${historyLength}`, "--page", "1"];
  const { code, stderr, stdout } = await runQuietly("pulumi", args, call);
  if (code !== 0)
    throw new UserError(`The history of ${stack} could not be read:\n  ${stderr.trim() || stdout.trim()}`);
  const runs = historySchema.parse(JSON.parse(stdout)).filter(({ kind }) => kind === "update" || kind === "destroy");
  const up = runs.find(({ kind }) => kind === "update");
  return { at: up && new Date(up.startTime), halfDestroyed: runs[0]?.kind === "destroy" };
}

/**
 * Two pull requests may have numbers that give the same network; only one of them can have its environment at a time.
 * @throws UserError when another has it
 */
export async function requireFreeNetwork(stack: string, call: EngineCall): Promise<void> {
  const number = pullRequestOf(stack) ?? 0;
  // A file of its own says which network it has; the engine's settings check compares no two stacks.
  if (!isDerived(call.cwd, stack)) return;
  const rival = networkRival(
    number,
    (await listFeatureStacks(call)).map(({ pullRequest }) => pullRequest),
  );
  if (rival === undefined) return;
  throw new UserError(
    `${stack} would get the network ${featureCidr(number)}, which pr-${rival} has: their numbers differ by a multiple of 2048.\n  Destroy pr-${rival} first (./slipway destroy pr-${rival}), or write Pulumi.${stack}.yaml with another slipway:network.cidr.`,
  );
}

/**
 * Creates the stack in a backend of the user's, unless it is there; that of the sandbox is made with the sandbox.
 * @throws UserError when its network is taken, or the engine refuses
 */
export async function createFeatureStack(stack: string, config: StackConfig, call: EngineCall): Promise<void> {
  if ((await listFeatureStacks(call)).some((known) => known.stack === stack)) return;
  await requireFreeNetwork(stack, call);
  const provider = secretsProviderFor(call.cwd, stack);
  const args = ["stack", "init", stack, "--no-select", ...(provider ? ["--secrets-provider", provider] : [])];
  const { code, stderr, stdout } = await runQuietly("pulumi", args, { ...call, cwd: config.folder });
  if (code !== 0) throw new UserError(`The stack ${stack} could not be created:\n  ${stderr.trim() || stdout.trim()}`);
}

/** Removes the empty stack itself: nobody is going to bring a closed pull request up again. */
export async function removeFeatureStack(stack: string, call: EngineCall): Promise<void> {
  const args = ["stack", "rm", stack, "--yes", "--preserve-config", "--non-interactive"];
  const { code, stderr, stdout } = await runQuietly("pulumi", args, call);
  if (code !== 0) throw new UserError(`The stack ${stack} could not be removed:\n  ${stderr.trim() || stdout.trim()}`);
  printNote(`the stack ${stack} is removed`);
}
