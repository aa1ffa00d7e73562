import { userPermission } from "../domain/access.ts";
import { findActor } from "../domain/node-id.ts";
import { remove } from "../lookup.ts";
import { type BranchProtectionRule, newId, type Repository } from "../state.ts";
import { findRepository, findRule, type GraphQLContext, graphqlError, ruleNode } from "./nodes.ts";

type Settings = Omit<BranchProtectionRule, "id">;
type Nullable<T> = { readonly [K in keyof T]?: T[K] | null };
type Input<T> = { readonly input: T & { readonly clientMutationId?: string | null } };

/** What a rule is when the request leaves something out. */
const defaults: Settings = {
  pattern: "",
  allowsDeletions: false,
  allowsForcePushes: false,
  blocksCreations: false,
  dismissesStaleReviews: false,
  isAdminEnforced: false,
  lockAllowsFetchAndMerge: false,
  lockBranch: false,
  requireLastPushApproval: false,
  requiredApprovingReviewCount: null,
  requiredStatusCheckContexts: [],
  requiresApprovingReviews: false,
  requiresCodeOwnerReviews: false,
  requiresCommitSignatures: false,
  requiresConversationResolution: false,
  requiresLinearHistory: false,
  requiresStatusChecks: false,
  requiresStrictStatusChecks: false,
  restrictsPushes: false,
  restrictsReviewDismissals: false,
  pushActorIds: [],
  reviewDismissalActorIds: [],
  bypassForcePushActorIds: [],
  bypassPullRequestActorIds: [],
};

const actorLists = [
  "pushActorIds",
  "reviewDismissalActorIds",
  "bypassForcePushActorIds",
  "bypassPullRequestActorIds",
] as const;

/** GitHub's limit: https://docs.github.com/graphql > requiredApprovingReviewCount. */
const mostReviews = 6;

/** The fields of Mutation: branch protection, for administrators of the repository. */
export function mutations({ state, viewer }: GraphQLContext) {
  const checkAdmin = (repository: Repository): void => {
    if (userPermission(state, viewer, repository) !== "admin") {
      throw graphqlError(
        "FORBIDDEN",
        `${viewer.login} does not have the correct permissions to change branch protection`,
      );
    }
    if (repository.settings.archived) throw graphqlError("UNPROCESSABLE", "Repository was archived so is read-only.");
  };
  const apply = (repository: Repository, rule: BranchProtectionRule, input: Nullable<Settings>): void => {
    for (const key of Object.keys(defaults) as (keyof Settings)[]) {
      const value = input[key];
      if (value !== undefined && value !== null) Object.assign(rule, { [key]: value });
    }
    if (rule.pattern.trim() === "") throw graphqlError("UNPROCESSABLE", "Pattern can't be blank");
    if (repository.branch_protection_rules.some((item) => item !== rule && item.pattern === rule.pattern)) {
      throw graphqlError("UNPROCESSABLE", `Name already protected: ${rule.pattern}`);
    }
    const count = rule.requiredApprovingReviewCount ?? 0;
    if (count < 0 || count > mostReviews) {
      throw graphqlError("UNPROCESSABLE", `Required approving review count must be 0 to ${mostReviews}`);
    }
    for (const id of actorLists.flatMap((list) => rule[list])) {
      if (!findActor(state, id))
        throw graphqlError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
    }
  };
  return {
    createBranchProtectionRule: ({ input }: Input<Nullable<Settings> & { readonly repositoryId: string }>) => {
      const repository = findRepository(state, input.repositoryId);
      checkAdmin(repository);
      const rule: BranchProtectionRule = { id: newId(state), ...structuredClone(defaults) };
      apply(repository, rule, input);
      repository.branch_protection_rules.push(rule);
      return {
        branchProtectionRule: ruleNode(state, repository, rule),
        clientMutationId: input.clientMutationId ?? null,
      };
    },
    updateBranchProtectionRule: ({
      input,
    }: Input<Nullable<Settings> & { readonly branchProtectionRuleId: string }>) => {
      const { repository, rule } = findRule(state, input.branchProtectionRuleId);
      checkAdmin(repository);
      apply(repository, rule, input);
      return {
        branchProtectionRule: ruleNode(state, repository, rule),
        clientMutationId: input.clientMutationId ?? null,
      };
    },
    deleteBranchProtectionRule: ({ input }: Input<{ readonly branchProtectionRuleId: string }>) => {
      const { repository, rule } = findRule(state, input.branchProtectionRuleId);
      checkAdmin(repository);
      remove(repository.branch_protection_rules, rule);
      return { clientMutationId: input.clientMutationId ?? null };
    },
  };
}
