import type { DeploymentKind } from "../process/schema-calendar.ts";

/**
 * What the release domain speaks of. Plain data: rows of the release database are parsed into these, pure functions decide on
 * them, and nobody changes one. Times are ISO 8601 in UTC ("2026-11-30T15:00:00.000Z"), durations are minutes.
 */

/** Somebody, as the system that authenticated them names them: `github:ada`, `system:slipway`. */
export type Actor = string;

/** One deployable of a bundle: where its code is, and what runs. */
export interface BundledDeployable {
  /** The commit that it was built from, 40 hex digits. */
  readonly commit: string;
  /** The version that people say: "1.2.3", or the short commit. */
  readonly version: string;
  /** The image, for those that have one: `sha256:` and 64 hex digits. */
  readonly image?: string;
}

/** An immutable set of deployables; `digest` names its whole content. */
export interface Bundle {
  /** `sha256:` and 64 hex digits over the canonical form of all other fields but who and when. */
  readonly digest: string;
  /** "Q4 Feature Release"; the version where nobody gave one. */
  readonly title: string;
  readonly version: string;
  /** All deployables of the process that the bundle brings; those absent stay as they are. */
  readonly deployables: Readonly<Record<string, BundledDeployable>>;
  /** Keys of the feature flags that belong to it. */
  readonly features: readonly string[];
  /** Markdown, from the commits. */
  readonly changelog: string;
  /** The newest migration that the bundle's code brings, such as "0055_feature_flag_experiments". */
  readonly migration?: string;
  readonly createdBy: Actor;
  readonly createdAt: string;
}

/** Which rules hold: the process file's own count, and the digest of what it says. */
export interface ProcessVersion {
  readonly version: number;
  readonly digest: string;
}

/** What an emergency states of itself. */
export interface EmergencyClaim {
  readonly severity: string;
  /** The incident, as the incident system names it. */
  readonly incident: string;
  /** Why the normal path is too slow. */
  readonly reason: string;
  /** The only deployables that the fix may change. */
  readonly deployables: readonly string[];
  readonly customersHit: boolean;
}

/** What a rollback states of itself; its promotion's bundle is the one to go back to. */
export interface RollbackClaim {
  readonly how: "immediate" | "planned" | "trigger";
  readonly reason: string;
}

export const promotionStates = ["open", "deploying", "deployed", "failed", "rejected", "withdrawn"] as const;
export type PromotionState = (typeof promotionStates)[number];

/** The request to take a bundle to an environment. */
export interface Promotion {
  /** Counts up: 1, 2 ... */
  readonly id: number;
  readonly bundle: string;
  readonly environment: string;
  readonly kind: DeploymentKind;
  readonly state: PromotionState;
  readonly process: ProcessVersion;
  /** Deployables that differ from what stands in the environment, sorted: theirs are the approvals that are needed. */
  readonly changed: readonly string[];
  readonly requestedBy: Actor;
  readonly requestedAt: string;
  readonly emergency?: EmergencyClaim;
  readonly rollback?: RollbackClaim;
}

/** One person's word in one role, bound to what they saw. */
export interface Decision {
  readonly promotion: number;
  readonly actor: Actor;
  readonly role: string;
  readonly decision: "approve" | "reject";
  readonly comment?: string;
  /** The bundle's digest that they saw. */
  readonly bundle: string;
  readonly process: ProcessVersion;
  readonly decidedAt: string;
  /** Where it was given. */
  readonly source: "github" | "command";
}

/** That something was shown, or that it failed. The newest for a bundle, an environment and a validation counts. */
export interface Evidence {
  readonly bundle: string;
  readonly environment: string;
  readonly validation: string;
  readonly verdict: "passed" | "failed";
  readonly actor: Actor;
  /** Where it can be looked at: a run, a report, a page. */
  readonly link: string;
  readonly recordedAt: string;
}

export const verdicts = ["passed", "failed", "error", "inconclusive"] as const;
/** `failed` is known to be bad; `error`: nobody could tell; `inconclusive`: a person decides. */
export type Verdict = (typeof verdicts)[number];

/** One execution in one environment. */
export interface Deployment {
  readonly id: number;
  readonly promotion: number;
  readonly bundle: string;
  readonly environment: string;
  readonly startedBy: Actor;
  readonly startedAt: string;
  /** Absent while it runs. */
  readonly endedAt?: string;
  readonly outcome?: "succeeded" | "failed";
  /** Why it failed, a sentence. */
  readonly reason?: string;
  readonly rollback: boolean;
  /** The last word of verification; a bundle is verified in an environment only by `passed`. */
  readonly verdict?: Verdict;
  readonly verifiedAt?: string;
}

/** A review that is owed after an emergency. */
export interface Debt {
  readonly id: number;
  readonly promotion: number;
  /** The review's key in the process. */
  readonly review: string;
  readonly dueAt: string;
  readonly paidAt?: string;
  readonly paidBy?: Actor;
  /** Where the review's result is. */
  readonly link?: string;
}

/** "Stop the line": nothing goes out but rollbacks. */
export interface Stop {
  /** An environment, or undefined for all. */
  readonly environment?: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly since: string;
}

/** After a rollback nothing starts by itself in an environment until somebody lifts the hold. */
export interface Hold {
  readonly environment: string;
  readonly reason: string;
  readonly since: string;
}

/** Something that went wrong where it ran, as the incident system names it. The release database keeps none: whoever has them gives them. */
export interface Incident {
  /** "INC-2026-114". */
  readonly id: string;
  readonly environment: string;
  readonly title: string;
  readonly startedAt: string;
  /** Absent while it lasts. */
  readonly endedAt?: string;
  /** The deployment that caused it, where one did. */
  readonly deployment?: number;
  /** Where it can be looked at. */
  readonly link?: string;
}
