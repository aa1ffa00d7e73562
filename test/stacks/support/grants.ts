import { stateBucketName, stateKeyAlias, stateObjects } from "../../../delivery/backend/names.ts";
import { judge } from "../../support/iam-evaluator.ts";
import { arnOf } from "./arns.ts";
import { rolesOf } from "./policies.ts";
import { type BuiltStack, serverOf } from "./stacks.ts";

/** Something that a policy may be about. */
export interface Thing {
  readonly arn: string;
  /** What IAM knows of a request that is about it. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Everything of a stack that has an ARN, and the password that RDS keeps for it. */
export function thingsOf({ resources, stack }: BuiltStack): Thing[] {
  const context = { "aws:RequestedRegion": "us-west-2", "aws:ResourceTag/Stack": stack };
  const hosts = resources
    .filter(({ type }) => type === "aws:route53/record:Record")
    .map(({ inputs }) => String(inputs.name));
  const arns = resources.flatMap((resource) => {
    const arn = arnOf(resource);
    if (arn === undefined) return [];
    const alias = resources.find(
      ({ inputs, type }) => type === "aws:kms/alias:Alias" && inputs.targetKeyId === `${resource.name}-id`,
    );
    return [
      {
        arn,
        context: {
          ...context,
          ...(alias && {
            "kms:ResourceAliases": [String(alias.inputs.name)],
            "kms:CallerAccount": "123456789012",
            "kms:ViaService": "secretsmanager.us-west-2.amazonaws.com",
            "kms:GrantIsForAWSResource": "true",
          }),
          ...(arn.includes(":hostedzone/") && {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": hosts,
          }),
          ...(arn.includes(":role/") && { "iam:PassedToService": "ecs-tasks.amazonaws.com" }),
        },
      },
    ];
  });
  const servers = resources.filter(({ type }) => type === "aws:rds/instance:Instance");
  return [
    ...arns,
    ...servers.flatMap((server) => [
      {
        arn: `arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-${server.name}`,
        context: { ...context, "aws:ResourceTag/aws:rds:primaryDBInstanceArn": arnOf(server) ?? "" },
      },
      {
        arn: `arn:aws:rds-db:us-west-2:123456789012:dbuser:db-${serverOf(stack, server.name)}/teamflow_app`,
        context,
      },
    ]),
    ...stateOf(stack),
  ];
}

/** A stack's part of the one bucket with everybody's state, and the bucket's key as it is used for this stack's secrets. */
function stateOf(stack: string): Thing[] {
  const place = { application: "teamflow", accountId: "123456789012", region: "us-west-2" };
  const context = { "aws:RequestedRegion": "us-west-2" };
  return [
    ...stateObjects(stack).map((pattern) => ({
      arn: `arn:aws:s3:::${stateBucketName(place)}/${pattern.replaceAll("*", "x")}`,
      context,
    })),
    {
      arn: "arn:aws:kms:us-west-2:123456789012:key/state",
      context: {
        ...context,
        "kms:ResourceAliases": [stateKeyAlias(place.application)],
        "kms:EncryptionContext:Stack": stack,
      },
    },
  ];
}

/** What the roles of a stack may do to things, each statement judged by itself within the role's boundary. */
export function grants(stack: BuiltStack, things: readonly Thing[]): string[] {
  return rolesOf(stack).flatMap(({ boundary, name, policies }) =>
    policies
      .flatMap(({ document }) => document.Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap((statement) => {
        const document = { Version: "2012-10-17" as const, Statement: [statement] };
        const identity = { policies: [document], ...(boundary && { boundary }) };
        return things.flatMap(({ arn, context }) =>
          actionsOn(arn, statement.Action ?? [])
            .filter((action) => judge(identity, { action, resource: arn, context }) === "allowed")
            .map((action) => `${name} may ${action} ${arn} (${statement.Sid})`),
        );
      }),
  );
}

/** Those of a statement's actions that can be about a thing: a wildcard stands for any action of its service. */
function actionsOn(arn: string, actions: readonly string[]): string[] {
  const service = arn.split(":")[2] ?? "";
  return actions
    .filter((action) => action === "*" || action.startsWith(`${service}:`))
    .filter((action) => !withoutResource.includes(action))
    .map((action) => (action === "*" ? `${service}:Anything` : action.replaceAll("*", "Anything")));
}

/**
 * Actions that are about no resource, so that IAM compares none, or about the account's one provider of GitHub's identities.
 * Source: Service Authorization Reference.
 */
const withoutResource = ["ecr:GetAuthorizationToken", "iam:GetOpenIDConnectProvider", "logs:DescribeLogGroups"];

/** As ARNs are matched in policies: `*` and `?` are wildcards. */
export function matches(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(arn);
}
