import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../infra/config.ts";
import program from "../../infra/index.ts";
import { type MockedRun, type MockOptions, runMocked } from "../support/pulumi-mocks.ts";
import { change, rawSettings } from "../support/stack-settings.ts";

const environment = {
  PGHOST: "127.0.0.1",
  PGPORT: "4711",
  PGPASSFILE: "/nowhere/pgpass",
  REDIS_URL: "redis://:planted-cache@127.0.0.1:4712",
  GITHUB_TOKEN: "planted-token",
  GITHUB_BASE_URL: "http://127.0.0.1:4713/",
};

/** Runs the whole program with a stack's settings, as the engine hands them over: lists and groups as JSON. */
function run(
  stack: "dev" | "staging" | "prod",
  changes: Record<string, unknown> = {},
  options: MockOptions = {},
): Promise<MockedRun<pulumi.Inputs>> {
  const raw = rawSettings(stack);
  for (const [at, value] of Object.entries(changes)) change(raw, at, value);
  return runMocked(
    () => {
      pulumi.runtime.setAllConfig(
        Object.fromEntries(
          Object.entries(raw).map(([key, value]) => [
            `slipway:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        ),
      );
      return program();
    },
    {
      stack,
      answer: ({ token }) =>
        token.includes("getRepository")
          ? { htmlUrl: "https://github.com/teamflow/teamflow" }
          : { id: "11", members: ["ada", "bob"] },
      outputs: ({ type }) => (type === "random:index/randomId:RandomId" ? { hex: "00ff" } : undefined),
      ...options,
    },
  );
}

describe("the program", () => {
  const before = { ...process.env };
  beforeEach(() => Object.assign(process.env, environment));
  afterEach(() => {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it("builds dev of these resources and no others", async () => {
    const { resources } = await run("dev");
    assert.deepEqual(resources.map(({ type, name }) => `${type} ${name}`).sort(), [
      "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable dev-github-development-variable-LOG_LEVEL",
      "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable dev-github-development-variable-SLIPWAY_ENVIRONMENT",
      "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable dev-github-development-variable-SLIPWAY_STACK",
      "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable dev-github-development-variable-VITE_API_URL",
      "github:index/repositoryEnvironment:RepositoryEnvironment dev-github-development",
      "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy dev-github-development-branch-develop",
      "pulumi-nodejs:dynamic/slipway:Flags dev-flags-set",
      "pulumi-nodejs:dynamic/slipway:LocalDatabase dev-database",
      "pulumi-nodejs:dynamic/slipway:Migrations dev-schema-migrations",
      "pulumi:providers:github dev-github-provider",
      "random:index/randomId:RandomId dev-instance",
      "slipway:index:DatabaseMigrations dev-schema",
      "slipway:index:FlagSet dev-flags",
      "slipway:index:GitHubDelivery dev-github",
      "slipway:index:LocalPlatform dev",
    ]);
  });

  it("answers with what a person needs next, and with no password", async () => {
    const { result } = await run("dev");
    assert.deepEqual(result.application, {
      backend: { url: "http://localhost:8000", health: "http://localhost:8000/health" },
      frontend: { url: "http://localhost:3000" },
    });
    assert.deepEqual(result.environment, {
      name: "development",
      allowTestData: true,
      requireBackup: false,
      logLevel: "debug",
      requireConfirmation: false,
    });
    assert.deepEqual(result.github, [
      { name: "development", url: "https://github.com/teamflow/teamflow/deployments/development" },
    ]);
    assert.deepEqual(result.cache, { host: "127.0.0.1", port: 4712 });
    assert.ok(!JSON.stringify(result).includes("planted"));
  });

  it("puts no token, password or address of GitHub into any input", async () => {
    const { resources } = await run("dev");
    assert.ok(!/planted|4713/.test(JSON.stringify(resources)));
  });

  it("names the database by application and stack, or as the settings say", async () => {
    const type = "pulumi-nodejs:dynamic/slipway:LocalDatabase";
    assert.equal((await run("dev")).one(type).inputs.database, "teamflow_dev");
    assert.equal((await run("dev", { "database.name": "mine" })).one(type).inputs.database, "mine");
  });

  it("hands the stack's flags to the flag set", async () => {
    const { one } = await run("dev", { "flags.new_dashboard.rollout": 60 });
    const flags = one("pulumi-nodejs:dynamic/slipway:Flags").inputs.flags as Record<string, string>;
    assert.equal(flags.new_dashboard, "on, rollout 60 %");
  });

  it("asks the same of the engine every time", async () => {
    const sorted = (resources: MockedRun<unknown>["resources"]) =>
      resources.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(sorted((await run("dev")).resources), sorted((await run("dev")).resources));
  });

  it("stops for wrong settings with their message alone, before the first resource", async () => {
    const built: string[] = [];
    const wrong = run("dev", { platform: "eks" }, { outputs: ({ name }) => void built.push(name) });
    await assert.rejects(wrong, (error) => {
      assert.ok(error instanceof Error && pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /^Pulumi\.dev\.yaml: slipway:platform is "eks", but the environment "development" runs on/,
      );
      return true;
    });
    assert.deepEqual(built, []);
  });

  it("stops for what GitHub does not have before it builds anything else", async () => {
    const built: string[] = [];
    const wrong = run(
      "dev",
      { "github.repository": "nothing" },
      {
        answer: () => ({}),
        outputs: ({ name }) => void built.push(name),
      },
    );
    await assert.rejects(wrong, /The repository "teamflow\/nothing" does not exist/);
    assert.deepEqual(
      built.filter((name) => !name.startsWith("dev-github")),
      [],
    );
  });

  it("refuses a setting of prod that production cannot do without", async () => {
    await assert.rejects(run("prod", { "database.backupDays": 1 }), /slipway:database\.backupDays is 1/);
  });

  it("has no stack trace translated by source maps, which the SDK would have done for each promise", () => {
    assert.equal((Error as { prepareStackTrace?: unknown }).prepareStackTrace, undefined);
  });

  it("reads groups as JSON and switches as switches, leaves text alone, and knows what is encrypted", async () => {
    const { result } = await runMocked(() => {
      pulumi.runtime.setAllConfig({
        "slipway:a": '{"b":[1]}',
        "slipway:c": "text",
        "slipway:d": "{broken",
        "slipway:e": "false",
        "aws:region": "x",
      });
      process.env.PULUMI_CONFIG_SECRET_KEYS = '["slipway:c"]';
      try {
        return readConfig();
      } finally {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
      }
    });
    assert.deepEqual(result, { raw: { a: { b: [1] }, c: "text", d: "{broken", e: false }, encrypted: ["c"] });
  });
});
