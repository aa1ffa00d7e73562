import type { State } from "./state.ts";

/**
 * GitHub also answers by number where its description only knows names: `/organizations/{id}/team/{id}/...` and
 * `/repositories/{id}/...`, which go-github uses.
 * @param path below the API's base, as it came (still encoded)
 * @returns the path by names; the same path when it has no number; undefined when the number names nothing
 */
export function pathByName(state: State, path: string): string | undefined {
  const team = /^\/organizations\/(\d+)\/team\/(\d+)(?=\/|$)/.exec(path);
  if (team) {
    const found = state.teams.find((item) => String(item.id) === team[2]);
    if (!found || String(state.organization.id) !== team[1]) return undefined;
    return `/orgs/${state.organization.login}/teams/${found.slug}${path.slice(team[0].length)}`;
  }
  const repository = /^\/repositories\/(\d+)(?=\/|$)/.exec(path);
  if (repository) {
    const found = state.repositories.find((item) => String(item.id) === repository[1]);
    if (!found) return undefined;
    return `/repos/${state.organization.login}/${found.name}${path.slice(repository[0].length)}`;
  }
  return path;
}
