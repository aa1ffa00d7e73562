/** A plain copy of a resource's inputs. */
export type Props = Record<string, unknown>;

/** One way to make a resource insecure. */
export interface Breach {
  readonly what: string;
  /** The broken inputs; undefined where the resource has not what would be broken. */
  readonly break: (props: Props) => Props | undefined;
  /** Whether only production has to be without it: elsewhere it costs more than it saves. @default false */
  readonly productionOnly?: boolean;
}

/** `[*]` stands for every member of a list: `rules[*].action`. */
type Path = string;

/** Sets a property to a bad value; where it stands in lists in the first place that has it. */
export function set(path: Path, value: unknown): Breach {
  return { what: `${path} = ${JSON.stringify(value)}`, break: (props) => change(props, path, () => value, true) };
}

/** As {@link set}, only where the property is there. */
export function replace(path: Path, value: unknown): Breach {
  return { what: `${path} = ${JSON.stringify(value)}`, break: (props) => change(props, path, () => value, false) };
}

/** Takes a property away, so that the provider's default holds. */
export function remove(path: Path): Breach {
  return { what: `${path} removed`, break: (props) => change(props, path, () => undefined, false) };
}

/** A breach that is one in production only. */
export function inProduction(breach: Breach): Breach {
  return { ...breach, productionOnly: true };
}

/** Both: switched off, and left to the default. */
export function off(path: Path): readonly Breach[] {
  return [replace(path, false), remove(path)];
}

/** Changes something within a property that is JSON. */
export function inJson(property: string, what: string, alter: (value: unknown) => unknown): Breach {
  return {
    what: `${property}: ${what}`,
    break: (props) => {
      const value = props[property];
      if (typeof value !== "string") return undefined;
      const changed = alter(JSON.parse(value));
      return changed === undefined ? undefined : { ...props, [property]: JSON.stringify(changed) };
    },
  };
}

/** The same change for the first statement of an AWS policy that fits, which then allows. */
export function inStatement(property: string, what: string, alter: (statement: Props) => Props | undefined): Breach {
  return inJson(property, what, (document) => {
    const { Statement } = document as { Statement: Props[] };
    for (const [index, statement] of Statement.entries()) {
      const changed = statement.Effect === "Allow" ? alter(statement) : undefined;
      if (changed) return { ...(document as Props), Statement: Statement.with(index, changed) };
    }
    return undefined;
  });
}

function change(props: Props, path: Path, value: (before: unknown) => unknown, create: boolean): Props | undefined {
  const copy = structuredClone(props);
  return walk(copy, path.replaceAll("[*]", ".*").split("."), value, create) ? copy : undefined;
}

function walk(
  at: unknown,
  [key, ...rest]: readonly string[],
  value: (before: unknown) => unknown,
  create: boolean,
): boolean {
  if (typeof at !== "object" || at === null || key === undefined) return false;
  if (key === "*")
    return (
      Array.isArray(at) &&
      at.some((member, index) => {
        if (rest.length > 0) return walk(member, rest, value, create);
        at[index] = value(member);
        return true;
      })
    );
  const object = at as Props;
  // Keys of labels and annotations have dots of their own: the longest key that is there wins.
  const whole = [key, ...rest].join(".");
  if (rest.length > 0 && Object.hasOwn(object, whole)) return write(object, whole, value);
  if (rest.length > 0) {
    const inner = Object.hasOwn(object, key) ? object[key] : undefined;
    if (inner !== undefined && inner !== null) return walk(inner, rest, value, create);
    return false;
  }
  return create || Object.hasOwn(object, key) ? write(object, key, value) : false;
}

function write(object: Props, key: string, value: (before: unknown) => unknown): boolean {
  const next = value(object[key]);
  if (next === undefined) delete object[key];
  else object[key] = next;
  return true;
}
