import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import type { StackFacts } from "../../../infra/stack-file.ts";
import { checkoutRoot, stateDirectory } from "../../../sandbox/paths.ts";
import { engineChoice } from "../../../sandbox/toolchain/locate.ts";
import { UserError } from "../../errors.ts";
import { summarizeEvents } from "../changes.ts";
import { summaryLines } from "../changes-text.ts";
import { consentArguments } from "../consent.ts";
import { runForeground, runQuietly } from "../engine/run.ts";
import { splitStackArguments } from "../engine/stacks.ts";
import { inTurn } from "../engine/turn.ts";
import { makeReady } from "../ready.ts";
import { settingsStep } from "../settings-step.ts";
import { printJson } from "../terminal.ts";

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
  readonly pulumi: (summarized: boolean) => readonly string[];
  /** For commands that only look: how what they find is told. */
  readonly findings?: {
    /** Whether what the program asks for is compared, or how things really are. */
    readonly compare: "inputs" | "outputs";
    /** Whether finding something is a failure (exit code 1). */
    readonly fails: boolean;
    readonly heading: (stack: string) => string;
    readonly none: (stack: string) => string;
    /** Whether --json is answered with the findings; otherwise with what Pulumi prints, which tells them itself. */
    readonly json: boolean;
  };
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
    pulumi: () => ["preview", "--policy-pack", "policy"],
    findings: {
      compare: "inputs",
      fails: false,
      heading: (stack) => `\`up ${stack}\` would:`,
      none: (stack) => `\`up ${stack}\` would change nothing.`,
      json: false,
    },
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
    help: "Reads how things really are and compares; changes nothing. `./slipway up <stack> --refresh` puts it right again.\n--json prints what differs for programs.",
    pulumi: (summarized) => [
      "refresh",
      "--preview-only",
      ...(summarized ? ["--suppress-progress"] : ["--expect-no-changes"]),
    ],
    findings: {
      compare: "outputs",
      fails: true,
      heading: (stack) => `Drift of ${stack}: what Pulumi knows => what is there`,
      none: (stack) => `No drift: ${stack} is as Pulumi knows it.`,
      json: true,
    },
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
  requireBuildable(stack, facts().platform);
  engineChoice();
  const consent = definition.changes
    ? consentArguments({
        command: definition.name,
        stack,
        given: rest,
        terminal: process.stdin.isTTY && process.stdout.isTTY,
        requireConfirmation: facts().requireConfirmation,
      })
    : [];
  const work = async () => {
    const { env } = await makeReady({ root, sandbox: options.sandbox, stack, quiet, before: [settings] });
    const json = quiet && definition.findings?.json === true;
    const given = json ? rest.filter((arg) => arg !== "--json" && arg !== "-j") : rest;
    const findings = choosesDisplay(given) ? undefined : definition.findings;
    const pulumi = [...definition.pulumi(findings !== undefined), "--stack", stack, ...consent, ...given];
    const run = (more: readonly string[], variables: Record<string, string>) =>
      (json ? runTellingFailures : runForeground)("pulumi", [...pulumi, ...more], {
        cwd: root,
        env: { ...env, ...variables },
      });
    return findings
      ? runWithSummary(root, stack, { ...findings, json }, run)
      : run([], options.keepDatabase ? { SLIPWAY_KEEP_DATABASE: "1" } : {});
  };
  const code = definition.changes && options.sandbox ? await inTurn(root, stack, work) : await work();
  process.exitCode = code === 0 ? 0 : 1;
}

/** Stacks in the cloud have settings already, but nothing that builds them yet. */
function requireBuildable(stack: string, platform: StackFacts["platform"]): void {
  if (platform === "local") return;
  throw new UserError(
    `The stack ${stack} runs on platform "${platform}", which this version of Slipway does not build.\n  Its settings are valid. Use a stack whose slipway:platform is local, such as dev.`,
  );
}

/** Keeps the engine's display to itself; only what it says of a failure is told, on standard error. */
async function runTellingFailures(...call: Parameters<typeof runQuietly>): Promise<number> {
  const { code, stdout, stderr } = await runQuietly(...call);
  if (code !== 0) process.stderr.write(`${stdout}${stderr}`);
  return code;
}

/** Runs the engine with its own display, and tells afterwards in a few lines what it found. */
async function runWithSummary(
  root: string,
  stack: string,
  findings: NonNullable<StackCommand["findings"]>,
  run: (more: readonly string[], variables: Record<string, string>) => Promise<number>,
): Promise<number> {
  const folder = mkdtempSync(path.join(stateDirectory(root), "events-"));
  try {
    const log = path.join(folder, "events.jsonl");
    // The flag is hidden behind this variable; Pulumi's Automation API relies on both.
    const code = await run(["--event-log", log, "--suppress-outputs"], { PULUMI_DEBUG_COMMANDS: "true" });
    const found = existsSync(log) ? summarizeEvents(readFileSync(log, "utf8"), findings.compare) : undefined;
    // A run that failed before it had compared anything has told why.
    if (found && (code === 0 || found.changes.length > 0 || found.violations.length > 0)) {
      if (findings.json) printJson({ stack, ...found });
      else
        process.stdout.write(
          `\n${summaryLines(found, findings.compare === "outputs" ? "found" : "planned", findings.heading(stack), findings.none(stack)).join("\n")}\n`,
        );
    }
    return findings.fails && found && found.changes.length > 0 ? 1 : code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the user chose how Pulumi shows changes. */
function choosesDisplay(given: readonly string[]): boolean {
  return given.some(
    (arg) =>
      arg === "--diff" || arg.startsWith("--diff=") || arg === "--json" || arg === "-j" || arg.startsWith("--output"),
  );
}
