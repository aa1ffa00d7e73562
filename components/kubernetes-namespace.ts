import * as kubernetes from "@pulumi/kubernetes";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import type { ServiceName } from "./container-service-plan.ts";
import { planLimitRange, planNamespace, planQuota } from "./kubernetes-namespace-plan.ts";
import { type NetworkPlaces, planPolicies } from "./kubernetes-policies-plan.ts";
import type { PodServiceSettings } from "./kubernetes-service-plan.ts";

export interface KubernetesNamespaceArgs extends AwsArgs {
  readonly namespace: string;
  /** What is to run there decides how much the namespace may take, and who may talk to whom. */
  readonly services: Readonly<Record<ServiceName, PodServiceSettings>>;
  readonly cidrs: NetworkPlaces;
  readonly transform?:
    | {
        readonly namespace?: Transform<kubernetes.core.v1.NamespaceArgs>;
        readonly quota?: Transform<kubernetes.core.v1.ResourceQuotaArgs>;
      }
    | undefined;
}

/**
 * An environment's namespace: pods without rights only, nobody talks to anybody but by its policies, and what it may take is bounded
 * by what its settings need at most.
 */
export class KubernetesNamespace extends AwsComponent<KubernetesNamespaceArgs> {
  /** What must be there before anything else in the namespace. */
  readonly ready: readonly kubernetes.core.v1.Namespace[];

  constructor(name: string, args: KubernetesNamespaceArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesNamespace", name, args, opts);
    const { services, transform } = args;
    const [namespaceArgs, namespaceOpts] = applyTransform<kubernetes.core.v1.NamespaceArgs>(
      transform?.namespace,
      this.childName("namespace"),
      planNamespace(args),
      { parent: this },
    );
    const namespace = new kubernetes.core.v1.Namespace(this.childName("namespace"), namespaceArgs, namespaceOpts);
    const within = { parent: this, dependsOn: [namespace] };
    const [quotaArgs, quotaOpts] = applyTransform<kubernetes.core.v1.ResourceQuotaArgs>(
      transform?.quota,
      this.childName("quota"),
      planQuota(args, services),
      within,
    );
    new kubernetes.core.v1.ResourceQuota(this.childName("quota"), quotaArgs, quotaOpts);
    new kubernetes.core.v1.LimitRange(this.childName("limits"), planLimitRange(args), within);
    for (const [part, policy] of Object.entries(planPolicies(args, args.cidrs, services)))
      new kubernetes.networking.v1.NetworkPolicy(this.childName(`policy-${part}`), policy, within);
    this.ready = [namespace];
    this.registerOutputs({ namespace: args.namespace });
  }
}
