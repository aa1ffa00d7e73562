import type { ResourceRule } from "../../rule.ts";

/** Properties of databases that take their password from what they are made of. */
const inherits: readonly string[] = ["replicateSourceDb", "replicationSourceIdentifier"];

export const databaseManagedPassword: ResourceRule = {
  name: "database-managed-password",
  title: "RDS keeps the administrator's password",
  severity: "high",
  category: "secrets",
  description: "The password of a database's administrator is made, kept and rotated by RDS.",
  rationale:
    "A password that the program gives is in the state, known to whoever deploys, and stays the same for years.",
  remediation: "Set manageMasterUserPassword to true and remove password.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5", "NIST IA-5(7)"],
  appliesTo: ["aws:docdb/cluster:Cluster", "aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: ({ props }) =>
    props.manageMasterUserPassword === true || inherits.some((property) => typeof props[property] === "string")
      ? []
      : ["has an administrator's password that RDS does not keep."],
};
