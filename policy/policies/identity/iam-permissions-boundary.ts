import type { ResourceRule } from "../../rule.ts";

export const iamPermissionsBoundary: ResourceRule = {
  name: "iam-permissions-boundary",
  title: "Every role has a boundary",
  severity: "high",
  category: "identity",
  description: "A role has a permissions boundary.",
  rationale:
    "The boundary is what holds when a policy is too wide: without it a deployment that makes roles can make an administrator.",
  remediation: "Set permissionsBoundary to the ARN of the environment's boundary policy.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6", "NIST AC-3"],
  appliesTo: ["aws:iam/role:Role"],
  // A pull request's environment has no deployment by a workflow, whose rights a boundary would limit.
  environments: ["development", "staging", "preProduction", "production"],
  judge: ({ props }) =>
    typeof props.permissionsBoundary === "string" && props.permissionsBoundary !== ""
      ? []
      : ["has no permissions boundary."],
};
