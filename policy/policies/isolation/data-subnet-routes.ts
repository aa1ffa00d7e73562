import { namedBy } from "../../relations.ts";
import type { JudgedResource, JudgedStack } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

export const dataSubnetRoutes: StackRule = {
  name: "data-subnet-routes",
  title: "No way from data to the internet",
  severity: "high",
  category: "isolation",
  scope: "stack",
  description: "The subnets of databases and caches have no default route.",
  rationale: "A gateway in the route table is half of a public database, and the way out for whoever copies the data.",
  remediation: "Put them into subnets whose route table has the VPC's own routes and endpoints alone.",
  controls: ["ISO27001 A.8.22", "SOC2 CC6.6", "NIST SC-7", "NIST SC-7(21)", "CIS-AWS 2.3.3"],
  appliesTo: [
    "aws:docdb/subnetGroup:SubnetGroup",
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:neptune/subnetGroup:SubnetGroup",
    "aws:rds/subnetGroup:SubnetGroup",
  ],
  judge: (resource, stack) =>
    namedBy(resource, "subnetIds", stack.ofType("aws:ec2/subnet:Subnet")).flatMap((subnet) =>
      tablesOf(subnet, stack)
        .filter((table) => hasDefaultRoute(table, stack))
        .map((table) => `lies in the subnet ${subnet.name}, which has a default route by ${table.name}.`),
    ),
};

/** A subnet without an association has the VPC's main table, which leads nowhere unless somebody adds to it. */
function tablesOf(subnet: JudgedResource, stack: JudgedStack): readonly JudgedResource[] {
  return stack
    .ofType("aws:ec2/routeTableAssociation:RouteTableAssociation")
    .filter((association) => namedBy(association, "subnetId", [subnet]).length > 0)
    .flatMap((association) => namedBy(association, "routeTableId", stack.ofType("aws:ec2/routeTable:RouteTable")));
}

function hasDefaultRoute(table: JudgedResource, stack: JudgedStack): boolean {
  const inline = recordsOf(table.props.routes).some(
    (route) => isDefault(route.cidrBlock) || isDefault(route.ipv6CidrBlock),
  );
  return (
    inline ||
    stack
      .ofType("aws:ec2/route:Route")
      .filter(({ props }) => isDefault(props.destinationCidrBlock) || isDefault(props.destinationIpv6CidrBlock))
      .some((route) => namedBy(route, "routeTableId", [table]).length > 0)
  );
}

function isDefault(destination: unknown): boolean {
  return destination === "0.0.0.0/0" || destination === "::/0";
}
