import type { JudgedResource, JudgedStack } from "./resource.ts";
import { textOf } from "./text.ts";
import { listOf, recordOf, recordsOf } from "./values.ts";

type Properties = Readonly<Record<string, unknown>>;

export const ingressType = "kubernetes:networking.k8s.io/v1:Ingress";

/** Parameters of classes whose load balancers AWS builds: of EKS Auto Mode, and of the AWS Load Balancer Controller. */
export const classParametersTypes = [
  "kubernetes:eks.amazonaws.com/v1:IngressClassParams",
  "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams",
];

/** What an Ingress and its class ask of their load balancer. */
export interface IngressView {
  /** Of `alb.ingress.kubernetes.io/`, by what follows the slash. */
  readonly alb: Properties;
  readonly annotations: Properties;
  /** The specification of its class's IngressClassParams; it stands above the annotations. */
  readonly parameters: Properties;
  /** Whether AWS builds an Application Load Balancer for it. */
  readonly isAlb: boolean;
  readonly hasCertificate: boolean;
  readonly isInternetFacing: boolean;
  /** HTTP, HTTPS, or both. */
  readonly protocols: readonly string[];
}

const albPrefix = "alb.ingress.kubernetes.io/";

/** An Ingress with what the stack says of its class. */
export function viewOf(ingress: JudgedResource, stack: JudgedStack): IngressView {
  const spec = recordOf(ingress.props.spec);
  const annotations = recordOf(recordOf(ingress.props.metadata).annotations);
  const alb = Object.fromEntries(
    Object.keys(annotations)
      .filter((key) => key.startsWith(albPrefix))
      .map((key) => [key.slice(albPrefix.length), annotations[key]]),
  );
  const ingressClass = named(stack.ofType("kubernetes:networking.k8s.io/v1:IngressClass"), spec.ingressClassName);
  const parameters = named(stack.ofType(...classParametersTypes), recordOf(ingressClass.parameters).name);
  const hasCertificate =
    recordsOf(spec.tls).length > 0 ||
    alb["certificate-arn"] !== undefined ||
    listOf(parameters.certificateARNs).length > 0;
  return {
    alb,
    annotations,
    parameters,
    hasCertificate,
    isAlb: Object.keys(alb).length > 0 || textOf(ingressClass.controller).endsWith("/alb"),
    // Both controllers build internal load balancers unless told otherwise.
    isInternetFacing: (parameters.scheme ?? alb.scheme) === "internet-facing",
    protocols: protocolsOf(alb["listen-ports"], hasCertificate),
  };
}

function named(objects: readonly JudgedResource[], name: unknown): Properties {
  return recordOf(objects.find(({ props }) => recordOf(props.metadata).name === name)?.props.spec);
}

/** `[{"HTTP": 80}, {"HTTPS": 443}]`; where none are named, HTTPS alone if there is a certificate, else HTTP alone. */
function protocolsOf(listenPorts: unknown, hasCertificate: boolean): readonly string[] {
  if (typeof listenPorts !== "string") return [hasCertificate ? "HTTPS" : "HTTP"];
  try {
    return recordsOf(JSON.parse(listenPorts)).flatMap((each) => Object.keys(each));
  } catch {
    return [];
  }
}
