import { RE2JS } from "re2js";
import semver from "semver";
import { addressMatcher } from "./addresses.ts";
import { evaluationTime, type FieldReader, fieldReader } from "./context.ts";
import type { ConstraintDefinition, FlagContext } from "./model.ts";
import type { Semantics } from "./semantics.ts";
import { parseTime } from "./time.ts";

/** One thing that must be true of a context, with words for it. */
export interface Condition {
  readonly text: string;
  readonly holds: (context: FlagContext) => boolean;
}

type Test = (context: FlagContext) => boolean;
type Operator = (constraint: ConstraintDefinition, read: FieldReader, semantics: Semantics) => Test;

const never: Test = () => false;

/** Every operator of Unleash. Whatever is malformed never holds; an inverted constraint then holds, as it does in Unleash. */
const operators: Readonly<Record<string, Operator>> = {
  IN: (constraint, read) => {
    const isIn = memberTest(valuesOf(constraint));
    return (context) => isIn(read(context));
  },
  NOT_IN: (constraint, read) => {
    const isIn = memberTest(valuesOf(constraint));
    return (context) => !isIn(read(context));
  },
  STR_STARTS_WITH: (constraint, read) => textTest(constraint, read, (text, value) => text.startsWith(value)),
  STR_ENDS_WITH: (constraint, read) => textTest(constraint, read, (text, value) => text.endsWith(value)),
  STR_CONTAINS: (constraint, read) => textTest(constraint, read, (text, value) => text.includes(value)),
  NUM_EQ: (constraint, read) => numberTest(constraint, read, (left, right) => left === right),
  NUM_GT: (constraint, read) => numberTest(constraint, read, (left, right) => left > right),
  NUM_GTE: (constraint, read) => numberTest(constraint, read, (left, right) => left >= right),
  NUM_LT: (constraint, read) => numberTest(constraint, read, (left, right) => left < right),
  NUM_LTE: (constraint, read) => numberTest(constraint, read, (left, right) => left <= right),
  DATE_AFTER: (constraint, read, { times }) => dateTest(constraint, read, times, (left, right) => left > right),
  DATE_BEFORE: (constraint, read, { times }) => dateTest(constraint, read, times, (left, right) => left < right),
  SEMVER_EQ: (constraint, read) => versionTest(constraint, read, (order) => order === 0),
  SEMVER_GT: (constraint, read) => versionTest(constraint, read, (order) => order > 0),
  SEMVER_GTE: (constraint, read) => versionTest(constraint, read, (order) => order >= 0),
  SEMVER_LT: (constraint, read) => versionTest(constraint, read, (order) => order < 0),
  SEMVER_LTE: (constraint, read) => versionTest(constraint, read, (order) => order <= 0),
  REGEX: regexTest,
  IN_CIDR: (constraint, read) => {
    const isIn = addressMatcher(valuesOf(constraint));
    return (context) => isIn(read(context) ?? "");
  },
};

export function compileConstraint(constraint: ConstraintDefinition, semantics: Semantics): Condition {
  const text = describeConstraint(constraint);
  const operator = Object.hasOwn(operators, constraint.operator) ? operators[constraint.operator] : undefined;
  if (operator === undefined) return { text, holds: never };
  const test = operator(constraint, fieldReader(constraint.contextName), semantics);
  return { text, holds: constraint.inverted ? (context) => !test(context) : test };
}

function describeConstraint(constraint: ConstraintDefinition): string {
  const { contextName, operator, inverted, caseInsensitive, values = [], value } = constraint;
  const shown = value === undefined ? listed(values) : String(value);
  return `${contextName} ${inverted ? "not " : ""}${operator} ${shown}${caseInsensitive ? ", in any case" : ""}`;
}

/** Five at most: a segment may hold thousands of users. */
export function listed(values: readonly string[]): string {
  const shown = values.slice(0, 5).join(", ");
  return values.length > 5 ? `${shown} and ${values.length - 5} more` : shown;
}

function valuesOf({ values = [] }: ConstraintDefinition): string[] {
  return values.filter((value) => value !== "" && value !== null).map((value) => String(value).trim());
}

function memberTest(values: readonly string[]): (value: string | undefined) => boolean {
  if (values.length === 1) {
    const [only] = values;
    return (value) => value === only;
  }
  const members = new Set<string | undefined>(values);
  return (value) => members.has(value);
}

function textTest(
  constraint: ConstraintDefinition,
  read: FieldReader,
  matches: (text: string, value: string) => boolean,
): Test {
  const anyCase = constraint.caseInsensitive === true;
  const values = anyCase ? valuesOf(constraint).map((value) => value.toLowerCase()) : valuesOf(constraint);
  return (context) => {
    const text = read(context);
    if (text === undefined) return false;
    const compared = anyCase ? text.toLowerCase() : text;
    return values.some((value) => matches(compared, value));
  };
}

function numberTest(
  constraint: ConstraintDefinition,
  read: FieldReader,
  compare: (left: number, right: number) => boolean,
): Test {
  const right = Number(constraint.value);
  if (Number.isNaN(right)) return never;
  return (context) => compare(Number(read(context)), right); // NaN compares false with everything
}

/** `currentTime` is now, unless the context says otherwise; any other field is a date of its own. */
function dateTest(
  { contextName, value }: ConstraintDefinition,
  read: FieldReader,
  times: Semantics["times"],
  compare: (left: number, right: number) => boolean,
): Test {
  const parse = times === "strict" ? parseTime : (text: string) => new Date(text).getTime();
  const right = parse(String(value ?? ""));
  if (contextName === "currentTime") return (context) => compare(evaluationTime(context, parse), right);
  return (context) => compare(parse(read(context) ?? ""), right);
}

function versionTest(
  { value }: ConstraintDefinition,
  read: FieldReader,
  accepts: (order: -1 | 0 | 1) => boolean,
): Test {
  const right = semver.parse(String(value));
  if (right === null) return never;
  return (context) => {
    const left = parseVersion(read(context) ?? "");
    return left !== null && accepts(semver.compare(left, right));
  };
}

/** Users share a few versions, and parsing one costs more than everything else in an evaluation. */
const parsedVersions = new Map<string, semver.SemVer | null>();
const mostVersions = 1_000;

/** As the semver standard writes versions: without the `v` that the library lets pass, and Unleash in the constraint's own value. */
function parseVersion(text: string): semver.SemVer | null {
  const known = parsedVersions.get(text);
  if (known !== undefined) return known;
  const version = text.startsWith("v") ? null : semver.parse(text);
  if (parsedVersions.size >= mostVersions) parsedVersions.clear();
  parsedVersions.set(text, version);
  return version;
}

/** RE2's syntax, as Unleash defines it, which also makes the time linear: nobody can stop an application with an expression. */
function regexTest({ value, caseInsensitive }: ConstraintDefinition, read: FieldReader): Test {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(String(value), caseInsensitive ? RE2JS.CASE_INSENSITIVE : 0);
  } catch {
    return never;
  }
  return (context) => {
    const text = read(context);
    return text !== undefined && expression.matcher(text).find();
  };
}
