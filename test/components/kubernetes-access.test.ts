import assert from "node:assert/strict";
import { KubernetesAccess, type KubernetesAccessArgs } from "../../components/kubernetes-access.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };
const entry = "aws:eks/accessEntry:AccessEntry";
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const ops = "arn:aws:iam::123456789012:role/team/Ops";
const deployRoleArn = "arn:aws:iam::123456789012:role/teamflow-prod-deploy";
const previewRoleArn = "arn:aws:iam::123456789012:role/teamflow-prod-preview";

const build = (
  changes: Partial<KubernetesAccessArgs> = {},
  { caller = "arn:aws:sts::123456789012:assumed-role/Ops/ada", preview = false } = {},
) =>
  runMocked(
    () => {
      const { clusterName } = new KubernetesAccess("prod-platform-access", {
        context,
        clusterName: "teamflow-prod",
        accountId: "123456789012",
        partition: "aws",
        people: [{ role: ops, level: "clusterAdmin" }],
        ...changes,
      });
      return { clusterName };
    },
    {
      stack: "prod",
      preview,
      answer: ({ token }) =>
        token === "aws:index/getCallerIdentity:getCallerIdentity" ? { arn: caller, accountId: "123456789012" } : {},
    },
  );

describe("components/kubernetes-access", () => {
  it("knows the roles of delivery by groups of their own, with none of EKS's policies", async () => {
    const run = await build({ deployRoleArn, previewRoleArn, people: [{ role: ops, level: "clusterAdmin" }] });
    for (const [part, principalArn, group] of [
      ["deploy", deployRoleArn, "slipway:deployers"],
      ["preview", previewRoleArn, "slipway:previewers"],
    ] as const) {
      const { inputs } = run.one(entry, `prod-platform-access-${part}`);
      assert.deepEqual(
        [inputs.clusterName, inputs.principalArn, inputs.type, inputs.kubernetesGroups],
        ["teamflow-prod", principalArn, "STANDARD", [group]],
      );
    }
    const given = run.resources.filter(({ type }) => type === association).map(({ inputs }) => inputs.principalArn);
    assert.deepEqual(given, [ops]);
  });

  it("gives people the level and the namespaces that settings say", async () => {
    const run = await build({
      people: [
        { role: ops, level: "clusterAdmin" },
        { role: "arn:aws:iam::123456789012:role/Dev", level: "edit", namespace: "teamflow-pre" },
      ],
    });
    assert.equal(run.one(entry, "prod-platform-access-role-Dev").inputs.kubernetesGroups, undefined);
    assert.deepEqual(run.one(association, "prod-platform-access-role-Dev-edit").inputs, {
      clusterName: "teamflow-prod",
      principalArn: "arn:aws:iam::123456789012:role/Dev",
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
      accessScope: { type: "namespace", namespaces: ["teamflow-pre"] },
    });
    assert.deepEqual(run.one(association, "prod-platform-access-role-Ops-clusterAdmin").inputs.accessScope, {
      type: "cluster",
    });
  });

  it("names the partition that the account is in", async () => {
    const run = await build({ partition: "aws-us-gov" });
    assert.equal(
      run.one(association).inputs.policyArn,
      "arn:aws-us-gov:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    );
  });

  it("stops whoever could not work in the cluster, before it lets anybody in", async () => {
    const caller = "arn:aws:sts::123456789012:assumed-role/Dev/bob";
    await assert.rejects(
      build({}, { caller }),
      /slipway:kubernetes\.access does not let in whoever runs this: .*Dev\/bob/,
    );
  });

  it("lets a pull request's job preview, and nothing else", async () => {
    const caller = "arn:aws:sts::123456789012:assumed-role/teamflow-prod-preview/job";
    await build({ previewRoleArn }, { caller, preview: true });
    await assert.rejects(build({ previewRoleArn }, { caller }), /does not let in whoever runs this/);
  });

  it("lets a deploying job do both", async () => {
    const caller = "arn:aws:sts::123456789012:assumed-role/teamflow-prod-deploy/job";
    await build({ deployRoleArn }, { caller, preview: true });
    await build({ deployRoleArn }, { caller });
  });
});
