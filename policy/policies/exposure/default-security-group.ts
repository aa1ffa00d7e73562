import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

export const defaultSecurityGroup: StackRule = {
  name: "default-security-group",
  title: "The default security group lets nothing through",
  severity: "medium",
  category: "exposure",
  scope: "stack",
  description: "Every VPC's default security group is without rules.",
  rationale: "Whatever is made without a group gets the default one, whose members reach each other and the internet.",
  remediation: "Add an aws.ec2.DefaultSecurityGroup with empty ingress and egress.",
  controls: ["CIS-AWS 5.4", "SOC2 CC6.6", "ISO27001 A.8.20", "NIST SC-7(5)", "NIST CM-6"],
  appliesTo: ["aws:ec2/vpc:Vpc"],
  environments: ["staging", "preProduction", "production"],
  judge: (vpc, stack) => {
    const group = stack
      .ofType("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
      .find((each) => refersTo(each, "vpcId", vpc));
    if (!group) return ["leaves its default security group open."];
    const rules = [...recordsOf(group.props.ingress), ...recordsOf(group.props.egress)];
    return rules.length === 0 ? [] : ["has rules in its default security group."];
  },
};
