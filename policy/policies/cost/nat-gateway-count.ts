import type { StackRule } from "../../rule.ts";

const natType = "aws:ec2/natGateway:NatGateway";

export const natGatewayCount: StackRule = {
  name: "nat-gateway-count",
  title: "One NAT gateway outside production",
  severity: "low",
  category: "cost",
  scope: "stack",
  description: "An environment before production has one NAT gateway.",
  rationale: "Each costs as much as a small server, and what a second one protects is not for sale there.",
  remediation: "Route all zones through one NAT gateway, or use VPC endpoints.",
  controls: ["ISO27001 A.8.6", "ISO27001 A.5.23", "SOC2 A1.1"],
  appliesTo: [natType],
  environments: ["development", "feature", "staging"],
  judge: (gateway, stack) => {
    // A private one has no public address, and leads elsewhere.
    if (gateway.props.connectivityType === "private") return [];
    const count = stack.ofType(natType).filter(({ props }) => props.connectivityType !== "private").length;
    return count > 1 ? [`is one of ${count} NAT gateways.`] : [];
  },
};
