import assert from "node:assert/strict";
import fc from "fast-check";
import type { MetricsFacts } from "../../../delivery/metrics/facts.ts";
import { metricsMarkdown } from "../../../delivery/metrics/markdown.ts";
import { type EnvironmentMetrics, metricsReport } from "../../../delivery/metrics/report.ts";
import type { Decision, Deployment, Promotion } from "../../../delivery/release/model.ts";
import { decision, deployment, digest, facts, promotion, smallProcess } from "./support/facts.ts";

const day = 86_400_000;
const now = "2026-11-27T12:00:00.000Z";
/** Monday noon in New York of the week that has begun at `now`. */
const monday = Date.parse("2026-11-23T17:00:00.000Z");

/** Some days before that Monday. */
const daysBefore = (days: number) => new Date(monday - days * day).toISOString();

function production(given: Partial<MetricsFacts>, weeks = 6): EnvironmentMetrics {
  const report = metricsReport(smallProcess, facts(given), { now, weeks });
  const found = report.environments.find(({ environment }) => environment === "production");
  assert.ok(found);
  return found;
}

/** So many promotions with a deployment each, a day apart, the newest on the Monday before. */
function series(
  count: number,
  change: (id: number) => Partial<Deployment> & { readonly kind?: "emergency" } = () => ({}),
) {
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const deployments = ids.map((id) => {
    const { kind: _, ...rest } = change(id);
    return deployment({ id, startedAt: daysBefore(7 + count - id), ...rest });
  });
  const promotions = ids.map((id) => promotion({ id, ...(change(id).kind ? { kind: "emergency" as const } : {}) }));
  return { deployments, promotions };
}

describe("the KPIs of production", () => {
  it("give no verdict on shares of fewer than 20 deployments", () => {
    const { kpis } = production(series(3)).period;
    assert.deepEqual([kpis.successRate.value, kpis.successRate.verdict], [100, "too few"]);
    assert.match(
      metricsMarkdown(metricsReport(smallProcess, facts(series(3)), { now })),
      /3 deployments: too few to judge/,
    );
  });

  it("are met by 20 good ones, and missed by one that failed: 19 of 20 are 95 %", () => {
    assert.equal(production(series(20)).period.kpis.successRate.verdict, "met");
    const { successRate } = production(series(20, (id) => (id === 7 ? { verdict: "failed" } : {}))).period.kpis;
    assert.deepEqual(
      [successRate.value, successRate.count, successRate.observations, successRate.verdict],
      [95, 19, 20, "missed"],
    );
  });

  it("leave out of the success rate what nobody could judge", () => {
    const { period } = production(series(4, (id) => (id === 2 ? { verdict: "inconclusive" } : {})));
    assert.deepEqual([period.counts.unjudged, period.kpis.successRate.observations], [1, 3]);
  });

  it("count rollbacks by what they took away: 1 of 21 is 4.8 %, more than 2 %", () => {
    const { deployments, promotions } = series(21);
    const back = deployment({ id: 99, startedAt: daysBefore(6), rollback: true, bundle: digest("bundle 20") });
    const { counts, kpis } = production({
      deployments: [...deployments, back],
      promotions: [...promotions, promotion({ id: 99 })],
    }).period;
    assert.deepEqual([counts.finished, counts.rolledBack, counts.rollbacks], [21, 1, 1]);
    assert.deepEqual(
      [Math.round((kpis.rollbackRate.value ?? 0) * 100) / 100, kpis.rollbackRate.verdict],
      [4.76, "missed"],
    );
  });

  it("count emergencies: 1 of 20 is 5 %, which is not below 5 %", () => {
    const { kpis } = production(series(20, (id) => (id === 1 ? { kind: "emergency" } : {}))).period;
    assert.deepEqual([kpis.emergencyShare.value, kpis.emergencyShare.verdict], [5, "missed"]);
  });

  it("take the mean of approval times, whose verdict needs 5", () => {
    const hours = [1, 2, 3, 4, 5];
    const promotions = hours.map((_, index) => promotion({ id: index + 1, requestedAt: daysBefore(10) }));
    const decisions = hours.map((wait, index) =>
      decision({
        promotion: index + 1,
        actor: "github:ann",
        role: "manager",
        decidedAt: new Date(Date.parse(daysBefore(10)) + wait * 3_600_000).toISOString(),
      }),
    );
    const { approvalTime } = production({ promotions, decisions }).period.kpis;
    assert.deepEqual([approvalTime.value, approvalTime.p50, approvalTime.p90, approvalTime.verdict], [3, 3, 5, "met"]);
    const fewer = production({ promotions, decisions: decisions.slice(0, 4) }).period.kpis.approvalTime;
    assert.deepEqual([fewer.value, fewer.verdict], [2.5, "too few"]);
  });

  it("tell the frequency by whole weeks since the first deployment, and not the week that has begun", () => {
    // Fourteen deployments in three weeks, one in the week that has begun, none earlier.
    const { deployments, promotions } = series(14);
    const fresh = deployment({ id: 50, startedAt: daysBefore(0) });
    const found = production({ deployments: [...deployments, fresh], promotions }, 6);
    assert.deepEqual(
      found.weeks.map(({ week, counts, kpis }) => [
        week,
        counts.finished,
        kpis.deploymentFrequency.value,
        kpis.deploymentFrequency.verdict,
      ]),
      [
        ["2026-W43", 0, null, "too few"],
        ["2026-W44", 0, null, "too few"],
        ["2026-W45", 6, 6, "missed"],
        ["2026-W46", 7, 7, "missed"],
        ["2026-W47", 1, 1, "missed"],
        ["2026-W48", 1, null, "too few"],
      ],
    );
    assert.equal(found.period.kpis.deploymentFrequency.value, 14 / 3);
  });

  it("are nothing in a week without deployments, not 0 %", () => {
    const [empty] = production(series(3), 10).weeks;
    assert.deepEqual(
      [empty?.kpis.successRate.value, empty?.kpis.rollbackRate.value, empty?.kpis.approvalTime.value],
      [null, null, null],
    );
  });

  it("have no target in other environments", () => {
    const given = facts({
      deployments: [deployment({ id: 1, startedAt: daysBefore(7), environment: "staging" })],
      promotions: [promotion({ id: 1, environment: "staging" })],
    });
    const [staging] = metricsReport(smallProcess, given, { now }).environments;
    assert.deepEqual(
      [staging?.environment, staging?.hasTargets, staging?.period.kpis.successRate.verdict],
      ["staging", false, undefined],
    );
  });
});

/** Random histories of both environments, over about ten weeks. */
const histories = fc
  .array(
    fc.record({
      minutes: fc.nat(100_000),
      environment: fc.constantFrom("staging", "production"),
      changed: fc.subarray(["frontend", "backend"]),
      kind: fc.constantFrom("normal" as const, "critical" as const, "emergency" as const),
      rollback: fc.boolean(),
      to: fc.nat(5),
      state: fc.constantFrom("running", "failed", "passed", "bad", "error"),
      approvals: fc.array(
        fc.record({
          who: fc.constantFrom("ann", "bob", "rita"),
          role: fc.constantFrom("manager", "cto", "qa"),
          after: fc.nat(600),
        }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 25 },
  )
  .map((entries) => {
    const promotions: Promotion[] = [];
    const decisions: Decision[] = [];
    const deployments: Deployment[] = [];
    for (const [index, entry] of entries.entries()) {
      const id = index + 1;
      const bundle = digest(`bundle ${entry.rollback ? entry.to : id}`);
      const startedAt = new Date(monday - 10 * 7 * day + entry.minutes * 60_000).toISOString();
      const { environment, changed, kind, rollback } = entry;
      promotions.push(
        promotion({
          id,
          bundle,
          environment,
          changed,
          kind,
          requestedAt: startedAt,
          ...(rollback ? { rollback: { how: "trigger" as const, reason: "bad" } } : {}),
        }),
      );
      for (const { after, role, who } of entry.approvals)
        decisions.push(
          decision({
            promotion: id,
            bundle,
            actor: `github:${who}`,
            role,
            decidedAt: new Date(Date.parse(startedAt) + after * 60_000).toISOString(),
          }),
        );
      const { endedAt, outcome, verdict, verifiedAt, ...running } = deployment({
        id,
        startedAt,
        bundle,
        environment,
        rollback,
      });
      if (endedAt === undefined || verifiedAt === undefined || outcome === undefined || verdict === undefined) continue;
      if (entry.state === "running") deployments.push(running);
      else if (entry.state === "failed")
        deployments.push({ ...running, endedAt, outcome: "failed", reason: "It broke." });
      else
        deployments.push({
          ...running,
          endedAt,
          outcome,
          verifiedAt,
          verdict: entry.state === "bad" ? "failed" : entry.state === "error" ? "error" : verdict,
        });
    }
    return { promotions, decisions, deployments };
  });

describe("the report", () => {
  it("does not depend on the order in which facts are given", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const reversed = {
          promotions: history.promotions.toReversed(),
          decisions: history.decisions.toReversed(),
          deployments: history.deployments.toReversed(),
        };
        const one = metricsReport(smallProcess, facts(history), { now });
        assert.deepEqual(metricsReport(smallProcess, facts(reversed), { now }), one);
      }),
      { numRuns: 60 },
    );
  });

  it("adds up: weeks to the period, environments to the whole", () => {
    fc.assert(
      fc.property(histories, (history) => {
        const { environments, weeks } = metricsReport(smallProcess, facts(history), { now });
        for (const { period, weeks: parts } of environments)
          for (const [key, sum] of Object.entries(period.counts))
            assert.equal(
              parts.reduce((total, { counts }) => total + (counts[key as keyof typeof counts] ?? 0), 0),
              sum,
              key,
            );
        const all = environments.reduce((sum, { period }) => sum + period.counts.finished + period.counts.rollbacks, 0);
        const { start = "", end = "" } = { start: weeks[0]?.start, end: weeks.at(-1)?.end };
        const ended = history.deployments.filter(
          ({ endedAt }) => endedAt !== undefined && start <= endedAt && endedAt < end,
        );
        assert.equal(all, ended.length);
      }),
      { numRuns: 60 },
    );
  });

  it("has percentages from 0 to 100 and no negative time", () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { deployables, period, weeks } of metricsReport(smallProcess, facts(history), { now })
          .environments) {
          const kpis = [period, ...weeks].flatMap((part) => Object.values(part.kpis));
          const shares = deployables.flatMap((one) => [one.period.changeFailRate, one.period.deploymentReworkRate]);
          for (const value of [
            ...kpis.filter(({ unit }) => unit === "percent").map((kpi) => kpi.value),
            ...shares.map(({ percent }) => percent),
          ])
            assert.ok(value === null || (value >= 0 && value <= 100), String(value));
          for (const { value } of kpis) assert.ok(value === null || value >= 0);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("lets no title of a process format the page", () => {
    const title = "A | *bold* <script> @everyone";
    const text = metricsMarkdown(metricsReport({ ...smallProcess, title }, facts({}), { now }));
    assert.match(text, /^# Release metrics: A \\\| \\\*bold\\\* \\<script> @\u200beveryone$/m);
  });
});
