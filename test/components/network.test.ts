import assert from "node:assert/strict";
import { Network, type NetworkArgs } from "../../components/network.ts";
import type { NetworkPlatform, NetworkSettings } from "../../components/network-plan.ts";
import { SecurityGroup } from "../../components/security-group.ts";
import { type MockedRun, runMocked } from "../support/pulumi-mocks.ts";
import { connections, waysOut } from "../support/reachability.ts";
import { recordsOf } from "../support/reachability-records.ts";

const context = { application: "teamflow", stack: "staging", environment: "staging" };
const staging: NetworkSettings = {
  cidr: "10.1.0.0/16",
  zones: ["us-west-2a", "us-west-2b"],
  natGateways: "single",
  interfaceEndpoints: "single",
  flowLogs: true,
};

type Built = Awaited<ReturnType<typeof build>>;

function build(
  settings: Partial<NetworkSettings> = {},
  platform: NetworkPlatform = "ecs",
  more: Partial<NetworkArgs> = {},
  then: (network: Network) => void = () => {},
) {
  return runMocked(
    () => {
      const network = new Network("staging-network", {
        context,
        settings: { ...staging, ...settings },
        region: "us-west-2",
        accountId: "123456789012",
        platform,
        flowLogKeyArn: "arn:aws:kms:us-west-2:123456789012:key/logs",
        logRetentionDays: 30,
        ...more,
      });
      then(network);
      const {
        cidr,
        isolatedSubnetIds,
        privateRouteTableIds,
        privateSubnetIds,
        publicSubnetIds,
        s3PrefixListId,
        vpcId,
      } = network;
      return {
        cidr,
        isolatedSubnetIds,
        privateRouteTableIds,
        privateSubnetIds,
        publicSubnetIds,
        s3PrefixListId,
        vpcId,
      };
    },
    {
      stack: "staging",
      outputs: ({ name, type }) => ({
        arn: `arn:aws:test:us-west-2:123456789012:${name}`,
        ...(type === "aws:ec2/eip:Eip" && { allocationId: `${name}-allocation` }),
        ...(type === "aws:ec2/vpcEndpoint:VpcEndpoint" && { prefixListId: "pl-s3" }),
      }),
    },
  );
}

const all = (run: MockedRun<unknown>, type: string) => run.resources.filter((resource) => resource.type === type);
const table = (run: MockedRun<unknown>, type: string, key: string) =>
  Object.fromEntries(all(run, type).map(({ inputs, name }) => [name.replace("staging-network-", ""), inputs[key]]));

const nat = "aws:ec2/natGateway:NatGateway";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const subnet = "aws:ec2/subnet:Subnet";
const route = "aws:ec2/route:Route";

/** The types of this component that take no tags, by AWS's own API. */
const tagless = /^(aws:(ec2\/(route:Route|routeTableAssociation:|vpcEndpointPolicy)|iam\/rolePolicy:)|slipway:)/;

describe("components/network", () => {
  let run: Built;

  before(async () => {
    run = await build();
  });

  it("builds a VPC whose names resolve, as the private names of the endpoints need it", () => {
    const { inputs } = run.one("aws:ec2/vpc:Vpc");
    assert.equal(inputs.cidrBlock, "10.1.0.0/16");
    assert.equal(inputs.enableDnsSupport, true);
    assert.equal(inputs.enableDnsHostnames, true);
  });

  it("puts every tier into every zone, under names that say which, and gives nobody a public address unasked", () => {
    assert.deepEqual(table(run, subnet, "cidrBlock"), {
      "public-a": "10.1.1.0/24",
      "public-b": "10.1.2.0/24",
      "private-a": "10.1.11.0/24",
      "private-b": "10.1.12.0/24",
      "isolated-a": "10.1.21.0/24",
      "isolated-b": "10.1.22.0/24",
    });
    for (const { inputs, name } of all(run, subnet)) {
      assert.equal(inputs.availabilityZone, `us-west-2${name.at(-1)}`);
      assert.equal(inputs.mapPublicIpOnLaunch, false);
    }
  });

  it("leads public subnets to the internet, private ones through NAT, and isolated ones nowhere", () => {
    assert.deepEqual(waysOut(recordsOf(run.resources)), {
      "staging-network-public-a": "internet gateway",
      "staging-network-public-b": "internet gateway",
      "staging-network-private-a": "NAT",
      "staging-network-private-b": "NAT",
      "staging-network-isolated-a": "none",
      "staging-network-isolated-b": "none",
    });
    assert.deepEqual(Object.keys(table(run, route, "routeTableId")).sort(), [
      "private-a-internet",
      "private-b-internet",
      "public-internet",
    ]);
  });

  it("gives out the subnets by tier, in the order of their zones", () => {
    assert.deepEqual(run.result.publicSubnetIds, ["staging-network-public-a-id", "staging-network-public-b-id"]);
    assert.deepEqual(run.result.privateSubnetIds, ["staging-network-private-a-id", "staging-network-private-b-id"]);
    assert.deepEqual(run.result.isolatedSubnetIds, ["staging-network-isolated-a-id", "staging-network-isolated-b-id"]);
    assert.deepEqual(run.result.privateRouteTableIds, [
      "staging-network-private-a-routes-id",
      "staging-network-private-b-routes-id",
    ]);
    assert.equal(run.result.s3PrefixListId, "pl-s3");
    assert.equal(run.result.vpcId, "staging-network-vpc-id");
    assert.equal(run.result.cidr, "10.1.0.0/16");
  });

  describe("NAT", () => {
    it("is one gateway with a fixed address for all zones when it is single", () => {
      assert.deepEqual(table(run, nat, "subnetId"), { "nat-a": "staging-network-public-a-id" });
      assert.deepEqual(table(run, nat, "allocationId"), { "nat-a": "staging-network-nat-a-address-allocation" });
      assert.deepEqual(table(run, route, "natGatewayId"), {
        "public-internet": undefined,
        "private-a-internet": "staging-network-nat-a-id",
        "private-b-internet": "staging-network-nat-a-id",
      });
    });

    it("is one gateway in each zone, for that zone alone, when it is perZone", async () => {
      const perZone = await build({ natGateways: "perZone" });
      assert.deepEqual(table(perZone, nat, "subnetId"), {
        "nat-a": "staging-network-public-a-id",
        "nat-b": "staging-network-public-b-id",
      });
      assert.deepEqual(table(perZone, route, "natGatewayId"), {
        "public-internet": undefined,
        "private-a-internet": "staging-network-nat-a-id",
        "private-b-internet": "staging-network-nat-b-id",
      });
    });

    it("is one gateway of the whole VPC, which takes its addresses itself, when it is regional", async () => {
      const regional = await build({ natGateways: "regional" });
      const { inputs } = regional.one(nat);
      assert.equal(inputs.availabilityMode, "regional");
      assert.equal(inputs.vpcId, "staging-network-vpc-id");
      assert.equal(inputs.subnetId, undefined);
      assert.deepEqual(all(regional, "aws:ec2/eip:Eip"), []);
      assert.equal(table(regional, route, "natGatewayId")["private-b-internet"], "staging-network-nat-regional-id");
    });
  });

  it("keeps the name and the inputs of everything that a zone had when another is added", async () => {
    const grown = await build({ zones: ["us-west-2c", "us-west-2a", "us-west-2b"], natGateways: "perZone" });
    const before = await build({ natGateways: "perZone" });
    for (const type of [
      subnet,
      nat,
      route,
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
    ])
      for (const old of all(before, type)) assert.deepEqual(grown.one(type, old.name).inputs, old.inputs);
  });

  describe("endpoints", () => {
    const interfaces = (built: Built) =>
      all(built, endpoint).filter(({ inputs }) => inputs.vpcEndpointType === "Interface");

    it("stand for images, logs, secrets and parameters, under the names that the SDKs use", () => {
      assert.deepEqual(
        interfaces(run).map(({ inputs }) => inputs.serviceName),
        ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"].map((name) => `com.amazonaws.us-west-2.${name}`),
      );
      for (const { inputs } of interfaces(run)) {
        assert.equal(inputs.privateDnsEnabled, true);
        assert.deepEqual(inputs.securityGroupIds, ["staging-network-endpoints-access-group-id"]);
        assert.deepEqual(inputs.subnetIds, ["staging-network-private-a-id"]);
      }
    });

    it("serve no identity of another account", () => {
      for (const { inputs } of interfaces(run)) {
        const { Statement } = JSON.parse(String(inputs.policy));
        assert.deepEqual(
          Statement.map((each: { Condition: unknown }) => each.Condition),
          [{ StringEquals: { "aws:PrincipalAccount": "123456789012" } }],
        );
      }
    });

    it("have an address in each zone when they are perZone", async () => {
      const perZone = await build({ interfaceEndpoints: "perZone" });
      for (const { inputs } of interfaces(perZone))
        assert.deepEqual(inputs.subnetIds, ["staging-network-private-a-id", "staging-network-private-b-id"]);
    });

    it("leave their security group and S3 where they are when there are none, so that clients need not change", async () => {
      const none = await build({ interfaceEndpoints: "none" });
      assert.deepEqual(interfaces(none), []);
      const group = "staging-network-endpoints-access-group";
      assert.deepEqual(
        none.one("aws:ec2/securityGroup:SecurityGroup", group).inputs,
        run.one("aws:ec2/securityGroup:SecurityGroup", group).inputs,
      );
      assert.equal(all(none, endpoint).length, 1);
    });

    it("reach S3 by the routes of the private and isolated subnets, writing to buckets of this account alone", () => {
      const { inputs } = run.one(endpoint, "staging-network-endpoints-s3");
      assert.equal(inputs.vpcEndpointType, "Gateway");
      assert.deepEqual([...(inputs.routeTableIds as string[])].sort(), [
        "staging-network-isolated-routes-id",
        "staging-network-private-a-routes-id",
        "staging-network-private-b-routes-id",
      ]);
      const { Statement } = JSON.parse(String(inputs.policy));
      for (const { Action, Condition } of Statement) {
        const reads = Array.isArray(Action) && Action.every((action) => /^s3:(Get|List)/.test(action));
        if (!reads) assert.deepEqual(Condition, { StringEquals: { "aws:ResourceAccount": "123456789012" } });
      }
    });

    it("let in those who are named, and nobody else", async () => {
      const built = await build({}, "ecs", {}, ({ endpoints, vpcId }) => {
        const client = new SecurityGroup("client", { context, vpcId, part: "client", description: "A client" });
        new SecurityGroup("stranger", { context, vpcId, part: "stranger", description: "A stranger" });
        endpoints.allowFrom({ name: "client", group: client }, 443);
      });
      assert.deepEqual(connections(recordsOf(built.resources)), [
        "teamflow-staging-client -> teamflow-staging-endpoints tcp 443",
      ]);
    });
  });

  it("empties the default security group", () => {
    const { inputs } = run.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
    assert.deepEqual([inputs.vpcId, inputs.ingress, inputs.egress], ["staging-network-vpc-id", [], []]);
  });

  describe("flow logs", () => {
    const group = "aws:cloudwatch/logGroup:LogGroup";
    const log = "aws:ec2/flowLog:FlowLog";

    it("record all traffic by the minute into an encrypted group with an end", () => {
      const { inputs } = run.one(log);
      assert.equal(inputs.trafficType, "ALL");
      assert.equal(inputs.maxAggregationInterval, 60);
      assert.equal(inputs.logDestination, "arn:aws:test:us-west-2:123456789012:staging-network-flow-logs-group");
      const { inputs: kept } = run.one(group);
      assert.equal(kept.name, "/teamflow/staging/flow-logs");
      assert.equal(kept.retentionInDays, 30);
      assert.equal(kept.kmsKeyId, "arn:aws:kms:us-west-2:123456789012:key/logs");
    });

    it("are written by a role that only flow logs of this account take, and that writes to their group alone", () => {
      const trust = JSON.parse(String(run.one("aws:iam/role:Role").inputs.assumeRolePolicy));
      assert.deepEqual(trust.Statement[0].Principal, { Service: "vpc-flow-logs.amazonaws.com" });
      assert.deepEqual(trust.Statement[0].Condition.StringEquals, { "aws:SourceAccount": "123456789012" });
      const rights = JSON.parse(String(run.one("aws:iam/rolePolicy:RolePolicy").inputs.policy));
      const arn = "arn:aws:test:us-west-2:123456789012:staging-network-flow-logs-group";
      assert.deepEqual(rights.Statement[0].Resource, [arn, `${arn}:*`]);
    });

    it("keep their group, and so what was recorded, when they are switched off", async () => {
      const off = await build({ flowLogs: false });
      assert.deepEqual(all(off, log), []);
      assert.deepEqual(off.one(group).inputs, run.one(group).inputs);
    });

    it("stay below the permissions boundary that a stack sets", async () => {
      const bounded = await build({}, "ecs", { permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" });
      assert.equal(
        bounded.one("aws:iam/role:Role").inputs.permissionsBoundary,
        "arn:aws:iam::123456789012:policy/boundary",
      );
    });
  });

  it("tells Kubernetes which subnets are for load balancers, on EKS alone", async () => {
    const eks = await build({ cidr: "10.2.0.0/16" }, "eks");
    const roles = (built: Built) =>
      Object.entries(table(built, subnet, "tags")).flatMap(([name, tags]) =>
        Object.keys(tags as object)
          .filter((key) => key.startsWith("kubernetes.io"))
          .map((key) => `${name} ${key}`),
      );
    assert.deepEqual(roles(eks), [
      "public-a kubernetes.io/role/elb",
      "public-b kubernetes.io/role/elb",
      "private-a kubernetes.io/role/internal-elb",
      "private-b kubernetes.io/role/internal-elb",
    ]);
    assert.deepEqual(roles(run), []);
  });

  it("marks everything that takes tags with its owner", () => {
    for (const { inputs, name, type } of run.resources) {
      if (tagless.test(type)) continue;
      const { Environment, ManagedBy, Project, Stack } = (inputs.tags ?? {}) as Record<string, string>;
      assert.deepEqual(
        { Environment, ManagedBy, Project, Stack },
        {
          Environment: "staging",
          ManagedBy: "pulumi",
          Project: "teamflow",
          Stack: "staging",
        },
        `${type} ${name}`,
      );
    }
  });
});
