import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import type { IamStatement } from "./iam-policy.ts";
import { loadBalancerTags, managedPolicies } from "./kubernetes-platform-plan.ts";

export interface KubernetesRolesArgs extends AwsArgs {
  readonly accountId: string;
  readonly partition: string;
}

/** The two roles of a cluster: what EKS acts as in this account, and what nodes are. They have AWS's policies for it, and one more. */
export class KubernetesRoles extends AwsComponent<KubernetesRolesArgs> {
  readonly clusterRoleArn: pulumi.Output<string>;
  readonly nodeRoleArn: pulumi.Output<string>;
  /** What must be in force for as long as there is a cluster, which could not clean up after itself without. */
  readonly attachments: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesRolesArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesRoles", name, args, opts);
    const cluster = this.createRole("cluster", "EKS runs the cluster with it: nodes, volumes, load balancers", {
      Sid: "EksOfThisAccount",
      Effect: "Allow",
      Principal: { Service: "eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: { StringEquals: { "aws:SourceAccount": args.accountId } },
    });
    const node = this.createRole(
      "node",
      "What nodes of the cluster are: they pull images and fetch pods' credentials",
      {
        Sid: "Nodes",
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: ["sts:AssumeRole"],
      },
    );
    this.attachments = [
      ...this.attach(cluster, "cluster"),
      this.allowLoadBalancerTags(cluster),
      ...this.attach(node, "node"),
    ];
    this.clusterRoleArn = cluster.arn;
    this.nodeRoleArn = node.arn;
    this.registerOutputs({ clusterRoleArn: this.clusterRoleArn, nodeRoleArn: this.nodeRoleArn });
  }

  private createRole(part: keyof typeof managedPolicies, description: string, trust: IamStatement): aws.iam.Role {
    const physical = this.physicalName("iamRole", "eks", part);
    return new aws.iam.Role(
      this.childName(part),
      {
        name: physical,
        description,
        assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private attach(role: aws.iam.Role, part: keyof typeof managedPolicies): pulumi.Resource[] {
    return managedPolicies[part].map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          this.childName(`${part}-${policy}`),
          { role: role.name, policyArn: `arn:${this.args.partition}:iam::aws:policy/${policy}` },
          { parent: this },
        ),
    );
  }

  /** By AWS's policy alone EKS gives load balancers no tags but its own, so that nobody could tell whose they are. */
  private allowLoadBalancerTags(role: aws.iam.Role): pulumi.Resource {
    return new aws.iam.RolePolicy(
      this.childName("load-balancer-tags"),
      { name: "load-balancer-tags", role: role.id, policy: JSON.stringify(loadBalancerTags) },
      { parent: this },
    );
  }
}
