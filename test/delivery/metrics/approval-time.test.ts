import assert from "node:assert/strict";
import { approvalWaits, roleWaits } from "../../../delivery/metrics/approval-time.ts";
import type { Decision, Promotion } from "../../../delivery/release/model.ts";
import { decision, deployment, facts, promotion, smallProcess } from "./support/facts.ts";

const asked = "2026-11-02T12:00:00.000Z";
const after = (hours: number) => new Date(Date.parse(asked) + hours * 3_600_000).toISOString();
const says = (actor: string, role: string, hours: number, given: Partial<Decision> = {}) =>
  decision({ promotion: 1, actor: `github:${actor}`, role, decidedAt: after(hours), ...given });

function waits(given: Partial<Promotion>, decisions: readonly Decision[]): number[] {
  const all = facts({ promotions: [promotion({ id: 1, changed: ["backend"], ...given })], decisions });
  return approvalWaits(smallProcess, all).map(({ hours }) => hours);
}

describe("how long a promotion waits for its approvals", () => {
  const table: readonly [
    what: string,
    given: Partial<Promotion>,
    decisions: readonly Decision[],
    expected: readonly number[],
  ][] = [
    ["until the last role that is needed", {}, [says("ann", "manager", 1), says("bob", "cto", 3.5)], [3.5]],
    [
      "not until a role that nobody needs",
      {},
      [says("ann", "manager", 1), says("bob", "cto", 2), says("eve", "qa", 9)],
      [2],
    ],
    ["not at all while one is missing", {}, [says("ann", "manager", 1)], []],
    [
      "until a second person comes: one fills one role",
      {},
      [says("ann", "manager", 1), says("ann", "cto", 2), says("bob", "cto", 5)],
      [5],
    ],
    [
      "by moving people between roles",
      {},
      [says("ann", "manager", 1), says("ann", "cto", 2), says("bob", "manager", 3)],
      [3],
    ],
    [
      "without the word of who asked",
      {},
      [says("rita", "manager", 1), says("bob", "cto", 2), says("ann", "manager", 4)],
      [4],
    ],
    [
      "without a word on another bundle",
      {},
      [says("ann", "manager", 1), says("bob", "cto", 2, { bundle: "sha256:other" }), says("bob", "cto", 6)],
      [6],
    ],
    [
      "until an approval that had expired is renewed",
      {},
      [says("ann", "manager", 1), says("bob", "cto", 74), says("ann", "manager", 75)],
      [75],
    ],
    ["not for a rejection", {}, [says("ann", "manager", 1, { decision: "reject" }), says("bob", "cto", 2)], []],
    ["not where nobody is needed", { changed: [] }, [says("ann", "manager", 1)], []],
    ["not for an emergency", { kind: "emergency" }, [says("ann", "manager", 1), says("bob", "cto", 2)], []],
    [
      "not for a rollback",
      { rollback: { how: "planned", reason: "slow" } },
      [says("ann", "manager", 1), says("bob", "cto", 2)],
      [],
    ],
  ];
  for (const [what, given, decisions, expected] of table) {
    it(what, () => assert.deepEqual(waits(given, decisions), expected));
  }

  it("takes the last approval before the deployment where today's rules name other roles than those of then", () => {
    const all = facts({
      promotions: [promotion({ id: 1, changed: ["backend"] })],
      decisions: [says("ann", "manager", 1), says("bob", "architect", 2), says("bob", "architect", 30)],
      deployments: [deployment({ id: 1, startedAt: after(3) })],
    });
    assert.deepEqual(
      approvalWaits(smallProcess, all).map(({ hours }) => hours),
      [2],
    );
  });

  it("tells each role's first approval", () => {
    const all = facts({
      promotions: [promotion({ id: 1, changed: ["backend"] })],
      decisions: [says("ann", "manager", 1), says("zoe", "manager", 2), says("bob", "cto", 3)],
    });
    assert.deepEqual(
      roleWaits(all).map(({ role, hours }) => [role, hours]),
      [
        ["manager", 1],
        ["cto", 3],
      ],
    );
  });
});
