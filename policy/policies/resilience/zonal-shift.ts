import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

const loadBalancerType = "aws:lb/loadBalancer:LoadBalancer";

export const zonalShift: ResourceRule = {
  name: "zonal-shift",
  title: "Traffic can leave a zone",
  severity: "low",
  category: "resilience",
  description: "Load balancers and EKS clusters let the traffic be shifted away from a zone.",
  rationale:
    "A zone that is half broken passes health checks and fails customers; with zonal shift one command leaves it.",
  remediation: "Set enableZonalShift of the load balancer, or zonalShiftConfig.enabled of the cluster, to true.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-10"],
  appliesTo: [loadBalancerType, "aws:eks/cluster:Cluster"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    const enabled = type === loadBalancerType ? props.enableZonalShift : recordOf(props.zonalShiftConfig).enabled;
    return enabled === true ? [] : ["cannot shift its traffic away from a zone."];
  },
};
