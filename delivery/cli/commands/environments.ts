import { Argument, type Command } from "commander";
import {
  type Environment,
  environments,
  judge,
  type Operation,
  operations,
  type Permission,
  rulesOf,
  type Verdict,
} from "../../../infra/environment.ts";
import { checkStackFile } from "../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { requireStack } from "../engine/stacks.ts";
import { printJson, styled, table } from "../terminal.ts";

/** Adds `environments` and `may`. */
export function addEnvironmentCommands(program: Command): void {
  program
    .command("environments")
    .summary("what each environment is for and what may be done in it")
    .description("Print the rules of every environment and the matrix of what may be done where.")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExample:\n  ./slipway environments --json | jq '.production.operations.loadTesting'")
    .action((options: { json?: boolean }) => {
      if (options.json) printJson(Object.fromEntries(environments.map((name) => [name, describe(name)])));
      else process.stdout.write(`${environmentsTable()}\n`);
    });

  program
    .command("may")
    .summary("whether something may be done in a stack's environment (exit 1 when not)")
    .description(
      "Say whether an operation may be done in a stack's environment, and why not. For scripts and workflows: exit code 0 when it\nmay (a limit is told), 1 when it may not.",
    )
    .addArgument(new Argument("<operation>", "what is to be done").choices([...operations, testData]))
    .argument("<stack>", "name of the stack: dev, staging, prod, pr-<number>")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  ./slipway may loadTesting staging && k6 run load.js\n  ./slipway may customerDemos prod    read-only: says so, exit code 0\n  ./slipway may testData prod         may made-up data be put there?",
    )
    .action((operation: Operation | typeof testData, name: string, options: { json?: boolean }) => {
      const stack = requireStack(checkoutRoot, "may", name);
      const { environment } = checkStackFile(checkoutRoot, stack);
      const verdict = operation === testData ? judgeTestData(environment) : judge(environment, operation);
      if (options.json) {
        printJson({ stack, ...verdict });
        process.exitCode = verdict.permission === "never" ? 1 : 0;
      } else if (verdict.permission === "never") {
        throw new UserError(refusal(stack, verdict));
      } else {
        process.stdout.write(`${sentence(stack, verdict)}\n`);
      }
    });
}

/** Not in the matrix, but a rule of its own in the same source. */
const testData = "testData";

/** A verdict on an operation of the matrix, or on test data. */
type AnyVerdict = Omit<Verdict, "operation"> & { readonly operation: string };

function judgeTestData(environment: Environment): AnyVerdict {
  const allowed = rulesOf(environment).allowTestData;
  return {
    environment,
    operation: testData,
    permission: allowed ? "allowed" : "never",
    ...(!allowed && { why: "made-up data would stand beside customers' data" }),
    source: '"Staging Environment Architecture Design", Environment-Specific Configuration, allowTestData',
    instead: environments.filter((name) => rulesOf(name).allowTestData),
  };
}

/** The message of a command that an environment forbids: what, why, by which rule, and where instead. */
export function refusal(stack: string, { environment, operation, why, source, instead }: AnyVerdict): string {
  return `${operation} is never allowed in ${environment} (stack ${stack}): ${why}.\n  Source: ${source}.\n  Allowed in: ${instead.join(", ")}.`;
}

function sentence(stack: string, { environment, operation, permission, why }: AnyVerdict): string {
  const limit = why === undefined ? "" : `: ${why}`;
  return `${operation} is ${permissionText[permission]} in ${environment} (stack ${stack})${limit}.`;
}

const permissionText: Readonly<Record<Permission, string>> = {
  allowed: "allowed",
  limited: "allowed within limits",
  readOnly: "read-only",
  never: "never allowed",
};

const colors: Readonly<Record<Permission, Parameters<typeof styled>[0]>> = {
  allowed: "green",
  limited: "yellow",
  readOnly: "yellow",
  never: "red",
};

function describe(environment: Environment) {
  return {
    ...rulesOf(environment),
    operations: Object.fromEntries(
      operations.map((operation) => [operation, judge(environment, operation).permission]),
    ),
  };
}

/** Operations and rules as rows, environments as columns. */
function environmentsTable(): string {
  const permissions = operations.map((operation) => [
    operation,
    ...environments.map((environment) => {
      const { permission } = judge(environment, operation);
      return styled(colors[permission], permission === "readOnly" ? "read-only" : permission);
    }),
  ]);
  const yesNo = (value: boolean) => (value ? "yes" : "no");
  const rules = (["allowTestData", "requireBackup", "requireConfirmation"] as const).map((rule) => [
    rule,
    ...environments.map((environment) => yesNo(rulesOf(environment)[rule])),
  ]);
  const levels = ["logLevel", ...environments.map((environment) => rulesOf(environment).logLevel)];
  const head = ["", ...environments.map((environment) => styled("bold", environment))];
  return table([head, ...permissions, ...rules, levels]);
}
