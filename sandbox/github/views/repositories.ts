import { teamPermission, userPermission } from "../domain/access.ts";
import { nodeId } from "../domain/node-id.ts";
import { type Permission, permissions, type Repository, type State, type Team, type User } from "../state.ts";
import { simpleUser } from "./accounts.ts";
import type { Links } from "./links.ts";

/** The URL fields of a repository, by what follows the repository's own API URL. */
const relations: Readonly<Record<string, string>> = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

/** The role names that go with the permissions: GitHub calls pull "read" and push "write". */
const roleNames: Readonly<Record<Permission, string>> = {
  pull: "read",
  triage: "triage",
  push: "write",
  maintain: "maintain",
  admin: "admin",
};

function permissionFlags(has: Permission | undefined): Record<Permission, boolean> {
  const level = has === undefined ? -1 : permissions.indexOf(has);
  return Object.fromEntries(permissions.map((name, index) => [name, index <= level])) as Record<Permission, boolean>;
}

/** What all of GitHub's repository schemas share. */
function commonRepository(links: Links, state: State, repository: Repository): Record<string, unknown> {
  const fullName = `${state.organization.login}/${repository.name}`;
  const api = `${links.api}/repos/${fullName}`;
  const html = `${links.web}/${fullName}`;
  const { host } = new URL(links.web);
  const { settings } = repository;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName,
    owner: simpleUser(links, state.organization),
    private: settings.visibility !== "public",
    visibility: settings.visibility,
    html_url: html,
    description: settings.description,
    fork: false,
    url: api,
    ...Object.fromEntries(Object.entries(relations).map(([name, rest]) => [name, api + rest])),
    git_url: `git://${host}/${fullName}.git`,
    ssh_url: `git@${host}:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: settings.homepage,
    language: null,
    license: null,
    size: 0,
    default_branch: settings.default_branch,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    is_template: settings.is_template,
    topics: repository.topics,
    has_issues: settings.has_issues,
    has_projects: settings.has_projects,
    has_wiki: settings.has_wiki,
    has_pages: false,
    has_downloads: settings.has_downloads,
    archived: settings.archived,
    disabled: false,
    allow_forking: settings.allow_forking,
    web_commit_signoff_required: settings.web_commit_signoff_required,
    pushed_at: repository.created_at,
    created_at: repository.created_at,
    updated_at: repository.updated_at,
  };
}

/** `minimal-repository`, as lists hold it: with what `reader` (a user or a team) may do in it. */
export function minimalRepository(
  links: Links,
  state: State,
  repository: Repository,
  reader: { readonly user: User } | { readonly team: Team },
): Record<string, unknown> {
  const has =
    "user" in reader ? userPermission(state, reader.user, repository) : teamPermission(state, reader.team, repository);
  return {
    ...commonRepository(links, state, repository),
    has_discussions: repository.settings.has_discussions,
    permissions: permissionFlags(has),
    ...(has ? { role_name: roleNames[has] } : {}),
  };
}

/** `team-repository`: what a team may do in a repository. */
export function teamRepository(
  links: Links,
  state: State,
  repository: Repository,
  team: Team,
): Record<string, unknown> {
  const { has_discussions: _, ...view } = minimalRepository(links, state, repository, { team });
  return { ...view, ...mergeSettings(repository) };
}

function mergeSettings({ settings }: Repository): Record<string, unknown> {
  return {
    allow_rebase_merge: settings.allow_rebase_merge,
    allow_squash_merge: settings.allow_squash_merge,
    allow_auto_merge: settings.allow_auto_merge,
    allow_merge_commit: settings.allow_merge_commit,
    delete_branch_on_merge: settings.delete_branch_on_merge,
  };
}

/** `full-repository`; administrators also see its security settings. */
export function fullRepository(
  links: Links,
  state: State,
  repository: Repository,
  viewer: User,
): Record<string, unknown> {
  const { settings } = repository;
  const has = userPermission(state, viewer, repository);
  return {
    ...commonRepository(links, state, repository),
    ...mergeSettings(repository),
    has_discussions: settings.has_discussions,
    permissions: permissionFlags(has),
    allow_update_branch: settings.allow_update_branch,
    squash_merge_commit_title: settings.squash_merge_commit_title,
    squash_merge_commit_message: settings.squash_merge_commit_message,
    merge_commit_title: settings.merge_commit_title,
    merge_commit_message: settings.merge_commit_message,
    network_count: 0,
    subscribers_count: 0,
    organization: simpleUser(links, state.organization),
    ...(has === "admin" ? { security_and_analysis: settings.security_and_analysis } : {}),
  };
}
