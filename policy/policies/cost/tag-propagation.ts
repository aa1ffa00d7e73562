import type { ResourceRule } from "../../rule.ts";

const serviceType = "aws:ecs/service:Service";

export const tagPropagation: ResourceRule = {
  name: "tag-propagation",
  title: "Tags are passed on",
  severity: "low",
  category: "cost",
  description: "Snapshots and tasks get the tags of the database or the service that they are of.",
  rationale: "Neither gets any by default: their costs are nobody's, and policies by tag do not hold for them.",
  remediation: "Set copyTagsToSnapshot to true, or propagateTags to SERVICE.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.9", "NIST CM-8"],
  appliesTo: [serviceType, "aws:neptune/cluster:Cluster", "aws:rds/cluster:Cluster", "aws:rds/instance:Instance"],
  judge: ({ props, type }) => {
    if (type === serviceType)
      return ["SERVICE", "TASK_DEFINITION"].includes(String(props.propagateTags)) ? [] : ["leaves its tasks untagged."];
    return props.copyTagsToSnapshot === true || props.replicateSourceDb ? [] : ["leaves its snapshots untagged."];
  },
};
