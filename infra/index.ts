import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../delivery/errors.ts";
import { readConfig } from "./config.ts";
import { parseSettings, type Settings } from "./settings.ts";

// The SDK translates every stack trace by source maps, and takes one for each promise: a sixth of what a preview of staging
// computes. Node strips types in place, so that our lines and columns are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** A stack: builds everything from its settings and answers with its outputs. */
type Stack = (name: string, settings: Settings) => Promise<pulumi.Inputs>;

const stacks: Readonly<Record<Settings["platform"], () => Promise<Stack>>> = {
  // Each by itself: the SDK of a platform takes up to a quarter of a second to load, which stacks of others need not wait for.
  local: async () => (await import("../stacks/dev.ts")).dev,
  ecs: async () => (await import("../stacks/staging.ts")).staging,
  eks: async () => (await import("../stacks/prod.ts")).prod,
};

/**
 * The program: reads the stack's settings, runs the stack's function, hands its outputs to the engine.
 * @throws pulumi.RunError with one message, before the first resource, when the settings are wrong
 */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    const { raw, encrypted } = readConfig();
    const name = pulumi.getStack();
    const settings = parseSettings(name, raw, encrypted);
    const build = await stacks[settings.platform]();
    return await build(name, settings);
  } catch (error) {
    // A user's mistake ends the program with its message alone; anything else is a fault of ours and keeps its stack trace.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
