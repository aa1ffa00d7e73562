import assert from "node:assert/strict";
import { operatorCommandNames, operatorCommands } from "../../../delivery/tasks/commands.ts";
import { type OperatorPlace, operatorPlace, operatorWork } from "../../../delivery/tasks/operator.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { useEnvironment } from "../../support/environment.ts";
import { migratableDatabase, testPostgres } from "../../support/postgres.ts";

const cloud = {
  SLIPWAY_STACK: "staging",
  SLIPWAY_ENVIRONMENT: "staging",
  DATABASE_NAME: "teamflow_staging",
  DATABASE_SECRET_ARN: "arn:aws:secretsmanager:us-west-2:000000000000:secret:rds!db-1",
  DATABASE_HOST: "db.internal",
};

describe("an operator's command", () => {
  it("finds the database of its stack in its environment: by secret in AWS, by PGHOST on this machine", () => {
    assert.deepEqual(operatorPlace("/app", { ...cloud, DATABASE_APPLICATION: "teamflow_app" }).database, {
      kind: "secret",
      arn: cloud.DATABASE_SECRET_ARN,
      host: "db.internal",
      port: 5432,
      database: "teamflow_staging",
      application: "teamflow_app",
    });
    const local = { SLIPWAY_STACK: "dev", SLIPWAY_ENVIRONMENT: "development", DATABASE_NAME: "d", DATABASE_OWNER: "o" };
    assert.deepEqual(operatorPlace("/app", local).database, { kind: "environment", database: "d", user: "o" });
  });

  it("names every variable that is missing or wrong", () => {
    assert.throws(() => operatorPlace("/app", {}), /SLIPWAY_STACK, SLIPWAY_ENVIRONMENT, DATABASE_NAME, DATABASE_OWNER/);
    assert.throws(() => operatorPlace("/app", { ...cloud, SLIPWAY_ENVIRONMENT: "prod" }), /here: SLIPWAY_ENVIRONMENT/);
    assert.throws(() => operatorPlace("/app", { ...cloud, DATABASE_SECRET_ARN: "secret" }), /the ARN of a secret/);
    assert.throws(() => operatorPlace("/app", { ...cloud, SLIPWAY_FLAGS: "{" }), /here: SLIPWAY_FLAGS/);
  });

  it("that changes the schema is the one that wants a backup, and only rehearsals are tests of migrations", () => {
    const which = (holds: (name: (typeof operatorCommandNames)[number]) => boolean) =>
      operatorCommandNames.filter(holds);
    assert.deepEqual(
      which((name) => operatorCommands[name].needsBackup),
      ["migrate"],
    );
    assert.deepEqual(
      which((name) => "operation" in operatorCommands[name]),
      ["migration-rehearsal"],
    );
    assert.deepEqual(
      which((name) => !operatorCommands[name].changes),
      ["migration-status"],
    );
  });

  describe("on a database", () => {
    let place: OperatorPlace;
    useEnvironment(async () => (await testPostgres()).environment);
    beforeEach(async () => {
      const { name, owner } = await migratableDatabase();
      const database = { kind: "environment", database: name, user: owner } as const;
      place = { root: checkoutRoot, stack: "staging", environment: "staging", database, flags: {} };
    });
    const run = (name: (typeof operatorCommandNames)[number]) => operatorWork[name](place);

    it("applies what is pending, once", async () => {
      assert.ok((await run("migration-status")).every((line) => line.startsWith("pending ")));
      assert.equal((await run("migrate"))[0], "applied 0001_application_baseline");
      assert.deepEqual(await run("migrate"), ["nothing to apply"]);
      assert.ok((await run("migration-status")).every((line) => line.startsWith("applied ")));
    });

    it("rehearses the way back of what is pending, and ends with all applied", async () => {
      const lines = await run("migration-rehearsal");
      const count = (word: string) => lines.filter((line) => line.startsWith(word)).length;
      assert.equal(count("took back "), lines.length / 3);
      assert.equal(lines.at(-1)?.endsWith(" again"), true);
      assert.deepEqual(await run("migration-rehearsal"), ["nothing is pending, so there is nothing to rehearse"]);
      assert.ok((await run("migration-status")).every((line) => line.startsWith("applied ")));
    });

    it("seeds the flags that are declared for the stack's environment, and leaves them then", async () => {
      await run("migrate");
      assert.ok((await run("flags-seed")).includes("create new_dashboard"));
      assert.deepEqual(await run("flags-seed"), ["the flags are as declared"]);
      const settings = { new_dashboard: { rollout: 75 } };
      assert.deepEqual(await operatorWork["flags-seed"]({ ...place, flags: settings }), ["update new_dashboard"]);
      const [row] = await (await testPostgres()).query<{ rollout: number }>(
        place.database.database,
        "SELECT rollout_percentage AS rollout FROM feature_flag_environments WHERE flag_key = 'new_dashboard' AND environment = 'staging'",
      );
      assert.equal(row?.rollout, 75);
    });
  });
});
