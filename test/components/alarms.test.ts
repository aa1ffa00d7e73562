import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createAlarms, type PlannedAlarm } from "../../components/alarms.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("alarms that were planned", () => {
  const planned: PlannedAlarm = {
    part: "latency",
    namespace: "AWS/ApplicationELB",
    metric: "TargetResponseTime",
    dimensions: { LoadBalancer: "app/x/1" },
    extendedStatistic: "p99",
    comparison: "GreaterThanThreshold",
    threshold: 2,
    periodSeconds: 60,
    evaluationPeriods: 5,
    treatMissingData: "notBreaching",
    description: "Slow.",
  };
  const run = (alarm: PlannedAlarm) =>
    runMocked(() => {
      const parent = new pulumi.ComponentResource("slipway:index:Test", "x");
      createAlarms([alarm], {
        parent,
        childName: (part) => `x-alarm-${part}`,
        physicalName: (part) => `teamflow-dev-${part}`,
        tags: { Stack: "dev" },
        topicArn: "topic",
      });
    }).then((seen) => seen.one("aws:cloudwatch/metricAlarm:MetricAlarm"));

  it("tell of their end as of their beginning", async () => {
    const { inputs, name } = await run(planned);
    assert.equal(name, "x-alarm-latency");
    assert.deepEqual([inputs.alarmActions, inputs.okActions], [["topic"], ["topic"]]);
  });

  it("have a percentile or a statistic, never both, and wait for every period unless told otherwise", async () => {
    const { inputs } = await run(planned);
    assert.deepEqual([inputs.extendedStatistic, inputs.statistic, inputs.datapointsToAlarm], ["p99", undefined, 5]);
    const { extendedStatistic: _, ...rest } = planned;
    const other = await run({ ...rest, statistic: "Sum", datapointsToAlarm: 3 });
    assert.deepEqual(
      [other.inputs.extendedStatistic, other.inputs.statistic, other.inputs.datapointsToAlarm],
      [undefined, "Sum", 3],
    );
  });
});
