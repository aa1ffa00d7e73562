import type { Rule } from "../../rule.ts";
import { deployRoleTrust } from "./deploy-role-trust.ts";
import { ecsDeploymentAlarms } from "./ecs-deployment-alarms.ts";
import { flagAudit } from "./flag-audit.ts";
import { gitHubBranchPatternWidth } from "./github-branch-pattern-width.ts";
import { gitHubBranchProtection } from "./github-branch-protection.ts";
import { gitHubBranchRules } from "./github-branch-rules.ts";
import { gitHubEnvironmentAdminBypass } from "./github-environment-admin-bypass.ts";
import { gitHubEnvironmentBranches } from "./github-environment-branches.ts";
import { gitHubEnvironmentReviewers } from "./github-environment-reviewers.ts";
import { gitHubEnvironmentSelfReview } from "./github-environment-self-review.ts";
import { gitHubGateRoles } from "./github-gate-roles.ts";
import { gitHubReleaseRefs } from "./github-release-refs.ts";
import { gitHubRepository } from "./github-repository.ts";
import { gitHubRulesetBypass } from "./github-ruleset-bypass.ts";
import { gitHubTagRules } from "./github-tag-rules.ts";
import { gitHubWebhooks } from "./github-webhooks.ts";
import { gitHubWorkflowToken } from "./github-workflow-token.ts";
import { previewRoleReads } from "./preview-role-reads.ts";

export const releaseProcess: readonly Rule[] = [
  gitHubGateRoles,
  deployRoleTrust,
  previewRoleReads,
  gitHubReleaseRefs,
  gitHubTagRules,
  gitHubBranchRules,
  gitHubRulesetBypass,
  gitHubEnvironmentAdminBypass,
  gitHubEnvironmentReviewers,
  gitHubEnvironmentSelfReview,
  gitHubEnvironmentBranches,
  gitHubBranchPatternWidth,
  gitHubBranchProtection,
  gitHubWorkflowToken,
  gitHubRepository,
  ecsDeploymentAlarms,
  flagAudit,
  gitHubWebhooks,
];
