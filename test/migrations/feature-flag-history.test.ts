import assert from "node:assert/strict";
import type pg from "pg";
import { migratedDatabase } from "../support/migrated.ts";
import { testPostgres } from "../support/postgres.ts";

describe("the feature flags' history", () => {
  let client: pg.Client;
  let owner: string;

  before(async () => {
    const server = await testPostgres();
    const database = await migratedDatabase();
    owner = database.owner;
    client = await server.connect(database.name);
  });
  after(() => client?.end());
  beforeEach(() => client.query("BEGIN"));
  afterEach(() => client.query("ROLLBACK"));

  const history = async () =>
    (
      await client.query(
        "SELECT actor, database_user, operation, flag_key, environment, before, after, reason FROM public.feature_flag_history ORDER BY id",
      )
    ).rows;

  it("records actor, reason, before and after of each change", async () => {
    await client.query(
      "SELECT set_config('slipway.actor', 'ada', true), set_config('slipway.reason', 'incident 7', true)",
    );
    await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('f', 'F')");
    await client.query("UPDATE public.feature_flags SET is_active = false");
    const [made, changed] = await history();
    assert.deepEqual([made.operation, made.before, made.after.name], ["INSERT", null, "F"]);
    assert.deepEqual(
      [
        changed.actor,
        changed.database_user,
        changed.reason,
        changed.flag_key,
        changed.before.is_active,
        changed.after.is_active,
      ],
      ["ada", "postgres", "incident 7", "f", true, false],
    );
  });

  it("names the role when nobody says who acts", async () => {
    await client.query("SET LOCAL ROLE slipway_operator");
    await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('f', 'F')");
    await client.query("RESET ROLE");
    assert.deepEqual(
      (await history()).map(({ actor, database_user }) => [actor, database_user]),
      [["slipway_operator", "postgres"]],
    );
  });

  it("records nothing when nothing changed, a delete of the environments with their flag, and a truncate", async () => {
    await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('f', 'F')");
    await client.query(
      "INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage) VALUES ('f', 'development', true, 1)",
    );
    await client.query("UPDATE public.feature_flags SET name = name");
    await client.query("DELETE FROM public.feature_flags");
    await client.query("TRUNCATE public.feature_flags CASCADE");
    assert.deepEqual(
      (await history()).map(({ operation, environment }) => `${operation} ${environment}`),
      ["INSERT null", "INSERT development", "DELETE null", "DELETE development", "TRUNCATE null", "TRUNCATE null"],
    );
  });

  for (const statement of [
    "UPDATE public.feature_flag_history SET actor = 'nobody'",
    "DELETE FROM public.feature_flag_history",
    "TRUNCATE public.feature_flag_history",
  ]) {
    for (const role of ["the owner", "the administrator"]) {
      it(`refuses ${statement.split(" ")[0]} by ${role}`, async () => {
        await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('f', 'F')");
        if (role === "the owner") await client.query(`SET LOCAL ROLE ${owner}`);
        await assert.rejects(client.query(statement), /append-only/);
      });
    }
  }

  for (const [what, statement] of Object.entries({
    "a rollout of 101": "INSERT INTO public.feature_flag_environments VALUES ('f', 'e', true, 101)",
    "a rollout of -1": "INSERT INTO public.feature_flag_environments VALUES ('f', 'e', true, -1)",
    "targeting that is no object": "INSERT INTO public.feature_flag_environments VALUES ('f', 'e', true, 1, '[]')",
    "a key with a space": "INSERT INTO public.feature_flags (flag_key, name) VALUES ('a b', 'F')",
    "an empty name": "INSERT INTO public.feature_flags (flag_key, name) VALUES ('g', '')",
  })) {
    it(`refuses ${what}`, async () => {
      await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('f', 'F')");
      await assert.rejects(client.query(statement), { code: "23514" });
    });
  }
});
