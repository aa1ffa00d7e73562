import type { Cases } from "../support/cases.ts";
import { allow, documentOf, trust } from "../support/documents.ts";

const topicType = "aws:sns/topic:Topic";
const roleType = "aws:iam/role:Role";
const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
const peeringType = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection";
const attachmentType = "aws:ec2transitgateway/vpcAttachment:VpcAttachment";
const referenceType = "pulumi:pulumi:StackReference";
const secretType = "aws:secretsmanager/secret:Secret";

const secretOf = (environment: string) =>
  `arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/${environment}/key`;
const image = (environment: string) =>
  `123456789012.dkr.ecr.us-west-2.amazonaws.com/teamflow/${environment}/backend@sha256:a`;
const reading = (resource: string) => documentOf(allow("secretsmanager:GetSecretValue", resource));

const role = {
  type: roleType,
  name: "role",
  id: "pods",
  props: { name: "pods", tags: { Environment: "preProduction" } },
};
const ofRole = (policy: string) => ({ type: rolePolicyType, props: { role: "pods", policy } });
const data = [
  role,
  { type: secretType, name: "own", props: { arn: secretOf("pre"), tags: { Environment: "preProduction" } } },
  { type: secretType, name: "live", props: { arn: secretOf("live"), tags: { Environment: "production" } } },
  {
    type: "aws:rds/instance:Instance",
    name: "database",
    props: { resourceId: "db-1", masterUserSecrets: [{ secretArn: secretOf("rds") }] },
  },
];

export const environmentIsolationCases: Cases = {
  "foreign-environments": [
    {
      title: "accepts its own",
      resource: {
        type: rolePolicyType,
        props: { name: "app", policy: reading(secretOf("prod")), image: image("prod") },
      },
      findings: [],
    },
    {
      title: "accepts pre-production in production's stack",
      resource: {
        type: topicType,
        props: { kmsKey: "arn:aws:kms:us-west-2:123456789012:alias/teamflow-pre-production" },
      },
      findings: [],
    },
    {
      title: "accepts what is denied, and policies of AWS",
      resource: {
        type: roleType,
        props: {
          inlinePolicies: [{ policy: documentOf({ Effect: "Deny", Action: "*", Resource: secretOf("staging") }) }],
          managedPolicyArns: ["arn:aws:iam::aws:policy/dev/ReadOnlyAccess"],
        },
      },
      findings: [],
    },
    {
      title: "accepts staging's in a feature environment",
      resource: { type: topicType, stack: "pr-7", props: { source: secretOf("staging"), own: secretOf("pr-7") } },
      findings: [],
    },
    {
      title: "refuses staging's in production",
      resource: { type: rolePolicyType, props: { policy: reading(secretOf("staging")) } },
      findings: [`names ${secretOf("staging")} of another environment in its input policy.`],
    },
    {
      title: "refuses production's in staging, as principal and as image",
      resource: {
        type: roleType,
        stack: "staging",
        props: {
          assumeRolePolicy: documentOf(trust({ AWS: "arn:aws:iam::123456789012:role/teamflow-prod-deploy" })),
          image: image("prod"),
        },
      },
      findings: [
        "names arn:aws:iam::123456789012:role/teamflow-prod-deploy of another environment in its input assumeRolePolicy.",
        "names 123456789012.dkr.ecr.us-west-2.amazonaws.com/teamflow/prod/backend of another environment in its input image.",
      ],
    },
    {
      title: "refuses another feature environment's",
      resource: { type: topicType, stack: "pr-7", props: { source: secretOf("pr-8") } },
      findings: [`names ${secretOf("pr-8")} of another environment in its input source.`],
    },
  ],
  "environment-roles": [
    { title: "accepts its own data", resource: ofRole(reading(secretOf("pre"))), others: data, findings: [] },
    {
      title: "accepts to deny the other's",
      resource: ofRole(documentOf({ Effect: "Deny", Action: "*", Resource: secretOf("live") })),
      others: data,
      findings: [],
    },
    {
      title: "refuses production's secret",
      resource: ofRole(reading(secretOf("live"))),
      others: data,
      findings: ["lets a role of preProduction at live, which is production's."],
    },
    {
      title: "refuses production's database, by log-in and by its administrator's secret",
      resource: ofRole(
        documentOf(
          allow("rds-db:connect", "arn:aws:rds-db:us-west-2:123456789012:dbuser:db-1/app"),
          allow("secretsmanager:GetSecretValue", secretOf("rds")),
        ),
      ),
      others: data,
      findings: ["lets a role of preProduction at database, which is production's."],
    },
  ],
  "network-peering": [
    {
      title: "accepts two networks of the stack",
      resource: { type: peeringType, props: { peerVpcId: "vpc-2" } },
      others: [{ type: "aws:ec2/vpc:Vpc", name: "other", id: "vpc-2" }],
      findings: [],
    },
    {
      title: "refuses a network from elsewhere",
      resource: { type: peeringType, props: { peerVpcId: "vpc-9" } },
      others: [{ type: "aws:ec2/vpc:Vpc", name: "other", id: "vpc-2" }],
      findings: ["joins the network with one that the stack prod does not build."],
    },
    {
      title: "refuses a shared transit gateway",
      resource: { type: attachmentType, stack: "staging", props: { transitGatewayId: "tgw-1" } },
      findings: ["joins the network with one that the stack staging does not build."],
    },
  ],
  "environment-tags": [
    {
      title: "accepts its own",
      resource: { type: topicType, props: { tags: { Stack: "prod", Environment: "preProduction" } } },
      findings: [],
    },
    {
      title: "accepts none, which another policy judges",
      resource: { type: topicType, props: { tags: {} } },
      findings: [],
    },
    {
      title: "refuses another stack's",
      resource: { type: topicType, stack: "staging", props: { tags: { Stack: "prod", Environment: "production" } } },
      findings: [
        'carries the tag Stack "prod" in the stack staging.',
        'carries the tag Environment "production", which the stack staging does not build.',
      ],
    },
    {
      title: "refuses an environment that there is not",
      resource: { type: topicType, props: { tags: { Stack: "prod", Environment: "Prod" } } },
      findings: ['carries the tag Environment "Prod", which the stack prod does not build.'],
    },
  ],
  "stack-references": [
    {
      title: "accepts itself",
      resource: { type: referenceType, props: { name: "organization/slipway/prod" } },
      findings: [],
    },
    {
      title: "refuses another one",
      resource: { type: referenceType, props: { name: "organization/slipway/staging" } },
      findings: ['reads the outputs of the stack "staging".'],
    },
    {
      title: "refuses a name alone",
      resource: { type: referenceType, stack: "staging", props: { name: "prod" } },
      findings: ['reads the outputs of the stack "prod".'],
    },
  ],
};
