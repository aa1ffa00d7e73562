import type { JudgedResource } from "../../resource.ts";
import { textOf } from "../../text.ts";
import { numberOf, recordsOf, textsOf } from "../../values.ts";

/** What one rule of a security group or network ACL lets through. */
export interface Opening {
  readonly direction: "in" | "out";
  /** Of all protocols, all ports. */
  readonly isAllProtocols: boolean;
  readonly from: number;
  readonly to: number;
  /** Networks in CIDR notation; a group or prefix list is none. */
  readonly networks: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

const groupType = "aws:ec2/securityGroup:SecurityGroup";
const ruleType = "aws:ec2/securityGroupRule:SecurityGroupRule";
const ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egressType = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** Type tokens of all that opens security groups. */
export const openingTypes: readonly string[] = [groupType, ruleType, ingressType, egressType];

/** What a security group, or a rule of one, lets through. */
export function openingsOf({ props, type }: Pick<JudgedResource, "props" | "type">): readonly Opening[] {
  switch (type) {
    case ingressType:
      return [openingOf("in", props)];
    case egressType:
      return [openingOf("out", props)];
    case ruleType:
      return [openingOf(props.type === "egress" ? "out" : "in", props)];
    default:
      return [
        ...recordsOf(props.ingress).map((rule) => openingOf("in", rule)),
        ...recordsOf(props.egress).map((rule) => openingOf("out", rule)),
      ];
  }
}

/** A rule, under the names that the types have for the same thing. */
export function openingOf(direction: Opening["direction"], rule: Properties): Opening {
  const protocol = textOf(rule.ipProtocol ?? rule.protocol);
  const isAllProtocols = protocol === "-1" || protocol === "all";
  // A ping opens no port.
  const isPing = /^(icmp(v6)?|1|58)$/.test(protocol);
  const { cidrBlock, cidrBlocks, cidrIpv4, cidrIpv6, ipv6CidrBlock, ipv6CidrBlocks } = rule;
  const networks = [cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks, cidrBlock, ipv6CidrBlock].flatMap(textsOf);
  const anyPort = isAllProtocols || numberOf(rule.fromPort) === undefined || numberOf(rule.fromPort) === -1;
  return {
    direction,
    isAllProtocols,
    from: anyPort ? 0 : (numberOf(rule.fromPort) ?? 0),
    to: anyPort ? 65535 : (numberOf(rule.toPort) ?? 65535),
    networks: isPing ? [] : networks,
  };
}

/** Whether a network is the world, or a good part of it: the world can be written as two halves. */
export function isWorld(network: string): boolean {
  const prefix = Number(network.split("/")[1] ?? Number.NaN);
  return network.includes(":") ? prefix < 16 : prefix < 8;
}

/** `port 22`, `ports 0 to 65535`, `everything` */
export function portsOf({ from, isAllProtocols, to }: Opening): string {
  if (isAllProtocols) return "everything";
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}
