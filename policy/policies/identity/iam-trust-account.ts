import { statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { demandsOneOf, letsAssume } from "../../trust.ts";

const narrowing =
  /^(sts:ExternalId|aws:Principal(Arn|Tag\/.+)|aws:MultiFactorAuth(Present|Age)|aws:SourceIdentity|sts:SourceIdentity)$/i;

export const iamTrustAccount: ResourceRule = {
  name: "iam-trust-account",
  title: "No role for a whole account",
  severity: "high",
  category: "identity",
  description: "A trust in an AWS account says which of its identities, or which request, it is meant for.",
  rationale:
    "Every identity of that account that may assume roles can take this one; a vendor's account does so for its other customers too, which is the confused deputy.",
  remediation: "Name the role's ARN, or demand sts:ExternalId, aws:PrincipalArn or a second factor.",
  controls: ["SOC2 CC6.3", "SOC2 CC9.2", "ISO27001 A.5.15", "NIST AC-3", "NIST IA-8"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props }) =>
    statementsOf(props.assumeRolePolicy).flatMap((statement, index) =>
      letsAssume(statement) && !demandsOneOf(statement, narrowing)
        ? (statement.principals.AWS ?? [])
            .flatMap((principal) => /^(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?$/.exec(principal)?.[1] ?? [])
            .map((account) => `can be assumed by all of the account ${account} in ${statementName(statement, index)}.`)
        : [],
    ),
};
