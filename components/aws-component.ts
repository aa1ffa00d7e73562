import { type NameKind, type NamingContext, physicalName, tags } from "../infra/naming.ts";
import { type ComponentOptions, SlipwayComponent } from "./component.ts";

/** What every component that builds something in AWS is given. */
export interface AwsArgs {
  /** Application, stack and environment: the source of every physical name and tag. */
  readonly context: NamingContext;
}

/**
 * The base of the components that build AWS resources: physical names and tags come from the one naming context, so that
 * no two stacks can ask for the same name and no resource is without its owner.
 */
export abstract class AwsComponent<Args extends AwsArgs = AwsArgs> extends SlipwayComponent<Args> {
  /**
   * The physical name of something in this stack, within the length that its service accepts.
   * @example this.physicalName("targetGroup", "backend", "blue")
   */
  protected physicalName(kind: NameKind, ...parts: readonly string[]): string {
    return physicalName(this.args.context, kind, ...parts);
  }

  /**
   * The tags of a resource.
   * @param display what consoles show as its name; a change of it changes no identity.
   * @param more tags of this resource alone.
   */
  protected tags(display?: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { ...tags(this.args.context, display), ...more };
  }

  protected constructor(type: `slipway:index:${string}`, name: string, args: Args, opts?: ComponentOptions) {
    super(type, name, args, opts);
  }
}
