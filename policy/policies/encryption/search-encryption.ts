import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const searchEncryption: ResourceRule = {
  name: "search-encryption",
  title: "Search domains are encrypted",
  severity: "high",
  category: "encryption",
  description: "An OpenSearch domain encrypts its data, the traffic between its nodes and that of its clients.",
  rationale: "An index is a second copy of the data, and none of the three is on unless it is asked for.",
  remediation:
    "Set encryptAtRest.enabled, nodeToNodeEncryption.enabled and domainEndpointOptions.enforceHttps to true.",
  controls: ["SOC2 CC6.1", "SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-28(1)", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:elasticsearch/domain:Domain", "aws:opensearch/domain:Domain"],
  judge: ({ props }) => [
    ...(recordOf(props.encryptAtRest).enabled === true ? [] : ["keeps its data unencrypted."]),
    ...(recordOf(props.nodeToNodeEncryption).enabled === true ? [] : ["has nodes that speak without TLS."]),
    ...(recordOf(props.domainEndpointOptions).enforceHttps === true ? [] : ["lets clients connect without TLS."]),
  ],
};
