import assert from "node:assert/strict";
import { connect, withConnection } from "../../../../delivery/database/connection.ts";
import type { DatabaseReference, SecretReference } from "../../../../delivery/database/reference.ts";
import { createBundle } from "../../../../delivery/release/store/bundles.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import {
  localStore,
  makeLocalStore,
  makeManagedStore,
  storeDatabase,
  storeRoles,
} from "../../../../delivery/release/store/make.ts";
import { useEnvironment } from "../../../support/environment.ts";
import { type ManagedServer, startManagedServer } from "../../../support/managed-server.ts";
import { testPostgres } from "../../../support/postgres.ts";
import { ada, bundleOf } from "./support.ts";

const members = { slipway_release: "test_release_commands", slipway_release_reader: "test_release_console" };

/** The server as if no release database had ever been there: suites before this one leave databases that hold its roles. */
async function forget(): Promise<void> {
  const server = await testPostgres();
  const left = await server.query<{ datname: string }>(
    "postgres",
    "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
  );
  for (const { datname } of left) await server.query("postgres", `DROP DATABASE "${datname}" WITH (FORCE)`);
  const logins = ["slipway_release_owner", "slipway_release_commands", "slipway_release_console"];
  for (const role of [...logins, ...Object.values(members), "rds_iam", ...storeRoles])
    await server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
}

const session = { applicationName: "test" };
const run = (reference: DatabaseReference, text: string) =>
  withConnection(reference, session, async (client) => (await client.query(text)).rows);

describe("the sandbox's release database", () => {
  useEnvironment(async () => (await testPostgres()).environment);
  before(forget);
  after(forget);

  it("is made with logins that may what their roles may, and stays when it is made again", async () => {
    await makeLocalStore();
    const client = await connect(localStore(), session);
    const bundle = await change(client, ada, (at) => createBundle(at, bundleOf("a")));
    await client.end();
    await makeLocalStore();
    const rows = await run(localStore("slipway_release_reader"), "SELECT digest FROM release.bundle");
    assert.deepEqual(rows, [{ digest: bundle.digest }]);
    const entries = await run(localStore("slipway_release_reader"), "SELECT login FROM release.audit_entry");
    assert.deepEqual(entries, [{ login: "slipway_release_commands" }]);
    await assert.rejects(run(localStore("slipway_release_reader"), "DELETE FROM release.bundle"), { code: "42501" });
    await assert.rejects(run(localStore(), "CREATE TABLE release.x (id int)"), { code: "42501" });
    await assert.rejects(run(localStore(), "CREATE TABLE public.x (id int)"), { code: "42501" });
    await assert.rejects(run(localStore(), "CREATE TEMP TABLE x (id int)"), { code: "42501" });
  });

  it("does not take a database of that name that is somebody else's", async () => {
    await forget();
    const server = await testPostgres();
    await server.query("postgres", `CREATE DATABASE ${storeDatabase}`);
    await assert.rejects(makeLocalStore(), /The database "slipway" belongs to postgres; it was not touched/);
    const roles = await server.query("postgres", "SELECT FROM pg_roles WHERE rolname LIKE 'slipway_release%'");
    assert.equal(roles.length, 0);
  });
});

describe("the release database on a managed server", () => {
  let managed: ManagedServer;
  let reference: SecretReference;
  useEnvironment(async () => {
    await forget();
    managed = await startManagedServer();
    reference = managed.reference(storeDatabase);
    return managed.environment;
  });
  after(async () => {
    await forget();
    const groups = ["slipway_application", "slipway_auditor", "slipway_operator", "slipway_organization_admin"];
    for (const role of [...groups, managed.master])
      await managed.server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
    await managed.stop();
  });

  it("is made by a master user who is no superuser, with logins that have no password", async () => {
    const groups = ["slipway_application", "slipway_auditor", "slipway_operator", "slipway_organization_admin"];
    for (const role of groups) await managed.server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
    await managed.server.query(
      "postgres",
      `CREATE ROLE rds_iam NOLOGIN; GRANT rds_iam TO ${managed.master} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE`,
    );
    for (let time = 0; time < 2; time++) await makeManagedStore(reference, members);
    const rows = await managed.server.query<{ login: string; member: string; password: boolean }>(
      "postgres",
      `SELECT m.rolname AS login, string_agg(g.rolname, ' ' ORDER BY g.rolname) AS member, m.rolpassword IS NOT NULL AS password
       FROM pg_authid m JOIN pg_auth_members a ON a.member = m.oid JOIN pg_roles g ON g.oid = a.roleid
       WHERE m.rolname LIKE 'test_release%' GROUP BY 1, 3 ORDER BY 1`,
    );
    assert.deepEqual(rows, [
      { login: "test_release_commands", member: "rds_iam slipway_release", password: false },
      { login: "test_release_console", member: "rds_iam slipway_release_reader", password: false },
    ]);
    const access = await managed.server.query(
      storeDatabase,
      `SELECT has_database_privilege('test_release_commands', 'slipway', 'CONNECT') AS connects,
         has_table_privilege('test_release_commands', 'release.bundle', 'INSERT') AS inserts,
         has_table_privilege('test_release_console', 'release.bundle', 'INSERT') AS console_inserts,
         has_database_privilege('slipway_auditor', 'slipway', 'CONNECT') AS others`,
    );
    assert.deepEqual(access, [{ connects: true, inserts: true, console_inserts: false, others: false }]);
  });
});
