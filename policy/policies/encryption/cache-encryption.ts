import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

const daxType = "aws:dax/cluster:Cluster";

export const cacheEncryption: ResourceRule = {
  name: "cache-encryption",
  title: "Caches are encrypted",
  severity: "critical",
  category: "encryption",
  description: "What a cache writes to disk is encrypted.",
  rationale: "Snapshots and swapped pages hold sessions and copies of the database, readable wherever they are copied.",
  remediation: "Set atRestEncryptionEnabled to true; an existing cache is replaced by it.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:elasticache/replicationGroup:ReplicationGroup", daxType],
  judge: ({ props, type }) => {
    const encrypted =
      type === daxType
        ? recordOf(props.serverSideEncryption).enabled
        : // Valkey is encrypted unless told otherwise, Redis only when told to.
          (props.atRestEncryptionEnabled ?? props.engine === "valkey");
    return encrypted === true ? [] : ["keeps its data unencrypted."];
  },
};
