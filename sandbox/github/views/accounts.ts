import { membersOf, teamPermission } from "../domain/access.ts";
import { nodeId } from "../domain/node-id.ts";
import type { Repository, State, Team, User } from "../state.ts";
import type { Links } from "./links.ts";

type Organization = State["organization"];

/** `simple-user` for a user or an organization. */
export function simpleUser(links: Links, account: User | Organization): Record<string, unknown> {
  const api = `${links.api}/users/${account.login}`;
  const isUser = "role" in account;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(isUser ? "User" : "Organization", account.id),
    avatar_url: `${links.web}/avatars/${account.id}`,
    gravatar_id: "",
    url: api,
    html_url: `${links.web}/${account.login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: isUser ? "User" : "Organization",
    user_view_type: "public",
    site_admin: false,
  };
}

/** `public-user`: what GET /users/{username} says. */
export function publicUser(links: Links, user: User): Record<string, unknown> {
  return {
    ...simpleUser(links, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: user.created_at,
    updated_at: user.updated_at,
  };
}

/** `private-user`: what GET /user says to that user. */
export function privateUser(links: Links, user: User): Record<string, unknown> {
  return {
    ...publicUser(links, user),
    user_view_type: "private",
    private_gists: 0,
    total_private_repos: 0,
    owned_private_repos: 0,
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: true,
  };
}

/** `organization-simple`. */
export function simpleOrganization(links: Links, organization: Organization): Record<string, unknown> {
  const api = `${links.api}/orgs/${organization.login}`;
  return {
    login: organization.login,
    id: organization.id,
    node_id: nodeId("Organization", organization.id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${links.web}/avatars/${organization.id}`,
    description: organization.description,
  };
}

/** `organization-full`, which is `team-organization` as well. */
export function fullOrganization(links: Links, state: State): Record<string, unknown> {
  const { organization } = state;
  const isPublic = (repository: Repository) => repository.settings.visibility === "public";
  const hidden = state.repositories.filter((repository) => !isPublic(repository)).length;
  return {
    ...simpleOrganization(links, organization),
    name: organization.name,
    is_verified: false,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: state.repositories.length - hidden,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `${links.web}/${organization.login}`,
    total_private_repos: hidden,
    owned_private_repos: hidden,
    default_repository_permission: "read",
    members_can_create_repositories: false,
    two_factor_requirement_enabled: true,
    plan: { name: "enterprise", space: 976562499, private_repos: 999999, filled_seats: state.users.length, seats: 100 },
    created_at: organization.created_at,
    updated_at: organization.updated_at,
    archived_at: null,
    type: "Organization",
  };
}

/** A team as it appears inside another one, and in lists of little detail. */
function nestedTeam(links: Links, state: State, team: Team): Record<string, unknown> {
  const api = `${links.api}/organizations/${state.organization.id}/team/${team.id}`;
  return {
    id: team.id,
    node_id: nodeId("Team", team.id),
    name: team.name,
    slug: team.slug,
    description: team.description,
    privacy: team.privacy,
    notification_setting: team.notification_setting,
    permission: "pull",
    url: api,
    html_url: `${links.web}/orgs/${state.organization.login}/teams/${team.slug}`,
    members_url: `${api}/members{/member}`,
    repositories_url: `${api}/repos`,
    type: "organization",
    organization_id: state.organization.id,
  };
}

/** `team`; with what the team may do in `repository` when one is given. */
export function teamView(links: Links, state: State, team: Team, repository?: Repository): Record<string, unknown> {
  const parent = state.teams.find((item) => item.id === team.parent_id);
  const permission = repository && teamPermission(state, team, repository);
  return {
    ...nestedTeam(links, state, team),
    ...(permission ? { permission } : {}),
    parent: parent ? nestedTeam(links, state, parent) : null,
  };
}

/** `team-full`. */
export function fullTeam(links: Links, state: State, team: Team): Record<string, unknown> {
  return {
    ...teamView(links, state, team),
    created_at: team.created_at,
    updated_at: team.updated_at,
    members_count: membersOf(state, team).length,
    repos_count: team.repositories.length,
    organization: fullOrganization(links, state),
  };
}
