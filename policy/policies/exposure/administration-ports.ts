import type { ResourceRule } from "../../rule.ts";
import { isWorld, type Opening, openingsOf, openingTypes, portsOf } from "./traffic.ts";

/** Ports by which machines are administered and data is kept, and that scanners try first. */
const guarded: readonly number[] = [
  ...[22, 23, 135, 445, 3389, 5900, 5985, 5986], // Shells and desktops.
  ...[1433, 1521, 3306, 5432, 5439, 6379, 7000, 8123, 9042, 9200, 11211, 27017], // Stores.
  ...[2375, 2376, 2379, 6443, 10250], // Docker and Kubernetes.
];

/** Whether a rule lets the world reach a port that nobody but administrators and services has business with. */
export function opensGuardedPort(opening: Opening): boolean {
  return (
    opening.direction === "in" &&
    opening.networks.some(isWorld) &&
    guarded.some((port) => opening.from <= port && port <= opening.to)
  );
}

export const administrationPorts: ResourceRule = {
  name: "administration-ports",
  title: "Administration and data ports are closed to the world",
  severity: "critical",
  category: "exposure",
  description: "No security group lets the whole internet reach ports of administration or of data stores.",
  rationale: "Such ports are scanned within minutes, and one guessed password or old flaw behind them is a way in.",
  remediation: "Name the security group that may connect, not a network; reach machines through Session Manager.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "CIS-AWS 5.2", "CIS-AWS 5.3", "NIST SC-7", "NIST CM-7(1)"],
  appliesTo: openingTypes,
  judge: (resource) =>
    openingsOf(resource)
      .filter(opensGuardedPort)
      .map((opening) => `lets the whole internet reach ${portsOf(opening)}.`),
};
