import { type Handler, noContent, ok } from "../call.ts";
import { teamPermission, userPermission } from "../domain/access.ts";
import { forbidden, notFound, validationFailed } from "../errors.ts";
import { organization, remove, repository, team, writableTeam } from "../lookup.ts";
import type { OperationId } from "../openapi/answered.ts";
import { page } from "../pagination.ts";
import { type Permission, permissions } from "../state.ts";
import { teamView } from "../views/accounts.ts";
import { minimalRepository, teamRepository } from "../views/repositories.ts";

/** The media type that asks for the repository itself, where a bare 204 would do. */
const repositoryMediaType = "application/vnd.github.v3.repository+json";

/** GitHub also takes the names of the roles. */
const roles: Readonly<Record<string, Permission>> = {
  ...Object.fromEntries(permissions.map((name) => [name, name])),
  read: "pull",
  write: "push",
};

/** What teams may do in repositories. */
export const teamRepositoryHandlers = {
  "teams/list-repos-in-org": (call) => {
    const found = team(call);
    const reachable = call.state.repositories.filter((item) => teamPermission(call.state, found, item) !== undefined);
    return page(call, reachable, (item) => minimalRepository(call.links, call.state, item, { team: found }));
  },

  "teams/check-permissions-for-repo-in-org": (call) => {
    const [found, asked] = [team(call), repository(call)];
    if (teamPermission(call.state, found, asked) === undefined) throw notFound();
    if (!call.accept.includes(repositoryMediaType)) return noContent;
    return ok(teamRepository(call.links, call.state, asked, found));
  },

  "teams/add-or-update-repo-permissions-in-org": (call) => {
    const [found, asked] = [team(call), repository(call)];
    if (userPermission(call.state, call.viewer, asked) !== "admin")
      throw forbidden("Must have admin rights to Repository.");
    const name = (call.body as { readonly permission?: string }).permission || "push";
    const permission = Object.hasOwn(roles, name) ? roles[name] : undefined;
    if (!permission) throw validationFailed({ resource: "TeamRepository", field: "permission", code: "invalid" });
    const grant = found.repositories.find((item) => item.repository_id === asked.id);
    if (grant) grant.permission = permission;
    else found.repositories.push({ repository_id: asked.id, permission });
    return noContent;
  },

  "teams/remove-repo-in-org": (call) => {
    organization(call);
    const asked = repository(call);
    const isAdmin = userPermission(call.state, call.viewer, asked) === "admin";
    const found = isAdmin ? team(call) : writableTeam(call);
    const grant = found.repositories.find((item) => item.repository_id === asked.id);
    if (grant) remove(found.repositories, grant);
    return noContent;
  },

  "repos/list-teams": (call) => {
    const asked = repository(call);
    const teams = call.state.teams.filter((item) => teamPermission(call.state, item, asked) !== undefined);
    return page(call, teams, (item) => teamView(call.links, call.state, item, asked));
  },
} satisfies Partial<Record<OperationId, Handler>>;
