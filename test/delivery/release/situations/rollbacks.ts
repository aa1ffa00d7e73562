import { build, debt, digest, open, promotion, running } from "../fixture.ts";
import { back, christmasMorning, hold, type Situation, stop } from "./situation.ts";

/** Situations of the way back. */
export const rollbacks: Readonly<Record<string, Situation>> = {
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
  "the database would go back too by now, which nobody said: the CTO has to approve": {
    facts: back("immediate", { standing: build("a", "a", "c", "a") }),
    says: ["approval"],
    tells: /CTO, for database/,
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
};
