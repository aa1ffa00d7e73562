import { statementsOf } from "../../iam.ts";
import { namedBy } from "../../relations.ts";
import { environmentOf, type JudgedResource } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

/** What holds data, or the key to it, and may stand beside that of another environment in one stack. */
const dataTypes: readonly string[] = [
  "aws:dynamodb/table:Table",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/user:User",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
];

export const environmentRoles: StackRule = {
  name: "environment-roles",
  title: "Roles keep to their environment",
  severity: "critical",
  category: "isolation",
  scope: "stack",
  description: "A role of pre-production is allowed nothing on production's data, and the other way round.",
  rationale:
    "The two share a stack and a cluster: their roles are all that keeps a release candidate away from customers' data.",
  remediation:
    "Name the database, cache and secrets of the role's own environment, or tag the role with the environment that it serves.",
  controls: ["ISO27001 A.8.31", "ISO27001 A.8.3", "SOC2 CC6.3", "NIST AC-3", "NIST AC-4", "GDPR 25(2)"],
  appliesTo: ["aws:iam/rolePolicy:RolePolicy"],
  environments: ["preProduction", "production"],
  judge: (resource, stack) => {
    const [role] = namedBy(resource, "role", stack.ofType("aws:iam/role:Role"));
    if (!role) return [];
    const own = environmentOf(role);
    const allowed = statementsOf(resource.props.policy)
      .filter(({ allows }) => allows)
      .flatMap(({ resources }) => resources);
    return stack
      .ofType(...dataTypes)
      .filter(
        (data) =>
          environmentOf(data) !== own && namesOf(data).some((name) => allowed.some((each) => means(each, name))),
      )
      .map((data) => `lets a role of ${own} at ${data.name}, which is ${environmentOf(data)}'s.`);
  },
};

/** Whether a statement's resource is what bears the name, or a part of it. */
function means(resource: string, name: string): boolean {
  return (
    resource === name || resource.includes(`:${name}`) || ["*", "/", ":"].some((end) => resource.startsWith(name + end))
  );
}

/** What policies call it: its ARN, the secret that RDS makes for it, and the id by which one logs in to a database. */
function namesOf({ props }: JudgedResource): readonly string[] {
  const ids = ["resourceId", "clusterResourceId"]
    .flatMap((property) => textsOf(props[property]))
    .map((id) => `dbuser:${id}/`);
  const secrets = recordsOf(props.masterUserSecrets).flatMap(({ secretArn }) => textsOf(secretArn));
  return [...textsOf(props.arn), ...secrets, ...ids].filter((name) => name !== "");
}
