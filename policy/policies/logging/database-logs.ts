import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { textsOf } from "../../values.ts";

/** The log of each engine that tells who connected and what failed: "Publishing database logs to Amazon CloudWatch Logs" of RDS. */
const needed: ReadonlyArray<readonly [engine: RegExp, log: string]> = [
  [/postgres/, "postgresql"],
  [/mysql|mariadb|^aurora$/, "error"],
  [/^oracle/, "audit"],
  [/^sqlserver/, "error"],
  [/^docdb|^neptune/, "audit"],
];

export const databaseLogs: ResourceRule = {
  name: "database-logs",
  title: "Databases hand out their logs",
  severity: "high",
  category: "logging",
  description: "A database sends its log of connections and errors to CloudWatch.",
  rationale: "On the instance the log is deleted after days, by whoever administers the instance, or with it.",
  remediation: "Name the log in enabledCloudwatchLogsExports: postgresql, error or audit.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-9(2)", "NIST AU-12", "GDPR 33(1)"],
  appliesTo: [
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
  ],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    const engine = textOf(props.engine ?? (/^aws:(docdb|neptune)/.exec(type)?.[1] || ""));
    const log = needed.find(([pattern]) => pattern.test(engine))?.[1];
    const logs = textsOf(props.enabledCloudwatchLogsExports ?? props.enableCloudwatchLogsExports);
    return log === undefined || logs.includes(log) ? [] : [`does not send its log "${log}" to CloudWatch.`];
  },
};
