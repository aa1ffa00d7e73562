import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordsOf } from "../../values.ts";

/** Parameters of PostgreSQL that record who comes and goes; off by default. */
const sessions = ["log_connections", "log_disconnections"];

export const databaseAudit: ResourceRule = {
  name: "database-audit",
  title: "Databases record sessions and changes of rights",
  severity: "medium",
  category: "logging",
  description: "PostgreSQL records who connects and disconnects, and by pgaudit every change of schema and of rights.",
  rationale: "Without them the log tells of errors alone: a stolen password makes none.",
  remediation:
    "Set log_connections and log_disconnections to 1, add pgaudit to shared_preload_libraries, and set pgaudit.log to ddl,role.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-2", "NIST AU-12", "NIST AC-6(9)", "GDPR 33(1)"],
  appliesTo: ["aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/parameterGroup:ParameterGroup"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    const family = textOf(props.family);
    // Aurora has these in the group of the cluster.
    const wanted = type === "aws:rds/parameterGroup:ParameterGroup" ? /^postgres/ : /^(aurora-)?postgres/;
    if (!wanted.test(family)) return [];
    const values = new Map(recordsOf(props.parameters).map(({ name, value }) => [name, textOf(value).toLowerCase()]));
    const words = (name: string) => (values.get(name) ?? "").split(",").map((word) => word.trim());
    const audited = words("pgaudit.log");
    const audits =
      words("shared_preload_libraries").includes("pgaudit") &&
      (audited.includes("all") || (audited.includes("ddl") && audited.includes("role")));
    return [
      ...sessions
        // PostgreSQL 18 takes stages of a connection too: "all", "receipt,authentication".
        .filter((name) => /^(|0|off|false|no)$/.test(values.get(name) ?? ""))
        .map((name) => `does not set ${name}.`),
      ...(audits ? [] : ["does not audit changes of schema and rights."]),
    ];
  },
};
