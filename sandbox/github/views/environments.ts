import { nodeId } from "../domain/node-id.ts";
import type { Environment, Repository, State } from "../state.ts";
import { simpleUser, teamView } from "./accounts.ts";
import type { Links } from "./links.ts";

/** `environment`: a protection rule appears only when it is on, as with GitHub. */
export function environmentView(
  links: Links,
  state: State,
  repository: Repository,
  environment: Environment,
): Record<string, unknown> {
  const path = `${state.organization.login}/${repository.name}`;
  const escaped = encodeURIComponent(environment.name);
  return {
    id: environment.id,
    node_id: nodeId("Environment", environment.id),
    name: environment.name,
    url: `${links.api}/repos/${path}/environments/${escaped}`,
    html_url: `${links.web}/${path}/deployments/activity_log?environments_filter=${escaped}`,
    created_at: environment.created_at,
    updated_at: environment.updated_at,
    can_admins_bypass: environment.can_admins_bypass,
    protection_rules: protectionRules(links, state, environment),
    deployment_branch_policy: environment.deployment_branch_policy,
  };
}

function protectionRules(links: Links, state: State, environment: Environment): Record<string, unknown>[] {
  const rule = (type: keyof Environment["rule_ids"], rest: Record<string, unknown> = {}) => {
    const id = environment.rule_ids[type];
    return { id, node_id: nodeId("ProtectionRule", id), type, ...rest };
  };
  const rules: Record<string, unknown>[] = [];
  if (environment.wait_timer > 0) rules.push(rule("wait_timer", { wait_timer: environment.wait_timer }));
  const reviewers = environment.reviewers.flatMap((item) => reviewerView(links, state, item));
  if (reviewers.length > 0) {
    rules.push(rule("required_reviewers", { prevent_self_review: environment.prevent_self_review, reviewers }));
  }
  if (environment.deployment_branch_policy) rules.push(rule("branch_policy"));
  return rules;
}

/** A reviewer of an environment; nothing for one that was deleted since. */
export function reviewerView(
  links: Links,
  state: State,
  { type, id }: Environment["reviewers"][number],
): Record<string, unknown>[] {
  const user = type === "User" && state.users.find((item) => item.id === id);
  if (user) return [{ type, reviewer: simpleUser(links, user) }];
  const team = type === "Team" && state.teams.find((item) => item.id === id);
  return team ? [{ type, reviewer: teamView(links, state, team) }] : [];
}

/** `deployment-branch-policy`. */
export function branchPolicyView(policy: Environment["branch_policies"][number]): Record<string, unknown> {
  return { id: policy.id, node_id: nodeId("BranchPolicy", policy.id), name: policy.name, type: policy.type };
}
