import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../delivery/errors.ts";
import { dev } from "../stacks/dev.ts";
import { staging } from "../stacks/staging.ts";
import { readConfig } from "./config.ts";
import { parseSettings, type Settings } from "./settings.ts";

// The SDK translates every stack trace by source maps, and takes one for each promise: a sixth of what a preview of staging
// computes. Node strips types in place, so that our lines and columns are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** A stack: builds everything from its settings and answers with its outputs. */
type Stack = (name: string, settings: Settings) => Promise<pulumi.Inputs>;

/** What this version builds, by platform. */
const stacks: Readonly<Partial<Record<Settings["platform"], Stack>>> = { local: dev, ecs: staging };

/**
 * The program: reads the stack's settings, runs the stack's function, hands its outputs to the engine.
 * @throws pulumi.RunError with one message, before the first resource, when the settings are wrong
 */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    const { raw, encrypted } = readConfig();
    const name = pulumi.getStack();
    const settings = parseSettings(name, raw, encrypted);
    return await stackFor(name, settings)(name, settings);
  } catch (error) {
    // A user's mistake ends the program with its message alone; anything else is a fault of ours and keeps its stack trace.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function stackFor(name: string, { platform }: Settings): Stack {
  const stack = stacks[platform];
  if (stack) return stack;
  const built = Object.keys(stacks).join(", ");
  throw new UserError(
    `Pulumi.${name}.yaml: the settings are valid, but this version of Slipway does not build slipway:platform ${platform}.\n` +
      `  It builds: ${built}. Run "./slipway up dev", or upgrade Slipway when a release says that it builds ${platform}.`,
  );
}
