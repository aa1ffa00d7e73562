import { GitHubDelivery } from "../components/github-delivery.ts";
import { type DeliveryFacts, type GitHubDeliverySettings, neededTeams } from "../components/github-delivery-plan.ts";
import { findExistingGates, nothingExists } from "../components/github-existing.ts";
import { findGitHub } from "../components/github-facts.ts";
import { planGates } from "../components/github-gates-plan.ts";
import { GitHubProvider } from "../components/github-provider.ts";
import { UserError } from "../delivery/errors.ts";
import type { GateEnvironment } from "../delivery/process/gate-environments.ts";
import { promotionLine } from "../delivery/process/promotion-line.ts";
import { readProcess } from "../delivery/process/read.ts";
import type { Settings } from "../infra/settings.ts";
import { requiredChecks } from "./required-checks.ts";

/** The stack's own environment, one that it builds beside it, or the one that all pull requests share. */
type DeploymentKind = "own" | "beside" | "pullRequests";

/** A stack's side of GitHub. */
interface GitHubScope {
  /** The stack's name. */
  readonly stack: string;
  readonly github: Settings["github"];
  /** What workflows are told where they deploy; the settings' own win. */
  readonly variables: (kind: DeploymentKind) => Readonly<Record<string, string>>;
  /** Whether the rules of the whole repository are this stack's: of one stack only. */
  readonly ownsRepository: boolean;
}

/** What was made, and what else may be asked of GitHub. */
export interface GitHubSide {
  readonly connection: GitHubProvider;
  readonly delivery: GitHubDelivery;
  /** The environments where this stack is deployed. */
  readonly deploying: readonly GateEnvironment[];
}

/**
 * Builds the environments that delivery/process.yaml gives to a stack; nothing where it gives none, as to a pull request's.
 * @throws UserError when the process is wrong, or the settings speak of an environment that is not the stack's.
 */
export async function createGitHubSide({
  github,
  ownsRepository,
  stack,
  variables,
}: GitHubScope): Promise<GitHubSide | undefined> {
  const { process } = readProcess();
  const { environments: overrides, ...place } = github;
  const planned = planGates(process, stack, overrides);
  if (planned.refusals.length > 0) throw new UserError(`Pulumi.${stack}.yaml: ${planned.refusals.join("\n")}`);
  const deploying = planned.gates.filter(({ role }) => role === undefined);
  if (deploying.length === 0) return undefined;

  // The stack's own environment is the furthest along the line of those that it builds.
  const line = promotionLine(process);
  const own = line.findLast((name) => deploying.some((gate) => gate.name === name));
  const kindOf = (name: string): DeploymentKind =>
    name === own ? "own" : line.includes(name) ? "beside" : "pullRequests";

  const connection = new GitHubProvider(`${stack}-github-provider`, github.owner);
  const settings: GitHubDeliverySettings = {
    ...place,
    ...planned,
    stack,
    variables: Object.fromEntries(
      deploying.map(({ name }) => [name, { ...variables(kindOf(name)), ...overrides[name]?.variables }]),
    ),
    ...(ownsRepository && { repositoryRules: { process, checks: requiredChecks() } }),
  };
  const facts = await findFacts(connection, settings);
  const delivery = new GitHubDelivery(`${stack}-github`, { ...settings, facts }, { providers: [connection] });
  return { connection, delivery, deploying: deploying.filter(({ name }) => line.includes(name)) };
}

async function findFacts(connection: GitHubProvider, settings: GitHubDeliverySettings): Promise<DeliveryFacts> {
  const environments = settings.gates.map(({ name }) => name);
  const [found, existing] = await Promise.all([
    findGitHub(connection, { repository: settings.repository, teams: neededTeams(settings) }),
    findExistingGates(connection, { ...settings, environments }),
  ]);
  return { ...found, existing: found.repository ? existing : nothingExists };
}
