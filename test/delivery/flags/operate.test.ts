import assert from "node:assert/strict";
import pg from "pg";
import type { Flag } from "../../../delivery/flags/flag.ts";
import { operateFlags, readOperated } from "../../../delivery/flags/operate.ts";
import { type FlagDatabase, flagDatabase, putFlag } from "./sql/database.ts";

const operation = { environment: "production", actor: "a test", reason: "to see" };

describe("flags that are operated", () => {
  let database: FlagDatabase;
  before(async () => {
    database = await flagDatabase();
    for (const key of ["a", "b", "c"]) await putFlag(database.admin, key, { rollout: 0 });
  });
  after(() => database.admin.end());

  const state = () => readOperated(database.admin, "production");
  const session = async () => {
    const { host, password, port, user } = database.admin;
    const client = new pg.Client({ host, port, user, password: String(password), database: database.name });
    client.on("error", () => {});
    await client.connect();
    await client.query("SET ROLE slipway_operator");
    return client;
  };
  const toRollout = (rollout: number) => (now: { flags: Readonly<Record<string, Flag>> }) => ({
    flags: Object.fromEntries(Object.entries(now.flags).map(([key, flag]) => [key, { ...flag, rollout }])),
    segments: { testers: { users: [`user-${rollout}`] } },
  });

  it("are wholly changed or not at all, with their history, in 200 sessions that are killed at each statement and between", async () => {
    let [changed, unchanged] = [0, 0];
    for (let kill = 0; kill < 200; kill++) {
      const before = await state();
      const rollout = (kill % 100) + 1 === before.flags.a?.rollout ? 0 : (kill % 100) + 1;
      const victim = await session();
      const { rows } = await victim.query("SELECT pg_backend_pid() AS pid");
      const query = victim.query.bind(victim) as (...args: unknown[]) => Promise<unknown>;
      let statement = 0;
      const fatal = 1 + (kill % 14); // from BEGIN to COMMIT and one beyond
      victim.query = (async (...args: unknown[]) => {
        const end = () => database.admin.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
        if (++statement !== fatal) return query(...args);
        // In turn: before the statement, and while it runs.
        if (kill % 2 === 0) await end();
        const answer = query(...args);
        if (kill % 2 === 1) await Promise.all([end(), answer]);
        return answer;
      }) as never;
      const done = await operateFlags(victim, operation, toRollout(rollout)).then(
        () => true,
        () => false,
      );
      await victim.end().catch(() => {});
      const after = await state();
      const rollouts = new Set(Object.values(after.flags).map((flag) => flag.rollout));
      assert.equal(rollouts.size, 1, `kill ${kill}: half of it was written: ${[...rollouts]}`);
      const isNew = rollouts.has(rollout);
      assert.deepEqual(after.segments, isNew ? { testers: { users: [`user-${rollout}`] } } : before.segments);
      if (done) assert.ok(isNew, `kill ${kill}: it was said to be written`);
      const last = await database.admin.query(
        "SELECT DISTINCT after ->> 'rollout_percentage' AS now FROM (SELECT DISTINCT ON (flag_key) after FROM public.feature_flag_history WHERE table_name = 'feature_flag_environments' ORDER BY flag_key, id DESC) h",
      );
      assert.deepEqual(
        last.rows.map(({ now }) => Number(now)),
        [...rollouts],
        `kill ${kill}: the history says otherwise`,
      );
      if (isNew) changed++;
      else unchanged++;
    }
    assert.ok(changed > 5 && unchanged > 100, `${changed} changed, ${unchanged} not`);
  }).timeout(240_000);

  it("hold SQL in every text as text", async () => {
    const nasty = `'; DROP TABLE public.feature_flags; -- " \\ $1 %s {}`;
    const client = await session();
    const targeting = {
      exclude: { users: [nasty] },
      variants: [{ name: nasty, weight: 1, value: nasty }],
      metadata: { [nasty]: nasty },
    };
    const flag = { name: nasty, description: nasty, active: true, enabled: true, rollout: 3, targeting };
    await operateFlags(client, { ...operation, actor: nasty, reason: nasty }, () => ({
      flags: { nasty: flag },
      segments: { s: { users: [nasty] } },
    }));
    await client.end();
    const now = await state();
    assert.deepEqual([now.flags.nasty, now.segments.s], [flag, { users: [nasty] }]);
    await database.admin.query("DELETE FROM public.feature_flags WHERE flag_key = 'nasty'");
  });

  it("refuse 10 MB of JSON with a clear error", async () => {
    const users = Array.from({ length: 9_999 }, (_, index) => `${index}`.padStart(255, "0"));
    const targeting = { segments: Array.from({ length: 4 }, (_, index) => ({ name: `s${index}`, users })) };
    const client = await session();
    await assert.rejects(
      operateFlags(client, operation, ({ flags }) => ({ flags: { a: { ...(flags.a as Flag), targeting } } })),
      /Nothing was written:\n {2}a: targeting must be flat and shorter than 2 MB/,
    );
    await client.end();
  });
});
