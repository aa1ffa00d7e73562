import type { Call } from "./call.ts";
import { userPermission } from "./domain/access.ts";
import { forbidden, notFound } from "./errors.ts";
import { type Environment, type Permission, permissions, type Repository, type Team, type User } from "./state.ts";

/*
 * Finds what a path names, as GitHub does: names in any letter case, 404 when there is no such thing. `writable` and
 * `own` also say what the caller must be allowed to.
 */

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Checks that the path's `{org}` is ours. */
export function organization(call: Call): Call["state"]["organization"] {
  if (!sameName(call.path.org ?? "", call.state.organization.login)) throw notFound();
  return call.state.organization;
}

/** Checks that the path's `{org}` is ours and the caller owns it. */
export function ownOrganization(call: Call): Call["state"]["organization"] {
  const found = organization(call);
  if (call.viewer.role !== "admin") throw forbidden("Must have admin rights to Organization.");
  return found;
}

/** The path's `{username}`. */
export function user(call: Call): User {
  const found = call.state.users.find((item) => sameName(item.login, call.path.username ?? ""));
  if (!found) throw notFound();
  return found;
}

/** The path's `{org}` and `{team_slug}`. */
export function team(call: Call): Team {
  organization(call);
  const found = call.state.teams.find((item) => sameName(item.slug, call.path.team_slug ?? ""));
  if (!found) throw notFound();
  return found;
}

/** The path's team, for somebody who may change it: an owner of the organization or a maintainer of the team. */
export function writableTeam(call: Call): Team {
  const found = team(call);
  const maintains = found.members.some((item) => item.user_id === call.viewer.id && item.role === "maintainer");
  if (call.viewer.role !== "admin" && !maintains) throw forbidden("Must have admin rights to Team.");
  return found;
}

/** The path's `{owner}` and `{repo}`. */
export function repository(call: Call): Repository {
  const found = sameName(call.path.owner ?? "", call.state.organization.login)
    ? call.state.repositories.find((item) => sameName(item.name, call.path.repo ?? ""))
    : undefined;
  if (!found) throw notFound();
  return found;
}

/** The path's repository, for somebody who has `least` in it; refuses an archived one, which GitHub keeps read-only. */
export function writableRepository(call: Call, least: Permission = "admin"): Repository {
  const found = repository(call);
  const has = permissions.indexOf(userPermission(call.state, call.viewer, found));
  if (has < permissions.indexOf(least)) throw forbidden(`Must have ${least} rights to Repository.`);
  if (found.settings.archived) throw forbidden("Repository was archived so is read-only.");
  return found;
}

/** The path's `{environment_name}` in a repository; GitHub ignores its letter case. */
export function environment(call: Call, within: Repository): Environment {
  const found = within.environments.find((item) => sameName(item.name, call.path.environment_name ?? ""));
  if (!found) throw notFound();
  return found;
}

/** The element of a list that has the id which the path gives under `parameter`. */
export function byId<T extends { readonly id: number }>(call: Call, list: readonly T[], parameter: string): T {
  const found = list.find((item) => String(item.id) === call.path[parameter]);
  if (!found) throw notFound();
  return found;
}

/** Takes an element out of a list in place. */
export function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}
