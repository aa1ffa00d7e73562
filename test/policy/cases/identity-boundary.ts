import type { Cases } from "../support/cases.ts";
import { allow, documentOf } from "../support/documents.ts";

const policyType = "aws:iam/policy:Policy";
const roleType = "aws:iam/role:Role";
const roles = "arn:aws:iam::123456789012:role/teamflow-prod-*";
const boundaryArn = "arn:aws:iam::123456789012:policy/teamflow-prod-boundary";

const policy = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  type: policyType,
  props: { name: "teamflow-prod-boundary", policy: documentOf(...statements) },
});
const bounded = { type: roleType, name: "bounded", props: { permissionsBoundary: boundaryArn } };
const deny = (Action: string | readonly string[], Resource: string, Condition?: object) => ({
  ...allow(Action, Resource, Condition),
  Effect: "Deny",
});
const unlessBound = { StringNotEquals: { "iam:PermissionsBoundary": boundaryArn } };

const giving = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];
const stays = deny("iam:DeleteRolePermissionsBoundary", "*");
const itself = { Effect: "Deny", NotAction: ["iam:Get*", "iam:List*"], Resource: boundaryArn };

export const boundaryCases: Cases = {
  "iam-boundary-holds": [
    {
      title: "accepts a boundary that holds",
      resource: policy(allow("iam:*", [roles, boundaryArn]), deny(giving, "*", unlessBound), stays, itself),
      others: [bounded],
      findings: [],
    },
    {
      title: "accepts one that lets nothing be made",
      resource: policy(allow("s3:*", "*")),
      others: [bounded],
      findings: [],
    },
    { title: "accepts a policy that is none", resource: policy(allow("iam:CreateRole", roles)), findings: [] },
    {
      title: "refuses one that nothing holds",
      resource: policy(allow("iam:*", roles)),
      others: [bounded],
      findings: [
        ...giving.map((action) => `allows ${action} without the boundary.`),
        "lets the boundary be taken from a role.",
        "lets itself be changed.",
      ],
    },
    {
      title: "refuses one that holds on some condition",
      resource: policy(
        allow("iam:*", roles),
        deny(giving, "*", { ...unlessBound, Bool: { "aws:SecureTransport": "false" } }),
        stays,
        itself,
      ),
      others: [bounded],
      findings: giving.map((action) => `allows ${action} without the boundary.`),
    },
  ],
  "iam-wide-changes": [
    {
      title: "accepts named resources",
      resource: policy(allow("rds:Delete*", "arn:aws:rds:us-west-2:1:db:x")),
      findings: [],
    },
    {
      title: "accepts them by a tag",
      resource: policy(allow("ec2:Delete*", "*", { StringEquals: { "aws:ResourceTag/Stack": "prod" } })),
      findings: [],
    },
    {
      title: "accepts to read and to add, and what is tied to no resource",
      resource: policy(allow(["ec2:Describe*", "route53:CreateHostedZone", "logs:*LogDelivery"], "*")),
      findings: [],
    },
    {
      title: "accepts a boundary",
      resource: policy(allow("ec2:Delete*", "*")),
      others: [bounded],
      findings: [],
    },
    {
      title: "refuses changes of everything",
      resource: policy(allow(["ec2:Describe*", "ec2:DeleteVpc", "kms:*Alias"], "*")),
      findings: ['allows ec2:DeleteVpc, kms:*Alias on every resource in statement "Said".'],
    },
    {
      title: "refuses a condition that only excludes",
      resource: policy(allow("ec2:Delete*", "*", { StringNotEquals: { "aws:ResourceTag/Stack": "staging" } })),
      findings: ['allows ec2:Delete* on every resource in statement "Said".'],
    },
  ],
  "iam-data-access": [
    {
      title: "accepts a named secret",
      resource: policy(
        allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:app/*"),
      ),
      findings: [],
    },
    {
      title: "accepts every key that meets a condition",
      resource: policy(
        allow("kms:Decrypt", "arn:aws:kms:us-west-2:123456789012:key/*", {
          StringEquals: { "kms:EncryptionContext:Stack": "prod" },
        }),
      ),
      findings: [],
    },
    { title: "accepts to describe them", resource: policy(allow(["kms:Describe*", "s3:List*"], "*")), findings: [] },
    { title: "accepts a boundary", resource: policy(allow("s3:GetObject", "*")), others: [bounded], findings: [] },
    {
      title: "refuses every secret and every object",
      resource: policy(allow(["secretsmanager:GetSecretValue", "s3:Get*"], "*")),
      findings: ['allows s3:GetObject, secretsmanager:GetSecretValue on all that there is in statement "Said".'],
    },
    {
      title: "refuses every key and every role",
      resource: policy(
        allow("kms:Decrypt", "arn:aws:kms:us-west-2:123456789012:key/*"),
        allow("sts:AssumeRole", "arn:aws:iam::123456789012:role/*"),
      ),
      findings: [
        'allows kms:Decrypt on all that there is in statement "Said".',
        'allows sts:AssumeRole on all that there is in statement "Said".',
      ],
    },
    {
      title: "refuses every password that RDS keeps",
      resource: policy(
        allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-*"),
      ),
      findings: ['allows secretsmanager:GetSecretValue on all that there is in statement "Said".'],
    },
  ],
};
