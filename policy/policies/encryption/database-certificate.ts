import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";

export const databaseCertificate: ResourceRule = {
  name: "database-certificate",
  title: "Databases show a current certificate",
  severity: "medium",
  category: "encryption",
  description: "A database's certificate comes from an authority of RDS that has not expired.",
  rationale: "Clients that verify the certificate cannot connect; the way out under pressure is to stop verifying.",
  remediation: "Set caCertIdentifier to rds-ca-rsa2048-g1 or newer, or leave it out.",
  controls: ["NIST SC-17", "NIST IA-5(2)", "ISO27001 A.8.24", "SOC2 CC6.7"],
  appliesTo: ["aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance", "aws:rds/instance:Instance"],
  // Those of 2015 and 2019 are named by their year alone and ended in 2020 and 2024.
  judge: ({ props }) => {
    const authority = props.caCertIdentifier ?? props.caCertificateIdentifier;
    return /^rds-ca-\d{4}$/.test(textOf(authority))
      ? [`shows a certificate of ${textOf(authority)}, which has expired.`]
      : [];
  },
};
