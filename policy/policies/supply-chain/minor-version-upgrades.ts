import type { ResourceRule } from "../../rule.ts";

export const minorVersionUpgrades: ResourceRule = {
  name: "minor-version-upgrades",
  title: "Patches install themselves",
  severity: "medium",
  category: "supply chain",
  description: "Databases and caches take minor versions of their engine by themselves, in their maintenance window.",
  rationale: "Minor versions carry the fixes of vulnerabilities, and nobody installs them by hand in time.",
  remediation: "Set autoMinorVersionUpgrade to true, or leave it out.",
  controls: ["CIS-AWS 2.3.2", "SOC2 CC7.1", "ISO27001 A.8.8", "NIST SI-2"],
  appliesTo: [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/instance:Instance",
  ],
  judge: ({ props }) =>
    String(props.autoMinorVersionUpgrade) === "false" ? ["does not take minor versions by itself."] : [],
  remediate: ({ props }) =>
    String(props.autoMinorVersionUpgrade) === "false" ? { ...props, autoMinorVersionUpgrade: true } : undefined,
};
