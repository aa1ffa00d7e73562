import type { Cases } from "../support/cases.ts";
import { allow, documentOf, gitHub, gitHubTrust } from "../support/documents.ts";

const roleType = "aws:iam/role:Role";
const policyType = "aws:iam/policy:Policy";
const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const serviceType = "aws:ecs/service:Service";

const workflow = "teamflow/teamflow/.github/workflows/environment-production.yml@refs/tags/v*.*.*";

/** Trust in jobs with these subjects, run by these workflows. */
function deployer(subjects: string | readonly string[], workflows?: string) {
  return {
    type: roleType,
    name: "deploy",
    props: {
      name: "deploy",
      assumeRolePolicy: documentOf(
        gitHubTrust({
          StringEquals: { [`${gitHub}:sub`]: subjects },
          ...(workflows !== undefined && { StringLike: { [`${gitHub}:job_workflow_ref`]: workflows } }),
        }),
      ),
    },
  };
}
const ofEnvironment = (name: string) => `repo:teamflow/teamflow:environment:${name}`;
const pullRequest = "repo:teamflow/teamflow:pull_request";

const attached = {
  type: attachmentType,
  name: "attachment",
  props: { role: "deploy", policyArn: "arn:aws:iam::123456789012:policy/view" },
};
const view = (...actions: readonly string[]) => ({
  type: policyType,
  name: "view",
  props: { name: "view", policy: documentOf(allow(actions, "*"), { Effect: "Deny", Action: "s3:*", Resource: "*" }) },
});

const watched = {
  alarms: { enable: true, alarmNames: ["errors"], rollback: true },
  deploymentConfiguration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: "15" },
  loadBalancers: [{ containerPort: 80 }],
};

export const roleReleaseCases: Cases = {
  "deploy-role-trust": [
    {
      title: "accepts one environment's workflow",
      resource: deployer(ofEnvironment("production"), workflow),
      findings: [],
    },
    { title: "accepts pull requests alone", resource: deployer(pullRequest), findings: [] },
    {
      title: "accepts an environment that the process does not have",
      resource: deployer(ofEnvironment("docs"), workflow),
      findings: [],
    },
    {
      title: "refuses any workflow",
      resource: deployer(ofEnvironment("production")),
      findings: ['trusts jobs of any workflow in statement "Said".'],
    },
    {
      title: "refuses a workflow of any branch",
      resource: deployer(ofEnvironment("production"), "teamflow/teamflow/.github/workflows/deploy.yml@*"),
      findings: ['trusts jobs of the workflows teamflow/teamflow/.github/workflows/deploy.yml@* in statement "Said".'],
    },
    {
      title: "refuses another stack's environment",
      resource: deployer([ofEnvironment("production"), ofEnvironment("staging")], workflow),
      findings: ['trusts jobs of the environment staging, which is not of the stack prod, in statement "Said".'],
    },
    {
      title: "refuses pull requests beside an environment",
      resource: deployer([ofEnvironment("production"), pullRequest], workflow),
      findings: [`trusts ${pullRequest} as it does the environment's jobs, in statement "Said".`],
    },
  ],
  "preview-role-reads": [
    {
      title: "accepts a role that reads",
      resource: deployer(pullRequest),
      others: [view("ec2:Describe*", "s3:GetObject", "kms:Decrypt"), attached],
      findings: [],
    },
    {
      title: "accepts a deployment that writes",
      resource: deployer(ofEnvironment("production"), workflow),
      others: [view("ec2:*"), attached],
      findings: [],
    },
    {
      title: "accepts what others are given",
      resource: deployer(pullRequest),
      others: [view("ec2:*"), { ...attached, props: { ...attached.props, role: "other" } }],
      findings: [],
    },
    {
      title: "refuses an attached policy that writes",
      resource: deployer(pullRequest),
      others: [view("ec2:Describe*", "s3:PutObject", "iam:*"), attached],
      findings: ["lets pull requests do s3:PutObject, iam:*."],
    },
    {
      title: "refuses a policy of its own that writes, and one of AWS",
      resource: deployer(pullRequest),
      others: [
        {
          type: rolePolicyType,
          name: "own",
          props: { role: "deploy", policy: documentOf(allow("sqs:SendMessage", "*")) },
        },
        {
          type: attachmentType,
          name: "aws",
          props: { role: "deploy", policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess" },
        },
      ],
      findings: ["lets pull requests do sqs:SendMessage.", "gives pull requests the policy AmazonS3FullAccess."],
    },
  ],
  "ecs-deployment-alarms": [
    { title: "accepts blue and green with alarms", resource: { type: serviceType, props: watched }, findings: [] },
    {
      title: "accepts a service that takes no requests",
      resource: { type: serviceType, props: { loadBalancers: [] } },
      findings: [],
    },
    {
      title: "accepts CodeDeploy, which has its own",
      resource: {
        type: serviceType,
        props: { loadBalancers: watched.loadBalancers, deploymentController: { type: "CODE_DEPLOY" } },
      },
      findings: [],
    },
    {
      title: "refuses ECS's defaults",
      resource: { type: serviceType, props: { loadBalancers: watched.loadBalancers } },
      findings: [
        "deploys without an alarm that could stop it.",
        "replaces the old version instead of standing the new one beside it.",
      ],
    },
    {
      title: "refuses no time to watch",
      resource: { type: serviceType, props: { ...watched, deploymentConfiguration: { strategy: "CANARY" } } },
      findings: ["gives up the old version within 10 minutes."],
    },
  ],
};
