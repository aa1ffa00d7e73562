import assert from "node:assert/strict";
import { UnknownValueError, unknownCheckingProxy } from "@pulumi/policy";
import fc from "fast-check";
import { packFor, rules } from "../../policy/packs.ts";
import type { JudgedResource, Rule } from "../../policy/rule.ts";

/** What the engine sends in a preview for a text that is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const patternType = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const instanceType = "aws:rds/instance:Instance";
const flagsType = "pulumi-nodejs:dynamic/slipway:Flags";

const environment = {
  environment: "production.cto",
  canAdminsBypass: false,
  preventSelfReview: true,
  reviewers: [{ teams: [1, 2] }],
  deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
};
const without = (key: string) => Object.fromEntries(Object.entries(environment).filter(([name]) => name !== key));
const inputNames = [
  ...Object.keys(environment),
  "branchPattern",
  "tagPattern",
  "database",
  "password",
  "storageEncrypted",
];
const join = (...parts: string[]) => parts.join("");

interface Case {
  readonly title: string;
  readonly resource: Partial<JudgedResource> & { readonly type: string };
  readonly findings: readonly string[];
}

const cases: Readonly<Record<string, readonly Case[]>> = {
  "github-environment-admin-bypass": [
    { title: "accepts no bypass", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses a bypass",
      resource: { type: environmentType, props: { ...environment, canAdminsBypass: true } },
      findings: ["lets administrators skip its reviewers."],
    },
    {
      title: "refuses GitHub's default, which is a bypass",
      resource: { type: environmentType, props: without("canAdminsBypass") },
      findings: ["lets administrators skip its reviewers."],
    },
  ],
  "github-environment-self-review": [
    { title: "accepts no self review", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses self review",
      resource: { type: environmentType, props: { ...environment, preventSelfReview: false } },
      findings: ["lets people approve their own deployments."],
    },
    {
      title: "refuses GitHub's default, which is self review",
      resource: { type: environmentType, props: without("preventSelfReview") },
      findings: ["lets people approve their own deployments."],
    },
    {
      title: "accepts nothing said where nobody reviews",
      resource: {
        type: environmentType,
        props: { environment: "production", canAdminsBypass: false, deploymentBranchPolicy: {} },
      },
      findings: [],
    },
  ],
  "github-environment-reviewers": [
    { title: "accepts teams", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "accepts people",
      resource: { type: environmentType, props: { ...environment, reviewers: [{ users: [1] }] } },
      findings: [],
    },
    {
      title: "refuses none where a role approves",
      resource: { type: environmentType, props: without("reviewers") },
      findings: ["has no reviewers."],
    },
    {
      title: "accepts none where deployments run",
      resource: { type: environmentType, props: { ...without("reviewers"), environment: "production" } },
      findings: [],
    },
    {
      title: "refuses an empty group",
      resource: { type: environmentType, props: { ...environment, reviewers: [{ teams: [] }] } },
      findings: ["has no reviewers."],
    },
    {
      title: "refuses seven",
      resource: {
        type: environmentType,
        props: { ...environment, reviewers: [{ teams: [1, 2, 3, 4], users: [5, 6, 7] }] },
      },
      findings: ["has 7 reviewers, GitHub takes six."],
    },
  ],
  "github-environment-branches": [
    { title: "accepts named branches", resource: { type: environmentType, props: environment }, findings: [] },
    {
      title: "refuses no policy",
      resource: { type: environmentType, props: without("deploymentBranchPolicy") },
      findings: ["lets every branch deploy."],
    },
    {
      title: "refuses protected branches",
      resource: {
        type: environmentType,
        props: { ...environment, deploymentBranchPolicy: { protectedBranches: true, customBranchPolicies: false } },
      },
      findings: ["does not name the branches that may deploy."],
    },
  ],
  "github-branch-pattern-width": [
    { title: "accepts a branch", resource: { type: patternType, props: { branchPattern: "develop" } }, findings: [] },
    { title: "accepts a prefix", resource: { type: patternType, props: { tagPattern: "v*" } }, findings: [] },
    {
      title: "refuses a star",
      resource: { type: patternType, props: { branchPattern: "*" } },
      findings: ['lets every branch or tag deploy by the pattern "*".'],
    },
    {
      title: "refuses stars and slashes",
      resource: { type: patternType, props: { branchPattern: "**/*" } },
      findings: ['lets every branch or tag deploy by the pattern "**/*".'],
    },
    { title: "refuses none", resource: { type: patternType, props: {} }, findings: ["has no pattern."] },
  ],
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
  "database-exposure": [
    {
      title: "accepts a private, encrypted one",
      resource: { type: instanceType, props: { storageEncrypted: true } },
      findings: [],
    },
    {
      title: "refuses a public, unencrypted one",
      resource: { type: instanceType, props: { publiclyAccessible: true } },
      findings: ["has a public address.", "keeps its data unencrypted."],
    },
  ],
  "stateful-protection": [
    { title: "leaves dev alone", resource: { type: instanceType, stack: "dev" }, findings: [] },
    { title: "accepts a protected one", resource: { type: instanceType, stack: "prod", protect: true }, findings: [] },
    {
      title: "refuses an unprotected one in prod",
      resource: { type: instanceType, stack: "prod" },
      findings: ['holds state in the stack "prod" and is not protected.'],
    },
    {
      title: "refuses an unprotected one in staging",
      resource: { type: "aws:kms/key:Key", stack: "staging" },
      findings: ['holds state in the stack "staging" and is not protected.'],
    },
  ],
};

function judge(
  rule: Rule,
  { type, name = "it", props = {}, stack = "dev", protect = false }: Case["resource"],
): readonly string[] {
  if (rule.appliesTo !== "every resource" && !rule.appliesTo.includes(type)) return [];
  return rule.judge({ type, name, props: unknownCheckingProxy(props) as Record<string, unknown>, stack, protect });
}

describe("policy", () => {
  for (const rule of rules) {
    describe(rule.name, () => {
      const own = cases[rule.name] ?? [];

      it("is tried with what it accepts and what it refuses", () => {
        assert.ok(own.some(({ findings }) => findings.length > 0));
        assert.ok(own.some(({ findings }) => findings.length === 0));
      });

      for (const { title, resource, findings } of own) {
        it(title, () => assert.deepEqual(judge(rule, resource), findings));
      }

      it("says what it wants, why, and how to mend it, each in one sentence", () => {
        for (const text of [rule.description, rule.rationale, rule.remediation]) assert.match(text, /^[A-Z].*[.)]$/s);
        assert.match(rule.name, /^[a-z]+(-[a-z]+)*$/);
        assert.ok(rule.controls.length > 0);
      });

      it("fails on no properties but those that are not known yet", () => {
        const types = rule.appliesTo === "every resource" ? ["x:y:Z"] : rule.appliesTo;
        fc.assert(
          fc.property(
            fc.constantFrom(...types),
            fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...inputNames)), fc.jsonValue()),
            (type, props) => {
              for (const finding of judge(rule, { type, props: props as Record<string, unknown> })) {
                assert.equal(typeof finding, "string");
              }
            },
          ),
        );
      });
    });
  }

  it("names no policy twice, and has cases for each", () => {
    const names = rules.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
    assert.deepEqual(Object.keys(cases).sort(), names.toSorted());
  });

  for (const key of ["canAdminsBypass", "preventSelfReview", "reviewers", "deploymentBranchPolicy"]) {
    it(`leaves an environment whose ${key} is not known yet to the update`, () => {
      const props = { ...environment, [key]: unknown };
      const undecided = rules.filter((rule) => {
        try {
          judge(rule, { type: environmentType, props });
          return false;
        } catch (error) {
          assert.ok(error instanceof UnknownValueError);
          return true;
        }
      });
      assert.equal(undecided.length, 1);
    });
  }

  describe("packs", () => {
    const advisory = (stack: string | undefined) =>
      packFor(stack).flatMap(({ rule, enforcement }) => (enforcement === "advisory" ? [rule.name] : []));

    for (const stack of ["staging", "prod", "production", "", undefined]) {
      it(`judges ${stack === undefined ? "an unnamed stack" : `"${stack}"`} strictly`, () =>
        assert.deepEqual(advisory(stack), []));
    }

    for (const stack of ["dev", "pr-12"]) {
      it(`only warns in "${stack}" of how deployments are gated`, () => {
        assert.deepEqual(advisory(stack), ["github-environment-self-review", "github-environment-reviewers"]);
      });
    }

    it("selects every policy for every stack", () => {
      for (const stack of ["dev", "staging", "prod"])
        assert.deepEqual(
          packFor(stack).map(({ rule }) => rule),
          rules,
        );
    });
  });
});
