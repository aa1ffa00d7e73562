import { debt, decision, deployment, digest, open, promotion, running } from "../fixture.ts";
import {
  at,
  but,
  carl,
  changing,
  christmas,
  friday,
  moving,
  night,
  rita,
  type Situation,
  sunday,
} from "./situation.ts";

/** Situations of the environment before, and the calendar. */
export const time: Readonly<Record<string, Situation>> = {
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
  "it was verified at a moment that nobody wrote down": {
    facts: but({ before: [deployment({ verifiedAt: undefined } as never)] }),
    says: ["previous"],
    tells: /Nobody has said when/,
  },
  "its later deployment to staging failed, whichever was numbered first": {
    facts: but({
      before: [deployment(), deployment({ id: 39, startedAt: "2026-12-01T10:00:00.000Z", outcome: "failed" })],
    }),
    says: ["previous"],
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
  "before the window opens, and it has not stood long enough until later": {
    facts: at("2026-12-01T14:50:00.000Z", { before: [deployment({ verifiedAt: "2026-12-01T14:40:00.000Z" })] }),
    says: ["soak", "window"],
    opensAt: "2026-12-01T15:40:00.000Z",
  },
  "before the window opens, and it has stood long enough by then": {
    facts: at("2026-12-01T14:50:00.000Z", { before: [deployment({ verifiedAt: "2026-12-01T13:55:00.000Z" })] }),
    says: ["soak", "window"],
    opensAt: "2026-12-01T15:00:00.000Z",
  },
  "at night, with a review that is overdue in the morning unless somebody holds it: nobody can say": {
    facts: at(night, { debts: [debt({ dueAt: "2026-12-02T10:00:00.000Z" })] }),
    says: ["window"],
  },
  "at night, and the bundle changes nothing": {
    facts: at(night, { standing: open.bundle.deployables, promotion: { ...promotion, changed: [] }, decisions: [] }),
    says: ["scope", "window"],
    verdict: "refused",
  },
  "while the data centre moves, with a person missing: it is told when it opens": {
    facts: at(moving, { decisions: [rita] }),
    says: ["approval", "blackout"],
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
};
