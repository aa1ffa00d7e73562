import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const buildLogs: ResourceRule = {
  name: "build-logs",
  title: "Builds have a log",
  severity: "medium",
  category: "logging",
  description: "A CodeBuild project writes a log, and the one in S3 is encrypted.",
  rationale:
    "Builds run other people's code with credentials of production; the log is what shows that one did more than build.",
  remediation: "Enable logsConfig.cloudwatchLogs, and leave encryptionDisabled out.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-12", "NIST AU-9"],
  appliesTo: ["aws:codebuild/project:Project"],
  judge: ({ props }) => {
    const { cloudwatchLogs, s3Logs } = recordOf(props.logsConfig);
    // CodeBuild writes to CloudWatch unless told otherwise, and to S3 when told to.
    const toCloudWatch = recordOf(cloudwatchLogs).status !== "DISABLED";
    const { encryptionDisabled, status } = recordOf(s3Logs);
    const toBucket = status === "ENABLED";
    return [
      ...(toCloudWatch || toBucket ? [] : ["writes no log."]),
      ...(toBucket && encryptionDisabled === true ? ["writes its log unencrypted."] : []),
    ];
  },
};
