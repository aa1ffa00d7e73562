import assert from "node:assert/strict";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { BatchV1Api } from "@kubernetes/client-node";
import { expectCode, type Outcome } from "../support/checkout.ts";
import type { ProdContext } from "./context.ts";

/** What `db restore --rehearse --json` prints, as far as it is judged here. */
interface Rehearsed {
  readonly proved: boolean;
  readonly problems: readonly string[];
  readonly live: string;
  readonly environment: string;
  readonly copy: string;
  readonly migrations: number;
  readonly recoveryTime: number;
  readonly recoveryPoint: number;
  readonly tables: readonly { readonly name: string; readonly copy: number }[];
}

/** Production's data come back: a restore is rehearsed, and one-off tasks run beside the database as Jobs. */
export function restoreBlock(context: ProdContext): void {
  const instances = async () => {
    const { DBInstances = [] } = await context.client(RDSClient).send(new DescribeDBInstancesCommand({}));
    return DBInstances.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier).sort();
  };

  describe("db restore --rehearse", () => {
    for (const environment of ["production", "preProduction"] as const) {
      it(`proves that the database of ${environment} can be restored, and leaves nothing behind`, async () => {
        const before = await instances();
        const outcome = await context.checkout.run([
          ...["db", "restore", "prod", "--rehearse", "--json"],
          ...(environment === "production" ? [] : ["--environment", environment]),
        ]);
        const found = JSON.parse(expectCode(outcome, 0).stdout) as Rehearsed;
        const { database } = environment === "production" ? context.outputs : context.outputs.preProduction;
        assert.deepEqual([found.proved, found.problems], [true, []]);
        assert.deepEqual([found.environment, found.live], [environment, database.identifier]);
        assert.ok(found.copy.startsWith(`${database.identifier}-rehearsal-`), found.copy);
        assert.ok(found.migrations > 0 && found.recoveryTime > 0 && found.recoveryPoint < 600);
        const names = found.tables.map(({ name }) => name);
        assert.ok(names.includes("auth.users") && names.includes("slipway.migrations"), names.join());
        assert.deepEqual(await instances(), before);
      });
    }

    it("is all that the command does", async () => {
      const { code, stderr } = await context.checkout.run(["db", "restore", "prod"]);
      assert.equal(code, 1);
      assert.match(stderr, /does not put a restored database in the live one's place[\s\S]*Rehearse it/);
    });
  });

  describe("task", () => {
    const jobs = async () => {
      const { items } = await context.kubernetes(BatchV1Api).listNamespacedJob({ namespace: "teamflow" });
      return items.map(({ metadata }) => metadata?.name).filter((name) => name?.startsWith("task-"));
    };

    it("runs a command as a Job beside the database, shows its lines, and takes the Job away", async () => {
      const { stdout } = expectCode(await context.checkout.run(["task", "prod", "migration-status"]), 0);
      assert.match(stdout, /^applied 0001/m);
      assert.doesNotMatch(stdout, /^pending/m);
      assert.deepEqual(await jobs(), []);
    });

    it("runs it in pre-production when that is said", async () => {
      const args = ["task", "prod", "migration-status", "--environment", "preProduction", "--json"];
      const outcome: Outcome = expectCode(await context.checkout.run(args), 0);
      const { environment, exitCode } = JSON.parse(outcome.stdout) as Readonly<Record<string, unknown>>;
      assert.deepEqual([environment, exitCode], ["preProduction", 0]);
      assert.match(outcome.stderr, /^applied 0001/m);
    });

    it("flags are those of the environment that is named", async () => {
      for (const environment of ["production", "preProduction"]) {
        const args = ["flags", "list", "prod", "--environment", environment, "--json"];
        const { stdout } = expectCode(await context.checkout.run(args), 0);
        assert.equal(JSON.parse(stdout).environment, environment);
      }
    });

    it("changes nothing without a confirmation and a backup", async () => {
      const bare = await context.checkout.run(["task", "prod", "migrate"]);
      assert.equal(bare.code, 1);
      assert.match(bare.stderr, /--confirm production/);
      const confirmed = await context.checkout.run(["task", "prod", "migrate", "--confirm", "production"]);
      assert.equal(confirmed.code, 1);
      assert.match(confirmed.stderr, /needs a backup/);
      assert.deepEqual(await jobs(), []);
    });
  });
}
