import type { NamingContext } from "../infra/naming.ts";

/** What a key is for. Each purpose has a key of its own, so that whoever may use one can read nothing of another. */
export type KeyPurpose =
  | "alarms"
  | "backup"
  | "cache"
  | "database"
  | "kubernetes"
  | "logs"
  | "registry"
  | "secrets"
  | "storage";

/** Where the keys are and whose they are. */
export interface KeyScope {
  readonly context: NamingContext;
  /** 12 digits. */
  readonly accountId: string;
  readonly region: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. @default "aws" */
  readonly partition?: string | undefined;
}

interface Purpose {
  readonly description: string;
  /** Services that use the key in the name of whoever calls them; the first part of their `kms:ViaService` name. */
  readonly via: readonly string[];
  /** Statements beyond those that every key has. */
  readonly more?: (scope: KeyScope) => readonly object[];
}

/**
 * Sources: each service's page on encryption at rest (RDS, ElastiCache, ECR, Secrets Manager, S3, Backup: `kms:ViaService`; CloudWatch
 * Logs: "Encrypt log data using AWS KMS"; SNS: "Enable compatibility between event sources and encrypted topics").
 */
const purposes: Readonly<Record<KeyPurpose, Purpose>> = {
  database: { description: "The databases, their backups and their performance data", via: ["rds"] },
  cache: { description: "The caches and their snapshots", via: ["elasticache"] },
  logs: { description: "The log groups", via: ["logs"], more: (scope) => [logService(scope), sessions(scope)] },
  secrets: { description: "The secrets in Secrets Manager", via: ["secretsmanager"] },
  registry: { description: "The images in ECR", via: ["ecr"] },
  alarms: { description: "The messages of the alarms' topic", via: ["sns"], more: (scope) => [alarmSources(scope)] },
  backup: { description: "The backups in the vault", via: ["backup", "rds"] },
  storage: { description: "The objects in S3", via: ["s3"] },
  kubernetes: { description: "The Secrets in Kubernetes", via: ["eks"], more: (scope) => [clusterGrant(scope)] },
};

/** What consoles show of a key. */
export function describeKey(purpose: KeyPurpose, { application, stack }: NamingContext): string {
  return `${purposes[purpose].description} of ${application} ${stack}`;
}

/**
 * The policy of a key. The account's administrators manage it but cannot decrypt with it; it encrypts and decrypts only for
 * identities of the account that IAM permits to, and only through the services of its purpose.
 */
export function planKeyPolicy(purpose: KeyPurpose, scope: KeyScope): string {
  const { more, via } = purposes[purpose];
  const statements = [administration(scope), useThrough(via, scope), ...(more?.(scope) ?? [])];
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const cryptography = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"];

const account = ({ accountId, partition = "aws" }: KeyScope) => ({ AWS: `arn:${partition}:iam::${accountId}:root` });

/** Everything but cryptography and grants. With PutKeyPolicy in it, nobody can be locked out for good. */
const administration = (scope: KeyScope) => ({
  Sid: "Administration",
  Effect: "Allow",
  Principal: account(scope),
  Action: [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
  ],
  Resource: "*",
});

const useThrough = (services: readonly string[], scope: KeyScope) => ({
  Sid: "UseThroughServices",
  Effect: "Allow",
  Principal: account(scope),
  Action: [...cryptography, "kms:CreateGrant", "kms:DescribeKey"],
  Resource: "*",
  Condition: {
    StringEquals: {
      "kms:CallerAccount": scope.accountId,
      "kms:ViaService": services.map((service) => `${service}.${scope.region}.amazonaws.com`),
    },
  },
});

/** CloudWatch Logs calls in its own name, and says for which group: those of this stack, by their names. */
function logService({ accountId, context, partition = "aws", region }: KeyScope) {
  const own = `${context.application}-${context.stack}`;
  const groups = [
    `/${context.application}/${context.stack}/*`,
    `/aws/*/${own}`,
    `/aws/*/${own}/*`,
    `/aws/*/${own}-*`,
    `aws-waf-logs-${own}`,
  ];
  return {
    Sid: "LogGroups",
    Effect: "Allow",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: [...cryptography, "kms:Describe*"],
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": groups.map(
          (group) => `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`,
        ),
      },
    },
  };
}

/** A session of ECS Exec is encrypted by both its ends themselves, through no service; IAM says which roles may. */
const sessions = (scope: KeyScope) => ({
  Sid: "ExecSessions",
  Effect: "Allow",
  Principal: account(scope),
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: "*",
  Condition: { StringEquals: { "kms:CallerAccount": scope.accountId } },
});

/**
 * Whoever makes a cluster lets EKS use the key, by a grant and for good; EKS user guide, "Encrypt Kubernetes secrets with KMS": the caller
 * needs `kms:DescribeKey` and `kms:CreateGrant`. Only a service of AWS's can be the one that asks for such a grant.
 */
const clusterGrant = (scope: KeyScope) => ({
  Sid: "GrantToCluster",
  Effect: "Allow",
  Principal: account(scope),
  Action: ["kms:CreateGrant"],
  Resource: "*",
  Condition: {
    StringEquals: { "kms:CallerAccount": scope.accountId },
    Bool: { "kms:GrantIsForAWSResource": "true" },
  },
});

/** The services that publish to the topic, in this account's name. */
const alarmSources = ({ accountId }: KeyScope) => ({
  Sid: "AlarmSources",
  Effect: "Allow",
  Principal: { Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"] },
  Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
  Resource: "*",
  Condition: { StringEquals: { "aws:SourceAccount": accountId } },
});
