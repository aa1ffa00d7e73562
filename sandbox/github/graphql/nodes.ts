import { GraphQLError } from "graphql";
import { membersOf } from "../domain/access.ts";
import { findActor, nodeId } from "../domain/node-id.ts";
import type { BranchProtectionRule, Repository, State, Team, User } from "../state.ts";

/** A request's view of the state. */
export interface GraphQLContext {
  readonly state: State;
  readonly viewer: User;
  /** ISO 8601, seconds. */
  readonly now: string;
}

/** An object of the schema, with what GraphQL needs to know its type. */
type Node = { readonly __typename: string; readonly id: string } & Readonly<Record<string, unknown>>;

/** The arguments of a connection's field. */
interface Paging {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** An error with GitHub's type for it. */
export function graphqlError(type: "NOT_FOUND" | "UNPROCESSABLE" | "FORBIDDEN", message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** A page of a connection; cursors count from the beginning. */
function connection<Item, View>(items: readonly Item[], view: (item: Item) => View, { first, after }: Paging) {
  const start = after ? Number(Buffer.from(after, "base64url").toString()) || 0 : 0;
  const end = start + Math.min(Math.max(first ?? 100, 0), 100);
  const nodes = items.slice(start, end).map(view);
  const cursor = (position: number) => (nodes.length > 0 ? Buffer.from(String(position)).toString("base64url") : null);
  return {
    nodes,
    totalCount: items.length,
    pageInfo: {
      startCursor: cursor(start),
      endCursor: cursor(start + nodes.length),
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
    },
  };
}

export function userNode(user: User): Node {
  return {
    __typename: "User",
    id: nodeId("User", user.id),
    databaseId: user.id,
    login: user.login,
    name: user.name,
    email: user.email,
  };
}

function teamNode(state: State, team: Team): Node {
  return {
    __typename: "Team",
    id: nodeId("Team", team.id),
    databaseId: team.id,
    name: team.name,
    slug: team.slug,
    members: ({ membership, ...paging }: Paging & { readonly membership: "ALL" | "CHILD_TEAM" | "IMMEDIATE" }) => {
      const isDirect = (user: User) => team.members.some((member) => member.user_id === user.id);
      const users = membersOf(state, team).map((member) => member.user);
      const wanted = users.filter((user) => membership === "ALL" || isDirect(user) === (membership === "IMMEDIATE"));
      return connection(wanted, userNode, paging);
    },
  };
}

export function organizationNode(state: State): Node {
  const { organization } = state;
  return {
    __typename: "Organization",
    id: nodeId("Organization", organization.id),
    databaseId: organization.id,
    login: organization.login,
    name: organization.name,
    team: ({ slug }: { readonly slug: string }) => {
      const found = state.teams.find((team) => team.slug === slug.toLowerCase());
      return found ? teamNode(state, found) : null;
    },
  };
}

export function repositoryNode(state: State, repository: Repository): Node {
  return {
    __typename: "Repository",
    id: nodeId("Repository", repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: `${state.organization.login}/${repository.name}`,
    isArchived: repository.settings.archived,
    branchProtectionRules: (paging: Paging) =>
      connection(repository.branch_protection_rules, (rule) => ruleNode(state, repository, rule), paging),
  };
}

export function ruleNode(state: State, repository: Repository, rule: BranchProtectionRule): Node {
  const { id, pushActorIds, reviewDismissalActorIds, bypassForcePushActorIds, bypassPullRequestActorIds, ...settings } =
    rule;
  const allowances = (__typename: string, actors: readonly string[]) => (paging: Paging) =>
    connection(
      actors.flatMap((actor) => actorNode(state, actor) ?? []),
      (actor) => ({ __typename, id: `${nodeId("Allowance", id)}_${actor.id}`, actor }),
      paging,
    );
  return {
    __typename: "BranchProtectionRule",
    ...settings,
    id: nodeId("BranchProtectionRule", id),
    databaseId: id,
    repository: () => repositoryNode(state, repository),
    pushAllowances: allowances("PushAllowance", pushActorIds),
    reviewDismissalAllowances: allowances("ReviewDismissalAllowance", reviewDismissalActorIds),
    bypassForcePushAllowances: allowances("BypassForcePushAllowance", bypassForcePushActorIds),
    bypassPullRequestAllowances: allowances("BypassPullRequestAllowance", bypassPullRequestActorIds),
  };
}

function actorNode(state: State, id: string): Node | undefined {
  const actor = findActor(state, id);
  const user = actor?.kind === "User" && state.users.find((item) => item.id === actor.id);
  if (user) return userNode(user);
  const team = actor?.kind === "Team" && state.teams.find((item) => item.id === actor.id);
  return team ? teamNode(state, team) : undefined;
}

/** The rule with a node id, and its repository. @throws GraphQLError NOT_FOUND */
export function findRule(
  state: State,
  id: string,
): { readonly repository: Repository; readonly rule: BranchProtectionRule } {
  for (const repository of state.repositories) {
    const rule = repository.branch_protection_rules.find((item) => nodeId("BranchProtectionRule", item.id) === id);
    if (rule) return { repository, rule };
  }
  throw unresolved(id);
}

/** The repository with a node id. @throws GraphQLError NOT_FOUND */
export function findRepository(state: State, id: string): Repository {
  const found = state.repositories.find((item) => nodeId("Repository", item.id) === id);
  if (!found) throw unresolved(id);
  return found;
}

/** Any thing by its node id. @throws GraphQLError NOT_FOUND, in the words that the provider looks for */
export function findNode(state: State, id: string): Node {
  if (id === nodeId("Organization", state.organization.id)) return organizationNode(state);
  const repository = state.repositories.find((item) => nodeId("Repository", item.id) === id);
  if (repository) return repositoryNode(state, repository);
  const actor = actorNode(state, id);
  if (actor) return actor;
  const { repository: within, rule } = findRule(state, id);
  return ruleNode(state, within, rule);
}

function unresolved(id: string): GraphQLError {
  return graphqlError("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
}
