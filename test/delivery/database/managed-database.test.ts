import assert from "node:assert/strict";
import path from "node:path";
import { prepareManagedDatabase } from "../../../delivery/database/managed-database.ts";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import * as provider from "../../../delivery/database/migrations-provider.ts";
import type { SecretReference } from "../../../delivery/database/reference.ts";
import * as flags from "../../../delivery/flags/provider.ts";
import { useEnvironment } from "../../support/environment.ts";
import { type ManagedServer, startManagedServer } from "../../support/managed-server.ts";

describe("a managed database, whose master user is no superuser", () => {
  const groups = ["slipway_application", "slipway_auditor", "slipway_operator", "slipway_organization_admin"];
  const database = `managed_${process.pid}`;
  const application = `managed_${process.pid}_app`;
  let managed: ManagedServer;
  let reference: SecretReference;
  useEnvironment(async () => {
    managed = await startManagedServer();
    reference = { ...managed.reference(database), application, incarnation: "db-ABC" };
    return managed.environment;
  });
  const query = (on: string, text: string) => managed.server.query<Record<string, string>>(on, text);
  const dropAll = async () => {
    await query("postgres", `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    for (const role of [application, "rds_iam", ...groups]) await query("postgres", `DROP ROLE IF EXISTS ${role}`);
  };
  before(async () => {
    // Suites before this one had the administrator make the group roles; the master user is to make them itself.
    const left = await query(
      "postgres",
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
    );
    for (const { datname } of left) await query("postgres", `DROP DATABASE "${datname}" WITH (FORCE)`);
    await dropAll();
    // On RDS this role is there, and the master user may give it.
    await query(
      "postgres",
      `CREATE ROLE rds_iam NOLOGIN; GRANT rds_iam TO ${managed.master} WITH ADMIN OPTION, INHERIT FALSE, SET FALSE`,
    );
  });
  after(async () => {
    await dropAll();
    await query("postgres", `DROP ROLE ${managed.master}`);
    await managed.stop();
  });
  const inputs = () => ({
    version: 1,
    implementation: "x",
    database: reference,
    migrations: Object.fromEntries(
      readMigrations(path.resolve("migrations")).map(({ name, checksum }) => [name, checksum]),
    ),
  });

  it("is migrated from nothing by the same resource as a local one", async () => {
    const { outs } = await provider.create(inputs());
    assert.deepEqual(outs.applied, Object.keys(inputs().migrations));
    const read = await provider.read("id", outs);
    assert.deepEqual("inputs" in read && read.inputs, inputs());
  });

  it("holds flags by the same resource as a local one", async () => {
    const flagSet = {
      version: 1,
      implementation: "x",
      database: reference,
      environment: "staging",
      stack: "slipway/staging",
      ...flags.linesOf({}),
    };
    const { outs } = await flags.create(flagSet);
    assert.deepEqual(outs.flags, {});
    await flags.delete("id", outs);
  });

  it("belongs to the master user and lets in nobody but the application", async () => {
    const [access] = await query(
      "postgres",
      `SELECT pg_get_userbyid(datdba) AS owner, has_database_privilege('${application}', oid, 'CONNECT') AS app,
         (SELECT count(*)::int FROM aclexplode(datacl) WHERE grantee = 0) AS public
       FROM pg_database WHERE datname = '${database}'`,
    );
    assert.deepEqual(access, { owner: managed.master, app: true, public: 0 });
  });

  it("gives the application a login by IAM, without password and power, in its group", async () => {
    const [role] = await query(
      "postgres",
      `SELECT rolcanlogin AS login, rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls AS power, rolpassword AS password,
         (SELECT array_agg(roleid::regrole::text ORDER BY roleid::regrole::text) FROM pg_auth_members m WHERE m.member = a.oid) AS groups
       FROM pg_authid a WHERE rolname = '${application}'`,
    );
    assert.deepEqual(role, {
      login: true,
      power: false,
      password: null,
      groups: ["rds_iam", "slipway_application", "slipway_organization_admin"],
    });
  });

  it("lets the application take the organization administrators' role, without having it at once", async () => {
    const rows = await query(
      "postgres",
      `SELECT pg_has_role('${application}', 'slipway_organization_admin', 'USAGE') AS has,
         pg_has_role('${application}', 'slipway_organization_admin', 'SET') AS takes`,
    );
    assert.deepEqual(rows, [{ has: false, takes: true }]);
  });

  it("is found ready by a second run, and by two at once", async () => {
    await Promise.all([prepareManagedDatabase(reference), prepareManagedDatabase(reference)]);
    const { outs } = await provider.update("id", { ...inputs(), applied: [] }, inputs());
    assert.deepEqual(outs.applied, Object.keys(inputs().migrations));
  });

  it("gets back a group that somebody took from the application's login", async () => {
    await query("postgres", `REVOKE slipway_application FROM ${application} GRANTED BY ${managed.master}`);
    await prepareManagedDatabase(reference);
    const rows = await query(
      "postgres",
      `SELECT pg_has_role('${application}', 'slipway_application', 'MEMBER') AS member`,
    );
    assert.deepEqual(rows, [{ member: true }]);
  });

  it("is another one under another name, beside the old", async () => {
    const other = { ...reference, database: `${database}_other` };
    await prepareManagedDatabase(other);
    const rows = await query(
      "postgres",
      `SELECT datname FROM pg_database WHERE datname LIKE '${database}%' ORDER BY 1`,
    );
    assert.deepEqual(rows, [{ datname: database }, { datname: `${database}_other` }]);
    await query("postgres", `DROP DATABASE ${database}_other`);
  });

  it("is gone for a refresh when its instance was deleted, and the secret with it", async () => {
    const { outs } = await provider.create(inputs());
    const lost = { ...outs, database: { ...reference, arn: `${reference.arn}z` } };
    assert.deepEqual(await provider.read("id", lost), { id: "", props: {} });
  });
});
