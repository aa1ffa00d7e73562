import type { Cases } from "../support/cases.ts";
import { documentOf, gitHubTrust, trust } from "../support/documents.ts";

const configType = "kubernetes:core/v1:ConfigMap";
const taskType = "aws:ecs/taskDefinition:TaskDefinition";
const jobType = "kubernetes:batch/v1:Job";
const instanceType = "aws:rds/instance:Instance";
const roleType = "aws:iam/role:Role";
const flagsType = "pulumi-nodejs:dynamic/slipway:Flags";
const serviceType = "aws:ecs/service:Service";
const clusterRoleType = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const associationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const variableType = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";

const namespace = {
  type: "kubernetes:core/v1:Namespace",
  name: "space",
  props: { metadata: { name: "teamflow-pre", labels: { environment: "preProduction" } } },
};
const config = (data: Readonly<Record<string, string>>, space = "teamflow") => ({
  type: configType,
  props: { metadata: { namespace: space }, data },
});
const task = (container: Readonly<Record<string, unknown>>, stack = "prod") => ({
  type: taskType,
  stack,
  props: { containerDefinitions: JSON.stringify([{ name: "app", ...container }]) },
});
const variable = (name: string, value: string) => ({ environment: [{ name, value }] });
const job = (...args: readonly string[]) => ({
  type: jobType,
  props: { spec: { template: { spec: { containers: [{ name: "run", image: "tools@sha256:a", args }] } } } },
});
const provider = "arn:aws:iam::123456789012:saml-provider/people";
const saml = trust({ Federated: provider }, undefined, "sts:AssumeRoleWithSAML");
const administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
const access = (policy: string) => ({
  type: associationType,
  props: { policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}` },
});

export const accessMatrixCases: Cases = {
  "production-data-copies": [
    { title: "accepts a new database", resource: { type: instanceType, stack: "staging", props: {} }, findings: [] },
    {
      title: "accepts an anonymized copy",
      resource: { type: instanceType, stack: "staging", props: { snapshotIdentifier: "teamflow-prod-anonymized-1" } },
      findings: [],
    },
    {
      title: "accepts production's own backup",
      resource: { type: instanceType, props: { snapshotIdentifier: "rds:teamflow-prod-1" } },
      findings: [],
    },
    {
      title: "refuses production's backup in staging",
      resource: { type: instanceType, stack: "staging", props: { snapshotIdentifier: "rds:teamflow-prod-1" } },
      findings: ["is a copy of production's rds:teamflow-prod-1."],
    },
    {
      title: "refuses a point in time of production in a feature environment",
      resource: {
        type: instanceType,
        stack: "pr-7",
        props: { restoreToPointInTime: { sourceDbInstanceIdentifier: "teamflow-production" } },
      },
      findings: ["is a copy of production's teamflow-production."],
    },
  ],
  "read-only-people": [
    { title: "accepts to view", resource: access("AmazonEKSViewPolicy"), findings: [] },
    {
      title: "accepts people who read",
      resource: {
        type: roleType,
        props: { assumeRolePolicy: documentOf(saml), managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      },
      findings: [],
    },
    {
      title: "accepts what workflows have, which other policies judge",
      resource: {
        type: roleType,
        props: { assumeRolePolicy: documentOf(gitHubTrust()), managedPolicyArns: [administrator] },
      },
      findings: [],
    },
    {
      title: "accepts to edit in staging",
      resource: { ...access("AmazonEKSEditPolicy"), stack: "staging" },
      findings: [],
    },
    {
      title: "refuses to edit",
      resource: access("AmazonEKSEditPolicy"),
      findings: ["lets people write by the policy AmazonEKSEditPolicy."],
    },
    {
      title: "refuses people who administer",
      resource: { type: roleType, props: { assumeRolePolicy: documentOf(saml), managedPolicyArns: [administrator] } },
      findings: ["lets people write by the policy AdministratorAccess."],
    },
  ],
  "live-shells": [
    { title: "accepts none", resource: { type: serviceType, props: { enableExecuteCommand: false } }, findings: [] },
    {
      title: "accepts them in staging",
      resource: { type: serviceType, stack: "staging", props: { enableExecuteCommand: true } },
      findings: [],
    },
    {
      title: "accepts to read logs",
      resource: { type: clusterRoleType, props: { rules: [{ resources: ["pods", "pods/log"], verbs: ["get"] }] } },
      findings: [],
    },
    {
      title: "refuses them in ECS",
      resource: { type: serviceType, props: { enableExecuteCommand: true } },
      findings: ["lets people into its containers."],
    },
    {
      title: "refuses them in Kubernetes",
      resource: {
        type: clusterRoleType,
        props: { rules: [{ resources: ["pods/exec", "pods/portforward"], verbs: ["create"] }] },
      },
      findings: [
        "lets its holders into running pods by pods/exec.",
        "lets its holders into running pods by pods/portforward.",
      ],
    },
  ],
  "test-data": [
    { title: "accepts the switch when it is off", resource: config({ ALLOW_TEST_DATA: "false" }), findings: [] },
    {
      title: "accepts test data in staging",
      resource: task(variable("SEED_TEST_DATA", "true"), "staging"),
      findings: [],
    },
    {
      title: "refuses test data in production",
      resource: config({ ALLOW_TEST_DATA: "true", LOG_LEVEL: "error" }),
      findings: ["switches on ALLOW_TEST_DATA in the ConfigMap's data, where production takes no test data."],
    },
    {
      title: "refuses made-up users in pre-production",
      resource: config({ APP_CREATE_DEMO_USERS: "1" }, "teamflow-pre"),
      others: [namespace],
      findings: ["switches on APP_CREATE_DEMO_USERS in the ConfigMap's data, where preProduction takes no test data."],
    },
  ],
  "test-tools": [
    { title: "accepts a migration", resource: job("operator", "migrate"), findings: [] },
    { title: "accepts a load test in staging", resource: task({ image: "grafana/k6:1" }, "staging"), findings: [] },
    {
      title: "accepts a load test in pre-production",
      resource: {
        type: jobType,
        props: {
          metadata: { namespace: "teamflow-pre" },
          spec: { template: { spec: { containers: [{ name: "run", command: ["k6", "run"] }] } } },
        },
      },
      others: [namespace],
      findings: [],
    },
    {
      title: "refuses a load test in production, by image or command",
      resource: task({ image: "grafana/k6:1", command: ["k6", "run"] }),
      findings: ["runs a load test."],
    },
    {
      title: "refuses a test of row level security in production",
      resource: job("pg_prove", "tests/*.sql"),
      findings: ["runs a test of the row level security."],
    },
  ],
  "declared-environment": [
    {
      title: "accepts the truth",
      resource: config({ ENVIRONMENT: "preProduction", SLIPWAY_STACK: "prod" }, "teamflow-pre"),
      others: [namespace],
      findings: [],
    },
    {
      title: "accepts the truth of a workflow",
      resource: {
        type: variableType,
        props: { environment: "pre-production", variableName: "SLIPWAY_ENVIRONMENT", value: "preProduction" },
      },
      findings: [],
    },
    {
      title: "accepts flags of the stack",
      resource: { type: flagsType, props: { environment: "production" } },
      findings: [],
    },
    {
      title: "refuses production that takes itself for staging",
      resource: task(variable("APP_ENV", "staging")),
      findings: ['says APP_ENV "staging" in the container "app", where production of the stack prod runs.'],
    },
    {
      title: "refuses another stack's name",
      resource: task(variable("SLIPWAY_STACK", "prod"), "staging"),
      findings: ['says SLIPWAY_STACK "prod" in the container "app", where staging of the stack staging runs.'],
    },
    {
      title: "refuses a namespace's label that the stack does not build",
      resource: config({ ENVIRONMENT: "staging" }, "teamflow-pre"),
      others: [{ ...namespace, props: { metadata: { name: "teamflow-pre", labels: { environment: "staging" } } } }],
      findings: ['says ENVIRONMENT "staging" in the ConfigMap\'s data, where production of the stack prod runs.'],
    },
    {
      title: "refuses flags of another stack's environment",
      resource: { type: flagsType, stack: "staging", props: { environment: "production" } },
      findings: ['sets the flags of "production".'],
    },
  ],
  "log-level": [
    { title: "accepts errors in production", resource: config({ LOG_LEVEL: "error" }), findings: [] },
    {
      title: "accepts more in pre-production",
      resource: config({ LOG_LEVEL: "info" }, "teamflow-pre"),
      others: [namespace],
      findings: [],
    },
    {
      title: "accepts everything in a feature environment",
      resource: task(variable("DEBUG", "true"), "pr-7"),
      findings: [],
    },
    {
      title: "refuses more in production",
      resource: config({ LOG_LEVEL: "INFO" }),
      findings: ["logs at INFO in the ConfigMap's data, where production has error."],
    },
    {
      title: "refuses debugging in staging",
      resource: task(
        {
          environment: [
            { name: "LOG_LEVEL", value: "debug" },
            { name: "DEBUG", value: "1" },
          ],
        },
        "staging",
      ),
      findings: [
        'logs at debug in the container "app", where staging has info.',
        'runs in debug mode in the container "app".',
      ],
    },
  ],
};
