import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeliveryIdentity, type DeliveryIdentityArgs } from "../../components/delivery-identity.ts";
import { boundRoles } from "../../components/iam-boundary.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const roleType = "aws:iam/role:Role";
const policyType = "aws:iam/policy:Policy";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
const accountId = "123456789012";

const args: DeliveryIdentityArgs = {
  context: { application: "teamflow", stack: "staging", environment: "staging" },
  accountId,
  partition: "aws",
  region: "us-west-2",
  hosts: ["staging.teamflow.app"],
  protect: true,
  github: { owner: "teamflow", repository: "app", ownerId: "11", repositoryId: "22" },
  environments: [{ name: "staging", workflows: ["environment-staging.yml"], branches: ["main"], tags: [] }],
  createOidcProvider: true,
};

const build = (changes: Partial<DeliveryIdentityArgs> = {}) =>
  runMocked(
    () => {
      const { boundaryArn, deployRoleArn, previewRoleArn, providerArn } = new DeliveryIdentity("staging-identity", {
        ...args,
        ...changes,
      });
      return { boundaryArn, deployRoleArn, previewRoleArn, providerArn };
    },
    {
      stack: "staging",
      answer: ({ inputs, token }) =>
        token.includes("getOpenIdConnectProvider") ? { ...inputs, arn: "arn:of:the:accounts:one" } : {},
      outputs: ({ inputs, type }) => ({ arn: `arn:of:${type.split(":")[2]}:${String(inputs.name ?? inputs.url)}` }),
    },
  );

interface Trust {
  readonly Statement: readonly {
    readonly Condition: Record<string, Record<string, unknown>>;
    readonly Principal: unknown;
  }[];
}
const trustOf = (inputs: Record<string, unknown>) => JSON.parse(String(inputs.assumeRolePolicy)) as Trust;

describe("components/delivery-identity", () => {
  it("bounds both roles, and ends their sessions", async () => {
    const run = await build();
    for (const [part, seconds] of [
      ["deploy", 7200],
      ["preview", 3600],
    ] as const) {
      const { inputs } = run.one(roleType, `staging-identity-${part}`);
      assert.equal(inputs.name, `teamflow-staging-${part}`);
      assert.equal(inputs.permissionsBoundary, "arn:of:Policy:teamflow-staging-boundary");
      assert.equal(inputs.maxSessionDuration, seconds);
      assert.equal((inputs.tags as Record<string, string>).Stack, "staging");
    }
  });

  it("trusts jobs of the environment with one role, pull requests with the other, by both forms of the subject", async () => {
    const run = await build();
    const subjects = (part: string) =>
      trustOf(run.one(roleType, `staging-identity-${part}`).inputs).Statement[0]?.Condition.StringEquals?.[
        "token.actions.githubusercontent.com:sub"
      ];
    assert.deepEqual(subjects("deploy"), [
      "repo:teamflow/app:environment:staging",
      "repo:teamflow@11/app@22:environment:staging",
    ]);
    assert.deepEqual(subjects("preview"), ["repo:teamflow/app:pull_request", "repo:teamflow@11/app@22:pull_request"]);
  });

  it("waits for the ids of a repository that the stack creates", async () => {
    const run = await build({
      github: { ...args.github, repositoryId: pulumi.output("77"), ownerId: pulumi.output("11") },
    });
    assert.match(String(run.one(roleType, "staging-identity-deploy").inputs.assumeRolePolicy), /app@77:environment/);
  });

  it("attaches to each role its own policies and none of AWS's", async () => {
    const run = await build();
    const attached = run.resources
      .filter(({ type }) => type === attachmentType)
      .map(({ inputs }) => [inputs.role, inputs.policyArn]);
    const policies = run.resources.filter(({ type }) => type === policyType).map(({ inputs }) => String(inputs.name));
    assert.deepEqual(
      attached.map(([role, policy]) => `${role} ${policy}`).sort(),
      policies
        .filter((name) => name !== "teamflow-staging-boundary")
        .map((name) => `teamflow-staging-${name.includes("preview") ? "preview" : "deploy"} arn:of:Policy:${name}`)
        .sort(),
    );
  });

  it("makes the account's OIDC provider without thumbprints, and leaves it when the stack goes", async () => {
    const run = await build();
    const { inputs } = run.one(providerType);
    assert.equal(inputs.url, "https://token.actions.githubusercontent.com");
    assert.deepEqual(inputs.clientIdLists, ["sts.amazonaws.com"]);
    assert.ok(!("thumbprintLists" in inputs));
    assert.deepEqual(trustOf(run.one(roleType, "staging-identity-deploy").inputs).Statement[0]?.Principal, {
      Federated: run.result.providerArn,
    });
  });

  it("looks the provider up where another stack has made it", async () => {
    const run = await build({ createOidcProvider: false });
    assert.equal(run.resources.filter(({ type }) => type === providerType).length, 0);
    assert.equal(run.result.providerArn, "arn:of:the:accounts:one");
    assert.deepEqual(run.calls[0]?.inputs, { url: "https://token.actions.githubusercontent.com" });
  });
});

describe("components/iam-boundary", () => {
  it("gives the boundary to every role that has none, in whatever component it is made", async () => {
    const run = await runMocked(() => {
      const parent = new pulumi.ComponentResource(
        "test:index:Stack",
        "stack",
        {},
        { transformations: [boundRoles("arn:boundary")] },
      );
      new aws.iam.Role("plain", { assumeRolePolicy: "{}" }, { parent });
      new aws.iam.Role("bound", { assumeRolePolicy: "{}", permissionsBoundary: "arn:other" }, { parent });
      new aws.sns.Topic("topic", {}, { parent });
    });
    assert.equal(run.one(roleType, "plain").inputs.permissionsBoundary, "arn:boundary");
    assert.equal(run.one(roleType, "bound").inputs.permissionsBoundary, "arn:other");
    assert.ok(!("permissionsBoundary" in run.one("aws:sns/topic:Topic").inputs));
  });
});
