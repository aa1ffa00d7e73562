import { identityDocumentTypes, identityStatements } from "../../grants.ts";
import type { ResourceRule } from "../../rule.ts";

export const iamNegatedGrants: ResourceRule = {
  name: "iam-negated-grants",
  title: "Grants say what they give",
  severity: "high",
  category: "identity",
  description: "A statement that allows names its actions and resources, instead of those that it leaves out.",
  rationale: "NotAction and NotResource allow everything else, also what AWS or a colleague adds tomorrow.",
  remediation: "Write Action and Resource; NotAction and NotResource belong into statements that deny.",
  controls: ["SOC2 CC6.3", "ISO27001 A.5.15", "NIST AC-6", "CIS-AWS 1.16"],
  appliesTo: identityDocumentTypes,
  judge: (resource) =>
    identityStatements(resource)
      .filter(({ statement }) => statement.allows)
      .flatMap(({ name, statement: { notActions, notResources } }) => [
        ...(notActions.length > 0 ? [`allows every action but some in ${name}.`] : []),
        ...(notResources.length > 0 ? [`allows every resource but some in ${name}.`] : []),
      ]),
};
