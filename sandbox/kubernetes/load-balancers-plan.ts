import type { V1Ingress } from "@kubernetes/client-node";
import {
  annotation,
  controller,
  generatedName,
  type IngressClassParams,
  list,
  type Member,
  ModelError,
  nameOf,
  type Snapshot,
  type Warning,
} from "./load-balancers-objects.ts";
import { type PlannedListener, planListeners } from "./load-balancers-rules.ts";
import { type PlannedTargetGroup, TargetGroups } from "./load-balancers-targets.ts";

/* Which load balancers the Ingresses of a cluster ask for, decided as EKS Auto Mode's controller decides. Pure. */

export interface PlannedLoadBalancer {
  /** Of one Ingress its name; of several in one group the group's. */
  readonly stack: string;
  readonly name: string;
  readonly scheme: "internal" | "internet-facing";
  readonly ipAddressType: string;
  /** Subnets by id or by tags; by the role's tag where nothing is said. */
  readonly subnets: NonNullable<NonNullable<IngressClassParams["spec"]>["subnets"]>;
  readonly inboundCidrs: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** An ARN, "none" to have it taken away, or undefined to leave what there is. */
  readonly webAcl: string | undefined;
  readonly listeners: readonly PlannedListener[];
  readonly targetGroups: readonly PlannedTargetGroup[];
  /** Names of its Ingresses. */
  readonly members: readonly string[];
  /** What is missing and does not keep it from being made, by Ingress. */
  readonly warnings: readonly Warning[];
}

export interface LoadBalancersPlan {
  readonly balancers: readonly PlannedLoadBalancer[];
  /** Ingresses of ours for which none can be made, with the stack that they are of. */
  readonly failures: readonly Failure[];
}

interface Failure extends Warning {
  readonly stack: string;
}

/** Whether an Ingress is for us. */
export function isOurs(ingress: V1Ingress, { classes }: Pick<Snapshot, "classes">): boolean {
  const name = ingress.spec?.ingressClassName;
  return classes.some((each) => each.metadata?.name === name && each.spec?.controller === controller);
}

/** Decides all load balancers of a cluster. Ingresses that are being deleted ask for nothing. */
export function planLoadBalancers(snapshot: Snapshot, clusterName: string): LoadBalancersPlan {
  const failures: Failure[] = [];
  const groups = new Map<string, Member[]>();
  const asking = snapshot.ingresses.filter((each) => !each.metadata?.deletionTimestamp && isOurs(each, snapshot));
  for (const ingress of asking) {
    try {
      const member = memberOf(ingress, snapshot);
      const stack = member.parameters.group?.name ?? nameOf(ingress);
      groups.set(stack, [...(groups.get(stack) ?? []), member]);
    } catch (error) {
      failures.push(failureOf(nameOf(ingress), nameOf(ingress), error));
    }
  }
  const balancers = [...groups].flatMap(([stack, members]) => {
    try {
      return [planOne(stack, members.toSorted(byOrder), snapshot, clusterName)];
    } catch (error) {
      failures.push(...members.map(({ ingress }) => failureOf(nameOf(ingress), stack, error)));
      return [];
    }
  });
  return { balancers, failures };
}

function failureOf(ingress: string, stack: string, error: unknown): Failure {
  if (!(error instanceof ModelError)) throw error;
  return { ingress, stack, reason: "FailedBuildModel", message: `Failed build model due to ${error.message}` };
}

function memberOf(ingress: V1Ingress, snapshot: Snapshot): Member {
  const ingressClass = snapshot.classes.find(({ metadata }) => metadata?.name === ingress.spec?.ingressClassName);
  const reference = ingressClass?.spec?.parameters;
  if (!reference) return { ingress, parameters: {} };
  const found = snapshot.parameters.find(({ metadata }) => metadata?.name === reference.name);
  if (reference.kind !== "IngressClassParams" || !found)
    throw new ModelError(`ingressclassparams.eks.amazonaws.com "${reference.name}" not found`);
  const parameters = found.spec ?? {};
  const namespace = snapshot.namespaces.find(({ metadata }) => metadata?.name === ingress.metadata?.namespace);
  if (!selects(parameters.namespaceSelector, namespace?.metadata?.labels ?? {}))
    throw new ModelError(`invalid ingress class: namespaceSelector of IngressClassParams ${reference.name} mismatch`);
  return { ingress, parameters };
}

function selects(
  selector: NonNullable<IngressClassParams["spec"]>["namespaceSelector"],
  labels: Readonly<Record<string, string>>,
): boolean {
  const byLabel = Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  const byExpression = (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key in labels;
    if (operator === "DoesNotExist") return !(key in labels);
    return values.includes(labels[key] ?? "") === (operator === "In");
  });
  return byLabel && byExpression;
}

/** Members of a group by the order that they ask for, then by name. */
function byOrder(one: Member, other: Member): number {
  const order = ({ ingress }: Member) => Number(annotation(ingress, "group.order") ?? 0);
  return order(one) - order(other) || nameOf(one.ingress).localeCompare(nameOf(other.ingress));
}

function planOne(
  stack: string,
  members: readonly Member[],
  snapshot: Snapshot,
  clusterName: string,
): PlannedLoadBalancer {
  const [first] = members;
  if (!first) throw new ModelError("no Ingress");
  const own = (name: string) =>
    members.map(({ ingress }) => annotation(ingress, name)).find((value) => value !== undefined);
  const { parameters } = first;
  const tags = {
    ...pairs(parameters.tags),
    ...list(own("tags")),
    "eks:eks-cluster-name": clusterName,
    "ingress.eks.amazonaws.com/stack": stack,
  };
  const warnings: Warning[] = [];
  const targetGroups = new TargetGroups(snapshot, tags, warnings);
  const listeners = planListeners(members, targetGroups);
  return {
    stack,
    name: own("load-balancer-name") ?? generatedName(stack, clusterName),
    scheme: parameters.scheme ?? schemeOf(own("scheme")),
    ipAddressType: parameters.ipAddressType ?? own("ip-address-type") ?? "ipv4",
    subnets: parameters.subnets ?? {},
    inboundCidrs: parameters.inboundCIDRs ??
      own("inbound-cidrs")
        ?.split(",")
        .map((each) => each.trim()) ?? ["0.0.0.0/0"],
    attributes: { ...list(own("load-balancer-attributes")), ...pairs(parameters.loadBalancerAttributes) },
    tags: { ...tags, "ingress.eks.amazonaws.com/resource": "LoadBalancer" },
    webAcl: own("wafv2-acl-arn"),
    listeners,
    targetGroups: targetGroups.all(),
    members: members.map(({ ingress }) => nameOf(ingress)),
    warnings,
  };
}

function schemeOf(text = "internal"): PlannedLoadBalancer["scheme"] {
  if (text !== "internal" && text !== "internet-facing") throw new ModelError(`unknown scheme: ${text}`);
  return text;
}

const pairs = (given: readonly { key: string; value: string }[] = []): Record<string, string> =>
  Object.fromEntries(given.map(({ key, value }) => [key, value]));
