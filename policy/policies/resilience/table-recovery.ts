import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const tableRecovery: ResourceRule = {
  name: "table-recovery",
  title: "Tables recover to a point in time",
  severity: "high",
  category: "resilience",
  description: "Every DynamoDB table can be restored to any second of the last weeks.",
  rationale: "DynamoDB has no backups by default, and a wrong program empties a table within minutes.",
  remediation: "Set pointInTimeRecovery.enabled to true.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: ["aws:dynamodb/table:Table"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) =>
    recordOf(props.pointInTimeRecovery).enabled === true ? [] : ["cannot be restored to a point in time."],
  remediate: ({ props }) =>
    recordOf(props.pointInTimeRecovery).enabled === true
      ? undefined
      : { ...props, pointInTimeRecovery: { ...recordOf(props.pointInTimeRecovery), enabled: true } },
};
