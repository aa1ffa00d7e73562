import * as pulumi from "@pulumi/pulumi";
import { UserError } from "../delivery/errors.ts";
import { dev } from "../stacks/dev.ts";
import { prod } from "../stacks/prod.ts";
import { staging } from "../stacks/staging.ts";
import { readConfig } from "./config.ts";
import { parseSettings, type Settings } from "./settings.ts";

// The SDK translates every stack trace by source maps, and takes one for each promise: a sixth of what a preview of staging
// computes. Node strips types in place, so that our lines and columns are right without it.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** A stack: builds everything from its settings and answers with its outputs. */
type Stack = (name: string, settings: Settings) => Promise<pulumi.Inputs>;

const stacks: Readonly<Record<Settings["platform"], Stack>> = { local: dev, ecs: staging, eks: prod };

/**
 * The program: reads the stack's settings, runs the stack's function, hands its outputs to the engine.
 * @throws pulumi.RunError with one message, before the first resource, when the settings are wrong
 */
export default async function program(): Promise<pulumi.Inputs> {
  try {
    const { raw, encrypted } = readConfig();
    const name = pulumi.getStack();
    const settings = parseSettings(name, raw, encrypted);
    return await stacks[settings.platform](name, settings);
  } catch (error) {
    // A user's mistake ends the program with its message alone; anything else is a fault of ours and keeps its stack trace.
    if (error instanceof UserError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
