import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";
import {
  type IdentityPlan,
  type IdentityScope,
  identityNames,
  issuer,
  type PlannedPolicy,
  planIdentity,
  planTrust,
  type TrustedEnvironment,
  type TrustedJob,
} from "./delivery-identity-plan.ts";

export interface DeliveryIdentityArgs extends AwsArgs, IdentityScope {
  readonly context: IdentityScope["context"];
  /** The repository whose jobs are trusted; the ids come from `findGitHub`, or from the repository that the stack creates. */
  readonly github: {
    readonly owner: string;
    readonly repository: string;
    readonly ownerId: pulumi.Input<string>;
    readonly repositoryId: pulumi.Input<string>;
  };
  /** The GitHub environments whose jobs may deploy. What guards them is `GitHubDelivery`'s. */
  readonly environments: readonly TrustedEnvironment[];
  /** Creates the account's OIDC provider for GitHub; an account has one, which other stacks look up. */
  readonly createOidcProvider: boolean;
}

/** How long the credentials of a role live, in seconds. A blue/green deployment with its bake time takes more than an hour. */
const sessions = { deploy: 2 * 3600, preview: 3600 } as const;

/**
 * What GitHub's jobs become in AWS, without a key that anybody could lose: a role that sees (`preview`, for pull requests) and one
 * that builds (`deploy`, for the environments), both inside a boundary that ends at the stack. Neither can change any of this: the
 * first `up` of a stack, and a later one that changes its identity, is an administrator's.
 *
 * @throws RangeError when a policy is longer than AWS takes.
 */
export class DeliveryIdentity extends AwsComponent<DeliveryIdentityArgs> {
  readonly providerArn: pulumi.Output<string>;
  /** The permissions boundary that every role of the stack must have: `boundRoles`. */
  readonly boundaryArn: pulumi.Output<string>;
  readonly previewRoleArn: pulumi.Output<string>;
  readonly deployRoleArn: pulumi.Output<string>;

  constructor(name: string, args: DeliveryIdentityArgs, opts?: ComponentOptions) {
    super("slipway:index:DeliveryIdentity", name, args, opts);
    const plan = planIdentity(args);
    this.providerArn = this.oidcProvider();
    this.boundaryArn = this.createBoundary(plan);
    this.previewRoleArn = this.createRole("preview", { kind: "pullRequest" }, plan.preview);
    this.deployRoleArn = this.createRole(
      "deploy",
      { kind: "environment", environments: args.environments },
      plan.deploy,
    );
    this.registerOutputs({
      providerArn: this.providerArn,
      boundaryArn: this.boundaryArn,
      previewRoleArn: this.previewRoleArn,
      deployRoleArn: this.deployRoleArn,
    });
  }

  private oidcProvider(): pulumi.Output<string> {
    const url = `https://${issuer}`;
    if (!this.args.createOidcProvider)
      return aws.iam.getOpenIdConnectProviderOutput({ url }, { parent: this }).apply(({ arn }) => arn);
    return new aws.iam.OpenIdConnectProvider(
      this.childName("github"),
      // AWS verifies GitHub by its own list of authorities, so that no thumbprint is given.
      { url, clientIdLists: ["sts.amazonaws.com"], tags: this.tags("github") },
      // Other stacks of the account trust it too, so that it stays unless the stack has been given up on purpose.
      { parent: this, retainOnDelete: this.args.protect },
    ).arn;
  }

  private createBoundary(plan: IdentityPlan): pulumi.Output<string> {
    const physical = identityNames(this.args).boundary;
    return new aws.iam.Policy(
      this.childName("boundary"),
      {
        name: physical,
        description: `The outermost limit of every role of ${this.args.context.stack}`,
        policy: plan.boundary,
        tags: this.tags(physical),
      },
      { parent: this },
    ).arn;
  }

  private createRole(
    part: "preview" | "deploy",
    job: TrustedJob,
    policies: readonly PlannedPolicy[],
  ): pulumi.Output<string> {
    const { deployRole, policy, previewRole } = identityNames(this.args);
    const physical = part === "deploy" ? deployRole : previewRole;
    const role = new aws.iam.Role(
      this.childName(part),
      {
        name: physical,
        description:
          part === "deploy"
            ? `Deploys ${this.args.context.stack}, for jobs of the GitHub environments ${this.args.environments.map(({ name }) => name).join(", ")}`
            : `Previews ${this.args.context.stack}, for pull requests: reads settings, no data`,
        assumeRolePolicy: pulumi
          .all([this.args.github, this.providerArn])
          .apply(([github, providerArn]) => planTrust(physical, github, job, providerArn)),
        maxSessionDuration: sessions[part],
        permissionsBoundary: this.boundaryArn,
        tags: this.tags(physical),
      },
      { parent: this },
    );
    for (const planned of policies) {
      const child = this.childName(`${planned.part}-policy`);
      const name = policy(planned.part);
      const created = new aws.iam.Policy(
        child,
        {
          name,
          description: `${planned.part} of ${this.args.context.stack}`,
          policy: planned.text,
          tags: this.tags(name),
        },
        { parent: this },
      );
      new aws.iam.RolePolicyAttachment(
        `${child}-attachment`,
        { role: role.name, policyArn: created.arn },
        { parent: this },
      );
    }
    return role.arn;
  }
}
