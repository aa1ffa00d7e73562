import type { Process } from "../../../delivery/process/schema.ts";
import type { GateAnswer, GateFacts, Obstacle } from "../../../delivery/release/gate-model.ts";
import type { EmergencyClaim, Promotion, RollbackClaim } from "../../../delivery/release/model.ts";
import {
  build,
  debt,
  decision,
  deployable,
  deployment,
  digest,
  evidence,
  now,
  open,
  processWith,
  promotion,
  rules,
  running,
} from "./fixture.ts";

/** One thing that is so, and what the gate has to say. */
export interface Situation {
  readonly facts: GateFacts;
  readonly process?: Process;
  /** The kinds of all obstacles, in order; none when it is open. */
  readonly says: readonly Obstacle["kind"][];
  readonly verdict?: GateAnswer["verdict"];
  readonly opensAt?: string;
  /** What the first obstacle's sentence has to tell. */
  readonly tells?: RegExp;
}

const but = (more: Partial<GateFacts>): GateFacts => ({ ...open, ...more });
const asked = (more: Partial<Promotion>, rest: Partial<GateFacts> = {}): GateFacts =>
  but({ promotion: { ...promotion, ...more }, ...rest });
const [rita, carl] = [decision("github:rita", "release-manager"), decision("github:carl", "cto")];
const changing = (...changed: string[]): Partial<GateFacts> => {
  const deployables = {
    frontend: deployable(changed.includes("frontend") ? "b" : "a"),
    backend: deployable(changed.includes("backend") ? "b" : "a"),
    database: deployable(changed.includes("database") ? "b" : "a", false),
    infrastructure: deployable(changed.includes("infrastructure") ? "b" : "a", false),
  };
  return { bundle: { ...open.bundle, deployables }, promotion: { ...promotion, changed } };
};

/** A moment, with the approvals given and the bundle verified the day before. */
const at = (moment: string, more: Partial<GateFacts> = {}): GateFacts => {
  const yesterday = new Date(Date.parse(moment) - 86_400_000).toISOString();
  const given = (more.decisions ?? open.decisions).map((one) => ({ ...one, decidedAt: yesterday }));
  return but({ before: [deployment({ verifiedAt: yesterday })], ...more, now: moment, decisions: given });
};
const friday = "2026-12-04T16:00:00.000Z";
const sunday = "2026-12-06T16:00:00.000Z";
const christmas = "2026-12-25T16:00:00.000Z";
const night = "2026-12-02T04:00:00.000Z";
const moving = "2026-12-09T16:00:00.000Z";

const claim: EmergencyClaim = {
  severity: "critical",
  incident: "INC-1",
  reason: "customers cannot log in",
  deployables: ["backend"],
  customersHit: true,
};
/** An emergency at night, with nothing that the normal path wants. */
const emergency = (
  more: Partial<EmergencyClaim> = {},
  facts: Partial<GateFacts> = {},
  requestedBy = "github:olga",
): GateFacts =>
  but({
    now: night,
    decisions: [],
    evidence: [],
    before: [],
    ...facts,
    promotion: {
      ...promotion,
      kind: "emergency",
      requestedBy,
      requestedAt: "2026-12-02T03:55:00.000Z",
      emergency: { ...claim, ...more },
      ...facts.promotion,
    },
  });
const recently = (actor: string, role: string) => decision(actor, role, { decidedAt: "2026-12-02T03:58:00.000Z" });

const back = (
  how: RollbackClaim["how"],
  facts: Partial<GateFacts> = {},
  requestedBy = "github:olga",
  changed = ["backend"],
): GateFacts =>
  but({
    ...changing(...changed),
    now: christmas,
    decisions: [],
    evidence: [],
    before: [],
    rollbackTarget: { bundle: open.bundle.digest, irreversible: [] },
    ...facts,
    promotion: { ...promotion, requestedBy, changed, rollback: { how, reason: "it fails" }, ...facts.promotion },
  });
const christmasMorning = (actor: string, role: string) =>
  decision(actor, role, { decidedAt: "2026-12-25T15:00:00.000Z" });

const stop = { reason: "incident", actor: "github:carl", since: "2026-12-01T15:00:00.000Z" };
const hold = { environment: "production", reason: "rollback", since: "2026-12-01T15:00:00.000Z" };

export const situations: Readonly<Record<string, Situation>> = {
  "all is there": { facts: open, says: [] },

  // Approvals
  "nobody has approved": { facts: but({ decisions: [] }), says: ["approval", "approval"], verdict: "waiting" },
  "one role of two has approved": { facts: but({ decisions: [rita] }), says: ["approval"], tells: /CTO, for backend/ },
  "one person approved in both roles": {
    facts: but({ decisions: [decision("github:both", "release-manager"), decision("github:both", "cto")] }),
    says: ["approval"],
    tells: /one person fills one role/,
  },
  "one person in both roles, and another in one: both are filled": {
    facts: but({
      decisions: [decision("github:both", "cto"), decision("github:both", "release-manager"), carl],
    }),
    says: [],
  },
  "who asked approved too": {
    facts: asked({ requestedBy: "github:carl" }),
    says: ["approval"],
    tells: /nobody approves what they asked for/,
  },
  "an approval by somebody who lost the role": {
    facts: but({ roles: { ...open.roles, "github:carl": [] } }),
    says: ["approval"],
    tells: /do not hold the role now/,
  },
  "an approval by somebody whose roles nobody knows": {
    facts: but({ roles: { "github:rita": ["release-manager"] } }),
    says: ["approval"],
  },
  "an approval in a role that nobody needs": {
    facts: but({ decisions: [rita, decision("github:sven", "security-lead")] }),
    says: ["approval"],
  },
  "an approval of another bundle": {
    facts: but({ decisions: [rita, { ...carl, bundle: digest("c") }] }),
    says: ["approval"],
    tells: /for another bundle/,
  },
  "an approval of another promotion": {
    facts: but({ decisions: [rita, { ...carl, promotion: 6 }] }),
    says: ["approval"],
  },
  "an approval that has expired, to the minute": {
    facts: but({ decisions: [rita, { ...carl, decidedAt: "2026-11-29T16:00:00.000Z" }] }),
    says: ["approval"],
    tells: /expired at 2026-12-01T16:00:00.000Z/,
  },
  "an approval that expires in a millisecond": {
    facts: but({ decisions: [rita, { ...carl, decidedAt: "2026-11-29T16:00:00.001Z" }] }),
    says: [],
  },
  "an expired approval that was given again": {
    facts: but({ decisions: [rita, { ...carl, decidedAt: "2026-11-20T16:00:00.000Z" }, carl] }),
    says: [],
  },
  "approvals under an older version of the process": {
    facts: but({ process: { version: 8, digest: digest("8") } }),
    says: ["process", "approval", "approval"],
    verdict: "waiting",
    tells: /version 8/,
  },
  "the process file changed, its version was forgotten": {
    facts: but({ process: { version: 7, digest: digest("8") } }),
    says: ["process", "approval", "approval"],
  },
  "approvals were given again under the changed process": {
    facts: but({
      process: { version: 8, digest: digest("8") },
      decisions: [rita, carl, ...[rita, carl].map((one) => ({ ...one, process: { version: 8, digest: digest("8") } }))],
    }),
    says: [],
  },
  "a rejection beside all approvals": {
    facts: but({ decisions: [rita, carl, decision("github:both", "cto", { decision: "reject" })] }),
    says: ["rejected"],
    verdict: "refused",
  },
  "a rejection by somebody who approved before": {
    facts: but({ decisions: [rita, carl, { ...carl, decision: "reject" }] }),
    says: ["rejected"],
    verdict: "refused",
  },
  "a rejection under older rules, long ago": {
    facts: but({
      decisions: [
        rita,
        carl,
        decision("github:both", "cto", {
          decision: "reject",
          process: { version: 6, digest: digest("6") },
          decidedAt: "2026-01-01T00:00:00.000Z",
        }),
      ],
    }),
    says: ["rejected"],
    verdict: "refused",
  },
  "a rejection by somebody who could not approve": {
    facts: but({ decisions: [rita, carl, decision("github:tina", "tech-lead", { decision: "reject" })] }),
    says: [],
  },
  "a rejection of another bundle": {
    facts: but({
      decisions: [rita, carl, decision("github:both", "cto", { decision: "reject", bundle: digest("c") })],
    }),
    says: [],
  },
  "two deployables that change need the roles of both": {
    facts: but(changing("backend", "database")),
    says: ["approval"],
    tells: /Security Lead, for database/,
  },
  "a deployable that needs nobody": {
    facts: asked({ environment: "dev" }, { decisions: [], before: [], evidence: [] }),
    says: [],
  },

  // What changes
  "the bundle changes nothing": {
    facts: but({ standing: open.bundle.deployables }),
    says: ["scope"],
    verdict: "refused",
    tells: /changes nothing/,
  },
  "another deployment came between, so that more would change": {
    facts: but({ standing: build("c", "a", "a", "a") }),
    says: ["scope"],
    verdict: "refused",
    tells: /change frontend too/,
  },
  "the first deployment brings all there is": {
    facts: but({ ...changing("backend", "database", "frontend", "infrastructure"), standing: {} }),
    says: ["approval"],
    tells: /Security Lead, for database and infrastructure/,
  },
  "less changes than was said: what was said needs its approvals all the same": {
    facts: asked({ changed: ["backend", "database"] }),
    says: ["approval"],
  },
  "a deployable that the process does not know": {
    facts: but({
      bundle: { ...open.bundle, deployables: { ...open.bundle.deployables, constructor: deployable("b") } },
      promotion: { ...promotion, changed: ["backend", "constructor"] },
    }),
    says: ["scope"],
    verdict: "refused",
    tells: /does not say who approves constructor/,
  },
  "a deployable without a row": {
    facts: asked({ environment: "odd" }, { before: [deployment()], evidence: [] }),
    process: processWith({ odd: { title: "Odd", stack: "prod", from: "staging", data: "live", approvals: {} } }),
    says: ["scope"],
    verdict: "refused",
  },
  "an environment that the process has no more": {
    facts: asked({ environment: "constructor" }),
    says: ["closed"],
    verdict: "refused",
    tells: /no environment "constructor"/,
  },

  // Validations
  "no evidence at all": { facts: but({ evidence: [] }), says: ["validation", "validation"], verdict: "waiting" },
  "evidence for one of two": {
    facts: but({ evidence: [evidence("smoke")] }),
    says: ["validation"],
    tells: /Load test/,
  },
  "failed evidence": {
    facts: but({ evidence: [evidence("smoke"), evidence("load", { verdict: "failed" })] }),
    says: ["validation"],
    tells: /failed/,
  },
  "failed, then passed": {
    facts: but({
      evidence: [...open.evidence, evidence("load", { verdict: "failed", recordedAt: "2026-12-01T12:29:59.999Z" })],
    }),
    says: [],
  },
  "passed, then failed": {
    facts: but({
      evidence: [...open.evidence, evidence("load", { verdict: "failed", recordedAt: "2026-12-01T12:30:00.001Z" })],
    }),
    says: ["validation"],
  },
  "passed and failed at the same moment": {
    facts: but({ evidence: [evidence("load", { verdict: "failed" }), ...open.evidence] }),
    says: ["validation"],
  },
  "evidence for another bundle": {
    facts: but({ evidence: [evidence("smoke"), evidence("load", { bundle: digest("c") })] }),
    says: ["validation"],
  },
  "evidence in another environment": {
    facts: but({ evidence: [evidence("smoke"), evidence("load", { environment: "staging" })] }),
    says: ["validation"],
  },

  // The environment before
  "never deployed to staging": { facts: but({ before: [] }), says: ["previous"], tells: /never deployed to Staging/ },
  "another bundle was verified in staging": {
    facts: but({ before: [deployment({ bundle: digest("c") })] }),
    says: ["previous"],
  },
  "it was verified in dev only": { facts: but({ before: [deployment({ environment: "dev" })] }), says: ["previous"] },
  "it runs in staging still": { facts: but({ before: [running()] }), says: ["previous"], tells: /still runs/ },
  "its deployment to staging failed": {
    facts: but({ before: [deployment({ outcome: "failed" })] }),
    says: ["previous"],
    tells: /failed/,
  },
  "it failed verification in staging": {
    facts: but({ before: [deployment({ verdict: "failed" })] }),
    says: ["previous"],
    tells: /failed verification/,
  },
  "verification in staging came to no result": {
    facts: but({ before: [deployment({ verdict: "error" })] }),
    says: ["previous"],
  },
  "verification in staging was inconclusive": {
    facts: but({ before: [deployment({ verdict: "inconclusive" })] }),
    says: ["previous"],
    tells: /inconclusive/,
  },
  "it was verified in staging, deployed again there, and failed": {
    facts: but({
      before: [deployment({ id: 41, startedAt: "2026-12-01T10:00:00.000Z", verdict: "failed" }), deployment()],
    }),
    says: ["previous"],
  },
  "it failed in staging first and was verified then": {
    facts: but({
      before: [deployment(), deployment({ id: 39, startedAt: "2026-12-01T08:00:00.000Z", verdict: "failed" })],
    }),
    says: [],
  },
  "it has not stood long enough": {
    facts: but({ before: [deployment({ verifiedAt: "2026-12-01T15:30:00.000Z" })] }),
    says: ["soak"],
    opensAt: "2026-12-01T16:30:00.000Z",
  },
  "it has stood long enough at this very moment": {
    facts: but({ before: [deployment({ verifiedAt: "2026-12-01T15:00:00.000Z" })] }),
    says: [],
  },
  "it has stood long enough when the window is closed again: the next one counts": {
    facts: at("2026-12-01T20:45:00.000Z", { before: [deployment({ verifiedAt: "2026-12-01T20:30:00.000Z" })] }),
    says: ["soak"],
    opensAt: "2026-12-02T15:00:00.000Z",
  },

  // The calendar
  "at night": { facts: at(night), says: ["window"], opensAt: "2026-12-02T15:00:00.000Z" },
  "on Friday: the approvals will have expired on Monday": {
    facts: at(friday),
    says: ["approval", "approval", "window"],
    verdict: "waiting",
    opensAt: "2026-12-07T15:00:00.000Z",
    tells: /will have expired when it opens/,
  },
  "on Friday, a critical fix": { facts: at(friday, { promotion: { ...promotion, kind: "critical" } }), says: [] },
  "on Sunday, a critical fix": {
    facts: at(sunday, { promotion: { ...promotion, kind: "critical" } }),
    says: ["window"],
    opensAt: "2026-12-07T15:00:00.000Z",
  },
  "at Christmas, outside of a window": {
    facts: at(christmas),
    says: ["approval", "approval", "window", "blackout"],
    opensAt: "2026-12-28T15:00:00.000Z",
  },
  "inside of a window, while the data centre moves": {
    facts: at(moving),
    says: ["blackout"],
    tells: /Data centre moves/,
    opensAt: "2026-12-10T15:00:00.000Z",
  },
  "at night with a person missing: it is told when it opens": {
    facts: at(night, { decisions: [rita] }),
    says: ["approval", "window"],
    opensAt: "2026-12-02T15:00:00.000Z",
  },
  "by day with a person missing: nobody can say when it opens": {
    facts: but({ decisions: [rita] }),
    says: ["approval"],
  },
  "at night, rejected: it never opens": {
    facts: at(night, { decisions: [rita, { ...carl, decision: "reject" }] }),
    says: ["rejected", "approval", "window"],
    verdict: "refused",
  },
  "at night, where no calendar holds": {
    facts: at(night, {
      promotion: { ...promotion, environment: "staging" },
      decisions: [decision("github:tina", "tech-lead")],
      before: [deployment({ environment: "dev" })],
    }),
    says: [],
  },
  "at night, what no window limits": {
    facts: at(night, {
      ...changing("infrastructure"),
      decisions: [carl, decision("github:sven", "security-lead")],
    }),
    says: [],
  },
  "at night, what no window limits beside what one does": {
    facts: at(night, {
      ...changing("backend", "infrastructure"),
      decisions: [...open.decisions, decision("github:sven", "security-lead")],
    }),
    says: ["window"],
    opensAt: "2026-12-02T15:00:00.000Z",
  },
  "while the data centre moves, what no window limits": {
    facts: at(moving, { ...changing("infrastructure"), decisions: [carl, decision("github:sven", "security-lead")] }),
    says: ["blackout"],
    opensAt: "2026-12-10T05:00:00.000Z",
  },

  // What goes on around it
  "another deployment runs in production": {
    facts: but({ running: running({ environment: "production", promotion: 4 }) }),
    says: ["running"],
    verdict: "waiting",
  },
  "another deployment runs in staging": { facts: but({ running: running() }), says: [] },
  "it is being deployed": { facts: asked({ state: "deploying" }), says: ["closed"], verdict: "refused" },
  "it was deployed": { facts: asked({ state: "deployed" }), says: ["closed"], verdict: "refused" },
  "it failed": { facts: asked({ state: "failed" }), says: ["closed"], verdict: "refused" },
  "it was withdrawn": { facts: asked({ state: "withdrawn" }), says: ["closed"], verdict: "refused" },
  "it was rejected": { facts: asked({ state: "rejected" }), says: ["closed"], verdict: "refused" },
  "the line is stopped": { facts: but({ stops: [stop] }), says: ["stopped"], verdict: "waiting" },
  "the line is stopped for production": {
    facts: but({ stops: [{ ...stop, environment: "production" }] }),
    says: ["stopped"],
  },
  "the line is stopped for staging": { facts: but({ stops: [{ ...stop, environment: "staging" }] }), says: [] },
  "a hold, and a workflow that starts by itself": {
    facts: but({ holds: [hold], startedBy: "automatic" }),
    says: ["held"],
  },
  "a hold, and a person who starts": { facts: but({ holds: [hold] }), says: [] },
  "a hold of another environment": {
    facts: but({ holds: [{ ...hold, environment: "staging" }], startedBy: "automatic" }),
    says: [],
  },
  "a review is overdue": { facts: but({ debts: [debt()] }), says: ["debt"], verdict: "waiting" },
  "a review is overdue, and the fix is critical": {
    facts: asked({ kind: "critical" }, { debts: [debt()] }),
    says: ["debt"],
  },
  "a review is due at this very moment": { facts: but({ debts: [debt({ dueAt: now })] }), says: [] },
  "a review was overdue and is paid": { facts: but({ debts: [debt({ paidAt: now })] }), says: [] },
  "all at once": {
    facts: but({
      now: christmas,
      decisions: [],
      evidence: [],
      before: [],
      debts: [debt()],
      stops: [stop],
      holds: [hold],
      startedBy: "automatic",
      running: running({ environment: "production" }),
      promotion: { ...promotion, state: "withdrawn" },
    }),
    says: [
      "closed",
      "approval",
      "approval",
      "validation",
      "validation",
      "previous",
      "debt",
      "stopped",
      "held",
      "running",
      "window",
      "blackout",
    ],
    verdict: "refused",
  },

  // Emergencies
  "critical, by whoever is on call": { facts: emergency(), says: [] },
  "critical, by somebody who is not on call": { facts: emergency({}, {}, "github:dev"), says: ["approval"] },
  "critical, asked by somebody else, approved by whoever is on call": {
    facts: emergency({}, { decisions: [recently("github:olga", "on-call")] }, "github:dev"),
    says: [],
  },
  "critical, asked three days ago: the request has expired as an approval would": {
    facts: emergency({}, { now: "2026-12-04T03:55:00.000Z" }),
    says: ["approval"],
  },
  "critical, and a review overdue": { facts: emergency({}, { debts: [debt()] }), says: [] },
  "critical, at Christmas": {
    facts: emergency({}, { now: christmas, decisions: [christmasMorning("github:olga", "on-call")] }),
    says: [],
  },
  "critical, while the data centre moves, which stops emergencies too": {
    facts: emergency({}, { now: moving, decisions: [decision("github:olga", "on-call", { decidedAt: moving })] }),
    says: ["blackout"],
    opensAt: "2026-12-10T05:00:00.000Z",
  },
  "critical, and the line is stopped": { facts: emergency({}, { stops: [stop] }), says: ["stopped"] },
  "critical, and another deployment runs": {
    facts: emergency({}, { running: running({ environment: "production" }) }),
    says: ["running"],
  },
  "high, without its review": {
    facts: emergency({ severity: "high" }, { decisions: [recently("github:carl", "cto")] }),
    says: ["validation"],
    tells: /Security review/,
  },
  "high, approved by one of two roles": {
    facts: emergency(
      { severity: "high" },
      { decisions: [recently("github:carl", "cto")], evidence: [evidence("review")] },
    ),
    says: [],
  },
  "high, asked by the tech lead, who may not act alone": {
    facts: emergency(
      { severity: "high" },
      { decisions: [recently("github:tina", "tech-lead")], evidence: [evidence("review")] },
      "github:tina",
    ),
    says: ["approval"],
    tells: /Tech Lead or CTO.*nobody approves what they asked for/,
  },
  "medium keeps windows and validations": {
    facts: emergency({ severity: "medium" }, { decisions: [recently("github:rita", "release-manager")] }),
    says: ["validation", "validation", "window"],
    opensAt: "2026-12-02T15:00:00.000Z",
  },
  "medium, on Friday morning": {
    facts: emergency(
      { severity: "medium" },
      {
        now: friday,
        decisions: [decision("github:rita", "release-manager", { decidedAt: friday })],
        evidence: open.evidence,
      },
    ),
    says: [],
  },
  "an emergency that changes more than it says": {
    facts: emergency({ deployables: ["frontend"] }),
    says: ["scope"],
    verdict: "refused",
    tells: /changes backend, of which the emergency says nothing/,
  },
  "an emergency that may change more than it does": {
    facts: emergency({ deployables: ["frontend", "backend"] }),
    says: [],
  },
  "an emergency without an incident or a reason": {
    facts: emergency({ incident: " ", reason: "" }),
    says: ["claim"],
    verdict: "refused",
    tells: /the incident and the reason/,
  },
  "an emergency of a severity that nobody knows": {
    facts: emergency({ severity: "constructor" }),
    says: ["claim"],
    verdict: "refused",
  },
  "an emergency that names no deployable": {
    facts: emergency({ deployables: [] }),
    says: ["claim", "scope"],
    verdict: "refused",
  },
  "an emergency that states nothing": {
    facts: but({ promotion: { ...promotion, kind: "emergency" } }),
    says: ["claim"],
    verdict: "refused",
  },
  "an emergency's claim on a normal promotion shortens nothing": {
    facts: but({ decisions: [], promotion: { ...promotion, emergency: claim, requestedBy: "github:olga" } }),
    says: ["approval", "approval"],
  },

  // The way back
  "back at once, by whoever is on call, at Christmas": { facts: back("immediate"), says: [] },
  "back at once, with all that closes the normal path": {
    facts: back("immediate", {
      debts: [debt()],
      stops: [stop],
      holds: [hold],
      startedBy: "automatic",
      process: { version: 9, digest: digest("9") },
    }),
    says: [],
  },
  "back at once, by somebody who may not": {
    facts: back("immediate", {}, "github:dev"),
    says: ["authority"],
    verdict: "refused",
    tells: /not On-call Engineer/,
  },
  "back as planned, without the release manager": {
    facts: back("planned", {}, "github:dev"),
    says: ["approval"],
    verdict: "waiting",
  },
  "back as planned, approved": {
    facts: back("planned", { decisions: [christmasMorning("github:rita", "release-manager")] }, "github:dev"),
    says: [],
  },
  "back as planned, rejected": {
    facts: back(
      "planned",
      { decisions: [{ ...christmasMorning("github:rita", "release-manager"), decision: "reject" }] },
      "github:dev",
    ),
    says: ["rejected", "approval"],
    verdict: "refused",
  },
  "back by a trigger": { facts: back("trigger", {}, "system:slipway"), says: [] },
  "back by a person who calls himself a trigger": {
    facts: back("trigger", {}, "github:olga"),
    says: ["authority"],
    verdict: "refused",
  },
  "the database goes back at once: the CTO has to approve": {
    facts: back("immediate", {}, "github:olga", ["database"]),
    says: ["approval"],
    tells: /CTO, for database/,
  },
  "the database goes back at once, and the CTO approved": {
    facts: back("immediate", { decisions: [christmasMorning("github:carl", "cto")] }, "github:olga", ["database"]),
    says: [],
  },
  "the database goes back by a trigger: the CTO has to approve": {
    facts: back("trigger", {}, "system:slipway", ["backend", "database"]),
    says: ["approval"],
  },
  "infrastructure goes back: DevOps lead and CTO": {
    facts: back("immediate", {}, "github:olga", ["infrastructure"]),
    says: ["approval", "approval"],
  },
  "database and infrastructure go back: the CTO counts once for both": {
    facts: back(
      "immediate",
      { decisions: [christmasMorning("github:carl", "cto"), christmasMorning("github:dora", "devops-lead")] },
      "github:olga",
      ["database", "infrastructure"],
    ),
    says: [],
  },
  "back to what is not the last verified bundle": {
    facts: back("immediate", { rollbackTarget: { bundle: digest("c"), irreversible: [] } }),
    says: ["target"],
    verdict: "refused",
    tells: /not the bundle that was last verified/,
  },
  "back from a first deployment": {
    facts: back("immediate", { rollbackTarget: { irreversible: [] } }),
    says: ["target"],
    verdict: "refused",
    tells: /no way back in Production/,
  },
  "back over a migration that cannot come back": {
    facts: back("immediate", { rollbackTarget: { bundle: open.bundle.digest, irreversible: ["0042_drop_orders"] } }),
    says: ["irreversible"],
    verdict: "refused",
    tells: /0042_drop_orders/,
  },
  "back while a deployment runs": {
    facts: back("immediate", { running: running({ environment: "production" }) }),
    says: ["running"],
    verdict: "waiting",
  },
  "back to what is recorded as standing, after a deployment that went half-way": {
    facts: back("immediate", { standing: open.bundle.deployables }),
    says: [],
  },
  "back by a promotion that is closed": {
    facts: back("immediate", {
      promotion: {
        ...promotion,
        requestedBy: "github:olga",
        state: "deployed",
        rollback: { how: "immediate", reason: "it fails" },
      },
    }),
    says: ["closed"],
    verdict: "refused",
  },
  "an approval under rules of the promotion's time does not count under today's": {
    facts: asked(
      { process: { version: 6, digest: digest("6") } },
      { decisions: [rita, { ...carl, process: { version: 6, digest: digest("6") } }], process: rules },
    ),
    says: ["process", "approval"],
  },
};
