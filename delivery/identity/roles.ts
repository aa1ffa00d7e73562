import { z } from "zod";
import type { Process } from "../process/schema.ts";
import { asking, type GitHubPlace } from "./github.ts";
import { actorOf, loginOf } from "./identity.ts";

const members = z.array(z.object({ login: z.string() }));

/** Who is in each team of the process: actors by the team's slug. */
export type Members = ReadonlyMap<string, readonly string[]>;

/**
 * Asks GitHub who is in the teams of these roles, those in teams below them included.
 * @param roles keys of the process; the others are not asked for
 * @throws UserError for a team that does not exist
 */
export async function readMembers(place: GitHubPlace, process: Process, roles: readonly string[]): Promise<Members> {
  const teams = [...new Set(roles.flatMap((role) => process.roles[role]?.team ?? []))].sort();
  const found = await Promise.all(teams.map(async (team) => [team, await membersOf(place, team)] as const));
  return new Map(found);
}

async function membersOf({ octokit, owner }: GitHubPlace, team: string): Promise<string[]> {
  const all: string[] = [];
  for (let page = 1; ; page++) {
    const { data } = await asking(`the members of the team ${team}`, () =>
      octokit.request("GET /orgs/{org}/teams/{team_slug}/members", {
        org: owner,
        team_slug: team,
        per_page: 100,
        page,
      }),
    );
    const some = members.parse(data).map(({ login }) => actorOf(login));
    all.push(...some);
    if (some.length < 100) return all.sort();
  }
}

/** The roles that people hold by their teams. @param actors whose roles are asked for */
export function rolesOf(
  process: Process,
  teams: Members,
  actors: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    [...new Set(actors)].sort().map((actor) => [
      actor,
      loginOf(actor) === undefined
        ? []
        : Object.entries(process.roles)
            .filter(([, { team }]) => teams.get(team)?.includes(actor))
            .map(([role]) => role)
            .sort(),
    ]),
  );
}
