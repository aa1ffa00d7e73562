import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

/** Where each type asks for one. */
const asks: Readonly<Record<string, (props: Readonly<Record<string, unknown>>) => unknown>> = {
  "aws:ec2/instance:Instance": ({ associatePublicIpAddress }) => associatePublicIpAddress,
  "aws:ec2/launchTemplate:LaunchTemplate": ({ networkInterfaces }) =>
    recordsOf(networkInterfaces).some(({ associatePublicIpAddress }) => textOf(associatePublicIpAddress) === "true"),
  "aws:ecs/service:Service": ({ networkConfiguration }) => recordOf(networkConfiguration).assignPublicIp,
};

export const publicAddresses: ResourceRule = {
  name: "public-addresses",
  title: "Machines and containers have no public address",
  severity: "high",
  category: "exposure",
  description: "Machines and containers have private addresses alone.",
  rationale: "Beside the load balancer there is then a second way in, with a security group as its only guard.",
  remediation: "Start it in a private subnet, behind a load balancer and a NAT gateway.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "ISO27001 A.8.22", "NIST SC-7", "NIST SC-7(3)"],
  appliesTo: Object.keys(asks),
  judge: ({ props, type }) => (asks[type]?.(props) === true ? ["has a public address."] : []),
};
