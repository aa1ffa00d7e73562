import { type Call, created, type Handler, noContent, ok } from "../call.ts";
import { membersOf, withAncestors } from "../domain/access.ts";
import { notFound, validationFailed } from "../errors.ts";
import { organization, ownOrganization, remove, sameName, team, user, writableTeam } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import { newId, type Team } from "../state.ts";
import { fullTeam, simpleUser, teamView } from "../views/accounts.ts";

/** The body of teams/create and teams/update-in-org. */
interface TeamBody {
  readonly name?: string;
  readonly description?: string;
  readonly privacy?: Team["privacy"];
  readonly notification_setting?: Team["notification_setting"];
  readonly parent_team_id?: number | null;
  readonly parent_team_slug?: string | null;
  readonly maintainers?: readonly string[];
  readonly repo_names?: readonly string[];
}

/** GitHub's slug of a name: lower case, words joined by hyphens. */
function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function checkName(call: Call, name: string, except?: Team): string {
  const slug = slugOf(name);
  if (slug === "") throw validationFailed({ resource: "Team", field: "name", code: "invalid" });
  if (call.state.teams.some((item) => item !== except && item.slug === slug)) {
    throw validationFailed({
      resource: "Team",
      field: "name",
      code: "already_exists",
      message: "Name must be unique for this org",
    });
  }
  return slug;
}

/** The parent that a body asks for: undefined when it says nothing, null to have none. */
function parentOf(call: Call, body: TeamBody, child?: Team): number | null | undefined {
  const { parent_team_id: id, parent_team_slug: slug } = body;
  if (id === undefined && slug === undefined) return undefined;
  if ((id ?? null) === null && (slug ?? null) === null) return null;
  const parent = call.state.teams.find((item) => item.id === id || item.slug === slug);
  const refusal = { resource: "Team", field: "parent_team_id", code: "invalid" } as const;
  if (!parent) throw validationFailed({ ...refusal, message: "The parent team does not exist" });
  if (child && withAncestors(call.state, parent).includes(child)) {
    throw validationFailed({ ...refusal, message: "A team may not be above itself" });
  }
  return parent.id;
}

function usersNamed(call: Call, logins: readonly string[]): Team["members"] {
  return logins.map((login) => {
    const found = call.state.users.find((item) => sameName(item.login, login));
    if (!found) throw validationFailed({ resource: "TeamMember", field: "user", code: "invalid" });
    return { user_id: found.id, role: "maintainer" };
  });
}

function repositoriesNamed(call: Call, names: readonly string[]): Team["repositories"] {
  const { login } = call.state.organization;
  return names.map((name) => {
    const found = call.state.repositories.find((item) => sameName(`${login}/${item.name}`, name));
    if (!found) throw validationFailed({ resource: "Team", field: "repo_names", code: "invalid" });
    return { repository_id: found.id, permission: "pull" };
  });
}

/** Removes a team and those below it, also as reviewers. */
function deleteTeam(call: Call, doomed: Team): void {
  for (const child of call.state.teams.filter((item) => item.parent_id === doomed.id)) deleteTeam(call, child);
  remove(call.state.teams, doomed);
  for (const environment of call.state.repositories.flatMap((item) => item.environments)) {
    environment.reviewers = environment.reviewers.filter((item) => item.type !== "Team" || item.id !== doomed.id);
  }
}

/** Teams themselves. */
export const teamHandlers = {
  "teams/list": (call) => {
    organization(call);
    const teams = call.query.team_type === "enterprise" ? [] : call.state.teams;
    return page(call, teams, (item) => teamView(call.links, call.state, item));
  },

  "teams/create": (call) => {
    ownOrganization(call);
    const body = call.body as TeamBody;
    const { name } = call.body as { readonly name: string };
    const parent_id = parentOf(call, body) ?? null;
    // Whoever creates a team becomes its maintainer.
    const members = [
      { user_id: call.viewer.id, role: "maintainer" as const },
      ...usersNamed(call, body.maintainers ?? []),
    ];
    const made: Team = {
      slug: checkName(call, name),
      id: newId(call.state),
      name,
      description: body.description || null,
      privacy: body.privacy ?? (parent_id === null ? "secret" : "closed"),
      notification_setting: body.notification_setting ?? "notifications_enabled",
      parent_id,
      members: [...new Map(members.map((member) => [member.user_id, member])).values()],
      repositories: repositoriesNamed(call, body.repo_names ?? []),
      created_at: call.now,
      updated_at: call.now,
    };
    call.state.teams.push(made);
    return created(fullTeam(call.links, call.state, made));
  },

  "teams/get-by-name": (call) => ok(fullTeam(call.links, call.state, team(call))),

  "teams/update-in-org": (call) => {
    const found = writableTeam(call);
    const body = call.body as TeamBody;
    if (body.name !== undefined) Object.assign(found, { slug: checkName(call, body.name, found), name: body.name });
    if (body.description !== undefined) found.description = body.description || null;
    if (body.notification_setting !== undefined) found.notification_setting = body.notification_setting;
    const parent = parentOf(call, body, found);
    if (parent !== undefined) found.parent_id = parent;
    if (body.privacy !== undefined) found.privacy = body.privacy;
    if (found.parent_id !== null && found.privacy === "secret") {
      throw validationFailed({
        resource: "Team",
        field: "privacy",
        code: "invalid",
        message: "A nested team is visible",
      });
    }
    found.updated_at = call.now;
    return ok(fullTeam(call.links, call.state, found));
  },

  "teams/delete-in-org": (call) => {
    deleteTeam(call, writableTeam(call));
    return noContent;
  },

  "teams/list-child-in-org": (call) => {
    const found = team(call);
    const children = call.state.teams.filter((item) => item.parent_id === found.id);
    return page(call, children, (item) => teamView(call.links, call.state, item));
  },

  "teams/list-members-in-org": (call) => {
    const { role = "all" } = call.query;
    const members = membersOf(call.state, team(call)).filter((member) => role === "all" || member.role === role);
    return page(call, members, (member) => simpleUser(call.links, member.user));
  },

  "teams/get-membership-for-user-in-org": (call) => {
    const found = team(call);
    const asked = user(call);
    const member = membersOf(call.state, found).find((item) => item.user === asked);
    if (!member) throw notFound();
    return ok(membership(call, found, asked.login, member.role));
  },

  "teams/add-or-update-membership-for-user-in-org": (call) => {
    const found = writableTeam(call);
    const asked = user(call);
    const role = (call.body as { readonly role?: "member" | "maintainer" }).role ?? "member";
    found.members = [...found.members.filter((item) => item.user_id !== asked.id), { user_id: asked.id, role }];
    found.updated_at = call.now;
    return ok(membership(call, found, asked.login, asked.role === "admin" ? "maintainer" : role));
  },

  "teams/remove-membership-for-user-in-org": (call) => {
    const found = writableTeam(call);
    const asked = user(call);
    const member = found.members.find((item) => item.user_id === asked.id);
    if (!member) throw notFound();
    remove(found.members, member);
    found.updated_at = call.now;
    return noContent;
  },
} satisfies Partial<Record<OperationId, Handler>>;

function membership(call: Call, within: Team, login: string, role: "member" | "maintainer"): Record<string, unknown> {
  const url = `${call.links.api}/organizations/${call.state.organization.id}/team/${within.id}/memberships/${login}`;
  return { url, role, state: "active" };
}
