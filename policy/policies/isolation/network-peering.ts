import { namedBy } from "../../relations.ts";
import type { StackRule } from "../../rule.ts";

/** What joins networks: its type, the property that names the other side, and the type of what that may be. */
const joints: Readonly<Record<string, readonly [property: string, type: string]>> = {
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": ["peerVpcId", "aws:ec2/vpc:Vpc"],
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": [
    "vpcPeeringConnectionId",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
  ],
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": [
    "transitGatewayId",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
  ],
};

export const networkPeering: StackRule = {
  name: "network-peering",
  title: "Networks are not joined",
  severity: "critical",
  category: "isolation",
  scope: "stack",
  description: "A network is joined by peering or a transit gateway with none that another stack builds.",
  rationale: "One route then leads from staging's test machines to production's database, past every gate.",
  remediation: "Let environments talk over their public addresses, or offer the one service by an endpoint service.",
  controls: ["CIS-AWS 5.5", "ISO27001 A.8.22", "ISO27001 A.8.31", "SOC2 CC6.6", "NIST SC-7", "NIST AC-4"],
  appliesTo: Object.keys(joints),
  judge: (resource, stack) => {
    const [property, type] = joints[resource.type] ?? ["", ""];
    return namedBy(resource, property, stack.ofType(type)).length > 0
      ? []
      : [`joins the network with one that the stack ${resource.stack} does not build.`];
  },
};
