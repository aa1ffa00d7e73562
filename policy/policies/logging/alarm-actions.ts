import type { ResourceRule } from "../../rule.ts";
import { listOf } from "../../values.ts";

export const alarmActions: ResourceRule = {
  name: "alarm-actions",
  title: "Alarms tell somebody",
  severity: "medium",
  category: "logging",
  description: "An alarm acts when it goes off.",
  rationale: "An alarm without an action changes colour on a page that nobody has open.",
  remediation: "Name a topic in alarmActions, and leave actionsEnabled out.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.16", "NIST SI-4(5)", "NIST AU-5"],
  appliesTo: ["aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cloudwatch/metricAlarm:MetricAlarm"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) =>
    props.actionsEnabled !== false && listOf(props.alarmActions).length > 0 ? [] : ["tells nobody."],
};
