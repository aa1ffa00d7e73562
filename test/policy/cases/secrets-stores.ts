import type { Cases } from "../support/cases.ts";

const taskType = "aws:ecs/taskDefinition:TaskDefinition";
const deploymentType = "kubernetes:apps/v1:Deployment";
const configType = "kubernetes:core/v1:ConfigMap";
const lambdaType = "aws:lambda/function:Function";
const buildType = "aws:codebuild/project:Project";
const variableType = "github:index/actionsVariable:ActionsVariable";
const secretObjectType = "kubernetes:core/v1:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const parameterType = "aws:ssm/parameter:Parameter";
const templateType = "aws:ec2/launchTemplate:LaunchTemplate";
const gitHubSecretType = "github:index/actionsSecret:ActionsSecret";
const instanceType = "aws:rds/instance:Instance";
const secretType = "aws:secretsmanager/secret:Secret";

const join = (...parts: string[]) => parts.join("");
const task = (...environment: readonly object[]) => ({
  type: taskType,
  props: { containerDefinitions: JSON.stringify([{ name: "app", environment }]) },
});
const deployment = (...env: readonly object[]) => ({
  type: deploymentType,
  props: { spec: { template: { spec: { containers: [{ name: "app", env }] } } } },
});

export const storeSecretsCases: Cases = {
  "environment-secrets": [
    {
      title: "accepts facts and references",
      resource: task(
        { name: "DATABASE_HOST", value: "db" },
        { name: "DATABASE_PASSWORD", value: "arn:aws:secretsmanager:x" },
      ),
      findings: [],
    },
    {
      title: "accepts a value from a Secret",
      resource: deployment({ name: "SECRET_KEY", valueFrom: { secretKeyRef: { name: "app", key: "k" } } }),
      findings: [],
    },
    {
      title: "refuses a password in a task",
      resource: task({ name: "DATABASE_PASSWORD", value: "planted" }),
      findings: ['has a secret, by its name, in the variable DATABASE_PASSWORD of the container "app".'],
    },
    {
      title: "refuses an address with a password in a pod",
      resource: deployment({ name: "DATABASE", value: "postgres://app:planted@db/teamflow" }),
      findings: ['has an address with a password in the variable DATABASE of the container "app".'],
    },
    {
      title: "refuses them in a ConfigMap",
      resource: { type: configType, props: { data: { API_KEY: "planted" } } },
      findings: ["has a secret, by its name, in the variable API_KEY of the ConfigMap's data."],
    },
    {
      title: "refuses them in a function",
      resource: {
        type: lambdaType,
        props: { environment: { variables: { A: join("ghp_", "abcdefghijklmnopqrstuvwxyz") } } },
      },
      findings: ["has a GitHub token in the variable A of the function's environment."],
    },
    {
      title: "refuses them in a build, unless it takes them from a store",
      resource: {
        type: buildType,
        props: {
          environment: {
            environmentVariables: [
              { name: "NPM_TOKEN", value: "planted" },
              { name: "API_TOKEN", value: "teamflow/prod/token", type: "SECRETS_MANAGER" },
            ],
          },
        },
      },
      findings: ["has a secret, by its name, in the variable NPM_TOKEN of the build's environment."],
    },
    {
      title: "refuses them as a variable of workflows",
      resource: { type: variableType, props: { variableName: "DEPLOY_TOKEN", value: "planted" } },
      findings: ["has a secret, by its name, in the variable DEPLOY_TOKEN of GitHub's variables."],
    },
  ],
  "kubernetes-secret-objects": [
    {
      title: "accepts an empty one",
      resource: { type: secretObjectType, props: { metadata: { name: "app" }, data: {} } },
      findings: [],
    },
    {
      title: "refuses contents",
      resource: { type: secretObjectType, props: { data: { a: "eA==" }, stringData: { b: "x" } } },
      findings: ["keeps a, b in the state."],
    },
    {
      title: "refuses a token without end",
      resource: { type: secretObjectType, props: { type: "kubernetes.io/service-account-token" } },
      findings: ["is a token of a service account that never ends."],
    },
  ],
  "stored-secret-values": [
    {
      title: "accepts a write-only value",
      resource: { type: versionType, props: { secretId: "app", secretStringWo: "x", secretStringWoVersion: 1 } },
      findings: [],
    },
    {
      title: "accepts a plain parameter",
      resource: { type: parameterType, props: { type: "String", value: "us-west-2" } },
      findings: [],
    },
    {
      title: "refuses a value",
      resource: { type: versionType, props: { secretString: "planted" } },
      findings: ["gives the secret to the state as secretString."],
    },
    {
      title: "refuses a secure parameter's value",
      resource: { type: parameterType, props: { type: "SecureString", value: "planted" } },
      findings: ["gives the secret to the state as value."],
    },
  ],
  "parameter-secrets": [
    {
      title: "accepts a fact",
      resource: { type: parameterType, props: { type: "String", name: "/app/region", value: "us-west-2" } },
      findings: [],
    },
    {
      title: "accepts a secret that is one",
      resource: { type: parameterType, props: { type: "SecureString", name: "/app/api-key", valueWo: "x" } },
      findings: [],
    },
    {
      title: "refuses a secret by its name",
      resource: { type: parameterType, props: { type: "String", name: "/app/api-key", value: "planted" } },
      findings: ["keeps a secret, by its name, in plain text."],
    },
    {
      title: "refuses a secret by its format",
      resource: { type: parameterType, props: { type: "StringList", name: "/app/x", insecureValue: "amqp://u:p@mq" } },
      findings: ["keeps an address with a password in plain text."],
    },
  ],
  "user-data-secrets": [
    {
      title: "accepts a script that fetches them",
      resource: {
        type: templateType,
        props: { userData: "export DB_PASSWORD=$(aws secretsmanager get-secret-value)\nset -eu\n" },
      },
      findings: [],
    },
    {
      title: "refuses a password",
      resource: { type: "aws:ec2/instance:Instance", props: { userData: "#!/bin/sh\nexport DB_PASSWORD='planted'\n" } },
      findings: ["has the secret DB_PASSWORD in its user data."],
    },
    {
      title: "refuses a key that is encoded",
      resource: {
        type: templateType,
        props: { userData: Buffer.from(join("key: AKIA", "ABCDEFGHIJKLMNOP")).toString("base64") },
      },
      findings: ["has an AWS access key in its user data."],
    },
  ],
  "github-secrets": [
    {
      title: "accepts an encrypted one",
      resource: { type: gitHubSecretType, props: { secretName: "NPM_TOKEN", valueEncrypted: "x" } },
      findings: [],
    },
    {
      title: "refuses plain text",
      resource: { type: gitHubSecretType, props: { secretName: "NPM_TOKEN", plaintextValue: "planted" } },
      findings: ["gives its value in plain text as plaintextValue."],
    },
    {
      title: "refuses a static key",
      resource: { type: gitHubSecretType, props: { secretName: "AWS_SECRET_ACCESS_KEY", encryptedValue: "x" } },
      findings: ["is a static key, AWS_SECRET_ACCESS_KEY."],
    },
  ],
  "database-managed-password": [
    {
      title: "accepts RDS's",
      resource: { type: instanceType, props: { manageMasterUserPassword: true } },
      findings: [],
    },
    {
      title: "accepts a replica",
      resource: { type: instanceType, props: { replicateSourceDb: "main" } },
      findings: [],
    },
    {
      title: "refuses one of its own",
      resource: { type: instanceType, props: { password: "arn:x" } },
      findings: ["has an administrator's password that RDS does not keep."],
    },
    {
      title: "refuses RDS's when it is off",
      resource: { type: instanceType, props: { manageMasterUserPassword: false } },
      findings: ["has an administrator's password that RDS does not keep."],
    },
  ],
  "secret-recovery": [
    { title: "accepts thirty days", resource: { type: secretType, props: { recoveryWindowInDays: 30 } }, findings: [] },
    { title: "accepts AWS's default", resource: { type: secretType, props: { name: "app" } }, findings: [] },
    {
      title: "accepts none in a feature environment",
      resource: { type: secretType, stack: "pr-7", props: { recoveryWindowInDays: 0 } },
      findings: [],
    },
    {
      title: "refuses none",
      resource: { type: secretType, props: { recoveryWindowInDays: 0 } },
      findings: ["is gone at once when it is deleted."],
    },
  ],
};
