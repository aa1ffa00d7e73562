import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

export const gitHubActionsPermissions: ResourceRule = {
  name: "github-actions-permissions",
  title: "Chosen actions, by commit",
  severity: "high",
  category: "supply chain",
  description: "GitHub runs only actions that were chosen, and only by the hash of a commit.",
  rationale:
    "An action runs with the workflow's token; whoever takes over its repository moves its tag to code of their own.",
  remediation: "Set allowedActions to selected or local_only, and shaPinningRequired to true.",
  controls: ["SOC2 CC6.8", "SOC2 CC8.1", "ISO27001 A.5.21", "NIST SR-3", "NIST SI-7"],
  appliesTo: [
    "github:index/actionsOrganizationPermissions:ActionsOrganizationPermissions",
    "github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions",
  ],
  judge: ({ props }) => {
    if (props.enabled === false) return [];
    // GitHub's default.
    const allowed = props.allowedActions ?? "all";
    const patterns = textsOf(recordOf(props.allowedActionsConfig).patternsAlloweds);
    return [
      ...(allowed === "all" || patterns.some((pattern) => /^[*/@]+$/.test(pattern)) ? ["lets every action run."] : []),
      ...(props.shaPinningRequired === true || allowed === "local_only" ? [] : ["lets actions run by a tag."]),
    ];
  },
};
