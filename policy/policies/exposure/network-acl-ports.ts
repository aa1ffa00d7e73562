import type { ResourceRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";
import { isWorld, openingOf, portsOf } from "./traffic.ts";

const ruleType = "aws:ec2/networkAclRule:NetworkAclRule";
/** SSH and RDP. */
const guarded = [22, 3389];

export const networkAclPorts: ResourceRule = {
  name: "network-acl-ports",
  title: "Network ACLs close administration ports",
  severity: "medium",
  category: "exposure",
  description: "No rule of a network ACL lets the whole internet reach SSH or RDP.",
  rationale: "The ACL is what still holds when somebody opens a security group.",
  remediation: "Allow the ports that the subnet serves, and those of answers, 1024 and up without 3389.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "CIS-AWS 5.1", "NIST SC-7", "NIST CM-7(1)"],
  appliesTo: ["aws:ec2/defaultNetworkAcl:DefaultNetworkAcl", "aws:ec2/networkAcl:NetworkAcl", ruleType],
  judge: ({ props, type }) => {
    const rules = type === ruleType ? (props.egress === true ? [] : [props]) : recordsOf(props.ingress);
    return rules
      .filter((rule) => (rule.ruleAction ?? rule.action) === "allow")
      .map((rule) => openingOf("in", rule))
      .filter(({ from, networks, to }) => networks.some(isWorld) && guarded.some((port) => from <= port && port <= to))
      .map((opening) => `lets the whole internet reach ${portsOf(opening)}.`);
  },
};
