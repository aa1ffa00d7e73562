import type { ResourceRule } from "../../rule.ts";

export const publicSubnets: ResourceRule = {
  name: "public-subnets",
  title: "Subnets give no public addresses away",
  severity: "medium",
  category: "exposure",
  description: "No subnet gives a public address to whatever starts in it.",
  rationale: "A machine that lands in the wrong subnet is on the internet, and nobody has asked for it.",
  remediation: "Set mapPublicIpOnLaunch to false, or leave it out; load balancers and NAT gateways bring their own.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "ISO27001 A.8.22", "NIST SC-7", "NIST CM-6"],
  appliesTo: ["aws:ec2/subnet:Subnet"],
  judge: ({ props }) =>
    props.mapPublicIpOnLaunch === true ? ["gives a public address to whatever starts in it."] : [],
  remediate: ({ props }) => (props.mapPublicIpOnLaunch === true ? { ...props, mapPublicIpOnLaunch: false } : undefined),
};
