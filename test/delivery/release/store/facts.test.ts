import assert from "node:assert/strict";
import type pg from "pg";
import { placeHold, stopLine } from "../../../../delivery/release/store/brakes.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { recordDebts } from "../../../../delivery/release/store/debts.ts";
import { recordDecision } from "../../../../delivery/release/store/decisions.ts";
import { finishDeployment, recordVerdict, startDeployment } from "../../../../delivery/release/store/deployments.ts";
import { recordEvidence } from "../../../../delivery/release/store/evidence.ts";
import { gatherFacts } from "../../../../delivery/release/store/facts.ts";
import { getPromotion } from "../../../../delivery/release/store/promotions.ts";
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

describe("what the gate is told", () => {
  let client: pg.Client;

  beforeEach(async () => {
    client = await connectAs((await releaseDatabase()).name);
  });
  afterEach(() => client.end());

  const ask = (bundle = bundleOf("a"), environment = "production", more = {}) =>
    change(client, ada, (at) => promote(at, bundle, environment, more));

  it("is little before anything has happened", async () => {
    const id = await ask();
    const facts = await gatherFacts(client, id, inputs);
    const { createdAt } = facts.bundle;
    assert.deepEqual(facts, {
      now: inputs.now,
      process,
      promotion: await getPromotion(client, id),
      bundle: { ...bundleOf("a"), createdAt },
      standing: {},
      decisions: [],
      roles: { "github:ada": [] },
      evidence: [],
      before: [],
      debts: [],
      stops: [],
      holds: [],
      startedBy: "person",
    });
  });

  it("is all that bears on the promotion, and nothing of others", async () => {
    const bundle = bundleOf("a");
    const staged = await deploy(client, bundle, "staging", "passed");
    await deploy(client, bundleOf("b"), "staging");
    const id = await ask();
    const other = await ask(bundleOf("b"));
    await change(client, identity("bo"), async (at) => {
      const word = { actor: "github:bo", role: "cto", decision: "approve", process, source: "command" } as const;
      await recordDecision(at, { ...word, promotion: id, bundle: bundle.digest });
      await recordDecision(at, { ...word, promotion: other, actor: "github:cy", bundle: bundleOf("b").digest });
      const shown = { validation: "smoke", verdict: "passed", link: "https://ci/1" } as const;
      await recordEvidence(at, "1", { ...shown, bundle: bundle.digest, environment: "production" });
      await recordEvidence(at, "2", { ...shown, bundle: bundle.digest, environment: "staging" });
      await recordDebts(at, [{ promotion: other, review: "cause", dueAt: "2026-12-01T00:00:00.000Z" }]);
      await stopLine(at, "wait", "dev");
      await placeHold(at, "staging", "rolled back");
    });
    const running = await change(client, ada, (at) => startDeployment(at, other, inputs, always("open")));
    const facts = await gatherFacts(client, id, {
      ...inputs,
      from: "staging",
      roles: { "github:bo": ["cto"], "github:cy": ["cto"] },
    });
    assert.deepEqual(facts.before, [staged]);
    assert.deepEqual(facts.roles, { "github:ada": [], "github:bo": ["cto"] });
    assert.deepEqual(
      facts.decisions.map(({ actor }) => actor),
      ["github:bo"],
    );
    assert.deepEqual(
      facts.evidence.map(({ environment }) => environment),
      ["production"],
    );
    assert.deepEqual(facts.running, running.deployment);
    assert.deepEqual(
      [facts.debts[0]?.review, facts.stops[0]?.environment, facts.holds[0]?.environment],
      ["cause", "dev", "staging"],
    );
    assert.equal(facts.rollbackTarget, undefined);
  });

  it("names for each deployable what was last deployed with success", async () => {
    await deploy(client, bundleOf("a", ["backend", "frontend"]), "production");
    await deploy(client, bundleOf("b", ["frontend"]), "production");
    await deploy(client, bundleOf("d", ["frontend"]), "staging");
    const failed = await ask(bundleOf("c", ["backend"]));
    await change(client, ada, async (at) => {
      const { deployment } = await startDeployment(at, failed, inputs, always("open"));
      await finishDeployment(at, deployment?.id ?? 0, { outcome: "failed", reason: "no image" });
    });
    const { standing } = await gatherFacts(client, await ask(bundleOf("e")), inputs);
    assert.deepEqual(standing, {
      backend: bundleOf("a").deployables.backend,
      frontend: bundleOf("b", ["frontend"]).deployables.frontend,
    });
  });

  it("names for a rollback the last verified bundle, and what could not come back", async () => {
    const good = await deploy(client, bundleOf("a"), "production", "passed");
    await deploy(client, bundleOf("b"), "production");
    const bad = await deploy(client, bundleOf("c"), "production", "failed");
    const id = await ask(bundleOf("a"), "production", { rollback: { how: "immediate", reason: "errors" } });
    const { rollbackTarget } = await gatherFacts(client, id, {
      ...inputs,
      irreversible: (standing, target) => [`${standing?.digest} to ${target?.digest}`],
    });
    assert.deepEqual(rollbackTarget, { bundle: good.bundle, irreversible: [`${bad.bundle} to ${good.bundle}`] });
  });

  it("has no way back before anything was verified", async () => {
    const { id: deployment } = await deploy(client, bundleOf("a"), "production");
    const id = await ask(bundleOf("a"), "production", { rollback: { how: "immediate", reason: "errors" } });
    assert.deepEqual((await gatherFacts(client, id, inputs)).rollbackTarget, { irreversible: [] });
    await change(client, ada, (at) => recordVerdict(at, deployment, "passed"));
    assert.deepEqual((await gatherFacts(client, id, inputs)).rollbackTarget, { irreversible: [] });
  });

  it("is not to be had of a promotion that is not there", async () => {
    await assert.rejects(gatherFacts(client, 77, inputs), /no promotion 77/);
  });
});
