import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const fileSystemTls: ResourceRule = {
  name: "file-system-tls",
  title: "Tasks mount file systems with TLS",
  severity: "high",
  category: "encryption",
  description: "ECS tasks mount EFS file systems with TLS.",
  rationale: "NFS sends every file that is read or written in the clear, and ECS adds TLS only when told to.",
  remediation: "Set efsVolumeConfiguration.transitEncryption to ENABLED.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:ecs/taskDefinition:TaskDefinition"],
  judge: ({ props }) =>
    recordsOf(props.volumes)
      .filter(({ efsVolumeConfiguration: efs }) => efs && recordOf(efs).transitEncryption !== "ENABLED")
      .map(({ name }) => `mounts "${textOf(name)}" without TLS.`),
};
