import type { Cases, Given } from "../support/cases.ts";

const instanceType = "aws:rds/instance:Instance";
const cacheType = "aws:elasticache/replicationGroup:ReplicationGroup";
const subnetGroupType = "aws:rds/subnetGroup:SubnetGroup";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const mixedRuleType = "aws:ec2/securityGroupRule:SecurityGroupRule";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const tableType = "aws:ec2/routeTable:RouteTable";
const routeType = "aws:ec2/route:Route";

const network = (...more: readonly Given[]): readonly Given[] => [
  { type: "aws:ec2/subnet:Subnet", name: "subnet-a", id: "subnet-1" },
  { type: tableType, name: "isolated", id: "rtb-1", props: {} },
  { type: tableType, name: "public", id: "rtb-2", props: {} },
  {
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name: "association",
    props: { subnetId: "subnet-1", routeTableId: "rtb-1" },
  },
  { type: routeType, name: "out", props: { routeTableId: "rtb-2", destinationCidrBlock: "0.0.0.0/0" } },
  ...more,
];
const subnets = { type: subnetGroupType, props: { subnetIds: ["subnet-1"] } };

const guarded: readonly Given[] = [
  { type: groupType, name: "clients", id: "sg-2", props: {} },
  { type: groupType, name: "guard", id: "sg-1", props: {} },
  { type: instanceType, name: "database", props: { vpcSecurityGroupIds: ["sg-1"] } },
];
const ingress = (props: Readonly<Record<string, unknown>>) => ({ type: ingressType, props });

export const dataIsolationCases: Cases = {
  "data-network": [
    {
      title: "accepts a database with both",
      resource: { type: instanceType, props: { dbSubnetGroupName: "data", vpcSecurityGroupIds: ["sg-1"] } },
      findings: [],
    },
    {
      title: "accepts a replica",
      resource: { type: instanceType, props: { replicateSourceDb: "main" } },
      findings: [],
    },
    {
      title: "refuses AWS's defaults",
      resource: { type: instanceType, props: { engine: "postgres" } },
      findings: ["stands in the account's default network.", "is guarded by the network's default group."],
    },
    {
      title: "refuses a cache without groups",
      resource: { type: cacheType, props: { subnetGroupName: "data", securityGroupIds: [] } },
      findings: ["is guarded by the network's default group."],
    },
  ],
  "data-subnet-routes": [
    { title: "accepts subnets that lead nowhere", resource: subnets, others: network(), findings: [] },
    {
      title: "accepts a route to a network",
      resource: subnets,
      others: network({
        type: routeType,
        name: "near",
        props: { routeTableId: "rtb-1", destinationCidrBlock: "10.0.0.0/8" },
      }),
      findings: [],
    },
    {
      title: "refuses a route to everywhere",
      resource: subnets,
      others: network({
        type: routeType,
        name: "far",
        props: { routeTableId: "rtb-1", destinationIpv6CidrBlock: "::/0" },
      }),
      findings: ["lies in the subnet subnet-a, which has a default route by isolated."],
    },
    {
      title: "refuses it before anything is built",
      resource: { type: subnetGroupType, from: { subnetIds: ["subnet-a"] } },
      others: network({
        type: routeType,
        name: "far",
        from: { routeTableId: ["isolated"] },
        props: { destinationCidrBlock: "0.0.0.0/0" },
      }),
      findings: ["lies in the subnet subnet-a, which has a default route by isolated."],
    },
  ],
  "data-ingress": [
    {
      title: "accepts a group",
      resource: ingress({ securityGroupId: "sg-1", referencedSecurityGroupId: "sg-2" }),
      others: guarded,
      findings: [],
    },
    {
      title: "accepts a range for what holds no data",
      resource: ingress({ securityGroupId: "sg-2", cidrIpv4: "10.0.0.0/8" }),
      others: guarded,
      findings: [],
    },
    {
      title: "refuses a range",
      resource: ingress({ securityGroupId: "sg-1", cidrIpv4: "10.0.0.0/8" }),
      others: guarded,
      findings: ["lets 10.0.0.0/8 reach database."],
    },
    {
      title: "refuses a range in the group itself",
      resource: { type: groupType, id: "sg-7", props: { ingress: [{ cidrBlocks: ["10.0.0.0/8", "10.9.0.0/16"] }] } },
      others: [{ type: cacheType, name: "cache", props: { securityGroupIds: ["sg-7"] } }],
      findings: ["lets 10.0.0.0/8, 10.9.0.0/16 reach cache."],
    },
    {
      title: "refuses a range in a rule of the older kind",
      resource: {
        type: mixedRuleType,
        props: { type: "ingress", securityGroupId: "sg-1", cidrBlocks: ["10.0.0.0/8"] },
      },
      others: guarded,
      findings: ["lets 10.0.0.0/8 reach database."],
    },
  ],
};
