import { type IdentityScope, identityNames } from "./delivery-identity-plan.ts";
import { ownNames, ownState } from "./delivery-identity-scope.ts";
import { allow, deny, type IamPolicy, type IamStatement, policy } from "./iam-policy.ts";

/** The services that a stack and its application are made of. What is not listed, no role of the stack can use at all. */
const services: readonly string[] = [
  ...["acm", "application-autoscaling", "backup", "backup-storage", "budgets", "cloudwatch", "codebuild"],
  ...["codeconnections", "codestar-connections", "ec2", "ecr", "ecs", "elasticache", "elasticloadbalancing", "kms"],
  ...["logs", "rds", "rds-db", "route53", "sns", "ssmmessages", "tag", "wafv2", "xray"],
].map((service) => `${service}:*`);

/** What a stack on EKS is made of besides; all else of the service is for its own cluster only. */
const clusterViews: readonly string[] = ["eks:CreateCluster", "eks:Describe*", "eks:List*"];

/**
 * Who may do what in the cluster, which is an administrator's to change: whoever is given AmazonEKSClusterAdminPolicy there takes
 * the role of any pod.
 */
const clusterAccess: readonly string[] = [
  ...["eks:*AccessPolicy", "eks:AssociateIdentityProviderConfig", "eks:CreateAccessEntry", "eks:CreateCapability"],
  ...["eks:DeleteAccessEntry", "eks:UpdateAccessEntry"],
];

/** Services that are of no region. */
const globalActions: readonly string[] = ["budgets:*", "iam:*", "route53:*", "sts:*"];

/** What would delete data, or the keys and names without which it is lost. */
const deletions: readonly string[] = [
  ...["backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:PutBackupVaultLockConfiguration"],
  ...["ecr:DeleteRepository", "eks:DeleteCluster"],
  ...["elasticache:DeleteReplicationGroup", "elasticache:DeleteSnapshot"],
  ...["kms:DisableKey", "kms:ScheduleKeyDeletion"],
  ...["rds:DeleteDBInstance*", "rds:DeleteDBSnapshot"],
  ...["route53:DeleteHostedZone"],
  ...["s3:DeleteBucket", "s3:DeleteObjectVersion"],
  ...["secretsmanager:DeleteSecret"],
];

/**
 * The outermost limit of the stack's roles: of those that deliver, and of those that the application runs as. It gives nothing;
 * a role may do what both its own policies and this one allow, so that even a policy of `*` stays in its stack.
 */
export function boundary(scope: IdentityScope): IamPolicy {
  const { context, copyRegion, protect, region, workloadActions = [] } = scope;
  const { boundaryArn, deployRoleArn, previewRoleArn, providerArn } = identityNames(scope);
  const own = ownNames(scope);
  const state = ownState(scope);
  const onCluster = scope.platform === "eks";
  return policy(
    allow("Services", [
      ...services,
      ...(onCluster ? clusterViews : []),
      ...workloadActions,
      ...["iam:Get*", "iam:List*", "sts:GetCallerIdentity"],
    ]),
    onCluster ? cluster(scope) : [],

    // What has a name and no tag that IAM sees, or holds data: of this stack's name only.
    allow(
      "Named",
      ["iam:*", "s3:*", "secretsmanager:*"],
      [
        ...own.roles,
        ...own.policies,
        `arn:${scope.partition}:iam::${scope.accountId}:role/aws-service-role/*`,
        ...own.buckets,
        ...own.secrets,
      ],
    ),
    allow(
      "DatabaseSecretMade",
      ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      [own.databaseSecrets.resource],
    ),
    allow("DatabaseSecret", ["secretsmanager:*"], [own.databaseSecrets.resource], own.databaseSecrets.condition),
    allow(
      "State",
      ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
      [state.bucket, state.layout, ...state.objects],
    ),
    deny("StateKey", ["kms:*"], ["*"], {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": state.keyAlias },
      StringNotEquals: { ...state.contexts.bucket, ...state.contexts.stack },
    }),

    // What says by its tag that it is another stack's is out of reach, and nothing can be labelled so. GitHub's OIDC provider,
    // of which an account has one, may be looked up whoever made it.
    {
      Sid: "OtherStacks",
      Effect: "Deny",
      NotAction: ["iam:GetOpenIDConnectProvider"],
      Resource: ["*"],
      Condition: {
        Null: { "aws:ResourceTag/Stack": "false" },
        StringNotEquals: { "aws:ResourceTag/Stack": context.stack },
      },
    },
    deny("OtherLabels", ["*"], ["*"], {
      Null: { "aws:RequestTag/Stack": "false" },
      StringNotEquals: { "aws:RequestTag/Stack": context.stack },
    }),

    // Roles are made with this boundary and keep it; who delivers, by whose word and within what, is an administrator's to change.
    deny(
      "Boundary",
      ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
      ["*"],
      {
        StringNotEquals: { "iam:PermissionsBoundary": boundaryArn },
      },
    ),
    deny("BoundaryStays", ["iam:DeleteRolePermissionsBoundary"]),
    {
      Sid: "Delivery",
      Effect: "Deny",
      NotAction: ["iam:Get*", "iam:List*"],
      Resource: [
        boundaryArn,
        deployRoleArn,
        `${policyPrefix(scope)}deploy-*`,
        `${policyPrefix(scope)}preview`,
        previewRoleArn,
        providerArn,
      ],
    },
    deny("OtherRoles", ["sts:AssumeRole", "sts:TagSession"]),

    {
      Sid: "OtherRegions",
      Effect: "Deny",
      NotAction: globalActions,
      Resource: ["*"],
      Condition: { StringNotEquals: { "aws:RequestedRegion": [region, ...(copyRegion ? [copyRegion] : [])] } },
    },
    protect ? deny("DataStays", deletions) : [],
  );
}

/** The stack's own cluster; and what its role does for nodes, whose profile EKS names. */
function cluster(scope: IdentityScope): IamStatement[] {
  return [
    allow("Cluster", ["eks-auth:AssumeRoleForPodIdentity", "eks:*"], ownNames(scope).kubernetes),
    allow(
      "Nodes",
      ["iam:AddRoleToInstanceProfile"],
      [`arn:${scope.partition}:iam::${scope.accountId}:instance-profile/eks*`],
    ),
    deny("ClusterAccess", clusterAccess),
  ];
}

function policyPrefix({ accountId, context, partition }: IdentityScope): string {
  return `arn:${partition}:iam::${accountId}:policy/${context.application}-${context.stack}-`;
}
