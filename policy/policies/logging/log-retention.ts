import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days. A year is what auditors look back on; a month shows what a test has done. */
const shortestInProduction = 365;
const shortest = 30;

export const logRetention: ResourceRule = {
  name: "log-retention",
  title: "Logs are kept, and end",
  severity: "medium",
  category: "logging",
  description: `A log group keeps its records for ${shortest} days or more, in production for ${shortestInProduction}, and not for ever.`,
  rationale:
    "Intrusions are found months later; and what is never deleted holds people's data without a reason and costs more each month.",
  remediation: `Set retentionInDays to ${shortestInProduction} in production, elsewhere to ${shortest} or more.`,
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "ISO27001 A.8.10", "NIST AU-11", "NIST SI-12", "GDPR 25(2)"],
  appliesTo: ["aws:cloudwatch/logGroup:LogGroup"],
  environments: ["staging", "preProduction", "production"],
  judge: (resource) => {
    const least = environmentOf(resource) === "staging" ? shortest : shortestInProduction;
    // Groups for delivery to S3 keep their records for two days, and take no other time.
    if (resource.props.logGroupClass === "DELIVERY") return [];
    const days = numberOf(resource.props.retentionInDays) ?? 0;
    if (days === 0) return ["keeps its records for ever."];
    return days >= least ? [] : [`keeps its records for ${days} days, not for ${least}.`];
  },
};
