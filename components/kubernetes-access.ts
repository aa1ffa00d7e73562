import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { type AccessSetting, type PlannedEntry, planEntries, policyOfLevel } from "./kubernetes-access-plan.ts";

export interface KubernetesAccessArgs extends AwsArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly accountId: string;
  readonly partition: string;
  /** `slipway:kubernetes.access`. */
  readonly people: readonly AccessSetting[];
  readonly deployRoleArn?: pulumi.Input<string> | undefined;
  readonly previewRoleArn?: pulumi.Input<string> | undefined;
}

/** The groups in the cluster that the two roles of delivery belong to; what a group may do is in `kubernetes-rules.ts`. */
export const deliveryGroups = { deploy: "slipway:deployers", preview: "slipway:previewers" } as const;

/**
 * Who is known to a cluster, by their role in AWS. Nobody else is let in, whoever made it: those whom settings name, with one of
 * EKS's levels, and the two roles of delivery, each in a group of its own.
 */
export class KubernetesAccess extends AwsComponent<KubernetesAccessArgs> {
  constructor(name: string, args: KubernetesAccessArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesAccess", name, args, opts);
    const { deployRoleArn, people, previewRoleArn } = args;
    if (deployRoleArn !== undefined) this.createEntry("deploy", deployRoleArn, [deliveryGroups.deploy]);
    if (previewRoleArn !== undefined) this.createEntry("preview", previewRoleArn, [deliveryGroups.preview]);
    for (const entry of planEntries(people)) this.admit(entry);
    this.registerOutputs({});
  }

  private createEntry(
    part: string,
    principalArn: pulumi.Input<string>,
    groups: readonly string[],
  ): aws.eks.AccessEntry {
    return new aws.eks.AccessEntry(
      this.childName(part),
      {
        clusterName: this.args.clusterName,
        principalArn,
        type: "STANDARD",
        ...(groups.length > 0 && { kubernetesGroups: [...groups] }),
        tags: this.tags(this.physicalName("nameTag", "access")),
      },
      { parent: this },
    );
  }

  private admit({ grants, part, role }: PlannedEntry): void {
    const entry = this.createEntry(`role-${part}`, role, []);
    for (const { level, scope } of grants) {
      new aws.eks.AccessPolicyAssociation(
        this.childName(`role-${part}-${level}`),
        {
          clusterName: this.args.clusterName,
          principalArn: entry.principalArn,
          policyArn: `arn:${this.args.partition}:eks::aws:cluster-access-policy/${policyOfLevel[level]}`,
          accessScope: scope.type === "cluster" ? { type: "cluster" } : { ...scope, namespaces: [...scope.namespaces] },
        },
        { parent: this },
      );
    }
  }
}
