import {
  attachmentTypes,
  identityDocumentTypes,
  identityStatements,
  isBoundary,
  isEverything,
  managedPolicies,
} from "../../grants.ts";
import type { StackRule } from "../../rule.ts";

/** Policies of AWS with which one can do, or give oneself, everything. */
const administrators: readonly string[] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

export const iamAdministration: StackRule = {
  name: "iam-administration",
  title: "No administrators",
  severity: "critical",
  category: "identity",
  scope: "stack",
  description: "No identity may do everything on everything, by its own policies or by one of AWS.",
  rationale: "Whoever takes over one process of it has the whole account, the logs of the intrusion included.",
  remediation:
    "Name the actions and the resources that are needed, and keep wide documents for permissions boundaries, which allow nothing by themselves.",
  controls: ["CIS-AWS 1.16", "SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6", "GDPR 25(2)"],
  appliesTo: [...new Set([...identityDocumentTypes, ...attachmentTypes])],
  judge: (resource, stack) => [
    ...managedPolicies(resource)
      .filter((name) => administrators.includes(name))
      .map((name) => `gives the policy ${name}.`),
    ...identityStatements(resource)
      .filter(
        ({ statement: { actions, allows, notResources, resources } }) =>
          allows &&
          actions.some((action) => /^\*+(:\*+)?$/.test(action)) &&
          (notResources.length > 0 || resources.some(isEverything)),
      )
      .filter(() => !isBoundary(resource, stack))
      .map(({ name }) => `allows every action on every resource in ${name}.`),
  ],
};
