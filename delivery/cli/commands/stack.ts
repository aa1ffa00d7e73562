import { type Command, Option } from "commander";
import { pullRequestOf } from "../../../infra/environment.ts";
import { readSettings } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { engineChoice } from "../../../sandbox/toolchain/locate.ts";
import { UsageError } from "../../errors.ts";
import { askForName, consentTo } from "../consent.ts";
import { requireCloudAccess } from "../engine/cloud.ts";
import { createFeatureStack, removeFeatureStack, requireFreeNetwork } from "../engine/feature-stacks.ts";
import { liftProtection } from "../engine/protection.ts";
import { runForeground } from "../engine/run.ts";
import { prepareStackConfig, type ReleasedImage } from "../engine/stack-config.ts";
import { splitStackArguments } from "../engine/stacks.ts";
import { inTurn } from "../engine/turn.ts";
import { type FindingsRequest, type FindingsStyle, runWithFindings } from "../findings.ts";
import { makeReady } from "../ready.ts";
import { settingsStep } from "../settings-step.ts";

/** The options that are ours; all others are Pulumi's. */
interface StackOptions {
  readonly sandbox: boolean;
  readonly keepDatabase?: boolean;
  readonly liftProtection?: boolean;
  readonly confirm?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly failOnDataLoss?: boolean;
}

/** A command that hands over to one of Pulumi's. */
interface StackCommand {
  readonly name: "up" | "preview" | "destroy" | "drift";
  readonly summary: string;
  readonly help: string;
  /** Arguments of `pulumi` before those of the user. */
  readonly pulumi: (summarized: boolean) => readonly string[];
  /** For commands that only look: how what they find is told. */
  readonly findings?: FindingsStyle & Pick<FindingsRequest, "fails">;
  /** Options beside those of every stack command. */
  readonly options?: readonly Option[];
}

const confirm = new Option(
  "--confirm <environment>",
  "say yes to a change of an environment that asks for its name, where nobody can be asked",
);
const json = new Option("-j, --json", "the findings as JSON, for programs");

const stackCommands: readonly StackCommand[] = [
  {
    name: "up",
    summary: "bring a stack up (installs what is missing, starts the sandbox, runs `pulumi up`)",
    help: "Examples:\n  ./slipway up dev            with a preview and a question on a terminal\n  ./slipway up dev --yes      without the question, for CI\n  ./slipway up dev --refresh  options of `pulumi up` are passed on\n  ./slipway up pr-42          an environment for pull request 42, as staging's but small; removed by\n                              `destroy pr-42`, or by `features sweep` when its time is over\n  ./slipway up prod --no-sandbox --confirm production",
    pulumi: () => ["up", "--policy-pack", "policy"],
    options: [confirm],
  },
  {
    name: "preview",
    summary: "show what `up` would change, property by property",
    help: "Ends with what matters: replacements and deletions first, what holds data marked, then updates and creations.\n\nExamples:\n  ./slipway preview dev                       one line for each property that changes\n  ./slipway preview staging --json            the same for programs\n  ./slipway preview staging --markdown        the same for the comment of a pull request\n  ./slipway preview prod --fail-on-data-loss  exit 1 when something that holds data would go\n  ./slipway preview dev --output json         Pulumi's own JSON; with --diff or --output all is Pulumi's",
    pulumi: () => ["preview", "--policy-pack", "policy"],
    findings: {
      compare: "inputs",
      fails: "never",
      heading: (stack) => `\`up ${stack}\` would:`,
      none: (stack) => `\`up ${stack}\` would change nothing.`,
    },
    options: [
      json,
      new Option("--markdown", "the findings as markdown, for the comment of a pull request"),
      new Option("--fail-on-data-loss", "exit 1 when something that holds data would be deleted or replaced"),
    ],
  },
  {
    name: "destroy",
    summary: "remove everything that a stack has built",
    help: "The stack stays, empty; that of a pull request goes with what it has built. A local database goes too, unless\n--keep-database or the setting slipway:database.retainOnDestroy says that it is to stay. What is protected (the setting\nslipway:protection) is brought up without its protection first; production's and pre-production's only with\n--lift-protection.\n\nExamples:\n  ./slipway destroy staging --yes\n  ./slipway destroy pr-42 --yes\n  ./slipway destroy prod --no-sandbox --confirm production --lift-protection",
    pulumi: () => ["destroy"],
    options: [
      confirm,
      new Option("--keep-database", "leave the local database and its data where they are"),
      new Option("--lift-protection", "let what the environment protects go too, where it asks for a confirmation"),
    ],
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
      fails: "changes",
      heading: (stack) => `Drift of ${stack}: what Pulumi knows => what is there`,
      none: (stack) => `No drift: ${stack} is as Pulumi knows it.`,
    },
    options: [json],
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
      .argument("[stack...]", "name of the stack: dev, staging, prod, or pr-<number> for a pull request")
      .option("--no-sandbox", "use the cloud accounts and the backend of the environment instead of the sandbox")
      .allowUnknownOption()
      .addHelpText("after", `\n${definition.help}`);
    for (const option of definition.options ?? []) command.addOption(option);
    command.action(async (args: string[], options: StackOptions) => {
      process.exitCode = (await runStackCommand(definition, args, options)) === 0 ? 0 : 1;
    });
  }
}

/** Destroys a stack and, being a pull request's, the stack itself, without a question. */
export async function destroyStack(stack: string, sandbox: boolean): Promise<boolean> {
  const destroy = stackCommands.find(({ name }) => name === "destroy") as StackCommand;
  return (await runStackCommand(destroy, [stack, "--yes"], { sandbox })) === 0;
}

/**
 * Brings a stack up with the images of a release, without a question: whoever calls has asked the gate.
 * @param message by which the update is known in the state's history
 * @returns whether it came up
 */
export async function upForRelease(
  stack: string,
  images: readonly ReleasedImage[],
  message: string,
  sandbox: boolean,
): Promise<boolean> {
  const up = stackCommands.find(({ name }) => name === "up") as StackCommand;
  const { environment: confirm } = readSettings(checkoutRoot, stack);
  return (await runStackCommand(up, [stack, "--yes", "--message", message], { sandbox, confirm }, images)) === 0;
}

async function runStackCommand(
  definition: StackCommand,
  args: readonly string[],
  options: StackOptions,
  images: readonly ReleasedImage[] = [],
): Promise<number> {
  const root = checkoutRoot;
  const { name } = definition;
  const { sandbox } = options;
  const { stack, rest } = splitStackArguments(root, name, args);
  const request = findingsRequest(definition, options, rest);
  const { step: settings, facts } = settingsStep(root, stack);
  const { account, environment, platform, requireConfirmation } = facts();
  engineChoice();
  if (!sandbox) requireCloudAccess(platform);
  const changes = definition.findings === undefined;
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const consent = changes
    ? consentTo({
        command: name,
        stack,
        environment,
        given: rest,
        confirm: options.confirm,
        terminal,
        requireConfirmation,
      })
    : undefined;
  if (consent?.askFor) await askForName(consent.askFor, `"${name} ${stack}"`);

  const work = async () => {
    const config = () => prepareStackConfig(root, stack, sandbox, images);
    const quiet = options.json === true || request?.format === "markdown";
    const feature = pullRequestOf(stack) !== undefined;
    const check = (env: NodeJS.ProcessEnv) => requireFreeNetwork(stack, { cwd: root, env });
    const wanted = { name: stack, config, ...(feature && { check }) };
    const { env } = await makeReady({ root, sandbox, platform, account, stack: wanted, quiet, before: [settings] });
    const call = { cwd: root, env: { ...env, ...engineSwitches(stack, options) } };
    if (feature && !sandbox && name === "up") await createFeatureStack(stack, config(), call);
    const settled =
      name === "destroy" && destroysAll(rest)
        ? await liftProtection(
            { root, stack, config: config(), asked: options.liftProtection === true, requireConfirmation },
            call,
          )
        : config();
    const pulumi = [
      ...definition.pulumi(request !== undefined),
      ...["--stack", stack, ...settled.options],
      ...(consent?.pulumi ?? []),
      ...(options.json && !request ? ["--json"] : []),
      ...rest,
    ];
    const code =
      definition.findings && request
        ? await runWithFindings(stack, definition.findings, request, pulumi, call)
        : await runForeground("pulumi", pulumi, call);
    if (code === 0 && feature && name === "destroy" && destroysAll(rest)) await removeFeatureStack(stack, call);
    return code;
  };
  return changes && sandbox ? inTurn(root, stack, work) : work();
}

function engineSwitches(stack: string, { keepDatabase, sandbox }: StackOptions): Record<string, string> {
  return {
    ...(keepDatabase && { SLIPWAY_KEEP_DATABASE: "1" }),
    // Its settings are derived on each machine anew, so that the state alone knows the key of its secrets.
    ...(!sandbox && pullRequestOf(stack) !== undefined && { PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true" }),
  };
}

/**
 * How the findings are wanted; undefined when the user chose one of Pulumi's own displays, or the command has none.
 * @throws UsageError when two displays were asked for
 */
function findingsRequest(
  { findings, name }: StackCommand,
  { failOnDataLoss, json: asJson, markdown }: StackOptions,
  rest: readonly string[],
): FindingsRequest | undefined {
  const pulumis = rest.find((arg) => arg === "--diff" || arg.startsWith("--diff=") || arg.startsWith("--output"));
  const ours = asJson ? "--json" : markdown ? "--markdown" : undefined;
  const other = markdown && asJson ? "--markdown" : markdown || failOnDataLoss ? pulumis : undefined;
  if (other !== undefined)
    throw new UsageError(
      `"${name}" tells what it finds in one way, but ${ours ?? "--fail-on-data-loss"} and ${other} were given.\n  Leave one of them out.`,
    );
  if (!findings || pulumis !== undefined) return undefined;
  return {
    format: asJson ? "json" : markdown ? "markdown" : "text",
    fails: failOnDataLoss ? "dataLoss" : findings.fails,
  };
}

/** Whether a destroy was meant for the whole stack. */
function destroysAll(given: readonly string[]): boolean {
  return !given.some((arg) => /^(--preview-only|--target|-t$|--exclude)/.test(arg));
}
