import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days. A week covers a mistake that is noticed after a weekend; production's are asked for after longer. */
const shortest = 7;
const shortestInProduction = 14;

export const databaseBackups: ResourceRule = {
  name: "database-backups",
  title: "Databases are backed up",
  severity: "high",
  category: "resilience",
  description: `RDS keeps the daily backups and the log of a database for ${shortest} days, in production for ${shortestInProduction}.`,
  rationale: "An instance that says nothing has no backups at all, and nothing can be restored to a point in time.",
  remediation: `Set backupRetentionPeriod to ${shortest} or more, in production to ${shortestInProduction} or more.`,
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  environments: ["staging", "preProduction", "production"],
  judge: (resource) => {
    const { props, type } = resource;
    if (props.replicateSourceDb) return [];
    const wanted = environmentOf(resource) === "production" ? shortestInProduction : shortest;
    // The provider's defaults: none for an instance, one day for a cluster.
    const days = numberOf(props.backupRetentionPeriod) ?? (type === "aws:rds/cluster:Cluster" ? 1 : 0);
    return days >= wanted ? [] : [`keeps its backups for ${days} days, not for ${wanted}.`];
  },
};
