import type { GitHubFacts } from "./github-facts.ts";

/** One environment of the repository, as a stack's settings declare it. */
export interface GateSettings {
  readonly reviewers: readonly string[];
  readonly preventSelfReview: boolean;
  readonly waitMinutes: number;
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  readonly protectedBranches: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

/** What a stack wants of GitHub. */
export interface GitHubDeliverySettings {
  /** The organization that owns the repository. */
  readonly owner: string;
  /** The repository's name, without its owner. */
  readonly repository: string;
  /** The environments that this stack owns, by name. A stack never touches another stack's environments. */
  readonly environments: Readonly<Record<string, GateSettings>>;
  /** Facts that workflows read in every environment as `vars.<NAME>`; no secrets. The environments' own win. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Creates the repository (private) instead of building on the one that exists; for a first try. A destroy leaves it, so set
   * this to false before the next `up`.
   * @default false
   */
  readonly createRepository?: boolean;
  /** Creates the reviewing teams instead of using those that exist; for a first try, members are yours to add. @default false */
  readonly createTeams?: boolean;
}

/** A branch or tag pattern that may deploy. */
interface PlannedPattern {
  readonly kind: "branch" | "tag";
  readonly pattern: string;
}

/** One environment, ready to be built. Lists are sorted, so that their order in the settings never shows in a preview. */
export interface PlannedGate {
  readonly name: string;
  readonly reviewers: readonly string[];
  readonly preventSelfReview: boolean;
  readonly waitMinutes: number;
  readonly protectedBranches: boolean;
  readonly patterns: readonly PlannedPattern[];
  readonly variables: ReadonlyArray<readonly [name: string, value: string]>;
}

/** The environments of a stack, and what is wrong with them; nothing is built while something is. */
export interface GitHubPlan {
  readonly gates: readonly PlannedGate[];
  /** Every team that reviews somewhere, once, sorted. */
  readonly teams: readonly string[];
  /** Sentences that name the environment and the remedy. */
  readonly refusals: readonly string[];
}

/** GitHub takes at most this many reviewers for an environment. */
const mostReviewers = 6;

/** Every team that reviews somewhere, once, sorted. */
export function reviewingTeams(environments: Readonly<Record<string, GateSettings>>): string[] {
  return [...new Set(Object.values(environments).flatMap(({ reviewers }) => reviewers))].sort(compare);
}

/**
 * Plans a stack's environments. GitHub lets any one of an environment's reviewers approve.
 * @param facts what exists already; what is to be created need not.
 */
export function planGitHubDelivery(settings: GitHubDeliverySettings, facts: GitHubFacts): GitHubPlan {
  const gates = Object.entries(settings.environments)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, gate]) => planGate(name, gate, settings.variables ?? {}));
  const teams = reviewingTeams(settings.environments);
  return {
    gates,
    teams,
    refusals: [
      ...gates.flatMap(refuseGate),
      ...(settings.createRepository ? [] : refuseRepository(settings, facts)),
      ...(settings.createTeams ? [] : refuseTeams(settings.owner, gates, teams, facts)),
    ],
  };
}

function planGate(name: string, settings: GateSettings, extraVariables: Readonly<Record<string, string>>): PlannedGate {
  return {
    name,
    reviewers: [...settings.reviewers].sort(compare),
    preventSelfReview: settings.preventSelfReview,
    waitMinutes: settings.waitMinutes,
    protectedBranches: settings.protectedBranches,
    patterns: [
      ...settings.branches.map((pattern) => ({ kind: "branch" as const, pattern })).sort(byPattern),
      ...settings.tags.map((pattern) => ({ kind: "tag" as const, pattern })).sort(byPattern),
    ],
    variables: Object.entries({ ...extraVariables, ...settings.variables }).sort(([a], [b]) => compare(a, b)),
  };
}

/** What GitHub would refuse, or would take and then not guard. */
function refuseGate(gate: PlannedGate): string[] {
  const refusals: string[] = [];
  const where = `The GitHub environment "${gate.name}"`;
  const twice = gate.reviewers.find((team, index) => gate.reviewers.indexOf(team) < index);
  if (gate.reviewers.length === 0) refusals.push(`${where} has no reviewers. Name 1 to ${mostReviewers} teams.`);
  if (gate.reviewers.length > mostReviewers) {
    refusals.push(
      `${where} has ${gate.reviewers.length} reviewers, GitHub takes ${mostReviewers}. Put people who decide alike into one team.`,
    );
  }
  if (twice !== undefined) refusals.push(`${where} names the team "${twice}" twice. Name it once.`);
  if (gate.protectedBranches && gate.patterns.length > 0) {
    refusals.push(`${where} has both protected branches and patterns, GitHub takes one of them. Remove one.`);
  }
  if (!gate.protectedBranches && gate.patterns.length === 0) {
    refusals.push(`${where} lets every branch deploy. List the branches or tags that may.`);
  }
  return refusals;
}

function refuseRepository({ owner, repository }: GitHubDeliverySettings, facts: GitHubFacts): string[] {
  if (facts.repository) return [];
  return [
    `The repository "${owner}/${repository}" does not exist, or the token in GITHUB_TOKEN may not see it. ` +
      "Create it, correct slipway:github.owner and slipway:github.repository, or set slipway:github.createRepository to true.",
  ];
}

/** A team that does not exist, or a gate that nobody could open. */
function refuseTeams(
  owner: string,
  gates: readonly PlannedGate[],
  teams: readonly string[],
  facts: GitHubFacts,
): string[] {
  const missing = teams.filter((team) => facts.teams.get(team) === undefined);
  const refusals = missing.map(
    (team) =>
      `The team "${team}" does not exist in the organization "${owner}". ` +
      `Create it in GitHub, name another in slipway:github.environments, or set slipway:github.createTeams to true.`,
  );
  for (const { name, reviewers, preventSelfReview } of gates) {
    if (reviewers.some((team) => missing.includes(team))) continue;
    const people = new Set(reviewers.flatMap((team) => facts.teams.get(team)?.members ?? []));
    if (people.size >= (preventSelfReview ? 2 : 1)) continue;
    const why =
      people.size === 0
        ? `its reviewers (${reviewers.join(", ")}) have no members. Add some to a team.`
        : `its reviewers (${reviewers.join(", ")}) are one person in all, who may not approve their own. Add a second member.`;
    refusals.push(`Nobody could approve every deployment to "${name}": ${why}`);
  }
  return refusals;
}

/** By code points, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byPattern(a: PlannedPattern, b: PlannedPattern): number {
  return compare(a.pattern, b.pattern);
}
