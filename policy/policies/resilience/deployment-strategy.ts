import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const deploymentStrategy: ResourceRule = {
  name: "deployment-strategy",
  title: "Rollouts without downtime",
  severity: "medium",
  category: "resilience",
  description: "A Deployment of production replaces its pods by and by.",
  rationale: "The strategy Recreate stops every pod first: each release is a downtime, and a broken one lasts.",
  remediation: "Use the strategy RollingUpdate with maxUnavailable 0.",
  controls: ["SOC2 A1.2", "SOC2 CC8.1", "ISO27001 A.8.32", "NIST CM-3"],
  appliesTo: ["kubernetes:apps/v1:Deployment"],
  environments: ["preProduction", "production"],
  judge: ({ props }) => {
    const { rollingUpdate, type } = recordOf(recordOf(props.spec).strategy);
    const stopsAll = type === "Recreate" || recordOf(rollingUpdate).maxUnavailable === "100%";
    return stopsAll ? ["stops all its pods before it starts new ones."] : [];
  },
};
