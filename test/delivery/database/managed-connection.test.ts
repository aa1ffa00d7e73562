import assert from "node:assert/strict";
import { connect, isMissingDatabase, isRefusedLogin, withConnection } from "../../../delivery/database/connection.ts";
import { databaseReferenceSchema, sameDatabase } from "../../../delivery/database/reference.ts";
import { useEnvironment } from "../../support/environment.ts";
import { type ManagedServer, startManagedServer } from "../../support/managed-server.ts";

describe("a connection to a managed database, by the secret of its master user", () => {
  let managed: ManagedServer;
  useEnvironment(async () => {
    managed = await startManagedServer();
    return managed.environment;
  });
  after(async () => {
    await managed.server.query("postgres", `DROP ROLE ${managed.master}`);
    await managed.stop();
  });
  const options = (environment: Record<string, string> = {}) => ({
    applicationName: "a test",
    environment: { ...process.env, ...environment },
    patience: 0,
  });
  const fails = async (wanted: RegExp, { environment = {}, reference = {} } = {}) => {
    let failure: unknown;
    const to = { ...managed.reference("postgres"), ...reference };
    await assert.rejects(connect(to, options(environment)), (error: Error) => {
      failure = error;
      assert.equal(error.name, "UserError");
      assert.match(error.message, wanted);
      return true;
    });
    return failure;
  };

  it("logs in as the user that the secret names, over TLS", async () => {
    const { rows } = await withConnection(managed.reference("postgres"), options(), (client) =>
      client.query("SELECT current_user AS user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
    );
    assert.deepEqual(rows, [{ user: managed.master, ssl: true }]);
  });

  it("logs in after a rotation that happened between reading the secret and connecting", async () => {
    const { store } = await managed.rotate();
    let reads = 0;
    managed.manager.beforeAnswer = async () => {
      if (++reads === 2) store();
    };
    await (await connect(managed.reference("postgres"), options())).end();
    managed.manager.beforeAnswer = undefined;
    assert.equal(reads, 2);
  });

  it("says that the password is not right (any more), without it", async () => {
    const { store } = await managed.rotate();
    const old = [...(managed.manager.secrets.get(managed.secretArn)?.values.values() ?? [])].join();
    const error = await fails(/refuses the login "test_master_\d+" with the password in arn:.*\n.*rotate-secret/);
    assert.ok(isRefusedLogin(error));
    assert.ok(!String(error).includes(JSON.parse(old).password));
    store();
  });

  it("sends nothing to a server whose certificate comes from a foreign authority", () =>
    fails(/does not prove who it is.*\n.*PGSSLROOTCERT/, { environment: { PGSSLROOTCERT: managed.foreignAuthority } }));
  it("trusts AWS's authorities for RDS when PGSSLROOTCERT is not set, and nobody else", () =>
    fails(/does not prove who it is/, { environment: { PGSSLROOTCERT: "" } }));
  it("sends nothing to a server whose certificate names another host", () =>
    fails(/does not prove who it is: .*localhost/, { reference: { host: "localhost" } }));
  it("sends nothing to a server that does not speak TLS", async () => {
    await managed.serveTls(false);
    await fails(/does not prove who it is: .*not support SSL/);
    await managed.serveTls(true);
  });

  it("says of an unreachable server that RDS is reached from inside the VPC", () =>
    fails(/127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED.*\n.*RDS is not public.*inside the VPC/, {
      reference: { port: 1 },
    }));
  it("says that the database is missing", async () => {
    assert.ok(isMissingDatabase(await fails(/has no database "nowhere"/, { reference: { database: "nowhere" } })));
  });
  it("takes a secret that is gone for a database that is gone: RDS deletes them together", async () => {
    const arn = `${managed.secretArn}x`;
    assert.ok(isMissingDatabase(await fails(/secret:rds!db-test-AbCdEfx cannot be used/, { reference: { arn } })));
  });
  it("says that PGSSLROOTCERT cannot be read", () =>
    fails(/PGSSLROOTCERT names \/nowhere/, { environment: { PGSSLROOTCERT: "/nowhere" } }));
  it("refuses a secret of another kind without showing it", async () => {
    const arn = `${managed.secretArn}y`;
    managed.manager.put(arn, '"planted-value"');
    const error = await fails(/does not hold \{"username"/, { reference: { arn } });
    assert.ok(!String(error).includes("planted-value"));
  });
});

describe("a reference to a managed database", () => {
  const reference = {
    kind: "secret" as const,
    arn: "arn:aws:secretsmanager:us-west-2:000000000000:secret:rds!db-1-AbCdEf",
    host: "teamflow-staging.abc.us-west-2.rds.amazonaws.com",
    port: 5432,
    database: "teamflow_staging",
  };

  it("holds no password and no place for one", () => {
    assert.ok(
      databaseReferenceSchema.safeParse({ ...reference, application: "teamflow_app", incarnation: "db-A" }).success,
    );
    assert.ok(!databaseReferenceSchema.safeParse({ ...reference, password: "x" }).success);
    assert.ok(!databaseReferenceSchema.safeParse({ ...reference, arn: "teamflow/staging" }).success);
  });

  it("names the same place after the server was renamed or restored, and another one by another database", () => {
    assert.ok(sameDatabase(reference, { ...reference, host: "restored.example", arn: `${reference.arn}2` }));
    assert.ok(!sameDatabase(reference, { ...reference, database: "other" }));
    assert.ok(!sameDatabase(reference, { kind: "environment", database: reference.database, user: "x" }));
  });
});
