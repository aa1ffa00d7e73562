import type { Command } from "commander";
import { z } from "zod";
import { readSettings } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { type Fate, planSweep, span } from "../../features/expiry.ts";
import { requireCloudAccess } from "../engine/cloud.ts";
import {
  backendCall,
  type EngineCall,
  type FeatureStack,
  hasBackend,
  lastUp,
  listFeatureStacks,
} from "../engine/feature-stacks.ts";
import { runQuietly } from "../engine/run.ts";
import { makeReady } from "../ready.ts";
import { printError, printJson, printNote, styled, table } from "../terminal.ts";
import { destroyStack } from "./stack.ts";

interface FeatureOptions {
  readonly sandbox: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** A stack with what is to become of it. */
type Feature = FeatureStack & Fate & { readonly halfDestroyed: boolean; readonly url: string };

/** Adds `features list|sweep`. */
export function addFeaturesCommand(program: Command): void {
  const features = program
    .command("features")
    .summary("the environments of pull requests: list, sweep")
    .description(
      "The environments of pull requests, the stacks pr-<number>. `./slipway up pr-42` makes one, each `up` begins its time to\nlive anew, and `./slipway destroy pr-42` removes it.",
    );
  const noSandbox = ["--no-sandbox", "those of the environment's backend instead of the sandbox's"] as const;

  features
    .command("list")
    .description("Show every pull request's environment, when it was last brought up and when its time is over.")
    .option(...noSandbox)
    .option("--json", "as JSON")
    .action(async (options: FeatureOptions) => {
      const found = await findFeatures(options);
      if (options.json) printJson(found.map(forPrograms));
      else if (found.length === 0)
        printNote("there is no environment of a pull request; ./slipway up pr-<number> makes one");
      else process.stdout.write(`${featureTable(found)}\n`);
    });

  features
    .command("sweep")
    .description(
      "Destroy the environments whose time to live is over, and remove their stacks. A workflow runs it every night.\nOne that cannot be destroyed does not keep the others; exit 1 then.",
    )
    .option(...noSandbox)
    .option("--dry-run", "only say which ones")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway features sweep --dry-run")
    .action(sweep);
}

async function sweep(options: FeatureOptions): Promise<void> {
  const found = await findFeatures(options);
  for (const { stack } of found.filter(({ state }) => state === "busy"))
    printNote(`${stack} is left for now: somebody works on it`);
  const over = found.filter(({ state }) => state === "over");
  const failed: string[] = [];
  for (const { stack, lastUpdate } of options.dryRun ? [] : over) {
    printNote(`${stack}: idle since ${lastUpdate?.toISOString()}; destroying it`);
    if (!(await destroyed(stack, options.sandbox))) failed.push(stack);
  }
  if (options.json) printJson({ over: over.map(forPrograms), failed, dryRun: options.dryRun ?? false });
  else printNote(sweepSentence(over, failed, options.dryRun ?? false));
  if (failed.length > 0) process.exitCode = 1;
}

async function destroyed(stack: string, sandbox: boolean): Promise<boolean> {
  try {
    return await destroyStack(stack, sandbox);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    printError(error.message);
    return false;
  }
}

function sweepSentence(over: readonly Feature[], failed: readonly string[], dryRun: boolean): string {
  if (over.length === 0) return "no environment's time is over";
  const names = over.map(({ stack }) => stack).join(", ");
  if (dryRun) return `would destroy ${names}`;
  const done = over.filter(({ stack }) => !failed.includes(stack)).map(({ stack }) => stack);
  return [
    ...(done.length > 0 ? [`destroyed ${done.join(", ")}`] : []),
    ...(failed.length > 0 ? [`could not destroy ${failed.join(", ")}`] : []),
  ].join("; ");
}

async function findFeatures({ json, sandbox }: FeatureOptions): Promise<Feature[]> {
  const root = checkoutRoot;
  if (sandbox && !hasBackend(root)) return [];
  if (!sandbox) requireCloudAccess("local");
  // Asking for state needs the engine, and nothing of the sandbox.
  const { env } = await makeReady({ root, sandbox: false, quiet: json ?? false });
  const call = backendCall(root, sandbox, env);
  const stacks = await listFeatureStacks(call);
  const now = new Date();
  const features: Feature[] = [];
  for (const known of stacks) {
    const timeToLiveHours = await timeToLive(root, known.stack, call);
    const { at = known.lastUpdate, halfDestroyed } = await lastUp(known.stack, call);
    const lease = { ...known, lastUpdate: at, timeToLiveHours, halfDestroyed };
    for (const fate of planSweep([lease], now))
      features.push({ ...lease, ...fate, url: pullRequestUrl(root, known.pullRequest) });
  }
  return features;
}

const outputsSchema = z.object({ feature: z.object({ timeToLiveHours: z.number() }) });

/** As the stack was brought up with it; as it would be today when it does not say. */
async function timeToLive(root: string, stack: string, call: EngineCall): Promise<number> {
  const { stdout } = await runQuietly("pulumi", ["stack", "output", "--json", "--stack", stack], call);
  const outputs = outputsSchema.safeParse(parseJson(stdout));
  if (outputs.success) return outputs.data.feature.timeToLiveHours;
  return readSettings(root, stack).feature?.timeToLiveHours ?? defaultHours;
}

/** The settings' own default, for a stack whose file has no such group. */
const defaultHours = 72;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pullRequestUrl(root: string, number: number): string {
  const { github } = readSettings(root, `pr-${number}`);
  return `https://github.com/${github.owner}/${github.repository}/pull/${number}`;
}

function forPrograms({ stack, pullRequest, url, state, lastUpdate, expires, resources }: Feature) {
  return {
    stack,
    pullRequest,
    url,
    state,
    lastUpdate: lastUpdate ?? null,
    expires: expires ?? null,
    resources: resources ?? null,
  };
}

function featureTable(features: readonly Feature[]): string {
  const now = Date.now();
  const rows = features.map(({ stack, halfDestroyed, lastUpdate, expires, resources, state, url }) => [
    styled("bold", stack),
    lastUpdate ? `up ${span(now - lastUpdate.getTime())} ago` : "never up",
    halfDestroyed ? styled("red", "half destroyed") : ending(state, expires, now),
    resources === undefined ? "" : `${resources} resources`,
    url,
  ]);
  return table(rows);
}

function ending(state: Fate["state"], expires: Date | undefined, now: number): string {
  if (expires === undefined) return "";
  if (state === "alive") return `over in ${span(expires.getTime() - now)}`;
  const text = `over since ${span(now - expires.getTime())}`;
  return state === "busy" ? styled("yellow", `${text}, but somebody works on it`) : styled("red", text);
}
