import assert from "node:assert/strict";
import { createServer, connect as openSocket, type Socket } from "node:net";
import path from "node:path";
import type pg from "pg";
import { LiveFlags } from "../../../delivery/flags/live-flags.ts";
import { flagChannel, type PostgresSourceOptions, postgresSource } from "../../../delivery/flags/postgres-source.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { migratedDatabase } from "../../support/migrated.ts";
import { migratableDatabase, type TestPostgres, testPostgres, until } from "../../support/postgres.ts";

const never = 3_600_000;

describe("flags that follow a database", () => {
  let server: TestPostgres;
  let database: string;
  let admin: pg.Client;
  let open: LiveFlags[] = [];

  beforeEach(async () => {
    server = await testPostgres();
    const { name } = await migratedDatabase();
    database = name;
    admin = await server.connect(name);
    await admin.query(`DO $$ BEGIN CREATE ROLE flags_application LOGIN PASSWORD 'test' IN ROLE slipway_application;
      EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    await admin.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('a', 'A'), ('b', 'B')");
    await admin.query(
      `INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage)
       VALUES ('a', 'staging', true, 100), ('b', 'staging', false, 0), ('a', 'production', false, 0)`,
    );
  });
  afterEach(async () => {
    await Promise.all(open.map((flags) => flags.close()));
    open = [];
    await admin.end();
  });

  async function follow(
    options: Partial<PostgresSourceOptions> = {},
    bootstrap?: string,
  ): Promise<{ flags: LiveFlags; problems: Error[] }> {
    const problems: Error[] = [];
    const connection = { host: "127.0.0.1", port: server.port, user: "flags_application", password: "test", database };
    const flags = new LiveFlags({
      environment: "staging",
      bootstrap,
      onProblem: (problem) => problems.push(problem),
      source: postgresSource({
        environment: "staging",
        pollInterval: 25,
        ...options,
        connection: { ...connection, ...options.connection },
      }),
    });
    open.push(flags);
    await flags.start();
    return { flags, problems };
  }

  const set = (columns: string, key = "a") =>
    admin.query(
      `UPDATE public.feature_flag_environments SET ${columns} WHERE environment = 'staging' AND flag_key = $1`,
      [key],
    );
  const sessions = async () =>
    (
      await server.query<{ pid: number }>(
        database,
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'slipway flags' AND datname = $1",
        [database],
      )
    ).map(({ pid }) => pid);
  const cutOff = async () => {
    await server.query("postgres", `ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    for (const pid of await sessions().catch(() => [] as number[]))
      await server.query("postgres", "SELECT pg_terminate_backend($1)", [pid]);
    await server.query(
      "postgres",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway flags' AND datname = $1",
      [database],
    );
  };
  const letIn = () => server.query("postgres", `ALTER DATABASE ${database} ALLOW_CONNECTIONS true`);

  it("are its environment's, as the application's role may see them", async () => {
    await admin.query("UPDATE public.feature_flags SET is_active = false WHERE flag_key = 'b'");
    const { flags } = await follow();
    assert.equal(flags.freshness, "fresh");
    assert.deepEqual(flags.keys, ["a"]);
    assert.ok(flags.isEnabled("a"));
  });

  it("see a change by themselves after the poll interval", async () => {
    const { flags } = await follow();
    await set("enabled = false");
    await until("a is off", async () => !flags.isEnabled("a"));
    await set("enabled = true, rollout_percentage = 50");
    await until("a is a split", async () => flags.evaluate("a", { userId: "ada" })?.reason === "SPLIT");
    await admin.query("DELETE FROM public.feature_flags WHERE flag_key = 'a'");
    await until("a is gone", async () => flags.evaluate("a") === undefined);
  });

  it("see a change at once when they are notified of it", async () => {
    const { flags } = await follow({ pollInterval: never });
    for (const enabled of [false, true, false]) {
      await set(`enabled = ${enabled}`);
      await admin.query(`NOTIFY ${flagChannel}`);
      await until(`a is ${enabled}`, async () => flags.isEnabled("a") === enabled, 5);
    }
  });

  it("miss no change that is notified while they read", async () => {
    const { flags } = await follow({ pollInterval: never });
    for (let turn = 1; turn <= 100; turn++) {
      await set(`rollout_percentage = ${turn % 100}`);
      await admin.query(`NOTIFY ${flagChannel}`);
    }
    await set('rollout_percentage = 100, user_targeting = \'{"metadata": {"last": true}}\'');
    await admin.query(`NOTIFY ${flagChannel}`);
    await until("the last change is seen", async () => flags.metadata("a")?.last === true, 5);
  });

  it("read again only the flag that they are notified of, and all of them where it is not known which", async () => {
    const { flags } = await follow({ pollInterval: never });
    const unheard = async (change: () => Promise<unknown>) => {
      await admin.query("ALTER TABLE public.feature_flag_environments DISABLE TRIGGER notify");
      await change();
      await admin.query("ALTER TABLE public.feature_flag_environments ENABLE TRIGGER notify");
    };
    await unheard(() => set("enabled = true, rollout_percentage = 100", "b"));
    await set("enabled = false");
    await until("a is off", async () => !flags.isEnabled("a"));
    assert.equal(flags.isEnabled("b"), false, "b was read though nobody spoke of it");
    await admin.query(`NOTIFY ${flagChannel}`);
    await until("b is on", async () => flags.isEnabled("b"));

    // More than are read one by one, in one transaction.
    await unheard(() => set("enabled = false", "b"));
    await admin.query(
      "INSERT INTO public.feature_flags (flag_key, name) SELECT 'many' || n, 'Many' FROM generate_series(1, 60) n",
    );
    await until("b is off", async () => !flags.isEnabled("b"));
  });

  it("see a flag that comes, that goes, and that is hidden, by its notification", async () => {
    const { flags } = await follow({ pollInterval: never });
    await admin.query("INSERT INTO public.feature_flags (flag_key, name) VALUES ('c', 'C')");
    await admin.query(
      "INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage) VALUES ('c', 'staging', true, 100)",
    );
    await until("c is there", async () => flags.isEnabled("c"));
    assert.ok(flags.isEnabled("a"));
    await admin.query("UPDATE public.feature_flags SET is_active = false WHERE flag_key = 'c'");
    await until("c is hidden", async () => flags.evaluate("c") === undefined);
    await admin.query("DELETE FROM public.feature_flags WHERE flag_key = 'a'");
    await until("a is gone", async () => flags.evaluate("a") === undefined);
    assert.deepEqual(flags.keys, ["b"]);
  });

  it("put a shared segment into a flag that is read by itself, and activate one at its time", async () => {
    await admin.query(
      `INSERT INTO public.feature_flag_segments (environment, segment_key, definition) VALUES ('staging', 'testers', '{"users": ["ada"]}')`,
    );
    const { flags } = await follow({ pollInterval: never });
    await set(`rollout_percentage = 0, user_targeting = '{"segments": [{"name": "them", "shared": "testers"}]}'`);
    await until("bob is out", async () => !flags.isEnabled("a", { userId: "bob" }));
    assert.ok(flags.isEnabled("a", { userId: "ada" }));
    await admin.query(`UPDATE public.feature_flag_segments SET definition = '{"users": ["bob"]}'`);
    await until("bob is in", async () => flags.isEnabled("a", { userId: "bob" }));

    const soon = "to_char((clock_timestamp() + '1.5 s') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    await set(
      `enabled = true, rollout_percentage = 100, user_targeting = jsonb_build_object('activation', jsonb_build_object('at', ${soon}))`,
      "b",
    );
    await until("b is active", async () => flags.isEnabled("b"));
  });

  it("go on, STALE, while the database is gone, and are fresh with what changed when it is back", async () => {
    const { flags, problems } = await follow();
    await cutOff();
    await until("they are stale", async () => flags.freshness === "stale");
    assert.deepEqual(flags.evaluate("a"), {
      enabled: true,
      reason: "STALE",
      freshReason: "STATIC",
      rule: "rollout 100 %",
    });
    await set("enabled = false");
    await letIn();
    await until("they are fresh", async () => flags.freshness === "fresh");
    assert.deepEqual(flags.evaluate("a"), { enabled: false, reason: "DISABLED" });
    assert.ok(problems.length > 0);
  });

  it("start from the bootstrap while the database is gone", async () => {
    await cutOff();
    const { flags } = await follow({}, path.join(checkoutRoot, "delivery", "flags.yaml"));
    assert.equal(flags.evaluate("enterpriseMode")?.reason, "STALE");
    assert.ok(flags.isEnabled("enterpriseMode"));
    await letIn();
    await until("the database's flags are there", async () => flags.isEnabled("a"));
    assert.equal(flags.evaluate("enterpriseMode"), undefined);
  });

  it("say what is wrong, and are empty, where nothing was migrated or the password is wrong", async () => {
    const { name } = await migratableDatabase();
    const unmigrated = await follow({ connection: { database: name } });
    assert.equal(unmigrated.flags.freshness, "empty");
    assert.match(unmigrated.problems[0]?.message ?? "", /relation "public\.feature_flags" does not exist/);
    const refused = await follow({ connection: { password: "wrong" } });
    assert.equal(refused.flags.freshness, "empty");
    assert.match(refused.problems[0]?.message ?? "", /password authentication failed/);
  });

  it("notice a database that says nothing any more", async () => {
    const sockets: Socket[] = [];
    const proxy = createServer((near) => {
      const far = openSocket(server.port, "127.0.0.1");
      for (const socket of [near, far]) socket.on("error", () => {});
      near.pipe(far).pipe(near);
      sockets.push(near, far);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as { port: number };
    const { flags, problems } = await follow({ connection: { port, query_timeout: 200 } });
    assert.equal(flags.freshness, "fresh");
    for (const socket of sockets) socket.unpipe().pause();
    await until("they are stale", async () => problems.length > 0);
    await until("they are fresh by another connection", async () => flags.freshness === "fresh");
    await flags.close();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  it("survive sessions that are killed at any moment, and then know the last change", async () => {
    const { flags, problems } = await follow({ pollInterval: 1 });
    for (let kill = 0; kill < 40; kill++) {
      await set(`rollout_percentage = ${kill}`);
      await until("there is a session", async () => (await sessions()).length > 0);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
      for (const pid of await sessions()) await server.query("postgres", "SELECT pg_terminate_backend($1)", [pid]);
    }
    await set('rollout_percentage = 100, user_targeting = \'{"metadata": {"last": true}}\'');
    await until(
      "the last change is seen",
      async () => flags.freshness === "fresh" && flags.metadata("a")?.last === true,
    );
    assert.ok(problems.length > 10, `${problems.length} losses`);
  }).timeout(120_000);

  it("make an error of one malformed flag, and of no other", async () => {
    await set(`user_targeting = '{"segments": "; DROP TABLE public.feature_flags; --"}'`);
    const { flags } = await follow();
    assert.equal(flags.evaluate("a")?.reason, "ERROR");
    assert.match(flags.evaluate("a")?.problem ?? "", /its targeting is malformed: segments must be a list/);
    assert.equal(flags.evaluate("b")?.reason, "DISABLED");
  });

  it("make an error of 10 MB of targeting", async () => {
    await admin.query(
      `UPDATE public.feature_flag_environments SET user_targeting = jsonb_build_object('exclude', jsonb_build_object('users',
         (SELECT jsonb_agg('user-' || n) FROM generate_series(1, 800000) n))) WHERE flag_key = 'a' AND environment = 'staging'`,
    );
    const { flags } = await follow({ pollInterval: never });
    await until("they are there", async () => flags.freshness === "fresh");
    assert.match(flags.evaluate("a")?.problem ?? "", /it must be flat and shorter than 2 MB/);
    assert.equal(flags.evaluate("b")?.reason, "DISABLED");
  });

  it("make an error of targeting that is nested deep, and of no other flag", async () => {
    for (const depth of [1_000, 6_000]) {
      await set(`user_targeting = ('{"segments": ' || repeat('[', ${depth}) || repeat(']', ${depth}) || '}')::jsonb`);
      const { flags } = await follow({ pollInterval: never });
      assert.equal(flags.evaluate("a")?.reason, "ERROR");
      assert.equal(flags.evaluate("b")?.reason, "DISABLED");
    }
  });

  it("leave no session behind when they are closed", async () => {
    const { flags } = await follow();
    assert.equal((await sessions()).length, 1);
    await flags.close();
    await until("the session is gone", async () => (await sessions()).length === 0);
  });
});
