import { type Statement, statementName, statementsOf } from "./iam.ts";
import { type JudgedResource, type JudgedStack, refersTo } from "./resource.ts";
import { recordsOf, textsOf } from "./values.ts";

const role = "aws:iam/role:Role";
const permissionSetInlinePolicy = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy";

/** Types whose documents give permissions to an identity, as opposed to those that open a resource. */
export const identityDocumentTypes: readonly string[] = [
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:iam/policy:Policy",
  role,
  "aws:iam/rolePolicy:RolePolicy",
  permissionSetInlinePolicy,
  "aws:iam/userPolicy:UserPolicy",
];

/** Types that give a whole policy to an identity by its ARN. */
export const attachmentTypes: readonly string[] = [
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  role,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
];

/** A statement with what a finding calls it. */
export interface Said {
  readonly name: string;
  readonly statement: Statement;
}

/** What a resource of `identityDocumentTypes` allows and denies. */
export function identityStatements({ props, type }: Pick<JudgedResource, "props" | "type">): readonly Said[] {
  if (type === role)
    return recordsOf(props.inlinePolicies).flatMap(({ name, policy }) =>
      said(policy, ` of its inline policy ${JSON.stringify(name ?? "")}`),
    );
  return said(type === permissionSetInlinePolicy ? props.inlinePolicy : props.policy, "");
}

function said(document: unknown, of: string): readonly Said[] {
  return statementsOf(document).map((statement, index) => ({
    name: `${statementName(statement, index)}${of}`,
    statement,
  }));
}

/** The names of AWS's own policies that a resource of `attachmentTypes` gives: `AdministratorAccess`. */
export function managedPolicies({ props }: Pick<JudgedResource, "props">): readonly string[] {
  return [
    ...textsOf(props.policyArn),
    ...textsOf(props.policyArns),
    ...textsOf(props.managedPolicyArns),
    ...textsOf(props.managedPolicyArn),
  ].flatMap((arn) => /^arn:[^:]+:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? []);
}

/** Whether a pattern of a statement's resources is everything, or everything that a service has. */
export function isEverything(resource: string): boolean {
  return /^(\*+|arn:[^:]*:[^:]*:[*:/]*)$/.test(resource);
}

/**
 * Whether the policy only bounds what others allow. It is written wide on purpose: alone it allows nothing.
 */
export function isBoundary(policy: JudgedResource, stack: JudgedStack): boolean {
  if (policy.type !== "aws:iam/policy:Policy") return false;
  const bounds = stack
    .ofType(role, "aws:iam/user:User")
    .some((identity) => namesPolicy(identity, "permissionsBoundary", policy));
  return bounds && !stack.ofType(...attachmentTypes).some((each) => attaches(each, policy));
}

/** Whether a resource of `attachmentTypes` gives this policy. */
export function attaches(attachment: JudgedResource, policy: JudgedResource): boolean {
  return ["policyArn", "policyArns", "managedPolicyArns"].some((property) => namesPolicy(attachment, property, policy));
}

/** By what the engine recorded, else by the ARN, which ends with the policy's name. */
function namesPolicy(from: JudgedResource, property: string, policy: JudgedResource): boolean {
  const recorded = from.dependencies[property] ?? [];
  if (recorded.length > 0) return recorded.includes(policy.urn);
  if (refersTo(from, property, policy)) return true;
  const { name } = policy.props;
  return (
    typeof name === "string" &&
    textsOf(from.props[property]).some((arn) => arn.includes(":policy/") && arn.split("/").at(-1) === name)
  );
}
