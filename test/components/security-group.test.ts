import assert from "node:assert/strict";
import { type Peer, SecurityGroup } from "../../components/security-group.ts";
import { type MockedRun, runMocked } from "../support/pulumi-mocks.ts";
import { connections } from "../support/reachability.ts";
import { recordsOf } from "../support/reachability-records.ts";

const context = { application: "teamflow", stack: "staging", environment: "staging" };
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** Two groups, and what happens between them. */
const build = (connect: (database: SecurityGroup, backend: SecurityGroup) => void): Promise<MockedRun<object>> =>
  runMocked(() => {
    const group = (part: string) =>
      new SecurityGroup(`staging-${part}`, { context, vpcId: "vpc-1", part, description: `The ${part}` });
    connect(group("database"), group("backend"));
    return {};
  });

describe("components/security-group", () => {
  it("lets nothing in and nothing out until a connection is named", async () => {
    const run = await build(() => {});
    const { inputs } = run.one("aws:ec2/securityGroup:SecurityGroup", "staging-database-group");
    assert.deepEqual(inputs, {
      name: "teamflow-staging-database",
      description: "The database",
      vpcId: "vpc-1",
      tags: {
        Environment: "staging",
        ManagedBy: "pulumi",
        Name: "teamflow-staging-database",
        Project: "teamflow",
        Stack: "staging",
      },
    });
    assert.deepEqual(
      run.resources.filter(({ type }) => type === ingress || type === egress),
      [],
    );
  });

  it("opens exactly the one way that is named, at both its ends", async () => {
    const run = await build((database, backend) => database.allowFrom({ name: "backend", group: backend }, 5432));
    assert.deepEqual(connections(recordsOf(run.resources)), [
      "teamflow-staging-backend -> teamflow-staging-database tcp 5432",
    ]);
    assert.equal(run.one(ingress).name, "staging-database-from-backend-5432");
    assert.equal(run.one(egress).name, "staging-backend-to-database-5432");
  });

  it("makes one more connection one more resource, and changes none that stands", async () => {
    const one = await build((database, backend) => database.allowFrom({ name: "backend", group: backend }, 5432));
    const two = await build((database, backend) =>
      database
        .allowFrom({ name: "runner", cidr: "10.1.9.0/24" }, 5432)
        .allowFrom({ name: "backend", group: backend }, 5432),
    );
    for (const old of one.resources) assert.deepEqual(two.one(old.type, old.name).inputs, old.inputs);
    assert.equal(two.resources.length, one.resources.length + 1);
  });

  for (const [title, peer, field, value] of [
    ["a range of addresses", { name: "internet", cidr: "0.0.0.0/0" }, "cidrIpv4", "0.0.0.0/0"],
    ["a list of AWS's own addresses", { name: "s3", prefixListId: "pl-1" }, "prefixListId", "pl-1"],
  ] as const satisfies readonly (readonly [string, Peer, string, string])[]) {
    it(`lets somebody out to ${title}, and names the port and both ends`, async () => {
      const run = await build((_, backend) => backend.allowTo(peer, 443));
      const { inputs } = run.one(egress);
      assert.equal(inputs[field], value);
      assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443]);
      assert.equal(inputs.description, `backend to ${peer.name}`);
      assert.deepEqual(
        Object.keys(inputs).filter((key) => /cidr|prefixList|referenced/.test(key)),
        [field],
      );
    });
  }

  it("lets a group of somebody else's in, and leaves what that one lets out to its maker", async () => {
    const run = await build((database) => database.allowFrom({ name: "pods", groupId: "sg-eks" }, 5432));
    const { inputs } = run.one(ingress);
    assert.deepEqual(
      [inputs.securityGroupId, inputs.referencedSecurityGroupId, inputs.fromPort, inputs.description],
      ["staging-database-group-id", "sg-eks", 5432, "pods to database"],
    );
    assert.deepEqual(
      run.resources.filter(({ type }) => type === egress),
      [],
    );
  });

  it("marks every rule with its owner", async () => {
    const run = await build((database, backend) => database.allowFrom({ name: "backend", group: backend }, 5432));
    for (const type of [ingress, egress])
      assert.deepEqual(run.one(type).inputs.tags, {
        Environment: "staging",
        ManagedBy: "pulumi",
        Project: "teamflow",
        Stack: "staging",
      });
  });
});
