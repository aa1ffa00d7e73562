import { fits } from "../../glob.ts";
import { identityDocumentTypes, identityStatements, isBoundary, isEverything } from "../../grants.ts";
import type { StackRule } from "../../rule.ts";
import { isBinding } from "../../trust.ts";

/** Actions that give away data, secrets, or the identity that has them. */
const revealing: readonly string[] = [
  "dynamodb:BatchGetItem",
  "dynamodb:GetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "elasticache:Connect",
  "kinesis:GetRecords",
  "kms:CreateGrant",
  "kms:Decrypt",
  "logs:FilterLogEvents",
  "logs:GetLogEvents",
  "rds-data:ExecuteStatement",
  "rds-db:connect",
  "s3:GetObject",
  "secretsmanager:BatchGetSecretValue",
  "secretsmanager:GetSecretValue",
  "sqs:ReceiveMessage",
  "ssm:GetParameter",
  "ssm:GetParameters",
  "ssm:GetParametersByPath",
  "sts:AssumeRole",
];

/** Every key, secret, role and database user of an account, and every password that RDS keeps. */
const allOfAKind =
  /^arn:[^:]*:(kms|secretsmanager|iam|rds-db|ssm):[^:]*:[^:]*:(key\/|secret:(rds!(db|cluster)-)?|role\/|dbuser:|parameter\/)\*+(\/\*+)?$/;

export const iamDataAccess: StackRule = {
  name: "iam-data-access",
  title: "Data is read where it is named",
  severity: "critical",
  category: "identity",
  scope: "stack",
  description:
    "Whoever may read data, secrets or keys, or take on roles, may do so with those that are named or meet a condition.",
  rationale:
    "One broken process then reads the secrets of every environment of the account, and decrypts all of its data.",
  remediation:
    "Name the secret, key, bucket or database user; where a pattern must do, bind it by a tag or an encryption context.",
  controls: ["SOC2 CC6.1", "SOC2 CC6.3", "ISO27001 A.8.3", "NIST AC-6", "NIST AC-3", "GDPR 25(2)"],
  appliesTo: identityDocumentTypes,
  judge: (resource, stack) =>
    identityStatements(resource)
      .filter(({ statement }) => statement.allows && !statement.conditions.some(isBinding))
      .filter(
        ({ statement: { notResources, resources } }) =>
          notResources.length > 0 || resources.some((each) => isEverything(each) || allOfAKind.test(each)),
      )
      .flatMap(({ name, statement }) => {
        // A service's wildcard alone is another policy's.
        const actions = statement.actions.filter((action) => !/^\*|:\*+$/.test(action));
        const given = revealing.filter((action) => actions.some((pattern) => fits(pattern, action)));
        return given.length === 0 ? [] : [`allows ${given.join(", ")} on all that there is in ${name}.`];
      })
      .filter(() => !isBoundary(resource, stack)),
};
