import type { ResourceRule } from "../../rule.ts";
import { listOf } from "../../values.ts";

export const loadBalancerZones: ResourceRule = {
  name: "load-balancer-zones",
  title: "Load balancers span zones",
  severity: "medium",
  category: "resilience",
  description: "A load balancer stands in two zones or more and sends to the targets of all of them.",
  rationale:
    "In one zone it fails with it; without cross-zone balancing a zone whose targets are gone answers with errors.",
  remediation: "Give it a subnet in each zone, and a network load balancer enableCrossZoneLoadBalancing.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10"],
  appliesTo: ["aws:lb/loadBalancer:LoadBalancer"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    const zones = listOf(props.subnets).length + listOf(props.subnetMappings).length;
    // Always on for an application load balancer, which is the default type.
    const isApplication = (props.loadBalancerType ?? "application") === "application";
    return [
      ...(zones >= 2 ? [] : [`stands in ${zones} zones.`]),
      ...(isApplication || props.enableCrossZoneLoadBalancing === true
        ? []
        : ["sends only to targets of its own zone."]),
    ];
  },
};
