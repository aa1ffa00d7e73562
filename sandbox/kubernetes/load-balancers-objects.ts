import { createHash } from "node:crypto";
import type {
  KubernetesObject,
  V1EndpointSlice,
  V1Ingress,
  V1IngressClass,
  V1Namespace,
  V1Pod,
  V1Service,
} from "@kubernetes/client-node";

/** What an IngressClass of EKS says of its load balancers (resources/kinds/ingress-class-params.yaml). */
export interface IngressClassParams extends KubernetesObject {
  readonly spec?: {
    readonly scheme?: "internal" | "internet-facing";
    readonly ipAddressType?: string;
    readonly certificateARNs?: readonly string[];
    readonly sslPolicy?: string;
    readonly inboundCIDRs?: readonly string[];
    readonly group?: { readonly name: string };
    readonly namespaceSelector?: {
      readonly matchLabels?: Readonly<Record<string, string>>;
      readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
        readonly values?: readonly string[];
      }[];
    };
    readonly subnets?: {
      readonly ids?: readonly string[];
      readonly matchTags?: readonly { readonly key: string; readonly values: readonly string[] }[];
    };
    readonly loadBalancerAttributes?: readonly Pair[];
    readonly tags?: readonly Pair[];
  };
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** What the load balancers of a cluster are made from. */
export interface Snapshot {
  readonly ingresses: readonly V1Ingress[];
  readonly classes: readonly V1IngressClass[];
  readonly parameters: readonly IngressClassParams[];
  readonly namespaces: readonly V1Namespace[];
  readonly services: readonly V1Service[];
  readonly slices: readonly V1EndpointSlice[];
  readonly pods: readonly V1Pod[];
}

/** The controller of EKS Auto Mode, by which its classes are known. */
export const controller = "eks.amazonaws.com/alb";

/** Keeps an Ingress until its load balancer is gone. */
export const finalizer = "ingress.k8s.aws/resources";

const annotationPrefix = "alb.ingress.kubernetes.io/";

/** `namespace/name`, or the name of what has no namespace. */
export const nameOf = ({ metadata }: KubernetesObject): string =>
  metadata?.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata?.name ?? "");

/** One of the annotations of load balancers. */
export function annotation(object: KubernetesObject, name: string): string | undefined {
  return object.metadata?.annotations?.[`${annotationPrefix}${name}`];
}

/** Why a load balancer cannot be made as asked; the event on the Ingress says it. */
export class ModelError extends Error {}

/** A member of a group of Ingresses, with its class's parameters. */
export interface Member {
  readonly ingress: V1Ingress;
  readonly parameters: NonNullable<IngressClassParams["spec"]>;
}

/** Something that is missing. */
export interface Warning {
  readonly ingress: string;
  readonly reason: string;
  readonly message: string;
}

/** `a=1,b=2` of an annotation. */
export function list(text = ""): Record<string, string> {
  const entries = text.split(",").filter((each) => each.trim() !== "");
  return Object.fromEntries(
    entries.map((each) => {
      const [, key = "", value = ""] = /^\s*([^=]+?)\s*=(.*)$/.exec(each) ?? [];
      if (key === "") throw new ModelError(`failed to parse stringMap annotation: ${text}`);
      return [key, value.trim()];
    }),
  );
}

/** `k8s-<namespace>-<ingress>-<hash>`, as the controller names one that has no name: 32 characters at most. */
export function generatedName(stack: string, ...seed: readonly string[]): string {
  const parts = stack
    .split("/")
    .map((part) => part.replaceAll(/[^a-zA-Z0-9]/g, "").slice(0, stack.includes("/") ? 8 : 17));
  const hash = createHash("sha256")
    .update([stack, ...seed].join("\0"))
    .digest("hex");
  return ["k8s", ...parts, hash.slice(0, 10)].join("-");
}
