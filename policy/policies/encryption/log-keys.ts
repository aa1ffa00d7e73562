import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";
import { isOwnKey, withKeyOfAws } from "./own-keys.ts";

const clusterType = "aws:ecs/cluster:Cluster";

export const logKeys: ResourceRule = {
  name: "log-keys",
  title: "Logs have an own key",
  severity: "medium",
  category: "encryption",
  description: "Log groups, and sessions in containers, are encrypted with a key of one's own.",
  rationale:
    "Logs hold addresses, queries and what people typed; whoever may read log groups reads them all, unless a key says no.",
  remediation: "Set kmsKeyId to an aws.kms.Key whose policy admits CloudWatch Logs.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.15", "ISO27001 A.8.24", "NIST AU-9", "NIST SC-28(1)"],
  appliesTo: ["aws:cloudwatch/logGroup:LogGroup", clusterType],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    if (type !== clusterType) return isOwnKey(props.kmsKeyId) ? [] : [withKeyOfAws("its records")];
    const { kmsKeyId } = recordOf(recordOf(props.configuration).executeCommandConfiguration);
    return isOwnKey(kmsKeyId) ? [] : [withKeyOfAws("sessions in its containers")];
  },
};
