import { type Statement, statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { demanded, gitHubIssuer, letsAssume, oidcIssuers } from "../../trust.ts";

/**
 * A subject of GitHub that says repository and occasion: a wildcard only after `repo:owner/name:kind:` and a first letter.
 * Source: GitHub, "OpenID Connect reference", filtering for subjects.
 */
const gitHubSubject = /^repo:[^*?:]+\/[^*?:]+:[^*?:]+(:[^*?].*)?$/;

export const iamTrustFederation: ResourceRule = {
  name: "iam-trust-federation",
  title: "Federated roles name their subjects",
  severity: "critical",
  category: "identity",
  description: "A role for an OpenID Connect provider demands the audience and the exact subjects of the token.",
  rationale:
    "The provider signs tokens for everybody: without the subject any repository of GitHub can take on the role.",
  remediation:
    "Demand aud and sub by StringEquals, the subject with repository and environment, such as repo:owner/name:environment:production.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.16", "ISO27001 A.8.5", "NIST IA-8", "NIST AC-3"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props }) =>
    statementsOf(props.assumeRolePolicy).flatMap((statement, index) =>
      letsAssume(statement)
        ? oidcIssuers(statement).flatMap((issuer) => problems(statement, issuer, statementName(statement, index)))
        : [],
    ),
};

function problems(statement: Statement, issuer: string, name: string): readonly string[] {
  const subjects = demanded(statement, `${issuer}:sub`);
  const isExact = (subject: string) => (issuer === gitHubIssuer ? gitHubSubject.test(subject) : !/[*?]/.test(subject));
  return [
    ...(demanded(statement, `${issuer}:aud`).length > 0 ? [] : [`takes tokens for any audience in ${name}.`]),
    ...(subjects.length > 0 ? [] : [`takes tokens of any subject in ${name}.`]),
    ...subjects
      .filter((subject) => !isExact(subject))
      .map((subject) => `takes tokens of the subjects ${JSON.stringify(subject)} in ${name}.`),
  ];
}
