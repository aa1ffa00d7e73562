import assert from "node:assert/strict";
import type { MetricsFacts } from "../../../delivery/metrics/facts.ts";
import { judgedDeployments } from "../../../delivery/metrics/judged.ts";
import { leadTimes } from "../../../delivery/metrics/lead-time.ts";
import { outages } from "../../../delivery/metrics/recovery.ts";
import type { Deployment, Promotion } from "../../../delivery/release/model.ts";
import { deployment, digest, facts, promotion } from "./support/facts.ts";

const at = (hour: number) => `2026-11-03T${String(hour).padStart(2, "0")}:00:00.000Z`;
/** Ends an hour after it starts, which is at its number's hour. */
const one = (id: number, given: Partial<Deployment> = {}) => deployment({ id, startedAt: at(id), ...given });
const promotions = (changed: Readonly<Record<number, readonly string[]>>): Promotion[] =>
  Object.entries(changed).map(([id, names]) => promotion({ id: Number(id), changed: names }));

/** One that did not come about, and so was never verified. */
function broken(id: number): Deployment {
  const { verdict: _verdict, verifiedAt: _at, ...rest } = one(id);
  return { ...rest, outcome: "failed" };
}

describe("the change lead time", () => {
  const commits = (bundle: number, ...made: readonly number[]) =>
    made.map((hour) => ({
      bundle: digest(`bundle ${bundle}`),
      deployable: "frontend",
      commit: `at ${hour}`,
      committedAt: at(hour),
    }));

  function hours(given: Partial<MetricsFacts>): [number, number][] {
    const all = facts(given);
    return leadTimes(all, judgedDeployments(all), "frontend").map((time) => [time.deployment, time.hours]);
  }

  it("runs from the oldest commit that no deployment had brought before", () => {
    const given = {
      promotions: promotions({ 5: ["frontend"], 10: ["frontend"] }),
      deployments: [one(5), one(10)],
      changes: [...commits(5, 1, 2), ...commits(10, 1, 2, 7, 9)],
    };
    assert.deepEqual(hours(given), [[10, 4]]);
  });

  it("counts a change from its own commit when its first deployment failed", () => {
    const given = {
      promotions: promotions({ 5: ["frontend"], 10: ["frontend"], 12: ["frontend"] }),
      deployments: [one(5), one(10, { verdict: "failed" }), one(12)],
      changes: [...commits(5, 1), ...commits(10, 1, 7), ...commits(12, 1, 7, 11)],
    };
    assert.deepEqual(hours(given), [[12, 6]]);
  });

  it("leaves out rollbacks and deployments of other deployables", () => {
    const given = {
      promotions: promotions({ 5: ["frontend"], 10: ["backend"], 12: ["frontend"] }),
      deployments: [one(5), one(10), one(12, { rollback: true })],
      changes: [...commits(5, 1), ...commits(10, 1, 7), ...commits(12, 1, 7)],
    };
    assert.deepEqual(hours(given), []);
  });

  it("runs from the making of the bundle where no commit is known, and says so", () => {
    const all = facts({
      bundles: [{ digest: digest("bundle 5"), createdAt: at(2) }],
      promotions: promotions({ 5: ["frontend"] }),
      deployments: [one(5)],
    });
    assert.deepEqual(leadTimes(all, judgedDeployments(all), "frontend"), [
      { deployment: 5, endedAt: at(6), hours: 4, since: "bundle" },
    ]);
  });
});

describe("the failed deployment recovery time", () => {
  function found(changed: Readonly<Record<number, readonly string[]>>, deployments: readonly Deployment[]) {
    const judged = judgedDeployments(facts({ promotions: promotions(changed), deployments }));
    return outages(judged, "frontend").map((outage) => [outage.deployment, outage.hours]);
  }
  const both = ["frontend", "backend"];

  const table: readonly [
    what: string,
    changed: Readonly<Record<number, readonly string[]>>,
    deployments: readonly Deployment[],
    expected: readonly unknown[],
  ][] = [
    [
      "from the failure to the end of the next good one",
      { 1: both, 5: both },
      [one(1, { verdict: "failed" }), one(5)],
      [[1, 4]],
    ],
    [
      "a row of failures is one outage",
      { 1: both, 3: both, 5: both },
      [one(1, { verdict: "failed" }), broken(3), one(5)],
      [[1, 4]],
    ],
    [
      "a good one of another deployable ends nothing",
      { 1: both, 3: ["backend"], 5: both },
      [one(1, { verdict: "failed" }), one(3), one(5)],
      [[1, 4]],
    ],
    [
      "a rollback ends it, whatever it changes",
      { 1: both, 2: both, 4: [] },
      [one(1), one(2, { verdict: "failed" }), one(4, { rollback: true, bundle: digest("bundle 1") })],
      [[2, 2]],
    ],
    [
      "what was good until it was rolled back is bad from the rollback's beginning",
      { 1: both, 2: both, 8: both },
      [one(1), one(2), one(8, { rollback: true, bundle: digest("bundle 1") })],
      [[2, 1]],
    ],
    ["it lasts while nothing goes well", { 1: both }, [one(1, { verdict: "failed" })], [[1, undefined]]],
    [
      "failures after a recovery begin another",
      { 1: both, 3: both, 5: both, 9: both },
      [one(1, { verdict: "failed" }), one(3), one(5, { verdict: "failed" }), one(9)],
      [
        [1, 2],
        [5, 4],
      ],
    ],
  ];
  for (const [what, changed, deployments, expected] of table) {
    it(what, () => assert.deepEqual(found(changed, deployments), expected));
  }
});
