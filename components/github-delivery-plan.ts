import type { GateEnvironment } from "../delivery/process/gate-environments.ts";
import { memberProblems } from "../delivery/process/member-problems.ts";
import type { Process } from "../delivery/process/schema.ts";
import { planAdoption } from "./github-adoption-plan.ts";
import type { DeploymentPattern, ExistingGates } from "./github-existing.ts";
import type { GitHubFacts } from "./github-facts.ts";
import { type PlannedRuleset, planRulesets, type RepositoryRules } from "./github-rulesets-plan.ts";

/** What a stack wants of GitHub. */
export interface GitHubDeliverySettings {
  /** The organization that owns the repository. */
  readonly owner: string;
  /** The repository's name, without its owner. */
  readonly repository: string;
  /** The stack, which marks the environments that it owns. A stack never touches another stack's environments. */
  readonly stack: string;
  /** The environments that the process gives to the stack: `planGates`. */
  readonly gates: readonly GateEnvironment[];
  /** The part of the process that the stack answers for: whose people have to exist. */
  readonly process: Process;
  /** Facts that workflows read where they deploy as `vars.<NAME>`, by environment; no secrets. @default none */
  readonly variables?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the rules for branches, tags and paths of the whole repository follow from, for the one stack that owns them. @default none */
  readonly repositoryRules?: RepositoryRules | undefined;
  /**
   * Creates the repository (private) instead of building on the one that exists; for a first try. A destroy leaves it, so set
   * this to false before the next `up`.
   * @default false
   */
  readonly createRepository?: boolean;
  /** Creates the reviewing teams instead of using those that exist; for a first try, members are yours to add. @default false */
  readonly createTeams?: boolean;
}

/** What exists in GitHub already. */
export interface DeliveryFacts extends GitHubFacts {
  readonly existing: ExistingGates;
}

/** A variable of an environment. */
export interface PlannedVariable {
  readonly name: string;
  readonly value: string;
  /** It is there already and is taken over: with another value, which it keeps for now, or with the value that it is to have. */
  readonly adopt?: "as is" | "same";
}

/** One environment, ready to be built. Lists are sorted, so that their order in the process never shows in a preview. */
export interface PlannedGate {
  readonly name: string;
  /** One team where a role approves; none where the deployment runs: there the branch and tag patterns and the roles' jobs guard. */
  readonly reviewers: readonly string[];
  readonly waitMinutes: number;
  readonly patterns: readonly DeploymentPattern[];
  readonly variables: readonly PlannedVariable[];
}

/** The environments of a stack, and what is wrong with them; nothing is built while something is. */
export interface GitHubPlan {
  readonly gates: readonly PlannedGate[];
  /** Every team that reviews somewhere or is named in the repository's rules, once, sorted. */
  readonly teams: readonly string[];
  readonly rulesets: readonly PlannedRuleset[];
  /** Sentences that name the environment and the remedy. */
  readonly refusals: readonly string[];
  /** Sentences that somebody should read before they say yes. */
  readonly notices: readonly string[];
}

/** GitHub takes at most this many reviewers for an environment. */
const mostReviewers = 6;

/** The variable of an environment that says which stack owns it. It is made last, so that it stands for all the others. */
export const ownerMark = "SLIPWAY_STACK";

/** Every team that the stack has to know in GitHub, once, sorted: who reviews, and who is named in the repository's rules. */
export function neededTeams({
  gates,
  process,
  repositoryRules,
}: Pick<GitHubDeliverySettings, "gates" | "process" | "repositoryRules">): string[] {
  const decides =
    memberProblems(process, new Map()).length > 0 ? Object.values(process.roles).map(({ team }) => team) : [];
  const named = repositoryRules ? planRulesets(repositoryRules).flatMap(({ teams }) => teams) : [];
  return [...new Set([...reviewingTeams(gates), ...decides, ...named])].sort(compare);
}

function reviewingTeams(gates: readonly Pick<GateEnvironment, "reviewers">[]): string[] {
  return [...new Set(gates.flatMap(({ reviewers }) => reviewers))].sort(compare);
}

/**
 * Plans a stack's environments, and for one stack the rules of the repository.
 * @param facts what exists already; what is to be created need not.
 */
export function planGitHubDelivery(settings: GitHubDeliverySettings, facts: DeliveryFacts): GitHubPlan {
  const wanted = settings.gates.map((gate) => planGate(gate, settings)).sort((a, b) => compare(a.name, b.name));
  const adoption = planAdoption(wanted, settings.stack, ownerMark, facts.existing);
  const { gates } = adoption;
  const rulesets = (settings.repositoryRules ? planRulesets(settings.repositoryRules) : []).map((ruleset) => {
    // A ruleset can carry no mark. Its name is ours, so that it is the stack's, or of one whose state is gone.
    const id = adoption.isBuilt ? undefined : facts.existing.rulesets.get(ruleset.name);
    return { ...ruleset, ...(id !== undefined && { adopt: id }) };
  });
  return {
    gates,
    teams: [...new Set([...reviewingTeams(gates), ...rulesets.flatMap(({ teams }) => teams)])].sort(compare),
    rulesets,
    refusals: [
      ...settings.gates.flatMap(refuseGate),
      ...adoption.refusals,
      ...(settings.createRepository ? [] : refuseRepository(settings, facts)),
      ...(settings.createTeams ? [] : refuseTeams(settings, facts)),
    ],
    notices: [
      ...adoption.notices,
      ...rulesets
        .filter(({ adopt }) => adopt !== undefined)
        .map(
          ({ name }) =>
            `The ruleset "${name}" exists already and is taken over as it is; the next preview shows how it changes.`,
        ),
    ],
  };
}

function planGate(gate: GateEnvironment, { stack, variables = {} }: GitHubDeliverySettings): PlannedGate {
  const { branches, name, reviewers, role, tags, waitMinutes } = gate;
  // Where a role approves no step runs that could read anything.
  const told = role === undefined ? (variables[gate.environment] ?? {}) : {};
  return {
    name,
    reviewers: [...reviewers].sort(compare),
    waitMinutes,
    patterns: [...planPatterns("branch", branches), ...planPatterns("tag", tags)],
    variables: Object.entries({ ...told, [ownerMark]: stack })
      .map(([key, value]) => ({ name: key, value }))
      .sort((a, b) => compare(a.name, b.name)),
  };
}

function planPatterns(kind: DeploymentPattern["kind"], patterns: readonly string[]): DeploymentPattern[] {
  return [...new Set(patterns)].sort(compare).map((pattern) => ({ kind, pattern }));
}

/** What GitHub would refuse, or would take and then not guard. */
function refuseGate({ branches, name, reviewers, role, tags }: GateEnvironment): string[] {
  const refusals: string[] = [];
  const where = `The GitHub environment "${name}"`;
  if (role !== undefined && reviewers.length === 0) {
    refusals.push(`${where} has no reviewers. Name the team of the role "${role}" in delivery/process.yaml.`);
  }
  if (reviewers.length > mostReviewers) {
    refusals.push(
      `${where} has ${reviewers.length} reviewers, GitHub takes ${mostReviewers}. Put people who decide alike into one team.`,
    );
  }
  if (branches.length + tags.length === 0) {
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

/** A team that does not exist, or a gate that not enough people could open, whoever asks. */
function refuseTeams({ process }: GitHubDeliverySettings, { teams }: GitHubFacts): string[] {
  const members = new Map([...teams].flatMap(([slug, team]) => (team ? [[slug, team.members] as const] : [])));
  return memberProblems(process, members);
}

/** By code points, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
