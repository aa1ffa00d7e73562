import { isByDigest, isFromTrustedRegistry } from "../../images.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const buildEnvironment: ResourceRule = {
  name: "build-environment",
  title: "Builds run unprivileged in known images",
  severity: "high",
  category: "supply chain",
  description: "A CodeBuild project runs unprivileged, in an image of AWS or in one of a known registry by its digest.",
  rationale: "A build sees the sources and the credentials of the release: what its image does, every release carries.",
  remediation: "Set privilegedMode to false and image to aws/codebuild/<name> or to a digest.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.25", "ISO27001 A.8.31", "NIST SA-10", "NIST AC-6"],
  appliesTo: ["aws:codebuild/project:Project"],
  judge: ({ props }) => {
    const { image, privilegedMode } = recordOf(props.environment);
    const known =
      typeof image !== "string" ||
      /^aws\/codebuild\/[^/]+$/.test(image) ||
      (isByDigest(image) && isFromTrustedRegistry(image));
    return [
      ...(privilegedMode === true ? ["runs its builds privileged."] : []),
      ...(known ? [] : [`runs its builds in the image "${image}".`]),
    ];
  },
};
