import { build, debt, decision, evidence, open, promotion, running } from "../fixture.ts";
import {
  but,
  christmas,
  christmasMorning,
  claim,
  emergency,
  friday,
  moving,
  recently,
  type Situation,
  stop,
} from "./situation.ts";

/** Situations of emergencies. */
export const emergencies: Readonly<Record<string, Situation>> = {
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
  "critical, at night while the data centre moves: it waits for no window": {
    facts: emergency(
      {},
      {
        now: "2026-12-10T03:00:00.000Z",
        decisions: [decision("github:olga", "on-call", { decidedAt: "2026-12-10T02:00:00.000Z" })],
      },
    ),
    says: ["blackout"],
    opensAt: "2026-12-10T05:00:00.000Z",
  },
  "critical, and the fix stands there already": {
    facts: emergency({}, { standing: open.bundle.deployables }),
    says: ["scope"],
    verdict: "refused",
    tells: /changes nothing/,
  },
  "critical, and more would change by now than was asked for, though the claim names it": {
    facts: emergency({ deployables: ["backend", "frontend"] }, { standing: build("c", "a", "a", "a") }),
    says: ["scope"],
    verdict: "refused",
    tells: /change frontend too/,
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
};
