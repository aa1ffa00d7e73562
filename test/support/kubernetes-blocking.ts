import type { V1PodSpec } from "@kubernetes/client-node";
import { type Door, mayConnect, type Party } from "./kubernetes-network.ts";
import { type AnyObject, fits, named, ofKind, type Workload, workloadsOf } from "./kubernetes-objects.ts";

/* What would stand in its own way: a quota that the next rollout does not fit in, a budget that no node can be emptied under, a policy that pods cannot work under. */

/** How many copies a Deployment may come to have: its autoscaler's maximum, else its own number. */
export function mostCopies(objects: readonly AnyObject[], deployment: string): number {
  const scaler = ofKind(objects, "HorizontalPodAutoscaler").find(
    ({ spec }) => spec?.scaleTargetRef.name === deployment,
  );
  return scaler?.spec?.maxReplicas ?? named(objects, "Deployment", deployment).spec?.replicas ?? 1;
}

/** The fewest copies that it always has: its autoscaler's minimum, else its own number. */
export function fewestCopies(objects: readonly AnyObject[], deployment: string): number {
  const scaler = ofKind(objects, "HorizontalPodAutoscaler").find(
    ({ spec }) => spec?.scaleTargetRef.name === deployment,
  );
  return scaler?.spec?.minReplicas ?? named(objects, "Deployment", deployment).spec?.replicas ?? 1;
}

/**
 * The pods of a workload that exist at one time while it is rolled: every copy that leaves still there beside its successor, and the
 * surge. Of a Job two: one may end while the next begins.
 */
function podsWhileRolling(objects: readonly AnyObject[], { kind, name }: Workload): number {
  if (kind !== "Deployment") return 2;
  const surge = named(objects, "Deployment", name).spec?.strategy?.rollingUpdate?.maxSurge ?? 1;
  const copies = mostCopies(objects, name);
  const more = typeof surge === "number" ? surge : Math.ceil((copies * Number.parseInt(surge, 10)) / 100);
  return 2 * copies + more;
}

const factors: Readonly<Record<string, number>> = { m: 1e-3, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, "": 1 };

/** A quantity as a number: cores, bytes or things. */
export function amountOf(quantity: string): number {
  const [, digits = "", unit = ""] = /^([0-9.]+)(m|Mi|Gi|Ti)?$/.exec(quantity) ?? [];
  if (digits === "") throw new Error(`${quantity} is no quantity that is known here`);
  return Number(digits) * (factors[unit] ?? Number.NaN);
}

function demandOf(spec: V1PodSpec, resource: string): number {
  if (resource === "pods") return 1;
  const [kind = "", name = ""] = resource.split(".");
  return spec.containers.reduce((sum, { name: container, resources = {} }) => {
    const amount = (kind === "limits" ? resources.limits : resources.requests)?.[name];
    if (amount === undefined) throw new Error(`container ${container} does not say its ${resource}`);
    return sum + amountOf(amount);
  }, 0);
}

/** Quotas that a rollout of everything at its largest does not fit in. */
export function blockingQuotas(objects: readonly AnyObject[]): string[] {
  return ofKind(objects, "ResourceQuota").flatMap(({ metadata, spec }) => {
    const workloads = workloadsOf(objects).filter(({ namespace }) => namespace === metadata?.namespace);
    return Object.entries(spec?.hard ?? {})
      .filter(([resource]) => /^(pods|(requests|limits)\.(cpu|memory))$/.test(resource))
      .flatMap(([resource, hard]) => {
        const needed = workloads.reduce(
          (sum, workload) =>
            sum +
            podsWhileRolling(objects, workload) *
              (workload.template.spec ? demandOf(workload.template.spec, resource) : 0),
          0,
        );
        const allowed = amountOf(hard);
        // A thousandth of a core is the smallest there is.
        return needed > allowed + 1e-6
          ? [`quota ${metadata?.name}: ${resource} is ${hard}, but a rollout needs ${needed}`]
          : [];
      });
  });
}

/** Budgets under which a node could never be emptied though all pods are well. */
export function blockingBudgets(objects: readonly AnyObject[]): string[] {
  return ofKind(objects, "PodDisruptionBudget").flatMap(({ metadata, spec }) => {
    const copies = workloadsOf(objects)
      .filter(({ kind, template }) => kind === "Deployment" && fits(spec?.selector ?? {}, template.metadata?.labels))
      .reduce((sum, { name }) => sum + fewestCopies(objects, name), 0);
    if (copies === 0) return [`budget ${metadata?.name} is about no pod`];
    return keptBy(spec ?? {}, copies) < copies ? [] : [`budget ${metadata?.name} lets none of ${copies} pods go`];
  });
}

/** How many of so many copies a budget keeps. */
export function keptBy(
  {
    maxUnavailable,
    minAvailable,
  }: { readonly maxUnavailable?: number | string; readonly minAvailable?: number | string },
  copies: number,
): number {
  const count = (value: number | string) =>
    typeof value === "number" ? value : Math.ceil((copies * Number.parseInt(value, 10)) / 100);
  if (maxUnavailable !== undefined) return copies - count(maxUnavailable);
  return minAvailable === undefined ? 0 : count(minAvailable);
}

/** Connections that somebody needs and policies forbid. */
export function blockedConnections(
  objects: readonly AnyObject[],
  needed: readonly (readonly [from: Party, to: Door])[],
): string[] {
  const policies = ofKind(objects, "NetworkPolicy");
  return needed
    .filter(([from, to]) => !mayConnect(policies, from, to))
    .map(([from, to]) => `policies keep ${from.name} from ${to.party.name}:${to.port}`);
}
