import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const sessionLogs: ResourceRule = {
  name: "session-logs",
  title: "Sessions in containers are recorded",
  severity: "high",
  category: "logging",
  description: "An ECS cluster records what people do in its containers, in an encrypted log of its own.",
  rationale: "ECS Exec is a shell in production; without a record nobody can say what was looked at or changed.",
  remediation: "Set executeCommandConfiguration.logging to OVERRIDE with an encrypted log group or bucket.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "ISO27001 A.8.2", "NIST AC-6(9)", "NIST AC-17(1)", "NIST AU-12"],
  appliesTo: ["aws:ecs/cluster:Cluster"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const { logConfiguration, logging } = recordOf(recordOf(props.configuration).executeCommandConfiguration);
    if (logging === "NONE") return ["does not record sessions in its containers."];
    // The default writes among what the container itself writes.
    if (logging !== "OVERRIDE") return ["records sessions in its containers in no log of their own."];
    const { cloudWatchEncryptionEnabled, cloudWatchLogGroupName, s3BucketEncryptionEnabled, s3BucketName } =
      recordOf(logConfiguration);
    if (!cloudWatchLogGroupName && !s3BucketName) return ["does not record sessions in its containers."];
    const encrypted =
      (!cloudWatchLogGroupName || cloudWatchEncryptionEnabled === true) &&
      (!s3BucketName || s3BucketEncryptionEnabled === true);
    return encrypted ? [] : ["records sessions in its containers unencrypted."];
  },
};
