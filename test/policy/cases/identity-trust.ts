import type { Cases } from "../support/cases.ts";
import { documentOf, gitHub, gitHubTrust, trust } from "../support/documents.ts";

const roleType = "aws:iam/role:Role";
const topicPolicyType = "aws:sns/topicPolicy:TopicPolicy";
const permissionType = "aws:lambda/permission:Permission";

const trusting = (...statements: readonly Readonly<Record<string, unknown>>[]) => ({
  type: roleType,
  props: { assumeRolePolicy: documentOf(...statements) },
});
const service = (Service: string | readonly string[], condition?: object) => trust({ Service }, condition);
const aws = (AWS: string | readonly string[], condition?: object) => trust({ AWS }, condition);
const equals = (values: Readonly<Record<string, unknown>>) => ({ StringEquals: values });
const like = (values: Readonly<Record<string, unknown>>) => ({ StringLike: values });
const subject = (sub: unknown) => equals({ [`${gitHub}:aud`]: "sts.amazonaws.com", [`${gitHub}:sub`]: sub });
const publish = (Service: string, Condition?: object) => ({
  type: topicPolicyType,
  props: {
    policy: documentOf({
      Effect: "Allow",
      Principal: { Service },
      Action: "sns:Publish",
      Resource: "*",
      ...(Condition && { Condition }),
    }),
  },
});

export const trustCases: Cases = {
  "iam-trust-anyone": [
    { title: "accepts a service", resource: trusting(service("ec2.amazonaws.com")), findings: [] },
    {
      title: "accepts everybody of the organization",
      resource: trusting(aws("*", equals({ "aws:PrincipalOrgID": "o-1" }))),
      findings: [],
    },
    {
      title: "accepts to deny everybody",
      resource: trusting({ ...trust("*"), Effect: "Deny" }),
      findings: [],
    },
    {
      title: "refuses everybody",
      resource: trusting(trust("*"), aws("*")),
      findings: [
        'can be assumed by everybody in statement "Said".',
        'can be assumed by everybody in statement "Said".',
      ],
    },
    {
      title: "refuses everybody but some",
      resource: trusting({ Effect: "Allow", NotPrincipal: { AWS: "123456789012" }, Action: "sts:AssumeRole" }),
      findings: ["can be assumed by everybody but some in statement 1."],
    },
    {
      title: "refuses a condition that everybody meets",
      resource: trusting(aws("*", like({ "aws:PrincipalOrgID": "*" }))),
      findings: ['can be assumed by everybody in statement "Said".'],
    },
  ],
  "iam-trust-account": [
    { title: "accepts a role", resource: trusting(aws("arn:aws:iam::210987654321:role/audit")), findings: [] },
    {
      title: "accepts an account with an external id",
      resource: trusting(aws("arn:aws:iam::210987654321:root", equals({ "sts:ExternalId": "7" }))),
      findings: [],
    },
    {
      title: "refuses whole accounts",
      resource: trusting(aws(["arn:aws:iam::210987654321:root", "123456789012"])),
      findings: [
        'can be assumed by all of the account 210987654321 in statement "Said".',
        'can be assumed by all of the account 123456789012 in statement "Said".',
      ],
    },
    {
      title: "refuses a condition that only excludes",
      resource: trusting(aws("210987654321", { StringNotEquals: { "aws:PrincipalArn": "x" } })),
      findings: ['can be assumed by all of the account 210987654321 in statement "Said".'],
    },
  ],
  "iam-trust-federation": [
    {
      title: "accepts an environment of a repository",
      resource: trusting(gitHubTrust(subject("repo:teamflow/teamflow:environment:production"))),
      findings: [],
    },
    {
      title: "accepts pull requests and branches by their prefix",
      resource: trusting(
        gitHubTrust({
          ...equals({ [`${gitHub}:aud`]: "sts.amazonaws.com" }),
          ...like({
            [`${gitHub}:sub`]: [
              "repo:teamflow/teamflow:pull_request",
              "repo:teamflow/teamflow:ref:refs/heads/release/*",
            ],
          }),
        }),
      ),
      findings: [],
    },
    {
      title: "refuses a token of anybody for anything",
      resource: trusting(gitHubTrust()),
      findings: [
        'takes tokens for any audience in statement "Said".',
        'takes tokens of any subject in statement "Said".',
      ],
    },
    {
      title: "refuses every repository, and every occasion of one",
      resource: trusting(gitHubTrust(subject(["repo:teamflow/*", "repo:teamflow/teamflow:*", "*"]))),
      findings: [
        'takes tokens of the subjects "repo:teamflow/*" in statement "Said".',
        'takes tokens of the subjects "repo:teamflow/teamflow:*" in statement "Said".',
        'takes tokens of the subjects "*" in statement "Said".',
      ],
    },
    {
      title: "refuses a condition that a token without the claim passes",
      resource: trusting(
        gitHubTrust({
          ...equals({ [`${gitHub}:aud`]: "sts.amazonaws.com" }),
          StringEqualsIfExists: { [`${gitHub}:sub`]: "repo:teamflow/teamflow:pull_request" },
        }),
      ),
      findings: ['takes tokens of any subject in statement "Said".'],
    },
    {
      title: "refuses every service account of a cluster",
      resource: trusting(
        trust(
          { Federated: "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/1" },
          {
            ...equals({ "oidc.eks.us-west-2.amazonaws.com/id/1:aud": "sts.amazonaws.com" }),
            ...like({ "oidc.eks.us-west-2.amazonaws.com/id/1:sub": "system:serviceaccount:*:app" }),
          },
          "sts:AssumeRoleWithWebIdentity",
        ),
      ),
      findings: ['takes tokens of the subjects "system:serviceaccount:*:app" in statement "Said".'],
    },
  ],
  "iam-trust-pods": [
    {
      title: "accepts one service account",
      resource: trusting(
        service(
          "pods.eks.amazonaws.com",
          equals({
            "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:us-west-2:123456789012:cluster/teamflow-prod",
            "aws:RequestTag/kubernetes-namespace": "teamflow",
            "aws:RequestTag/kubernetes-service-account": "teamflow-backend",
          }),
        ),
      ),
      findings: [],
    },
    { title: "accepts another service", resource: trusting(service("ec2.amazonaws.com")), findings: [] },
    {
      title: "refuses any pod",
      resource: trusting(service("pods.eks.amazonaws.com")),
      findings: [
        'can be assumed for pods of any cluster in statement "Said".',
        'can be assumed for pods of any namespace in statement "Said".',
        'can be assumed for pods of any service account in statement "Said".',
      ],
    },
    {
      title: "refuses any service account of a namespace",
      resource: trusting(
        service("pods.eks.amazonaws.com", {
          ...equals({ "aws:RequestTag/eks-cluster-arn": "arn:x", "aws:RequestTag/kubernetes-namespace": "teamflow" }),
          ...like({ "aws:RequestTag/kubernetes-service-account": "*" }),
        }),
      ),
      findings: ['can be assumed for pods of any service account in statement "Said".'],
    },
  ],
  "iam-session-length": [
    {
      title: "accepts two hours",
      resource: {
        type: roleType,
        props: { assumeRolePolicy: documentOf(gitHubTrust()), maxSessionDuration: 7200 },
      },
      findings: [],
    },
    { title: "accepts AWS's hour", resource: trusting(gitHubTrust()), findings: [] },
    {
      title: "accepts any length for a service",
      resource: {
        type: roleType,
        props: { assumeRolePolicy: documentOf(service("ec2.amazonaws.com")), maxSessionDuration: 43200 },
      },
      findings: [],
    },
    {
      title: "refuses twelve hours for people",
      resource: { type: roleType, props: { assumeRolePolicy: documentOf(aws("1")), maxSessionDuration: 43200 } },
      findings: ["keeps a session for 43200 seconds, more than 7200."],
    },
  ],
  "confused-deputy": [
    {
      title: "accepts this account",
      resource: trusting(service("backup.amazonaws.com", equals({ "aws:SourceAccount": "123456789012" }))),
      findings: [],
    },
    {
      title: "accepts a service that says nothing",
      resource: trusting(service(["ec2.amazonaws.com", "ecs.amazonaws.com"])),
      findings: [],
    },
    {
      title: "accepts a pod of one cluster",
      resource: trusting(service("pods.eks.amazonaws.com", equals({ "aws:RequestTag/eks-cluster-arn": "arn:x" }))),
      findings: [],
    },
    {
      title: "accepts a topic for this account",
      resource: publish("cloudwatch.amazonaws.com", equals({ "aws:SourceAccount": "123456789012" })),
      findings: [],
    },
    {
      title: "accepts a function's permission for one bucket",
      resource: { type: permissionType, props: { principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::x" } },
      findings: [],
    },
    {
      title: "refuses a role for any account",
      resource: trusting(service("backup.amazonaws.com")),
      findings: ['lets backup.amazonaws.com act for any account in statement "Said".'],
    },
    {
      title: "refuses a topic for any account, with a condition of something else",
      resource: publish("events.amazonaws.com", { Bool: { "aws:SecureTransport": "true" } }),
      findings: ["lets events.amazonaws.com act for any account in statement 1."],
    },
    {
      title: "refuses a function's permission for any account",
      resource: { type: permissionType, props: { principal: "s3.amazonaws.com" } },
      findings: ["lets s3.amazonaws.com act for any account."],
    },
  ],
};
