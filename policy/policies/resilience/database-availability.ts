import type { ResourceRule } from "../../rule.ts";

export const databaseAvailability: ResourceRule = {
  name: "database-availability",
  title: "Databases have a standby in another zone",
  severity: "high",
  category: "resilience",
  description: "Every RDS instance of production has a standby in another availability zone.",
  rationale: "With one instance a lost zone is an outage until a backup is restored, and every patch is a downtime.",
  remediation: "Set multiAz to true.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7", "GDPR 32(1)(b)"],
  appliesTo: ["aws:rds/instance:Instance"],
  environments: ["production"],
  // A read replica is a copy already.
  judge: ({ props }) => (props.multiAz === true || props.replicateSourceDb ? [] : ["stands in one zone."]),
  remediate: ({ props }) =>
    props.multiAz === true || props.replicateSourceDb ? undefined : { ...props, multiAz: true },
};
