import assert from "node:assert/strict";
import { judgedDeployments } from "../../../delivery/metrics/judged.ts";
import type { Deployment, Incident } from "../../../delivery/release/model.ts";
import { deployment, digest, facts, promotion } from "./support/facts.ts";

/** The sign of each: + good, - failed, ? unjudged; "<" rolled back; "!" needed somebody. */
function signs(deployments: readonly Deployment[], incidents: readonly Incident[] = []): string[] {
  const promotions = deployments.map(({ id, environment }) => promotion({ id, environment }));
  return judgedDeployments(facts({ deployments, promotions, incidents })).map(
    ({ deployment: one, intervened, result, rolledBackAt }) =>
      `${one.id}${{ succeeded: "+", failed: "-", unjudged: "?" }[result]}${rolledBackAt ? "<" : ""}${intervened ? "!" : ""}`,
  );
}

const at = (hour: number) => `2026-11-03T${String(hour).padStart(2, "0")}:00:00.000Z`;
const one = (id: number, given: Partial<Deployment> = {}) => deployment({ id, startedAt: at(id), ...given });
const back = (id: number, to: number, given: Partial<Deployment> = {}) =>
  one(id, { rollback: true, bundle: digest(`bundle ${to}`), ...given });

/** One that did not come about, and so was never verified. */
function broken(id: number): Deployment {
  const { verdict: _verdict, verifiedAt: _at, ...rest } = one(id);
  return { ...rest, outcome: "failed" };
}

describe("what became of deployments", () => {
  const table: readonly [what: string, deployments: readonly Deployment[], expected: readonly string[]][] = [
    ["verified is good", [one(1)], ["1+"]],
    ["not come about is failed", [broken(1)], ["1-!"]],
    ["a failed verification is failed", [one(1, { verdict: "failed" })], ["1-!"]],
    ["an error of verification says nothing of the deployment", [one(1, { verdict: "error" })], ["1?"]],
    ["a rollback takes away what was tried last", [one(1), one(2), back(3, 1)], ["1+", "2+<!", "3+"]],
    [
      "a second try of a rollback takes away nothing more",
      [one(1), one(2), back(3, 1, { outcome: "failed" }), back(4, 1)],
      ["1+", "2+<!", "3-!", "4+"],
    ],
    [
      "a second step back takes away what the first went back to",
      [one(1), one(2), one(3), back(4, 2), back(5, 1)],
      ["1+", "2+<!", "3+<!", "4+", "5+"],
    ],
    [
      "a rollback elsewhere takes away nothing here",
      [one(1), one(2), back(3, 1, { environment: "staging" })],
      ["1+", "2+", "3+"],
    ],
    [
      "a first deployment that failed may be gone back from to nothing",
      [one(1, { verdict: "failed" }), back(2, 1)],
      ["1-!", "2+"],
    ],
  ];
  for (const [what, deployments, expected] of table) {
    it(what, () => assert.deepEqual(signs(deployments), expected));
  }

  it("counts a rollback that still runs, and leaves out what runs itself", () => {
    const { endedAt: _end, outcome: _outcome, verdict: _verdict, verifiedAt: _at, ...running } = back(3, 1);
    assert.deepEqual(signs([one(1), one(2), running]), ["1+", "2+<!"]);
  });

  it("takes the first rollback for the moment in which it was taken away, also when the bundle came back and went again", () => {
    const again = one(4, { bundle: digest("bundle 2"), rollback: true });
    const all = judgedDeployments(facts({ deployments: [one(1), one(2), back(3, 1), again, back(5, 1)] }));
    assert.equal(all.find(({ deployment: { id } }) => id === 2)?.rolledBackAt, at(3));
  });

  it("counts an incident that names the deployment as an intervention", () => {
    const incident: Incident = {
      id: "INC-1",
      environment: "production",
      title: "Slow",
      startedAt: at(9),
      deployment: 1,
    };
    assert.deepEqual(signs([one(1), one(2)], [incident]), ["1+!", "2+"]);
  });
});
