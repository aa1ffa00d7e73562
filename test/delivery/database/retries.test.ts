import assert from "node:assert/strict";
import type pg from "pg";
import { lockStates, lockWait, withRetries } from "../../../delivery/database/retries.ts";
import { type TestPostgres, testPostgres } from "../../support/postgres.ts";

describe("waiting for a lock of the application's", () => {
  let server: TestPostgres;
  let client: pg.Client;
  before(async () => {
    server = await testPostgres();
    client = await server.connect();
  });
  after(() => client?.end());

  it("is short at first, since clients wait behind it, and a second in the end, for which an autovacuum gives way", () => {
    const waits = Array.from({ length: 21 }, (_, attempt) => lockWait(attempt, { lockTimeout: 1_000 }));
    assert.deepEqual(waits.slice(0, 10), Array(10).fill(50));
    assert.deepEqual(waits.slice(10), [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  it("is never longer than asked for", () => {
    for (let attempt = 0; attempt < 30; attempt++) assert.equal(lockWait(attempt, { lockTimeout: 20 }), 20);
  });

  it("is as short again for the next work, after one that took many tries", async () => {
    const waits: string[] = [];
    const patience = { lockRetries: 11, lockTimeout: 1_000 };
    await client.query(`SET lock_timeout = ${lockWait(0, patience)}`);
    const seen = async () => {
      const { rows } = await client.query("SELECT current_setting('lock_timeout') AS wait");
      waits.push(rows[0].wait);
      if (waits.length <= 10) await client.query("DO $$ BEGIN RAISE 'busy' USING ERRCODE = '55P03'; END $$");
    };
    const { retries } = await withRetries(client, lockStates, patience, seen);
    await seen();
    assert.equal(retries, 10);
    assert.deepEqual(waits, [...Array(10).fill("50ms"), "100ms", "50ms"]);
  });
});
