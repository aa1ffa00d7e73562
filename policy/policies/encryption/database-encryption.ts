import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";

const redshiftType = "aws:redshift/cluster:Cluster";

export const databaseEncryption: ResourceRule = {
  name: "database-encryption",
  title: "Databases are encrypted",
  severity: "critical",
  category: "encryption",
  description: "The storage of a database is encrypted.",
  rationale:
    "A snapshot of an unencrypted database is readable wherever it is copied, and it can never be encrypted later.",
  remediation:
    "Set storageEncrypted to true when the database is made; restore an existing one from an encrypted copy.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "CIS-AWS 2.3.1", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: [
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    redshiftType,
  ],
  judge: ({ props, type }) => {
    const unencrypted = ["keeps its data unencrypted."];
    // Redshift encrypts unless told otherwise.
    if (type === redshiftType) return textOf(props.encrypted ?? true) === "true" ? [] : unencrypted;
    // A replica is encrypted as its source is; Aurora Serverless v1 always.
    const { engineMode, replicateSourceDb, storageEncrypted } = props;
    const given = storageEncrypted === undefined && (replicateSourceDb || engineMode === "serverless");
    return storageEncrypted === true || given ? [] : unencrypted;
  },
};
