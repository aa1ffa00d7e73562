import { UserError } from "../errors.ts";
import { ownValue } from "../flags/flag.ts";
import type { Process, ProcessEnvironment } from "./schema.ts";

/** A role that has to approve, and the deployables that ask for it, sorted. */
export interface RequiredRole {
  readonly role: string;
  readonly deployables: readonly string[];
}

/**
 * An environment of the process.
 * @throws UserError when the process has none of that name.
 */
export function environmentOf(process: Process, name: string): ProcessEnvironment {
  const environment = ownValue(process.environments, name);
  if (environment !== undefined) return environment;
  throw new UserError(
    `The process has no environment "${name}".\n  Use one of ${Object.keys(process.environments).join(", ")}.`,
  );
}

/**
 * The roles that have to approve when these deployables go to an environment, ALL of them, sorted; none where the environment
 * needs no approval.
 * @throws UserError for an environment or a deployable that the process does not have: what is not known is never let through.
 */
export function requiredRoles(process: Process, environment: string, deployables: readonly string[]): RequiredRole[] {
  const { approvals } = environmentOf(process, environment);
  const known = knownDeployables(process, deployables);
  const roles = new Set(known.flatMap((deployable) => ownValue(approvals, deployable) ?? []));
  return [...roles].sort().map((role) => ({
    role,
    deployables: known.filter((deployable) => ownValue(approvals, deployable)?.includes(role)),
  }));
}

/**
 * What has to be shown before these deployables go to an environment, sorted: for every deployment there, and of each deployable.
 * @throws UserError for an environment or a deployable that the process does not have.
 */
export function requiredValidations(process: Process, environment: string, deployables: readonly string[]): string[] {
  const { validations, deployableValidations } = environmentOf(process, environment);
  const own = knownDeployables(process, deployables).flatMap(
    (deployable) => ownValue(deployableValidations, deployable) ?? [],
  );
  return [...new Set([...validations, ...own])].sort();
}

function knownDeployables(process: Process, deployables: readonly string[]): string[] {
  const unknown = deployables.filter((deployable) => !Object.hasOwn(process.deployables, deployable));
  if (unknown.length > 0) {
    throw new UserError(
      `The process has no deployable "${unknown.join('", "')}".\n  Use those that it has: ${Object.keys(process.deployables).join(", ")}.`,
    );
  }
  return [...new Set(deployables)].sort();
}
