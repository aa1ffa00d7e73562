import type { ResourceRule } from "../../rule.ts";

export const gitHubWorkflowToken: ResourceRule = {
  name: "github-workflow-token",
  title: "Workflows read unless they ask",
  severity: "high",
  category: "release process",
  description: "The token of a workflow reads by default, and cannot approve pull requests.",
  rationale:
    "With a token that writes, one bad action in any workflow pushes to the repository; one that approves reviews itself.",
  remediation:
    "Set defaultWorkflowPermissions to read and canApprovePullRequestReviews to false, and grant more in the workflow that needs it.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.4", "NIST AC-6", "NIST CM-5", "NIST SR-3"],
  appliesTo: ["github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions"],
  judge: ({ props }) => [
    ...((props.defaultWorkflowPermissions ?? "read") === "read" ? [] : ["gives workflows a token that writes."]),
    ...(props.canApprovePullRequestReviews === true ? ["lets workflows approve pull requests."] : []),
  ],
};
