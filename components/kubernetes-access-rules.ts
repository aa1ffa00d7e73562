import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { deliveryGroups, planAccessRules, planGuard } from "./kubernetes-access-rules-plan.ts";

export interface KubernetesAccessRulesArgs extends AwsArgs {
  /** The stack's namespaces. */
  readonly namespaces: readonly string[];
}

/** What the objects are called in the cluster. */
const objectName = "slipway-delivery";

/**
 * What the roles of delivery may do in the cluster: write what the program writes, in the stack's namespaces; and for previews, try
 * it only. RBAC lets nobody give rights that they have not, so that an administrator makes this, in the first `up` and whenever the
 * program has learnt to write another kind.
 */
export class KubernetesAccessRules extends AwsComponent<KubernetesAccessRulesArgs> {
  constructor(name: string, args: KubernetesAccessRulesArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesAccessRules", name, args, opts);
    const guard = this.createGuard();
    this.createRole(guard);
    this.registerOutputs({});
  }

  private createGuard(): pulumi.Resource[] {
    const { matchCondition, validations } = planGuard(this.args.namespaces);
    const policy = new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicy(
      this.childName("guard"),
      {
        metadata: this.metadata(),
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ["*"],
                apiVersions: ["*"],
                operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
                resources: ["*/*"],
              },
            ],
          },
          matchConditions: [{ name: "delivery", expression: matchCondition }],
          validations: validations.map((each) => ({ ...each, reason: "Forbidden" })),
        },
      },
      { parent: this },
    );
    const binding = new kubernetes.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
      this.childName("guard-binding"),
      { metadata: this.metadata(), spec: { policyName: objectName, validationActions: ["Deny"] } },
      { parent: this, dependsOn: [policy] },
    );
    return [policy, binding];
  }

  /** The rights come after what limits them, and go before it. */
  private createRole(guard: pulumi.Resource[]): void {
    const role = new kubernetes.rbac.v1.ClusterRole(
      this.childName("role"),
      {
        metadata: this.metadata(),
        rules: planAccessRules().map(({ apiGroups, resources, verbs }) => ({
          apiGroups: [...apiGroups],
          resources: [...resources],
          verbs: [...verbs],
        })),
      },
      { parent: this, dependsOn: guard },
    );
    new kubernetes.rbac.v1.ClusterRoleBinding(
      this.childName("role-binding"),
      {
        metadata: this.metadata(),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: objectName },
        subjects: Object.values(deliveryGroups).map((name) => ({
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Group",
          name,
        })),
      },
      { parent: this, dependsOn: [role] },
    );
  }

  private metadata() {
    const { application } = this.args.context;
    return {
      name: objectName,
      labels: { "app.kubernetes.io/part-of": application, "app.kubernetes.io/managed-by": "pulumi" },
    };
  }
}
