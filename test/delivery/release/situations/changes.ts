import { build, deployable, deployment, digest, evidence, open, processWith, promotion } from "../fixture.ts";
import { asked, but, changing, type Situation } from "./situation.ts";

/** Situations of what changes, and what has to be shown for it. */
export const changes: Readonly<Record<string, Situation>> = {
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
  "an environment that needs nobody for anything": {
    facts: asked({ environment: "free" }, { before: [deployment()], decisions: [], evidence: [] }),
    process: processWith({ free: { title: "Free", stack: "prod", from: "staging", data: "live", approvals: {} } }),
    says: [],
  },
  "a deployable without a row": {
    facts: asked({ environment: "odd" }, { before: [deployment()], evidence: [] }),
    process: processWith({
      odd: { title: "Odd", stack: "prod", from: "staging", data: "live", approvals: { frontend: [] } },
    }),
    says: ["scope"],
    verdict: "refused",
  },
  "an environment that the process has no more": {
    facts: asked({ environment: "constructor" }),
    says: ["closed"],
    verdict: "refused",
    tells: /no environment "constructor"/,
  },
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
};
