import assert from "node:assert/strict";
import { DeliveryRunner, type DeliveryRunnerArgs } from "../../components/delivery-runner.ts";
import { runnerPolicy, runnerTrust } from "../../components/delivery-runner-plan.ts";
import { judge } from "../support/iam-evaluator.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const connectionArn = "arn:aws:codeconnections:us-west-2:123456789012:connection/0f4e0f9c-58a5-4b2c-9d0e-3a6a7d5f1c11";
const args: DeliveryRunnerArgs = {
  context: { application: "teamflow", stack: "staging", environment: "staging" },
  accountId: "123456789012",
  partition: "aws",
  region: "us-west-2",
  connectionArn,
  github: { owner: "teamflow", repository: "app" },
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  logKeyArn: "arn:key",
  logRetentionDays: 30,
  permissionsBoundary: "arn:boundary",
};

const build = (changes: Partial<DeliveryRunnerArgs> = {}) =>
  runMocked(
    () => {
      const runner = new DeliveryRunner("staging-runner", { ...args, ...changes });
      return { label: runner.label, group: runner.securityGroup.id };
    },
    {
      stack: "staging",
      outputs: ({ inputs, type }) => ({ arn: `arn:of:${type.split(":")[2]}:${String(inputs.name)}` }),
    },
  );
const projectType = "aws:codebuild/project:Project";

describe("components/delivery-runner", () => {
  it("runs jobs inside the VPC, on a machine that is not privileged", async () => {
    const run = await build();
    const { inputs } = run.one(projectType);
    assert.equal(inputs.name, "teamflow-staging-runner");
    assert.deepEqual(inputs.vpcConfig, {
      vpcId: "vpc-1",
      subnets: ["subnet-1", "subnet-2"],
      securityGroupIds: [run.result.group],
    });
    assert.equal((inputs.environment as { privilegedMode: boolean }).privilegedMode, false);
    assert.deepEqual(inputs.artifacts, { type: "NO_ARTIFACTS" });
    const images = (await build({ buildsImages: true })).one(projectType).inputs.environment;
    assert.equal((images as { privilegedMode: boolean }).privilegedMode, true);
  });

  it("takes jobs of this repository only, by the connection, and no other event", async () => {
    const run = await build();
    const { source } = run.one(projectType).inputs as { source: Record<string, unknown> };
    assert.equal(source.type, "GITHUB");
    assert.equal(source.location, "https://github.com/teamflow/app.git");
    assert.deepEqual(source.auth, { type: "CODECONNECTIONS", resource: connectionArn });
    assert.deepEqual(run.one("aws:codebuild/webhook:Webhook").inputs, {
      projectName: "teamflow-staging-runner",
      buildType: "BUILD",
      filterGroups: [{ filters: [{ type: "EVENT", pattern: "WORKFLOW_JOB_QUEUED" }] }],
    });
  });

  it("says how a workflow asks for it", async () =>
    assert.equal(
      (await build()).result.label,
      "codebuild-teamflow-staging-runner-$" + "{{ github.run_id }}-$" + "{{ github.run_attempt }}",
    ));

  it("lets nobody in, and out to TLS only", async () => {
    const run = await build();
    assert.deepEqual(
      run.resources.filter(({ type }) => type.includes("IngressRule")),
      [],
    );
    const out = run.resources.filter(({ type }) => type.includes("EgressRule"));
    assert.deepEqual(
      out.map(({ inputs }) => [inputs.cidrIpv4, inputs.fromPort, inputs.toPort]),
      [["0.0.0.0/0", 443, 443]],
    );
  });

  it("encrypts its log and keeps it as long as the others", async () => {
    const { inputs } = (await build()).one("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(
      { name: inputs.name, kmsKeyId: inputs.kmsKeyId, retentionInDays: inputs.retentionInDays },
      { name: "/teamflow/staging/runner", kmsKeyId: "arn:key", retentionInDays: 30 },
    );
  });

  it("bounds its role, which only CodeBuild may take, for this project", async () => {
    const { inputs } = (await build()).one("aws:iam/role:Role");
    assert.equal(inputs.permissionsBoundary, "arn:boundary");
    assert.deepEqual(JSON.parse(String(inputs.assumeRolePolicy)), runnerTrust(args, "teamflow-staging-runner"));
    const [statement] = runnerTrust(args, "teamflow-staging-runner").Statement;
    assert.deepEqual(statement?.Principal, { Service: "codebuild.amazonaws.com" });
    assert.deepEqual(statement?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnEquals: { "aws:SourceArn": "arn:aws:codebuild:us-west-2:123456789012:project/teamflow-staging-runner" },
    });
  });

  describe("its role", () => {
    const group = "arn:aws:logs:us-west-2:123456789012:log-group:/teamflow/staging/runner";
    const policies = [runnerPolicy(args, { logGroupArn: group, subnetIds: ["subnet-1"], securityGroupId: "sg-1" })];
    const ec2 = (rest: string) => `arn:aws:ec2:us-west-2:123456789012:${rest}`;
    const may = (action: string, resource: string, context = {}) => judge({ policies }, { action, resource, context });

    it("writes its log, uses its connection (by either name of the service) and its own subnets", () => {
      assert.equal(may("logs:PutLogEvents", `${group}:log-stream:1`), "allowed");
      assert.equal(may("codeconnections:GetConnectionToken", connectionArn), "allowed");
      const older = connectionArn.replace("codeconnections", "codestar-connections");
      assert.equal(may("codestar-connections:UseConnection", older), "allowed");
      for (const resource of ["network-interface/*", "subnet/subnet-1", "security-group/sg-1"])
        assert.equal(may("ec2:CreateNetworkInterface", ec2(resource)), "allowed", resource);
      const use = { "ec2:AuthorizedService": "codebuild.amazonaws.com", "ec2:Subnet": ec2("subnet/subnet-1") };
      assert.equal(may("ec2:CreateNetworkInterfacePermission", ec2("network-interface/eni-1"), use), "allowed");
    });

    it("may do nothing else: a job that does not assume the deploy role has no rights", () => {
      for (const [action, resource] of [
        ["ec2:CreateNetworkInterface", ec2("subnet/subnet-9")],
        ["ec2:DeleteNetworkInterface", ec2("network-interface/eni-1")],
        ["codeconnections:GetConnectionToken", `${connectionArn}x`],
        ["sts:AssumeRole", "arn:aws:iam::123456789012:role/teamflow-staging-deploy"],
        ["secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:teamflow/staging/x"],
        ["s3:GetObject", "arn:aws:s3:::teamflow-pulumi-state-123456789012-us-west-2/x"],
        ["logs:PutLogEvents", "arn:aws:logs:us-west-2:123456789012:log-group:/teamflow/prod/runner:x"],
      ] as const)
        assert.equal(may(action, resource), "not allowed", `${action} ${resource}`);
    });
  });
});
