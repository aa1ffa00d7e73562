import * as aws from "@pulumi/aws";
import { account, flawsOf, kept, keyArn, type Program, policyOf, region, tags, tlsOnly } from "./program.ts";

const certificate = `arn:aws:acm:${region}:${account}:certificate/6f0a1c9e-2222-4333-8444-555566667777`;
const targets = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/shop/0123456789abcdef`;
const aclArn = `arn:aws:wafv2:us-east-1:${account}:global/webacl/shop/0f4c1c9e-1111-4222-8333-444455556666`;
const subnets = ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"];

function program(): void {
  balancers();
  distributions();
  messages();
  new aws.ecs.TaskDefinition("gallery", {
    family: "gallery",
    containerDefinitions: JSON.stringify([
      {
        name: "gallery",
        user: "10001",
        image: `${account}.dkr.ecr.${region}.amazonaws.com/gallery@sha256:${"a".repeat(64)}`,
        readonlyRootFilesystem: true,
        logConfiguration: { logDriver: "awslogs" },
      },
    ]),
    volumes: [{ name: "photos", efsVolumeConfiguration: { fileSystemId: "fs-0123456789abcdef0" } }],
    tags,
  });
}

function balancers(): void {
  const front = new aws.lb.LoadBalancer("front", { name: "front", subnets, desyncMitigationMode: "monitor" });
  new aws.lb.Listener("front-http", {
    loadBalancerArn: front.arn,
    port: 80,
    protocol: "HTTP",
    defaultActions: [{ type: "forward", targetGroupArn: targets }],
    tags,
  });
  new aws.lb.Listener("front-https", {
    loadBalancerArn: front.arn,
    port: 443,
    protocol: "HTTPS",
    certificateArn: certificate,
    sslPolicy: "ELBSecurityPolicy-2016-08",
    defaultActions: [{ type: "forward", targetGroupArn: targets }],
    tags,
  });
  new aws.lb.TargetGroup("front-targets", {
    name: "front",
    port: 8080,
    protocol: "HTTP",
    vpcId: "vpc-0a1b2c3d4e5f60718",
    healthCheck: { path: "/", matcher: "200-499" },
    tags,
  });
  const shop = new aws.lb.LoadBalancer("shop", {
    name: "shop",
    subnets,
    dropInvalidHeaderFields: true,
    enableDeletionProtection: true,
    enableZonalShift: true,
    accessLogs: { bucket: "shop-access-logs", enabled: true },
    tags,
  });
  new aws.wafv2.WebAclAssociation("shop-firewall", { resourceArn: shop.arn, webAclArn: aclArn });
  new aws.cloudwatch.MetricAlarm("shop-errors", {
    name: "shop-errors",
    namespace: "AWS/ApplicationELB",
    metricName: "HTTPCode_ELB_5XX_Count",
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 1,
    period: 60,
    statistic: "Sum",
    threshold: 10,
    dimensions: { LoadBalancer: shop.arnSuffix },
    alarmActions: [`arn:aws:sns:${region}:${account}:alarms`],
    tags,
  });
  new aws.lb.Listener("shop-http", {
    loadBalancerArn: shop.arn,
    port: 80,
    protocol: "HTTP",
    defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
    tags,
  });
  new aws.lb.Listener("shop-https", {
    loadBalancerArn: shop.arn,
    port: 443,
    protocol: "HTTPS",
    certificateArn: certificate,
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    defaultActions: [{ type: "forward", targetGroupArn: targets }],
    tags,
  });
  new aws.wafv2.WebAcl("sieve", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: { cloudwatchMetricsEnabled: false, metricName: "sieve", sampledRequestsEnabled: false },
    tags,
  });
}

function distributions(): void {
  const behavior = { allowedMethods: ["GET", "HEAD"], cachedMethods: ["GET", "HEAD"], targetOriginId: "shop" };
  const origin = { httpPort: 80, httpsPort: 443, originSslProtocols: ["TLSv1.2"] };
  new aws.cloudfront.Distribution("site", {
    enabled: true,
    origins: [
      {
        originId: "shop",
        domainName: "origin.shop.example",
        customOriginConfig: { ...origin, originProtocolPolicy: "http-only" },
      },
    ],
    defaultCacheBehavior: { ...behavior, viewerProtocolPolicy: "allow-all" },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
  });
  new aws.cloudfront.Distribution("assets", {
    enabled: true,
    origins: [
      {
        originId: "shop",
        domainName: "origin.shop.example",
        customOriginConfig: { ...origin, originProtocolPolicy: "https-only" },
      },
    ],
    defaultCacheBehavior: {
      ...behavior,
      viewerProtocolPolicy: "redirect-to-https",
      responseHeadersPolicyId: "67f7725c-6f97-4210-82d7-5512b31e9d03",
    },
    defaultRootObject: "index.html",
    loggingConfig: { bucket: "shop-access-logs.s3.amazonaws.com" },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: {
      acmCertificateArn: certificate,
      minimumProtocolVersion: "TLSv1.2_2021",
      sslSupportMethod: "sni-only",
    },
    webAclId: aclArn,
    tags,
  });
}

function messages(): void {
  const events = new aws.sns.Topic("events", { name: "events" });
  new aws.sns.TopicPolicy("events-publishers", {
    arn: events.arn,
    policy: policyOf({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sns:Publish", Resource: "*" }),
  });
  new aws.sns.TopicSubscription("events-webhook", {
    topic: events.arn,
    protocol: "http",
    endpoint: "http://hooks.shop.example/events",
  });
  const payments = new aws.sns.Topic("payments", {
    name: "payments",
    kmsMasterKeyId: keyArn,
    signatureVersion: 2,
    tags,
  });
  new aws.sns.TopicPolicy("payments-policy", {
    arn: payments.arn,
    policy: policyOf(tlsOnly(`arn:aws:sns:${region}:${account}:payments`, "sns:Publish")),
  });
  const jobs = new aws.sqs.Queue("jobs", { name: "jobs", sqsManagedSseEnabled: false });
  new aws.sqs.QueuePolicy("jobs-senders", {
    queueUrl: jobs.id,
    policy: policyOf({ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }),
  });
  const mails = new aws.sqs.Queue("mails", { name: "mails", kmsMasterKeyId: keyArn, tags });
  new aws.sqs.QueuePolicy("mails-policy", {
    queueUrl: mails.id,
    policy: policyOf(
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: `arn:aws:sqs:${region}:${account}:mails`,
        Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:sns:${region}:${account}:payments` } },
      },
      tlsOnly(`arn:aws:sqs:${region}:${account}:mails`, "sqs:*"),
    ),
  });
  new aws.kinesis.Stream("clicks", { name: "clicks", shardCount: 1 });
  new aws.kinesis.Stream(
    "orders",
    { name: "orders", shardCount: 1, encryptionType: "KMS", kmsKeyId: keyArn, tags },
    kept,
  );
}

export const plainTraffic: Program = {
  name: "plain traffic",
  program,
  flaws: [
    ...flawsOf(
      "front",
      ["required-tags", "resource-alarms", "zonal-shift"],
      [
        ["CKV2_AWS_28", "has no firewall", ["firewall"]],
        ["CKV_AWS_91", "has no access log", ["access-logs"]],
        ["CKV_AWS_131", "passes invalid headers on", ["header-handling"], "invalid headers"],
        ["CKV_AWS_328", "passes ambiguous requests on", ["header-handling"], "ambiguous"],
        ["CKV_AWS_150", "has no deletion protection", ["deletion-protection"]],
      ],
    ),
    ...flawsOf("front-http", [], [["CKV_AWS_2", "answers plain HTTP", ["plain-http"]]]),
    ...flawsOf("front-https", [], [["CKV_AWS_103", "takes TLS 1.0", ["listener-tls"]]]),
    ...flawsOf("front-targets", [], [["CKV_AWS_261", "has a health check that cannot fail", ["target-group-health"]]]),
    ...flawsOf(
      "sieve",
      [],
      [
        ["CKV_AWS_192", "does not block known bad inputs", ["firewall-rules"], "KnownBadInputs"],
        ["CKV2_AWS_31", "has no log", ["firewall-logs"], "log"],
      ],
    ),
    ...flawsOf(
      "site",
      ["required-tags"],
      [
        ["CKV_AWS_34", "answers plain HTTP", ["distribution-tls"], "plain HTTP without"],
        ["CKV_AWS_174", "takes TLS older than 1.2", ["distribution-tls"], "older"],
        ["Security Hub CloudFront.9", "speaks HTTP to its origin", ["distribution-tls"], "origin"],
        ["CKV_AWS_68", "has no firewall", ["firewall"]],
        ["CKV_AWS_86", "has no access log", ["access-logs"]],
        ["CKV2_AWS_32", "sends no security headers", []],
      ],
    ),
    ...flawsOf(
      "events",
      ["message-signatures", "required-tags", "requests-over-tls"],
      [["CKV_AWS_26", "is not encrypted", ["message-encryption"]]],
    ),
    ...flawsOf("events-publishers", [], [["CKV_AWS_169", "lets anybody publish", ["public-policies"]]]),
    ...flawsOf(
      "events-webhook",
      [],
      [["Prowler sns_subscription_not_using_http_endpoints", "delivers over plain HTTP", ["subscription-delivery"]]],
    ),
    ...flawsOf(
      "jobs",
      ["required-tags", "requests-over-tls"],
      [["CKV_AWS_27", "is not encrypted", ["message-encryption"]]],
    ),
    ...flawsOf("jobs-senders", [], [["CKV_AWS_168", "is open to everybody", ["public-policies"]]]),
    ...flawsOf("clicks", ["required-tags"], [["CKV_AWS_43", "is not encrypted", ["message-encryption"]]]),
    ...flawsOf("gallery", [], [["CKV_AWS_97", "mounts its files without TLS", ["file-system-tls"]]]),
  ],
};
