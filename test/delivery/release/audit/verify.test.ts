import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import type pg from "pg";
import type { CheckpointStore } from "../../../../delivery/release/audit/checkpoint.ts";
import { checkpointFolder } from "../../../../delivery/release/audit/checkpoint-folder.ts";
import { entriesAbout } from "../../../../delivery/release/audit/entry.ts";
import { inclusionProof, verifyInclusion } from "../../../../delivery/release/audit/inclusion.ts";
import type { Signer } from "../../../../delivery/release/audit/note.ts";
import { fileSigner } from "../../../../delivery/release/audit/signer.ts";
import { verifyAudit } from "../../../../delivery/release/audit/verify.ts";
import { writeCheckpoint } from "../../../../delivery/release/audit/write-checkpoint.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { recordNote } from "../../../../delivery/release/store/note.ts";
import { testPostgres } from "../../../support/postgres.ts";
import { ada, bundleOf, connectAs, deploy, releaseDatabase } from "../store/support.ts";

const origin = "slipway.test/release";

/** What the application of a rule to somebody's details may contain. */
const awkward = [
  { text: 'Søk 🔎 \u2028 \u007f \\ " \t', "": null },
  { "\uFF5E": 1, "\u{1F600}": 2, numbers: [0.1, 1e21, 1e-7, -0, 12345678901234567000] },
  { nested: { deep: [[[{ a: [] }]], {}] }, flag: false },
  { long: "x".repeat(20_000) },
];

describe("the audit", () => {
  let database: string;
  let client: pg.Client;
  let admin: pg.Client;
  let folder: string;
  let signer: Signer;

  before(async () => {
    database = (await releaseDatabase()).name;
    admin = await (await testPostgres()).connect(database);
    client = await connectAs(database);
    folder = await mkdtemp(path.join(tmpdir(), "slipway-audit-"));
    signer = await fileSigner(path.join(folder, "key"), origin);
    await deploy(client, bundleOf("a"), "staging", "passed");
    await change(client, ada, async (at) => {
      for (let index = 0; index < 192; index++)
        await recordNote(at, "note.written", `note/${index}`, { index, ...awkward[index % awkward.length] });
    });
  });
  after(async () => {
    await Promise.all([admin.end(), client.end()]);
    await rm(folder, { recursive: true });
  });

  let stores = 0;
  const newStore = () => checkpointFolder(path.join(folder, `checkpoints-${stores++}`));
  const checkpoint = (store: CheckpointStore, by = signer) => writeCheckpoint(client, { origin, signer: by, store });
  const verify = async (store?: CheckpointStore, keys = [signer]) =>
    verifyAudit(client, { origin, keys, ...(store && { checkpoints: await store.list() }) });

  /** What a superuser can do who has taken away all that stands in the way; afterwards the log is as it was. */
  async function tampered<T>(statements: readonly string[], look: () => Promise<T>): Promise<T> {
    await admin.query("CREATE TABLE IF NOT EXISTS public.original AS TABLE release.audit_entry");
    const { rows } = await admin.query(
      "SELECT conname FROM pg_constraint WHERE conrelid = 'release.audit_entry'::regclass ORDER BY contype = 'n'",
    );
    await admin.query("ALTER TABLE release.audit_entry DISABLE TRIGGER ALL");
    for (const { conname } of rows) await admin.query(`ALTER TABLE release.audit_entry DROP CONSTRAINT "${conname}"`);
    try {
      for (const statement of statements) await admin.query(statement);
      return await look();
    } finally {
      await admin.query("TRUNCATE release.audit_entry; INSERT INTO release.audit_entry TABLE public.original");
    }
  }
  const first = async (statements: readonly string[]) => {
    const { fault, entries } = await tampered(statements, () => verify());
    assert.ok(fault, statements.join("; "));
    return { kind: fault.kind, seq: fault.seq, good: entries, what: fault.what };
  };

  it("verifies while nobody has touched it, with numbers without a gap from 1", async () => {
    const { entries, fault, anchored } = await verify();
    assert.deepEqual([entries, fault, anchored], [200, undefined, 0]);
  });

  describe("names the first bad entry when somebody", () => {
    const text = (column: string) => `${column} = overlay(${column} placing 'X' from 1 + length(${column}) / 2 for 1)`;
    /** A change of one byte, or the smallest that the type has. */
    const flips: Readonly<Record<string, readonly string[]>> = {
      at: ["at = at + interval '1 microsecond'", "at = 'infinity'", "at = NULL"],
      actor: [text("actor"), "actor = NULL", "actor = actor || ' '"],
      source: ["source = 'terminal'", "source = ''"],
      proof: [text("proof"), "proof = NULL"],
      login: [text("login"), "login = upper(login)"],
      action: [text("action"), "action = NULL"],
      subject: [text("subject"), "subject = subject || E'\\n'"],
      details: [
        `details = details || '{"more": null}'`,
        `details = jsonb_set(details, '{text}', '"X"')`,
        "details = '{}'",
        "details = '[]'",
        "details = NULL",
      ],
      schema_version: ["schema_version = 2", "schema_version = NULL"],
      previous: ["previous = set_byte(previous, 31, get_byte(previous, 31) # 1)", "previous = ''", "previous = NULL"],
      hash: ["hash = set_byte(hash, 0, get_byte(hash, 0) # 128)", "hash = ''", "hash = NULL"],
    };

    it("could change every column there is", async () => {
      const { rows } = await admin.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'release.audit_entry'::regclass AND attnum > 0 AND NOT attisdropped",
      );
      assert.deepEqual(rows.map(({ attname }) => attname).sort(), [...Object.keys(flips), "seq"].sort());
    });

    for (const [column, changes] of Object.entries(flips)) {
      it(`changes ${column}`, async () => {
        for (const [index, set] of changes.entries()) {
          const seq = set.includes("{text}") ? 1 + 8 * 5 : ([1, 2, 100, 199, 200][index] ?? 50);
          const { kind, seq: named, good } = await first([`UPDATE release.audit_entry SET ${set} WHERE seq = ${seq}`]);
          assert.deepEqual([kind, named, good], ["changed", seq, seq - 1], set);
        }
      });
    }

    it("changes, removes, repeats, swaps or inserts any of them", async function () {
      this.timeout(180_000);
      const copy = (from: string, seq: string) =>
        `INSERT INTO release.audit_entry SELECT (jsonb_populate_record(e, jsonb_build_object('seq', ${seq}))).* FROM release.audit_entry e WHERE seq = ${from}`;
      const row = fc.integer({ min: 1, max: 200 });
      const differing = fc.tuple(row, fc.integer({ min: 1, max: 201 })).filter(([a, b]) => a !== b);
      const flip = fc
        .tuple(row, fc.constantFrom(...Object.values(flips).flat()))
        .filter(([, set]) => !set.includes("{text}"));
      const mutation = fc.oneof(
        flip.map(([seq, set]) => ({ sql: [`UPDATE release.audit_entry SET ${set} WHERE seq = ${seq}`], seq })),
        fc
          .integer({ min: 1, max: 199 })
          .map((seq) => ({ sql: [`DELETE FROM release.audit_entry WHERE seq = ${seq}`], seq })),
        row.map((seq) => ({ sql: [copy(`${seq}`, `${seq}`)], seq })),
        fc
          .tuple(row, row)
          .filter(([a, b]) => a !== b)
          .map(([a, b]) => ({
            sql: [
              `UPDATE release.audit_entry SET seq = CASE seq WHEN ${a} THEN ${b} ELSE ${a} END WHERE seq IN (${a}, ${b})`,
            ],
            seq: Math.min(a, b),
          })),
        // A copy of an entry in the place of another, which makes room with all after it; after the last one as well.
        differing.map(([from, seq]) => ({
          sql: [
            `CREATE TEMP TABLE taken AS SELECT * FROM release.audit_entry WHERE seq = ${from}`,
            `UPDATE release.audit_entry SET seq = seq + 1 WHERE seq >= ${seq}`,
            `UPDATE taken SET seq = ${seq}`,
            "INSERT INTO release.audit_entry TABLE taken",
            "DROP TABLE taken",
          ],
          seq,
        })),
        row.map((seq) => ({ sql: [`UPDATE release.audit_entry SET seq = NULL WHERE seq = ${seq}`], seq })),
        fc.tuple(row, fc.integer({ min: 201, max: 400 })).map(([seq, to]) => ({
          sql: [`UPDATE release.audit_entry SET seq = ${to} WHERE seq = ${seq}`],
          seq,
        })),
      );
      await fc.assert(
        fc.asyncProperty(mutation, async ({ sql, seq }) => {
          const found = await first(sql);
          assert.equal(found.seq, seq, found.what);
        }),
        { numRuns: 120 },
      );
    });

    it("replaces one whole, hash included: the next does not follow it", async () => {
      const found = await first([rewrite(100, 100)]);
      assert.deepEqual([found.kind, found.seq], ["unlinked", 101]);
      assert.match(found.what, /entry 101 does not follow entry 100 as it is: one of the two was replaced/);
    });
  });

  /** Changes an entry and computes it and those after it anew, as the trigger would. */
  function rewrite(from: number, to = 200): string {
    return `DO $$ DECLARE e release.audit_entry; head bytea; BEGIN
      SELECT previous INTO head FROM release.audit_entry WHERE seq = ${from};
      FOR e IN SELECT * FROM release.audit_entry WHERE seq BETWEEN ${from} AND ${to} ORDER BY seq LOOP
        IF e.seq = ${from} THEN e.actor := 'github:mallory'; END IF;
        e.previous := head;
        e.hash := sha256(e.previous || convert_to(release.audit_text(e), 'UTF8'));
        head := e.hash;
        UPDATE release.audit_entry SET actor = e.actor, previous = e.previous, hash = e.hash WHERE seq = e.seq;
      END LOOP; END $$`;
  }

  describe("with checkpoints outside", () => {
    it("is signed once for the same entries, and agrees with what was signed", async () => {
      const store = newStore();
      const signed = await checkpoint(store);
      assert.deepEqual([signed?.size, signed?.written], [200, true]);
      assert.deepEqual((await checkpoint(store))?.written, false);
      const { checkpoints, anchored, root, fault } = await verify(store);
      assert.deepEqual([checkpoints, anchored, root, fault], [1, 200, signed?.root, undefined]);
    });

    it("shows a whole chain that a superuser wrote anew, which passes without them", async () => {
      const store = newStore();
      await checkpoint(store);
      await tampered([rewrite(42)], async () => {
        assert.equal((await verify()).fault, undefined);
        const { fault } = await verify(store);
        assert.deepEqual([fault?.kind, fault?.seq], ["rewritten", 1]);
        await assert.rejects(checkpoint(store), /is not signed, because it does not verify: entries 1 to 200/);
        assert.equal((await store.list()).length, 1);
      });
    });

    it("names where the good part ends, between two of them", async () => {
      const store = newStore();
      await tampered(["DELETE FROM release.audit_entry WHERE seq > 90"], () => checkpoint(store));
      await tampered(["DELETE FROM release.audit_entry WHERE seq > 150"], () => checkpoint(store));
      assert.deepEqual((await verify(store)).anchored, 150);
      const found = await tampered([rewrite(120)], () => verify(store));
      assert.deepEqual([found.fault?.kind, found.fault?.seq, found.anchored], ["rewritten", 91, 90]);
      // What comes after the newest is held by nothing but the chain: why there is one after each deployment.
      const late = await tampered([rewrite(160)], () => verify(store));
      assert.deepEqual([late.fault, late.anchored], [undefined, 150]);
    });

    it("shows that the end was cut off", async () => {
      const store = newStore();
      await checkpoint(store);
      await tampered(["DELETE FROM release.audit_entry WHERE seq > 180"], async () => {
        assert.equal((await verify()).fault, undefined);
        const { fault } = await verify(store);
        assert.deepEqual([fault?.kind, fault?.seq], ["cut", 181]);
      });
      const emptied = await tampered(["TRUNCATE release.audit_entry"], () => verify(store));
      assert.deepEqual([emptied.fault?.kind, emptied.fault?.seq, emptied.entries], ["cut", 1, 0]);
    });

    it("does not believe one that a stranger signed, or that is of another log", async () => {
      const store = newStore();
      await checkpoint(store);
      const stranger = await fileSigner(path.join(folder, "stranger"), origin);
      const { fault } = await verify(store, [stranger]);
      assert.match(fault?.what ?? "", /000000000200-[0-9a-f]{8}\.checkpoint is signed by no trusted key/);
      const other = await verifyAudit(client, { origin: "other", checkpoints: await store.list(), keys: [signer] });
      assert.match(other.fault?.what ?? "", /is of another log/);
    });

    it("takes a new key beside the old one", async () => {
      const store = newStore();
      await checkpoint(store);
      const newer = await fileSigner(path.join(folder, "newer"), origin);
      const signed = await writeCheckpoint(client, { origin, signer: newer, store, keys: [signer] });
      assert.equal(signed?.written, true);
      assert.equal((await verify(store, [newer, signer])).checkpoints, 2);
    });

    it("has nothing to sign before the first entry", async () => {
      const store = newStore();
      assert.equal(await tampered(["TRUNCATE release.audit_entry"], () => checkpoint(store)), undefined);
    });
  });

  describe("proves one entry to somebody who has nothing of the log", () => {
    let note: string;
    before(async () => {
      const store = newStore();
      await tampered(["DELETE FROM release.audit_entry WHERE seq > 173"], () => checkpoint(store));
      note = (await store.list())[0]?.note ?? "";
    });
    const prove = async (seq: number) => JSON.parse(JSON.stringify(await inclusionProof(client, seq, note, [signer])));

    it("in few hashes, also read back from a file", async () => {
      for (const seq of [1, 2, 5, 64, 65, 128, 172, 173]) {
        const proof = await prove(seq);
        assert.equal(verifyInclusion(proof, [signer]), undefined, `entry ${seq}`);
        assert.ok(proof.path.length <= 8);
      }
    });

    it("but not one that says something else, is of another place, or that nobody trusted has signed", async () => {
      const [proof, other] = [await prove(7), await prove(8)];
      const cases: readonly (readonly [unknown, RegExp])[] = [
        [{ ...proof, entry: { ...proof.entry, actor: "github:mallory" } }, /does not have the hash/],
        [{ ...proof, entry: other.entry }, /not under the checkpoint's root/],
        [{ ...proof, path: proof.path.toReversed() }, /not under the checkpoint's root/],
        [{ ...proof, path: [] }, /not under the checkpoint's root/],
        [{ ...proof, checkpoint: note.replace("173", "174") }, /signed by no trusted key/],
        [{ entry: proof.entry }, /no proof of an entry/],
        ["", /no proof of an entry/],
      ];
      for (const [wrong, why] of cases) assert.match(verifyInclusion(wrong, [signer]) ?? "", why);
    });

    it("only when the checkpoint covers it", async () => {
      await assert.rejects(prove(174), /Entry 174 is not covered by the checkpoint, which is of 173 entries/);
      await assert.rejects(inclusionProof(client, 1, note, []), /which no trusted key has signed/);
    });

    it("found by what it is about", async () => {
      const about = await entriesAbout(client, ["deployment/1", "promotion/1"]);
      assert.deepEqual(
        about.map(({ action }) => action),
        [
          "promotion.requested",
          "deployment.started",
          "promotion.moved",
          "deployment.finished",
          "promotion.moved",
          "deployment.verified",
        ],
      );
      for (const { seq } of about) assert.equal(verifyInclusion(await prove(Number(seq)), [signer]), undefined);
    });
  });
});
