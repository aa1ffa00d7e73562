import { checkStackFile, type StackFacts } from "../../infra/stack-file.ts";
import type { Step } from "./progress.ts";

/**
 * The check of a stack's settings, as the first step of a command: a mistake in them stops it in a second, not after the
 * engine was built. The program checks again, since `pulumi up` can be called without us.
 */
export function settingsStep(root: string, stack: string): { readonly step: Step; readonly facts: () => StackFacts } {
  let facts: StackFacts | undefined;
  const check = () => (facts ??= checkStackFile(root, stack));
  return {
    facts: check,
    step: {
      title: `Settings of ${stack}`,
      run: async () => `valid, environment ${check().environment}`,
    },
  };
}
