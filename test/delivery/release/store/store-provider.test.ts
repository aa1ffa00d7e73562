import assert from "node:assert/strict";
import { connect, withConnection } from "../../../../delivery/database/connection.ts";
import type { SecretReference } from "../../../../delivery/database/reference.ts";
import { createBundle } from "../../../../delivery/release/store/bundles.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { storeDatabase, storeMigrations, storeRoles } from "../../../../delivery/release/store/make.ts";
import * as provider from "../../../../delivery/release/store/store-provider.ts";
import { useEnvironment } from "../../../support/environment.ts";
import { type ManagedServer, startManagedServer } from "../../../support/managed-server.ts";
import { ada, bundleOf } from "./support.ts";

const members = { slipway_release: "test_release_commands", slipway_release_reader: "test_release_console" };
const groups = ["slipway_application", "slipway_auditor", "slipway_operator", "slipway_organization_admin"];
const roles = [...Object.values(members), "rds_iam", ...storeRoles, ...groups];

describe("the release database's provider", () => {
  let managed: ManagedServer;
  let reference: SecretReference;
  useEnvironment(async () => {
    managed = await startManagedServer();
    reference = { ...managed.reference(storeDatabase), incarnation: "db-REL" };
    return managed.environment;
  });
  /** Suites before this one leave databases that hold the roles, which the master user is to make itself. */
  const forget = async () => {
    const left = await managed.server.query<{ datname: string }>(
      "postgres",
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
    );
    for (const { datname } of left) await managed.server.query("postgres", `DROP DATABASE "${datname}" WITH (FORCE)`);
    for (const role of roles) await managed.server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
  };
  before(async () => {
    await forget();
    // On RDS this role is there, and the master user may give it.
    await managed.server.query(
      "postgres",
      `CREATE ROLE rds_iam NOLOGIN; GRANT rds_iam TO ${managed.master} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE`,
    );
  });
  after(async () => {
    await forget();
    await managed.server.query("postgres", `DROP ROLE ${managed.master}`);
    await managed.stop();
  });
  const migrations = Object.fromEntries(storeMigrations().map(({ name, checksum }) => [name, checksum]));
  const inputs = (): provider.StoreInputs => ({
    version: 1,
    implementation: "x",
    database: reference,
    migrations,
    members,
  });
  const outputs = (): provider.StoreOutputs => ({ ...inputs(), applied: Object.keys(migrations) });

  it("makes the database, and reads back what it made", async () => {
    const { id, outs } = await provider.create(inputs());
    assert.deepEqual(outs, outputs());
    assert.deepEqual(await provider.read(id, outs), { id, props: outs, inputs: inputs() });
    assert.deepEqual(await provider.diff(id, outs, inputs()), { changes: false, replaces: [] });
  });

  it("finds it made, and makes nothing twice", async () => {
    assert.deepEqual(await provider.update("id", outputs(), inputs()), { outs: outputs() });
  });

  it("lets the master user record as the commands do, and nobody else by the way", async () => {
    const client = await connect(reference, { applicationName: "test" });
    try {
      await client.query("SET ROLE slipway_release");
      const { digest } = await change(client, ada, (at) => createBundle(at, bundleOf("a")));
      const { rows } = await client.query("SELECT digest FROM release.bundle");
      assert.deepEqual(rows, [{ digest }]);
      await assert.rejects(client.query("DROP TABLE release.bundle"), { code: "42501" });
    } finally {
      await client.end();
    }
  });

  for (const [title, statement] of [
    ["lost its group", (login: string) => `REVOKE slipway_release FROM ${login} GRANTED BY ${managed.master}`],
    ["is gone", (login: string) => `DROP ROLE ${login}`],
  ] as const)
    it(`shows a login that ${title}, and mends it`, async () => {
      await managed.server.query("postgres", statement(members.slipway_release));
      const lost = await provider.read("id", outputs());
      assert.ok("inputs" in lost);
      assert.deepEqual(lost.inputs.members, { ...members, slipway_release: "" });
      assert.deepEqual(await provider.diff("id", lost.props, inputs()), { changes: true, replaces: [] });
      await provider.update("id", lost.props, inputs());
      const found = await provider.read("id", outputs());
      assert.deepEqual("inputs" in found && found.inputs.members, members);
    });

  it("shows a migration that the database has not", async () => {
    await withConnection(reference, { applicationName: "test" }, (client) =>
      client.query("DELETE FROM slipway.migrations WHERE name = '0005_notifications'"),
    );
    const read = await provider.read("id", outputs());
    const { "0005_notifications": _, ...others } = migrations;
    assert.deepEqual("inputs" in read && read.inputs.migrations, others);
    await managed.server.query("postgres", `DROP DATABASE ${storeDatabase}`);
    await provider.create(inputs());
  });

  it("wants an update for a new migration, new code, another login or a database made anew, and a replacement for none", async () => {
    for (const changed of [
      { migrations: { ...migrations, "0099_new": "abc" } },
      { implementation: "y" },
      { members: { ...members, slipway_release: "other" } },
      { database: { ...reference, incarnation: "db-NEW" } },
      { database: { ...reference, host: "elsewhere" } },
    ])
      assert.deepEqual(await provider.diff("id", outputs(), { ...inputs(), ...changed }), {
        changes: true,
        replaces: [],
      });
  });

  it("stops at the preview when an applied file was changed", async () => {
    const news = { ...inputs(), migrations: { ...migrations, "0001_audit": "changed" } };
    await assert.rejects(provider.check(inputs(), news), {
      name: "UserError",
      message: /^delivery\/release\/store\/migrations\/0001_audit\.up\.sql was changed after it was applied/,
    });
    assert.deepEqual(await provider.check({}, inputs()), { inputs: inputs(), failures: [] });
  });

  it("makes nothing when the files are not what the preview showed", async () => {
    const news = { ...inputs(), migrations: { "0001_audit": "other" } };
    await assert.rejects(provider.create(news), {
      name: "UserError",
      message: /The files in delivery\/release\/store\/migrations\/ changed while the update ran; nothing was migrated/,
    });
  });

  it("leaves all there is when it is deleted", async () => {
    await provider.delete("id", outputs());
    const read = await provider.read("id", outputs());
    assert.deepEqual("props" in read && read.props, outputs());
  });

  it("is gone for a refresh when its instance was deleted, and the secret with it", async () => {
    const lost = { ...outputs(), database: { ...reference, arn: `${reference.arn}z` } };
    assert.deepEqual(await provider.read("id", lost), { id: "", props: {} });
  });
});
