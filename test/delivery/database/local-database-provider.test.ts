import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { wantedState } from "../../../delivery/database/local-database.ts";
import * as provider from "../../../delivery/database/local-database-provider.ts";
import { storePassword } from "../../../delivery/database/password-file.ts";
import { useEnvironment } from "../../support/environment.ts";
import { type TestPostgres, testPostgres } from "../../support/postgres.ts";

describe("the local database's provider", () => {
  let server: TestPostgres;
  let inputs: provider.LocalDatabaseInputs;
  let count = 0;
  useEnvironment(async () => (await testPostgres()).environment);

  beforeEach(async () => {
    server = await testPostgres();
    const prefix = `local${++count}`;
    const names = { database: `${prefix}_dev`, owner: `${prefix}_owner`, application: `${prefix}_app` };
    inputs = {
      version: 1,
      implementation: "x",
      ...names,
      stack: "slipway/dev",
      instance: "aa11",
      state: wantedState(names),
      retainOnDelete: false,
    };
  });
  afterEach(async () => {
    await server.query("postgres", `DROP DATABASE IF EXISTS ${inputs.database} WITH (FORCE)`);
    for (const role of [inputs.owner, inputs.application])
      await server.query("postgres", `DROP ROLE IF EXISTS ${role}`);
  });

  const admin = (text: string, database = "postgres") => server.query<Record<string, unknown>>(database, text);
  const passwordFile = () => readFile(server.environment.PGPASSFILE as string, "utf8");
  const exists = async () => (await admin(`SELECT FROM pg_database WHERE datname = '${inputs.database}'`)).length === 1;
  const as = async (user: string, text: string) => {
    const { withConnection } = await import("../../../delivery/database/connection.ts");
    return withConnection(
      { kind: "environment", database: inputs.database, user },
      { applicationName: "test" },
      (client) => client.query(text),
    );
  };
  const refused = (promise: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => error.name === "UserError" && pattern.test(error.message));

  it("makes what it says: owner owns, application connects and no more, PUBLIC nothing", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual((await provider.read(id, outs)).props, outs);
    assert.deepEqual(outs.state, inputs.state);
    await as(inputs.owner, "CREATE TABLE public.t (id int)");
    await assert.rejects(as(inputs.application, "SELECT * FROM public.t"), { code: "42501" });
    await assert.rejects(as(inputs.application, "CREATE TEMP TABLE x (id int)"), { code: "42501" });
    await assert.rejects(as(inputs.application, "CREATE TABLE public.x (id int)"), { code: "42501" });
    assert.deepEqual(
      (await as(inputs.application, "SELECT pg_has_role('slipway_application', 'member') AS member")).rows,
      [{ member: true }],
    );
    const organizationAdmin = await as(
      inputs.application,
      "SELECT pg_has_role('slipway_organization_admin', 'USAGE') AS has, pg_has_role('slipway_organization_admin', 'SET') AS takes",
    );
    assert.deepEqual(organizationAdmin.rows, [{ has: false, takes: true }]);
    for (const role of ["slipway_operator", "slipway_auditor", inputs.owner])
      await assert.rejects(as(inputs.application, `SET ROLE ${role}`), { code: "42501" });
    assert.deepEqual(
      await admin(
        `SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = '${inputs.owner}'`,
      ),
      [{ rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolbypassrls: false }],
    );
  });

  it("returns no password, and stores none on the server in plain", async () => {
    const { outs } = await provider.create(inputs);
    const lines = (await passwordFile())
      .split("\n")
      .filter((line) => line.includes(inputs.database.replace("_dev", "_")));
    assert.equal(lines.length, 2);
    for (const line of lines) {
      const password = line.split(":").at(-1) as string;
      assert.ok(password.length >= 40);
      assert.ok(!JSON.stringify(outs).includes(password));
    }
    const stored = await admin(
      `SELECT rolpassword FROM pg_authid WHERE rolname IN ('${inputs.owner}', '${inputs.application}')`,
    );
    for (const { rolpassword } of stored) assert.match(String(rolpassword), /^SCRAM-SHA-256\$/);
  });

  it("creates again without harm, keeping data and passwords", async () => {
    await provider.create(inputs);
    await as(inputs.owner, "CREATE TABLE public.t AS SELECT 1 AS id");
    const passwords = await passwordFile();
    await provider.create(inputs);
    assert.equal((await as(inputs.owner, "SELECT * FROM public.t")).rowCount, 1);
    assert.deepEqual((await passwordFile()).split("\n").sort(), passwords.split("\n").sort());
  });

  it("creates once when two create at the same time", async () => {
    await Promise.all([provider.create(inputs), provider.create(inputs)]);
    await as(inputs.owner, "SELECT 1");
    await as(inputs.application, "SELECT 1");
  });

  it("takes an empty, unmarked database", async () => {
    await admin(`CREATE DATABASE ${inputs.database}`);
    const { outs } = await provider.create(inputs);
    assert.deepEqual((await provider.read("x", outs)).props.state, inputs.state);
  });

  it("refuses a database that holds objects of someone else", async () => {
    await admin(`CREATE DATABASE ${inputs.database}`);
    await admin("CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", inputs.database);
    await refused(provider.create(inputs), /is no stack's, but holds objects; it was not touched/);
    assert.equal((await admin(`SELECT FROM pg_roles WHERE rolname = '${inputs.owner}'`)).length, 0);
  });

  it("refuses another stack's database, and says so when it finds its own taken over", async () => {
    const { id, outs } = await provider.create(inputs);
    await refused(
      provider.create({ ...inputs, instance: "bb22" }),
      /belongs to another stack \(slipway\/dev, instance aa11\)/,
    );
    await admin(`COMMENT ON DATABASE ${inputs.database} IS 'slipway stack=slipway/other instance=cc33'`);
    const { props } = await provider.read(id, outs);
    assert.match(props.state?.[`database ${inputs.database}`] ?? "", /belongs to another stack \(slipway\/other/);
    await refused(provider.update(id, outs, inputs), /belongs to another stack/);
    await provider.delete(id, outs);
    assert.ok(await exists(), "another stack's database is not dropped");
  });

  it("refuses a login role that it did not make", async () => {
    await admin(`CREATE ROLE ${inputs.owner} LOGIN SUPERUSER`);
    await refused(provider.create(inputs), /role "local\d+_owner" that Slipway did not make; it was not touched/);
    assert.equal(await exists(), false);
  });

  it("knows its database by a new instance id when the id in the state changes", async () => {
    const { id, outs } = await provider.create(inputs);
    const { outs: changed } = await provider.update(id, outs, { ...inputs, instance: "bb22" });
    assert.deepEqual((await provider.read(id, changed)).props.state, inputs.state);
  });

  for (const [what, { change, line, says }] of Object.entries({
    "a superuser": { change: "ALTER ROLE $app SUPERUSER", line: "role $app", says: /superuser/ },
    "a lost membership": {
      change: "REVOKE slipway_application FROM $app",
      line: "role $app",
      says: /^login, password known, may act as slipway_organization_admin$/,
    },
    "a role that it may no more take": {
      change: "REVOKE slipway_organization_admin FROM $app",
      line: "role $app",
      says: /^login, password known, in slipway_application$/,
    },
    "rights at once that it should have to take": {
      change: "GRANT slipway_organization_admin TO $app WITH INHERIT TRUE",
      line: "role $app",
      says: /in slipway_application and slipway_organization_admin$/,
    },
    "a membership too many": {
      change: "GRANT slipway_auditor TO $app",
      line: "role $app",
      says: /slipway_application and slipway_auditor/,
    },
    "a role without login": { change: "ALTER ROLE $app NOLOGIN", line: "role $app", says: /^group/ },
    "a changed password": {
      change: "ALTER ROLE $owner PASSWORD 'other'",
      line: "role $owner",
      says: /password unknown/,
    },
    "a privilege for PUBLIC": {
      change: "GRANT CONNECT ON DATABASE $db TO PUBLIC",
      line: "database $db",
      says: /open to PUBLIC and/,
    },
    "a privilege too many": {
      change: "GRANT CREATE ON DATABASE $db TO $app",
      line: "database $db",
      says: /_app \(CONNECT and CREATE\)/,
    },
    "a lost privilege": {
      change: "REVOKE CONNECT ON DATABASE $db FROM $app",
      line: "database $db",
      says: /open to nobody/,
    },
    "another owner": {
      change: "ALTER DATABASE $db OWNER TO postgres",
      line: "database $db",
      says: /owned by postgres/,
    },
  })) {
    it(`finds and mends ${what}`, async () => {
      const fill = (text: string) =>
        text
          .replaceAll("$db", inputs.database)
          .replaceAll("$app", inputs.application)
          .replaceAll("$owner", inputs.owner);
      const { id, outs } = await provider.create(inputs);
      await admin(fill(change));
      const found = await provider.read(id, outs);
      assert.match(found.props.state?.[fill(line)] ?? "", says);
      const drifted = found.props as provider.LocalDatabaseOutputs;
      assert.equal((await provider.diff(id, drifted, inputs)).changes, true);
      await provider.update(id, drifted, inputs);
      assert.deepEqual((await provider.read(id, outs)).props.state, inputs.state);
    });
  }

  it("finds a dropped role, and makes it again", async () => {
    const { id, outs } = await provider.create(inputs);
    await admin(`REVOKE ALL ON DATABASE ${inputs.database} FROM ${inputs.application}`);
    await admin(`DROP ROLE ${inputs.application}`);
    const { props } = await provider.read(id, outs);
    assert.equal(props.state?.[`role ${inputs.application}`], "missing");
    await provider.update(id, outs, inputs);
    await as(inputs.application, "SELECT 1");
  });

  it("is gone when its database is", async () => {
    const { id, outs } = await provider.create(inputs);
    await admin(`DROP DATABASE ${inputs.database} WITH (FORCE)`);
    assert.equal((await provider.read(id, outs)).id, "");
  });

  it("wants an update without any refresh when the passwords are lost", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual(await provider.diff(id, outs, inputs), { changes: false, replaces: [] });
    await storePassword(
      server.environment.PGPASSFILE as string,
      { host: "127.0.0.1", port: server.port, user: inputs.application },
      "lost",
    );
    assert.deepEqual(await provider.diff(id, outs, inputs), { changes: true, replaces: [] });
    await provider.update(id, outs, inputs);
    await as(inputs.application, "SELECT 1");
  });

  it("tells a database that was made anew from the one that it was", async () => {
    const { id, outs } = await provider.create(inputs);
    await admin(`DROP DATABASE ${inputs.database} WITH (FORCE)`);
    const { outs: again } = await provider.update(id, outs, inputs);
    assert.notEqual(again.incarnation, outs.incarnation);
  });

  it("is replaced for another name only", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual((await provider.diff(id, outs, { ...inputs, database: "other" })).replaces, ["database"]);
    assert.deepEqual(await provider.diff(id, outs, { ...inputs, retainOnDelete: true }), {
      changes: true,
      replaces: [],
    });
  });

  it("drops database, logins and passwords, ending the sessions that are left", async () => {
    const { id, outs } = await provider.create(inputs);
    const { connect } = await import("../../../delivery/database/connection.ts");
    const session = await connect(
      { kind: "environment", database: inputs.database, user: inputs.application },
      { applicationName: "left over" },
    );
    await provider.delete(id, outs);
    await assert.rejects(session.query("SELECT 1"));
    assert.equal(await exists(), false);
    assert.equal(
      (await admin(`SELECT FROM pg_roles WHERE rolname IN ('${inputs.owner}', '${inputs.application}')`)).length,
      0,
    );
    assert.ok(!(await passwordFile()).includes(inputs.owner));
    await provider.delete(id, outs);
  });

  it("keeps a login that another database needs", async () => {
    const { id, outs } = await provider.create(inputs);
    await admin(`CREATE DATABASE ${inputs.database}_two OWNER ${inputs.owner}`);
    await provider.delete(id, outs);
    assert.equal((await admin(`SELECT FROM pg_roles WHERE rolname = '${inputs.owner}'`)).length, 1);
    assert.ok((await passwordFile()).includes(inputs.owner));
    await admin(`DROP DATABASE ${inputs.database}_two`);
  });

  it("leaves the database where asked, for a stack of the same name and no other", async () => {
    const { id, outs } = await provider.create({ ...inputs, retainOnDelete: true });
    await as(inputs.owner, "CREATE TABLE public.t AS SELECT 1 AS id");
    await provider.delete(id, outs);
    await refused(
      provider.create({ ...inputs, stack: "slipway/other", instance: "bb22" }),
      /belongs to nobody \(slipway\/dev gave it up\)/,
    );
    await provider.create({ ...inputs, instance: "bb22" });
    assert.equal((await as(inputs.owner, "SELECT * FROM public.t")).rowCount, 1);
  });

  it("takes up or finishes a removal that was killed half way", async () => {
    const { id, outs } = await provider.create(inputs);
    await admin(`ALTER DATABASE ${inputs.database} WITH ALLOW_CONNECTIONS false`);
    assert.match(
      (await provider.read(id, outs)).props.state?.[`database ${inputs.database}`] ?? "",
      /half way removed/,
    );
    await provider.update(id, outs, inputs);
    await as(inputs.owner, "SELECT 1");
    await admin(`ALTER DATABASE ${inputs.database} WITH ALLOW_CONNECTIONS false`);
    await provider.delete(id, outs);
    assert.equal(await exists(), false);
  });
});
