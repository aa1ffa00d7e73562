import assert from "node:assert/strict";
import { DatabaseMigrations } from "../../components/database-migrations.ts";
import { planMigrations } from "../../components/database-migrations-plan.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const database = { kind: "environment", database: "teamflow_dev", user: "teamflow_owner" } as const;

describe("DatabaseMigrations", () => {
  it("tells the provider one line for each migration", async () => {
    const { one, result } = await runMocked(
      () => {
        const { database: migrated, applied } = new DatabaseMigrations("schema", { database });
        return { migrated, applied };
      },
      { outputs: () => ({ applied: ["0001_application_baseline"] }) },
    );
    const { inputs, name } = one("pulumi-nodejs:dynamic/slipway:Migrations");
    assert.equal(name, "schema-migrations");
    assert.deepEqual(inputs.database, database);
    assert.deepEqual(inputs.migrations, planMigrations("migrations"));
    assert.deepEqual(Object.keys(inputs.migrations as object).slice(0, 2), [
      "0001_application_baseline",
      "0002_feature_flags",
    ]);
    assert.match(String(inputs.implementation), /^[0-9a-f]{12}$/);
    assert.deepEqual(result, { migrated: database, applied: ["0001_application_baseline"] });
  });

  it("leaves the database known in the preview of a new migration, so that nothing below it seems to change", async () => {
    const { result } = await runMocked(() => new DatabaseMigrations("schema", { database }).database, {
      preview: true,
    });
    assert.deepEqual(result, database);
  });
});
