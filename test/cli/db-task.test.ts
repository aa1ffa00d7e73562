import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import path from "node:path";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { migratedDatabase } from "../support/migrated.ts";
import { testPostgres } from "../support/postgres.ts";
import { CommandCheckout } from "./support/checkout.ts";
import { PlayedCloud } from "./support/played-cloud.ts";
import { temporaryFolder } from "./support/temporary.ts";

const owner = "arn:aws:secretsmanager:us-west-2:000000000001:secret:rds-abcdef";
const place = (namespace: string) => ({
  tasks: {
    cluster: "teamflow-prod",
    region: "us-west-2",
    namespace,
    job: { template: { spec: { containers: [{ name: "operator", image: "operator@sha256:0", env: [] }] } } },
  },
  database: { host: `${namespace}.rds.amazonaws.com`, port: 5432, name: "teamflow", owner, identifier: namespace },
});
const environments: Readonly<Record<string, string>> = {
  teamflow: "production",
  "teamflow-pre-production": "preProduction",
};

describe("db of a stack whose database is in a VPC", function () {
  this.timeout(300_000);
  let cloud: PlayedCloud;
  let checkout: CommandCheckout;
  const folder = temporaryFolder();

  before(async () => {
    const [server, database] = [await testPostgres(), await migratedDatabase()];
    checkout = new CommandCheckout();
    cpSync(path.join(checkoutRoot, "migrations"), path.join(checkout.root, "migrations"), { recursive: true });
    const outputs = { ...place("teamflow"), preProduction: place("teamflow-pre-production") };
    const definition = (namespace: string) => ({
      PATH: "/usr/bin:/bin",
      HOME: folder,
      NO_COLOR: "1",
      ...server.environment,
      SLIPWAY_STACK: "prod",
      SLIPWAY_ENVIRONMENT: environments[namespace] ?? "",
      DATABASE_NAME: database.name,
      DATABASE_OWNER: database.owner,
    });
    cloud = await PlayedCloud.open(outputs, definition, folder);
  });
  after(() => cloud?.close());

  const db = (command: string, ...args: string[]) =>
    checkout.command(["db", command, "prod", ...args, "--no-sandbox"], cloud.environment);

  it("status runs in a Job of the environment that is named, with its lines and its exit code", async () => {
    for (const [environment, args] of [
      ["production", []],
      ["preProduction", ["--environment", "preProduction"]],
    ] as const) {
      const { code, stdout, stderr } = await db("status", "--check", "--json", ...args);
      assert.equal(code, 0, stderr);
      const status = JSON.parse(stdout.slice(stdout.indexOf("{")));
      assert.equal(status.environment, environment);
      assert.equal(status.applied.length, readMigrations(path.join(checkoutRoot, "migrations")).length);
    }
  });

  it("migrate starts nothing before somebody has said yes", async () => {
    const before = cloud.tasks.length;
    const { code, stderr } = await db("migrate");
    assert.equal(code, 1);
    assert.match(stderr, /--confirm production/);
    assert.equal(cloud.tasks.length, before);
  });
});
