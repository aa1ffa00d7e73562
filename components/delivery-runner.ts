import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { type RunnerScope, runnerLabel, runnerPolicy, runnerTrust } from "./delivery-runner-plan.ts";
import { policyText } from "./iam-policy.ts";
import { SecurityGroup } from "./security-group.ts";

export interface DeliveryRunnerArgs extends AwsArgs, RunnerScope {
  readonly github: { readonly owner: string; readonly repository: string };
  /** The size of the machine. @default "BUILD_GENERAL1_SMALL" (2 vCPU, 4 GiB, about 0.005 USD a minute) */
  readonly computeType?: string;
  readonly vpcId: pulumi.Input<string>;
  /** Private ones, with a way to the internet: GitHub is asked for the job. */
  readonly subnetIds: pulumi.Input<readonly string[]>;
  readonly logKeyArn: pulumi.Input<string>;
  readonly logRetentionDays: number;
  /** The boundary of the stack's roles. */
  readonly permissionsBoundary?: pulumi.Input<string>;
  /** Lets jobs build container images, which takes a privileged machine. @default false */
  readonly buildsImages?: boolean;
}

/**
 * A GitHub Actions runner inside the VPC, since the database is never public: CodeBuild starts a fresh machine for each job
 * that asks for it and ends it with the job. `database.securityGroup.allowFrom({ name: "runner", group: runner.securityGroup }, 5432)`
 * lets it reach the database. The connection to GitHub must have been authorized by a person once.
 */
export class DeliveryRunner extends AwsComponent<DeliveryRunnerArgs> {
  readonly securityGroup: SecurityGroup;
  readonly projectName: string;
  /** What a workflow writes as `runs-on`. */
  readonly label: string;

  constructor(name: string, args: DeliveryRunnerArgs, opts?: ComponentOptions) {
    super("slipway:index:DeliveryRunner", name, args, opts);
    this.projectName = this.physicalName("codeBuildProject", "runner");
    this.label = runnerLabel(this.projectName);
    this.securityGroup = this.createSecurityGroup();
    const logGroup = this.createLogGroup();
    const { policy, role } = this.createRole(logGroup);
    this.createProject(logGroup, role, policy);
    this.registerOutputs({ label: this.label });
  }

  /** To the internet by TLS only; GitHub's and npm's addresses change too often to be listed. */
  private createSecurityGroup(): SecurityGroup {
    const group = new SecurityGroup(
      this.childName("group"),
      {
        context: this.args.context,
        vpcId: this.args.vpcId,
        part: "runner",
        description: "Jobs of GitHub Actions inside the VPC",
      },
      { parent: this },
    );
    return group.allowTo({ name: "internet", cidr: "0.0.0.0/0" }, 443);
  }

  private createLogGroup(): aws.cloudwatch.LogGroup {
    const physical = this.physicalName("logGroup", "runner");
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

  private createRole(logGroup: aws.cloudwatch.LogGroup): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
    const physical = this.physicalName("iamRole", "runner");
    const role = new aws.iam.Role(
      this.childName("role"),
      {
        name: physical,
        description: "CodeBuild starts runners with it; jobs act as the deploy role",
        assumeRolePolicy: policyText(`of the trust in ${physical}`, runnerTrust(this.args, this.projectName), "trust"),
        ...(this.args.permissionsBoundary !== undefined && { permissionsBoundary: this.args.permissionsBoundary }),
        tags: this.tags(physical),
      },
      { parent: this },
    );
    const text = pulumi
      .all([logGroup.arn, this.args.subnetIds, this.securityGroup.id])
      .apply(([logGroupArn, subnetIds, securityGroupId]) =>
        policyText(physical, runnerPolicy(this.args, { logGroupArn, subnetIds, securityGroupId }), "managed"),
      );
    const policy = new aws.iam.RolePolicy(
      this.childName("role-policy"),
      { name: "runner", role: role.id, policy: text },
      { parent: this },
    );
    return { role, policy };
  }

  private createProject(logGroup: aws.cloudwatch.LogGroup, role: aws.iam.Role, rolePolicy: aws.iam.RolePolicy): void {
    const {
      buildsImages = false,
      computeType = "BUILD_GENERAL1_SMALL",
      connectionArn,
      github,
      subnetIds,
      vpcId,
    } = this.args;
    const project = new aws.codebuild.Project(
      this.childName("project"),
      {
        name: this.projectName,
        description: `Runs jobs of ${github.owner}/${github.repository} that must reach the VPC`,
        serviceRole: role.arn,
        source: {
          type: "GITHUB",
          location: `https://github.com/${github.owner}/${github.repository}.git`,
          auth: { type: "CODECONNECTIONS", resource: connectionArn },
          // The job checks out what it needs; reports go to GitHub by the job itself.
          gitCloneDepth: 1,
          reportBuildStatus: false,
        },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: {
          type: "LINUX_CONTAINER",
          computeType,
          image: "aws/codebuild/standard:7.0",
          privilegedMode: buildsImages,
        },
        vpcConfig: {
          vpcId,
          subnets: pulumi.output(subnetIds).apply((ids) => [...ids]),
          securityGroupIds: [this.securityGroup.id],
        },
        logsConfig: { cloudwatchLogs: { status: "ENABLED", groupName: logGroup.name }, s3Logs: { status: "DISABLED" } },
        // Longer than the longest deployment; a job that hangs costs no night.
        buildTimeout: 120,
        queuedTimeout: 30,
        tags: this.tags(this.projectName),
      },
      // CodeBuild tries the network as it makes the project, and has not got the right before this policy.
      { parent: this, dependsOn: [rolePolicy] },
    );
    new aws.codebuild.Webhook(
      this.childName("webhook"),
      {
        projectName: project.name,
        buildType: "BUILD",
        filterGroups: [{ filters: [{ type: "EVENT", pattern: "WORKFLOW_JOB_QUEUED" }] }],
      },
      { parent: this },
    );
  }
}
