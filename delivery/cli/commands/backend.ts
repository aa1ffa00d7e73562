import type { Command } from "commander";
import { readSettings } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import type { BackendClients, Caller } from "../../backend/clients.ts";
import { type BackendPlace, backendUrl, secretsProvider, stateBucketName } from "../../backend/names.ts";
import { backendParts, describeBackend, missingParts, partTitles } from "../../backend/plan.ts";
import { type BackendTarget, chooseTarget, requireDeclaredAccount } from "../../backend/target.ts";
import { UsageError, UserError } from "../../errors.ts";
import { initStack } from "../engine/backend-stack.ts";
import { knownStacks } from "../engine/stacks.ts";
import { runSteps } from "../progress.ts";
import { printJson, styled, table } from "../terminal.ts";

interface BackendOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** Adds `backend create|status`. */
export function addBackendCommand(program: Command): void {
  const backend = program
    .command("backend")
    .summary("the S3 bucket and the key that hold Pulumi's state in AWS: create, status")
    .description(
      "Where the state of stacks in AWS lives: one bucket and one KMS key for each account and region.\nIt takes application, region and account from the stacks' files, and credentials from where the AWS command line has them.",
    );

  backend
    .command("create")
    .description("Make the bucket and the key, or complete what is there. A second run changes nothing.")
    .argument("[stack...]", "stacks to be made in it with the key as their secrets provider; none when absent")
    .option("--yes", "do not ask")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  ./slipway backend create          the bucket and the key\n  ./slipway backend create staging  and the stack staging in it",
    )
    .action(createCommand);

  backend
    .command("status")
    .description("Show what is there and what is missing. Nothing is changed. Exit 1 when something is missing.")
    .argument("[stack...]", "whose backend; that of all stacks in AWS when absent")
    .option("--json", "as JSON")
    .action(statusCommand);
}

async function createCommand(stacks: string[], options: BackendOptions): Promise<void> {
  const target = targetOf(stacks);
  await withBackend(target, async (clients, caller, place) => {
    await confirm(place, caller, options);
    const { createBackend } = await import("../../backend/create.ts");
    let made: readonly string[] = [];
    const steps = [
      {
        title: "State backend",
        run: async (report: (text: string) => void) => {
          made = (await createBackend(clients, place, caller.partition, report)).made;
          return made.length === 0
            ? "complete, nothing changed"
            : `${made.length} of ${backendParts.length} parts made`;
        },
      },
      ...stacks.map((stack) => ({
        title: `Stack ${stack}`,
        run: (report: (text: string) => void) =>
          initStack({ clients, place, root: checkoutRoot, stack, url: url(place), report }),
      })),
    ];
    await runSteps(steps, options.json ? { quiet: true } : {});
    if (options.json) printJson({ ...facts(place, stacks), made });
    else process.stdout.write(`${instructions(place, stacks)}\n`);
  });
}

async function statusCommand(stacks: string[], options: BackendOptions): Promise<void> {
  await withBackend(targetOf(stacks), async (clients, caller, place) => {
    const { inspectBackend } = await import("../../backend/inspect.ts");
    const missing = missingParts(await inspectBackend(clients, place), place, caller.partition);
    if (options.json) printJson({ ...facts(place, []), missing });
    else {
      const mark = (there: boolean) => (there ? styled("green", "ok") : styled("yellow", "missing"));
      const rows = backendParts.map((part) => [mark(!missing.includes(part)), partTitles[part]]);
      process.stdout.write(
        `${stateBucketName(place)} in the account ${place.accountId}, ${place.region}\n${table(rows)}\n`,
      );
      if (missing.length > 0) process.stdout.write("./slipway backend create makes what is missing.\n");
    }
    process.exitCode = missing.length === 0 ? 0 : 1;
  });
}

/** What the files of the stacks say; checked before AWS is asked anything. */
function targetOf(stacks: readonly string[]): BackendTarget {
  const known = knownStacks(checkoutRoot);
  const unknown = stacks.find((stack) => !known.includes(stack));
  if (unknown !== undefined)
    throw new UsageError(`There is no stack "${unknown}".\n  Stacks here: ${known.join(", ")}.`);
  const places = (stacks.length > 0 ? stacks : known).map((stack) => {
    const { application, aws } = readSettings(checkoutRoot, stack);
    return { stack, application, region: aws?.region, accountId: aws?.accountId };
  });
  return chooseTarget(places, stacks.length > 0);
}

/** The SDK takes a good part of a second to load, so that only these commands pay for it. */
async function withBackend(
  target: BackendTarget,
  work: (clients: BackendClients, caller: Caller, place: BackendPlace) => Promise<void>,
): Promise<void> {
  const { application, region } = target;
  const { backendClients, explainAwsError, whoAmI } = await import("../../backend/clients.ts");
  const caller = await whoAmI(region);
  requireDeclaredAccount(target, caller.accountId);
  const clients = backendClients(region);
  try {
    await work(clients, caller, { application, accountId: caller.accountId, region });
  } catch (error) {
    throw explainAwsError(error);
  } finally {
    clients.kms.destroy();
    clients.s3.destroy();
  }
}

/** Nobody makes a bucket in a wrong account by a slip: the account is shown, and its number typed. */
async function confirm(place: BackendPlace, caller: Caller, { yes }: BackendOptions): Promise<void> {
  if (yes) return;
  const what = `This makes ${describeBackend(place)} in the AWS account ${place.accountId}, ${place.region} (about 1 USD a month), as\n  ${caller.arn}`;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UserError(`${what}\n  This is not a terminal: add --yes if that is what you want.`);
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${what}\nType the account's number to go on: `);
  lines.close();
  if (answer.trim() !== place.accountId) throw new UserError("That is not the account's number. Nothing was changed.");
}

function url(place: BackendPlace): string {
  return backendUrl(place, process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL || undefined);
}

function facts(place: BackendPlace, stacks: readonly string[]) {
  return {
    accountId: place.accountId,
    region: place.region,
    bucket: stateBucketName(place),
    backendUrl: url(place),
    secretsProviders: Object.fromEntries(stacks.map((stack) => [stack, secretsProvider(place, stack)])),
  };
}

/** What to do next, to be copied. */
function instructions(place: BackendPlace, stacks: readonly string[]): string {
  const lines = [`export PULUMI_BACKEND_URL='${url(place)}'`];
  if (stacks.length === 0)
    lines.push(
      "",
      "# Then, once for each stack (./slipway backend create <stack> does it for you):",
      `pulumi stack init <stack> --secrets-provider '${secretsProvider(place, "<stack>")}'`,
    );
  return lines.join("\n");
}
