import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { describeKey, type KeyPurpose, planKeyPolicy } from "./keys-plan.ts";

export interface KeysArgs extends AwsArgs {
  readonly accountId: pulumi.Input<string>;
  readonly region: string;
  /** Whether that is another region than the provider's. @default false */
  readonly elsewhere?: boolean;
  /** `aws`, `aws-cn` or `aws-us-gov`. @default "aws" */
  readonly partition?: string;
  /** Whether the keys are protected from deletion; without its key, data are lost as surely as if they were deleted. */
  readonly protect: boolean;
  /** The purposes that get a key, each about 1 USD a month; and another after each of the first two rotations. */
  readonly purposes: readonly KeyPurpose[];
}

/**
 * The keys of a stack, one for each purpose, with an alias by which people find it. AWS rotates them every year; what was encrypted
 * before stays readable. A key that is deleted can be had back for 30 days, where it is not protected for 7.
 */
export class Keys extends AwsComponent<KeysArgs> {
  private readonly arns = new Map<KeyPurpose, pulumi.Output<string>>();

  constructor(name: string, args: KeysArgs, opts?: ComponentOptions) {
    super("slipway:index:Keys", name, args, opts);
    for (const purpose of args.purposes) {
      const key = this.createKey(purpose);
      this.createAlias(purpose, key);
      this.arns.set(purpose, key.arn);
    }
    this.registerOutputs({});
  }

  /**
   * The ARN of the key for a purpose.
   * @throws Error when the purpose is not among those that were asked for (a mistake in the program).
   */
  arn(purpose: KeyPurpose): pulumi.Output<string> {
    const arn = this.arns.get(purpose);
    if (!arn) throw new Error(`${this.name} has no key for "${purpose}": add it to the purposes of ${this.name}`);
    return arn;
  }

  private createKey(purpose: KeyPurpose): aws.kms.Key {
    const { accountId, context, partition, protect, region } = this.args;
    return new aws.kms.Key(
      this.childName(purpose),
      {
        description: describeKey(purpose, context),
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        // The longest and the shortest time that KMS knows.
        deletionWindowInDays: protect ? 30 : 7,
        policy: pulumi
          .output(accountId)
          .apply((account) => planKeyPolicy(purpose, { context, accountId: account, region, partition })),
        tags: this.tags(this.physicalName("nameTag", purpose)),
        ...this.place(),
      },
      { parent: this, protect },
    );
  }

  private place(): { readonly region?: string } {
    return this.args.elsewhere ? { region: this.args.region } : {};
  }

  private createAlias(purpose: KeyPurpose, key: aws.kms.Key): void {
    new aws.kms.Alias(
      this.childName(`${purpose}-alias`),
      { name: this.physicalName("kmsAlias", purpose), targetKeyId: key.keyId, ...this.place() },
      { parent: this },
    );
  }
}
