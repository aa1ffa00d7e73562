import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AuthorizeSecurityGroupEgressCommand,
  CreateNatGatewayCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeNatGatewaysCommand,
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupEgressCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { removeRoots } from "../support.ts";
import { type LocalAws, startAws } from "./support.ts";

describe("local AWS: what MiniStack lacks of networks (sandbox/aws/gaps)", () => {
  let aws: LocalAws;
  let ec2: EC2Client;
  let vpcId = "";
  const subnetIds: string[] = [];

  before(async () => {
    aws = await startAws();
    ec2 = new EC2Client(aws.config);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.9.0.0/16" }));
    vpcId = Vpc?.VpcId ?? "";
    for (const zone of ["a", "b"]) {
      const CidrBlock = `10.9.${subnetIds.length}.0/24`;
      const place = { VpcId: vpcId, CidrBlock, AvailabilityZone: `us-west-2${zone}` };
      const { Subnet } = await ec2.send(new CreateSubnetCommand(place));
      subnetIds.push(Subnet?.SubnetId ?? "");
    }
  });
  after(removeRoots);

  const prefixList = async () => {
    const { PrefixLists } = await ec2.send(new DescribePrefixListsCommand({}));
    return PrefixLists?.find(({ PrefixListName }) => PrefixListName === "com.amazonaws.us-west-2.s3")?.PrefixListId;
  };

  it("ec2_security_group_rules: the first way out goes when the plugin takes it, and a prefix list reads back", async () => {
    const { GroupId } = await ec2.send(
      new CreateSecurityGroupCommand({ GroupName: "g", Description: "g", VpcId: vpcId }),
    );
    // As the plugin asks for it after it has made a group.
    const everywhere = { IpProtocol: "-1", FromPort: 0, ToPort: 0, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [everywhere] }));
    const PrefixListId = await prefixList();
    const toS3 = {
      IpProtocol: "tcp",
      FromPort: 443,
      ToPort: 443,
      PrefixListIds: [{ PrefixListId, Description: "S3" }],
    };
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [toS3] }));
    const { SecurityGroupRules } = await ec2.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: [GroupId ?? ""] }] }),
    );
    assert.deepEqual(
      SecurityGroupRules?.map((rule) => [rule.IsEgress, rule.FromPort, rule.PrefixListId, rule.CidrIpv4]),
      [[true, 443, PrefixListId, undefined]],
    );
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId ?? ""] }));
    assert.equal(SecurityGroups?.[0]?.IpPermissionsEgress?.[0]?.PrefixListIds?.[0]?.PrefixListId, PrefixListId);
  });

  it("ec2_gateway_endpoint_routes: the tables that an endpoint serves have a route to it", async () => {
    const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId: vpcId }));
    const tables = [RouteTable?.RouteTableId ?? ""];
    const { VpcEndpoint } = await ec2.send(
      new CreateVpcEndpointCommand({
        VpcId: vpcId,
        VpcEndpointType: "Gateway",
        ServiceName: "com.amazonaws.us-west-2.s3",
        RouteTableIds: tables,
      }),
    );
    const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: tables }));
    const route = RouteTables?.[0]?.Routes?.find(({ DestinationPrefixListId }) => DestinationPrefixListId);
    assert.deepEqual(
      [route?.DestinationPrefixListId, route?.GatewayId],
      [await prefixList(), VpcEndpoint?.VpcEndpointId],
    );
  });

  it("ec2_nat_gateways: a gateway's address reads back", async () => {
    const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    await ec2.send(new CreateNatGatewayCommand({ SubnetId: subnetIds[0], AllocationId }));
    const { NatGateways } = await ec2.send(
      new DescribeNatGatewaysCommand({ Filter: [{ Name: "vpc-id", Values: [vpcId] }] }),
    );
    const [address] = NatGateways?.[0]?.NatGatewayAddresses ?? [];
    assert.deepEqual([address?.AllocationId, address?.PublicIp, address?.IsPrimary], [AllocationId, PublicIp, true]);
  });

  it("ec2_nat_gateways: a regional one belongs to its VPC and to no subnet", async () => {
    const wanted = { AvailabilityMode: "regional" as const, VpcId: vpcId };
    const { NatGateway } = await ec2.send(new CreateNatGatewayCommand(wanted));
    const { NatGateways } = await ec2.send(
      new DescribeNatGatewaysCommand({ NatGatewayIds: [NatGateway?.NatGatewayId ?? ""] }),
    );
    for (const told of [NatGateway, NatGateways?.[0]])
      assert.deepEqual([told?.AvailabilityMode, told?.VpcId, told?.SubnetId], ["regional", vpcId, undefined]);
    await assert.rejects(ec2.send(new CreateNatGatewayCommand({ ...wanted, VpcId: "vpc-0" })), /InvalidVpcID/);
  });

  it("alb_forwarding: weights read back, and a load balancer is where its subnets are", async () => {
    const elb = new ElasticLoadBalancingV2Client(aws.config);
    const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: "alb", Subnets: subnetIds }));
    const { LoadBalancerArn } = LoadBalancers?.[0] ?? {};
    const groups = await Promise.all(
      ["blue", "green"].map((Name) =>
        elb.send(new CreateTargetGroupCommand({ Name, Protocol: "HTTP", Port: 80, VpcId: vpcId, TargetType: "ip" })),
      ),
    );
    const TargetGroups = groups.map(({ TargetGroups: made }, index) => ({
      TargetGroupArn: made?.[0]?.TargetGroupArn,
      Weight: index === 0 ? 100 : 0,
    }));
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn,
        Protocol: "HTTP",
        Port: 80,
        DefaultActions: [{ Type: "forward", ForwardConfig: { TargetGroups } }],
      }),
    );
    const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    assert.deepEqual(Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups, TargetGroups);
    const described = await elb.send(new DescribeLoadBalancersCommand({}));
    const [balancer] = described.LoadBalancers ?? [];
    assert.equal(balancer?.VpcId, vpcId);
    assert.deepEqual(
      balancer?.AvailabilityZones?.map(({ ZoneName }) => ZoneName),
      ["us-west-2a", "us-west-2b"],
    );
  });
});
