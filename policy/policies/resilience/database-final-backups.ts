import type { ResourceRule } from "../../rule.ts";

/** Those whose automated backups go with them unless told otherwise. */
const withAutomatedBackups: readonly string[] = ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"];

export const databaseFinalBackups: ResourceRule = {
  name: "database-final-backups",
  title: "A deleted database leaves its backups",
  severity: "high",
  category: "resilience",
  description: "A database that is deleted leaves a last snapshot, and the backups that RDS made of it.",
  rationale: "RDS deletes the automated backups with the database, so that one wrong deletion is final.",
  remediation:
    "Set skipFinalSnapshot to false, finalSnapshotIdentifier to a name, and deleteAutomatedBackups to false.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: [...withAutomatedBackups, "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster"],
  environments: ["preProduction", "production"],
  judge: ({ props, type }) => {
    if (props.replicateSourceDb) return [];
    return [
      ...(props.skipFinalSnapshot === true ? ["leaves no snapshot when it is deleted."] : []),
      ...(props.skipFinalSnapshot !== true && !props.finalSnapshotIdentifier ? ["names no last snapshot."] : []),
      ...(withAutomatedBackups.includes(type) && props.deleteAutomatedBackups !== false
        ? ["takes its backups with it when it is deleted."]
        : []),
    ];
  },
};
