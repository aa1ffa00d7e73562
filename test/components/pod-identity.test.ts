import assert from "node:assert/strict";
import { PodIdentity, type PodIdentityArgs } from "../../components/pod-identity.ts";
import { planPodTrust } from "../../components/pod-identity-plan.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };
const clusterArn = "arn:aws:eks:us-west-2:123456789012:cluster/teamflow-prod";
const role = "aws:iam/role:Role";
const policy = "aws:iam/rolePolicy:RolePolicy";

const build = (changes: Partial<PodIdentityArgs> = {}) =>
  runMocked(
    () => {
      const { roleArn } = new PodIdentity("prod-backend-identity", {
        context,
        clusterName: "teamflow-prod",
        clusterArn,
        namespace: "teamflow",
        serviceAccount: "backend",
        statements: [{ Effect: "Allow", Action: "rds-db:connect", Resource: "arn:user" }],
        ...changes,
      });
      return { roleArn };
    },
    { stack: "prod", outputs: ({ inputs }) => ({ arn: `arn:of:${String(inputs.name)}` }) },
  );

describe("components/pod-identity", () => {
  it("is trusted to the pods of one service account in one namespace of one cluster", () => {
    assert.deepEqual(planPodTrust({ clusterArn, namespace: "teamflow", serviceAccount: "backend" }).Statement, [
      {
        Sid: "PodsOfOneServiceAccount",
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/eks-cluster-arn": clusterArn,
            "aws:RequestTag/kubernetes-namespace": "teamflow",
            "aws:RequestTag/kubernetes-service-account": "backend",
          },
        },
      },
    ]);
  });

  it("names the role by stack, namespace and service account, so that two environments never share one", async () => {
    const name = async (namespace: string) => (await build({ namespace })).one(role).inputs.name;
    assert.equal(await name("teamflow"), "teamflow-prod-teamflow-backend");
    assert.equal(await name("teamflow-pre"), "teamflow-prod-teamflow-pre-backend");
  });

  it("gives the pods their statements and nothing else", async () => {
    const run = await build();
    assert.deepEqual(JSON.parse(String(run.one(policy).inputs.policy)), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "rds-db:connect", Resource: "arn:user" }],
    });
    assert.deepEqual(JSON.parse(String(run.one(role).inputs.assumeRolePolicy)), {
      ...planPodTrust({ clusterArn, namespace: "teamflow", serviceAccount: "backend" }),
    });
  });

  it("links the role to the service account", async () => {
    const run = await build();
    const { inputs } = run.one("aws:eks/podIdentityAssociation:PodIdentityAssociation");
    assert.deepEqual(
      [inputs.clusterName, inputs.namespace, inputs.serviceAccount, inputs.roleArn],
      ["teamflow-prod", "teamflow", "backend", "arn:of:teamflow-prod-teamflow-backend"],
    );
    assert.equal((inputs.tags as Record<string, string>).Stack, "prod");
    assert.equal(run.result.roleArn, inputs.roleArn);
  });

  it("has no policy when the pods may do nothing", async () => {
    const run = await build({ statements: [] });
    assert.deepEqual(
      run.resources.filter(({ type }) => type === policy),
      [],
    );
  });
});
