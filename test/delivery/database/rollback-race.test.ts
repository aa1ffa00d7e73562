import assert from "node:assert/strict";
import path from "node:path";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import { down, status, up } from "../../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../../delivery/database/reference.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../../support/postgres.ts";

describe("a rollback that was announced", () => {
  it("takes back what it named and nothing else, also when another runner comes in between", async () => {
    const { environment } = await testPostgres();
    const { name, owner } = await migratableDatabase();
    const reference: EnvironmentReference = { kind: "environment", database: name, user: owner };
    const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
    await up(reference, migrations, { environment, through: "0003_enterprise_organizations" });
    const announced = ["0003_enterprise_organizations"];
    await up(reference, migrations, { environment, through: "0004_enterprise_teams" });
    await assert.rejects(
      down(reference, migrations, { environment, only: announced }),
      /the last migrations are 0004_enterprise_teams, not 0003_enterprise_organizations\.\n {2}Nothing was taken back/,
    );
    assert.equal((await status(reference, migrations, { environment })).applied.length, 4);
    const only = ["0004_enterprise_teams", ...announced];
    assert.deepEqual((await down(reference, migrations, { environment, only })).ran, only);
  });
});
