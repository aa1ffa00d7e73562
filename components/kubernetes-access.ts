import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { identityNames } from "./delivery-identity-plan.ts";
import {
  type AccessSetting,
  explainCaller,
  type PlannedEntry,
  planEntries,
  policyOfLevel,
} from "./kubernetes-access-plan.ts";
import { deliveryGroups } from "./kubernetes-access-rules-plan.ts";

export interface KubernetesAccessArgs extends AwsArgs {
  readonly clusterName: pulumi.Input<string>;
  readonly accountId: string;
  readonly partition: string;
  /** `slipway:kubernetes.access`. */
  readonly people: readonly AccessSetting[];
  readonly deployRoleArn?: pulumi.Input<string> | undefined;
  readonly previewRoleArn?: pulumi.Input<string> | undefined;
}

/**
 * Who is known to a cluster, by their role in AWS. Nobody else is let in, whoever made it: those whom settings name, with one of
 * EKS's levels, and the two roles of delivery, each in a group of its own.
 */
export class KubernetesAccess extends AwsComponent<KubernetesAccessArgs> {
  /** Known once it is clear that whoever runs this will be let in; else it fails with what to do. */
  readonly clusterName: pulumi.Output<string>;

  constructor(name: string, args: KubernetesAccessArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesAccess", name, args, opts);
    this.clusterName = this.requireCaller();
    const { deployRoleArn, people, previewRoleArn } = args;
    if (deployRoleArn !== undefined) this.createEntry("deploy", deployRoleArn, [deliveryGroups.deploy]);
    if (previewRoleArn !== undefined) this.createEntry("preview", previewRoleArn, [deliveryGroups.preview]);
    for (const entry of planEntries(people)) this.admit(entry);
    this.registerOutputs({});
  }

  private requireCaller(): pulumi.Output<string> {
    const { clusterName, context, deployRoleArn, people, previewRoleArn } = this.args;
    const names = identityNames(this.args);
    const delivery = [
      ...(deployRoleArn === undefined ? [] : [names.deployRoleArn]),
      ...(previewRoleArn === undefined || !pulumi.runtime.isDryRun() ? [] : [names.previewRoleArn]),
    ];
    const caller = aws.getCallerIdentityOutput({}, { parent: this });
    return pulumi.all([clusterName, caller.arn]).apply(([name, callerArn]) => {
      const problem = explainCaller({ callerArn, stack: context.stack, access: people, delivery });
      if (problem) throw new pulumi.RunError(problem.message);
      return name;
    });
  }

  private createEntry(
    part: string,
    principalArn: pulumi.Input<string>,
    groups: readonly string[],
  ): aws.eks.AccessEntry {
    return new aws.eks.AccessEntry(
      this.childName(part),
      {
        clusterName: this.clusterName,
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
          clusterName: this.clusterName,
          principalArn: entry.principalArn,
          policyArn: `arn:${this.args.partition}:eks::aws:cluster-access-policy/${policyOfLevel[level]}`,
          accessScope: scope.type === "cluster" ? { type: "cluster" } : { ...scope, namespaces: [...scope.namespaces] },
        },
        { parent: this },
      );
    }
  }
}
