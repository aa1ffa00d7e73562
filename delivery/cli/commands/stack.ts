import type { Command } from "commander";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { runForeground } from "../engine/run.ts";
import { splitStackArguments } from "../engine/stacks.ts";
import { makeReady } from "../ready.ts";
import { settingsStep } from "../settings-step.ts";
import { styled } from "../terminal.ts";

interface StackOptions {
  readonly sandbox: boolean;
  readonly keepDatabase?: boolean;
}

/** A command that hands over to one of Pulumi's. */
interface StackCommand {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** Arguments of `pulumi` before those of the user. */
  readonly pulumi: (context: { readonly stack: string; readonly given: readonly string[] }) => readonly string[];
  /** Changes things, so that somebody has to say yes. */
  readonly changes: boolean;
}

const stackCommands: readonly StackCommand[] = [
  {
    name: "up",
    summary: "bring a stack up (installs what is missing, starts the sandbox, runs `pulumi up`)",
    help: "Examples:\n  ./slipway up dev            with a preview and a question on a terminal\n  ./slipway up dev --yes      without the question, for CI\n  ./slipway up dev --refresh  options of `pulumi up` are passed on",
    pulumi: () => ["up", "--policy-pack", "policy"],
    changes: true,
  },
  {
    name: "preview",
    summary: "show what `up` would change, property by property",
    help: "Examples:\n  ./slipway preview dev         only what changes, one line a property\n  ./slipway preview dev --json  for programs",
    pulumi: ({ given }) => ["preview", "--policy-pack", "policy", ...(choosesDisplay(given) ? [] : ["--diff"])],
    changes: false,
  },
  {
    name: "destroy",
    summary: "remove everything that a stack has built",
    help: "The stack stays, empty. Its database goes with it, unless --keep-database or the setting\nslipway:database.retainOnDestroy says that it is to stay.",
    pulumi: () => ["destroy"],
    changes: true,
  },
  {
    name: "drift",
    summary: "find what was changed behind Pulumi's back (exit 1 when there is something)",
    help: "Reads how things really are and compares; changes nothing. `./slipway up <stack> --refresh` puts it right again.",
    pulumi: ({ given }) => [
      "refresh",
      "--preview-only",
      "--expect-no-changes",
      ...(choosesDisplay(given) ? [] : ["--diff"]),
    ],
    changes: false,
  },
];

/** Adds `up`, `preview`, `destroy` and `drift`. */
export function addStackCommands(program: Command): void {
  for (const definition of stackCommands) {
    const command = program
      .command(definition.name)
      .summary(definition.summary)
      .description(
        `${definition.summary[0]?.toUpperCase()}${definition.summary.slice(1)}.\nEverything after the stack's name that is not listed here goes to \`pulumi\` as it is.`,
      )
      .usage("<stack> [options] [options of pulumi]")
      .argument("[stack...]", "name of the stack: dev, staging, prod")
      .option("--no-sandbox", "use the cloud accounts and the backend of the environment instead of the sandbox")
      .allowUnknownOption()
      .addHelpText("after", `\n${definition.help}`);
    if (definition.name === "destroy")
      command.option("--keep-database", "leave the database and its data where they are");
    command.action((args: string[], options: StackOptions) => runStackCommand(definition, args, options));
  }
}

async function runStackCommand(
  definition: StackCommand,
  args: readonly string[],
  options: StackOptions,
): Promise<void> {
  const root = checkoutRoot;
  const { stack, rest } = splitStackArguments(root, definition.name, args);
  const { step: settings, facts } = settingsStep(root, stack);
  const quiet = rest.includes("--json") || rest.includes("-j");
  const consent = definition.changes ? await consentArguments(definition.name, stack, rest, facts) : [];
  const { env } = await makeReady({ root, sandbox: options.sandbox, stack, quiet, before: [settings] });
  const code = await runForeground(
    "pulumi",
    [...definition.pulumi({ stack, given: rest }), "--stack", stack, ...consent, ...rest],
    {
      cwd: root,
      env: { ...env, ...(options.keepDatabase && { SLIPWAY_KEEP_DATABASE: "1" }) },
    },
  );
  process.exitCode = code === 0 ? 0 : 1;
  if (definition.name === "drift" && !quiet) process.stderr.write(`${driftVerdict(stack, code)}\n`);
}

function driftVerdict(stack: string, code: number): string {
  return code === 0
    ? styled("green", `No drift: ${stack} is as Pulumi knows it.`, process.stderr)
    : styled(
        "yellow",
        `Drift, or it could not be told (see above). To put ${stack} right again: ./slipway up ${stack} --refresh`,
        process.stderr,
      );
}

/** Whether the user chose how Pulumi shows changes. */
function choosesDisplay(given: readonly string[]): boolean {
  return given.some(
    (arg) =>
      arg === "--diff" || arg.startsWith("--diff=") || arg === "--json" || arg === "-j" || arg.startsWith("--output"),
  );
}

/**
 * Who says yes: on a terminal Pulumi asks. Elsewhere (CI, a pipe) nobody can be asked, so an environment whose rules ask
 * for no confirmation goes ahead, and one that asks for it needs --yes in so many words.
 */
async function consentArguments(
  command: string,
  stack: string,
  given: readonly string[],
  facts: () => { readonly requireConfirmation: boolean },
): Promise<readonly string[]> {
  const answered = given.some(
    (arg) => arg === "--yes" || arg === "-y" || arg === "--preview-only" || arg === "--yes=true",
  );
  const asks = process.stdin.isTTY && process.stdout.isTTY && !given.includes("--non-interactive");
  if (answered || asks) return [];
  if (command === "up" && !facts().requireConfirmation) return ["--yes"];
  throw new UserError(
    `"${command} ${stack}" needs somebody to say yes, and this is not a terminal.\n  Add --yes if you are sure.`,
  );
}
