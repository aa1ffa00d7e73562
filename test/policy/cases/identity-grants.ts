import type { Cases } from "../support/cases.ts";
import { allow, documentOf } from "../support/documents.ts";
import { boundaryCases } from "./identity-boundary.ts";

const policyType = "aws:iam/policy:Policy";
const roleType = "aws:iam/role:Role";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const bucket = "arn:aws:s3:::teamflow-prod-assets/*";

const policy = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  type: policyType,
  props: { name: "teamflow-prod-boundary", policy: documentOf(...statements) },
});
const bounded = { type: roleType, name: "bounded" };
const boundaryArn = "arn:aws:iam::123456789012:policy/teamflow-prod-boundary";

export const grantCases: Cases = {
  ...boundaryCases,
  "iam-administration": [
    { title: "accepts named actions", resource: policy(allow("s3:GetObject", bucket)), findings: [] },
    {
      title: "accepts a boundary, known by its name",
      resource: policy(allow("*", "*")),
      others: [{ ...bounded, props: { permissionsBoundary: boundaryArn } }],
      findings: [],
    },
    {
      title: "accepts a boundary before it is built",
      resource: policy(allow("*", "*")),
      others: [{ ...bounded, from: { permissionsBoundary: ["it"] } }],
      findings: [],
    },
    {
      title: "refuses a boundary that is given as well",
      resource: policy(allow("*", "*")),
      others: [
        { ...bounded, props: { permissionsBoundary: boundaryArn } },
        { type: attachmentType, name: "given", props: { policyArn: boundaryArn } },
      ],
      findings: ['allows every action on every resource in statement "Said".'],
    },
    {
      title: "refuses everything on everything",
      resource: policy(allow("*", "*")),
      findings: ['allows every action on every resource in statement "Said".'],
    },
    {
      title: "refuses it in a role's own policy",
      resource: {
        type: roleType,
        props: { inlinePolicies: [{ name: "all", policy: documentOf(allow("*:*", "arn:aws:s3:::*")) }] },
      },
      findings: ['allows every action on every resource in statement "Said" of its inline policy "all".'],
    },
    {
      title: "refuses AWS's administrator, attached and managed",
      resource: { type: roleType, props: { managedPolicyArns: [administrator] } },
      findings: ["gives the policy AdministratorAccess."],
    },
    {
      title: "refuses AWS's administrator of identities",
      resource: { type: attachmentType, props: { policyArn: "arn:aws:iam::aws:policy/IAMFullAccess" } },
      findings: ["gives the policy IAMFullAccess."],
    },
  ],
  "iam-service-wildcards": [
    { title: "accepts a service's actions on named resources", resource: policy(allow("s3:*", bucket)), findings: [] },
    {
      title: "accepts them by a tag",
      resource: policy(allow("ec2:*", "*", { StringEquals: { "aws:ResourceTag/Stack": "prod" } })),
      findings: [],
    },
    {
      title: "accepts a policy of AWS for one purpose",
      resource: {
        type: attachmentType,
        props: { policyArn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" },
      },
      findings: [],
    },
    {
      title: "refuses whole services",
      resource: policy(allow(["kms:*", "s3:Get*", "rds:*"], "*")),
      findings: [
        'allows kms:* on every resource in statement "Said".',
        'allows rds:* on every resource in statement "Said".',
      ],
    },
    {
      title: "refuses a condition that absent values pass",
      resource: policy(allow("ec2:*", "*", { StringEqualsIfExists: { "aws:ResourceTag/Stack": "prod" } })),
      findings: ['allows ec2:* on every resource in statement "Said".'],
    },
    {
      title: "refuses AWS's policies for whole services",
      resource: { type: attachmentType, props: { policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" } },
      findings: ["gives a whole service by the policy AmazonS3FullAccess."],
    },
  ],
  "iam-negated-grants": [
    {
      title: "accepts them where they deny",
      resource: policy({ Effect: "Deny", NotAction: "iam:Get*", NotResource: bucket }),
      findings: [],
    },
    {
      title: "refuses all actions but some",
      resource: policy({ Effect: "Allow", NotAction: "iam:*", Resource: bucket }),
      findings: ["allows every action but some in statement 1."],
    },
    {
      title: "refuses all resources but some",
      resource: policy({ Effect: "Allow", Action: "s3:GetObject", NotResource: bucket }),
      findings: ["allows every resource but some in statement 1."],
    },
  ],
  "iam-privilege-escalation": [
    {
      title: "accepts roles by their prefix",
      resource: policy(allow("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/teamflow-prod-*")),
      findings: [],
    },
    {
      title: "accepts all roles within a boundary",
      resource: policy(allow("iam:PutRolePolicy", "*", { StringEquals: { "iam:PermissionsBoundary": boundaryArn } })),
      findings: [],
    },
    { title: "accepts reading", resource: policy(allow(["iam:Get*", "iam:List*"], "*")), findings: [] },
    {
      title: "refuses to change all roles",
      resource: policy(allow(["iam:PutRolePolicy", "iam:CreatePolicy*"], "*")),
      findings: ['allows iam:CreatePolicyVersion, iam:PutRolePolicy on every identity in statement "Said".'],
    },
    {
      title: "refuses all roles of the account",
      resource: policy(allow("iam:attach*", "arn:aws:iam::123456789012:role/*")),
      findings: [
        'allows iam:AttachGroupPolicy, iam:AttachRolePolicy, iam:AttachUserPolicy on every identity in statement "Said".',
      ],
    },
  ],
  "iam-pass-role": [
    {
      title: "accepts one role",
      resource: policy(allow("iam:PassRole", "arn:aws:iam::123456789012:role/teamflow-prod-task")),
      findings: [],
    },
    {
      title: "accepts a pattern for a service",
      resource: policy(
        allow("iam:PassRole", "arn:aws:iam::123456789012:role/teamflow-prod-*", {
          StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
        }),
      ),
      findings: [],
    },
    {
      title: "refuses a pattern for any service",
      resource: policy(allow("iam:PassRole", "arn:aws:iam::123456789012:role/teamflow-prod-*")),
      findings: ['passes roles by a pattern to any service in statement "Said".'],
    },
    {
      title: "refuses every role",
      resource: policy(
        allow("iam:PassRole", "*", { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }),
      ),
      findings: ['passes every role in statement "Said".'],
    },
  ],
  "iam-permissions-boundary": [
    {
      title: "accepts a boundary",
      resource: { type: roleType, props: { permissionsBoundary: boundaryArn } },
      findings: [],
    },
    {
      title: "refuses none",
      resource: { type: roleType, props: { name: "app" } },
      findings: ["has no permissions boundary."],
    },
    {
      title: "refuses an empty one",
      resource: { type: roleType, props: { permissionsBoundary: "" } },
      findings: ["has no permissions boundary."],
    },
  ],
  "iam-users": [
    { title: "accepts a role", resource: { type: roleType, props: {} }, findings: [] },
    {
      title: "refuses a user",
      resource: { type: "aws:iam/user:User", props: { name: "ci" } },
      findings: ['makes the IAM user "ci".'],
    },
    {
      title: "refuses a user without a name of its own",
      resource: { type: "aws:iam/user:User", props: {} },
      findings: ['makes the IAM user "it".'],
    },
    {
      title: "refuses a user's key",
      resource: { type: "aws:iam/accessKey:AccessKey", props: { user: "ci" } },
      findings: ['makes an access key of the IAM user "ci".'],
    },
  ],
};
