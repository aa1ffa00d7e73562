import * as pulumi from "@pulumi/pulumi";
import type { DatabaseReference } from "../delivery/database/reference.ts";
import type { FlagEnvironment, FlagOverrides } from "../delivery/flags/flag.ts";
import type { FlagSetInputs } from "../delivery/flags/provider.ts";
import { type ComponentOptions, SlipwayComponent } from "./component.ts";
import { dynamicProvider, implementationHash, plan } from "./dynamic.ts";
import { planFlagSet } from "./flag-set-plan.ts";

export interface FlagSetArgs {
  /** The database with the flag tables, as the role that owns them: `DatabaseMigrations.database`. */
  database: pulumi.Input<DatabaseReference>;
  /** Which environment's part of the flags this database acts on. */
  environment: FlagEnvironment;
  /** What this stack says otherwise than `delivery/flags.yaml`, by flag. @default {} */
  overrides?: FlagOverrides;
  /** Whether a destroy leaves the flags in the table, because the database stays. @default false */
  retainOnDestroy?: boolean;
}

/**
 * The feature flags of `delivery/flags.yaml` in one environment's database.
 *
 * The whole set is one resource, and a flag is one line of its inputs that people and the provider both read, so a changed
 * rollout is one changed line in a preview: `~ new_dashboard: "on, rollout 50 %" => "on, rollout 60 %"`.
 * What operators change at run time is never replaced unless a preview could show it: see `delivery/flags/plan.ts`.
 */
export class FlagSet extends SlipwayComponent<FlagSetArgs> {
  /** The declared flags as one readable line each. */
  readonly flags: pulumi.Output<Record<string, string>>;
  /** What operators made of declared flags, where it differs from the declaration. */
  readonly operated: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: FlagSetArgs, opts?: ComponentOptions) {
    super("slipway:index:FlagSet", name, args, opts);
    const planned = plan(() =>
      planFlagSet({
        environment: args.environment,
        overrides: args.overrides,
        overridesFile: `Pulumi.${pulumi.getStack()}.yaml`,
      }),
    );
    const flags = new Flags(
      this.childName("set"),
      {
        version: 1,
        implementation: implementationHash("delivery", "delivery/flags", "delivery/database"),
        database: args.database,
        environment: args.environment,
        stack: `${pulumi.getProject()}/${pulumi.getStack()}`,
        ...planned,
      },
      { parent: this, retainOnDelete: args.retainOnDestroy ?? false },
    );
    this.flags = flags.flags;
    this.operated = flags.operated;
    this.registerOutputs({ flags: this.flags, operated: this.operated });
  }
}

const provider = dynamicProvider("delivery/flags/provider.ts");

class Flags extends pulumi.dynamic.Resource {
  declare readonly flags: pulumi.Output<Record<string, string>>;
  declare readonly operated: pulumi.Output<Record<string, string>>;

  constructor(
    name: string,
    props: pulumi.Inputs & Record<keyof FlagSetInputs, unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { operated: undefined, foreign: undefined, ...props }, opts, "slipway", "Flags");
  }
}
