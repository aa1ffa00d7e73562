import type { Rule } from "../rule.ts";

export const databaseExposure: Rule = {
  name: "database-exposure",
  title: "Databases are private and encrypted",
  severity: "critical",
  description: "A database has no public address and its storage is encrypted.",
  rationale:
    "A public database is found by scanners within minutes; a snapshot of an unencrypted one is readable wherever it is copied.",
  remediation: "Set publiclyAccessible to false (or leave it out) and storageEncrypted to true.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "CC6.6" },
    { framework: "ISO 27001", version: "2022", id: "A.8.20" },
  ],
  appliesTo: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  judge: ({ props }) => [
    ...(props.publiclyAccessible === true ? ["has a public address."] : []),
    ...(props.storageEncrypted === true ? [] : ["keeps its data unencrypted."]),
  ],
};
