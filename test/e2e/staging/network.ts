import assert from "node:assert/strict";
import {
  DescribeFlowLogsCommand,
  DescribeNatGatewaysCommand,
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Tag,
} from "@aws-sdk/client-ec2";
import { connections, waysOut } from "../../support/reachability.ts";
import { must, type StagingContext, shortName } from "./context.ts";
import { placesOf, readNetwork } from "./network-records.ts";

const nameOf = (tags: readonly Tag[] | undefined) => shortName(tags?.find(({ Key }) => Key === "Name")?.Value);

/** VPC, subnets, routes, security groups, endpoints, flow logs, as AWS tells them. */
export function network(context: StagingContext): void {
  describe("network", () => {
    let ec2: EC2Client;
    let vpcId: string;
    const ofVpc = () => [{ Name: "vpc-id", Values: [vpcId] }];
    before(() => {
      ec2 = context.client(EC2Client);
      vpcId = context.outputs.network.vpc;
    });

    it("is the range that the source names, with names for the endpoints", async () => {
      const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
      assert.equal(Vpcs?.[0]?.CidrBlock, "10.1.0.0/16");
      for (const Attribute of ["enableDnsHostnames", "enableDnsSupport"] as const) {
        const attribute = await ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute }));
        assert.equal((attribute.EnableDnsHostnames ?? attribute.EnableDnsSupport)?.Value, true, Attribute);
      }
    });

    it("has the source's subnets in two zones and an isolated tier, none of which gives addresses of the internet", async () => {
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: ofVpc() }));
      const found = Subnets.map(({ AvailabilityZone, CidrBlock, Tags }) => [nameOf(Tags), CidrBlock, AvailabilityZone]);
      assert.deepEqual(found.sort(), [
        ["isolated-a", "10.1.21.0/24", "us-west-2a"],
        ["isolated-b", "10.1.22.0/24", "us-west-2b"],
        ["private-a", "10.1.11.0/24", "us-west-2a"],
        ["private-b", "10.1.12.0/24", "us-west-2b"],
        ["public-a", "10.1.1.0/24", "us-west-2a"],
        ["public-b", "10.1.2.0/24", "us-west-2b"],
      ]);
      assert.ok(Subnets.every(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch === false));
    });

    it("has these routes and no others; the main table leads nowhere", async () => {
      const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters: ofVpc() }));
      const s3 = await s3List();
      const tables = RouteTables.map(({ Associations, Routes, Tags }) => [
        Associations?.some(({ Main }) => Main) ? "main" : nameOf(Tags),
        (Routes ?? []).map(({ DestinationCidrBlock, DestinationPrefixListId, GatewayId, NatGatewayId }) => {
          const destination = DestinationPrefixListId === s3 ? "S3" : (DestinationCidrBlock ?? DestinationPrefixListId);
          return `${destination} ${(GatewayId ?? NatGatewayId ?? "?").replace(/-.*/, "")}`;
        }),
      ]);
      assert.deepEqual(Object.fromEntries(tables), {
        main: ["10.1.0.0/16 local"],
        public: ["10.1.0.0/16 local", "0.0.0.0/0 igw"],
        "private-a": ["10.1.0.0/16 local", "0.0.0.0/0 nat", "S3 vpce"],
        "private-b": ["10.1.0.0/16 local", "0.0.0.0/0 nat", "S3 vpce"],
        isolated: ["10.1.0.0/16 local", "S3 vpce"],
      });
    });

    it("has one NAT gateway, in a public subnet, with an address of its own", async () => {
      const { NatGateways = [] } = await ec2.send(new DescribeNatGatewaysCommand({ Filter: ofVpc() }));
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ Filters: ofVpc() }));
      const [gateway] = NatGateways;
      assert.deepEqual([NatGateways.length, gateway?.State, gateway?.ConnectivityType], [1, "available", "public"]);
      assert.equal(nameOf(Subnets?.find(({ SubnetId }) => SubnetId === gateway?.SubnetId)?.Tags), "public-a");
      assert.match(gateway?.NatGatewayAddresses?.[0]?.PublicIp ?? "", /^\d+\.\d+\.\d+\.\d+$/);
    });

    it("gives each tier its way out: the data have none", async () => {
      const { routes, subnets, ...rest } = await readNetwork(context);
      assert.deepEqual(waysOut({ ...rest, routes, subnets }), {
        "isolated-a": "none",
        "isolated-b": "none",
        "private-a": "NAT",
        "private-b": "NAT",
        "public-a": "internet gateway",
        "public-b": "internet gateway",
      });
    });

    it("lets these connect to those, and nobody else to anybody", async () => {
      assert.deepEqual(connections(await readNetwork(context)), [
        "backend -> S3 tcp 443",
        "backend -> cache tcp 6379",
        "backend -> database tcp 5432",
        "backend -> endpoints tcp 443",
        "frontend -> S3 tcp 443",
        "frontend -> endpoints tcp 443",
        "internet -> load-balancer tcp 443",
        "internet -> load-balancer tcp 80",
        "load-balancer -> backend tcp 8000",
        "load-balancer -> frontend tcp 3000",
        "operator -> S3 tcp 443",
        "operator -> database tcp 5432",
        "operator -> endpoints tcp 443",
      ]);
    });

    it("has put a group before everything that has an address, and knows where all of it is", async () => {
      const { groups } = await readNetwork(context);
      assert.deepEqual(groups.map(({ name }) => name).sort(), [
        "backend",
        "cache",
        "database",
        "default",
        "endpoints",
        "frontend",
        "load-balancer",
        "operator",
      ]);
      const places = await placesOf(context);
      assert.deepEqual(
        groups.filter(({ id, name }) => name !== "default" && !places.has(id)),
        [],
      );
    });

    it("has emptied the default security group", async () => {
      const Filters = [...ofVpc(), { Name: "group-name", Values: ["default"] }];
      const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
      const GroupId = must(SecurityGroups?.[0]?.GroupId, "default security group");
      const { SecurityGroupRules } = await ec2.send(
        new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId] }] }),
      );
      assert.deepEqual(SecurityGroupRules ?? [], []);
    });

    it("records all traffic, every minute, to an encrypted log group", async () => {
      const { FlowLogs = [] } = await ec2.send(
        new DescribeFlowLogsCommand({ Filter: [{ Name: "resource-id", Values: [vpcId] }] }),
      );
      assert.equal(FlowLogs.length, 1);
      assert.partialDeepStrictEqual(FlowLogs[0], {
        FlowLogStatus: "ACTIVE",
        TrafficType: "ALL",
        MaxAggregationInterval: 60,
        LogDestinationType: "cloud-watch-logs",
        LogDestination: `arn:aws:logs:us-west-2:${context.account}:log-group:/teamflow/staging/flow-logs`,
        DeliverLogsPermissionArn: `arn:aws:iam::${context.account}:role/teamflow-staging-flow-logs`,
      });
    });

    it("reaches AWS's services by private names, with identities of this account only", async () => {
      const { VpcEndpoints = [] } = await ec2.send(new DescribeVpcEndpointsCommand({ Filters: ofVpc() }));
      const service = (name: string | undefined) => (name ?? "").replace("com.amazonaws.us-west-2.", "");
      assert.deepEqual(VpcEndpoints.map(({ ServiceName }) => service(ServiceName)).sort(), [
        "ecr.api",
        "ecr.dkr",
        "logs",
        "s3",
        "secretsmanager",
        "ssm",
      ]);
      for (const endpoint of VpcEndpoints) {
        const name = service(endpoint.ServiceName);
        assert.equal(endpoint.VpcEndpointType, name === "s3" ? "Gateway" : "Interface", name);
        assert.equal(endpoint.PrivateDnsEnabled, name !== "s3", name);
        assert.match(
          endpoint.PolicyDocument ?? "",
          new RegExp(`aws:(Principal|Resource)Account[^}]*${context.account}`),
        );
      }
    });

    const s3List = async () => {
      const { PrefixLists } = await ec2.send(new DescribePrefixListsCommand({}));
      return PrefixLists?.find(({ PrefixListName }) => PrefixListName === "com.amazonaws.us-west-2.s3")?.PrefixListId;
    };
  });
}
