import { decision, digest, open, rules } from "../fixture.ts";
import { asked, but, carl, changing, rita, type Situation } from "./situation.ts";

/** Situations of who has to approve, and who may. */
export const people: Readonly<Record<string, Situation>> = {
  "all is there": { facts: open, says: [] },
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
  "the version was counted up, and the rules say what they said": {
    facts: but({ process: { version: 8, digest: digest("7") } }),
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
  "a rejection of another promotion": {
    facts: but({ decisions: [rita, carl, decision("github:both", "cto", { decision: "reject", promotion: 6 })] }),
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

  "an approval under rules of the promotion's time does not count under today's": {
    facts: asked(
      { process: { version: 6, digest: digest("6") } },
      { decisions: [rita, { ...carl, process: { version: 6, digest: digest("6") } }], process: rules },
    ),
    says: ["process", "approval"],
  },
};
