import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TaskTarget } from "../delivery/tasks/ecs-task.ts";
import type { FargateSize } from "../infra/fargate.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions, Transform } from "./component.ts";
import { Task } from "./container-task.ts";
import type { Statement } from "./container-task-roles.ts";
import { SecurityGroup } from "./security-group.ts";

export interface OperatorTaskArgs extends AwsArgs {
  /** The cluster that tasks are started in. */
  readonly platform: { readonly clusterArn: pulumi.Input<string>; readonly clusterName: pulumi.Input<string> };
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Where the image of this project (its Dockerfile) is pulled from. */
  readonly repository: { readonly url: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** By digest. @default none yet: the definition exists, but a task cannot start */
  readonly image?: pulumi.Input<string> | undefined;
  /** What the commands read; a secret is given by its ARN, and read when it is needed. */
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variable to the ARN of a secret that ECS puts into it. @default none */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** The keys that those secrets are encrypted with. @default none */
  readonly secretsKeyArns?: readonly pulumi.Input<string>[] | undefined;
  /** What the commands may do in AWS: read the master secret, decrypt with its key. @default nothing */
  readonly statements?: readonly Statement[] | undefined;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
  /** @default 512 CPU units, 1024 MiB: about 0.03 USD an hour, only while a task runs */
  readonly size?: FargateSize | undefined;
  /** @default "X86_64" */
  readonly architecture?: "X86_64" | "ARM64" | undefined;
  readonly transform?: { readonly taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs> };
}

/** What the container is called, for overrides. */
const containerName = "operator";

/**
 * The definition of one-off tasks inside the VPC: migrations, the seed of the flags, an operator's commands. The container
 * `operator` runs this project's command line; whoever starts a task gives the command (RunTask, container overrides).
 */
export class OperatorTask extends AwsComponent<OperatorTaskArgs> {
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly family: pulumi.Output<string>;
  /** The task's role: what the commands act as. */
  readonly roleArn: pulumi.Output<string>;
  /** Let databases and endpoints in by it. */
  readonly securityGroup: SecurityGroup;
  readonly subnetIds: pulumi.Output<string[]>;
  /** All that is needed to start one: the stack's output `tasks`, which `./slipway task` reads. */
  readonly target: pulumi.Output<TaskTarget>;

  constructor(name: string, args: OperatorTaskArgs, opts?: ComponentOptions) {
    super("slipway:index:OperatorTask", name, args, opts);
    if (args.image === undefined) this.sayHowToStartIt();
    this.securityGroup = new SecurityGroup(
      this.childName("access"),
      { context: args.context, vpcId: args.vpcId, part: containerName, description: "One-off tasks of operators" },
      { parent: this },
    );
    const task = this.createTask();
    this.taskDefinitionArn = task.definition.arn;
    this.family = task.definition.family;
    this.roleArn = task.roles.taskRoleArn;
    this.subnetIds = pulumi.output(args.subnetIds);
    this.target = pulumi.output({
      cluster: args.platform.clusterArn,
      // The family is its latest revision, so that a target which was read once stays good.
      taskDefinition: this.family,
      subnetIds: this.subnetIds,
      securityGroupIds: [this.securityGroup.id],
      logGroup: task.logGroup.name,
      container: containerName,
    });
    this.registerOutputs({ taskDefinitionArn: this.taskDefinitionArn, roleArn: this.roleArn });
  }

  private sayHowToStartIt(): void {
    void pulumi.log.info(
      "The operator's task has no image yet, so that no one-off task can start. Build the Dockerfile of this project, push it " +
        `to the repository "operator", then set slipway:images.operator in Pulumi.${this.args.context.stack}.yaml to its digest and run up again.`,
      this,
    );
  }

  private createTask(): Task {
    const { args } = this;
    return new Task(
      this.childName("task"),
      {
        context: args.context,
        part: containerName,
        sizeSetting: "the operator's task: size",
        size: args.size ?? { cpu: 512, memoryMiB: 1024 },
        repository: args.repository,
        image: args.image,
        environment: args.environment,
        secrets: args.secrets ?? {},
        secretsKeyArns: args.secretsKeyArns ?? [],
        statements: args.statements,
        logKeyArn: args.logKeyArn,
        logRetentionDays: args.logRetentionDays,
        permissionsBoundary: args.permissionsBoundary,
        architecture: args.architecture,
        transform: args.transform,
      },
      { parent: this },
    );
  }
}
