import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

export const buildArtifacts: ResourceRule = {
  name: "build-artifacts",
  title: "What is built is kept encrypted",
  severity: "medium",
  category: "encryption",
  description: "A build does not switch off the encryption of what it makes.",
  rationale: "Artifacts hold what the build was given, source and settings among it, for whoever reads the bucket.",
  remediation: "Leave encryptionDisabled out of artifacts and secondaryArtifacts.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-28"],
  appliesTo: ["aws:codebuild/project:Project"],
  judge: ({ props }) =>
    [...recordsOf(props.artifacts), ...recordsOf(props.secondaryArtifacts)].some(
      ({ encryptionDisabled }) => encryptionDisabled === true,
    )
      ? ["keeps what it builds unencrypted."]
      : [],
};
