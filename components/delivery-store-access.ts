import * as aws from "@pulumi/aws";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import { type IdentityGitHub, planTrust } from "./delivery-identity-plan.ts";
import { planStoreAccess } from "./delivery-store-plan.ts";

/** Whose jobs may be trusted, and how GitHub is reached. */
export interface GitHubTrust {
  readonly connection: pulumi.ProviderResource;
  readonly github: {
    readonly [Key in keyof IdentityGitHub]: pulumi.Input<IdentityGitHub[Key]>;
  };
  /** The account's OIDC provider for GitHub. */
  readonly providerArn: pulumi.Input<string>;
}

export interface DeliveryStoreAccessArgs extends AwsArgs {
  readonly trust: GitHubTrust;
  /** Branches and tags, as GitHub's patterns, whose workflows record, request and ask. */
  readonly refs: { readonly branches: readonly string[]; readonly tags: readonly string[] };
  /** Where the release database is, and the secret with which whoever runs the commands logs in. */
  readonly place: pulumi.Input<{ readonly owner: string }>;
  /** The key of that secret. */
  readonly secretKeyArn: pulumi.Input<string>;
}

/** The repository's variable that the derived workflows read: `delivery/workflows/release-access.ts`. */
const variableName = "SLIPWAY_RELEASE_ROLE";

/** How long its credentials live, in seconds: no job that asks runs longer than 15 minutes. */
const session = 3600;

/**
 * What jobs that record bundles, request promotions and ask the gate become in AWS: a role that may read the release database's
 * secret and nothing else. The repository is told its ARN. Only the stack's runner reaches the database itself.
 */
export class DeliveryStoreAccess extends AwsComponent<DeliveryStoreAccessArgs> {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: DeliveryStoreAccessArgs, opts?: ComponentOptions) {
    super("slipway:index:DeliveryStoreAccess", name, args, opts);
    const role = this.createRole();
    this.createPolicy(role);
    this.roleArn = role.arn;
    new github.ActionsVariable(
      this.childName("variable"),
      { repository: args.trust.github.repository, variableName, value: role.arn },
      // A variable of that name may have been set by hand, as long as no stack made the role.
      { parent: this, provider: args.trust.connection, deleteBeforeReplace: true },
    );
    this.registerOutputs({ roleArn: this.roleArn });
  }

  private createRole(): aws.iam.Role {
    const { refs, trust } = this.args;
    const name = this.physicalName("iamRole", "release");
    return new aws.iam.Role(
      this.childName("role"),
      {
        name,
        description: "Reaches the release database, for jobs that record, request and ask",
        assumeRolePolicy: pulumi
          .all([trust.github, trust.providerArn])
          .apply(([repository, providerArn]) => planTrust(name, repository, { kind: "refs", ...refs }, providerArn)),
        maxSessionDuration: session,
        tags: this.tags(name),
      },
      { parent: this },
    );
  }

  private createPolicy(role: aws.iam.Role): void {
    const { place, secretKeyArn } = this.args;
    new aws.iam.RolePolicy(
      this.childName("policy"),
      {
        name: "release-database",
        role: role.name,
        policy: pulumi
          .all([place, secretKeyArn])
          .apply(([{ owner }, keyArn]) => planStoreAccess({ secretArn: owner, keyArn })),
      },
      { parent: this },
    );
  }
}
