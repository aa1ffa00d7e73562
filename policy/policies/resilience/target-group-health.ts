import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const targetGroupHealth: ResourceRule = {
  name: "target-group-health",
  title: "Health checks that can fail",
  severity: "medium",
  category: "resilience",
  description: "A target group checks the health of its targets and takes no error for health.",
  rationale: "Without a check, or with one that an error passes, customers are sent to targets that are broken.",
  remediation: "Leave healthCheck.enabled on, and let the matcher take codes below 400 only.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.16", "NIST SI-4"],
  appliesTo: ["aws:lb/targetGroup:TargetGroup"],
  judge: ({ props }) => {
    if (props.targetType === "lambda") return [];
    const { enabled, matcher } = recordOf(props.healthCheck);
    const codes = typeof matcher === "string" ? (matcher.match(/[0-9]{3}/g) ?? []) : [];
    return [
      ...(enabled === false ? ["does not check its targets."] : []),
      ...(codes.some((code) => Number(code) >= 400) ? [`takes errors for health (${matcher}).`] : []),
    ];
  },
};
