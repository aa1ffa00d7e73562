import { environmentOf, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

export const networkZones: StackRule = {
  name: "network-zones",
  title: "Networks span zones",
  severity: "high",
  category: "resilience",
  scope: "stack",
  description: "The subnets of a VPC stand in two availability zones, in production in three.",
  rationale: "A zone is what fails as one; with three, two thirds of the capacity are left, and a quorum.",
  remediation: "Add a subnet of each tier in every zone.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10", "NIST CP-7"],
  appliesTo: ["aws:ec2/vpc:Vpc"],
  environments: ["staging", "preProduction", "production"],
  judge: (vpc, stack) => {
    const subnets = stack.ofType("aws:ec2/subnet:Subnet").filter((subnet) => refersTo(subnet, "vpcId", vpc));
    // Its subnets may be of another stack, which this one cannot judge.
    if (subnets.length === 0) return [];
    const wanted = environmentOf(vpc) === "production" ? 3 : 2;
    const zones = new Set(subnets.map(({ props }) => props.availabilityZone ?? props.availabilityZoneId));
    return zones.size >= wanted ? [] : [`spans ${zones.size} of ${wanted} availability zones.`];
  },
};
