import type { ResourceRule } from "../../rule.ts";
import { isWorld, openingsOf, openingTypes, portsOf } from "./traffic.ts";

export const openEgress: ResourceRule = {
  name: "open-egress",
  title: "Outgoing traffic has a destination",
  severity: "medium",
  category: "exposure",
  description: "No security group lets traffic out to the whole internet on more than one port.",
  rationale: "Who gets into a container fetches tools and sends data away by whatever port is open.",
  remediation: "Name the ports and the security groups, prefix lists or networks that are needed.",
  controls: ["SOC2 CC6.6", "SOC2 CC6.7", "ISO27001 A.8.20", "ISO27001 A.8.12", "NIST SC-7(5)", "NIST AC-4"],
  appliesTo: openingTypes,
  judge: (resource) =>
    openingsOf(resource)
      .filter(({ direction, from, networks, to }) => direction === "out" && from !== to && networks.some(isWorld))
      .map((opening) => `lets ${portsOf(opening)} out to the whole internet.`),
};
