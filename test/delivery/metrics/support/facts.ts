import type { MetricsFacts } from "../../../../delivery/metrics/facts.ts";
import { type Process, processSchema } from "../../../../delivery/process/schema.ts";
import type { Decision, Deployment, Promotion } from "../../../../delivery/release/model.ts";

/** A small process: staging, then production; the frontend needs one role, the backend two. */
export const smallProcess: Process = processSchema.parse({
  version: 3,
  title: "A small process",
  roles: {
    qa: { title: "QA Lead", team: "qa" },
    manager: { title: "Release Manager", team: "managers" },
    cto: { title: "CTO", team: "cto" },
    "on-call": { title: "On-call Engineer", team: "on-call" },
  },
  deployables: {
    frontend: { title: "Frontend", paths: ["frontend/**"], image: true },
    backend: { title: "Backend API", paths: ["backend/**"], image: true },
  },
  validations: {
    "unit-tests": { title: "Unit tests pass", by: "workflow" },
    "security-review": { title: "Security review", by: "person" },
    "rollback-plan-tested": { title: "Rollback plan prepared and tested", by: "person" },
    "release-notes-published": { title: "Release notes published", by: "workflow" },
    "fast-track-testing": { title: "Fast-track testing", by: "workflow" },
  },
  environments: {
    staging: {
      title: "Staging",
      stack: "staging",
      branches: ["main"],
      data: "staging",
      approvals: { frontend: ["qa"], backend: ["qa"] },
      validations: ["unit-tests"],
    },
    production: {
      title: "Production",
      stack: "prod",
      from: "staging",
      tags: ["v*.*.*"],
      windows: true,
      data: "live",
      approvals: { frontend: ["manager"], backend: ["manager", "cto"] },
      validations: ["security-review", "rollback-plan-tested"],
      deployableValidations: { frontend: ["release-notes-published"] },
    },
  },
  calendar: {
    timeZone: "America/New_York",
    windows: [{ days: ["monday", "tuesday", "wednesday", "thursday"], from: "10:00", to: "16:00", for: "normal" }],
    blackouts: [],
  },
  emergency: {
    severities: {
      critical: {
        title: "Critical",
        approvers: ["on-call"],
        within: "0 min",
        validations: ["fast-track-testing"],
        reviews: ["immediate-review"],
        alone: true,
      },
    },
    contacts: [],
    leadership: { within: "30 min", roles: ["cto"] },
    reviews: { "immediate-review": { title: "Immediate review", within: "24 h" } },
  },
  rollback: { triggers: {}, authority: { immediate: ["on-call"], planned: ["manager"], deployables: {} } },
  metrics: {
    successRate: { better: "above", value: 99 },
    approvalTime: { better: "below", value: 4 },
    rollbackRate: { better: "below", value: 2 },
    emergencyShare: { better: "below", value: 5 },
    deploymentFrequency: { better: "between", least: 2, most: 3 },
  },
  documents: {
    "change-request": "Change request with business justification",
    "approval-records": "Technical review and approval records",
    "security-compliance-review": "Security and compliance review results",
    "testing-evidence": "Testing evidence and sign-off",
    "deployment-plan": "Deployment plan and runbook",
    "rollback-plan": "Rollback plan and testing evidence",
    "post-deployment-verification": "Post-deployment verification results",
    "issues-and-incidents": "Any issues or incidents during deployment",
  },
  notifications: { channel: "#deployments" },
});

/** A digest that is as good as any: `digest("a")` is "sha256:aaa…" only for hex digits, so names are counted instead. */
export function digest(name: string): string {
  return `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
}

export function promotion(given: Partial<Promotion> & Pick<Promotion, "id">): Promotion {
  return {
    bundle: digest(`bundle ${given.id}`),
    environment: "production",
    kind: "normal",
    state: "deployed",
    process: { version: 3, digest: digest("process") },
    changed: ["frontend"],
    requestedBy: "github:rita",
    requestedAt: "2026-11-02T12:00:00.000Z",
    ...given,
  };
}

/** A promotion's deployment, of the same number: one hour long, succeeded and verified, unless said otherwise. */
export function deployment(given: Partial<Deployment> & Pick<Deployment, "id" | "startedAt">): Deployment {
  const endedAt = new Date(Date.parse(given.startedAt) + 3_600_000).toISOString();
  return {
    promotion: given.id,
    bundle: digest(`bundle ${given.id}`),
    environment: "production",
    startedBy: "github:rita",
    endedAt,
    outcome: "succeeded",
    rollback: false,
    verdict: "passed",
    verifiedAt: endedAt,
    ...given,
  };
}

export function decision(
  given: Partial<Decision> & Pick<Decision, "promotion" | "actor" | "role" | "decidedAt">,
): Decision {
  return {
    decision: "approve",
    bundle: digest(`bundle ${given.promotion}`),
    process: { version: 3, digest: digest("process") },
    source: "github",
    ...given,
  };
}

export function facts(given: Partial<MetricsFacts>): MetricsFacts {
  return { bundles: [], promotions: [], decisions: [], deployments: [], ...given };
}
