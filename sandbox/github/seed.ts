import { newRepository } from "./domain/repository.ts";
import { type SeedUser, seed } from "./seed-data.ts";
import { newId, type State, type User } from "./state.ts";

/** The state of a new local GitHub, from seed-data.ts. @param now ISO 8601, seconds */
export function seedState(now: string): State {
  const times = { created_at: now, updated_at: now };
  const state: State = {
    version: 1,
    next_id: 10_001,
    organization: { id: 10_000, ...seed.organization, ...times },
    users: [],
    teams: [],
    repositories: [],
  };
  const people: readonly SeedUser[] = [seed.bot, ...seed.users];
  for (const { login, name, role = "member" } of people) {
    state.users.push({ id: newId(state), login, name, email: `${login}@teamflow.example`, role, ...times });
  }
  for (const { name, description, topics } of seed.repositories) {
    const repository = newRepository(state, name, now);
    Object.assign(repository.settings, { description, visibility: "private" });
    repository.topics = [...topics];
    state.repositories.push(repository);
  }
  for (const { slug, description, permission, members } of seed.teams) {
    state.teams.push({
      id: newId(state),
      name: slug,
      slug,
      description,
      privacy: "closed",
      notification_setting: "notifications_enabled",
      parent_id: null,
      members: members.map((login) => ({ user_id: userNamed(state, login).id, role: "member" })),
      repositories: state.repositories.map((repository) => ({ repository_id: repository.id, permission })),
      ...times,
    });
  }
  return state;
}

function userNamed(state: State, login: string): User {
  const found = state.users.find((user) => user.login === login);
  if (!found) throw new Error(`seed-data.ts names ${login} in a team, but not among the users`);
  return found;
}
