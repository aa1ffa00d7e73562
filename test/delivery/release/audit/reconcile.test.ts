import assert from "node:assert/strict";
import type pg from "pg";
import { reconcile } from "../../../../delivery/release/audit/reconcile.ts";
import { verifyAudit } from "../../../../delivery/release/audit/verify.ts";
import { placeHold } from "../../../../delivery/release/store/brakes.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { recordDecision } from "../../../../delivery/release/store/decisions.ts";
import { testPostgres } from "../../../support/postgres.ts";
import { ada, bundleOf, connectAs, deploy, identity, process, promote, releaseDatabase } from "../store/support.ts";

describe("release state beside its audit", () => {
  let client: pg.Client;
  let admin: pg.Client;

  before(async () => {
    const { name } = await releaseDatabase();
    admin = await (await testPostgres()).connect(name);
    client = await connectAs(name);
    await deploy(client, bundleOf("a"), "staging", "passed");
    await change(client, identity("bo"), async (at) => {
      const promotion = await promote(at, bundleOf("b"), "production");
      const said = { decision: "approve", bundle: bundleOf("b").digest, process, source: "command" } as const;
      await recordDecision(at, { promotion, actor: "github:bo", role: "cto", ...said });
    });
    await change(client, ada, (at) => placeHold(at, "staging", "rolled back"));
    // Sessions in other time zones print other texts of the same moment.
    await client.query("SET timezone = 'Asia/Kathmandu'");
  });
  after(() => Promise.all([admin.end(), client.end()]));

  /** As a superuser may write: past every trigger, and taken back afterwards. */
  async function written(sql: string): Promise<unknown> {
    const { rows } = await admin.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'release'::regnamespace AND relkind = 'r'",
    );
    const tables = rows.map(({ relname }) => `release.${relname}`);
    for (const table of tables) {
      await admin.query(`CREATE TABLE public.${table.replace(".", "_")} AS TABLE ${table}`);
      await admin.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    }
    await admin.query("ALTER TABLE release.gate_answer DROP CONSTRAINT IF EXISTS gate_answer_check");
    await admin.query(sql);
    const found = await reconcile(client);
    await admin.query(`TRUNCATE ${tables.join(", ")}`);
    for (const table of tables) {
      await admin.query(`INSERT INTO ${table} OVERRIDING SYSTEM VALUE TABLE public.${table.replace(".", "_")}`);
      await admin.query(`DROP TABLE public.${table.replace(".", "_")}`);
    }
    return found;
  }

  it("agrees with it while all changes go by the rules, in whichever time zone", async () => {
    assert.deepEqual(await reconcile(client), []);
    assert.equal((await verifyAudit(client, { origin: "test" })).fault, undefined);
  });

  const cases: readonly (readonly [string, string, object])[] = [
    [
      "an approval was moved to another person",
      "UPDATE release.decision SET actor = 'github:mallory'",
      { kind: "changed", row: "decision 1", seq: 11 },
    ],
    ["an approval was taken away", "DELETE FROM release.decision", { kind: "removed", row: "decision 1", seq: 11 }],
    [
      "an approval was made up",
      `INSERT INTO release.decision (promotion, actor, role, decision, bundle, process_version, process_digest, source)
       SELECT promotion, 'github:mallory', 'cto', decision, bundle, process_version, process_digest, source FROM release.decision`,
      { kind: "unrecorded", row: "decision 2" },
    ],
    [
      "a bundle became another",
      `UPDATE release.bundle SET changelog = 'nothing to see' WHERE digest = '${bundleOf("a").digest}'`,
      { kind: "changed", row: `bundle ${bundleOf("a").digest}`, seq: 1 },
    ],
    [
      "a deployment's verdict was turned",
      "UPDATE release.deployment SET verdict = 'failed'",
      { kind: "changed", row: "deployment 1", seq: 8 },
    ],
    [
      "the facts of an answer were changed",
      `UPDATE release.gate_answer SET facts = facts || '{"startedBy": "automatic"}'`,
      { kind: "changed", row: "gate_answer 1" },
    ],
    ["a hold was taken away", "DELETE FROM release.hold", { kind: "removed", row: "hold 1", seq: 12 }],
  ];
  for (const [what, sql, fault] of cases) {
    it(`shows that ${what}`, async () => {
      assert.deepEqual(await written(sql), [fault]);
      assert.deepEqual(await reconcile(client), []);
    });
  }
});
