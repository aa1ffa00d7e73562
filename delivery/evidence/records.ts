import { judgedDeployments } from "../metrics/judged.ts";
import type { Bundle, Debt, Decision, Deployment, Evidence, Promotion } from "../release/model.ts";
import type { AuditLink } from "./audit-links.ts";
import type { DeploymentGate, EvidenceFacts } from "./facts.ts";

/** What is stored, by what it belongs to, and in an order of its own: the oldest first. An export asks for it once a deployment. */
export interface Records {
  readonly promotion: ReadonlyMap<number, Promotion>;
  readonly bundle: ReadonlyMap<string, Bundle>;
  readonly gate: ReadonlyMap<number, DeploymentGate>;
  /** By bundle. */
  readonly evidence: ReadonlyMap<string, readonly Evidence[]>;
  readonly promotionsOfBundle: ReadonlyMap<string, readonly Promotion[]>;
  readonly deploymentsOfBundle: ReadonlyMap<string, readonly Deployment[]>;
  /** By promotion. */
  readonly decisions: ReadonlyMap<number, readonly Decision[]>;
  readonly debts: ReadonlyMap<number, readonly Debt[]>;
  /** By environment. */
  readonly deployments: ReadonlyMap<string, readonly Deployment[]>;
  /** Of each deployment that was taken away by a rollback, when. */
  readonly rolledBackAt: ReadonlyMap<number, string>;
  readonly audit: {
    readonly bySubject: ReadonlyMap<string, readonly AuditLink[]>;
    readonly byPromotion: ReadonlyMap<number | undefined, readonly AuditLink[]>;
    readonly byBundle: ReadonlyMap<string | undefined, readonly AuditLink[]>;
  };
}

const known = new WeakMap<EvidenceFacts, Records>();

/** Facts are never changed, so that their order is found once. */
export function recordsOf(facts: EvidenceFacts): Records {
  const found = known.get(facts) ?? sortOut(facts);
  known.set(facts, found);
  return found;
}

function sortOut(facts: EvidenceFacts): Records {
  const deployments = byTime(facts.deployments, ({ startedAt }) => startedAt);
  const promotions = [...facts.promotions].sort((a, b) => a.id - b.id);
  const audit = [...facts.audit].sort((a, b) => a.seq - b.seq);
  const rolledBack = judgedDeployments(facts).flatMap(({ deployment, rolledBackAt }) =>
    rolledBackAt === undefined ? [] : [[deployment.id, rolledBackAt] as const],
  );
  return {
    promotion: new Map(promotions.map((one) => [one.id, one])),
    bundle: new Map(facts.bundles.map((one) => [one.digest, one])),
    gate: new Map(facts.gates.map((one) => [one.deployment, one])),
    evidence: group(
      byTime(facts.evidence, ({ recordedAt }) => recordedAt),
      ({ bundle }) => bundle,
    ),
    promotionsOfBundle: group(promotions, ({ bundle }) => bundle),
    deploymentsOfBundle: group(deployments, ({ bundle }) => bundle),
    decisions: group(
      byTime(facts.decisions, ({ decidedAt }) => decidedAt),
      ({ promotion }) => promotion,
    ),
    debts: group(
      [...facts.debts].sort((a, b) => a.id - b.id),
      ({ promotion }) => promotion,
    ),
    deployments: group(deployments, ({ environment }) => environment),
    rolledBackAt: new Map(rolledBack),
    audit: {
      bySubject: group(audit, ({ subject }) => subject),
      byPromotion: group(audit, ({ promotion }) => promotion),
      byBundle: group(audit, ({ bundle }) => bundle),
    },
  };
}

function group<K, T>(all: readonly T[], key: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const others = groups.get(key(one));
    if (others === undefined) groups.set(key(one), [one]);
    else others.push(one);
  }
  return groups;
}

/** What is stored of one moment is in the order of what it says, whatever the order in which it was given. */
function byTime<T>(all: readonly T[], time: (one: T) => string): T[] {
  return all
    .map((one) => ({ one, at: Date.parse(time(one)) }))
    .sort((a, b) => a.at - b.at || (JSON.stringify(a.one) < JSON.stringify(b.one) ? -1 : 1))
    .map(({ one }) => one);
}
