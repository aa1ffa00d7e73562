import assert from "node:assert/strict";
import path from "node:path";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import * as provider from "../../../delivery/database/migrations-provider.ts";
import { down } from "../../../delivery/database/migrator.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { useEnvironment } from "../../support/environment.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../../support/postgres.ts";

const files = readMigrations(path.join(checkoutRoot, "migrations"));

describe("the migrations' provider", () => {
  let server: TestPostgres;
  let inputs: provider.MigrationsInputs;
  useEnvironment(async () => (await testPostgres()).environment);
  beforeEach(async () => {
    server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    inputs = {
      version: 1,
      implementation: "x",
      database: { kind: "environment", database: name, user: owner },
      migrations: Object.fromEntries(files.map(({ name, checksum }) => [name, checksum])),
    };
  });

  it("migrates, tells what is applied, and reads the same back", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual(outs, { ...inputs, applied: files.map(({ name }) => name) });
    assert.deepEqual(await provider.read(id, outs), { id, props: outs, inputs });
    assert.deepEqual(await provider.diff(id, outs, inputs), { changes: false, replaces: [] });
  });

  it("wants an update for a new migration, new code or a database made anew, and a replacement for another database only", async () => {
    const { id, outs } = await provider.create(inputs);
    for (const change of [
      { migrations: { ...inputs.migrations, "0099_new": "abc" } },
      { implementation: "y" },
      { database: { ...inputs.database, incarnation: "1/2" } },
    ]) {
      assert.deepEqual(await provider.diff(id, outs, { ...inputs, ...change }), { changes: true, replaces: [] });
    }
    const elsewhere = { ...inputs, database: { ...inputs.database, database: "elsewhere" } };
    assert.deepEqual(await provider.diff(id, outs, elsewhere), { changes: true, replaces: ["database"] });
  });

  it("announces no replacement while the database is not known yet", async () => {
    const { id, outs } = await provider.create(inputs);
    const unknown = { ...inputs, database: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as never };
    assert.deepEqual((await provider.diff(id, outs, unknown)).replaces, []);
  });

  it("stops at the preview when an applied file was changed", async () => {
    const news = { ...inputs, migrations: { ...inputs.migrations, "0001_application_baseline": "changed" } };
    await assert.rejects(provider.check(inputs, news), {
      name: "UserError",
      message: /migrations\/0001_application_baseline\.up\.sql was changed after it was applied .*now changed/,
    });
    assert.deepEqual(await provider.check({}, inputs), { inputs, failures: [] });
  });

  it("lets a file be changed when the database it was applied to is lost", async () => {
    const before = { ...inputs, database: { ...inputs.database, incarnation: "1/1" } };
    const migrations = { ...inputs.migrations, "0001_application_baseline": "changed" };
    for (const database of [
      { ...inputs.database, incarnation: "1/2" },
      "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as never, // made anew by this very `up`
    ]) {
      const news = { ...before, database, migrations };
      assert.deepEqual(await provider.check(before, news), { inputs: news, failures: [] });
    }
  });

  it("finds that the database was rolled back behind its back, and goes up again", async () => {
    const { id, outs } = await provider.create(inputs);
    await down(inputs.database, files);
    const found = await provider.read(id, outs);
    assert.deepEqual(found.props.applied, outs.applied.slice(0, -1));
    assert.equal((await provider.diff(id, found.props as provider.MigrationsOutputs, inputs)).changes, true);
    assert.deepEqual((await provider.update(id, found.props as provider.MigrationsOutputs, inputs)).outs, outs);
  });

  it("refuses to run other files than the preview showed", async () => {
    await assert.rejects(
      provider.create({ ...inputs, migrations: {} }),
      /changed while the update ran; nothing was migrated/,
    );
  });

  it("is gone when its database is, and leaves schema and data alone when it is deleted", async () => {
    const { id, outs } = await provider.create(inputs);
    await provider.delete(id, outs);
    assert.deepEqual((await provider.read(id, outs)).props, outs);
    await server.query("postgres", `DROP DATABASE ${inputs.database.database} WITH (FORCE)`);
    assert.equal((await provider.read(id, outs)).id, "");
    await provider.delete(id, outs);
  });

  it("keeps what the state says while the login has no password here", async () => {
    const { id, outs } = await provider.create(inputs);
    const lost = { ...outs, database: { ...outs.database, user: "nobody_here" } };
    assert.deepEqual((await provider.read(id, lost)).props, lost);
  });
});
