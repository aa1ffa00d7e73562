import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const vpc = on("aws:ec2/vpc:Vpc");
const trail = on("aws:cloudtrail/trail:Trail");
const eks = on("aws:eks/cluster:Cluster");
const instance = on("aws:rds/instance:Instance");
const documents = on("aws:docdb/cluster:Cluster");
const parameters = on("aws:rds/parameterGroup:ParameterGroup");
const task = on("aws:ecs/taskDefinition:TaskDefinition");
const ecs = on("aws:ecs/cluster:Cluster");
const logGroup = on("aws:cloudwatch/logGroup:LogGroup");
const balancer = on("aws:lb/loadBalancer:LoadBalancer");
const distribution = on("aws:cloudfront/distribution:Distribution");
const webAcl = on("aws:wafv2/webAcl:WebAcl");
const cache = on("aws:elasticache/replicationGroup:ReplicationGroup");
const project = on("aws:codebuild/project:Project");
const alarm = on("aws:cloudwatch/metricAlarm:MetricAlarm");
const topic = on("aws:sns/topic:Topic");
const bucket = on("aws:s3/bucket:Bucket");

const flowLog = (trafficType: string) => ({
  type: "aws:ec2/flowLog:FlowLog",
  name: "log",
  from: { vpcId: ["it"] },
  props: { trafficType },
});
const parametersOf = (values: Readonly<Record<string, string>>) => ({
  family: "postgres17",
  parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});
const audited = {
  log_connections: "1",
  log_disconnections: "1",
  shared_preload_libraries: "pg_stat_statements,pgaudit",
  "pgaudit.log": "ddl,role",
};
const sessions = (executeCommandConfiguration: unknown) => ({ configuration: { executeCommandConfiguration } });
const measured = { visibilityConfig: { cloudwatchMetricsEnabled: true } };
const webAclLog = (...headers: readonly string[]) => ({
  type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
  name: "log",
  from: { resourceArn: ["it"] },
  props: { redactedFields: headers.map((name) => ({ singleHeader: { name } })) },
});
const watch = (dimensions: unknown) => ({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  name: "alarm",
  props: { dimensions },
});
const publishes = { type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: "alarm", from: { alarmActions: ["it"] } };
const hears = { type: "aws:sns/topicSubscription:TopicSubscription", name: "mail", from: { topic: ["it"] } };

export const loggingCases: Cases = {
  "flow-logs": [
    vpc.accepts("one with all of it", { tags: {} }, { others: [flowLog("ALL")] }),
    vpc.refuses("one without", { tags: {} }, ["has no flow log."]),
    vpc.refuses("one of what is refused", {}, ["records a part of its traffic alone."], {
      others: [flowLog("REJECT")],
    }),
  ],
  trail: [
    trail.accepts("a whole one", { isMultiRegionTrail: true, enableLogFileValidation: true, kmsKeyId: "key" }),
    trail.refuses("the default", { name: "main" }, [
      "records one region alone.",
      "cannot be verified.",
      "has no KMS key.",
    ]),
    trail.refuses(
      "one that is off",
      {
        enableLogging: false,
        includeGlobalServiceEvents: false,
        isMultiRegionTrail: true,
        enableLogFileValidation: true,
        kmsKeyId: "key",
      },
      ["records nothing.", "leaves out IAM and other global services."],
    ),
  ],
  "cluster-logs": [
    eks.accepts("the three", { enabledClusterLogTypes: ["api", "audit", "authenticator"] }),
    eks.refuses("the default", { name: "main" }, ["does not write the logs api, audit, authenticator."]),
    eks.refuses("two", { enabledClusterLogTypes: ["api", "authenticator"] }, ["does not write the logs audit."]),
  ],
  "database-logs": [
    instance.accepts("the log", { engine: "postgres", enabledCloudwatchLogsExports: ["postgresql"] }),
    documents.accepts("the audit log", { enabledCloudwatchLogsExports: ["audit"] }),
    instance.refuses("none", { engine: "postgres" }, ['does not send its log "postgresql" to CloudWatch.']),
    instance.refuses("another", { engine: "mysql", enabledCloudwatchLogsExports: ["slowquery"] }, [
      'does not send its log "error" to CloudWatch.',
    ]),
    documents.refuses("none of documents", { clusterIdentifier: "main" }, [
      'does not send its log "audit" to CloudWatch.',
    ]),
  ],
  "database-audit": [
    parameters.accepts("both", parametersOf(audited)),
    parameters.accepts("another engine", { family: "mysql8.0" }),
    parameters.refuses("the default", { family: "postgres17" }, [
      "does not set log_connections.",
      "does not set log_disconnections.",
      "does not audit changes of schema and rights.",
    ]),
    parameters.refuses("one that is off", parametersOf({ ...audited, log_connections: "0" }), [
      "does not set log_connections.",
    ]),
    parameters.refuses("half the audit", parametersOf({ ...audited, "pgaudit.log": "ddl" }), [
      "does not audit changes of schema and rights.",
    ]),
  ],
  "database-log-values": [
    parameters.accepts(
      "statements alone",
      parametersOf({ log_min_duration_statement: "1000", log_parameter_max_length: "0" }),
    ),
    parameters.accepts("no statements", parametersOf({ log_min_duration_statement: "-1", log_statement: "none" })),
    parameters.refuses("the default", parametersOf({ log_min_duration_statement: "1000" }), [
      "logs the values of statements.",
    ]),
    parameters.refuses("values", parametersOf({ log_statement: "ddl", log_parameter_max_length: "-1" }), [
      "logs the values of statements.",
    ]),
  ],
  "database-insights": [
    instance.accepts("both", { performanceInsightsEnabled: true, monitoringInterval: 60 }),
    instance.refuses("the default", { engine: "postgres" }, [
      "keeps no performance data.",
      "does not report what its machine does.",
    ]),
    instance.refuses("one that is off", { performanceInsightsEnabled: true, monitoringInterval: 0 }, [
      "does not report what its machine does.",
    ]),
  ],
  "cache-logs": [
    cache.accepts("both", { logDeliveryConfigurations: [{ logType: "slow-log" }, { logType: "engine-log" }] }),
    cache.refuses("none", { engine: "valkey" }, ["does not send its engine-log.", "does not send its slow-log."]),
    cache.refuses("one", { logDeliveryConfigurations: [{ logType: "slow-log" }] }, ["does not send its engine-log."]),
  ],
  "container-logs": [
    task.accepts("one", {
      containerDefinitions: JSON.stringify([{ name: "app", logConfiguration: { logDriver: "awslogs" } }]),
    }),
    task.refuses("none", { containerDefinitions: JSON.stringify([{ name: "app" }]) }, [
      'has no log for its container "app".',
    ]),
    task.refuses(
      "one that goes nowhere",
      { containerDefinitions: JSON.stringify([{ name: "app", logConfiguration: { logDriver: "none" } }]) },
      ['has no log for its container "app".'],
    ),
  ],
  "session-logs": [
    ecs.accepts(
      "an encrypted one",
      sessions({
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: "/exec" },
      }),
    ),
    ecs.refuses("the default", { name: "main" }, ["records sessions in its containers in no log of their own."]),
    ecs.refuses("none", sessions({ logging: "NONE" }), ["does not record sessions in its containers."]),
    ecs.refuses("nowhere", sessions({ logging: "OVERRIDE" }), ["does not record sessions in its containers."]),
    ecs.refuses(
      "one that is not encrypted",
      sessions({ logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: "/exec" } }),
      ["records sessions in its containers unencrypted."],
    ),
  ],
  "container-insights": [
    ecs.accepts("them", { settings: [{ name: "containerInsights", value: "enhanced" }] }),
    ecs.refuses("the default", { name: "main" }, ["has no Container Insights."]),
    ecs.refuses("none", { settings: [{ name: "containerInsights", value: "disabled" }] }, [
      "has no Container Insights.",
    ]),
  ],
  "log-retention": [
    logGroup.accepts("a year", { retentionInDays: 365 }),
    logGroup.accepts("a month in staging", { retentionInDays: 30 }, { stack: "staging" }),
    logGroup.refuses("the default", { name: "app" }, ["keeps its records for ever."]),
    logGroup.refuses("for ever", { retentionInDays: 0 }, ["keeps its records for ever."]),
    logGroup.refuses("a month", { retentionInDays: 30 }, ["keeps its records for 30 days, not for 365."]),
    logGroup.refuses("a week in staging", { retentionInDays: 7 }, ["keeps its records for 7 days, not for 30."], {
      stack: "staging",
    }),
  ],
  "access-logs": [
    balancer.accepts("one", { accessLogs: { bucket: "logs", enabled: true } }),
    balancer.accepts("an internal one", { internal: true }),
    distribution.accepts(
      "a firewall that logs",
      { webAclId: "acl-arn" },
      {
        from: { webAclId: ["acl"] },
        others: [
          { type: "aws:wafv2/webAcl:WebAcl", name: "acl" },
          { ...webAclLog(), from: { resourceArn: ["acl"] } },
        ],
      },
    ),
    balancer.refuses("the default", { name: "main" }, ["has no access log."]),
    balancer.refuses("one that is off", { accessLogs: { bucket: "logs", enabled: false } }, ["has no access log."]),
    distribution.refuses("a distribution without", { enabled: true }, ["has no access log."]),
  ],
  "firewall-logs": [
    webAcl.accepts("a redacted one", measured, { others: [webAclLog("authorization", "cookie")] }),
    webAcl.refuses("none", {}, ["measures nothing.", "has no log."]),
    webAcl.refuses("one with sessions", measured, ["logs the header cookie."], {
      others: [webAclLog("Authorization")],
    }),
  ],
  "build-logs": [
    project.accepts("the default", { name: "app" }),
    project.accepts("one of both", { logsConfig: { s3Logs: { status: "DISABLED" } } }),
    project.refuses("none", { logsConfig: { cloudwatchLogs: { status: "DISABLED" } } }, ["writes no log."]),
    project.refuses("one in the clear", { logsConfig: { s3Logs: { status: "ENABLED", encryptionDisabled: true } } }, [
      "writes its log unencrypted.",
    ]),
  ],
  "resource-alarms": [
    instance.accepts("one", { identifier: "main" }, { others: [watch({ DBInstanceIdentifier: "main" })] }),
    cache.accepts(
      "one of a member",
      { replicationGroupId: "main" },
      { others: [watch({ CacheClusterId: "main-001" })] },
    ),
    balancer.accepts(
      "one in a formula",
      { arnSuffix: "app/main/1" },
      {
        others: [
          {
            type: "aws:cloudwatch/metricAlarm:MetricAlarm",
            name: "alarm",
            props: { metricQueries: [{ metric: { dimensions: { LoadBalancer: "app/main/1" } } }] },
          },
        ],
      },
    ),
    instance.accepts(
      "one whose dimensions are not known yet",
      { identifier: "main" },
      {
        others: [{ type: "aws:cloudwatch/metricAlarm:MetricAlarm", name: "alarm", from: { dimensions: ["it"] } }],
      },
    ),
    instance.refuses("none", { identifier: "main" }, ["has no alarm."]),
    instance.refuses("another's", { identifier: "main" }, ["has no alarm."], {
      others: [watch({ DBInstanceIdentifier: "other" })],
    }),
  ],
  "alarm-actions": [
    alarm.accepts("one", { alarmActions: ["topic"] }),
    alarm.refuses("none", { name: "cpu" }, ["tells nobody."]),
    alarm.refuses("one that is off", { actionsEnabled: false, alarmActions: ["topic"] }, ["tells nobody."]),
  ],
  "topic-subscriptions": [
    topic.accepts("one", { tags: {} }, { others: [publishes, hears] }),
    topic.accepts("a topic that no alarm publishes to", { tags: {} }),
    topic.refuses("none", { tags: {} }, ["has no subscriber."], { others: [publishes] }),
  ],
  "bucket-logs": [
    bucket.accepts(
      "one",
      { tags: {} },
      {
        others: [{ type: "aws:s3/bucketLogging:BucketLogging", name: "log", from: { bucket: ["it"] } }],
      },
    ),
    bucket.accepts(
      "one that receives them",
      { tags: {} },
      {
        others: [{ type: "aws:s3/bucketLogging:BucketLogging", name: "log", from: { targetBucket: ["it"] } }],
      },
    ),
    bucket.refuses("none", { bucket: "files" }, ["has no access log."]),
  ],
};
