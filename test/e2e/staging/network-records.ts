import {
  DescribePrefixListsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DescribeCacheClustersCommand,
  DescribeCacheSubnetGroupsCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import type { NetworkRecords } from "../../support/reachability.ts";
import { type StagingContext, shortName } from "./context.ts";

/** The records of reachability.ts from what AWS answers: groups with their rules and places, subnets, routes. */
export async function readNetwork(context: StagingContext): Promise<NetworkRecords> {
  const ec2 = context.client(EC2Client);
  const { cidr: vpcCidr, vpc } = context.outputs.network;
  const Filters = [{ Name: "vpc-id", Values: [vpc] }];
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const { PrefixLists = [] } = await ec2.send(new DescribePrefixListsCommand({}));
  const groupIds = SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
  const { SecurityGroupRules = [] } = await ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: "group-id", Values: groupIds }] }),
  );
  const places = await placesOf(context);
  const listName = (id: string | undefined) =>
    PrefixLists.find(({ PrefixListId }) => PrefixListId === id)?.PrefixListName?.endsWith("us-west-2.s3") ? "S3" : id;
  const tableOf = (subnetId: string) =>
    RouteTables.find(({ Associations }) => Associations?.some((each) => each.SubnetId === subnetId))?.RouteTableId ??
    RouteTables.find(({ Associations }) => Associations?.some(({ Main }) => Main))?.RouteTableId ??
    "";
  return {
    vpcCidr,
    groups: SecurityGroups.map(({ GroupId = "", GroupName }) => {
      const subnetIds = places.get(GroupId);
      return { id: GroupId, name: shortName(GroupName), ...(subnetIds && { subnetIds }) };
    }),
    rules: SecurityGroupRules.map((rule) => ({
      groupId: rule.GroupId ?? "",
      direction: rule.IsEgress ? "egress" : "ingress",
      protocol: rule.IpProtocol ?? "",
      // AWS says -1 where a rule is for every port.
      ...(rule.FromPort !== -1 && { fromPort: rule.FromPort, toPort: rule.ToPort }),
      peerGroupId: rule.ReferencedGroupInfo?.GroupId,
      cidr: rule.CidrIpv4,
      prefixListId: listName(rule.PrefixListId),
    })),
    subnets: Subnets.map(({ CidrBlock = "", SubnetId = "", Tags }) => ({
      id: SubnetId,
      name: shortName(Tags?.find(({ Key }) => Key === "Name")?.Value),
      cidr: CidrBlock,
      routeTableId: tableOf(SubnetId),
    })),
    routes: RouteTables.flatMap(({ RouteTableId = "", Routes }) =>
      (Routes ?? []).map((route) => ({
        routeTableId: RouteTableId,
        destination: route.DestinationCidrBlock ?? route.DestinationPrefixListId ?? "",
        target: route.GatewayId ?? route.NatGatewayId ?? "",
      })),
    ),
  };
}

/** In which subnets the members of each security group are, as the services say that have members. */
export async function placesOf(context: StagingContext): Promise<Map<string, string[]>> {
  const places = new Map<string, string[]>();
  const put = (groups: readonly (string | undefined)[] | undefined, subnets: readonly (string | undefined)[]) => {
    for (const group of groups ?? [])
      places.set(group ?? "", [...(places.get(group ?? "") ?? []), ...subnets.map((id) => id ?? "")]);
  };
  const { tasks } = context.outputs;
  put(tasks.securityGroupIds, tasks.subnetIds);

  const { LoadBalancers = [] } = await context
    .client(ElasticLoadBalancingV2Client)
    .send(new DescribeLoadBalancersCommand({}));
  for (const { AvailabilityZones, SecurityGroups } of LoadBalancers)
    put(SecurityGroups, AvailabilityZones?.map(({ SubnetId }) => SubnetId) ?? []);

  const services = ["backend", "frontend"].map((name) => `teamflow-staging-${name}`);
  const found = await context
    .client(ECSClient)
    .send(new DescribeServicesCommand({ cluster: "teamflow-staging", services }));
  for (const { networkConfiguration } of found.services ?? []) {
    const { securityGroups, subnets } = networkConfiguration?.awsvpcConfiguration ?? {};
    put(securityGroups, subnets ?? []);
  }

  const { DBInstances = [] } = await context.client(RDSClient).send(new DescribeDBInstancesCommand({}));
  for (const { DBSubnetGroup, VpcSecurityGroups } of DBInstances)
    put(
      VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId),
      DBSubnetGroup?.Subnets?.map(({ SubnetIdentifier }) => SubnetIdentifier) ?? [],
    );

  const cache = context.client(ElastiCacheClient);
  const { CacheClusters = [] } = await cache.send(new DescribeCacheClustersCommand({}));
  const { CacheSubnetGroups = [] } = await cache.send(new DescribeCacheSubnetGroupsCommand({}));
  for (const { CacheSubnetGroupName, SecurityGroups } of CacheClusters)
    put(
      SecurityGroups?.map(({ SecurityGroupId }) => SecurityGroupId),
      CacheSubnetGroups.find((group) => group.CacheSubnetGroupName === CacheSubnetGroupName)?.Subnets?.map(
        ({ SubnetIdentifier }) => SubnetIdentifier,
      ) ?? [],
    );

  const { VpcEndpoints = [] } = await context
    .client(EC2Client)
    .send(new DescribeVpcEndpointsCommand({ Filters: [{ Name: "vpc-id", Values: [context.outputs.network.vpc] }] }));
  for (const { Groups, SubnetIds } of VpcEndpoints)
    put(
      Groups?.map(({ GroupId }) => GroupId),
      SubnetIds ?? [],
    );
  return places;
}
