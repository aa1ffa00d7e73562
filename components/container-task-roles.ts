import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { accountOf, regionOf, secretOf } from "./container-task-plan.ts";

/** One permission, in IAM's words. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: pulumi.Input<string> | readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string> | readonly string[]>>>>;
}

/** Where sessions of `ecs exec` go. */
interface ExecSession {
  readonly logGroupArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

export interface TaskRolesArgs extends AwsArgs {
  /** Whose task, a part of the roles' names, for example `backend`. */
  readonly part: string;
  /** The repository that the task's image is pulled from. */
  readonly repositoryArn: pulumi.Input<string>;
  readonly logGroupArn: pulumi.Input<string>;
  /** The secrets that ECS puts into the task's variables; a reference to one value in a secret counts as the secret. */
  readonly secretArns: readonly pulumi.Input<string>[];
  /** The keys that those secrets are encrypted with. */
  readonly secretsKeyArns: readonly pulumi.Input<string>[];
  /** What the program itself may do. @default nothing */
  readonly statements?: readonly Statement[] | undefined;
  /** A policy that bounds both roles, whatever else they are given. */
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
  /** Lets people open a shell in the task. @default not */
  readonly exec?: ExecSession | undefined;
}

/**
 * The two roles of a task, apart: with the execution role ECS starts it (pulls the image, reads the secrets, opens the log), as
 * the task role the program acts. What starts the program may read no data, and the program may not read its own secrets anew.
 */
export class TaskRoles extends AwsComponent<TaskRolesArgs> {
  readonly executionRoleArn: pulumi.Output<string>;
  readonly taskRoleArn: pulumi.Output<string>;
  /** What must be in force before a task starts. */
  readonly policies: readonly pulumi.Resource[];

  constructor(name: string, args: TaskRolesArgs, opts?: ComponentOptions) {
    super("slipway:index:TaskRoles", name, args, opts);
    const execution = this.createRole("execution", "starts the tasks of");
    const task = this.createRole("task", "is what the program acts as in");
    this.policies = [
      this.attach(execution, "execution", executionStatements(args)),
      ...this.taskStatements().map((statements) => this.attach(task, "task", statements)),
    ];
    this.executionRoleArn = execution.arn;
    this.taskRoleArn = task.arn;
    this.registerOutputs({ executionRoleArn: this.executionRoleArn, taskRoleArn: this.taskRoleArn });
  }

  private createRole(part: "execution" | "task", purpose: string): aws.iam.Role {
    const physical = this.physicalName("iamRole", this.args.part, part);
    return new aws.iam.Role(
      this.childName(part),
      {
        name: physical,
        description: `${part} role: ${purpose} ${this.args.part}`,
        assumeRolePolicy: pulumi.output(this.args.logGroupArn).apply(taskTrust),
        ...(this.args.permissionsBoundary !== undefined && { permissionsBoundary: this.args.permissionsBoundary }),
        tags: this.tags(physical),
      },
      { parent: this },
    );
  }

  private attach(role: aws.iam.Role, part: string, statements: readonly Statement[]): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      this.childName(`${part}-policy`),
      {
        role: role.name,
        name: part,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }),
      },
      { parent: this },
    );
  }

  /** The program's own policy: none when it may do nothing, since IAM refuses an empty one. */
  private taskStatements(): (readonly Statement[])[] {
    const { exec, statements = [] } = this.args;
    const all = [...statements, ...(exec ? execStatements(exec) : [])];
    return all.length === 0 ? [] : [all];
  }
}

/** Only tasks of this account's ECS in this region: no other account can make ECS use the role for it. */
function taskTrust(logGroupArn: string): string {
  const account = accountOf(logGroupArn);
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:aws:ecs:${regionOf(logGroupArn)}:${account}:*` },
        },
      },
    ],
  });
}

/** What ECS needs to start a task, and no more. Source: ECS developer guide, "Amazon ECS task execution IAM role". */
function executionStatements(args: TaskRolesArgs): Statement[] {
  const region = pulumi.output(args.logGroupArn).apply(regionOf);
  const secrets = args.secretArns.map((arn) => pulumi.output(arn).apply(secretOf));
  return [
    // A token for the registry as a whole is not bound to a repository; what it may be used for is, in the next statement.
    { Sid: "SignInToRegistry", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImage",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: args.repositoryArn,
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${args.logGroupArn}:*`,
    },
    ...(secrets.length === 0
      ? []
      : [{ Sid: "ReadSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secrets } as const]),
    ...(secrets.length === 0 || args.secretsKeyArns.length === 0
      ? []
      : [
          {
            Sid: "DecryptSecrets",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: args.secretsKeyArns,
            Condition: {
              StringEquals: { "kms:ViaService": pulumi.interpolate`secretsmanager.${region}.amazonaws.com` },
            },
          } as const,
        ]),
  ];
}

/** Source: ECS developer guide, "Task IAM role: ECS Exec permissions", with a log group and a key of our own. */
function execStatements({ keyArn, logGroupArn }: ExecSession): Statement[] {
  return [
    {
      Sid: "ExecChannel",
      Effect: "Allow",
      Action: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      // These actions know no resources.
      Resource: "*",
    },
    { Sid: "ExecLogGroups", Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    {
      Sid: "ExecLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${logGroupArn}:*`,
    },
    { Sid: "ExecKey", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
  ];
}
