import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

export const registryLifecycle: StackRule = {
  name: "registry-lifecycle",
  title: "Old images are removed",
  severity: "low",
  category: "cost",
  scope: "stack",
  description: "Every ECR repository has a lifecycle policy.",
  rationale:
    "Images are kept for ever by default: each build adds to the bill, and old ones stay to be run with their holes.",
  remediation: "Add an aws.ecr.LifecyclePolicy that expires untagged images and all but the last builds.",
  controls: ["SOC2 CC7.1", "ISO27001 A.8.10", "NIST SI-12"],
  appliesTo: ["aws:ecr/repository:Repository"],
  judge: (repository, stack) => {
    const { name } = repository.props;
    const cleaned = stack
      .ofType("aws:ecr/lifecyclePolicy:LifecyclePolicy")
      .some(
        (policy) =>
          refersTo(policy, "repository", repository) || (typeof name === "string" && policy.props.repository === name),
      );
    return cleaned ? [] : ["keeps every image for ever."];
  },
};
