import assert from "node:assert/strict";
import fc from "fast-check";
import { gate } from "../../../delivery/release/gate.ts";
import type { GateFacts } from "../../../delivery/release/gate-model.ts";
import type { Decision, Evidence, Promotion } from "../../../delivery/release/model.ts";
import { build, debt, decision, deployment, digest, evidence, frozen, open, process, promotion } from "./fixture.ts";

const people = ["github:dev", "github:rita", "github:carl", "github:both", "github:olga", "github:tina", "github:sven"];
const roles = ["release-manager", "cto", "security-lead", "tech-lead", "on-call"];
/** In the minutes of some weeks around Thanksgiving and Christmas, so that windows, blackouts and expiry all come about. */
const moment = fc
  .integer({ min: 0, max: 45 * 1440 })
  .map((minutes) => new Date(Date.parse("2026-11-20T00:00:00.000Z") + minutes * 60_000).toISOString());
const sometimes = <T>(usual: T, ...other: T[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, ...other.map((one) => fc.constant(one)));

const anyDecision: fc.Arbitrary<Decision> = fc
  .record({
    actor: fc.constantFrom(...people),
    role: fc.constantFrom(...roles),
    decision: sometimes<Decision["decision"]>("approve", "reject"),
    bundle: sometimes(open.bundle.digest, digest("c")),
    process: sometimes(open.process, { version: 6, digest: digest("6") }),
    decidedAt: moment,
  })
  .map(({ actor, role, ...more }) => decision(actor, role, more));

const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    validation: fc.constantFrom("smoke", "load", "review"),
    verdict: sometimes<Evidence["verdict"]>("passed", "failed"),
    recordedAt: fc.constantFrom("2026-11-20T00:00:00.000Z", "2026-11-21T00:00:00.000Z"),
    link: fc.constantFrom("https://example.invalid/1", "https://example.invalid/2"),
  })
  .map(({ validation, ...more }) => evidence(validation, more));

const anyPromotion: fc.Arbitrary<Promotion> = fc
  .record({
    kind: sometimes<Promotion["kind"]>("normal", "critical", "emergency"),
    environment: sometimes("production", "staging", "dev"),
    requestedBy: fc.constantFrom(...people),
    requestedAt: moment,
    state: sometimes<Promotion["state"]>("open", "deploying", "withdrawn"),
    severity: fc.constantFrom("critical", "high", "medium"),
    back: sometimes<"immediate" | "planned" | undefined>(undefined, "immediate", "planned"),
  })
  .map(({ back, severity, ...more }) => ({
    ...promotion,
    ...more,
    emergency: { severity, incident: "INC-1", reason: "down", deployables: ["backend"], customersHit: false },
    ...(back === undefined ? {} : { rollback: { how: back, reason: "it fails" } }),
  }));

const anyFacts: fc.Arbitrary<GateFacts> = fc
  .record({
    now: moment,
    promotion: anyPromotion,
    standing: sometimes(build("a", "a", "a", "a"), build("a", "a", "c", "a"), build("a", "b", "a", "a")),
    decisions: fc.array(anyDecision, { maxLength: 12 }),
    evidence: fc.array(anyEvidence, { maxLength: 8 }),
    before: fc.array(
      fc
        .record({
          id: fc.integer({ min: 1, max: 3 }),
          verdict: sometimes<"passed" | "failed">("passed", "failed"),
          verifiedAt: moment,
        })
        .map(deployment),
      { maxLength: 3 },
    ),
    debts: fc.array(fc.record({ id: fc.integer({ min: 1, max: 3 }), dueAt: moment }).map(debt), { maxLength: 2 }),
    stops: fc.array(
      fc.record({ reason: fc.constantFrom("a", "b"), actor: fc.constantFrom(...people), since: moment }),
      { maxLength: 2 },
    ),
    holds: fc.array(
      fc.record({
        environment: fc.constantFrom("production", "dev"),
        reason: fc.constantFrom("a", "b"),
        since: moment,
      }),
      { maxLength: 2 },
    ),
    startedBy: fc.constantFrom("person", "automatic"),
    rollbackTarget: fc.constant({ bundle: open.bundle.digest, irreversible: [] }),
  })
  .map((some) => ({ ...open, ...some }));

/** Facts of which mostly only time is missing: all have approved lately, all is shown. */
const nearlyOpen: fc.Arbitrary<GateFacts> = fc
  .record({
    now: moment,
    ago: fc.integer({ min: 0, max: 3000 }),
    verified: fc.integer({ min: 0, max: 120 }),
    kind: fc.constantFrom<Promotion["kind"]>("normal", "critical"),
  })
  .map(({ ago, kind, now, verified }) => {
    const minutesAgo = (minutes: number) => new Date(Date.parse(now) - minutes * 60_000).toISOString();
    return {
      ...open,
      now,
      promotion: { ...promotion, kind },
      decisions: open.decisions.map((one) => ({ ...one, decidedAt: minutesAgo(ago) })),
      before: [deployment({ verifiedAt: minutesAgo(verified) })],
    };
  });

const lists = ["decisions", "evidence", "before", "debts", "stops", "holds"] as const;

describe("the gate, whatever the facts", () => {
  it("says the same again for the same facts, and changes none of them", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const kept = frozen(structuredClone(facts));
        assert.deepEqual(gate(process, kept), gate(frozen(structuredClone(process)), structuredClone(facts)));
      }),
    );
  });

  it("does not care in which order facts are listed", () => {
    const shuffled = anyFacts.chain((facts) =>
      fc
        .tuple(
          ...lists.map((list) => fc.shuffledSubarray<unknown>([...facts[list]], { minLength: facts[list].length })),
        )
        .map((orders) => ({
          facts,
          other: { ...facts, ...Object.fromEntries(lists.map((list, index) => [list, orders[index]])) } as GateFacts,
        })),
    );
    fc.assert(
      // Two deployments with the same number and begin do not exist.
      fc.property(shuffled, ({ facts, other }) => {
        fc.pre(new Set(facts.before.map(({ id }) => id)).size === facts.before.length);
        fc.pre(new Set(facts.debts.map(({ id }) => id)).size === facts.debts.length);
        assert.deepEqual(gate(process, other), gate(process, facts));
      }),
      { numRuns: 500 },
    );
  });

  it("never closes because of one more approval", () => {
    const opens = fc.tuple(nearlyOpen, anyDecision);
    let tried = 0;
    fc.assert(
      fc.property(opens, ([facts, more]) => {
        const given: Decision = { ...more, decision: "approve" };
        const before = gate(process, facts);
        const after = gate(process, { ...facts, decisions: [...facts.decisions, given] });
        assert.ok(after.obstacles.length <= before.obstacles.length);
        if (before.verdict !== "open") return;
        tried += 1;
        assert.equal(after.verdict, "open");
      }),
      { numRuns: 1000 },
    );
    assert.ok(tried > 20, `only ${tried} were open`);
  });

  it("is open at the moment that it names when only time is missing, and not a moment earlier", () => {
    let tried = 0;
    fc.assert(
      fc.property(nearlyOpen, (facts) => {
        const { obstacles, opensAt, verdict } = gate(process, facts);
        if (verdict !== "waiting" || opensAt === undefined || obstacles.some(({ until }) => until === undefined))
          return;
        tried += 1;
        assert.equal(gate(process, { ...facts, now: opensAt }).verdict, "open");
        const justBefore = new Date(Date.parse(opensAt) - 1).toISOString();
        assert.equal(gate(process, { ...facts, now: justBefore }).verdict, "waiting");
      }),
      { numRuns: 1000 },
    );
    assert.ok(tried > 50, `only ${tried} waited for time alone`);
  });

  it("holds no rollback up for anything but authority, target, migrations and what runs", () => {
    const allowed = ["approval", "authority", "closed", "irreversible", "process", "rejected", "running", "target"];
    fc.assert(
      fc.property(anyFacts, (facts) => {
        fc.pre(facts.promotion.rollback !== undefined);
        for (const { kind } of gate(process, facts).obstacles) assert.ok(allowed.includes(kind), kind);
      }),
      { numRuns: 300 },
    );
  });

  it("lets nobody fill two roles, nor who asked fill one without the power to act alone", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const actors = gate(process, facts).approvals.flatMap(({ actor }) => (actor === undefined ? [] : [actor]));
        assert.equal(new Set(actors).size, actors.length);
        const { emergency, kind, requestedBy, rollback } = facts.promotion;
        const alone = kind === "emergency" && emergency?.severity === "critical" && rollback === undefined;
        if (!alone) assert.ok(!actors.includes(requestedBy));
      }),
      { numRuns: 500 },
    );
  });
});
