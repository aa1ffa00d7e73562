import type { ResourceRule } from "../../rule.ts";

export const imageTagImmutability: ResourceRule = {
  name: "image-tag-immutability",
  title: "Tags that cannot be moved",
  severity: "high",
  category: "supply chain",
  description: "The tags of an ECR repository cannot be moved to another image.",
  rationale:
    "A stolen push credential replaces a release under its own name, and the record of the release tells nothing.",
  remediation: "Set imageTagMutability to IMMUTABLE.",
  controls: ["SOC2 CC6.8", "SOC2 CC8.1", "ISO27001 A.8.19", "NIST SI-7", "NIST CM-5"],
  appliesTo: ["aws:ecr/repository:Repository"],
  judge: ({ props }) => (props.imageTagMutability === "IMMUTABLE" ? [] : ["lets its tags be moved."]),
  remediate: ({ props }) =>
    props.imageTagMutability === "IMMUTABLE" ? undefined : { ...props, imageTagMutability: "IMMUTABLE" },
};
