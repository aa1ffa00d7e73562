import type { ResourceRule } from "../../rule.ts";

const groupType = "aws:elasticache/replicationGroup:ReplicationGroup";
const memoryDbType = "aws:memorydb/cluster:Cluster";

export const cacheTls: ResourceRule = {
  name: "cache-tls",
  title: "Caches refuse connections without TLS",
  severity: "high",
  category: "encryption",
  description: "A cache speaks TLS, and nothing else.",
  rationale:
    "Without TLS sessions and tokens cross the network in the clear, and clients cannot log in by users or IAM.",
  remediation: "Set transitEncryptionEnabled to true and transitEncryptionMode to required.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "ISO27001 A.8.20", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:elasticache/cluster:Cluster", groupType, memoryDbType],
  judge: ({ props, type }) => {
    if (type === memoryDbType) return props.tlsEnabled === false ? ["speaks without TLS."] : [];
    // A member of a group speaks as the group does.
    if (type !== groupType && props.replicationGroupId) return [];
    if (props.transitEncryptionEnabled !== true) return ["speaks without TLS."];
    return props.transitEncryptionMode === "preferred" ? ["lets clients connect without TLS."] : [];
  },
};
