import type { EvidenceFacts, Seal } from "../../../../delivery/evidence/facts.ts";
import type { ReadProcess } from "../../../../delivery/process/read.ts";
import { gate } from "../../../../delivery/release/gate.ts";
import type { GateFacts } from "../../../../delivery/release/gate-model.ts";
import type { Bundle, Decision, Deployment, Evidence, Promotion } from "../../../../delivery/release/model.ts";
import { decision, deployment, digest, promotion, smallProcess } from "../../metrics/support/facts.ts";

export const rules: ReadProcess = { process: smallProcess, version: { version: 3, digest: digest("process") } };

export const seal: Seal = { exportedAt: "2026-12-01T00:00:00.000Z", auditHead: { seq: 40, hash: "ab".repeat(32) } };

const day = "2026-11-03";
export const at = (time: string) => `${day}T${time}:00.000Z`;

const standingBackend = { commit: "b".repeat(40), version: "1.0.0", image: digest("backend image") };

export function bundleOf(id: number, given: Partial<Bundle> = {}): Bundle {
  return {
    digest: digest(`bundle ${id}`),
    title: "Faster search",
    version: `1.${id}.0`,
    deployables: {
      frontend: { commit: "a".repeat(40), version: `1.${id}.0`, image: digest("image") },
      backend: standingBackend,
    },
    features: ["search"],
    changelog: "## frontend\n\n- Search answers sooner",
    createdBy: "github:dev",
    createdAt: at("08:00"),
    ...given,
  };
}

export function evidenceOf(
  id: number,
  validation: string,
  environment = "production",
  given: Partial<Evidence> = {},
): Evidence {
  return {
    bundle: digest(`bundle ${id}`),
    environment,
    validation,
    verdict: "passed",
    actor: "github:sam",
    link: `https://ci.example/runs/${id}/${validation}`,
    recordedAt: at("13:00"),
    ...given,
  };
}

/** Deployment 1, to production, with all that the small process asks for; 2 p.m. to 3 p.m., in a window. Nothing went wrong. */
export function goodRelease(): EvidenceFacts & { readonly gates: EvidenceFacts["gates"] } {
  const asked: Promotion = promotion({ id: 1, requestedAt: at("12:00") });
  const decisions: Decision[] = [
    decision({ promotion: 1, actor: "github:ann", role: "manager", decidedAt: at("14:30"), comment: "Looks good" }),
  ];
  const evidence = [
    evidenceOf(1, "unit-tests", "staging"),
    evidenceOf(1, "security-review"),
    evidenceOf(1, "rollback-plan-tested"),
    evidenceOf(1, "release-notes-published"),
  ];
  const staged: Deployment = deployment({
    id: 9,
    promotion: 9,
    bundle: digest("bundle 1"),
    environment: "staging",
    startedAt: at("10:00"),
  });
  const there = promotion({ id: 9, bundle: digest("bundle 1"), environment: "staging", requestedAt: at("09:30") });
  const facts: GateFacts = {
    now: at("15:00"),
    process: rules.version,
    promotion: { ...asked, state: "open" },
    bundle: bundleOf(1),
    standing: { backend: standingBackend },
    decisions,
    roles: { "github:ann": ["manager"], "github:rita": [] },
    evidence: evidence.filter(({ environment }) => environment === "production"),
    before: [staged],
    debts: [],
    stops: [],
    holds: [],
    startedBy: "person",
  };
  return {
    bundles: [bundleOf(1)],
    promotions: [asked, there],
    decisions,
    evidence,
    deployments: [staged, deployment({ id: 1, startedAt: at("15:00") })],
    gates: [{ deployment: 1, facts, answer: gate(smallProcess, facts), factsDigest: digest("facts") }],
    debts: [],
    audit: [
      {
        seq: 7,
        at: at("12:00"),
        actor: "github:rita",
        action: "promotion.requested",
        subject: "promotion/1",
        hash: "01".repeat(32),
      },
      {
        seq: 8,
        at: at("14:30"),
        actor: "github:ann",
        action: "decision.given",
        subject: "decision/4",
        hash: "02".repeat(32),
        promotion: 1,
      },
      {
        seq: 9,
        at: at("15:00"),
        actor: "github:rita",
        action: "deployment.started",
        subject: "deployment/77",
        hash: "03".repeat(32),
        promotion: 5,
      },
    ],
    incidents: [],
  };
}
