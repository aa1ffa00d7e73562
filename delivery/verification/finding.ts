import type { Verdict } from "../release/model.ts";

/** What one check found. */
export interface Finding {
  /** What was looked at, a few words: "backend runs its image". */
  readonly check: string;
  /** `error`: it could not be told, which is neither good nor bad. */
  readonly outcome: "passed" | "failed" | "error";
  /** What was seen, a sentence. */
  readonly seen: string;
}

/**
 * The verdict over all findings: one that failed decides, and one that could not be made leaves it open. Nothing looked at is no
 * proof, so that a person decides.
 */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ outcome }) => outcome === "failed")) return "failed";
  if (findings.some(({ outcome }) => outcome === "error")) return "error";
  return findings.length > 0 ? "passed" : "inconclusive";
}

/** Makes a check, and turns what keeps it from being made into a finding. */
export async function finding(
  check: string,
  look: () => Promise<{ readonly good: boolean; readonly seen: string }>,
): Promise<Finding> {
  try {
    const { good, seen } = await look();
    return { check, outcome: good ? "passed" : "failed", seen };
  } catch (error) {
    return { check, outcome: "error", seen: error instanceof Error ? error.message : String(error) };
  }
}
