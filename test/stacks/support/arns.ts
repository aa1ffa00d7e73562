/** The account and region of the stacks that are built under mocks. */
export const testAccount = "123456789012";
const region = "us-west-2";

interface Named {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

const regional = (service: string, rest: unknown) => `arn:aws:${service}:${region}:${testAccount}:${rest}`;
const global = (service: string, rest: unknown) => `arn:aws:${service}::${testAccount}:${rest}`;
const byId = (service: string, kind: string) => (name: string) => regional(service, `${kind}/${name}-id`);

/**
 * The ARN of each type of resource, from its physical name where AWS does so, else from an id, which the mocks make of the logical
 * name (`<name>-id`). Source: Service Authorization Reference, "Resource types defined by ...".
 */
const forms: Readonly<Record<string, (name: string, inputs: Readonly<Record<string, unknown>>) => string>> = {
  "aws:acm/certificate:Certificate": byId("acm", "certificate"),
  "aws:backup/plan:Plan": (name) => regional("backup", `backup-plan:${name}-id`),
  "aws:backup/vault:Vault": (_, { name }) => regional("backup", `backup-vault:${name}`),
  "aws:budgets/budget:Budget": (_, { name }) => global("budgets", `budget/${name}`),
  "aws:cloudwatch/logGroup:LogGroup": (_, { name }) => regional("logs", `log-group:${name}`),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (_, { name }) => regional("cloudwatch", `alarm:${name}`),
  "aws:codebuild/project:Project": (_, { name }) => regional("codebuild", `project/${name}`),
  "aws:ec2/eip:Eip": byId("ec2", "elastic-ip"),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": byId("ec2", "security-group"),
  "aws:ec2/flowLog:FlowLog": byId("ec2", "vpc-flow-log"),
  "aws:ec2/internetGateway:InternetGateway": byId("ec2", "internet-gateway"),
  "aws:ec2/natGateway:NatGateway": byId("ec2", "natgateway"),
  "aws:ec2/routeTable:RouteTable": byId("ec2", "route-table"),
  "aws:ec2/securityGroup:SecurityGroup": byId("ec2", "security-group"),
  "aws:ec2/subnet:Subnet": byId("ec2", "subnet"),
  "aws:ec2/vpc:Vpc": byId("ec2", "vpc"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": byId("ec2", "vpc-endpoint"),
  "aws:ecr/repository:Repository": (_, { name }) => regional("ecr", `repository/${name}`),
  "aws:ecs/cluster:Cluster": (_, { name }) => regional("ecs", `cluster/${name}`),
  "aws:ecs/service:Service": (_, { cluster, name }) =>
    regional("ecs", `service/${String(cluster).split("/").at(-1)}/${name}`),
  "aws:ecs/taskDefinition:TaskDefinition": (_, { family }) => regional("ecs", `task-definition/${family}:1`),
  "aws:eks/accessEntry:AccessEntry": byId("eks", "access-entry"),
  "aws:eks/addon:Addon": (_, { addonName, clusterName }) => regional("eks", `addon/${clusterName}/${addonName}/id`),
  "aws:eks/cluster:Cluster": (_, { name }) => regional("eks", `cluster/${name}`),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": byId("eks", "podidentityassociation"),
  "aws:elasticache/parameterGroup:ParameterGroup": (_, { name }) => regional("elasticache", `parametergroup:${name}`),
  "aws:elasticache/replicationGroup:ReplicationGroup": (_, { replicationGroupId }) =>
    regional("elasticache", `replicationgroup:${replicationGroupId}`),
  "aws:elasticache/subnetGroup:SubnetGroup": (_, { name }) => regional("elasticache", `subnetgroup:${name}`),
  "aws:elasticache/user:User": (_, { userId }) => regional("elasticache", `user:${userId}`),
  "aws:elasticache/userGroup:UserGroup": (_, { userGroupId }) => regional("elasticache", `usergroup:${userGroupId}`),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (_, { url }) =>
    global("iam", `oidc-provider/${String(url).replace("https://", "")}`),
  "aws:iam/policy:Policy": (_, { name }) => global("iam", `policy/${name}`),
  "aws:iam/role:Role": (_, { name }) => global("iam", `role/${name}`),
  "aws:kms/alias:Alias": (_, { name }) => regional("kms", name),
  "aws:kms/key:Key": byId("kms", "key"),
  "aws:lb/listener:Listener": byId("elasticloadbalancing", "listener/app"),
  "aws:lb/listenerRule:ListenerRule": byId("elasticloadbalancing", "listener-rule/app"),
  "aws:lb/loadBalancer:LoadBalancer": (id, { name }) =>
    regional("elasticloadbalancing", `loadbalancer/app/${name}/${id}`),
  "aws:lb/targetGroup:TargetGroup": (id, { name }) => regional("elasticloadbalancing", `targetgroup/${name}/${id}`),
  "aws:rds/instance:Instance": (_, { identifier }) => regional("rds", `db:${identifier}`),
  "aws:rds/parameterGroup:ParameterGroup": (_, { name }) => regional("rds", `pg:${name}`),
  "aws:rds/subnetGroup:SubnetGroup": (_, { name }) => regional("rds", `subgrp:${name}`),
  "aws:route53/zone:Zone": (name) => `arn:aws:route53:::hostedzone/${name}-id`,
  "aws:s3/bucket:Bucket": (_, { bucket }) => `arn:aws:s3:::${bucket}`,
  "aws:secretsmanager/secret:Secret": (_, { name }) => regional("secretsmanager", `secret:${name}-AbCdEf`),
  "aws:sns/topic:Topic": (_, { name }) => regional("sns", name),
  "aws:wafv2/webAcl:WebAcl": byId("wafv2", "regional/webacl"),
};

/** The ARN of a resource; undefined for what has none. */
export function arnOf({ inputs, name, type }: Named): string | undefined {
  return forms[type]?.(name, inputs);
}
