import { imagesOf, imageTypes, isByDigest } from "../../images.ts";
import type { ResourceRule } from "../../rule.ts";

export const imageDigests: ResourceRule = {
  name: "image-digests",
  title: "Images by digest",
  severity: "high",
  category: "supply chain",
  description: "Every image that runs is named by the digest of its contents.",
  rationale:
    "A tag is moved by whoever may push: what runs tomorrow is then not what was reviewed, scanned and released.",
  remediation: "Name the image as repository@sha256:<digest>.",
  controls: ["SOC2 CC6.8", "SOC2 CC8.1", "ISO27001 A.8.19", "NIST SI-7", "NIST SR-4", "CIS-K8S 5.5.1"],
  appliesTo: imageTypes,
  judge: (resource) =>
    imagesOf(resource)
      .filter((image) => !isByDigest(image))
      .map((image) => `runs the image "${image}" by a name that can be moved.`),
};
