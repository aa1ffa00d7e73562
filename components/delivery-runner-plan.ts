import { allow, type IamPolicy, policy } from "./iam-policy.ts";

/** What the runner's own role is made of. */
export interface RunnerScope {
  readonly accountId: string;
  readonly partition: string;
  readonly region: string;
  /** The connection to GitHub. */
  readonly connectionArn: string;
}

/** What is known of the runner's surroundings when it is built. */
export interface RunnerResources {
  readonly logGroupArn: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
}

/** How a workflow asks for the runner; each job gets one of its own, which ends with the job. */
export function runnerLabel(project: string): string {
  return `codebuild-${project}-\${{ github.run_id }}-\${{ github.run_attempt }}`;
}

/**
 * What CodeBuild needs to start a runner: its log, its network interface, its registration with GitHub. The job's own rights come
 * from the deploy role, which it assumes by its token; a job that does not may do nothing in the account.
 */
export function runnerPolicy(
  scope: RunnerScope,
  { logGroupArn, securityGroupId, subnetIds }: RunnerResources,
): IamPolicy {
  const { accountId, connectionArn, partition, region } = scope;
  const ec2 = (rest: string) => `arn:${partition}:ec2:${region}:${accountId}:${rest}`;
  const subnets = subnetIds.map((id) => ec2(`subnet/${id}`));
  // AWS is changing the service's name, and asks for the right by either.
  const connections = ["codeconnections", "codestar-connections"];
  return policy(
    allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${logGroupArn}:*`]),
    allow(
      "GitHub",
      connections.flatMap((service) => [
        `${service}:GetConnection`,
        `${service}:GetConnectionToken`,
        `${service}:UseConnection`,
      ]),
      [...new Set([connectionArn, ...connections.map((service) => withService(connectionArn, service))])],
    ),
    // Asked for without a resource by AWS's design.
    allow("NetworkView", [
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
    ]),
    allow(
      "NetworkInterface",
      ["ec2:CreateNetworkInterface"],
      [ec2("network-interface/*"), ec2(`security-group/${securityGroupId}`), ...subnets],
    ),
    allow("NetworkInterfaceGone", ["ec2:DeleteNetworkInterface"], [ec2("network-interface/*")], {
      StringEquals: { "ec2:AuthorizedService": "codebuild.amazonaws.com" },
    }),
    allow("NetworkInterfaceUse", ["ec2:CreateNetworkInterfacePermission"], [ec2("network-interface/*")], {
      StringEquals: { "ec2:AuthorizedService": "codebuild.amazonaws.com" },
      ArnEquals: { "ec2:Subnet": subnets },
    }),
  );
}

function withService(connectionArn: string, service: string): string {
  return connectionArn.replace(/^(arn:[^:]+):[^:]+:/, `$1:${service}:`);
}

/** Who may be CodeBuild's project: CodeBuild, for this project of this account. */
export function runnerTrust({ accountId, partition, region }: RunnerScope, project: string): IamPolicy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "CodeBuild",
        Effect: "Allow",
        Principal: { Service: "codebuild.amazonaws.com" },
        Action: ["sts:AssumeRole"],
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnEquals: { "aws:SourceArn": `arn:${partition}:codebuild:${region}:${accountId}:project/${project}` },
        },
      },
    ],
  };
}
