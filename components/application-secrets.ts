import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { GeneratedSecretInputs } from "../delivery/aws/generated-secret-provider.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { dynamicProvider, implementationHash } from "./dynamic.ts";

export interface ApplicationSecretsArgs extends AwsArgs {
  /** The key that the values are encrypted with. */
  readonly keyArn: pulumi.Input<string>;
  /** Whether a secret that is deleted can be brought back for 30 days; otherwise it is gone at once. */
  readonly protect: boolean;
  /** What the application keeps secret, for example `secret-key`; each is a secret of its own (0.40 USD a month). */
  readonly names: readonly string[];
  /** How many letters and digits a new value has. @default 64 (381 bits) */
  readonly length?: number;
  readonly transform?: { readonly secret?: Transform<aws.secretsmanager.SecretArgs> };
}

/**
 * Secrets of the application that nobody chooses: each gets a random value when it has none. The value goes from Secrets Manager
 * into the secret and is in no state, no preview and no log; who needs it is given the ARN.
 *
 * Rotating one: write a new value in Secrets Manager and start the service anew; neither `up` nor `refresh` undoes it.
 */
export class ApplicationSecrets extends AwsComponent<ApplicationSecretsArgs> {
  private readonly arns: ReadonlyMap<string, pulumi.Output<string>>;

  constructor(name: string, args: ApplicationSecretsArgs, opts?: ComponentOptions) {
    super("slipway:index:ApplicationSecrets", name, args, opts);
    this.arns = new Map(args.names.map((secret) => [secret, this.createSecret(secret)]));
    this.registerOutputs({ arns: Object.fromEntries(this.arns) });
  }

  /**
   * The ARN of a secret, known once it has a value: what is started with it finds one.
   * @throws Error when the component was not asked to make it.
   */
  arn(name: string): pulumi.Output<string> {
    const arn = this.arns.get(name);
    if (arn === undefined)
      throw new Error(`${this.name} has no secret "${name}", only ${[...this.arns.keys()].join(", ")}`);
    return arn;
  }

  private createSecret(part: string): pulumi.Output<string> {
    const physical = this.physicalName("secret", part);
    const [args, opts] = applyTransform<aws.secretsmanager.SecretArgs>(
      this.args.transform?.secret,
      this.childName(part),
      {
        name: physical,
        description: `${part} of ${this.args.context.application} in ${this.args.context.stack}`,
        kmsKeyId: this.args.keyArn,
        recoveryWindowInDays: this.args.protect ? 30 : 0,
        tags: this.tags(physical),
      },
      { parent: this, protect: this.args.protect },
    );
    const { arn } = new aws.secretsmanager.Secret(this.childName(part), args, opts);
    const value = new GeneratedSecret(
      this.childName(`${part}-value`),
      {
        version: 1,
        implementation: implementationHash("delivery", "delivery/aws"),
        arn,
        length: this.args.length ?? 64,
      },
      { parent: this },
    );
    return pulumi.all([arn, value.id]).apply(([known]) => known);
  }
}

const provider = dynamicProvider("delivery/aws/generated-secret-provider.ts");

/** The value of a secret, by ARN. */
class GeneratedSecret extends pulumi.dynamic.Resource {
  constructor(
    name: string,
    props: pulumi.Inputs & Record<keyof GeneratedSecretInputs, unknown>,
    opts: pulumi.CustomResourceOptions,
  ) {
    super(provider, name, { versionId: undefined, ...props }, opts, "slipway", "GeneratedSecret");
  }
}
