import { statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { demandsOneOf, letsAssume } from "../../trust.ts";

/** Conditions that say who it is. */
const who = /^aws:Principal(Account|Arn|OrgID|OrgPaths)$/i;

export const iamTrustAnyone: ResourceRule = {
  name: "iam-trust-anyone",
  title: "No role for everybody",
  severity: "critical",
  category: "identity",
  description: "A role's trust names who may assume it.",
  rationale: "With the principal * anybody who has an AWS account can take on the role.",
  remediation: "Name the service, the role's ARN or the provider as Principal.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.15", "NIST AC-3", "NIST AC-14", "GDPR 32(1)(b)"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props }) =>
    statementsOf(props.assumeRolePolicy).flatMap((statement, index) => {
      if (!letsAssume(statement) || demandsOneOf(statement, who)) return [];
      const name = statementName(statement, index);
      if (statement.hasNotPrincipal) return [`can be assumed by everybody but some in ${name}.`];
      const isOpen = Object.values(statement.principals).some((each) => each.includes("*"));
      return isOpen ? [`can be assumed by everybody in ${name}.`] : [];
    }),
};
