import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { ACMClient, DescribeCertificateCommand, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  BackupClient,
  CreateBackupVaultCommand,
  DescribeBackupVaultCommand,
  GetBackupVaultNotificationsCommand,
  PutBackupVaultLockConfigurationCommand,
  PutBackupVaultNotificationsCommand,
} from "@aws-sdk/client-backup";
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  CreateWebhookCommand,
  DeleteProjectCommand,
} from "@aws-sdk/client-codebuild";
import {
  CreateFlowLogsCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeFlowLogsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServiceDeploymentsCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  ServiceNotFoundException,
} from "@aws-sdk/client-ecs";
import {
  CreateCacheParameterGroupCommand,
  CreateReplicationGroupCommand,
  CreateUserCommand,
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  DescribeReplicationGroupsCommand,
  DescribeUsersCommand,
  ElastiCacheClient,
  ModifyCacheParameterGroupCommand,
  ModifyReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import { CreateHostedZoneCommand, GetDNSSECCommand, Route53Client } from "@aws-sdk/client-route-53";
import {
  CreateWebACLCommand,
  GetLoggingConfigurationCommand,
  PutLoggingConfigurationCommand,
  WAFV2Client,
} from "@aws-sdk/client-wafv2";
import { removeRoots } from "../support.ts";
import { cacheBinary, type LocalAws, startAws } from "./support.ts";

describe("local AWS: what MiniStack lacks (sandbox/aws/gaps)", function () {
  // Servers are started and answered to, beside whatever else the machine does.
  this.timeout(180_000);
  let aws: LocalAws;

  before(async () => {
    aws = await startAws();
  });
  after(removeRoots);

  it("acm_options: a certificate's options read back with their defaults, and it is issued at once", async () => {
    const acm = new ACMClient(aws.config);
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: "a.example", ValidationMethod: "DNS" }),
    );
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    assert.equal(Certificate?.Options?.CertificateTransparencyLoggingPreference, "ENABLED");
    assert.equal(Certificate?.Status, "ISSUED");
  });

  it("application_autoscaling: targets, policies and tags are kept, and go together", async () => {
    const scaling = new ApplicationAutoScalingClient(aws.config);
    const target = {
      ServiceNamespace: "ecs" as const,
      ResourceId: "service/main/backend",
      ScalableDimension: "ecs:service:DesiredCount" as const,
    };
    const policy = { PolicyName: "cpu", PolicyType: "TargetTrackingScaling" as const };
    await assert.rejects(scaling.send(new PutScalingPolicyCommand({ ...target, ...policy })), {
      name: "ObjectNotFoundException",
    });
    const { ScalableTargetARN = "" } = await scaling.send(
      new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 4, Tags: { A: "b" } }),
    );
    const TargetTrackingScalingPolicyConfiguration = { TargetValue: 60 };
    await scaling.send(new PutScalingPolicyCommand({ ...target, ...policy, TargetTrackingScalingPolicyConfiguration }));
    const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
    assert.deepEqual(ScalingPolicies?.[0]?.TargetTrackingScalingPolicyConfiguration, { TargetValue: 60 });
    const { Tags } = await scaling.send(new ListTagsForResourceCommand({ ResourceARN: ScalableTargetARN }));
    assert.deepEqual(Tags, { A: "b" });
    await scaling.send(new DeregisterScalableTargetCommand(target));
    const left = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
    const policies = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
    assert.deepEqual([left.ScalableTargets, policies.ScalingPolicies], [[], []]);
  });

  it("backup_vaults: a vault's lock and notifications read back", async () => {
    const backup = new BackupClient(aws.config);
    const BackupVaultName = "main";
    await backup.send(new CreateBackupVaultCommand({ BackupVaultName }));
    await backup.send(
      new PutBackupVaultLockConfigurationCommand({ BackupVaultName, MinRetentionDays: 7, ChangeableForDays: 3 }),
    );
    const SNSTopicArn = "arn:aws:sns:us-west-2:000000000000:alarms";
    const notifications = { SNSTopicArn, BackupVaultEvents: ["BACKUP_JOB_FAILED" as const] };
    await backup.send(new PutBackupVaultNotificationsCommand({ BackupVaultName, ...notifications }));
    const vault = await backup.send(new DescribeBackupVaultCommand({ BackupVaultName }));
    assert.deepEqual([vault.Locked, vault.MinRetentionDays], [true, 7]);
    assert.ok((vault.LockDate?.getTime() ?? 0) > Date.now() + 2 * 86_400_000);
    const kept = await backup.send(new GetBackupVaultNotificationsCommand({ BackupVaultName }));
    assert.deepEqual([kept.SNSTopicArn, kept.BackupVaultEvents], Object.values(notifications));
  });

  it("cloudwatch_alarms: an alarm with metric math or a percentile has no statistic of its own", async () => {
    const cloudwatch = new CloudWatchClient(aws.config);
    const common = { ComparisonOperator: "GreaterThanThreshold" as const, EvaluationPeriods: 1, Threshold: 1 };
    const metric = { Namespace: "AWS/RDS", MetricName: "CPUUtilization" };
    const Metrics = [
      { Id: "e1", Expression: "m1 / 2", ReturnData: true },
      { Id: "m1", MetricStat: { Metric: metric, Period: 60, Stat: "Sum" }, ReturnData: false },
    ];
    await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName: "math", ...common, Metrics }));
    const percentile = { ...metric, Period: 60, ExtendedStatistic: "p99" };
    await cloudwatch.send(new PutMetricAlarmCommand({ AlarmName: "percentile", ...common, ...percentile }));
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    const [math, other] = MetricAlarms ?? [];
    assert.deepEqual([math?.Metrics?.length, math?.Statistic, math?.Period, math?.MetricName], [2, ...Array(3)]);
    assert.deepEqual([other?.Statistic, other?.ExtendedStatistic, other?.Period], [undefined, "p99", 60]);
  });

  it("codebuild_projects: a project's network, logs and webhook read back, and its ARN deletes it", async () => {
    const codebuild = new CodeBuildClient(aws.config);
    const vpcConfig = { vpcId: "vpc-1", subnets: ["subnet-1"], securityGroupIds: ["sg-1"] };
    const { project } = await codebuild.send(
      new CreateProjectCommand({
        name: "runner",
        source: { type: "GITHUB", location: "https://github.com/teamflow/teamflow" },
        artifacts: { type: "NO_ARTIFACTS" },
        environment: { type: "LINUX_CONTAINER", image: "x", computeType: "BUILD_GENERAL1_SMALL" },
        serviceRole: "arn:aws:iam::000000000000:role/x",
        queuedTimeoutInMinutes: 30,
        vpcConfig,
        logsConfig: { cloudWatchLogs: { status: "ENABLED", groupName: "/runner" } },
      }),
    );
    const filterGroups = [[{ type: "EVENT" as const, pattern: "WORKFLOW_JOB_QUEUED" }]];
    await codebuild.send(new CreateWebhookCommand({ projectName: "runner", filterGroups }));
    const { projects } = await codebuild.send(new BatchGetProjectsCommand({ names: ["runner"] }));
    assert.deepEqual(projects?.[0]?.vpcConfig, vpcConfig);
    assert.deepEqual([projects?.[0]?.queuedTimeoutInMinutes, projects?.[0]?.webhook?.filterGroups], [30, filterGroups]);
    await codebuild.send(new DeleteProjectCommand({ name: project?.arn }));
  });

  it("codeconnections: a connection and its tags are kept", async () => {
    const ask = async (operation: string, body: unknown) => {
      const answer = await fetch(aws.config.endpoint, {
        method: "POST",
        headers: {
          "x-amz-target": `CodeConnections_20231201.${operation}`,
          authorization: "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-west-2/codeconnections/aws4_request",
        },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const Tags = [{ Key: "A", Value: "b" }];
    const { ConnectionArn } = await ask("CreateConnection", { ConnectionName: "github", ProviderType: "GitHub", Tags });
    const { Connection } = await ask("GetConnection", { ConnectionArn });
    assert.equal((Connection as { ConnectionStatus: string }).ConnectionStatus, "AVAILABLE");
    assert.deepEqual(await ask("ListTagsForResource", { ResourceArn: ConnectionArn }), { Tags });
  });

  it("ec2_flow_logs, ec2_vpc_endpoints: role, interval, policy, private names and groups read back", async () => {
    const ec2 = new EC2Client(aws.config);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const DeliverLogsPermissionArn = "arn:aws:iam::000000000000:role/flow";
    const flow = {
      TrafficType: "ALL" as const,
      LogGroupName: "/flow",
      DeliverLogsPermissionArn,
      MaxAggregationInterval: 60,
    };
    const Tags = [{ Key: "Stack", Value: "staging" }];
    const TagSpecifications = [{ ResourceType: "vpc-flow-log" as const, Tags }];
    await ec2.send(
      new CreateFlowLogsCommand({ ResourceType: "VPC", ResourceIds: [Vpc?.VpcId ?? ""], TagSpecifications, ...flow }),
    );
    const { FlowLogs } = await ec2.send(new DescribeFlowLogsCommand({}));
    for (const [name, value] of Object.entries(flow)) assert.equal(FlowLogs?.[0]?.[name as keyof typeof flow], value);
    assert.deepEqual(FlowLogs?.[0]?.Tags, Tags);
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: Vpc?.VpcId,
        VpcEndpointType: "Interface",
        ServiceName: "com.amazonaws.us-west-2.logs",
        PrivateDnsEnabled: true,
        SecurityGroupIds: ["sg-1"],
        PolicyDocument,
      }),
    );
    const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({}));
    const [endpoint] = VpcEndpoints ?? [];
    assert.deepEqual([endpoint?.PolicyDocument, endpoint?.PrivateDnsEnabled], [PolicyDocument, true]);
    assert.deepEqual(
      endpoint?.Groups?.map(({ GroupId }) => GroupId),
      ["sg-1"],
    );
  });

  it("ecs_service_deployments: a service's deployment is found by whoever started it, with how it goes", async () => {
    const ecs = new ECSClient(aws.config);
    const cluster = "deployments";
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "web",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [{ name: "web", image: "web@sha256:1" }],
      }),
    );
    const before = new Date(Date.now() - 60_000);
    const { service } = await ecs.send(
      new CreateServiceCommand({ cluster, serviceName: "web", taskDefinition: "web", desiredCount: 1 }),
    );
    const id = service?.deployments?.[0]?.id?.split("/")[1] ?? "none";
    const list = async (createdAt: { after?: Date; before?: Date }) =>
      (await ecs.send(new ListServiceDeploymentsCommand({ cluster, service: "web", createdAt }))).serviceDeployments;
    const [found] = (await list({ after: before })) ?? [];
    assert.ok(found?.targetServiceRevisionArn?.includes(id), "by the service's own deployment");
    assert.deepEqual(await list({ before }), []);
    const { serviceDeployments } = await ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [found?.serviceDeploymentArn ?? ""] }),
    );
    assert.equal(serviceDeployments?.[0]?.status, "SUCCESSFUL");
    const unknown = new DescribeServiceDeploymentsCommand({
      serviceDeploymentArns: ["arn:aws:ecs:x:0:service-deployment/a/b/c"],
    });
    assert.equal((await ecs.send(unknown)).failures?.[0]?.reason, "MISSING");
    await assert.rejects(
      ecs.send(new ListServiceDeploymentsCommand({ cluster, service: "none" })),
      ServiceNotFoundException,
    );
  });

  it("elasticache_users, elasticache_parameters: IAM users and the parameters that a user set", async () => {
    const cache = new ElastiCacheClient(aws.config);
    const AccessString = "on ~* &* +@all";
    const user = { UserId: "app", UserName: "app", Engine: "valkey" as const, AccessString };
    await cache.send(new CreateUserCommand({ ...user, AuthenticationMode: { Type: "iam" } }));
    const { Users } = await cache.send(new DescribeUsersCommand({ UserId: "app" }));
    assert.deepEqual([Users?.[0]?.AccessString, Users?.[0]?.Authentication?.Type], [AccessString, "iam"]);
    const group = { CacheParameterGroupName: "ours" };
    await cache.send(
      new CreateCacheParameterGroupCommand({ ...group, CacheParameterGroupFamily: "valkey8", Description: "x" }),
    );
    const ParameterNameValues = [{ ParameterName: "maxmemory-policy", ParameterValue: "volatile-ttl" }];
    await cache.send(new ModifyCacheParameterGroupCommand({ ...group, ParameterNameValues }));
    const { Parameters } = await cache.send(new DescribeCacheParametersCommand({ ...group, Source: "user" }));
    assert.deepEqual(
      Parameters?.map(({ ParameterName }) => ParameterName),
      ["maxmemory-policy"],
    );
  });

  it("elasticache_groups, _nodes, _servers: a group reads back, and is a cache that answers over TLS", async function () {
    if (!cacheBinary) this.skip();
    const cache = new ElastiCacheClient(aws.config);
    const ReplicationGroupId = "main";
    const KmsKeyId = "arn:aws:kms:us-west-2:000000000000:key/1";
    await cache.send(
      new CreateReplicationGroupCommand({
        ReplicationGroupId,
        ReplicationGroupDescription: "x",
        Engine: "valkey",
        NumCacheClusters: 2,
        AtRestEncryptionEnabled: true,
        TransitEncryptionEnabled: true,
        KmsKeyId,
      }),
    );
    const modification = { ReplicationGroupId, PreferredMaintenanceWindow: "mon:01:00-mon:02:00" };
    await cache.send(new ModifyReplicationGroupCommand({ ...modification, AutoMinorVersionUpgrade: true }));
    const { ReplicationGroups } = await cache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }));
    const [group] = ReplicationGroups ?? [];
    assert.deepEqual([group?.KmsKeyId, group?.MemberClusters], [KmsKeyId, ["main-001", "main-002"]]);
    const nodes = await cache.send(new DescribeCacheClustersCommand({ CacheClusterId: "main-002" }));
    const [node] = nodes.CacheClusters ?? [];
    assert.deepEqual([node?.PreferredMaintenanceWindow, node?.AutoMinorVersionUpgrade], ["mon:01:00-mon:02:00", true]);
    const { Address = "", Port = 0 } = group?.NodeGroups?.[0]?.PrimaryEndpoint ?? {};
    assert.equal(await ping(Address, Port), "+PONG\r\n");
  });

  it("route53_dnssec: no zone is signed", async () => {
    const route53 = new Route53Client(aws.config);
    const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ Name: "a.example", CallerReference: "1" }));
    const { Status } = await route53.send(new GetDNSSECCommand({ HostedZoneId: HostedZone?.Id?.split("/").at(-1) }));
    assert.equal(Status?.ServeSignature, "NOT_SIGNING");
  });

  it("wafv2_logging: a logging configuration reads back", async () => {
    const waf = new WAFV2Client(aws.config);
    const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: "x" };
    const acl = { Name: "main", Scope: "REGIONAL" as const, DefaultAction: { Allow: {} }, VisibilityConfig };
    const { Summary } = await waf.send(new CreateWebACLCommand(acl));
    const ResourceArn = Summary?.ARN;
    const LogDestinationConfigs = ["arn:aws:logs:us-west-2:000000000000:log-group:aws-waf-logs-x"];
    await waf.send(
      new PutLoggingConfigurationCommand({ LoggingConfiguration: { ResourceArn, LogDestinationConfigs } }),
    );
    const { LoggingConfiguration } = await waf.send(new GetLoggingConfigurationCommand({ ResourceArn }));
    assert.deepEqual(LoggingConfiguration?.LogDestinationConfigs, LogDestinationConfigs);
  });

  function ping(host: string, port: number): Promise<string> {
    const ca = readFileSync(aws.env.PGSSLROOTCERT ?? "");
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host, port, ca }, () => socket.write("*1\r\n$4\r\nPING\r\n"));
      socket.once("error", reject);
      socket.once("data", (answer: Buffer) => {
        resolve(answer.toString());
        socket.destroy();
      });
    });
  }
});
