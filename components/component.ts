import * as pulumi from "@pulumi/pulumi";

/**
 * The last word on one underlying resource: a partial object that is laid over its arguments, or a function that changes the
 * arguments and options in place (or returns new arguments).
 */
export type Transform<T> =
  | Partial<T>
  | ((args: T, opts: pulumi.CustomResourceOptions, name: string) => T | undefined | void);

/**
 * Applies a `transform` hook to what a component was about to give to a resource.
 *
 * @param transform what the user of the component asked for; nothing changes when it is undefined.
 * @param name the resource's logical name, which a transform may read but not change.
 * @returns the arguments and options to construct the resource with; the originals are not modified.
 * @example `const [args, opts] = applyTransform(this.args.transform?.group, `${name}-group`, { ... }, { parent: this });`
 */
export function applyTransform<T extends object>(
  transform: Transform<T> | undefined,
  name: string,
  args: T,
  opts: pulumi.CustomResourceOptions = {},
): [args: T, opts: pulumi.CustomResourceOptions] {
  const ownArgs = { ...args };
  const ownOpts = { ...opts };
  if (typeof transform === "function") return [transform(ownArgs, ownOpts, name) ?? ownArgs, ownOpts];
  return [{ ...ownArgs, ...transform }, ownOpts];
}

/** The options that every SlipwayComponent understands beside its own arguments. */
export type ComponentOptions = pulumi.ComponentResourceOptions;

/**
 * The base of Slipway's components. A child's logical name must be its parent's name, a hyphen and what the child is
 * (`dev-database` makes `dev-database-roles`), so that a URN or a preview line says where a resource belongs and two
 * components never fight over a name.
 *
 * The arguments are kept for the subclass and are not sent to the engine: what they decide is seen in the children's inputs,
 * and nothing enters the state twice.
 */
export abstract class SlipwayComponent<Args extends object = object> extends pulumi.ComponentResource {
  /** The component's logical name. */
  protected readonly name: string;
  /** What the component was asked to build. */
  protected readonly args: Args;

  /**
   * @param type the component's type token, `slipway:index:<ClassName>`.
   * @param name the component's logical name, the prefix of all its children's.
   * @throws pulumi.ResourceError from a child's constructor when the child's name does not start with `<name>-`.
   */
  constructor(type: `slipway:index:${string}`, name: string, args: Args, opts: ComponentOptions = {}) {
    super(
      type,
      name,
      {},
      { ...opts, transformations: [...(opts.transformations ?? []), refuseForeignNames(type, name)] },
    );
    this.name = name;
    this.args = args;
  }

  /** The logical name of a child: `<parent>-<part>`. */
  protected childName(part: string): string {
    return `${this.name}-${part}`;
  }
}

/** Runs for the component itself and for everything below it, before anything is registered. */
function refuseForeignNames(ownType: string, parent: string): pulumi.ResourceTransformation {
  return ({ type, name }) => {
    if (name === parent && type === ownType) return undefined;
    if (name.startsWith(`${parent}-`)) return undefined;
    throw new pulumi.ResourceError(
      `The resource "${name}" (${type}) lies below the component "${parent}", but its name does not start with "${parent}-".\n` +
        `  Name it "${parent}-${name}": write this.childName("${name}") in the component that creates it.`,
      undefined,
      true,
    );
  };
}
