import assert from "node:assert/strict";
import path from "node:path";
import type pg from "pg";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { down, up } from "../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../delivery/database/reference.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../support/postgres.ts";
import { oldRows } from "./sample.ts";

const ada = "11111111-1111-1111-1111-111111111111";
const newcomer = "33333333-3333-3333-3333-333333333333";

interface OldQuery {
  readonly what: string;
  readonly sql: string;
  /** What the cutover (8.6) asks of the session: who is signed in, or that somebody is about to. Before it, nothing is said. */
  readonly session: Readonly<Record<string, string>>;
}

const signedIn = (user: string) => ({ "slipway.user_id": user });
const signingIn = { "slipway.authenticating": "on" };

/** What an application of individual users does with the tables that seeds/001 names, none of it knowing of organizations. Each touches one row. */
const queries: readonly OldQuery[] = [
  {
    what: "sign up",
    sql: "INSERT INTO auth.users (email) VALUES ('new@example.com') RETURNING id",
    session: signingIn,
  },
  { what: "sign in", sql: "SELECT * FROM auth.users WHERE email = 'ada@example.com'", session: signingIn },
  {
    what: "make a profile",
    sql: `INSERT INTO public.profiles (id, display_name) VALUES ('${newcomer}', 'New') RETURNING *`,
    session: signedIn(newcomer),
  },
  {
    what: "make a profile by position",
    sql: `INSERT INTO public.profiles VALUES ('${newcomer}', 'New')`,
    session: signedIn(newcomer),
  },
  { what: "read the own profile", sql: `SELECT * FROM public.profiles WHERE id = '${ada}'`, session: signedIn(ada) },
  {
    what: "read who one is",
    sql: `SELECT u.email, p.display_name FROM auth.users u JOIN public.profiles p ON p.id = u.id WHERE u.id = '${ada}'`,
    session: signedIn(ada),
  },
  {
    what: "rename oneself",
    sql: `UPDATE public.profiles SET display_name = 'Ada' WHERE id = '${ada}' RETURNING *`,
    session: signedIn(ada),
  },
  {
    what: "change the email",
    sql: `UPDATE auth.users SET email = 'ada@example.org' WHERE id = '${ada}'`,
    session: signedIn(ada),
  },
  {
    what: "save a profile",
    sql: `INSERT INTO public.profiles (id, display_name) VALUES ('${ada}', 'Ada') ON CONFLICT (id) DO UPDATE SET display_name = 'Ada'`,
    session: signedIn(ada),
  },
  {
    what: "connect GitHub",
    sql: `INSERT INTO github_module.github_app_installations (installation_id, user_id, account_login) VALUES (77, '${ada}', 'ada') RETURNING id`,
    session: signedIn(ada),
  },
  {
    what: "list one's connections",
    sql: `SELECT * FROM github_module.github_app_installations WHERE user_id = '${ada}'`,
    session: signedIn(ada),
  },
  {
    what: "rename a connection",
    sql: `UPDATE github_module.github_app_installations SET account_login = 'ada2' WHERE user_id = '${ada}'`,
    session: signedIn(ada),
  },
  {
    what: "disconnect GitHub",
    sql: `DELETE FROM github_module.github_app_installations WHERE user_id = '${ada}'`,
    session: signedIn(ada),
  },
  { what: "remove the profile", sql: `DELETE FROM public.profiles WHERE id = '${ada}'`, session: signedIn(ada) },
  { what: "leave", sql: `DELETE FROM auth.users WHERE id = '${ada}'`, session: signedIn(ada) },
];

describe("the old application's queries", () => {
  const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
  let client: pg.Client;
  let reference: EnvironmentReference;
  let options: { environment: Record<string, string> };

  before(async () => {
    const server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    reference = { kind: "environment", database: name, user: owner };
    options = { environment: server.environment };
    client = await server.connect(name);
    await up(reference, migrations.slice(0, 1), options);
    await client.query(oldRows);
  });
  after(() => client?.end());

  const everyQueryWorks = async (step: string) => {
    const enforced = (await client.query("SELECT FROM pg_policy WHERE polname = 'application_selects'")).rowCount !== 0;
    for (const { what, sql, session } of queries) {
      await client.query("BEGIN; SET LOCAL ROLE slipway_application");
      try {
        if (enforced)
          for (const [name, value] of Object.entries(session))
            await client.query("SELECT set_config($1, $2, true)", [name, value]);
        assert.equal((await client.query(sql)).rowCount, 1, `${what}, ${step}`);
      } catch (error) {
        throw new Error(`${what}, ${step}: ${(error as Error).message}`, { cause: error });
      } finally {
        await client.query("ROLLBACK");
      }
    }
  };

  it("work before the first step and after each, up and down", async function () {
    this.timeout(120_000);
    await everyQueryWorks("at first");
    for (const { name } of migrations.slice(1)) {
      await up(reference, migrations, { ...options, through: name });
      await everyQueryWorks(`after ${name}`);
    }
    for (const { name } of migrations.slice(1).reverse()) {
      await down(reference, migrations, options);
      await everyQueryWorks(`after ${name} was taken back`);
    }
  });
});
