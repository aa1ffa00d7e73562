import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import type { Flag, FlagSet } from "../../../delivery/flags/flag.ts";
import { parseFlagLine } from "../../../delivery/flags/line.ts";
import { applyFlags, readFlags, removeFlags } from "../../../delivery/flags/store.ts";
import { migratedDatabase } from "../../support/migrated.ts";
import { migratableDatabase, type TestPostgres, testPostgres, until } from "../../support/postgres.ts";
import { flagSet } from "./flag-arbitraries.ts";

const flag = (line: string): Flag => ({ name: "F", description: "", ...parseFlagLine("f", line) });
const who = { actor: "a test", reason: "to see" };

describe("the flag tables", () => {
  let server: TestPostgres;
  let database: string;
  let client: pg.Client;

  beforeEach(async () => {
    server = await testPostgres();
    const { name, owner } = await migratedDatabase();
    database = name;
    client = await server.connect(name);
    await client.query(`SET ROLE ${owner}`); // as the provider works: row-level security holds
  });
  afterEach(() => client.end());

  const apply = (declared: FlagSet, seen?: FlagSet, environment = "development") =>
    applyFlags(client, { environment, declared, ...(seen && { seen }), ...who });
  const current = async (environment = "development") =>
    Object.fromEntries(
      Object.entries(await readFlags(client, environment)).flatMap(([key, { current }]) =>
        current ? [[key, current]] : [],
      ),
    );
  const history = async () =>
    (await client.query("SELECT count(*)::int AS n FROM public.feature_flag_history")).rows[0].n;
  const others = async () => server.connect(database);

  it("hold what was applied, and nothing is written when it is applied again", async function () {
    this.timeout(120_000);
    let seen: FlagSet = {};
    await fc.assert(
      fc.asyncProperty(flagSet, async (declared) => {
        await apply(declared, seen);
        seen = declared;
        assert.deepEqual(JSON.parse(JSON.stringify(await current())), JSON.parse(JSON.stringify(declared)));
        const written = await history();
        const plan = await apply(declared, seen);
        assert.ok(plan.changes.every(({ action }) => action === "unchanged"));
        assert.equal(await history(), written);
      }),
      { numRuns: 60 },
    );
  });

  it("say who changed a flag and why", async () => {
    await apply({ f: flag("on, rollout 50 %") });
    const { rows } = await client.query("SELECT DISTINCT actor, reason FROM public.feature_flag_history");
    assert.deepEqual(rows, [who]);
  });

  it("write the changed flag only", async () => {
    const first = { f: flag("on, rollout 50 %"), g: flag("on, rollout 1 %") };
    await apply(first);
    const { rows: before } = await client.query(
      "SELECT flag_key, updated_at FROM public.feature_flag_environments ORDER BY 1",
    );
    await apply({ ...first, f: flag("on, rollout 60 %") }, first);
    const { rows: after } = await client.query(
      "SELECT flag_key, updated_at FROM public.feature_flag_environments ORDER BY 1",
    );
    assert.deepEqual(
      after.map(({ updated_at }, index) => updated_at > before[index].updated_at),
      [true, false],
    );
  });

  it("hold text that looks like SQL", async () => {
    const nasty = `'; DROP TABLE public.feature_flags; -- "$1" \\ %`;
    const declared = {
      f: { ...flag("on, rollout 5 %"), name: nasty, description: nasty, targeting: { [nasty]: nasty } },
    };
    await apply(declared);
    assert.deepEqual(await current(), declared);
  });

  it("keep the environments apart, and the flag as long as one of them has it", async () => {
    await apply({ f: flag("on, rollout 50 %") });
    await apply({ f: flag("off, rollout 0 %") }, undefined, "staging");
    await apply({}, { f: flag("on, rollout 50 %") });
    assert.deepEqual(await current(), {});
    assert.equal((await current("staging")).f?.rollout, 0);
    await apply({}, { f: flag("off, rollout 0 %") }, "staging");
    assert.equal((await client.query("SELECT FROM public.feature_flags")).rowCount, 0);
  });

  it("are left as they are when one flag is in conflict", async () => {
    const first = { f: flag("on, rollout 50 %"), g: flag("on, rollout 1 %") };
    await apply(first);
    await client.query("UPDATE public.feature_flag_environments SET rollout_percentage = 70 WHERE flag_key = 'g'");
    const wanted = { f: flag("on, rollout 99 %"), g: flag("on, rollout 2 %") };
    await assert.rejects(apply(wanted, first), {
      name: "UserError",
      message:
        /nothing was written:\n {2}g: someone changed it from on, rollout 1 % to on, rollout 70 %, and it is now declared as on, rollout 2 %\n.*pulumi refresh/s,
    });
    assert.equal((await current()).f?.rollout, 50);
  });

  it("are left as they are when the connection is lost in the middle", async () => {
    await apply({ f: flag("on, rollout 50 %") });
    const victim = await others();
    const { rows } = await victim.query("SELECT pg_backend_pid() AS pid");
    const query = victim.query.bind(victim) as (...args: unknown[]) => unknown;
    let statements = 0;
    victim.query = (async (...args: unknown[]) => {
      if (/INSERT INTO public.feature_flag_environments/.test(String(args[0])) && ++statements === 3) {
        await server.query("postgres", "SELECT pg_terminate_backend($1)", [rows[0].pid]);
      }
      return query(...args);
    }) as never;
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, flag("on, rollout 1 %")]));
    await assert.rejects(applyFlags(victim, { environment: "development", declared: many, ...who }));
    await victim.end().catch(() => {});
    assert.deepEqual(Object.keys(await current()), ["f"]);
  });

  it("are changed by one at a time", async () => {
    const second = await others();
    const a = { f: flag("on, rollout 10 %"), g: flag("on, rollout 10 %") };
    await Promise.all([apply(a), applyFlags(second, { environment: "development", declared: a, ...who })]);
    await second.end();
    assert.deepEqual(await current(), a);
    assert.equal(await history(), 4);
  });

  it("make an operator's change wait and then see it, never lose it", async () => {
    const first = { f: flag("on, rollout 50 %") };
    await apply(first);
    const operator = await others();
    await operator.query(
      "BEGIN; SET LOCAL ROLE slipway_operator; UPDATE public.feature_flag_environments SET rollout_percentage = 70",
    );
    const applying = apply({ f: flag("on, rollout 60 %") }, first).then(
      () => "written",
      (error: Error) => error.name,
    );
    await until("the flag set waits for the operator", async () => {
      const waiting = await server.query(
        "postgres",
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1",
        [database],
      );
      return waiting.length > 0;
    });
    await operator.query("COMMIT");
    await operator.end();
    assert.equal(await applying, "UserError");
    assert.equal((await current()).f?.rollout, 70);
  });

  it("are removed as far as they were declared", async () => {
    await apply({ f: flag("on, rollout 50 %") });
    await client.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('own', 'Own')");
    await client.query("INSERT INTO public.feature_flag_environments VALUES ('own', 'development', true, 5)");
    await client.query("UPDATE public.feature_flag_environments SET rollout_percentage = 70 WHERE flag_key = 'f'");
    await removeFlags(client, { environment: "development", ...who });
    assert.deepEqual(Object.keys(await readFlags(client, "development")), ["own"]);
  });

  it("are missed with a remedy where no migration ran", async () => {
    const { name } = await migratableDatabase();
    const bare = await server.connect(name);
    try {
      const wanted = { name: "UserError", message: /no feature flag tables.*migrations first/s };
      await assert.rejects(readFlags(bare, "development"), wanted);
      await assert.rejects(applyFlags(bare, { environment: "development", declared: {}, ...who }), wanted);
    } finally {
      await bare.end();
    }
  });
});
