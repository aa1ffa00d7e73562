import { type Process, processSchema } from "../../../delivery/process/schema.ts";
import type { GateFacts } from "../../../delivery/release/gate-model.ts";
import type {
  Bundle,
  BundledDeployable,
  Debt,
  Decision,
  Deployment,
  Evidence,
  Promotion,
} from "../../../delivery/release/model.ts";

/** A process as small as a production with everything in it can be; tests change what they are about. */
const source = {
  version: 7,
  title: "Test",
  roles: {
    "release-manager": { title: "Release Manager", team: "release-managers" },
    cto: { title: "CTO", team: "ctos" },
    "security-lead": { title: "Security Lead", team: "security" },
    "devops-lead": { title: "DevOps Lead", team: "devops" },
    "tech-lead": { title: "Tech Lead", team: "tech-leads" },
    "on-call": { title: "On-call Engineer", team: "on-call" },
    "engineering-manager": { title: "Engineering Manager", team: "managers" },
    ceo: { title: "CEO", team: "ceos" },
  },
  deployables: {
    frontend: { title: "Frontend", paths: ["frontend/**"], image: true },
    backend: { title: "Backend", paths: ["backend/**"], image: true },
    database: { title: "Database", paths: ["migrations/**"] },
    infrastructure: { title: "Infrastructure", paths: ["infra/**"] },
  },
  validations: {
    smoke: { title: "Smoke tests", by: "workflow" },
    load: { title: "Load test", by: "workflow" },
    review: { title: "Security review", by: "person" },
  },
  environments: {
    dev: {
      title: "Development",
      stack: "dev",
      automatic: true,
      data: "made-up",
      approvals: { frontend: [], backend: [], database: [], infrastructure: [] },
    },
    staging: {
      title: "Staging",
      stack: "staging",
      from: "dev",
      automatic: true,
      data: "production-like",
      approvals: { frontend: [], backend: ["tech-lead"], database: ["tech-lead"], infrastructure: ["devops-lead"] },
    },
    production: {
      title: "Production",
      stack: "prod",
      from: "staging",
      soak: "1 h",
      approvalsExpire: "2 days",
      windows: true,
      data: "live",
      approvals: {
        frontend: ["release-manager"],
        backend: ["release-manager", "cto"],
        database: ["cto", "security-lead"],
        infrastructure: ["cto", "security-lead"],
      },
      validations: ["smoke"],
      deployableValidations: { backend: ["load"] },
    },
  },
  calendar: {
    timeZone: "America/New_York",
    windows: [
      { days: ["monday", "tuesday", "wednesday", "thursday"], from: "10:00", to: "16:00", for: "normal" },
      { days: ["friday"], from: "10:00", to: "12:00", for: "critical" },
    ],
    blackouts: [
      { title: "Major holidays", holidays: "US" },
      { title: "Data centre moves", first: "2026-12-09", last: "2026-12-09", for: ["normal", "critical", "emergency"] },
    ],
    unlimited: ["infrastructure"],
  },
  emergency: {
    severities: {
      critical: {
        title: "Critical",
        approvers: ["on-call"],
        within: "0 min",
        alone: true,
        reviews: ["immediate", "cause", "plan", "learning"],
      },
      high: {
        title: "High",
        approvers: ["tech-lead", "cto"],
        within: "2 h",
        validations: ["review"],
        reviews: ["cause", "immediate"],
      },
      medium: {
        title: "Medium",
        approvers: ["release-manager"],
        within: "4 h",
        standardProcess: true,
        reviews: ["immediate"],
      },
    },
    contacts: [
      { role: "on-call", within: "0 min" },
      { role: "tech-lead", within: "15 min" },
      { role: "engineering-manager", within: "30 min" },
      { role: "cto", within: "1 h" },
      { role: "ceo", within: "1 h", customersHit: true },
    ],
    leadership: { within: "30 min", roles: ["engineering-manager", "cto"] },
    reviews: {
      immediate: { title: "Immediate review", within: "24 h" },
      cause: { title: "Root cause analysis", within: "48 h" },
      plan: { title: "Process improvement plan", within: "1 week" },
      learning: { title: "Team learning session", within: "2 weeks" },
    },
  },
  rollback: {
    triggers: { health: { title: "Health", signal: "health", consecutiveFailures: 3 } },
    authority: {
      immediate: ["on-call"],
      planned: ["release-manager"],
      deployables: { database: ["cto"], infrastructure: ["devops-lead", "cto"] },
    },
  },
  metrics: {
    successRate: { better: "above", value: 99 },
    approvalTime: { better: "below", value: 4 },
    rollbackRate: { better: "below", value: 2 },
    emergencyShare: { better: "below", value: 5 },
    deploymentFrequency: { better: "between", least: 2, most: 3 },
  },
  documents: { change: "Change request" },
  notifications: { channel: "#releases" },
};

export const process: Process = processSchema.parse(source);

/** The process with another environment, as people would write it. */
export function processWith(environments: Readonly<Record<string, unknown>>): Process {
  return processSchema.parse({ ...source, environments: { ...source.environments, ...environments } });
}

/** A digest that is easy to tell from others. */
export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const commit = (letter: string) => letter.repeat(40);

/** What carries an image is told by it, all else by its commit: "a" and "b" differ. */
export function deployable(letter: string, image = true): BundledDeployable {
  return { commit: commit(letter), version: "1.0.0", ...(image ? { image: digest(letter) } : {}) };
}

/** All four deployables, each of the build that its letter says. */
export function build(frontend: string, backend: string, database: string, infrastructure: string) {
  return {
    frontend: deployable(frontend),
    backend: deployable(backend),
    database: deployable(database, false),
    infrastructure: deployable(infrastructure, false),
  };
}

/** Tuesday, 11:00 in New York: a window is open until 16:00. */
export const now = "2026-12-01T16:00:00.000Z";
export const rules = { version: 7, digest: digest("7") };

const bundle: Bundle = {
  digest: digest("b"),
  title: "Q4",
  version: "1.1.0",
  deployables: build("a", "b", "a", "a"),
  features: [],
  changelog: "",
  createdBy: "github:dev",
  createdAt: "2026-11-30T10:00:00.000Z",
};

export const promotion: Promotion = {
  id: 5,
  bundle: bundle.digest,
  environment: "production",
  kind: "normal",
  state: "open",
  process: rules,
  changed: ["backend"],
  requestedBy: "github:dev",
  requestedAt: "2026-12-01T12:00:00.000Z",
};

export const decision = (actor: string, role: string, more: Partial<Decision> = {}): Decision => ({
  promotion: 5,
  actor,
  role,
  decision: "approve",
  bundle: bundle.digest,
  process: rules,
  decidedAt: "2026-12-01T13:00:00.000Z",
  source: "command",
  ...more,
});

export const evidence = (validation: string, more: Partial<Evidence> = {}): Evidence => ({
  bundle: bundle.digest,
  environment: "production",
  validation,
  verdict: "passed",
  actor: "github:ci",
  link: "https://example.invalid/1",
  recordedAt: "2026-12-01T12:30:00.000Z",
  ...more,
});

export const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  id: 40,
  promotion: 4,
  bundle: bundle.digest,
  environment: "staging",
  startedBy: "github:dev",
  startedAt: "2026-12-01T09:00:00.000Z",
  endedAt: "2026-12-01T09:10:00.000Z",
  outcome: "succeeded",
  rollback: false,
  verdict: "passed",
  verifiedAt: "2026-12-01T09:20:00.000Z",
  ...more,
});

/** What has not ended. */
export function running(more: Partial<Deployment> = {}): Deployment {
  const { endedAt: _ended, outcome: _outcome, verdict: _verdict, verifiedAt: _verified, ...rest } = deployment(more);
  return rest;
}

export const debt = (more: Partial<Debt> = {}): Debt => ({
  id: 1,
  promotion: 3,
  review: "immediate",
  dueAt: "2026-12-01T15:00:00.000Z",
  ...more,
});

/** A backend that may go to production now, because everything is there. */
export const open: GateFacts = {
  now,
  process: rules,
  promotion,
  bundle,
  standing: build("a", "a", "a", "a"),
  decisions: [decision("github:rita", "release-manager"), decision("github:carl", "cto")],
  roles: {
    "github:dev": [],
    "github:rita": ["release-manager"],
    "github:carl": ["cto"],
    "github:both": ["release-manager", "cto"],
    "github:olga": ["on-call"],
    "github:sven": ["security-lead"],
    "github:dora": ["devops-lead"],
    "github:tina": ["tech-lead"],
  },
  evidence: [evidence("smoke"), evidence("load")],
  before: [deployment()],
  debts: [],
  stops: [],
  holds: [],
  startedBy: "person",
};

/** Freezes all the way down, so that whoever changes its argument is found out. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
