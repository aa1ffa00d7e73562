import { clusterStatements } from "./delivery-identity-cluster.ts";
import type { IdentityScope } from "./delivery-identity-plan.ts";
import { viewStatements } from "./delivery-identity-preview.ts";
import { owned, ownNames, stateStatements, tagged } from "./delivery-identity-scope.ts";
import { allow, type IamPolicy, type IamStatement, policy } from "./iam-policy.ts";

/**
 * What a deployment may do, by theme, each a managed policy. Things whose ARNs carry a name are this stack's by name, others by
 * the tag `Stack`: given as they are made, and required for every later change. The boundary narrows all of it once more.
 */
export function deployPolicies(scope: IdentityScope): Readonly<Record<string, IamPolicy>> {
  const onCluster = scope.platform === "eks";
  return {
    "deploy-view": policy(viewStatements(scope), stateStatements(scope, "write")),
    "deploy-network": policy(network(scope)),
    "deploy-data": policy(database(scope), buckets(scope), backup(scope)),
    "deploy-secrets": policy(secrets(scope), keys(scope)),
    "deploy-containers": policy(onCluster ? clusterStatements(scope) : containers(scope), images(scope)),
    // In a cluster an Ingress makes the load balancer, as the cluster's own role.
    "deploy-traffic": policy(onCluster ? [] : loadBalancer(scope), edge(scope)),
    "deploy-operation": policy(observation(scope), runner(scope)),
    "deploy-roles": policy(roles(scope)),
  };
}

/** Things that only their tag tells apart: made with the stack's tag, changed and tagged anew only when they have it. */
function byTag(scope: IdentityScope, sid: string, make: readonly string[], change: readonly string[]): IamStatement[] {
  return [allow(`${sid}Make`, make, ["*"], tagged(scope)), allow(`${sid}Change`, change, ["*"], owned(scope))];
}

function network(scope: IdentityScope): IamStatement[] {
  // What something is made in (the VPC of a subnet) is asked for by the same action as what is made.
  const make = [
    "ec2:AllocateAddress",
    "ec2:AuthorizeSecurityGroup*",
    ...creations.map((type) => `ec2:Create${type}`),
    "ec2:CreateTags",
  ];
  const change = [
    ...make.filter((action) => action !== "ec2:AllocateAddress"),
    ...["ec2:AssociateAddress", "ec2:AssociateRouteTable", "ec2:AssociateVpcCidrBlock", "ec2:AttachInternetGateway"],
    ...["ec2:Delete*", "ec2:DetachInternetGateway", "ec2:Disassociate*", "ec2:Modify*", "ec2:ReleaseAddress"],
    ...["ec2:ReplaceRoute*", "ec2:RevokeSecurityGroup*", "ec2:UpdateSecurityGroupRuleDescriptions*"],
  ];
  return [
    ...byTag(scope, "Network", make, change),
    // The default group of a new VPC has no tag yet when it is emptied.
    allow("DefaultGroup", ["ec2:CreateTags", "ec2:RevokeSecurityGroup*"], [arn(scope, "ec2", "security-group/*")], {
      Null: { "aws:ResourceTag/Stack": "true" },
    }),
  ];
}

/** What a network is made of (ec2:Create...). */
const creations: readonly string[] = [
  ...["FlowLogs", "InternetGateway", "NatGateway", "NetworkAcl*", "Route", "RouteTable"],
  ...["SecurityGroup", "Subnet", "Vpc", "VpcEndpoint"],
];

function database(scope: IdentityScope): IamStatement[] {
  const own = ownNames(scope);
  const rds = ["db:", "subgrp:", "pg:", "og:", "snapshot:", "es:"].flatMap((type) => own.regional("rds", type));
  // What a database has that names no option group of its own.
  rds.push(arn(scope, "rds", "og:default:*"));
  const cache = [
    "replicationgroup:",
    "cluster:",
    "subnetgroup:",
    "parametergroup:",
    "user:",
    "usergroup:",
    "snapshot:",
  ];
  return [
    allow(
      "Database",
      [
        ...["rds:AddTagsToResource", "rds:Create*", "rds:Delete*", "rds:Modify*", "rds:RebootDBInstance"],
        ...["rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup", "rds:StartDBInstance", "rds:StopDBInstance"],
      ],
      rds,
    ),
    allow(
      "Cache",
      [
        ...["elasticache:AddTagsToResource", "elasticache:Create*", "elasticache:Decrease*", "elasticache:Delete*"],
        ...["elasticache:Increase*", "elasticache:Modify*", "elasticache:RemoveTagsFromResource"],
        "elasticache:ResetCacheParameterGroup",
      ],
      cache.flatMap((type) => own.regional("elasticache", type)),
    ),
  ];
}

function secrets(scope: IdentityScope): IamStatement[] {
  const { databaseSecrets, secrets: named } = ownNames(scope);
  return [
    allow(
      "Secrets",
      [
        ...["secretsmanager:CreateSecret", "secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret"],
        ...["secretsmanager:GetSecretValue", "secretsmanager:PutResourcePolicy", "secretsmanager:PutSecretValue"],
        ...["secretsmanager:RestoreSecret", "secretsmanager:TagResource", "secretsmanager:UntagResource"],
        "secretsmanager:UpdateSecret*",
      ],
      named,
    ),
    // RDS makes the master's password in the caller's name; migrations read it.
    allow(
      "DatabaseSecretMade",
      ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      [databaseSecrets.resource],
    ),
    allow(
      "DatabaseSecret",
      ["secretsmanager:GetSecretValue", "secretsmanager:RotateSecret"],
      [databaseSecrets.resource],
      databaseSecrets.condition,
    ),
  ];
}

function keys(scope: IdentityScope): IamStatement[] {
  const alias = arn(scope, "kms", `alias/${scope.context.application}-${scope.context.stack}-*`);
  return [
    ...byTag(
      scope,
      "Keys",
      ["kms:CreateKey", "kms:TagResource"],
      [
        ...[
          "kms:*Alias",
          "kms:*KeyRotation",
          "kms:CancelKeyDeletion",
          "kms:DisableKey",
          "kms:EnableKey",
          "kms:PutKeyPolicy",
        ],
        ...["kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription"],
        // What a service does with the key on the way, when it makes a database, a secret, a vault.
        ...["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      ],
    ),
    allow("KeyGrants", ["kms:CreateGrant"], ["*"], {
      ...owned(scope),
      Bool: { "kms:GrantIsForAWSResource": "true" },
    }),
    allow("KeyNames", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], [alias]),
  ];
}

function buckets(scope: IdentityScope): IamStatement[] {
  const settings = ["s3:CreateBucket", "s3:DeleteBucket*", "s3:Put*Configuration", "s3:PutBucket*"];
  return [
    allow(
      "Buckets",
      [...settings, "s3:TagResource", "s3:UntagResource", "s3:PutObjectTagging"],
      ownNames(scope).buckets,
    ),
  ];
}

function backup(scope: IdentityScope): IamStatement[] {
  const { vaults } = ownNames(scope);
  const vault = ["backup:CreateBackupVault", "backup:DeleteBackupVault*", "backup:PutBackupVault*"];
  return [
    allow("BackupVaults", [...vault, "backup:TagResource", "backup:UntagResource"], vaults),
    allow("BackupStorage", ["backup-storage:MountCapsule"]),
    ...byTag(
      scope,
      "BackupPlans",
      ["backup:CreateBackupPlan", "backup:TagResource"],
      ["backup:*BackupPlan", "backup:*BackupSelection", "backup:TagResource", "backup:UntagResource"],
    ),
  ];
}

function containers(scope: IdentityScope): IamStatement[] {
  const own = ownNames(scope);
  const { application, stack } = scope.context;
  const cluster = `${application}-${stack}`;
  const inCluster = ["service", "task", "service-deployment", "service-revision"].map((type) =>
    arn(scope, "ecs", `${type}/${cluster}/*`),
  );
  const ecs = [
    "ecs:Create*",
    "ecs:Delete*",
    "ecs:PutClusterCapacityProviders",
    "ecs:TagResource",
    "ecs:UntagResource",
    "ecs:Update*",
  ];
  return [
    allow(
      "Containers",
      [...ecs, "ecs:RunTask", "ecs:StopTask", "ecs:StopServiceDeployment"],
      [...own.regional("ecs", "cluster/"), ...inCluster, ...own.parts("ecs", "task-definition/")],
    ),
    allow("TaskDefinitions", ["ecs:RegisterTaskDefinition", "ecs:TagResource"], own.parts("ecs", "task-definition/")),
    // These know no resource, and what they forget can be registered again.
    allow("TaskDefinitionsForgotten", ["ecs:DeregisterTaskDefinition"]),
    ...byTag(
      scope,
      "Scaling",
      ["application-autoscaling:RegisterScalableTarget", "application-autoscaling:TagResource"],
      [
        ...["application-autoscaling:Delete*", "application-autoscaling:DeregisterScalableTarget"],
        ...["application-autoscaling:Put*", "application-autoscaling:RegisterScalableTarget"],
        ...["application-autoscaling:TagResource", "application-autoscaling:UntagResource"],
      ],
    ),
  ];
}

function images(scope: IdentityScope): IamStatement[] {
  return [
    allow("ImageLogin", ["ecr:GetAuthorizationToken"]),
    allow(
      "Images",
      [
        ...["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:CreateRepository"],
        ...[
          "ecr:Delete*",
          "ecr:GetDownloadUrlForLayer",
          "ecr:InitiateLayerUpload",
          "ecr:Put*",
          "ecr:SetRepositoryPolicy",
        ],
        ...["ecr:TagResource", "ecr:UntagResource", "ecr:UploadLayerPart"],
      ],
      [ownNames(scope).path("ecr", "repository/")],
    ),
  ];
}

function loadBalancer(scope: IdentityScope): IamStatement[] {
  const make = ["Listener", "LoadBalancer", "Rule", "TargetGroup"].map((type) => `elasticloadbalancing:Create${type}`);
  const tag = "elasticloadbalancing:AddTags";
  return byTag(
    scope,
    "LoadBalancer",
    [...make, tag],
    [
      // A listener is made in a load balancer, a rule in a listener: both must be the stack's.
      ...["elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule", tag],
      ...[
        "elasticloadbalancing:*ListenerCertificates",
        "elasticloadbalancing:Delete*",
        "elasticloadbalancing:*Targets",
      ],
      ...["elasticloadbalancing:Modify*", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:Set*"],
    ],
  );
}

function edge(scope: IdentityScope): IamStatement[] {
  const { application, stack } = scope.context;
  const zones = [`arn:${scope.partition}:route53:::hostedzone/*`];
  // AWS writes names in lower case here; the second form is that of a certificate's validation.
  const names = (scope.hosts ?? []).map((host) => host.toLowerCase()).flatMap((host) => [host, `_*.${host}`]);
  const records: IamStatement[] =
    names.length === 0
      ? []
      : [
          allow("Records", ["route53:ChangeResourceRecordSets"], zones, {
            "ForAllValues:StringLike": { "route53:ChangeResourceRecordSetsNormalizedRecordNames": names },
            Null: { "route53:ChangeResourceRecordSetsNormalizedRecordNames": "false" },
          }),
        ];
  return [
    ...byTag(
      scope,
      "Certificates",
      ["acm:RequestCertificate", "acm:AddTagsToCertificate"],
      [
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:RemoveTagsFromCertificate",
        "acm:UpdateCertificateOptions",
      ],
    ),
    // A zone is deleted by an administrator: its name servers are written in the zone above it.
    allow("Zones", ["route53:ChangeTagsForResource", "route53:CreateHostedZone"]),
    ...records,
    allow(
      "Firewall",
      [
        ...["wafv2:*WebACL", "wafv2:DeleteLoggingConfiguration", "wafv2:PutLoggingConfiguration"],
        ...["wafv2:TagResource", "wafv2:UntagResource"],
      ],
      [
        arn(scope, "wafv2", `regional/webacl/${application}-${stack}/*`),
        arn(scope, "wafv2", `regional/webacl/${application}-${stack}-*/*`),
        // What it is put before, and the rules of Amazon's that it is made of.
        arn(scope, "elasticloadbalancing", `loadbalancer/app/${application}-${stack}/*`),
        arn(scope, "elasticloadbalancing", `loadbalancer/app/${application}-${stack}-*`),
        arn(scope, "wafv2", "regional/managedruleset/*/*"),
      ],
    ),
    allow("FirewallOfLoadBalancer", ["elasticloadbalancing:SetWebACL"], ["*"], owned(scope)),
  ];
}

function observation(scope: IdentityScope): IamStatement[] {
  const own = ownNames(scope);
  const { application, stack } = scope.context;
  const firewall = `log-group:aws-waf-logs-${application}-${stack}`;
  const groups = [
    own.path("logs", "log-group:/"),
    // Names that the services choose themselves.
    ...[firewall, `${firewall}:*`, `${firewall}-*`].map((each) => arn(scope, "logs", each)),
    ...["/*", "-*"].map((end) => arn(scope, "logs", `log-group:/aws/rds/instance/${application}-${stack}${end}`)),
    scope.platform === "eks"
      ? arn(scope, "logs", `log-group:/aws/eks/${application}-${stack}/*`)
      : arn(scope, "logs", `log-group:/aws/ecs/containerinsights/${application}-${stack}/*`),
  ];
  return [
    allow(
      "Logs",
      [
        ...["logs:*KmsKey", "logs:*RetentionPolicy", "logs:CreateLogGroup", "logs:DeleteLogGroup"],
        ...["logs:TagResource", "logs:UntagResource", "logs:GetLogEvents", "logs:FilterLogEvents"],
      ],
      groups,
    ),
    // The firewall's log is wired by these, which know no resource.
    allow("LogDelivery", ["logs:*LogDelivery", "logs:PutResourcePolicy"]),
    allow(
      "Alarms",
      ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
      own.parts("cloudwatch", "alarm:"),
    ),
    allow(
      "Topics",
      [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:SetTopicAttributes",
        "sns:Subscribe",
        "sns:TagResource",
        "sns:UntagResource",
      ],
      own.parts("sns", ""),
    ),
    allow(
      "Budget",
      ["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"],
      [`arn:${scope.partition}:budgets::${scope.accountId}:budget/${application}-${stack}-*`],
    ),
  ];
}

function runner(scope: IdentityScope): IamStatement[] {
  return [
    allow(
      "Runner",
      ["codebuild:*Webhook", "codebuild:CreateProject", "codebuild:DeleteProject", "codebuild:UpdateProject"],
      ownNames(scope).parts("codebuild", "project/"),
    ),
    allow(
      "RunnerConnection",
      ["GetConnection", "PassConnection", "UseConnection"].flatMap((action) =>
        connections.map((each) => `${each}:${action}`),
      ),
      connections.map((each) => arn(scope, each, "connection/*")),
    ),
  ];
}

/** The service that holds connections to GitHub has two names. */
const connections: readonly string[] = ["codeconnections", "codestar-connections"];

const byPlatform = {
  ecs: { users: ["ecs", "ecs-tasks"], linked: ["ecs", "ecs.application-autoscaling", "elasticloadbalancing"] },
  eks: { users: ["eks", "pods.eks"], linked: ["eks"] },
} as const;

const services = (...names: readonly string[]) => names.map((name) => `${name}.amazonaws.com`);

/** The services that roles of the stack are handed to. */
const roleUsers = ({ platform = "ecs" }: IdentityScope): readonly string[] =>
  services("backup", "codebuild", "monitoring.rds", "vpc-flow-logs", ...byPlatform[platform].users);

/** The services that bring their own role, made the first time that they are used in an account. */
const serviceLinked = ({ platform = "ecs" }: IdentityScope): readonly string[] =>
  services("backup", "elasticache", "rds", "wafv2", ...byPlatform[platform].linked);

function roles(scope: IdentityScope): IamStatement[] {
  const own = ownNames(scope);
  return [
    allow(
      "Roles",
      [
        ...["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"],
        ...["iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole"],
        ...["iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"],
      ],
      own.roles,
    ),
    allow(
      "Policies",
      ["iam:CreatePolicy*", "iam:DeletePolicy*", "iam:TagPolicy", "iam:UntagPolicy", "iam:SetDefaultPolicyVersion"],
      own.policies,
    ),
    allow("RolesHandedOver", ["iam:PassRole"], own.roles, {
      StringEquals: { "iam:PassedToService": roleUsers(scope) },
    }),
    allow(
      "ServiceRoles",
      ["iam:CreateServiceLinkedRole"],
      [`arn:${scope.partition}:iam::${scope.accountId}:role/aws-service-role/*`],
      { StringEquals: { "iam:AWSServiceName": serviceLinked(scope) } },
    ),
  ];
}

function arn({ accountId, partition, region }: IdentityScope, service: string, rest: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
}
