import { type Call, type Handler, noContent, ok, type Reply } from "../call.ts";
import { teamPermission } from "../domain/access.ts";
import { type ErrorDetail, GitHubError, notFound, validationFailed } from "../errors.ts";
import { byId, environment, remove, repository, sameName, writableRepository } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import { type Environment, newId, type Repository } from "../state.ts";
import { branchPolicyView, environmentView } from "../views/environments.ts";

/*
 * Rules of https://docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments and
 * https://docs.github.com/rest/deployments/environments: names of at most 255 characters in any letter case, a wait of
 * 0 to 43,200 minutes (30 days), at most six reviewers who can read the repository.
 */
const longestName = 255;
const longestWait = 43_200;
const mostReviewers = 6;

/** The body of repos/create-or-update-environment: it replaces the settings, so what it leaves out is reset. */
interface EnvironmentBody {
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  readonly can_admins_bypass?: boolean;
  readonly reviewers?: readonly { readonly type?: "User" | "Team"; readonly id?: number }[] | null;
  readonly deployment_branch_policy?: Environment["deployment_branch_policy"];
}

function invalid(field: string, message: string): ErrorDetail {
  return { resource: "Environment", field, code: "invalid", message };
}

/**
 * The reviewers of a body. GitHub drops a team that cannot read the repository without a word
 * (eclipse-csi/otterdog#556), which leaves a gate with fewer guards than it was given; here it is refused.
 */
function reviewers(call: Call, within: Repository, body: EnvironmentBody): Environment["reviewers"] {
  const found = new Map<string, Environment["reviewers"][number]>();
  for (const [index, { type, id }] of (body.reviewers ?? []).entries()) {
    const field = `reviewers[${index}]`;
    const user = type === "User" && call.state.users.find((item) => item.id === id);
    const team = type === "Team" && call.state.teams.find((item) => item.id === id);
    if (!type || id === undefined || !(user || team)) {
      throw validationFailed(invalid(field, `There is no ${type ?? "User or Team"} with the id ${id}.`));
    }
    if (team && teamPermission(call.state, team, within) === undefined) {
      throw validationFailed(invalid(field, `The team ${team.slug} needs at least read access to ${within.name}.`));
    }
    found.set(`${type} ${id}`, { type, id });
  }
  if (found.size > mostReviewers) {
    throw validationFailed(
      invalid("reviewers", `An environment has ${mostReviewers} reviewers at most, not ${found.size}.`),
    );
  }
  return [...found.values()];
}

function branchPolicy(body: EnvironmentBody): Environment["deployment_branch_policy"] {
  const policy = body.deployment_branch_policy ?? null;
  if (policy && policy.protected_branches === policy.custom_branch_policies) {
    throw validationFailed(
      invalid("deployment_branch_policy", "protected_branches and custom_branch_policies cannot have the same value."),
    );
  }
  return (
    policy && { protected_branches: policy.protected_branches, custom_branch_policies: policy.custom_branch_policies }
  );
}

function settingsOf(call: Call, within: Repository) {
  const body = call.body as EnvironmentBody;
  const wait_timer = body.wait_timer ?? 0;
  if (wait_timer < 0 || wait_timer > longestWait) {
    throw validationFailed(invalid("wait_timer", `A wait is 0 to ${longestWait} minutes.`));
  }
  return {
    wait_timer,
    prevent_self_review: body.prevent_self_review ?? false,
    can_admins_bypass: body.can_admins_bypass ?? true,
    reviewers: reviewers(call, within, body),
    deployment_branch_policy: branchPolicy(body),
  };
}

function newEnvironment(call: Call, name: string): Environment {
  if (name.trim() === "" || name.length > longestName) {
    throw validationFailed(invalid("name", `A name has 1 to ${longestName} characters.`));
  }
  return {
    id: newId(call.state),
    name,
    wait_timer: 0,
    prevent_self_review: false,
    can_admins_bypass: true,
    reviewers: [],
    deployment_branch_policy: null,
    branch_policies: [],
    rule_ids: {
      wait_timer: newId(call.state),
      required_reviewers: newId(call.state),
      branch_policy: newId(call.state),
    },
    variables: [],
    secrets: [],
    created_at: call.now,
    updated_at: call.now,
  };
}

/** Environments and which branches may deploy to them. */
export const environmentHandlers = {
  "repos/get-all-environments": (call) => {
    const within = repository(call);
    const view = (item: Environment) => environmentView(call.links, call.state, within, item);
    return page(call, within.environments, view, (environments, total_count) => ({ total_count, environments }));
  },

  "repos/get-environment": (call) => {
    const within = repository(call);
    return ok(environmentView(call.links, call.state, within, environment(call, within)));
  },

  "repos/create-or-update-environment": (call) => {
    const within = writableRepository(call);
    const settings = settingsOf(call, within);
    const name = call.path.environment_name ?? "";
    let found = within.environments.find((item) => sameName(item.name, name));
    if (!found) {
      found = newEnvironment(call, name);
      within.environments.push(found);
    }
    Object.assign(found, settings, { updated_at: call.now });
    return ok(environmentView(call.links, call.state, within, found));
  },

  "repos/delete-an-environment": (call) => {
    const within = writableRepository(call);
    remove(within.environments, environment(call, within));
    return noContent;
  },

  "repos/list-deployment-branch-policies": (call) => {
    const { branch_policies } = environment(call, repository(call));
    return page(call, branch_policies, branchPolicyView, (policies, total_count) => ({
      total_count,
      branch_policies: policies,
    }));
  },

  "repos/create-deployment-branch-policy": (call): Reply => {
    const within = environment(call, writableRepository(call));
    // Documented: 404 unless the environment's policy is "custom".
    if (within.deployment_branch_policy?.custom_branch_policies !== true) throw notFound();
    const { name, type = "branch" } = call.body as { readonly name: string; readonly type?: "branch" | "tag" };
    checkPattern(name);
    const same = within.branch_policies.find((item) => item.name === name && item.type === type);
    if (same) return { status: 303, headers: { Location: `${call.url.origin}${call.url.pathname}/${same.id}` } };
    const made = { id: newId(call.state), name, type };
    within.branch_policies.push(made);
    within.updated_at = call.now;
    return ok(branchPolicyView(made));
  },

  "repos/get-deployment-branch-policy": (call) => {
    const within = environment(call, repository(call));
    return ok(branchPolicyView(byId(call, within.branch_policies, "branch_policy_id")));
  },

  "repos/update-deployment-branch-policy": (call) => {
    const within = environment(call, writableRepository(call));
    const found = byId(call, within.branch_policies, "branch_policy_id");
    const { name } = call.body as { readonly name: string };
    checkPattern(name);
    found.name = name;
    within.updated_at = call.now;
    return ok(branchPolicyView(found));
  },

  "repos/delete-deployment-branch-policy": (call) => {
    const within = environment(call, writableRepository(call));
    remove(within.branch_policies, byId(call, within.branch_policies, "branch_policy_id"));
    within.updated_at = call.now;
    return noContent;
  },
} satisfies Partial<Record<OperationId, Handler>>;

function checkPattern(name: string): void {
  if (name.trim() === "")
    throw new GitHubError(422, "Validation Failed", [invalid("name", "A pattern may not be empty.")]);
}
