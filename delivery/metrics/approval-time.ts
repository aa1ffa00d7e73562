import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import { assign } from "../release/matching.ts";
import type { Decision, Promotion } from "../release/model.ts";
import type { MetricsFacts } from "./facts.ts";

/** How long somebody waited for an approval. */
export interface Wait {
  readonly promotion: number;
  readonly environment: string;
  /** The role that was waited for; absent for the whole of them. */
  readonly role?: string;
  readonly approvedAt: string;
  readonly hours: number;
}

/**
 * How long promotions waited for their approvals, from the request until the last role that was needed: that moment is when
 * distinct people, none of whom asked, first filled all of them with approvals that had not expired. The chain's query
 * (seeds/002, "Deployment Success Metrics") takes the deployment for the approval, which also counts the waiting for a window; its
 * KPI is named "Average Approval Time", so that the approval is what is measured here.
 *
 * Left out are emergencies and rollbacks, whose paths are short by purpose (without them the average is no better than with them),
 * promotions that need nobody, and those that were not approved. Where the rules that hold now name other roles than those of
 * then, the last approval before the deployment began counts.
 */
export function approvalWaits(process: Process, facts: MetricsFacts): Wait[] {
  return planned(facts).flatMap((promotion) => {
    const given = approvals(facts.decisions, promotion);
    const last = completion(process, promotion, given) ?? beforeDeployment(facts, promotion, given);
    return last === undefined ? [] : [wait(promotion, last)];
  });
}

/** How long promotions waited for each role's first approval, also where other roles are still missing. */
export function roleWaits(facts: MetricsFacts): Wait[] {
  return planned(facts).flatMap((promotion) => {
    const first = new Map<string, Decision>();
    for (const one of approvals(facts.decisions, promotion)) if (!first.has(one.role)) first.set(one.role, one);
    return [...first.values()].map((one) => ({ ...wait(promotion, one), role: one.role }));
  });
}

function planned({ promotions }: MetricsFacts): Promotion[] {
  return promotions.filter(({ kind, rollback }) => kind !== "emergency" && rollback === undefined);
}

/** Approvals of what was asked for, by others than who asked, the oldest first. */
function approvals(decisions: readonly Decision[], { id, bundle, requestedBy, requestedAt }: Promotion): Decision[] {
  return decisions
    .filter((one) => one.promotion === id && one.decision === "approve" && one.bundle === bundle)
    .filter((one) => one.actor !== requestedBy && Date.parse(one.decidedAt) >= Date.parse(requestedAt))
    .sort(
      (a, b) =>
        Date.parse(a.decidedAt) - Date.parse(b.decidedAt) || compare(a.role, b.role) || compare(a.actor, b.actor),
    );
}

/** The approval with which all roles were filled; undefined before that, and where no role is needed. */
function completion(process: Process, promotion: Promotion, given: readonly Decision[]): Decision | undefined {
  const environment = ownValue(process.environments, promotion.environment);
  const roles = new Set(promotion.changed.flatMap((one) => ownValue(environment?.approvals ?? {}, one) ?? []));
  if (roles.size === 0 || environment === undefined) return undefined;
  return given.find((last, index) => {
    const expired = Date.parse(last.decidedAt) - environment.approvalsExpire * 60_000;
    const valid = given.slice(0, index + 1).filter((one) => Date.parse(one.decidedAt) > expired);
    const candidates = [...roles].map((role) => valid.filter((one) => one.role === role).map(({ actor }) => actor));
    return assign(candidates).every((person) => person !== undefined);
  });
}

function beforeDeployment(facts: MetricsFacts, { id }: Promotion, given: readonly Decision[]): Decision | undefined {
  const deployment = facts.deployments.find(({ promotion }) => promotion === id);
  if (deployment === undefined) return undefined;
  return given.findLast(({ decidedAt }) => Date.parse(decidedAt) <= Date.parse(deployment.startedAt));
}

function wait({ id, environment, requestedAt }: Promotion, { decidedAt }: Decision): Wait {
  const hours = (Date.parse(decidedAt) - Date.parse(requestedAt)) / 3_600_000;
  return { promotion: id, environment, approvedAt: decidedAt, hours };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
