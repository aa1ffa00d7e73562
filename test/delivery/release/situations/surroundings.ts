import { debt, now, promotion, running } from "../fixture.ts";
import { asked, but, christmas, hold, type Situation, stop } from "./situation.ts";

/** Situations of what goes on around a promotion. */
export const surroundings: Readonly<Record<string, Situation>> = {
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
};
