import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type pg from "pg";
import { readEntries } from "../../../../delivery/release/audit/entry.ts";
import { verifyAudit } from "../../../../delivery/release/audit/verify.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { listDecisions, recordDecision } from "../../../../delivery/release/store/decisions.ts";
import { listDeployments, startDeployment } from "../../../../delivery/release/store/deployments.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { type TestPostgres, testPostgres, until } from "../../../support/postgres.ts";
import { ada, always, bundleOf, connectAs, identity, inputs, process, promote, releaseDatabase } from "./support.ts";

const people = 50;

describe("many at once", () => {
  let server: TestPostgres;
  let database: string;
  let client: pg.Client;
  const open: pg.Client[] = [];

  beforeEach(async () => {
    server = await testPostgres();
    database = (await releaseDatabase()).name;
    client = await connect();
  });
  afterEach(() => Promise.all(open.splice(0).map((one) => one.end())));

  async function connect(): Promise<pg.Client> {
    const one = await connectAs(database);
    open.push(one);
    return one;
  }

  const word = (promotion: number, login: string) => {
    const said = { role: "cto", decision: "approve", process, source: "command" } as const;
    return { promotion, actor: `github:${login}`, bundle: bundleOf("a").digest, ...said };
  };

  async function wholeChain(): Promise<{ readonly entries: number; readonly actions: Record<string, number> }> {
    const { fault, entries } = await verifyAudit(client, { origin: "test" });
    assert.equal(fault, undefined);
    const actions: Record<string, number> = {};
    for await (const { action } of readEntries(client)) actions[action ?? ""] = (actions[action ?? ""] ?? 0) + 1;
    return { entries, actions };
  }

  it(`counts each of ${people} who approve from ${people} sessions once, in one unbroken chain`, async () => {
    const id = await change(client, ada, (at) => promote(at, bundleOf("a"), "production"));
    const sessions = await Promise.all(Array.from({ length: people }, connect));
    const say = (session: pg.Client, index: number) =>
      change(session, identity(`p${index}`), (at) => recordDecision(at, word(id, `p${index}`)));
    const first = await Promise.all(sessions.map(say));
    const again = await Promise.all(sessions.map(say));
    assert.ok(first.every(({ recorded }) => recorded));
    assert.ok(again.every(({ recorded }) => !recorded));
    const actors = (await listDecisions(client, id)).map(({ actor }) => actor);
    assert.deepEqual([actors.length, new Set(actors).size], [people, people]);
    const { entries, actions } = await wholeChain();
    assert.deepEqual(actions, { "bundle.created": 1, "promotion.requested": 1, "promotion.approved": people });
    assert.equal(entries, people + 2);
  });

  it("counts a person once who presses the button from twenty sessions", async () => {
    const id = await change(client, ada, (at) => promote(at, bundleOf("a"), "production"));
    const sessions = await Promise.all(Array.from({ length: 20 }, connect));
    const results = await Promise.all(
      sessions.map((session) => change(session, identity("bo"), (at) => recordDecision(at, word(id, "bo")))),
    );
    assert.equal(results.filter(({ recorded }) => recorded).length, 1);
    assert.equal((await listDecisions(client, id)).length, 1);
  });

  it("starts one deployment when twenty sessions start it, and one of two promotions to an environment", async () => {
    const [one, two] = await change(client, ada, async (at) => [
      await promote(at, bundleOf("a"), "production"),
      await promote(at, bundleOf("b"), "production"),
    ]);
    const sessions = await Promise.all(Array.from({ length: 20 }, connect));
    const started = await Promise.allSettled(
      sessions.map((session, index) =>
        change(session, ada, (at) => startDeployment(at, index % 2 === 0 ? one : two, inputs, always("open"))),
      ),
    );
    const results = started.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    assert.equal(results.filter(({ resumed }) => !resumed).length, 1);
    assert.equal(results.length, 10, "the others of the same promotion go on with it");
    assert.equal((await listDeployments(client)).length, 1);
    assert.equal((await wholeChain()).actions["deployment.started"], 1);
  });

  it("writes entries by hand into the same chain, and only where it can see the head of it", async () => {
    const admin = await server.connect(database);
    const insert = `INSERT INTO release.audit_entry (seq, at, actor, source, proof, login, action, subject, schema_version, previous, hash)
      VALUES (77, '2001-01-01', 'person:me', 'database', 'psql', 'somebody', 'note.written', 'x', 9, 'x', 'x')`;
    await Promise.all([
      admin.query(insert),
      ...["a", "b", "c"].map(async (letter) =>
        change(await connect(), ada, (at) => promote(at, bundleOf(letter), "dev")),
      ),
    ]);
    await assert.rejects(admin.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${insert}`), /READ COMMITTED only/);
    await admin.end();
    assert.equal((await wholeChain()).entries, 7);
  });

  it("leaves a whole chain when a writer is killed in the middle of its transaction", async function () {
    this.timeout(120_000);
    await change(client, ada, (at) => promote(at, bundleOf("a"), "production"));
    for (let round = 0; round < 3; round++) {
      const writer = await startWriter();
      await until("the writer holds the chain", async () => {
        const held = await server.query(
          database,
          "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid::bigint = (hashtext('slipway audit chain')::bigint & 4294967295) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        return held.length > 0;
      });
      const waiting = change(client, identity("bo"), (at) => promote(at, bundleOf(`${round + 2}`), "staging"));
      writer.child.kill("SIGKILL");
      await writer.ended;
      await waiting;
      const { actions, entries } = await wholeChain();
      assert.equal(entries, 2 * (round + 2));
      assert.equal(actions["hold.placed"], undefined, "the killed writer's change did not happen");
    }
  });

  /** Another process, in a change whose entry is written and not committed: it waits for its end there. */
  async function startWriter() {
    const at = (...file: string[]) => JSON.stringify(path.join(checkoutRoot, "delivery", ...file));
    const script = `
      const { connect } = await import(${at("database", "connection.ts")});
      const { change } = await import(${at("release", "store", "change.ts")});
      const { placeHold } = await import(${at("release", "store", "brakes.ts")});
      const client = await connect({ kind: "environment", database: ${JSON.stringify(database)}, user: "postgres" }, { applicationName: "writer" });
      await change(client, { actor: "github:eve", source: "sandbox", proof: "eve" }, async (at) => {
        await placeHold(at, "production", "why");
        await client.query("SET CONSTRAINTS ALL IMMEDIATE");
        console.log("ready");
        await new Promise(() => setInterval(() => {}, 1000));
      });`;
    const child = spawn(globalThis.process.execPath, ["--input-type=module", "-e", script], {
      cwd: checkoutRoot,
      env: { ...globalThis.process.env, ...server.environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    return { child, ended };
  }
});
