/** The environments that policies tell apart; in the order of promotion. */
export const environments = ["development", "feature", "staging", "preProduction", "production"] as const;
export type Environment = (typeof environments)[number];

/** What a policy sees of a resource. Reading a property whose value is not known yet throws an UnknownValueError. */
export interface JudgedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Its inputs; for rules that look at a whole stack with what the provider adds, such as an ARN. */
  readonly props: Readonly<Record<string, unknown>>;
  /** The stack's name, from the resource's URN. */
  readonly stack: string;
  readonly protect: boolean;
  /** The provider's identifier; undefined before the resource is built. */
  readonly id?: string | undefined;
  /** For each input, the URNs of the resources that its value comes from. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>;
}

/** All resources that a stack has after the change. */
export interface JudgedStack {
  readonly resources: readonly JudgedResource[];
  /** Those of the types, in the stack's order. */
  ofType(...types: readonly string[]): readonly JudgedResource[];
}

/** @param resources the whole stack */
export function judgedStack(resources: readonly JudgedResource[]): JudgedStack {
  const byType = new Map<string, JudgedResource[]>();
  for (const resource of resources) {
    const known = byType.get(resource.type);
    if (known) known.push(resource);
    else byType.set(resource.type, [resource]);
  }
  return { resources, ofType: (...types) => types.flatMap((type) => byType.get(type) ?? []) };
}

/**
 * Whether a property of one resource names another one: by the dependency that the engine recorded, which holds before either
 * is built, or by the other's identifier, ARN or name.
 */
export function refersTo(from: JudgedResource, property: string, to: JudgedResource): boolean {
  if (from.dependencies[property]?.includes(to.urn)) return true;
  const value = knownValue(() => from.props[property]);
  const names = [to.id, knownValue(() => to.props.id), knownValue(() => to.props.arn), knownValue(() => to.props.name)];
  const own = new Set(names.filter((name) => typeof name === "string" && name !== ""));
  return typeof value === "string" ? own.has(value) : Array.isArray(value) && value.some((each) => own.has(each));
}

function knownValue(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    // Not known yet: then only the recorded dependency can tell.
    return undefined;
  }
}

/** The stack's name in a URN: `urn:pulumi:<stack>::<project>::...` */
export function stackOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
}

/**
 * The environment of a stack. A name that is not known is judged as production: a rule must not be escaped by a new name.
 *
 * @param stack the stack's name; undefined where the engine names none
 */
export function environmentOfStack(stack: string | undefined): Environment {
  if (stack === "dev") return "development";
  if (stack === "staging") return "staging";
  return stack !== undefined && /^pr-[0-9]+$/.test(stack) ? "feature" : "production";
}

/** The environment of a resource: its stack's, and pre-production where the production stack says so by its tag. */
export function environmentOf({ props, stack }: Pick<JudgedResource, "props" | "stack">): Environment {
  const environment = environmentOfStack(stack);
  if (environment !== "production") return environment;
  const tags = props.tags as Readonly<Record<string, unknown>> | null | undefined;
  return tags?.Environment === "preProduction" ? "preProduction" : environment;
}
