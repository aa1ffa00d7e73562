import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import type { Statement } from "./container-task-roles.ts";
import { planSecretClass, secretObjects } from "./kubernetes-secrets-plan.ts";

export interface KubernetesSecretsArgs extends AwsArgs {
  readonly namespace: string;
  readonly region: string;
  /** Variable to the ARN of the secret whose whole value it gets. */
  readonly arns: Readonly<Record<string, pulumi.Input<string>>>;
  /** The key that they are encrypted with. */
  readonly keyArn: pulumi.Input<string>;
  /** What must be there first: the namespace. */
  readonly after: readonly pulumi.Resource[];
}

/** Which secrets of Secrets Manager a program's pods are given. The values are read when a pod starts, by its own identity. */
export class KubernetesSecrets extends AwsComponent<KubernetesSecretsArgs> {
  readonly variables: readonly string[];
  /** What the pods' role needs for it. */
  readonly statements: readonly Statement[];

  constructor(name: string, args: KubernetesSecretsArgs, opts?: ComponentOptions) {
    super("slipway:index:KubernetesSecrets", name, args, opts);
    const { after, arns, keyArn, region } = args;
    this.variables = Object.keys(arns).sort();
    const objects = pulumi.output(arns).apply((known) => secretObjects(known as Record<string, string>));
    new kubernetes.apiextensions.CustomResource(
      this.childName("class"),
      planSecretClass(args, region, this.variables, objects),
      { parent: this, dependsOn: [...after] },
    );
    this.statements = [
      {
        Sid: "ReadSecrets",
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        Resource: this.variables.flatMap((variable) => arns[variable] ?? []),
      },
      {
        Sid: "DecryptSecrets",
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: keyArn,
        Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
      },
    ];
    this.registerOutputs({ variables: this.variables });
  }
}
