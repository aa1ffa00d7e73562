import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import type { Hosts, ServiceName, ServiceSettings } from "./container-service-plan.ts";
import { loadBalancerName, planIngress, planIngressClass, planIngressParameters } from "./kubernetes-ingress-plan.ts";
import { planService } from "./kubernetes-service-plan.ts";

export interface KubernetesIngressArgs extends AwsArgs {
  readonly namespace: string;
  readonly hosts: Hosts;
  readonly services: Readonly<Record<ServiceName, ServiceSettings>>;
  /** Of a certificate that is validated, for all hosts. */
  readonly certificateArn: pulumi.Input<string>;
  /** The firewall before the load balancer. @default none */
  readonly firewallArn?: pulumi.Input<string> | undefined;
  /** The bucket that the load balancer writes its access log to. @default none */
  readonly accessLogs?: { readonly bucket: pulumi.Input<string>; readonly prefix: string } | undefined;
  /** What must be there first: the namespace. */
  readonly after: readonly pulumi.Resource[];
  readonly transform?:
    | {
        readonly ingress?: Transform<kubernetes.networking.v1.IngressArgs>;
        readonly parameters?: Transform<kubernetes.apiextensions.CustomResourceArgs>;
      }
    | undefined;
}

/** A new load balancer takes two to five minutes to be there. */
const patience = "15m";

/**
 * How requests come in: a service in the cluster for each program, and the load balancer before them. It stands before the
 * first pod does, which is ready only when the load balancer has found it well.
 */
export class KubernetesIngress extends AwsComponent<KubernetesIngressArgs> {
  readonly hostname: pulumi.Output<string>;
  readonly loadBalancerName: string;
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesIngressArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesIngress", name, args, opts);
    const { after, services, transform } = args;
    const within = { parent: this, dependsOn: [...after] };
    const targets = (["backend", "frontend"] as const).map(
      (service) =>
        new kubernetes.core.v1.Service(this.childName(service), planService(args, service, services[service]), within),
    );
    const ingressClass = this.createClass(transform?.parameters, within);
    const [ingressArgs, ingressOpts] = applyTransform<kubernetes.networking.v1.IngressArgs>(
      transform?.ingress,
      this.childName("ingress"),
      planIngress(args),
      {
        parent: this,
        dependsOn: [...after, ...targets, ingressClass],
        customTimeouts: { create: patience, update: patience, delete: patience },
      },
    );
    const ingress = new kubernetes.networking.v1.Ingress(this.childName("ingress"), ingressArgs, ingressOpts);
    this.hostname = ingress.status.apply((status) => status?.loadBalancer?.ingress?.[0]?.hostname ?? "");
    this.loadBalancerName = loadBalancerName(args);
    this.ready = [ingress];
    this.registerOutputs({ hostname: this.hostname });
  }

  private createClass(
    transform: Transform<kubernetes.apiextensions.CustomResourceArgs> | undefined,
    within: pulumi.CustomResourceOptions,
  ): kubernetes.networking.v1.IngressClass {
    const [parametersArgs, parametersOpts] = applyTransform<kubernetes.apiextensions.CustomResourceArgs>(
      transform,
      this.childName("parameters"),
      planIngressParameters(this.args),
      within,
    );
    const parameters = new kubernetes.apiextensions.CustomResource(
      this.childName("parameters"),
      parametersArgs,
      parametersOpts,
    );
    // Deleted last: the load balancer is taken away by its class's rules.
    return new kubernetes.networking.v1.IngressClass(this.childName("class"), planIngressClass(this.args), {
      ...within,
      dependsOn: [parameters],
    });
  }
}
