import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { CommandCheckout } from "./support/checkout.ts";
import { write } from "./support/temporary.ts";

interface WrongUse {
  readonly title: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files to write first, made from what they were. */
  readonly files?: Readonly<Record<string, (text: string) => string>>;
  readonly code: 1 | 2;
  /** The message, whole or where it matters. */
  readonly says: readonly (string | RegExp)[];
}

const stacksHere =
  "Stacks here: dev, prod, staging (each is described by its Pulumi.<name>.yaml); pr-<number> for a pull request.";

const wrongUses: readonly WrongUse[] = [
  {
    title: "an unknown command",
    args: ["nonsense"],
    code: 2,
    says: ["slipway: unknown command 'nonsense'", "./slipway --help"],
  },
  {
    title: "a misspelt command",
    args: ["preveiw", "dev"],
    code: 2,
    says: ["unknown command 'preveiw'", "Did you mean preview?"],
  },
  { title: "no command", args: [], code: 2, says: ["Usage: slipway", "./slipway up dev"] },
  {
    title: "no stack",
    args: ["up"],
    code: 2,
    says: ['slipway: "up" needs the name of a stack, for instance: ./slipway up dev', stacksHere],
  },
  {
    title: "options, but no stack",
    args: ["preview", "--json"],
    code: 2,
    says: ['"preview" needs the name of a stack', stacksHere],
  },
  {
    title: "an unknown stack",
    args: ["up", "develop"],
    code: 2,
    says: ['slipway: There is no stack "develop".', stacksHere],
  },
  {
    title: "two stacks",
    args: ["destroy", "dev", "prod", "--yes"],
    code: 2,
    says: ['"destroy" takes one stack at a time, but "dev" and "prod" were named.'],
  },
  {
    title: "a word after the stack that is none",
    args: ["up", "dev", "now"],
    code: 2,
    says: ['"up" takes one stack and options after it', '"now"'],
  },
  {
    title: "pulumi's own --stack",
    args: ["up", "--stack", "dev"],
    code: 2,
    says: ["takes the stack without the option --stack", "./slipway up dev"],
  },
  {
    title: "another stack behind pulumi's -s",
    args: ["up", "dev", "-s", "prod"],
    code: 2,
    says: ["takes the stack without the option -s", "./slipway up prod"],
  },
  {
    title: "another stack behind --stack=",
    args: ["up", "dev", "--stack=prod"],
    code: 2,
    says: ["without the option --stack.", "./slipway up prod"],
  },
  {
    title: "an unknown option of setup",
    args: ["setup", "--fast"],
    code: 2,
    says: ["slipway: unknown option '--fast'"],
  },
  {
    title: "an argument where none is taken",
    args: ["doctor", "dev"],
    code: 2,
    says: ["too many arguments for 'doctor'"],
  },
  {
    title: "an unknown command of the sandbox",
    args: ["sandbox", "begin"],
    code: 2,
    says: ["slipway: unknown command 'begin'"],
  },
  {
    title: "an unknown part of the sandbox to reset",
    args: ["sandbox", "reset", "mysql", "--yes"],
    code: 2,
    says: ["'mysql' is invalid for argument 'part'. Allowed choices are postgres, cache, github, inbox, aws."],
  },
  {
    title: "an unknown part of the sandbox to read",
    args: ["sandbox", "logs", "mysql"],
    code: 2,
    says: ["'mysql' is invalid for argument 'part'", "supervisor"],
  },
  {
    title: "no part of the sandbox to read",
    args: ["sandbox", "logs"],
    code: 2,
    says: ["missing required argument 'part'"],
  },
  {
    title: "lines that are no number",
    args: ["sandbox", "logs", "postgres", "--lines", "many"],
    code: 2,
    says: ["--lines <count>", "It takes a whole number."],
  },
  {
    title: "a reset that nobody can confirm",
    args: ["sandbox", "reset"],
    code: 1,
    says: ["Remove the data of all parts, and the state of the stacks that live in it?", "add --yes if you are sure"],
  },
  {
    title: "a shell that has no environment to print",
    args: ["env", "--shell", "tcsh"],
    code: 2,
    says: ["argument 'tcsh' is invalid. Allowed choices are sh, bash, zsh, fish."],
  },
  {
    title: "a shell that has no completion",
    args: ["completion", "tcsh"],
    code: 2,
    says: ["'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish."],
  },
  {
    title: "a kind of test that there is not",
    args: ["test", "--only", "smoke"],
    code: 2,
    says: ["--only <kind>", "lint, types, dead-code, go, unit, e2e"],
  },
  {
    title: "test files for no kind of test",
    args: ["test", "test/a.test.ts"],
    code: 2,
    says: ["Test files can be named for unit and end-to-end tests only.", "./slipway test --only unit test/a.test.ts"],
  },
  {
    title: "a destruction that nobody can confirm",
    args: ["destroy", "dev"],
    code: 1,
    says: [
      'slipway: "destroy dev" needs somebody to say yes, and this is not a terminal.',
      "Add --yes if you are sure.",
    ],
  },
  {
    title: "production, without its name",
    args: ["up", "prod", "--yes"],
    code: 1,
    says: ["somebody has to type the environment's name", "Add --confirm production if you are sure"],
  },
  {
    title: "a pull request that has no number",
    args: ["up", "pr-x"],
    code: 2,
    says: ['slipway: "pr-x" names no pull request\'s stack', "1 to 999999, such as pr-42."],
  },
  {
    title: "a pull request whose number is nobody's",
    args: ["destroy", "pr-0", "--yes"],
    code: 2,
    says: ['"pr-0" names no pull request\'s stack'],
  },
  {
    title: "a pull request with a number that is too long",
    args: ["drift", "pr-99999999"],
    code: 2,
    says: ['"pr-99999999" names no pull request\'s stack'],
  },
  {
    title: "a pull request's stack that has nothing to be derived from",
    args: ["up", "pr-42"],
    files: { "Pulumi.staging.yaml": () => "config:\n  slipway:environment: staging\n" },
    code: 1,
    says: ["slipway: Pulumi.staging.yaml: slipway:platform is missing", "more problems"],
  },
  {
    title: "a confirmation of another environment",
    args: ["up", "staging", "--confirm", "production"],
    code: 1,
    says: ['--confirm says "production", but staging is the environment "staging".', "Nothing was changed."],
  },
  {
    title: "a run without sandbox where the environment says nothing",
    args: ["up", "staging", "--no-sandbox", "--yes"],
    code: 1,
    says: ["With --no-sandbox the environment decides", "- where state is kept", "- who is calling AWS"],
  },
  {
    title: "two ways to tell findings",
    args: ["preview", "dev", "--json", "--markdown"],
    code: 2,
    says: ['"preview" tells what it finds in one way, but --json and --markdown were given.'],
  },
  {
    title: "findings in Pulumi's words and in ours",
    args: ["preview", "dev", "--diff", "--fail-on-data-loss"],
    code: 2,
    says: ["--fail-on-data-loss and --diff were given"],
  },
  {
    title: "an operation that there is not",
    args: ["may", "partying", "prod"],
    code: 2,
    says: ["'partying' is invalid for argument 'operation'", "loadTesting", "testData"],
  },
  {
    title: "an operation in no stack",
    args: ["may", "loadTesting"],
    code: 2,
    says: ["missing required argument 'stack'"],
  },
  {
    title: "an operation in an unknown stack",
    args: ["may", "loadTesting", "qa"],
    code: 2,
    says: ['There is no stack "qa".', stacksHere],
  },
  {
    title: "an operation that production forbids",
    args: ["may", "loadTesting", "prod"],
    code: 1,
    says: [
      "slipway: loadTesting is never allowed in production (stack prod): customers would feel it.",
      'Source: "Staging Environment Architecture Design", Environment Access Matrix, column "Production".',
      "Allowed in: staging, preProduction.",
    ],
  },
  {
    title: "test data in production",
    args: ["may", "testData", "prod"],
    code: 1,
    says: ["testData is never allowed in production", "allowTestData", "Allowed in: development, feature, staging."],
  },
  {
    title: "a task of no stack",
    args: ["task"],
    code: 2,
    says: ['"task" needs the name of a stack', stacksHere],
  },
  {
    title: "a task that does nothing",
    args: ["task", "staging"],
    code: 2,
    says: [
      '"task" needs to know what to run.',
      "Commands: migrate, migration-status, migration-rehearsal, flags-seed.",
    ],
  },
  {
    title: "a task that there is not",
    args: ["task", "staging", "drop"],
    code: 2,
    says: ['A task cannot run "drop".', "Commands: migrate"],
  },
  {
    title: "a task with words after it",
    args: ["task", "staging", "migrate", "all"],
    code: 2,
    says: ['The command "migrate" takes no words after it, but "all" came.'],
  },
  {
    title: "a task on this machine that is to be detached",
    args: ["task", "dev", "migrate", "--detach"],
    code: 2,
    says: ["are processes of this machine", "Leave --detach out."],
  },
  {
    title: "a task that changes production, without its name",
    args: ["task", "prod", "migrate"],
    code: 1,
    says: ['"task migrate prod" changes production', "Add --confirm production if you are sure"],
  },
  {
    title: "an operator's command outside of a task",
    args: ["operator", "migrate"],
    code: 1,
    says: ["slipway: This command runs inside a task", "SLIPWAY_STACK", "./slipway task <stack> <command>"],
  },
  {
    title: "a command that features do not have",
    args: ["features", "prune"],
    code: 2,
    says: ["slipway: unknown command 'prune'"],
  },
  {
    title: "an environment for plain pulumi of an unknown stack",
    args: ["env", "qa"],
    code: 2,
    says: ['There is no stack "qa".'],
  },
  {
    title: "an unknown SLIPWAY_ENGINE",
    args: ["up", "dev"],
    env: { SLIPWAY_ENGINE: "latest" },
    code: 1,
    says: ['SLIPWAY_ENGINE is "latest", which is none of auto, path, release, build.', "Unset it"],
  },
  {
    title: "an unknown SLIPWAY_ENGINE in setup",
    args: ["setup"],
    env: { SLIPWAY_ENGINE: "vendor" },
    code: 1,
    says: ['SLIPWAY_ENGINE is "vendor"'],
  },
  {
    title: "a stack file that is no YAML",
    args: ["up", "dev"],
    files: { "Pulumi.dev.yaml": () => 'config:\n  slipway:environment: "development\n' },
    code: 1,
    says: [/slipway: Pulumi\.dev\.yaml, line \d+, column \d+: /, "Mend the YAML there and try again."],
  },
  {
    title: "a stack file with an alias to nowhere",
    args: ["preview", "dev"],
    files: { "Pulumi.dev.yaml": () => "config:\n  slipway:flags: *common\n" },
    code: 1,
    says: ["Pulumi.dev.yaml", "common", "Mend the YAML there and try again."],
  },
  {
    title: "a stack file whose config is a list",
    args: ["preview", "dev"],
    files: { "Pulumi.dev.yaml": () => "config:\n  - slipway:environment\n" },
    code: 1,
    says: ['Pulumi.dev.yaml: "config" must be a mapping of settings', "See Pulumi.dev.yaml for an example."],
  },
  {
    title: "several wrong settings, all at once",
    args: ["up", "dev"],
    files: {
      "Pulumi.dev.yaml": (text) =>
        text.replace("slipway:environment: development", "slipway:environment: develop\n  slipway:databse: {}"),
    },
    code: 1,
    says: ["Pulumi.dev.yaml", "environment", "databse"],
  },
];

describe("wrong use of the command", () => {
  let checkout: CommandCheckout;
  let stackFiles: Record<string, string>;

  before(() => {
    checkout = new CommandCheckout();
    const read = (name: string) => [name, readFileSync(path.join(checkout.root, name), "utf8")] as const;
    stackFiles = Object.fromEntries(["Pulumi.dev.yaml", "Pulumi.staging.yaml"].map(read));
  });

  for (const use of wrongUses) {
    it(`${use.title} is refused with one clear message, before anything is fetched, built or started`, async () => {
      const changed = Object.entries(use.files ?? {}).map(([name, change]) =>
        write(path.join(checkout.root, name), change(stackFiles[name] ?? "")),
      );
      const { code, stdout, stderr } = await checkout.command(use.args, use.env).finally(() => {
        for (const file of changed) rmSync(file);
        for (const [name, text] of Object.entries(stackFiles)) write(path.join(checkout.root, name), text);
      });
      for (const part of use.says) {
        if (typeof part === "string") assert.ok(stderr.includes(part), `"${part}" is not in:\n${stderr}`);
        else assert.match(stderr, part);
      }
      assert.equal(code, use.code, stderr);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace");
      assert.doesNotMatch(stderr, /fault in Slipway/);
      assert.ok(checkout.isUntouched(), "something was made");
    });
  }

  it("a SLIPWAY_ENGINE that cannot be had is refused before anything is fetched or started", async () => {
    const { code, stderr } = await checkout.command(["up", "dev"], { SLIPWAY_ENGINE: "path" });
    assert.match(
      stderr,
      /slipway: SLIPWAY_ENGINE is "path", but there is no pulumi on PATH\.\n {2}Install Pulumi, or unset/,
    );
    assert.equal(code, 1);
    // The turn of a command that changes a stack is all that was taken.
    assert.deepEqual(readdirSync(path.join(checkout.root, ".slipway")), ["turns"]);
  });

  it("a cache folder that is a file is told by its path", async () => {
    const cache = write(path.join(checkout.root, "a-file"), "");
    const { code, stderr } = await checkout.command(["setup"], { SLIPWAY_ENGINE: "build", SLIPWAY_CACHE: cache });
    assert.match(stderr, /slipway: A file is where a folder should be \((ENOTDIR|EEXIST)\)\.\n {2}at .*a-file/);
    assert.match(stderr, /set SLIPWAY_CACHE/);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m);
    assert.equal(code, 1);
  });
});
