import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { stackFile } from "../../../infra/stack-file.ts";
import { stateDirectory } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { printNote } from "../terminal.ts";
import type { EngineCall } from "./feature-stacks.ts";
import { runForeground, runQuietly } from "./run.ts";
import type { StackConfig } from "./stack-config.ts";

/** What `pulumi stack export` prints, as far as it matters here. */
const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ urn: z.string(), type: z.string(), protect: z.boolean().optional() }))
      .nullish()
      .transform((resources) => resources ?? []),
  }),
});

/** Who asks for a stack's destruction, and what they said. */
interface LiftRequest {
  readonly root: string;
  readonly stack: string;
  readonly config: StackConfig;
  /** Whether --lift-protection was given. */
  readonly asked: boolean;
  /** Whether the environment is one where a person has to ask for it in so many words. */
  readonly requireConfirmation: boolean;
}

/**
 * Makes way for a destruction: where a stack's resources are protected, brings it up once more with `slipway:protection: false`,
 * which lifts the engine's protection and AWS's own (deletion protection, recovery windows, repositories that must be empty).
 * Where the environment asks for confirmation this is done only when somebody said so.
 *
 * @returns the settings for the destruction; the checkout's file stays as it is
 * @throws UserError when the protection must be lifted first and nobody asked for it, or when lifting it fails
 */
export async function liftProtection(request: LiftRequest, call: EngineCall): Promise<StackConfig> {
  const { asked, config, requireConfirmation, root, stack } = request;
  const guarded = await protectedResources(stack, call);
  if (guarded.length === 0) return config;
  const count = `${guarded.length} ${guarded.length === 1 ? "resource" : "resources"}`;
  if (requireConfirmation && !asked)
    throw new UserError(
      `${stack} protects ${count} from deletion:\n${guarded.map((name) => `    ${name}`).join("\n")}\n  Nothing was changed. Add --lift-protection if all of this is to go.`,
    );
  printNote(`slipway: ${stack} protects ${count}; lifting the protection first, since ${stack} is to be destroyed`);
  const unprotected = withoutProtection(root, stack, config);
  const args = ["up", "--stack", stack, ...unprotected.options, "--yes", "--skip-preview", "--suppress-outputs"];
  const code = await runForeground("pulumi", args, call);
  if (code !== 0)
    throw new UserError(
      `The protection of ${stack} could not be lifted; nothing was destroyed.\n  Mend what is told above and run the command again.`,
    );
  return unprotected;
}

async function protectedResources(stack: string, call: EngineCall): Promise<string[]> {
  const { code, stdout, stderr } = await runQuietly("pulumi", ["stack", "export", "--stack", stack], call);
  if (code !== 0) {
    if (/no stack named/.test(stderr)) return [];
    throw new UserError(`The state of ${stack} could not be read: ${stderr.trim()}`);
  }
  return exportSchema
    .parse(JSON.parse(stdout))
    .deployment.resources.filter(({ protect }) => protect === true)
    .map(({ urn, type }) => `${urn.split("::").at(-1)} (${type})`);
}

/** The stack's settings with one of them changed, in a file of their own. */
function withoutProtection(root: string, stack: string, config: StackConfig): StackConfig {
  const folder = path.join(stateDirectory(root), "stacks", "unprotected");
  const file = path.join(folder, `Pulumi.${stack}.yaml`);
  const document = parseDocument(readFileSync(config.options[1] ?? stackFile(root, stack), "utf8"));
  document.setIn(["config", "slipway:protection"], false);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, document.toString());
  return { options: ["--config-file", file], folder };
}
