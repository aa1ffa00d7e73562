import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days, of the 7 to 30 that Secrets Manager offers beside none. */
const shortest = 7;

export const secretRecovery: ResourceRule = {
  name: "secret-recovery",
  title: "Deleted secrets can be brought back",
  severity: "medium",
  category: "secrets",
  description: "A deleted secret can be restored for seven days or more.",
  rationale: "What was encrypted or signed with it is lost at once where nothing can be brought back.",
  remediation: "Set recoveryWindowInDays to 30, or leave it out.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.24", "NIST SC-12(1)", "GDPR 32(1)(c)"],
  appliesTo: ["aws:secretsmanager/secret:Secret"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => (isShort(props) ? ["is gone at once when it is deleted."] : []),
  remediate: ({ props }) => (isShort(props) ? { ...props, recoveryWindowInDays: 30 } : undefined),
};

function isShort({ recoveryWindowInDays }: Readonly<Record<string, unknown>>): boolean {
  return (numberOf(recoveryWindowInDays) ?? 30) < shortest;
}
