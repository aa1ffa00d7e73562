import type { ResourceRule } from "../../rule.ts";
import { opensGuardedPort } from "./administration-ports.ts";
import { isWorld, openingsOf, openingTypes, portsOf } from "./traffic.ts";

/** Where the internet may knock: at the load balancer. */
const published = [80, 443];

export const openPorts: ResourceRule = {
  name: "open-ports",
  title: "The internet reaches web ports alone",
  severity: "high",
  category: "exposure",
  description: `Security groups let the whole internet reach ports ${published.join(" and ")} and no others.`,
  rationale: "Whatever answers on another port does so past the load balancer, its firewall and its certificate.",
  remediation: "Name the security group that may connect, not a network.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "NIST SC-7", "NIST SC-7(5)", "NIST CM-7(1)"],
  appliesTo: openingTypes,
  judge: (resource) =>
    openingsOf(resource)
      .filter(({ direction, networks }) => direction === "in" && networks.some(isWorld))
      // Those are administration-ports' own.
      .filter((opening) => !opensGuardedPort(opening))
      .filter(({ from, to }) => from !== to || !published.includes(from))
      .map((opening) => `lets the whole internet reach ${portsOf(opening)}.`),
};
