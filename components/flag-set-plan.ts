import path from "node:path";
import { flagFilePath, readFlagFile, resolveFlags } from "../delivery/flags/file.ts";
import type { FlagEnvironment } from "../delivery/flags/flag.ts";
import { linesOf } from "../delivery/flags/provider.ts";

export interface FlagSetPlanOptions {
  readonly environment: FlagEnvironment;
  /** `slipway:flags` of the stack's settings. */
  readonly overrides: unknown;
  /** The stack's settings file, for errors. */
  readonly overridesFile: string;
}

/**
 * One readable line and one text for each flag of an environment.
 * @throws UserError with every problem of the flag file or of the overrides.
 */
export function planFlagSet({ environment, overrides, overridesFile }: FlagSetPlanOptions) {
  const file = path.relative(process.cwd(), path.resolve(import.meta.dirname, "..", flagFilePath));
  return linesOf(resolveFlags(readFlagFile(file), environment, overrides, overridesFile));
}
