import type { V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from "@kubernetes/client-node";
import { contains, parseCidr } from "../../infra/cidr.ts";
import { fits } from "./kubernetes-objects.ts";

/* What network policies let through: the rules of networking.k8s.io/v1, worked out without a cluster. */

/** Somebody who may talk: a pod of some namespace, or an address outside the cluster. */
export interface Party {
  readonly name: string;
  readonly address: string;
  /** Absent for what is no pod. */
  readonly pod?: {
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Of the namespace, beside its name. */
    readonly namespaceLabels?: Readonly<Record<string, string>>;
  };
}

/** Something that is listened to. */
export interface Door {
  readonly party: Party;
  readonly port: number;
  readonly protocol?: "TCP" | "UDP";
}

/** Whether one may open a connection to another: the policies of both sides have to let it through. */
export function mayConnect(policies: readonly V1NetworkPolicy[], from: Party, to: Door): boolean {
  return passes(policies, "Egress", from, to.party, to) && passes(policies, "Ingress", to.party, from, to);
}

/** Every pair that may talk, as `from -> to:port`, sorted: the complete table. */
export function connections(
  policies: readonly V1NetworkPolicy[],
  parties: readonly Party[],
  doors: readonly Door[],
): string[] {
  return doors
    .flatMap((door) =>
      parties
        .filter((party) => party.name !== door.party.name && mayConnect(policies, party, door))
        .map((party) => `${party.name} -> ${door.party.name}:${door.port}`),
    )
    .sort();
}

function passes(
  policies: readonly V1NetworkPolicy[],
  direction: "Ingress" | "Egress",
  subject: Party,
  peer: Party,
  door: Door,
): boolean {
  const { pod } = subject;
  if (!pod) return true;
  const about = policies.filter(
    ({ metadata, spec }) =>
      metadata?.namespace === pod.namespace &&
      fits(spec?.podSelector ?? {}, pod.labels) &&
      // As the API server fills it in.
      (spec?.policyTypes ?? ["Ingress", ...(spec?.egress ? ["Egress"] : [])]).includes(direction),
  );
  // Whom no policy is about is open to all.
  if (about.length === 0) return true;
  return about.some(({ spec }) => {
    const rules =
      direction === "Ingress"
        ? (spec?.ingress ?? []).map((rule) => ({
            peers: (rule as { from?: V1NetworkPolicyPeer[] }).from ?? rule._from,
            ports: rule.ports,
          }))
        : (spec?.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }));
    return rules.some(
      ({ peers, ports }) =>
        (!peers?.length || peers.some((each) => isPeer(each, peer, pod.namespace))) &&
        (!ports?.length || ports.some((each) => isPort(each, door))),
    );
  });
}

function isPeer({ ipBlock, namespaceSelector, podSelector }: V1NetworkPolicyPeer, party: Party, own: string): boolean {
  if (ipBlock)
    return within(ipBlock.cidr, party.address) && !(ipBlock.except ?? []).some((cidr) => within(cidr, party.address));
  const { pod } = party;
  if (!pod) return false;
  const labels = { ...pod.namespaceLabels, "kubernetes.io/metadata.name": pod.namespace };
  const inNamespace = namespaceSelector ? fits(namespaceSelector, labels) : pod.namespace === own;
  return inNamespace && fits(podSelector ?? {}, pod.labels);
}

function isPort({ endPort, port, protocol = "TCP" }: V1NetworkPolicyPort, door: Door): boolean {
  if (protocol !== (door.protocol ?? "TCP")) return false;
  return port === undefined || (typeof port === "number" && door.port >= port && door.port <= (endPort ?? port));
}

function within(cidr: string, address: string): boolean {
  const range = parseCidr(cidr);
  const one = parseCidr(`${address}/32`);
  if (!range || !one) throw new Error(`${cidr} or ${address} is no address`);
  return contains(range, one);
}
