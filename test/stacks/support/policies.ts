import type { IamPolicy, IamStatement } from "../../../components/iam-policy.ts";
import { arnOf } from "./arns.ts";
import type { BuiltStack } from "./stacks.ts";

/** A policy document of a stack, and where it stands. */
export interface PlacedPolicy {
  readonly where: string;
  readonly document: IamPolicy;
}

/** A role with all that permits and bounds it. */
export interface BuiltRole {
  readonly name: string;
  readonly trust: IamPolicy;
  readonly policies: readonly PlacedPolicy[];
  readonly boundary: IamPolicy | undefined;
}

const type = {
  attachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  inline: "aws:iam/rolePolicy:RolePolicy",
  policy: "aws:iam/policy:Policy",
  role: "aws:iam/role:Role",
};

/** The roles of a stack. Policies that are AWS's own are left out: they know no stack. */
export function rolesOf({ resources }: BuiltStack): BuiltRole[] {
  const all = (kind: string) => resources.filter((resource) => resource.type === kind);
  const managed = new Map(
    all(type.policy).map((resource) => [
      arnOf(resource),
      { where: resource.name, document: read(resource.inputs.policy) },
    ]),
  );
  return all(type.role).map(({ inputs, name }) => {
    // A role's id in AWS is its name; the mocks make another one.
    const isOf = (role: unknown) => role === inputs.name || role === `${name}-id`;
    const inline = all(type.inline)
      .filter((each) => isOf(each.inputs.role))
      .map((each) => ({ where: each.name, document: read(each.inputs.policy) }));
    const attached = all(type.attachment)
      .filter((each) => isOf(each.inputs.role))
      .flatMap((each) => managed.get(String(each.inputs.policyArn)) ?? []);
    return {
      name: String(inputs.name),
      trust: read(inputs.assumeRolePolicy),
      policies: [...inline, ...attached],
      boundary: managed.get(inputs.permissionsBoundary as string | undefined)?.document,
    };
  });
}

/** Every policy document of a stack that belongs to a thing: of keys, topics, endpoints, repositories, buckets. */
export function resourcePoliciesOf({ resources }: BuiltStack): PlacedPolicy[] {
  return resources
    .filter((resource) => ![type.policy, type.inline].includes(resource.type))
    .filter(({ inputs }) => typeof inputs.policy === "string" && inputs.policy.includes('"Statement"'))
    .map(({ inputs, name }) => ({ where: name, document: read(inputs.policy) }));
}

/** A document with lists where JSON also takes single values. */
function read(text: unknown): IamPolicy {
  const { Statement } = JSON.parse(String(text)) as { Statement: Readonly<Record<string, unknown>>[] };
  const lists = ["Action", "NotAction", "Resource", "NotResource"];
  const statements = Statement.map((statement) => ({
    Sid: "",
    ...statement,
    ...Object.fromEntries(
      lists.filter((key) => statement[key] !== undefined).map((key) => [key, list(statement[key])]),
    ),
  }));
  return { Version: "2012-10-17", Statement: statements as unknown as IamStatement[] };
}

/** Every ARN, with or without wildcards, that a document names anywhere but in what it forbids. */
export function arnsNamedIn({ Statement }: IamPolicy): string[] {
  const permitting = Statement.filter(({ Effect }) => Effect === "Allow");
  return textsIn(permitting.map(({ Condition, Principal, Resource }) => [Condition, Principal, Resource])).filter(
    (text) => text.startsWith("arn:"),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsIn) : [];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
