import { identityDocumentTypes, identityStatements, isEverything } from "../../grants.ts";
import type { ResourceRule } from "../../rule.ts";
import { demandsOneOf } from "../../trust.ts";

export const iamPassRole: ResourceRule = {
  name: "iam-pass-role",
  title: "Roles are passed to named services",
  severity: "high",
  category: "identity",
  description:
    "A grant of iam:PassRole names its roles, and where it names them by a pattern, the services that they may be passed to.",
  rationale: "Who may pass any role to any service starts a machine with the strongest one, and works with its rights.",
  remediation: "Give the roles' ARNs as Resource, and the services by the condition iam:PassedToService.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6", "NIST AC-6(1)"],
  appliesTo: identityDocumentTypes,
  judge: (resource) =>
    identityStatements(resource)
      .filter(
        ({ statement }) => statement.allows && statement.actions.some((each) => /^iam:Pass(Role|\*|R\*)$/i.test(each)),
      )
      .flatMap(({ name, statement }) => {
        const isOpen =
          statement.notResources.length > 0 ||
          statement.resources.some((each) => isEverything(each) || /:role\/\*+$/.test(each));
        if (isOpen) return [`passes every role in ${name}.`];
        const isPattern = statement.resources.some((each) => /[*?]/.test(each));
        return isPattern && !demandsOneOf(statement, /^iam:(PassedToService|AssociatedResourceArn)$/i)
          ? [`passes roles by a pattern to any service in ${name}.`]
          : [];
      }),
};
