import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { numberOf, recordsOf } from "../../values.ts";

export const databaseLogValues: ResourceRule = {
  name: "database-log-values",
  title: "Databases log statements without their values",
  severity: "medium",
  category: "logging",
  description: "PostgreSQL, where it logs statements, leaves out the values that they were called with.",
  rationale:
    "The values are the data: names, addresses and tokens, in a log that more people may read than the database.",
  remediation: "Set log_parameter_max_length to 0.",
  controls: ["ISO27001 A.8.11", "ISO27001 A.8.12", "NIST AU-3", "GDPR 25(2)", "GDPR 5(1)(f)"],
  appliesTo: ["aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/parameterGroup:ParameterGroup"],
  judge: ({ props }) => {
    if (!/postgres/.test(textOf(props.family))) return [];
    const values = new Map(recordsOf(props.parameters).map(({ name, value }) => [name, textOf(value)]));
    const logsStatements =
      (numberOf(values.get("log_min_duration_statement")) ?? -1) >= 0 ||
      (numberOf(values.get("log_min_duration_sample")) ?? -1) >= 0 ||
      (values.get("log_statement") ?? "none") !== "none";
    // By default a value is logged whole.
    const leavesOut = numberOf(values.get("log_parameter_max_length")) === 0;
    return logsStatements && !leavesOut ? ["logs the values of statements."] : [];
  },
};
