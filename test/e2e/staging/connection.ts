import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { must, type StagingContext } from "./context.ts";

/** The master user's name and password, as RDS keeps them. */
export async function masterLogin(context: StagingContext): Promise<{ user: string; password: string }> {
  const { SecretString } = await context
    .client(SecretsManagerClient)
    .send(new GetSecretValueCommand({ SecretId: context.outputs.database.owner }));
  const { password, username } = JSON.parse(must(SecretString, "master secret")) as Record<string, string>;
  return { user: must(username, "user name"), password: must(password, "password") };
}

/** What is in the database, asked over a real connection. */
export function connection(context: StagingContext): void {
  describe("in the database", () => {
    let client: pg.Client;
    const server = () => {
      const { host, name: database, port } = context.outputs.database;
      return { host, port, database };
    };
    const tls = () => ({
      host: server().host,
      ca: readFileSync(context.environment.PGSSLROOTCERT ?? "", "utf8"),
      rejectUnauthorized: true,
    });
    before(async () => {
      client = new pg.Client({ ...server(), ...(await masterLogin(context)), ssl: tls() });
      await client.connect();
    });
    after(() => client.end());
    const rows = async (sql: string, values: unknown[] = []) => (await client.query(sql, values)).rows;

    it("nobody gets in without TLS", async () => {
      const plain = new pg.Client({ ...server(), ...(await masterLogin(context)), ssl: false });
      await assert.rejects(plain.connect(), /no pg_hba\.conf entry.*no encryption|SSL/i);
    });

    it("nobody gets in as the application without a token, nor as the master with another password", async () => {
      for (const user of ["teamflow_app", "teamflow_owner"]) {
        const guess = new pg.Client({ ...server(), user, password: "a-guess", ssl: tls() });
        await assert.rejects(guess.connect(), /authentication failed/, user);
      }
    });

    it("every migration of this checkout is applied, in order", async () => {
      assert.deepEqual(
        (await rows("SELECT name FROM slipway.migrations ORDER BY id")).map(({ name }) => name),
        context.outputs.database.migrations,
      );
      assert.ok(context.outputs.database.migrations.length >= 2);
    });

    it("flags are as staging's rules say", async () => {
      const seeded = await rows(
        `SELECT flag_key AS key, enabled, rollout_percentage AS rollout, user_targeting AS targeting
           FROM public.feature_flag_environments WHERE environment = 'staging' ORDER BY flag_key`,
      );
      const declared = seeded.map(({ enabled, key, rollout, targeting }) => {
        const single = JSON.stringify(targeting);
        return [
          key,
          `${enabled ? "on" : "off"}, rollout ${rollout} %${single === "{}" ? "" : `, targeting ${single}`}`,
        ];
      });
      assert.deepEqual(Object.fromEntries(declared), context.outputs.flags.declared);
      assert.deepEqual(context.outputs.flags.declared.new_dashboard, "on, rollout 50 %");
      const elsewhere = await rows(
        "SELECT DISTINCT environment FROM public.feature_flag_environments WHERE environment <> 'staging'",
      );
      assert.deepEqual(elsewhere, []);
    });

    it("the application has its group's rights and no more, and logs in by a token; everybody else may not even connect", async () => {
      const [application] = await rows(
        `SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls,
                pg_has_role(rolname, 'slipway_application', 'MEMBER') AS "isApplication",
                pg_has_role(rolname, 'rds_iam', 'MEMBER') AS "byToken",
                has_database_privilege('public', current_database(), 'CONNECT') AS "everybodyConnects"
           FROM pg_roles WHERE rolname = $1`,
        [context.outputs.database.application],
      );
      assert.deepEqual(application, {
        rolcanlogin: true,
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        rolbypassrls: false,
        isApplication: true,
        byToken: true,
        everybodyConnects: false,
      });
    });

    // IAM's tokens are not checked here (docs/sandbox.md), so the master steps into the role, for one transaction.
    it("the application reads its flags and changes no table", async () => {
      const role = pg.escapeIdentifier(context.outputs.database.application);
      await client.query("BEGIN");
      try {
        await client.query(`GRANT ${role} TO CURRENT_USER WITH SET TRUE`);
        await client.query(`SET LOCAL ROLE ${role}`);
        const [{ count }] = (await rows("SELECT count(*)::int FROM public.feature_flag_environments")) as [
          { count: number },
        ];
        assert.equal(count, Object.keys(context.outputs.flags.declared).length);
        await assert.rejects(client.query("CREATE TABLE public.mine ()"), /permission denied for schema public/);
      } finally {
        await client.query("ROLLBACK");
      }
    });
  });
}
