import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

export const flowLogs: StackRule = {
  name: "flow-logs",
  title: "VPCs record their traffic",
  severity: "high",
  category: "logging",
  scope: "stack",
  description: "Every VPC has a flow log of all traffic, what is accepted and what is refused.",
  rationale: "After an intrusion it is the only record of where somebody came from, and of where data went.",
  remediation: "Add an aws.ec2.FlowLog with the trafficType ALL.",
  controls: [
    "CIS-AWS 3.7",
    "SOC2 CC7.2",
    "ISO27001 A.8.15",
    "ISO27001 A.8.16",
    "NIST AU-12",
    "NIST SI-4(4)",
    "GDPR 33(1)",
  ],
  appliesTo: ["aws:ec2/vpc:Vpc"],
  environments: ["staging", "preProduction", "production"],
  judge: (vpc, stack) => {
    const logs = stack.ofType("aws:ec2/flowLog:FlowLog").filter((each) => refersTo(each, "vpcId", vpc));
    if (logs.length === 0) return ["has no flow log."];
    return logs.some(({ props }) => props.trafficType === "ALL") ? [] : ["records a part of its traffic alone."];
  },
};
