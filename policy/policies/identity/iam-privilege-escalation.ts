import { fits } from "../../glob.ts";
import { identityDocumentTypes, identityStatements, isEverything } from "../../grants.ts";
import type { ResourceRule } from "../../rule.ts";
import { demandsOneOf } from "../../trust.ts";

/**
 * Actions with which an identity gives itself what it was not given. Source: "AWS IAM privilege escalation methods" of Rhino
 * Security Labs, those that act on IAM itself. iam:PassRole has a policy of its own.
 */
const escalations: readonly string[] = [
  "AddUserToGroup",
  "AttachGroupPolicy",
  "AttachRolePolicy",
  "AttachUserPolicy",
  "CreateAccessKey",
  "CreateLoginProfile",
  "CreatePolicyVersion",
  "DeleteRolePermissionsBoundary",
  "DeleteUserPermissionsBoundary",
  "PutGroupPolicy",
  "PutRolePermissionsBoundary",
  "PutRolePolicy",
  "PutUserPermissionsBoundary",
  "PutUserPolicy",
  "SetDefaultPolicyVersion",
  "UpdateAssumeRolePolicy",
  "UpdateLoginProfile",
];

/** Every role, user, group or policy of the account. */
const allIdentities = /^arn:[^:]*:iam::[0-9*]*:(\*|(role|user|group|policy)\/\*)$/;

export const iamPrivilegeEscalation: ResourceRule = {
  name: "iam-privilege-escalation",
  title: "No way to more privileges",
  severity: "critical",
  category: "identity",
  description:
    "Nobody may change the permissions of every identity, unless a permissions boundary holds for all of them.",
  rationale: "Who may attach a policy to any role may attach it to the own one, and is an administrator from then on.",
  remediation: "Name the roles by their prefix, and demand the boundary by the condition iam:PermissionsBoundary.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6(1)", "NIST AC-6(10)"],
  appliesTo: identityDocumentTypes,
  judge: (resource) =>
    identityStatements(resource)
      .filter(({ statement }) => statement.allows && !demandsOneOf(statement, /^iam:PermissionsBoundary$/i))
      .filter(
        ({ statement: { notResources, resources } }) =>
          notResources.length > 0 || resources.some((each) => isEverything(each) || allIdentities.test(each)),
      )
      .flatMap(({ name, statement }) => {
        const given = escalations.filter((action) => statement.actions.some((pattern) => matches(pattern, action)));
        return given.length === 0
          ? []
          : [`allows ${given.map((action) => `iam:${action}`).join(", ")} on every identity in ${name}.`];
      }),
};

/** `iam:*` is reported as a whole service, `*` as administration. */
function matches(pattern: string, action: string): boolean {
  return !/^(\*+|iam:\*+)$/i.test(pattern) && fits(pattern, `iam:${action}`);
}
