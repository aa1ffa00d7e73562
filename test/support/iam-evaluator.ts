import type { IamConditions, IamPolicy, IamStatement } from "../../components/iam-policy.ts";

/** What somebody asks AWS for. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys with their values; a key that is not there is absent from the request. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Who asks: what permits and what bounds them. */
export interface IamIdentity {
  readonly policies: readonly IamPolicy[];
  readonly boundary?: IamPolicy;
}

export type IamVerdict = "allowed" | "denied" | "not allowed";

/**
 * Judges a request as IAM does (User Guide, "Policy evaluation logic"), as far as identity policies and a permissions boundary go:
 * one explicit deny decides, else both the policies and the boundary must allow. An operator that it does not know is an error, not
 * a guess.
 */
export function judge({ boundary, policies }: IamIdentity, request: IamRequest): IamVerdict {
  const all = [...policies, ...(boundary ? [boundary] : [])];
  const says = (effect: "Allow" | "Deny", documents: readonly IamPolicy[]) =>
    documents.some(({ Statement }) =>
      Statement.some(
        (each) => each.Effect === effect && isAbout(each, request) && holds(each.Condition, request.context),
      ),
    );
  if (says("Deny", all)) return "denied";
  return says("Allow", policies) && (!boundary || says("Allow", [boundary])) ? "allowed" : "not allowed";
}

/** Whether a role's trust lets somebody assume it with a token of an identity provider. */
export function trusts(trust: IamPolicy, provider: string, context: NonNullable<IamRequest["context"]>): boolean {
  const speaks = (effect: "Allow" | "Deny") =>
    trust.Statement.some(
      ({ Action = [], Condition, Effect, Principal }) =>
        Effect === effect &&
        typeof Principal === "object" &&
        list(Principal.Federated).includes(provider) &&
        Action.includes("sts:AssumeRoleWithWebIdentity") &&
        holds(Condition, context),
    );
  return speaks("Allow") && !speaks("Deny");
}

function isAbout(statement: IamStatement, { action, resource }: IamRequest): boolean {
  const names = (patterns: readonly string[]) =>
    patterns.some((each) => matches(each.toLowerCase(), action.toLowerCase()));
  const reaches = (patterns: readonly string[]) => patterns.some((each) => matches(each, resource));
  const { Action, NotAction, NotResource, Resource } = statement;
  const byAction = Action ? names(Action) : NotAction ? !names(NotAction) : false;
  const byResource = Resource ? reaches(Resource) : NotResource ? !reaches(NotResource) : false;
  return byAction && byResource;
}

type Compare = (expected: string, actual: string) => boolean;

const operators: Readonly<Record<string, { readonly compare: Compare; readonly negated?: true }>> = {
  StringEquals: { compare: (expected, actual) => expected === actual },
  StringNotEquals: { compare: (expected, actual) => expected === actual, negated: true },
  StringLike: { compare: matches },
  StringNotLike: { compare: matches, negated: true },
  ArnEquals: { compare: matchesArn },
  ArnLike: { compare: matchesArn },
  ArnNotLike: { compare: matchesArn, negated: true },
  Bool: { compare: (expected, actual) => expected.toLowerCase() === actual.toLowerCase() },
};

/** Every operator and every key in it must hold. */
function holds(conditions: IamConditions | undefined, context: IamRequest["context"] = {}): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => compares(operator, list(expected), contextValue(context, key))),
  );
}

/** Names of keys are compared without regard to case. */
function contextValue(context: NonNullable<IamRequest["context"]>, key: string): readonly string[] | undefined {
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
  return found ? list(found[1]) : undefined;
}

function compares(operator: string, expected: readonly string[], actual: readonly string[] | undefined): boolean {
  if (operator === "Null") return expected.includes(String(actual === undefined));
  const [, quantifier, name = "", ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  const found = operators[name];
  if (!found) throw new Error(`the evaluator does not know the operator ${operator}`);
  if (actual === undefined) {
    if (quantifier === "ForAllValues" || ifExists) return true;
    if (quantifier === "ForAnyValue") return false;
    // What is not there is not equal to anything.
    return found.negated === true;
  }
  const one = (value: string) => expected.some((each) => found.compare(each, value)) !== (found.negated === true);
  if (quantifier === "ForAllValues") return actual.every(one);
  if (quantifier === "ForAnyValue") return actual.some(one);
  if (actual.length !== 1) throw new Error(`${operator} compares one value, but the request has ${actual.length}`);
  return actual.every(one);
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** `*` is any text, the colon included, `?` is one character. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]");
  return new RegExp(`^${expression}$`).test(text);
}

/** ARNs are compared part by part: a `*` in one does not reach into the next; the last part holds colons. */
function matchesArn(pattern: string, text: string): boolean {
  const [left, right] = [splitArn(pattern), splitArn(text)];
  return left.length === right.length && left.every((part, index) => matches(part, right[index] ?? ""));
}

function splitArn(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
