import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags, tlsOnly } from "./program.ts";

const image = `${account}.dkr.ecr.${region}.amazonaws.com/shop@sha256:${"a".repeat(64)}`;

function program(): void {
  trails();
  logs();
  network();
  alarms();
  containers();
  budgets();
  detection();
}

function trails(): void {
  new aws.cloudtrail.Trail("trail", { name: "trail", s3BucketName: "shop-trail", includeGlobalServiceEvents: false });
  new aws.cloudtrail.Trail("audit-trail", {
    name: "audit",
    s3BucketName: "shop-audit-trail",
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
    kmsKeyId: keyArn,
    tags,
  });
}

function logs(): void {
  new aws.cloudwatch.LogGroup("requests", { name: "/shop/requests" });
  new aws.cloudwatch.LogGroup("audits", { name: "/shop/audits", retentionInDays: 30, kmsKeyId: keyArn, tags });
  new aws.cloudwatch.LogGroup("ledger-log", { name: "/shop/ledger", retentionInDays: 400, kmsKeyId: keyArn, tags });
}

function network(): void {
  const vpc = new aws.ec2.Vpc("core", { cidrBlock: "10.30.0.0/16", tags });
  new aws.ec2.DefaultSecurityGroup("core-default", { vpcId: vpc.id, ingress: [], egress: [], tags });
  for (const [index, zone] of ["a", "b", "c"].entries())
    new aws.ec2.Subnet(`core-${zone}`, {
      vpcId: vpc.id,
      cidrBlock: `10.30.${index}.0/24`,
      availabilityZone: `${region}${zone}`,
      tags,
    });
  new aws.ec2.FlowLog("core-flows", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: `arn:aws:logs:${region}:${account}:log-group:/shop/flows`,
    iamRoleArn: `arn:aws:iam::${account}:role/flows`,
    tags,
  });
  const branch = new aws.ec2.Vpc("branch", { cidrBlock: "10.40.0.0/16", tags });
  new aws.ec2.DefaultSecurityGroup("branch-default", {
    vpcId: branch.id,
    ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }],
    egress: [],
    tags,
  });
  new aws.ec2.FlowLog("branch-flows", {
    vpcId: branch.id,
    trafficType: "ALL",
    logDestination: `arn:aws:logs:${region}:${account}:log-group:/shop/flows`,
    iamRoleArn: `arn:aws:iam::${account}:role/flows`,
    tags,
  });
}

function alarms(): void {
  const alarm = { comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 1, threshold: 1, period: 60 };
  const pager = new aws.sns.Topic("pager", { name: "pager", kmsMasterKeyId: keyArn, signatureVersion: 2, tags });
  new aws.sns.TopicPolicy("pager-policy", {
    arn: pager.arn,
    policy: policyOf(tlsOnly(`arn:aws:sns:${region}:${account}:pager`, "sns:Publish")),
  });
  new aws.sns.TopicSubscription("pager-duty", {
    topic: pager.arn,
    protocol: "https",
    endpoint: "https://pager.shop.example/alarms",
  });
  new aws.cloudwatch.MetricAlarm("failures", {
    ...alarm,
    name: "failures",
    namespace: "Shop",
    metricName: "Failures",
    statistic: "Sum",
    alarmActions: [pager.arn],
    tags,
  });
  new aws.cloudwatch.MetricAlarm("latency", {
    ...alarm,
    name: "latency",
    namespace: "Shop",
    metricName: "Latency",
    statistic: "Average",
    actionsEnabled: false,
    tags,
  });
}

function containers(): void {
  new aws.ecs.Cluster("jobs", { name: "jobs" });
  new aws.ecs.Cluster("shop-cluster", {
    name: "shop",
    settings: [{ name: "containerInsights", value: "enhanced" }],
    configuration: {
      executeCommandConfiguration: {
        kmsKeyId: keyArn,
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: "/shop/sessions" },
      },
    },
    tags,
  });
  new aws.ecs.TaskDefinition("importer", {
    family: "importer",
    pidMode: "host",
    containerDefinitions: JSON.stringify([{ name: "importer", image, privileged: true, user: "root" }]),
    tags,
  });
  new aws.ecs.TaskDefinition("exporter", {
    family: "exporter",
    containerDefinitions: JSON.stringify([
      {
        name: "exporter",
        image,
        user: "10001",
        readonlyRootFilesystem: true,
        linuxParameters: { capabilities: { drop: ["ALL"] } },
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/shop/exporter" } },
      },
    ]),
    tags,
  });
}

function budgets(): void {
  const budget = { budgetType: "COST", limitAmount: "500", limitUnit: "USD", timeUnit: "MONTHLY" };
  const notification = {
    comparisonOperator: "GREATER_THAN",
    thresholdType: "PERCENTAGE",
    subscriberEmailAddresses: ["costs@shop.example"],
  };
  new aws.budgets.Budget("monthly", {
    ...budget,
    name: "monthly",
    notifications: [
      { ...notification, notificationType: "ACTUAL", threshold: 80 },
      { ...notification, notificationType: "FORECASTED", threshold: 100 },
    ],
    tags,
  });
}

function detection(): void {
  new aws.guardduty.Detector("watch", { enable: false });
  new aws.cfg.Recorder("inventory", {
    name: "inventory",
    roleArn: `arn:aws:iam::${account}:role/config`,
    recordingGroup: { allSupported: false, resourceTypes: ["AWS::EC2::Instance"] },
  });
  new aws.apigateway.Stage("api", { restApi: "a1b2c3d4e5", deployment: "f6g7h8", stageName: "live" });
  new aws.sfn.StateMachine(
    "checkout",
    {
      name: "checkout",
      roleArn: `arn:aws:iam::${account}:role/checkout`,
      definition: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } }),
      tags,
    },
    kept,
  );
}

export const blindOperations: Program = {
  name: "blind operations",
  program,
  flaws: [
    ...flawsOf(
      "trail",
      ["required-tags"],
      [
        ["CKV_AWS_67", "records one region", ["trail"], "one region"],
        ["CKV_AWS_36", "cannot be verified", ["trail"], "verified"],
        ["CKV_AWS_35", "has no key", ["trail"], "KMS"],
      ],
    ),
    ...flawsOf(
      "requests",
      ["required-tags"],
      [
        ["CKV_AWS_66", "names no retention", ["log-retention"]],
        ["CKV_AWS_158", "has no key of its own", ["log-keys"]],
      ],
    ),
    ...flawsOf("audits", [], [["CKV_AWS_338", "keeps its records for a month", ["log-retention"]]]),
    ...flawsOf("branch", [], [["CKV2_AWS_12", "has rules in its default group", ["default-security-group"]]]),
    ...flawsOf("latency", [], [["CKV_AWS_319", "tells nobody", ["alarm-actions"]]]),
    ...flawsOf(
      "jobs",
      ["log-keys", "required-tags"],
      [
        ["CKV_AWS_65", "has no Container Insights", ["container-insights"]],
        ["CKV_AWS_224", "records no sessions", ["session-logs"]],
      ],
    ),
    ...flawsOf(
      "importer",
      ["task-root-user"],
      [
        ["Security Hub ECS.9", "has no log", ["container-logs"]],
        ["CKV_AWS_334", "has a privileged container", ["task-privileges"]],
        ["CKV_AWS_335", "shares the host's processes", ["task-host-namespaces"]],
        ["CKV_AWS_336", "writes to its root filesystem", ["task-root-filesystem"]],
      ],
    ),
    ...flawsOf("watch", [], [["CKV_AWS_238", "watches nothing", []]]),
    ...flawsOf("inventory", [], [["CKV2_AWS_48", "records machines alone", []]]),
    ...flawsOf("api", [], [["CKV_AWS_76", "has no access log", []]]),
    ...flawsOf("checkout", [], [["CKV_AWS_285", "has no log of its executions", []]]),
  ],
};
