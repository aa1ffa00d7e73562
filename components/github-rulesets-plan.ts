import { promotionLine } from "../delivery/process/promotion-line.ts";
import type { Process } from "../delivery/process/schema.ts";

/** A team without whom no change of some paths gets into a protected branch. */
interface PathReviewer {
  readonly team: string;
  /** fnmatch patterns, as GitHub's rule takes them. */
  readonly paths: readonly string[];
}

/** A set of rules of the repository, ready to be built. Its name is ours, so that no ruleset of somebody else is meant by it. */
export interface PlannedRuleset {
  /** Its part of a logical name. */
  readonly key: string;
  readonly name: string;
  readonly target: "branch" | "tag";
  /** Whole refs, with patterns. */
  readonly refs: readonly string[];
  /** Teams that the rules do not hold for. */
  readonly bypass: readonly string[];
  /** Whether it is about who creates such refs; else it is about what becomes of those that exist: they stay, and keep their history. */
  readonly creation: boolean;
  /** Whether nobody may move such a ref at all. */
  readonly update: boolean;
  /** What a pull request needs; none for tags. */
  readonly pullRequest?: {
    readonly approvals: number;
    readonly checks: readonly string[];
    readonly pathReviewers: readonly PathReviewer[];
  };
  /** The id of the one that exists and is taken over, as it is for now. */
  readonly adopt?: number;
  /** Every team that is named, once, sorted. */
  readonly teams: readonly string[];
}

/** Who guards the rules themselves. */
const rulePaths = [".github/**", "delivery/process.yaml", "components/github-*", "components/delivery-identity*"];

/** What the rules of a repository follow from. */
export interface RepositoryRules {
  readonly process: Process;
  /** Checks without which nothing is merged: the names of jobs. A job that is skipped counts as passed. */
  readonly checks: readonly string[];
}

/**
 * The rules of a repository, from the process:
 *
 * - branches that deploy somewhere change by pull request, approved by somebody other than who pushed last, with the checks passed;
 *   a change of a deployable's paths also needs the roles that it alone has to ask in the first environment that asks anybody
 *   (the tech lead for the backend), a change of the rules those who approve whatever goes to the last environment;
 * - tags that deploy somewhere are made by those last ones (the release manager), and never moved or removed by anybody.
 */
export function planRulesets({ checks, process }: RepositoryRules): PlannedRuleset[] {
  const environments = promotionLine(process).flatMap((name) => process.environments[name] ?? []);
  const patterns = (kind: "branches" | "tags") => sorted(environments.flatMap((environment) => environment[kind]));
  const keepers = teamsOf(process, commonRoles(environments.at(-1)?.approvals ?? {}));
  const [branches, tags] = [patterns("branches"), patterns("tags")];
  const pathReviewers = [...specialists(process), ...keepers.map((team) => ({ team, paths: rulePaths }))];
  const tagRules = { target: "tag", refs: tags.map((pattern) => `refs/tags/${pattern}`) } as const;
  const all: PlannedRuleset[] = [
    {
      key: "branches",
      name: "slipway: branches that deploy",
      target: "branch",
      refs: branches.map((pattern) => `refs/heads/${pattern}`),
      bypass: [],
      creation: false,
      update: false,
      pullRequest: { approvals: 1, checks: sorted(checks), pathReviewers },
      teams: sorted(pathReviewers.map(({ team }) => team)),
    },
    {
      key: "releasing",
      name: "slipway: who releases",
      ...tagRules,
      bypass: keepers,
      creation: true,
      update: false,
      teams: keepers,
    },
    {
      key: "releases",
      name: "slipway: releases stay",
      ...tagRules,
      bypass: [],
      creation: false,
      update: true,
      teams: [],
    },
  ];
  return all.filter(({ refs }) => refs.length > 0);
}

/** The roles that every deployable needs. */
function commonRoles(approvals: Readonly<Record<string, readonly string[]>>): string[] {
  const cells = Object.values(approvals);
  return (cells[0] ?? []).filter((role) => cells.every((roles) => roles.includes(role)));
}

/** Beside whom all deployables ask: who is asked for one of them because they know it. */
function specialists(process: Process): PathReviewer[] {
  const first = promotionLine(process)
    .map((name) => process.environments[name]?.approvals ?? {})
    .find((approvals) => Object.values(approvals).some((roles) => roles.length > 0));
  const common = commonRoles(first ?? {});
  const byTeam = new Map<string, string[]>();
  for (const [deployable, roles] of Object.entries(first ?? {})) {
    // A path that is taken away again would be reviewed all the same: GitHub's rule knows no exceptions.
    const paths = (process.deployables[deployable]?.paths ?? []).filter((path) => !path.startsWith("!"));
    for (const team of teamsOf(
      process,
      roles.filter((role) => !common.includes(role)),
    )) {
      byTeam.set(team, [...(byTeam.get(team) ?? []), ...paths]);
    }
  }
  return [...byTeam]
    .map(([team, paths]) => ({ team, paths: sorted(paths) }))
    .sort((a, b) => (a.team < b.team ? -1 : 1));
}

function teamsOf(process: Process, roles: readonly string[]): string[] {
  return sorted(roles.flatMap((role) => process.roles[role]?.team ?? []));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
