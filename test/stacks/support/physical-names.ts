import type { BuiltStack } from "./stacks.ts";

type Resource = BuiltStack["resources"][number];

/**
 * By which inputs a type of resource is told apart in an account: two stacks must never ask for the same. A second input makes
 * the name: a record is a host and a type.
 */
const named: Readonly<Record<string, readonly string[]>> = {
  "aws:backup/plan:Plan": ["name"],
  "aws:backup/vault:Vault": ["name"],
  "aws:budgets/budget:Budget": ["name"],
  "aws:cloudwatch/logGroup:LogGroup": ["name"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name"],
  "aws:ec2/securityGroup:SecurityGroup": ["name"],
  "aws:ecr/repository:Repository": ["name"],
  "aws:ecs/cluster:Cluster": ["name"],
  "aws:ecs/service:Service": ["name"],
  "aws:ecs/taskDefinition:TaskDefinition": ["family"],
  "aws:eks/cluster:Cluster": ["name"],
  "aws:elasticache/parameterGroup:ParameterGroup": ["name"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["replicationGroupId"],
  "aws:elasticache/subnetGroup:SubnetGroup": ["name"],
  "aws:elasticache/user:User": ["userId"],
  "aws:elasticache/userGroup:UserGroup": ["userGroupId"],
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": ["url"],
  "aws:iam/policy:Policy": ["name"],
  "aws:iam/role:Role": ["name"],
  "aws:kms/alias:Alias": ["name"],
  "aws:lb/loadBalancer:LoadBalancer": ["name"],
  "aws:lb/targetGroup:TargetGroup": ["name"],
  "aws:rds/instance:Instance": ["identifier"],
  "aws:rds/parameterGroup:ParameterGroup": ["name"],
  "aws:rds/subnetGroup:SubnetGroup": ["name"],
  "aws:route53/record:Record": ["name", "type"],
  "aws:route53/zone:Zone": ["name"],
  "aws:s3/bucket:Bucket": ["bucket"],
  "aws:secretsmanager/secret:Secret": ["name"],
  "aws:sns/topic:Topic": ["name"],
  "aws:wafv2/webAcl:WebAcl": ["name"],
  "github:index/actionsVariable:ActionsVariable": ["repository", "variableName"],
  "github:index/repositoryEnvironment:RepositoryEnvironment": ["repository", "environment"],
  "github:index/repositoryRuleset:RepositoryRuleset": ["repository", "name"],
};

/** Types that stand for a database in a server. */
const migrated = ["pulumi-nodejs:dynamic/slipway:Migrations", "pulumi-nodejs:dynamic/slipway:ReleaseStore"];

/** Types whose identity AWS chooses, or that belong to exactly one resource of the same stack and have no name beside it. */
const nameless: ReadonlySet<string> = new Set([
  "aws:acm/certificate:Certificate",
  "aws:acm/certificateValidation:CertificateValidation",
  "aws:appautoscaling/policy:Policy",
  "aws:appautoscaling/target:Target",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/route:Route",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
  "aws:backup/selection:Selection",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  "aws:backup/vaultNotifications:VaultNotifications",
  "aws:eks/accessEntry:AccessEntry",
  "aws:eks/addon:Addon",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:kms/key:Key",
  "aws:lb/listener:Listener",
  "aws:lb/listenerRule:ListenerRule",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
  "pulumi-nodejs:dynamic/slipway:Flags",
  "pulumi-nodejs:dynamic/slipway:GeneratedSecret",
  "pulumi:pulumi:StackReference",
  "random:index/randomId:RandomId",
]);

/**
 * What a stack calls things in the account, in GitHub and in its database server: `aws:iam/role:Role teamflow-staging-deploy`.
 * @throws Error for a type that neither list knows: whoever adds one says here how it is told apart.
 */
export function physicalNames({ resources }: BuiltStack): string[] {
  return resources.filter(isBuilt).flatMap(({ inputs, name, type }) => {
    if (migrated.includes(type)) return [`database ${databaseOf(inputs)}`];
    const keys = named[type];
    // What stands in another region than the stack's own is told apart by that as well.
    const elsewhere = typeof inputs.region === "string" ? [inputs.region] : [];
    if (keys) return [[type, ...keys.map((key) => String(inputs[key] ?? `unnamed ${name}`)), ...elsewhere].join(" ")];
    // Each stack has a cluster to itself.
    if (nameless.has(type) || type.startsWith("kubernetes:")) return [];
    throw new Error(`physical-names.ts does not know how ${type} (${name}) is told apart from another stack's`);
  });
}

/** Whether it stands for something outside the engine: no component, no connection. */
export function isBuilt({ type }: Resource): boolean {
  return !type.startsWith("slipway:index:") && !type.startsWith("pulumi:providers:");
}

/** Server and name: each server may have a database of the same name. */
function databaseOf({ database }: Readonly<Record<string, unknown>>): string {
  const { database: name, host } = database as { readonly database: string; readonly host: string };
  return `${host} ${name}`;
}
