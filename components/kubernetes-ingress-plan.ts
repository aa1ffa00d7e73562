import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName, tags } from "../infra/naming.ts";
import type { Hosts, ServiceName, ServiceSettings } from "./container-service-plan.ts";
import { endSeconds, type Place } from "./kubernetes-service-plan.ts";
import { labelsOf, serviceObjectName } from "./kubernetes-workload-labels.ts";

/* What the internet reaches of an environment: the load balancer that EKS Auto Mode makes of an Ingress. Pure. */

/** What stands before the environment. */
export interface IngressWish extends Place {
  readonly hosts: Hosts;
  readonly services: Readonly<Record<ServiceName, ServiceSettings>>;
  readonly certificateArn: pulumi.Input<string>;
  /** @default none */
  readonly firewallArn?: pulumi.Input<string> | undefined;
  /** @default none */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string } | undefined;
}

/** TLS 1.2 and 1.3 with forward secrecy, as staging's listener has it. */
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/** The load balancer's name in AWS; the namespace tells the environments of a stack apart. */
export const loadBalancerName = ({ context, namespace }: Place): string =>
  physicalName(context, "loadBalancer", namespace);

/**
 * Each environment has a class of its own, which no other namespace may use: an Ingress elsewhere can neither claim one of its
 * hosts nor get at its certificate, and one environment's load balancer can be changed without the other's.
 */
const ingressClassName = (namespace: string): string => `alb-${namespace}`;

/** What is the load balancer's own and nobody may change in an Ingress. */
export function planIngressParameters(wish: IngressWish) {
  const { accessLogs, certificateArn, context, namespace } = wish;
  const attributes: { key: string; value: pulumi.Input<string> }[] = [
    // Requests that one server reads otherwise than the next are refused.
    { key: "routing.http.desync_mitigation_mode", value: "defensive" },
    { key: "routing.http.drop_invalid_header_fields.enabled", value: "true" },
    ...(accessLogs
      ? [
          { key: "access_logs.s3.enabled", value: "true" },
          { key: "access_logs.s3.bucket", value: accessLogs.bucket },
          { key: "access_logs.s3.prefix", value: accessLogs.prefix },
        ]
      : []),
  ];
  return {
    apiVersion: "eks.amazonaws.com/v1",
    kind: "IngressClassParams",
    metadata: { name: ingressClassName(namespace), labels: labelsOf(context, undefined) },
    spec: {
      scheme: "internet-facing",
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      certificateARNs: [certificateArn],
      tags: Object.entries(tags(context)).map(([key, value]) => ({ key, value })),
      loadBalancerAttributes: attributes,
    },
  };
}

export function planIngressClass({ context, namespace }: Place): types.input.networking.v1.IngressClass {
  const name = ingressClassName(namespace);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name, labels: labelsOf(context, undefined) },
    spec: {
      controller: "eks.amazonaws.com/alb",
      parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name },
    },
  };
}

/** One rule a host, or by paths where the services share one. Always HTTPS: plain HTTP is sent there. */
export function planIngress(wish: IngressWish): types.input.networking.v1.Ingress {
  const { context, firewallArn, namespace } = wish;
  const annotation = (name: string, value: pulumi.Input<string>) => [`alb.ingress.kubernetes.io/${name}`, value];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: `${context.application}-ingress`,
      namespace,
      labels: labelsOf(context, undefined),
      annotations: Object.fromEntries([
        annotation("load-balancer-name", loadBalancerName(wish)),
        annotation("target-type", "ip"),
        annotation("listen-ports", '[{"HTTP":80},{"HTTPS":443}]'),
        annotation("ssl-redirect", "443"),
        annotation("ssl-policy", tlsPolicy),
        annotation("backend-protocol", "HTTP"),
        annotation("healthcheck-protocol", "HTTP"),
        annotation("healthcheck-interval-seconds", "15"),
        annotation("healthcheck-timeout-seconds", "5"),
        annotation("healthy-threshold-count", "2"),
        annotation("unhealthy-threshold-count", "2"),
        annotation("success-codes", "200"),
        annotation("target-group-attributes", `deregistration_delay.timeout_seconds=${endSeconds.deregistration}`),
        ...(firewallArn === undefined ? [] : [annotation("wafv2-acl-arn", firewallArn)]),
        // It stands before there is a pod, so that pods are ready only when they are in its target groups. Its address is
        // what others wait for.
        ["pulumi.com/waitFor", "jsonpath={.status.loadBalancer.ingress[0].hostname}"],
      ]),
    },
    spec: { ingressClassName: ingressClassName(namespace), rules: rulesOf(wish) },
  };
}

function rulesOf({ hosts, services }: IngressWish) {
  const to = (service: ServiceName, path = "/", pathType = "Prefix") => ({
    path,
    pathType,
    backend: { service: { name: serviceObjectName(service), port: { number: services[service].port } } },
  });
  if (hosts.backend !== undefined && hosts.backend !== hosts.frontend)
    return [
      { host: hosts.frontend, http: { paths: [to("frontend")] } },
      { host: hosts.backend, http: { paths: [to("backend")] } },
    ];
  const shared = services.backend.paths.map((path) => to("backend", path, "ImplementationSpecific"));
  // AWS's controller puts prefixes before these, so that the rest must be of the same kind not to hide them.
  return [{ host: hosts.frontend, http: { paths: [...shared, to("frontend", "/*", "ImplementationSpecific")] } }];
}
