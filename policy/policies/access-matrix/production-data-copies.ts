import { accessMatrix } from "../../access-matrix.ts";
import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

/** What a database or cache is made of. */
function sourcesOf(props: Readonly<Record<string, unknown>>): readonly string[] {
  const point = recordOf(props.restoreToPointInTime);
  return [
    ...[
      "globalClusterIdentifier",
      "replicateSourceDb",
      "replicationSourceIdentifier",
      "snapshotArns",
      "snapshotIdentifier",
      "snapshotName",
    ].flatMap((property) => textsOf(props[property])),
    ...["sourceClusterIdentifier", "sourceDbInstanceAutomatedBackupsArn", "sourceDbInstanceIdentifier"].flatMap(
      (property) => textsOf(point[property]),
    ),
  ];
}

export const productionDataCopies: ResourceRule = {
  name: "production-data-copies",
  title: "No copy of customers' data for tests",
  severity: "critical",
  category: "access matrix",
  description: "A database outside production is made of no backup of production, unless the backup was anonymized.",
  rationale:
    "Tests run there, experiments too, and everybody of the team may look: it is customers' data with none of its guards.",
  remediation:
    "Anonymize a copy inside production, and name that snapshot so, for example teamflow-prod-anonymized-2026-12-01.",
  controls: ["ISO27001 A.8.33", "ISO27001 A.8.11", "SOC2 C1.1", "NIST AC-4", "GDPR 25(1)", "GDPR 32(1)(a)"],
  appliesTo: [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
  ],
  judge: (resource) => {
    const sources = sourcesOf(resource.props);
    if (!accessMatrix[environmentOf(resource)].allowTestData) return [];
    return sources
      .filter((source) => /(^|[^a-z0-9])(pre-?)?prod(uction)?(?![a-z0-9])/i.test(source))
      .filter((source) => !/anonymi[sz]ed|sanitized|masked/i.test(source))
      .map((source) => `is a copy of production's ${source}.`);
  },
};
