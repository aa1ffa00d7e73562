import assert from "node:assert/strict";
import { frequency } from "../../../delivery/metrics/frequency.ts";
import { judgedDeployments } from "../../../delivery/metrics/judged.ts";
import { type KpiUnit, type KpiVerdict, type Target, verdictOn } from "../../../delivery/metrics/targets.ts";
import { lastWeeks, within } from "../../../delivery/metrics/week.ts";
import { deployment, digest, facts, smallProcess } from "./support/facts.ts";

describe("a target", () => {
  const { approvalTime, deploymentFrequency, successRate } = smallProcess.metrics;
  const table: readonly [
    value: number | null,
    unit: KpiUnit,
    observations: number,
    target: Target,
    verdict: KpiVerdict,
  ][] = [
    [99, "percent", 100, successRate, "missed"],
    [99.01, "percent", 100, successRate, "met"],
    [100, "percent", 19, successRate, "too few"],
    [100, "percent", 20, successRate, "met"],
    [4, "hours", 5, approvalTime, "missed"],
    [3.99, "hours", 5, approvalTime, "met"],
    [3.99, "hours", 4, approvalTime, "too few"],
    [1.9, "per week", 1, deploymentFrequency, "missed"],
    [2, "per week", 1, deploymentFrequency, "met"],
    [3, "per week", 1, deploymentFrequency, "met"],
    [3.1, "per week", 1, deploymentFrequency, "missed"],
    [null, "per week", 0, deploymentFrequency, "too few"],
  ];
  for (const [value, unit, observations, target, verdict] of table)
    it(`is ${verdict} by ${value} (${unit}) of ${observations}`, () => {
      assert.equal(verdictOn(value, unit, observations, target), verdict);
    });
});

describe("a week's frequency", () => {
  const [week] = lastWeeks("2026-11-04T12:00:00Z", 1, "America/New_York");
  assert.ok(week);

  it("counts what ended from its first moment on, and not at the next one's", () => {
    assert.deepEqual(
      [week.start, week.end].map((moment) => within(moment, week)),
      [true, false],
    );
  });

  it("counts neither rollbacks nor what did not come about", () => {
    const at = "2026-11-03T15:00:00.000Z";
    const { verdict: _verdict, verifiedAt: _at, ...broken } = deployment({ id: 2, startedAt: at });
    const deployments = [
      deployment({ id: 1, startedAt: at }),
      { ...broken, outcome: "failed" as const },
      deployment({ id: 3, startedAt: at, rollback: true, bundle: digest("bundle 1") }),
    ];
    assert.equal(frequency(judgedDeployments(facts({ deployments })), [week]), 1);
  });
});
