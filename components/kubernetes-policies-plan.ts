import type { types } from "@pulumi/kubernetes";
import { blockOf, formatCidr, parseCidr } from "../infra/cidr.ts";
import { valkeyPort } from "./cache-plan.ts";
import type { ServiceName, ServiceSettings } from "./container-service-plan.ts";
import { postgresPort } from "./database-plan.ts";
import type { Place } from "./kubernetes-service-plan.ts";
import { type App, labelsOf } from "./kubernetes-workload-labels.ts";

/* Who may talk to whom in an environment's namespace: nobody to nobody, but for what stands here. Pure. */

type Policy = types.input.networking.v1.NetworkPolicy;
type Egress = types.input.networking.v1.NetworkPolicyEgressRule;

/** Who is where in the network. */
export interface NetworkPlaces {
  /** The public subnets, where the load balancer has its addresses. */
  readonly loadBalancer: readonly string[];
  /** The isolated subnets: database and cache. */
  readonly data: readonly string[];
  /** Where AWS's services answer, Secrets Manager and CloudWatch among them: the private subnets if all have endpoints there, else `0.0.0.0/0`. */
  readonly endpoints: readonly string[];
  /** The private subnets, where the API server has its addresses. */
  readonly apiServer: readonly string[];
  /** The cluster's services. @default "172.20.0.0/16", which EKS takes for a VPC within 10.0.0.0/8 */
  readonly services?: string | undefined;
}

/** On every node; it hands pods the credentials of their role. Source: EKS user guide, "Understand how EKS Pod Identity works". */
const podIdentityAgent = "169.254.170.23/32";

const tcp = (...ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));
const blocks = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

/** The policies by what they are called. */
export function planPolicies(
  place: Place,
  at: NetworkPlaces,
  services: Readonly<Record<ServiceName, ServiceSettings>>,
): Readonly<Record<string, Policy>> {
  const inCluster = serviceAddresses(at.services ?? "172.20.0.0/16");
  const dataOn = (...ports: readonly number[]): Egress => ({ to: blocks(at.data), ports: tcp(...ports) });
  const inAws: readonly Egress[] = [
    { to: blocks(at.endpoints), ports: tcp(443) },
    { to: blocks([podIdentityAgent]), ports: tcp(80) },
  ];
  const apiServer: Egress = { to: blocks([inCluster.apiServer, ...at.apiServer]), ports: tcp(443) };
  // The load balancer also asks for the pods' health by this way; the kubelet, on the pod's own node, is never kept out.
  const fromLoadBalancer = (port: number) => [{ from: blocks(at.loadBalancer), ports: tcp(port) }];
  return {
    "default-deny": policy(place, "default-deny", undefined, { policyTypes: ["Ingress", "Egress"] }),
    // Auto Mode's CoreDNS is no pod that a selector could name, but answers at the address of its service.
    dns: policy(place, "dns", undefined, {
      policyTypes: ["Egress"],
      egress: [
        {
          to: blocks([inCluster.dns]),
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    }),
    backend: policy(place, "backend", "backend", {
      policyTypes: ["Ingress", "Egress"],
      ingress: fromLoadBalancer(services.backend.port),
      egress: [dataOn(postgresPort, valkeyPort), ...inAws],
    }),
    // Browsers call the API by its public host; the frontend itself calls nobody (seeds/004).
    frontend: policy(place, "frontend", "frontend", {
      policyTypes: ["Ingress"],
      ingress: fromLoadBalancer(services.frontend.port),
    }),
    migration: policy(place, "migration", "migration", {
      policyTypes: ["Egress"],
      egress: [dataOn(postgresPort), ...inAws],
    }),
    analysis: policy(place, "analysis", "analysis", { policyTypes: ["Egress"], egress: [apiServer, ...inAws] }),
  };
}

function policy(
  { context, namespace }: Place,
  name: string,
  app: App | undefined,
  spec: Omit<types.input.networking.v1.NetworkPolicySpec, "podSelector">,
): Policy {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: labelsOf(context, app) },
    // None means all pods of the namespace.
    spec: { podSelector: app === undefined ? {} : { matchLabels: { app } }, ...spec },
  };
}

/**
 * The two services that every cluster has: the API server's is the first address of the range, DNS the tenth.
 * @throws RangeError when the range is none (a mistake in the program).
 */
function serviceAddresses(range: string): { readonly apiServer: string; readonly dns: string } {
  const parsed = parseCidr(range);
  if (!parsed) throw new RangeError(`"${range}" is no range of addresses`);
  const address = (index: number) => formatCidr(blockOf(parsed, 32, index));
  return { apiServer: address(1), dns: address(10) };
}
