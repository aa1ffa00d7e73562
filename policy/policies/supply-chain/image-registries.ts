import { imagesOf, imageTypes, isFromTrustedRegistry } from "../../images.ts";
import type { ResourceRule } from "../../rule.ts";

export const imageRegistries: ResourceRule = {
  name: "image-registries",
  title: "Images from known registries",
  severity: "high",
  category: "supply chain",
  description: "Images come from private repositories of ECR, or from official ones of AWS, Docker and Kubernetes.",
  rationale: "Anybody may publish in a public registry, under a name that looks right, and may take it away again.",
  remediation: "Copy the image into a repository of ours, where it is scanned, and run that.",
  controls: ["SOC2 CC6.8", "ISO27001 A.5.21", "NIST SR-3", "NIST CM-11", "CIS-K8S 5.5.1"],
  appliesTo: imageTypes,
  judge: (resource) =>
    imagesOf(resource)
      .filter((image) => !isFromTrustedRegistry(image))
      .map((image) => `runs the image "${image}" of a registry that is not ours.`),
};
