import { type Cases, unknown } from "../support/cases.ts";
import { storeSecretsCases } from "./secrets-stores.ts";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const instanceType = "aws:rds/instance:Instance";
const flagsType = "pulumi-nodejs:dynamic/slipway:Flags";

const environment = {
  environment: "production.cto",
  canAdminsBypass: false,
  preventSelfReview: true,
  reviewers: [{ teams: [1, 2] }],
  deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
};
const join = (...parts: string[]) => parts.join("");

export const secretsCases: Cases = {
  ...storeSecretsCases,
  "plain-secrets": [
    { title: "accepts plain facts", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "accepts references to secrets",
      resource: {
        type: instanceType,
        props: {
          secretArn: "arn:aws:secretsmanager:x",
          password: "arn:aws:secretsmanager:x",
          manageMasterUserPassword: true,
        },
      },
      findings: [],
    },
    {
      title: "accepts the token of a request that may be repeated",
      resource: {
        type: "aws:efs/fileSystem:FileSystem",
        props: { creationToken: "uploads", clientToken: "x", idempotencyToken: "y", clientRequestToken: "z" },
      },
      findings: [],
    },
    {
      title: "refuses a password",
      resource: { type: instanceType, props: { password: "hunter2" } },
      findings: ["has a secret, by its name, in its input password."],
    },
    {
      title: "refuses the token of a provider",
      resource: { type: "pulumi:providers:github", props: { owner: "teamflow", token: "planted" } },
      findings: ["has a secret, by its name, in its input token."],
    },
    {
      title: "refuses known formats at any depth, wherever they stand",
      resource: {
        type: flagsType,
        props: {
          flags: { a: join("ghp_", "abcdefghijklmnopqrstuvwxyz") },
          list: ["x", { deep: join("AKIA", "ABCDEFGHIJKLMNOP") }],
          url: "postgres://app:planted@db/teamflow",
          pem: join("-----BEGIN ", "PRIVATE KEY-----"),
        },
      },
      findings: [
        "has a GitHub token in its input flags.a.",
        "has an AWS access key in its input list[1].deep.",
        "has an address with a password in its input url.",
        "has a private key in its input pem.",
      ],
    },
    {
      title: "passes over what is not known yet and judges the rest",
      resource: { type: flagsType, props: { instance: unknown, more: { id: unknown, password: "planted" } } },
      findings: ["has a secret, by its name, in its input more.password."],
    },
  ],
  "generated-secrets": [
    {
      title: "refuses a random password",
      resource: { type: "random:index/randomPassword:RandomPassword", props: { length: 20 } },
      findings: ["makes a secret that the state would keep."],
    },
    {
      title: "refuses it also while its length is not known",
      resource: { type: "random:index/randomPassword:RandomPassword", props: { length: unknown } },
      findings: ["makes a secret that the state would keep."],
    },
    {
      title: "refuses a key that the state would keep",
      resource: { type: "aws:iam/accessKey:AccessKey", props: { user: "mail", pgpKey: "" } },
      findings: ["makes a secret that the state would keep."],
    },
    {
      title: "accepts a key that AWS encrypts for somebody",
      resource: { type: "aws:iam/accessKey:AccessKey", props: { user: "mail", pgpKey: "keybase:teamflow" } },
      findings: [],
    },
    { title: "accepts a random id", resource: { type: "random:index/randomId:RandomId", props: {} }, findings: [] },
  ],
  "database-by-reference": [
    {
      title: "accepts a reference",
      resource: {
        type: flagsType,
        props: { database: { kind: "environment", database: "teamflow_dev", user: "teamflow_owner" } },
      },
      findings: [],
    },
    {
      title: "accepts a secret with its server's address",
      resource: {
        type: flagsType,
        props: { database: { kind: "secret", arn: "arn:aws:s", host: "db", port: 5432, database: "teamflow" } },
      },
      findings: [],
    },
    {
      title: "refuses a password beside a secret",
      resource: { type: flagsType, props: { database: { kind: "secret", arn: "arn:aws:s", password: "x" } } },
      findings: ["gives more than a reference to its database: password."],
    },
    {
      title: "refuses a connection",
      resource: {
        type: flagsType,
        props: { database: { host: "db", port: 5432, password: "x", database: "teamflow_dev" } },
      },
      findings: ["gives more than a reference to its database: host, port, password."],
    },
    {
      title: "refuses an address",
      resource: { type: flagsType, props: { database: "postgres://db/teamflow" } },
      findings: ["does not name its database by reference."],
    },
  ],
};
