import type { Bundle, Decision, Deployment, Incident, Promotion } from "../release/model.ts";

/** A commit of a deployable that a bundle contains. */
export interface Change {
  /** The bundle's digest. */
  readonly bundle: string;
  readonly deployable: string;
  readonly commit: string;
  readonly committedAt: string;
}

/** What metrics are computed from: all that is known, in any order. What lies outside the weeks asked for explains what lies inside. */
export interface MetricsFacts {
  readonly bundles: readonly Pick<Bundle, "digest" | "createdAt">[];
  readonly promotions: readonly Promotion[];
  readonly decisions: readonly Decision[];
  readonly deployments: readonly Deployment[];
  /** From an incident system, where there is one. */
  readonly incidents?: readonly Incident[];
  /**
   * All commits that bundles contain (of what `git log <commit>` lists), for the change lead time. Of a bundle without any the
   * lead time is measured from when it was made, and the report says so.
   */
  readonly changes?: readonly Change[];
}
