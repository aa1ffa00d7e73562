import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import type { Statement } from "./container-task-roles.ts";
import { planPodTrust } from "./pod-identity-plan.ts";

export interface PodIdentityArgs extends AwsArgs {
  readonly clusterName: pulumi.Input<string>;
  /** The cluster that the role is trusted to, and with it its account. */
  readonly clusterArn: pulumi.Input<string>;
  readonly namespace: string;
  /** The service account whose pods act as the role; it need not exist yet. */
  readonly serviceAccount: string;
  /** What they may do in AWS. @default nothing */
  readonly statements?: readonly Statement[] | undefined;
}

/**
 * What the pods of a service account are in AWS: a role, which nobody else can take, and the link that makes EKS hand out its
 * credentials. Make it before the pods (`dependsOn`): one that starts earlier has no identity until it is started anew.
 */
export class PodIdentity extends AwsComponent<PodIdentityArgs> {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: PodIdentityArgs, opts?: ComponentOptions) {
    super("slipway:index:PodIdentity", name, args, opts);
    const role = this.createRole();
    const policies = this.permit(role);
    this.associate(role, policies);
    this.roleArn = role.arn;
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private createRole(): aws.iam.Role {
    const { clusterArn, namespace, serviceAccount } = this.args;
    const physical = this.physicalName("iamRole", namespace, serviceAccount);
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: physical,
        description: `Pods of the service account ${serviceAccount} in the namespace ${namespace}`,
        assumeRolePolicy: pulumi
          .output(clusterArn)
          .apply((arn) => JSON.stringify(planPodTrust({ clusterArn: arn, namespace, serviceAccount }))),
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private permit(role: aws.iam.Role): aws.iam.RolePolicy[] {
    const { statements = [] } = this.args;
    if (statements.length === 0) return [];
    const policy = pulumi
      .output(statements)
      .apply((resolved) => JSON.stringify({ Version: "2012-10-17", Statement: resolved }));
    return [
      new aws.iam.RolePolicy(this.childName("role-policy"), { name: "pods", role: role.id, policy }, { parent: this }),
    ];
  }

  private associate(role: aws.iam.Role, policies: readonly aws.iam.RolePolicy[]): void {
    const { clusterName, namespace, serviceAccount } = this.args;
    new aws.eks.PodIdentityAssociation(
      this.childName("association"),
      {
        clusterName,
        namespace,
        serviceAccount,
        roleArn: role.arn,
        tags: this.tags(this.physicalName("nameTag", namespace, serviceAccount)),
      },
      // A pod that gets the role has its rights at once.
      { parent: this, dependsOn: [...policies] },
    );
  }
}
