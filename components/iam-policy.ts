/*
 * IAM's policy documents as plain data, and the limits that AWS would otherwise refuse them by. Pure.
 */

/** Condition operators, each with its keys and the values that they are compared with. */
export type IamConditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Whom a statement is about: the services, identity providers or accounts that may assume a role. */
type IamPrincipal = "*" | Readonly<Record<string, string | readonly string[]>>;

export interface IamStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: IamPrincipal;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly NotResource?: readonly string[];
  readonly Condition?: IamConditions;
}

export interface IamPolicy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly IamStatement[];
}

/** A policy of statements; their order means nothing to AWS. */
export function policy(...statements: readonly (IamStatement | readonly IamStatement[])[]): IamPolicy {
  return { Version: "2012-10-17", Statement: statements.flat() };
}

/** Permits actions on resources. */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[] = ["*"],
  conditions?: IamConditions,
): IamStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(conditions && { Condition: conditions }),
  };
}

/** Forbids actions on resources, whatever else permits them. */
export function deny(
  sid: string,
  actions: readonly string[],
  resources: readonly string[] = ["*"],
  conditions?: IamConditions,
): IamStatement {
  return { ...allow(sid, actions, resources, conditions), Effect: "Deny" };
}

/** The most characters that AWS takes, white space not counted (IAM User Guide, "IAM and AWS STS quotas"). */
export const policyLimits = { managed: 6144, trust: 2048 } as const;

/** How many managed policies AWS attaches to a role (the default quota). */
export const managedPoliciesPerRole = 10;

/**
 * The text of a policy.
 * @param name for the message.
 * @throws RangeError when AWS would refuse it for its length.
 */
export function policyText(name: string, document: IamPolicy, kind: keyof typeof policyLimits): string {
  const text = JSON.stringify(document);
  const size = text.replace(/\s/g, "").length;
  if (size <= policyLimits[kind]) return text;
  throw new RangeError(
    `The ${kind} policy ${name} has ${size} characters, AWS takes ${policyLimits[kind]}.\n  Move statements of it into another policy.`,
  );
}
