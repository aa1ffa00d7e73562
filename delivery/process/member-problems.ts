import { distinctPeople } from "./distinct-people.ts";
import type { Process } from "./schema.ts";

/** Who is in which team, by the team's slug. */
export type TeamMembers = ReadonlyMap<string, readonly string[]>;

/** Approvals that distinct people have to give at once, and where the process says so. */
interface Cell {
  readonly where: string;
  /** For each approval the roles that may give it. */
  readonly approvals: ReadonlyArray<readonly string[]>;
}

/**
 * What the process asks for and the teams cannot give: a team that is not there or has nobody, and approvals for which there are
 * not people enough once whoever asked is left out, whoever that is.
 * @returns sentences with their remedy; none when everything can be approved.
 */
export function memberProblems(process: Process, members: TeamMembers): string[] {
  const empty = emptyTeams(process, members);
  if (empty.length > 0) return empty;
  const cells = singleCells(process);
  const problems = cells.flatMap((cell) => shortageOf(process, members, cell));
  if (problems.length > 0) return [...new Set(problems)];
  return wholeEnvironments(process).flatMap((cell) => shortageOf(process, members, cell));
}

function emptyTeams(process: Process, members: TeamMembers): string[] {
  return usedRoles(process).flatMap((role) => {
    const { title = role, team = "" } = process.roles[role] ?? {};
    const people = members.get(team);
    if (people === undefined) {
      return [
        `The team "${team}" of the role ${role} (${title}) does not exist. Create it in GitHub, or name another in roles.`,
      ];
    }
    return people.length > 0
      ? []
      : [`The team "${team}" of the role ${role} (${title}) has no members. Add who holds the role.`];
  });
}

/** Roles that decide or are told something somewhere, in the order in which they are declared. */
function usedRoles({ roles, environments, emergency, rollback }: Process): string[] {
  const used = new Set([
    ...Object.values(environments).flatMap(({ approvals }) => Object.values(approvals).flat()),
    ...Object.values(emergency.severities).flatMap(({ approvers }) => approvers),
    ...emergency.contacts.map(({ role }) => role),
    ...emergency.leadership.roles,
    ...rollback.authority.immediate,
    ...rollback.authority.planned,
    ...Object.values(rollback.authority.deployables).flat(),
  ]);
  return Object.keys(roles).filter((role) => used.has(role));
}

function singleCells({ environments, emergency, rollback }: Process): Cell[] {
  const { planned, deployables } = rollback.authority;
  return [
    ...Object.entries(environments).flatMap(([name, { approvals }]) =>
      Object.entries(approvals).map(([deployable, roles]) => allOf(`${deployable} in ${name}`, roles)),
    ),
    // Any one of the approvers is enough; who may act alone needs nobody else.
    ...Object.entries(emergency.severities)
      .filter(([, { alone }]) => !alone)
      .map(([key, { approvers }]) => ({ where: `an emergency of severity ${key}`, approvals: [approvers] })),
    allOf("a planned rollback", planned),
    ...Object.entries(deployables).map(([deployable, roles]) => allOf(`a rollback of ${deployable}`, roles)),
  ];
}

/** All deployables at once: the union of an environment's cells. */
function wholeEnvironments({ environments }: Process): Cell[] {
  return Object.entries(environments).map(([name, { approvals }]) =>
    allOf(`all deployables at once in ${name}`, [...new Set(Object.values(approvals).flat())]),
  );
}

function allOf(where: string, roles: readonly string[]): Cell {
  return { where, approvals: roles.map((role) => [role]) };
}

function shortageOf(process: Process, members: TeamMembers, { where, approvals }: Cell): string[] {
  const teamOf = (role: string) => process.roles[role]?.team ?? "";
  const byLabel = new Map(approvals.map((roles) => [roles.join(" or "), roles.map(teamOf)]));
  const candidates = new Map(
    [...byLabel].map(([label, teams]) => [label, [...new Set(teams.flatMap((team) => members.get(team) ?? []))]]),
  );
  const anybody = distinctPeople(candidates);
  // Leaving out somebody who fills no role changes nothing, so that only those who fill one are tried.
  const askers = "filled" in anybody ? [...anybody.filled.values()].sort() : [undefined];
  for (const asker of askers) {
    const found = distinctPeople(candidates, asker);
    if ("filled" in found) continue;
    const { roles, people } = found.shortage;
    const teams = [...new Set(roles.flatMap((label) => byLabel.get(label) ?? []))].map((team) => `"${team}"`);
    return [
      `Nobody could approve ${where}${asker === undefined ? "" : ` when ${asker} asks`}: ${roles.join(" and ")} ` +
        `need${roles.length === 1 ? "s another person" : ` ${roles.length} different people`}, and there is ${people.join(", ") || "nobody"}. ` +
        `Add members to ${teams.length === 1 ? "the team" : "one of the teams"} ${teams.join(", ")}.`,
    ];
  }
  return [];
}
