import {
  attachmentTypes,
  identityDocumentTypes,
  identityStatements,
  isBoundary,
  isEverything,
  managedPolicies,
} from "../../grants.ts";
import type { StackRule } from "../../rule.ts";
import { isBinding } from "../../trust.ts";

export const iamServiceWildcards: StackRule = {
  name: "iam-service-wildcards",
  title: "No whole services",
  severity: "high",
  category: "identity",
  scope: "stack",
  description: "No identity may do everything that a service offers on everything that it holds.",
  rationale:
    "Such a grant grows with every action that AWS adds, and reaches the resources of every other environment of the account.",
  remediation: "Name the actions or the resources, or bind the statement by a condition such as aws:ResourceTag.",
  controls: ["SOC2 CC6.3", "ISO27001 A.5.15", "ISO27001 A.8.2", "NIST AC-6", "CIS-AWS 1.22"],
  appliesTo: [...new Set([...identityDocumentTypes, ...attachmentTypes])],
  judge: (resource, stack) => [
    // IAM's own is administration.
    ...managedPolicies(resource)
      .filter((name) => name.endsWith("FullAccess") && name !== "IAMFullAccess")
      .map((name) => `gives a whole service by the policy ${name}.`),
    ...identityStatements(resource)
      .filter(({ statement }) => statement.allows && !statement.conditions.some(isBinding))
      .filter(({ statement: { notResources, resources } }) => notResources.length > 0 || resources.some(isEverything))
      .flatMap(({ name, statement }) =>
        statement.actions
          .filter((action) => /^[a-z0-9-]+:\*+$/i.test(action))
          .map((action) => `allows ${action} on every resource in ${name}.`),
      )
      .filter(() => !isBoundary(resource, stack)),
  ],
};
