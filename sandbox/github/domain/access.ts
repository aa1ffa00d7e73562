import { type Permission, permissions, type Repository, type State, type Team, type User } from "../state.ts";

/** What every member may do in every repository of the organization (`default_repository_permission`: read). */
const basePermission: Permission = "pull";

function higher(a: Permission | undefined, b: Permission): Permission {
  return a !== undefined && permissions.indexOf(a) >= permissions.indexOf(b) ? a : b;
}

/** What a team may do in a repository, by itself or by the teams above it; undefined when nothing was granted. */
export function teamPermission(state: State, team: Team, repository: Repository): Permission | undefined {
  let best: Permission | undefined;
  for (const item of withAncestors(state, team)) {
    const grant = item.repositories.find((entry) => entry.repository_id === repository.id);
    if (grant) best = higher(best, grant.permission);
  }
  return best;
}

/** What a member of the organization may do in a repository. */
export function userPermission(state: State, user: User, repository: Repository): Permission {
  if (user.role === "admin") return "admin";
  let best = basePermission;
  for (const team of teamsOf(state, user)) best = higher(teamPermission(state, team, repository), best);
  return best;
}

/** The teams that a user belongs to: directly, or through a team below (GitHub counts both). */
export function teamsOf(state: State, user: User): Team[] {
  const direct = state.teams.filter((team) => team.members.some((member) => member.user_id === user.id));
  return [...new Set(direct.flatMap((team) => withAncestors(state, team)))].sort((a, b) => a.id - b.id);
}

/** A team's members, with those of the teams below it, and the role that each has in the team itself. */
export function membersOf(state: State, team: Team): { readonly user: User; readonly role: "member" | "maintainer" }[] {
  const roles = new Map(team.members.map((member) => [member.user_id, member.role]));
  for (const below of state.teams) {
    if (below === team || !withAncestors(state, below).includes(team)) continue;
    for (const member of below.members) if (!roles.has(member.user_id)) roles.set(member.user_id, "member");
  }
  return state.users.flatMap((user) => {
    const role = roles.get(user.id);
    return role === undefined ? [] : [{ user, role: user.role === "admin" ? "maintainer" : role }];
  });
}

/** A team and the teams above it, nearest first. */
export function withAncestors(state: State, team: Team): Team[] {
  const chain = [team];
  for (let above = parentOf(state, team); above && !chain.includes(above); above = parentOf(state, above)) {
    chain.push(above);
  }
  return chain;
}

function parentOf(state: State, team: Team): Team | undefined {
  return team.parent_id === null ? undefined : state.teams.find((item) => item.id === team.parent_id);
}
