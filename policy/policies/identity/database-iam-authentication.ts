import type { ResourceRule } from "../../rule.ts";

export const databaseIamAuthentication: ResourceRule = {
  name: "database-iam-authentication",
  title: "Databases take IAM's tokens",
  severity: "medium",
  category: "identity",
  description: "A PostgreSQL, MySQL or MariaDB database of RDS lets applications log in by IAM.",
  rationale: "A token holds for fifteen minutes and belongs to a role; a password is shared, copied and forgotten.",
  remediation: "Set iamDatabaseAuthenticationEnabled to true.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.5", "NIST IA-5", "NIST IA-2", "CIS-AWS 1.18"],
  appliesTo: ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: ({ props }) => (isMissing(props) ? ["does not take IAM's tokens."] : []),
  remediate: ({ props }) => (isMissing(props) ? { ...props, iamDatabaseAuthenticationEnabled: true } : undefined),
};

/** A replica takes the engine from its source, and is judged too. Other engines have no such log-in. */
function isMissing({ engine, iamDatabaseAuthenticationEnabled }: Readonly<Record<string, unknown>>): boolean {
  const isAble = engine === undefined || engine === null || /postgres|mysql|mariadb/.test(String(engine));
  return isAble && iamDatabaseAuthenticationEnabled !== true;
}
