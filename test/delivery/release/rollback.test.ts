import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deployment } from "../../../delivery/release/model.ts";
import { rollbackTarget } from "../../../delivery/release/rollback.ts";
import { running } from "./fixture.ts";

/** A history in one line, the oldest first: bundle, then what came of it; "<" before a rollback. */
const kinds: Readonly<Record<string, Partial<Deployment>>> = {
  "+": { verdict: "passed" },
  "-": { verdict: "failed" },
  "?": { verdict: "inconclusive" },
  "!": { outcome: "failed" },
  "~": { outcome: "failed", verdict: "passed" },
};
function history(text: string): Deployment[] {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => {
      const [, back, bundle = "", sign = ""] = /^(<?)([A-Z])(.)$/.exec(word) ?? assert.fail(word);
      const unverified = running({ id: index, bundle, environment: "production", rollback: back === "<" });
      if (sign === ".") return unverified;
      const ended = { ...unverified, endedAt: "2026-12-01T09:10:00.000Z", outcome: "succeeded" as const };
      return { ...ended, ...kinds[sign] };
    })
    .reverse();
}
/** The bundle that was last deployed with success, as the store would say. */
const standingAfter = (deployments: readonly Deployment[]) =>
  deployments.find(({ outcome }) => outcome === "succeeded")?.bundle;
const target = (text: string) => rollbackTarget(history(text), standingAfter(history(text)));

const table: readonly (readonly [string, string | undefined, string])[] = [
  ["", undefined, "nothing was ever deployed"],
  ["A+", undefined, "a first deployment has no way back"],
  ["A!", undefined, "nor has one that failed"],
  ["A-", undefined, "nor one that is known to be bad"],
  ["A+ B+", "A", "the one before, which was verified"],
  ["A+ B-", "A", "from one that failed verification"],
  ["A+ B? C-", "A", "not to one that nobody could tell of, though it was the one before"],
  ["A+ B- C-", "A", "not to the one before, which failed"],
  ["A+ B! C+", "A", "not to one that never came about"],
  ["A+ B~ C-", "A", "not even when a verification found the environment well after that"],
  ["A+ B+ C!", "B", "what stood is the way back from one that went half-way"],
  ["A+ B+ C.", "B", "and from one that has not ended"],
  ["A- B+ C-", "B", "the first was bad"],
  ["A+ B+ <A+", undefined, "not to and fro: what one went back from is no target"],
  ["A+ B+ C+ <B+", "A", "further back the second time"],
  ["A+ B+ C- <B!", "B", "the same again when the way back did not come about"],
  ["A+ B+ C+ <B!", "B", "even from one that had been verified"],
  ["A+ B+ C+ <B+ C+ D-", "C", "what was mended and verified again is good"],
  ["A+ B+ A- C-", "B", "a verification that was taken back counts"],
  ["A+ B- A? C-", "A", "one without a result takes nothing back"],
  ["A+ B+ B+", "A", "the same bundle twice is one"],
];

describe("the bundle to go back to", () => {
  for (const [text, bundle, why] of table) {
    it(`is ${bundle ?? "none"} after "${text}": ${why}`, () => assert.equal(target(text), bundle));
  }

  it("was always verified, was never found bad after that, and does not stand there settled", () => {
    const step = fc.tuple(
      fc.constantFrom("", "", "", "<"),
      fc.constantFrom("A", "B", "C", "D"),
      fc.constantFrom("+", "+", "-", "?", "!"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        const deployments = history(steps.map((parts) => parts.join("")).join(" "));
        const found = rollbackTarget(deployments, standingAfter(deployments));
        if (found === undefined) return;
        const own = deployments.filter(({ bundle }) => bundle === found);
        const decisive = own.find(({ verdict }) => verdict === "passed" || verdict === "failed");
        assert.equal(decisive?.verdict, "passed");
        assert.ok(deployments[0]?.bundle !== found || deployments[0]?.outcome === "failed");
      }),
      { numRuns: 2000 },
    );
  });
});
