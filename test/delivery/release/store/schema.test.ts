import assert from "node:assert/strict";
import type pg from "pg";
import { down, up } from "../../../../delivery/database/migrator.ts";
import { deploymentKinds } from "../../../../delivery/process/schema-calendar.ts";
import { verifyAudit } from "../../../../delivery/release/audit/verify.ts";
import { promotionStates, verdicts } from "../../../../delivery/release/model.ts";
import { placeHold, stopLine } from "../../../../delivery/release/store/brakes.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { recordDebts } from "../../../../delivery/release/store/debts.ts";
import { recordDecision } from "../../../../delivery/release/store/decisions.ts";
import { recordEvidence } from "../../../../delivery/release/store/evidence.ts";
import { declareIncident } from "../../../../delivery/release/store/incidents.ts";
import { storeMigrations } from "../../../../delivery/release/store/make.ts";
import { queueNotification } from "../../../../delivery/release/store/notifications.ts";
import { catalogSnapshot, dataSnapshot } from "../../../support/catalog.ts";
import { testPostgres } from "../../../support/postgres.ts";
import { ada, bundleOf, connectAs, deploy, process, promote, releaseDatabase } from "./support.ts";

describe("the release database's schema", () => {
  let admin: pg.Client;
  let commands: pg.Client;
  let database: { name: string; owner: string };

  before(async () => {
    database = await releaseDatabase();
    admin = await (await testPostgres()).connect(database.name);
    commands = await connectAs(database.name);
  });
  after(() => Promise.all([admin.end(), commands.end()]));

  /** At least one row in every table. */
  async function fill(): Promise<number> {
    const bundle = bundleOf("a");
    await deploy(commands, bundle, "staging", "passed");
    return change(commands, ada, async (at) => {
      const id = await promote(at, bundleOf("b"), "production");
      const word = { promotion: id, actor: "github:bo", role: "cto", decision: "approve", process } as const;
      await recordDecision(at, { ...word, bundle: bundleOf("b").digest, source: "command" });
      const shown = { bundle: bundle.digest, environment: "staging", validation: "smoke", link: "https://ci/1" };
      await recordEvidence(at, "evidence", { ...shown, verdict: "passed" });
      await stopLine(at, "the provider is down");
      await placeHold(at, "staging", "rolled back");
      await recordDebts(at, [{ promotion: id, review: "cause", dueAt: "2026-12-01T00:00:00Z" }]);
      const claim = { incident: "INC-1", severity: "critical", reason: "down", customersHit: true };
      await declareIncident(at, claim, [{ role: "on-call", withinMinutes: 0, always: false }]);
      await queueNotification(at, { key: "promotion", kind: "promotion.requested", payload: { id } });
      return id;
    });
  }

  it("goes down and up again without losing a row or a link of the chain", async function () {
    this.timeout(120_000);
    await fill();
    const reference = { kind: "environment", database: database.name, user: database.owner } as const;
    const { environment } = await testPostgres();
    const [catalog, data] = [await catalogSnapshot(admin), await dataSnapshot(admin)];
    for (const [table, rows] of Object.entries(data)) assert.ok(rows.length > 0, `${table} has a row`);
    const migrations = storeMigrations();
    await down(reference, migrations, { environment, count: migrations.length });
    assert.deepEqual(await dataSnapshot(admin), {});
    await up(reference, migrations, { environment });
    assert.deepEqual(await catalogSnapshot(admin), catalog);
    assert.deepEqual(await dataSnapshot(admin), data);
    const later = await change(commands, ada, (at) => promote(at, bundleOf("c"), "staging"));
    assert.equal((await verifyAudit(commands, { origin: "test" })).fault, undefined);
    const { rows } = await admin.query("SELECT max(id)::int AS id FROM release.promotion");
    assert.equal(rows[0].id, later, "numbers go on where they were");
  });

  it("gives nobody but its owner and its two roles any right", async () => {
    const grants = (await catalogSnapshot(admin)).filter((line) => line.startsWith("grant "));
    const others = grants.filter((line) => !/ to (slipway_release|slipway_release_reader|test_owner) /.test(line));
    const ofRelease = others.filter((line) => / release\b| function release\./.test(line));
    assert.deepEqual(ofRelease, []);
    assert.ok(grants.some((line) => line === "grant relation release.bundle to slipway_release INSERT"));
  });

  it("lets the reader read all tables and nothing else", async () => {
    const grants = (await catalogSnapshot(admin)).filter((line) => line.includes("to slipway_release_reader "));
    const tables = Object.keys(await dataSnapshot(admin));
    assert.deepEqual(
      grants.sort(),
      [
        "grant function release.canonical(jsonb) to slipway_release_reader EXECUTE",
        "grant schema release to slipway_release_reader USAGE",
        ...tables.map((table) => `grant relation ${table} to slipway_release_reader SELECT`),
      ].sort(),
    );
  });

  it("says the same of what values there are as the types do", async () => {
    const { rows } = await admin.query(
      "SELECT conrelid::regclass || '.' || conname AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint WHERE contype = 'c' AND connamespace = 'release'::regnamespace",
    );
    const valuesOf = (name: string) =>
      [...(rows.find((row) => row.name === name)?.rule ?? "").matchAll(/'([a-z]+)'/g)].map(([, value]) => value);
    assert.deepEqual(valuesOf("release.promotion.promotion_state_check"), [...promotionStates]);
    assert.deepEqual(valuesOf("release.promotion.promotion_kind_check"), [...deploymentKinds]);
    assert.deepEqual(valuesOf("release.deployment.deployment_verdict_check"), [...verdicts]);
  });

  it("tells whoever listens what was changed, when it is committed", async () => {
    const listener = await connectAs(database.name, "slipway_release_reader");
    const heard: { seq?: number; action: string; subject: string }[] = [];
    listener.on("notification", ({ payload }) => heard.push(JSON.parse(payload ?? "")));
    await listener.query("LISTEN slipway_release");
    await assert.rejects(
      change(commands, ada, async (at) => {
        await promote(at, bundleOf("d"), "dev");
        throw new Error("changed my mind");
      }),
      /changed my mind/,
    );
    const id = await change(commands, ada, (at) => promote(at, bundleOf("e"), "dev"));
    await listener.query("SELECT 1");
    await listener.end();
    assert.deepEqual(
      heard.map(({ action, subject }) => [action, subject]),
      [
        ["bundle.created", `bundle/${bundleOf("e").digest}`],
        ["promotion.requested", `promotion/${id}`],
      ],
    );
  });

  describe("refuses, for every role,", () => {
    const tables = [
      "audit_entry",
      "command",
      "bundle",
      "promotion",
      "decision",
      "evidence",
      "gate_answer",
      "deployment",
      "stop",
      "hold",
      "debt",
      "incident",
      "contact",
      "notification",
    ];
    /** Columns that the commands may change; all others nobody may. */
    const changeable: Readonly<Record<string, readonly string[]>> = {
      command: ["result"],
      promotion: ["state"],
      deployment: ["ended_at", "outcome", "reason", "verdict", "verified_at"],
      stop: ["lifted_at", "lifted_by", "lift_reason"],
      hold: ["lifted_at", "lifted_by", "lift_reason"],
      debt: ["paid_at", "paid_by", "link"],
      incident: ["acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by"],
      contact: ["told_at"],
      notification: ["sent_at", "attempts", "problem"],
    };

    it("no table that is not in the list", async () => {
      const { rows } = await admin.query("SELECT tablename FROM pg_tables WHERE schemaname = 'release' ORDER BY 1");
      assert.deepEqual(
        rows.map(({ tablename }) => tablename),
        [...tables].sort(),
      );
    });

    for (const role of ["slipway_release", "slipway_release_reader", "slipway_auditor", "slipway_application"]) {
      for (const table of tables) {
        it(`${role} what it may not do with ${table}`, async () => {
          const client = await connectAs(database.name, role);
          const refused = async (sql: string) => {
            await client.query("BEGIN");
            await assert.rejects(client.query(sql), { code: "42501" }, sql);
            await client.query("ROLLBACK");
          };
          try {
            await refused(`DELETE FROM release.${table}`);
            await refused(`TRUNCATE release.${table} CASCADE`);
            await refused(`ALTER TABLE release.${table} DISABLE TRIGGER ALL`);
            const { rows } = await admin.query(
              "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
              [`release.${table}`],
            );
            for (const { name } of rows) {
              const allowed = role === "slipway_release" && changeable[table]?.includes(name);
              if (!allowed) await refused(`UPDATE release.${table} SET ${name} = DEFAULT`);
            }
            if (role !== "slipway_release" || table === "audit_entry")
              await refused(`INSERT INTO release.${table} DEFAULT VALUES`);
            if (role === "slipway_application" || role === "slipway_auditor")
              await refused(`SELECT FROM release.${table}`);
          } finally {
            await client.end();
          }
        });
      }
    }

    it("even the owner to change or remove what is recorded", async () => {
      const owner = await connectAs(database.name, database.owner);
      try {
        for (const table of tables) {
          for (const sql of [`DELETE FROM release.${table}`, `TRUNCATE release.${table} CASCADE`])
            await assert.rejects(owner.query(sql), /what was recorded stays/, sql);
        }
        for (const table of ["audit_entry", "bundle", "decision", "evidence", "gate_answer"])
          await assert.rejects(owner.query(`UPDATE release.${table} SET actor = actor`), /stays|does not exist/);
        await owner.query("SET slipway.actor = ''");
        await assert.rejects(
          owner.query("INSERT INTO release.hold (environment, reason, actor) VALUES ('dev', 'why', 'me')"),
          /nobody is said to do this/,
        );
      } finally {
        await owner.end();
      }
    });

    it("the commands to write an entry of their own making, or one that a table records", async () => {
      await assert.rejects(
        change(commands, ada, ({ client }) =>
          client.query("SELECT release.note('deployment.started', 'deployment/1', '{}')"),
        ),
        /recorded by what it changes/,
      );
      await assert.rejects(commands.query("SELECT release.note('note.written', 'x', '{}')"), /nobody is said/);
    });

    it("a deployment whose gate did not say open, or that is of another bundle or environment than the promotion", async () => {
      const id = await change(commands, ada, (at) => promote(at, bundleOf("f"), "staging"));
      const answer = async (verdict: string) => {
        const { rows } = await commands.query(
          `INSERT INTO release.gate_answer (promotion, verdict, facts, facts_digest, answer)
           SELECT $1, $2::text, f, 'sha256:' || encode(sha256(convert_to(release.canonical(f), 'UTF8')), 'hex'), jsonb_build_object('verdict', $2::text)
           FROM jsonb_build_object('asked', $2::text) f RETURNING id`,
          [id, verdict],
        );
        return rows[0].id;
      };
      const insert = (gate: number, bundle: string, environment: string) =>
        commands.query(
          "INSERT INTO release.deployment (promotion, bundle, environment, gate_answer, started_by, rollback) VALUES ($1, $2, $3, $4, 'me', false)",
          [id, bundle, environment, gate],
        );
      const cases = [
        ["waiting", bundleOf("f").digest, "staging"],
        ["refused", bundleOf("f").digest, "staging"],
        ["open", bundleOf("a").digest, "staging"],
        ["open", bundleOf("f").digest, "production"],
      ] as const;
      for (const [verdict, bundle, environment] of cases) {
        await commands.query("BEGIN; SET LOCAL slipway.actor = 'github:ada'");
        const gate = await answer(verdict);
        await assert.rejects(insert(gate, bundle, environment), { code: "23503" }, `${verdict} ${environment}`);
        await commands.query("ROLLBACK");
      }
    });
  });
});
