import type { ResourceRule } from "../../rule.ts";

/**
 * The oldest major versions in RDS's standard support at the end of 2026:
 * https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html and, of MySQL,
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
 */
const oldest: Readonly<Record<string, number>> = { "aurora-postgresql": 14, mysql: 8.4, postgres: 14 };

export const databaseEngineVersion: ResourceRule = {
  name: "database-engine-version",
  title: "A supported version of the database engine",
  severity: "high",
  category: "supply chain",
  description: "A database names the version of its engine, one that has standard support.",
  rationale: "An engine without support gets no patches, and RDS raises it by itself on a day that nobody chose.",
  remediation: "Set engineVersion to a major version with standard support.",
  controls: ["SOC2 CC7.1", "ISO27001 A.8.8", "NIST SA-22", "NIST SI-2"],
  appliesTo: ["aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: ({ props }) => {
    const { engine, engineVersion, replicateSourceDb, snapshotIdentifier } = props;
    // A copy has the version of what it is a copy of.
    if (replicateSourceDb || snapshotIdentifier) return [];
    if (engineVersion === undefined || engineVersion === null) return ["names no version of its engine."];
    const minimum = typeof engine === "string" && Object.hasOwn(oldest, engine) ? oldest[engine] : undefined;
    if (minimum === undefined) return [];
    return Number.parseFloat(String(engineVersion)) >= minimum
      ? []
      : [`runs ${engine} ${engineVersion}, which is older than ${minimum}.`];
  },
};
