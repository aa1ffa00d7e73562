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

/** A branch or tag pattern that may deploy. */
export interface PlannedPattern {
  readonly kind: "branch" | "tag";
  readonly pattern: string;
  /** A part of a logical name: the pattern with everything but letters, digits, dots and hyphens replaced. */
  readonly label: string;
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

/** A team as GitHub knows it. */
export interface TeamFacts {
  /** The numeric id, which reviewers are given by. */
  readonly id: number;
  /** The login names of the members. */
  readonly members: readonly string[];
}

/** GitHub takes at most this many reviewers for an environment. */
const mostReviewers = 6;

/**
 * Plans the environments of a repository. GitHub lets any one of an environment's reviewers approve.
 *
 * @param environments the environments by name.
 * @param extraVariables facts that the stack itself adds to every environment; the settings' own win.
 */
export function planGitHubDelivery(
  environments: Readonly<Record<string, GateSettings>>,
  extraVariables: Readonly<Record<string, string>> = {},
): GitHubPlan {
  const gates = Object.entries(environments)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, settings]) => planGate(name, settings, extraVariables));
  return {
    gates,
    teams: [...new Set(gates.flatMap(({ reviewers }) => reviewers))].sort(compare),
    refusals: gates.flatMap(refuse),
  };
}

function planGate(name: string, settings: GateSettings, extraVariables: Readonly<Record<string, string>>): PlannedGate {
  const pattern = (kind: PlannedPattern["kind"]) => (text: string) => ({
    kind,
    pattern: text,
    label: text.replaceAll("*", "any").replace(/[^A-Za-z0-9.-]+/g, "-"),
  });
  return {
    name,
    reviewers: [...settings.reviewers].sort(compare),
    preventSelfReview: settings.preventSelfReview,
    waitMinutes: settings.waitMinutes,
    protectedBranches: settings.protectedBranches,
    patterns: [
      ...[...settings.branches].sort(compare).map(pattern("branch")),
      ...[...settings.tags].sort(compare).map(pattern("tag")),
    ],
    variables: Object.entries({ ...extraVariables, ...settings.variables }).sort(([a], [b]) => compare(a, b)),
  };
}

/** What GitHub would refuse, or would take and then not guard. */
function refuse(gate: PlannedGate): string[] {
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

/**
 * Compares the plan with the teams that exist: a missing team, or a gate that nobody could open, is refused.
 *
 * @param teams what GitHub knows of each planned team; undefined for a team that does not exist.
 * @returns sentences that name the team and the remedy.
 */
export function refuseTeams(
  owner: string,
  plan: GitHubPlan,
  teams: ReadonlyMap<string, TeamFacts | undefined>,
): string[] {
  const missing = plan.teams.filter((team) => teams.get(team) === undefined);
  const refusals = missing.map(
    (team) =>
      `The team "${team}" does not exist in the organization "${owner}". ` +
      `Create it (https://github.com/orgs/${owner}/new-team), name another in slipway:github, or set slipway:github.createTeams to true.`,
  );
  for (const gate of plan.gates) {
    if (gate.reviewers.some((team) => missing.includes(team))) continue;
    const people = new Set(gate.reviewers.flatMap((team) => teams.get(team)?.members ?? []));
    const needed = gate.preventSelfReview ? 2 : 1;
    if (people.size >= needed) continue;
    refusals.push(
      `Nobody could approve a deployment to "${gate.name}": its reviewers (${gate.reviewers.join(", ")}) are ${people.size} ` +
        `${people.size === 1 ? "person" : "people"} in all, and ${needed === 2 ? "who starts a deployment may not approve it. Add a second member." : "at least one is needed. Add a member."}`,
    );
  }
  return refusals;
}

/** By code points, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
