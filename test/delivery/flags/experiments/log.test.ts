import assert from "node:assert/strict";
import { OpenFeature } from "@openfeature/server-sdk";
import {
  type ExperimentBatch,
  ExperimentLog,
  type ExperimentSink,
} from "../../../../delivery/flags/experiments/log.ts";
import { postgresSink } from "../../../../delivery/flags/experiments/postgres-sink.ts";
import { LiveFlags, SlipwayProvider } from "../../../../delivery/flags/index.ts";
import { flagDatabase } from "../sql/database.ts";

const ada = { kind: "user", unit: "ada", variant: "red" } as const;
const never = 3_600_000;

/** A sink that remembers, and fails as long as it is told to. */
function memory() {
  const batches: ExperimentBatch[] = [];
  const state = { fails: false };
  const sink: ExperimentSink = {
    write: async (batch) => {
      if (state.fails) throw new Error("gone");
      batches.push(batch);
    },
    close: async () => {},
  };
  return { batches, state, sink };
}

describe("the log of experiments", () => {
  it("writes an exposure once, in a batch with others", async () => {
    const { batches, sink } = memory();
    const log = new ExperimentLog({ sink, interval: never });
    for (let turn = 0; turn < 10; turn++) log.exposure("f", ada);
    log.exposure("f", { ...ada, unit: "bob" });
    log.exposure("g", ada);
    await log.close();
    assert.deepEqual(
      batches.map(({ exposures }) => exposures.map(({ flag, unit }) => `${flag} ${unit}`)),
      [["f ada", "f bob", "g ada"]],
    );
  });

  it("keeps what could not be written and writes it later; neither waits nor throws meanwhile", async () => {
    const { batches, sink, state } = memory();
    const problems: string[] = [];
    const log = new ExperimentLog({ sink, interval: never, onProblem: ({ message }) => problems.push(message) });
    state.fails = true;
    log.exposure("f", ada);
    assert.equal(await log.flush(), false);
    log.event({ metric: "signup", userId: "ada" });
    state.fails = false;
    assert.equal(await log.flush(), true);
    assert.deepEqual(
      [batches.length, batches[0]?.exposures.length, batches[0]?.events.length, problems],
      [1, 1, 1, ["gone"]],
    );
    await log.close();
  });

  it("drops and counts what comes when it is full, instead of growing", async () => {
    const { sink, state } = memory();
    state.fails = true;
    const problems: string[] = [];
    const log = new ExperimentLog({
      sink,
      interval: never,
      capacity: 5,
      onProblem: ({ message }) => problems.push(message),
    });
    for (let index = 0; index < 20; index++) log.exposure("f", { ...ada, unit: `u${index}` });
    assert.equal(log.dropped, 15);
    assert.match(problems.join(), /full, and drops/);
    state.fails = false;
    await log.close();
  });

  it("leaves out what the tables would refuse", async () => {
    const { batches, sink } = memory();
    const log = new ExperimentLog({ sink, interval: never });
    for (const unit of ["", "x".repeat(256), "a\0b"]) log.exposure("f", { ...ada, unit });
    log.event({ metric: "m" });
    log.event({ metric: "", userId: "ada" });
    log.event({ metric: "m", userId: "ada", value: Number.NaN });
    await log.close();
    assert.deepEqual(batches, []);
  });

  it("writes through OpenFeature into the database, as the application's role, once for each unit and event, whatever is repeated", async () => {
    const { admin, name, server } = await flagDatabase();
    await admin.query(`DO $$ BEGIN CREATE ROLE flags_application LOGIN PASSWORD 'test' IN ROLE slipway_application;
      EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
    const connection = {
      host: "127.0.0.1",
      port: server.port,
      user: "flags_application",
      password: "test",
      database: name,
    };
    const real = postgresSink({ environment: "production", connection });
    const twice: ExperimentSink = {
      write: async (batch) => {
        await real.write(batch);
        await real.write(batch);
      },
      close: real.close,
    };
    const log = new ExperimentLog({ sink: twice, interval: never, onProblem: (problem) => assert.fail(problem) });
    const variants = [
      { name: "red", weight: 50 },
      { name: "blue", weight: 50 },
    ];
    const targeting = { variants, segments: [{ name: "ours", users: ["eve"], variant: "red" }] };
    const flags = new LiveFlags({
      environment: "production",
      source: {
        follow: (reports) => {
          reports.current({
            f: { enabled: true, rollout: 100, targeting },
            o: { enabled: true, rollout: 100, targeting: { variants, stickiness: "organization" } },
          });
          return async () => {};
        },
      },
    });
    await OpenFeature.setProviderAndWait("experiments", new SlipwayProvider(flags, log));
    const client = OpenFeature.getClient("experiments");
    for (const targetingKey of ["ada", "ada", "eve"]) await client.getStringValue("f", "", { targetingKey });
    await client.getStringValue("f", "", {});
    await client.getStringValue("o", "", { targetingKey: "ada", organizationId: "acme" });
    client.track("signup", { targetingKey: "ada", organizationId: "acme" }, { value: 2.5 });
    assert.ok(await log.flush());
    const { rows } = await admin.query(
      "SELECT flag_key, unit_kind, unit_id FROM public.feature_flag_exposures ORDER BY 1, 2, 3",
    );
    assert.deepEqual(
      rows.map((row) => Object.values(row).join(" ")),
      ["f user ada", "o organization acme"],
    );
    const events = await admin.query("SELECT metric, user_id, organization_id, value FROM public.feature_flag_events");
    assert.deepEqual(events.rows, [{ metric: "signup", user_id: "ada", organization_id: "acme", value: 2.5 }]);
    await OpenFeature.close();
    await admin.end();
  });

  it("goes on after its session was killed, and counts nothing twice", async () => {
    const { admin, name, server } = await flagDatabase();
    const { password, user } = admin;
    const sink = postgresSink({
      environment: "production",
      connection: { host: "127.0.0.1", port: server.port, user, password: String(password), database: name },
    });
    const log = new ExperimentLog({ sink, interval: never });
    for (let turn = 0; turn < 10; turn++) {
      log.exposure("f", { ...ada, unit: `u${turn}` });
      log.event({ metric: "m", userId: `u${turn}` });
      await admin.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway experiments' AND datname = $1",
        [name],
      );
      while (!(await log.flush()));
    }
    const { rows } = await admin.query(
      "SELECT (SELECT count(*) FROM public.feature_flag_exposures)::int AS x, (SELECT count(*) FROM public.feature_flag_events)::int AS e",
    );
    assert.deepEqual(rows, [{ x: 10, e: 10 }]);
    await log.close();
    await admin.end();
  });
});
