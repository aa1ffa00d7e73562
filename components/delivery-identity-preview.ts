import type { IdentityScope } from "./delivery-identity-plan.ts";
import { ownNames, ownState, stateStatements } from "./delivery-identity-scope.ts";
import { allow, deny, type IamPolicy, policy } from "./iam-policy.ts";

/**
 * What reading the stack's settings takes, a service a line. AWS's own ReadOnlyAccess would read data too: objects, secrets,
 * parameters, log lines. These actions tell how a thing is set up, and nothing of what is in it.
 */
const viewActions: readonly string[] = [
  ...["acm:DescribeCertificate", "acm:List*"],
  ...["application-autoscaling:Describe*", "application-autoscaling:List*"],
  ...[
    "backup:Describe*",
    "backup:GetBackupPlan",
    "backup:GetBackupSelection",
    "backup:GetBackupVault*",
    "backup:List*",
  ],
  ...["budgets:ViewBudget", "budgets:ListTagsForResource"],
  ...["cloudwatch:Describe*", "cloudwatch:ListTagsForResource"],
  ...["codebuild:BatchGetProjects"],
  ...["ec2:Describe*", "ec2:GetManagedPrefixListEntries", "ec2:GetSecurityGroupsForVpc"],
  ...["ecr:Describe*", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource"],
  ...["ecs:Describe*", "ecs:List*"],
  ...["eks:Describe*", "eks:List*"],
  ...["elasticache:Describe*", "elasticache:ListTagsForResource"],
  ...["elasticloadbalancing:Describe*"],
  ...["iam:GetOpenIDConnectProvider", "iam:GetPolicy*", "iam:GetRole*", "iam:List*"],
  ...["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*"],
  ...["logs:Describe*", "logs:ListTagsForResource"],
  ...["rds:Describe*", "rds:ListTagsForResource"],
  ...["route53:Get*", "route53:List*"],
  ...["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"],
  ...["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:List*"],
  ...["sts:GetCallerIdentity"],
  ...["wafv2:GetLoggingConfiguration", "wafv2:GetWebACL*", "wafv2:List*"],
];

/** How a bucket is set up; its objects are not among it. */
const viewBucketActions: readonly string[] = [
  "s3:GetAccelerateConfiguration",
  "s3:GetBucket*",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
  "s3:ListBucket",
  "s3:ListTagsForResource",
];

/** Reading data, starting programs, and signing in to something: what a pull request's code must never do. */
const dataActions: readonly string[] = [
  ...["athena:*", "dynamodb:*", "kinesis:*", "lambda:*", "sqs:*"],
  ...["ec2:DescribeInstanceAttribute", "ec2:GetConsole*", "ec2:GetPasswordData"],
  ...["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  ...["ecs:ExecuteCommand", "ecs:RunTask"],
  ...["elasticache:Connect", "rds-data:*", "rds-db:connect", "rds:DownloadDBLogFilePortion"],
  ...["logs:FilterLogEvents", "logs:GetLogEvents", "logs:GetLogRecord", "logs:GetQueryResults", "logs:StartLiveTail"],
  ...["logs:StartQuery", "logs:Unmask"],
  ...["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
  ...["ssm:*", "ssmmessages:*"],
];

/** Reads the settings of what there is; both roles may. */
export function viewStatements(scope: IdentityScope) {
  return [allow("View", viewActions), allow("ViewBuckets", viewBucketActions, ownNames(scope).buckets)];
}

/** What a pull request's preview may do: see how things are set up, and read its own stack's state. */
export function previewPolicies(scope: IdentityScope): Readonly<Record<"preview", IamPolicy>> {
  const state = ownState(scope);
  return {
    preview: policy(
      viewStatements(scope),
      stateStatements(scope, "read"),
      deny("NoData", dataActions),
      {
        Sid: "NoObjects",
        Effect: "Deny",
        Action: ["s3:GetObject*"],
        NotResource: [state.layout, ...state.objects],
      },
      // A key without that name, or with none, is one of data.
      deny("NoKeys", ["kms:Decrypt", "kms:ReEncrypt*"], ["*"], {
        "ForAllValues:StringNotEquals": { "kms:ResourceAliases": state.keyAlias },
      }),
    ),
  };
}
