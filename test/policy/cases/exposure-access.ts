import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const instance = on("aws:rds/instance:Instance");
const domain = on("aws:opensearch/domain:Domain");
const block = on("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
const bucketAcl = on("aws:s3/bucketAcl:BucketAcl");
const bucketPolicy = on("aws:s3/bucketPolicy:BucketPolicy");
const topicPolicy = on("aws:sns/topicPolicy:TopicPolicy");
const key = on("aws:kms/key:Key");
const permission = on("aws:lambda/permission:Permission");
const endpoint = on("aws:ec2/vpcEndpoint:VpcEndpoint");
const snapshot = on("aws:rds/snapshot:Snapshot");
const functionUrl = on("aws:lambda/functionUrl:FunctionUrl");
const balancer = on("aws:lb/loadBalancer:LoadBalancer");
const distribution = on("aws:cloudfront/distribution:Distribution");
const ingress = on("kubernetes:networking.k8s.io/v1:Ingress");
const webAcl = on("aws:wafv2/webAcl:WebAcl");

const allows = (more: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ Statement: [{ Sid: "Uses", Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...more }] });
const account = { StringEquals: { "aws:SourceAccount": "123456789012" } };
const open = ['admits everybody by statement "Uses".'];
const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const publicAlb = (more: Readonly<Record<string, string>> = {}) => ({
  metadata: {
    annotations: Object.fromEntries(
      Object.entries({ scheme: "internet-facing", ...more }).map(([name, value]) => [
        `alb.ingress.kubernetes.io/${name}`,
        value,
      ]),
    ),
  },
});

const managed = (name: string, overrideAction: unknown = { none: {} }) => ({
  name,
  overrideAction,
  statement: { managedRuleGroupStatement: { name, vendorName: "AWS" } },
});
const common = managed("AWSManagedRulesCommonRuleSet");
const badInputs = managed("AWSManagedRulesKnownBadInputsRuleSet");
const floods = (action: unknown) => ({ name: "floods", action, statement: { rateBasedStatement: { limit: 2000 } } });

export const exposureAccessCases: Cases = {
  "database-exposure": [
    instance.accepts("a private one", { publiclyAccessible: false }),
    instance.accepts("the default", { engine: "postgres" }),
    domain.accepts("a domain in a VPC", { vpcOptions: { subnetIds: ["subnet-1"] } }),
    instance.refuses("a public one", { publiclyAccessible: true }, ["has a public address."]),
    domain.refuses("a domain outside one", { domainName: "search" }, ["has a public address."]),
  ],
  "public-buckets": [
    block.accepts("all four", all),
    bucketAcl.accepts("a private one", { acl: "private" }),
    block.refuses("one that is left out", { ...all, restrictPublicBuckets: undefined }, [
      "opens public access: restrictPublicBuckets is not set.",
    ]),
    block.refuses("one that is off", { ...all, blockPublicPolicy: false }, [
      "opens public access: blockPublicPolicy is not set.",
    ]),
    bucketAcl.refuses("a public one", { acl: "public-read" }, ["is open to everybody by its ACL."]),
    on("aws:s3/bucket:Bucket").refuses(
      "a grant to all",
      { grants: [{ uri: "http://acs.amazonaws.com/groups/global/AllUsers" }] },
      ["is open to everybody by its ACL."],
    ),
  ],
  "public-policies": [
    bucketPolicy.accepts("a known principal", {
      policy: allows({ Principal: { AWS: "arn:aws:iam::123456789012:root" } }),
    }),
    topicPolicy.accepts("a narrowing condition", { policy: allows({ Principal: "*", Condition: account }) }),
    topicPolicy.accepts("what denies everybody", { policy: allows({ Effect: "Deny", Principal: "*" }) }),
    bucketPolicy.refuses("everybody", { policy: allows({ Principal: "*" }) }, open),
    key.refuses("every account", { policy: allows({ Principal: { AWS: "*" } }) }, open),
    bucketPolicy.refuses(
      "all but some",
      { policy: allows({ NotPrincipal: { AWS: "arn:aws:iam::123456789012:root" } }) },
      open,
    ),
    topicPolicy.refuses(
      "a condition that anybody meets",
      { policy: allows({ Principal: "*", Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/0"] } } }) },
      open,
    ),
    topicPolicy.refuses(
      "a condition on something else",
      { policy: allows({ Principal: "*", Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
      open,
    ),
  ],
  "service-principals": [
    topicPolicy.accepts("a source", {
      policy: allows({ Principal: { Service: "cloudwatch.amazonaws.com" }, Condition: account }),
    }),
    permission.accepts("a source", { principal: "events.amazonaws.com", sourceArn: "arn:aws:events:::rule/x" }),
    permission.accepts("an account", { principal: "123456789012" }),
    topicPolicy.refuses("none", { policy: allows({ Principal: { Service: "cloudwatch.amazonaws.com" } }) }, [
      'lets a service act for anybody by statement "Uses".',
    ]),
    permission.refuses("none", { principal: "s3.amazonaws.com" }, ["lets s3.amazonaws.com act for anybody."]),
    permission.refuses("everybody", { principal: "*" }, ["lets * act for anybody."]),
  ],
  "endpoint-policies": [
    endpoint.accepts("own principals", {
      serviceName: "com.amazonaws.us-west-2.logs",
      policy: allows({
        Principal: "*",
        Action: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012" } },
      }),
    }),
    endpoint.accepts("some actions", { serviceName: "com.amazonaws.us-west-2.s3", policy: allows({ Principal: "*" }) }),
    endpoint.accepts("a service of others", { serviceName: "com.example.vpce-svc-1" }),
    endpoint.refuses("the default", { serviceName: "com.amazonaws.us-west-2.s3" }, [
      "admits everything, by the default policy.",
    ]),
    endpoint.refuses(
      "everything",
      { serviceName: "com.amazonaws.us-west-2.s3", policy: allows({ Principal: "*", Action: "s3:*" }) },
      ['admits everything by statement "Uses".'],
    ),
  ],
  "public-snapshots": [
    snapshot.accepts("an account", { sharedAccounts: ["123456789012"] }),
    snapshot.refuses("all", { sharedAccounts: ["all"] }, ["is shared with everybody."]),
    on("aws:ec2/amiLaunchPermission:AmiLaunchPermission").refuses("an image for all", { group: "all" }, [
      "is shared with everybody.",
    ]),
  ],
  "function-urls": [
    functionUrl.accepts("signed requests", { authorizationType: "AWS_IAM" }),
    functionUrl.refuses("any", { authorizationType: "NONE" }, ["lets anybody call the function."]),
  ],
  firewall: [
    ingress.accepts("an Ingress with one", publicAlb({ "wafv2-acl-arn": "arn:aws:wafv2:::x" })),
    ingress.accepts("an internal Ingress", publicAlb({ scheme: "internal" })),
    balancer.accepts("an internal load balancer", { internal: true }),
    balancer.accepts("a network's", { loadBalancerType: "network" }),
    balancer.accepts(
      "a load balancer with one",
      { internal: false },
      {
        others: [
          { type: "aws:wafv2/webAclAssociation:WebAclAssociation", name: "association", from: { resourceArn: ["it"] } },
        ],
      },
    ),
    ingress.refuses("an Ingress without", publicAlb(), ["has no firewall."]),
    balancer.refuses("a load balancer without", { internal: false }, ["has no firewall."]),
    distribution.refuses("a distribution without", { enabled: true }, ["has no firewall."]),
  ],
  "firewall-rules": [
    webAcl.accepts("one that blocks", {
      defaultAction: { allow: {} },
      rules: [common, badInputs, floods({ block: {} })],
    }),
    webAcl.accepts("one that blocks by default", { defaultAction: { block: {} } }),
    webAcl.refuses("one without rules", { defaultAction: { allow: {} } }, [
      "does not block by AWSManagedRulesCommonRuleSet.",
      "does not block by AWSManagedRulesKnownBadInputsRuleSet.",
      "does not block floods.",
    ]),
    webAcl.refuses(
      "one that counts",
      {
        defaultAction: { allow: {} },
        rules: [managed("AWSManagedRulesCommonRuleSet", { count: {} }), badInputs, floods({ count: {} })],
      },
      ["does not block by AWSManagedRulesCommonRuleSet.", "does not block floods."],
    ),
  ],
};
