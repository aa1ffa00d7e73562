import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

const subnetType = "aws:ec2/subnet:Subnet";

export const natGatewayZones: StackRule = {
  name: "nat-gateway-zones",
  title: "A NAT gateway in each zone",
  severity: "medium",
  category: "resilience",
  scope: "stack",
  description: "In production each zone reaches the internet by a NAT gateway of its own.",
  rationale:
    "A NAT gateway stands in one zone: when that is lost, all zones that route through it are cut off, and they pay for the way there.",
  remediation: "Add a NAT gateway in each zone and route the zone's subnets through it.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7"],
  appliesTo: ["aws:ec2/route:Route"],
  environments: ["production"],
  judge: (route, stack) => {
    const { destinationCidrBlock, destinationIpv6CidrBlock } = route.props;
    if (destinationCidrBlock !== "0.0.0.0/0" && destinationIpv6CidrBlock !== "64:ff9b::/96") return [];
    const nat = stack.ofType("aws:ec2/natGateway:NatGateway").find((each) => refersTo(route, "natGatewayId", each));
    const home = nat && zonesOf(stack, (subnet) => refersTo(nat, "subnetId", subnet))[0];
    if (home === undefined) return [];
    const table = stack.ofType("aws:ec2/routeTable:RouteTable").find((each) => refersTo(route, "routeTableId", each));
    const associations = stack
      .ofType("aws:ec2/routeTableAssociation:RouteTableAssociation")
      .filter((each) => table && refersTo(each, "routeTableId", table));
    const served = zonesOf(stack, (subnet) => associations.some((each) => refersTo(each, "subnetId", subnet)));
    return served.filter((zone) => zone !== home).map((zone) => `takes ${zone} out by a NAT gateway in ${home}.`);
  },
};

function zonesOf(stack: JudgedStack, isMeant: (subnet: JudgedResource) => boolean): readonly string[] {
  const zones = stack
    .ofType(subnetType)
    .filter(isMeant)
    .map(({ props }) => props.availabilityZone);
  return [...new Set(zones.filter((zone) => typeof zone === "string"))];
}
