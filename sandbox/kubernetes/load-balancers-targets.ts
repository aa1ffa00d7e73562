import type {
  DiscoveryV1EndpointPort,
  V1Endpoint,
  V1EndpointSlice,
  V1Ingress,
  V1IngressServiceBackend,
  V1Pod,
  V1Service,
} from "@kubernetes/client-node";
import {
  annotation,
  generatedName,
  list,
  ModelError,
  nameOf,
  type Snapshot,
  type Warning,
} from "./load-balancers-objects.ts";

/** Where requests for a port of a service go: the addresses of its pods. */
export interface PlannedTargetGroup {
  /** `namespace/ingress-service:port`, by which it is known again. */
  readonly key: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly healthCheck: {
    readonly protocol: string;
    readonly port: string;
    readonly path: string;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly healthyThreshold: number;
    readonly unhealthyThreshold: number;
    readonly successCodes: string;
  };
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly targets: readonly PlannedTarget[];
}

export interface PlannedTarget {
  readonly address: string;
  readonly port: number;
  /** `namespace/name` of the pod. */
  readonly pod?: string;
}

/** A gate that a pod is not ready without, and that opens when its target group finds it healthy. */
const gatePattern = /^target-health\.(eks\.amazonaws\.com|elbv2\.k8s\.aws)\//;

/** The target groups of one load balancer: one for each port of a service that one of its Ingresses leads to. */
export class TargetGroups {
  private readonly snapshot: Snapshot;
  private readonly tags: Readonly<Record<string, string>>;
  private readonly warnings: Warning[];
  private readonly groups = new Map<string, PlannedTargetGroup>();

  constructor(snapshot: Snapshot, tags: Readonly<Record<string, string>>, warnings: Warning[]) {
    this.snapshot = snapshot;
    this.tags = tags;
    this.warnings = warnings;
  }

  all(): readonly PlannedTargetGroup[] {
    return [...this.groups.values()];
  }

  /** The key of the group for what an Ingress leads to, or why there can be none, which its event says, too. */
  keyFor(ingress: V1Ingress, backend: V1IngressServiceBackend): { key: string } | { missing: string } {
    const namespace = ingress.metadata?.namespace ?? "";
    const service = this.snapshot.services.find(
      ({ metadata }) => metadata?.namespace === namespace && metadata.name === backend.name,
    );
    if (!service)
      return this.miss(ingress, "Backend service does not exist", `service "${namespace}/${backend.name}" not found`);
    const port = service.spec?.ports?.find((each) =>
      backend.port?.name ? each.name === backend.port.name : each.port === backend.port?.number,
    );
    const wanted = backend.port?.name ?? backend.port?.number;
    if (!port)
      return this.miss(
        ingress,
        "Backend service port does not exist",
        `unable to find port ${wanted} on service ${nameOf(service)}`,
      );
    const key = `${nameOf(ingress)}-${backend.name}:${wanted}`;
    if (!this.groups.has(key)) {
      const endpoints = this.endpointsOf(service, port.name);
      const numeric = typeof port.targetPort === "number" ? port.targetPort : Number(port.targetPort ?? port.port);
      this.groups.set(key, this.plan(key, ingress, service, Number.isNaN(numeric) ? 1 : numeric, endpoints));
    }
    return { key };
  }

  private miss(ingress: V1Ingress, missing: string, message: string): { missing: string } {
    const warning = { ingress: nameOf(ingress), reason: "BackendNotFound", message: `${missing}: ${message}` };
    if (!this.warnings.some((each) => each.ingress === warning.ingress && each.message === warning.message))
      this.warnings.push(warning);
    return { missing };
  }

  private plan(
    key: string,
    ingress: V1Ingress,
    service: V1Service,
    port: number,
    targets: readonly PlannedTarget[],
  ): PlannedTargetGroup {
    // What the service says goes before what the Ingress says.
    const say = (name: string, otherwise: string) =>
      annotation(service, name) ?? annotation(ingress, name) ?? otherwise;
    const type = say("target-type", "ip");
    if (type !== "ip")
      throw new ModelError(`target-type ${type}: the sandbox's nodes have no ports of their own; use "ip"`);
    const protocol = say("backend-protocol", "HTTP");
    const number = (name: string, otherwise: number) => {
      const value = Number(say(name, String(otherwise)));
      if (!Number.isInteger(value)) throw new ModelError(`failed to parse ${name} annotation: ${say(name, "")}`);
      return value;
    };
    const named = generatedName(
      `${service.metadata?.namespace}/${service.metadata?.name}`,
      key,
      this.tags["eks:eks-cluster-name"] ?? "",
      protocol,
    );
    return {
      key,
      name: named,
      protocol,
      port,
      healthCheck: {
        protocol: say("healthcheck-protocol", protocol),
        port: say("healthcheck-port", "traffic-port"),
        path: say("healthcheck-path", "/"),
        intervalSeconds: number("healthcheck-interval-seconds", 15),
        timeoutSeconds: number("healthcheck-timeout-seconds", 5),
        healthyThreshold: number("healthy-threshold-count", 2),
        unhealthyThreshold: number("unhealthy-threshold-count", 2),
        successCodes: say("success-codes", "200"),
      },
      attributes: list(say("target-group-attributes", "")),
      tags: { ...this.tags, "ingress.eks.amazonaws.com/resource": key },
      targets,
    };
  }

  private endpointsOf(service: V1Service, portName: string | undefined): PlannedTarget[] {
    const slices = this.snapshot.slices.filter(
      ({ metadata }) =>
        metadata?.namespace === service.metadata?.namespace &&
        metadata?.labels?.["kubernetes.io/service-name"] === service.metadata?.name,
    );
    const targets = slices.flatMap((slice) =>
      this.targetsOf(
        slice,
        slice.ports?.find((each) => (each.name ?? "") === (portName ?? "")),
      ),
    );
    return targets.toSorted((one, other) => one.address.localeCompare(other.address));
  }

  private targetsOf(slice: V1EndpointSlice, port: DiscoveryV1EndpointPort | undefined): PlannedTarget[] {
    const number = port?.port;
    if (number === undefined) return [];
    return (slice.endpoints ?? [])
      .filter((endpoint) => this.takesRequests(slice, endpoint))
      .flatMap(({ addresses, targetRef }) => {
        const pod = targetRef?.kind === "Pod" ? { pod: `${slice.metadata?.namespace}/${targetRef.name}` } : {};
        return addresses.map((address) => ({ address, port: number, ...pod }));
      });
  }

  /** Ready, or ready but for the gate that only its being a healthy target opens. */
  private takesRequests(slice: V1EndpointSlice, { conditions, targetRef }: V1Endpoint): boolean {
    if (conditions?.terminating) return false;
    if (conditions?.ready !== false) return true;
    const pod = this.snapshot.pods.find(
      ({ metadata }) => metadata?.namespace === slice.metadata?.namespace && metadata?.name === targetRef?.name,
    );
    return pod !== undefined && gatesOf(pod).length > 0 && isTrue(pod, "ContainersReady");
  }
}

/** The gates of a pod that its target groups open. */
export function gatesOf(pod: V1Pod): string[] {
  const gates = pod.spec?.readinessGates ?? [];
  return gates.map(({ conditionType }) => conditionType).filter((type) => gatePattern.test(type));
}

function isTrue(pod: V1Pod, type: string): boolean {
  return pod.status?.conditions?.some((each) => each.type === type && each.status === "True") ?? false;
}
