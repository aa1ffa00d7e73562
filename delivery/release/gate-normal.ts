import { ownValue } from "../flags/flag.ts";
import { requiredRoles, requiredValidations } from "../process/requirements.ts";
import type { Process } from "../process/schema.ts";
import type { DeploymentKind } from "../process/schema-calendar.ts";
import { differences } from "./bundle.ts";
import type { GateFacts, Obstacle } from "./gate-model.ts";
import type { GatePath } from "./gate-path.ts";
import { environmentTitle, listed } from "./gate-words.ts";

/** The path of what was planned, and of the fix that cannot wait until Monday: all that the process asks for. */
export function normalPath(process: Process, facts: GateFacts): GatePath {
  const { environment, kind } = facts.promotion;
  const deployables = touched(facts);
  const unknown = deployables.filter((deployable) => !isGoverned(process, environment, deployable));
  const governed = deployables.filter((deployable) => !unknown.includes(deployable));
  return {
    seats: requiredRoles(process, environment, governed).map((one) => ({
      roles: [one.role],
      deployables: one.deployables,
    })),
    alone: false,
    validations: requiredValidations(process, environment, governed),
    ...calendarFor(process, environment, kind),
    anyHour: isUnlimited(process, deployables),
    previous: true,
    debts: true,
    stoppable: true,
    obstacles: [...ungoverned(process, environment, unknown), ...changedSince(process, facts)],
  };
}

/** What the promotion said it would change and what it would change now, sorted: all of it needs approval. */
export function touched({ bundle, promotion, standing }: GateFacts): string[] {
  return [...new Set([...promotion.changed, ...differences(bundle, standing)])].sort();
}

/** As which kind the calendar sees it, where the environment has one. */
export function calendarFor(process: Process, environment: string, kind: DeploymentKind): Pick<GatePath, "calendar"> {
  return ownValue(process.environments, environment)?.windows === true ? { calendar: kind } : {};
}

/** Whether all that changes is of those that no window limits. */
export function isUnlimited({ calendar }: Process, deployables: readonly string[]): boolean {
  return deployables.length > 0 && deployables.every((one) => calendar.unlimited.includes(one));
}

/**
 * What people approved is what the promotion said. When another deployment came between, the same bundle may change more than
 * that, or nothing at all: then nobody has approved what would happen.
 */
export function changedSince(process: Process, { bundle, promotion, standing }: GateFacts): Obstacle[] {
  const place = environmentTitle(process, promotion.environment);
  const now = differences(bundle, standing);
  const remedy = "Ask for a new promotion, whose approvals are for what it changes now.";
  if (now.length === 0)
    return [{ kind: "scope", what: `The bundle changes nothing in ${place}: all of it stands there.`, remedy }];
  const more = now.filter((one) => !promotion.changed.includes(one));
  if (more.length === 0) return [];
  const what = `The bundle would change ${listed(more)} too: ${place} has changed since the promotion was made.`;
  return [{ kind: "scope", what, remedy, deployables: more }];
}

/** An environment without any row needs nobody; one with rows has one for each deployable, or nobody could tell. */
function isGoverned(process: Process, environment: string, deployable: string): boolean {
  const rows = ownValue(process.environments, environment)?.approvals ?? {};
  const isEmpty = Object.keys(rows).length === 0;
  return Object.hasOwn(process.deployables, deployable) && (isEmpty || Object.hasOwn(rows, deployable));
}

/** What the process says nothing of cannot be approved by anybody, and must not go out for that. */
function ungoverned(process: Process, environment: string, unknown: readonly string[]): Obstacle[] {
  if (unknown.length === 0) return [];
  const place = environmentTitle(process, environment);
  return [
    {
      kind: "scope",
      what: `The process does not say who approves ${listed(unknown)} in ${place}.`,
      remedy: "Give it a row under approvals in delivery/process.yaml, or leave it out of the bundle.",
      deployables: unknown,
    },
  ];
}
