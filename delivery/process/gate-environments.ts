import { promotionLine } from "./promotion-line.ts";
import type { Process, ProcessEnvironment } from "./schema.ts";

/** An environment of GitHub that the process asks for. */
export interface GateEnvironment {
  /** `production`, which deploys, or `production.cto`, where a role approves. At most 81 characters; GitHub takes 255. */
  readonly name: string;
  /** The environment of the process. */
  readonly environment: string;
  /** The role that approves here; absent where the deployment runs. */
  readonly role?: string;
  /** The team that may approve; none where the deployment runs. One team, so that GitHub's "any one of" is that role. */
  readonly reviewers: readonly string[];
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  /** Minutes that GitHub waits before the deployment; none before an approval. */
  readonly waitMinutes: number;
}

/**
 * The environments of the process that a stack builds, in the order of promotion.
 * @param stack `prod`; `pr-42` builds what the process gives to `pr-*`.
 */
export function environmentsOfStack(process: Pick<Process, "environments">, stack: string): string[] {
  const kind = stack.startsWith("pr-") ? "pr-*" : stack;
  return Object.keys(process.environments).filter((name) => process.environments[name]?.stack === kind);
}

/**
 * The environments of GitHub that a stack owns, sorted by name: for each environment of the process the one that deploys, and one
 * for each role that has to approve there. GitHub lets any one reviewer approve, so that a role of its own is the only way to need
 * all of several.
 * @param stack `dev`, `staging`, `prod`, or `pr-*` for the environments that all pull requests share. They have to be there before a
 *   pull request's first deployment, so that a lasting stack makes them; `pr-42` owns none.
 */
export function gateEnvironments(process: Process, stack: string): GateEnvironment[] {
  const gates = Object.entries(process.environments)
    .filter(([, environment]) => environment.stack === stack)
    .flatMap(([name, environment]) => [
      deploying(name, environment),
      ...approvingRoles(process, name).map((role) => approving(process, name, environment, role)),
    ]);
  return gates.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The roles that may have to approve something in an environment, sorted. The last environment of the line is where emergencies
 * and rollbacks are let through as well, so that it has their roles too.
 */
export function approvingRoles(process: Process, environment: string): string[] {
  const roles = new Set(Object.values(process.environments[environment]?.approvals ?? {}).flat());
  if (promotionLine(process).at(-1) === environment) {
    const { planned, immediate, deployables } = process.rollback.authority;
    const severities = Object.values(process.emergency.severities).flatMap(({ approvers }) => approvers);
    for (const role of [...severities, ...immediate, ...planned, ...Object.values(deployables).flat()]) roles.add(role);
  }
  return [...roles].sort();
}

function deploying(name: string, { branches, tags, wait }: ProcessEnvironment): GateEnvironment {
  return { name, environment: name, reviewers: [], ...patterns({ branches, tags }), waitMinutes: wait };
}

function approving(
  process: Process,
  name: string,
  { branches, tags }: ProcessEnvironment,
  role: string,
): GateEnvironment {
  const team = process.roles[role]?.team;
  return {
    name: `${name}.${role}`,
    environment: name,
    role,
    reviewers: team === undefined ? [] : [team],
    ...patterns({ branches, tags }),
    waitMinutes: 0,
  };
}

function patterns({ branches, tags }: Pick<ProcessEnvironment, "branches" | "tags">) {
  return { branches: [...branches].sort(), tags: [...tags].sort() };
}
