import { type ProcessProblem, repeated } from "./problem.ts";
import { isPassing } from "./promotion-line.ts";
import type { Process, ProcessEnvironment } from "./schema.ts";

/** GitHub takes at most this many reviewers for an environment, so that no list of roles that decide together is longer. */
const mostRoles = 6;

/** GitHub's longest wait timer: 30 days. */
const longestWait = 43_200;

/** Approvals that nobody could give, or that would prove nothing. */
export function approvalProblems(process: Process): ProcessProblem[] {
  const { authority } = process.rollback;
  return [
    ...Object.keys(process.deployables).flatMap((key) => pathProblems(process, key)),
    ...Object.entries(process.environments).flatMap(([name, environment]) => [
      ...rowProblems(process, name, environment),
      ...gateProblems(name, environment),
      ...Object.entries(environment.approvals).flatMap(([deployable, roles]) =>
        togetherProblems(process, ["environments", name, "approvals", deployable], roles),
      ),
      ...unionProblems(process, name, environment),
    ]),
    ...Object.entries(process.emergency.severities).flatMap(([key, { approvers }]) =>
      listProblems(["emergency", "severities", key, "approvers"], approvers),
    ),
    ...listProblems(["rollback", "authority", "immediate"], authority.immediate),
    ...togetherProblems(process, ["rollback", "authority", "planned"], authority.planned),
    ...Object.entries(authority.deployables).flatMap(([deployable, roles]) =>
      togetherProblems(process, ["rollback", "authority", "deployables", deployable], roles),
    ),
  ];
}

/** Where anything needs approval, every deployable says what it needs: one that is forgotten would need nobody. */
function rowProblems(process: Process, name: string, { approvals }: ProcessEnvironment): ProcessProblem[] {
  if (Object.keys(approvals).length === 0) return [];
  return Object.keys(process.deployables)
    .filter((deployable) => !Object.hasOwn(approvals, deployable))
    .map((deployable) => ({
      keys: ["environments", name, "approvals"],
      what: `has no row for ${deployable}. Add "${deployable}: [...]" with its roles; "[]" if it needs nobody.`,
    }));
}

/** What GitHub would refuse, or would take and then not guard. */
function gateProblems(name: string, environment: ProcessEnvironment): ProcessProblem[] {
  const keys = ["environments", name];
  const problems: ProcessProblem[] = [];
  if (!isPassing(environment) && environment.branches.length + environment.tags.length === 0) {
    problems.push({ keys, what: "lets every branch deploy. List the branches or tags that may." });
  }
  if (environment.wait > longestWait) {
    problems.push({ keys: [...keys, "wait"], what: "is longer than GitHub waits. Write 30 days at most." });
  }
  for (const list of ["branches", "tags"] as const) {
    environment[list].forEach((pattern, index) => {
      if (!pattern.startsWith("refs/") && !/\s/.test(pattern)) return;
      problems.push({
        keys: [...keys, list, index],
        what: `is "${pattern}", which matches nothing. Write the name alone, such as "release/*", without refs/ and spaces.`,
      });
    });
  }
  return problems;
}

function listProblems(keys: readonly PropertyKey[], roles: readonly string[]): ProcessProblem[] {
  const problems: ProcessProblem[] = repeated(roles).map(({ word, index }) => ({
    keys: [...keys, index],
    what: `names ${word} a second time. Name it once.`,
  }));
  if (roles.length > mostRoles) {
    problems.push({
      keys,
      what: `names ${roles.length} roles, GitHub takes ${mostRoles}. Put people who decide alike into one team.`,
    });
  }
  return problems;
}

/** Roles that decide together have to be different people, so they cannot be the same team: its members would hold both. */
function togetherProblems(process: Process, keys: readonly PropertyKey[], roles: readonly string[]): ProcessProblem[] {
  return [...listProblems(keys, roles), ...sameTeams(process, keys, roles)];
}

/** The same for roles that meet only when several deployables change at once. */
function unionProblems(process: Process, name: string, { approvals }: ProcessEnvironment): ProcessProblem[] {
  const cells = Object.values(approvals);
  if (cells.some((roles) => sameTeams(process, [], roles).length > 0)) return [];
  return sameTeams(process, ["environments", name, "approvals"], [...new Set(cells.flat())]);
}

function sameTeams(process: Process, keys: readonly PropertyKey[], roles: readonly string[]): ProcessProblem[] {
  const byTeam = Map.groupBy(
    [...new Set(roles)].filter((role) => Object.hasOwn(process.roles, role)),
    (role) => process.roles[role]?.team,
  );
  return [...byTeam]
    .filter(([, together]) => together.length > 1)
    .map(([team, together]) => ({
      keys,
      what: `needs ${together.join(" and ")}, which are both the team "${team}": one member would hold them all. Give each role its own team.`,
    }));
}

/** Filters that could never match a path as GitHub writes it. */
function pathProblems({ deployables }: Process, key: string): ProcessProblem[] {
  const paths = deployables[key]?.paths ?? [];
  return paths.flatMap((pattern, index) => {
    const keys = ["deployables", key, "paths", index];
    if (/^!?\.{0,2}\//.test(pattern)) {
      return [{ keys, what: `is "${pattern}", but paths begin at the repository's root. Write it without the start.` }];
    }
    if (/^!?[?+]|(?<!\\)\*[?+]/.test(pattern)) {
      return [{ keys, what: `is "${pattern}", whose ? or + repeats nothing. Put a character before it.` }];
    }
    if (index === 0 && pattern.startsWith("!")) {
      return [{ keys, what: `is "${pattern}", which takes away before anything is there. Put a filter before it.` }];
    }
    return [];
  });
}
