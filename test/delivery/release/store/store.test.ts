import assert from "node:assert/strict";
import type pg from "pg";
import { readEntries } from "../../../../delivery/release/audit/entry.ts";
import {
  activeHolds,
  activeStops,
  liftHold,
  placeHold,
  resumeLine,
  stopLine,
} from "../../../../delivery/release/store/brakes.ts";
import { createBundle, getBundle, listBundles, standingBundle } from "../../../../delivery/release/store/bundles.ts";
import { type Change, change } from "../../../../delivery/release/store/change.ts";
import { listDebts, payDebt, recordDebts } from "../../../../delivery/release/store/debts.ts";
import { listDecisions, peopleOf, recordDecision } from "../../../../delivery/release/store/decisions.ts";
import {
  finishDeployment,
  getDeployment,
  listDeployments,
  recordVerdict,
  startDeployment,
} from "../../../../delivery/release/store/deployments.ts";
import { listEvidence, recordEvidence } from "../../../../delivery/release/store/evidence.ts";
import { answerOfDeployment } from "../../../../delivery/release/store/gate-answers.ts";
import {
  acknowledgeIncident,
  declareIncident,
  dueContacts,
  getIncident,
  listIncidents,
  markTold,
  resolveIncident,
} from "../../../../delivery/release/store/incidents.ts";
import { recordNote } from "../../../../delivery/release/store/note.ts";
import { queueNotification, sendNotifications } from "../../../../delivery/release/store/notifications.ts";
import {
  createPromotion,
  getPromotion,
  listPromotions,
  withdrawPromotion,
} from "../../../../delivery/release/store/promotions.ts";
import { testPostgres, until } from "../../../support/postgres.ts";
import {
  ada,
  always,
  bundleOf,
  connectAs,
  deploy,
  identity,
  inputs,
  process,
  promote,
  releaseDatabase,
} from "./support.ts";

describe("release state", () => {
  let client: pg.Client;
  let database: string;

  beforeEach(async () => {
    database = (await releaseDatabase()).name;
    client = await connectAs(database);
  });
  afterEach(() => client.end());

  const as = <T>(login: string, work: (at: Change) => Promise<T>) => change(client, identity(login), work);
  const byAda = <T>(work: (at: Change) => Promise<T>) => change(client, ada, work);
  const actions = async () => {
    const found: string[] = [];
    for await (const { action } of readEntries(client)) found.push(action ?? "");
    return found;
  };
  const refused = (promise: Promise<unknown>, pattern: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.equal(error.name, "UserError", error.stack);
      assert.match(error.message, pattern);
      return true;
    });

  it("keeps a bundle as it is, once, and by whom it was made first", async () => {
    const bundle = bundleOf("a", ["backend", "frontend"]);
    const first = await byAda((at) => createBundle(at, bundle));
    const second = await as("bo", (at) => createBundle(at, bundle));
    assert.deepEqual(second, first);
    assert.deepEqual({ ...first, createdAt: bundle.createdAt }, bundle);
    assert.deepEqual(await getBundle(client, bundle.digest.slice(7, 15)), first);
    assert.deepEqual(await listBundles(client), [first]);
    assert.deepEqual(await actions(), ["bundle.created"]);
    await refused(getBundle(client, "ffffffffffff"), /no bundle ffffffffffff/);
    await byAda((at) => createBundle(at, bundleOf("b")));
    await refused(getBundle(client, ""), /More than one bundle/);
  });

  it("refuses a bundle whose digest is another content's", async () => {
    const bundle = { ...bundleOf("a"), changelog: "and a back door" };
    await assert.rejects(
      byAda((at) => createBundle(at, bundle)),
      /says that its digest/,
    );
    assert.deepEqual(await listBundles(client), []);
  });

  describe("a promotion", () => {
    const request = { environment: "production", kind: "normal", process, changed: ["frontend", "backend"] } as const;
    const { digest } = bundleOf("a");
    beforeEach(() => byAda((at) => createBundle(at, bundleOf("a"))));

    it("is asked for once, however often its command is run", async () => {
      const ask = () => byAda((at) => createPromotion(at, "run 1", { ...request, bundle: digest }));
      const [first, second] = [await ask(), await ask()];
      assert.deepEqual(second, first);
      assert.deepEqual(first.changed, ["backend", "frontend"]);
      assert.deepEqual([first.state, first.requestedBy, first.emergency], ["open", "github:ada", undefined]);
      await refused(
        byAda((at) => createPromotion(at, "run 1", { ...request, bundle: digest, environment: "staging" })),
        /"run 1" was used for something else/,
      );
      await refused(
        byAda((at) => createPromotion(at, "run 2", { ...request, bundle: digest })),
        /already promoted to this environment/,
      );
      assert.deepEqual(await actions(), ["bundle.created", "promotion.requested"]);
    });

    it("keeps what an emergency or a rollback says of itself", async () => {
      const emergency = {
        severity: "critical",
        incident: "INC-1",
        reason: "nobody can log in",
        deployables: ["backend"],
        customersHit: true,
      };
      const rollback = { how: "trigger", reason: "errors" } as const;
      const urgent = await byAda((at) =>
        createPromotion(at, "1", { ...request, bundle: digest, kind: "emergency", emergency }),
      );
      const back = await byAda((at) => createPromotion(at, "2", { ...request, bundle: digest, rollback }));
      assert.deepEqual([urgent.emergency, urgent.rollback], [emergency, undefined]);
      assert.deepEqual([back.emergency, back.rollback], [undefined, rollback]);
      assert.deepEqual(await listPromotions(client, { environment: "production" }), [back, urgent]);
      assert.deepEqual(await listPromotions(client, { states: ["deployed"] }), []);
    });

    it("is withdrawn for good", async () => {
      const { id } = await byAda((at) => createPromotion(at, "1", { ...request, bundle: digest }));
      assert.equal((await byAda((at) => withdrawPromotion(at, id))).state, "withdrawn");
      assert.equal((await byAda((at) => withdrawPromotion(at, id))).state, "withdrawn");
      await refused(
        byAda((at) => startDeployment(at, id, inputs, always("open"))),
        /Promotion 1 is withdrawn, and cannot become deploying/,
      );
      await refused(
        as("bo", (at) => recordDecision(at, word(id, "bo"))),
        /Promotion 1 is withdrawn, and takes no more decisions/,
      );
      assert.deepEqual(await actions(), ["bundle.created", "promotion.requested", "promotion.moved"]);
    });
  });

  function word(promotion: number, login: string, role = "cto", bundle = bundleOf("a")) {
    const said = { decision: "approve", bundle: bundle.digest, process, source: "command" } as const;
    return { promotion, actor: `github:${login}`, role, ...said };
  }

  describe("a decision", () => {
    let id: number;
    beforeEach(async () => {
      id = await byAda((at) => promote(at, bundleOf("a"), "production"));
    });

    it("counts once for a person, a role and a digest", async () => {
      const first = await as("bo", (at) => recordDecision(at, { ...word(id, "bo"), comment: "looks good" }));
      const again = await as("bo", (at) => recordDecision(at, word(id, "bo")));
      assert.deepEqual([first.recorded, again.recorded], [true, false]);
      assert.deepEqual(again.decision, first.decision);
      await as("bo", (at) => recordDecision(at, word(id, "bo", "qa-lead")));
      assert.deepEqual(
        (await listDecisions(client, id)).map(({ role, comment }) => [role, comment]),
        [
          ["cto", "looks good"],
          ["qa-lead", undefined],
        ],
      );
      assert.deepEqual(await peopleOf(client, id), ["github:ada", "github:bo"]);
      assert.equal((await actions()).filter((action) => action === "promotion.approved").length, 2);
    });

    it("is given again when it has expired, or when the rules have changed", async () => {
      const say = (more = {}, renewBefore?: string) =>
        as("bo", (at) => recordDecision(at, { ...word(id, "bo"), ...more }, renewBefore));
      const { decision } = await say();
      assert.equal((await say({}, decision.decidedAt)).recorded, false);
      const soon = new Date(Date.parse(decision.decidedAt) + 1).toISOString();
      await until("the clock has moved on", async () => Date.now() > Date.parse(soon) + 1);
      assert.equal((await say({}, soon)).recorded, true);
      assert.equal((await say({}, soon)).recorded, false);
      assert.equal((await say({ process: { version: 2, digest: "sha256:2" } })).recorded, true);
      assert.equal((await listDecisions(client, id)).length, 3);
    });

    it("is bound to the promotion's digest", async () => {
      await refused(
        as("bo", (at) => recordDecision(at, word(id, "bo", "cto", bundleOf("b")))),
        /is of bundle .* and the decision was on/s,
      );
      assert.deepEqual(await listDecisions(client, id), []);
    });

    it("ends the promotion when it is a rejection, also by somebody who had approved", async () => {
      await as("bo", (at) => recordDecision(at, word(id, "bo")));
      await as("bo", (at) => recordDecision(at, { ...word(id, "bo"), decision: "reject" }));
      assert.equal((await getPromotion(client, id)).state, "rejected");
      await refused(
        as("cy", (at) => recordDecision(at, word(id, "cy"))),
        /Promotion 1 is rejected/,
      );
      assert.deepEqual((await actions()).slice(2), ["promotion.approved", "promotion.rejected", "promotion.moved"]);
    });
  });

  it("keeps all evidence, each once for its key", async () => {
    const bundle = bundleOf("a");
    await byAda((at) => createBundle(at, bundle));
    const shown = { bundle: bundle.digest, environment: "staging", validation: "smoke", link: "https://ci/1" };
    const record = (key: string, verdict: "passed" | "failed") =>
      byAda((at) => recordEvidence(at, key, { ...shown, verdict }));
    const failed = await record("job 1", "failed");
    const passed = await record("job 2", "passed");
    assert.deepEqual(await record("job 1", "failed"), failed);
    await refused(record("job 1", "passed"), /used for something else/);
    assert.deepEqual(await listEvidence(client, bundle.digest), [failed, passed]);
    assert.deepEqual(await listEvidence(client, bundle.digest, "production"), []);
    assert.equal(failed.actor, "github:ada");
  });

  describe("a deployment", () => {
    let id: number;
    beforeEach(async () => {
      id = await byAda((at) => promote(at, bundleOf("a"), "staging"));
    });
    const start = (promotion = id, gate = always("open")) =>
      byAda((at) => startDeployment(at, promotion, inputs, gate));

    it("does not start while the gate is closed; the answer and its facts are stored", async () => {
      for (const verdict of ["waiting", "refused"] as const) {
        const { deployment, answer } = await start(id, always(verdict));
        assert.equal(deployment, undefined);
        assert.equal(answer.facts.promotion.id, id);
        await client.query("SELECT 1");
      }
      assert.deepEqual(await listDeployments(client), []);
      assert.equal((await getPromotion(client, id)).state, "open");
    });

    it("starts once, is gone on with after a kill, and ends once", async () => {
      const first = await start();
      const second = await start();
      assert.deepEqual([first.resumed, second.resumed], [false, true]);
      assert.deepEqual(second.deployment, first.deployment);
      assert.deepEqual(second.answer, JSON.parse(JSON.stringify(first.answer)));
      assert.equal((await getPromotion(client, id)).state, "deploying");
      const deployment = first.deployment?.id ?? 0;
      assert.deepEqual(await answerOfDeployment(client, deployment), second.answer);

      const end = () => byAda((at) => finishDeployment(at, deployment, { outcome: "succeeded" }));
      assert.deepEqual(await end(), await end());
      await refused(
        byAda((at) => finishDeployment(at, deployment, { outcome: "failed", reason: "no" })),
        /succeeded at .* comes late/,
      );
      await refused(start(), /was deployed already: deployment 1 succeeded/);
      assert.equal((await getPromotion(client, id)).state, "deployed");
      assert.deepEqual((await actions()).slice(2), [
        "gate.answered",
        "deployment.started",
        "promotion.moved",
        "deployment.finished",
        "promotion.moved",
      ]);
    });

    it("runs alone in its environment, beside others'", async () => {
      await start();
      const [here, there] = await byAda(async (at) => [
        await promote(at, bundleOf("b"), "staging"),
        await promote(at, bundleOf("b"), "production"),
      ]);
      await refused(start(here), /Another deployment is running/);
      assert.ok((await start(there)).deployment);
    });

    it("is verified by its last word, of which failed is the very last", async () => {
      const deployment = (await start()).deployment?.id ?? 0;
      const say = (verdict: "passed" | "failed" | "error" | "inconclusive") =>
        byAda((at) => recordVerdict(at, deployment, verdict));
      await refused(say("passed"), /still runs/);
      await byAda((at) => finishDeployment(at, deployment, { outcome: "succeeded" }));
      for (const verdict of ["error", "inconclusive", "passed", "passed", "failed"] as const)
        assert.equal((await say(verdict)).verdict, verdict);
      await refused(say("passed"), /Deployment 1 failed its verification, which stays so/);
      const found = await getDeployment(client, deployment);
      assert.equal(found.verdict, "failed");
      assert.equal((await actions()).filter((action) => action === "deployment.verified").length, 4);
    });

    it("that failed says why, and is not verified as good", async () => {
      const deployment = (await start()).deployment?.id ?? 0;
      const failed = await byAda((at) =>
        finishDeployment(at, deployment, { outcome: "failed", reason: "The image is missing." }),
      );
      assert.equal(failed.reason, "The image is missing.");
      assert.equal((await getPromotion(client, id)).state, "failed");
      await refused(
        byAda((at) => recordVerdict(at, deployment, "passed")),
        /Deployment 1 failed, and cannot be verified as passed/,
      );
    });

    it("is found by environment, bundle and time", async () => {
      const [a, b] = [await deploy(client, bundleOf("b"), "dev", "passed"), await deploy(client, bundleOf("c"), "dev")];
      assert.deepEqual(await listDeployments(client, { environment: "dev" }), [b, a]);
      assert.deepEqual(await listDeployments(client, { bundle: a.bundle }), [a]);
      assert.deepEqual(await listDeployments(client, { since: "2999-01-01T00:00:00Z" }), []);
      assert.deepEqual(await listDeployments(client, { until: "2999-01-01T00:00:00Z", limit: 1 }), [b]);
      assert.equal((await standingBundle(client, "dev"))?.digest, b.bundle);
      assert.equal(await standingBundle(client, "staging"), undefined);
    });

    it("never starts on facts that a stop has changed meanwhile", async () => {
      const other = await connectAs(database);
      let stopping: Promise<unknown> | undefined;
      const { answer } = await byAda(async (at) => {
        const result = await startDeployment(at, id, inputs, (facts) => {
          // While the gate thinks, somebody stops the line: the stop is recorded, but after the deployment has started.
          stopping ??= change(other, identity("bo"), (then) => stopLine(then, "wait"));
          return always(facts.stops.length === 0 ? "open" : "waiting")(facts);
        });
        await until("the stop waits for the deployment to be recorded", async () => {
          const rows = await (await testPostgres()).query(
            database,
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'",
          );
          return rows.length > 0;
        });
        return result;
      });
      await stopping;
      await other.end();
      assert.equal(answer.answer.verdict, "open");
      assert.deepEqual((await actions()).slice(2), [
        "gate.answered",
        "deployment.started",
        "promotion.moved",
        "stop.called",
      ]);
    });
  });

  it("stops the line for one environment or all, until somebody lifts it", async () => {
    const all = await byAda((at) => stopLine(at, "the provider is down"));
    assert.deepEqual(await as("bo", (at) => stopLine(at, "still")), all);
    const one = await byAda((at) => stopLine(at, "audit", "production"));
    assert.deepEqual(await activeStops(client), [all, one]);
    assert.deepEqual([all.environment, one.environment, one.reason], [undefined, "production", "audit"]);
    assert.equal(await byAda((at) => resumeLine(at, "it is back")), true);
    assert.equal(await byAda((at) => resumeLine(at, "it is back")), false);
    assert.deepEqual(await activeStops(client), [one]);
    await byAda((at) => stopLine(at, "down again"));
    assert.deepEqual(await actions(), ["stop.called", "stop.called", "stop.lifted", "stop.called"]);
  });

  it("holds what starts by itself, until somebody lifts it", async () => {
    const hold = await byAda((at) => placeHold(at, "staging", "rolled back"));
    assert.deepEqual(await byAda((at) => placeHold(at, "staging", "again")), hold);
    assert.deepEqual(await activeHolds(client), [hold]);
    assert.equal(await byAda((at) => liftHold(at, "staging", "mended")), true);
    assert.equal(await byAda((at) => liftHold(at, "staging", "mended")), false);
    assert.deepEqual(await actions(), ["hold.placed", "hold.lifted"]);
  });

  it("keeps what is owed until it is paid, once", async () => {
    const promotion = await byAda((at) => promote(at, bundleOf("a"), "production"));
    const owed = [
      { promotion, review: "cause", dueAt: "2026-12-02T00:00:00.000Z" },
      { promotion, review: "review", dueAt: "2026-12-01T00:00:00.000Z" },
    ];
    const debts = await byAda((at) => recordDebts(at, owed));
    assert.deepEqual(await byAda((at) => recordDebts(at, owed)), debts);
    const first = debts[0]?.id ?? 0;
    const paid = await as("bo", (at) => payDebt(at, first, "https://wiki/cause"));
    assert.deepEqual(await as("cy", (at) => payDebt(at, first, "https://wiki/cause")), paid);
    assert.deepEqual([paid.paidBy, paid.link], ["github:bo", "https://wiki/cause"]);
    await refused(
      as("cy", (at) => payDebt(at, first, "https://wiki/other")),
      /Debt 1 was paid by github:bo/,
    );
    await refused(
      byAda((at) => payDebt(at, 99, "x")),
      /no debt 99/,
    );
    assert.deepEqual(
      (await listDebts(client, { unpaid: true })).map(({ review }) => review),
      ["review"],
    );
    assert.deepEqual(
      (await listDebts(client)).map(({ review }) => review),
      ["review", "cause"],
    );
    assert.deepEqual((await actions()).slice(2), ["debt.owed", "debt.owed", "debt.paid"]);
  });

  it("tells contact after contact until somebody acknowledges, and leadership all the same", async () => {
    const claim = { incident: "INC-7", severity: "critical", reason: "down", customersHit: false };
    const contacts = [
      { role: "on-call", withinMinutes: 0, always: false },
      { role: "tech-lead", withinMinutes: 15, always: false },
      { role: "manager", withinMinutes: 30, always: false },
      { role: "leadership", withinMinutes: 30, always: true },
    ];
    const incident = await byAda((at) => declareIncident(at, claim, contacts));
    assert.deepEqual(await as("bo", (at) => declareIncident(at, claim, contacts)), incident);
    const later = (minutes: number) => new Date(Date.parse(incident.declaredAt) + minutes * 60_000).toISOString();
    const due = async (minutes: number) => (await dueContacts(client, later(minutes))).map(({ role }) => role);
    assert.deepEqual(await due(0), ["on-call"]);
    assert.deepEqual(await due(14.9), ["on-call"]);
    assert.deepEqual(await due(15), ["on-call", "tech-lead"]);
    for (const { id } of await dueContacts(client, later(0))) {
      assert.equal(await byAda((at) => markTold(at, id)), true);
      assert.equal(await byAda((at) => markTold(at, id)), false);
    }
    assert.deepEqual(await due(20), ["tech-lead"]);
    const taken = await as("bo", (at) => acknowledgeIncident(at, "INC-7"));
    assert.equal((await as("cy", (at) => acknowledgeIncident(at, "INC-7"))).acknowledged?.by, "github:bo");
    assert.deepEqual(await due(120), ["leadership"]);
    assert.deepEqual(await listIncidents(client, { unresolved: true }), [taken]);
    assert.equal((await as("bo", (at) => resolveIncident(at, "INC-7"))).resolved?.by, "github:bo");
    assert.deepEqual(await listIncidents(client, { unresolved: true }), []);
    assert.equal((await listIncidents(client)).length, 1);
    await refused(getIncident(client, "INC-8"), /no incident "INC-8"/);
  });

  it("tells each thing once, goes on when one cannot be told, and tells it later", async () => {
    await byAda(async (at) => {
      for (const key of ["one", "two", "two", "three"])
        await queueNotification(at, { key, kind: "deployment.started", payload: { key } });
    });
    const told: string[] = [];
    const send = (broken: string) => async (notification: { key: string }) => {
      if (notification.key === broken) throw new Error("the channel is gone");
      told.push(notification.key);
    };
    assert.deepEqual(await sendNotifications(client, send("two")), { sent: 2, failed: 1 });
    assert.deepEqual(await sendNotifications(client, send("")), { sent: 1, failed: 0 });
    assert.deepEqual(await sendNotifications(client, send("")), { sent: 0, failed: 0 });
    assert.deepEqual(told, ["one", "three", "two"]);
  });

  it("queues nothing for what did not happen", async () => {
    await assert.rejects(
      byAda(async (at) => {
        await queueNotification(at, { key: "x", kind: "deployment.started", payload: {} });
        throw new Error("no");
      }),
    );
    assert.deepEqual(await sendNotifications(client, async () => {}), { sent: 0, failed: 0 });
  });

  it("says in every entry who did it, and by what they were known", async () => {
    await change(client, { actor: "github:cy", source: "workflow", proof: "repo:acme/app:ref:refs/heads/main" }, (at) =>
      recordNote(at, "audit.exported", "audit", { documents: 8 }),
    );
    const entries: unknown[] = [];
    for await (const { actor, source, proof, login, action, details } of readEntries(client))
      entries.push([actor, source, proof, login, action, details]);
    assert.deepEqual(entries, [
      ["github:cy", "workflow", "repo:acme/app:ref:refs/heads/main", "postgres", "audit.exported", '{"documents": 8}'],
    ]);
  });

  it("tells a login without the right what the matter is", async () => {
    const reader = await connectAs(database, "slipway_release_reader");
    await refused(
      change(reader, ada, (at) => createBundle(at, bundleOf("a"))),
      /The release database refuses this: permission denied/,
    );
    await reader.end();
  });
});
