import { type Statement, statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { demandsOneOf } from "../../trust.ts";

const role = "aws:iam/role:Role";
const permission = "aws:lambda/permission:Permission";

/**
 * Services that say for whom they assume a role, each by its guide's "Cross-service confused deputy prevention". Those that are not
 * here (ec2, ecs, lambda and others) say nothing, so that a condition would lock them out.
 */
const telling: readonly string[] = [
  "backup",
  "bedrock",
  "cloudtrail",
  "codebuild",
  "config",
  "datasync",
  "ecs-tasks",
  "eks",
  "firehose",
  "glue",
  "logs",
  "monitoring.rds",
  "pipes",
  "pods.eks",
  "sagemaker",
  "scheduler",
  "ssm",
  "states",
  "transfer",
  "vpc-flow-logs",
];

/** Conditions that say for whose sake a service acts. Pod identities carry their cluster as a tag, KMS what is encrypted. */
const origin =
  /^(aws:Source(Account|Arn|OrgID|OrgPaths)|aws:RequestTag\/(eks-cluster-arn|kubernetes-.+)|kms:(CallerAccount|EncryptionContext(:.+)?))$/i;

export const confusedDeputy: ResourceRule = {
  name: "confused-deputy",
  title: "Services act for this account only",
  severity: "medium",
  category: "identity",
  description: "What lets a service of AWS act says for which account or resource it may.",
  rationale:
    "The service acts for all its customers: another one can point it at this role, topic or key, and it obeys.",
  remediation: "Demand aws:SourceAccount, and aws:SourceArn where the resource is known.",
  controls: ["SOC2 CC6.3", "ISO27001 A.5.15", "NIST AC-3", "NIST AC-6"],
  appliesTo: [
    role,
    permission,
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    "aws:kms/key:Key",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:secretsmanager/secretPolicy:SecretPolicy",
    "aws:sns/topic:Topic",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
  ],
  judge: ({ props, type }) => {
    if (type === permission) {
      const { principal, principalOrgId, sourceAccount, sourceArn } = props;
      const isService = typeof principal === "string" && principal.endsWith(".amazonaws.com");
      return isService && !sourceArn && !sourceAccount && !principalOrgId
        ? [`lets ${principal} act for any account.`]
        : [];
    }
    return statementsOf(type === role ? props.assumeRolePolicy : props.policy).flatMap((statement, index) =>
      statement.allows && !demandsOneOf(statement, origin)
        ? deputies(statement, type === role).map(
            (service) => `lets ${service} act for any account in ${statementName(statement, index)}.`,
          )
        : [],
    );
  },
};

function deputies({ principals }: Statement, onlyTelling: boolean): readonly string[] {
  return (principals.Service ?? []).filter((service) => {
    const name = service.replace(/\.amazonaws\.com(\.cn)?$/, "").replace(/\.[a-z]{2}(-[a-z]+)+-[0-9]$/, "");
    return !onlyTelling || telling.includes(name);
  });
}
