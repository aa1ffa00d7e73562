import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FargateSize } from "../infra/fargate.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { containerDefinitions, imageToCome, planTaskShape } from "./container-task-plan.ts";
import { type Statement, TaskRoles } from "./container-task-roles.ts";

export interface TaskArgs extends AwsArgs {
  /** Whose task; the container's name too, for example `backend`. */
  readonly part: string;
  /** Where in the settings the size is, for errors. */
  readonly sizeSetting: string;
  readonly size: FargateSize;
  /** Where the image is pulled from. */
  readonly repository: { readonly url: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
  /** By digest. @default one that nobody can have, until there is one */
  readonly image?: pulumi.Input<string> | undefined;
  readonly port?: number | undefined;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  /** Variable to the ARN of the secret that ECS puts into it. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  readonly secretsKeyArns: readonly pulumi.Input<string>[];
  /** What the program may do in AWS. @default nothing */
  readonly statements?: readonly Statement[] | undefined;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
  /** Lets people open a shell in the task, and writes there what they do. @default not */
  readonly execLogGroup?: aws.cloudwatch.LogGroup | undefined;
  readonly healthCommand?: readonly string[] | undefined;
  /** @default ["/tmp"] */
  readonly writablePaths?: readonly string[] | undefined;
  /** @default "X86_64" */
  readonly architecture?: "X86_64" | "ARM64" | undefined;
  readonly transform?: { readonly taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs> } | undefined;
}

/** A Fargate task definition with its log and its two roles. A change makes a new revision; what runs keeps its own. */
export class Task extends AwsComponent<TaskArgs> {
  readonly definition: aws.ecs.TaskDefinition;
  readonly roles: TaskRoles;
  readonly logGroup: aws.cloudwatch.LogGroup;

  constructor(name: string, args: TaskArgs, opts?: ComponentOptions) {
    super("slipway:index:Task", name, args, opts);
    this.logGroup = this.createLogGroup();
    this.roles = this.createRoles();
    this.definition = this.createDefinition();
    this.registerOutputs({ definitionArn: this.definition.arn });
  }

  private createLogGroup(): aws.cloudwatch.LogGroup {
    const physical = this.physicalName("logGroup", this.args.part);
    return new aws.cloudwatch.LogGroup(
      this.childName("log"),
      {
        name: physical,
        kmsKeyId: this.args.logKeyArn,
        retentionInDays: this.args.logRetentionDays,
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private createRoles(): TaskRoles {
    const { context, execLogGroup, logKeyArn, part, permissionsBoundary, repository, secrets, secretsKeyArns } =
      this.args;
    return new TaskRoles(
      this.childName("roles"),
      {
        context,
        part,
        repositoryArn: repository.arn,
        logGroupArn: this.logGroup.arn,
        secretArns: Object.values(secrets),
        secretsKeyArns,
        statements: this.args.statements,
        permissionsBoundary,
        exec: execLogGroup && { logGroupArn: execLogGroup.arn, keyArn: logKeyArn },
      },
      { parent: this },
    );
  }

  private createDefinition(): aws.ecs.TaskDefinition {
    const { architecture, environment, healthCommand, image, part, port, repository, secrets } = this.args;
    const { size, sizeSetting, transform, writablePaths = ["/tmp"] } = this.args;
    const family = this.physicalName("ecsTaskFamily", part);
    const shape = planTaskShape(sizeSetting, size, writablePaths);
    const container = pulumi
      .output({
        environment,
        secrets,
        image: image ?? pulumi.output(repository.url).apply(imageToCome),
        logGroupArn: this.logGroup.arn,
      })
      .apply((known) => containerDefinitions({ name: part, port, healthCommand, writablePaths, ...known }));
    const [definitionArgs, definitionOpts] = applyTransform<aws.ecs.TaskDefinitionArgs>(
      transform?.taskDefinition,
      this.childName("definition"),
      {
        family,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: shape.cpu,
        memory: shape.memory,
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: architecture ?? "X86_64" },
        executionRoleArn: this.roles.executionRoleArn,
        taskRoleArn: this.roles.taskRoleArn,
        volumes: shape.volumes.map((volume) => ({ ...volume })),
        containerDefinitions: container,
        tags: this.tags(family),
      },
      { parent: this },
    );
    return new aws.ecs.TaskDefinition(this.childName("definition"), definitionArgs, definitionOpts);
  }
}
