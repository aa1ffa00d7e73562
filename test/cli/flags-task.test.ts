import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { type FlagDatabase, flagDatabase, putFlag } from "../delivery/flags/sql/database.ts";
import { CommandCheckout } from "./support/checkout.ts";
import { PlayedCloud } from "./support/played-cloud.ts";
import { temporaryFolder } from "./support/temporary.ts";

const container = { name: "operator", image: "operator@sha256:0", env: [] };
const job = { template: { spec: { containers: [container] } } };
const onKubernetes = (namespace: string) => ({
  tasks: { cluster: "teamflow-prod", region: "us-west-2", namespace, job },
  database: { identifier: namespace },
});
const outputs = {
  ...onKubernetes("teamflow"),
  preProduction: onKubernetes("teamflow-pre-production"),
};
const staging = {
  tasks: {
    cluster: "teamflow-staging",
    taskDefinition: "teamflow-staging-operator",
    subnetIds: ["subnet-1"],
    securityGroupIds: ["sg-1"],
    logGroup: "/teamflow/staging/operator",
    container: "operator",
  },
};

/** Where the database cannot be reached from here: a stack in AWS, without the sandbox. */
describe("flags of a stack whose database is in a VPC", function () {
  this.timeout(300_000);
  let database: FlagDatabase;
  let checkout: CommandCheckout;
  const clouds: PlayedCloud[] = [];
  const folder = temporaryFolder();

  before(async () => {
    database = await flagDatabase();
    checkout = new CommandCheckout();
    for (const environment of ["staging", "production", "preProduction"])
      await putFlag(database.admin, "dashboard", { environment, rollout: 50 });
    await database.admin.query(
      "UPDATE public.feature_flags SET description = E'First\n\nsecond' WHERE flag_key = 'dashboard'",
    );
  });
  after(async () => {
    for (const cloud of clouds) cloud.close();
    await database?.admin.end();
  });

  async function cloudOf(stack: string, known: object): Promise<PlayedCloud> {
    const environments: Readonly<Record<string, string>> = {
      "": "staging",
      teamflow: "production",
      "teamflow-pre-production": "preProduction",
    };
    const definition = (namespace: string) => ({
      PATH: "/usr/bin:/bin",
      HOME: folder,
      NO_COLOR: "1",
      ...database.server.environment,
      SLIPWAY_STACK: stack,
      SLIPWAY_ENVIRONMENT: environments[namespace] ?? "",
      DATABASE_NAME: database.name,
      DATABASE_OWNER: database.owner,
    });
    const cloud = await PlayedCloud.open(known, definition, path.join(folder, `cloud-${clouds.length}`));
    clouds.push(cloud);
    return cloud;
  }
  const rollouts = async () => {
    const { rows } = await database.admin.query(
      "SELECT environment, rollout_percentage FROM public.feature_flag_environments WHERE flag_key = 'dashboard'",
    );
    return Object.fromEntries(rows.map((row) => [row.environment, row.rollout_percentage]));
  };

  describe("on ECS", () => {
    let cloud: PlayedCloud;
    before(async () => {
      cloud = await cloudOf("staging", staging);
    });
    const flags = (command: string, ...args: string[]) =>
      checkout.command(["flags", command, "staging", ...args, "--no-sandbox"], {
        ...cloud.environment,
        SLIPWAY_ACTOR: "ada",
      });

    it("set changes them in a task, with the reason and the actor of here in the history", async () => {
      const { code, stdout, stderr } = await flags("set", "dashboard", "--rollout", "7", "--reason", "--so & so");
      assert.equal(code, 0, stderr);
      assert.match(stdout, /dashboard/);
      assert.deepEqual(await rollouts(), { staging: 7, production: 50, preProduction: 50 });
      const { rows } = await database.admin.query(
        "SELECT actor, reason FROM public.feature_flag_history WHERE environment = 'staging' ORDER BY id DESC LIMIT 1",
      );
      assert.deepEqual(rows, [{ actor: "ada", reason: "--so & so" }]);
    });

    it("a task that fails says why, and its exit code is ours", async () => {
      const { code, stdout } = await flags("get", "nothing");
      assert.equal(code, 1);
      assert.match(stdout, /There is no flag "nothing" in staging/);
    });

    it("export writes the file on this side, as it is written where the database is reached", async () => {
      const file = path.join(folder, "flags.yaml");
      const { code, stderr } = await flags("export", "--output", file);
      assert.equal(code, 0, stderr);
      const { environment, flags: exported } = parse(readFileSync(file, "utf8"));
      assert.deepEqual(
        [environment, exported.dashboard.rollout, exported.dashboard.description],
        ["staging", 7, "First\n\nsecond"],
      );
    });

    it("starts nothing without a reason, or for more than a task takes", async () => {
      const before = cloud.tasks.length;
      assert.equal((await flags("set", "dashboard", "--off")).code, 2);
      const users = Array.from({ length: 2_000 }, (_, index) => `user-${(index * 7919) % 100_003}`);
      const targeting = JSON.stringify({ segments: [{ name: "many", users }] });
      const { code, stderr } = await flags("set", "dashboard", "--targeting", targeting, "--reason", "many");
      assert.equal(code, 1);
      assert.match(stderr, /"flags set" is [\d,]+ characters long .* a task on ECS takes 7,500/);
      assert.equal(cloud.tasks.length, before);
    });
  });

  describe("on EKS, in pre-production beside production", () => {
    let cloud: PlayedCloud;
    before(async () => {
      cloud = await cloudOf("prod", outputs);
    });
    const flags = (command: string, ...args: string[]) =>
      checkout.command(["flags", command, "prod", ...args, "--no-sandbox"], cloud.environment);

    it("list shows those of the environment that is named", async () => {
      for (const [environment, args] of [
        ["production", []],
        ["preProduction", ["--environment", "pre-production"]],
      ] as const) {
        const { code, stdout, stderr } = await flags("list", "--json", ...args);
        assert.equal(code, 0, stderr);
        assert.equal(JSON.parse(stdout.slice(stdout.indexOf("{"))).environment, environment);
      }
    });

    it("import brings a file of here, once somebody has said yes to that environment", async () => {
      const file = path.join(folder, "pre.yaml");
      const flag = { name: "dashboard", enabled: true, rollout: 12, targeting: {} };
      writeFileSync(file, JSON.stringify({ environment: "preProduction", flags: { dashboard: flag } }));
      const args = [file, "--reason", "as tested", "--environment", "preProduction"];
      const wrong = await flags("import", ...args, "--confirm", "production");
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /--confirm says "production", but prod is the environment "preProduction"/);
      const { code, stderr } = await flags("import", ...args, "--confirm", "preProduction");
      assert.equal(code, 0, stderr);
      const { preProduction, production } = await rollouts();
      assert.deepEqual([preProduction, production], [12, 50]);
    });

    it("a task is of one environment and refuses another's", async () => {
      const task = cloud.tasks.at(-1);
      assert.ok(task);
      const { code, stderr } = await checkout.command(
        ["flags", "list", "prod", "--environment", "production"],
        task.variables,
      );
      assert.equal(code, 2);
      assert.match(stderr, /This task or runner is preProduction's, not production's/);
    });
  });
});
