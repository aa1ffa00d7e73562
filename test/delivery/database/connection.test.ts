import assert from "node:assert/strict";
import { createServer } from "node:net";
import {
  asAdministrator,
  connect,
  isMissingDatabase,
  isRefusedLogin,
  withConnection,
} from "../../../delivery/database/connection.ts";
import { scramVerifier } from "../../../delivery/database/scram.ts";
import { type TestPostgres, testPostgres } from "../../support/postgres.ts";

describe("a connection to the database that a reference names", () => {
  let server: TestPostgres;
  before(async () => {
    server = await testPostgres();
  });
  const options = (environment: Record<string, string | undefined> = {}) => ({
    applicationName: "a test",
    environment: { ...server.environment, ...environment },
    patience: 0,
  });

  it("logs in with the password file's password and says who it is", async () => {
    const { rows } = await withConnection(asAdministrator("postgres", server.environment), options(), (client) =>
      client.query("SELECT current_setting('application_name') AS name, current_user AS user"),
    );
    assert.deepEqual(rows, [{ name: "a test", user: "postgres" }]);
  });

  const reference = { kind: "environment", database: "postgres", user: "postgres" } as const;
  const fails = async (wanted: RegExp, environment?: Record<string, string | undefined>, other: object = {}) => {
    let failure: unknown;
    await assert.rejects(connect({ ...reference, ...other }, options(environment)), (error: Error) => {
      failure = error;
      assert.equal(error.name, "UserError");
      assert.match(error.message, wanted);
      return true;
    });
    return failure;
  };

  it("says that the server is not known, naming the variable", () =>
    fails(/PGHOST: is not set.*\n.*sandbox start/, { PGHOST: undefined }));
  it("says that the port is no port", () => fails(/PGPORT/, { PGPORT: "postgres" }));
  it("says that nothing listens there", () =>
    fails(/127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED.*\n.*Is it running/s, { PGPORT: "1" }));
  it("says that the host does not exist", () =>
    fails(/cannot be reached.*ENOTFOUND|EAI_AGAIN/s, { PGHOST: "no.such.host.invalid" }));
  it("says that the database is missing", async () => {
    assert.ok(isMissingDatabase(await fails(/has no database "nowhere"/, {}, { database: "nowhere" })));
  });
  it("says that there is no password, and where it looked", async () => {
    const error = await fails(/refuses the login "eve": .*pgpass has no password for it/, {}, { user: "eve" });
    assert.ok(isRefusedLogin(error));
  });
  it("says that the password is wrong, without the password", async () => {
    await server.query("postgres", `CREATE ROLE mallory LOGIN PASSWORD '${scramVerifier("right")}'`);
    const { storePassword } = await import("../../../delivery/database/password-file.ts");
    const key = { host: "127.0.0.1", port: server.port, user: "mallory" };
    await storePassword(server.environment.PGPASSFILE as string, key, "wrong-secret");
    const error = await fails(
      /refuses the login "mallory": the password in .*pgpass is not its password/,
      {},
      { user: "mallory" },
    );
    assert.doesNotMatch((error as Error).message, /wrong-secret/);
    await storePassword(server.environment.PGPASSFILE as string, key, "right");
    await (await connect({ ...reference, user: "mallory" }, options())).end();
    await server.query("postgres", "DROP ROLE mallory");
  });
  it("refuses a reference that is none", () => fails(/does not name a database/, {}, { database: "a;b" }));

  it("gives up on a server that accepts and says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    try {
      await fails(/cannot be reached.*timeout/s, { PGPORT: String(port) });
    } finally {
      silent.close();
    }
  });

  it("survives the loss of an idle session: the next query fails, not the process", async () => {
    const client = await connect(reference, options());
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    await server.query("postgres", "SELECT pg_terminate_backend($1)", [rows[0].pid]);
    await assert.rejects(client.query("SELECT 1"));
    await client.end().catch(() => {});
  });
});
