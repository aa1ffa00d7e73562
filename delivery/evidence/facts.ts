import type { GateAnswer, GateFacts } from "../release/gate-model.ts";
import type { Bundle, Debt, Decision, Deployment, Evidence, Incident, Promotion } from "../release/model.ts";
import type { AuditLink } from "./audit-links.ts";

/** The gate's answer on which a deployment was let through, with what it looked at. */
export interface DeploymentGate {
  readonly deployment: number;
  readonly facts: GateFacts;
  readonly answer: GateAnswer;
  /** `sha256:` of the facts, which the audit has too. */
  readonly factsDigest: string;
}

/** Something that changed an environment, as another system saw it: a run of GitHub, an update in the state's history. */
export interface ObservedChange {
  /** "github", "pulumi". */
  readonly system: string;
  readonly id: string;
  readonly environment: string;
  readonly at: string;
  readonly link?: string;
  /** The deployment that it says to belong to. */
  readonly deployment?: number;
}

/** All that is stored about releases, in any order. Documents are made of nothing else. */
export interface EvidenceFacts {
  readonly bundles: readonly Bundle[];
  readonly promotions: readonly Promotion[];
  readonly decisions: readonly Decision[];
  readonly evidence: readonly Evidence[];
  readonly deployments: readonly Deployment[];
  readonly gates: readonly DeploymentGate[];
  readonly debts: readonly Debt[];
  /** See `auditLinks`. */
  readonly audit: readonly AuditLink[];
  /** Absent where no incident system is asked: the document then says so, instead of "none". */
  readonly incidents?: readonly Incident[];
  /** For the reconciliation: what other systems saw. */
  readonly observed?: readonly ObservedChange[];
}

/** What stands in a folder's manifest beside the facts: by which rules it was made, and where the audit stood. */
export interface Seal {
  readonly exportedAt: string;
  /** The last entry of the audit. Absent where it could not be read. */
  readonly auditHead?: { readonly seq: number; readonly hash: string };
  /** The newest signed checkpoint, a note. */
  readonly checkpoint?: string;
  /** Proofs that entries are under the checkpoint, by entry (`inclusionProof`). */
  readonly inclusion?: Readonly<Record<number, unknown>>;
}
