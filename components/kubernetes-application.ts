import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../infra/settings.ts";
import type { AwsArgs } from "./aws-component.ts";
import { type ComponentOptions, SlipwayComponent } from "./component.ts";
import type { Hosts, ServiceName } from "./container-service-plan.ts";
import type { Statement } from "./container-task-roles.ts";

/** What a program is given: variables, and what it may do in AWS. */
export interface GivenToProgram {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statements: readonly Statement[];
}

export interface KubernetesApplicationArgs extends AwsArgs {
  /** The namespace, which is the environment's alone; names its load balancer and its classes of Ingress as well. */
  readonly namespace: string;
  /** The cluster: `KubernetesPlatform` fits. */
  readonly platform: { readonly clusterName: pulumi.Input<string> };
  readonly region: string;
  readonly services: Settings["services"];
  /** For how long a canary is watched before the others follow, and how long a copy must be ready to count. */
  readonly rollout: { readonly bakeMinutes: number; readonly minReadySeconds: number };
  readonly hosts: Hosts;
  /** The zones that nodes may stand in: from three on, copies are held to be spread over them. */
  readonly zones: readonly string[];
  /** Who is where in the network, for its policies. */
  readonly cidrs: {
    /** The public subnets, where the load balancer has its addresses. */
    readonly loadBalancer: readonly string[];
    /** The isolated subnets: database and cache. */
    readonly data: readonly string[];
    /** Where AWS's HTTPS endpoints are: the private subnets with interface endpoints and NAT, `0.0.0.0/0` where they are reached through NAT. */
    readonly endpoints: readonly string[];
    /** The private subnets, where the API server has its addresses. */
    readonly apiServer: readonly string[];
    /** The cluster's services. @default "172.20.0.0/16", which EKS takes for a VPC within 10.0.0.0/8 */
    readonly services?: string | undefined;
  };
  /** Images by digest (`registry.imageUri`). A service without one is not deployed; with one it needs the operator's too. */
  readonly images: Readonly<Record<ServiceName | "operator", pulumi.Input<string> | undefined>>;
  readonly given: Readonly<Record<ServiceName | "operator", GivenToProgram>>;
  /** What the backend is given of Secrets Manager: variable to the secret's ARN, and the key that they are encrypted with. */
  readonly secrets: {
    readonly arns: Readonly<Record<string, pulumi.Input<string>>>;
    readonly keyArn: pulumi.Input<string>;
  };
  /** Of a certificate that is validated, for all hosts. */
  readonly certificateArn: pulumi.Input<string>;
  /** The firewall before the load balancer. @default none */
  readonly firewallArn?: pulumi.Input<string> | undefined;
  /** Who is told when requests fail. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** The bucket that the load balancer writes its access log to. @default none */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string } | undefined;
}

/** One environment of the application on Kubernetes. The provider of the cluster comes with `opts.providers`, beside AWS's. */
export declare class KubernetesApplication extends SlipwayComponent<KubernetesApplicationArgs> {
  /** Where the load balancer answers: what the hosts' records point at (zone: `aws.lb.getHostedZoneId`). */
  readonly hostname: pulumi.Output<string>;
  /** What the load balancer is called in AWS, known from the first preview on. */
  readonly loadBalancerName: string;
  readonly namespace: string;
  constructor(name: string, args: KubernetesApplicationArgs, opts?: ComponentOptions);
}
